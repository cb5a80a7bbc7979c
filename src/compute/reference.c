/* reference.c - the reference twins: every kernel as its definition says, with sums in double
 * precision. */
#include "bytes_layout.h"
#include "sartor/base/memory.h"
#include "sartor/compute/kernels.h"
#include "winograd_reference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Where channel c of a pixel is, in an image of `pixels` pixels. */
static size_t place(size_t pixels, int channel, size_t pixel)
{
    return ((size_t)(channel / SR_BLOCK) * pixels + pixel) * SR_BLOCK +
           (size_t)(channel % SR_BLOCK);
}

static double input_at(const struct sr_conv *c, const float *x, int image, int channel, int row,
                       int column)
{
    x += (size_t)image * sr_conv_input_size(c);
    if (row < 0 || row >= c->height || column < 0 || column >= c->width) return 0;
    size_t pixel = (size_t)row * (size_t)c->width + (size_t)column;
    return x[c->plain ? pixel : place((size_t)c->height * (size_t)c->width, channel, pixel)];
}

static void conv(const struct sr_conv *c, const float *x, const float *w, const float *bias,
                 int flags, float *y, int images)
{
    size_t pixels = (size_t)c->out_height * (size_t)c->out_width;
    int slots = sr_slots(c->outputs);
    for (int image = 0; image < images; image++, y += sr_conv_output_size(c))
        for (int row = 0; row < c->out_height; row++)
            for (int column = 0; column < c->out_width; column++)
                for (int output = 0; output < slots; output++) {
                    double sum = bias ? bias[output] : 0;
                    for (int tap = 0; tap < c->kernel * c->kernel; tap++)
                        for (int input = 0; input < c->inputs; input++)
                            sum += input_at(c, x, image, input,
                                            row * c->stride + tap / c->kernel - c->pad,
                                            column * c->stride + tap % c->kernel - c->pad) *
                                   (double)w[place((size_t)(c->kernel * c->kernel * c->inputs),
                                                   output, (size_t)(tap * c->inputs + input))];
                    float *out = y + place(pixels, output,
                                           (size_t)row * (size_t)c->out_width + (size_t)column);
                    if (flags & SR_CONV_ADD) sum += (double)*out;
                    *out = (float)((flags & SR_CONV_RELU) && sum < 0 ? 0 : sum);
                }
}

static void conv_weights(const struct sr_conv *c, const float *x, const float *dy, float *w,
                         int images)
{
    size_t pixels = (size_t)c->out_height * (size_t)c->out_width;
    int slots = sr_slots(c->outputs);
    for (int tap = 0; tap < c->kernel * c->kernel; tap++)
        for (int input = 0; input < c->inputs; input++)
            for (int output = 0; output < slots; output++) {
                double sum = 0;
                for (int image = 0; image < images; image++)
                    for (int row = 0; row < c->out_height; row++)
                        for (int column = 0; column < c->out_width; column++)
                            sum +=
                                input_at(c, x, image, input,
                                         row * c->stride + tap / c->kernel - c->pad,
                                         column * c->stride + tap % c->kernel - c->pad) *
                                (double)
                                    dy[(size_t)image * sr_conv_output_size(c) +
                                       place(pixels, output,
                                             (size_t)row * (size_t)c->out_width + (size_t)column)];
                w[(size_t)(tap * c->inputs + input) * (size_t)slots + (size_t)output] += (float)sum;
            }
}

/* Element by element over [images][blocks][pixels][16]; `i` is the place, `c` the channel's slot.
 */
#define EACH(images, blocks, pixels)                                                               \
    for (size_t i = 0, c = 0; i < (size_t)(images) * (size_t)(blocks) * (size_t)(pixels)*SR_BLOCK; \
         i++, c = i / ((size_t)(pixels)*SR_BLOCK) % (size_t)(blocks)*SR_BLOCK + i % SR_BLOCK)

static void channel_sums(const float *x, struct sr_extent n, float *sums)
{
    const int images = n.images, blocks = n.blocks, pixels = n.pixels;
    EACH(images, blocks, pixels) sums[c] += x[i];
}

static void pool(const float *x, int planes, int height, int width, float *y, uint8_t *which)
{
    for (int plane = 0; plane < planes; plane++)
        for (int row = 0; row < height / 2; row++)
            for (int column = 0; column < width / 2; column++)
                for (int lane = 0; lane < SR_BLOCK; lane++, y++) {
                    for (int i = 0, best = 0; i < 4; i++) {
                        float v = x[(((size_t)plane * (size_t)height + (size_t)(2 * row + i / 2)) *
                                         (size_t)width +
                                     (size_t)(2 * column + i % 2)) *
                                        SR_BLOCK +
                                    (size_t)lane];
                        if (i == 0 || v > *y) {
                            *y = v;
                            best = i;
                        }
                        if (which && i == 3) *which++ = (uint8_t)best;
                    }
                }
}

