#include "sartor/models/tensors.h"

#include "half.h"
#include "sartor/base/file.h"
#include "sartor/base/json.h"
#include "sartor/base/memory.h"
#include "sartor/base/text.h"
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "safetensors is little-endian, and arrays are written as they lie in memory");

/* A header is a few kilobytes; a larger one than this is damaged or an attack. */
enum { HEADER_MAX = 16 << 20, TENSORS_MAX = 1 << 16 };

static const struct {
    const char *name;
    size_t size;
} dtypes[SR_DTYPE_COUNT] = {
    [SR_F32] = {"F32", 4}, [SR_F64] = {"F64", 8}, [SR_U8] = {"U8", 1},
    [SR_I32] = {"I32", 4}, [SR_I64] = {"I64", 8},
};

/* Types that are floats in memory. */
static const char *const half_names[] = {[HALF_F16] = "F16", [HALF_BF16] = "BF16"};
enum { HALVES = sizeof half_names / sizeof *half_names };

size_t sr_dtype_size(enum sr_dtype dtype)
{
    return dtypes[dtype].size;
}

void sr_tensors_fini(struct sr_tensors *set)
{
    for (size_t i = 0; i < set->count; i++) {
        free(set->items[i].name);
        free(set->items[i].data);
    }
    for (size_t i = 0; i < set->pairs; i++) {
        free(set->keys[i]);
        free(set->values[i]);
    }
    free(set->items);
    free(set->keys);
    free(set->values);
    *set = (struct sr_tensors){0};
}

const struct sr_tensor *sr_tensors_find(const struct sr_tensors *set, const char *name)
{
    for (size_t i = 0; i < set->count; i++) {
        if (strcmp(set->items[i].name, name) == 0) return &set->items[i];
    }
    return NULL;
}

/* A new item without memory. The product of the shape, in bytes, must fit a size_t. */
static struct sr_tensor *append(struct sr_tensors *set, const char *name, enum sr_dtype dtype,
                                int rank, const size_t *shape, struct sr_error *error)
{
    size_t count = 1, bytes;
    bool overflow = false;
    for (int axis = 0; axis < rank; axis++)
        overflow |= __builtin_mul_overflow(count, shape[axis], &count);
    if (overflow || __builtin_mul_overflow(count, dtypes[dtype].size, &bytes)) {
        sr_error_set(error, SR_ERROR_FORMAT, "Tensor \"%s\" would be larger than any memory.",
                     name);
        return NULL;
    }
    sr_xgrow(&set->items, &set->room, set->count + 1, sizeof *set->items);
    struct sr_tensor *tensor = &set->items[set->count++];
    *tensor =
        (struct sr_tensor){.name = sr_xstrdup(name), .dtype = dtype, .rank = rank, .count = count};
    for (int axis = 0; axis < rank; axis++) tensor->shape[axis] = shape[axis];
    return tensor;
}

void *sr_tensors_add(struct sr_tensors *set, const char *name, enum sr_dtype dtype, int rank,
                     const size_t *shape, struct sr_error *error)
{
    if (sr_tensors_find(set, name)) {
        sr_error_set(error, SR_ERROR_STATE, "There is a tensor \"%s\" already.", name);
        return NULL;
    }
    struct sr_tensor *tensor = append(set, name, dtype, rank, shape, error);
    if (!tensor) return NULL;
    tensor->data = sr_array_new(tensor->count, dtypes[dtype].size, name, error);
    if (!tensor->data) {
        free(tensor->name);
        set->count--;
        return NULL;
    }
    return tensor->data;
}

/* "[10, 784]", with "any" for SIZE_MAX. */
static void shape_text(struct sr_text *text, int rank, const size_t *shape)
{
    sr_text_add(text, "[");
    for (int axis = 0; axis < rank; axis++) {
        if (axis) sr_text_add(text, ", ");
        if (shape[axis] == SIZE_MAX)
            sr_text_add(text, "any");
        else
            sr_text_printf(text, "%zu", shape[axis]);
    }
    sr_text_add(text, "]");
}

static bool shape_fits(const struct sr_tensor *tensor, int rank, const size_t *shape)
{
    if (tensor->rank != rank) return false;
    for (int axis = 0; axis < rank; axis++) {
        if (shape[axis] != SIZE_MAX && shape[axis] != tensor->shape[axis]) return false;
    }
    return true;
}

