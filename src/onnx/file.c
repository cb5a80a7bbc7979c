#include "file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "wire.h"

/* Nodes, constants, inputs or outputs; numbers of all constants together are bounded by the file's
 * length. */
enum { ITEMS_MAX = 4096 };

static enum sr_status broken(const char *what, struct sr_error *error)
{
    return sr_error_set(error, SR_ERROR_FORMAT, "%s is cut off or damaged.", what);
}

bool piece_is(struct piece piece, const char *text)
{
    return piece.length == strlen(text) && !memcmp(piece.bytes, text, piece.length);
}

bool piece_same(struct piece a, struct piece b)
{
    return a.length == b.length && (!a.length || !memcmp(a.bytes, b.bytes, a.length));
}

struct piece_text piece_show(struct piece piece)
{
    struct piece_text shown = {""};
    size_t length = piece.length < 60 ? piece.length : 60;
    for (size_t i = 0; i < length; i++)
        shown.text[i] = piece.bytes[i] >= ' ' && piece.bytes[i] < 127 ? (char)piece.bytes[i] : '?';
    return shown;
}

const struct onnx_attribute *onnx_attribute(const struct onnx_node *node, const char *name)
{
    for (size_t i = 0; i < node->attribute_count; i++)
        if (piece_is(node->attributes[i].name, name)) return &node->attributes[i];
    return NULL;
}

/* ---- fields ---- */

static struct piece piece_of(const struct wire_field *field)
{
    return (struct piece){field->bytes, field->length};
}

static struct wire_reader read_piece(struct piece piece)
{
    return (struct wire_reader){piece.bytes, piece.bytes + piece.length, false};
}

/* A whole number of its own, or several in one field; those beyond `room` are an error. */
static bool add_integers(const struct wire_field *field, int64_t *values, size_t room,
                         size_t *count)
{
    if (field->type == WIRE_VARINT) {
        if (*count == room) return false;
        values[(*count)++] = (int64_t)field->integer;
        return true;
    }
    struct wire_reader reader = read_piece(piece_of(field));
    uint64_t value;
    while (reader.at < reader.end) {
        if (*count == room || !wire_next_varint(&reader, &value)) return false;
        values[(*count)++] = (int64_t)value;
    }
    return field->type == WIRE_BYTES;
}

/* ---- tensors ---- */

void onnx_constant_fini(struct onnx_constant *constant)
{
    free(constant->floats);
    free(constant->integers);
    *constant = (struct onnx_constant){0};
}

/* What a TensorProto says before it is known how many numbers it has. */
struct stored {
    int64_t type;
    struct piece raw, floats, integers; /* the last two: one packed field */
    const char *refused;
};

enum { FLOAT = 1, INT32 = 6, INT64 = 7, DOUBLE = 11 };

static enum sr_status read_head(struct onnx_constant *constant, struct stored *stored,
                                struct piece message, struct sr_error *error)
{
    enum {
        DIMENSIONS = 1,
        TYPE = 2,
        FLOATS = 4,
        INT32S = 5,
        INT64S = 7,
        NAME = 8,
        RAW = 9,
        DOUBLES = 10,
        EXTERNAL = 13,
        LOCATION = 14,
    };
    struct wire_reader reader = read_piece(message);
    struct wire_field field;
    size_t rank = 0;
    while (wire_next(&reader, &field)) {
        switch (field.number) {
        case DIMENSIONS:
            if (!add_integers(&field, constant->shape, ONNX_RANK_MAX, &rank))
                return broken("A constant's shape", error);
            break;
        case TYPE:
            stored->type = (int64_t)field.integer;
            break;
        case FLOATS:
            stored->floats = piece_of(&field);
            if (field.type != WIRE_BYTES) stored->refused = "numbers one by one";
            break;
        case INT32S:
        case INT64S:
            stored->integers = piece_of(&field);
            if (field.type != WIRE_BYTES) stored->refused = "numbers one by one";
            break;
        case NAME:
            constant->name = piece_of(&field);
            break;
        case RAW:
            stored->raw = piece_of(&field);
            break;
        case DOUBLES:
            stored->refused = "double numbers in a list";
            break;
        case EXTERNAL:
            stored->refused = "its numbers in another file";
            break;
        case LOCATION:
            if (field.integer) stored->refused = "its numbers in another file";
            break;
        default:
            break;
        }
    }
    constant->rank = (int)rank;
    return reader.broken ? broken("A constant", error) : SR_OK;
}

