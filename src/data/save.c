/* save.c - see save.h. Every form is a list of named files; they go into a folder or an archive. */
#include "sartor/data/save.h"

#include <errno.h>
#include <math.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "progress.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/base/text.h"
#include "save_into.h"

enum part { TRAIN, VALIDATION, TEST, PARTS };

/* The rows of one part. */
struct part_rows {
    const struct sr_images *images;
    const uint32_t *rows; /* NULL: from `first` on */
    size_t first, count;
};

struct writer {
    const struct sr_saving *saving;
    struct part_rows parts[PARTS];
    struct save_into *into;
    size_t done, total;
};

static uint32_t row_of(const struct part_rows *part, size_t i)
{
    return part->rows ? part->rows[i] : (uint32_t)(part->first + i);
}

/* The train file's last rows are the validation part, where there is one. */
static void find_parts(struct writer *writer)
{
    const struct sr_saving *saving = writer->saving;
    const struct sr_images *files = saving->dataset->files;
    const size_t drawn = files[SR_FILE_TRAIN].count - saving->dataset->validation;
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        const uint32_t *rows = saving->rows[f];
        const size_t count = rows ? saving->counts[f] : files[f].count;
        size_t split = f == SR_FILE_TRAIN ? (rows ? 0 : drawn) : count;
        while (f == SR_FILE_TRAIN && rows && split < count && rows[split] < drawn) split++;
        writer->parts[f == SR_FILE_TRAIN ? TRAIN : TEST] =
            (struct part_rows){&files[f], rows, 0, split};
        if (f == SR_FILE_TRAIN)
            writer->parts[VALIDATION] =
                (struct part_rows){&files[f], rows ? rows + split : NULL, split, count - split};
        writer->total += count;
    }
}

static enum sr_status proceed(struct writer *writer, struct sr_error *error)
{
    const struct sr_saving *saving = writer->saving;
    if (++writer->done % 256) return SR_OK;
    progress_say(saving->monitor, saving->path, writer->done, writer->total);
    return sr_monitor_proceed(saving->monitor)
               ? SR_OK
               : sr_error_set(error, SR_ERROR_CANCELLED, "%s: writing was stopped", saving->path);
}

/* What is written of one part alone is a train part, which every data set needs. */
static void rename_only_part(struct writer *writer)
{
    struct part_rows *parts = writer->parts;
    if (parts[TRAIN].count) return;
    const enum part other = parts[VALIDATION].count ? VALIDATION : TEST;
    parts[TRAIN] = parts[other];
    parts[other].count = 0;
}

/* Images or labels of a part behind a header, as one file. */
static enum sr_status put_array(struct writer *writer, enum part part, bool labels,
                                const char *name, const void *header, size_t header_length,
                                struct sr_error *error)
{
    const struct part_rows *rows = &writer->parts[part];
    const size_t size = labels ? 1 : sr_shape_size(rows->images->shape);
    enum sr_status status =
        save_begin(writer->into, name, header_length + rows->count * size, error);
    if (status == SR_OK) status = save_bytes(writer->into, header, header_length, error);
    for (size_t i = 0; i < rows->count && status == SR_OK; i++) {
        const uint32_t row = row_of(rows, i);
        status = save_bytes(writer->into,
                            labels ? rows->images->labels + row : sr_images_at(rows->images, row),
                            size, error);
        if (status == SR_OK && !labels) status = proceed(writer, error);
    }
    return status == SR_OK ? save_end(writer->into, error) : status;
}

static size_t put_number(uint8_t *at, uint32_t number)
{
    for (int i = 0; i < 4; i++) at[i] = (uint8_t)(number >> (24 - 8 * i));
    return 4;
}

static enum sr_status put_idx(struct writer *writer, enum part part, struct sr_error *error)
{
    static const char *const names[] = {"train", "validation", "t10k"};
    const struct part_rows *rows = &writer->parts[part];
    const struct sr_shape shape = rows->images->shape;
    const bool colour = shape.channels == 3;
    uint8_t header[20];
    char name[64];
    size_t length = put_number(header, colour ? 0x804 : 0x803);
    length += put_number(header + length, (uint32_t)rows->count);
    length += put_number(header + length, (uint32_t)shape.height);
    length += put_number(header + length, (uint32_t)shape.width);
    if (colour) length += put_number(header + length, 3);
    snprintf(name, sizeof name, "%s-images-idx%d-ubyte", names[part], colour ? 4 : 3);
    enum sr_status status = put_array(writer, part, false, name, header, length, error);
    if (status != SR_OK || writer->saving->dataset->unlabelled) return status;
    length = put_number(header, 0x801);
    length += put_number(header + length, (uint32_t)rows->count);
    snprintf(name, sizeof name, "%s-labels-idx1-ubyte", names[part]);
    return put_array(writer, part, true, name, header, length, error);
}

