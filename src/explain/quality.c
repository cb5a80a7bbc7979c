/* quality.c - see quality.h. */
#include "sartor/explain/quality.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include "sartor/base/rng.h"

const char *const sr_quality_names[SR_QUALITY_MAPS] = {"method", "random", "centre"};

enum {
    AT_ONCE = 16, /* images whose altered copies are predicted together */
    STEPS = SR_QUALITY_STEPS,
    SQUARE = 2,        /* pixels a side of the squares that are removed or inserted */
    INNER = STEPS - 1, /* steps between the whole picture and the empty one */
    WHOLE = 0,
    EMPTY = 1,
    BLURRED = 2, /* the copies that all maps share */
    ENDS = 3,
    /* Copies of one image: the shared ones, and those of both curves of each map. */
    COPIES = ENDS + SR_QUALITY_MAPS * 2 * INNER,
    SCRAMBLED_IMAGES = 200,
};

/* One measurement under way. */
struct bench {
    const struct sr_quality_request *request;
    struct sr_quality *quality;
    size_t size, classes;          /* pixels of an image, which a map has as many values as */
    struct sr_images copies;       /* AT_ONCE × COPIES altered images */
    float *said;                   /* their probabilities */
    float *heats, *centre;         /* AT_ONCE maps; the Gaussian */
    uint8_t mean[SR_CHANNELS_MAX]; /* of the images' pixels, by channel */
    uint32_t *order;               /* size */
    struct sums {
        double deletion, insertion, deletion_square, insertion_square, share;
    } sums[SR_QUALITY_MAPS]; /* of areas (the method's) and gains (of the others) */
    double started;
    size_t done, total;
};

struct spot {
    float heat; /* the sum over its square; `chance` is the square's too */
    uint32_t chance, square, pixel;
};

static int hotter_first(const void *a, const void *b)
{
    const struct spot *x = a, *y = b;
    if (x->heat > y->heat || x->heat < y->heat) return x->heat > y->heat ? -1 : 1;
    if (x->chance != y->chance) return x->chance > y->chance ? 1 : -1;
    if (x->square != y->square) return x->square > y->square ? 1 : -1;
    return (x->pixel > y->pixel) - (x->pixel < y->pixel);
}

/* The order of pixels, hottest square first; without a map, a random order. */
static void order_pixels(const struct bench *bench, const float *heat, struct sr_rng *rng,
                         uint32_t *order)
{
    struct spot *spots = sr_xalloc(bench->size * sizeof *spots);
    const size_t width = (size_t)bench->copies.shape.width, across = (width + SQUARE - 1) / SQUARE;
    for (size_t i = 0; i < bench->size; i++) {
        const size_t top = i / width / SQUARE * SQUARE, left = i % width / SQUARE * SQUARE;
        struct spot *first = &spots[top * width + left], *spot = &spots[i];
        *spot = (struct spot){0, 0, (uint32_t)(top / SQUARE * across + left / SQUARE), (uint32_t)i};
        if (spot == first)
            spot->chance = (uint32_t)(sr_rng_next(rng) >> 32);
        else
            spot->chance = first->chance;
        if (heat) first->heat += heat[i];
    }
    /* Sums rather than means, which differ only for the smaller squares at an edge. So far only the
     * first pixel of a square has its sum. */
    for (size_t i = bench->size; i-- > 0;)
        spots[i].heat =
            spots[i / width / SQUARE * SQUARE * width + i % width / SQUARE * SQUARE].heat;
    qsort(spots, bench->size, sizeof *spots, hotter_first);
    for (size_t i = 0; i < bench->size; i++) order[i] = spots[i].pixel;
    free(spots);
}

/* Gaussian blur of a deviation of 5/28 of the shorter side, black beyond the edges: position and
 * rough size of a garment remain, its shape hardly. */
