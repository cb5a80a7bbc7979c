/* file.h - read and write whole files; paths; the folders in which files are kept.
 *
 * Every file the program writes goes through sr_output: written beside its
 * target under a temporary name, synced, then renamed, so that a full disk or a
 * crash leaves the old file as it was. A file that several programs may change at
 * the same time goes through sr_file_update. */
#ifndef SARTOR_BASE_FILE_H
#define SARTOR_BASE_FILE_H

#include "sartor/base/error.h"
#include "sartor/base/text.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The whole file, NUL-terminated, freed by the caller. Refuses directories and
 * files above `limit` bytes, each with a sentence. */
char *sr_file_read(const char *path, size_t limit, size_t *length, struct sr_error *error);

/* The same, but of a longer file the last lines, `limit` bytes at most. */
char *sr_file_read_end(const char *path, size_t limit, size_t *length, struct sr_error *error);

struct sr_output {
    FILE *stream; /* write here; errors are found at commit */
    char *path;
    char *temporary;
    bool unsynced; /* for what is of no use after a crash: commit does not wait for the disk */
};

/* Temporary files that ended processes have left in the folder are removed first. */
enum sr_status sr_output_open(struct sr_output *output, const char *path, struct sr_error *error);
/* Flush, sync, rename, sync the folder. On failure the temporary file is gone and the target as
 * before. */
enum sr_status sr_output_commit(struct sr_output *output, struct sr_error *error);
void sr_output_abort(struct sr_output *output); /* safe after commit, and twice */

enum sr_status sr_file_write(const char *path, const void *bytes, size_t length,
                             struct sr_error *error);
/* The same without waiting for the disk: after a crash of the machine the file may be damaged. */
enum sr_status sr_file_write_unsynced(const char *path, const void *bytes, size_t length,
                                      struct sr_error *error);

/* Could a file of so many bytes be written there? The folder is made where there is none; nothing
 * else is left behind. For a check before long work. */
enum sr_status sr_file_probe(const char *path, size_t length, struct sr_error *error);

/* What a file holds at present becomes what it is to hold; `now` is "" when there is no file. */
typedef enum sr_status sr_file_change(void *context, char *now, struct sr_text *after,
                                      struct sr_error *error);
/* Change a file that other programs may change, too: its folder is made and locked (by a file
 * .lock in it), the file is read, changed and written, and unlocked. It is not touched when
 * `change` fails. Files above `limit` bytes are refused. */
enum sr_status sr_file_update(const char *path, size_t limit, sr_file_change *change, void *context,
                              struct sr_error *error);
/* Likewise, add a line. What would be longer than `limit` bytes loses its first lines. */
enum sr_status sr_file_add_line(const char *path, size_t limit, const char *line,
                                struct sr_error *error);

/* Which file a path leads to: where any of these differs it is another one, or has been written to.
 * Zeros where there is none. */
struct sr_file_identity {
    uint64_t device, inode, size, seconds, nanoseconds;
};
struct sr_file_identity sr_file_identify(const char *path);

bool sr_path_exists(const char *path);
bool sr_path_is_directory(const char *path);
/* mkdir -p. */
enum sr_status sr_directory_make(const char *path, struct sr_error *error);
/* Sync the folder that the file is in, so that a new, renamed or deleted file is so after a crash,
 * too. */
enum sr_status sr_directory_sync(const char *path, struct sr_error *error);
/* "a/b" of "a/b/c.png", "." of "c.png"; freed by the caller. */
char *sr_path_directory(const char *path);
/* "c.png" of "a/b/c.png". Points into `path`. */
const char *sr_path_name(const char *path);
/* "c" of "a/b/c.png", cut to `size` bytes with its end. */
void sr_path_stem(const char *path, char *stem, size_t size);
/* "dir/name", freed by the caller. */
char *sr_path_join(const char *directory, const char *name);
/* ".png" of "a/b.c.png", "" without one. Points into `path`. */
const char *sr_path_extension(const char *path);
/* Does a file's name end in one of the space-separated `endings`, in any case? NULL: no. */
bool sr_path_ends(const char *name, const char *endings);
/* Leading "~/" replaced by $HOME (or, where that is not set, by the user's home folder); freed by
 * the caller. */
char *sr_path_expand(const char *path);

/* $XDG_DATA_HOME/sartor, else ~/.local/share/sartor; likewise config and cache
 * (`kind` is "data", "config", "state" or "cache"). Freed by the caller. */
char *sr_path_xdg(const char *kind);

/* A file or folder that the program ships: data/NAME in the build tree that the running program
 * belongs to, else in the installed data folder. NULL when it is in neither; freed by the caller.
 */
char *sr_path_resource(const char *name);

/* Names of the entries of a directory, sorted, without "." and ".."; each and the
 * array freed by the caller. NULL array on error. */
char **sr_directory_list(const char *path, size_t *count, struct sr_error *error);

#endif
