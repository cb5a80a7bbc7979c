/* k nearest neighbours by exact search.
 *
 * The stored rows are bytes, so every product and L1 distance is an exact integer
 * (compute/bytes.h). Pixels are bytes; the values of HOG, 0 to 0.4, are rounded to 255 steps, which
 * costs no accuracy. Squared Euclidean distance is |q|² + |t|² - 2 q·t, ranked by |t|² - 2 q·t;
 * cosine by q·t / |t|. For l2 and l1 of pixels most rows are ruled out by their block means
 * (compute/coarse.h). Memory is a byte a feature: 47 MB for 60,000 images of 28×28. Rows are
 * visited in ascending order and one replaces another only when strictly nearer, so of equal
 * distances the lower row wins, whatever the number of threads. */
#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include "sartor/compute/bytes.h"
#include "sartor/compute/coarse.h"
#include "sartor/data/features.h"
#include "sartor/models/families.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { K_MAX = 1000 };
enum metric { METRIC_L2, METRIC_L1, METRIC_COSINE };

/* Queries of one slice, slices of one region, and the work (in bytes compared) after which a region
 * ends, so that a request to stop is answered within milliseconds. */
enum {
    SLICE_QUERIES = 48,
    BATCH_QUERIES = 32 * SLICE_QUERIES,
    CHUNK_BYTES = 400 << 10,
    SEGMENT_BYTES = 3 << 20
};

static const struct sr_param params[] = {
    {"k", SR_PARAM_INTEGER, .fallback = "6", .minimum = 1, .maximum = K_MAX,
     .help = "Neighbours that vote."},
    {"metric", SR_PARAM_CHOICE, .fallback = "l1", .choices = "l2 l1 cosine",
     .help = "Euclidean, city-block, or one minus the cosine (best for hog)."},
    {"weights", SR_PARAM_CHOICE, .fallback = "distance", .choices = "uniform distance",
     .help = "One vote each, or votes weighted by 1/distance."},
    {"features", SR_PARAM_CHOICE, .fallback = "pixels", .choices = SR_FEATURES_CHOICES,
     .help = "Pixels, or histograms of oriented gradients."},
    {0},
};

/* What one unit of a feature is in bytes. */
static const double scales[SR_FEATURES_COUNT] = {
    [SR_FEATURES_PIXELS] = 255, [SR_FEATURES_HOG] = 255 / 0.4};

struct knn {
    struct sr_model_shape shape;
    enum sr_features features;
    int k;
    enum metric metric;
    bool weighted;
    size_t count, padded;
    size_t length, stride; /* bytes of a row; from one query to the next */
    bool bounded;          /* `coarse` holds the rows, else `set` */
    struct sr_coarse coarse;
    struct sr_bytes set;
    double *lengths; /* of each padded row as a vector, for the cosine */
    uint8_t *labels;
    uint32_t *rows; /* in the train file */
};

/* An image as the bytes that are compared. */
static void row_bytes(const struct knn *knn, const uint8_t *pixels, uint8_t *bytes)
{
    const size_t length = knn->length;
    if (knn->features == SR_FEATURES_PIXELS) {
        memcpy(bytes, pixels, length);
        return;
    }
    float values[length];
    sr_features_image(knn->features, pixels, knn->shape.image, values);
    for (size_t i = 0; i < length; i++) {
        double step = (double)values[i] * scales[knn->features] + 0.5;
        bytes[i] = step < 255 ? (uint8_t)step : 255;
    }
}

static void knn_free(void *state)
{
    struct knn *knn = state;
    if (!knn) return;
    sr_bytes_fini(&knn->set);
    sr_coarse_fini(&knn->coarse);
    free(knn->lengths);
    free(knn->labels);
    free(knn->rows);
    free(knn);
}

static uint64_t knn_size(const void *state)
{
    const struct knn *knn = state;
    return (uint64_t)knn->count * knn->length;
}

static enum sr_status knn_check(const struct sr_args *args, const struct sr_model_shape *shape,
                                size_t train_count, struct sr_error *error)
{
    int64_t k = sr_args_integer(args, "k");
    enum sr_features features = (enum sr_features)sr_features_find(sr_args_text(args, "features"));
    enum sr_status status = sr_model_check_bytes("knn", features, shape->image, error);
    if (status || (uint64_t)k <= train_count) return status;
    return sr_error_set(error, SR_ERROR_ARGUMENT,
                        "k=%lld asks for more neighbours than the %zu training images; k from 1 to "
                        "%zu can be used.",
                        (long long)k, train_count, train_count);
}

