/* relate.c - what images say of one another, by the nearest of them: how remote an image is, which
 * are almost the same, which labels differ from those around. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/audit/audit.h"
#include "sartor/base/memory.h"
#include "sartor/embed/neighbours.h"
#include "sartor/embed/pca.h"
#include "sartor/eval/suspects.h"

/* Principal components that are compared; rows that they are found on; rows whose features are held
 * at a time; rounds of k-means. */
enum { DIMS = 50, SAMPLE = 10000, BATCH = 2000, ROUNDS = 10 };

struct places {
    const struct sr_images *files;
    size_t count;
    const struct sr_audit_features *features;
    int width, dims; /* of features as they are, and reduced */
    float *rows;     /* count × dims */
    struct sr_pool *pool;
    const struct sr_monitor *monitor;
};

/* Features of `count` places first, first + step, ... */
static void fill(const struct places *places, size_t first, size_t count, double step, float *out)
{
    const size_t width = (size_t)places->width;
    const float *given = places->features->rows;
    for (size_t i = 0; given && i < count; i++)
        memcpy(out + i * width, given + (first + (size_t)((double)i * step)) * width,
               width * sizeof *out);
    if (given) return;
    uint32_t *rows = sr_xalloc((count + 1) * sizeof *rows);
    size_t done = 0, before = 0;
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        const struct sr_images *file = &places->files[f];
        size_t own = 0;
        for (; done + own < count; own++) {
            const size_t place = first + (size_t)((double)(done + own) * step);
            if (place >= before + file->count) break;
            rows[own] = (uint32_t)(place - before);
        }
        const struct sr_samples samples = {file, rows, own};
        if (own)
            sr_features_fill(places->features->kind, &samples, 0, own, out + done * width, width,
                             places->pool);
        done += own;
        before += file->count;
    }
    free(rows);
}

static enum sr_status reduce(struct places *places, struct sr_error *error)
{
    const size_t sample = places->count < SAMPLE ? places->count : SAMPLE,
                 held = sample > BATCH ? sample : BATCH;
    struct sr_pca pca = {0};
    float *x = sr_array_raw(held * (size_t)places->width, sizeof *x, "features of images", error);
    places->dims = places->width < DIMS ? places->width : DIMS;
    places->rows = sr_array_raw(places->count * (size_t)places->dims, sizeof *places->rows,
                                "features of images", error);
    enum sr_status status = x && places->rows ? SR_OK : SR_ERROR_MEMORY;
    if (!status) {
        fill(places, 0, sample, (double)places->count / (double)sample, x);
        status = sr_pca_fit(&pca, x, sample, places->width, places->dims, places->pool,
                            places->monitor, error);
    }
    for (size_t first = 0; !status && first < places->count; first += BATCH) {
        const size_t left = places->count - first, count = left < BATCH ? left : BATCH;
        fill(places, first, count, 1, x);
        status = sr_pca_project(&pca, x, count, places->rows + first * (size_t)places->dims,
                                places->pool, NULL, error);
        if (!status && !sr_monitor_proceed(places->monitor))
            status = sr_error_set(error, SR_ERROR_CANCELLED, "the audit was stopped");
    }
    sr_pca_fini(&pca);
    free(x);
    return status;
}

