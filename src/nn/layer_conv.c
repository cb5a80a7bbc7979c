/* layer_conv.c - convolution, kernel 1 or 3, stride 1 or 2, same or valid padding, bias optional;
 * with the ReLU and max-pool behind it as one step, and the passes over its output that the unit
 * behind it needs. */
#include "convolver.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

static void describe(const struct sr_layer_spec *spec, char *text, size_t size)
{
    int length = snprintf(text, size, "%s: %d×%d, %d", spec->name, spec->kernel, spec->kernel,
                          spec->channels);
    if (spec->stride != 1 && length >= 0 && (size_t)length < size)
        snprintf(text + length, size - (size_t)length, ", stride %d", spec->stride);
}

static enum sr_status shape(struct layer *layer, const struct shape *other, struct sr_error *error)
{
    const struct sr_layer_spec *s = &layer->spec;
    const struct shape *in = &layer->in;
    enum sr_status status = layer_check_outputs(layer, error);
    (void)other;
    if (status) return status;
    if ((s->kernel != 1 && s->kernel != 3) || (s->stride != 1 && s->stride != 2))
        return sr_error_set(
            error, SR_ERROR_ARGUMENT,
            "layer %s: kernel %d with stride %d; kernels are 1 or 3, strides 1 or 2.", s->name,
            s->kernel, s->stride);
    if (in->from_channels)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "layer %s: a convolution cannot follow a flatten.", s->name);
    int pad = s->same ? s->kernel / 2 : 0;
    int height = in->height + 2 * pad - s->kernel, width = in->width + 2 * pad - s->kernel;
    if (height < 0 || width < 0)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "layer %s: an input of %d×%d is smaller than its %d×%d kernel.",
                            s->name, in->height, in->width, s->kernel, s->kernel);
    layer->out = shape_picture(height / s->stride + 1, width / s->stride + 1, s->channels);
    layer->conv = (struct sr_conv){.height = in->height,
                                   .width = in->width,
                                   .inputs = in->channels,
                                   .out_height = layer->out.height,
                                   .out_width = layer->out.width,
                                   .outputs = s->channels,
                                   .kernel = s->kernel,
                                   .stride = s->stride,
                                   .pad = pad,
                                   .plain = in->plain && in->channels == 1};
    if (layer->conv.plain) {
        layer->conv.height += 2 * pad;
        layer->conv.width += 2 * pad;
        layer->conv.pad = 0;
    }
    return SR_OK;
}

static uint64_t multiply_adds(const struct layer *layer, bool padding)
{
    const struct sr_conv *c = &layer->conv;
    if (!padding) return sr_conv_multiply_adds(c);
    return (uint64_t)(c->kernel * c->kernel) * (uint64_t)c->inputs * (uint64_t)c->outputs *
           (uint64_t)shape_pixels(&layer->out);
}

/* ---- memory ---- */

/* Floats of the pictures that pass through a worker's scratch: they stay in the second-level cache.
 */
enum { GROUP_FLOATS = 1 << 16, GROUP_IMAGES = 16 };

/* Floats of an image that is copied before it is used: a grey one into a frame of zeros, one in
 * colour into a block of channels. 0: none is copied. */
static size_t copied_size(const struct unit *u, const struct sr_conv *c)
{
    const bool copied = u->in.plain && (!c->plain || c->height != u->in.height);
    return copied ? sr_conv_input_size(c) : 0;
}

/* Images that go through a worker's scratch at a time. */
static int group_images(const struct unit *u, const struct layer *layer)
{
    const int most = convolver_group(u->own);
    if (!u->pool && u->observer < 0 && layer->conv.stride == 1 && !copied_size(u, &layer->conv))
        return most;
    size_t fit = GROUP_FLOATS / shape_size(&u->mid);
    fit = fit < 2 ? 2 : fit > GROUP_IMAGES ? GROUP_IMAGES : fit;
    return most < (int)fit ? most : (int)fit;
}

/* And in the forward pass. */
static int forward_images(const struct unit *u, const struct layer *layer)
{
    const int most = group_images(u, layer), tiled = convolver_forward_group(u->own);
    return tiled < most ? tiled : most;
}

