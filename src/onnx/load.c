/* load.c - an ONNX file as a model: its input, its nodes one after another, its output. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reading.h"
#include "sartor/base/file.h"
#include "sartor/base/json.h"
#include "sartor/base/memory.h"
#include "sartor/models/imported.h"

enum { FILE_MAX = 1 << 30 };

static read_operator read_constant;

static const struct {
    const char *name;
    read_operator *read;
} operators[] = {
    {"Add", read_sum},
    {"AveragePool", read_pool},
    {"BatchNormalization", read_norm},
    {"Cast", read_alias},
    {"Concat", read_whole},
    {"Constant", read_constant},
    {"Conv", read_conv},
    {"Div", read_product},
    {"Dropout", read_alias},
    {"Flatten", read_flatten},
    {"Gather", read_whole},
    {"Gemm", read_dense},
    {"GlobalAveragePool", read_mean},
    {"Identity", read_alias},
    {"LogSoftmax", read_softmax},
    {"MatMul", read_dense},
    {"MaxPool", read_pool},
    {"Mul", read_product},
    {"ReduceMean", read_mean},
    {"Relu", read_activation},
    {"Reshape", read_reshape},
    {"Shape", read_whole},
    {"Sigmoid", read_sigmoid},
    {"Slice", read_whole},
    {"Softmax", read_softmax},
    {"Squeeze", read_whole},
    {"Sub", read_sum},
    {"Transpose", read_transpose},
    {"Unsqueeze", read_whole},
};
enum { OPERATORS = sizeof operators / sizeof *operators };

/* The numbers of a Constant node: a tensor, or numbers as attributes. */
static enum sr_status read_constant(struct reading *r, const struct onnx_node *node,
                                    struct sr_error *error)
{
    const struct onnx_attribute *tensor = onnx_attribute(node, "value"),
                                *integers = onnx_attribute(node, "value_ints"),
                                *integer = onnx_attribute(node, "value_int"),
                                *number = onnx_attribute(node, "value_float");
    struct onnx_constant *constant = sr_xalloc(sizeof *constant);
    sr_xgrow(&r->owned, &r->owned_room, r->owned_count + 1, sizeof *r->owned);
    r->owned[r->owned_count++] = constant;
    enum sr_status status = SR_OK;
    if (tensor) {
        status = onnx_constant_parse(constant, tensor->tensor, error);
    } else if (integers || integer) {
        constant->rank = integers != NULL;
        constant->count = integers ? integers->count : 1;
        constant->shape[0] = (int64_t)constant->count;
        constant->integers = sr_xalloc((constant->count + 1) * sizeof(int64_t));
        memcpy(constant->integers, integers ? integers->integers : &integer->integer,
               constant->count * sizeof(int64_t));
    } else if (number) {
        constant->count = 1;
        constant->floats = sr_xalloc(sizeof(float));
        *constant->floats = number->number;
    } else {
        return refuse(node, error, "has no numbers that are read.");
    }
    struct value value = layer_value(-1, false, false);
    value.constant = constant;
    if (!status) put_value(r, node, value);
    return status;
}

/* ---- files of this program: what save.c puts around a network ---- */

static bool starts(struct piece piece, const char *text)
{
    return piece.length >= strlen(text) && !memcmp(piece.bytes, text, strlen(text));
}

/* Views of the image, their logits' mean, and an image's own mean are no layers, but properties of
 * the model. True where a node is part of that. */
static bool read_own(struct reading *r, const struct onnx_node *node)
{
    static const char *const normalising[] = {
        "grey",           "image_mean", "centred",         "squares",
        "image_variance", "root",       "image_deviation", "normalised"};
    if (!piece_is(r->file.producer, "sartor") || !node->output_count) return false;
    const struct piece made = node->outputs[0];
    bool own = starts(made, "logits.");
    for (size_t i = 0; r->own_mean && i < sizeof normalising / sizeof *normalising; i++)
        own = own || piece_is(made, normalising[i]);
    if (piece_is(made, "views")) {
        r->views = node->input_count == 2 ? SR_VIEWS_MIRROR : SR_VIEWS_SHIFT;
        put_value(r, node, layer_value(-1, false, true));
        return true;
    }
    if (starts(made, "view.")) return true;
    if (!own) return false;
    return !read_alias(r, node, &(struct sr_error){0});
}

/* ---- input and output ---- */

static enum sr_status wrong_input(struct sr_error *error)
{
    return sr_error_set(error, SR_ERROR_FORMAT,
                        "Its input is not that of an image classifier: N × channels × height × "
                        "width with 1 or 3 channels, or N × height × width × channels, or N × "
                        "height × width. Where the file leaves lengths open, open a data set "
                        "first.");
}