static int by_value(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Freed by the caller. */
static float *sort(const float *values, size_t count)
{
    float *sorted = sr_xalloc(count * sizeof *sorted);
    memcpy(sorted, values, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_value);
    return sorted;
}

/* The median; where it is 0, since most images are there several times, that of the values above 0.
 */
static float median(const float *values, size_t count)
{
    float *sorted = sort(values, count);
    size_t from = 0;
    while (!(sorted[count / 2] > 0) && from < count && !(sorted[from] > 0)) from++;
    const float middle = from < count ? sorted[from + (count - from) / 2] : FLT_MIN;
    free(sorted);
    return middle;
}

/* The median that distances are told in. */
static float find_remoteness(struct sr_audit_relations *relations,
                             const struct sr_neighbours *found)
{
    for (size_t i = 0; i < found->count; i++) {
        double sum = 0;
        for (int j = 0; j < found->k; j++)
            sum += (double)found->distances[i * (size_t)found->k + (size_t)j];
        relations->remoteness[i] = (float)(sum / found->k);
    }
    const float middle = median(relations->remoteness, found->count);
    for (size_t i = 0; i < found->count; i++) relations->remoteness[i] /= middle;
    float *sorted = sort(relations->remoteness, found->count);
    relations->remotest = (double)sorted[(size_t)((1 - SR_AUDIT_REMOTEST) * (double)found->count)];
    free(sorted);
    return middle;
}

static int by_distance(const void *a, const void *b)
{
    const struct sr_twin *x = a, *y = b;
    if (x->distance < y->distance || x->distance > y->distance)
        return x->distance < y->distance ? -1 : 1;
    if (x->later != y->later) return x->later < y->later ? -1 : 1;
    return (x->first > y->first) - (x->first < y->first);
}

static const uint8_t *image_at(const struct sr_images *files, size_t place)
{
    const size_t train = files[SR_FILE_TRAIN].count;
    return place < train ? sr_images_at(&files[SR_FILE_TRAIN], place)
                         : sr_images_at(&files[SR_FILE_TEST], place - train);
}

/* A pair is found from one of its ends or from both; the later one's counts when it has it. */
static bool knows(const struct sr_neighbours *found, size_t place, uint32_t other)
{
    for (int j = 0; j < found->k; j++)
        if (found->rows[place * (size_t)found->k + (size_t)j] == other) return true;
    return false;
}

/* Do two images look alike, whatever a model says? By the correlation of their pixels. */
static bool look_alike(const uint8_t *a, const uint8_t *b, size_t size)
{
    double sum_a = 0, sum_b = 0, aa = 0, bb = 0, ab = 0;
    for (size_t i = 0; i < size; i++) {
        const double x = a[i], y = b[i];
        sum_a += x;
        sum_b += y;
        aa += x * x;
        bb += y * y;
        ab += x * y;
    }
    const double n = (double)size, both = ab - sum_a * sum_b / n,
                 variances = (aa - sum_a * sum_a / n) * (bb - sum_b * sum_b / n);
    return both > 0 && both * both >= SR_AUDIT_ALIKE * SR_AUDIT_ALIKE * variances;
}

/* A distance tells of twins only beside what is usual around them: there are classes whose images
 * all lie close together. Where ten images or more are almost the same, nothing else is around
 * them, and a share of the usual distance counts instead; but not by a model's features, which many
 * images may have in common that do not look alike. */
static void find_twins(struct sr_audit_relations *relations, const struct sr_neighbours *found,
                       const struct places *places, float middle)
{
    const struct sr_images *files = places->files;
    const size_t size = sr_shape_size(files[SR_FILE_TRAIN].shape), k = (size_t)found->k;
    size_t room = 0;
    float *nearest = sr_xalloc(found->count * sizeof *nearest);
    for (size_t i = 0; i < found->count; i++) nearest[i] = found->distances[i * k];
    const float least = places->features->rows
                            ? FLT_MIN
                            : (float)SR_AUDIT_NEAR_LEAST * median(nearest, found->count);
    free(nearest);
    for (size_t i = 0; i < found->count; i++)
        for (size_t j = 0; j < k; j++) {
            const uint32_t other = found->rows[i * k + j];
            const float around = fminf(relations->remoteness[i], relations->remoteness[other]),
                        distance = found->distances[i * k + j] / fmaxf(around * middle, least);
            if (!(distance <= (float)SR_AUDIT_NEAR_MOST)) continue;
            if (other > i && knows(found, other, (uint32_t)i)) continue;
            const uint8_t *one = image_at(files, i), *two = image_at(files, other);
            if (!memcmp(one, two, size)) continue;
            if (places->features->rows && !look_alike(one, two, size)) continue;
            sr_xgrow(&relations->twins, &room, relations->twin_count + 1, sizeof(struct sr_twin));
            relations->twins[relations->twin_count++] =
                other < i ? (struct sr_twin){(uint32_t)i, other, distance}
                          : (struct sr_twin){other, (uint32_t)i, distance};
        }
    if (relations->twin_count)
        qsort(relations->twins, relations->twin_count, sizeof(struct sr_twin), by_distance);
}

static int label_at(const struct sr_images *files, size_t place)
{
    const size_t train = files[SR_FILE_TRAIN].count;
    return place < train ? sr_images_label(&files[SR_FILE_TRAIN], place)
                         : sr_images_label(&files[SR_FILE_TEST], place - train);
}

/* The nearest images vote, each by the inverse of its distance; no image votes on itself, so the
 * shares are held out. */
static void vote(const struct sr_neighbours *found, const struct sr_images *files, int classes,
                 float little, size_t place, float *shares)
{
    const size_t k = (size_t)found->k;
    double sum = 0;
    for (int c = 0; c < classes; c++) shares[c] = 0;
    for (size_t j = 0; j < k; j++) {
        const float weight = 1 / (found->distances[place * k + j] + little);
        shares[label_at(files, found->rows[place * k + j])] += weight;
        sum += (double)weight;
    }
    for (int c = 0; c < classes; c++) shares[c] = (float)((double)shares[c] / sum);
}

static enum sr_status find_labels(struct sr_audit_relations *relations,
                                  const struct sr_neighbours *found, const struct sr_images *files,
                                  int classes, struct sr_error *error)
{
    const size_t count = found->count, width = (size_t)classes;
    struct sr_predictions said = {.count = count, .classes = classes};
    size_t right = 0;
    if (!files[SR_FILE_TRAIN].labels) return SR_OK;
    said.rows = sr_array_raw(count, sizeof *said.rows, "votes", error);
    said.truth = sr_array_raw(count, 1, "votes", error);
    said.predicted = sr_array_raw(count, 1, "votes", error);
    said.probabilities = sr_array_raw(count * width, sizeof(float), "votes", error);
    struct sr_suspect *suspects = sr_array_raw(count, sizeof *suspects, "votes", error);
    enum sr_status status =
        said.rows && said.truth && said.predicted && said.probabilities && suspects
            ? SR_OK
            : SR_ERROR_MEMORY;
    if (!status) {
        /* A twin is no oracle. */
        const float little =
            fmaxf(0.1F * median(found->distances, count * (size_t)found->k), 1e-30F);
        for (size_t i = 0; i < count; i++) {
            said.rows[i] = (uint32_t)i;
            said.truth[i] = (uint8_t)label_at(files, i);
            vote(found, files, classes, little, i, said.probabilities + i * width);
        }
        sr_predictions_finish(&said);
        for (size_t i = 0; i < count; i++) right += said.predicted[i] == said.truth[i];
        relations->accuracy = (double)right / (double)count;
        /* All whose likeliest class is another are listed, and sorted; what is behind them stays.
         */
        for (size_t i = 0; i < count; i++) suspects[i].margin = 1;
        relations->label_likely =
            sr_suspects_find(&said, SR_SUSPECTS_MARGIN, SR_SUSPECTS_ROWS_MIN, suspects);
        size_t n = 0;
        while (n < count && suspects[n].margin < 1) n++;
        while (relations->label_likely < n &&
               (double)suspects[relations->label_likely].margin < SR_AUDIT_LABEL_SURE)
            relations->label_likely++;
        relations->label_count = n;
        relations->labels = sr_xalloc((n + 1) * sizeof *relations->labels);
        for (size_t i = 0; i < n; i++)
            relations->labels[i] = (struct sr_contradicted){suspects[i].row, suspects[i].suggested,
                                                            suspects[i].margin};
    }
    sr_predictions_fini(&said);
    free(suspects);
    return status;
}

/* k-means from evenly spread rows, a few rounds on a sample: groups that are alike, not the best
 * ones. */
static int nearest_centre(const float *row, const float *centres, int dims, int count)
{
    float least = INFINITY;
    int at = 0;
    for (int c = 0; c < count; c++) {
        float sum = 0;
        for (int d = 0; d < dims; d++) {
            const float off = row[d] - centres[c * dims + d];
            sum += off * off;
        }
        if (sum < least) {
            least = sum;
            at = c;
        }
    }
    return at;
}

static void find_clusters(struct sr_audit_relations *relations, const struct places *places)
{
    const size_t dims = (size_t)places->dims;
    const size_t step = places->count > SAMPLE ? places->count / SAMPLE : 1;
    const int count = places->count < SR_AUDIT_CLUSTERS ? (int)places->count : SR_AUDIT_CLUSTERS;
    float *centres = sr_xalloc((size_t)count * dims * sizeof *centres);
    double *sums = sr_xalloc((size_t)count * (dims + 1) * sizeof *sums);
    for (size_t c = 0; c < (size_t)count; c++)
        memcpy(centres + c * dims, places->rows + c * (places->count / (size_t)count) * dims,
               dims * sizeof *centres);
    for (int round = 0; round < ROUNDS; round++) {
        memset(sums, 0, (size_t)count * (dims + 1) * sizeof *sums);
        for (size_t i = 0; i < places->count; i += step) {
            const float *row = places->rows + i * dims;
            double *sum =
                sums + (size_t)nearest_centre(row, centres, places->dims, count) * (dims + 1);
            for (size_t d = 0; d < dims; d++) sum[d] += (double)row[d];
            sum[dims]++;
        }
        for (size_t c = 0; c < (size_t)count; c++)
            for (size_t d = 0; sums[c * (dims + 1) + dims] > 0 && d < dims; d++)
                centres[c * dims + d] =
                    (float)(sums[c * (dims + 1) + d] / sums[c * (dims + 1) + dims]);
    }
    for (size_t i = 0; i < places->count; i++)
        relations->cluster[i] =
            (uint8_t)nearest_centre(places->rows + i * dims, centres, places->dims, count);
    free(centres);
    free(sums);
}

static enum sr_status relate(struct sr_audit_relations *relations, struct places *places,
                             int classes, struct sr_error *error)
{
    struct sr_neighbours found = {0};
    int k = places->count > SR_AUDIT_NEIGHBOURS ? SR_AUDIT_NEIGHBOURS : (int)places->count - 1;
    enum sr_status status = reduce(places, error);
    if (!status)
        status = sr_neighbours_find(&found, places->rows, places->count, places->dims, k,
                                    places->pool, places->monitor, error);
    if (!status) {
        const float middle = find_remoteness(relations, &found);
        find_twins(relations, &found, places, middle);
        find_clusters(relations, places);
        status = find_labels(relations, &found, places->files, classes, error);
    }
    sr_neighbours_fini(&found);
    return status;
}

enum sr_status sr_audit_relate(struct sr_audit_relations *relations,
                               const struct sr_images files[SR_FILE_COUNT], int classes,
                               const struct sr_audit_features *features, struct sr_pool *pool,
                               const struct sr_monitor *monitor, struct sr_error *error)
{
    const size_t width = features->rows
                             ? (size_t)features->width
                             : sr_features_size(features->kind, files[SR_FILE_TRAIN].shape);
    struct places places = {.files = files,
                            .count = files[SR_FILE_TRAIN].count + files[SR_FILE_TEST].count,
                            .features = features,
                            .width = (int)width,
                            .pool = pool,
                            .monitor = monitor};
    *relations = (struct sr_audit_relations){.count = places.count};
    if (width > SR_PCA_WIDTH)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            features->rows
                                ? "the model's %zu features of an image are too many to compare "
                                  "images by, which works up to %d; use of=hog"
                                : "images of %zu values are too large to be compared by pixels, "
                                  "which works up to %d; use of=hog",
                            width, SR_PCA_WIDTH);
    if (places.count < 2) return SR_OK;
    relations->remoteness = sr_array_raw(places.count, sizeof(float), "distances", error);
    relations->cluster = sr_array_raw(places.count, 1, "groups", error);
    enum sr_status status = relations->remoteness && relations->cluster
                                ? relate(relations, &places, classes, error)
                                : SR_ERROR_MEMORY;
    free(places.rows);
    return status;
}

void sr_audit_relations_fini(struct sr_audit_relations *relations)
{
    free(relations->remoteness);
    free(relations->twins);
    free(relations->labels);
    free(relations->cluster);
    *relations = (struct sr_audit_relations){0};
}
