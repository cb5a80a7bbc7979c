/* Features as bytes: grey values are bytes already; others are divided into 256 equal steps between
 * the least and the greatest value that each took in training. */
#include "forest.h"

#include "sartor/base/memory.h"
#include <math.h>
#include <stdlib.h>

enum { BLOCK = 512 };

void forest_scale_row(const struct forest_scale *scale, size_t features, const float *values,
                      uint8_t *bytes)
{
    for (size_t f = 0; f < features; f++) {
        float step = (values[f] - scale->least[f]) * scale->steps[f];
        bytes[f] = (uint8_t)lrintf(fminf(fmaxf(step, 0), 255));
    }
}

enum sr_status forest_scale_init(struct forest_scale *scale, size_t features,
                                 struct sr_error *error)
{
    scale->least = sr_array_new(features, sizeof(float), "the features of a forest", error);
    scale->steps = sr_array_new(features, sizeof(float), "the features of a forest", error);
    return scale->least && scale->steps ? SR_OK : SR_ERROR_MEMORY;
}

void forest_scale_fini(struct forest_scale *scale)
{
    free(scale->least);
    free(scale->steps);
    *scale = (struct forest_scale){0};
}

enum sr_status forest_scale_fit(struct forest_scale *scale, enum sr_features kind,
                                const struct sr_fit *fit, uint8_t *rows, struct sr_error *error)
{
    size_t features = sr_features_size(kind, fit->shape.image);
    enum sr_status status = forest_scale_init(scale, features, error);
    float *block = sr_array_raw(BLOCK * features, sizeof *block, "features", error);
    float *most = sr_array_raw(features, sizeof *most, "features", error);
    if (!block || !most) status = SR_ERROR_MEMORY;
    /* The features are computed twice, as keeping them would take four times the memory of the
     * bytes. */
    for (int pass = 0; pass < 2 && !status; pass++) {
        for (size_t first = 0; first < fit->train.count && !status; first += BLOCK) {
            size_t count = fit->train.count - first < BLOCK ? fit->train.count - first : BLOCK;
            if (!sr_monitor_proceed(fit->monitor)) {
                status = sr_error_set(error, SR_ERROR_CANCELLED,
                                      "Stopped before the first tree was grown.");
                break;
            }
            sr_features_fill(kind, &fit->train, first, count, block, features, fit->pool);
            for (size_t i = 0; i < count; i++) {
                const float *values = block + i * features;
                if (pass) {
                    forest_scale_row(scale, features, values, rows + (first + i) * features);
                    continue;
                }
                for (size_t f = 0; f < features; f++) {
                    scale->least[f] = first + i ? fminf(scale->least[f], values[f]) : values[f];
                    most[f] = first + i ? fmaxf(most[f], values[f]) : values[f];
                }
            }
        }
        for (size_t f = 0; f < features && !status && !pass; f++)
            scale->steps[f] = most[f] > scale->least[f] ? 255 / (most[f] - scale->least[f]) : 0;
    }
    free(block);
    free(most);
    if (status) forest_scale_fini(scale);
    return status;
}