/* Index of the first NaN or infinity, or count. */
static size_t first_not_finite(const struct sr_tensor *tensor)
{
    if (tensor->dtype == SR_F32) {
        const float *values = tensor->data;
        for (size_t i = 0; i < tensor->count; i++) {
            if (!isfinite(values[i])) return i;
        }
    } else if (tensor->dtype == SR_F64) {
        const double *values = tensor->data;
        for (size_t i = 0; i < tensor->count; i++) {
            if (!isfinite(values[i])) return i;
        }
    }
    return tensor->count;
}

const struct sr_tensor *sr_tensors_need(const struct sr_tensors *set, const char *name,
                                        enum sr_dtype dtype, int rank, const size_t *shape,
                                        struct sr_error *error)
{
    const struct sr_tensor *tensor = sr_tensors_find(set, name);
    if (!tensor || !tensor->data) {
        sr_error_set(error, SR_ERROR_FORMAT, "Tensor \"%s\" is missing.", name);
        return NULL;
    }
    if (tensor->dtype != dtype) {
        sr_error_set(error, SR_ERROR_FORMAT, "Tensor \"%s\" is of type %s where %s is needed.",
                     name, dtypes[tensor->dtype].name, dtypes[dtype].name);
        return NULL;
    }
    if (!shape_fits(tensor, rank, shape)) {
        struct sr_text is = {0}, wanted = {0};
        shape_text(&is, tensor->rank, tensor->shape);
        shape_text(&wanted, rank, shape);
        sr_error_set(error, SR_ERROR_FORMAT, "Tensor \"%s\" has the shape %s where %s is needed.",
                     name, sr_text_get(&is), sr_text_get(&wanted));
        sr_text_fini(&is);
        sr_text_fini(&wanted);
        return NULL;
    }
    size_t bad = first_not_finite(tensor);
    if (bad < tensor->count) {
        sr_error_set(error, SR_ERROR_FORMAT,
                     "Tensor \"%s\" holds NaN or infinity at position %zu; only finite "
                     "numbers can be used.",
                     name, bad);
        return NULL;
    }
    return tensor;
}

static void append_pair(struct sr_tensors *set, const char *key, const char *value)
{
    size_t room = set->pairs_room;
    sr_xgrow(&set->keys, &room, set->pairs + 1, sizeof *set->keys);
    sr_xgrow(&set->values, &set->pairs_room, set->pairs + 1, sizeof *set->values);
    set->keys[set->pairs] = sr_xstrdup(key);
    set->values[set->pairs++] = sr_xstrdup(value);
}

void sr_tensors_set_text(struct sr_tensors *set, const char *key, const char *value)
{
    for (size_t i = 0; i < set->pairs; i++) {
        if (strcmp(set->keys[i], key) == 0) {
            char *copy = sr_xstrdup(value);
            free(set->values[i]);
            set->values[i] = copy;
            return;
        }
    }
    append_pair(set, key, value);
}

const char *sr_tensors_text(const struct sr_tensors *set, const char *key)
{
    for (size_t i = 0; i < set->pairs; i++) {
        if (strcmp(set->keys[i], key) == 0) return set->values[i];
    }
    return NULL;
}

void sr_tensors_halve(struct sr_tensors *set)
{
    for (size_t i = 0; i < set->count; i++) {
        struct sr_tensor *tensor = &set->items[i];
        tensor->halved =
            tensor->dtype == SR_F32 && tensor->rank > 1 && half_holds(tensor->data, tensor->count);
    }
}

/* ---- writing ---- */

static size_t stored_size(const struct sr_tensor *tensor)
{
    return tensor->halved ? sizeof(uint16_t) : dtypes[tensor->dtype].size;
}

/* Wider types first, so that without gaps every array begins at a multiple of its element. */
static size_t *layout_order(const struct sr_tensors *set)
{
    size_t *order = sr_xalloc((set->count + 1) * sizeof *order);
    size_t n = 0;
    for (size_t size = 8; size >= 1; size /= 2) {
        for (size_t i = 0; i < set->count; i++) {
            if (stored_size(&set->items[i]) == size) order[n++] = i;
        }
    }
    return order;
}

