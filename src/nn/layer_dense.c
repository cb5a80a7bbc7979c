/* layer_dense.c - a matrix of weights on a vector, bias optional, with the ReLU behind it as one
 * step.
 *
 * Each of forward and backward is two regions of the pool: first what is done to single images or
 * inputs, then the matrix products, whose slices also add the bias, apply ReLU or sum the bias's
 * gradient in the part of the result that they have just made. */
#include "workspace.h"

#include "sartor/base/memory.h"
#include "sartor/base/tree.h"
#include "sartor/compute/matrix.h"
#include <stdio.h>
#include <string.h>

enum { MASK_IMAGES = 16 }; /* of a slice */

/* What a unit keeps. The arrays are NULL where leaving zeros out would not pay. */
struct dense_unit {
    uint64_t *mask;        /* which inputs of each image are not zero */
    uint64_t *mask_turned; /* of each input, in which images it is not zero */
    int *order;            /* the images, those with similar zeros next to each other */
    bool sparse;           /* many are zero in this batch */
};

static void describe(const struct sr_layer_spec *spec, char *text, size_t size)
{
    snprintf(text, size, "%s: dense, %d", spec->name, spec->channels);
}

static enum sr_status shape(struct layer *layer, const struct shape *other, struct sr_error *error)
{
    const struct shape *in = &layer->in;
    enum sr_status status = layer_check_outputs(layer, error);
    (void)other;
    if (status) return status;
    if (in->height != 1 || in->width != 1)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "layer %s: a dense layer needs a flatten or a global pool before it.",
                            layer->spec.name);
    layer->out = shape_picture(1, 1, layer->spec.channels);
    /* A dense layer on the image has by far the most weights, and the gradient of its input, which
     * would read them row by row, is seldom wanted. */
    layer->strips = in->flat;
    return SR_OK;
}

static int tensors(const struct layer *layer, struct tensor tensors[TENSORS_MAX])
{
    size_t outputs = (size_t)layer->out.channels;
    tensors[WEIGHT] = (struct tensor){.name = "weight",
                                      .rank = 2,
                                      .shape = {outputs, (size_t)layer->in.channels},
                                      .rows = layer->in.slots,
                                      .columns = layer->out.slots,
                                      .decays = true,
                                      .start = START_RANDOM};
    if (!layer->spec.bias) return 1;
    tensors[BIAS] = (struct tensor){
        .name = "bias", .rank = 1, .shape = {outputs}, .rows = 1, .columns = layer->out.slots};
    return 2;
}

/* From [output][input] to [input] × [output], or strips of outputs. */
static size_t place(const struct layer *layer, size_t i)
{
    size_t inputs = (size_t)layer->in.channels;
    int row = shape_slot(&layer->in, (int)(i % inputs)), column = (int)(i / inputs);
    return layer->strips ? sr_strip_place(layer->in.slots, layer->out.slots, row, column)
                         : (size_t)row * (size_t)layer->out.slots + (size_t)column;
}

static uint64_t multiply_adds(const struct layer *layer, bool padding)
{
    (void)padding;
    return (uint64_t)layer->in.channels * (uint64_t)layer->out.channels;
}

/* With few outputs, finding the zeros takes as long as multiplying by them; OpenBLAS cannot leave
 * them out. */
static void carve_own(const struct sr_workspace *workspace, struct unit *unit,
                      struct carver *carver)
{
    struct dense_unit *own = unit->own;
    size_t batch = (size_t)workspace->batch, slots = (size_t)unit->in.slots;
    if (unit->out.slots < 4 * SR_BLOCK || sr_kernels()->portable) return;
    own->mask = (uint64_t *)carve(carver, 2 * batch * sr_mask_words(unit->in.slots));
    own->order = (int *)carve(carver, batch);
    if (workspace->training)
        own->mask_turned = (uint64_t *)carve(carver, 2 * slots * sr_mask_words(workspace->batch));
}

struct pass {
    struct job *job;
    struct sr_gemm product; /* forward: the result; backward: the weights' gradient */
    struct sr_gemm inputs;  /* backward: the inputs' gradient */
    size_t slices;          /* of the product */
    bool stretches;         /* backward: a slice of the weights' gradient is complete by itself */
};

static bool strips(const struct job *job)
{
    return job->layer->strips;
}

/* ---- forward ---- */

static void mask_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    const struct unit *u = job->unit;
    const struct dense_unit *own = u->own;
    int first, images = job_slice(job, index, &first), in = u->in.slots;
    const float *x = unit_source(job->workspace, u->input);
    (void)worker;
    sr_mask(x + (size_t)first * (size_t)in, images, in,
            own->mask + (size_t)first * sr_mask_words(in));
}

