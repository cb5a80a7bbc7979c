/* layer_batch_norm.c - batch normalisation (Ioffe and Szegedy, 2015) with the residual sum, ReLU
 * and max-pool behind it as one step. Statistics cover the whole batch; running ones move by
 * momentum 0.1. */
#include "workspace.h"

#include "sartor/base/tree.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double epsilon = 1e-5, momentum = 0.1;

/* What a unit keeps, each array by slot. */
struct norm_unit {
    float *moments;            /* mean and sum of squared deviations, of each piece's images */
    struct sr_moments *joined; /* of the batch */
    float *mean, *inverse;     /* of the batch; the inverse of the deviation */
    float *scale, *shift;      /* y = x * scale + shift */
    float *a, *b, *c;          /* dx = a * dy + b * x + c */
};

static void describe(const struct sr_layer_spec *spec, char *text, size_t size)
{
    snprintf(text, size, "%s: batch norm", spec->name);
}

static int tensors(const struct layer *layer, struct tensor tensors[TENSORS_MAX])
{
    struct tensor one = {
        .rank = 1, .shape = {(size_t)layer->out.channels}, .rows = 1, .columns = layer->out.slots};
    for (int i = 0; i < TENSORS_MAX; i++) tensors[i] = one;
    tensors[WEIGHT].name = "weight";
    tensors[BIAS].name = "bias";
    tensors[MEAN].name = "running_mean";
    tensors[VARIANCE].name = "running_var";
    tensors[WEIGHT].start = tensors[VARIANCE].start = START_ONE;
    tensors[MEAN].fixed = tensors[VARIANCE].fixed = true;
    return 4;
}

static void carve_own(const struct sr_workspace *workspace, struct unit *unit,
                      struct carver *carver)
{
    struct norm_unit *own = unit->own;
    size_t slots = (size_t)unit->in.slots;
    own->scale = carve(carver, slots);
    own->shift = carve(carver, slots);
    if (!workspace->training) return;
    own->moments = carve(carver, ((size_t)workspace->batch + PIECE - 1) / PIECE * 2 * slots);
    own->joined = (struct sr_moments *)carve(carver, slots * sizeof *own->joined / sizeof(float));
    own->mean = carve(carver, slots);
    own->inverse = carve(carver, slots);
    own->a = carve(carver, slots);
    own->b = carve(carver, slots);
    own->c = carve(carver, slots);
}

static size_t scratch(const struct unit *unit, const struct layer *layer)
{
    size_t in = shape_size(&unit->in), mid = shape_size(&unit->mid);
    (void)layer;
    return 2 * (in > mid ? in : mid);
}

static size_t sums(const struct layer *layer)
{
    return 2 * (size_t)layer->in.slots;
}

/* ---- forward ---- */

static int blocks_of(const struct unit *u)
{
    return u->in.slots / SR_BLOCK;
}

/* So many images of the unit's input. */
static struct sr_extent extent_of(const struct unit *unit, int images)
{
    return (struct sr_extent){images, blocks_of(unit), shape_pixels(&unit->in)};
}

static void observe(const struct job *job, const struct unit *unit, size_t index, int first,
                    int images)
{
    const struct norm_unit *own = unit->own;
    float *moments = own->moments + index * 2 * (size_t)unit->in.slots;
    job->kernels->moments(unit_source(job->workspace, unit->input) +
                              (size_t)first * shape_size(&unit->in),
                          extent_of(unit, images), moments, moments + unit->in.slots);
}

static void moments_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    int first, images = job_slice(job, index, &first);
    (void)worker;
    observe(job, job->unit, index, first, images);
}

/* Statistics are computed so many channels at a time. */
enum { CHANNELS = 64 };

static void run_channels(struct job *job, void (*slice)(void *job, size_t index, int worker))
{
    sr_pool_run(job->workspace->pool, (size_t)(job->unit->in.slots + CHANNELS - 1) / CHANNELS,
                slice, job);
}

static int channel_range(const struct job *job, size_t index, int *last)
{
    int first = (int)index * CHANNELS;
    *last = job->unit->in.slots < first + CHANNELS ? job->unit->in.slots : first + CHANNELS;
    return first;
}