/* A slice of `images` in groups of even size, of at most so many. */
static int even_group(int images, int most)
{
    if (images <= most) return images;
    const int groups = (images + most - 1) / most;
    return (images + groups - 1) / groups;
}

/* Floats of the weights as the kernel has them that goes back through a pool; 0 where another way
 * is taken. */
static size_t pooled_weights(const struct unit *u, const struct layer *layer)
{
    const struct sr_conv *c = &layer->conv;
    const bool fits = sr_kernels()->conv_pooled_back && u->pool && !c->plain && c->kernel == 3 &&
                      c->stride == 1 && c->pad == 0 && !(u->fused & (FUSED_NORM | FUSED_SUM));
    return fits ? (size_t)sr_slots(c->inputs) * (size_t)sr_slots(c->outputs) * 9 : 0;
}

/* What the convolver needs, which comes first in the scratch, as do the sums of weights on the way
 * back through a pool; then copies of pictures. */
static size_t convolver_room(const struct unit *u, const struct layer *layer)
{
    const int images = group_images(u, layer);
    const size_t room = images == INT_MAX ? 0 : round_up(convolver_scratch(u->own, images)),
                 sums = round_up(pooled_weights(u, layer));
    return room > sums ? room : sums;
}

static size_t scratch(const struct unit *u, const struct layer *layer)
{
    size_t mid = shape_size(&u->mid), observed = u->observer >= 0 ? mid : 0;
    size_t size = copied_size(u, &layer->conv) + (u->pool ? mid : observed);
    size_t room = convolver_room(u, layer);
    if (size) room += round_up(size * (size_t)group_images(u, layer) + observed + 2 * SR_BLOCK);
    return room;
}

static size_t sums(const struct layer *layer)
{
    return sr_conv_weight_size(&layer->conv) + (size_t)sr_slots(layer->conv.outputs);
}

static int slices(const struct layer *layer)
{
    return sr_conv_weight_size(&layer->conv) > LARGE ? LARGE_PARTS : MOST_PARTS;
}

/* What a unit keeps. The convolver stands first: `own` of a unit is one, too. */
struct conv_unit {
    struct convolver convolver;
    float *folded, *bias; /* weights and biases with the norm taken in; NULL without one */
    float *taps;          /* turned weights, where the way back leads through a pool; or NULL */
};

static void carve_own(const struct sr_workspace *workspace, struct unit *unit,
                      struct carver *carver)
{
    const struct layer *layer = &workspace->network->layers[unit->layer];
    const struct sr_conv *c = &layer->conv;
    struct conv_unit *own = unit->own;
    own->convolver = convolver_of(c, workspace->network->bf16 && workspace->training);
    if (workspace->training && pooled_weights(unit, layer))
        own->taps = carve(carver, pooled_weights(unit, layer));
    convolver_carve(&own->convolver, carver,
                    workspace->training && unit->input_gradient && !pooled_weights(unit, layer));
    if (!(unit->fused & FUSED_NORM)) return;
    own->folded = carve(carver, sr_conv_weight_size(c));
    own->bias = carve(carver, (size_t)sr_slots(c->outputs));
}

/* ---- forward ---- */

/* The channels of each pixel to a block of their own; the others stay zero. */
static void spread_channels(const float *x, const struct shape *in, float *spread)
{
    for (int pixel = 0; pixel < shape_pixels(in); pixel++, spread += SR_BLOCK)
        for (int c = 0; c < in->channels; c++) spread[c] = *x++;
}

/* The input of some images; the image itself may be copied to scratch first. */
static const float *source(const struct job *job, int first, int count, float **scratch)
{
    const struct unit *u = job->unit;
    const struct sr_conv *c = &job->layer->conv;
    const float *x = job_source(job, u->input, first);
    size_t size = copied_size(u, c);
    if (!size) return x;
    float *copied = *scratch;
    int pad = (c->height - u->in.height) / 2;
    *scratch += round_up(size * (size_t)group_images(u, job->layer));
    memset(copied, 0, size * (size_t)count * sizeof *copied);
    if (!c->plain) {
        for (int image = 0; image < count; image++, x += shape_size(&u->in))
            spread_channels(x, &u->in, copied + (size_t)image * size);
        return copied;
    }
    for (int image = 0; image < count; image++)
        for (int row = 0; row < u->in.height; row++, x += u->in.width)
            memcpy(copied + (size_t)image * size + (size_t)((row + pad) * c->width + pad), x,
                   (size_t)u->in.width * sizeof *x);
    return copied;
}

