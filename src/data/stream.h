/* stream.h - the bytes of one file from its beginning to its end: from the file system, from an
 * archive, or from memory. Where they begin as gzip does, they are unpacked. Private to data/.
 *
 * A stream belongs to one thread. It refuses a file that unpacks to far more than its own size. */
#ifndef SARTOR_DATA_STREAM_H
#define SARTOR_DATA_STREAM_H

#include "sartor/base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Files that may be opened together, in archives and folders; bytes of a name. */
enum { TREE_FILES_MAX = 4 << 20, TREE_PATH_MAX = 1024 };

struct stream;

/* Where the bytes come from: up to `length` of them into `out`, *got is 0 at the end. */
typedef enum sr_status stream_pull(void *context, void *out, size_t length, size_t *got,
                                   struct sr_error *error);

/* `name` stands for the file in sentences and is copied; `size` is the file's own, before it is
 * unpacked, UINT64_MAX when it is not known. `close` releases the context, also on a failure. */
struct stream *stream_new(const char *name, uint64_t size, stream_pull *pull,
                          void (*close)(void *context), void *context);
/* A file of the file system; NULL and a sentence. `what` is what is expected there: "an IDX file".
 */
struct stream *stream_open(const char *path, const char *what, struct sr_error *error);
/* Bytes of memory, borrowed. */
struct stream *stream_memory(const char *name, const void *bytes, size_t length);
void stream_close(struct stream *stream); /* NULL-safe */
/* A `close` for a context that is another's. */
void stream_nothing(void *context);

/* `length` bytes; *got is fewer only at the end of the file. */
enum sr_status stream_read(struct stream *stream, void *out, size_t length, size_t *got,
                           struct sr_error *error);
/* Exactly `length` bytes, or a sentence that it is truncated. */
enum sr_status stream_need(struct stream *stream, void *out, size_t length, struct sr_error *error);
/* All that is left, NUL-terminated, freed by the caller; NULL and a sentence above `limit` bytes.
 */
char *stream_take(struct stream *stream, size_t limit, size_t *length, struct sr_error *error);
const char *stream_name(const struct stream *stream);
/* The bytes that it can give at most, from the size of its file; UINT64_MAX when not known. */
uint64_t stream_bound(const struct stream *stream);

/* Has unpacking `packed` bytes to `unpacked` gone beyond what any honest file does? */
bool stream_bomb(uint64_t packed, uint64_t unpacked);

#endif
