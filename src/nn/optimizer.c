#include "sartor/nn/optimizer.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/base/tree.h"
#include "sartor/compute/kernels.h"
#include "sartor/compute/matrix.h"

const char *const sr_optimizer_names[SR_OPTIMIZER_COUNT] = {"sgd", "adam", "adamw", "muon"};

/* Elements of one slice of work: about 100 kB with gradients and moments, which L2 holds. */
enum { BLOCK = 8192, MOMENTS = 2 };

/* Adam's second decay and the term that keeps it from dividing by 0, as is usual. */
#define SECOND_DECAY 0.999
#define TINY         1e-8

struct block {
    size_t slot, start, count;
};

struct sr_optimizer {
    struct sr_optimizer_options options;
    struct sr_slot *slots;
    float **moments; /* MOMENTS for each slot, NULL where not needed */
    size_t count;
    struct block *blocks;
    size_t block_count;
    double *partial;      /* one sum for each block */
    atomic_bool *stepped; /* for each slot, whether the present step takes it by stretches */
    float *scratch;       /* Muon's matrices */
    struct sr_pool *pool;
    uint64_t steps;
    /* Of the present step. */
    double rate, scale, first_correction, second_correction;
    float keep;
};

static bool orthogonalised(const struct sr_optimizer *optimizer, const struct sr_slot *slot)
{
    return optimizer->options.kind == SR_OPTIMIZER_MUON && slot->filter && slot->rows > 1 &&
           slot->columns > 1;
}

static bool adaptive(const struct sr_optimizer *optimizer)
{
    return optimizer->options.kind != SR_OPTIMIZER_SGD;
}

static size_t least_side(const struct sr_slot *slot)
{
    return (size_t)(slot->rows < slot->columns ? slot->rows : slot->columns);
}

static void cut_blocks(struct sr_optimizer *optimizer)
{
    size_t room = 0;
    for (size_t s = 0; s < optimizer->count; s++) {
        for (size_t start = 0; start < optimizer->slots[s].count; start += BLOCK) {
            size_t left = optimizer->slots[s].count - start;
            sr_xgrow(&optimizer->blocks, &room, optimizer->block_count + 1,
                     sizeof *optimizer->blocks);
            optimizer->blocks[optimizer->block_count++] =
                (struct block){s, start, left < BLOCK ? left : BLOCK};
        }
    }
}

struct sr_optimizer *sr_optimizer_new(const struct sr_optimizer_options *options,
                                      const struct sr_slot *slots, size_t count,
                                      struct sr_pool *pool, struct sr_error *error)
{
    struct sr_optimizer *optimizer = sr_xalloc(sizeof *optimizer);
    size_t scratch = 0;

    *optimizer = (struct sr_optimizer){.options = *options, .count = count, .pool = pool};
    optimizer->slots = sr_xalloc((count + 1) * sizeof *slots);
    memcpy(optimizer->slots, slots, count * sizeof *slots);
    optimizer->moments = sr_xalloc((count + 1) * MOMENTS * sizeof *optimizer->moments);
    for (size_t s = 0; s < count; s++) {
        bool matrix = orthogonalised(optimizer, &slots[s]);
        int wanted = adaptive(optimizer) && !matrix ? 2 : 1;
        for (int which = 0; which < wanted; which++) {
            float *moment =
                sr_array_new(slots[s].count, sizeof *moment, "the optimiser's moments", error);
            optimizer->moments[s * MOMENTS + (size_t)which] = moment;
            if (!moment) goto failed;
        }
        if (matrix) {
            size_t side = least_side(&slots[s]), need = 2 * slots[s].count + 2 * side * side;
            scratch = need > scratch ? need : scratch;
        }
    }
    cut_blocks(optimizer);
    optimizer->stepped = sr_xalloc((count + 1) * sizeof *optimizer->stepped);
    optimizer->partial = sr_xalloc((optimizer->block_count + 1) * sizeof *optimizer->partial);
    if (scratch) {
        optimizer->scratch =
            sr_array_new(scratch, sizeof *optimizer->scratch, "Muon's matrices", error);
        if (!optimizer->scratch) goto failed;
    }
    return optimizer;

failed:
    sr_optimizer_free(optimizer);
    return NULL;
}