static void blur(const uint8_t *pixels, struct sr_shape shape, uint8_t *out)
{
    const size_t size = sr_shape_pixels(shape), channels = (size_t)shape.channels;
    const double spread = sr_shape_shorter(shape) * 5 / 28.0;
    float *values = sr_xalloc(size * sizeof *values);
    for (size_t c = 0; c < channels; c++) {
        for (size_t i = 0; i < size; i++) values[i] = pixels[i * channels + c];
        sr_blur(values, sr_shape_map(shape), spread, (int)ceil(spread), true);
        for (size_t i = 0; i < size; i++) out[i * channels + c] = (uint8_t)lrintf(values[i]);
    }
    free(values);
}

/* The copies of one image: the three shared ones, then for each map INNER deletions and INNER
 * insertions. */
static void alter(struct bench *bench, const uint8_t *pixels, const float *heat, size_t row,
                  uint8_t *copies)
{
    const size_t channels = (size_t)bench->copies.shape.channels,
                 size = sr_shape_size(bench->copies.shape);
    const bool black = bench->quality->fill == SR_FILL_BLACK;
    uint8_t *whole = copies + WHOLE * size, *empty = copies + EMPTY * size,
            *blurred = copies + BLURRED * size;
    memcpy(whole, pixels, size);
    for (size_t i = 0; i < size; i++) empty[i] = black ? 0 : bench->mean[i % channels];
    if (black)
        memset(blurred, 0, size);
    else
        blur(pixels, bench->copies.shape, blurred);
    uint8_t *at = copies + ENDS * size;
    for (int m = 0; m < SR_QUALITY_MAPS; m++) {
        struct sr_rng rng;
        sr_rng_init(&rng, bench->request->seed + (uint64_t)m, SR_STREAM_OTHER, row);
        order_pixels(bench,
                     m == SR_QUALITY_METHOD   ? heat
                     : m == SR_QUALITY_CENTRE ? bench->centre
                                              : NULL,
                     &rng, bench->order);
        for (int insertion = 0; insertion < 2; insertion++)
            for (size_t step = 1; step <= INNER; step++, at += size) {
                const size_t moved = (bench->size * step + STEPS / 2) / STEPS;
                memcpy(at, insertion ? blurred : whole, size);
                for (size_t i = 0; i < moved; i++)
                    memcpy(at + bench->order[i] * channels,
                           (insertion ? whole : empty) + bench->order[i] * channels, channels);
            }
    }
}

/* Add the probabilities of one image's copies to the sums. */
static void take_in(struct bench *bench, const float *said, int target, const uint8_t *pixels,
                    const float *heat)
{
    struct sr_quality *quality = bench->quality;
    const size_t classes = bench->classes;
    const double whole = (double)said[WHOLE * classes + (size_t)target];
    const float *at = said + ENDS * classes;
    double areas[SR_QUALITY_MAPS][2];
    for (int m = 0; m < SR_QUALITY_MAPS; m++)
        for (int insertion = 0; insertion < 2; insertion++) {
            double *curve = insertion ? quality->maps[m].insertion : quality->maps[m].deletion;
            const double empty =
                (double)said[(insertion ? BLURRED : EMPTY) * classes + (size_t)target];
            double area = (whole + empty) / 2;
            curve[0] += insertion ? empty : whole;
            curve[STEPS] += insertion ? whole : empty;
            for (size_t step = 1; step <= INNER; step++, at += classes) {
                area += (double)at[target];
                curve[step] += (double)at[target];
            }
            areas[m][insertion] = area / STEPS;
        }
    for (int m = 0; m < SR_QUALITY_MAPS; m++) {
        struct sums *sums = &bench->sums[m];
        const double deletion = areas[m][0] - areas[0][0], insertion = areas[0][1] - areas[m][1];
        sums->deletion += deletion;
        sums->insertion += insertion;
        sums->deletion_square += deletion * deletion;
        sums->insertion_square += insertion * insertion;
        quality->maps[m].deletion_area += areas[m][0];
        quality->maps[m].insertion_area += areas[m][1];
        /* A map that is all zero has no share. */
        const double share = sr_heat_share(m == SR_QUALITY_CENTRE ? bench->centre : heat, pixels,
                                           bench->copies.shape);
        if (m != SR_QUALITY_RANDOM && isfinite(share)) sums->share += share;
    }
}

