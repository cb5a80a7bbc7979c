/* trust_file.c - see trust.h: what is known of predictions, as tensors of the model's file. */
#include "sartor/models/trust.h"

#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

/* Of the tensors' meaning: another one is not read, but fitted anew. */
static const char form[] = "3";

void sr_trust_free(struct sr_trust *trust)
{
    if (!trust) return;
    sr_calibration_fini(&trust->calibration);
    sr_conformal_fini(&trust->conformal);
    sr_familiarity_fini(&trust->familiarity);
    free(trust);
}

static enum sr_status add_floats(struct sr_tensors *set, const char *name, int rank,
                                 const size_t *shape, const float *values, struct sr_error *error)
{
    size_t count = 1;
    for (int i = 0; i < rank; i++) count *= shape[i];
    float *data = sr_tensors_add(set, name, SR_F32, rank, shape, error);
    if (!data) return SR_ERROR_MEMORY;
    memcpy(data, values, count * sizeof *data);
    return SR_OK;
}

/* Beta: a, b and c. Isotonic: [points][2], x and y of each. */
static enum sr_status save_calibration(const struct sr_calibration *calibration,
                                       struct sr_tensors *set, struct sr_error *error)
{
    if (calibration->kind == SR_CALIBRATION_BETA) {
        const size_t three = 3;
        double *values = sr_tensors_add(set, "trust.beta", SR_F64, 1, &three, error);
        if (!values) return SR_ERROR_MEMORY;
        values[0] = calibration->a;
        values[1] = calibration->b;
        values[2] = calibration->c;
    } else if (calibration->kind == SR_CALIBRATION_ISOTONIC) {
        const size_t shape[] = {calibration->count, 2};
        double *values = sr_tensors_add(set, "trust.isotonic", SR_F64, 2, shape, error);
        if (!values) return SR_ERROR_MEMORY;
        for (size_t i = 0; i < calibration->count; i++) {
            values[2 * i] = calibration->x[i];
            values[2 * i + 1] = calibration->y[i];
        }
    }
    return SR_OK;
}

static enum sr_status save_conformal(const struct sr_conformal *conformal, struct sr_tensors *set,
                                     struct sr_error *error)
{
    const size_t classes = (size_t)conformal->classes, shares[] = {classes, classes};
    enum sr_status status = add_floats(set, "trust.shares", 2, shares, conformal->shares, error);
    if (!status)
        status = add_floats(set, "trust.scores", 1, &conformal->count, conformal->scores, error);
    uint8_t *labels =
        status ? NULL : sr_tensors_add(set, "trust.labels", SR_U8, 1, &conformal->count, error);
    if (!labels) return SR_ERROR_MEMORY;
    memcpy(labels, conformal->labels, conformal->count);
    return SR_OK;
}

enum sr_status sr_trust_save(const struct sr_trust *trust, struct sr_tensors *set,
                             struct sr_error *error)
{
    sr_tensors_set_text(set, "trust", form);
    enum sr_status status = save_calibration(&trust->calibration, set, error);
    if (!status) status = save_conformal(&trust->conformal, set, error);
    if (!status) status = sr_familiarity_save(&trust->familiarity, set, error);
    return status;
}

static enum sr_status load_beta(const struct sr_tensors *set, struct sr_calibration *calibration,
                                struct sr_error *error)
{
    const size_t three = 3;
    const struct sr_tensor *tensor = sr_tensors_need(set, "trust.beta", SR_F64, 1, &three, error);
    if (!tensor) return SR_ERROR_FORMAT;
    const double *values = tensor->data;
    *calibration = (struct sr_calibration){SR_CALIBRATION_BETA, .a = values[0], .b = values[1],
                                           .c = values[2]};
    if (values[0] >= 0 && values[1] >= 0) return SR_OK;
    return sr_error_set(error, SR_ERROR_FORMAT,
                        "trust.beta makes calibrated confidences fall; its first two values have "
                        "to be 0 or more.");
}

