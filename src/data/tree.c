/* tree.c - see tree.h. */
#include "tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "archive.h"
#include "folder.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/data/identity.h"

/* An archive within an archive is held in memory while the tree is open. */
enum { NESTED_MAX = 1 << 30, ARCHIVES_MAX = 4096 };

struct tree_source {
    char *name;  /* of the archive; of the folder: its path */
    char *bytes; /* of an archive within an archive */
    size_t length;
    bool archive;
};

static const char archive_endings[] = ".zip .npz .tar .tgz .tar.gz .tar.bz2 .tar.xz .tar.zst";

size_t tree_directory(const char *path)
{
    return (size_t)(sr_path_name(path) - path);
}

bool tree_ends(const char *path, const char *endings)
{
    const size_t length = strlen(path);
    for (const char *at = endings; *at;) {
        const size_t own = strcspn(at, " ");
        if (length > own && !strncasecmp(path + length - own, at, own)) return true;
        at += own;
        at += strspn(at, " ");
    }
    return false;
}

/* Contents are hashed in blocks, so that a file need not be in memory. */
enum { CONTENTS_BLOCK = 1 << 20, CONTENTS_START = 2 };
static const uint64_t contents_most = (uint64_t)4 << 30;

static uint64_t contents_add(uint64_t hash, const void *bytes, size_t length)
{
    const uint64_t both[2] = {hash, sr_identity(bytes, length)};
    return sr_identity((const uint8_t *)both, sizeof both) | 4; /* other than 0, 1 and 2 */
}

static uint64_t contents_of(const void *bytes, size_t length)
{
    uint64_t hash = CONTENTS_START;
    size_t at = 0;
    for (; length - at >= CONTENTS_BLOCK; at += CONTENTS_BLOCK)
        hash = contents_add(hash, (const uint8_t *)bytes + at, CONTENTS_BLOCK);
    return contents_add(hash, (const uint8_t *)bytes + at, length - at);
}

/* What systems leave behind. */
static bool left_over(const char *path)
{
    static const char *const names[] = {"Thumbs.db", "desktop.ini", "__MACOSX", "lost+found"};
    for (const char *at = path; *at;) {
        const size_t length = strcspn(at, "/");
        if (at[0] == '.' && length) return true;
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            if (strlen(names[i]) == length && !strncasecmp(at, names[i], length)) return true;
        at += length;
        at += *at == '/';
    }
    return false;
}

static struct tree_source *add_source(struct tree *tree, const char *name, bool archive)
{
    sr_xgrow(&tree->sources, &tree->source_room, tree->source_count + 1, sizeof *tree->sources);
    struct tree_source *source = &tree->sources[tree->source_count++];
    *source = (struct tree_source){.name = sr_xstrdup(name), .archive = archive};
    return source;
}

static void add_file(struct tree *tree, char *path, uint64_t size, uint32_t number, uint64_t stamp)
{
    sr_xgrow(&tree->files, &tree->room, tree->count + 1, sizeof *tree->files);
    tree->files[tree->count++] =
        (struct tree_file){path, size, (uint32_t)(tree->source_count - 1), number, stamp};
}

static struct archive_source reading(const struct tree_source *source)
{
    return (struct archive_source){source->name, source->bytes, source->length};
}

/* All files of the last source, below `prefix`. Archives among them are added to `nested`, when
 * that is not NULL. */
static enum sr_status list_archive(struct tree *tree, const char *prefix, uint64_t stamp,
                                   const struct sr_monitor *monitor, struct sr_error *error)
{
    const struct archive_source source = reading(&tree->sources[tree->source_count - 1]);
    struct archive_pass *pass = archive_pass_open(&source, error);
    if (!pass) return error->status;
    enum sr_status status = SR_OK;
    for (uint32_t number = 0;; number++) {
        const char *path;
        uint64_t size;
        status = archive_pass_next(pass, &path, &size, error);
        if (status != SR_OK || !path) break;
        if (!left_over(path)) add_file(tree, sr_xprintf("%s%s", prefix, path), size, number, stamp);
        if (!sr_monitor_proceed(monitor))
            status = sr_error_set(error, SR_ERROR_CANCELLED, "%s: reading was stopped", tree->name);
        if (status != SR_OK) break;
    }
    archive_pass_close(pass);
    return status;
}

struct walk {
    struct tree *tree;
    const struct sr_monitor *monitor;
};

