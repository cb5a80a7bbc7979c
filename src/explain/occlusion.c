/* occlusion.c - the probability that is lost when a patch of the picture is black. */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

/* Patches are laid at every second pixel, and beyond the edges, so that all pixels are covered by
 * the same number of patches; a patch is about a fifth of the shorter side: 6×6 on 28×28. */
struct patches {
    int side, stride, height, width; /* of a patch; of the grid that they stand on */
};

static struct patches lay_patches(struct sr_shape image)
{
    const int shorter = sr_shape_shorter(image);
    struct patches patches = {.stride = shorter >= 64 ? shorter / 16 : 2};
    patches.side = (shorter + 2) / 5 / patches.stride * patches.stride;
    if (patches.side < patches.stride) patches.side = patches.stride;
    /* From the first that still covers row 0 to the last that covers the last row. */
    patches.height = (image.height + patches.side - 1) / patches.stride;
    patches.width = (image.width + patches.side - 1) / patches.stride;
    return patches;
}

/* Rows or columns that the patch at one position of the grid covers. */
static void span(const struct patches *patches, int place, int length, int *from, int *to)
{
    *from = (place + 1) * patches->stride - patches->side;
    *to = *from + patches->side;
    if (*from < 0) *from = 0;
    if (*to > length) *to = length;
}

enum sr_status explain_occlusion(const struct sr_explain *request, struct sr_heat *heats,
                                 struct sr_error *error)
{
    const struct sr_shape image = request->model->shape.image;
    const struct patches patches = lay_patches(image);
    const size_t size = sr_shape_size(image), stride = sr_shape_stride(image),
                 channels = (size_t)image.channels, classes = (size_t)request->model->shape.classes;
    const size_t copies =
        (size_t)patches.height * (size_t)patches.width + 1; /* the last one is not changed */
    uint8_t *pixels = sr_array_raw(copies * size, 1, "occluded images", error);
    float *said =
        pixels ? sr_array_raw(copies * classes, sizeof *said, "probabilities", error) : NULL;
    enum sr_status status = said ? SR_OK : SR_ERROR_MEMORY;
    if (status) goto out;

    for (size_t i = 0; i < copies; i++) memcpy(pixels + i * size, request->pixels, size);
    for (size_t i = 0; i + 1 < copies; i++) {
        int top, bottom, left, right;
        span(&patches, (int)(i / (size_t)patches.width), image.height, &top, &bottom);
        span(&patches, (int)(i % (size_t)patches.width), image.width, &left, &right);
        for (int y = top; y < bottom; y++)
            memset(pixels + i * size + (size_t)y * stride + (size_t)left * channels, 0,
                   right > left ? (size_t)(right - left) * channels : 0);
    }
    const struct sr_images images = {copies, image, pixels, NULL};
    const struct sr_samples samples = {&images, NULL, copies};
    status =
        sr_model_predict(request->model, &samples, request->pool, request->monitor, said, error);

    for (size_t k = 0; !status && k < request->count; k++) {
        const size_t target = (size_t)request->targets[k];
        status = explain_heat_init(&heats[k], request, request->targets[k], error);
        if (status) break;
        for (size_t i = 0; i + 1 < copies; i++) {
            const float lost = said[(copies - 1) * classes + target] - said[i * classes + target];
            int top, bottom, left, right;
            span(&patches, (int)(i / (size_t)patches.width), image.height, &top, &bottom);
            span(&patches, (int)(i % (size_t)patches.width), image.width, &left, &right);
            for (int y = top; y < bottom; y++)
                for (int x = left; x < right; x++) heats[k].values[y * image.width + x] += lost;
        }
        if (!sr_heat_scale(heats[k].values, sr_shape_size(heats[k].shape)))
            status = sr_error_set(error, SR_ERROR_NUMERIC,
                                  "the probabilities of %s are not finite numbers",
                                  request->model->name);
    }
out:
    free(pixels);
    free(said);
    return status;
}