static enum sr_status load_isotonic(const struct sr_tensors *set,
                                    struct sr_calibration *calibration, struct sr_error *error)
{
    const size_t shape[] = {SIZE_MAX, 2};
    const struct sr_tensor *tensor =
        sr_tensors_need(set, "trust.isotonic", SR_F64, 2, shape, error);
    if (!tensor) return SR_ERROR_FORMAT;
    const size_t count = tensor->shape[0];
    const double *values = tensor->data;
    bool right = count > 0;
    for (size_t i = 0; right && i < 2 * count; i++)
        right = values[i] >= 0 && values[i] <= 1 && (i < 2 || values[i] >= values[i - 2]);
    for (size_t i = 2; right && i < 2 * count; i += 2) right = values[i] > values[i - 2];
    if (!right)
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "trust.isotonic has to hold points within 0 to 1 that ascend.");
    calibration->kind = SR_CALIBRATION_ISOTONIC;
    calibration->count = count;
    calibration->x = sr_xalloc(count * sizeof *calibration->x);
    calibration->y = sr_xalloc(count * sizeof *calibration->y);
    for (size_t i = 0; i < count; i++) {
        calibration->x[i] = values[2 * i];
        calibration->y[i] = values[2 * i + 1];
    }
    return SR_OK;
}

static enum sr_status load_conformal(const struct sr_tensors *set, int count_of_classes,
                                     struct sr_conformal *conformal, struct sr_error *error)
{
    const size_t classes = (size_t)count_of_classes, square[] = {classes, classes}, any = SIZE_MAX;
    const struct sr_tensor *shares = sr_tensors_need(set, "trust.shares", SR_F32, 2, square, error);
    const struct sr_tensor *scores =
        shares ? sr_tensors_need(set, "trust.scores", SR_F32, 1, &any, error) : NULL;
    const struct sr_tensor *labels =
        scores ? sr_tensors_need(set, "trust.labels", SR_U8, 1, &scores->count, error) : NULL;
    if (!labels) return SR_ERROR_FORMAT;
    const float *values = scores->data;
    const uint8_t *classes_of = labels->data;
    for (size_t i = 0; i < scores->count; i++) {
        if (classes_of[i] >= count_of_classes)
            return sr_error_set(error, SR_ERROR_FORMAT,
                                "trust.labels has the class %d; the %d classes go up to %d.",
                                classes_of[i], count_of_classes, count_of_classes - 1);
        if (i && values[i] < values[i - 1])
            return sr_error_set(error, SR_ERROR_FORMAT, "trust.scores have to ascend.");
    }
    conformal->classes = count_of_classes;
    conformal->count = scores->count;
    conformal->shares = sr_xalloc(shares->count * sizeof *conformal->shares);
    conformal->scores = sr_xalloc(scores->count * sizeof *conformal->scores);
    conformal->labels = sr_xalloc(scores->count);
    memcpy(conformal->shares, shares->data, shares->count * sizeof *conformal->shares);
    memcpy(conformal->scores, scores->data, scores->count * sizeof *conformal->scores);
    memcpy(conformal->labels, labels->data, scores->count);
    return SR_OK;
}

enum sr_status sr_trust_load(const struct sr_tensors *set, const struct sr_model_shape *shape,
                             struct sr_trust **trust, struct sr_error *error)
{
    const char *text = sr_tensors_text(set, "trust");
    *trust = NULL;
    if (!text || strcmp(text, form)) return SR_OK;
    struct sr_trust *loaded = sr_xalloc(sizeof *loaded);
    enum sr_status status = SR_OK;
    if (sr_tensors_find(set, "trust.beta"))
        status = load_beta(set, &loaded->calibration, error);
    else if (sr_tensors_find(set, "trust.isotonic"))
        status = load_isotonic(set, &loaded->calibration, error);
    if (!status) status = load_conformal(set, shape->classes, &loaded->conformal, error);
    if (!status)
        status =
            sr_familiarity_load(&loaded->familiarity, set, shape->image, shape->classes, error);
    if (status) {
        sr_trust_free(loaded);
        return status;
    }
    *trust = loaded;
    return SR_OK;
}
