/* array.c - see array.h. */
#include "array.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pixels.h"
#include "progress.h"
#include "sartor/base/memory.h"

enum {
    CHUNK = 1 << 20,       /* bytes read between two calls of the monitor */
    FIRST_ROOM = 16 << 20, /* bytes that are allocated at first, at most */
    LARGE = 8 << 20,
};

void array_fini(struct array *array)
{
    pixels_release(array->content);
    *array = (struct array){0};
}

uint64_t array_count(const struct array *array)
{
    uint64_t count = 1;
    for (int d = 0; d < array->dimensions; d++)
        if (__builtin_mul_overflow(count, array->sizes[d], &count)) return 0;
    return count > UINT64_MAX / 16 ? 0 : count;
}

/* The block grows with the bytes that are read, because a header may be wrong about its size. */
static enum sr_status grow(uint8_t **block, uint64_t *room, uint64_t size, const char *name,
                           struct sr_error *error)
{
    *room = *room ? 2 * *room : FIRST_ROOM;
    if (*room > size) *room = size;
    uint8_t *grown = *room <= SIZE_MAX ? realloc(*block, (size_t)*room) : NULL;
    if (!grown)
        return sr_error_set(error, SR_ERROR_MEMORY, "%s: no memory for %llu bytes of it", name,
                            (unsigned long long)*room);
    *block = grown;
    return SR_OK;
}

static enum sr_status read_content(struct array *array, struct stream *stream, uint64_t size,
                                   const struct sr_monitor *monitor, struct sr_error *error)
{
    const char *name = stream_name(stream);
    const uint64_t images = array->sizes[0];
    uint8_t **block = &array->content;
    uint64_t have = 0, room = 0;
    /* A large block that the file can really fill is made as a whole, and may be mapped. */
    if (size >= LARGE && size <= stream_bound(stream)) {
        array->content = pixels_block((size_t)size, error);
        if (!array->content) return SR_ERROR_MEMORY;
        room = size;
    }
    while (have < size) {
        enum sr_status status = SR_OK;
        size_t got;
        if (!sr_monitor_proceed(monitor))
            return sr_error_set(error, SR_ERROR_CANCELLED, "%s: reading was stopped", name);
        if (have == room) status = grow(block, &room, size, name, error);
        if (status != SR_OK) return status;
        const size_t want = room - have < CHUNK ? (size_t)(room - have) : CHUNK;
        status = stream_read(stream, *block + have, want, &got, error);
        if (status != SR_OK) return status;
        have += got;
        if (got < want)
            return sr_error_set(
                error, SR_ERROR_FORMAT,
                "%s is truncated: it holds %llu of the %llu bytes that its header promises", name,
                (unsigned long long)have, (unsigned long long)size);
        progress_say(monitor, name, (uint64_t)((double)have / (double)size * (double)images),
                     images);
    }
    uint8_t more;
    size_t got;
    enum sr_status status = stream_read(stream, &more, 1, &got, error); /* and its checksum */
    if (status == SR_OK && got)
        status =
            sr_error_set(error, SR_ERROR_FORMAT,
                         "%s is too long: it goes on after the %llu bytes that its header promises",
                         name, (unsigned long long)size);
    return status;
}

enum sr_status array_read(struct array *array, struct stream *stream,
                          const struct sr_monitor *monitor, struct sr_error *error)
{
    const uint64_t count = array_count(array);
    if (!count)
        return sr_error_set(error, SR_ERROR_FORMAT, "%s is empty, or larger than can be read",
                            stream_name(stream));
    return read_content(array, stream, count * (uint64_t)array->bytes_each, monitor, error);
}

/* IEEE 754's half precision: 5 bits of exponent, 10 of fraction. */
static double half(uint64_t bits)
{
    const int exponent = (int)(bits >> 10 & 31), fraction = (int)(bits & 1023);
    const double sign = bits >> 15 ? -1 : 1;
    if (exponent == 31) return fraction ? NAN : sign * INFINITY;
    return exponent ? sign * ldexp(1024 + fraction, exponent - 25) : sign * ldexp(fraction, -24);
}