static void tell(struct bench *bench, const char *note)
{
    const double seconds = sr_clock_seconds() - bench->started, done = (double)bench->done;
    struct sr_progress progress = {
        .unit = "image",
        .done = bench->done,
        .total = bench->total,
        .rate = seconds > 0 ? done / seconds : 0,
        .seconds_left = done > 0 ? seconds * ((double)bench->total - done) / done : -1,
        .loss = NAN,
        .accuracy = NAN,
        .learning_rate = NAN};
    snprintf(progress.note, sizeof progress.note, "%s", note);
    sr_monitor_progress(bench->request->monitor, &progress);
}

/* A monitor for calls on a few samples, whose progress is reported here for all together: it only
 * asks whether to proceed. */
static struct sr_monitor quiet(const struct sr_monitor *monitor)
{
    return (struct sr_monitor){.owner = monitor ? monitor->owner : NULL,
                               .proceed = monitor ? monitor->proceed : NULL};
}

static bool any_heat(const float *heat, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (heat[i] > 0) return true;
    return false;
}

/* A request for the maps of many samples by `model`. */
static struct sr_explain maps_of(const struct bench *bench, const struct sr_model *model,
                                 const int *targets, const struct sr_monitor *monitor)
{
    return (struct sr_explain){.model = model,
                               .method = bench->quality->method,
                               .layer = bench->request->layer,
                               .targets = targets,
                               .pool = bench->request->pool,
                               .monitor = monitor};
}

/* Half the 95 % interval of a mean over `n` values, given the sum of their squares. */
static double half_interval(double squares, double mean, double n)
{
    return 1.96 * sqrt(fmax(0, squares / n - mean * mean) / n);
}

/* From sums to means. `shared`: images whose map is not all zero. */
static void make_means(struct bench *bench, double n, size_t shared)
{
    for (int m = 0; m < SR_QUALITY_MAPS; m++) {
        struct sr_quality_curves *curves = &bench->quality->maps[m];
        const struct sums *sums = &bench->sums[m];
        for (int step = 0; step <= STEPS; step++) {
            curves->deletion[step] /= n;
            curves->insertion[step] /= n;
        }
        curves->deletion_area /= n;
        curves->insertion_area /= n;
        curves->deletion_gain = sums->deletion / n;
        curves->insertion_gain = sums->insertion / n;
        curves->deletion_error = half_interval(sums->deletion_square, curves->deletion_gain, n);
        curves->insertion_error = half_interval(sums->insertion_square, curves->insertion_gain, n);
        curves->share = m == SR_QUALITY_RANDOM   ? NAN
                        : m == SR_QUALITY_METHOD ? sums->share / (double)shared
                                                 : sums->share / n;
    }
}

