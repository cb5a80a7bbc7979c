#include "logreg.h"

#include "sartor/base/memory.h"
#include <stdlib.h>

void logreg_rows_fini(struct logreg_rows *rows)
{
    free(rows->values);
}

const float *logreg_rows_values(const struct logreg_rows *rows, size_t first, size_t count,
                                float *scratch)
{
    if (rows->values) return rows->values + first * rows->inputs;
    sr_features_fill(rows->features, &rows->samples, first, count, scratch, rows->inputs, NULL);
    return scratch;
}

void logreg_rows_expect(const struct logreg_rows *rows, size_t first, size_t count)
{
    for (size_t i = first; !rows->values && i < first + count && i < rows->samples.count; i++)
        sr_samples_prefetch(&rows->samples, i);
}

enum sr_status logreg_rows_init(struct logreg_rows *rows, const struct logreg *model,
                                const struct sr_fit *fit, const struct sr_samples *samples,
                                struct sr_error *error)
{
    enum { LOT = 2048 };
    const size_t inputs = model->inputs, count = samples->count;
    rows->samples = *samples;
    rows->features = model->features;
    rows->inputs = inputs;
    if (model->features == SR_FEATURES_PIXELS) return SR_OK;
    size_t values;
    if (__builtin_mul_overflow(count, inputs, &values))
        return sr_error_set(error, SR_ERROR_MEMORY, "%zu images are more than memory can hold.",
                            count);
    rows->values = sr_array_raw(values, sizeof *rows->values, "the training images", error);
    if (!rows->values) return SR_ERROR_MEMORY;
    for (size_t first = 0; first < count; first += LOT) {
        size_t left = count - first;
        sr_features_fill(model->features, samples, first, left < LOT ? left : LOT,
                         rows->values + first * inputs, inputs, fit->pool);
        if (!sr_monitor_proceed(fit->monitor))
            return sr_error_set(error, SR_ERROR_CANCELLED, "Stopped before the first step.");
    }
    return SR_OK;
}
