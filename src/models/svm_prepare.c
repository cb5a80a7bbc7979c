/* Before an SVM is fitted: the training rows, in order of class, and the order of the pairs. */
#include "svm_fit.h"

#include "sartor/base/memory.h"
#include <stdlib.h>
#include <string.h>

/* Rows that are filled by one worker, and between two requests to stop. */
enum { FILL = 512, FILL_TASKS = 64 };

/* Whether the next image of a class, after `seen` others, is among a share of limit / count of
 * them, spread evenly; the first always is. */
static bool within_limit(const struct svm_fitting *f, size_t seen)
{
    const uint64_t count = f->fit->train.count, limit = f->limit;
    return limit == 0 || limit >= count ||
           ((seen + 1) * limit + count - 1) / count > (seen * limit + count - 1) / count;
}

/* Put the rows of a class, which are in the order of samples, where similar ones lie together. */
static void group_rows(void *context, size_t class, int worker)
{
    struct svm_fitting *f = context;
    const size_t count = f->counts[class];
    uint32_t *samples = f->samples + f->firsts[class], *places = f->places + f->firsts[class];
    const uint8_t **images = malloc(count * sizeof *images);
    uint32_t *order = malloc(count * sizeof *order), *old = malloc(count * sizeof *old);
    (void)worker;
    for (size_t i = 0; i < count; i++) places[i] = (uint32_t)i;
    if (images && order && old && count) {
        for (size_t i = 0; i < count; i++)
            images[i] = sr_samples_pixels(&f->fit->train, samples[i]);
        svm_rows_group(&f->rows, images, count, SVM_ALIGN, order);
        memcpy(old, samples, count * sizeof *old);
        for (size_t i = 0; i < count; i++) {
            samples[i] = old[order[i]];
            places[order[i]] = (uint32_t)i;
        }
    }
    free(images);
    free(order);
    free(old);
}

enum sr_status svm_arrange_rows(struct svm_fitting *f, enum sr_features kind,
                                struct sr_error *error)
{
    const struct sr_samples *train = &f->fit->train;
    size_t by_label[SR_CLASSES_MAX] = {0}, positions = 0, at[SR_CLASSES_MAX];
    int place[SR_CLASSES_MAX] = {0};
    struct svm *svm = f->svm;
    size_t seen[SR_CLASSES_MAX] = {0}, again[SR_CLASSES_MAX] = {0};
    for (size_t i = 0; i < train->count; i++) {
        int label = sr_samples_label(train, i);
        by_label[label] += within_limit(f, seen[label]++);
    }
    for (int label = 0; label < f->fit->shape.classes; label++) {
        if (!by_label[label]) continue;
        int c = svm->present++;
        svm->labels[c] = label;
        place[label] = c;
        f->counts[c] = by_label[label];
        f->firsts[c] = at[c] = positions;
        positions += svm_pad(by_label[label]);
    }
    f->pairs = (size_t)svm_pairs(svm->present);
    enum sr_status status = svm_rows_init(&f->rows, kind, positions, svm->image, error);
    if (status) return status;
    if (!(f->samples = sr_array_new(positions, sizeof *f->samples, "the training rows", error)) ||
        !(f->places = sr_array_new(positions, sizeof *f->places, "the training rows", error)))
        return SR_ERROR_MEMORY;
    for (size_t i = 0; i < train->count; i++) {
        int label = sr_samples_label(train, i);
        if (within_limit(f, again[label]++)) f->samples[at[place[label]]++] = (uint32_t)i;
    }
    sr_pool_run(f->fit->pool, (size_t)svm->present, group_rows, f);
    return SR_OK;
}

enum sr_status svm_stopped_early(struct sr_error *error)
{
    return sr_error_set(
        error, SR_ERROR_CANCELLED,
        "Stopped before any pair of classes was solved, so no model was made; one of the same "
        "name stays as it was.");
}

struct averaging {
    const struct svm_fitting *f;
    double *means; /* classes × values of an image */
};

static void average_class(void *context, size_t class, int worker)
{
    const struct averaging *averaging = context;
    const struct svm_fitting *f = averaging->f;
    const size_t size = sr_shape_size(f->svm->image);
    double *mean = averaging->means + class * size;
    (void)worker;
    for (size_t i = 0; i < f->counts[class]; i++) {
        const uint8_t *pixels = sr_samples_pixels(&f->fit->train, f->samples[f->firsts[class] + i]);
        for (size_t k = 0; k < size; k++) mean[k] += pixels[k];
    }
    for (size_t k = 0; k < size; k++) mean[k] /= (double)f->counts[class];
}

/* Close pairs take longest: the time is about proportional to one over the squared distance of the
 * classes' means, as measured on Fashion-MNIST with pixels and with hog. */
