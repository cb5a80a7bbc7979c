/* bench.c - measures the engine on this machine, and judges nothing: the multiply-add peak, each
 * kernel's share of it at the networks' real shapes, whole training steps, inference, peak memory.
 *
 * Usage: bench [THREADS], default 2. Every figure is the best of several runs, kernels by processor
 * time; for steps it is the median. Operations are those that are done: taps that fall into the
 * padding are neither done nor counted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include "sartor/base/pool.h"
#include "sartor/compute/cpu.h"
#include "sartor/nn/inference.h"
#include "sartor/nn/network.h"
#include "sartor/nn/optimizer.h"

#include "kernels.h"

enum { BATCH = 128, EPOCH = 60000, UNITS = 64 };

/* ---- whole networks ---- */

/* A list of layers as it grows. */
struct plan {
    struct sr_layer_spec layers[64];
    int count;
};

static int put(struct plan *plan, struct sr_layer_spec layer)
{
    plan->layers[plan->count] = layer;
    snprintf(plan->layers[plan->count].name, sizeof layer.name, "layer%d", plan->count);
    return plan->count++;
}

static int put_conv(struct plan *plan, int input, int channels, bool same, bool bias)
{
    return put(plan, (struct sr_layer_spec){.type = SR_LAYER_CONV,
                                            .input = input,
                                            .channels = channels,
                                            .kernel = 3,
                                            .stride = 1,
                                            .same = same,
                                            .bias = bias});
}

static int put_plain(struct plan *plan, enum sr_layer_type type, int input)
{
    return put(plan, (struct sr_layer_spec){.type = type, .input = input});
}

static int put_dense(struct plan *plan, int input, int channels)
{
    return put(plan,
               (struct sr_layer_spec){
                   .type = SR_LAYER_DENSE, .input = input, .channels = channels, .bias = true});
}

static struct plan plan_cnn(void)
{
    struct plan p = {.count = 0};
    int at = -1;
    for (int channels = 32; channels <= 128; channels *= 2) {
        at = put_plain(&p, SR_LAYER_RELU, put_conv(&p, at, channels, false, true));
        if (channels < 128) at = put_plain(&p, SR_LAYER_MAX_POOL, at);
    }
    at = put_plain(&p, SR_LAYER_RELU, put_dense(&p, put_plain(&p, SR_LAYER_FLATTEN, at), 128));
    put_dense(&p, at, 10);
    return p;
}

static struct plan plan_resnet(void)
{
    struct plan p = {.count = 0};
    int at = put_plain(&p, SR_LAYER_RELU,
                       put_plain(&p, SR_LAYER_BATCH_NORM, put_conv(&p, -1, 32, true, false)));
    for (int block = 0; block < 4; block++) {
        if (block % 2 == 0) at = put_plain(&p, SR_LAYER_MAX_POOL, at);
        int shortcut = at;
        at = put_plain(&p, SR_LAYER_RELU,
                       put_plain(&p, SR_LAYER_BATCH_NORM, put_conv(&p, at, 32, true, false)));
        at = put_plain(&p, SR_LAYER_BATCH_NORM, put_conv(&p, at, 32, true, false));
        at = put(&p, (struct sr_layer_spec){.type = SR_LAYER_ADD, .input = at, .other = shortcut});
        at = put_plain(&p, SR_LAYER_RELU, at);
    }
    put_dense(&p, put_plain(&p, SR_LAYER_GLOBAL_POOL, at), 10);
    return p;
}

static struct plan plan_mlp(void)
{
    struct plan p = {.count = 0};
    int at = put_plain(&p, SR_LAYER_FLATTEN, -1);
    at = put_plain(&p, SR_LAYER_RELU, put_dense(&p, at, 256));
    at = put_plain(&p, SR_LAYER_RELU, put_dense(&p, at, 128));
    put_dense(&p, at, 10);
    return p;
}

