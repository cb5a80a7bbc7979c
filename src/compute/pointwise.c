/* pointwise.c - kernels that work on each activation by itself or by channel: pooling, normalising,
 * ReLU, sums; and the table of this instruction set's kernels. Memory limits their speed. */
#include "vector.h"

static void channel_sums(const float *x, struct sr_extent n, float *sums)
{
    const int images = n.images, blocks = n.blocks, pixels = n.pixels;
    for (int image = 0; image < images; image++)
        for (int block = 0; block < blocks; block++, x += (size_t)pixels * SR_BLOCK)
            for (int part = 0; part < SR_BLOCK; part += WIDTH) {
                vec a = load(sums + block * SR_BLOCK + part), b = {0};
                int i = 0;
                for (; i + 1 < pixels; i += 2) {
                    a += load(x + i * SR_BLOCK + part);
                    b += load(x + (i + 1) * SR_BLOCK + part);
                }
                if (i < pixels) a += load(x + i * SR_BLOCK + part);
                store(sums + block * SR_BLOCK + part, a + b);
            }
}

static void pool(const float *x, int planes, int height, int width, float *y, uint8_t *which)
{
    int rows = height / 2, columns = width / 2;
    for (int plane = 0; plane < planes; plane++, x += (size_t)height * width * SR_BLOCK)
        for (int row = 0; row < rows; row++) {
            const float *above = x + (size_t)(2 * row) * width * SR_BLOCK;
            for (int i = 0; i < columns * SR_BLOCK; i += WIDTH, y += WIDTH) {
                const float *p = above + i / SR_BLOCK * 2 * SR_BLOCK + i % SR_BLOCK;
                const float *q = p + (size_t)width * SR_BLOCK;
                vec a = load(p), b = load(p + SR_BLOCK), c = load(q), d = load(q + SR_BLOCK);
                vec top = larger(b, a), bottom = larger(d, c);
                store(y, larger(bottom, top));
                if (!which) continue;
                /* 0 or 1 in the upper pair, 2 or 3 in the lower; comparisons give -1. */
                mask under = bottom > top;
                mask place = (~under & -(b > a)) | (under & (2 - (d > c)));
                narrow(which, place);
                which += WIDTH;
            }
        }
}

static void pool_back(const float *dy, const uint8_t *which, const float *after, int planes,
                      int height, int width, float *dx)
{
    int rows = height / 2, columns = width / 2;
    for (int plane = 0; plane < planes; plane++, dx += (size_t)height * width * SR_BLOCK) {
        for (int row = 0; row < rows; row++) {
            float *above = dx + (size_t)(2 * row) * width * SR_BLOCK;
            for (int i = 0; i < columns * SR_BLOCK; i += WIDTH, dy += WIDTH, which += WIDTH) {
                float *p = above + i / SR_BLOCK * 2 * SR_BLOCK + i % SR_BLOCK;
                float *q = p + (size_t)width * SR_BLOCK;
                mask place = widen(which);
                mask g = (mask)load(dy);
                if (after) {
                    g &= load(after) > 0;
                    after += WIDTH;
                }
                store(p, (vec)(g & (place == 0)));
                store(p + SR_BLOCK, (vec)(g & (place == 1)));
                store(q, (vec)(g & (place == 2)));
                store(q + SR_BLOCK, (vec)(g & (place == 3)));
            }
            if (width & 1)
                for (int i = 0; i < SR_BLOCK; i++)
                    above[(width - 1) * SR_BLOCK + i] = above[(2 * width - 1) * SR_BLOCK + i] = 0;
        }
        if (height & 1)
            for (int i = 0; i < width * SR_BLOCK; i++)
                dx[(size_t)(height - 1) * width * SR_BLOCK + i] = 0;
    }
}

