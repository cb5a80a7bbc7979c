/* The support vector machine: its hyperparameters, its state, predicting with it.
 *
 * Each pair of classes has a C-SVC; sigmoids make their decision values into probabilities,
 * which are coupled to probabilities of the classes. The class that is predicted is the most
 * probable one; counting the pairs' votes instead, as libsvm does without probabilities, agrees
 * on about 99 images of 100. */
#include "svm.h"

#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include "sartor/models/families.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Blocks of queries that pass the same support vectors one after another while those are in a
 * cache, and images that are put in order together. */
enum { LOT = 4, WINDOW = 5 * LOT * SVM_BLOCK };

/* ---- hyperparameters ---- */

static const struct sr_param svm_params[] = {
    {"C", SR_PARAM_NUMBER, .fallback = "10", .minimum = 1e-6, .maximum = 1e9,
     .help = "Cost of an image on the wrong side of the margin; above 0."},
    {"kernel", SR_PARAM_CHOICE, .fallback = "rbf", .choices = "rbf linear poly",
     .help = "exp(-gamma |x-z|²), x·z, or (gamma x·z + coef0)^degree."},
    {"gamma", SR_PARAM_TEXT, .fallback = "scale",
     .help =
         "Of the kernels rbf and poly: a number above 0, or scale for 1 / (features × variance)."},
    {"degree", SR_PARAM_INTEGER, .fallback = "3", .minimum = 1, .maximum = 10,
     .help = "Degree of the polynomial kernel."},
    {"coef0", SR_PARAM_NUMBER, .fallback = "0", .minimum = -1e6, .maximum = 1e6,
     .help = "Constant of the polynomial kernel."},
    {"features", SR_PARAM_CHOICE, .fallback = "pixels", .choices = SR_FEATURES_CHOICES,
     .help = "Pixels divided by 255, or histograms of oriented gradients."},
    {"tolerance", SR_PARAM_NUMBER, .fallback = "0.001", .minimum = 1e-8, .maximum = 1,
     .help = "Violation of optimality at which a pair is solved."},
    {"memory", SR_PARAM_INTEGER, .fallback = "700", .minimum = 1, .maximum = 1e7,
     .help = "MB that rows of the kernel matrix may fill."},
    {"limit", SR_PARAM_INTEGER, .fallback = "0", .minimum = 0, .maximum = 1e9,
     .help = "Use about so many training images, the same share of each class; 0: all."},
    {0}};

static enum sr_status svm_check(const struct sr_args *params, const struct sr_model_shape *shape,
                                size_t train_count, struct sr_error *error)
{
    enum sr_features features =
        (enum sr_features)sr_features_find(sr_args_text(params, "features"));
    if (svm_gamma(params, error) < 0 || sr_model_check_bytes("svm", features, shape->image, error))
        return SR_ERROR_ARGUMENT;
    if (train_count > INT32_MAX / 4)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "An SVM takes at most %d training images, not %zu.", INT32_MAX / 4,
                            train_count);
    return SR_OK;
}

static uint64_t svm_size(const void *state)
{
    const struct svm *svm = state;
    size_t vectors = 0;
    for (int c = 0; c < svm->present; c++) vectors += svm->counts[c];
    return vectors * (svm->rows.dimensions + (size_t)svm->present - 1) +
           3 * (size_t)svm_pairs(svm->present);
}

/* ---- predicting ---- */

/* Scratch memory of one worker. */
struct desk {
    struct svm_queries queries[LOT];
    double *kernel; /* SVM_BLOCK × SVM_CHUNK */
    /* LOT × SVM_BLOCK × classes × (classes - 1): of each class's vectors towards each other class.
     * All terms of one have the same sign, and two are added to a decision value that is far
     * smaller: hence double precision. */
    double *sums;
    double *values;   /* pairs */
    double *pairwise; /* classes², then what svm_couple needs */
    double *p;        /* classes */
};

static void desk_fini(struct desk *desk)
{
    for (int i = 0; i < LOT; i++) svm_queries_fini(&desk->queries[i]);
    free(desk->kernel);
    free(desk->sums);
    free(desk->values);
    free(desk->pairwise);
    free(desk->p);
}

static enum sr_status desk_init(struct desk *desk, const struct svm *svm, struct sr_error *error)
{
    const char *what = "predicting with an SVM";
    size_t classes = (size_t)svm->present;
    *desk = (struct desk){0};
    bool ready = true;
    for (int i = 0; i < LOT && ready; i++)
        ready = !svm_queries_init(&desk->queries[i], &svm->rows, error);
    if (ready &&
        (desk->kernel = sr_array_new(SVM_BLOCK * SVM_CHUNK, sizeof(double), what, error)) &&
        (desk->sums = sr_array_new(LOT * SVM_BLOCK * classes * (classes - 1), sizeof(double), what,
                                   error)) &&
        (desk->values =
             sr_array_new((size_t)svm_pairs(svm->present), sizeof(double), what, error)) &&
        (desk->pairwise = sr_array_new(2 * classes * classes, sizeof(double), what, error)) &&
        (desk->p = sr_array_new(classes, sizeof(double), what, error)))
        return SR_OK;
    desk_fini(desk);
    return SR_ERROR_MEMORY;
}

