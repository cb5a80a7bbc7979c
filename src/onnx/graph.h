/* graph.h - an ONNX graph under construction: nodes are appended in the order in which they run.
 *
 * Every value (an input, the output of a node, a constant) is known by its name, a string that the
 * graph owns. Names are made unique and begin with the graph's scope: "cnn/conv1". A body, the
 * graph that a Scan repeats, sees the values of the graph around it. Not thread-safe. */
#ifndef SARTOR_ONNX_GRAPH_H
#define SARTOR_ONNX_GRAPH_H

#include "sartor/base/error.h"
#include "sartor/base/text.h"
#include <stddef.h>
#include <stdint.h>

/* ONNX's numbers of the types of elements. */
enum element {
    ELEMENT_FLOAT = 1,
    ELEMENT_UINT8 = 2,
    ELEMENT_INT32 = 6,
    ELEMENT_INT64 = 7,
    ELEMENT_BOOL = 9,
    ELEMENT_DOUBLE = 11,
};

struct graph {
    struct graph *outer;                              /* of a body: the graph around it */
    char scope[128];                                  /* what names begin with: "", or "member0/" */
    struct sr_text nodes, constants, inputs, outputs; /* fields of a GraphProto */
    char **names; /* of all values, those of bodies too; only in the outermost graph */
    size_t name_count, name_room;
};

void graph_fini(struct graph *graph);

/* One attribute of a node; a list of them ends with a NULL name. */
struct attribute {
    const char *name;
    enum {
        ATTRIBUTE_FLOAT = 1,
        ATTRIBUTE_INT = 2,
        ATTRIBUTE_TEXT = 3,
        ATTRIBUTE_GRAPH = 5,
        ATTRIBUTE_FLOATS = 6,
        ATTRIBUTE_INTS = 7,
        ATTRIBUTE_PACKED = 8
    } type;
    int64_t integer;
    float number;
    const char *text;
    const int64_t *integers;
    const float *numbers;
    size_t count;
    struct graph *body;      /* released */
    struct sr_text *encoded; /* ATTRIBUTE_PACKED: a list of texts, field by field; released */
};

/* clang-format off */
#define ATTRIBUTES(...) (const struct attribute[]){__VA_ARGS__, {0}}
#define INPUTS(...) (const char *const[]){__VA_ARGS__, NULL}
#define OUTPUTS(...) (const char *const[]){__VA_ARGS__, NULL}
#define INT(NAME, VALUE) {.name = NAME, .type = ATTRIBUTE_INT, .integer = VALUE}
#define TEXT(NAME, VALUE) {.name = NAME, .type = ATTRIBUTE_TEXT, .text = VALUE}
#define INTS(NAME, COUNT, ...) {.name = NAME, .type = ATTRIBUTE_INTS, .count = COUNT, \
                                .integers = (const int64_t[]){__VA_ARGS__}}
#define INT_LIST(NAME, COUNT, VALUES) {.name = NAME, .type = ATTRIBUTE_INTS, .count = COUNT, \
                                       .integers = VALUES}
#define FLOAT_LIST(NAME, COUNT, VALUES) {.name = NAME, .type = ATTRIBUTE_FLOATS, .count = COUNT, \
                                         .numbers = VALUES}
#define FLOAT(NAME, VALUE) {.name = NAME, .type = ATTRIBUTE_FLOAT, .number = VALUE}
#define BODY(GRAPH) {.name = "body", .type = ATTRIBUTE_GRAPH, .body = GRAPH}
/* clang-format on */

/* A name of this graph, made unique. */
const char *graph_name(struct graph *graph, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Append a node with one output, which is named as the node is: the name. Operators of ai.onnx.ml
 * begin with "ml.". `inputs` end with NULL, `attributes` may be NULL. */
const char *graph_node(struct graph *graph, const char *operator, const char * name,
                       const char *const *inputs, const struct attribute *attributes);
/* The same with outputs of these names, which graph_name has made. */
void graph_node_to(struct graph *graph, const char *operator, const char * const * inputs,
                   const char *const *outputs, const struct attribute *attributes);

/* A constant array, as it lies in memory. `data` is copied. */
const char *graph_constant(struct graph *graph, const char *name, enum element type, int rank,
                           const size_t *shape, const void *data);
const char *graph_float(struct graph *graph, const char *name, float value);
const char *graph_double(struct graph *graph, const char *name, double value);
const char *graph_int32(struct graph *graph, const char *name, int32_t value);
const char *graph_integers(struct graph *graph, const char *name, size_t count,
                           const int64_t *values);
#define WHOLE(GRAPH, NAME, ...)                                                                    \
    graph_integers(GRAPH, NAME, sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t),          \
                   (const int64_t[]){__VA_ARGS__})

/* Declare inputs and outputs of the graph. A length of -1 is the number of images, "N"; rank -1:
 * any shape. */
void graph_input(struct graph *graph, const char *name, enum element type, int rank,
                 const int64_t *shape);
void graph_output(struct graph *graph, const char *name, enum element type, int rank,
                  const int64_t *shape);

/* Common nodes. */
const char *graph_cast(struct graph *graph, const char *name, const char *value, enum element type);
/* Add, Sub, Mul, Div, Max, Min, ... of two values. A list and no function: compilers differ in
 * which argument of a function they evaluate first, and so in which node would be the first. */
#define graph_two(GRAPH, OPERATOR, NAME, ...)                                                      \
    graph_node(GRAPH, OPERATOR, NAME, INPUTS(__VA_ARGS__), NULL)
/* Sqrt, Exp, Neg, Identity, ... */
const char *graph_one(struct graph *graph, const char *operator, const char * name,
                      const char *value);
/* Part of a value along one axis; a step of -1 reverses it. */
const char *graph_slice(struct graph *graph, const char *name, const char *value, int64_t axis,
                        int64_t start, int64_t end, int64_t step);
const char *graph_reshape(struct graph *graph, const char *name, const char *value, size_t rank,
                          const int64_t *shape);

/* The GraphProto, but without its constants, which go into the file by themselves. */
void graph_print(struct graph *graph, const char *name, struct sr_text *message);

#endif
