#include "internal.h"

#include "sartor/base/memory.h"
#include "sartor/compute/matrix.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the plan: layers to units ---- */

/* The only layer that reads layer `index`, if it is of this type and not taken yet; else -1. */
static int only_reader(const struct sr_network *network, const int *unit_of, int index,
                       enum sr_layer_type type)
{
    if (network->layers[index].readers != 1) return -1;
    for (size_t i = (size_t)index + 1; i < network->count; i++) {
        const struct sr_layer_spec *s = &network->layers[i].spec;
        if (s->input == index || (s->type == SR_LAYER_ADD && s->other == index))
            return s->type == type && unit_of[i] == FROM_NOWHERE ? (int)i : -1;
    }
    return -1;
}

enum { TAKEN = -3 }; /* in unit_of: part of a unit that is not numbered yet */

/* Let `unit` swallow its only reader of a type. */
static bool swallow(const struct sr_network *network, int *unit_of, struct unit *unit,
                    enum sr_layer_type type)
{
    int reader = only_reader(network, unit_of, unit->last, type);
    if (reader < 0) return false;
    const struct sr_layer_spec *s = &network->layers[reader].spec;
    if (type == SR_LAYER_ADD) unit->other = s->input == unit->last ? s->other : s->input;
    unit_of[reader] = TAKEN;
    unit->last = reader;
    return true;
}

static struct unit unit_from(const struct sr_network *network, int *unit_of, int index, bool fuse)
{
    const struct layer *l = &network->layers[index];
    struct unit u = {.layer = index,
                     .last = index,
                     .input = l->spec.input,
                     .other = FROM_NOWHERE,
                     .norm = FROM_NOWHERE,
                     .in = l->in};
    switch (l->spec.type) {
    case SR_LAYER_CONV:
        u.type = UNIT_CONV;
        break;
    case SR_LAYER_BATCH_NORM:
        u.type = UNIT_NORM;
        break;
    case SR_LAYER_DENSE:
        u.type = UNIT_DENSE;
        break;
    case SR_LAYER_MAX_POOL:
        u.type = UNIT_POOL;
        break;
    case SR_LAYER_GLOBAL_POOL:
        u.type = UNIT_GLOBAL;
        break;
    case SR_LAYER_FLATTEN:
        u.type = UNIT_COPY;
        break;
    case SR_LAYER_DROPOUT:
        u.type = UNIT_DROPOUT;
        break;
    case SR_LAYER_RELU:
        u.type = UNIT_SUM;
        u.relu = true;
        break;
    case SR_LAYER_ADD:
        u.type = UNIT_SUM;
        u.other = l->spec.other;
        break;
    }
    if (fuse && u.type == UNIT_NORM) swallow(network, unit_of, &u, SR_LAYER_ADD);
    if (fuse &&
        (u.type == UNIT_CONV || u.type == UNIT_NORM || u.type == UNIT_DENSE ||
         u.type == UNIT_SUM) &&
        !u.relu)
        u.relu = swallow(network, unit_of, &u, SR_LAYER_RELU);
    u.mid = network->layers[u.last].out;
    if (fuse && (u.type == UNIT_CONV || u.type == UNIT_NORM))
        u.pool = swallow(network, unit_of, &u, SR_LAYER_MAX_POOL);
    u.out = network->layers[u.last].out;
    return u;
}

/* A flatten is a new name for the same memory, but for a plain image that does not fill whole
 * blocks. */
static bool renames(const struct layer *l)
{
    return l->spec.type == SR_LAYER_FLATTEN && shape_size(&l->in) == shape_size(&l->out);
}

