/* familiarity_file.c - see familiarity.h: its numbers as tensors of a model's file. */
#include "sartor/models/familiarity.h"

#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/data/features.h"
#include "sartor/data/texture.h"

void sr_familiarity_fini(struct sr_familiarity *familiarity)
{
    sr_gaussian_fini(&familiarity->texture);
    free(familiarity->turn);
    sr_tails_fini(&familiarity->far);
    sr_tails_fini(&familiarity->turned);
    sr_tails_fini(&familiarity->both);
    *familiarity = (struct sr_familiarity){0};
}

static enum sr_status add(struct sr_tensors *set, const char *name, enum sr_dtype dtype, int rank,
                          const size_t *shape, const void *values, struct sr_error *error)
{
    size_t count = 1;
    for (int i = 0; i < rank; i++) count *= shape[i];
    void *data = sr_tensors_add(set, name, dtype, rank, shape, error);
    if (!data) return SR_ERROR_MEMORY;
    memcpy(data, values, count * sr_dtype_size(dtype));
    return SR_OK;
}

static size_t rows_of(const struct sr_tails *tails)
{
    size_t rows = 0;
    for (int c = 0; c < tails->classes; c++) rows += tails->counts[c];
    return rows;
}

enum sr_status sr_familiarity_save(const struct sr_familiarity *familiarity, struct sr_tensors *set,
                                   struct sr_error *error)
{
    const struct sr_gaussian *texture = &familiarity->texture;
    if (!texture->size) return SR_OK;
    const size_t classes = (size_t)texture->classes, rows = rows_of(&familiarity->far),
                 means[] = {classes, texture->size},
                 inverse[] = {texture->size, sr_gaussian_stride(texture->size)},
                 turn_size = familiarity->turn_size + 1;
    const struct {
        const char *name;
        enum sr_dtype dtype;
        int rank;
        const size_t *shape;
        const void *values;
    } tensors[] = {
        {"trust.texture.means", SR_F32, 2, means, texture->means},
        {"trust.texture.inverse", SR_F32, 2, inverse, texture->inverse},
        {"trust.tails.counts", SR_I32, 1, &classes, familiarity->far.counts},
        {"trust.tails.texture", SR_F32, 1, &rows, familiarity->far.values},
        {"trust.tails.both", SR_F32, 1, &rows, familiarity->both.values},
        {"trust.tails.turn", SR_F32, 1, &rows, familiarity->turned.values},
        {"trust.turn", SR_F32, 1, &turn_size, familiarity->turn},
    };
    size_t count = sizeof tensors / sizeof *tensors - (familiarity->turn_size ? 0 : 2);
    enum sr_status status = SR_OK;
    for (size_t i = 0; !status && i < count; i++)
        status = add(set, tensors[i].name, tensors[i].dtype, tensors[i].rank, tensors[i].shape,
                     tensors[i].values, error);
    return status;
}

/* The values of one tail: as many as the counts say, ascending in each class. */
static enum sr_status load_tails(struct sr_tails *tails, const struct sr_tensors *set,
                                 const char *name, int classes, struct sr_error *error)
{
    const size_t count_of = (size_t)classes;
    const struct sr_tensor *counts =
        sr_tensors_need(set, "trust.tails.counts", SR_I32, 1, &count_of, error);
    if (!counts) return SR_ERROR_FORMAT;
    const int32_t *numbers = counts->data;
    size_t rows = 0;
    for (int c = 0; c < classes; c++) {
        if (numbers[c] < 0)
            return sr_error_set(error, SR_ERROR_FORMAT, "trust.tails.counts has a negative count.");
        rows += (size_t)numbers[c];
    }
    const struct sr_tensor *values = sr_tensors_need(set, name, SR_F32, 1, &rows, error);
    if (!values) return SR_ERROR_FORMAT;
    const float *own = values->data;
    for (int c = 0; c < classes; own += numbers[c++])
        for (int32_t i = 1; i < numbers[c]; i++)
            if (own[i] < own[i - 1])
                return sr_error_set(error, SR_ERROR_FORMAT, "%s has to ascend in each class.",
                                    name);
    sr_tails_init(tails, (const uint32_t *)numbers, classes);
    memcpy(tails->values, values->data, rows * sizeof *tails->values);
    sr_tails_settle(tails);
    return SR_OK;
}

static enum sr_status load_texture(struct sr_gaussian *texture, const struct sr_tensors *set,
                                   size_t size, int classes, struct sr_error *error)
{
    const size_t stride = sr_gaussian_stride(size),
                 shapes[2][2] = {{(size_t)classes, size}, {size, stride}};
    const struct sr_tensor *means =
        sr_tensors_need(set, "trust.texture.means", SR_F32, 2, shapes[0], error);
    const struct sr_tensor *inverse =
        means ? sr_tensors_need(set, "trust.texture.inverse", SR_F32, 2, shapes[1], error) : NULL;
    if (!inverse) return SR_ERROR_FORMAT;
    for (size_t k = 0; k < size; k++)
        if (!(((const float *)inverse->data)[k * stride + k] > 0))
            return sr_error_set(error, SR_ERROR_FORMAT,
                                "trust.texture.inverse has to have a positive diagonal.");
    *texture = (struct sr_gaussian){size, classes, sr_xalloc(means->count * sizeof *texture->means),
                                    sr_xalloc(inverse->count * sizeof *texture->inverse)};
    memcpy(texture->means, means->data, means->count * sizeof *texture->means);
    memcpy(texture->inverse, inverse->data, inverse->count * sizeof *texture->inverse);
    return SR_OK;
}

enum sr_status sr_familiarity_load(struct sr_familiarity *familiarity, const struct sr_tensors *set,
                                   struct sr_shape shape, int classes, struct sr_error *error)
{
    *familiarity = (struct sr_familiarity){0};
    if (!sr_tensors_find(set, "trust.texture.means")) return SR_OK;
    enum sr_status status =
        load_texture(&familiarity->texture, set, sr_texture_size(shape), classes, error);
    if (!status) status = load_tails(&familiarity->far, set, "trust.tails.texture", classes, error);
    if (!status) status = load_tails(&familiarity->both, set, "trust.tails.both", classes, error);
    if (!status && sr_tensors_find(set, "trust.turn")) {
        size_t size = sr_features_size(SR_FEATURES_HOG, shape), values = size + 1;
        const struct sr_tensor *turn =
            sr_tensors_need(set, "trust.turn", SR_F32, 1, &values, error);
        status = turn ? load_tails(&familiarity->turned, set, "trust.tails.turn", classes, error)
                      : SR_ERROR_FORMAT;
        if (!status) {
            familiarity->turn_size = size;
            familiarity->turn = sr_xalloc(values * sizeof *familiarity->turn);
            memcpy(familiarity->turn, turn->data, values * sizeof *familiarity->turn);
        }
    }
    if (status) sr_familiarity_fini(familiarity);
    return status;
}
