/* save.c - a model as an ONNX file: its input, the family's part, calibration, outputs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "parts.h"
#include "sartor/base/file.h"
#include "sartor/base/json.h"
#include "sartor/base/memory.h"
#include "sartor/models/ensemble.h"
#include "sartor/models/families.h"
#include "sartor/models/networks.h"
#include "sartor/models/trust.h"
#include "sartor/onnx/onnx.h"
#include "wire.h"

enum { IR_VERSION = 8, OPERATORS = 17, LEARNING_OPERATORS = 3 };
/* Field numbers of onnx.proto. */
enum {
    MODEL_IR_VERSION = 1,
    MODEL_PRODUCER,
    MODEL_PRODUCER_VERSION,
    MODEL_TEXT = 6,
    MODEL_GRAPH,
    MODEL_OPERATORS,
    MODEL_METADATA = 14,
};
enum { OPERATORS_DOMAIN = 1, OPERATORS_VERSION };
enum { PAIR_KEY = 1, PAIR_VALUE };

static const struct {
    const struct sr_model_class *class;
    part_write *write;
} families[] = {
    {&sr_model_class_logreg, part_logreg},
    {&sr_model_class_svm, part_svm},
    {&sr_model_class_forest, part_forest},
    {&sr_model_class_knn, part_knn},
};

/* The probabilities of one model that is not an ensemble. */
static const char *write_member(struct graph *graph, const struct pictures *pictures,
                                const struct sr_model *model, struct sr_error *error)
{
    struct sr_network_parts parts;
    if (sr_networks_parts(model, &parts)) return part_network(graph, pictures, model, NULL, error);
    part_write *write = NULL;
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        if (model->class == families[i].class) write = families[i].write;
    if (!write) {
        sr_error_set(error, SR_ERROR_STATE, "Models of the family %s have no ONNX form yet.",
                     model->class->name);
        return NULL;
    }
    struct sr_tensors set = {0};
    const char *value = NULL;
    if (!model->class->save(model->state, &set, error))
        value = write(graph, pictures, model, &set, error);
    sr_tensors_fini(&set);
    return value;
}

/* The mean of the members' probabilities; a member's classes may have other numbers. */
static const char *write_ensemble(struct graph *graph, const struct pictures *pictures,
                                  struct sr_model *const *members, size_t count,
                                  struct sr_error *error)
{
    const char *sum = NULL;
    char outer[sizeof graph->scope];
    memcpy(outer, graph->scope, sizeof outer);
    for (size_t m = 0; m < count; m++) {
        const struct sr_model *member = members[m];
        const uint8_t *order = member->order;
        const size_t classes = (size_t)member->shape.classes;
        if (member->base) member = member->base;
        snprintf(graph->scope, sizeof graph->scope, "member%zu.%.60s/", m, member->class->name);
        const char *own = write_member(graph, pictures, member, error);
        if (!own) return NULL;
        if (order) {
            int64_t *places = sr_xalloc(classes * sizeof *places);
            for (size_t c = 0; c < classes; c++) places[c] = order[c];
            own = graph_node(graph, "Gather", "ordered",
                             INPUTS(own, graph_integers(graph, "order", classes, places)),
                             ATTRIBUTES(INT("axis", 1)));
            free(places);
        }
        sum = sum ? graph_two(graph, "Add", "sum", sum, own) : own;
    }
    memcpy(graph->scope, outer, sizeof outer);
    return graph_two(graph, "Div", "mean_of_members", sum,
                     graph_float(graph, "members", (float)count));
}

/* ---- the file ---- */

static void put_pair(struct sr_text *file, const char *key, const char *value)
{
    struct sr_text pair = {0};
    wire_put_text(&pair, PAIR_KEY, key);
    wire_put_text(&pair, PAIR_VALUE, value);
    wire_put_message(file, MODEL_METADATA, &pair);
}

static void put_operators(struct sr_text *file, const char *domain, int64_t version)
{
    struct sr_text operators = {0};
    wire_put_text(&operators, OPERATORS_DOMAIN, domain);
    wire_put_integer(&operators, OPERATORS_VERSION, version);
    wire_put_message(file, MODEL_OPERATORS, &operators);
}

static void put_metadata(struct sr_text *file, const struct sr_model *model, bool calibrated)
{
    struct sr_text text = {0};
    struct sr_json *list = sr_json_array();
    for (int c = 0; c < model->shape.classes; c++) {
        char number[16];
        snprintf(number, sizeof number, "%d", c);
        sr_json_add_text(list, model->class_names ? model->class_names[c] : number);
    }
    sr_json_print(list, &text);
    sr_json_free(list);
    put_pair(file, "classes", sr_text_get(&text));
    sr_text_clear(&text);
    sr_args_print(model->params, true, &text);
    put_pair(file, "family", model->class->name);
    put_pair(file, "hyperparameters", sr_text_get(&text));
    put_pair(file, "calibrated", calibrated ? "true" : "false");
    put_pair(file, "trained_on", model->data_name);
    sr_text_fini(&text);
}