/* A channel's moments over this machine's images: those of the pieces, joined along the tree. */
static struct sr_moments join_pieces(const struct job *job, int c)
{
    const struct unit *u = job->unit;
    const struct norm_unit *own = u->own;
    size_t pieces = (size_t)((job->count + PIECE - 1) / PIECE), slots = (size_t)u->in.slots;
    struct sr_moments nodes[SR_TREE_LEVELS];
    int top = 0;
    for (size_t piece = 0; piece < pieces; piece++, top++) {
        const float *moments = own->moments + piece * 2 * slots;
        int left = job->count - (int)piece * PIECE;
        nodes[top] = (struct sr_moments){.count = (double)(left < PIECE ? left : PIECE) *
                                                  shape_pixels(&u->in),
                                         .mean = (double)moments[c],
                                         .spread = (double)moments[slots + (size_t)c]};
        for (int joins = sr_tree_joins(piece, pieces); joins > 0; joins--, top--)
            sr_moments_join(&nodes[top - 1], &nodes[top]);
    }
    return nodes[0];
}

static void join_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    struct norm_unit *own = job->unit->own;
    int last, first = channel_range(job, index, &last);
    (void)worker;
    for (int c = first; c < last; c++) own->joined[c] = join_pieces(job, c);
}

/* Mean and deviation of a channel over the batch; running statistics move, with the unbiased
 * variance, as in PyTorch. */
static void learn_statistics(const struct job *job, int c)
{
    struct norm_unit *own = job->unit->own;
    const struct sr_moments *m = &own->joined[c];
    float *running_mean = job_values(job, MEAN), *running_variance = job_values(job, VARIANCE);
    own->mean[c] = (float)m->mean;
    own->inverse[c] = (float)(1 / sqrt(m->spread / m->count + epsilon));
    running_mean[c] += (float)(momentum * (m->mean - (double)running_mean[c]));
    running_variance[c] += (float)(momentum * (m->spread / (m->count > 1 ? m->count - 1 : 1) -
                                               (double)running_variance[c]));
}

void norm_by_statistics(const struct sr_network *network, int layer, int c, float *scale,
                        float *shift)
{
    const struct sr_parameter *p = network->parameters + network->layers[layer].parameter;
    const float inverse = (float)(1 / sqrt((double)p[VARIANCE].values[c] + epsilon));
    *scale = p[WEIGHT].values[c] * inverse;
    *shift = p[BIAS].values[c] - p[MEAN].values[c] * *scale;
}

static void scale_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    const struct unit *u = job->unit;
    struct norm_unit *own = u->own;
    const float *weight = job_values(job, WEIGHT), *bias = job_values(job, BIAS);
    int last, first = channel_range(job, index, &last);
    (void)worker;
    for (int c = first; c < last; c++) {
        if (!job->training) {
            norm_by_statistics(job->workspace->network, u->layer, c, &own->scale[c],
                               &own->shift[c]);
            continue;
        }
        learn_statistics(job, c);
        own->scale[c] = weight[c] * own->inverse[c];
        own->shift[c] = bias[c] - own->mean[c] * own->scale[c];
    }
}

static void forward_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    const struct unit *u = job->unit;
    struct norm_unit *own = u->own;
    int from, images = job_slice(job, index, &from);
    int step = u->pool ? 1 : images;
    for (int first = from; first < from + images; first += step) {
        float *result = job_result(job, first), *y = u->pool ? job_scratch(job, worker) : result;
        job->kernels->norm(job_source(job, u->input, first), extent_of(u, step), own->scale,
                           own->shift, u->other >= 0 ? job_source(job, u->other, first) : NULL,
                           u->relu, y);
        if (u->pool)
            job->kernels->pool(y, blocks_of(u), u->in.height, u->in.width, result,
                               u->which ? u->which + (size_t)first * shape_size(&u->out) : NULL);
    }
}

static void prepare(struct job *job)
{
    run_channels(job, scale_slice);
}

static void forward(struct job *job)
{
    const struct norm_unit *own = job->unit->own;
    if (job->training && !job->unit->observed) job_run(job, PIECE, moments_slice);
    if (job->training) {
        run_channels(job, join_slice);
        sr_exchange_moments(job->workspace->exchange, own->joined, (size_t)job->unit->in.slots);
    }
    prepare(job);
    job_run(job, PIECE, forward_slice);
}

/* ---- backward ---- */

/* The gradient of the normalised and scaled values of some images, without pool and ReLU. */
static const float *output_gradient(const struct job *job, const struct unit *u, int first,
                                    int images, float *scratch)
{
    size_t at = (size_t)first * shape_size(&u->out);
    if (!u->pool) return u->gradient + at;
    job->kernels->pool_back(u->gradient + at, u->which + at, u->relu ? u->result + at : NULL,
                            images * blocks_of(u), u->in.height, u->in.width, scratch);
    return scratch;
}

