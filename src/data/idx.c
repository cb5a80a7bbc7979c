/* idx.c - see idx.h. One parser reads from a struct source: a file, through zlib, which reads plain
 * files too, or a block of memory. */
#include "sartor/data/idx.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum {
    MAGIC_LABELS = 0x0801,
    MAGIC_IMAGES = 0x0803,
    CHUNK = 1 << 20,       /* bytes read between two calls of the monitor */
    FIRST_ROOM = 16 << 20, /* bytes that are allocated at first, at most */
};

struct source {
    const char *name;
    gzFile file; /* NULL: memory */
    const uint8_t *bytes;
    size_t length, at;
};

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static enum sr_status source_open(struct source *source, const char *path, struct sr_error *error)
{
    *source = (struct source){.name = path};
    struct stat about;
    if (stat(path, &about) != 0)
        return sr_error_set(error, SR_ERROR_IO, "%s: %s; an IDX file is expected there", path,
                            strerror(errno));
    if (S_ISDIR(about.st_mode))
        return sr_error_set(error, SR_ERROR_IO, "%s is a directory; an IDX file is expected there",
                            path);
    if (!S_ISREG(about.st_mode))
        return sr_error_set(error, SR_ERROR_IO,
                            "%s is not a regular file; an IDX file is expected there", path);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return sr_error_set(error, SR_ERROR_IO, "%s cannot be read: %s", path, strerror(errno));
    source->file = gzdopen(descriptor, "rb");
    if (!source->file) {
        close(descriptor);
        return sr_error_set(error, SR_ERROR_MEMORY, "%s: no memory for reading it", path);
    }
    gzbuffer(source->file, 256 << 10);
    return SR_OK;
}

static void source_close(struct source *source)
{
    if (source->file) gzclose(source->file);
    source->file = NULL;
}

/* `length` bytes; fewer only at the end of the file. */
static enum sr_status source_read(struct source *source, void *out, size_t length, size_t *got,
                                  struct sr_error *error)
{
    *got = 0;
    if (!source->file) {
        size_t left = source->length - source->at;
        *got = length < left ? length : left;
        if (*got) memcpy(out, source->bytes + source->at, *got);
        source->at += *got;
        return SR_OK;
    }
    errno = 0;
    int read = gzread(source->file, out, (unsigned)length);
    if (read == (int)length) {
        *got = length;
        return SR_OK;
    }
    int number = Z_OK;
    const char *message = gzerror(source->file, &number);
    if (number == Z_BUF_ERROR) /* the compressed stream has no end mark */
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "%s is truncated: its gzip stream is cut off; get the file again",
                            source->name);
    if (number == Z_ERRNO)
        return sr_error_set(error, SR_ERROR_IO, "%s cannot be read: %s", source->name,
                            errno ? strerror(errno) : "input error");
    if (number == Z_MEM_ERROR)
        return sr_error_set(error, SR_ERROR_MEMORY, "%s: no memory for unpacking it", source->name);
    if (read < 0) {
        const char *colon = strstr(message, ": "); /* zlib puts "<fd:3>: " before it */
        return sr_error_set(error, SR_ERROR_FORMAT, "%s is corrupt gzip (%s); get the file again",
                            source->name, colon ? colon + 2 : message);
    }
    *got = (size_t)read;
    return SR_OK;
}

static uint32_t big_endian(const uint8_t bytes[4])
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static enum sr_status wrong_magic(const struct source *source, uint32_t magic, uint32_t wanted,
                                  struct sr_error *error)
{
    const char *what = wanted == MAGIC_IMAGES ? "images" : "labels";
    if (magic == MAGIC_IMAGES || magic == MAGIC_LABELS)
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "%s holds %s (magic number 0x%08x), but %s (0x%08x) belong there",
                            source->name, magic == MAGIC_IMAGES ? "images" : "labels", magic, what,
                            wanted);
    if (magic >> 16 == 0 && (magic >> 8) == 0x08 && (magic & 0xff) >= 1)
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "%s has %u dimensions (magic number 0x%08x); %s have %d: one grey "
                            "channel, magic 0x%08x",
                            source->name, magic & 0xff, magic, what, wanted == MAGIC_IMAGES ? 3 : 1,
                            wanted);
    if (magic >> 16 == 0 && (magic >> 8) >= 0x09 && (magic >> 8) <= 0x0e)
        return sr_error_set(
            error, SR_ERROR_FORMAT,
            "%s does not hold bytes (magic number 0x%08x); %s are unsigned bytes, magic 0x%08x",
            source->name, magic, what, wanted);
    return sr_error_set(error, SR_ERROR_FORMAT,
                        "%s is not an IDX file: it begins with 0x%08x, and %s with 0x%08x",
                        source->name, magic, what, wanted);
}

/* The content: exactly `size` bytes in rows of `row`, then the end of the file. The block grows
 * with the bytes that are read, because a header may be wrong about `size`. */
