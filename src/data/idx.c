/* idx.c - see idx.h. */
#include "idx.h"

#include <string.h>

enum { TYPE_BYTES = 8 };

/* By the type's number. */
static const struct {
    int type, bytes_each;
    enum array_kind kind;
} types[] = {
    {0x08, 1, ARRAY_UNSIGNED}, {0x09, 1, ARRAY_SIGNED}, {0x0b, 2, ARRAY_SIGNED},
    {0x0c, 4, ARRAY_SIGNED},   {0x0d, 4, ARRAY_FLOAT},  {0x0e, 8, ARRAY_FLOAT},
};

static uint32_t big_endian(const uint8_t bytes[4])
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

bool idx_holds_images(const uint8_t magic[4])
{
    bool known = false;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) known |= types[i].type == magic[2];
    return !magic[0] && !magic[1] && known && (magic[3] == 3 || magic[3] == 4);
}

static enum sr_status read_number(struct stream *stream, uint32_t *number, struct sr_error *error)
{
    uint8_t bytes[4];
    size_t got;
    enum sr_status status = stream_read(stream, bytes, sizeof bytes, &got, error);
    if (status == SR_OK && got < sizeof bytes)
        status = sr_error_set(error, SR_ERROR_FORMAT, "%s is truncated: it ends within its header",
                              stream_name(stream));
    if (status == SR_OK) *number = big_endian(bytes);
    return status;
}

/* The type and the number of dimensions. */
static enum sr_status read_magic(const char *name, uint32_t magic, enum idx_content wanted,
                                 struct array *array, struct sr_error *error)
{
    const int type = (int)(magic >> 8), dimensions = (int)(magic & 0xff);
    const bool images = wanted == IDX_IMAGES || (wanted == IDX_EITHER && dimensions > 2);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].type == type) {
            array->bytes_each = types[i].bytes_each;
            array->kind = types[i].kind;
        }
    if (!array->bytes_each)
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "%s is not an IDX file: it begins with 0x%08x, and %s with 0x%08x",
                            name, magic, images ? "images" : "labels", images ? 0x803 : 0x801);
    if (dimensions < 1 || dimensions > ARRAY_DIMENSIONS_MAX)
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "%s has %d dimensions (magic number 0x%08x); %s have %s", name,
                            dimensions, magic, images ? "images" : "labels",
                            images ? "3, or 4 in colour" : "1, or 2 as QMNIST's");
    if (images != (dimensions > 2))
        return sr_error_set(
            error, SR_ERROR_FORMAT,
            "%s holds %s (%d dimensions, magic number 0x%08x), but %s (%s) belong there", name,
            images ? "labels" : "images", dimensions, magic, images ? "images" : "labels",
            images ? "3 dimensions, 0x00000803" : "1 dimension, 0x00000801");
    array->dimensions = dimensions;
    array->big_endian = true;
    return SR_OK;
}

static enum sr_status read_header(struct stream *stream, enum idx_content wanted,
                                  struct array *array, struct sr_error *error)
{
    const char *name = stream_name(stream);
    uint32_t number = 0;
    struct sr_shape shape;
    enum sr_status status = read_number(stream, &number, error);
    if (status == SR_OK) status = read_magic(name, number, wanted, array, error);
    for (int d = 0; d < array->dimensions && status == SR_OK; d++) {
        status = read_number(stream, &number, error);
        array->sizes[d] = number;
    }
    if (status != SR_OK) return status;
    if (!array->sizes[0])
        return sr_error_set(error, SR_ERROR_FORMAT, "%s is empty: its header says 0 %s", name,
                            array->dimensions > 2 ? "images" : "labels");
    if (array->dimensions == 2 && array->sizes[1] > 1 && array->bytes_each == 1)
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "%s has %llu bytes for each row (2 dimensions, magic number 0x%08x); "
                            "labels have one, the number of the class (1 dimension, 0x00000801)",
                            name, (unsigned long long)array->sizes[1], 0x802);
    return array->dimensions > 2 ? array_shape(array, name, &shape, error) : SR_OK;
}

enum sr_status idx_read(struct stream *stream, enum idx_content wanted, struct array *array,
                        const struct sr_monitor *monitor, struct sr_error *error)
{
    *array = (struct array){0};
    enum sr_status status = read_header(stream, wanted, array, error);
    if (status == SR_OK) status = array_read(array, stream, monitor, error);
    if (status != SR_OK) array_fini(array);
    return status;
}
