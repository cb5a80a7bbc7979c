/* judge.c - trains a model that is not kept, for its predictions of held-out samples. */
#include <stdlib.h>

#include "sartor/base/memory.h"
#include "task.h"

enum sr_status sr_judge_fit(const struct sr_model_class *class, const struct sr_fit *fit,
                            const struct sr_samples *held_out, struct sr_predictions *predictions,
                            size_t *repeated, struct sr_error *error)
{
    *predictions = (struct sr_predictions){0};
    struct sr_model *model = sr_model_new(class, class->name);
    struct sr_seen *judged = sr_seen_new(held_out);
    uint32_t *rows = sr_xalloc((fit->train.count + 1) * sizeof *rows);
    struct sr_fit others = *fit;
    others.train =
        (struct sr_samples){fit->train.images, rows, sr_seen_others(judged, &fit->train, rows)};
    *repeated += fit->train.count - others.train.count;
    sr_seen_free(judged);
    enum sr_status status = sr_model_fit(model, &others, error);
    free(rows);
    if (!status && model->stopped)
        status = sr_error_set(error, SR_ERROR_CANCELLED, "%s: stopped before its end", class->name);
    if (!status) status = sr_predictions_init(predictions, held_out, fit->shape.classes, error);
    if (!status)
        status = sr_model_predict(model, held_out, fit->pool, fit->monitor,
                                  predictions->probabilities, error);
    if (!status)
        sr_predictions_finish(predictions);
    else
        sr_predictions_fini(predictions);
    sr_model_unref(model);
    return status;
}
