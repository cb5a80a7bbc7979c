/* classes.c - the classes of a model: beside those of the data at hand, and in files. */
#include "classes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/json.h"
#include "sartor/base/memory.h"

void model_names_copy(struct sr_model *model, const struct sr_model *other)
{
    const size_t classes = (size_t)other->shape.classes;
    model->class_names =
        other->class_names ? sr_xalloc(classes * sizeof *model->class_names) : NULL;
    for (size_t c = 0; model->class_names && c < classes; c++)
        model->class_names[c] = sr_xstrdup(other->class_names[c]);
}

void sr_model_set_data(struct sr_model *model, const struct sr_dataset *data)
{
    snprintf(model->digest, sizeof model->digest, "%s", data->digest);
    snprintf(model->data_name, sizeof model->data_name, "%s", data->name);
    model->fitting = data->fitting;
    model_names_free(model);
    model->shape.classes = data->classes;
    model->class_names = sr_xalloc((size_t)data->classes * sizeof *model->class_names);
    for (int c = 0; c < data->classes; c++)
        model->class_names[c] = sr_xstrdup(data->class_names[c]);
}

bool sr_class_names_numbers(char *const *class_names, int count)
{
    for (int c = 0; c < count; c++)
        if (class_names[c][strspn(class_names[c], "0123456789")]) return false;
    return true;
}

enum sr_kinship sr_model_kinship(const struct sr_model *model, char *const *class_names,
                                 uint8_t order[SR_CLASSES_MAX])
{
    const int classes = model->shape.classes;
    enum sr_kinship kinship = SR_KIN_SAME;
    for (int c = 0; c < classes; c++) order[c] = (uint8_t)c;
    if (!model->class_names || sr_class_names_numbers(model->class_names, classes) !=
                                   sr_class_names_numbers(class_names, classes))
        return kinship;
    for (int c = 0; c < classes; c++) {
        int own = 0;
        while (own < classes && !sr_class_names_same(model->class_names[own], class_names[c]))
            own++;
        if (own == classes) return SR_KIN_OTHER;
        if (own != c) kinship = SR_KIN_REORDERED;
        order[c] = (uint8_t)own;
    }
    return kinship;
}

struct sr_model *sr_model_reorder(struct sr_model *base, const uint8_t *order)
{
    const size_t classes = (size_t)base->shape.classes;
    struct sr_model *model = sr_xalloc(sizeof *model);
    *model = *base;
    model->base = sr_model_ref(base);
    model->order = memcpy(sr_xalloc(classes), order, classes);
    model_names_copy(model, base);
    for (size_t c = 0; model->class_names && c < classes; c++) {
        free(model->class_names[c]);
        model->class_names[c] = sr_xstrdup(base->class_names[order[c]]);
    }
    model->references = 1;
    return model;
}

/* The model's own number of a class; below 0: none. */
static int own_class(const struct sr_model *model, int target)
{
    return model->order && target >= 0 ? model->order[target] : target;
}

enum sr_status sr_model_gradients(const struct sr_model *model, const uint8_t *pixels,
                                  const char *layer, int target, struct sr_layer_gradients *out,
                                  struct sr_error *error)
{
    return model->class->gradients(model->state, pixels, layer, own_class(model, target), out,
                                   error);
}

enum sr_status sr_model_importance(const struct sr_model *model, int target, float *image,
                                   struct sr_error *error)
{
    return model->class->importance(model->state, own_class(model, target), image, error);
}

/* --- files ---------------------------------------------------------------------------------- */

void model_names_put(const struct sr_model *model, struct sr_tensors *set)
{
    if (!model->class_names) return;
    struct sr_json *list = sr_json_array();
    struct sr_text text = {0};
    for (int c = 0; c < model->shape.classes; c++) sr_json_add_text(list, model->class_names[c]);
    sr_json_print(list, &text);
    sr_tensors_set_text(set, "class_names", sr_text_get(&text));
    sr_tensors_set_text(set, "data", model->data_name);
    if (model->fitting.shape.channels) {
        char fitting[128];
        sr_fitting_print(&model->fitting, fitting, sizeof fitting);
        sr_tensors_set_text(set, "fitting", fitting);
    }
    sr_text_fini(&text);
    sr_json_free(list);
}

enum sr_status model_names_read(struct sr_model *model, const struct sr_tensors *set,
                                struct sr_error *error)
{
    const char *text = sr_tensors_text(set, "class_names"), *data = sr_tensors_text(set, "data");
    const int classes = model->shape.classes;
    snprintf(model->data_name, sizeof model->data_name, "%.63s", data ? data : "");
    const char *fitting = sr_tensors_text(set, "fitting");
    if (fitting && !sr_fitting_read(&model->fitting, fitting))
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "The fitting in the metadata, \"%.40s\", is none such as \"64x64 pad "
                            "colour pictures\".",
                            fitting);
    if (!text) return SR_OK;
    struct sr_json *list = sr_json_parse(text, strlen(text), error);
    if (!list) return sr_error_prefix(error, "The class names");
    bool right = sr_json_is_array(list) && sr_json_length(list) == (size_t)classes;
    char **names = sr_xalloc((size_t)classes * sizeof *names);
    for (int c = 0; right && c < classes; c++) {
        const char *name = sr_json_text(sr_json_at(list, (size_t)c));
        right = name && *name;
        for (int other = 0; right && other < c; other++)
            right = !sr_class_names_same(names[other], name);
        if (right) names[c] = sr_xstrdup(name);
    }
    sr_json_free(list);
    if (right) {
        model->class_names = names;
        return SR_OK;
    }
    for (int c = 0; c < classes; c++) free(names[c]);
    free(names);
    return sr_error_set(error, SR_ERROR_FORMAT,
                        "The class names in the metadata are not a list of %d different names.",
                        classes);
}