static void moments(const float *x, struct sr_extent n, float *mean, float *spread)
{
    const int images = n.images, blocks = n.blocks, pixels = n.pixels;
    float scale = 1.0f / ((float)images * (float)pixels);
    for (int i = 0; i < blocks * SR_BLOCK; i++) mean[i] = spread[i] = 0;
    channel_sums(x, n, mean);
    for (int i = 0; i < blocks * SR_BLOCK; i++) mean[i] *= scale;
    for (int image = 0; image < images; image++)
        for (int block = 0; block < blocks; block++, x += (size_t)pixels * SR_BLOCK)
            for (int part = 0; part < SR_BLOCK; part += WIDTH) {
                vec m = load(mean + block * SR_BLOCK + part),
                    a = load(spread + block * SR_BLOCK + part), b = {0};
                int i = 0;
                for (; i + 1 < pixels; i += 2) {
                    vec d = load(x + i * SR_BLOCK + part) - m,
                        e = load(x + (i + 1) * SR_BLOCK + part) - m;
                    a += d * d;
                    b += e * e;
                }
                if (i < pixels) {
                    vec d = load(x + i * SR_BLOCK + part) - m;
                    a += d * d;
                }
                store(spread + block * SR_BLOCK + part, a + b);
            }
}

static void norm(const float *x, struct sr_extent n, const float *scale, const float *shift,
                 const float *other, bool rectify, float *y)
{
    const int images = n.images, blocks = n.blocks, pixels = n.pixels;
    size_t plane = (size_t)pixels * SR_BLOCK;
    for (int image = 0; image < images; image++)
        for (int block = 0; block < blocks; block++, x += plane, y += plane)
            for (int part = 0; part < SR_BLOCK; part += WIDTH) {
                vec s = load(scale + block * SR_BLOCK + part),
                    t = load(shift + block * SR_BLOCK + part);
                const float *o =
                    other ? other + ((size_t)image * (size_t)blocks + (size_t)block) * plane : NULL;
                for (size_t i = (size_t)part; i < plane; i += SR_BLOCK) {
                    vec v = load(x + i) * s + t;
                    if (o) v += load(o + i);
                    if (rectify) v = positive(v);
                    store(y + i, v);
                }
            }
}

static void norm_sums(const float *x, const float *dy, struct sr_extent n, const float *mean,
                      const float *inverse, float *sums, float *dots)
{
    const int images = n.images, blocks = n.blocks, pixels = n.pixels;
    size_t plane = (size_t)pixels * SR_BLOCK;
    for (int image = 0; image < images; image++)
        for (int block = 0; block < blocks; block++, x += plane, dy += plane)
            for (int part = 0; part < SR_BLOCK; part += WIDTH) {
                int at = block * SR_BLOCK + part;
                vec m = load(mean + at), r = load(inverse + at), sum = load(sums + at),
                    dot = load(dots + at);
                for (size_t i = (size_t)part; i < plane; i += SR_BLOCK) {
                    vec d = load(dy + i);
                    sum += d;
                    dot += d * ((load(x + i) - m) * r);
                }
                store(sums + at, sum);
                store(dots + at, dot);
            }
}

static void norm_back(const float *x, const float *dy, struct sr_extent n, const float *a,
                      const float *b, const float *c, float *dx)
{
    const int images = n.images, blocks = n.blocks, pixels = n.pixels;
    size_t plane = (size_t)pixels * SR_BLOCK;
    for (int image = 0; image < images; image++)
        for (int block = 0; block < blocks; block++, x += plane, dy += plane, dx += plane)
            for (int part = 0; part < SR_BLOCK; part += WIDTH) {
                int at = block * SR_BLOCK + part;
                vec p = load(a + at), q = load(b + at), r = load(c + at);
                for (size_t i = (size_t)part; i < plane; i += SR_BLOCK)
                    store(dx + i, p * load(dy + i) + (q * load(x + i) + r));
            }
}

/* The rest work on flat arrays whose length is a multiple of SR_BLOCK. */
static void relu_back(const float *dy, const float *y, size_t count, float *dx)
{
    for (size_t i = 0; i < count; i += WIDTH)
        store(dx + i, (vec)((mask)load(dy + i) & (load(y + i) > 0)));
}

static void relu(const float *x, const float *other, size_t count, float *y)
{
    for (size_t i = 0; i < count; i += WIDTH)
        store(y + i, positive(other ? load(x + i) + load(other + i) : load(x + i)));
}