/* Compute the sums for the worker's queries. */
static void sum_vectors(const struct svm *svm, struct desk *desk)
{
    const size_t others = (size_t)svm->present - 1, row = (size_t)svm->present * others;
    memset(desk->sums, 0, LOT * SVM_BLOCK * row * sizeof *desk->sums);
    for (size_t c = 0; c < (size_t)svm->present; c++) {
        size_t first = svm->firsts[c], end = first + svm_pad(svm->counts[c]);
        for (; first < end; first += SVM_CHUNK) {
            const size_t count = end - first < SVM_CHUNK ? end - first : SVM_CHUNK;
            for (size_t lot = 0; lot < LOT && desk->queries[lot].count; lot++) {
                struct svm_queries *queries = &desk->queries[lot];
                double *sums = desk->sums + lot * SVM_BLOCK * row + c * others;
                svm_kernel_exact(&svm->kernel, &svm->rows, queries, first, count, desk->kernel);
                for (size_t q = 0; q < queries->count; q++)
                    svm_loops()->weigh(sums + q * row, desk->kernel + q * SVM_CHUNK,
                                       svm->coef_turned + first, svm->rows.count, (int)others,
                                       count);
            }
        }
    }
}

/* The decision values of query q. */
static void decide(const struct svm *svm, struct desk *desk, size_t q)
{
    int others = svm->present - 1, pair = 0;
    const double *sums = desk->sums + q * (size_t)(svm->present * others);
    for (int i = 0; i < svm->present; i++)
        for (int j = i + 1; j < svm->present; j++, pair++)
            desk->values[pair] = sums[i * others + j - 1] + sums[j * others + i] - svm->rho[pair];
}

/* Probabilities of query q, zero for classes that were not trained on. */
static void couple(const struct svm *svm, struct desk *desk, size_t q, float *out)
{
    int classes = svm->present, pair = 0;
    const double least = 1e-7;
    decide(svm, desk, q);
    for (int i = 0; i < classes; i++)
        for (int j = i + 1; j < classes; j++, pair++) {
            double r = svm_sigmoid(desk->values[pair], svm->a[pair], svm->b[pair]);
            r = fmin(fmax(r, least), 1 - least);
            desk->pairwise[i * classes + j] = r;
            desk->pairwise[j * classes + i] = 1 - r;
        }
    svm_couple(desk->pairwise, classes, desk->p,
               desk->pairwise + (size_t)classes * (size_t)classes);
    memset(out, 0, (size_t)svm->classes * sizeof *out);
    for (int i = 0; i < classes; i++) out[svm->labels[i]] = (float)desk->p[i];
}

/* Queries are taken in an order in which similar ones are neighbours, within windows. */
struct prediction {
    const struct svm *svm;
    const struct sr_samples *samples;
    struct desk *desks;
    size_t first, last; /* of the samples: those of the present windows */
    size_t block;       /* of them, for one worker at a time */
    uint32_t *order;    /* of them, from 0 in each window */
    float *probabilities;
};

static void order_window(void *context, size_t index, int worker)
{
    struct prediction *p = context;
    const size_t first = p->first + index * WINDOW, left = p->last - first,
                 count = left < WINDOW ? left : WINDOW;
    const uint8_t *images[WINDOW];
    (void)worker;
    for (size_t i = 0; i < count; i++) images[i] = sr_samples_pixels(p->samples, first + i);
    svm_rows_group(&p->svm->rows, images, count, SR_BYTES_QUERIES, p->order + index * WINDOW);
}

static void predict_block(void *context, size_t index, int worker)
{
    struct prediction *p = context;
    struct desk *desk = &p->desks[worker];
    const size_t from = index * p->block, left = p->last - p->first - from,
                 count = left < p->block ? left : p->block,
                 window = p->first + from / WINDOW * WINDOW;
    for (int i = 0; i < LOT; i++) svm_queries_clear(&desk->queries[i]);
    for (size_t i = 0; i < count; i++)
        svm_queries_add_image(&desk->queries[i / SVM_BLOCK], &p->svm->rows,
                              sr_samples_pixels(p->samples, window + p->order[from + i]));
    sum_vectors(p->svm, desk);
    for (size_t i = 0; i < count; i++)
        couple(p->svm, desk, i,
               p->probabilities + (window + p->order[from + i]) * (size_t)p->svm->classes);
}

