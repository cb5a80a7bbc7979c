/* tree.h - what is to be opened, as a list of files: a folder with all that is below it, a zip or
 * tar file, or one plain file. Archives within a folder, and archives within an archive, stand in
 * it as folders of their own. Private to data/.
 *
 * Opening lists names and sizes; formats recognise by these and by the first bytes. A tree does not
 * change, and any thread may read it; a stream or a pass belongs to one thread. */
#ifndef SARTOR_DATA_TREE_H
#define SARTOR_DATA_TREE_H

#include "sartor/base/error.h"
#include "sartor/base/monitor.h"
#include "sartor/base/pool.h"
#include "stream.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tree_file {
    char *path;      /* below the tree, with '/': "train/Shirt/7.png" */
    uint64_t size;   /* bytes; UINT64_MAX when the archive does not tell */
    uint32_t source; /* which folder or archive of the tree holds it */
    uint32_t number; /* in that archive */
    uint64_t stamp;  /* of a file of the file system: from its inode and the times of its changes;
                        of a file in an archive: the archive's */
};

struct tree_source;
struct tree {
    char *name;              /* the path that was opened */
    bool folder;             /* it is a folder, else a file */
    struct tree_file *files; /* sorted by path, bytewise */
    size_t count, room;
    uint64_t
        *contents; /* of each file that tree_read has read: tree_contents' hash of it; else 0 */
    struct tree_source *sources;
    size_t source_count, source_room;
};

/* `depth` levels of folders, 1 for the folder alone, 0 for all that may be (16). Hidden files and
 * what systems leave behind (Thumbs.db, __MACOSX) are left out. NULL and a sentence when there is
 * nothing to list. */
struct tree *tree_open(const char *path, int depth, const struct sr_monitor *monitor,
                       struct sr_error *error);
void tree_close(struct tree *tree); /* NULL-safe */

/* The file of that path; tree->count when there is none. */
size_t tree_find(const struct tree *tree, const char *path);
/* "photos/a.png" or "photos.zip: a.png", for sentences; valid until the fourth call after it in the
 * same thread. */
const char *tree_name(const struct tree *tree, size_t file);
/* Its content from the beginning. */
struct stream *tree_stream(const struct tree *tree, size_t file, struct sr_error *error);
/* All of it, NUL-terminated, freed by the caller; NULL and a sentence above `limit` bytes. */
char *tree_read(const struct tree *tree, size_t file, size_t limit, size_t *length,
                struct sr_error *error);
/* Its first bytes, at most `length`; how many. What cannot be read has none. */
size_t tree_peek(const struct tree *tree, size_t file, void *out, size_t length);

/* A hash of what all files hold, each archive as one file. Those that tree_read has read are not
 * read again; of a file above 4 GB its stamp is taken. False when the monitor asks to end. */
bool tree_contents(const struct tree *tree, struct sr_pool *pool, const struct sr_monitor *monitor,
                   uint64_t hash[2]);

/* Can its files be read in any order and by several threads at once? Those of a folder can. */
bool tree_random(const struct tree *tree, size_t file);
/* Many files, in the order in which reading them is cheapest: that of their archives. `wanted` are
 * numbers of files in any order. */
struct tree_pass;
struct tree_pass *tree_pass_open(const struct tree *tree, const uint32_t *wanted, size_t count);
/* The next of them, `*at` its position in `wanted`, count at the end. `*bytes`, freed by the
 * caller, is its content when it lies in an archive, and NULL when any thread may read it by
 * tree_read. */
enum sr_status tree_pass_next(struct tree_pass *pass, size_t limit, size_t *at, char **bytes,
                              size_t *length, struct sr_error *error);
void tree_pass_close(struct tree_pass *pass); /* NULL-safe */

/* The length of what is before the name behind the last '/'. */
size_t tree_directory(const char *path);
/* Does the name end so? Upper and lower case are equal; `endings` are apart by blanks. */
bool tree_ends(const char *path, const char *endings);

#endif
