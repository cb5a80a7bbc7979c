/* imported_tensors.c - a state dict of PyTorch, as safetensors, in the layout of one of the
 * networks here: the sizes of its layers say the hyperparameters. */
#include <stdio.h>
#include <string.h>

#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/base/words.h"
#include "sartor/models/families.h"
#include "sartor/models/imported.h"

/* Outputs of "conv1.weight" and the like; 0: there is none. */
static int outputs_of(const struct sr_tensors *set, const char *layer, int number)
{
    char name[32];
    if (number)
        snprintf(name, sizeof name, "%s%d.weight", layer, number);
    else
        snprintf(name, sizeof name, "%s.weight", layer);
    const struct sr_tensor *tensor = sr_tensors_find(set, name);
    return tensor && tensor->rank && tensor->shape[0] <= 4096 ? (int)tensor->shape[0] : 0;
}

static int count_of(const struct sr_tensors *set, const char *layer)
{
    enum { MOST = 16 };
    int count = 0;
    while (count < MOST && outputs_of(set, layer, count + 1)) count++;
    return count;
}

/* "widths=32,64,128" of the first `count` layers of a name. */
static void add_list(struct sr_words *words, const struct sr_tensors *set, const char *param,
                     const char *layer, int count)
{
    struct sr_text text = {0};
    sr_text_printf(&text, "%s=", param);
    for (int i = 1; i <= count; i++)
        sr_text_printf(&text, "%s%d", i > 1 ? "," : "", outputs_of(set, layer, i));
    sr_words_add(words, sr_text_get(&text));
    sr_text_fini(&text);
}

static void add_number(struct sr_words *words, const char *param, int number)
{
    char word[48];
    snprintf(word, sizeof word, "%s=%d", param, number);
    sr_words_add(words, word);
}

static const char *resnet_variant(const struct sr_tensors *set)
{
    const bool third = sr_tensors_find(set, "layer1.2.conv1.weight");
    if (sr_tensors_find(set, "layer4.0.conv1.weight"))
        return third ? "variant=resnet34" : "variant=resnet18";
    if (sr_tensors_find(set, "layer3.0.conv1.weight"))
        return third ? "variant=resnet20" : "variant=wide";
    return "variant=light";
}

/* The family's hyperparameters as words, and how many classes there are. */
static int infer(const struct sr_model_class *class, const struct sr_tensors *set,
                 struct sr_words *words)
{
    const bool norm = sr_tensors_find(set, "bn1.weight");
    const int dense = count_of(set, "fc");
    sr_words_add(words, "tta=none");
    if (class == &sr_model_class_resnet) {
        sr_words_add(words, resnet_variant(set));
        if (outputs_of(set, "conv", 1)) add_number(words, "width", outputs_of(set, "conv", 1));
        return outputs_of(set, "fc", 0);
    }
    if (norm) sr_words_add(words, "norm=on");
    if (class == &sr_model_class_cnn) {
        const int count = count_of(set, "conv");
        if (count) add_list(words, set, "widths", "conv", count);
        if (count) add_number(words, "convolutions", count);
        if (dense) add_number(words, "dense", outputs_of(set, "fc", 1));
    } else if (dense > 1) {
        add_list(words, set, "hidden", "fc", dense - 1);
    }
    return outputs_of(set, "fc", dense);
}

/* Tensors that only the program's own files have. */
static enum sr_status add_input(struct sr_tensors *set, const struct sr_input *input,
                                size_t channels, struct sr_error *error)
{
    if (sr_tensors_find(set, "input.mean") || sr_tensors_find(set, "input.deviation")) return SR_OK;
    if (!input->by_channel) channels = 1;
    float *mean = sr_tensors_add(set, "input.mean", SR_F32, 1, &channels, error),
          *deviation =
              mean ? sr_tensors_add(set, "input.deviation", SR_F32, 1, &channels, error) : NULL;
    if (!deviation) return SR_ERROR_MEMORY;
    for (size_t c = 0; c < channels; c++) {
        mean[c] = input->by_channel ? input->means[c] : input->mean;
        deviation[c] = input->by_channel ? input->deviations[c] : input->deviation;
    }
    return SR_OK;
}

static enum sr_status fill(struct sr_model *model, struct sr_tensors *set, const char *family,
                           const struct sr_input *input, struct sr_error *error)
{
    const struct sr_model_class *class = sr_model_class_find(family, error);
    if (!class) return SR_ERROR_ARGUMENT;
    if (!sr_model_class_has_layers(class))
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "arch=%s is no network; cnn, resnet and mlp are.", family);
    struct sr_words words = {0};
    model->shape.classes = infer(class, set, &words);
    struct sr_args *params = NULL;
    enum sr_status status = SR_OK;
    if (model->shape.classes < SR_CLASSES_MIN || model->shape.classes > SR_CLASSES_MAX)
        status = sr_error_set(error, SR_ERROR_FORMAT,
                              "It has no last layer of %d to %d classes as a %s has: %s.weight.",
                              SR_CLASSES_MIN, SR_CLASSES_MAX, family,
                              class == &sr_model_class_resnet ? "fc" : "fc2");
    if (!status &&
        !(params = sr_args_parse(family, class->params, words.items, words.count, NULL, error)))
        status = error->status;
    if (!status) status = add_input(set, input, (size_t)model->shape.image.channels, error);
    if (!status) status = class->load(set, params, &model->shape, &model->state, error);
    sr_args_free(params);
    sr_words_fini(&words);
    return status;
}

struct sr_model *sr_imported_load(const char *path, const char *family, struct sr_shape image,
                                  const struct sr_input *input, struct sr_error *error)
{
    struct sr_tensors set;
    if (sr_tensors_load(&set, path, error)) return NULL;
    char name[64];
    sr_path_stem(path, name, sizeof name);
    struct sr_model *model = sr_model_new(&sr_model_class_imported, name);
    model->shape.image = image;
    enum sr_status status = fill(model, &set, family, input, error);
    sr_tensors_fini(&set);
    if (!status) {
        model->params =
            sr_args_parse(model->class->name, model->class->params, NULL, 0, NULL, error);
        status = sr_args_set(model->params, "source", sr_path_name(path), error);
    }
    if (!status) return model;
    sr_error_prefix(error, "%s", path);
    sr_model_unref(model);
    return NULL;
}
