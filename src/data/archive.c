/* archive.c - see archive.h. */
#include "archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sartor/base/memory.h"

enum { BLOCK = 64 << 10 };

struct archive_pass {
    struct archive *reader;
    char *name;
    char *path; /* of the present file */
    uint64_t size, unpacked;
    size_t files;
};

static struct archive *reader_new(void)
{
    struct archive *reader = archive_read_new();
    if (!reader) abort(); /* as sr_xalloc does when there is no memory for small things */
    archive_read_support_filter_gzip(reader);
    archive_read_support_filter_bzip2(reader);
    archive_read_support_filter_xz(reader);
    archive_read_support_filter_zstd(reader);
    archive_read_support_format_tar(reader);
    archive_read_support_format_zip(reader);
    return reader;
}

static int reader_open(struct archive *reader, const struct archive_source *source)
{
    return source->bytes ? archive_read_open_memory(reader, source->bytes, source->length)
                         : archive_read_open_filename(reader, source->name, BLOCK);
}

bool archive_probe(const struct archive_source *source)
{
    struct stat about;
    struct archive_entry *entry;
    if (!source->bytes && (stat(source->name, &about) != 0 || !S_ISREG(about.st_mode)))
        return false;
    struct archive *reader = reader_new();
    /* An archive without files ends at once. */
    bool good = reader_open(reader, source) == ARCHIVE_OK;
    if (good) {
        const int result = archive_read_next_header(reader, &entry);
        good = result == ARCHIVE_OK || result == ARCHIVE_WARN || result == ARCHIVE_EOF;
    }
    good = good && archive_format(reader) != ARCHIVE_FORMAT_EMPTY && archive_format(reader) != 0;
    archive_read_free(reader);
    return good;
}

/* What libarchive says, in a sentence that names the archive. */
static enum sr_status refuse(const struct archive_pass *pass, struct sr_error *error)
{
    const char *said = archive_error_string(pass->reader);
    if (archive_errno(pass->reader) == ENOMEM)
        return sr_error_set(error, SR_ERROR_MEMORY, "%s: no memory for unpacking it", pass->name);
    return sr_error_set(error, SR_ERROR_FORMAT,
                        "%s cannot be unpacked%s%s: %s; get the file again, or unpack it and open "
                        "the folder",
                        pass->name, pass->path ? " at " : "", pass->path ? pass->path : "",
                        said ? said : "it is damaged");
}

struct archive_pass *archive_pass_open(const struct archive_source *source, struct sr_error *error)
{
    struct archive_pass *pass = sr_xalloc(sizeof *pass);
    struct stat about;
    pass->reader = reader_new();
    pass->name = sr_xstrdup(source->name);
    pass->size = source->length;
    if (!source->bytes && stat(source->name, &about) == 0) pass->size = (uint64_t)about.st_size;
    if (reader_open(pass->reader, source) == ARCHIVE_OK) return pass;
    refuse(pass, error);
    archive_pass_close(pass);
    return NULL;
}

void archive_pass_close(struct archive_pass *pass)
{
    if (!pass) return;
    archive_read_free(pass->reader);
    free(pass->name);
    free(pass->path);
    free(pass);
}

/* Does it stay within the archive? */
static bool inside(const char *path)
{
    if (path[0] == '/' || path[0] == '\\' || (path[0] && path[1] == ':')) return false;
    for (const char *at = path; *at;) {
        const size_t length = strcspn(at, "/\\");
        if (length == 2 && !strncmp(at, "..", 2)) return false;
        at += length;
        at += *at != '\0';
    }
    return true;
}

/* May it be read? Links and names that lead out could show files that nobody meant to open. */
static enum sr_status check(const struct archive_pass *pass, struct archive_entry *entry,
                            struct sr_error *error)
{
    if (!inside(pass->path) || strlen(pass->path) > TREE_PATH_MAX)
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "%s holds a file called %s; names within an archive must not be "
                            "absolute, nor have \"..\", nor be longer than %d bytes",
                            pass->name, pass->path, TREE_PATH_MAX);
    if (archive_entry_hardlink(entry) || archive_entry_symlink(entry) ||
        archive_entry_filetype(entry) != AE_IFREG)
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "%s holds %s, which is a link or a device; an archive with nothing but "
                            "files and folders is needed",
                            pass->name, pass->path);
    if (archive_entry_is_encrypted(entry))
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "%s is encrypted; unpack it with its password and open the folder",
                            pass->name);
    return SR_OK;
}

enum sr_status archive_pass_next(struct archive_pass *pass, const char **path, uint64_t *size,
                                 struct sr_error *error)
{
    struct archive_entry *entry;
    *path = NULL;
    for (;;) {
        const int result = archive_read_next_header(pass->reader, &entry);
        if (result == ARCHIVE_EOF) return SR_OK;
        if (result != ARCHIVE_OK && result != ARCHIVE_WARN) return refuse(pass, error);
        const char *name = archive_entry_pathname_utf8(entry);
        if (!name) name = archive_entry_pathname(entry);
        while (name && name[0] == '.' && name[1] == '/') name += 2;
        free(pass->path);
        /* A name that is in no known encoding. */
        pass->path = name ? sr_xstrdup(name) : sr_xprintf("unnamed-%zu", pass->files);
        if (archive_entry_filetype(entry) == AE_IFDIR || !*pass->path) continue;
        if (++pass->files > TREE_FILES_MAX)
            return sr_error_set(error, SR_ERROR_FORMAT,
                                "%s holds more than %d files, the most that can be opened",
                                pass->name, TREE_FILES_MAX);
        enum sr_status status = check(pass, entry, error);
        if (status != SR_OK) return status;
        *path = pass->path;
        *size = archive_entry_size_is_set(entry) ? (uint64_t)archive_entry_size(entry) : UINT64_MAX;
        return SR_OK;
    }
}

enum sr_status archive_pass_pull(void *context, void *out, size_t length, size_t *got,
                                 struct sr_error *error)
{
    struct archive_pass *pass = context;
    const la_ssize_t result = archive_read_data(pass->reader, out, length);
    if (result < 0) return refuse(pass, error);
    *got = (size_t)result;
    pass->unpacked += *got;
    if (!stream_bomb(pass->size, pass->unpacked)) return SR_OK;
    return sr_error_set(error, SR_ERROR_FORMAT,
                        "%s unpacks to far more than its size, as no pictures do; it is not read "
                        "further",
                        pass->name);
}