static enum sr_status measure_curves(struct bench *bench, const int *targets,
                                     struct sr_error *error)
{
    const struct sr_quality_request *request = bench->request;
    struct sr_quality *quality = bench->quality;
    const struct sr_monitor monitor = quiet(request->monitor);
    const double n = (double)request->samples.count;
    const size_t size = sr_shape_size(bench->copies.shape),
                 channels = (size_t)bench->copies.shape.channels;
    double lit = 0;
    size_t shared = 0;
    for (size_t from = 0; from < request->samples.count; from += AT_ONCE) {
        const size_t left = request->samples.count - from, count = left < AT_ONCE ? left : AT_ONCE;
        uint32_t rows[AT_ONCE];
        for (size_t i = 0; i < count; i++) rows[i] = sr_samples_row(&request->samples, from + i);
        const struct sr_samples part = {request->samples.images, rows, count};
        const struct sr_explain maps = maps_of(bench, request->model, targets + from, &monitor);
        enum sr_status status = sr_explain_many(&maps, &part, bench->heats, error);
        if (status) return status;
        for (size_t i = 0; i < count; i++)
            alter(bench, sr_samples_pixels(&part, i), bench->heats + i * bench->size, rows[i],
                  bench->copies.pixels + i * COPIES * size);
        const struct sr_samples copies = {&bench->copies, NULL, count * COPIES};
        status =
            sr_model_predict(request->model, &copies, request->pool, &monitor, bench->said, error);
        if (status) return status;
        for (size_t i = 0; i < count; i++) {
            const uint8_t *pixels = sr_samples_pixels(&part, i);
            const float *heat = bench->heats + i * bench->size;
            for (size_t p = 0; p < bench->size; p++)
                lit += sr_pixel_lit(pixels + p * channels, channels);
            if (!any_heat(heat, bench->size))
                quality->empty++;
            else
                shared++;
            take_in(bench, bench->said + i * COPIES * bench->classes, targets[from + i], pixels,
                    heat);
        }
        bench->done += count;
        tell(bench, "deletion and insertion");
    }
    quality->lit = lit / n / (double)bench->size;
    make_means(bench, n, shared);
    return SR_OK;
}

/* Explain the same images for the same classes by models of which more and more layers are
 * scrambled. */
static enum sr_status measure_scrambled(struct bench *bench, const int *targets,
                                        struct sr_error *error)
{
    const struct sr_quality_request *request = bench->request;
    struct sr_quality *quality = bench->quality;
    const struct sr_monitor monitor = quiet(request->monitor);
    struct sr_samples samples = request->samples;
    const size_t layers = quality->layers;
    samples.count = quality->scrambled_images;
    /* One layer, half of them, all; each once. */
    const size_t wanted[SR_SCRAMBLED_MOST] = {1, (layers + 1) / 2, layers};
    float *before =
        sr_array_raw(2 * samples.count * bench->size, sizeof *before, "heat maps", error);
    float *after = before + samples.count * bench->size;
    if (!before) return SR_ERROR_MEMORY;
    struct sr_explain maps = maps_of(bench, request->model, targets, &monitor);
    enum sr_status status = sr_explain_many(&maps, &samples, before, error);
    for (int k = 0; !status && k < SR_SCRAMBLED_MOST; k++) {
        if (k && wanted[k] <= wanted[k - 1]) continue;
        struct sr_model *model = sr_model_scramble(request->model, wanted[k], request->seed, error);
        maps.model = model;
        status = model ? sr_explain_many(&maps, &samples, after, error) : error->status;
        sr_model_unref(model);
        double sum = 0;
        size_t compared = 0;
        for (size_t i = 0; !status && i < samples.count; i++) {
            const double one =
                sr_rank_correlation(before + i * bench->size, after + i * bench->size, bench->size);
            if (!isfinite(one)) continue; /* a constant map has no ranks */
            sum += one;
            compared++;
        }
        if (status) break;
        quality->scrambled[quality->scrambled_count].layers = wanted[k];
        quality->scrambled[quality->scrambled_count++].correlation = sum / (double)compared;
        bench->done += samples.count;
        tell(bench, "weights scrambled");
    }
    free(before);
    return status;
}

static void make_centre(float *centre, struct sr_shape shape)
{
    const int height = shape.height, width = shape.width;
    const double spread = sr_shape_shorter(shape) / 4.0;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            const double down = y - (height - 1) / 2.0, across = x - (width - 1) / 2.0;
            centre[y * width + x] =
                (float)exp(-(down * down + across * across) / (2 * spread * spread));
        }
}

/* The mean of the samples' pixels, by channel. */
static void find_mean(const struct sr_samples *samples, uint8_t mean[SR_CHANNELS_MAX])
{
    const struct sr_shape shape = samples->images->shape;
    const size_t channels = (size_t)shape.channels, size = sr_shape_size(shape);
    double sums[SR_CHANNELS_MAX] = {0};
    for (size_t i = 0; i < samples->count; i++)
        for (size_t p = 0; p < size; p++) sums[p % channels] += sr_samples_pixels(samples, i)[p];
    for (size_t c = 0; c < channels; c++)
        mean[c] = (uint8_t)lrint(sums[c] / (double)samples->count / (double)sr_shape_pixels(shape));
}