static enum sr_status on_file(void *context, char *path, uint64_t size, uint64_t stamp,
                              struct sr_error *error)
{
    struct walk *walk = context;
    if (left_over(path)) {
        free(path);
        return SR_OK;
    }
    if (walk->tree->count == TREE_FILES_MAX || !sr_monitor_proceed(walk->monitor)) {
        free(path);
        if (walk->tree->count < TREE_FILES_MAX)
            return sr_error_set(error, SR_ERROR_CANCELLED, "%s: reading was stopped",
                                walk->tree->name);
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "%s holds more than %d files, the most that can be opened",
                            walk->tree->name, TREE_FILES_MAX);
    }
    add_file(walk->tree, path, size, 0, stamp);
    return SR_OK;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct tree_file *)a)->path, ((const struct tree_file *)b)->path);
}

/* An archive that is a file of the tree becomes the folder of that name. */
static enum sr_status open_nested(struct tree *tree, size_t at, const struct sr_monitor *monitor,
                                  struct sr_error *error)
{
    struct tree_file file = tree->files[at];
    const bool outer = tree->sources[file.source].archive;
    char *name = sr_xprintf("%s/%s", tree->name, file.path), *bytes = NULL;
    size_t length = 0;
    enum sr_status status = SR_OK;
    if (outer) {
        bytes = tree_read(tree, at, NESTED_MAX, &length, error);
        if (!bytes) status = error->status;
    }
    const struct archive_source source = {name, bytes, length};
    if (status == SR_OK && archive_probe(&source)) {
        struct tree_source *added = add_source(tree, name, true);
        added->bytes = bytes;
        added->length = length;
        bytes = NULL;
        char *prefix = sr_xprintf("%s/", file.path);
        tree->files[at].path[0] = '\0'; /* taken out below */
        status = list_archive(tree, prefix, file.stamp, monitor, error);
        free(prefix);
    }
    free(bytes);
    free(name);
    return status;
}

/* Archives among the files that are listed, one level deep. */
static enum sr_status list_nested(struct tree *tree, const struct sr_monitor *monitor,
                                  struct sr_error *error)
{
    const size_t count = tree->count;
    size_t archives = 0, kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (!tree_ends(tree->files[i].path, archive_endings)) continue;
        if (++archives > ARCHIVES_MAX)
            return sr_error_set(error, SR_ERROR_FORMAT,
                                "%s holds more than %d archives, the most that can be opened",
                                tree->name, ARCHIVES_MAX);
        enum sr_status status = open_nested(tree, i, monitor, error);
        if (status != SR_OK) return status;
    }
    for (size_t i = 0; i < tree->count; i++)
        if (tree->files[i].path[0])
            tree->files[kept++] = tree->files[i];
        else
            free(tree->files[i].path);
    tree->count = kept;
    return SR_OK;
}

static enum sr_status list_all(struct tree *tree, int depth, const struct stat *about,
                               const struct sr_monitor *monitor, struct sr_error *error)
{
    enum sr_status status = SR_OK;
    struct walk walk = {tree, monitor};
    const struct archive_source source = {tree->name, NULL, 0};
    if (tree->folder) {
        add_source(tree, tree->name, false);
        status = folder_walk(tree->name, depth, on_file, &walk, error);
    } else if (archive_probe(&source)) {
        add_source(tree, tree->name, true);
        status = list_archive(tree, "", folder_stamp(about), monitor, error);
    } else {
        char *directory = sr_xprintf("%.*s", (int)tree_directory(tree->name), tree->name);
        add_source(tree, *directory ? directory : ".", false);
        free(directory);
        add_file(tree, sr_xstrdup(sr_path_name(tree->name)), (uint64_t)about->st_size, 0,
                 folder_stamp(about));
        return SR_OK;
    }
    if (status == SR_OK && depth != 1) status = list_nested(tree, monitor, error);
    return status;
}

struct tree *tree_open(const char *path, int depth, const struct sr_monitor *monitor,
                       struct sr_error *error)
{
    struct stat about;
    struct sr_error own;
    if (!error) error = &own;
    if (stat(path, &about) != 0) {
        sr_error_set(error, SR_ERROR_IO, "%s: %s; a folder or file with pictures is expected there",
                     path, strerror(errno));
        return NULL;
    }
    if (!S_ISDIR(about.st_mode) && !S_ISREG(about.st_mode)) {
        sr_error_set(error, SR_ERROR_IO, "%s is neither a folder nor a file", path);
        return NULL;
    }
    struct tree *tree = sr_xalloc(sizeof *tree);
    tree->name = sr_xstrdup(path);
    for (size_t n = strlen(path); n > 1 && tree->name[n - 1] == '/';) tree->name[--n] = '\0';
    tree->folder = S_ISDIR(about.st_mode);
    if (list_all(tree, depth, &about, monitor, error) != SR_OK) {
        tree_close(tree);
        return NULL;
    }
    if (tree->count) qsort(tree->files, tree->count, sizeof *tree->files, by_path);
    tree->contents = sr_xalloc((tree->count + 1) * sizeof *tree->contents);
    return tree;
}

