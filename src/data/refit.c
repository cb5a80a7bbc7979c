/* refit.c - see refit.h. */
#include "refit.h"

#include "pixels.h"

enum { SLICE = 64 };

struct refitting {
    const struct sr_fitting *fitting;
    const struct sr_images *from;
    struct sr_images to;
    enum sr_status status; /* a failure, of memory */
};

static void slice(void *context, size_t index, int worker)
{
    struct refitting *r = context;
    const struct sr_shape shape = r->from->shape;
    const size_t size = sr_shape_size(r->to.shape), begin = index * SLICE,
                 end = begin + SLICE < r->from->count ? begin + SLICE : r->from->count;
    struct sr_error ignored;
    (void)worker;
    for (size_t i = begin; i < end; i++) {
        const struct sr_picture picture = {.height = shape.height,
                                           .width = shape.width,
                                           .channels = shape.channels,
                                           .pixels = (uint8_t *)sr_images_at(r->from, i)};
        enum sr_status status =
            sr_fitting_apply(r->fitting, &picture, r->to.pixels + i * size, &ignored);
        if (status != SR_OK) __atomic_store_n(&r->status, status, __ATOMIC_RELAXED);
    }
}

static enum sr_status refit_file(struct loading *loading, struct sr_images *images,
                                 struct sr_error *error)
{
    const struct sr_fitting *fitting = &loading->dataset->fitting;
    struct refitting r = {.fitting = fitting, .from = images};
    enum sr_status status = pixels_new(&r.to, images->count, fitting->shape, error);
    if (status != SR_OK) return status;
    sr_pool_run(loading->opening->pool, (images->count + SLICE - 1) / SLICE, slice, &r);
    if (r.status != SR_OK) {
        sr_images_fini(&r.to);
        return sr_error_set(error, r.status, "%s: not enough memory to change the size of images",
                            loading->opening->path);
    }
    r.to.labels = images->labels;
    images->labels = NULL;
    sr_images_fini(images);
    *images = r.to;
    return SR_OK;
}

enum sr_status refit(struct loading *loading, bool *done, struct sr_error *error)
{
    struct sr_dataset *dataset = loading->dataset;
    struct sr_fitting *fitting = &dataset->fitting;
    const struct sr_wishes *wishes = &loading->opening->wishes;
    const struct sr_shape shape = dataset->files[SR_FILE_TRAIN].shape;
    enum sr_status status = SR_OK;
    char text[256];
    const bool resize =
                   wishes->size && (wishes->size != shape.height || wishes->size != shape.width),
               grey = wishes->colour == SR_COLOUR_GREY && shape.channels == 3;
    *done = !fitting->pictures && (resize || grey);
    if (!*done) return SR_OK;
    fitting->shape = shape;
    if (resize) fitting->shape.height = fitting->shape.width = wishes->size;
    if (grey) fitting->shape.channels = 1;
    fitting->fit = wishes->fit;
    fitting->resized = resize;
    fitting->made_grey = grey;
    for (int f = 0; f < SR_FILE_COUNT && status == SR_OK; f++)
        if (dataset->files[f].count)
            status = refit_file(loading, &dataset->files[f], error);
        else
            dataset->files[f].shape = fitting->shape;
    sr_fitting_describe(fitting, text, sizeof text);
    if (status == SR_OK) dataset_note(dataset, "%s", text);
    return status;
}
