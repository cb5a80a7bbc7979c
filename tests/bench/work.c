/* work.c - what tools/speedrun divides by: prints the multiply-add peak of this machine in GFLOP/s,
 * the multiply-adds of a network's forward pass for one image, and the rows it was fitted to.
 *
 * Usage: work MODEL.safetensors [THREADS]. Convolutions count as done directly, padding included;
 * those beside the main line (projections of shortcuts) count too, norms and sums do not. */
#include <stdio.h>
#include <stdlib.h>

#include "kernels.h"
#include "sartor/compute/cpu.h"
#include "sartor/models/model.h"

enum { LAYERS = 512 };

/* Every weight of a convolution or dense layer meets every pixel of the output; biases, one a
 * channel, are within a per cent. */
static double multiply_adds(const struct sr_model *model)
{
    static struct sr_layer_summary layers[LAYERS];
    const size_t count = model->class->describe(model->state, layers, LAYERS);
    double sum = 0;
    for (size_t i = 0; i < count && i < LAYERS; i++) {
        const struct sr_layer_summary *l = &layers[i];
        const double pixels = l->height ? (double)l->height * l->width : 1;
        if (l->role == SR_ROLE_CONV || l->role == SR_ROLE_DENSE || l->role == SR_ROLE_ADD)
            sum += pixels * (double)l->parameters;
    }
    return sum;
}

int main(int argc, char **argv)
{
    struct sr_error error = {0};
    struct sr_pool *pool = NULL;
    struct sr_model *model = NULL;
    const int threads = argc > 2 ? atoi(argv[2]) : 2;
    int code = 1;

    if (argc < 2 || threads < 1 || threads > 64) {
        fprintf(stderr, "usage: work MODEL.safetensors [THREADS], 1 to 64\n");
        return 2;
    }
    if (sr_compute_start(&error) || !(pool = sr_pool_new(threads, &error)) ||
        !(model = sr_model_load(argv[1], &error))) {
        fprintf(stderr, "work: %s\n", error.text);
    } else if (!model->class->describe) {
        fprintf(stderr, "work: %s is no network\n", argv[1]);
    } else {
        printf("%.1f %.0f %zu\n", bench_peak(pool, threads), multiply_adds(model),
               (size_t)model->train_count);
        code = 0;
    }
    sr_model_unref(model);
    sr_pool_free(pool);
    return code;
}
