/* stream.c - see stream.h. */
#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "sartor/base/memory.h"

enum {
    BUFFER = 256 << 10,
    BOMB_RATIO = 400,      /* pixels of any use pack to no less than a hundredth */
    BOMB_BYTES = 64 << 20, /* below this, a large ratio does no harm */
    DEFLATE_RATIO = 1032,  /* what deflate can reach at most */
};

enum packing { NOT_SEEN, PLAIN, GZIP };

struct stream {
    char *name;
    uint64_t size;
    stream_pull *pull;
    void (*close)(void *context);
    void *context;
    enum packing packing;
    bool ended; /* there is no more to pull */
    bool done;  /* the end of the content was reached */
    z_stream inflate;
    uint8_t *buffer; /* pulled, not used yet */
    size_t at, end;
    uint64_t packed, unpacked;
};

bool stream_bomb(uint64_t packed, uint64_t unpacked)
{
    return unpacked > BOMB_BYTES && unpacked / BOMB_RATIO > packed;
}

struct stream *stream_new(const char *name, uint64_t size, stream_pull *pull,
                          void (*close)(void *context), void *context)
{
    struct stream *stream = sr_xalloc(sizeof *stream);
    stream->name = sr_xstrdup(name);
    stream->size = size;
    stream->pull = pull;
    stream->close = close;
    stream->context = context;
    stream->buffer = sr_xalloc(BUFFER);
    return stream;
}

void stream_nothing(void *context)
{
    (void)context;
}

void stream_close(struct stream *stream)
{
    if (!stream) return;
    if (stream->packing == GZIP) inflateEnd(&stream->inflate);
    stream->close(stream->context);
    free(stream->name);
    free(stream->buffer);
    free(stream);
}

const char *stream_name(const struct stream *stream)
{
    return stream->name;
}

uint64_t stream_bound(const struct stream *stream)
{
    if (stream->size == UINT64_MAX || stream->packing == NOT_SEEN) return UINT64_MAX;
    return stream->packing == GZIP ? stream->size * DEFLATE_RATIO : stream->size;
}

/* More bytes into the buffer, behind those that are there. */
static enum sr_status fill(struct stream *stream, struct sr_error *error)
{
    size_t got = 0;
    if (stream->at == stream->end) stream->at = stream->end = 0;
    if (stream->ended || stream->end == BUFFER) return SR_OK;
    enum sr_status status = stream->pull(stream->context, stream->buffer + stream->end,
                                         BUFFER - stream->end, &got, error);
    stream->end += got;
    stream->packed += got;
    stream->ended = !got;
    return status;
}

/* Does it begin as gzip does? */
static enum sr_status look(struct stream *stream, struct sr_error *error)
{
    enum sr_status status = SR_OK;
    while (status == SR_OK && stream->end < 2 && !stream->ended) status = fill(stream, error);
    if (status != SR_OK) return status;
    stream->packing = PLAIN;
    if (stream->end < 2 || stream->buffer[0] != 0x1f || stream->buffer[1] != 0x8b) return SR_OK;
    if (inflateInit2(&stream->inflate, 15 + 16) != Z_OK)
        return sr_error_set(error, SR_ERROR_MEMORY, "%s: no memory for unpacking it", stream->name);
    stream->packing = GZIP;
    return SR_OK;
}

static enum sr_status read_plain(struct stream *stream, uint8_t *out, size_t length, size_t *got,
                                 struct sr_error *error)
{
    *got = stream->end - stream->at < length ? stream->end - stream->at : length;
    memcpy(out, stream->buffer + stream->at, *got);
    stream->at += *got;
    while (*got < length && !stream->ended) {
        size_t more = 0;
        enum sr_status status =
            stream->pull(stream->context, out + *got, length - *got, &more, error);
        if (status != SR_OK) return status;
        *got += more;
        stream->packed += more;
        stream->ended = !more;
    }
    return SR_OK;
}

/* The end of one gzip member; another may follow, and zeros as tapes are filled up with. */
static enum sr_status next_member(struct stream *stream, struct sr_error *error)
{
    for (;;) {
        while (stream->at < stream->end && !stream->buffer[stream->at]) stream->at++;
        if (stream->at < stream->end || stream->ended) break;
        enum sr_status status = fill(stream, error);
        if (status != SR_OK) return status;
    }
    stream->done = stream->at == stream->end;
    if (!stream->done) inflateReset(&stream->inflate);
    return SR_OK;
}