void tree_close(struct tree *tree)
{
    if (!tree) return;
    for (size_t i = 0; i < tree->count; i++) free(tree->files[i].path);
    for (size_t i = 0; i < tree->source_count; i++) {
        free(tree->sources[i].name);
        free(tree->sources[i].bytes);
    }
    free(tree->files);
    free(tree->contents);
    free(tree->sources);
    free(tree->name);
    free(tree);
}

size_t tree_find(const struct tree *tree, const char *path)
{
    const struct tree_file key = {.path = (char *)path};
    const struct tree_file *found =
        tree->count ? bsearch(&key, tree->files, tree->count, sizeof key, by_path) : NULL;
    return found ? (size_t)(found - tree->files) : tree->count;
}

const char *tree_name(const struct tree *tree, size_t file)
{
    static _Thread_local char names[4][TREE_PATH_MAX];
    static _Thread_local int next;
    char *name = names[next++ % 4];
    const struct tree_source *first = &tree->sources[0];
    if (!tree->folder && !first->archive)
        snprintf(name, TREE_PATH_MAX, "%s", tree->name);
    else
        snprintf(name, TREE_PATH_MAX, "%s%s%s", tree->name, tree->folder ? "/" : ": ",
                 tree->files[file].path);
    return name;
}

bool tree_random(const struct tree *tree, size_t file)
{
    return !tree->sources[tree->files[file].source].archive;
}

static void close_pass(void *pass)
{
    archive_pass_close(pass);
}

struct stream *tree_stream(const struct tree *tree, size_t file, struct sr_error *error)
{
    const struct tree_file *wanted = &tree->files[file];
    const struct tree_source *source = &tree->sources[wanted->source];
    if (!source->archive) {
        char *path = sr_xprintf("%s/%s", source->name, wanted->path);
        struct stream *stream = stream_open(path, "a file of a data set", error);
        free(path);
        return stream;
    }
    const struct archive_source reads = reading(source);
    struct archive_pass *pass = archive_pass_open(&reads, error);
    if (!pass) return NULL;
    const char *path = "";
    uint64_t size = 0;
    enum sr_status status = SR_OK;
    for (uint32_t number = 0; status == SR_OK && path && number <= wanted->number; number++)
        status = archive_pass_next(pass, &path, &size, error);
    if (status == SR_OK && !path)
        sr_error_set(error, SR_ERROR_IO, "%s has changed while it was read; open it again",
                     source->name);
    if (status == SR_OK && path)
        return stream_new(tree_name(tree, file), size, archive_pass_pull, close_pass, pass);
    archive_pass_close(pass);
    return NULL;
}

char *tree_read(const struct tree *tree, size_t file, size_t limit, size_t *length,
                struct sr_error *error)
{
    struct sr_error own;
    struct stream *stream = tree_stream(tree, file, error ? error : &own);
    char *bytes = stream ? stream_take(stream, limit, length, error ? error : &own) : NULL;
    stream_close(stream);
    if (bytes && tree->contents && tree_random(tree, file))
        __atomic_store_n(&tree->contents[file], contents_of(bytes, *length), __ATOMIC_RELAXED);
    return bytes;
}

/* --- what the files hold -------------------------------------------------------------------- */

struct contents {
    const struct tree *tree;
    const struct sr_monitor *monitor;
    uint64_t *sources; /* of each source */
    bool ended;
};

/* Of a file that is not in memory; 1 of one that cannot be read. */
static uint64_t stream_contents(struct stream *stream)
{
    struct sr_error ignored;
    char *block = sr_xalloc(CONTENTS_BLOCK);
    uint64_t hash = CONTENTS_START;
    size_t got = CONTENTS_BLOCK;
    enum sr_status status = stream ? SR_OK : SR_ERROR_IO;
    while (status == SR_OK && got == CONTENTS_BLOCK) {
        status = stream_read(stream, block, CONTENTS_BLOCK, &got, &ignored);
        if (status == SR_OK) hash = contents_add(hash, block, got);
    }
    free(block);
    stream_close(stream);
    return status == SR_OK ? hash : 1;
}

