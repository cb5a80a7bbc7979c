/* scramble.c - a copy of a model with the weights of its upper layers shuffled, made from the
 * tensors that its file would hold. */
#include "sartor/explain/quality.h"

#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/base/rng.h"

/* Dense and convolution weights: floats of two dimensions or more that are called weight. */
static bool is_weight(const struct sr_tensor *tensor)
{
    const char *last = strrchr(tensor->name, '.');
    return tensor->dtype == SR_F32 && tensor->rank >= 2 &&
           !strcmp(last ? last + 1 : tensor->name, "weight");
}

static size_t count_weights(const struct sr_tensors *set)
{
    size_t count = 0;
    for (size_t i = 0; i < set->count; i++) count += is_weight(&set->items[i]);
    return count;
}

enum sr_status sr_model_weight_layers(const struct sr_model *model, size_t *layers,
                                      struct sr_error *error)
{
    struct sr_tensors set = {0};
    *layers = 0;
    if (!model->class->save || !model->class->load) return SR_OK;
    enum sr_status status = model->class->save(model->state, &set, error);
    if (!status) *layers = count_weights(&set);
    sr_tensors_fini(&set);
    return status;
}

static void shuffle(float *values, size_t count, struct sr_rng *rng)
{
    for (size_t i = count; i > 1; i--) {
        const size_t other = (size_t)sr_rng_below(rng, i);
        const float swap = values[i - 1];
        values[i - 1] = values[other];
        values[other] = swap;
    }
}

struct sr_model *sr_model_scramble(const struct sr_model *model, size_t layers, uint64_t seed,
                                   struct sr_error *error)
{
    struct sr_tensors set = {0};
    struct sr_model *copy = NULL;
    enum sr_status status = model->class->save(model->state, &set, error);
    if (!status) {
        size_t below = count_weights(&set);
        below = layers < below ? below - layers : 0;
        for (size_t i = 0, weight = 0; i < set.count; i++) {
            struct sr_rng rng;
            if (!is_weight(&set.items[i]) || weight++ < below) continue;
            sr_rng_init(&rng, seed, SR_STREAM_OTHER, i);
            shuffle(set.items[i].data, set.items[i].count, &rng);
        }
        copy = sr_model_new(model->class, model->name);
        copy->shape = model->shape;
        copy->params = sr_args_copy(model->params);
        status = model->class->load(&set, model->params, &model->shape, &copy->state, error);
    }
    sr_tensors_fini(&set);
    if (!status && model->order) {
        struct sr_model *same = sr_model_reorder(copy, model->order);
        sr_model_unref(copy);
        copy = same;
    }
    if (!status) return copy;
    sr_model_unref(copy);
    return NULL;
}
