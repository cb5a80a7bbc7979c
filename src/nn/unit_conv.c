/* unit_conv.c - convolution with bias, ReLU and max-pool as one step. */
#include "internal.h"

#include <limits.h>
#include <string.h>

/* Floats of the pictures that pass through a worker's scratch: they stay in the second-level cache.
 */
enum { GROUP_FLOATS = 1 << 16 };

/* The convolution that takes dy back to dx; its input is dy, spread out for stride 2. */
static struct sr_conv backward_conv(const struct sr_conv *c)
{
    return (struct sr_conv){.height = (c->out_height - 1) * c->stride + 1,
                            .width = (c->out_width - 1) * c->stride + 1,
                            .inputs = c->outputs,
                            .out_height = c->height,
                            .out_width = c->width,
                            .outputs = c->inputs,
                            .kernel = c->kernel,
                            .stride = 1,
                            .pad = c->kernel - 1 - c->pad};
}

static size_t padded_size(const struct unit *u, const struct sr_conv *c)
{
    return u->in.plain && c->height != u->in.height ? sr_conv_input_size(c) : 0;
}

int conv_group(const struct unit *u, const struct layer *layer)
{
    if (!u->pool && u->norm < 0 && layer->conv.stride == 1 && !padded_size(u, &layer->conv))
        return INT_MAX; /* no scratch used */
    size_t fit = GROUP_FLOATS / shape_size(&u->mid);
    return fit < 2 ? 2 : fit > 8 ? 8 : (int)fit;
}

size_t unit_scratch(const struct unit *u, const struct layer *layer)
{
    size_t size =
        shape_size(&u->in) > shape_size(&u->mid) ? shape_size(&u->in) : shape_size(&u->mid);
    if (u->type == UNIT_NORM) return 2 * size;
    if (u->type != UNIT_CONV) return size;
    struct sr_conv back = backward_conv(&layer->conv);
    size_t spread = u->input_gradient && layer->conv.stride == 2 ? sr_conv_input_size(&back) : 0;
    size =
        padded_size(u, &layer->conv) + (u->pool || u->norm >= 0 ? shape_size(&u->mid) : 0) + spread;
    if (size == 0) return 0;
    size_t whole = size * (size_t)conv_group(u, layer) + (u->norm >= 0 ? shape_size(&u->mid) : 0);
    return (whole + 3 * SR_BLOCK) / SR_BLOCK * SR_BLOCK;
}

static size_t round_up(size_t floats)
{
    return (floats + SR_BLOCK - 1) / SR_BLOCK * SR_BLOCK;
}

/* Where a convolution's input images begin: a plain image is given its frame of zeros first. */
static const float *conv_source(const struct job *job, int first, int count, float **scratch)
{
    const struct unit *u = job->unit;
    const struct sr_conv *c = &job->layer->conv;
    const float *x = unit_source(job->workspace, u->input) + (size_t)first * shape_size(&u->in);
    size_t size = padded_size(u, c);
    if (!size) return x;
    float *framed = *scratch;
    int pad = (c->height - u->in.height) / 2;
    *scratch += round_up(size * (size_t)conv_group(u, job->layer));
    memset(framed, 0, size * (size_t)count * sizeof *framed);
    for (int image = 0; image < count; image++)
        for (int row = 0; row < u->in.height; row++, x += u->in.width)
            memcpy(framed + (size_t)image * size + (size_t)((row + pad) * c->width + pad), x,
                   (size_t)u->in.width * sizeof *x);
    return framed;
}

static void forward_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    struct unit *u = job->unit;
    const struct sr_conv *c = &job->layer->conv;
    const float *bias = job->layer->spec.bias ? job_values(job, BIAS) : NULL;
    int from, images = job_slice(job, index, &from), group = conv_group(u, job->layer);
    for (int first = from, count; first < from + images; first += count) {
        float *scratch = job_scratch(job, worker);
        size_t at = (size_t)first * shape_size(&u->out);
        count = from + images - first < group ? from + images - first : group;
        const float *x = conv_source(job, first, count, &scratch);
        float *y = u->pool ? scratch : u->result + at;
        job->kernels->conv(c, x, u->packed, bias, u->relu ? SR_CONV_RELU : 0, y, count);
        if (u->pool)
            job->kernels->pool(y, count * u->mid.slots / SR_BLOCK, u->mid.height, u->mid.width,
                               u->result + at, u->which ? u->which + at : NULL);
    }
    if (u->norm >= 0 && job->training)
        norm_observe(job, &job->workspace->units[u->norm], index, from, images);
}