static bool is_side(int64_t length)
{
    return length >= SR_SIDE_MIN && length <= SR_SIDE_MAX;
}

static bool is_colour(int64_t length)
{
    return length == 1 || length == SR_CHANNELS_MAX;
}

/* Converters leave constants among the inputs that they no longer need. */
static bool is_read(const struct onnx_file *file, struct piece name)
{
    for (size_t i = 0; i < file->node_count; i++)
        for (size_t k = 0; k < file->nodes[i].input_count; k++)
            if (piece_same(file->nodes[i].inputs[k], name)) return true;
    return false;
}

/* The input's shape, and the order of its axes. */
static enum sr_status read_input(struct reading *r, const struct sr_onnx_reading *reading,
                                 bool *bytes, struct sr_error *error)
{
    enum { UINT8 = 2 };
    const struct onnx_value *input = NULL;
    for (size_t i = 0; i < r->file.input_count; i++) {
        bool constant = false; /* old files list their constants as inputs, too */
        for (size_t k = 0; !constant && k < r->file.constant_count; k++)
            constant = piece_same(r->file.inputs[i].name, r->file.constants[k].name);
        if (constant || !is_read(&r->file, r->file.inputs[i].name)) continue;
        if (input)
            return sr_error_set(error, SR_ERROR_FORMAT,
                                "It has more than one input; an image classifier has one.");
        input = &r->file.inputs[i];
    }
    if (!input) return wrong_input(error);
    const struct sr_shape open = reading->image;
    int64_t s[ONNX_RANK_MAX];
    memcpy(s, input->shape, sizeof s);
    struct value image = layer_value(-1, false, false);
    struct sr_shape *shape = &r->layers.image;
    if (input->rank == 4) {
        /* Channels are where the length is 1 or 3; first where both are. */
        image.last = is_colour(s[3]) && !is_colour(s[1]);
        const int64_t *sides = image.last ? s + 1 : s + 2;
        const int64_t channels = image.last ? s[3] : s[1];
        *shape = (struct sr_shape){(int)(sides[0] < 0 ? open.height : sides[0]),
                                   (int)(sides[1] < 0 ? open.width : sides[1]),
                                   (int)(channels < 0 ? open.channels : channels)};
    } else if (input->rank == 3) {
        *shape = (struct sr_shape){(int)(s[1] < 0 ? open.height : s[1]),
                                   (int)(s[2] < 0 ? open.width : s[2]), 1};
    } else if (input->rank == 2 && open.height && open.channels == 1 &&
               (s[1] < 0 || (size_t)s[1] == sr_shape_size(open))) {
        *shape = open;
    } else {
        return wrong_input(error);
    }
    if (!is_side(shape->height) || !is_side(shape->width) || !is_colour(shape->channels))
        return wrong_input(error);
    *bytes = input->element == UINT8;
    image.name = input->name;
    image.last = image.last && shape->channels > 1 ? true : image.last;
    sr_xgrow(&r->values, &r->value_room, r->value_count + 1, sizeof *r->values);
    r->values[r->value_count++] = image;
    return SR_OK;
}

/* From what the graph does to x = (pixel / scale - mean) / deviation to one mean and deviation of
 * pixel / 255: x = factor · pixel / scale + offset. */
static enum sr_status settle(const struct sr_onnx_reading *reading, size_t channels, bool bytes,
                             const double *factors, const double *offsets, struct sr_input *input,
                             struct sr_error *error)
{
    /* A graph that multiplies by 1/255 or 1/127.5 itself takes pixels of 0 to 255. */
    const bool rescales = bytes || factors[0] < 1.0 / 50;
    const double scale = reading->scale > 0 ? reading->scale : rescales ? 1 : 255;
    if ((reading->mean_count > 1 && reading->mean_count != channels) ||
        (reading->deviation_count > 1 && reading->deviation_count != channels))
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "mean= and std= take one number, or one for each of %zu channels.",
                            channels);
    for (size_t c = 0; c < channels; c++) {
        const size_t m = reading->mean_count > 1 ? c : 0, d = reading->deviation_count > 1 ? c : 0;
        const double mean = reading->mean_count ? reading->means[m] : 0,
                     deviation = reading->deviation_count ? reading->deviations[d] : 1;
        const double factor = factors[c] / deviation, offset = offsets[c] - mean * factor;
        input->deviations[c] = (float)(scale / (255 * factor));
        input->means[c] = (float)(-offset / factor * scale / 255);
        if (!(input->deviations[c] > 0) || !isfinite(input->deviations[c]) ||
            !isfinite(input->means[c]))
            return sr_error_set(error, SR_ERROR_FORMAT,
                                "Its images would be divided by %g; the deviation must be above 0.",
                                (double)input->deviations[c]);
        input->by_channel = input->by_channel || input->means[c] != input->means[0] ||
                            input->deviations[c] != input->deviations[0];
    }
    input->mean = input->means[0];
    input->deviation = input->deviations[0];
    return SR_OK;
}