static void sums_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    const struct unit *u = job->unit;
    struct norm_unit *own = u->own;
    int from, images = job_slice(job, index, &from);
    float *part = job->training ? job_part(job, index) : NULL;
    if (part) memset(part, 0, 2 * (size_t)u->in.slots * sizeof *part);
    for (int first = from; first < from + images; first++) {
        size_t at = (size_t)first * shape_size(&u->in), to = (size_t)first * shape_size(&u->out);
        if (u->relu && !u->pool)
            job->kernels->relu_back(u->gradient + to, u->result + to, shape_size(&u->out),
                                    u->gradient + to);
        const float *dy = output_gradient(job, u, first, 1, job_scratch(job, worker));
        if (u->other_gradient) job_pass_back(job, u->other, u->other_adds, dy, first, 1);
        if (part)
            job->kernels->norm_sums(unit_source(job->workspace, u->input) + at, dy, extent_of(u, 1),
                                    own->mean, own->inverse, part + u->in.slots, part);
    }
}

static void undo(const struct job *job, const struct unit *unit, int first, int images,
                 float *scratch, float *dx)
{
    const struct norm_unit *own = unit->own;
    size_t size = shape_size(&unit->in);
    const float *x = unit_source(job->workspace, unit->input);
    for (int image = first; image < first + images; image++, dx += size)
        job->kernels->norm_back(x + (size_t)image * size,
                                output_gradient(job, unit, image, 1, scratch), extent_of(unit, 1),
                                own->a, own->b, own->c, dx);
}

static void backward_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    const struct unit *u = job->unit;
    int from, images = job_slice(job, index, &from);
    float *scratch = job_scratch(job, worker), *dx = scratch + shape_size(&u->in);
    for (int first = from; first < from + images; first++) {
        undo(job, u, first, 1, scratch, dx);
        job_pass_back(job, u->input, u->input_adds, dx, first, 1);
    }
}

/* With x̂ = (x - mean) / deviation over n values: dx = weight / deviation · (dy - Σdy / n - x̂ Σ(dy
 * x̂) / n), here as a·dy + b·x + c. */
static void gradient_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    const struct unit *u = job->unit;
    struct norm_unit *own = u->own;
    const float *weight = job_values(job, WEIGHT), *variance = job_values(job, VARIANCE);
    const float *dots = job->training ? job_gradient(job, WEIGHT) : NULL,
                *sums = job->training ? job_gradient(job, BIAS) : NULL;
    double n = (double)job->whole * shape_pixels(&u->in);
    int last, first = channel_range(job, index, &last);
    (void)worker;
    for (int c = first; c < last; c++) {
        if (!job->training) {
            own->a[c] = (float)((double)weight[c] / sqrt((double)variance[c] + epsilon));
            own->b[c] = own->c[c] = 0;
            continue;
        }
        double inverse = (double)own->inverse[c], a = (double)weight[c] * inverse,
               b = -a * inverse * (double)dots[c] / n;
        own->a[c] = (float)a;
        own->b[c] = (float)b;
        own->c[c] = (float)(-a * (double)sums[c] / n - b * (double)own->mean[c]);
    }
}

static void backward(struct job *job)
{
    const struct unit *u = job->unit;
    job->part_size = 2 * (size_t)u->in.slots;
    job_run(job, part_images(u, job->whole), sums_slice);
    if (job->parameters) { /* the bias follows the weights, in the parts too */
        sr_tree_reduce(job_gradient(job, WEIGHT), job->workspace->parts, (size_t)part_count(job),
                       job->part_size, job->part_size);
        sr_exchange_sums(job->workspace->exchange, job_gradient(job, WEIGHT), job->part_size);
    }
    run_channels(job, gradient_slice);
    if (u->input_gradient && !u->observed) job_run(job, PIECE, backward_slice);
}

/* ---- reference ---- */

static void reference(const struct layer *layer, float *const *parameters, const double *x,
                      const double *other, double *y)
{
    int pixels = shape_pixels(&layer->in);
    (void)other;
    for (int c = 0; c < layer->in.channels; c++)
        for (int i = 0; i < pixels; i++)
            *y++ = (*x++ - (double)parameters[MEAN][c]) /
                       sqrt((double)parameters[VARIANCE][c] + epsilon) *
                       (double)parameters[WEIGHT][c] +
                   (double)parameters[BIAS][c];
}

const struct layer_kind layer_batch_norm = {
    .title = "norm",
    .role = SR_ROLE_NORM,
    .describe = describe,
    .additive = true,
    .fusion = FUSED_NORM,
    .fuses = FUSED_SUM | FUSED_RELU | FUSED_POOL,
    .shape = layer_keep_shape,
    .tensors = tensors,
    .own = sizeof(struct norm_unit),
    .carve = carve_own,
    .scratch = scratch,
    .sums = sums,
    .prepare = prepare,
    .stream = forward_slice,
    .forward = forward,
    .backward = backward,
    .observe = observe,
    .undo = undo,
    .reference = reference,
};