static enum sr_bytes_measure measure_of(const struct knn *knn)
{
    return knn->metric == METRIC_L1 ? SR_BYTES_L1 : SR_BYTES_PRODUCT;
}

/* The state, without the rows. */
static struct knn *knn_new(const struct sr_args *args, const struct sr_model_shape *shape,
                           size_t count, struct sr_error *error)
{
    struct knn *knn = sr_xalloc(sizeof *knn);
    const char *metric = sr_args_text(args, "metric");
    knn->shape = *shape;
    knn->count = count;
    knn->features = (enum sr_features)sr_features_find(sr_args_text(args, "features"));
    knn->k = (int)sr_args_integer(args, "k");
    knn->metric = strcmp(metric, "l1") == 0       ? METRIC_L1
                  : strcmp(metric, "cosine") == 0 ? METRIC_COSINE
                                                  : METRIC_L2;
    knn->weighted = strcmp(sr_args_text(args, "weights"), "distance") == 0;
    knn->length = sr_features_size(knn->features, shape->image);
    knn->bounded = knn->features == SR_FEATURES_PIXELS && knn->metric != METRIC_COSINE;
    if (knn->bounded ? sr_coarse_init(&knn->coarse, measure_of(knn), count, shape->image, error)
                     : sr_bytes_init(&knn->set, count, knn->length, error)) {
        free(knn);
        return NULL;
    }
    knn->padded = knn->bounded ? knn->coarse.means.padded : knn->set.padded;
    knn->stride = knn->bounded ? knn->coarse.stride : sr_bytes_stride(&knn->set);
    knn->lengths = sr_array_new(knn->padded, sizeof *knn->lengths, "the stored rows", error);
    knn->labels = sr_array_new(count, sizeof *knn->labels, "the stored rows", error);
    knn->rows = sr_array_new(count, sizeof *knn->rows, "the stored rows", error);
    if (!knn->lengths || !knn->labels || !knn->rows) {
        knn_free(knn);
        return NULL;
    }
    return knn;
}

static void put_row(struct knn *knn, size_t i, const uint8_t *bytes, uint8_t label, uint32_t row)
{
    if (knn->bounded)
        sr_coarse_put(&knn->coarse, i, bytes);
    else
        sr_bytes_put(&knn->set, i, bytes);
    knn->lengths[i] = sqrt((double)(knn->bounded ? knn->coarse.squares : knn->set.squares)[i]);
    knn->labels[i] = label;
    knn->rows[i] = row;
}

struct filling {
    struct knn *knn;
    const struct sr_samples *samples;
    size_t base;
};

enum { FILL_SLICE = 64, FILL_SLICES = 32 };

static void fill_slice(void *context, size_t index, int worker)
{
    const struct filling *filling = context;
    struct knn *knn = filling->knn;
    uint8_t bytes[knn->length];
    size_t first = filling->base + index * FILL_SLICE;
    (void)worker;
    for (size_t i = first; i < first + FILL_SLICE && i < knn->count; i++) {
        row_bytes(knn, sr_samples_pixels(filling->samples, i), bytes);
        put_row(knn, i, bytes, (uint8_t)sr_samples_label(filling->samples, i),
                sr_samples_row(filling->samples, i));
    }
}

static enum sr_status knn_fit(const struct sr_fit *fit, void **state, struct sr_error *error)
{
    struct knn *knn = knn_new(fit->params, &fit->shape, fit->train.count, error);
    if (!knn) return SR_ERROR_MEMORY;
    struct filling filling = {knn, &fit->train, 0};
    double start = sr_clock_seconds();
    for (; filling.base < knn->count; filling.base += FILL_SLICE * FILL_SLICES) {
        sr_pool_run(fit->pool, FILL_SLICES, fill_slice, &filling);
        sr_monitor_count(fit->monitor, "image", filling.base + FILL_SLICE * FILL_SLICES, knn->count,
                         start);
        if (!sr_monitor_proceed(fit->monitor)) {
            knn_free(knn);
            return sr_error_set(error, SR_ERROR_CANCELLED,
                                "Stopped before all images were stored.");
        }
    }
    *state = knn;
    return SR_OK;
}

/* ---- the search ---- */

/* One row found. The key orders: exact whole numbers for l2 and l1. */
struct found {
    double key;
    uint32_t row;
};

