/* representation.c - see representation.h. */
#include "sartor/models/representation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "blocks.h"
#include "sartor/base/memory.h"
#include "sartor/data/identity.h"
#include "sartor/models/networks.h"
#include "sartor/models/trust.h"

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

static enum sr_status features(const struct sr_model *model, const struct sr_samples *samples,
                               struct sr_pool *pool, const struct sr_monitor *monitor, float *rows,
                               struct sr_error *error)
{
    struct sr_network_parts parts;
    sr_networks_parts(model, &parts);
    const struct sr_inference inference = {
        .network = parts.network, .input = parts.input, .pool = pool, .monitor = monitor};
    return sr_inference_features(&inference, samples, rows, error);
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
    const struct blocks_wanted wanted = {model, BLOCKS_REPRESENTATION, width, features};
    status = sr_model_check_shape(model, samples->images->shape, 0, error);
    if (!status) status = blocks_fill(&wanted, samples, pool, monitor, rows, error);
    return status ? status : check(model, samples, width, rows, error);
}

struct hashes {
    uint64_t *items;
    size_t count, room;
};

static void add(struct hashes *hashes, const void *bytes, size_t size)
{
    sr_xgrow(&hashes->items, &hashes->room, hashes->count + 1, sizeof *hashes->items);
    hashes->items[hashes->count++] = sr_identity(bytes, size);
}

static void add_text(struct hashes *hashes, const char *text)
{
    add(hashes, text, strlen(text));
}

enum sr_status sr_representation_identity(const struct sr_model *model, uint64_t *identity,
                                          struct sr_error *error)
{
    if (model->base) model = model->base;
    if (!model->class->save)
        return sr_error_set(error, SR_ERROR_STATE, "%s has no files", model->class->name);
    struct sr_tensors set = {0};
    struct sr_text params = {0};
    struct hashes hashes = {0};
    enum sr_status status = model->class->save(model->state, &set, error);
    if (!status && model->trust) status = sr_trust_save(model->trust, &set, error);
    if (!status) {
        add_text(&hashes, model->class->name);
        sr_args_print(model->params, true, &params);
        add_text(&hashes, sr_text_get(&params));
        for (size_t i = 0; i < set.pairs; i++) {
            add_text(&hashes, set.keys[i]);
            add_text(&hashes, set.values[i]);
        }
        for (size_t i = 0; i < set.count; i++) {
            const struct sr_tensor *one = &set.items[i];
            add_text(&hashes, one->name);
            add(&hashes, one->data, one->count * sr_dtype_size(one->dtype));
        }
        *identity = sr_identity((const uint8_t *)hashes.items, hashes.count * sizeof *hashes.items);
    }
    free(hashes.items);
    sr_text_fini(&params);
    sr_tensors_fini(&set);
    return status;
}