static void contents_work(void *context, size_t index, int worker)
{
    struct contents *c = context;
    const struct tree *tree = c->tree;
    struct sr_error ignored;
    (void)worker;
    if (!sr_monitor_proceed(c->monitor)) __atomic_store_n(&c->ended, true, __ATOMIC_RELAXED);
    if (__atomic_load_n(&c->ended, __ATOMIC_RELAXED)) return;
    if (index >= tree->count) {
        const struct tree_source *source = &tree->sources[index - tree->count];
        struct stat about;
        uint64_t *hash = &c->sources[index - tree->count];
        if (!source->archive || source->bytes || stat(source->name, &about) != 0) return;
        *hash = (uint64_t)about.st_size > contents_most
                    ? folder_stamp(&about)
                    : stream_contents(stream_open(source->name, "an archive", &ignored));
    } else if (tree_random(tree, index) && !tree->contents[index]) {
        tree->contents[index] = tree->files[index].size > contents_most
                                    ? tree->files[index].stamp
                                    : stream_contents(tree_stream(tree, index, &ignored));
    }
}

bool tree_contents(const struct tree *tree, struct sr_pool *pool, const struct sr_monitor *monitor,
                   uint64_t hash[2])
{
    struct contents c = {.tree = tree, .monitor = monitor};
    c.sources = sr_xalloc((tree->source_count + 1) * sizeof *c.sources);
    sr_pool_run(pool, tree->count + tree->source_count, contents_work, &c);
    const size_t bytes = tree->count * sizeof *tree->contents,
                 more = tree->source_count * sizeof *c.sources;
    hash[0] = contents_add(contents_of(tree->contents, bytes), c.sources, more);
    hash[1] = contents_add(contents_add(1, tree->contents, bytes), c.sources, more);
    free(c.sources);
    return !c.ended;
}

size_t tree_peek(const struct tree *tree, size_t file, void *out, size_t length)
{
    struct sr_error ignored;
    size_t got = 0;
    struct stream *stream = tree_stream(tree, file, &ignored);
    if (!stream || stream_read(stream, out, length, &got, &ignored) != SR_OK) got = 0;
    stream_close(stream);
    return got;
}

struct wanted {
    uint32_t source, number;
    size_t at;
};

struct tree_pass {
    const struct tree *tree;
    const uint32_t *files;
    struct wanted *wanted; /* by source and number */
    size_t count, next;
    struct archive_pass *archive;
    uint32_t source, number; /* of the open archive, and of its file that comes next */
};

static int by_place(const void *a, const void *b)
{
    const struct wanted *x = a, *y = b;
    if (x->source != y->source) return x->source < y->source ? -1 : 1;
    if (x->number != y->number) return x->number < y->number ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

struct tree_pass *tree_pass_open(const struct tree *tree, const uint32_t *wanted, size_t count)
{
    struct tree_pass *pass = sr_xalloc(sizeof *pass);
    pass->tree = tree;
    pass->files = wanted;
    pass->count = count;
    pass->wanted = sr_xalloc((count ? count : 1) * sizeof *pass->wanted);
    for (size_t i = 0; i < count; i++) {
        const struct tree_file *file = &tree->files[wanted[i]];
        pass->wanted[i] = (struct wanted){file->source, file->number, i};
    }
    qsort(pass->wanted, count, sizeof *pass->wanted, by_place);
    return pass;
}

void tree_pass_close(struct tree_pass *pass)
{
    if (!pass) return;
    archive_pass_close(pass->archive);
    free(pass->wanted);
    free(pass);
}

enum sr_status tree_pass_next(struct tree_pass *pass, size_t limit, size_t *at, char **bytes,
                              size_t *length, struct sr_error *error)
{
    *bytes = NULL;
    *at = pass->count;
    if (pass->next == pass->count) return SR_OK;
    const struct wanted *wanted = &pass->wanted[pass->next++];
    const struct tree_source *source = &pass->tree->sources[wanted->source];
    *at = wanted->at;
    if (!source->archive) return SR_OK;
    if (!pass->archive || pass->source != wanted->source || pass->number > wanted->number) {
        const struct archive_source reads = reading(source);
        archive_pass_close(pass->archive);
        pass->archive = archive_pass_open(&reads, error);
        if (!pass->archive) return error->status;
        pass->source = wanted->source;
        pass->number = 0;
    }
    uint64_t size = 0;
    for (const char *path = ""; pass->number <= wanted->number; pass->number++) {
        enum sr_status status = archive_pass_next(pass->archive, &path, &size, error);
        if (status != SR_OK) return status;
        if (!path)
            return sr_error_set(error, SR_ERROR_IO,
                                "%s has changed while it was read; open it again", source->name);
    }
    struct stream *stream = stream_new(tree_name(pass->tree, pass->files[wanted->at]), size,
                                       archive_pass_pull, stream_nothing, pass->archive);
    *bytes = stream_take(stream, limit, length, error);
    stream_close(stream);
    return *bytes ? SR_OK : error->status;
}