static void header_print(const struct sr_tensors *set, const size_t *order, struct sr_text *text)
{
    struct sr_json *header = sr_json_object();
    if (set->pairs) {
        struct sr_json *metadata = sr_json_object();
        for (size_t i = 0; i < set->pairs; i++)
            sr_json_set_text(metadata, set->keys[i], set->values[i]);
        sr_json_set(header, "__metadata__", metadata);
    }
    size_t offset = 0;
    for (size_t i = 0; i < set->count; i++) {
        const struct sr_tensor *tensor = &set->items[order[i]];
        struct sr_json *entry = sr_json_object(), *shape = sr_json_array(),
                       *offsets = sr_json_array();
        for (int axis = 0; axis < tensor->rank; axis++)
            sr_json_add_integer(shape, (int64_t)tensor->shape[axis]);
        sr_json_add_integer(offsets, (int64_t)offset);
        offset += tensor->count * stored_size(tensor);
        sr_json_add_integer(offsets, (int64_t)offset);
        sr_json_set_text(entry, "dtype",
                         tensor->halved ? half_names[HALF_F16] : dtypes[tensor->dtype].name);
        sr_json_set(entry, "shape", shape);
        sr_json_set(entry, "data_offsets", offsets);
        sr_json_set(header, tensor->name, entry);
    }
    sr_json_print(header, text);
    sr_json_free(header);
    while (text->length % 8) sr_text_add(text, " ");
}

/* To a stream, or to `bytes` where that is NULL. */
static void write_bytes(FILE *stream, struct sr_text *bytes, const void *from, size_t length)
{
    if (stream)
        fwrite(from, 1, length, stream);
    else
        sr_text_add_bytes(bytes, from, length);
}

static void write_halves(FILE *stream, struct sr_text *bytes, const struct sr_tensor *tensor)
{
    const float *values = tensor->data;
    for (size_t i = 0; i < tensor->count; i++) {
        const uint16_t half = half_round(values[i]);
        write_bytes(stream, bytes, &half, sizeof half);
    }
}

static void write_set(const struct sr_tensors *set, FILE *stream, struct sr_text *bytes)
{
    size_t *order = layout_order(set);
    struct sr_text header = {0};
    header_print(set, order, &header);
    const uint64_t length = header.length;
    write_bytes(stream, bytes, &length, sizeof length);
    write_bytes(stream, bytes, header.bytes, header.length);
    for (size_t i = 0; i < set->count; i++) {
        const struct sr_tensor *tensor = &set->items[order[i]];
        if (tensor->halved)
            write_halves(stream, bytes, tensor);
        else
            write_bytes(stream, bytes, tensor->data, dtypes[tensor->dtype].size * tensor->count);
    }
    sr_text_fini(&header);
    free(order);
}

enum sr_status sr_tensors_save(const struct sr_tensors *set, const char *path,
                               struct sr_error *error)
{
    struct sr_output output;
    enum sr_status status = sr_output_open(&output, path, error);
    if (status) return status;
    write_set(set, output.stream, NULL);
    return sr_output_commit(&output, error); /* which reports failures of fwrite */
}

void sr_tensors_print(const struct sr_tensors *set, struct sr_text *bytes)
{
    write_set(set, NULL, bytes);
}

/* ---- reading ---- */

/* A file, or bytes in memory. */
struct source {
    const char *name;
    uint64_t length;
    FILE *stream;
    const unsigned char *bytes;
    bool described; /* the header alone is read */
};

static enum sr_status fetch(const struct source *source, uint64_t offset, void *to, size_t length,
                            struct sr_error *error)
{
    if (source->bytes) {
        memcpy(to, source->bytes + offset, length);
        return SR_OK;
    }
    errno = 0;
    if (fseeko(source->stream, (off_t)offset, SEEK_SET) ||
        fread(to, 1, length, source->stream) != length) {
        return sr_error_set(error, SR_ERROR_IO, "%s could not be read: %s.", source->name,
                            errno ? strerror(errno) : "it became shorter meanwhile");
    }
    return SR_OK;
}

/* Where a tensor's bytes are; in a list of its own, sorted to find gaps and overlaps. */
struct extent {
    size_t item;
    uint64_t begin, end;
    enum half half;
};

struct reader {
    struct sr_tensors *set;
    const char *name;
    uint64_t data_length;
    struct extent *extents;
    size_t room;
    struct sr_error *error;
    enum sr_status status; /* of the first member that was wrong */
};

/* A whole number from 0 to 2^53, which a double holds exactly. */
static bool whole(const struct sr_json *value, uint64_t *number)
{
    double real = sr_json_number(value, -1);
    if (!(real >= 0) || real > 9007199254740992.0 || real != floor(real)) return false;
    *number = (uint64_t)real;
    return true;
}

struct metadata_reader {
    struct sr_tensors *set;
    bool wrong;
};

static void read_pair(void *context, const char *key, const struct sr_json *value)
{
    struct metadata_reader *reader = context;
    const char *text = sr_json_text(value);
    if (text)
        append_pair(reader->set, key, text); /* the parser refuses duplicates */
    else
        reader->wrong = true;
}