void sr_optimizer_free(struct sr_optimizer *optimizer)
{
    if (!optimizer) return;
    for (size_t i = 0; i < optimizer->count * MOMENTS; i++) free(optimizer->moments[i]);
    free(optimizer->moments);
    free(optimizer->slots);
    free(optimizer->blocks);
    free(optimizer->partial);
    free(optimizer->stepped);
    free(optimizer->scratch);
    free(optimizer);
}

/* ---- the norm of all gradients ---- */

static void norm_slice(void *context, size_t index, int worker)
{
    struct sr_optimizer *optimizer = context;
    const struct block *block = &optimizer->blocks[index];
    const float *gradient = optimizer->slots[block->slot].gradient + block->start;
    double sum = 0;
    (void)worker;
    for (size_t i = 0; i < block->count; i++) sum += (double)gradient[i] * gradient[i];
    optimizer->partial[index] = sum;
}

double sr_optimizer_norm(struct sr_optimizer *optimizer)
{
    sr_pool_run(optimizer->pool, optimizer->block_count, norm_slice, optimizer);
    return sqrt(sr_tree_sum(optimizer->partial, optimizer->block_count));
}

/* ---- one step on one block ---- */

static void step_block(const struct sr_optimizer *optimizer, const struct block *block)
{
    const struct sr_slot *slot = &optimizer->slots[block->slot];
    float **moments = &optimizer->moments[block->slot * MOMENTS];
    const float *gradient = slot->gradient + block->start;
    float *w = slot->values + block->start, *first = moments[0] + block->start;
    const struct sr_kernels *k = sr_kernels();
    bool apart = optimizer->options.kind == SR_OPTIMIZER_ADAMW ||
                 optimizer->options.kind == SR_OPTIMIZER_MUON;
    double decay = slot->decays ? optimizer->options.weight_decay : 0;
    struct sr_update update = {.rate = (float)optimizer->rate,
                               .scale = (float)optimizer->scale,
                               .decay = apart ? 0 : (float)decay,
                               .momentum = (float)optimizer->options.momentum};

    if (adaptive(optimizer)) {
        update.rate = (float)(optimizer->rate / optimizer->first_correction);
        update.second = (float)SECOND_DECAY;
        update.correction = (float)(1 / sqrt(optimizer->second_correction));
        update.tiny = (float)TINY;
        update.keep = apart ? (float)(1 - optimizer->rate * decay) : 1;
        k->adam(&update, gradient, block->count, w, first, moments[1] + block->start);
    } else {
        k->sgd(&update, gradient, block->count, w, first);
    }
    if (slot->average) k->average(w, optimizer->keep, block->count, slot->average + block->start);
}

static void step_slice(void *context, size_t index, int worker)
{
    const struct sr_optimizer *optimizer = context;
    const struct block *block = &optimizer->blocks[index];
    size_t slot = block->slot;
    (void)worker;
    if (!orthogonalised(optimizer, &optimizer->slots[slot]) &&
        !atomic_load(&optimizer->stepped[slot]))
        step_block(optimizer, block);
}

/* ---- Muon ---- */

/* Make x[rows][columns], rows <= columns, nearly orthogonal: five steps of the quintic
 * Newton-Schulz iteration x <- a x + (b x x' + c (x x')^2) x with Jordan's constants, which bring
 * every singular value near 1. `spare` is as long as x, `gram` and `square` rows × rows. */
static void orthogonalise(struct sr_pool *pool, float *x, int rows, int columns, float *spare,
                          float *gram, float *square)
{
    const float a = 3.4445f, b = -4.7750f, c = 2.0315f;
    size_t count = (size_t)rows * (size_t)columns, side = (size_t)rows * (size_t)rows;
    double sum = 0;

    for (size_t i = 0; i < count; i++) sum += (double)x[i] * x[i];
    float scale = (float)(1 / (sqrt(sum) + 1e-7));
    for (size_t i = 0; i < count; i++) x[i] *= scale;
    for (int step = 0; step < 5; step++) {
        sr_gemm(pool, 1, sr_matrix(x, rows, columns, columns),
                sr_transpose(sr_matrix(x, rows, columns, columns)), 0, gram, rows);
        memcpy(square, gram, side * sizeof *square);
        sr_gemm(pool, c, sr_matrix(gram, rows, rows, rows), sr_matrix(gram, rows, rows, rows), b,
                square, rows);
        memcpy(spare, x, count * sizeof *spare);
        sr_gemm(pool, 1, sr_matrix(square, rows, rows, rows),
                sr_matrix(spare, rows, columns, columns), a, x, columns);
    }
}

