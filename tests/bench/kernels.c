/* kernels.c - the multiply-add peak of this machine, in floats and in bf16, and each kernel's share
 * of the peak of the precision it uses at the networks' real shapes. Every figure is the best of
 * several runs, kernels by processor time. Operations are those that are done: taps that fall into
 * the padding are neither done nor counted. */
#include "kernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include "sartor/compute/bf16.h"
#include "sartor/compute/cpu.h"
#include "sartor/compute/matrix.h"
#include "sartor/compute/winograd.h"

enum { REPEATS = 15, IMAGES = 16, BATCH = 128 };

static double one_peak, one_peak_16; /* GFLOP/s of one thread, in floats and in bf16 */

static float *array(size_t count)
{
    struct sr_error error = {0};
    float *a = sr_array_new(count, sizeof *a, "a benchmark's numbers", &error);
    if (!a) {
        fprintf(stderr, "%s\n", error.text);
        exit(1);
    }
    for (size_t i = 0; i < count; i++) a[i] = (float)(i % 17) * 0.05f - 0.4f;
    return a;
}

/* ---- peak ---- */

struct peak {
    double (*run)(size_t rounds, float *sink);
    double operations[64];
};

static void peak_slice(void *context, size_t index, int worker)
{
    struct peak *peak = context;
    float sink[SR_BLOCK] __attribute__((aligned(SR_ALIGNMENT)));
    (void)worker;
    for (int i = 0; i < SR_BLOCK; i++) sink[i] = 0.5f;
    peak->operations[index] = peak->run(200000, sink);
    if (sink[0] == 7) puts("");
}

static double peak_of(double (*run)(size_t rounds, float *sink), struct sr_pool *pool, int threads)
{
    double best = 0;
    for (int i = 0; i < 20 * REPEATS;
         i++) { /* short ones, that other programs are likely to leave alone */
        struct peak peak = {.run = run};
        double start = sr_clock_seconds(), sum = 0;
        sr_pool_run(pool, (size_t)threads, peak_slice, &peak);
        double seconds = sr_clock_seconds() - start;
        for (int t = 0; t < threads; t++) sum += peak.operations[t];
        if (sum / seconds > best) best = sum / seconds;
    }
    return best * 1e-9;
}

double bench_peak(struct sr_pool *pool, int threads)
{
    return peak_of(sr_kernels()->multiply_add, pool, threads);
}

/* ---- kernels, one thread ---- */

static void print_share(double operations, double seconds, double peak)
{
    double rate = operations / seconds * 1e-9;
    printf("  %7.1f %4.0f %%", rate, 100 * rate / peak);
}

static void print_rate(double operations, double seconds)
{
    print_share(operations, seconds, one_peak);
}

static void take_time(double start, double *best)
{
    const double seconds = sr_clock_cpu_seconds() - start;
    if (seconds < *best) *best = seconds;
}

/* The products in bf16 of IMAGES images alone, and their share of that precision's peak: forward,
 * backward-data, weights. */
static void bench_products_16(const struct sr_winograd *g)
{
    const struct sr_bf16 *multiply = sr_bf16();
    const int tiles = sr_winograd_tiles(g, IMAGES), inputs = g->conv.inputs,
              outputs = g->conv.outputs;
    const size_t in = sr_winograd_stride_16(inputs, tiles),
                 out = sr_winograd_stride_16(outputs, tiles);
    uint32_t *a = (uint32_t *)array(in), *b = (uint32_t *)array(out),
             *u = (uint32_t *)array(sr_winograd_weights_16(g));
    float *c = array(sr_winograd_stride(outputs, tiles) + sr_winograd_stride(inputs, tiles)),
          *du = array((size_t)inputs * (size_t)sr_slots(outputs));
    const struct sr_bf16_product forward = {a, u, c, tiles, sr_blocks(inputs), sr_blocks(outputs)},
                                 back = {b, u, c, tiles, sr_blocks(outputs), sr_blocks(inputs)};
    const struct sr_bf16_outer outer = {a, b, du, tiles / 2, inputs, sr_blocks(outputs)};
    /* Many in a row: one takes hardly longer than a look at the clock. */
    enum { ROW = 32 };
    double best[3] = {1e9, 1e9, 1e9}, operations = 2.0 * ROW * tiles * inputs * outputs;
    for (int i = 0; i < REPEATS; i++) {
        double start = sr_clock_cpu_seconds();
        for (int n = 0; n < ROW; n++) multiply->product(&forward);
        take_time(start, &best[0]);
        start = sr_clock_cpu_seconds();
        for (int n = 0; n < ROW; n++) multiply->product(&back);
        take_time(start, &best[1]);
        start = sr_clock_cpu_seconds();
        for (int n = 0; n < ROW; n++) multiply->outer(&outer);
        take_time(start, &best[2]);
    }
    printf("  %-32s", "its products in bf16");
    for (int way = 0; way < 3; way++) print_share(operations, best[way], one_peak_16);
    puts("  of its peak");
    free(a), free(b), free(u), free(c), free(du);
}