static void pack_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    (void)worker;
    sr_conv_pack(&job->layer->conv, job_values(job, WEIGHT), (int)index, job->unit->packed);
}

static void turn_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    (void)worker;
    sr_conv_turn(&job->layer->conv, job_values(job, WEIGHT), (int)index, job->unit->turned);
}

static void forward(struct job *job)
{
    sr_pool_run(job->workspace->pool, (size_t)sr_blocks(job->layer->conv.outputs), pack_slice, job);
    job_run(job, PIECE, forward_slice);
}

static void backward_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    struct unit *u = job->unit;
    const struct sr_conv *c = &job->layer->conv;
    const struct sr_kernels *k = job->kernels;
    struct sr_conv back = backward_conv(c);
    int from, images = job_slice(job, index, &from), group = conv_group(u, job->layer);
    int blocks = u->mid.slots / SR_BLOCK, pixels = shape_pixels(&u->mid);
    float *part = job->parameters ? job_part(job, index) : NULL;
    size_t weights = sr_conv_weight_size(c);
    if (part) memset(part, 0, (weights + (size_t)u->mid.slots) * sizeof *part);
    for (int first = from, count; first < from + images; first += count) {
        float *scratch = job_scratch(job, worker);
        size_t at = (size_t)first * shape_size(&u->out);
        count = from + images - first < group ? from + images - first : group;
        const float *x = conv_source(job, first, count, &scratch);
        float *dy = u->norm >= 0 ? scratch : u->gradient + at;
        if (u->norm >= 0) {
            scratch += (size_t)count * shape_size(&u->mid);
            norm_undo(job, &job->workspace->units[u->norm], first, count, scratch, dy);
        } else if (u->pool) {
            k->pool_back(dy, u->which + at, u->relu ? u->result + at : NULL, count * blocks,
                         u->mid.height, u->mid.width, scratch);
            dy = scratch;
            scratch += round_up((size_t)count * shape_size(&u->mid));
        } else if (u->relu) {
            k->relu_back(dy, u->result + at, (size_t)count * shape_size(&u->out), dy);
        }
        if (part) {
            k->conv_weights(c, x, dy, part, count);
            if (job->layer->spec.bias) k->channel_sums(dy, count, blocks, pixels, part + weights);
        }
        if (!u->input_gradient) continue;
        if (c->stride == 2) {
            sr_conv_spread(dy, count * blocks, c->out_height, c->out_width, scratch);
            dy = scratch;
        }
        struct unit *input = &job->workspace->units[u->input];
        k->conv(&back, dy, u->turned, NULL, u->input_adds ? SR_CONV_ADD : 0,
                input->gradient + (size_t)first * shape_size(&u->in), count);
    }
}

static void backward(struct job *job)
{
    struct unit *u = job->unit;
    const struct sr_conv *c = &job->layer->conv;
    size_t length = sr_conv_weight_size(c) + (job->layer->spec.bias ? (size_t)u->mid.slots : 0);
    if (u->input_gradient)
        sr_pool_run(job->workspace->pool, (size_t)sr_blocks(c->inputs), turn_slice, job);
    job->part_size = sr_conv_weight_size(c) + (size_t)u->mid.slots;
    job_run(job, part_images(u, job->count), backward_slice);
    if (job->parameters) /* the bias follows the weights */
        sr_pool_reduce(job->workspace->pool, job_gradient(job, WEIGHT), job->workspace->parts,
                       (size_t)part_count(u, job->count), job->part_size, length);
}

const struct unit_kind unit_conv = {forward, backward};
