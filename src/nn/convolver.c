#include "convolver.h"

#include "sartor/base/pool.h"
#include <limits.h>
#include <string.h>

struct convolver convolver_of(const struct sr_conv *c, bool bf16)
{
    struct convolver v = {.conv = *c,
                          .back = {.height = (c->out_height - 1) * c->stride + 1,
                                   .width = (c->out_width - 1) * c->stride + 1,
                                   .inputs = c->outputs,
                                   .out_height = c->height,
                                   .out_width = c->width,
                                   .outputs = c->inputs,
                                   .kernel = c->kernel,
                                   .stride = 1,
                                   .pad = c->kernel - 1 - c->pad}};
    v.tiled = sr_winograd_plan(c, &v.winograd);
    v.bf16 = v.tiled && bf16;
    return v;
}

void convolver_carve(struct convolver *v, struct carver *carver, bool input_gradient)
{
    size_t packed = v->tiled ? sr_winograd_weights(&v->winograd) : sr_conv_weight_size(&v->conv),
           turned = v->tiled ? packed : sr_conv_weight_size(&v->back);
    v->packed = carve(carver, packed);
    v->turned = input_gradient ? carve(carver, turned) : NULL;
    if (!v->bf16) return;
    const size_t halves = sr_winograd_weights_16(&v->winograd);
    v->packed_16 = (uint32_t *)carve(carver, halves);
    v->turned_16 = input_gradient ? (uint32_t *)carve(carver, halves) : NULL;
}

int convolver_group(const struct convolver *v)
{
    return v->tiled ? sr_winograd_group(&v->winograd) : INT_MAX;
}

int convolver_forward_group(const struct convolver *v)
{
    return v->tiled ? sr_winograd_forward_group(&v->winograd) : INT_MAX;
}

/* A product over fewer tiles spends its time on reading the weights. */
int convolver_slice(const struct convolver *v)
{
    enum { TILES = 16 };
    int images = PIECE;
    while (v->tiled && sr_winograd_tiles(&v->winograd, images) < TILES) images *= 2;
    return images;
}

/* Floats of dy spread out for stride 2. */
static size_t spread_size(const struct convolver *v)
{
    return v->conv.stride == 2 ? sr_conv_input_size(&v->back) : 0;
}

size_t convolver_scratch(const struct convolver *v, int images)
{
    if (v->bf16) return sr_winograd_scratch_16(&v->winograd, images, true);
    return v->tiled ? sr_winograd_scratch(&v->winograd, images, true)
                    : spread_size(v) * (size_t)images;
}

/* ---- weights ---- */

struct preparation {
    struct convolver *convolver;
    const float *weights;
};

static void pack_slice(void *context, size_t index, int worker)
{
    const struct preparation *p = context;
    const struct convolver *v = p->convolver;
    (void)worker;
    if (v->tiled)
        sr_kernels()->winograd_filter(&v->winograd, p->weights, (int)index, v->packed);
    else
        sr_conv_pack(&v->conv, p->weights, (int)index, v->packed);
}

static void pair_slice(void *context, size_t index, int worker)
{
    const struct preparation *p = context;
    const struct convolver *v = p->convolver;
    (void)worker;
    sr_winograd_pair(&v->winograd, sr_kernels(), v->packed, (int)index, false, v->packed_16);
}

void convolver_pack(struct convolver *v, struct sr_pool *pool, const float *weights)
{
    struct preparation p = {v, weights};
    sr_pool_run(pool, (size_t)sr_blocks(v->conv.outputs), pack_slice, &p);
    if (v->bf16) sr_pool_run(pool, (size_t)sr_winograd_points(&v->winograd), pair_slice, &p);
}

static void turn_slice(void *context, size_t index, int worker)
{
    const struct preparation *p = context;
    const struct convolver *v = p->convolver;
    (void)worker;
    if (v->tiled) sr_kernels()->winograd_turn(&v->winograd, v->packed, (int)index, v->turned);
    if (v->bf16)
        sr_winograd_pair(&v->winograd, sr_kernels(), v->turned, (int)index, true, v->turned_16);
    if (!v->tiled) sr_conv_turn(&v->conv, p->weights, (int)index, v->turned);
}

void convolver_turn(struct convolver *v, struct sr_pool *pool, const float *weights)
{
    struct preparation p = {v, weights};
    int slices = v->tiled ? sr_winograd_points(&v->winograd) : sr_blocks(v->conv.inputs);
    sr_pool_run(pool, (size_t)slices, turn_slice, &p);
}

/* ---- passes ---- */

void convolver_forward(const struct convolver *v, const struct sr_kernels *k, const float *x,
                       const struct sr_conv_end *end, int images, float *scratch)
{
    if (v->bf16) {
        sr_winograd_forward_16(&v->winograd, k, x, v->packed_16, end, images, scratch);
        return;
    }
    if (v->tiled) {
        sr_winograd_forward(&v->winograd, k, x, v->packed, end, images, scratch);
        return;
    }
    if (end->other)
        memcpy(end->y, end->other, (size_t)images * sr_conv_output_size(&v->conv) * sizeof *end->y);
    k->conv(&v->conv, x, v->packed, end->bias,
            (end->other ? SR_CONV_ADD : 0) | (end->relu ? SR_CONV_RELU : 0), end->y, images);
}

/* The sums of transformed weights stand before the points, which depend on the images. */
static size_t sum_size(const struct convolver *v)
{
    return (size_t)sr_winograd_points(&v->winograd) * (size_t)v->conv.inputs *
           (size_t)sr_slots(v->conv.outputs);
}

void convolver_begin(const struct convolver *v, float *sums, float *scratch)
{
    if (v->tiled)
        memset(scratch, 0, sum_size(v) * sizeof *scratch);
    else
        memset(sums, 0, sr_conv_weight_size(&v->conv) * sizeof *sums);
}

void convolver_backward(const struct convolver *v, const struct sr_kernels *k,
                        const struct convolver_back *b, int images, float *scratch)
{
    const struct sr_conv *c = &v->conv;
    if (v->tiled) {
        const struct sr_winograd_back back = {.x = b->x,
                                              .dy = b->dy,
                                              .turned = v->turned,
                                              .du = b->sums ? scratch : NULL,
                                              .dx = b->dx,
                                              .adds = b->adds,
                                              .ahead = b->ahead};
        if (v->bf16)
            sr_winograd_backward_16(&v->winograd, k, &back, v->turned_16, images,
                                    scratch + sum_size(v));
        else
            sr_winograd_backward(&v->winograd, k, &back, images, scratch + sum_size(v));
        return;
    }
    const float *dy = b->dy;
    if (b->sums) k->conv_weights(c, b->x, dy, b->sums, images);
    if (!b->dx) return;
    if (c->stride == 2) {
        sr_conv_spread(dy, images * sr_blocks(c->outputs), c->out_height, c->out_width, scratch);
        dy = scratch;
    }
    k->conv(&v->back, dy, v->turned, NULL, b->adds ? SR_CONV_ADD : 0, b->dx, images);
}

void convolver_end(const struct convolver *v, const struct sr_kernels *k, float *sums,
                   float *scratch)
{
    if (v->tiled) k->winograd_filter_back(&v->winograd, scratch, sums);
}