static enum sr_status read_entry(struct reader *reader, const char *key,
                                 const struct sr_json *value)
{
    if (strcmp(key, "__metadata__") == 0) {
        struct metadata_reader metadata = {.set = reader->set};
        if (sr_json_is_object(value)) sr_json_each(value, read_pair, &metadata);
        if (!sr_json_is_object(value) || metadata.wrong) {
            return sr_error_set(reader->error, SR_ERROR_FORMAT,
                                "%s: \"__metadata__\" is not an object of strings.", reader->name);
        }
        return SR_OK;
    }
    if (reader->set->count == TENSORS_MAX) {
        return sr_error_set(reader->error, SR_ERROR_FORMAT, "%s names more than %d tensors.",
                            reader->name, TENSORS_MAX);
    }
    const char *type = sr_json_text(sr_json_get(value, "dtype"));
    int dtype = 0, half = HALF_NONE;
    for (int h = HALF_F16; type && h < HALVES; h++)
        if (!strcmp(type, half_names[h])) half = h;
    while (type && !half && dtype < SR_DTYPE_COUNT && strcmp(type, dtypes[dtype].name) != 0)
        dtype++;
    if (!type || dtype == SR_DTYPE_COUNT) {
        return sr_error_set(
            reader->error, SR_ERROR_FORMAT,
            "%s: tensor \"%.60s\" is of type \"%.20s\"; F32, F64, F16, BF16, U8, I32 and I64 can "
            "be read.",
            reader->name, key, type ? type : "none");
    }
    const struct sr_json *list = sr_json_get(value, "shape");
    size_t shape[SR_RANK_MAX] = {0}, rank = sr_json_length(list);
    bool right = sr_json_is_array(list) && rank <= SR_RANK_MAX;
    for (size_t axis = 0; right && axis < rank; axis++) {
        uint64_t length = 0;
        right = whole(sr_json_at(list, axis), &length);
        shape[axis] = length;
    }
    if (!right) {
        return sr_error_set(reader->error, SR_ERROR_FORMAT,
                            "%s: the shape of tensor \"%.60s\" is not a list of up to %d lengths.",
                            reader->name, key, SR_RANK_MAX);
    }
    uint64_t begin = 0, end = 0;
    const struct sr_json *offsets = sr_json_get(value, "data_offsets");
    if (!sr_json_is_array(offsets) || sr_json_length(offsets) != 2 ||
        !whole(sr_json_at(offsets, 0), &begin) || !whole(sr_json_at(offsets, 1), &end) ||
        end < begin || end > reader->data_length) {
        return sr_error_set(
            reader->error, SR_ERROR_FORMAT,
            "%s: the data_offsets of tensor \"%.60s\" are not two positions within the %llu bytes "
            "that follow the header.",
            reader->name, key, (unsigned long long)reader->data_length);
    }
    struct sr_tensor *tensor =
        append(reader->set, key, (enum sr_dtype)dtype, (int)rank, shape, reader->error);
    if (!tensor) return sr_error_prefix(reader->error, "%s", reader->name);
    const size_t needed = tensor->count * (half ? sizeof(uint16_t) : dtypes[dtype].size);
    if (needed != end - begin) {
        return sr_error_set(
            reader->error, SR_ERROR_FORMAT,
            "%s: tensor \"%.60s\" has %llu bytes where its shape and type need %zu.", reader->name,
            key, (unsigned long long)(end - begin), needed);
    }
    size_t item = reader->set->count - 1;
    sr_xgrow(&reader->extents, &reader->room, item + 1, sizeof *reader->extents);
    reader->extents[item] =
        (struct extent){.item = item, .begin = begin, .end = end, .half = (enum half)half};
    return SR_OK;
}

static void read_member(void *context, const char *key, const struct sr_json *value)
{
    struct reader *reader = context;
    if (!reader->status) reader->status = read_entry(reader, key, value);
}

static int extent_order(const void *left, const void *right)
{
    const struct extent *a = left, *b = right;
    if (a->begin != b->begin) return a->begin < b->begin ? -1 : 1;
    if (a->end != b->end) return a->end < b->end ? -1 : 1;
    return 0;
}