/* The recipe `best` of the family. */
static struct plan plan_large_mlp(void)
{
    struct plan p = {.count = 0};
    static const int hidden[] = {1024, 1024, 512};
    int at = put_plain(&p, SR_LAYER_FLATTEN, -1);
    for (int i = 0; i < 3; i++) {
        at = put_plain(&p, SR_LAYER_BATCH_NORM,
                       put(&p, (struct sr_layer_spec){.type = SR_LAYER_DENSE,
                                                      .input = at,
                                                      .channels = hidden[i],
                                                      .bias = false}));
        at = put(&p, (struct sr_layer_spec){.type = SR_LAYER_DROPOUT,
                                            .input = put_plain(&p, SR_LAYER_RELU, at),
                                            .rate = 0.2f});
    }
    put_dense(&p, at, 10);
    return p;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, by_value);
    return values[count / 2];
}

/* Floating-point operations of a step on an image, forward and backward. */
static double step_operations(const struct sr_workspace *workspace)
{
    struct sr_unit_time times[UNITS];
    size_t count = sr_workspace_times(workspace, times, UNITS);
    double sum = 0;
    for (size_t i = 0; i < count && i < UNITS; i++)
        sum += 2.0 * (double)(times[i].forward_work + times[i].backward_work);
    return sum;
}

/* Something like a picture of clothing: an upright shape, of its own width in each image, on black,
 * which is half of all pixels. Dense layers leave zeros out. */
static uint8_t bench_pixel(int image, int pixel)
{
    int x = pixel % 28, y = pixel / 28, half = 4 + image * 7 % 9, trim = image * 5 % 4;
    bool inside = x >= 14 - half && x < 14 + half && y >= trim && y < 28 - trim;
    return inside ? (uint8_t)(1 + (image * 784 + pixel) * 7919 % 255) : 0;
}

static void bench_network(const char *name, struct plan plan, struct sr_pool *pool, double peak)
{
    enum { STEPS = 40 };
    struct sr_error error = {0};
    struct sr_network *network =
        sr_network_new(plan.layers, (size_t)plan.count, (struct sr_shape){28, 28, 1}, &error);
    struct sr_workspace *workspace =
        network ? sr_workspace_new(network, BATCH, true, pool, &error) : NULL;
    struct sr_workspace *predicting =
        workspace ? sr_inference_workspace(network, pool, &error) : NULL;
    double forward[STEPS], backward[STEPS], predict[STEPS], busy = 0;
    uint8_t labels[BATCH];
    int correct;
    if (!predicting) {
        fprintf(stderr, "%s: %s\n", name, error.text);
        exit(1);
    }
    for (int i = 0; i < BATCH * 784; i++)
        sr_workspace_input(workspace)[i] = (float)bench_pixel(i / 784, i % 784) / 255;
    for (int i = 0; i < BATCH; i++) labels[i] = (uint8_t)(i % 10);
    for (int i = 0; i < STEPS; i++) {
        double start = sr_clock_seconds(), cpu = sr_clock_cpu_seconds();
        sr_network_forward(network, workspace, BATCH, 1, (uint64_t)i);
        double middle = sr_clock_seconds();
        sr_network_backward(network, workspace, BATCH, labels, 0, &correct);
        double end = sr_clock_seconds();
        busy += sr_clock_cpu_seconds() - cpu;
        sr_network_hold(network, predicting);
        double held = sr_clock_seconds();
        for (int part = 0; part < 2; part++) sr_network_predict(network, predicting, BATCH / 2);
        forward[i] = middle - start;
        backward[i] = end - middle;
        predict[i] = sr_clock_seconds() - held;
    }
    double f = median(forward, STEPS), b = median(backward, STEPS), p = median(predict, STEPS);
    double batches = (double)EPOCH / BATCH;
    double operations = BATCH * step_operations(workspace);
    printf("%-8s %9llu  %7.2f + %7.2f ms  %7.2f s  %8.0f  %6.1f %4.0f %%  %7.2f s  %8.3f s\n", name,
           (unsigned long long)sr_network_size(network), f * 1e3, b * 1e3, (f + b) * batches,
           BATCH / (f + b), operations / (f + b) * 1e-9, 100 * operations / (f + b) * 1e-9 / peak,
           busy / STEPS * batches, p * 10000 / BATCH);
    sr_workspace_free(predicting);
    sr_workspace_free(workspace);
    sr_network_free(network);
}

