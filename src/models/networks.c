#include "sartor/models/networks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checkpoint.h"
#include "sartor/base/memory.h"
#include "sartor/base/words.h"
#include "sartor/data/changes.h"
#include "sartor/models/together.h"
#include "sartor/nn/inference.h"
#include "sartor/nn/trainer.h"

struct network_state {
    struct sr_network *network;
    struct sr_model_shape shape;
    struct sr_input input;
    enum sr_views views;
    struct sr_layer_mark *marks;
    size_t mark_count;
};

/* ---- hyperparameters ---- */

/* Set what was not given. */
static enum sr_status apply_settings(struct sr_args *params, const char *settings,
                                     struct sr_error *error)
{
    struct sr_words words = {0};
    enum sr_status status = sr_words_split(&settings, &words, error);
    for (size_t i = 0; !status && i < words.count; i++) {
        char *equals = strchr(words.items[i], '=');
        *equals = '\0';
        if (!sr_args_given(params, words.items[i]))
            status = sr_args_set(params, words.items[i], equals + 1, error);
    }
    sr_words_fini(&words);
    return status;
}

enum sr_status sr_networks_resolve(const struct sr_network_family *family, struct sr_args *params,
                                   struct sr_error *error)
{
    const char *recipe = sr_args_text(params, "recipe");
    bool part_given = false, parts[SR_AUGMENT_PARTS];
    enum sr_status status = SR_OK;

    for (size_t i = 0; i < SR_AUGMENT_PARTS; i++) {
        parts[i] = sr_args_given(params, sr_augment_parts[i].name);
        part_given = part_given || parts[i];
    }
    bool augment_given = sr_args_given(params, "augment");
    for (const struct sr_recipe *r = family->recipes; !status && r->name; r++)
        if (!strcmp(r->name, recipe)) status = apply_settings(params, r->settings, error);
    if (status || augment_given || !part_given || sr_args_switch(params, "augment")) return status;

    /* A part was given where the recipe has no augmentation: switch on that part alone. */
    status = sr_args_set(params, "augment", "on", error);
    for (size_t i = 0; !status && i < SR_AUGMENT_PARTS; i++)
        if (!parts[i]) status = sr_args_set(params, sr_augment_parts[i].name, "0", error);
    return status;
}

/* Index of a word in a table of names, which it is in, since the parameters have been checked. */
static int choice(const struct sr_args *params, const char *name, const char *const *names)
{
    const char *text = sr_args_text(params, name);
    int i = 0;
    while (strcmp(names[i], text) != 0) i++;
    return i;
}

struct sr_augment sr_networks_augment(const struct sr_args *params)
{
    return sr_args_switch(params, "augment") ? sr_augment_read(params) : (struct sr_augment){0};
}

static struct sr_training read_plan(const struct sr_args *params, const struct sr_input *input,
                                    uint64_t seed)
{
    return (struct sr_training){
        .epochs = (int)sr_args_integer(params, "epochs"),
        .batch = (int)sr_args_integer(params, "batch"),
        .optimizer = {.kind =
                          (enum sr_optimizer_kind)choice(params, "optimizer", sr_optimizer_names),
                      .momentum = sr_args_number(params, "momentum"),
                      .weight_decay = sr_args_number(params, "weight_decay")},
        .schedule = (enum sr_schedule_shape)choice(params, "schedule", sr_schedule_names),
        .rate = sr_args_number(params, "lr"),
        .warmup = sr_args_number(params, "warmup"),
        .smoothing = sr_args_number(params, "smoothing"),
        .clip = sr_args_number(params, "clip"),
        .average = sr_args_number(params, "ema"),
        .patience = (int)sr_args_integer(params, "patience"),
        .augment = sr_networks_augment(params),
        .input = *input,
        .seed = seed,
    };
}

/* Does a norm follow a dense layer? Then a batch of one row has one value of each channel, which
 * becomes 0: nothing is learned. After a convolution there are its pixels. */
static bool norms_rows(const struct sr_layers *layers)
{
    for (size_t i = 0; i < layers->count; i++) {
        const struct sr_layer_spec *layer = &layers->items[i];
        if (layer->type == SR_LAYER_BATCH_NORM && layer->input >= 0 &&
            layers->items[layer->input].type == SR_LAYER_DENSE)
            return true;
    }
    return false;
}

