/* map_features.c - see map_features.h. */
#include "map_features.h"

#include <math.h>
#include <stdlib.h>

#include "sartor/app/map.h"
#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include "sartor/base/stopped.h"
#include "sartor/embed/pca.h"
#include "sartor/models/representation.h"

/* Images between two looks at whether to end. */
enum { BLOCK = 1024 };

/* Pixels on each side of the squares that are averaged, so that a row is short enough. */
static int square_of(struct sr_shape shape)
{
    int side = 1;
    while (((shape.height + side - 1) / side) * ((shape.width + side - 1) / side) * shape.channels >
           SR_PCA_WIDTH)
        side++;
    return side;
}

struct averaging {
    struct sr_samples samples;
    int side;
    float *out;
    size_t width;
};

static void average_image(void *context, size_t index, int worker)
{
    const struct averaging *work = context;
    const struct sr_shape shape = work->samples.images->shape;
    const uint8_t *pixels = sr_samples_pixels(&work->samples, index);
    float *out = work->out + index * work->width;
    (void)worker;
    for (int top = 0; top < shape.height; top += work->side)
        for (int left = 0; left < shape.width; left += work->side)
            for (int c = 0; c < shape.channels; c++) {
                int sum = 0, count = 0;
                for (int y = top; y < top + work->side && y < shape.height; y++)
                    for (int x = left; x < left + work->side && x < shape.width; x++, count++)
                        sum += pixels[(y * shape.width + x) * shape.channels + c];
                *out++ = (float)sum / (255 * (float)count);
            }
}

/* Pixels or HOG of the images of a file. */
static enum sr_status fill(const struct sr_images *images, enum sr_features kind, int side,
                           float *out, size_t width, struct sr_pool *pool,
                           const struct sr_monitor *monitor, struct sr_error *error)
{
    const double began = sr_clock_seconds();
    for (size_t from = 0; from < images->count; from += BLOCK) {
        const size_t count = images->count - from < BLOCK ? images->count - from : BLOCK;
        const struct sr_samples all = {images, NULL, images->count};
        if (!sr_monitor_proceed(monitor)) return sr_stopped(error);
        if (side == 1) {
            sr_features_fill(kind, &all, from, count, out + from * width, width, pool);
        } else {
            uint32_t rows[BLOCK];
            for (size_t i = 0; i < count; i++) rows[i] = (uint32_t)(from + i);
            struct averaging work = {{images, rows, count}, side, out + from * width, width};
            sr_pool_run(pool, count, average_image, &work);
        }
        sr_monitor_count(monitor, "image", from + count, images->count, began);
    }
    return SR_OK;
}

enum sr_status sr_map_features(const struct sr_dataset *data, const struct sr_model *model,
                               enum sr_features kind, struct sr_pool *pool,
                               const struct sr_monitor *monitor, float **rows, int *width,
                               struct sr_error *error)
{
    const struct sr_shape shape = data->files[SR_FILE_TRAIN].shape;
    const int side = kind == SR_FEATURES_PIXELS ? square_of(shape) : 1;
    size_t count = 0, at = 0;
    enum sr_status status = SR_OK;
    *width = model      ? (int)sr_representation_size(model)
             : side > 1 ? ((shape.height + side - 1) / side) * ((shape.width + side - 1) / side) *
                              shape.channels
                        : (int)sr_features_size(kind, shape);
    for (int f = 0; f < SR_FILE_COUNT; f++) count += data->files[f].count;
    *rows = sr_array_raw(count * (size_t)*width, sizeof **rows, "features", error);
    if (!*rows) return error->status;
    for (int f = 0; !status && f < SR_FILE_COUNT; f++) {
        float *out = *rows + at * (size_t)*width;
        const struct sr_images *images = &data->files[f];
        const struct sr_samples all = {images, NULL, images->count};
        if (model)
            status = sr_representation_fill(model, &all, pool, monitor, out, error);
        else
            status = fill(images, kind, side, out, (size_t)*width, pool, monitor, error);
        at += images->count;
    }
    return status;
}

struct sr_map_box sr_map_box_of(const float *points, size_t count)
{
    float low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
    for (size_t i = 0; i < 2 * count; i += 2)
        for (size_t part = 0; part < 2; part++) {
            const float at = points[i + part];
            low[part] = at < low[part] ? at : low[part];
            high[part] = at > high[part] ? at : high[part];
        }
    return (struct sr_map_box){{(double)low[0], (double)low[1]},
                               {(double)high[0], (double)high[1]}};
}