/* Pixels, and what ReLU and dropout leave, are often zero. Only some images are counted: whether
 * zeros are left out changes the time and nothing else. */
static bool is_sparse(const uint64_t *mask, int count, size_t words, int columns)
{
    size_t images = 0, set = 0;
    for (int i = 0; i < count; i += 16, images++)
        for (size_t w = 0; w < words; w++)
            set += (size_t)__builtin_popcountll(mask[(size_t)i * words + w]);
    return 5 * set < 3 * images * (size_t)columns;
}

static void forward_slice(void *context, size_t index, int worker)
{
    const struct pass *pass = context;
    const struct job *job = pass->job;
    const struct unit *u = job->unit;
    const float *bias = job->layer->spec.bias ? job_values(job, BIAS) : NULL;
    struct sr_gemm_part block = sr_gemm_slice(&pass->product, index);
    const int *order = pass->product.whole.order;
    (void)worker;
    for (int i = block.row; i < block.row + block.rows; i++) {
        size_t image = (size_t)(order ? order[i] : i);
        float *y = u->result + image * (size_t)u->out.slots + block.column;
        if (bias) job->kernels->add(bias + block.column, (size_t)block.columns, y);
        if (u->relu) job->kernels->relu(y, NULL, (size_t)block.columns, y);
    }
}

static void forward(struct job *job)
{
    const struct unit *u = job->unit;
    struct dense_unit *own = u->own;
    const float *x = unit_source(job->workspace, u->input), *weights = job_values(job, WEIGHT);
    int in = u->in.slots, out = u->out.slots;
    struct pass pass = {.job = job};
    pass.product = sr_gemm_of(1, sr_matrix(x, job->count, in, in), sr_matrix(weights, in, out, out),
                              0, u->result, out);
    pass.product.strips_b = strips(job);
    own->sparse = false;
    if (own->mask) {
        job_run(job, MASK_IMAGES, mask_slice);
        own->sparse = is_sparse(own->mask, job->count, sr_mask_words(in), in);
    }
    if (own->sparse) {
        sr_mask_order(own->mask, job->count, in, own->order);
        sr_gemm_mask(&pass.product, own->mask, own->order);
    }
    sr_pool_run(job->workspace->pool, sr_gemm_cut(&pass.product), forward_slice, &pass);
}

/* ---- backward ---- */

static size_t relu_slices(const struct job *job)
{
    return job->unit->relu ? (size_t)((job->count + PIECE - 1) / PIECE) : 0;
}

/* First slices of images, for the gradient before ReLU; then words of the mask by inputs. */
static void prepare_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    const struct unit *u = job->unit;
    const struct dense_unit *own = u->own;
    (void)worker;
    if (index >= relu_slices(job)) {
        sr_mask_turn(own->mask, job->count, u->in.slots, index - relu_slices(job),
                     own->mask_turned);
        return;
    }
    int first, images = job_slice(job, index, &first);
    size_t at = (size_t)first * (size_t)u->out.slots;
    job->kernels->relu_back(u->gradient + at, u->result + at, (size_t)images * (size_t)u->out.slots,
                            u->gradient + at);
}

static void prepare(struct job *job)
{
    const struct unit *u = job->unit;
    const struct dense_unit *own = u->own;
    size_t turned = job->parameters && own->sparse ? sr_mask_words(u->in.slots) : 0;
    job->slice = PIECE;
    sr_pool_run(job->workspace->pool, relu_slices(job) + turned, prepare_slice, job);
}

/* The bias's gradient of some outputs: along the tree, over slices as large as the products'. */
static void sum_outputs(const struct job *job, int column, int columns)
{
    const struct unit *u = job->unit;
    size_t count = (size_t)job->count, slices = (count + SR_LEAF - 1) / SR_LEAF,
           size = (size_t)columns * sizeof(float);
    float nodes[16][SR_STRIP] __attribute__((aligned(SR_ALIGNMENT)));
    int top = 0;
    for (size_t slice = 0; slice < slices; slice++, top++) {
        size_t first = slice * SR_LEAF, end = count - first < SR_LEAF ? count : first + SR_LEAF;
        memset(nodes[top], 0, size);
        for (size_t i = first; i < end; i++)
            job->kernels->add(u->gradient + i * (size_t)u->out.slots + column, (size_t)columns,
                              nodes[top]);
        for (int joins = sr_tree_joins(slice, slices); joins > 0; joins--, top--)
            job->kernels->add(nodes[top], (size_t)columns, nodes[top - 1]);
    }
    memcpy(job_gradient(job, BIAS) + column, nodes[0], size);
}