static enum sr_status check_batch(const struct sr_network_family *family,
                                  const struct sr_args *params, const struct sr_layers *layers,
                                  size_t train_count, struct sr_error *error)
{
    enum { KEPT = 8 }; /* what is left of an epoch is left out below an eighth of a batch */
    const size_t batch = (size_t)sr_args_integer(params, "batch");
    if (!norms_rows(layers)) return SR_OK;
    if (batch == 1)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "%s: norm=on normalises over the rows of a batch, which batch=1 has "
                            "only one of; give batch=2 or more, or norm=off.",
                            family->class->name);
    if (train_count == 1 || (batch <= KEPT && train_count % batch == 1))
        return sr_error_set(
            error, SR_ERROR_ARGUMENT,
            "%s: norm=on normalises over the rows of a batch, and of %zu rows the "
            "last batch of batch=%zu has only one; give another batch, or norm=off.",
            family->class->name, train_count, batch);
    return SR_OK;
}

enum sr_status sr_networks_check(const struct sr_network_family *family,
                                 const struct sr_args *params, const struct sr_model_shape *shape,
                                 size_t train_count, struct sr_error *error)
{
    struct sr_args *resolved = sr_args_copy(params);
    struct sr_layers layers = {.image = shape->image};
    enum sr_status status = sr_networks_resolve(family, resolved, error);

    if (!status && sr_args_number(resolved, "warmup") > (double)sr_args_integer(resolved, "epochs"))
        status = sr_error_set(error, SR_ERROR_ARGUMENT, "%s: warmup=%s is longer than epochs=%s.",
                              family->class->name, sr_args_text(resolved, "warmup"),
                              sr_args_text(resolved, "epochs"));
    uint32_t kinds;
    if (!status) status = sr_change_read(sr_args_text(resolved, "kinds"), &kinds, error);
    if (!status) status = family->build(resolved, shape, &layers, error);
    if (!status) status = check_batch(family, resolved, &layers, train_count, error);
    sr_layers_fini(&layers);
    sr_args_free(resolved);
    return status;
}

/* ---- state ---- */

void sr_networks_free(void *opaque)
{
    struct network_state *state = opaque;
    if (!state) return;
    sr_network_free(state->network);
    free(state->marks);
    free(state);
}

/* The choices of `normalise`. */
enum { OFF, ON, OWN };

static int normalisation(const struct sr_args *params)
{
    return sr_args_choice(params, "normalise");
}

enum sr_status sr_networks_make(struct sr_layers *layers, const struct sr_model_shape *shape,
                                const struct sr_input *input, enum sr_views views, void **made,
                                struct sr_error *error)
{
    struct network_state *state = sr_xalloc(sizeof *state);
    *state = (struct network_state){.shape = *shape, .input = *input, .views = views};
    state->input.features = layers->features;
    state->network = sr_network_new(layers->items, layers->count, layers->image, error);
    int height = 0, width = 0, outputs = 0;
    enum sr_status status = SR_OK;
    if (!state->network) status = error && error->status ? error->status : SR_ERROR_MEMORY;
    if (!status) sr_network_shape(state->network, layers->count - 1, &height, &width, &outputs);
    if (!status && outputs != shape->classes)
        status = sr_error_set(error, SR_ERROR_ARGUMENT,
                              "The network's last layer has %d outputs for %d classes.", outputs,
                              shape->classes);
    if (status) {
        sr_networks_free(state);
        return status;
    }
    sr_network_train_in(state->network, layers->precision);
    state->mark_count = layers->mark_count;
    state->marks = layers->marks;
    layers->marks = NULL;
    layers->mark_count = 0;
    *made = state;
    return SR_OK;
}

/* A state with a network of zero weights. */
static enum sr_status make_state(const struct sr_network_family *family,
                                 const struct sr_args *params, const struct sr_model_shape *shape,
                                 struct network_state **made, struct sr_error *error)
{
    struct sr_layers layers = {.image = shape->image};
    const struct sr_input input = {.deviation = 1, .own = normalisation(params) == OWN};
    const enum sr_views views = (enum sr_views)choice(params, "tta", sr_views_names);
    void *state = NULL;
    enum sr_status status = family->build(params, shape, &layers, error);
    if (!status) status = sr_networks_make(&layers, shape, &input, views, &state, error);
    *made = state;
    sr_layers_fini(&layers);
    return status;
}

uint64_t sr_networks_size(const void *opaque)
{
    const struct network_state *state = opaque;
    return sr_network_size(state->network);
}

/* ---- fit and predict ---- */

static struct sr_input make_input(double mean, double square, enum sr_features features)
{
    return (struct sr_input){.mean = (float)mean,
                             .deviation = square > 0 ? (float)sqrt(square) : 1,
                             .features = features};
}