/* Rows × columns into columns × rows. */
static void transpose(const float *from, int rows, int columns, float *to)
{
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++) to[(size_t)j * rows + i] = from[(size_t)i * columns + j];
}

/* Weight decay is separate from the step, as in AdamW. The step is scaled to the root mean square
 * of an AdamW step (0.2 times the root of the longer side; Liu et al., 2025), so that filters and
 * other parameters can have one learning rate. */
static void muon_slot(struct sr_optimizer *optimizer, const struct sr_slot *slot, float *velocity)
{
    bool tall = slot->rows > slot->columns;
    int rows = tall ? slot->columns : slot->rows, columns = tall ? slot->rows : slot->columns;
    size_t side = (size_t)rows * (size_t)rows;
    float *update = optimizer->scratch, *spare = update + slot->count;
    float *gram = spare + slot->count, *square = gram + side;
    float momentum = (float)optimizer->options.momentum, scale = (float)optimizer->scale;
    float *direction = tall ? spare : update;

    for (size_t i = 0; i < slot->count; i++) {
        float g = scale * slot->gradient[i];
        velocity[i] = momentum * velocity[i] + g;
        if (fabsf(velocity[i]) < SR_SMALLEST) velocity[i] = 0;
        direction[i] = g + momentum * velocity[i];
    }
    if (tall) transpose(spare, slot->rows, slot->columns, update);
    orthogonalise(optimizer->pool, update, rows, columns, spare, gram, square);
    if (tall) {
        transpose(update, rows, columns, spare);
        update = spare;
    }
    float decay = slot->decays ? (float)(optimizer->rate * optimizer->options.weight_decay) : 0;
    float rate = (float)(optimizer->rate * 0.2 * sqrt((double)columns));
    for (size_t i = 0; i < slot->count; i++)
        slot->values[i] -= decay * slot->values[i] + rate * update[i];
    if (slot->average)
        sr_kernels()->average(slot->values, optimizer->keep, slot->count, slot->average);
}

void sr_optimizer_begin(struct sr_optimizer *optimizer, double rate, double scale, float keep)
{
    optimizer->steps++;
    optimizer->rate = rate;
    optimizer->scale = scale;
    optimizer->keep = keep;
    optimizer->first_correction = 1 - pow(optimizer->options.momentum, (double)optimizer->steps);
    optimizer->second_correction = 1 - pow(SECOND_DECAY, (double)optimizer->steps);
    for (size_t s = 0; s < optimizer->count; s++) atomic_store(&optimizer->stepped[s], false);
}

void sr_optimizer_stretch(struct sr_optimizer *optimizer, size_t slot, size_t start, size_t count)
{
    if (orthogonalised(optimizer, &optimizer->slots[slot])) return;
    step_block(optimizer, &(struct block){slot, start, count});
    atomic_store_explicit(&optimizer->stepped[slot], true, memory_order_relaxed);
}

void sr_optimizer_finish(struct sr_optimizer *optimizer)
{
    sr_pool_run(optimizer->pool, optimizer->block_count, step_slice, optimizer);
    for (size_t s = 0; s < optimizer->count; s++)
        if (orthogonalised(optimizer, &optimizer->slots[s]))
            muon_slot(optimizer, &optimizer->slots[s], optimizer->moments[s * MOMENTS]);
}

void sr_optimizer_step(struct sr_optimizer *optimizer, double rate, double scale, float keep)
{
    sr_optimizer_begin(optimizer, rate, scale, keep);
    sr_optimizer_finish(optimizer);
}

uint64_t *sr_optimizer_steps(struct sr_optimizer *optimizer)
{
    return &optimizer->steps;
}

float *sr_optimizer_moment(struct sr_optimizer *optimizer, size_t slot, int which)
{
    return optimizer->moments[slot * MOMENTS + (size_t)which];
}