static const struct unit *observer_of(const struct job *job)
{
    int observer = job->unit->observer;
    return observer >= 0 ? &job->workspace->units[observer] : NULL;
}

/* The norm behind the convolution into its weights, for one tap, and its biases. */
static void fold_slice(void *context, size_t tap, int worker)
{
    const struct job *job = context;
    const struct sr_conv *c = &job->layer->conv;
    const struct conv_unit *own = job->unit->own;
    const float *bias = job->layer->spec.bias ? job_values(job, BIAS) : NULL;
    const size_t slots = (size_t)sr_slots(c->outputs), start = tap * (size_t)c->inputs * slots;
    const float *from = job_values(job, WEIGHT) + start;
    float *to = own->folded + start;
    (void)worker;
    for (size_t slot = 0; slot < slots; slot++) {
        float scale, shift;
        norm_by_statistics(job->workspace->network, job->unit->norm, (int)slot, &scale, &shift);
        if (tap == 0) own->bias[slot] = (bias ? bias[slot] * scale : 0) + shift;
        for (size_t i = slot; i < (size_t)c->inputs * slots; i += slots) to[i] = from[i] * scale;
    }
}

static void prepare(struct job *job)
{
    const struct sr_conv *c = &job->layer->conv;
    const struct conv_unit *own = job->unit->own;
    const float *weights = own->folded ? own->folded : job_values(job, WEIGHT);
    if (own->folded)
        sr_pool_run(job->workspace->pool, (size_t)(c->kernel * c->kernel), fold_slice, job);
    convolver_pack(job->unit->own, job->workspace->pool, weights);
}

/* Floats of the next `images`, of which `left` are in the batch: 0 where they are copied first. */
static size_t next_floats(const struct unit *u, int left, int images, const struct shape *shape)
{
    return u->in.plain ? 0 : (size_t)(left < images ? left : images) * shape_size(shape);
}

/* The first layer with the pool behind it, for which there may be kernels of their own. */
static bool pooled_first(const struct job *job)
{
    const struct sr_conv *c = &job->layer->conv;
    return c->plain && c->kernel == 3 && c->stride == 1 && job->unit->pool &&
           !(job->unit->fused & FUSED_SUM) && job->kernels->conv_pooled &&
           job->kernels->conv_weights_pooled;
}

static void forward_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    const struct unit *u = job->unit;
    const struct conv_unit *own = u->own;
    struct sr_conv_end end = {.relu = u->relu, .bias = own->bias};
    if (!end.bias && job->layer->spec.bias) end.bias = job_values(job, BIAS);
    const struct unit *observer = observer_of(job);
    int from, images = job_slice(job, index, &from),
              group = even_group(images, forward_images(u, job->layer));
    float *own_scratch = job_scratch(job, worker);
    for (int first = from, count; first < from + images; first += count) {
        float *scratch = own_scratch + convolver_room(u, job->layer);
        float *result = job_result(job, first);
        count = from + images - first < group ? from + images - first : group;
        const float *x = source(job, first, count, &scratch);
        uint8_t *which = u->which ? u->which + (size_t)first * shape_size(&u->out) : NULL;
        if (pooled_first(job)) {
            const struct sr_pool_end pooled = {end.bias, u->relu, result, which};
            job->kernels->conv_pooled(&job->layer->conv, x, own->convolver.packed, &pooled, count);
            continue;
        }
        end.y = u->pool ? scratch : result;
        if (u->fused & FUSED_SUM) end.other = job_source(job, u->other, first);
        const struct sr_ahead ahead = {{x + (size_t)count * shape_size(&u->in), end.y},
                                       {next_floats(u, job->count - first - count, count, &u->in),
                                        (size_t)count * shape_size(&u->mid)}};
        end.ahead = u->streams ? NULL : &ahead; /* what streams is in the cache */
        convolver_forward(&own->convolver, job->kernels, x, &end, count, own_scratch);
        if (u->pool)
            job->kernels->pool(end.y, count * u->mid.slots / SR_BLOCK, u->mid.height, u->mid.width,
                               result, which);
    }
    if (observer && job->training) observer->kind->observe(job, observer, index, from, images);
}