/* Mean and deviation of features; of those up to a request to stop, after which the fit ends. */
static struct sr_input measure_features(enum sr_features kind, const struct sr_fit *fit)
{
    enum { ROWS = 512 };
    size_t size = sr_features_size(kind, fit->shape.image), seen = 0;
    float *rows = sr_xalloc(ROWS * size * sizeof *rows);
    double sum = 0, squares = 0;
    for (size_t first = 0; first < fit->train.count && sr_monitor_proceed(fit->monitor);
         first += ROWS) {
        size_t left = fit->train.count - first, count = left < ROWS ? left : ROWS;
        sr_features_fill(kind, &fit->train, first, count, rows, size, fit->pool);
        for (size_t i = 0; i < count * size; i++)
            sum += (double)rows[i], squares += (double)rows[i] * (double)rows[i];
        seen += count * size;
    }
    free(rows);
    double mean = seen ? sum / (double)seen : 0;
    return make_input(mean, seen ? squares / (double)seen - mean * mean : 0, kind);
}

/* Mean and deviation of the pixels / 255, from exact counts. */
static struct sr_input measure_pixels(const struct sr_samples *samples)
{
    uint64_t counts[256] = {0};
    const size_t size = sr_shape_size(samples->images->shape);
    double mean = 0, square = 0;
    for (size_t i = 0; i < samples->count; i++) {
        const uint8_t *pixels = sr_samples_pixels(samples, i);
        for (size_t p = 0; p < size; p++) counts[pixels[p]]++;
    }
    double total = (double)size * (double)samples->count;
    for (int v = 0; v < 256; v++) mean += counts[v] / total * v / 255.0;
    for (int v = 0; v < 256; v++)
        square += counts[v] / total * (v / 255.0 - mean) * (v / 255.0 - mean);
    return make_input(mean, square, SR_FEATURES_PIXELS);
}

struct keeping {
    const char *path;
    uint64_t fingerprint;
};

static enum sr_status keep_checkpoint(void *owner, struct sr_trainer *trainer,
                                      struct sr_error *error)
{
    const struct keeping *keeping = owner;
    return sr_checkpoint_save(keeping->path, keeping->fingerprint, trainer, error);
}

/* Restore the checkpoint where the training is to go on from it. */
static enum sr_status go_on(const struct sr_fit *fit, const struct keeping *keeping,
                            struct sr_trainer *trainer, struct sr_error *error)
{
    trainer->about = fit->about;
    if (fit->resume && sr_checkpoint_restore(keeping->path, keeping->fingerprint, trainer))
        for (int i = 0; i < trainer->finished; i++)
            sr_monitor_epoch(fit->monitor, &trainer->history[i]);
    else if (fit->resume && sr_checkpoint_of_another(keeping->path, keeping->fingerprint))
        return sr_error_set(error, SR_ERROR_STATE,
                            "%s is the checkpoint of another training, on other rows or with "
                            "another instruction set ($SARTOR_ISA); it is left as it is",
                            keeping->path);
    return SR_OK;
}

/* Images of a batch: no more than there are. */
static int batch_of(const struct sr_training *plan, const struct sr_fit *fit)
{
    return (size_t)plan->batch > fit->train.count ? (int)fit->train.count : plan->batch;
}

