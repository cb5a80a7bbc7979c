/* step.c - one batch through the units of a workspace: forward, loss, backward. */
#include "workspace.h"

#include <math.h>
#include <string.h>

#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include "sartor/base/tree.h"

static struct job job_for(struct sr_workspace *workspace, size_t unit, int count, bool training,
                          bool parameters)
{
    struct unit *u = &workspace->units[unit];
    const struct sr_machines *machines = training ? workspace->exchange->machines : NULL;
    return (struct job){.workspace = workspace,
                        .unit = u,
                        .layer = &workspace->network->layers[u->layer],
                        .kernels = sr_kernels(),
                        .count = count,
                        .before = machines ? machines->before : 0,
                        .whole = machines ? machines->whole : count,
                        .training = training,
                        .parameters = parameters};
}

/* The time if units are timed, else 0. */
static double watch(const struct sr_workspace *workspace)
{
    return workspace->watched ? sr_clock_seconds() : 0;
}

/* A workspace serves any copy of the network that it was made for. */
static void same_network(const struct sr_network *network, struct sr_workspace *workspace)
{
    workspace->network = network;
}

/* A batch of a large network takes seconds: ask the monitor in between, but not after each small
 * layer. */
static bool may_go_on(struct sr_workspace *workspace)
{
    const double interval = 0.05;
    if (!workspace->gate || workspace->stopped) return !workspace->stopped;
    if (sr_clock_seconds() - workspace->asked < interval) return true;
    workspace->stopped = !sr_monitor_proceed(workspace->gate);
    workspace->asked = sr_clock_seconds();
    return !workspace->stopped;
}

/* The caller has asked the monitor just before. */
static void begin_batch(struct sr_workspace *workspace, const struct sr_network *network)
{
    same_network(network, workspace);
    workspace->stopped = false;
    workspace->asked = workspace->gate ? sr_clock_seconds() : 0;
}

/* Some images through the units first .. end - 1, which all stream. */
struct stream {
    struct sr_workspace *workspace;
    size_t first, end, slice; /* the first slice */
    int count;
};

static void stream_slice(void *context, size_t index, int worker)
{
    const struct stream *s = context;
    struct sr_workspace *w = s->workspace;
    index += s->slice;
    for (size_t i = s->first; i < s->end; i++) {
        struct job job = job_for(w, i, s->count, false, false);
        job.slice = w->stream;
        job.origin = ((int)index - worker) * w->stream;
        job.unit->kind->stream(&job, index, worker);
    }
}

/* The stream that begins with unit `first`; returns the unit behind it. The images go through all
 * of its units before the next ones begin, so that they stay in the cache. */
static size_t run_stream(struct sr_workspace *workspace, size_t first, int count)
{
    const size_t slices = (size_t)((count + workspace->stream - 1) / workspace->stream),
                 step = 4 * (size_t)sr_pool_threads(workspace->pool);
    struct stream s = {.workspace = workspace, .first = first, .end = first, .count = count};
    while (s.end < workspace->unit_count && workspace->units[s.end].streams) s.end++;
    for (; s.slice < slices && may_go_on(workspace); s.slice += step)
        sr_pool_run(workspace->pool, slices - s.slice < step ? slices - s.slice : step,
                    stream_slice, &s);
    return s.end;
}

static void run_forward(struct sr_workspace *workspace, int count, bool training)
{
    for (size_t i = 0; i < workspace->unit_count && may_go_on(workspace);) {
        if (workspace->units[i].streams) {
            i = run_stream(workspace, i, count);
            continue;
        }
        struct job job = job_for(workspace, i++, count, training, training);
        double begun = watch(workspace);
        job.unit->kind->forward(&job);
        job.unit->forward_seconds += watch(workspace) - begun;
    }
    const struct unit *last = &workspace->units[workspace->unit_count - 1];
    size_t classes = (size_t)last->out.channels, slots = (size_t)last->out.slots;
    for (size_t i = 0; i < (size_t)count; i++)
        memcpy(workspace->logits + i * classes, last->result + i * slots, classes * sizeof(float));
}

static void run_backward(struct sr_workspace *workspace, int count, bool training, size_t down_to)
{
    for (size_t i = workspace->unit_count; i-- > down_to && may_go_on(workspace);) {
        struct job job = job_for(workspace, i, count, training, training);
        double begun = watch(workspace);
        job.unit->kind->backward(&job);
        job.unit->backward_seconds += watch(workspace) - begun;
    }
}

/* What the units that stream can do before they see an image. */
static void prepare(struct sr_workspace *workspace)
{
    for (size_t i = 0; i < workspace->unit_count; i++) {
        struct job job = job_for(workspace, i, 0, false, false);
        if (job.unit->streams && job.unit->kind->prepare) job.unit->kind->prepare(&job);
    }
}

void sr_network_hold(const struct sr_network *network, struct sr_workspace *workspace)
{
    workspace->held = network;
    if (!network) return;
    same_network(network, workspace);
    prepare(workspace);
}

void sr_network_predict(const struct sr_network *network, struct sr_workspace *workspace, int count)
{
    begin_batch(workspace, network);
    if (workspace->held != network) prepare(workspace);
    run_forward(workspace, count, false);
}

void sr_network_forward(struct sr_network *network, struct sr_workspace *workspace, int count,
                        uint64_t seed, uint64_t step)
{
    begin_batch(workspace, network);
    workspace->seed = seed;
    workspace->step = step;
    run_forward(workspace, count, true);
}

/* Cross-entropy of one image, and its gradient on the logits times `scale`; counts a right answer.
 */