enum sr_status sr_onnx_input(const struct sr_onnx_reading *reading, size_t channels, bool bytes,
                             struct sr_input *input, struct sr_error *error)
{
    const double ones[SR_CHANNELS_MAX] = {1, 1, 1}, zeros[SR_CHANNELS_MAX] = {0};
    *input = (struct sr_input){.deviation = 1};
    return settle(reading, channels, bytes, ones, zeros, input, error);
}

/* ---- nodes ---- */

static enum sr_status read_node(struct reading *r, const struct onnx_node *node,
                                struct sr_error *error)
{
    const size_t before = r->layers.count;
    struct sr_shape shape;
    if (read_own(r, node)) return SR_OK;
    read_operator *read = NULL;
    for (size_t i = 0; i < OPERATORS; i++)
        if (piece_is(node->operator, operators[i].name) &&
            (!node->domain.length || piece_is(node->domain, "ai.onnx")))
            read = operators[i].read;
    if (!read) return refuse(node, error, "is of an operator that no layer here stands for.");
    enum sr_status status = read(r, node, error);
    if (status || r->layers.count == before) return status;
    /* What the layer itself says against its input. */
    status = sr_layer_shape(r->layers.items, before, r->layers.image, &shape, error);
    if (!status) return SR_OK;
    error->status = SR_ERROR_FORMAT;
    sr_error_prefix(error, "The node \"%s\" (%s)", piece_show(node->name).text,
                    piece_show(node->operator).text);
    return SR_ERROR_FORMAT;
}

static enum sr_status read_nodes(struct reading *r, struct sr_error *error)
{
    enum { LAYERS_MAX = 1000 };
    const bool ours = piece_is(r->file.producer, "sartor");
    for (size_t i = 0; i < r->file.constant_count; i++) {
        struct value value = layer_value(-1, false, false);
        value.constant = &r->file.constants[i];
        value.name = r->file.constants[i].name;
        sr_xgrow(&r->values, &r->value_room, r->value_count + 1, sizeof *r->values);
        r->values[r->value_count++] = value;
    }
    for (size_t i = 0; ours && i < r->file.node_count; i++)
        r->own_mean = r->own_mean || (r->file.nodes[i].output_count &&
                                      piece_is(r->file.nodes[i].outputs[0], "image_mean"));
    for (size_t i = 0; i < r->file.node_count; i++) {
        if (r->layers.count > LAYERS_MAX)
            return sr_error_set(error, SR_ERROR_FORMAT, "It has more than %d layers.", LAYERS_MAX);
        enum sr_status status = read_node(r, &r->file.nodes[i], error);
        if (status) return status;
        /* In this program's own files calibration follows. */
        if (ours && r->value_count && r->values[r->value_count - 1].end) return SR_OK;
    }
    for (size_t i = r->value_count; r->file.output_count && i-- > 0;)
        if (piece_same(r->values[i].name, r->file.outputs[0].name) && !r->values[i].constant &&
            r->values[i].layer == (int)r->layers.count - 1)
            return SR_OK;
    return sr_error_set(error, SR_ERROR_FORMAT,
                        "Its first output is not what its last layer gives.");
}

/* ---- the model ---- */

/* Grad-CAM offers each picture behind an activation, or behind a convolution that has none, by the
 * name of the convolution. */
static void mark_layers(struct sr_layers *layers)
{
    for (size_t i = 0; i < layers->count; i++) {
        const struct sr_layer_spec *layer = &layers->items[i];
        const enum sr_layer_role role = sr_layer_role(layer->type);
        bool activated = role == SR_ROLE_ACTIVATION, followed = false;
        for (size_t k = i + 1; k < layers->count; k++) {
            const enum sr_layer_role next = sr_layer_role(layers->items[k].type);
            followed =
                followed ||
                (layers->items[k].input == (int)i &&
                 (next == SR_ROLE_ACTIVATION || next == SR_ROLE_NORM || next == SR_ROLE_ADD));
        }
        if (!activated && (role != SR_ROLE_CONV || followed)) continue;
        int from = (int)i;
        while (from >= 0 && sr_layer_role(layers->items[from].type) != SR_ROLE_CONV)
            from = sr_layer_role(layers->items[from].type) == SR_ROLE_DENSE
                       ? -1
                       : layers->items[from].input;
        if (from < 0) continue; /* a vector's */
        const char *name = layers->items[from].name;
        bool taken = false;
        for (size_t k = 0; k < layers->mark_count; k++)
            taken = taken || !strcmp(layers->marks[k].name, name);
        if (!taken) sr_layers_mark(layers, (int)i, "%s", name);
    }
}

