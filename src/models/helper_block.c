/* helper_block.c - a rank above 0: what a model says of a block of images. */
#include <stdlib.h>
#include <string.h>

#include "blocks.h"
#include "helper.h"
#include "order.h"
#include "sartor/base/memory.h"
#include "sartor/base/words.h"
#include "sartor/models/imported.h"
#include "sartor/models/representation.h"

struct sr_args *helper_params(const struct sr_model_class *class, const char *line,
                              struct sr_error *error)
{
    struct sr_words words = {0};
    struct sr_args *params = NULL;
    if (!sr_words_split(&line, &words, error))
        params = sr_args_parse(class->name, class->params, words.items, words.count, NULL, error);
    sr_words_fini(&words);
    return params;
}

/* The model that the order brings. */
static struct sr_model *load_model(const struct block_header *header, const char *state,
                                   struct sr_error *error)
{
    const struct sr_model_class *class = !strcmp(header->family, sr_model_class_imported.name)
                                             ? &sr_model_class_imported
                                             : sr_model_class_find(header->family, error);
    if (!class) return NULL;
    struct sr_model *model = sr_model_new(class, class->name);
    struct sr_tensors set = {0};
    char *line = sr_xprintf("%.*s", (int)header->params_length, state + header->state_length);
    enum sr_status status = sr_tensors_parse(&set, class->name, state, header->state_length, error);
    if (!status && !(model->params = helper_params(class, line, error))) status = error->status;
    model->shape = header->shape;
    if (!status) status = class->load(&set, model->params, &model->shape, &model->state, error);
    sr_tensors_fini(&set);
    free(line);
    if (!status) return model;
    sr_model_unref(model);
    return NULL;
}

static enum sr_status say(const struct sr_model *model, const struct block_header *header,
                          const struct sr_samples *samples, struct sr_pool *pool,
                          const struct sr_monitor *monitor, float *rows, struct sr_error *error)
{
    return header->kind == BLOCKS_REPRESENTATION
               ? sr_representation_fill(model, samples, pool, monitor, rows, error)
               : sr_model_predict(model, samples, pool, monitor, rows, error);
}

enum sr_status helper_block(const struct sr_text *order, struct sr_model **kept,
                            struct sr_pool *pool, const struct sr_monitor *monitor,
                            struct sr_text *bytes, struct sr_error *error)
{
    struct block_header header;
    memcpy(&header, order->bytes, sizeof header); /* whose length has been checked */
    const char *state = order->bytes + sizeof header,
               *pixels = state + header.state_length + header.params_length;
    header.family[sizeof header.family - 1] = '\0';
    if (header.state_length) {
        sr_model_unref(*kept);
        *kept = load_model(&header, state, error);
    }
    if (!*kept)
        return error->status ? error->status
                             : sr_error_set(error, SR_ERROR_STATE, "there is no model here");
    const size_t count = header.count * header.width;
    const struct sr_images images = {
        .count = header.count, .shape = header.shape.image, .pixels = (uint8_t *)(uintptr_t)pixels};
    const struct sr_samples samples = {&images, NULL, header.count};
    float *rows = sr_xalloc((count + 1) * sizeof *rows);
    const enum sr_status status = say(*kept, &header, &samples, pool, monitor, rows, error);
    if (!status) sr_text_add_bytes(bytes, rows, count * sizeof *rows);
    free(rows);
    return status;
}