struct search {
    const struct knn *knn;
    const struct sr_samples *samples;
    size_t base, queries; /* of the samples: this batch */
    size_t first, last;   /* of the stored rows: this segment */
    int k;
    uint8_t *bytes;      /* BATCH_QUERIES × stride */
    struct found *found; /* BATCH_QUERIES × k, each list ascending */
    int *filled;         /* of each list */
    int workers;
    struct sr_bytes_queries *slices; /* for each worker: the queries that it compares */
    int32_t *scratch;                /* for each worker, SLICE_QUERIES × chunk */
    size_t chunk;
    struct sr_coarse_query *asked; /* BATCH_QUERIES, where rows are bounded */
    uint8_t *means;                /* theirs */
};

static void insert(struct found *list, int *filled, int k, double key, uint32_t row)
{
    int at = *filled < k ? (*filled)++ : k - 1;
    for (; at > 0 && list[at - 1].key > key; at--) list[at] = list[at - 1];
    list[at] = (struct found){key, row};
}

static double key_of(const struct knn *knn, size_t row, int32_t value)
{
    switch (knn->metric) {
    case METRIC_L2:
        return (double)(knn->bounded ? knn->coarse.squares : knn->set.squares)[row] - 2.0 * value;
    case METRIC_L1:
        return value;
    default:
        return knn->lengths[row] > 0 ? -(double)value / knn->lengths[row] : 0;
    }
}

/* Does any of SR_BYTES_ROWS rows come nearer than `worst`? Written so that compilers vectorise it.
 */
static bool any_nearer(const struct knn *knn, size_t first, const int32_t *values, double worst)
{
    int any = 0;
    if (knn->metric == METRIC_COSINE) {
        const double *lengths = knn->lengths + first;
        for (int i = 0; i < SR_BYTES_ROWS; i++)
            any |= -(double)values[i] < (worst + 1e-9) * lengths[i] + 1e-9;
        return any;
    }
    const int32_t limit = worst > INT32_MAX ? INT32_MAX : (int32_t)worst;
    const int32_t *squares = knn->set.squares + first;
    if (knn->metric == METRIC_L1) {
        for (int i = 0; i < SR_BYTES_ROWS; i++) any |= values[i] < limit;
    } else {
        for (int i = 0; i < SR_BYTES_ROWS; i++) any |= squares[i] - 2 * values[i] < limit;
    }
    return any;
}

/* Insert the rows first..first+count into the list of one query, given their products or distances.
 */
static void scan(const struct search *search, size_t query, size_t first, size_t count,
                 const int32_t *values)
{
    const struct knn *knn = search->knn;
    struct found *list = search->found + query * (size_t)search->k;
    int *filled = &search->filled[query], k = search->k;
    for (size_t at = 0; at < count; at += SR_BYTES_ROWS) {
        if (*filled == k && !any_nearer(knn, first + at, values + at, list[k - 1].key)) continue;
        for (size_t i = at; i < at + SR_BYTES_ROWS && first + i < knn->count; i++) {
            double key = key_of(knn, first + i, values[i]);
            if (*filled < k || key < list[k - 1].key)
                insert(list, filled, k, key, (uint32_t)(first + i));
        }
    }
}

enum { SCAN_ROWS = 128 };

/* The same, where `values` compares block means. */
static void scan_bounded(const struct search *search, size_t query, size_t first, size_t count,
                         const int32_t *values)
{
    const struct knn *knn = search->knn;
    const struct sr_coarse_query *asked = &search->asked[query];
    struct found *list = search->found + query * (size_t)search->k;
    int *filled = &search->filled[query], k = search->k;
    const double square = knn->metric == METRIC_L1 ? 0 : (double)asked->square;
    for (size_t at = 0; at < count; at += SCAN_ROWS) {
        const size_t rows = count - at < SCAN_ROWS ? count - at : SCAN_ROWS;
        uint32_t near[SCAN_ROWS];
        int32_t exact[SCAN_ROWS];
        const double worst = *filled < k ? INFINITY : list[k - 1].key + square;
        size_t found =
            sr_coarse_within(&knn->coarse, asked, worst, first + at, rows, values + at, near);
        sr_coarse_compare(&knn->coarse, asked, first + at, near, found, exact);
        for (size_t i = 0; i < found; i++) {
            const size_t row = first + at + near[i];
            if (row >= knn->count) continue;
            const double key = key_of(knn, row, exact[i]);
            if (*filled < k || key < list[k - 1].key) insert(list, filled, k, key, (uint32_t)row);
        }
    }
}