/* Names from the metadata "classes", a JSON list; none where it is not one of as many texts. */
static void read_names(struct sr_model *model, struct piece classes)
{
    struct sr_json *list =
        classes.length ? sr_json_parse((const char *)classes.bytes, classes.length, NULL) : NULL;
    const size_t count = (size_t)model->shape.classes;
    bool right = list && sr_json_is_array(list) && sr_json_length(list) == count;
    for (size_t c = 0; right && c < count; c++) {
        const char *name = sr_json_text(sr_json_at(list, c));
        right = name && *name && strlen(name) < 200;
    }
    if (right) {
        model->class_names = sr_xalloc(count * sizeof *model->class_names);
        for (size_t c = 0; c < count; c++)
            model->class_names[c] = sr_xstrdup(sr_json_text(sr_json_at(list, c)));
    }
    sr_json_free(list);
}

static struct sr_model *make_model(struct reading *r, const char *path,
                                   const struct sr_onnx_reading *reading, bool bytes,
                                   struct sr_error *error)
{
    struct sr_input input;
    struct sr_model_shape shape = {r->layers.image, 0};
    const size_t channels = (size_t)shape.image.channels;
    char name[64];
    if (!r->layers.count || r->layers.items[r->layers.count - 1].type != SR_LAYER_DENSE) {
        sr_error_set(error, SR_ERROR_FORMAT,
                     "Its last layer must be a Gemm or MatMul, which gives a number for each "
                     "class.");
        return NULL;
    }
    shape.classes = r->layers.items[r->layers.count - 1].channels;
    if (shape.classes < SR_CLASSES_MIN || shape.classes > SR_CLASSES_MAX) {
        sr_error_set(error, SR_ERROR_FORMAT, "It has %d classes; %d to %d are possible.",
                     shape.classes, SR_CLASSES_MIN, SR_CLASSES_MAX);
        return NULL;
    }
    input = (struct sr_input){.deviation = 1, .own = r->own_mean};
    if (settle(reading, channels, bytes, r->factor, r->offset, &input, error)) return NULL;
    const size_t given = input.by_channel ? channels : 1;
    float *mean = sr_tensors_add(&r->set, "input.mean", SR_F32, 1, &given, error),
          *deviation =
              mean ? sr_tensors_add(&r->set, "input.deviation", SR_F32, 1, &given, error) : NULL;
    if (!deviation) return NULL;
    memcpy(mean, input.means, given * sizeof *mean);
    memcpy(deviation, input.deviations, given * sizeof *deviation);
    mark_layers(&r->layers);
    sr_path_stem(path, name, sizeof name);
    const struct sr_imported made = {name, sr_path_name(path), r->views};
    struct sr_model *model = sr_imported_new(&made, &r->layers, &shape, &input, &r->set, error);
    if (model) read_names(model, r->file.classes);
    return model;
}

struct sr_model *sr_onnx_parse(const char *path, const void *bytes, size_t length,
                               const struct sr_onnx_reading *reading, struct sr_error *error)
{
    struct reading r = {0};
    struct sr_model *model = NULL;
    bool as_bytes = false;
    for (int c = 0; c < SR_CHANNELS_MAX; c++) r.factor[c] = 1;
    enum sr_status status = onnx_file_parse(&r.file, bytes, length, error);
    if (!status) status = read_input(&r, reading, &as_bytes, error);
    if (!status) status = read_nodes(&r, error);
    if (!status) model = make_model(&r, path, reading, as_bytes, error);
    if (!model) sr_error_prefix(error, "%s", path);
    for (size_t i = 0; i < r.owned_count; i++) {
        onnx_constant_fini(r.owned[i]);
        free(r.owned[i]);
    }
    free(r.owned);
    free(r.values);
    sr_tensors_fini(&r.set);
    sr_layers_fini(&r.layers);
    onnx_file_fini(&r.file);
    return model;
}

struct sr_model *sr_onnx_load(const char *path, const struct sr_onnx_reading *reading,
                              struct sr_error *error)
{
    size_t length;
    char *bytes = sr_file_read(path, FILE_MAX, &length, error);
    if (!bytes) return NULL;
    struct sr_model *model = sr_onnx_parse(path, bytes, length, reading, error);
    free(bytes);
    return model;
}
