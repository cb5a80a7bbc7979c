/* archive.h - what is in a zip or tar file (packed or not), by libarchive, which no other file
 * uses for reading. Nothing is ever unpacked to disk. Private to data/.
 *
 * Refused: links, names that leave the archive (absolute, or with ".."), encrypted files, and
 * archives that unpack to far more than their size. A struct archive_pass belongs to one thread. */
#ifndef SARTOR_DATA_ARCHIVE_H
#define SARTOR_DATA_ARCHIVE_H

#include "sartor/base/error.h"
#include "stream.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An archive: a file, or bytes of memory when `bytes` is not NULL. */
struct archive_source {
    const char *name; /* the path, and what stands for it in sentences */
    const void *bytes;
    size_t length;
};

/* Does its content begin as an archive does? */
bool archive_probe(const struct archive_source *source);

/* Its files from the first to the last. */
struct archive_pass;
struct archive_pass *archive_pass_open(const struct archive_source *source, struct sr_error *error);
void archive_pass_close(struct archive_pass *pass); /* NULL-safe */
/* The next file: its name, borrowed until the next call, and size (UINT64_MAX when it is not
 * known); *path is NULL at the end. Names of one archive are numbered from 0 in the order in which
 * they come, which is the same in every pass. */
enum sr_status archive_pass_next(struct archive_pass *pass, const char **path, uint64_t *size,
                                 struct sr_error *error);
/* Bytes of the present file: the pull of a stream. */
enum sr_status archive_pass_pull(void *pass, void *out, size_t length, size_t *got,
                                 struct sr_error *error);

#endif