/* The least seconds of Winograd's convolutions of IMAGES images, in floats or in bf16: forward,
 * then both gradients at once. */
static void time_winograd(const struct sr_winograd *g, bool half, double best[2])
{
    const struct sr_kernels *k = sr_kernels();
    const int groups[2] = {sr_winograd_forward_group(g), sr_winograd_group(g)}, group = groups[1];
    size_t in = sr_conv_input_size(&g->conv), out = sr_conv_output_size(&g->conv);
    float *x = array(IMAGES * in), *y = array(IMAGES * out), *dx = array(IMAGES * in),
          *u = array(half ? sr_winograd_weights_16(g) : sr_winograd_weights(g)),
          *du = array(sr_winograd_weights(g)),
          *scratch = array(half ? sr_winograd_scratch_16(g, group, true)
                                : sr_winograd_scratch(g, group, true));
    uint32_t *u_16 = (uint32_t *)u;
    best[0] = best[1] = 1e9;
    for (int i = 0; i < REPEATS; i++)
        for (int way = 0; way < 2; way++) {
            double start = sr_clock_cpu_seconds();
            for (int first = 0, count; first < IMAGES; first += count) {
                count = IMAGES - first < groups[way] ? IMAGES - first : groups[way];
                const float *from = x + (size_t)first * in;
                float *to = y + (size_t)first * out;
                const struct sr_conv_end end = {.relu = true, .y = to};
                const struct sr_winograd_back back = {.x = from,
                                                      .dy = to,
                                                      .turned = half ? NULL : u,
                                                      .du = du,
                                                      .dx = dx + (size_t)first * in};
                if (way && half)
                    sr_winograd_backward_16(g, k, &back, u_16, count, scratch);
                else if (way)
                    sr_winograd_backward(g, k, &back, count, scratch);
                else if (half)
                    sr_winograd_forward_16(g, k, from, u_16, &end, count, scratch);
                else
                    sr_winograd_forward(g, k, from, u, &end, count, scratch);
            }
            take_time(start, &best[way]);
        }
    free(x), free(y), free(dx), free(u), free(du), free(scratch);
}

/* The same convolution by Winograd's transforms, where the networks use them, in floats and in
 * bf16. Operations are those of the direct kernels, so that shares compare; they can be above the
 * peak. */
static void bench_winograd(const struct sr_conv *c)
{
    struct sr_winograd g;
    if (!sr_winograd_plan(c, &g)) return;
    double best[2], operations = 2.0 * IMAGES * (double)sr_conv_multiply_adds(c);
    time_winograd(&g, false, best);
    printf("  %-32s", g.tile == 4 ? "by Winograd, tiles of 4" : "by Winograd, tiles of 3");
    print_rate(operations, best[0]);
    print_rate(2 * operations, best[1]);
    puts("  both");
    time_winograd(&g, true, best);
    printf("  %-32s", "the same in bf16");
    print_share(operations, best[0], one_peak_16);
    print_share(2 * operations, best[1], one_peak_16);
    puts("  both, of bf16's peak");
    bench_products_16(&g);
}

static void bench_conv(const char *name, struct sr_conv c)
{
    const struct sr_kernels *k = sr_kernels();
    struct sr_conv back = {.height = c.out_height,
                           .width = c.out_width,
                           .inputs = c.outputs,
                           .out_height = c.height,
                           .out_width = c.width,
                           .outputs = c.inputs,
                           .kernel = c.kernel,
                           .stride = 1,
                           .pad = c.kernel - 1 - c.pad};
    float *x = array(IMAGES * sr_conv_input_size(&c)), *y = array(IMAGES * sr_conv_output_size(&c));
    float *w = array(sr_conv_weight_size(&c)), *turned = array(sr_conv_weight_size(&back));
    double best[3] = {1e9, 1e9, 1e9}, operations = 2.0 * IMAGES * (double)sr_conv_multiply_adds(&c);
    bool backward = !c.plain && c.stride == 1;
    for (int i = 0; i < REPEATS; i++)
        for (int way = 0; way < 3; way++) {
            double start = sr_clock_cpu_seconds();
            if (way == 0) k->conv(&c, x, w, NULL, SR_CONV_RELU, y, IMAGES);
            if (way == 1 && backward) k->conv(&back, y, turned, NULL, 0, x, IMAGES);
            if (way == 2) k->conv_weights(&c, x, y, w, IMAGES);
            take_time(start, &best[way]);
            if (way == 2) memset(w, 0, sr_conv_weight_size(&c) * sizeof *w);
        }
    printf("%-34s", name);
    print_rate(operations, best[0]);
    if (backward)
        print_rate(operations, best[1]);
    else
        printf("  %14s", "-");
    print_rate(operations, best[2]);
    puts("");
    free(x), free(y), free(w), free(turned);
    bench_winograd(&c);
}

