/* representation.c - see representation.h. */
#include "sartor/models/representation.h"

#include <math.h>

#include "sartor/models/networks.h"

size_t sr_representation_size(const struct sr_model *model)
{
    struct sr_network_parts parts;
    return sr_networks_parts(model, &parts) ? sr_network_features(parts.network)
                                            : (size_t)model->shape.classes;
}

/* Numbers in a file may be finite and yet so large that results overflow. */
static enum sr_status check(const struct sr_model *model, const struct sr_samples *samples,
                            size_t width, const float *rows, struct sr_error *error)
{
    for (size_t i = 0; i < samples->count * width; i++)
        if (!isfinite(rows[i]))
            return sr_error_set(error, SR_ERROR_NUMERIC,
                                "The features of image %zu in %s are not finite numbers; its "
                                "weights are too large to be of use.",
                                (size_t)sr_samples_row(samples, i / width), model->name);
    return SR_OK;
}

enum sr_status sr_representation_fill(const struct sr_model *model,
                                      const struct sr_samples *samples, struct sr_pool *pool,
                                      const struct sr_monitor *monitor, float *rows,
                                      struct sr_error *error)
{
    struct sr_network_parts parts;
    const size_t width = sr_representation_size(model);
    enum sr_status status = SR_OK;
    if (samples->count == 0) return SR_OK;
    if (!sr_networks_parts(model, &parts)) {
        status = sr_model_predict(model, samples, pool, monitor, rows, error);
        for (size_t i = 0; !status && i < samples->count * width; i++) rows[i] = sqrtf(rows[i]);
        return status;
    }
    status = sr_model_check_shape(model, samples->images->shape, 0, error);
    const struct sr_inference inference = {
        .network = parts.network, .input = parts.input, .pool = pool, .monitor = monitor};
    if (!status) status = sr_inference_features(&inference, samples, rows, error);
    return status ? status : check(model, samples, width, rows, error);
}
