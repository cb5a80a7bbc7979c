#include "graph.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "wire.h"

/* Field numbers of onnx.proto. */
enum { NODE_INPUT = 1, NODE_OUTPUT, NODE_NAME, NODE_OPERATOR, NODE_ATTRIBUTE, NODE_DOMAIN = 7 };
enum {
    ATTRIBUTE_FIELD_NAME = 1,
    ATTRIBUTE_FIELD_FLOAT,
    ATTRIBUTE_FIELD_INT,
    ATTRIBUTE_FIELD_TEXT,
    ATTRIBUTE_FIELD_GRAPH = 6,
    ATTRIBUTE_FIELD_FLOATS,
    ATTRIBUTE_FIELD_INTS,
    ATTRIBUTE_FIELD_TYPE = 20,
};
enum { TENSOR_DIMENSIONS = 1, TENSOR_TYPE, TENSOR_NAME = 8, TENSOR_BYTES = 9 };
enum { VALUE_NAME = 1, VALUE_TYPE };
enum { TYPE_TENSOR = 1, TENSOR_ELEMENT = 1, TENSOR_SHAPE = 2 };
enum { SHAPE_DIMENSION = 1, DIMENSION_LENGTH = 1, DIMENSION_NAME = 2 };
enum { GRAPH_NODE = 1, GRAPH_NAME = 2, GRAPH_CONSTANT = 5, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12 };

static struct graph *outermost(struct graph *graph)
{
    while (graph->outer) graph = graph->outer;
    return graph;
}

void graph_fini(struct graph *graph)
{
    sr_text_fini(&graph->nodes);
    sr_text_fini(&graph->constants);
    sr_text_fini(&graph->inputs);
    sr_text_fini(&graph->outputs);
    for (size_t i = 0; i < graph->name_count; i++) free(graph->names[i]);
    free(graph->names);
    *graph = (struct graph){0};
}

static bool is_taken(const struct graph *root, const char *name)
{
    for (size_t i = 0; i < root->name_count; i++)
        if (!strcmp(root->names[i], name)) return true;
    return false;
}

const char *graph_name(struct graph *graph, const char *format, ...)
{
    struct graph *root = outermost(graph);
    char plain[160];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(plain, sizeof plain, format, arguments);
    va_end(arguments);
    char *name = sr_xprintf("%s%s", graph->scope, plain);
    for (int number = 2; is_taken(root, name); number++) {
        free(name);
        name = sr_xprintf("%s%s_%d", graph->scope, plain, number);
    }
    sr_xgrow(&root->names, &root->name_room, root->name_count + 1, sizeof *root->names);
    return root->names[root->name_count++] = name;
}

static void print_attribute(const struct attribute *attribute, struct sr_text *node)
{
    struct sr_text message = {0}, body = {0};
    int type = attribute->type;
    wire_put_text(&message, ATTRIBUTE_FIELD_NAME, attribute->name);
    switch (attribute->type) {
    case ATTRIBUTE_FLOAT:
        wire_put_float(&message, ATTRIBUTE_FIELD_FLOAT, attribute->number);
        break;
    case ATTRIBUTE_INT:
        wire_put_integer(&message, ATTRIBUTE_FIELD_INT, attribute->integer);
        break;
    case ATTRIBUTE_TEXT:
        wire_put_text(&message, ATTRIBUTE_FIELD_TEXT, attribute->text);
        break;
    case ATTRIBUTE_GRAPH:
        graph_print(attribute->body, attribute->name, &body);
        wire_put_message(&message, ATTRIBUTE_FIELD_GRAPH, &body);
        graph_fini(attribute->body);
        break;
    case ATTRIBUTE_FLOATS:
        wire_put_floats(&message, ATTRIBUTE_FIELD_FLOATS, attribute->numbers, attribute->count);
        break;
    case ATTRIBUTE_INTS:
        wire_put_integers(&message, ATTRIBUTE_FIELD_INTS, attribute->integers, attribute->count);
        break;
    case ATTRIBUTE_PACKED:
        sr_text_add_bytes(&message, attribute->encoded->bytes, attribute->encoded->length);
        sr_text_fini(attribute->encoded);
        break;
    }
    wire_put_integer(&message, ATTRIBUTE_FIELD_TYPE, type);
    wire_put_message(node, NODE_ATTRIBUTE, &message);
}

void graph_node_to(struct graph *graph, const char *operator, const char * const * inputs,
                   const char *const *outputs, const struct attribute *attributes)
{
    static const char learning[] = "ml.";
    const bool learns = !strncmp(operator, learning, strlen(learning));
    struct sr_text node = {0};
    for (size_t i = 0; inputs[i]; i++) wire_put_text(&node, NODE_INPUT, inputs[i]);
    for (size_t i = 0; outputs[i]; i++) wire_put_text(&node, NODE_OUTPUT, outputs[i]);
    wire_put_text(&node, NODE_NAME, outputs[0]);
    wire_put_text(&node, NODE_OPERATOR, learns ? operator+ strlen(learning) : operator);
    for (; attributes && attributes->name; attributes++) print_attribute(attributes, &node);
    if (learns) wire_put_text(&node, NODE_DOMAIN, "ai.onnx.ml");
    wire_put_message(&graph->nodes, GRAPH_NODE, &node);
}

