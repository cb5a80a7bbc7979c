#include "logreg.h"

#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include "sartor/compute/matrix.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rows of a padded block in prediction; blocks in a region of the pool. */
enum { PREDICT_BLOCK = 64, REGION = 64 };

size_t logreg_count(const struct logreg *model)
{
    return (size_t)model->shape.classes * (model->inputs + 1);
}

void logreg_free(void *state)
{
    struct logreg *model = state;
    if (!model) return;
    free(model->weights);
    free(model);
}

uint64_t logreg_size(const void *state)
{
    return logreg_count(state);
}

struct logreg *logreg_new(const struct sr_args *args, const struct sr_model_shape *shape,
                          struct sr_error *error)
{
    struct logreg *model = sr_xalloc(sizeof *model);
    model->shape = *shape;
    model->features = (enum sr_features)sr_features_find(sr_args_text(args, "features"));
    model->inputs = sr_features_size(model->features, shape->image);
    model->weights =
        sr_array_new(logreg_count(model), sizeof *model->weights, "the weights", error);
    if (model->weights) return model;
    free(model);
    return NULL;
}

void logreg_logits(const struct logreg *model, const float *rows, size_t count, float *logits)
{
    const size_t classes = (size_t)model->shape.classes;
    const int d = (int)model->inputs, k = (int)classes;
    for (size_t i = 0; i < count; i++) {
        for (size_t c = 0; c < classes; c++)
            logits[i * classes + c] = model->weights[c * (model->inputs + 1) + model->inputs];
    }
    sr_gemm_narrow(sr_matrix(rows, (int)count, d, d),
                   sr_transpose(sr_matrix(model->weights, k, d, d + 1)), logits, k);
}

struct prediction {
    const struct logreg *model;
    const struct sr_samples *samples;
    size_t base;
    float *rows;   /* for each worker, PREDICT_BLOCK × inputs */
    float *logits; /* for each worker, PREDICT_BLOCK × classes */
    float *probabilities;
};

/* Always PREDICT_BLOCK rows, so that the result of an image does not depend on the others. */
static void predict_slice(void *context, size_t index, int worker)
{
    const struct prediction *prediction = context;
    const struct logreg *model = prediction->model;
    const size_t classes = (size_t)model->shape.classes,
                 first = prediction->base + index * PREDICT_BLOCK;
    const size_t left = prediction->samples->count - first,
                 count = left < PREDICT_BLOCK ? left : PREDICT_BLOCK;
    float *rows = prediction->rows + (size_t)worker * PREDICT_BLOCK * model->inputs;
    float *logits = prediction->logits + (size_t)worker * PREDICT_BLOCK * classes;
    sr_features_fill(model->features, prediction->samples, first, count, rows, model->inputs, NULL);
    memset(rows + count * model->inputs, 0, (PREDICT_BLOCK - count) * model->inputs * sizeof *rows);
    logreg_logits(model, rows, PREDICT_BLOCK, logits);
    for (size_t i = 0; i < count; i++) {
        float *z = logits + i * classes, *p = prediction->probabilities + (first + i) * classes,
              largest = z[0], total = 0;
        for (size_t c = 1; c < classes; c++) largest = z[c] > largest ? z[c] : largest;
        for (size_t c = 0; c < classes; c++) {
            p[c] = expf(z[c] - largest);
            total += p[c];
        }
        for (size_t c = 0; c < classes; c++) p[c] /= total;
    }
}

enum sr_status logreg_predict(const void *state, const struct sr_samples *samples,
                              struct sr_pool *pool, const struct sr_monitor *monitor,
                              float *probabilities, struct sr_error *error)
{
    const struct logreg *model = state;
    const size_t workers = (size_t)sr_pool_threads(pool),
                 blocks = (samples->count + PREDICT_BLOCK - 1) / PREDICT_BLOCK;
    struct prediction prediction = {
        .model = model, .samples = samples, .probabilities = probabilities};
    const double began = sr_clock_seconds();
    enum sr_status status = SR_OK;
    prediction.rows =
        sr_array_new(workers * PREDICT_BLOCK * model->inputs, sizeof(float), "the images", error);
    prediction.logits = sr_array_new(workers * PREDICT_BLOCK * (size_t)model->shape.classes,
                                     sizeof(float), "the logits", error);
    if (!prediction.rows || !prediction.logits) status = SR_ERROR_MEMORY;
    for (size_t block = 0; !status && block < blocks; block += REGION) {
        prediction.base = block * PREDICT_BLOCK;
        sr_pool_run(pool, blocks - block < REGION ? blocks - block : REGION, predict_slice,
                    &prediction);
        sr_monitor_count(monitor, "image", (block + REGION) * PREDICT_BLOCK, samples->count, began);
        if (!sr_monitor_proceed(monitor)) {
            status = sr_error_set(error, SR_ERROR_CANCELLED, "Stopped after %zu of %zu images.",
                                  prediction.base, samples->count);
        }
    }
    free(prediction.rows);
    free(prediction.logits);
    return status;
}

enum sr_status logreg_importance(const void *state, int target, float *image,
                                 struct sr_error *error)
{
    const struct logreg *model = state;
    if (model->features != SR_FEATURES_PIXELS)
        return sr_error_set(error, SR_ERROR_STATE,
                            "Only a model with features=pixels has weights that are images.");
    if (target >= model->shape.classes)
        return sr_error_set(error, SR_ERROR_ARGUMENT, "There is no class %d; the model has %d.",
                            target, model->shape.classes);
    for (size_t i = 0; i < model->inputs; i++) {
        double sum = 0;
        for (int c = 0; c < model->shape.classes; c++) {
            double w = (double)model->weights[(size_t)c * (model->inputs + 1) + i];
            sum += w * w;
        }
        image[i] = target < 0 ? (float)sqrt(sum)
                              : model->weights[(size_t)target * (model->inputs + 1) + i];
    }
    return SR_OK;
}
