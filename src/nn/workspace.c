#include "workspace.h"

#include "sartor/base/memory.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the plan: layers to units ---- */

enum { TAKEN = -3 }; /* in unit_of: part of a unit that is not numbered yet */

static bool reads(const struct layer *layer, int index)
{
    return layer->spec.input == index || (layer->kind->two_inputs && layer->spec.other == index);
}

/* Let a unit take in the layer that alone reads its output, if its kind can do what that layer does
 * after what it does already. */
static bool take_in_reader(const struct sr_network *network, int *unit_of, struct unit *unit,
                           bool training)
{
    const unsigned fuses = unit->kind->fuses | (training ? 0 : unit->kind->folds);
    size_t reader = (size_t)unit->last + 1;
    if (network->layers[unit->last].readers != 1) return false;
    while (!reads(&network->layers[reader], unit->last)) reader++;
    const struct layer *l = &network->layers[reader];
    if (unit_of[reader] != FROM_NOWHERE || !(l->kind->fusion & fuses) ||
        l->kind->fusion <= unit->fused)
        return false;
    if (l->kind->fusion == FUSED_NORM) unit->norm = (int)reader;
    if (l->kind->fusion == FUSED_SUM)
        unit->other = l->spec.input == unit->last ? l->spec.other : l->spec.input;
    unit->fused |= l->kind->fusion;
    unit->last = (int)reader;
    unit_of[reader] = TAKEN;
    if (l->kind->fusion != FUSED_POOL) unit->mid = l->out;
    return true;
}

static struct unit unit_from(const struct sr_workspace *w, int index, bool fuse)
{
    const struct sr_network *network = w->network;
    const struct layer *l = &network->layers[index];
    struct unit u = {.kind = l->kind,
                     .layer = index,
                     .last = index,
                     .input = l->spec.input,
                     .other = l->kind->two_inputs ? l->spec.other : FROM_NOWHERE,
                     .observer = FROM_NOWHERE,
                     .in = l->in,
                     .mid = l->out};
    while (fuse && take_in_reader(network, w->unit_of, &u, w->training)) continue;
    u.relu = u.fused & FUSED_RELU;
    u.pool = u.fused & FUSED_POOL;
    u.out = network->layers[u.last].out;
    return u;
}

/* The output of some layers is the memory of their input under another shape. */
static bool renames(const struct layer *l)
{
    return l->kind->renames && shape_size(&l->in) == shape_size(&l->out);
}

/* Units that call the observe and undo of their only reader. */
static void plan_observers(struct sr_workspace *w)
{
    for (size_t i = 0; i < w->unit_count; i++) {
        struct unit *u = &w->units[i], *input = u->input >= 0 ? &w->units[u->input] : NULL;
        u->observed = u->kind->observe && input && input->kind->observes && !input->fused &&
                      w->network->layers[input->last].readers == 1;
        if (u->observed) input->observer = (int)i;
    }
}

/* Which gradients are wanted (without fusing: all), and which reader of an output is the first to
 * write its gradient in the backward pass; the others add to it. */