static int stream_images(const struct layer *layer)
{
    const struct convolver v = convolver_of(&layer->conv, false);
    return convolver_slice(&v);
}

static void forward(struct job *job)
{
    const struct unit *u = job->unit;
    prepare(job);
    /* An observer sums in pieces. */
    job_run(job, u->observer < 0 ? convolver_slice(u->own) : PIECE, forward_slice);
}

/* ---- backward ---- */

/* The gradient before the pool, the ReLU or the observer behind the convolution; it may take memory
 * from scratch. */
static float *output_gradient(const struct job *job, int first, int count, float *scratch)
{
    const struct unit *u = job->unit, *observer = observer_of(job);
    size_t at = (size_t)first * shape_size(&u->out);
    float *dy = u->gradient + at;
    if (observer) {
        observer->kind->undo(job, observer, first, count,
                             scratch + (size_t)count * shape_size(&u->mid), scratch);
        return scratch;
    }
    if (u->pool) {
        job->kernels->pool_back(dy, u->which + at, u->relu ? u->result + at : NULL,
                                count * u->mid.slots / SR_BLOCK, u->mid.height, u->mid.width,
                                scratch);
        return scratch;
    }
    if (u->relu)
        job->kernels->relu_back(dy, u->result + at, (size_t)count * shape_size(&u->out), dy);
    return dy;
}

/* What the backward pass reads of the images after these, and where it puts the gradient of these.
 */
static struct sr_ahead ahead_of(const struct job *job, int first, int count, const float *dx)
{
    const struct unit *u = job->unit, *observer = observer_of(job);
    const int next = first + count, left = job->count - next;
    const size_t in = next_floats(u, left, count, &u->in);
    struct sr_ahead ahead = {.start = {dx, job_source(job, u->input, next)},
                             .count = {dx ? (size_t)count * shape_size(&u->in) : 0, in}};
    if (observer && !observer->pool) {
        const size_t mid = next_floats(u, left, count, &u->mid);
        ahead.start[2] = u->result + (size_t)next * shape_size(&u->mid);
        ahead.start[3] = observer->gradient + (size_t)next * shape_size(&u->mid);
        ahead.count[2] = ahead.count[3] = mid;
    }
    return ahead;
}

/* The way back through a pool. */
static void pooled_back(const struct job *job, const float *x, float *dw, float *bias, int first,
                        int count)
{
    const struct unit *u = job->unit;
    const struct conv_unit *own = u->own;
    const size_t at = (size_t)first * shape_size(&u->out);
    struct sr_pooled_back back = {
        .pooled = {u->gradient + at, u->relu ? u->result + at : NULL, u->which + at},
        .x = x,
        .turned = own->taps,
        .dw = dw,
        .bias = bias};
    if (u->input_gradient) {
        back.dx = job->workspace->units[u->input].gradient + (size_t)first * shape_size(&u->in);
        if (!u->input_adds)
            memset(back.dx, 0, (size_t)count * shape_size(&u->in) * sizeof *back.dx);
    }
    job->kernels->conv_pooled_back(&job->layer->conv, &back, count);
}

static void turn_taps_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    const struct conv_unit *own = job->unit->own;
    (void)worker;
    sr_conv_turn_taps(&job->layer->conv, job_values(job, WEIGHT), (int)index, own->taps);
}