static void backward_slice(void *context, size_t index, int worker)
{
    const struct pass *pass = context;
    (void)worker;
    if (index >= pass->slices) {
        sr_gemm_slice(&pass->inputs, index - pass->slices);
        return;
    }
    const struct job *job = pass->job;
    struct sr_gemm_part block = sr_gemm_slice(&pass->product, index);
    if (pass->stretches) {
        size_t start =
            sr_strip_place(job->unit->in.slots, job->unit->out.slots, block.row, block.column);
        sr_exchange_gradient(job->workspace->exchange, (size_t)(job->layer->parameter + WEIGHT),
                             start, (size_t)block.rows * (size_t)block.columns);
    }
    if (block.row == 0 && job->layer->spec.bias) sum_outputs(job, block.column, block.columns);
}

/* Weights in strips belong to the layer that reads the image, whose gradient is seldom wanted: one
 * strip after another. */
static void pass_back_strips(const struct job *job)
{
    const struct unit *u = job->unit;
    const float *weights = job_values(job, WEIGHT);
    float *gradient = job->workspace->units[u->input].gradient;
    int in = u->in.slots, out = u->out.slots;
    for (int column = 0; column < out; column += SR_STRIP) {
        int width = sr_strip_width(out, column);
        sr_gemm(
            job->workspace->pool, 1, sr_matrix(u->gradient + column, job->count, width, out),
            sr_transpose(sr_matrix(weights + sr_strip_place(in, out, 0, column), in, width, width)),
            column || u->input_adds ? 1 : 0, gradient, in);
    }
}

static void backward(struct job *job)
{
    const struct unit *u = job->unit;
    const struct dense_unit *own = u->own;
    int in = u->in.slots, out = u->out.slots;
    struct pass pass = {.job = job};
    size_t slices = 0;
    prepare(job);
    if (job->parameters) {
        const float *x = unit_source(job->workspace, u->input);
        pass.product = sr_gemm_of(1, sr_transpose(sr_matrix(x, job->count, in, in)),
                                  sr_matrix(u->gradient, job->count, out, out), 0,
                                  job_gradient(job, WEIGHT), out);
        pass.product.strips_c = strips(job);
        pass.product.whole.tree = true;
        if (own->sparse) sr_gemm_mask(&pass.product, own->mask_turned, NULL);
        slices = pass.slices = sr_gemm_cut(&pass.product);
        /* A slice as wide as its strip is contiguous in memory. */
        pass.stretches = strips(job) && !u->input_gradient && pass.product.columns == SR_STRIP;
    }
    if (u->input_gradient && !strips(job)) {
        pass.inputs =
            sr_gemm_of(1, sr_matrix(u->gradient, job->count, out, out),
                       sr_transpose(sr_matrix(job_values(job, WEIGHT), in, out, out)),
                       u->input_adds ? 1 : 0, job->workspace->units[u->input].gradient, in);
        slices += sr_gemm_cut(&pass.inputs);
    }
    sr_pool_run(job->workspace->pool, slices, backward_slice, &pass);
    if (u->input_gradient && strips(job)) pass_back_strips(job);
    if (!job->parameters) return;
    if (!pass.stretches) job_complete(job, WEIGHT);
    if (job->layer->spec.bias) job_complete(job, BIAS);
}

/* ---- reference ---- */

static void reference(const struct layer *layer, float *const *parameters, const double *x,
                      const double *other, double *y)
{
    int inputs = layer->in.channels;
    (void)other;
    for (int o = 0; o < layer->out.channels; o++) {
        y[o] = layer->spec.bias ? (double)parameters[BIAS][o] : 0;
        for (int i = 0; i < inputs; i++)
            y[o] += (double)parameters[WEIGHT][(size_t)o * (size_t)inputs + (size_t)i] * x[i];
    }
}

const struct layer_kind layer_dense = {
    .title = "dense",
    .role = SR_ROLE_DENSE,
    .example = {.channels = 70, .bias = true},
    .describe = describe,
    .fuses = FUSED_RELU,
    .shape = shape,
    .tensors = tensors,
    .place = place,
    .multiply_adds = multiply_adds,
    .own = sizeof(struct dense_unit),
    .carve = carve_own,
    .forward = forward,
    .backward = backward,
    .reference = reference,
};
