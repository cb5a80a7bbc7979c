/* svm.h - private to the SVM: kernels, the solver of one pair, probabilities, the state.
 *
 * Everything is ordered by class: the rows of a class are stored together, and its block is padded
 * to a multiple of SVM_ALIGN with rows of zeros that are not used. Positions count padded rows. A
 * struct svm_rows is read-only once filled; a solver belongs to one thread at a time. */
#ifndef SARTOR_SRC_MODELS_SVM_H
#define SARTOR_SRC_MODELS_SVM_H

#include "sartor/base/error.h"
#include "sartor/compute/bytes.h"
#include "sartor/compute/cpu.h"
#include "sartor/data/features.h"
#include "sartor/models/model.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SVM_ALIGN = SR_BYTES_ROWS,
    SVM_BLOCK = 8 * SR_BYTES_QUERIES, /* rows of the kernel matrix that are made at once */
    SVM_CHUNK = 256,                  /* columns of them at a time */
    SVM_FOLDS = 5,                    /* of the cross-validation behind the probabilities */
    SVM_SUMMANDS = 4,                 /* rows that are summed before they are subtracted */
};

/* ---- kernels (svm_kernel.c, svm_vector.c) ---- */

enum svm_kernel_kind { SVM_RBF, SVM_LINEAR, SVM_POLY };

/* rbf: exp(-gamma |x - z|²); linear: x·z; poly: (gamma x·z + coef0)^degree. */
struct svm_kernel {
    enum svm_kernel_kind kind;
    double gamma, coef0;
    int degree;
};

/* Rows of features. Pixels stay bytes, so that their products are exact whole numbers, then
 * scaled by 1/255² as if they had been divided by 255; other features are floats. */
struct svm_rows {
    enum sr_features kind;
    size_t count; /* with padding */
    size_t dimensions;
    struct sr_shape image;
    struct sr_bytes bytes; /* pixels, in patches (sr_bytes_patches) */
    uint16_t *patches;     /* which pixel each of them is */
    float *values;         /* else: count × dimensions */
    float *squares;        /* else: |x|² of each row; those of pixels are in `bytes` */
    double unit;           /* 1/255² for pixels, else 1: what a product has to be scaled by */
};

/* Rows to be compared with a struct svm_rows, in one block. */
struct svm_queries {
    size_t count;   /* at most SVM_BLOCK */
    uint8_t *bytes; /* SVM_BLOCK × sr_bytes_stride */
    bool asked;     /* `whole` knows them */
    struct sr_bytes_queries whole;
    float *values;             /* SVM_BLOCK × dimensions */
    double squares[SVM_BLOCK]; /* |x|², of pixels as whole numbers */
    void *products;            /* SVM_BLOCK × SVM_CHUNK int32 or float */
};

enum sr_status svm_rows_init(struct svm_rows *rows, enum sr_features kind, size_t count,
                             struct sr_shape image, struct sr_error *error);
void svm_rows_fini(struct svm_rows *rows);
/* Pixels of an image (SR_FEATURES_PIXELS) or a row of floats into one row. */
void svm_rows_put_pixels(struct svm_rows *rows, size_t row, const uint8_t *pixels);
void svm_rows_put_values(struct svm_rows *rows, size_t row, const float *values);
void svm_rows_get_pixels(const struct svm_rows *rows, size_t row, uint8_t *pixels);
/* The rows at `places`, ascending, become copies of those of another struct of the same kind and
 * image. */
void svm_rows_take(struct svm_rows *rows, const uint32_t *places, const struct svm_rows *from,
                   const uint32_t *which, size_t count);
/* An order in which products of these images with others are fastest, any `together` from the first
 * on being similar: for pixels, else as they come. */
void svm_rows_group(const struct svm_rows *rows, const uint8_t *const *images, size_t count,
                    size_t together, uint32_t *order);

enum sr_status svm_queries_init(struct svm_queries *queries, const struct svm_rows *rows,
                                struct sr_error *error);
void svm_queries_fini(struct svm_queries *queries);
void svm_queries_clear(struct svm_queries *queries);
/* Append one: a row of `rows`, or an image. */
void svm_queries_add_row(struct svm_queries *queries, const struct svm_rows *rows, size_t row);
void svm_queries_add_image(struct svm_queries *queries, const struct svm_rows *rows,
                           const uint8_t *pixels);

