/* wire.h - protobuf's wire format, as much of it as ONNX files need: a message is a row of fields,
 * each a number, a type, and a whole number or bytes. Bytes are text, arrays or messages again.
 * (https://protobuf.dev/programming-guides/encoding) */
#ifndef SARTOR_ONNX_WIRE_H
#define SARTOR_ONNX_WIRE_H

#include "sartor/base/text.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum wire_type { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };

/* ---- writing: each adds one field to a message ---- */

void wire_put_integer(struct sr_text *message, unsigned field, int64_t value);
void wire_put_float(struct sr_text *message, unsigned field, float value);
void wire_put_bytes(struct sr_text *message, unsigned field, const void *bytes, size_t length);
void wire_put_text(struct sr_text *message, unsigned field, const char *text);
/* Arrays of numbers in one field, "packed". */
void wire_put_integers(struct sr_text *message, unsigned field, const int64_t *values,
                       size_t count);
void wire_put_floats(struct sr_text *message, unsigned field, const float *values, size_t count);
/* A message in a message; `inner` is released. */
void wire_put_message(struct sr_text *message, unsigned field, struct sr_text *inner);
/* Only what stands before so many bytes, which the caller writes. */
void wire_put_header(struct sr_text *message, unsigned field, size_t length);

/* ---- reading: from bytes that may be anything ---- */

struct wire_reader {
    const uint8_t *at, *end;
    bool broken; /* it ended within a field, or a field is none */
};

struct wire_field {
    unsigned number;
    enum wire_type type;
    uint64_t integer;     /* or the bits of a fixed one; 0 for WIRE_BYTES */
    const uint8_t *bytes; /* of WIRE_BYTES, within the reader's; else NULL */
    size_t length;
};

/* The next field; false at the end and, then `broken`, where there is none. */
bool wire_next(struct wire_reader *reader, struct wire_field *field);
bool wire_next_varint(struct wire_reader *reader, uint64_t *value);

#endif