/* The numbers as they lie in memory, or one by one as a file may write whole numbers. */
static enum sr_status read_numbers(struct onnx_constant *constant, const struct stored *stored,
                                   struct sr_error *error)
{
    const bool whole = stored->type == INT32 || stored->type == INT64;
    const size_t count = constant->count,
                 size = stored->type == FLOAT || stored->type == INT32 ? 4 : 8;
    struct piece raw = stored->raw.bytes || !stored->floats.bytes ? stored->raw : stored->floats;
    void *values =
        sr_array_new(count, whole ? sizeof(int64_t) : sizeof(float), "a constant", error);
    if (!values) return SR_ERROR_MEMORY;
    if (whole)
        constant->integers = values;
    else
        constant->floats = values;
    if (whole && stored->integers.bytes) {
        const struct wire_field list = {0, WIRE_BYTES, 0, stored->integers.bytes,
                                        stored->integers.length};
        size_t made = 0;
        if (add_integers(&list, values, count, &made) && made == count) return SR_OK;
        return broken("A constant", error);
    }
    if (raw.length != count * size) return broken("A constant", error);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *from = raw.bytes + i * size;
        float real;
        double exact;
        int32_t small;
        if (stored->type == FLOAT) {
            memcpy(&real, from, sizeof real);
            constant->floats[i] = real;
        } else if (stored->type == DOUBLE) {
            memcpy(&exact, from, sizeof exact);
            constant->floats[i] = (float)exact;
        } else if (stored->type == INT32) {
            memcpy(&small, from, sizeof small);
            constant->integers[i] = small;
        } else {
            memcpy(&constant->integers[i], from, sizeof *constant->integers);
        }
    }
    return SR_OK;
}

enum sr_status onnx_constant_parse(struct onnx_constant *constant, struct piece message,
                                   struct sr_error *error)
{
    struct stored stored = {0};
    *constant = (struct onnx_constant){0};
    enum sr_status status = read_head(constant, &stored, message, error);
    if (status) return status;
    const struct piece_text name = piece_show(constant->name);
    if (stored.refused)
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "The constant \"%s\" has %s, which is not read.", name.text,
                            stored.refused);
    if (stored.type != FLOAT && stored.type != DOUBLE && stored.type != INT32 &&
        stored.type != INT64)
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "The constant \"%s\" has elements of type %lld; float, double, int32 "
                            "and int64 are read.",
                            name.text, (long long)stored.type);
    constant->count = 1;
    for (int axis = 0; axis < constant->rank; axis++)
        if (constant->shape[axis] < 0 ||
            __builtin_mul_overflow(constant->count, (size_t)constant->shape[axis],
                                   &constant->count) ||
            constant->count > message.length)
            return broken("A constant's shape", error);
    return read_numbers(constant, &stored, error);
}

/* ---- nodes ---- */

static enum sr_status read_attribute(struct onnx_attribute *attribute, struct piece message,
                                     struct sr_error *error)
{
    enum { NAME = 1, NUMBER, INTEGER, TEXT, TENSOR, INTEGERS = 8 };
    struct wire_reader reader = read_piece(message);
    struct wire_field field;
    while (wire_next(&reader, &field)) {
        if (field.number == NAME) attribute->name = piece_of(&field);
        if (field.number == INTEGER) attribute->integer = (int64_t)field.integer;
        if (field.number == TEXT) attribute->text = piece_of(&field);
        if (field.number == TENSOR) attribute->tensor = piece_of(&field);
        if (field.number == NUMBER && field.type == WIRE_FIXED32) {
            const uint32_t bits = (uint32_t)field.integer;
            memcpy(&attribute->number, &bits, sizeof bits);
        }
        if (field.number == INTEGERS &&
            !add_integers(&field, attribute->integers, ONNX_INTEGERS_MAX, &attribute->count))
            return broken("An attribute", error);
    }
    return reader.broken ? broken("An attribute", error) : SR_OK;
}

static enum sr_status read_node(struct onnx_node *node, struct piece message,
                                struct sr_error *error)
{
    enum { INPUT = 1, OUTPUT, NAME, OPERATOR, ATTRIBUTE, DOMAIN = 7 };
    struct wire_reader reader = read_piece(message);
    struct wire_field field;
    enum sr_status status = SR_OK;
    bool full = false;
    while (!status && wire_next(&reader, &field)) {
        const struct piece piece = piece_of(&field);
        if (field.number == INPUT) {
            full = full || node->input_count == ONNX_INPUTS_MAX;
            if (!full) node->inputs[node->input_count++] = piece;
        } else if (field.number == OUTPUT) {
            full = full || node->output_count == ONNX_INPUTS_MAX;
            if (!full) node->outputs[node->output_count++] = piece;
        } else if (field.number == ATTRIBUTE) {
            full = full || node->attribute_count == ONNX_ATTRIBUTES_MAX;
            if (!full)
                status = read_attribute(&node->attributes[node->attribute_count++], piece, error);
        } else if (field.number == NAME) {
            node->name = piece;
        } else if (field.number == OPERATOR) {
            node->operator= piece;
        } else if (field.number == DOMAIN) {
            node->domain = piece;
        }
    }
    if (status) return status;
    if (reader.broken) return broken("A node", error);
    if (!full) return SR_OK;
    return sr_error_set(error, SR_ERROR_FORMAT,
                        "The node \"%s\" has more inputs, outputs or attributes than are read.",
                        piece_show(node->name).text);
}

