#include "sartor/app/explanations.h"

#include <string.h>

enum sr_status sr_nearest_of(const struct sr_dataset *data, const struct sr_model *model,
                             const uint8_t *pixels, size_t most, struct sr_nearest *nearest,
                             struct sr_error *error)
{
    nearest->count = 0;
    if (!model->class->nearest) {
        struct sr_text names = {0};
        sr_model_classes_list(sr_model_class_has_nearest, &names);
        sr_error_set(error, SR_ERROR_ARGUMENT, "%s (%s) keeps no training images; %s do",
                     model->name, model->class->name, sr_text_get(&names));
        sr_text_fini(&names);
        return SR_ERROR_ARGUMENT;
    }
    if (!sr_digests_same_pictures(model->digest, data->digest))
        return sr_error_set(
            error, SR_ERROR_STATE,
            "%s was trained on other data, so the images nearest to it are not in this train file",
            model->name);
    const size_t found = sr_explain_nearest(model, pixels, nearest->rows, nearest->distances, most);
    for (size_t i = 0; i < found; i++) {
        if (nearest->rows[i] >= data->files[SR_FILE_TRAIN].count)
            continue; /* a model file may hold any numbers */
        nearest->rows[nearest->count] = nearest->rows[i];
        nearest->distances[nearest->count++] = nearest->distances[i];
    }
    return SR_OK;
}
