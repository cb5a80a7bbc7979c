/* measure.c - what each image alone says: brightness, information, sharpness, colour; and which
 * images are the same. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/audit/audit.h"
#include "sartor/base/memory.h"
#include "sartor/data/identity.h"

enum { SLICE = 256, SLICES = 64, LEVELS = 256 };

/* Brightness of each pixel as it appears, and how often each value occurs. In colour: the root of
 * the weighted squares (Finley's HSP model, as CleanVision has it). */
static void find_brightness(const uint8_t *pixels, struct sr_shape shape, uint8_t *out,
                            uint32_t levels[LEVELS])
{
    const size_t count = (size_t)shape.height * (size_t)shape.width;
    memset(levels, 0, LEVELS * sizeof *levels);
    for (size_t i = 0; i < count; i++) {
        if (shape.channels == 3) {
            const double r = pixels[3 * i], g = pixels[3 * i + 1], b = pixels[3 * i + 2];
            const double value = sqrt(0.241 * r * r + 0.691 * g * g + 0.068 * b * b);
            out[i] = (uint8_t)fmin(255, value + 0.5);
        } else {
            out[i] = pixels[i];
        }
        levels[out[i]]++;
    }
}

/* The value at this share of the sorted pixels, between two of them as NumPy's percentile. */
static double percentile(const uint32_t levels[LEVELS], size_t count, double share)
{
    const double at = share * (double)(count - 1);
    const size_t low = (size_t)at;
    double values[2] = {255, 255};
    for (int k = 0; k < 2; k++) {
        size_t below = 0;
        for (int level = 0; level < LEVELS; level++) {
            below += levels[level];
            if (below <= low + (size_t)k) continue;
            values[k] = level;
            break;
        }
    }
    if (low + 1 >= count) values[1] = values[0];
    return (values[0] + (at - (double)low) * (values[1] - values[0])) / 255;
}

static double entropy(const uint32_t levels[LEVELS], size_t count)
{
    double sum = 0;
    for (int level = 0; level < LEVELS; level++) {
        const double share = (double)levels[level] / (double)count;
        if (levels[level]) sum -= share * log2(share);
    }
    return sum;
}

/* Variance of the Laplacian (4 neighbours, without the border) over the variance of the brightness;
 * infinite where all pixels are equal: nothing in it can be sharp. */
static double sharpness(const uint8_t *grey, int height, int width)
{
    int64_t sum = 0, squares = 0, edge_sum = 0, edge_squares = 0;
    const int64_t count = (int64_t)height * width, inner = (int64_t)(height - 2) * (width - 2);
    for (int64_t i = 0; i < count; i++) {
        sum += grey[i];
        squares += (int64_t)grey[i] * grey[i];
    }
    for (int y = 1; y < height - 1; y++)
        for (int x = 1; x < width - 1; x++) {
            const uint8_t *at = grey + y * width + x;
            const int value = 4 * at[0] - at[-1] - at[1] - at[-width] - at[width];
            edge_sum += value;
            edge_squares += (int64_t)value * value;
        }
    const double variance = (double)(count * squares - sum * sum) / ((double)count * (double)count);
    if (variance <= 0 || inner <= 0) return INFINITY;
    return (double)(inner * edge_squares - edge_sum * edge_sum) / ((double)inner * (double)inner) /
           variance;
}

/* Mean over pixels of the largest channel less the smallest; 0 of a grey image. */
static double colourfulness(const uint8_t *pixels, struct sr_shape shape)
{
    const size_t count = (size_t)shape.height * (size_t)shape.width;
    uint64_t sum = 0;
    if (shape.channels != 3) return 0;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *p = pixels + 3 * i;
        const uint8_t most = p[0] > p[1] ? p[0] : p[1], least = p[0] < p[1] ? p[0] : p[1];
        sum += (uint64_t)(most > p[2] ? most : p[2]) - (least < p[2] ? least : p[2]);
    }
    return (double)sum / (double)count;
}

