#include "wire.h"

#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "protobuf's floats are little-endian, and are written as they lie in memory");

enum { TYPE_BITS = 3, GROUP_BITS = 7, VARINT_MAX = 10 };

/* Seven bits a byte, the lowest first; all bytes but the last have their highest bit set. */
static size_t encode(uint64_t value, uint8_t bytes[VARINT_MAX])
{
    size_t length = 0;
    for (; value >> GROUP_BITS; value >>= GROUP_BITS)
        bytes[length++] = (uint8_t)(value | 1 << GROUP_BITS);
    bytes[length++] = (uint8_t)value;
    return length;
}

static void put_varint(struct sr_text *message, uint64_t value)
{
    uint8_t bytes[VARINT_MAX];
    size_t length = encode(value, bytes);
    sr_text_add_bytes(message, bytes, length);
}

static void put_tag(struct sr_text *message, unsigned field, enum wire_type type)
{
    put_varint(message, (uint64_t)field << TYPE_BITS | type);
}

void wire_put_header(struct sr_text *message, unsigned field, size_t length)
{
    put_tag(message, field, WIRE_BYTES);
    put_varint(message, length);
}

void wire_put_integer(struct sr_text *message, unsigned field, int64_t value)
{
    put_tag(message, field, WIRE_VARINT);
    put_varint(message, (uint64_t)value);
}

void wire_put_float(struct sr_text *message, unsigned field, float value)
{
    put_tag(message, field, WIRE_FIXED32);
    sr_text_add_bytes(message, &value, sizeof value);
}

void wire_put_bytes(struct sr_text *message, unsigned field, const void *bytes, size_t length)
{
    wire_put_header(message, field, length);
    sr_text_add_bytes(message, bytes, length);
}

void wire_put_text(struct sr_text *message, unsigned field, const char *text)
{
    wire_put_bytes(message, field, text, strlen(text));
}

void wire_put_integers(struct sr_text *message, unsigned field, const int64_t *values, size_t count)
{
    uint8_t bytes[VARINT_MAX];
    size_t length = 0;
    for (size_t i = 0; i < count; i++) length += encode((uint64_t)values[i], bytes);
    wire_put_header(message, field, length);
    for (size_t i = 0; i < count; i++) put_varint(message, (uint64_t)values[i]);
}

void wire_put_floats(struct sr_text *message, unsigned field, const float *values, size_t count)
{
    wire_put_bytes(message, field, values, count * sizeof *values);
}

void wire_put_message(struct sr_text *message, unsigned field, struct sr_text *inner)
{
    wire_put_bytes(message, field, inner->bytes, inner->length);
    sr_text_fini(inner);
}

bool wire_next_varint(struct wire_reader *reader, uint64_t *value)
{
    const uint64_t low = (1 << GROUP_BITS) - 1;
    *value = 0;
    for (int i = 0; i < VARINT_MAX && reader->at < reader->end; i++) {
        const uint64_t byte = *reader->at++;
        *value |= (byte & low) << (GROUP_BITS * i);
        if (byte <= low) return true;
    }
    reader->broken = true;
    return false;
}

static bool next_fixed(struct wire_reader *reader, size_t size, uint64_t *value)
{
    *value = 0;
    if ((size_t)(reader->end - reader->at) < size) return false;
    memcpy(value, reader->at, size);
    reader->at += size;
    return true;
}

bool wire_next(struct wire_reader *reader, struct wire_field *field)
{
    const uint64_t most = 1 << 29; /* numbers of fields are below it */
    uint64_t tag, length;
    *field = (struct wire_field){0};
    if (reader->broken || reader->at == reader->end) return false;
    if (!wire_next_varint(reader, &tag)) return false;
    field->number = (unsigned)(tag >> TYPE_BITS);
    field->type = (enum wire_type)(tag & ((1 << TYPE_BITS) - 1));
    bool good = tag >> TYPE_BITS && tag >> TYPE_BITS < most;
    switch (field->type) {
    case WIRE_VARINT:
        good = good && wire_next_varint(reader, &field->integer);
        break;
    case WIRE_FIXED64:
        good = good && next_fixed(reader, 8, &field->integer);
        break;
    case WIRE_FIXED32:
        good = good && next_fixed(reader, 4, &field->integer);
        break;
    case WIRE_BYTES:
        good = good && wire_next_varint(reader, &length) &&
               length <= (uint64_t)(reader->end - reader->at);
        if (!good) break;
        field->bytes = reader->at;
        field->length = (size_t)length;
        reader->at += length;
        break;
    default: /* groups, which ONNX does not use */
        good = false;
    }
    reader->broken = !good;
    return good;
}