/* The predicted class of each sample. */
static enum sr_status find_targets(struct bench *bench, float *said, int *targets,
                                   struct sr_error *error)
{
    const struct sr_quality_request *request = bench->request;
    const struct sr_monitor monitor = quiet(request->monitor);
    enum sr_status status =
        sr_model_predict(request->model, &request->samples, request->pool, &monitor, said, error);
    for (size_t i = 0; !status && i < request->samples.count; i++) {
        const float *row = said + i * bench->classes;
        targets[i] = 0;
        for (size_t c = 1; c < bench->classes; c++)
            if (row[c] > row[targets[i]]) targets[i] = (int)c;
    }
    return status;
}

static enum sr_status measure(struct bench *bench, struct sr_error *error)
{
    const struct sr_samples *samples = &bench->request->samples;
    const size_t copies = bench->copies.count, size = bench->size,
                 whole = sr_shape_size(bench->copies.shape);
    const char *what = "altered images";
    float *said = NULL;
    int *targets = NULL;
    enum sr_status status = SR_ERROR_MEMORY;
    if (!(bench->copies.pixels = sr_array_raw(copies * whole, 1, what, error)) ||
        !(bench->said = sr_array_raw(copies * bench->classes, sizeof(float), what, error)) ||
        !(bench->heats = sr_array_raw((AT_ONCE + 1) * size, sizeof(float), what, error)) ||
        !(bench->order = sr_array_raw(size, sizeof *bench->order, what, error)) ||
        !(said = sr_array_raw(samples->count * bench->classes, sizeof *said, what, error)) ||
        !(targets = sr_array_raw(samples->count, sizeof *targets, what, error)))
        goto out;
    bench->centre = bench->heats + AT_ONCE * size;
    make_centre(bench->centre, bench->copies.shape);
    find_mean(samples, bench->mean);
    status = find_targets(bench, said, targets, error);
    if (!status) status = measure_curves(bench, targets, error);
    if (!status && bench->quality->layers) status = measure_scrambled(bench, targets, error);
out:
    free(bench->copies.pixels);
    free(bench->said);
    free(bench->heats);
    free(bench->order);
    free(said);
    free(targets);
    return status;
}

enum sr_status sr_quality_measure(const struct sr_quality_request *request,
                                  struct sr_quality *quality, struct sr_error *error)
{
    const struct sr_model *model = request->model;
    const struct sr_samples *samples = &request->samples;
    *quality = (struct sr_quality){
        .count = samples->count, .method = request->method, .fill = request->fill};
    if (!quality->method) quality->method = sr_method_default(model);
    if (!quality->method->sampled || !quality->method->mapped)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "%s is no map of a sample; measure another method",
                            quality->method->title);
    sr_explain_place(model, quality->method, request->layer, quality->layer);
    if (!samples->count)
        return sr_error_set(error, SR_ERROR_ARGUMENT, "there are no images to measure on");
    enum sr_status status = sr_model_check_shape(model, samples->images->shape, 0, error);
    if (!status) status = sr_model_weight_layers(model, &quality->layers, error);
    if (status) return status;
    quality->scrambled_images =
        samples->count < SCRAMBLED_IMAGES ? samples->count : SCRAMBLED_IMAGES;
    struct bench bench = {.request = request,
                          .quality = quality,
                          .size = sr_shape_pixels(model->shape.image),
                          .classes = (size_t)model->shape.classes,
                          .started = sr_clock_seconds(),
                          .total =
                              samples->count +
                              (quality->layers ? SR_SCRAMBLED_MOST * quality->scrambled_images : 0),
                          .copies = {AT_ONCE * COPIES, model->shape.image, NULL, NULL}};
    return measure(&bench, error);
}