void sr_audit_measure_image(const uint8_t *pixels, struct sr_shape shape,
                            float values[SR_AUDIT_MEASURES])
{
    const size_t count = (size_t)shape.height * (size_t)shape.width;
    uint8_t *grey = sr_xalloc(count);
    uint32_t levels[LEVELS];
    find_brightness(pixels, shape, grey, levels);
    values[SR_AUDIT_DARK - SR_AUDIT_DARK] = (float)percentile(levels, count, 0.99);
    values[SR_AUDIT_LIGHT - SR_AUDIT_DARK] = (float)percentile(levels, count, 0.05);
    values[SR_AUDIT_INFORMATION - SR_AUDIT_DARK] = (float)entropy(levels, count);
    values[SR_AUDIT_BLURRED - SR_AUDIT_DARK] = (float)sharpness(grey, shape.height, shape.width);
    values[SR_AUDIT_GREY - SR_AUDIT_DARK] = (float)colourfulness(pixels, shape);
    free(grey);
}

struct hashed {
    uint64_t identity;
    uint32_t place;
};

struct measuring {
    struct sr_audit_measures *measures;
    const struct sr_images *files;
    struct hashed *hashes;
    size_t first;
};

static const uint8_t *image_at(const struct sr_images *files, size_t place)
{
    const size_t train = files[SR_FILE_TRAIN].count;
    return place < train ? sr_images_at(&files[SR_FILE_TRAIN], place)
                         : sr_images_at(&files[SR_FILE_TEST], place - train);
}

static void measure_slice(void *context, size_t index, int worker)
{
    const struct measuring *measuring = context;
    const struct sr_shape shape = measuring->files[SR_FILE_TRAIN].shape;
    const size_t from = measuring->first + index * SLICE;
    (void)worker;
    for (size_t i = from; i < from + SLICE && i < measuring->measures->count; i++) {
        float values[SR_AUDIT_MEASURES];
        const uint8_t *pixels = image_at(measuring->files, i);
        sr_audit_measure_image(pixels, shape, values);
        for (int m = 0; m < SR_AUDIT_MEASURES; m++) measuring->measures->values[m][i] = values[m];
        measuring->hashes[i] =
            (struct hashed){sr_identity(pixels, sr_shape_size(shape)), (uint32_t)i};
    }
}