/* ---- inputs and outputs: a name, and a type in a message in a message ---- */

static struct piece find_message(struct piece message, unsigned number)
{
    struct wire_reader reader = read_piece(message);
    struct wire_field field;
    while (wire_next(&reader, &field))
        if (field.number == number && field.type == WIRE_BYTES) return piece_of(&field);
    return (struct piece){0};
}

static enum sr_status read_value(struct onnx_value *value, struct piece message,
                                 struct sr_error *error)
{
    enum { NAME = 1, TYPE, TENSOR = 1, ELEMENT = 1, SHAPE = 2, DIMENSION = 1, LENGTH = 1 };
    const struct piece tensor = find_message(find_message(message, TYPE), TENSOR);
    struct wire_reader reader = read_piece(tensor), shape;
    struct wire_field field;
    value->name = find_message(message, NAME);
    value->rank = -1;
    while (wire_next(&reader, &field)) {
        if (field.number == ELEMENT) value->element = (int64_t)field.integer;
        if (field.number != SHAPE) continue;
        value->rank = 0;
        shape = read_piece(piece_of(&field));
        while (wire_next(&shape, &field)) {
            if (field.number != DIMENSION) continue;
            if (value->rank == ONNX_RANK_MAX) return broken("An input's shape", error);
            struct wire_reader length = read_piece(piece_of(&field));
            int64_t *at = &value->shape[value->rank++];
            *at = -1;
            while (wire_next(&length, &field))
                if (field.number == LENGTH && field.type == WIRE_VARINT && field.integer &&
                    field.integer < INT32_MAX)
                    *at = (int64_t)field.integer;
        }
    }
    return reader.broken ? broken("An input", error) : SR_OK;
}

/* ---- the graph ---- */

/* A new item of a list; NULL where there are too many. */
static void *add_item(void *list, size_t *room, size_t *count, size_t size)
{
    if (*count == ITEMS_MAX) return NULL;
    sr_xgrow(list, room, *count + 1, size);
    char *item = *(char **)list + (*count)++ * size;
    memset(item, 0, size);
    return item;
}

static enum sr_status read_item(struct onnx_file *file, const struct wire_field *field,
                                struct sr_error *error)
{
    enum { NODE = 1, CONSTANT = 5, INPUT = 11, OUTPUT = 12, SPARSE = 15 };
    const struct piece piece = piece_of(field);
    void *item = NULL;
    switch (field->number) {
    case NODE:
        item = add_item(&file->nodes, &file->node_room, &file->node_count, sizeof *file->nodes);
        if (item) return read_node(item, piece, error);
        break;
    case CONSTANT:
        item = add_item(&file->constants, &file->constant_room, &file->constant_count,
                        sizeof *file->constants);
        if (item) return onnx_constant_parse(item, piece, error);
        break;
    case INPUT:
        item = add_item(&file->inputs, &file->input_room, &file->input_count, sizeof *file->inputs);
        if (item) return read_value(item, piece, error);
        break;
    case OUTPUT:
        item = add_item(&file->outputs, &file->output_room, &file->output_count,
                        sizeof *file->outputs);
        if (item) return read_value(item, piece, error);
        break;
    case SPARSE:
        return sr_error_set(error, SR_ERROR_FORMAT, "It has sparse constants, which are not read.");
    default:
        return SR_OK;
    }
    return sr_error_set(error, SR_ERROR_FORMAT,
                        "It has more than %d nodes, constants, inputs or outputs.", ITEMS_MAX);
}

void onnx_file_fini(struct onnx_file *file)
{
    for (size_t i = 0; i < file->constant_count; i++) onnx_constant_fini(&file->constants[i]);
    free(file->nodes);
    free(file->constants);
    free(file->inputs);
    free(file->outputs);
    *file = (struct onnx_file){0};
}

enum sr_status onnx_file_parse(struct onnx_file *file, const void *bytes, size_t length,
                               struct sr_error *error)
{
    enum { PRODUCER = 2, GRAPH = 7, OPERATORS = 8, METADATA = 14, KEY = 1, VALUE = 2 };
    struct wire_reader reader = read_piece((struct piece){bytes, length});
    struct wire_field field;
    struct piece graph = {0};
    enum sr_status status = SR_OK;
    *file = (struct onnx_file){0};
    while (wire_next(&reader, &field)) {
        const struct piece piece = piece_of(&field);
        if (field.number == PRODUCER) file->producer = piece;
        if (field.number == GRAPH) graph = piece;
        if (field.number == METADATA && piece_is(find_message(piece, KEY), "classes"))
            file->classes = find_message(piece, VALUE);
    }
    if (reader.broken || !graph.bytes)
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "It is no ONNX file, or one that is cut off or damaged.");
    reader = read_piece(graph);
    while (!status && wire_next(&reader, &field)) status = read_item(file, &field, error);
    if (!status && reader.broken) status = broken("The graph", error);
    if (status) onnx_file_fini(file);
    return status;
}
