/* npy.c - see npy.h. The header is a Python dictionary of three entries, written by NumPy in one
 * way: {'descr': '<f4', 'fortran_order': False, 'shape': (60000, 28, 28), } */
#include "npy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_MAX = 64 << 10, MAGIC = 6 };

bool npy_probe(const void *bytes, size_t length)
{
    return length >= MAGIC && !memcmp(bytes, "\x93NUMPY", MAGIC);
}

/* What stands behind 'key': ; NULL when there is no such key. */
static const char *entry(const char *header, const char *key)
{
    char quoted[32];
    snprintf(quoted, sizeof quoted, "'%s'", key);
    const char *at = strstr(header, quoted);
    if (!at) return NULL;
    at += strlen(quoted);
    at += strspn(at, " ");
    if (*at != ':') return NULL;
    return at + 1 + strspn(at + 1, " ");
}

static bool read_type(const char *text, struct array *array)
{
    char order, kind, quote;
    int bytes = 0;
    if (!text || sscanf(text, "'%c%c%2d%c", &order, &kind, &bytes, &quote) != 4 || quote != '\'')
        return false;
    if (!strchr("<>|=", order) || !strchr("buif", kind)) return false;
    if (bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8) return false;
    if ((kind == 'b' && bytes != 1) || (kind == 'f' && bytes == 1)) return false;
    array->kind = kind == 'f' ? ARRAY_FLOAT : kind == 'i' ? ARRAY_SIGNED : ARRAY_UNSIGNED;
    array->bytes_each = bytes;
    array->big_endian = order == '>';
    return true;
}

static bool read_shape(const char *text, struct array *array)
{
    if (!text || *text != '(') return false;
    text += 1 + strspn(text + 1, " ");
    while (*text >= '0' && *text <= '9') {
        char *end;
        if (array->dimensions == ARRAY_DIMENSIONS_MAX || strspn(text, "0123456789") > 18)
            return false;
        array->sizes[array->dimensions++] = strtoull(text, &end, 10);
        text = end + strspn(end, "L "); /* Python 2 wrote 60000L */
        if (*text != ',') break;
        text += 1 + strspn(text + 1, " ");
    }
    return *text == ')' && array->dimensions > 0;
}

/* Of a type as it stands in a header, in quotes, followed by whatever else. */
static int word_length(const char *type)
{
    enum { MOST = 24 };
    const int length = *type == '\'' ? (int)strcspn(type + 1, "'") + 2 : MOST;
    return length < MOST ? length : MOST;
}

enum sr_status npy_read_header(struct stream *stream, struct array *array, struct sr_error *error)
{
    const char *name = stream_name(stream);
    uint8_t start[MAGIC + 2], size[4] = {0};
    *array = (struct array){0};
    enum sr_status status = stream_need(stream, start, sizeof start, error);
    if (status != SR_OK) return status;
    if (!npy_probe(start, sizeof start) || start[MAGIC] < 1 || start[MAGIC] > 3)
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "%s is not an array of NumPy, of version 1, 2 or 3", name);
    status = stream_need(stream, size, start[MAGIC] == 1 ? 2 : 4, error);
    if (status != SR_OK) return status;
    const uint32_t length = (uint32_t)size[0] | (uint32_t)size[1] << 8 | (uint32_t)size[2] << 16 |
                            (uint32_t)size[3] << 24;
    if (length > HEADER_MAX)
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "%s has a header of %u bytes; that of an array of numbers has some 100",
                            name, length);
    char *header = calloc(1, (size_t)length + 1);
    if (!header) return sr_error_set(error, SR_ERROR_MEMORY, "%s: no memory for it", name);
    status = stream_need(stream, header, length, error);
    if (status == SR_OK) {
        const char *type = entry(header, "descr"), *order = entry(header, "fortran_order");
        array->first_fastest = order && !strncmp(order, "True", 4);
        if (!read_type(type, array))
            status = sr_error_set(error, SR_ERROR_FORMAT,
                                  "%s holds numbers of the type %.*s; whole numbers, floats and "
                                  "booleans of 1 to 8 bytes can be read",
                                  name, type ? word_length(type) : 6, type ? type : "(none)");
        else if (!order || !read_shape(entry(header, "shape"), array))
            status = sr_error_set(error, SR_ERROR_FORMAT,
                                  "%s has no shape of 1 to %d dimensions in its header", name,
                                  ARRAY_DIMENSIONS_MAX);
    }
    free(header);
    return status;
}
