/* imported.c - networks that were trained by another program: judged like any other model. Their
 * files hold the list of layers, beside the tensors that files of all networks hold. */
#include "sartor/models/imported.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sartor/base/json.h"
#include "sartor/base/memory.h"

static const struct sr_param params[] = {
    {"source", SR_PARAM_TEXT, .help = "The file that it was loaded from."},
    {"tta", SR_PARAM_CHOICE, .fallback = "none", .choices = "none mirror shift",
     .help = "Views of an image whose logits are averaged (files of this program)."},
    {"normalise", SR_PARAM_CHOICE, .fallback = "on", .choices = "on image",
     .help = "image: by each image's own mean and deviation (files of this program)."},
    {0},
};

static const char *const kinds[SR_LAYER_COUNT] = {
#define KIND_NAME(NAME, file) [SR_LAYER_##NAME] = #file,
    SR_LAYER_KINDS(KIND_NAME)
#undef KIND_NAME
};

/* Whole numbers of a layer, by their names in the file. */
static const struct {
    const char *name;
    size_t offset;
} numbers[] = {
    {"input", offsetof(struct sr_layer_spec, input)},
    {"other", offsetof(struct sr_layer_spec, other)},
    {"channels", offsetof(struct sr_layer_spec, channels)},
    {"kernel", offsetof(struct sr_layer_spec, kernel)},
    {"stride", offsetof(struct sr_layer_spec, stride)},
    {"above", offsetof(struct sr_layer_spec, pads[0])},
    {"left", offsetof(struct sr_layer_spec, pads[1])},
    {"below", offsetof(struct sr_layer_spec, pads[2])},
    {"right", offsetof(struct sr_layer_spec, pads[3])},
};
/* Switches, likewise. */
static const struct {
    const char *name;
    size_t offset;
} switches[] = {
    {"same", offsetof(struct sr_layer_spec, same)},
    {"bias", offsetof(struct sr_layer_spec, bias)},
    {"mean", offsetof(struct sr_layer_spec, mean)},
    {"padded", offsetof(struct sr_layer_spec, padded)},
};
enum { NUMBERS = sizeof numbers / sizeof *numbers, SWITCHES = sizeof switches / sizeof *switches };

/* What is 0 is left out. */
static struct sr_json *print_layer(const struct sr_layer_spec *layer)
{
    struct sr_json *item = sr_json_object();
    sr_json_set_text(item, "kind", kinds[layer->type]);
    sr_json_set_text(item, "name", layer->name);
    for (size_t k = 0; k < NUMBERS; k++) {
        const int number = *(const int *)((const char *)layer + numbers[k].offset);
        if (number) sr_json_set_integer(item, numbers[k].name, number);
    }
    for (size_t k = 0; k < SWITCHES; k++)
        if (*((const bool *)((const char *)layer + switches[k].offset)))
            sr_json_set_integer(item, switches[k].name, 1);
    return item;
}

static void set_list(struct sr_tensors *set, const char *key, struct sr_json *list)
{
    struct sr_text text = {0};
    sr_json_print(list, &text);
    sr_tensors_set_text(set, key, sr_text_get(&text));
    sr_text_fini(&text);
    sr_json_free(list);
}

static enum sr_status save(const void *state, struct sr_tensors *set, struct sr_error *error)
{
    const struct sr_network *network = sr_networks_network(state);
    struct sr_json *layers = sr_json_array(), *marks = sr_json_array();
    for (size_t i = 0; i < sr_network_layer_count(network); i++)
        sr_json_add(layers, print_layer(sr_network_layer(network, i)));
    size_t count;
    const struct sr_layer_mark *list = sr_networks_marks(state, &count);
    for (size_t i = 0; i < count; i++) {
        struct sr_json *item = sr_json_object();
        sr_json_set_text(item, "name", list[i].name);
        sr_json_set_integer(item, "layer", (int64_t)list[i].layer);
        sr_json_add(marks, item);
    }
    set_list(set, "layers", layers);
    set_list(set, "marks", marks);
    return sr_networks_save(state, set, error);
}

/* ---- reading ---- */

static int whole(const struct sr_json *item, const char *name)
{
    const double number = sr_json_number(sr_json_get(item, name), 0);
    return number >= -1 && number <= 1e6 ? (int)number : -1;
}