static double image_loss(const float *logits, int classes, int label, double smoothing,
                         double scale, float *gradient, int *right)
{
    double sum = 0, mean = 0, even = smoothing / classes;
    int best = 0;
    for (int c = 1; c < classes; c++)
        if (logits[c] > logits[best]) best = c;
    for (int c = 0; c < classes; c++) {
        double power = exp((double)logits[c] - (double)logits[best]);
        sum += power;
        mean += (double)logits[c];
        gradient[c] = (float)power;
    }
    for (int c = 0; c < classes; c++)
        gradient[c] =
            (float)(((double)gradient[c] / sum - even - (c == label ? 1 - smoothing : 0)) * scale);
    *right += best == label;
    /* -Σ t log p, with t = (1 - s) at the label + s / classes everywhere. */
    return log(sum) + (double)logits[best] - (1 - smoothing) * (double)logits[label] - even * mean;
}

struct losses {
    const struct sr_workspace *workspace;
    const uint8_t *labels;
    int count;
    double smoothing, scale;
    double *sums; /* of each slice */
    int *right;
};

static void loss_slice(void *context, size_t index, int worker)
{
    const struct losses *l = context;
    const struct unit *last = &l->workspace->units[l->workspace->unit_count - 1];
    const size_t classes = (size_t)last->out.channels, first = index * LOSS_SLICE,
                 left = (size_t)l->count - first;
    (void)worker;
    l->sums[index] = 0;
    l->right[index] = 0;
    for (size_t i = first; i < first + (left < LOSS_SLICE ? left : LOSS_SLICE); i++)
        l->sums[index] +=
            image_loss(l->workspace->logits + i * classes, (int)classes, l->labels[i], l->smoothing,
                       l->scale, last->gradient + i * (size_t)last->out.slots, &l->right[index]);
}

/* The summed loss of this machine's images, along the tree, and the gradients on their logits. */
static double sum_losses(struct sr_workspace *workspace, int count, const uint8_t *labels,
                         double smoothing, int *right)
{
    const struct sr_machines *machines = workspace->exchange->machines;
    const size_t slices = ((size_t)count + LOSS_SLICE - 1) / LOSS_SLICE;
    struct losses l = {.workspace = workspace,
                       .labels = labels,
                       .count = count,
                       .smoothing = smoothing,
                       .scale = 1.0 / (machines ? machines->whole : count),
                       .sums = workspace->losses,
                       .right = workspace->right};
    sr_pool_run(workspace->pool, slices, loss_slice, &l);
    for (size_t slice = 0; slice < slices; slice++) *right += l.right[slice];
    return sr_tree_sum(l.sums, slices);
}

double sr_network_backward(struct sr_network *network, struct sr_workspace *workspace, int count,
                           const uint8_t *labels, float smoothing, int *correct)
{
    int right = 0;
    (void)network;
    if (correct) *correct = 0;
    if (workspace->stopped) return 0;
    double loss = sum_losses(workspace, count, labels, (double)smoothing, &right);
    sr_exchange_loss(workspace->exchange, &loss, &right);
    if (correct) *correct = right;
    run_backward(workspace, count, true, 0);
    return loss;
}

/* From blocks to rows, columns, channels. */
static void unblock(const struct shape *s, const float *from, float *to)
{
    int pixels = shape_pixels(s);
    for (int pixel = 0; pixel < pixels; pixel++)
        for (int channel = 0; channel < s->channels; channel++) {
            int slot = shape_slot(s, channel);
            *to++ = from[(size_t)(slot / SR_BLOCK * pixels + pixel) * SR_BLOCK +
                         (size_t)(slot % SR_BLOCK)];
        }
}

/* What the last layer reads: -1 for the image. */
static int features_layer(const struct sr_network *network)
{
    return network->layers[network->count - 1].spec.input;
}

static const struct shape *features_shape(const struct sr_network *network)
{
    const int layer = features_layer(network);
    return layer < 0 ? &network->image : &network->layers[layer].out;
}

size_t sr_network_features(const struct sr_network *network)
{
    const struct shape *shape = features_shape(network);
    return (size_t)shape_pixels(shape) * (size_t)shape->channels;
}

/* A dense layer does not stream, so that the unit before it keeps the whole batch. */
void sr_workspace_features(const struct sr_workspace *workspace, size_t index, float *features)
{
    const struct sr_network *network = workspace->network;
    const int layer = features_layer(network), unit = layer < 0 ? -1 : workspace->unit_of[layer];
    const struct shape *shape = features_shape(network);
    const size_t size = shape_size(shape);
    if (unit < 0)
        memcpy(features, workspace->image + index * size,
               sr_network_features(network) * sizeof *features);
    else
        unblock(shape, workspace->units[unit].result + index * size, features);
}

enum sr_status sr_network_layer_gradients(const struct sr_network *network,
                                          struct sr_workspace *workspace, int target, size_t index,
                                          float *activations, float *gradients,
                                          struct sr_error *error)
{
    struct sr_workspace *w = workspace->unfused;
    if (!w &&
        !(w = workspace->unfused = workspace_make(network, 1, true, false, workspace->pool, error)))
        return SR_ERROR_MEMORY;
    same_network(network, w);
    memcpy(w->image, workspace->image, shape_size(&network->image) * sizeof(float));
    run_forward(w, 1, false);
    int unit = w->unit_of[index];
    const struct shape *shape = &network->layers[index].out;
    if (unit < 0)
        return sr_error_set(error, SR_ERROR_ARGUMENT, "Layer %zu has no activations of its own.",
                            index);
    struct unit *last = &w->units[w->unit_count - 1];
    memset(last->gradient, 0, shape_size(&last->out) * sizeof(float));
    last->gradient[target] = 1;
    run_backward(w, 1, false, (size_t)unit + 1);
    unblock(shape, w->units[unit].result, activations);
    unblock(shape, w->units[unit].gradient, gradients);
    return SR_OK;
}