static enum sr_status read_content(struct source *source, uint64_t size, size_t row,
                                   uint8_t **content, const struct sr_monitor *monitor,
                                   struct sr_error *error)
{
    enum sr_status status = SR_OK;
    uint8_t *block = NULL;
    uint64_t have = 0, room = 0;
    while (have < size) {
        if (!sr_monitor_proceed(monitor)) {
            status =
                sr_error_set(error, SR_ERROR_CANCELLED, "%s: reading was stopped", source->name);
            goto out;
        }
        if (have == room) {
            room = room ? 2 * room : FIRST_ROOM;
            if (room > size) room = size;
            uint8_t *grown = room <= SIZE_MAX ? realloc(block, (size_t)room) : NULL;
            if (!grown) {
                status = sr_error_set(error, SR_ERROR_MEMORY, "%s: no memory for %llu bytes of it",
                                      source->name, (unsigned long long)room);
                goto out;
            }
            block = grown;
        }
        size_t want = room - have < CHUNK ? (size_t)(room - have) : CHUNK, got;
        status = source_read(source, block + have, want, &got, error);
        if (status != SR_OK) goto out;
        have += got;
        if (got < want) {
            status = sr_error_set(
                error, SR_ERROR_FORMAT,
                "%s is truncated: it holds %llu of the %llu bytes that its header promises",
                source->name, (unsigned long long)have, (unsigned long long)size);
            goto out;
        }
        struct sr_progress progress = {.unit = "image",
                                       .done = have / row,
                                       .total = size / row,
                                       .seconds_left = -1,
                                       .loss = NAN,
                                       .accuracy = NAN,
                                       .learning_rate = NAN};
        strncpy(progress.note, base_name(source->name), sizeof progress.note - 1);
        sr_monitor_progress(monitor, &progress);
    }
    uint8_t more;
    size_t got;
    status = source_read(source, &more, 1, &got, error); /* also makes zlib compare its checksum */
    if (status != SR_OK) goto out;
    if (got) {
        status =
            sr_error_set(error, SR_ERROR_FORMAT,
                         "%s is too long: it goes on after the %llu bytes that its header promises",
                         source->name, (unsigned long long)size);
        goto out;
    }
    *content = block;
    block = NULL;
out:
    free(block);
    return status;
}

static enum sr_status read_sizes(struct source *source, uint32_t *sizes, int count,
                                 struct sr_error *error)
{
    uint8_t bytes[4];
    size_t got;
    for (int i = 0; i < count; i++) {
        enum sr_status status = source_read(source, bytes, sizeof bytes, &got, error);
        if (status != SR_OK) return status;
        if (got < sizeof bytes)
            return sr_error_set(error, SR_ERROR_FORMAT,
                                "%s is truncated: it ends within its header", source->name);
        sizes[i] = big_endian(bytes);
    }
    return SR_OK;
}

/* `wanted` is the magic number that must be there; 0: either. */
static enum sr_status parse(struct source *source, uint32_t wanted, struct sr_images *images,
                            const struct sr_monitor *monitor, struct sr_error *error)
{
    uint32_t magic = 0, sizes[3] = {0};
    enum sr_status status = read_sizes(source, &magic, 1, error);
    if (status != SR_OK) return status;
    if (!wanted) wanted = magic == MAGIC_LABELS ? MAGIC_LABELS : MAGIC_IMAGES;
    if (magic != wanted) return wrong_magic(source, magic, wanted, error);
    bool pixels = wanted == MAGIC_IMAGES;
    status = read_sizes(source, sizes, pixels ? 3 : 1, error);
    if (status != SR_OK) return status;
    if (sizes[0] == 0)
        return sr_error_set(error, SR_ERROR_FORMAT, "%s is empty: its header says 0 %s",
                            source->name, pixels ? "images" : "labels");
    if (pixels)
        for (int i = 1; i < 3; i++)
            if (sizes[i] < SR_SIDE_MIN || sizes[i] > SR_SIDE_MAX)
                return sr_error_set(
                    error, SR_ERROR_FORMAT,
                    "%s has images of %u rows and %u columns; each must be within %d..%d",
                    source->name, sizes[1], sizes[2], SR_SIDE_MIN, SR_SIDE_MAX);
    if (images->count && images->count != sizes[0])
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "%s has %u %s, but there are %zu %s; the counts must be the same",
                            source->name, sizes[0], pixels ? "images" : "labels", images->count,
                            pixels ? "labels" : "images");
    size_t row = pixels ? (size_t)sizes[1] * sizes[2] : 1;
    uint8_t *content = NULL;
    status = read_content(source, (uint64_t)sizes[0] * row, row, &content, monitor, error);
    if (status != SR_OK) return status;
    images->count = sizes[0];
    if (pixels) {
        free(images->pixels);
        images->pixels = content;
        images->shape = (struct sr_shape){(int)sizes[1], (int)sizes[2], 1};
    } else {
        free(images->labels);
        images->labels = content;
    }
    return SR_OK;
}

static enum sr_status read_file(const char *path, uint32_t magic, struct sr_images *images,
                                const struct sr_monitor *monitor, struct sr_error *error)
{
    struct source source;
    enum sr_status status = source_open(&source, path, error);
    if (status == SR_OK) status = parse(&source, magic, images, monitor, error);
    source_close(&source);
    return status;
}

bool sr_idx_holds_images(const char *path)
{
    struct source source;
    uint32_t magic = 0;
    enum sr_status status = source_open(&source, path, NULL);
    if (status == SR_OK) status = read_sizes(&source, &magic, 1, NULL);
    source_close(&source);
    return status == SR_OK && magic == MAGIC_IMAGES;
}

enum sr_status sr_idx_read_images(const char *path, struct sr_images *images,
                                  const struct sr_monitor *monitor, struct sr_error *error)
{
    return read_file(path, MAGIC_IMAGES, images, monitor, error);
}

enum sr_status sr_idx_read_labels(const char *path, struct sr_images *images,
                                  const struct sr_monitor *monitor, struct sr_error *error)
{
    return read_file(path, MAGIC_LABELS, images, monitor, error);
}

enum sr_status sr_idx_parse(const char *name, const void *bytes, size_t length,
                            struct sr_images *images, struct sr_error *error)
{
    struct source source = {.name = name, .bytes = bytes, .length = length};
    return parse(&source, 0, images, NULL, error);
}