/* sr_network_new refuses layers that cannot be; here only what it cannot see. */
static enum sr_status read_layer(const struct sr_json *item, size_t index, struct sr_layers *layers,
                                 struct sr_error *error)
{
    struct sr_layer_spec layer = {0};
    const char *kind = sr_json_text(sr_json_get(item, "kind")),
               *name = sr_json_text(sr_json_get(item, "name"));
    int type = 0;
    while (kind && type < SR_LAYER_COUNT && strcmp(kinds[type], kind)) type++;
    if (!kind || !name || type == SR_LAYER_COUNT)
        return sr_error_set(error, SR_ERROR_FORMAT, "Layer %zu has no known kind or no name.",
                            index);
    layer.type = (enum sr_layer_type)type;
    snprintf(layer.name, sizeof layer.name, "%s", name);
    for (size_t k = 0; k < NUMBERS; k++)
        *(int *)((char *)&layer + numbers[k].offset) = whole(item, numbers[k].name);
    for (size_t k = 0; k < SWITCHES; k++)
        *(bool *)((char *)&layer + switches[k].offset) = whole(item, switches[k].name) == 1;
    sr_layers_append(layers, &layer);
    return SR_OK;
}

static struct sr_json *read_list(const struct sr_tensors *set, const char *key,
                                 struct sr_error *error)
{
    enum { MOST = 1000 };
    const char *text = sr_tensors_text(set, key);
    struct sr_json *list = text ? sr_json_parse(text, strlen(text), NULL) : NULL;
    if (list && sr_json_is_array(list) && sr_json_length(list) <= MOST) return list;
    sr_json_free(list);
    sr_error_set(error, SR_ERROR_FORMAT, "The metadata have no list \"%s\" of up to %d items.", key,
                 MOST);
    return NULL;
}

static enum sr_status read_layers(const struct sr_tensors *set, struct sr_layers *layers,
                                  struct sr_error *error)
{
    struct sr_json *list = read_list(set, "layers", error), *marks = NULL;
    enum sr_status status = list ? SR_OK : SR_ERROR_FORMAT;
    for (size_t i = 0; !status && i < sr_json_length(list); i++)
        status = read_layer(sr_json_at(list, i), i, layers, error);
    if (!status && !(marks = read_list(set, "marks", error))) status = SR_ERROR_FORMAT;
    for (size_t i = 0; !status && i < sr_json_length(marks); i++) {
        const struct sr_json *item = sr_json_at(marks, i);
        const char *name = sr_json_text(sr_json_get(item, "name"));
        const int layer = whole(item, "layer");
        if (!name || layer < 0 || (size_t)layer >= layers->count)
            status = sr_error_set(error, SR_ERROR_FORMAT, "Mark %zu names no layer.", i);
        else
            sr_layers_mark(layers, layer, "%s", name);
    }
    sr_json_free(list);
    sr_json_free(marks);
    return status;
}

static enum sr_status load(const struct sr_tensors *set, const struct sr_args *args,
                           const struct sr_model_shape *shape, void **state, struct sr_error *error)
{
    struct sr_layers layers = {.image = shape->image};
    (void)args;
    *state = NULL;
    enum sr_status status = read_layers(set, &layers, error);
    if (!status)
        status = sr_networks_make(&layers, shape, &(struct sr_input){.deviation = 1}, SR_VIEWS_NONE,
                                  state, error);
    if (!status) status = sr_networks_fill(*state, set, error);
    if (status) {
        if (error && error->status == SR_ERROR_ARGUMENT) error->status = SR_ERROR_FORMAT;
        sr_networks_free(*state);
        *state = NULL;
        status = SR_ERROR_FORMAT;
    }
    sr_layers_fini(&layers);
    return status;
}

static enum sr_status fit(const struct sr_fit *request, void **state, struct sr_error *error)
{
    (void)request;
    *state = NULL;
    return sr_error_set(error, SR_ERROR_ARGUMENT,
                        "a network from another program cannot be trained here: load FILE.onnx");
}

const struct sr_model_class sr_model_class_imported = {
    .name = "network",
    .title = "Network from another program",
    .help = "A network that was trained elsewhere, loaded from an ONNX file.",
    .params = params,
    .fit = fit,
    .predict = sr_networks_predict,
    .save = save,
    .load = load,
    .free = sr_networks_free,
    .size = sr_networks_size,
    .describe = sr_networks_describe,
    .layers = sr_networks_layers,
    .gradients = sr_networks_gradients,
};

struct sr_model *sr_imported_new(const struct sr_imported *made, struct sr_layers *layers,
                                 const struct sr_model_shape *shape, const struct sr_input *input,
                                 const struct sr_tensors *set, struct sr_error *error)
{
    struct sr_model *model = sr_model_new(&sr_model_class_imported, made->name);
    model->shape = *shape;
    model->params = sr_args_parse(model->class->name, params, NULL, 0, NULL, error);
    sr_args_set(model->params, "source", made->source, error);
    sr_args_set(model->params, "tta", sr_views_names[made->views], error);
    sr_args_set(model->params, "normalise", input->own ? "image" : "on", error);
    enum sr_status status =
        sr_networks_make(layers, shape, input, made->views, &model->state, error);
    if (!status) status = sr_networks_fill(model->state, set, error);
    if (!status) return model;
    sr_model_unref(model);
    return NULL;
}