static void search_slice(void *context, size_t index, int worker)
{
    const struct search *search = context;
    const struct knn *knn = search->knn;
    size_t query = index * SLICE_QUERIES, left = search->queries - query;
    size_t queries = left < SLICE_QUERIES ? left : SLICE_QUERIES;
    int32_t *values = search->scratch + (size_t)worker * SLICE_QUERIES * search->chunk;
    const struct sr_bytes *set = knn->bounded ? &knn->coarse.means : &knn->set;
    const uint8_t *bytes =
        (knn->bounded ? search->means : search->bytes) + query * sr_bytes_stride(set);
    struct sr_bytes_queries *slice = &search->slices[worker];
    sr_bytes_ask(slice, set, bytes, queries);
    for (size_t first = search->first; first < search->last; first += search->chunk) {
        size_t count = search->last - first < search->chunk ? search->last - first : search->chunk;
        sr_bytes_compare(set, measure_of(knn), slice, 0, queries, first, count, values);
        for (size_t q = 0; q < queries; q++)
            (knn->bounded ? scan_bounded : scan)(search, query + q, first, count,
                                                 values + q * count);
    }
}

static void prepare_slice(void *context, size_t index, int worker)
{
    const struct search *search = context;
    const struct knn *knn = search->knn;
    size_t end = (index + 1) * SLICE_QUERIES < search->queries ? (index + 1) * SLICE_QUERIES
                                                               : search->queries;
    (void)worker;
    for (size_t q = index * SLICE_QUERIES; q < end; q++) {
        uint8_t *bytes = search->bytes + q * knn->stride;
        row_bytes(knn, sr_samples_pixels(search->samples, search->base + q), bytes);
        if (knn->bounded)
            sr_coarse_ask(&knn->coarse, bytes,
                          search->means + q * sr_bytes_stride(&knn->coarse.means),
                          &search->asked[q]);
    }
}

static size_t rows_for(size_t bytes, size_t length)
{
    size_t rows = bytes / length / SR_BYTES_ROWS * SR_BYTES_ROWS;
    return rows ? rows : SR_BYTES_ROWS;
}

static void search_fini(struct search *search)
{
    free(search->bytes);
    free(search->found);
    free(search->filled);
    free(search->scratch);
    for (int w = 0; search->slices && w < search->workers; w++)
        sr_bytes_queries_fini(&search->slices[w]);
    free(search->slices);
    free(search->asked);
    free(search->means);
}

static enum sr_status search_init(struct search *search, const struct knn *knn,
                                  const struct sr_samples *samples, int k, struct sr_pool *pool,
                                  struct sr_error *error)
{
    size_t room = samples->count < BATCH_QUERIES ? samples->count : BATCH_QUERIES;
    const struct sr_bytes *set = knn->bounded ? &knn->coarse.means : &knn->set;
    bool ready = true;
    *search = (struct search){.knn = knn,
                              .samples = samples,
                              .k = k,
                              .workers = sr_pool_threads(pool),
                              .chunk = rows_for(CHUNK_BYTES, knn->length)};
    search->bytes = sr_array_new(room, knn->stride, "the queries", error);
    search->asked = sr_array_new(room, sizeof *search->asked, "the queries", error);
    search->means =
        sr_array_new(room, knn->bounded ? sr_bytes_stride(set) : 1, "the queries", error);
    search->found = sr_array_new(room * (size_t)k, sizeof *search->found, "the neighbours", error);
    search->filled = sr_array_new(room, sizeof *search->filled, "the neighbours", error);
    search->slices = sr_xalloc((size_t)search->workers * sizeof *search->slices);
    for (int w = 0; w < search->workers && ready; w++)
        ready = !sr_bytes_queries_init(&search->slices[w], set, SLICE_QUERIES, error);
    search->scratch = sr_array_raw((size_t)search->workers * SLICE_QUERIES * search->chunk,
                                   sizeof *search->scratch, "the distances", error);
    if (ready && search->bytes && search->found && search->filled && search->scratch &&
        search->asked && search->means)
        return SR_OK;
    search_fini(search);
    return SR_ERROR_MEMORY;
}