static void pool_back(const float *dy, const uint8_t *which, const float *after, int planes,
                      int height, int width, float *dx)
{
    memset(dx, 0, (size_t)planes * (size_t)height * (size_t)width * SR_BLOCK * sizeof *dx);
    for (int plane = 0; plane < planes; plane++)
        for (int row = 0; row < height / 2; row++)
            for (int column = 0; column < width / 2; column++)
                for (int lane = 0; lane < SR_BLOCK; lane++, dy++, which++)
                    if (!after || *after++ > 0)
                        dx[(((size_t)plane * (size_t)height + (size_t)(2 * row + *which / 2)) *
                                (size_t)width +
                            (size_t)(2 * column + *which % 2)) *
                               SR_BLOCK +
                           (size_t)lane] = *dy;
}

static void conv_pooled(const struct sr_conv *c, const float *x, const float *w,
                        const struct sr_pool_end *end, int images)
{
    float *y = sr_xalloc((size_t)images * sr_conv_output_size(c) * sizeof *y);
    conv(c, x, w, end->bias, end->relu ? SR_CONV_RELU : 0, y, images);
    pool(y, images * sr_blocks(c->outputs), c->out_height, c->out_width, end->y, end->which);
    free(y);
}

static void conv_weights_pooled(const struct sr_conv *c, const float *x, const struct sr_pooled *p,
                                float *w, float *bias, int images)
{
    const int planes = images * sr_blocks(c->outputs);
    float *dy = sr_xalloc((size_t)images * sr_conv_output_size(c) * sizeof *dy);
    pool_back(p->dy, p->which, p->after, planes, c->out_height, c->out_width, dy);
    conv_weights(c, x, dy, w, images);
    channel_sums(
        dy, (struct sr_extent){images, sr_blocks(c->outputs), c->out_height * c->out_width}, bias);
    free(dy);
}

/* What one number of the gradient gives; `in`: where the image begins. */
static void spread_back(const struct sr_conv *c, const struct sr_pooled_back *b, size_t in,
                        size_t output, size_t row, size_t column, float dy)
{
    const size_t width = (size_t)c->width, pixels = (size_t)c->height * width,
                 slots = (size_t)sr_slots(c->outputs);
    for (size_t input = 0; input < (size_t)c->inputs; input++)
        for (size_t tap = 0; tap < 9; tap++) {
            const size_t block = input / SR_BLOCK, lane = input % SR_BLOCK,
                         weight = ((block * slots + output) * 9 + tap) * SR_BLOCK + lane,
                         pixel = in +
                                 (block * pixels + (row + tap / 3) * width + column + tap % 3) *
                                     SR_BLOCK +
                                 lane;
            if (b->dw) b->dw[weight] += b->x[pixel] * dy;
            if (b->dx) b->dx[pixel] += b->turned[weight] * dy;
        }
}

static void conv_pooled_back(const struct sr_conv *c, const struct sr_pooled_back *b, int images)
{
    const size_t blocks = (size_t)sr_blocks(c->outputs), columns = (size_t)c->out_width / 2,
                 windows = (size_t)c->out_height / 2 * columns;
    for (size_t i = 0; i < (size_t)images * blocks * windows * SR_BLOCK; i++) {
        const size_t image = i / (blocks * windows * SR_BLOCK), window = i / SR_BLOCK % windows,
                     output = i / (windows * SR_BLOCK) % blocks * SR_BLOCK + i % SR_BLOCK;
        const unsigned which = b->pooled.which[i];
        if (b->pooled.after && !(b->pooled.after[i] > 0)) continue;
        if (b->dw) b->bias[output] += b->pooled.dy[i];
        spread_back(c, b, image * sr_conv_input_size(c), output, window / columns * 2 + which / 2,
                    window % columns * 2 + which % 2, b->pooled.dy[i]);
    }
}

static void moments(const float *x, struct sr_extent n, float *mean, float *spread)
{
    const int images = n.images, blocks = n.blocks, pixels = n.pixels;
    for (int channel = 0; channel < blocks * SR_BLOCK; channel++) {
        double sum = 0, squares = 0, count = (double)images * pixels;
        EACH(images, blocks, pixels) if (c == (size_t)channel) sum += (double)x[i];
        EACH(images, blocks, pixels)
        if (c == (size_t)channel)
            squares += ((double)x[i] - sum / count) * ((double)x[i] - sum / count);
        mean[channel] = (float)(sum / count);
        spread[channel] = (float)squares;
    }
}