/* The whole but for the graph, whose length may be large, and is written after it. */
static void put_head(struct sr_text *file, const struct sr_model *model, bool calibrated)
{
    wire_put_integer(file, MODEL_IR_VERSION, IR_VERSION);
    wire_put_text(file, MODEL_PRODUCER, "sartor");
    wire_put_text(file, MODEL_PRODUCER_VERSION, PACKAGE_VERSION);
    wire_put_text(file, MODEL_TEXT,
                  "images: bytes, N x height x width x channels, as in the data set. label: the "
                  "class's number. probabilities: of each class.");
    put_operators(file, "", OPERATORS);
    put_operators(file, "ai.onnx.ml", LEARNING_OPERATORS);
    put_metadata(file, model, calibrated);
}

static enum sr_status write_file(struct graph *graph, const struct sr_model *model, bool calibrated,
                                 const char *path, struct sr_error *error)
{
    struct sr_output output;
    enum sr_status status = sr_output_open(&output, path, error);
    if (status) return status;
    struct sr_text file = {0}, nodes = {0};
    put_head(&file, model, calibrated);
    graph_print(graph, model->class->name, &nodes);
    wire_put_header(&file, MODEL_GRAPH, nodes.length + graph->constants.length);
    fwrite(file.bytes, 1, file.length, output.stream);
    fwrite(nodes.bytes, 1, nodes.length, output.stream);
    if (graph->constants.length)
        fwrite(graph->constants.bytes, 1, graph->constants.length, output.stream);
    sr_text_fini(&file);
    sr_text_fini(&nodes);
    return sr_output_commit(&output, error);
}

/* Protobuf's readers refuse messages of 2 GB. */
static enum sr_status check_size(const struct graph *graph, const char *path,
                                 struct sr_error *error)
{
    const size_t size = graph->nodes.length + graph->constants.length, most = INT32_MAX - (1 << 20);
    if (size <= most) return SR_OK;
    return sr_error_set(error, SR_ERROR_STATE,
                        "%s would be %.1f GB; an ONNX file has at most 2. Train the model on fewer "
                        "rows, or save it as .safetensors.",
                        path, (double)size / 1e9);
}

enum sr_status sr_onnx_save(const struct sr_model *model, bool calibrated, const char *path,
                            struct sr_error *error)
{
    if (model->base) model = model->base;
    const struct sr_shape shape = model->shape.image;
    const int64_t classes = model->shape.classes,
                  image[4] = {-1, shape.height, shape.width, shape.channels};
    struct graph graph = {0};
    struct pictures pictures = {graph_name(&graph, "images"), shape};
    struct sr_model *const *members;
    /* Names of outputs are taken before a node can take them. */
    const char *label = graph_name(&graph, "label"),
               *probabilities = graph_name(&graph, "probabilities");
    graph_input(&graph, pictures.name, ELEMENT_UINT8, 4, image);
    const size_t count = sr_ensemble_members(model, &members);
    const char *value = count ? write_ensemble(&graph, &pictures, members, count, error)
                              : write_member(&graph, &pictures, model, error);
    enum sr_status status = value ? SR_OK : error->status;
    calibrated = calibrated && model->trust;
    if (!status) {
        snprintf(graph.scope, sizeof graph.scope, "output/");
        const char *best = graph_node(&graph, "ArgMax", "best", INPUTS(value),
                                      ATTRIBUTES(INT("axis", 1), INT("keepdims", 1)));
        if (calibrated)
            value = part_calibrated(&graph, &model->trust->calibration, value, best, (int)classes);
        graph_node_to(&graph, "Squeeze", INPUTS(best, WHOLE(&graph, "class_axis", 1)),
                      OUTPUTS(label), NULL);
        graph_node_to(&graph, "Identity", INPUTS(value), OUTPUTS(probabilities), NULL);
        graph_output(&graph, label, ELEMENT_INT64, 1, (const int64_t[]){-1});
        graph_output(&graph, probabilities, ELEMENT_FLOAT, 2, (const int64_t[]){-1, classes});
        status = check_size(&graph, path, error);
    }
    if (!status) status = write_file(&graph, model, calibrated, path, error);
    graph_fini(&graph);
    return status;
}
