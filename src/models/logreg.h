/* logreg.h - private to logistic regression: the model, its training rows, fitting.
 *
 * A fitted model is read-only, and any thread may predict with it. Rows are read-only once made. */
#ifndef SARTOR_SRC_MODELS_LOGREG_H
#define SARTOR_SRC_MODELS_LOGREG_H

#include "sartor/data/features.h"
#include "sartor/models/model.h"
#include <stddef.h>

struct logreg {
    struct sr_model_shape shape;
    enum sr_features features;
    size_t inputs;  /* numbers an image */
    float *weights; /* classes × (inputs + 1), the bias last */
};

/* ---- the model (logreg_model.c) ---- */

struct logreg *logreg_new(const struct sr_args *args, const struct sr_model_shape *shape,
                          struct sr_error *error);
void logreg_free(void *state);
size_t logreg_count(const struct logreg *model); /* of the weights */
uint64_t logreg_size(const void *state);
/* count × classes logits of rows of inputs. */
void logreg_logits(const struct logreg *model, const float *rows, size_t count, float *logits);
enum sr_status logreg_predict(const void *state, const struct sr_samples *samples,
                              struct sr_pool *pool, const struct sr_monitor *monitor,
                              float *probabilities, struct sr_error *error);
/* A class's weights as an image; without a class, the root of the sum of their squares over all. */
enum sr_status logreg_importance(const void *state, int target, float *image,
                                 struct sr_error *error);

/* ---- files (logreg_file.c) ---- */

/* As torch.nn.Linear has them: "weight" [classes][inputs], "bias" [classes]. */
enum sr_status logreg_save(const void *state, struct sr_tensors *set, struct sr_error *error);
enum sr_status logreg_load(const struct sr_tensors *set, const struct sr_args *args,
                           const struct sr_model_shape *shape, void **state,
                           struct sr_error *error);

/* ---- training rows (logreg_rows.c) ---- */

/* Samples as rows of inputs. Pixels are converted from bytes each time they are used, since reading
 * floats from memory would take longer; other features are kept, four bytes each: 233 MB for the
 * hog of 60,000. */
struct logreg_rows {
    struct sr_samples samples;
    enum sr_features features;
    size_t inputs;
    float *values; /* count × inputs; NULL for pixels */
};

/* SR_ERROR_CANCELLED when asked to stop. What it has made is freed by logreg_rows_fini. */
enum sr_status logreg_rows_init(struct logreg_rows *rows, const struct logreg *model,
                                const struct sr_fit *fit, const struct sr_samples *samples,
                                struct sr_error *error);
void logreg_rows_fini(struct logreg_rows *rows);
/* Rows first .. first + count - 1, one after another; `scratch` has room for them. */
const float *logreg_rows_values(const struct logreg_rows *rows, size_t first, size_t count,
                                float *scratch);
/* Prefetch the bytes of rows that are used soon. */
void logreg_rows_expect(const struct logreg_rows *rows, size_t first, size_t count);

/* ---- fitting (logreg_fit.c) ---- */

enum sr_status logreg_fit(const struct sr_fit *fit, void **state, struct sr_error *error);

#endif