/* Find the lists of the batch that starts at `base`. False when asked to stop. */
static bool search_batch(struct search *search, size_t base, struct sr_pool *pool,
                         const struct sr_monitor *monitor)
{
    const struct knn *knn = search->knn;
    size_t left = search->samples->count - base, segment = rows_for(SEGMENT_BYTES, knn->length);
    search->base = base;
    search->queries = left < BATCH_QUERIES ? left : BATCH_QUERIES;
    memset(search->filled, 0, search->queries * sizeof *search->filled);
    size_t slices = (search->queries + SLICE_QUERIES - 1) / SLICE_QUERIES;
    sr_pool_run(pool, slices, prepare_slice, search);
    for (size_t first = 0; first < knn->padded; first += segment) {
        search->first = first;
        search->last = knn->padded - first < segment ? knn->padded : first + segment;
        sr_pool_run(pool, slices, search_slice, search);
        if (!sr_monitor_proceed(monitor)) return false;
    }
    return true;
}

/* The distance in units of the features: of pixels scaled to 0..1, or of HOG values. */
static double distance(const struct knn *knn, double key, double query_square)
{
    const double scale = scales[knn->features];
    switch (knn->metric) {
    case METRIC_L2:
        return sqrt(key + query_square) / scale;
    case METRIC_L1:
        return key / scale;
    default:
        return query_square > 0 ? 1 + key / sqrt(query_square) : 1;
    }
}

static double square_of(const uint8_t *bytes, size_t length)
{
    int64_t sum = 0;
    for (size_t i = 0; i < length; i++) sum += (int64_t)bytes[i] * bytes[i];
    return (double)sum;
}

/* Votes of 1, or of 1/distance; neighbours at distance 0 outvote all others (as in scikit-learn).
 */
static void vote(const struct search *search, size_t query, float *probabilities)
{
    const struct knn *knn = search->knn;
    const struct found *list = search->found + query * (size_t)search->k;
    const double square = square_of(search->bytes + query * knn->stride, knn->length);
    double votes[SR_CLASSES_MAX] = {0}, total = 0;
    bool exact = knn->weighted && !(distance(knn, list[0].key, square) > 0);
    for (int i = 0; i < search->filled[query]; i++) {
        double apart = distance(knn, list[i].key, square);
        double weight = !knn->weighted ? 1 : exact ? !(apart > 0) : 1 / apart;
        votes[knn->labels[list[i].row]] += weight;
        total += weight;
    }
    for (int c = 0; c < knn->shape.classes; c++) probabilities[c] = (float)(votes[c] / total);
}

static enum sr_status knn_predict(const void *state, const struct sr_samples *samples,
                                  struct sr_pool *pool, const struct sr_monitor *monitor,
                                  float *probabilities, struct sr_error *error)
{
    const struct knn *knn = state;
    struct search search;
    enum sr_status status = search_init(&search, knn, samples, knn->k, pool, error);
    if (status) return status;
    double start = sr_clock_seconds();
    for (size_t base = 0; base < samples->count; base += BATCH_QUERIES) {
        if (!search_batch(&search, base, pool, monitor)) {
            status = sr_error_set(error, SR_ERROR_CANCELLED, "Stopped after %zu of %zu queries.",
                                  base, samples->count);
            break;
        }
        for (size_t q = 0; q < search.queries; q++)
            vote(&search, q, probabilities + (base + q) * (size_t)knn->shape.classes);
        sr_monitor_count(monitor, "query", base + search.queries, samples->count, start);
    }
    search_fini(&search);
    return status;
}

static size_t knn_nearest(const void *state, const uint8_t *pixels, uint32_t *rows,
                          double *distances, size_t room)
{
    const struct knn *knn = state;
    struct sr_images image = {1, knn->shape.image, (uint8_t *)(uintptr_t)pixels, NULL};
    struct sr_samples samples = {&image, NULL, 1};
    struct search search;
    size_t k = room < knn->count ? room : knn->count;
    if (k == 0 || k > K_MAX) k = k ? K_MAX : 1;
    if (room == 0 || search_init(&search, knn, &samples, (int)k, NULL, NULL)) return 0;
    search_batch(&search, 0, NULL, NULL);
    const double square = square_of(search.bytes, knn->length);
    for (size_t i = 0; i < k; i++) {
        rows[i] = knn->rows[search.found[i].row];
        distances[i] = distance(knn, search.found[i].key, square);
    }
    search_fini(&search);
    return k;
}

/* ---- files ---- */

/* "pixels" [count][height][width], in colour [count][height][width][3], or "hog" [count][values].
 */