enum sr_status sr_networks_fit(const struct sr_network_family *family, const struct sr_fit *fit,
                               void **out, struct sr_error *error)
{
    struct network_state *state = NULL;
    struct sr_trainer *trainer = NULL;
    struct sr_sharing *sharing = NULL;
    struct sr_args *params = sr_args_copy(fit->params);
    struct keeping keeping = {.path = fit->checkpoint};
    bool complete = false; /* or stopped, with what there is */
    enum sr_status status = sr_networks_resolve(family, params, error);

    if (!status && sr_args_integer(params, "patience") > 0 && fit->validation.count == 0)
        status = sr_error_set(
            error, SR_ERROR_ARGUMENT,
            "%s: patience=%s needs a validation split to watch; set validation= above 0, or "
            "patience=0.",
            family->class->name, sr_args_text(params, "patience"));
    if (!status) status = make_state(family, params, &fit->shape, &state, error);
    if (status) goto out;
    enum sr_features features = state->input.features;
    if (normalisation(params) == ON)
        state->input = features == SR_FEATURES_PIXELS ? measure_pixels(&fit->train)
                                                      : measure_features(features, fit);
    sr_network_init(state->network, fit->seed);

    struct sr_training plan = read_plan(params, &state->input, fit->seed);
    plan.sharing = sharing = sr_sharing_new(sr_together_ranks(fit->together), batch_of(&plan, fit),
                                            sr_network_slices(state->network));
    if (!sharing && sr_together_helps(fit->together)) {
        status = SR_ERROR_CANCELLED; /* there is no part of a batch for this rank */
        goto out;
    }
    trainer =
        sr_trainer_new(state->network, &plan, &fit->train, &fit->validation, fit->pool, error);
    state->network = NULL;
    if (!trainer) status = error && error->status ? error->status : SR_ERROR_MEMORY;
    if (!status && keeping.path) {
        keeping.fingerprint = sr_checkpoint_fingerprint(family->class->name, params, fit);
        status = go_on(fit, &keeping, trainer, error);
    }
    if (sharing) status = sr_sharing_ready(sharing, status, error);
    if (status) goto out;
    if (sharing) sr_checkpoint_hand_out(trainer, sharing);
    status = sr_trainer_run(trainer, fit->monitor, keeping.path ? keep_checkpoint : NULL, &keeping,
                            &complete, error);
    if (status) goto out;
    state->network = sr_trainer_take(trainer);
    *out = state;
    state = NULL;
out:
    sr_trainer_free(trainer);
    sr_sharing_free(sharing);
    sr_networks_free(state);
    sr_args_free(params);
    return status;
}

enum sr_status sr_networks_predict(const void *opaque, const struct sr_samples *samples,
                                   struct sr_pool *pool, const struct sr_monitor *monitor,
                                   float *probabilities, struct sr_error *error)
{
    const struct network_state *state = opaque;
    const struct sr_inference inference = {
        .network = state->network, .input = &state->input, .pool = pool, .monitor = monitor};
    return sr_inference_run(&inference, state->views, samples, probabilities, error);
}

/* ---- files ---- */

/* PyTorch's layout of each tensor, and the input's mean and deviation: (pixel / 255 - mean) /
 * deviation. */
enum sr_status sr_networks_save(const void *opaque, struct sr_tensors *set, struct sr_error *error)
{
    const struct network_state *state = opaque;
    struct sr_parameter *parameters;
    const struct sr_input *own = &state->input;
    size_t count = sr_network_parameters(state->network, &parameters);
    const size_t channels = own->by_channel ? (size_t)state->shape.image.channels : 1;

    for (size_t i = 0; i < count; i++) {
        size_t shape[SR_RANK_MAX];
        int rank = sr_network_tensor_shape(state->network, i, shape);
        float *data = sr_tensors_add(set, parameters[i].name, SR_F32, rank, shape, error);
        if (!data) return SR_ERROR_MEMORY;
        sr_network_export(state->network, i, data);
    }
    float *mean = sr_tensors_add(set, "input.mean", SR_F32, 1, &channels, error),
          *deviation =
              mean ? sr_tensors_add(set, "input.deviation", SR_F32, 1, &channels, error) : NULL;
    if (!deviation) return SR_ERROR_MEMORY;
    for (size_t c = 0; c < channels; c++) {
        mean[c] = own->by_channel ? own->means[c] : own->mean;
        deviation[c] = own->by_channel ? own->deviations[c] : own->deviation;
    }
    return SR_OK;
}

/* One number for all channels, or one for each. */
static enum sr_status read_input(struct network_state *state, const struct sr_tensors *set,
                                 struct sr_error *error)
{
    const struct sr_tensor *given = sr_tensors_find(set, "input.mean");
    const size_t own = (size_t)state->shape.image.channels,
                 channels = own > 1 && given && given->count == own ? own : 1;
    const struct sr_tensor *mean = sr_tensors_need(set, "input.mean", SR_F32, 1, &channels, error);
    const struct sr_tensor *deviation =
        mean ? sr_tensors_need(set, "input.deviation", SR_F32, 1, &channels, error) : NULL;
    if (!deviation) return SR_ERROR_FORMAT;
    struct sr_input *input = &state->input;
    input->by_channel = channels > 1;
    for (size_t c = 0; c < channels; c++) {
        input->means[c] = ((const float *)mean->data)[c];
        input->deviations[c] = ((const float *)deviation->data)[c];
        if (!(input->deviations[c] > 0))
            return sr_error_set(error, SR_ERROR_FORMAT,
                                "The tensor input.deviation is %g; it must be above 0.",
                                (double)input->deviations[c]);
    }
    input->mean = input->means[0];
    input->deviation = input->deviations[0];
    return SR_OK;
}