/* ---- where a step's time goes ---- */

static void print_phase(const char *name, const char *shape, double seconds, double whole,
                        double operations, double peak)
{
    printf("  %-24s %-11s %8.3f ms  %4.0f %%", name, shape, seconds * 1e3, 100 * seconds / whole);
    if (operations > 0)
        printf("  %7.1f %4.0f %%", operations / seconds * 1e-9,
               100 * operations / seconds * 1e-9 / peak);
    puts("");
}

struct load {
    const struct sr_input *input;
    const uint8_t *pixels;
    float *out;
};

static void load_slice(void *context, size_t index, int worker)
{
    const struct load *load = context;
    (void)worker;
    sr_inference_fill(load->input, load->pixels + index * 784, (struct sr_shape){28, 28, 1},
                      load->out + index * 784);
}

enum { SLOTS = 256 };

/* What is timed of a step as a training makes it. */
struct step_times {
    double loading, loss, adam;
    struct sr_unit_time units[UNITS];
    size_t count;
};

struct bench_step {
    struct sr_pool *pool;
    struct sr_network *network;
    struct sr_workspace *workspace;
    struct sr_optimizer *optimizer;
    struct sr_exchange exchange;
    size_t slots[SLOTS]; /* the optimiser's, of each learned parameter */
    struct load load;
    uint8_t labels[BATCH];
};

static void step_stretch(void *owner, size_t parameter, size_t start, size_t count)
{
    struct bench_step *step = owner;
    sr_optimizer_stretch(step->optimizer, step->slots[parameter], start, count);
}

static void time_step(struct bench_step *step, uint64_t number, struct step_times *t)
{
    int correct;
    double begun = sr_clock_seconds();
    sr_pool_run(step->pool, BATCH, load_slice, &step->load);
    t->loading = sr_clock_seconds() - begun;
    sr_workspace_watch(step->workspace);
    sr_network_forward(step->network, step->workspace, BATCH, 1, number);
    begun = sr_clock_seconds();
    sr_optimizer_begin(step->optimizer, 1e-3, 1, 0);
    sr_network_backward(step->network, step->workspace, BATCH, step->labels, 0, &correct);
    double end = sr_clock_seconds();
    sr_optimizer_finish(step->optimizer);
    t->adam = sr_clock_seconds() - end;
    t->loss = end - begun;
    t->count = sr_workspace_times(step->workspace, t->units, UNITS);
    for (size_t i = 0; i < t->count; i++) t->loss -= t->units[i].backward;
}

static void take_least(double *least, double seconds)
{
    if (seconds < *least) *least = seconds;
}

