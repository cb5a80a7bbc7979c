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