/* As the format demands: one after another, from the first byte to the last. */
static enum sr_status check_extents(struct reader *reader)
{
    size_t count = reader->set->count;
    if (count) qsort(reader->extents, count, sizeof *reader->extents, extent_order);
    uint64_t at = 0;
    for (size_t i = 0; i < count; i++) {
        const struct extent *extent = &reader->extents[i];
        if (extent->begin != at) {
            return sr_error_set(
                reader->error, SR_ERROR_FORMAT, "%s: the bytes of tensor \"%.60s\" %s.",
                reader->name, reader->set->items[extent->item].name,
                extent->begin < at ? "overlap another tensor's" : "leave a gap before them");
        }
        at = extent->end;
    }
    if (at != reader->data_length) {
        return sr_error_set(reader->error, SR_ERROR_FORMAT,
                            "%s has %llu bytes of data where its tensors need %llu.", reader->name,
                            (unsigned long long)reader->data_length, (unsigned long long)at);
    }
    return SR_OK;
}

static enum sr_status read_set(struct sr_tensors *set, const struct source *source,
                               struct sr_error *error)
{
    *set = (struct sr_tensors){0};
    struct reader reader = {.set = set, .name = source->name, .error = error};
    char *text = NULL;
    struct sr_json *header = NULL;
    uint64_t length;
    enum sr_status status;
    if (source->length < sizeof length) {
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "%s is no safetensors file: it has only %llu bytes.", source->name,
                            (unsigned long long)source->length);
    }
    status = fetch(source, 0, &length, sizeof length, error);
    if (status) return status;
    if (length < 2 || length > HEADER_MAX || length > source->length - sizeof length) {
        return sr_error_set(
            error, SR_ERROR_FORMAT,
            "%s is no safetensors file, or is cut short: it promises a header of %llu bytes and "
            "holds %llu.",
            source->name, (unsigned long long)length,
            (unsigned long long)(source->length - sizeof length));
    }
    text = sr_array_raw(length + 1, 1, "a model's header", error);
    if (!text) return SR_ERROR_MEMORY;
    status = fetch(source, sizeof length, text, length, error);
    if (status) goto out;
    header = text[0] == '{' ? sr_json_parse(text, length, error) : NULL;
    if (!header) {
        if (text[0] == '{')
            status = sr_error_prefix(error, "%s", source->name);
        else
            status =
                sr_error_set(error, SR_ERROR_FORMAT,
                             "%s is no safetensors file: its header is not JSON.", source->name);
        goto out;
    }
    reader.data_length = source->length - sizeof length - length;
    sr_json_each(header, read_member, &reader);
    status = reader.status ? reader.status : check_extents(&reader);
    for (size_t i = 0; !status && !source->described && i < set->count; i++) {
        const struct extent *extent = &reader.extents[i];
        struct sr_tensor *tensor = &set->items[extent->item];
        const size_t skipped = extent->half ? 2 * tensor->count : 0; /* as half_expand needs them */
        tensor->data = sr_array_raw(tensor->count, dtypes[tensor->dtype].size, tensor->name, error);
        status = !tensor->data
                     ? SR_ERROR_MEMORY
                     : fetch(source, sizeof length + length + extent->begin,
                             (char *)tensor->data + skipped, extent->end - extent->begin, error);
        if (!status && extent->half) half_expand(extent->half, tensor->data, tensor->count);
    }
out:
    free(text);
    sr_json_free(header);
    free(reader.extents);
    if (status) sr_tensors_fini(set);
    return status;
}

static enum sr_status load(struct sr_tensors *set, const char *path, bool described,
                           struct sr_error *error)
{
    struct source source = {.name = path, .stream = fopen(path, "rb"), .described = described};
    struct stat info;
    *set = (struct sr_tensors){0};
    if (!source.stream || fstat(fileno(source.stream), &info)) {
        enum sr_status status =
            sr_error_set(error, SR_ERROR_IO, "%s could not be opened: %s.", path, strerror(errno));
        if (source.stream) fclose(source.stream);
        return status;
    }
    enum sr_status status;
    if (!S_ISREG(info.st_mode)) {
        status = sr_error_set(error, SR_ERROR_IO, "%s is not a regular file.", path);
    } else {
        source.length = (uint64_t)info.st_size;
        status = read_set(set, &source, error);
    }
    fclose(source.stream);
    return status;
}

enum sr_status sr_tensors_load(struct sr_tensors *set, const char *path, struct sr_error *error)
{
    return load(set, path, false, error);
}

enum sr_status sr_tensors_describe(struct sr_tensors *set, const char *path, struct sr_error *error)
{
    return load(set, path, true, error);
}

enum sr_status sr_tensors_parse(struct sr_tensors *set, const char *name, const void *bytes,
                                size_t length, struct sr_error *error)
{
    struct source source = {
        .name = name, .length = length, .bytes = bytes ? bytes : (const void *)""};
    return read_set(set, &source, error);
}