enum sr_status sr_networks_fill(void *opaque, const struct sr_tensors *set, struct sr_error *error)
{
    struct network_state *state = opaque;
    struct sr_parameter *parameters;
    size_t count = sr_network_parameters(state->network, &parameters);
    for (size_t i = 0; i < count; i++) {
        size_t wanted[SR_RANK_MAX];
        int rank = sr_network_tensor_shape(state->network, i, wanted);
        const struct sr_tensor *tensor =
            sr_tensors_need(set, parameters[i].name, SR_F32, rank, wanted, error);
        if (!tensor) return SR_ERROR_FORMAT;
        sr_network_import(state->network, i, tensor->data);
    }
    return read_input(state, set, error);
}

enum sr_status sr_networks_load(const struct sr_network_family *family,
                                const struct sr_tensors *set, const struct sr_args *params,
                                const struct sr_model_shape *shape, void **out,
                                struct sr_error *error)
{
    struct network_state *state = NULL;
    enum sr_status status = make_state(family, params, shape, &state, error);
    if (!status) status = sr_networks_fill(state, set, error);
    if (status)
        sr_networks_free(state);
    else
        *out = state;
    return status;
}

const struct sr_network *sr_networks_network(const void *state)
{
    return ((const struct network_state *)state)->network;
}

const struct sr_layer_mark *sr_networks_marks(const void *opaque, size_t *count)
{
    const struct network_state *state = opaque;
    *count = state->mark_count;
    return state->marks;
}

size_t sr_networks_describe(const void *opaque, struct sr_layer_summary *layers, size_t room)
{
    const struct network_state *state = opaque;
    return sr_network_describe(state->network, layers, room);
}

bool sr_networks_parts(const struct sr_model *model, struct sr_network_parts *parts)
{
    if (model->class->free != sr_networks_free) return false;
    const struct network_state *state = model->state;
    *parts = (struct sr_network_parts){state->network, &state->input, state->views};
    return true;
}

/* ---- what Grad-CAM asks ---- */

size_t sr_networks_layers(const void *opaque, struct sr_layer_info *layers, size_t room)
{
    const struct network_state *state = opaque;
    for (size_t i = 0; i < state->mark_count && i < room; i++) {
        struct sr_layer_info *info = &layers[i];
        memcpy(info->name, state->marks[i].name, sizeof info->name);
        sr_network_shape(state->network, state->marks[i].layer, &info->shape.height,
                         &info->shape.width, &info->shape.channels);
    }
    return state->mark_count;
}

enum sr_status sr_networks_gradients(const void *opaque, const uint8_t *pixels, const char *layer,
                                     int target, struct sr_layer_gradients *out,
                                     struct sr_error *error)
{
    const struct network_state *state = opaque;
    size_t mark = 0;
    struct sr_workspace *workspace = NULL;
    enum sr_status status = SR_ERROR_MEMORY;

    while (mark < state->mark_count && strcmp(state->marks[mark].name, layer) != 0) mark++;
    if (mark == state->mark_count) {
        struct sr_text text = {0};
        for (size_t i = 0; i < state->mark_count; i++)
            sr_text_printf(&text, "%s%s", i ? ", " : "", state->marks[i].name);
        sr_error_set(error, SR_ERROR_ARGUMENT, "There is no layer \"%.31s\"; there are: %s", layer,
                     sr_text_get(&text));
        sr_text_fini(&text);
        return error->status;
    }
    if (target < 0 || target >= state->shape.classes)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "There is no class %d; classes go from 0 to %d.", target,
                            state->shape.classes - 1);

    size_t index = state->marks[mark].layer;
    sr_network_shape(state->network, index, &out->shape.height, &out->shape.width,
                     &out->shape.channels);
    size_t count = sr_shape_size(out->shape);
    out->activations = sr_array_new(count, sizeof(float), "activations", error);
    out->gradients = sr_array_new(count, sizeof(float), "gradients", error);
    if (!out->activations || !out->gradients) goto failed;
    if (!(workspace = sr_workspace_new(state->network, 1, true, NULL, error))) goto failed;
    sr_inference_fill(&state->input, pixels, state->shape.image, sr_workspace_input(workspace));
    status = sr_network_layer_gradients(state->network, workspace, target, index, out->activations,
                                        out->gradients, error);
    sr_workspace_free(workspace);
    if (status != SR_OK) goto failed;
    return SR_OK;

failed:
    free(out->activations);
    free(out->gradients);
    out->activations = out->gradients = NULL;
    return status;
}