static void norm(const float *x, struct sr_extent n, const float *scale, const float *shift,
                 const float *other, bool rectify, float *y)
{
    const int images = n.images, blocks = n.blocks, pixels = n.pixels;
    EACH(images, blocks, pixels)
    {
        float v = x[i] * scale[c] + shift[c] + (other ? other[i] : 0);
        y[i] = rectify && v < 0 ? 0 : v;
    }
}

static void norm_sums(const float *x, const float *dy, struct sr_extent n, const float *mean,
                      const float *inverse, float *sums, float *dots)
{
    const int images = n.images, blocks = n.blocks, pixels = n.pixels;
    EACH(images, blocks, pixels)
    {
        sums[c] += dy[i];
        dots[c] += dy[i] * ((x[i] - mean[c]) * inverse[c]);
    }
}

static void norm_back(const float *x, const float *dy, struct sr_extent n, const float *a,
                      const float *b, const float *constant, float *dx)
{
    const int images = n.images, blocks = n.blocks, pixels = n.pixels;
    EACH(images, blocks, pixels) dx[i] = a[c] * dy[i] + b[c] * x[i] + constant[c];
}

static void relu_back(const float *dy, const float *y, size_t count, float *dx)
{
    for (size_t i = 0; i < count; i++) dx[i] = y[i] > 0 ? dy[i] : 0;
}

static void relu(const float *x, const float *other, size_t count, float *y)
{
    for (size_t i = 0; i < count; i++) {
        float v = x[i] + (other ? other[i] : 0);
        y[i] = v < 0 ? 0 : v;
    }
}

static void add(const float *x, size_t count, float *y)
{
    for (size_t i = 0; i < count; i++) y[i] += x[i];
}

static void drop(const uint16_t *chances, int32_t limit, float scale, const float *x, size_t count,
                 float *y)
{
    for (size_t i = 0; i < count; i++) y[i] = chances[i] < limit ? 0 : x[i] * scale;
}

static void product(const struct sr_product *p)
{
    for (int nth = 0; nth < p->rows; nth++)
        for (int j = 0; j < p->columns; j++) {
            ptrdiff_t i = p->order ? p->order[nth] : nth;
            double sum = 0;
            for (int l = 0; l < p->depth; l++)
                sum += (double)p->a[i * p->a_row + l * p->a_column] *
                       (double)p->b[l * p->b_row + j * p->b_column];
            float *c = p->c + i * p->c_row + j;
            *c =
                (float)((double)p->alpha * sum + (p->beta == 0 ? 0 : (double)p->beta * (double)*c));
        }
}

static void nonzero(const float *x, size_t count, uint64_t *mask)
{
    for (size_t i = 0; i < count; i++) {
        if (i % 64 == 0) mask[i / 64] = 0;
        if (x[i] != 0) mask[i / 64] |= (uint64_t)1 << i % 64;
    }
}

static double settle(double a)
{
    return fabs(a) < (double)SR_SMALLEST ? 0 : a;
}

static void sgd(const struct sr_update *u, const float *gradient, size_t count, float *w,
                float *velocity)
{
    for (size_t i = 0; i < count; i++) {
        double g = (double)u->scale * (double)gradient[i] + (double)u->decay * (double)w[i];
        double v = settle((double)u->momentum * (double)velocity[i] + g);
        velocity[i] = (float)v;
        w[i] = (float)((double)w[i] - (double)u->rate * (g + (double)u->momentum * v));
    }
}

static void adam(const struct sr_update *u, const float *gradient, size_t count, float *w,
                 float *first, float *second)
{
    for (size_t i = 0; i < count; i++) {
        double g = (double)u->scale * (double)gradient[i] + (double)u->decay * (double)w[i];
        double m = settle((double)u->momentum * (double)first[i] + (1 - (double)u->momentum) * g);
        double v = settle((double)u->second * (double)second[i] + (1 - (double)u->second) * g * g);
        first[i] = (float)m;
        second[i] = (float)v;
        w[i] = (float)((double)u->keep * (double)w[i] -
                       (double)u->rate * m / (sqrt(v) * (double)u->correction + (double)u->tiny));
    }
}

static void average(const float *from, float keep, size_t count, float *to)
{
    for (size_t i = 0; i < count; i++)
        to[i] = (float)((double)keep * (double)to[i] + (1 - (double)keep) * (double)from[i]);
}

static void scale_bytes(const uint8_t *x, float scale, float shift, size_t count, float *y)
{
    for (size_t i = 0; i < count; i++) y[i] = (float)(x[i] * (double)scale + (double)shift);
}

static void grey(const uint8_t *x, size_t count, float *y)
{
    for (size_t i = 0; i < count; i++) y[i] = (float)(x[i] / 255.0);
}

static uint8_t byte_of(const uint8_t *packed, size_t row, size_t i)
{
    const size_t step = i / GROUP_BYTES, group = row / GROUP_ROWS;
    return packed[(step * TILE_GROUPS + group) * GROUP + row % GROUP_ROWS * GROUP_BYTES +
                  i % GROUP_BYTES];
}