static void backward_slice(void *context, size_t index, int worker)
{
    const struct job *job = context;
    const struct unit *u = job->unit;
    const struct sr_kernels *k = job->kernels;
    int from, images = job_slice(job, index, &from),
              group = even_group(images, group_images(u, job->layer));
    int blocks = u->mid.slots / SR_BLOCK, pixels = shape_pixels(&u->mid);
    float *part = job->parameters ? job_part(job, index) : NULL, *own_scratch;
    float *bias = part ? part + sr_conv_weight_size(&job->layer->conv) : NULL;
    const struct conv_unit *own = u->own;
    own_scratch = job_scratch(job, worker);
    if (part) {
        if (own->taps)
            memset(own_scratch, 0, pooled_weights(u, job->layer) * sizeof *own_scratch);
        else
            convolver_begin(u->own, part, own_scratch);
        memset(bias, 0, (size_t)u->mid.slots * sizeof *bias);
    }
    for (int first = from, count; first < from + images; first += count) {
        float *scratch = own_scratch + convolver_room(u, job->layer);
        count = from + images - first < group ? from + images - first : group;
        const float *x = source(job, first, count, &scratch);
        if (part && pooled_first(job)) {
            const size_t at = (size_t)first * shape_size(&u->out);
            const struct sr_pooled pooled = {u->gradient + at, u->relu ? u->result + at : NULL,
                                             u->which + at};
            k->conv_weights_pooled(&job->layer->conv, x, &pooled, part, bias, count);
            continue;
        }
        if (own->taps) {
            pooled_back(job, x, part ? own_scratch : NULL, bias, first, count);
            continue;
        }
        const float *dy = output_gradient(job, first, count, scratch);
        struct convolver_back back = {.x = x, .dy = dy, .sums = part, .adds = u->input_adds};
        if (u->input_gradient)
            back.dx = job->workspace->units[u->input].gradient + (size_t)first * shape_size(&u->in);
        const struct sr_ahead ahead = ahead_of(job, first, count, back.dx);
        back.ahead = &ahead;
        convolver_backward(u->own, k, &back, count, own_scratch);
        if (part && job->layer->spec.bias)
            k->channel_sums(dy, (struct sr_extent){count, blocks, pixels}, bias);
    }
    if (part && !own->taps) convolver_end(u->own, k, part, own_scratch);
    for (int block = 0; part && own->taps && block < sr_blocks(job->layer->conv.inputs); block++)
        sr_conv_turn_taps_back(&job->layer->conv, own_scratch, block, part);
}

static void backward(struct job *job)
{
    const struct unit *u = job->unit;
    const struct sr_conv *c = &job->layer->conv;
    size_t length = sr_conv_weight_size(c) + (job->layer->spec.bias ? (size_t)u->mid.slots : 0);
    const struct conv_unit *own = u->own;
    if (u->input_gradient && own->taps)
        sr_pool_run(job->workspace->pool, (size_t)sr_blocks(c->inputs), turn_taps_slice, job);
    else if (u->input_gradient)
        convolver_turn(u->own, job->workspace->pool, job_values(job, WEIGHT));
    job->part_size = sr_conv_weight_size(c) + (size_t)u->mid.slots;
    job_run(job, part_images(u, job->whole), backward_slice);
    if (!job->parameters) return;
    sr_pool_reduce(job->workspace->pool, job_gradient(job, WEIGHT), job->workspace->parts,
                   (size_t)part_count(job), job->part_size, length); /* the bias follows */
    job_complete(job, WEIGHT);
    if (job->layer->spec.bias) job_complete(job, BIAS);
}

/* ---- reference ---- */

static void reference(const struct layer *layer, float *const *parameters, const double *x,
                      const double *other, double *y)
{
    const int pad = layer->spec.same ? layer->spec.kernel / 2 : 0;
    (void)other;
    filter_reference(layer, parameters, pad, pad, x, y);
}

const struct layer_kind layer_conv = {
    .title = "convolution",
    .role = SR_ROLE_CONV,
    .example = {.channels = 5, .kernel = 3, .stride = 2, .same = true, .bias = true},
    .describe = describe,
    .reads_image = true,
    .fuses = FUSED_RELU | FUSED_POOL,
    .folds = FUSED_NORM | FUSED_SUM,
    .shape = shape,
    .tensors = filter_tensors,
    .place = filter_place,
    .multiply_adds = multiply_adds,
    .own = sizeof(struct conv_unit),
    .slices = slices,
    .carve = carve_own,
    .scratch = scratch,
    .sums = sums,
    .prepare = prepare,
    .stream = forward_slice,
    .stream_images = stream_images,
    .forward = forward,
    .backward = backward,
    .observes = true,
    .reference = reference,
};
