#include "blocks.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "order.h"
#include "sartor/base/clock.h"
#include "sartor/base/handout.h"
#include "sartor/base/memory.h"
#include "sartor/models/imported.h"

/* Images of a block: as many as keep a few threads busy. */
enum { BLOCK = 1024 };

struct blocks {
    const struct blocks_wanted *wanted;
    const struct sr_samples *samples;
    struct sr_pool *pool;
    const struct sr_monitor *monitor;
    float *rows;
    struct sr_text state, params; /* the model, as others get it; empty before it is sent */
    size_t done;
    double began;
};

static size_t block_count(const struct blocks *blocks, size_t index)
{
    const size_t left = blocks->samples->count - index * BLOCK;
    return left < BLOCK ? left : BLOCK;
}

static void count_done(struct blocks *blocks, size_t index)
{
    blocks->done += block_count(blocks, index);
    sr_monitor_count(blocks->monitor, "image", blocks->done, blocks->samples->count, blocks->began);
}

/* ---- this process ---- */

static enum sr_status work(void *owner, size_t index, const struct sr_monitor *monitor,
                           struct sr_error *error)
{
    struct blocks *blocks = owner;
    const struct blocks_wanted *wanted = blocks->wanted;
    const struct sr_samples *all = blocks->samples;
    const size_t first = index * BLOCK, count = block_count(blocks, index);
    const struct sr_monitor quiet = {.owner = monitor->owner, .proceed = monitor->proceed};
    uint32_t rows[BLOCK];
    for (size_t i = 0; i < count; i++) rows[i] = sr_samples_row(all, first + i);
    const struct sr_samples samples = {all->images, rows, count};
    const enum sr_status status = wanted->compute(wanted->model, &samples, blocks->pool, &quiet,
                                                  blocks->rows + first * wanted->width, error);
    if (!status) count_done(blocks, index);
    return status;
}

/* ---- another process ---- */

static bool print_model(struct blocks *blocks)
{
    const struct sr_model *model = blocks->wanted->model;
    struct sr_tensors set = {0};
    struct sr_error ignored;
    const bool saved = !model->class->save(model->state, &set, &ignored);
    if (saved) {
        sr_tensors_print(&set, &blocks->state);
        sr_args_print(model->params, true, &blocks->params);
    }
    sr_tensors_fini(&set);
    return saved;
}

static bool write_order(void *owner, size_t index, int rank, uint64_t ticket, struct sr_text *order)
{
    struct blocks *blocks = owner;
    const struct sr_model *model = blocks->wanted->model;
    struct sr_ranks *ranks = sr_pool_ranks(blocks->pool);
    const bool has = sr_ranks_kept(ranks, rank) == model->number;
    if (!has && !blocks->state.length && !print_model(blocks)) return false;
    struct block_header header = {.work = WORK_BLOCK,
                                  .kind = blocks->wanted->kind,
                                  .ticket = ticket,
                                  .shape = model->shape,
                                  .state_length = has ? 0 : blocks->state.length,
                                  .params_length = has ? 0 : blocks->params.length,
                                  .count = block_count(blocks, index),
                                  .width = blocks->wanted->width};
    snprintf(header.family, sizeof header.family, "%s", model->class->name);
    const size_t size = sr_shape_size(model->shape.image);
    if (header.state_length > INT_MAX - BLOCK * size) return false; /* too long for a message */
    sr_text_add_bytes(order, &header, sizeof header);
    sr_text_add_bytes(order, sr_text_get(&blocks->state), header.state_length);
    sr_text_add_bytes(order, sr_text_get(&blocks->params), header.params_length);
    for (size_t i = 0; i < header.count; i++)
        sr_text_add_bytes(order, sr_samples_pixels(blocks->samples, index * BLOCK + i), size);
    sr_ranks_keep(ranks, rank, model->number);
    return true;
}

static enum sr_status read_answer(void *owner, size_t index, int rank, const struct sr_text *answer,
                                  struct sr_error *error)
{
    struct blocks *blocks = owner;
    const size_t width = blocks->wanted->width, count = block_count(blocks, index) * width;
    struct sr_together_answer head;
    if (sr_together_read(answer, rank, &head, error) || head.count != count) {
        sr_ranks_keep(sr_pool_ranks(blocks->pool), rank, 0);
        return SR_PENDING; /* what is wrong with it is found here, too */
    }
    memcpy(blocks->rows + index * BLOCK * width, head.bytes, count * sizeof *blocks->rows);
    count_done(blocks, index);
    return SR_OK;
}

/* An ensemble's members are shared, not the ensemble. */
static bool can_be_sent(const struct sr_model *model)
{
    return model->class == &sr_model_class_imported ||
           sr_model_class_find(model->class->name, &(struct sr_error){0}) == model->class;
}

enum sr_status blocks_fill(const struct blocks_wanted *wanted, const struct sr_samples *samples,
                           struct sr_pool *pool, const struct sr_monitor *monitor, float *rows,
                           struct sr_error *error)
{
    struct sr_ranks *ranks = sr_pool_ranks(pool);
    if (!ranks || samples->count <= BLOCK || !can_be_sent(wanted->model))
        return wanted->compute(wanted->model, samples, pool, monitor, rows, error);
    struct blocks blocks = {wanted, samples, pool, monitor, rows, .began = sr_clock_seconds()};
    const struct sr_monitor quiet = {.owner = monitor ? monitor->owner : NULL,
                                     .proceed = monitor ? monitor->proceed : NULL};
    const size_t count = (samples->count + BLOCK - 1) / BLOCK;
    struct sr_handout *handout = sr_handout_new(&(struct sr_pieces){.owner = &blocks,
                                                                    .count = count,
                                                                    .ranks = ranks,
                                                                    .monitor = &quiet,
                                                                    .work = work,
                                                                    .write = write_order,
                                                                    .read = read_answer});
    enum sr_status status = SR_OK;
    for (size_t i = 0; !status && i < count; i++) status = sr_handout_finish(handout, i, error);
    sr_handout_free(handout);
    sr_text_fini(&blocks.state);
    sr_text_fini(&blocks.params);
    return status;
}