double array_number(const struct array *array, uint64_t at)
{
    const int size = array->bytes_each;
    const uint8_t *bytes = array->content + at * (uint64_t)size;
    uint64_t bits = 0;
    for (int i = 0; i < size; i++)
        bits |= (uint64_t)bytes[i] << (8 * (array->big_endian ? size - 1 - i : i));
    if (array->kind == ARRAY_UNSIGNED) return (double)bits;
    if (array->kind == ARRAY_SIGNED) {
        const int unused = 64 - 8 * size;
        return (double)((int64_t)(bits << unused) >> unused);
    }
    if (size == 2) return half(bits);
    if (size == 4) {
        float value;
        const uint32_t word = (uint32_t)bits;
        memcpy(&value, &word, sizeof value);
        return (double)value;
    }
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static bool side(uint64_t pixels)
{
    return pixels >= SR_SIDE_MIN && pixels <= SR_SIDE_MAX;
}

/* The side of a square of so many pixels; 0 when they are none. */
static int square(uint64_t pixels)
{
    for (int n = SR_SIDE_MIN; n <= SR_SIDE_MAX; n++)
        if ((uint64_t)n * (uint64_t)n == pixels) return n;
    return 0;
}

static bool channels(uint64_t size)
{
    return size == 1 || size == 3;
}

enum sr_status array_shape(const struct array *array, const char *name, struct sr_shape *shape,
                           struct sr_error *error)
{
    const uint64_t *sizes = array->sizes;
    *shape = (struct sr_shape){0};
    if (array->dimensions == 2 && square(sizes[1]))
        *shape = (struct sr_shape){square(sizes[1]), square(sizes[1]), 1};
    if (array->dimensions == 3 && side(sizes[1]) && side(sizes[2]))
        *shape = (struct sr_shape){(int)sizes[1], (int)sizes[2], 1};
    if (array->dimensions == 4 && side(sizes[1]) && side(sizes[2]) && channels(sizes[3]))
        *shape = (struct sr_shape){(int)sizes[1], (int)sizes[2], (int)sizes[3]};
    if (array->dimensions == 4 && channels(sizes[1]) && side(sizes[2]) && side(sizes[3]))
        *shape = (struct sr_shape){(int)sizes[2], (int)sizes[3], (int)sizes[1]};
    if (shape->channels && sizes[0]) return SR_OK;
    char text[96] = "";
    for (int d = 0; d < array->dimensions; d++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%llu", d ? "x" : "",
                 (unsigned long long)sizes[d]);
    return sr_error_set(
        error, SR_ERROR_FORMAT,
        "%s holds %s numbers; images are count x height x width, with 1 or 3 "
        "channels before or behind these where they are in colour, each side within "
        "%d..%d",
        name, text, SR_SIDE_MIN, SR_SIDE_MAX);
}

enum sr_status array_levels(const struct array *array, const char *name, struct levels *levels,
                            struct sr_error *error)
{
    const uint64_t count = array_count(array);
    if (array->kind == ARRAY_UNSIGNED && array->bytes_each == 1) {
        for (uint64_t i = 0; i < count; i++)
            if (array->content[i] > levels->high) levels->high = array->content[i];
        return SR_OK;
    }
    for (uint64_t i = 0; i < count; i++) {
        const double value = array_number(array, i);
        if (!isfinite(value))
            return sr_error_set(error, SR_ERROR_FORMAT,
                                "%s: number %llu of row %llu is %g, and no pixel", name,
                                (unsigned long long)(i % (count / array->sizes[0])),
                                (unsigned long long)(i / (count / array->sizes[0])), value);
        levels_add(levels, value);
    }
    return SR_OK;
}

/* Numbers between neighbours in a dimension, in the order of the file. */
static void strides(const struct array *array, uint64_t *stride)
{
    uint64_t step = 1;
    for (int i = 0; i < array->dimensions; i++) {
        const int d = array->first_fastest ? i : array->dimensions - 1 - i;
        stride[d] = step;
        step *= array->sizes[d];
    }
}

/* Is the content, byte by byte, what images hold? */
static bool usable(const struct array *array, struct sr_shape shape, double factor)
{
    return array->kind == ARRAY_UNSIGNED && array->bytes_each == 1 && !array->first_fastest &&
           factor == 1 && (shape.channels == 1 || array->sizes[array->dimensions - 1] == 3);
}

enum sr_status array_images(struct array *array, const char *name, double factor,
                            struct sr_images *images, struct sr_error *error)
{
    struct sr_shape shape;
    uint64_t stride[ARRAY_DIMENSIONS_MAX] = {0};
    enum sr_status status = array_shape(array, name, &shape, error);
    if (status != SR_OK) return status;
    const size_t count = (size_t)array->sizes[0];
    if (usable(array, shape, factor)) {
        *images = (struct sr_images){.count = count, .shape = shape, .pixels = array->content};
        array->content = NULL;
        return SR_OK;
    }
    status = pixels_new(images, count, shape, error);
    if (status != SR_OK) return status;
    strides(array, stride);
    /* Steps from one row, column and channel to the next. */
    uint64_t down = stride[1], right = stride[2], across = 0;
    if (array->dimensions == 2) {
        right = stride[1];
        down = right * (uint64_t)shape.width;
    } else if (array->dimensions == 4) {
        const bool planes = channels(array->sizes[1]) && side(array->sizes[3]);
        across = stride[planes ? 1 : 3];
        down = stride[planes ? 2 : 1];
        right = stride[planes ? 3 : 2];
    }
    uint8_t *out = images->pixels;
    for (size_t i = 0; i < count; i++)
        for (int y = 0; y < shape.height; y++)
            for (int x = 0; x < shape.width; x++)
                for (int c = 0; c < shape.channels; c++)
                    *out++ = (uint8_t)lrint(factor *
                                            array_number(array, i * stride[0] + (uint64_t)y * down +
                                                                    (uint64_t)x * right +
                                                                    (uint64_t)c * across));
    return SR_OK;
}

enum sr_status array_labels(const struct array *array, const char *name, bool first_column,
                            int64_t **numbers, size_t *count, struct sr_error *error)
{
    uint64_t stride[ARRAY_DIMENSIONS_MAX] = {0}, columns = 1;
    for (int d = 1; d < array->dimensions; d++) columns *= array->sizes[d];
    if (columns != 1 && !first_column)
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "%s has %llu numbers for each row; labels have one, the number of the "
                            "class",
                            name, (unsigned long long)columns);
    *count = (size_t)array->sizes[0];
    *numbers = sr_array_raw(*count, sizeof **numbers, "the labels", error);
    if (!*numbers) return SR_ERROR_MEMORY;
    strides(array, stride);
    for (size_t i = 0; i < *count; i++) {
        const double value = array_number(array, i * stride[0]);
        if (value != floor(value) || fabs(value) > 1e15) {
            free(*numbers);
            *numbers = NULL;
            return sr_error_set(error, SR_ERROR_FORMAT,
                                "%s: label %g of row %zu is no whole number", name, value, i);
        }
        (*numbers)[i] = (int64_t)value;
    }
    return SR_OK;
}