static void add(const float *x, size_t count, float *y)
{
    for (size_t i = 0; i < count; i += WIDTH) store(y + i, load(y + i) + load(x + i));
}

static void drop(const uint16_t *chances, int32_t limit, float scale, const float *x, size_t count,
                 float *y)
{
    for (size_t i = 0; i < count; i += WIDTH)
        store(y + i, (vec)((mask)(load(x + i) * scale) & (widen_16(chances + i) >= limit)));
}

static void nonzero(const float *x, size_t count, uint64_t *set)
{
    for (size_t first = 0; first < count; first += 64) {
        size_t left = count - first < 64 ? count - first : 64, i = 0;
        uint64_t bits = 0;
        for (; i + WIDTH <= left; i += WIDTH)
            bits |= (uint64_t)nonzero_lanes((vec) * (const loose *)(x + first + i)) << i;
        for (; i < left; i++) bits |= (uint64_t)(x[first + i] != 0) << i;
        *set++ = bits;
    }
}

static void pair_rows(const float *packed, int rows, uint32_t *pairs)
{
    for (int row = 0; row < sr_slots(rows); row += 2, pairs += SR_BLOCK)
        for (int part = 0; part < SR_BLOCK; part += WIDTH) {
            const float *from = packed + row * SR_BLOCK + part;
            const mask first = row < rows ? rounded(load(from)) : (mask){0},
                       second = row + 1 < rows ? rounded(load(from + SR_BLOCK)) : (mask){0};
            store((float *)(pairs + part), (vec)upper(first, second));
        }
}

static double multiply_add(size_t rounds, float *sink)
{
    enum { CHAINS = WIDTH == 16 ? 16 : 12 };
    vec chain[CHAINS], a = load(sink), b = load(sink);
    UNROLL for (int i = 0; i < CHAINS; i++) chain[i] =
        a + (float)i; /* equal chains would be merged by the compiler */
    for (size_t round = 0; round < rounds; round++) {
        UNROLL for (int i = 0; i < CHAINS; i++) chain[i] = chain[i] * a + b;
    }
    UNROLL for (int i = 1; i < CHAINS; i++) chain[0] += chain[i];
    store(sink, chain[0]);
    return 2.0 * CHAINS * WIDTH * (double)rounds;
}

const struct sr_kernels SR_NAME(kernels) = {
    .isa = SR_ISA_TEXT,
    .portable = WIDTH == 4,
    .conv = SR_NAME(conv),
    .conv_weights = SR_NAME(conv_weights),
#if WIDTH == 16
    .conv_pooled = SR_NAME(conv_pooled),
    .conv_weights_pooled = SR_NAME(conv_weights_pooled),
    .conv_pooled_back = SR_NAME(conv_pooled_back),
#endif
    .winograd_in = SR_NAME(winograd_in),
    .winograd_out = SR_NAME(winograd_out),
    .winograd_out_back = SR_NAME(winograd_out_back),
    .winograd_in_back = SR_NAME(winograd_in_back),
    .winograd_turn = SR_NAME(winograd_turn),
    .winograd_products = SR_NAME(winograd_products),
    .winograd_in_16 = SR_NAME(winograd_in_16),
    .winograd_out_back_16 = SR_NAME(winograd_out_back_16),
    .pair_rows = pair_rows,
    .winograd_filter = SR_NAME(winograd_filter),
    .winograd_filter_back = SR_NAME(winograd_filter_back),
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
    .product = SR_NAME(product),
    .dots = SR_NAME(dots),
    .nonzero = nonzero,
    .sgd = SR_NAME(sgd),
    .adam = SR_NAME(adam),
    .average = SR_NAME(average),
    .scale_bytes = SR_NAME(scale_bytes),
    .grey = SR_NAME(grey),
    .bytes_product = SR_NAME(bytes_product),
    .bytes_l1 = SR_NAME(bytes_l1),
    .bytes_within_l2 = SR_NAME(bytes_within_l2),
    .bytes_within_l1 = SR_NAME(bytes_within_l1),
    .bytes_listed_product = SR_NAME(bytes_listed_product),
    .bytes_listed_l1 = SR_NAME(bytes_listed_l1),
    .multiply_add = multiply_add,
};