static enum sr_status read_packed(struct stream *stream, uint8_t *out, size_t length, size_t *got,
                                  struct sr_error *error)
{
    z_stream *z = &stream->inflate;
    enum sr_status status = SR_OK;
    while (*got < length && !stream->done) {
        if (stream->at == stream->end) status = fill(stream, error);
        if (status != SR_OK) return status;
        if (stream->at == stream->end)
            return sr_error_set(error, SR_ERROR_FORMAT,
                                "%s is truncated: its gzip stream is cut off; get the file again",
                                stream->name);
        const size_t want = length - *got < (1u << 30) ? length - *got : 1u << 30;
        z->next_in = stream->buffer + stream->at;
        z->avail_in = (unsigned)(stream->end - stream->at);
        z->next_out = out + *got;
        z->avail_out = (unsigned)want;
        const int result = inflate(z, Z_NO_FLUSH);
        stream->at = stream->end - z->avail_in;
        *got += want - z->avail_out;
        stream->unpacked += want - z->avail_out;
        if (result == Z_MEM_ERROR)
            return sr_error_set(error, SR_ERROR_MEMORY, "%s: no memory for unpacking it",
                                stream->name);
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
            return sr_error_set(error, SR_ERROR_FORMAT,
                                "%s is corrupt gzip (%s); get the file again", stream->name,
                                z->msg ? z->msg : "it needs a dictionary");
        if (stream_bomb(stream->packed, stream->unpacked))
            return sr_error_set(error, SR_ERROR_FORMAT,
                                "%s unpacks to more than %d times its size, as no pictures do; it "
                                "is not read further",
                                stream->name, BOMB_RATIO);
        if (result == Z_STREAM_END) status = next_member(stream, error);
        if (status != SR_OK) return status;
    }
    return SR_OK;
}

/* A packed stream's checksum stands behind its content: reading nothing more checks it. */
enum sr_status stream_read(struct stream *stream, void *out, size_t length, size_t *got,
                           struct sr_error *error)
{
    *got = 0;
    enum sr_status status = stream->packing == NOT_SEEN ? look(stream, error) : SR_OK;
    if (status != SR_OK || !length) return status;
    return stream->packing == GZIP ? read_packed(stream, out, length, got, error)
                                   : read_plain(stream, out, length, got, error);
}

enum sr_status stream_need(struct stream *stream, void *out, size_t length, struct sr_error *error)
{
    size_t got;
    enum sr_status status = stream_read(stream, out, length, &got, error);
    if (status == SR_OK && got < length)
        status = sr_error_set(error, SR_ERROR_FORMAT,
                              "%s is truncated: it ends where %zu more bytes belong", stream->name,
                              length - got);
    return status;
}

char *stream_take(struct stream *stream, size_t limit, size_t *length, struct sr_error *error)
{
    enum { FIRST = 64 << 10 };
    size_t room = 0, got = FIRST;
    char *bytes = NULL;
    *length = 0;
    if (stream->size < limit) room = (size_t)stream->size;
    if (room < FIRST) room = FIRST;
    for (; got; room *= 2) {
        char *grown = realloc(bytes, room + 1);
        enum sr_status status =
            grown ? SR_OK
                  : sr_error_set(error, SR_ERROR_MEMORY, "%s: no memory for it", stream->name);
        if (grown) bytes = grown;
        if (status == SR_OK)
            status = stream_read(stream, bytes + *length, room - *length, &got, error);
        if (status == SR_OK) *length += got;
        if (status == SR_OK && *length > limit)
            status = sr_error_set(error, SR_ERROR_FORMAT,
                                  "%s is larger than %zu bytes, the most that such a file may have",
                                  stream->name, limit);
        if (status != SR_OK) {
            free(bytes);
            return NULL;
        }
        if (*length < room) break;
    }
    bytes[*length] = '\0';
    return bytes;
}

struct memory {
    const uint8_t *bytes;
    size_t length, at;
};

static enum sr_status memory_pull(void *context, void *out, size_t length, size_t *got,
                                  struct sr_error *error)
{
    (void)error;
    struct memory *memory = context;
    *got = memory->length - memory->at < length ? memory->length - memory->at : length;
    if (*got) memcpy(out, memory->bytes + memory->at, *got);
    memory->at += *got;
    return SR_OK;
}

struct stream *stream_memory(const char *name, const void *bytes, size_t length)
{
    struct memory *memory = sr_xalloc(sizeof *memory);
    *memory = (struct memory){bytes, length, 0};
    return stream_new(name, length, memory_pull, free, memory);
}

struct plain_file {
    int descriptor;
    char *path;
};

static enum sr_status plain_pull(void *context, void *out, size_t length, size_t *got,
                                 struct sr_error *error)
{
    struct plain_file *file = context;
    ssize_t result;
    do {
        result = read(file->descriptor, out, length < (1u << 30) ? length : 1u << 30);
    } while (result < 0 && errno == EINTR);
    if (result < 0)
        return sr_error_set(error, SR_ERROR_IO, "%s cannot be read: %s", file->path,
                            strerror(errno));
    *got = (size_t)result;
    return SR_OK;
}

static void plain_close(void *context)
{
    struct plain_file *file = context;
    close(file->descriptor);
    free(file->path);
    free(file);
}

struct stream *stream_open(const char *path, const char *what, struct sr_error *error)
{
    struct stat about;
    /* A pipe without a writer would block the opening of it. */
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0 || fstat(descriptor, &about) != 0) {
        sr_error_set(error, SR_ERROR_IO, "%s: %s; %s is expected there", path, strerror(errno),
                     what);
        if (descriptor >= 0) close(descriptor);
        return NULL;
    }
    if (!S_ISREG(about.st_mode)) {
        sr_error_set(error, SR_ERROR_IO, "%s is %s; %s is expected there", path,
                     S_ISDIR(about.st_mode) ? "a directory" : "not a regular file", what);
        close(descriptor);
        return NULL;
    }
    struct plain_file *file = sr_xalloc(sizeof *file);
    *file = (struct plain_file){descriptor, sr_xstrdup(path)};
    return stream_new(path, (uint64_t)about.st_size, plain_pull, plain_close, file);
}