/* The least time of each part over many steps, since other programs run too. */
static void profile_network(const char *name, struct plan plan, struct sr_pool *pool, double peak)
{
    enum { STEPS = 60 };
    struct sr_error error = {0};
    struct bench_step step = {.pool = pool};
    struct step_times least, now;
    struct sr_parameter *parameters;
    struct sr_slot slots[SLOTS];
    size_t learned = 0;
    uint8_t *pixels = sr_xalloc((size_t)BATCH * 784);
    const struct sr_input input = {.deviation = 1}; /* as in recipe=study: black stays zero */

    step.network =
        sr_network_new(plan.layers, (size_t)plan.count, (struct sr_shape){28, 28, 1}, &error);
    if (step.network) step.workspace = sr_workspace_new(step.network, BATCH, true, pool, &error);
    if (step.workspace) {
        size_t count = sr_network_parameters(step.network, &parameters);
        for (size_t i = 0; i < count; i++) {
            if (!sr_workspace_gradient(step.workspace, i)) continue;
            step.slots[i] = learned;
            slots[learned++] =
                (struct sr_slot){.values = parameters[i].values,
                                 .gradient = sr_workspace_gradient(step.workspace, i),
                                 .count = parameters[i].count};
        }
        step.exchange = (struct sr_exchange){.final = step_stretch, .owner = &step};
        sr_workspace_exchange(step.workspace, &step.exchange);
        step.optimizer = sr_optimizer_new(&(struct sr_optimizer_options){SR_OPTIMIZER_ADAM, 0.9, 0},
                                          slots, learned, pool, &error);
    }
    if (!step.optimizer) {
        fprintf(stderr, "%s: %s\n", name, error.text);
        exit(1);
    }
    for (int i = 0; i < BATCH * 784; i++) pixels[i] = bench_pixel(i / 784, i % 784);
    for (int i = 0; i < BATCH; i++) step.labels[i] = (uint8_t)(i % 10);
    step.load = (struct load){&input, pixels, sr_workspace_input(step.workspace)};
    time_step(&step, 0, &least);
    for (uint64_t i = 1; i < STEPS; i++) {
        time_step(&step, i, &now);
        take_least(&least.loading, now.loading);
        take_least(&least.loss, now.loss);
        take_least(&least.adam, now.adam);
        for (size_t u = 0; u < now.count && u < UNITS; u++) {
            take_least(&least.units[u].forward, now.units[u].forward);
            take_least(&least.units[u].backward, now.units[u].backward);
        }
    }
    double whole = least.loading + least.loss + least.adam;
    for (size_t i = 0; i < least.count; i++)
        whole += least.units[i].forward + least.units[i].backward;
    printf("\n%s: %.2f ms a step with loading and Adam; share of the step, GFLOP/s, share of the "
           "peak\n",
           name, whole * 1e3);
    print_phase("loading", "", least.loading, whole, 0, peak);
    for (size_t i = 0; i < least.count && i < UNITS; i++) {
        const struct sr_unit_time *t = &least.units[i];
        char shape[48];
        if (t->height > 1)
            snprintf(shape, sizeof shape, "%d×%d×%d", t->height, t->width, t->channels);
        else
            snprintf(shape, sizeof shape, "%d", t->channels);
        print_phase(t->name, shape, t->forward, whole, 2.0 * BATCH * (double)t->forward_work, peak);
        print_phase("  backward", "", t->backward, whole, 2.0 * BATCH * (double)t->backward_work,
                    peak);
    }
    print_phase("loss", "", least.loss, whole, 0, peak);
    print_phase("Adam", "", least.adam, whole, 0, peak);
    sr_optimizer_free(step.optimizer);
    sr_workspace_free(step.workspace);
    sr_network_free(step.network);
    free(pixels);
}

int main(int argc, char **argv)
{
    struct sr_error error = {0};
    struct sr_pool *pool;
    int threads = argc > 1 ? atoi(argv[1]) : 2;
    if (threads < 1 || threads > 64) {
        fprintf(stderr, "usage: bench [THREADS], 1 to 64\n");
        return 2;
    }
    if (sr_compute_start(&error) || !(pool = sr_pool_new(threads, &error))) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    double peak = bench_kernels(pool, threads);
    printf("\nnetworks, batch %d, %d threads: forward + backward with loss, without optimiser, "
           "loading and\n"
           "augmentation; an epoch is %d images; busy is processor time, all threads; inference is "
           "10,000 "
           "images\n"
           "%-8s %9s  %20s  %9s  %8s  %13s  %9s  %10s\n",
           BATCH, threads, EPOCH, "", "learned", "a batch", "epoch", "images/s", "GFLOP/s", "busy",
           "inference");
    bench_network("cnn", plan_cnn(), pool, peak);
    bench_network("resnet", plan_resnet(), pool, peak);
    bench_network("mlp", plan_mlp(), pool, peak);
    bench_network("mlp best", plan_large_mlp(), pool, peak);

    printf("\nwhere the time goes, %d threads\n", threads);
    profile_network("cnn", plan_cnn(), pool, peak);
    profile_network("resnet", plan_resnet(), pool, peak);
    profile_network("mlp", plan_mlp(), pool, peak);
    profile_network("mlp best", plan_large_mlp(), pool, peak);

    printf("\npeak memory %.0f MB\n", (double)sr_memory_peak() * 1e-6);
    sr_pool_free(pool);
    return 0;
}