static enum sr_status svm_predict(const void *state, const struct sr_samples *samples,
                                  struct sr_pool *pool, const struct sr_monitor *monitor,
                                  float *probabilities, struct sr_error *error)
{
    const size_t threads = (size_t)sr_pool_threads(pool), at_once = threads * WINDOW,
                 room = samples->count < at_once ? samples->count : at_once;
    struct prediction p = {.svm = state, .samples = samples, .probabilities = probabilities};
    size_t made = 0;
    const double began = sr_clock_seconds();
    p.desks = sr_xalloc(threads * sizeof *p.desks);
    p.order = sr_array_raw(room, sizeof *p.order, "predicting with an SVM", error);
    enum sr_status status = p.order ? SR_OK : SR_ERROR_MEMORY;
    while (!status && made < threads) { /* any of the workers may take the only block */
        status = desk_init(&p.desks[made], p.svm, error);
        made += !status;
    }
    /* A window takes some 20 ms; after one a thread, requests to stop are checked. */
    for (; !status && p.first < samples->count; p.first = p.last) {
        const size_t left = samples->count - p.first, count = left < at_once ? left : at_once;
        p.last = p.first + count;
        if (!sr_monitor_proceed(monitor)) {
            status = sr_error_set(error, SR_ERROR_CANCELLED, "Predicting was stopped.");
            break;
        }
        sr_pool_run(pool, (count + WINDOW - 1) / WINDOW, order_window, &p);
        /* The last images are few: all threads should have some. */
        p.block = count < threads * LOT * SVM_BLOCK ? SVM_BLOCK : LOT * SVM_BLOCK;
        sr_pool_run(pool, (count + p.block - 1) / p.block, predict_block, &p);
        sr_monitor_count(monitor, "image", p.last, samples->count, began);
    }
    for (size_t i = 0; i < made; i++) desk_fini(&p.desks[i]);
    free(p.desks);
    free(p.order);
    return status;
}

/* Support vectors by their distance in the kernel's space, sqrt(K(x,x) - 2 K(x,z) + K(z,z)); for
 * the RBF kernel the order is that of Euclidean distance. */
static size_t svm_nearest(const void *state, const uint8_t *pixels, uint32_t *rows,
                          double *distances, size_t room)
{
    const struct svm *svm = state;
    size_t found = 0;
    struct svm_queries queries;
    float *values = sr_array_raw(svm->rows.count, sizeof *values, "nearest support vectors", NULL);
    struct svm_rows own;
    if (!values || room == 0 || svm_queries_init(&queries, &svm->rows, NULL)) {
        free(values);
        return 0;
    }
    if (svm_rows_init(&own, svm->rows.kind, 1, svm->image, NULL)) goto out;
    svm_queries_add_image(&queries, &svm->rows, pixels);
    if (own.kind == SR_FEATURES_PIXELS)
        svm_rows_put_pixels(&own, 0, pixels);
    else
        svm_rows_put_values(&own, 0, queries.values);
    double self = (double)svm_kernel_self(&svm->kernel, &own, 0);
    svm_kernel_block(&svm->kernel, &svm->rows, &queries, 0, svm->rows.count, &values);
    for (int c = 0; c < svm->present; c++) {
        for (size_t i = svm->firsts[c]; i < svm->firsts[c] + svm->counts[c]; i++) {
            double square =
                self - 2 * (double)values[i] + (double)svm_kernel_self(&svm->kernel, &svm->rows, i);
            double distance = sqrt(fmax(0, square));
            size_t at = found;
            if (found == room && distance >= distances[room - 1]) continue;
            if (found < room)
                found++;
            else
                at--;
            for (; at > 0 && distances[at - 1] > distance; at--) {
                distances[at] = distances[at - 1];
                rows[at] = rows[at - 1];
            }
            distances[at] = distance;
            rows[at] = svm->train_rows[i];
        }
    }
    svm_rows_fini(&own);
out:
    svm_queries_fini(&queries);
    free(values);
    return found;
}

static const struct sr_search search[] = {
    {"C", .low = 0.5, .high = 200},
    {"gamma", .low = 0.002, .high = 0.1},
    {0},
};

static const struct sr_study_part study = {
    .order = 4,
    .settings = {"C=10", "C=10", "C=10 features=hog"},
    .seconds = {0.6, 12, 25},
    .power = 1.7,
    .predict_seconds = 0.1,
    .claim_low = 0.87,
    .claim_high = 0.89,
};

const struct sr_model_class sr_model_class_svm = {
    .name = "svm",
    .title = "Support vector machine",
    .help = "Separates each two classes by the widest margin, with kernels.",
    .params = svm_params,
    .search = search,
    .study = &study,
    .shares = true,
    .check = svm_check,
    .fit = svm_fit,
    .predict = svm_predict,
    .save = svm_save,
    .load = svm_load,
    .free = svm_free,
    .size = svm_size,
    .nearest = svm_nearest,
};