static void bench_dense(int in, int out)
{
    float *x = array((size_t)BATCH * (size_t)in), *w = array((size_t)in * (size_t)out),
          *y = array((size_t)BATCH * (size_t)out);
    double best[3] = {1e9, 1e9, 1e9}, operations = 2.0 * BATCH * in * out;
    char name[64];
    for (int i = 0; i < REPEATS; i++)
        for (int way = 0; way < 3; way++) {
            double start = sr_clock_cpu_seconds();
            if (way == 0)
                sr_gemm(NULL, 1, sr_matrix(x, BATCH, in, in), sr_matrix(w, in, out, out), 0, y,
                        out);
            if (way == 1)
                sr_gemm(NULL, 1, sr_matrix(y, BATCH, out, out),
                        sr_transpose(sr_matrix(w, in, out, out)), 0, x, in);
            if (way == 2)
                sr_gemm(NULL, 1, sr_transpose(sr_matrix(x, BATCH, in, in)),
                        sr_matrix(y, BATCH, out, out), 0, w, out);
            take_time(start, &best[way]);
        }
    snprintf(name, sizeof name, "dense %d to %d", in, out);
    printf("%-34s", name);
    for (int way = 0; way < 3; way++) print_rate(operations, best[way]);
    puts("");
    free(x), free(w), free(y);
}

double bench_kernels(struct sr_pool *pool, int threads)
{
    one_peak = bench_peak(NULL, 1);
    one_peak_16 = peak_of(sr_bf16()->multiply_add, NULL, 1);
    double peak = bench_peak(pool, threads);
    printf("instruction set %s; multiply-add peak %.1f GFLOP/s on one thread, %.1f on %d; in bf16 "
           "%.1f and %.1f (%s)\n\n",
           sr_compute_isa(), one_peak, peak, threads, one_peak_16,
           peak_of(sr_bf16()->multiply_add, pool, threads),
           sr_bf16()->native ? "vdpbf16ps" : "without an instruction for it");
    printf("%-34s  %14s  %14s  %14s\n", "kernels, one thread, GFLOP/s", "forward", "backward-data",
           "weights");
    bench_conv("cnn conv1 28×28×1 to 26×26×32",
               (struct sr_conv){28, 28, 1, 26, 26, 32, 3, 1, 0, true});
    bench_conv("cnn conv2 13×13×32 to 11×11×64",
               (struct sr_conv){13, 13, 32, 11, 11, 64, 3, 1, 0, false});
    bench_conv("cnn conv3 5×5×64 to 3×3×128",
               (struct sr_conv){5, 5, 64, 3, 3, 128, 3, 1, 0, false});
    bench_conv("resnet stem 28×28×1 to 28×28×32",
               (struct sr_conv){30, 30, 1, 28, 28, 32, 3, 1, 0, true});
    bench_conv("resnet 14×14×32 same", (struct sr_conv){14, 14, 32, 14, 14, 32, 3, 1, 1, false});
    bench_conv("resnet 7×7×32 same", (struct sr_conv){7, 7, 32, 7, 7, 32, 3, 1, 1, false});
    bench_conv("resnet20 28×28×16 same", (struct sr_conv){28, 28, 16, 28, 28, 16, 3, 1, 1, false});
    bench_conv("resnet20 7×7×64 same", (struct sr_conv){7, 7, 64, 7, 7, 64, 3, 1, 1, false});
    bench_conv("resnet18 28×28×64 same", (struct sr_conv){28, 28, 64, 28, 28, 64, 3, 1, 1, false});
    bench_conv("resnet18 14×14×128 same",
               (struct sr_conv){14, 14, 128, 14, 14, 128, 3, 1, 1, false});
    bench_conv("resnet18 7×7×256 same", (struct sr_conv){7, 7, 256, 7, 7, 256, 3, 1, 1, false});
    bench_conv("resnet18 4×4×512 same", (struct sr_conv){4, 4, 512, 4, 4, 512, 3, 1, 1, false});
    bench_conv("28×28×64 to 14×14×128, stride 2",
               (struct sr_conv){28, 28, 64, 14, 14, 128, 3, 2, 1, false});
    bench_conv("1×1: 14×14×64 to 128", (struct sr_conv){14, 14, 64, 14, 14, 128, 1, 1, 0, false});
    bench_dense(1152, 128);
    bench_dense(784, 256);
    bench_dense(256, 128);
    bench_dense(784, 1024);
    bench_dense(1024, 1024);
    bench_dense(1024, 512);
    return peak;
}
