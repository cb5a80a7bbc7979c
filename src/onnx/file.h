/* file.h - what an ONNX file holds, as far as a network for images needs it. The file is a
 * stranger's: every length is checked, nothing is read from other files. Private to onnx/. */
#ifndef SARTOR_ONNX_FILE_H
#define SARTOR_ONNX_FILE_H

#include "sartor/base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A piece of the file's bytes: a name, a packed array, a message. */
struct piece {
    const uint8_t *bytes;
    size_t length;
};

enum { ONNX_RANK_MAX = 6, ONNX_INPUTS_MAX = 16, ONNX_ATTRIBUTES_MAX = 24, ONNX_INTEGERS_MAX = 16 };

struct onnx_attribute {
    struct piece name, text, tensor; /* tensor: a TensorProto */
    int64_t integer, integers[ONNX_INTEGERS_MAX];
    size_t count; /* of the integers */
    float number;
};

struct onnx_node {
    struct piece name, operator, domain;
    struct piece inputs[ONNX_INPUTS_MAX], outputs[ONNX_INPUTS_MAX];
    size_t input_count, output_count, attribute_count;
    struct onnx_attribute attributes[ONNX_ATTRIBUTES_MAX];
};

/* A constant: floats, or whole numbers as int64. */
struct onnx_constant {
    struct piece name;
    int rank;
    int64_t shape[ONNX_RANK_MAX];
    size_t count;
    float *floats;     /* owned; NULL: it is of whole numbers */
    int64_t *integers; /* owned; NULL: it is of floats */
};

/* An input or output of the graph; a length of -1 is not fixed. */
struct onnx_value {
    struct piece name;
    int64_t element;
    int rank;
    int64_t shape[ONNX_RANK_MAX];
};

struct onnx_file {
    struct onnx_node *nodes;
    struct onnx_constant *constants;
    struct onnx_value *inputs, *outputs;
    size_t node_count, constant_count, input_count, output_count;
    size_t node_room, constant_room, input_room, output_room;
    struct piece producer, classes; /* the metadata "classes" */
    int64_t operators;              /* version of ai.onnx */
};

/* Pieces refer to `bytes`, which must outlive the file. */
enum sr_status onnx_file_parse(struct onnx_file *file, const void *bytes, size_t length,
                               struct sr_error *error);
void onnx_file_fini(struct onnx_file *file);
/* A TensorProto; `name` is empty for one in an attribute. */
enum sr_status onnx_constant_parse(struct onnx_constant *constant, struct piece message,
                                   struct sr_error *error);
void onnx_constant_fini(struct onnx_constant *constant);

bool piece_is(struct piece piece, const char *text);
bool piece_same(struct piece a, struct piece b);
/* At most 60 bytes of it as text for a sentence, others than printable ASCII as "?". */
struct piece_text {
    char text[64];
};
struct piece_text piece_show(struct piece piece);
/* NULL: the node has no such attribute. */
const struct onnx_attribute *onnx_attribute(const struct onnx_node *node, const char *name);

#endif