static int by_identity(const void *a, const void *b)
{
    const struct hashed *x = a, *y = b;
    if (x->identity != y->identity) return x->identity < y->identity ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

static int by_later(const void *a, const void *b)
{
    const struct sr_twin *x = a, *y = b;
    return (x->later > y->later) - (x->later < y->later);
}

/* Images with one identity are compared, too: two different ones may have it by chance. */
static void find_twins(const struct measuring *measuring)
{
    struct sr_audit_measures *measures = measuring->measures;
    const size_t size = sr_shape_size(measuring->files[SR_FILE_TRAIN].shape);
    size_t room = 0;
    qsort(measuring->hashes, measures->count, sizeof *measuring->hashes, by_identity);
    for (size_t i = 0, first = 0; i < measures->count; i++) {
        const struct hashed *one = &measuring->hashes[i];
        if (one->identity != measuring->hashes[first].identity) first = i;
        const uint32_t place = measuring->hashes[first].place;
        if (first == i ||
            memcmp(image_at(measuring->files, place), image_at(measuring->files, one->place), size))
            continue;
        sr_xgrow(&measures->twins, &room, measures->twin_count + 1, sizeof *measures->twins);
        measures->twins[measures->twin_count++] = (struct sr_twin){one->place, place, 0};
    }
    if (measures->twin_count)
        qsort(measures->twins, measures->twin_count, sizeof *measures->twins, by_later);
}

/* ---- sizes of pictures ---- */

static double side_of(struct sr_picture_size size)
{
    return sqrt((double)size.width * size.height);
}

static double aspect_of(struct sr_picture_size size)
{
    return (double)size.width / size.height;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Raise what is known of each picture to how many times a value of its size is above or below the
 * median. */
static void raise_odd(struct sr_audit_measures *measures,
                      const struct sr_picture_size *const sizes[SR_FILE_COUNT],
                      double (*of)(struct sr_picture_size), double *sorted)
{
    const size_t trained = measures->trained, count = measures->count;
    for (size_t i = 0; i < count; i++)
        sorted[i] = of(i < trained ? sizes[SR_FILE_TRAIN][i] : sizes[SR_FILE_TEST][i - trained]);
    qsort(sorted, count, sizeof *sorted, by_value);
    const double usual = sorted[count / 2];
    for (size_t i = 0; i < count; i++) {
        const double value =
            of(i < trained ? sizes[SR_FILE_TRAIN][i] : sizes[SR_FILE_TEST][i - trained]);
        measures->odd[i] = fmaxf(measures->odd[i], (float)fmax(value / usual, usual / value));
    }
}

static enum sr_status find_odd(struct sr_audit_measures *measures,
                               const struct sr_picture_size *const sizes[SR_FILE_COUNT],
                               struct sr_error *error)
{
    double *sorted = sr_array_raw(measures->count, sizeof *sorted, "measures", error);
    measures->odd = sr_array_new(measures->count, sizeof *measures->odd, "measures", error);
    enum sr_status status = sorted && measures->odd ? SR_OK : SR_ERROR_MEMORY;
    if (!status && measures->count) {
        raise_odd(measures, sizes, side_of, sorted);
        raise_odd(measures, sizes, aspect_of, sorted);
    }
    free(sorted);
    return status;
}

enum sr_status sr_audit_measure(struct sr_audit_measures *measures,
                                const struct sr_images files[SR_FILE_COUNT],
                                const struct sr_picture_size *const sizes[SR_FILE_COUNT],
                                struct sr_pool *pool, const struct sr_monitor *monitor,
                                struct sr_error *error)
{
    struct measuring measuring = {measures, files, NULL, 0};
    enum sr_status status = SR_OK;
    *measures = (struct sr_audit_measures){.trained = files[SR_FILE_TRAIN].count};
    measures->count = measures->trained + files[SR_FILE_TEST].count;
    for (int m = 0; !status && m < SR_AUDIT_MEASURES; m++) {
        measures->values[m] = sr_array_raw(measures->count, sizeof(float), "measures", error);
        if (!measures->values[m]) status = SR_ERROR_MEMORY;
    }
    measuring.hashes = sr_array_raw(measures->count, sizeof(struct hashed), "identities", error);
    if (!measuring.hashes) status = SR_ERROR_MEMORY;
    for (; !status && measuring.first < measures->count; measuring.first += SLICE * SLICES) {
        const size_t left = measures->count - measuring.first, slices = (left + SLICE - 1) / SLICE;
        sr_pool_run(pool, slices < SLICES ? slices : SLICES, measure_slice, &measuring);
        if (!sr_monitor_proceed(monitor))
            status = sr_error_set(error, SR_ERROR_CANCELLED, "the audit was stopped");
    }
    if (!status) {
        size_t coloured = 0;
        find_twins(&measuring);
        for (size_t i = 0; i < measures->count; i++)
            coloured += measures->values[SR_AUDIT_GREY - SR_AUDIT_DARK][i] >=
                        (float)sr_audit_checks[SR_AUDIT_GREY].threshold;
        measures->colour = 2 * coloured > measures->count;
        if (sizes && sizes[SR_FILE_TRAIN] && sizes[SR_FILE_TEST])
            status = find_odd(measures, sizes, error);
    }
    free(measuring.hashes);
    return status;
}

void sr_audit_measures_fini(struct sr_audit_measures *measures)
{
    for (int m = 0; m < SR_AUDIT_MEASURES; m++) free(measures->values[m]);
    free(measures->odd);
    free(measures->twins);
    *measures = (struct sr_audit_measures){0};
}
