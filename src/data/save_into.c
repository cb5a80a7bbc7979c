/* save_into.c - see save_into.h. */
#include "save_into.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "tree.h"

struct save_into {
    char *path;
    struct sr_output output; /* of an archive */
    struct archive *archive;
    char *folder;      /* beside its place, until it is complete */
    FILE *file;        /* of the folder, that is being written */
    char *name, *made; /* of the file; of the folder that was made last */
};

static enum sr_status archive_failed(struct save_into *into, struct sr_error *error)
{
    const char *said = archive_error_string(into->archive);
    return sr_error_set(error, SR_ERROR_IO, "%s cannot be written: %s", into->path,
                        said ? said : strerror(archive_errno(into->archive)));
}

static enum sr_status file_failed(struct save_into *into, struct sr_error *error)
{
    return sr_error_set(error, SR_ERROR_IO, "%s/%s cannot be written: %s", into->path, into->name,
                        strerror(errno));
}

static enum sr_status open_archive(struct save_into *into, struct sr_error *error)
{
    enum sr_status status = sr_output_open(&into->output, into->path, error);
    if (status != SR_OK) return status;
    into->archive = archive_write_new();
    if (archive_write_set_format_zip(into->archive) != ARCHIVE_OK ||
        archive_write_open_FILE(into->archive, into->output.stream) != ARCHIVE_OK)
        return archive_failed(into, error);
    return SR_OK;
}

static enum sr_status open_folder(struct save_into *into, struct sr_error *error)
{
    if (sr_path_exists(into->path)) {
        size_t count;
        char **names = sr_directory_list(into->path, &count, error);
        if (!names) return error->status;
        for (size_t i = 0; i < count; i++) free(names[i]);
        free(names);
        if (count)
            return sr_error_set(error, SR_ERROR_STATE,
                                "%s is not empty; name a folder that is not there yet", into->path);
    }
    into->folder = sr_xprintf("%s.part-%ld", into->path, (long)getpid());
    return sr_directory_make(into->folder, error);
}

struct save_into *save_open(const char *path, struct sr_error *error)
{
    struct save_into *into = sr_xalloc(sizeof *into);
    into->path = sr_xstrdup(path);
    for (size_t n = strlen(path); n > 1 && into->path[n - 1] == '/';) into->path[--n] = '\0';
    enum sr_status status =
        tree_ends(path, ".zip .npz") ? open_archive(into, error) : open_folder(into, error);
    if (status == SR_OK) return into;
    save_close(into, status, error);
    return NULL;
}

enum sr_status save_begin(struct save_into *into, const char *name, uint64_t length,
                          struct sr_error *error)
{
    free(into->name);
    into->name = sr_xstrdup(name);
    if (into->archive) {
        struct archive_entry *entry = archive_entry_new();
        archive_entry_set_pathname_utf8(entry, name);
        archive_entry_set_size(entry, (la_int64_t)length);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        const int result = archive_write_header(into->archive, entry);
        archive_entry_free(entry);
        return result == ARCHIVE_OK || result == ARCHIVE_WARN ? SR_OK : archive_failed(into, error);
    }
    char *folder = sr_xprintf("%s/%.*s", into->folder, (int)tree_directory(name), name);
    enum sr_status status = SR_OK;
    if (!into->made || strcmp(folder, into->made)) status = sr_directory_make(folder, error);
    free(into->made);
    into->made = folder;
    if (status != SR_OK) return status;
    char *path = sr_path_join(into->folder, name);
    into->file = fopen(path, "wbe");
    free(path);
    return into->file ? SR_OK : file_failed(into, error);
}

enum sr_status save_bytes(struct save_into *into, const void *bytes, size_t length,
                          struct sr_error *error)
{
    if (!length) return SR_OK;
    if (into->archive)
        return archive_write_data(into->archive, bytes, length) == (la_ssize_t)length
                   ? SR_OK
                   : archive_failed(into, error);
    return fwrite(bytes, 1, length, into->file) == length ? SR_OK : file_failed(into, error);
}

enum sr_status save_end(struct save_into *into, struct sr_error *error)
{
    if (into->archive) return SR_OK;
    const int result = fclose(into->file);
    into->file = NULL;
    return result == 0 ? SR_OK : file_failed(into, error);
}

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *where)
{
    (void)about;
    (void)type;
    (void)where;
    return remove(path);
}

static enum sr_status close_archive(struct save_into *into, enum sr_status status,
                                    struct sr_error *error)
{
    if (into->archive) {
        if (archive_write_close(into->archive) != ARCHIVE_OK && status == SR_OK)
            status = archive_failed(into, error);
        archive_write_free(into->archive);
    }
    if (status == SR_OK) return sr_output_commit(&into->output, error);
    sr_output_abort(&into->output);
    return status;
}

static enum sr_status close_folder(struct save_into *into, enum sr_status status,
                                   struct sr_error *error)
{
    if (into->file) fclose(into->file);
    /* An empty folder of that name gives way. */
    if (status == SR_OK && rename(into->folder, into->path) != 0)
        status = sr_error_set(error, SR_ERROR_IO, "%s cannot be written: %s", into->path,
                              strerror(errno));
    if (status != SR_OK) nftw(into->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return status;
}

enum sr_status save_close(struct save_into *into, enum sr_status status, struct sr_error *error)
{
    if (!into) return status;
    if (into->output.path) status = close_archive(into, status, error);
    if (into->folder) status = close_folder(into, status, error);
    free(into->path);
    free(into->folder);
    free(into->name);
    free(into->made);
    free(into);
    return status;
}