static void plan_gradients(struct sr_workspace *w, bool fuse)
{
    bool *wanted = sr_xalloc(w->unit_count * sizeof *wanted),
         *written = sr_xalloc(w->unit_count * sizeof *written);
    for (size_t i = 0; i < w->unit_count; i++) {
        struct unit *u = &w->units[i];
        u->input_gradient = u->input >= 0 && (wanted[u->input] || !fuse);
        u->other_gradient = u->other >= 0 && (wanted[u->other] || !fuse);
        wanted[i] = u->input_gradient || u->other_gradient || u->kind->tensors;
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
    free(wanted);
    free(written);
}

/* Which units stream, and which of them are read in their own stream alone. */
static void plan_streams(struct sr_workspace *w)
{
    int start = 0; /* of the stream */
    w->stream = PIECE;
    for (size_t i = 0; i < w->unit_count; i++) {
        struct unit *u = &w->units[i];
        u->streams = u->passing = u->kind->stream != NULL;
        if (!u->streams) start = (int)i;
        if (u->input >= 0 && u->input < start) w->units[u->input].passing = false;
        if (u->other >= 0 && u->other < start) w->units[u->other].passing = false;
        if (!u->streams) start = (int)i + 1;
        int images =
            u->kind->stream_images ? u->kind->stream_images(&w->network->layers[u->layer]) : PIECE;
        if (u->streams && images > w->stream) w->stream = images;
    }
    w->units[w->unit_count - 1].passing = false; /* the logits */
    if (w->stream > w->batch) w->stream = w->batch;
}

static void plan(struct sr_workspace *w, bool fuse)
{
    const struct sr_network *network = w->network;
    struct unit *at = sr_xalloc(network->count * sizeof *at); /* by the last layer of each */
    for (size_t i = 0; i < network->count; i++) w->unit_of[i] = FROM_NOWHERE;
    for (size_t i = 0; i < network->count; i++)
        if (w->unit_of[i] == FROM_NOWHERE) {
            w->unit_of[i] = TAKEN;
            struct unit u = unit_from(w, (int)i, fuse);
            at[u.last] = u;
        }
    for (size_t i = 0; i < network->count; i++) {
        if (!at[i].kind) continue;
        struct unit *u = &at[i];
        u->input = u->input < 0 ? FROM_IMAGE : w->unit_of[u->input];
        if (u->other >= 0) u->other = w->unit_of[u->other];
        if (renames(&network->layers[i])) {
            w->unit_of[i] = u->input;
            continue;
        }
        if (u->kind->own) u->own = sr_xalloc(u->kind->own);
        w->unit_of[i] = (int)w->unit_count;
        w->units[w->unit_count++] = *u;
    }
    free(at);
    if (fuse && w->training) plan_observers(w);
    if (!w->training) plan_streams(w);
    plan_gradients(w, fuse);
}

/* ---- memory ---- */

static size_t passing_images(const struct sr_workspace *w)
{
    return (size_t)(w->stream * sr_pool_threads(w->pool));
}

static int layer_slices(const struct layer *layer)
{
    return layer->kind->slices ? layer->kind->slices(layer) : MOST_PARTS;
}

int sr_network_slices(const struct sr_network *network)
{
    int least = MOST_PARTS;
    for (size_t i = 0; i < network->count; i++) {
        const int slices = layer_slices(&network->layers[i]);
        if (slices < least) least = slices;
    }
    return least;
}

static void carve_unit(struct sr_workspace *w, struct unit *u, struct carver *carver)
{
    size_t batch = (size_t)w->batch;
    u->result = carve(carver, (u->passing ? passing_images(w) : batch) * shape_size(&u->out));
    u->parts = layer_slices(&w->network->layers[u->layer]);
    if (w->training && u->observer < 0) u->gradient = carve(carver, batch * shape_size(&u->out));
    if (w->training && u->pool) u->which = carve_which(carver, u, w->batch);
    if (u->kind->carve) u->kind->carve(w, u, carver);
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
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
        scratch =
            larger(scratch, u->kind->scratch ? u->kind->scratch(u, layer)
                                             : larger(shape_size(&u->in), shape_size(&u->mid)));
        size_t slices = larger(1, (batch + PIECE - 1) / PIECE);
        if (slices > (size_t)u->parts) slices = (size_t)u->parts;
        if (u->kind->sums) part = larger(part, round_up(u->kind->sums(layer)) * slices);
    }
    w->scratch_stride = scratch;
    w->scratch = carve(carver, scratch * (size_t)sr_pool_threads(w->pool));
    if (!w->training) return;
    w->gradients = carve(carver, w->network->value_count);
    w->parts = carve(carver, part);
    const size_t losses = (batch + LOSS_SLICE - 1) / LOSS_SLICE;
    w->losses = (double *)carve(carver, 2 * losses);
    w->right = (int *)carve(carver, losses);
}

struct sr_workspace *workspace_make(const struct sr_network *network, int batch, bool training,
                                    bool fuse, struct sr_pool *pool, struct sr_error *error)
{
    struct sr_workspace *w = sr_xalloc(sizeof *w);
    w->network = network;
    w->pool = pool;
    w->batch = batch < 1 ? 1 : batch;
    w->training = training;
    sr_workspace_exchange(w, NULL);
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
    for (size_t i = 0; i < workspace->unit_count; i++) free(workspace->units[i].own);
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
    for (size_t i = 0; i < workspace->unit_count && i < room; i++) {
        const struct unit *u = &workspace->units[i];
        const struct layer *layer = &workspace->network->layers[u->layer];
        uint64_t work = u->kind->multiply_adds ? u->kind->multiply_adds(layer, false) : 0;
        times[i] = (struct sr_unit_time){.height = u->out.height,
                                         .width = u->out.width,
                                         .channels = u->out.channels,
                                         .forward = u->forward_seconds,
                                         .backward = u->backward_seconds,
                                         .forward_work = work,
                                         .backward_work = u->input_gradient ? 2 * work : work};
        snprintf(times[i].name, sizeof times[i].name, "%s%s%s%s", u->kind->title,
                 u->fused & FUSED_SUM ? ", sum" : "", u->relu ? ", relu" : "",
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

void sr_workspace_exchange(struct sr_workspace *workspace, const struct sr_exchange *exchange)
{
    static const struct sr_exchange alone;
    workspace->exchange = exchange ? exchange : &alone;
}

float *sr_workspace_gradient(struct sr_workspace *workspace, size_t parameter)
{
    const struct sr_parameter *p = &workspace->network->parameters[parameter];
    if (!p->learned || !workspace->gradients) return NULL;
    return workspace->gradients + (p->values - workspace->network->values);
}
