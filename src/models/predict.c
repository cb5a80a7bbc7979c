/* predict.c - predictions of a model: in this process, or by several (blocks.h). */
#include <math.h>
#include <string.h>

#include "blocks.h"

static void number_anew(const struct sr_model *model, float *probabilities, size_t count)
{
    const int classes = model->shape.classes;
    for (size_t i = 0; i < count; i++, probabilities += classes) {
        float own[SR_CLASSES_MAX];
        memcpy(own, probabilities, (size_t)classes * sizeof *own);
        for (int c = 0; c < classes; c++) probabilities[c] = own[model->order[c]];
    }
}

static enum sr_status predict(const struct sr_model *model, const struct sr_samples *samples,
                              struct sr_pool *pool, const struct sr_monitor *monitor,
                              float *probabilities, struct sr_error *error)
{
    return model->class->predict(model->state, samples, pool, monitor, probabilities, error);
}

enum sr_status sr_model_predict(const struct sr_model *model, const struct sr_samples *samples,
                                struct sr_pool *pool, const struct sr_monitor *monitor,
                                float *probabilities, struct sr_error *error)
{
    const size_t classes = (size_t)model->shape.classes;
    const struct blocks_wanted wanted = {model, BLOCKS_PREDICTIONS, classes, predict};
    if (samples->count == 0) return SR_OK;
    enum sr_status status = sr_model_check_shape(model, samples->images->shape, 0, error);
    if (!status) status = blocks_fill(&wanted, samples, pool, monitor, probabilities, error);
    if (status) return status;
    if (model->order) number_anew(model, probabilities, samples->count);
    /* Numbers in a file may be finite and yet so large that results overflow. */
    for (size_t i = 0; i < samples->count * classes; i++) {
        if (isfinite(probabilities[i])) continue;
        return sr_error_set(
            error, SR_ERROR_NUMERIC,
            "The probabilities that %s gives image %zu are not finite numbers; its weights are too "
            "large to be of use.",
            model->name, (size_t)sr_samples_row(samples, i / classes));
    }
    return SR_OK;
}