static void plan(struct sr_workspace *w, bool fuse)
{
    const struct sr_network *network = w->network;
    struct unit *at = sr_xalloc(network->count * sizeof *at); /* by the last layer of each */
    bool *wanted = sr_xalloc(network->count * sizeof *wanted),
         *written = sr_xalloc(network->count * sizeof *written);
    for (size_t i = 0; i < network->count; i++) w->unit_of[i] = FROM_NOWHERE;
    for (size_t i = 0; i < network->count; i++)
        if (w->unit_of[i] == FROM_NOWHERE) {
            w->unit_of[i] = TAKEN;
            struct unit u = unit_from(network, w->unit_of, (int)i, fuse);
            at[u.last] = u;
            at[u.last].result = (float *)network->values; /* any address: there is a unit here */
        }
    for (size_t i = 0; i < network->count; i++) {
        if (!at[i].result) continue;
        struct unit *u = &at[i];
        u->input = u->input < 0 ? FROM_IMAGE : w->unit_of[u->input];
        if (u->other >= 0) u->other = w->unit_of[u->other];
        if (renames(&network->layers[i])) {
            w->unit_of[i] = u->input;
            continue;
        }
        w->unit_of[i] = (int)w->unit_count;
        w->units[w->unit_count++] = *u;
    }
    for (size_t i = 0; i < w->unit_count && fuse; i++) {
        struct unit *u = &w->units[i], *conv = u->input >= 0 ? &w->units[u->input] : NULL;
        u->joined = u->type == UNIT_NORM && conv && conv->type == UNIT_CONV && !conv->relu &&
                    !conv->pool && network->layers[conv->last].readers == 1;
        if (u->joined) conv->norm = (int)i;
    }
    for (size_t i = 0; i < w->unit_count; i++) {
        struct unit *u = &w->units[i];
        u->input_gradient = u->input >= 0 && (wanted[u->input] || !fuse);
        u->other_gradient = u->other >= 0 && (wanted[u->other] || !fuse);
        wanted[i] = u->input_gradient || u->other_gradient || u->type == UNIT_CONV ||
                    u->type == UNIT_NORM || u->type == UNIT_DENSE;
    }
    for (size_t i = w->unit_count; i-- > 0;) {
        struct unit *u = &w->units[i];
        if (u->other >= 0) {
            u->other_adds = written[u->other];
            written[u->other] = true;
        }
        if (u->input >= 0) {
            u->input_adds = written[u->input];
            written[u->input] = true;
        }
    }
    free(at);
    free(wanted);
    free(written);
}

/* ---- memory: one block, carved twice, first only to measure it ---- */

struct carver {
    float *base;
    size_t used;
};

static float *carve(struct carver *carver, size_t floats)
{
    float *at = carver->base ? carver->base + carver->used : NULL;
    carver->used += (floats + SR_BLOCK - 1) / SR_BLOCK * SR_BLOCK;
    return at;
}

static void carve_unit(struct sr_workspace *w, struct unit *u, struct carver *carver)
{
    const struct layer *layer = &w->network->layers[u->layer];
    size_t batch = (size_t)w->batch, slots = (size_t)u->in.slots;
    u->result = carve(carver, batch * shape_size(&u->out));
    u->parts = w->batch < MOST_PARTS ? w->batch : MOST_PARTS;
    if (u->type == UNIT_CONV) {
        u->packed = carve(carver, sr_conv_weight_size(&layer->conv));
        if (sr_conv_weight_size(&layer->conv) > LARGE && u->parts > LARGE_PARTS)
            u->parts = LARGE_PARTS;
    }
    /* With few outputs, finding the zeros takes as long as multiplying by them; OpenBLAS cannot
     * leave them out. */
    bool masks = u->type == UNIT_DENSE && u->out.slots >= 4 * SR_BLOCK && !sr_kernels()->portable;
    if (masks) u->mask = (uint64_t *)carve(carver, 2 * batch * sr_mask_words(u->in.slots));
    if (masks) u->order = (int *)carve(carver, batch);
    if (u->type == UNIT_NORM) {
        u->scale = carve(carver, slots);
        u->shift = carve(carver, slots);
    }
    if (!w->training) return;
    if (masks) u->mask_turned = (uint64_t *)carve(carver, 2 * slots * sr_mask_words(w->batch));
    if (u->norm == FROM_NOWHERE) u->gradient = carve(carver, batch * shape_size(&u->out));
    if (u->pool || u->type == UNIT_POOL)
        u->which = (uint8_t *)carve(carver, (batch * shape_size(&u->out) + sizeof(float) - 1) /
                                                sizeof(float));
    if (u->type == UNIT_CONV && u->input_gradient)
        u->turned =
            carve(carver, (size_t)(layer->conv.kernel * layer->conv.kernel * layer->conv.outputs) *
                              (size_t)sr_slots(layer->conv.inputs));
    if (u->type == UNIT_NORM) {
        u->moments = carve(carver, (batch + PIECE - 1) / PIECE * 2 * slots);
        u->mean = carve(carver, slots);
        u->inverse = carve(carver, slots);
        u->a = carve(carver, slots);
        u->b = carve(carver, slots);
        u->c = carve(carver, slots);
    }
}