/* Whether a row of the kernel matrix has the same bits whatever rows are made with it. */
bool svm_rows_alone(const struct svm_rows *rows);
/* out[q][i] = K(query q, row first + i) for i < count; both multiples of SVM_ALIGN. */
void svm_kernel_block(const struct svm_kernel *kernel, const struct svm_rows *rows,
                      struct svm_queries *queries, size_t first, size_t count, float *const *out);
/* The same in double precision, for sums that cancel: out[q × SVM_CHUNK + i], count at most
 * SVM_CHUNK. */
void svm_kernel_exact(const struct svm_kernel *kernel, const struct svm_rows *rows,
                      struct svm_queries *queries, size_t first, size_t count, double *out);
/* K(x, x) of one row. */
float svm_kernel_self(const struct svm_kernel *kernel, const struct svm_rows *rows, size_t row);

/* The loops over columns, for the best instruction set. `count` is a multiple of 16 and arrays
 * are 64-byte aligned. */
struct svm_loops {
    /* out = 2^(scale × (own + squares[i] - 2 products[i])), the bracket at least 0; products of
     * bytes or floats. */
    void (*rbf_bytes)(float *out, const int32_t *products, const int32_t *squares, int32_t own,
                      float scale, size_t count);
    void (*rbf_floats)(float *out, const float *products, const float *squares, float own,
                       float scale, size_t count);
    /* out = own + squares[i] - 2 products[i]. */
    void (*distances)(double *out, const int32_t *products, const int32_t *squares, int32_t own,
                      size_t count);
    /* values = exp(scale × values), in place; the product is taken to be within -700 and 0. */
    void (*exact_exponentials)(double *values, double scale, size_t count);
    /* sums[k] += the sum of values[i] coef[k × stride + i], for k < columns. */
    void (*weigh)(double *sums, const double *values, const double *coef, size_t stride,
                  int columns, size_t count);
    /* The second of the working set (Fan, Chen and Lin, 2005): the greatest b²/a, where b = best -
     * f[i] - bars[i] > 0 and a = self + selves[i] - 2 row[i]. Its index, or -1; *least is the least
     * f[i] + bars[i].
     */
    ptrdiff_t (*second)(const double *f, const double *bars, const float *selves, const float *row,
                        double best, double self, size_t count, double *least);
    /* f -= step × (row_i - row_j); the index of the greatest f[i] + bars[i], *greatest its value.
     */
    size_t (*advance)(double *f, const double *bars, const float *row_i, const float *row_j,
                      double step, size_t count, double *greatest);
    /* f -= rows, each times its step, SVM_SUMMANDS at a time, in `columns` columns from `first` on;
     * `count` is a multiple of SVM_SUMMANDS. */
    void (*subtract)(double *f, const float *const *rows, const double *steps, size_t count,
                     size_t first, size_t columns);
};
extern const struct svm_loops *const svm_loops_tables[SR_ISA_COUNT]; /* by sr_isa() */
const struct svm_loops *svm_loops(void);

/* ---- kernel rows that pairs share (svm_bank.c) ---- */

/* Rows of a class against the whole of that class, by position. Any number of threads may get and
 * put rows. */
struct svm_bank;

/* `bytes` of rows at most, and none at all with 0. */
struct svm_bank *svm_bank_new(size_t positions, size_t bytes, struct sr_error *error);
void svm_bank_free(struct svm_bank *bank);
/* The row of a position, which stays, or NULL. */
const float *svm_bank_find(const struct svm_bank *bank, size_t position);
/* Copy a row into it, unless it is there already or there is no memory left. */
void svm_bank_keep(struct svm_bank *bank, size_t position, const float *row, size_t count);

/* ---- one pair of classes (svm_smo.c, svm_cache.c, svm_folds.c) ---- */

struct svm_solver;

/* Ranges of rows: class 0 has y = +1, class 1 y = -1. */
struct svm_pair {
    size_t first[2]; /* positions, multiples of SVM_ALIGN */
    size_t count[2]; /* rows without padding */
};

struct svm_solver_options {
    double C, tolerance;
    size_t cache_bytes; /* kernel rows kept at most, though never fewer than 4 blocks */
};

/* Memory for pairs of at most `width` padded rows. The bank is shared by all solvers of these rows.
 */
struct svm_solver *svm_solver_new(const struct svm_kernel *kernel, const struct svm_rows *rows,
                                  struct svm_bank *bank, size_t width,
                                  const struct svm_solver_options *options, struct sr_error *error);
void svm_solver_free(struct svm_solver *solver);
/* Bytes of kernel rows that such a solver may fill. */
size_t svm_solver_cache(size_t width, size_t cache_bytes);