const char *graph_node(struct graph *graph, const char *operator, const char * name,
                       const char *const *inputs, const struct attribute *attributes)
{
    const char *output = graph_name(graph, "%s", name);
    graph_node_to(graph, operator, inputs, OUTPUTS(output), attributes);
    return output;
}

/* ---- constants ---- */

static size_t element_size(enum element type)
{
    switch (type) {
    case ELEMENT_UINT8:
    case ELEMENT_BOOL:
        return 1;
    case ELEMENT_FLOAT:
    case ELEMENT_INT32:
        return 4;
    default:
        return 8;
    }
}

const char *graph_constant(struct graph *graph, const char *name, enum element type, int rank,
                           const size_t *shape, const void *data)
{
    struct graph *root = outermost(graph);
    const char *unique = graph_name(graph, "%s", name);
    struct sr_text head = {0};
    size_t length = element_size(type);
    for (int axis = 0; axis < rank; axis++) {
        wire_put_integer(&head, TENSOR_DIMENSIONS, (int64_t)shape[axis]);
        length *= shape[axis];
    }
    wire_put_integer(&head, TENSOR_TYPE, type);
    wire_put_text(&head, TENSOR_NAME, unique);
    wire_put_header(&head, TENSOR_BYTES, length);
    /* As wire_put_message does, without a second copy of an array that may be large. */
    wire_put_header(&root->constants, GRAPH_CONSTANT, head.length + length);
    sr_text_add_bytes(&root->constants, head.bytes, head.length);
    sr_text_add_bytes(&root->constants, data, length);
    sr_text_fini(&head);
    return unique;
}

const char *graph_float(struct graph *graph, const char *name, float value)
{
    return graph_constant(graph, name, ELEMENT_FLOAT, 0, NULL, &value);
}

const char *graph_double(struct graph *graph, const char *name, double value)
{
    return graph_constant(graph, name, ELEMENT_DOUBLE, 0, NULL, &value);
}

const char *graph_int32(struct graph *graph, const char *name, int32_t value)
{
    return graph_constant(graph, name, ELEMENT_INT32, 0, NULL, &value);
}

const char *graph_integers(struct graph *graph, const char *name, size_t count,
                           const int64_t *values)
{
    return graph_constant(graph, name, ELEMENT_INT64, 1, &count, values);
}

/* ---- inputs and outputs ---- */

static void declare(struct sr_text *list, unsigned field, const char *name, enum element type,
                    int rank, const int64_t *shape)
{
    struct sr_text value = {0}, kind = {0}, tensor = {0}, lengths = {0};
    for (int axis = 0; axis < rank; axis++) {
        struct sr_text length = {0};
        if (shape[axis] >= 0)
            wire_put_integer(&length, DIMENSION_LENGTH, shape[axis]);
        else
            wire_put_text(&length, DIMENSION_NAME, "N");
        wire_put_message(&lengths, SHAPE_DIMENSION, &length);
    }
    wire_put_integer(&tensor, TENSOR_ELEMENT, type);
    if (rank >= 0) wire_put_message(&tensor, TENSOR_SHAPE, &lengths);
    wire_put_message(&kind, TYPE_TENSOR, &tensor);
    wire_put_text(&value, VALUE_NAME, name);
    wire_put_message(&value, VALUE_TYPE, &kind);
    wire_put_message(list, field, &value);
}

void graph_input(struct graph *graph, const char *name, enum element type, int rank,
                 const int64_t *shape)
{
    declare(&graph->inputs, GRAPH_INPUT, name, type, rank, shape);
}

void graph_output(struct graph *graph, const char *name, enum element type, int rank,
                  const int64_t *shape)
{
    declare(&graph->outputs, GRAPH_OUTPUT, name, type, rank, shape);
}

void graph_print(struct graph *graph, const char *name, struct sr_text *message)
{
    sr_text_add_bytes(message, graph->nodes.bytes, graph->nodes.length);
    wire_put_text(message, GRAPH_NAME, name);
    sr_text_add_bytes(message, graph->inputs.bytes, graph->inputs.length);
    sr_text_add_bytes(message, graph->outputs.bytes, graph->outputs.length);
}

/* ---- common nodes ---- */

const char *graph_cast(struct graph *graph, const char *name, const char *value, enum element type)
{
    return graph_node(graph, "Cast", name, INPUTS(value), ATTRIBUTES(INT("to", type)));
}

const char *graph_one(struct graph *graph, const char *operator, const char * name,
                      const char *value)
{
    return graph_node(graph, operator, name, INPUTS(value), NULL);
}

const char *graph_slice(struct graph *graph, const char *name, const char *value, int64_t axis,
                        int64_t start, int64_t end, int64_t step)
{
    char prefix[100];
    snprintf(prefix, sizeof prefix, "%s.ends", name);
    const char *starts = WHOLE(graph, prefix, start), *ends = WHOLE(graph, prefix, end),
               *axes = WHOLE(graph, prefix, axis), *steps = WHOLE(graph, prefix, step);
    return graph_node(graph, "Slice", name, INPUTS(value, starts, ends, axes, steps), NULL);
}

const char *graph_reshape(struct graph *graph, const char *name, const char *value, size_t rank,
                          const int64_t *shape)
{
    char prefix[100];
    snprintf(prefix, sizeof prefix, "%s.shape", name);
    return graph_two(graph, "Reshape", name, value, graph_integers(graph, prefix, rank, shape));
}