static void carve_all(struct sr_workspace *w, struct carver *carver)
{
    size_t batch = (size_t)w->batch, part = 0, scratch = SR_BLOCK;
    const struct shape *last = &w->network->layers[w->network->count - 1].out;
    w->image = carve(carver, batch * shape_size(&w->network->image));
    w->logits = carve(carver, batch * (size_t)last->channels);
    for (size_t i = 0; i < w->unit_count; i++) {
        struct unit *u = &w->units[i];
        const struct layer *layer = &w->network->layers[u->layer];
        carve_unit(w, u, carver);
        size_t wanted = unit_scratch(u, layer), sums = 0;
        if (u->type == UNIT_CONV)
            sums = sr_conv_weight_size(&layer->conv) + (size_t)sr_slots(layer->conv.outputs);
        if (u->type == UNIT_NORM) sums = 2 * (size_t)u->in.slots;
        sums = (sums + SR_BLOCK - 1) / SR_BLOCK * SR_BLOCK * (size_t)u->parts;
        part = sums > part ? sums : part;
        scratch = wanted > scratch ? wanted : scratch;
    }
    w->scratch_stride = scratch;
    w->scratch = carve(carver, scratch * (size_t)sr_pool_threads(w->pool));
    if (!w->training) return;
    w->gradients = carve(carver, w->network->value_count);
    w->parts = carve(carver, part);
}

struct sr_workspace *workspace_make(const struct sr_network *network, int batch, bool training,
                                    bool fuse, struct sr_pool *pool, struct sr_error *error)
{
    struct sr_workspace *w = sr_xalloc(sizeof *w);
    w->network = network;
    w->pool = pool;
    w->batch = batch < 1 ? 1 : batch;
    w->training = training;
    w->units = sr_xalloc(network->count * sizeof *w->units);
    w->unit_of = sr_xalloc(network->count * sizeof *w->unit_of);
    plan(w, fuse);
    struct carver measure = {0}, carver = {0};
    carve_all(w, &measure);
    w->memory = sr_array_new(measure.used, sizeof(float), "a network's activations", error);
    if (!w->memory) {
        sr_workspace_free(w);
        return NULL;
    }
    carver.base = w->memory;
    carve_all(w, &carver);
    return w;
}

struct sr_workspace *sr_workspace_new(const struct sr_network *network, int batch, bool training,
                                      struct sr_pool *pool, struct sr_error *error)
{
    return workspace_make(network, batch, training, true, pool, error);
}

void sr_workspace_free(struct sr_workspace *workspace)
{
    if (!workspace) return;
    sr_workspace_free(workspace->unfused);
    free(workspace->units);
    free(workspace->unit_of);
    free(workspace->memory);
    free(workspace);
}

void sr_workspace_gate(struct sr_workspace *workspace, const struct sr_monitor *gate)
{
    workspace->gate = gate;
}

bool sr_workspace_stopped(const struct sr_workspace *workspace)
{
    return workspace->stopped;
}

void sr_workspace_watch(struct sr_workspace *workspace)
{
    workspace->watched = true;
    for (size_t i = 0; i < workspace->unit_count; i++)
        workspace->units[i].forward_seconds = workspace->units[i].backward_seconds = 0;
}

size_t sr_workspace_times(const struct sr_workspace *workspace, struct sr_unit_time *times,
                          size_t room)
{
    static const char *const kinds[] = {
        [UNIT_CONV] = "convolution", [UNIT_NORM] = "norm",       [UNIT_DENSE] = "dense",
        [UNIT_POOL] = "pool",        [UNIT_SUM] = "sum",         [UNIT_GLOBAL] = "mean of pixels",
        [UNIT_COPY] = "flatten",     [UNIT_DROPOUT] = "dropout",
    };
    for (size_t i = 0; i < workspace->unit_count && i < room; i++) {
        const struct unit *u = &workspace->units[i];
        const struct layer *layer = &workspace->network->layers[u->layer];
        uint64_t work =
            u->type == UNIT_CONV ? sr_conv_multiply_adds(&layer->conv) : layer_multiply_adds(layer);
        times[i] = (struct sr_unit_time){.height = u->out.height,
                                         .width = u->out.width,
                                         .channels = u->out.channels,
                                         .forward = u->forward_seconds,
                                         .backward = u->backward_seconds,
                                         .forward_work = work,
                                         .backward_work = u->input_gradient ? 2 * work : work};
        snprintf(times[i].name, sizeof times[i].name, "%s%s%s%s", kinds[u->type],
                 u->type == UNIT_NORM && u->other >= 0 ? ", sum" : "", u->relu ? ", relu" : "",
                 u->pool ? ", pool" : "");
    }
    return workspace->unit_count;
}

float *sr_workspace_input(struct sr_workspace *workspace)
{
    return workspace->image;
}

const float *sr_workspace_logits(const struct sr_workspace *workspace)
{
    return workspace->logits;
}

void sr_workspace_ready(struct sr_workspace *workspace, sr_gradient_ready *ready, void *owner)
{
    workspace->ready = ready;
    workspace->ready_owner = owner;
}

float *sr_workspace_gradient(struct sr_workspace *workspace, size_t parameter)
{
    const struct sr_parameter *p = &workspace->network->parameters[parameter];
    if (!p->learned || !workspace->gradients) return NULL;
    return workspace->gradients + (p->values - workspace->network->values);
}