enum sr_status svm_order_pairs(struct svm_fitting *f, struct sr_error *error)
{
    size_t size = sr_shape_size(f->svm->image), classes = (size_t)f->svm->present;
    double *means = sr_array_new(classes * size, sizeof *means, "class means", error);
    double *work = f->work = sr_array_new(f->pairs, sizeof *work, "the pairs of classes", error);
    f->queue = sr_array_new(f->pairs, sizeof *f->queue, "the pairs of classes", error);
    enum sr_status status = means && work && f->queue ? SR_OK : SR_ERROR_MEMORY;
    if (!status && !sr_monitor_proceed(&f->parts.monitor)) status = svm_stopped_early(error);
    if (!status) {
        struct averaging averaging = {f, means};
        sr_pool_run(f->fit->pool, classes, average_class, &averaging);
    }
    for (size_t p = 0; !status && p < f->pairs; p++) {
        int a, b;
        svm_pair_classes((int)classes, p, &a, &b);
        for (size_t k = 0; k < size; k++) {
            double gap = means[(size_t)a * size + k] - means[(size_t)b * size + k];
            work[p] += gap * gap;
        }
        work[p] = 1 / (1 + work[p]);
        size_t at = p;
        for (; at > 0 && work[f->queue[at - 1]] < work[p]; at--) f->queue[at] = f->queue[at - 1];
        f->queue[at] = p;
    }
    free(means);
    return status;
}

/* Sums over features, of which the variance of all of them is made. */
struct moments {
    double sum, squares, count;
};

/* Pixels of up to FILL positions, with their sums, which are whole numbers. */
struct filling {
    struct svm_fitting *f;
    size_t base;
    uint64_t sums[FILL_TASKS], squares[FILL_TASKS];
};

static void fill_pixels(void *context, size_t index, int worker)
{
    struct filling *filling = context;
    const struct svm_fitting *f = filling->f;
    const size_t begin = filling->base + index * FILL, end = begin + FILL;
    uint64_t sum = 0, squares = 0;
    (void)worker;
    for (int c = 0; c < f->svm->present; c++) {
        const size_t first = f->firsts[c], last = first + f->counts[c];
        for (size_t at = first < begin ? begin : first; at < end && at < last; at++) {
            const uint8_t *pixels = sr_samples_pixels(&f->fit->train, f->samples[at]);
            svm_rows_put_pixels(&filling->f->rows, at, pixels);
            squares += (uint64_t)f->rows.bytes.squares[at];
            for (size_t k = 0; k < f->rows.dimensions; k++) sum += pixels[k];
        }
    }
    filling->sums[index] = sum;
    filling->squares[index] = squares;
}

static bool fill_all_pixels(struct svm_fitting *f, struct moments *moments)
{
    struct filling filling = {.f = f};
    uint64_t sum = 0, squares = 0;
    for (; filling.base < f->rows.count; filling.base += FILL * FILL_TASKS) {
        const size_t left = (f->rows.count - filling.base + FILL - 1) / FILL,
                     tasks = left < FILL_TASKS ? left : FILL_TASKS;
        if (!sr_monitor_proceed(&f->parts.monitor)) return false;
        sr_pool_run(f->fit->pool, tasks, fill_pixels, &filling);
        for (size_t t = 0; t < tasks; t++) {
            sum += filling.sums[t];
            squares += filling.squares[t];
        }
    }
    moments->sum = (double)sum / 255;
    moments->squares = (double)squares / (255 * 255);
    return true;
}

static bool fill_all_values(struct svm_fitting *f, float *block, struct moments *moments)
{
    const struct sr_samples *train = &f->fit->train;
    const size_t dimensions = f->rows.dimensions;
    uint32_t rows[FILL];
    for (int c = 0; c < f->svm->present; c++) {
        for (size_t done = 0; done < f->counts[c]; done += FILL) {
            size_t now = f->counts[c] - done < FILL ? f->counts[c] - done : FILL;
            if (!sr_monitor_proceed(&f->parts.monitor)) return false;
            for (size_t i = 0; i < now; i++)
                rows[i] = sr_samples_row(train, f->samples[f->firsts[c] + done + i]);
            struct sr_samples view = {train->images, rows, now};
            sr_features_fill(f->rows.kind, &view, 0, now, block, dimensions, f->fit->pool);
            for (size_t i = 0; i < now; i++) {
                const float *values = block + i * dimensions;
                const size_t position = f->firsts[c] + done + i;
                svm_rows_put_values(&f->rows, position, values);
                for (size_t k = 0; k < dimensions; k++) moments->sum += (double)values[k];
                moments->squares += (double)f->rows.squares[position];
            }
        }
    }
    return true;
}

/* Fill the rows; the variance of all features is a by-product. */
enum sr_status svm_fill_rows(struct svm_fitting *f, double *variance, struct sr_error *error)
{
    struct moments m = {0};
    bool proceed;
    for (int c = 0; c < f->svm->present; c++)
        m.count += (double)f->counts[c] * (double)f->rows.dimensions;
    if (f->rows.kind == SR_FEATURES_PIXELS) {
        proceed = fill_all_pixels(f, &m);
    } else {
        float *block = sr_array_raw(FILL * f->rows.dimensions, sizeof *block, "features", error);
        if (!block) return SR_ERROR_MEMORY;
        proceed = fill_all_values(f, block, &m);
        free(block);
    }
    if (!proceed) return svm_stopped_early(error);
    *variance = m.squares / m.count - (m.sum / m.count) * (m.sum / m.count);
    return SR_OK;
}