static int stored_shape(enum sr_features features, const struct sr_model_shape *shape, size_t count,
                        size_t dimensions[4])
{
    dimensions[0] = count;
    dimensions[1] = features == SR_FEATURES_PIXELS ? (size_t)shape->image.height
                                                   : sr_features_size(features, shape->image);
    dimensions[2] = (size_t)shape->image.width;
    dimensions[3] = (size_t)shape->image.channels;
    return features != SR_FEATURES_PIXELS ? 2 : shape->image.channels == 1 ? 3 : 4;
}

static enum sr_status knn_save(const void *state, struct sr_tensors *set, struct sr_error *error)
{
    const struct knn *knn = state;
    size_t dimensions[4];
    int rank = stored_shape(knn->features, &knn->shape, knn->count, dimensions);
    uint8_t *bytes =
        sr_tensors_add(set, sr_features_names[knn->features], SR_U8, rank, dimensions, error);
    uint8_t *labels = bytes ? sr_tensors_add(set, "labels", SR_U8, 1, dimensions, error) : NULL;
    int64_t *rows = labels ? sr_tensors_add(set, "rows", SR_I64, 1, dimensions, error) : NULL;
    if (!rows) return SR_ERROR_MEMORY;
    for (size_t i = 0; i < knn->count; i++) {
        if (knn->bounded)
            memcpy(bytes + i * knn->length, knn->coarse.rows + i * knn->coarse.stride, knn->length);
        else
            sr_bytes_get(&knn->set, i, bytes + i * knn->length);
        labels[i] = knn->labels[i];
        rows[i] = knn->rows[i];
    }
    return SR_OK;
}

static enum sr_status knn_load(const struct sr_tensors *set, const struct sr_args *args,
                               const struct sr_model_shape *shape, void **state,
                               struct sr_error *error)
{
    const char *features = sr_args_text(args, "features");
    size_t dimensions[4];
    int rank =
        stored_shape((enum sr_features)sr_features_find(features), shape, SIZE_MAX, dimensions);
    const struct sr_tensor *stored = sr_tensors_need(set, features, SR_U8, rank, dimensions, error);
    if (!stored) return SR_ERROR_FORMAT;
    const size_t count = stored->shape[0];
    const struct sr_tensor *labels = sr_tensors_need(set, "labels", SR_U8, 1, &count, error);
    const struct sr_tensor *rows =
        labels ? sr_tensors_need(set, "rows", SR_I64, 1, &count, error) : NULL;
    if (!rows) return SR_ERROR_FORMAT;
    if (count >= UINT32_MAX || knn_check(args, shape, count, NULL)) {
        return sr_error_set(error, SR_ERROR_FORMAT, "Tensor \"%s\" holds %zu images, fewer than k.",
                            features, count);
    }
    struct knn *knn = knn_new(args, shape, count, error);
    if (!knn) return SR_ERROR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        const uint8_t label = ((const uint8_t *)labels->data)[i];
        const int64_t row = ((const int64_t *)rows->data)[i];
        if (label >= shape->classes || row < 0 || row > UINT32_MAX) {
            knn_free(knn);
            return sr_error_set(error, SR_ERROR_FORMAT,
                                "Stored image %zu has the label %d and the row %lld; %d classes "
                                "and rows from 0 on are possible.",
                                i, label, (long long)row, shape->classes);
        }
        put_row(knn, i, (const uint8_t *)stored->data + i * knn->length, label, (uint32_t)row);
    }
    *state = knn;
    return SR_OK;
}

static const struct sr_search search[] = {
    {"k", .low = 1, .high = 20, .whole = true},
    {"metric", .choices = "l2 l1 cosine"},
    {"weights", .choices = "uniform distance"},
    {"features", .choices = "pixels hog"},
    {0},
};

static const struct sr_study_part study = {
    .order = 6,
    .settings = {"k=5 metric=l2 weights=uniform", "k=5 metric=l2 weights=uniform",
                 "features=hog metric=cosine k=4"},
    .seconds = {0.02, 0.1, 2},
    .power = 1,
    .predict_seconds = 0.15,
};

const struct sr_model_class sr_model_class_knn = {
    .name = "knn",
    .title = "k nearest neighbours",
    .help = "Predicts by a vote of the most similar training images.",
    .params = params,
    .search = search,
    .study = &study,
    .check = knn_check,
    .fit = knn_fit,
    .predict = knn_predict,
    .save = knn_save,
    .load = knn_load,
    .free = knn_free,
    .size = knn_size,
    .nearest = knn_nearest,
    .all_nearest = true,
};