/* NumPy's header of version 1, padded so that the content begins at a multiple of 64. */
static size_t npy_header(char header[192], const char *shape)
{
    memset(header, ' ', 192);
    memcpy(header, "\x93NUMPY\1\0", 8);
    const int used = snprintf(header + 10, 180,
                              "{'descr': '|u1', 'fortran_order': False, 'shape': %s, }", shape);
    header[10 + used] = ' ';
    const size_t length = ((size_t)(10 + used + 1) + 63) / 64 * 64;
    header[8] = (char)((length - 10) & 0xff);
    header[9] = (char)((length - 10) >> 8);
    header[length - 1] = '\n';
    return length;
}

static enum sr_status put_numpy(struct writer *writer, enum part part, struct sr_error *error)
{
    static const char *const names[] = {"train", "val", "test"};
    const struct part_rows *rows = &writer->parts[part];
    const struct sr_shape shape = rows->images->shape;
    char header[192], text[96], name[64];
    snprintf(text, sizeof text, "(%zu, %d, %d%s)", rows->count, shape.height, shape.width,
             shape.channels == 3 ? ", 3" : "");
    snprintf(name, sizeof name, "x_%s.npy", names[part]);
    size_t length = npy_header(header, text);
    enum sr_status status = put_array(writer, part, false, name, header, length, error);
    if (status != SR_OK || writer->saving->dataset->unlabelled) return status;
    snprintf(text, sizeof text, "(%zu,)", rows->count);
    snprintf(name, sizeof name, "y_%s.npy", names[part]);
    length = npy_header(header, text);
    return put_array(writer, part, true, name, header, length, error);
}

static enum sr_status put_picture(struct writer *writer, const char *name, const uint8_t *pixels,
                                  struct sr_shape shape, struct sr_error *error)
{
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)shape.width,
                       .height = (png_uint_32)shape.height,
                       .format = shape.channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY};
    png_alloc_size_t size = 0;
    enum sr_status status = SR_ERROR_MEMORY;
    void *bytes = NULL;
    if (png_image_write_to_memory(&image, NULL, &size, 0, pixels, 0, NULL)) bytes = malloc(size);
    if (!bytes || !png_image_write_to_memory(&image, bytes, &size, 0, pixels, 0, NULL))
        sr_error_set(error, SR_ERROR_MEMORY, "%s: no memory for writing it", name);
    else
        status = save_begin(writer->into, name, size, error);
    if (status == SR_OK) status = save_bytes(writer->into, bytes, size, error);
    if (status == SR_OK) status = save_end(writer->into, error);
    free(bytes);
    return status;
}

/* A folder cannot have every name: '/' and a '.' at the beginning become '_'. */
static void folder_name(const char *class, char *name, size_t size)
{
    snprintf(name, size, "%s", class);
    for (char *at = name; *at; at++)
        if (*at == '/' || (at == name && *at == '.')) *at = '_';
}

static enum sr_status put_pictures(struct writer *writer, enum part part, struct sr_error *error)
{
    static const char *const names[] = {"train", "val", "test"};
    const struct sr_dataset *dataset = writer->saving->dataset;
    const struct part_rows *rows = &writer->parts[part];
    enum sr_status status = SR_OK;
    for (size_t i = 0; i < rows->count && status == SR_OK; i++) {
        const uint32_t row = row_of(rows, i);
        char folder[256], name[512];
        if (dataset->unlabelled) {
            snprintf(name, sizeof name, "%s/%08u.png", names[part], row);
        } else {
            folder_name(dataset->class_names[rows->images->labels[row]], folder, sizeof folder);
            snprintf(name, sizeof name, "%s/%s/%08u.png", names[part], folder, row);
        }
        status =
            put_picture(writer, name, sr_images_at(rows->images, row), rows->images->shape, error);
        if (status == SR_OK) status = proceed(writer, error);
    }
    return status;
}

static enum sr_status put_names(struct writer *writer, struct sr_error *error)
{
    const struct sr_dataset *dataset = writer->saving->dataset;
    struct sr_text text = {0};
    if (dataset->unlabelled) return SR_OK;
    for (int c = 0; c < dataset->classes; c++)
        sr_text_printf(&text, "%s\n", dataset->class_names[c]);
    enum sr_status status = save_begin(writer->into, "labels.txt", text.length, error);
    if (status == SR_OK) status = save_bytes(writer->into, text.bytes, text.length, error);
    if (status == SR_OK) status = save_end(writer->into, error);
    sr_text_fini(&text);
    return status;
}

enum sr_status sr_dataset_save(const struct sr_saving *saving, struct sr_error *error)
{
    static enum sr_status (*const put[])(struct writer *, enum part, struct sr_error *) = {
        [SR_SAVE_IDX] = put_idx, [SR_SAVE_PICTURES] = put_pictures, [SR_SAVE_NUMPY] = put_numpy};
    struct writer writer = {.saving = saving};
    find_parts(&writer);
    rename_only_part(&writer);
    if (!writer.total) return sr_error_set(error, SR_ERROR_STATE, "there are no images to write");
    writer.into = save_open(saving->path, error);
    enum sr_status status = writer.into ? put_names(&writer, error) : error->status;
    for (int p = 0; p < PARTS && status == SR_OK; p++)
        if (writer.parts[p].count) status = put[saving->form](&writer, (enum part)p, error);
    return save_close(writer.into, status, error);
}