/* Start with another pair, without the kernel rows of the one before. */
void svm_solver_pair(struct svm_solver *solver, const struct svm_pair *pair);
/* Start from alpha = 0, with all columns (0.. of the pair's padded rows). */
void svm_solver_begin(struct svm_solver *solver);
/* Keep the solution with all columns; folds start from it. */
void svm_solver_keep(struct svm_solver *solver);
/* Start from that solution without the columns where `held_out` is `fold`: their alpha goes to the
 * most similar support vectors of their class (DeCoste and Wagstaff, "Alpha seeding for support
 * vector machines", 2000). */
void svm_solver_hold_out(struct svm_solver *solver, const uint8_t *held_out, int fold);
/* Go on until solved (true) or until `deadline` on the monotonic clock. */
bool svm_solver_step(struct svm_solver *solver, double deadline);

/* Of the solved problem; columns are the pair's padded rows. */
struct svm_solution {
    size_t width;
    const double *alpha; /* width: 0 <= alpha <= C */
    const double *f; /* width: y - sum of alpha y K, so that the decision value is y - f - rho */
    double rho, objective; /* rho NaN: the kernel overflowed; objective: of the dual as minimised,
                              1/2 alpha'Q alpha - sum of alpha */
    uint64_t iterations, rows_made;
    bool optimal; /* to the tolerance; else iterations ran out */
};
void svm_solver_solution(const struct svm_solver *solver, struct svm_solution *solution);

/* ---- probabilities (svm_probability.c) ---- */

/* Platt's sigmoid 1/(1 + exp(A value + B)) fitted to decision values by Newton's method (Lin, Lin
 * and Weng, 2007). */
void svm_sigmoid_fit(const double *values, const bool *positive, size_t count, double *a,
                     double *b);
double svm_sigmoid(double value, double a, double b);
/* Class probabilities p from pairwise ones (Wu, Lin and Weng, 2004, second method): r[i × classes +
 * j] is P(i | i or j), above 0. `p` gets `classes` numbers that sum to 1; `work` holds classes². */
void svm_couple(const double *r, int classes, double *p, double *work);

/* ---- the trained state (svm_state.c, svm_file.c) ---- */

struct svm {
    struct sr_shape image;
    int classes;
    struct svm_kernel kernel;
    double C;
    int present;          /* classes that were trained on */
    int labels[256];      /* of those, ascending */
    size_t counts[256];   /* support vectors of each */
    size_t firsts[256];   /* position of each one's block */
    struct svm_rows rows; /* support vectors; in each block similar ones lie together */
    uint32_t *sequence;   /* of each block: the positions in the order of files */
    uint32_t *train_rows; /* by position: row of the train file */
    double *coef;         /* rows.count × (present - 1): alpha y towards each other class */
    double *coef_turned;  /* the same as (present - 1) × rows.count, for products */
    double *rho, *a, *b;  /* by pair (0,1) (0,2) ... (1,2) ...; the sigmoids */
    double *objectives;   /* by pair; how each dual ended */
};

static inline size_t svm_pad(size_t count)
{
    return (count + SVM_ALIGN - 1) / SVM_ALIGN * SVM_ALIGN;
}

static inline int svm_pairs(int classes)
{
    return classes * (classes - 1) / 2;
}

/* Memory for the support vectors that `counts` promises, and all that goes with them; `present`,
 * `labels`, `counts` and the shape are set. */
enum sr_status svm_allocate(struct svm *svm, enum sr_features kind, struct sr_error *error);
void svm_free(void *state);
/* gamma as given; 0 for scale; negative, with a message, if it is wrong. */
double svm_gamma(const struct sr_args *params, struct sr_error *error);
/* Kernel and C as the hyperparameters say; gamma 0 where it is scale. */
void svm_read_params(const struct sr_args *params, struct svm *svm);
/* Fill `sequence` for a class whose support vectors are these images, in the order of files; NULL
 * where they are not pixels. SR_ERROR_MEMORY when that is out. */
enum sr_status svm_arrange(struct svm *svm, int class, const uint8_t *const *images,
                           struct sr_error *error);
/* Fill coef_turned. */
void svm_finish(struct svm *svm);
enum sr_status svm_fit(const struct sr_fit *fit, void **state, struct sr_error *error);
enum sr_status svm_save(const void *state, struct sr_tensors *set, struct sr_error *error);
enum sr_status svm_load(const struct sr_tensors *set, const struct sr_args *params,
                        const struct sr_model_shape *shape, void **state, struct sr_error *error);

#endif
