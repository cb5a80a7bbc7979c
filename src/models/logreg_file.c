#include "logreg.h"

#include "sartor/models/tensors.h"
#include <string.h>

enum sr_status logreg_save(const void *state, struct sr_tensors *set, struct sr_error *error)
{
    const struct logreg *model = state;
    const size_t shape[] = {(size_t)model->shape.classes, model->inputs};
    float *weight = sr_tensors_add(set, "weight", SR_F32, 2, shape, error);
    float *bias = weight ? sr_tensors_add(set, "bias", SR_F32, 1, shape, error) : NULL;
    if (!bias) return SR_ERROR_MEMORY;
    for (size_t c = 0; c < shape[0]; c++) {
        const float *row = model->weights + c * (model->inputs + 1);
        memcpy(weight + c * model->inputs, row, model->inputs * sizeof *row);
        bias[c] = row[model->inputs];
    }
    return SR_OK;
}

enum sr_status logreg_load(const struct sr_tensors *set, const struct sr_args *args,
                           const struct sr_model_shape *shape, void **state, struct sr_error *error)
{
    struct logreg *model = logreg_new(args, shape, error);
    if (!model) return SR_ERROR_MEMORY;
    const size_t wanted[] = {(size_t)shape->classes, model->inputs};
    const struct sr_tensor *weight = sr_tensors_need(set, "weight", SR_F32, 2, wanted, error);
    const struct sr_tensor *bias =
        weight ? sr_tensors_need(set, "bias", SR_F32, 1, wanted, error) : NULL;
    if (!bias) {
        logreg_free(model);
        return SR_ERROR_FORMAT;
    }
    for (size_t c = 0; c < wanted[0]; c++) {
        float *row = model->weights + c * (model->inputs + 1);
        memcpy(row, (const float *)weight->data + c * model->inputs, model->inputs * sizeof *row);
        row[model->inputs] = ((const float *)bias->data)[c];
    }
    *state = model;
    return SR_OK;
}