static size_t bytes_within_l2(const int32_t *products, const int32_t *squares, const float *slacks,
                              int32_t own, float reach, size_t count, uint32_t *list)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        float limit = slacks[i] + reach;
        if ((float)(squares[i] + own - 2 * products[i]) <= limit * limit)
            list[found++] = (uint32_t)i;
    }
    return found;
}

static size_t bytes_within_l1(const int32_t *distances, const float *slacks, float reach,
                              size_t count, uint32_t *list)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        if ((float)distances[i] <= slacks[i] + reach) list[found++] = (uint32_t)i;
    return found;
}

static void bytes_listed_product(const uint8_t *query, int32_t sum, const uint8_t *rows,
                                 size_t stride, const uint32_t *list, size_t count, int32_t *out)
{
    (void)sum;
    for (size_t i = 0; i < count; i++) {
        out[i] = 0;
        for (size_t k = 0; k < stride; k++) out[i] += query[k] * rows[list[i] * stride + k];
    }
}

static void bytes_listed_l1(const uint8_t *query, int32_t sum, const uint8_t *rows, size_t stride,
                            const uint32_t *list, size_t count, int32_t *out)
{
    (void)sum;
    for (size_t i = 0; i < count; i++) {
        out[i] = 0;
        for (size_t k = 0; k < stride; k++) out[i] += abs(query[k] - rows[list[i] * stride + k]);
    }
}

static void bytes_product(const uint8_t *packed, const uint64_t *used, size_t steps,
                          const struct sr_bytes_block *block, int32_t *out, size_t out_stride)
{
    (void)used;
    for (size_t q = 0; q < (size_t)block->count; q++)
        for (size_t row = 0; row < SR_BYTES_ROWS; row++) {
            int32_t total = 0;
            for (size_t i = 0; i < steps * GROUP_BYTES; i++)
                total += byte_of(packed, row, i) * block->bytes[q * steps * GROUP_BYTES + i];
            out[q * out_stride + row] = total;
        }
}

static void bytes_l1(const uint8_t *packed, const uint64_t *used, size_t steps,
                     const struct sr_bytes_block *block, int32_t *out, size_t out_stride)
{
    (void)used;
    for (size_t q = 0; q < (size_t)block->count; q++)
        for (size_t row = 0; row < SR_BYTES_ROWS; row++) {
            int32_t total = 0;
            for (size_t i = 0; i < steps * GROUP_BYTES; i++)
                total += abs(byte_of(packed, row, i) - block->bytes[q * steps * GROUP_BYTES + i]);
            out[q * out_stride + row] = total;
        }
}

static double multiply_add(size_t rounds, float *sink)
{
    for (size_t i = 0; i < rounds; i++) sink[0] = sink[0] * sink[1] + sink[2];
    return 2.0 * (double)rounds;
}

const struct sr_kernels sr_kernels_reference = {
    .isa = "reference",
    .conv = conv,
    .conv_weights = conv_weights,
    .conv_pooled = conv_pooled,
    .conv_pooled_back = conv_pooled_back,
    .conv_weights_pooled = conv_weights_pooled,
    .winograd_in = sr_winograd_in_reference,
    .winograd_in_16 = sr_winograd_in_16_reference,
    .winograd_out_back_16 = sr_winograd_out_back_16_reference,
    .pair_rows = sr_pair_rows_reference,
    .winograd_out = sr_winograd_out_reference,
    .winograd_out_back = sr_winograd_out_back_reference,
    .winograd_in_back = sr_winograd_in_back_reference,
    .winograd_turn = sr_winograd_turn_reference,
    .winograd_products = sr_winograd_products_reference,
    .winograd_filter = sr_winograd_filter_reference,
    .winograd_filter_back = sr_winograd_filter_back_reference,
    .channel_sums = channel_sums,
    .pool = pool,
    .pool_back = pool_back,
    .moments = moments,
    .norm = norm,
    .norm_sums = norm_sums,
    .norm_back = norm_back,
    .relu_back = relu_back,
    .relu = relu,
    .add = add,
    .drop = drop,
    .product = product,
    .dots = product,
    .nonzero = nonzero,
    .sgd = sgd,
    .adam = adam,
    .average = average,
    .scale_bytes = scale_bytes,
    .grey = grey,
    .bytes_product = bytes_product,
    .bytes_l1 = bytes_l1,
    .bytes_within_l2 = bytes_within_l2,
    .bytes_within_l1 = bytes_within_l1,
    .bytes_listed_product = bytes_listed_product,
    .bytes_listed_l1 = bytes_listed_l1,
    .multiply_add = multiply_add,
};
