/* output.c - files written aside and renamed.
 *
 * A temporary file is called PATH.sartor-PROCESS-NUMBER. It is locked while it is written: the lock
 * ends with the process, however that ends, so that a file which can be locked has been left behind
 * by a process that was killed, on this machine or on another that shares the folder. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sartor/base/file.h"
#include "sartor/base/memory.h"

static const char mark[] = ".sartor-";

/* --- what killed processes have left ------------------------------------------------------ */

/* Does the name end like one of open_beside()? */
static bool is_temporary(const char *name)
{
    int digits = 0, dashes = 0;
    size_t at = strlen(name);
    for (; at && ((name[at - 1] >= '0' && name[at - 1] <= '9') || name[at - 1] == '-'); at--) {
        if (name[at - 1] != '-') {
            digits++;
            continue;
        }
        if (!digits) return false;
        digits = 0;
        if (++dashes == 2) break;
    }
    const size_t length = sizeof mark - 1;
    return dashes == 2 && at >= length + 1 && !memcmp(name + at - length, mark, length);
}

/* Where something fails, the file stays. */
static void remove_if_left(int folder, const char *name)
{
    const int descriptor = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat info;
    if (descriptor < 0) return;
    if (!fstat(descriptor, &info) && S_ISREG(info.st_mode) && !flock(descriptor, LOCK_EX | LOCK_NB))
        unlinkat(folder, name, 0);
    close(descriptor);
}

static void remove_left(const char *path)
{
    char *name = sr_path_directory(path);
    DIR *directory = opendir(name);
    for (struct dirent *entry; directory && (entry = readdir(directory));)
        if (is_temporary(entry->d_name)) remove_if_left(dirfd(directory), entry->d_name);
    if (directory) closedir(directory);
    free(name);
}

/* --- writing ------------------------------------------------------------------------------ */

/* Lock a new file. False when remove_if_left() of another process has taken it for one that was
 * left behind. A file system without locks has nothing removed. */
static bool claim(int descriptor)
{
    struct stat info;
    if (flock(descriptor, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK) return false;
    return fstat(descriptor, &info) || info.st_nlink;
}

/* A new file beside `path`, with the mode that open() gives: mkstemp's are private, and the
 * process's mask cannot be read without changing it for all threads. */
static int open_beside(const char *path, mode_t mode, char **name)
{
    static atomic_uint number;
    enum { LONGEST = 200 }; /* bytes of the name, which has 255 with all that is added */
    const char *slash = strrchr(path, '/');
    const size_t folder = slash ? (size_t)(slash + 1 - path) : 0,
                 length = strnlen(path + folder, LONGEST);
    int descriptor = -1;
    for (int i = 0; i < 1000 && descriptor < 0; i++) {
        *name = sr_xprintf("%.*s%s%ld-%u", (int)(folder + length), path, mark, (long)getpid(),
                           atomic_fetch_add(&number, 1));
        descriptor = open(*name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (descriptor >= 0 && claim(descriptor)) break;
        int code = errno;
        free(*name);
        *name = NULL;
        const bool taken = descriptor >= 0;
        if (taken) close(descriptor);
        descriptor = -1;
        errno = code;
        if (!taken && code != EEXIST) break; /* else try the next name */
    }
    return descriptor;
}

enum sr_status sr_output_open(struct sr_output *output, const char *path, struct sr_error *error)
{
    *output = (struct sr_output){0};
    if (sr_path_is_directory(path))
        return sr_error_set(error, SR_ERROR_IO, "%s: is a directory; give a file's name", path);
    /* A device or a pipe cannot be replaced, only written to (and /dev/null must not become a
     * file). */
    struct stat old;
    bool exists = stat(path, &old) == 0;
    if (exists && !S_ISREG(old.st_mode)) {
        output->path = sr_xstrdup(path);
        output->stream = fopen(path, "wbe");
        if (output->stream) return SR_OK;
        enum sr_status status =
            sr_error_set(error, SR_ERROR_IO, "%s: cannot be written: %s", path, strerror(errno));
        sr_output_abort(output);
        return status;
    }
    /* A symbolic link keeps pointing where it does: its target is what is replaced. */
    char *real = realpath(path, NULL);
    output->path = real ? real : sr_xstrdup(path);
    remove_left(output->path);
    int descriptor =
        open_beside(output->path, exists ? old.st_mode & 0777 : 0666, &output->temporary);
    if (descriptor < 0) {
        enum sr_status status =
            sr_error_set(error, SR_ERROR_IO, "%s: cannot be written: %s", path, strerror(errno));
        free(output->temporary);
        free(output->path);
        *output = (struct sr_output){0};
        return status;
    }
    if (exists) fchmod(descriptor, old.st_mode & 07777); /* the mask may have cleared bits */
    output->stream = fdopen(descriptor, "wb");
    if (!output->stream) abort();
    return SR_OK;
}

/* A stream keeps that a write has failed, but not its errno: write once more to get it. The file is
 * removed in any case. */
static int why_failed(const struct sr_output *output)
{
    static const char nothing[1 << 16];
    errno = 0;
    return output->temporary && write(fileno(output->stream), nothing, sizeof nothing) < 0 ? errno
                                                                                           : EIO;
}

enum sr_status sr_output_commit(struct sr_output *output, struct sr_error *error)
{
    /* The lock is held until the file has its name. */
    const int lock = output->temporary ? fcntl(fileno(output->stream), F_DUPFD_CLOEXEC, 3) : -1;
    int code = 0;
    errno = 0;
    if (ferror(output->stream))
        code = why_failed(output);
    else if (fflush(output->stream) ||
             (output->temporary && !output->unsynced && fsync(fileno(output->stream))))
        code = errno ? errno : EIO;
    if (fclose(output->stream) && !code) code = errno;
    output->stream = NULL;
    if (!code && output->temporary && rename(output->temporary, output->path)) code = errno;
    if (lock >= 0) close(lock);
    enum sr_status status = SR_OK;
    if (code) {
        status =
            sr_error_set(error, SR_ERROR_IO, "%s: writing failed: %s%s", output->path,
                         strerror(code), output->temporary ? "; the file is as it was before" : "");
    } else if (output->temporary) {
        free(output->temporary);
        output->temporary = NULL;
        if (!output->unsynced) status = sr_directory_sync(output->path, error);
    }
    sr_output_abort(output);
    return status;
}

void sr_output_abort(struct sr_output *output)
{
    if (output->stream) fclose(output->stream);
    if (output->temporary) unlink(output->temporary);
    free(output->temporary);
    free(output->path);
    *output = (struct sr_output){0};
}

static enum sr_status write_whole(const char *path, const void *bytes, size_t length, bool unsynced,
                                  struct sr_error *error)
{
    struct sr_output output;
    enum sr_status status = sr_output_open(&output, path, error);
    if (status) return status;
    output.unsynced = unsynced;
    fwrite(bytes, 1, length, output.stream); /* a failure is seen at commit */
    return sr_output_commit(&output, error);
}

enum sr_status sr_file_write(const char *path, const void *bytes, size_t length,
                             struct sr_error *error)
{
    return write_whole(path, bytes, length, false, error);
}

enum sr_status sr_file_write_unsynced(const char *path, const void *bytes, size_t length,
                                      struct sr_error *error)
{
    return write_whole(path, bytes, length, true, error);
}

enum sr_status sr_file_probe(const char *path, size_t length, struct sr_error *error)
{
    struct sr_output output;
    char *folder = sr_path_directory(path);
    enum sr_status status = sr_directory_make(folder, error);
    free(folder);
    if (!status) status = sr_output_open(&output, path, error);
    if (status) return status;
    if (output.temporary) {
        int code = posix_fallocate(fileno(output.stream), 0, (off_t)length);
        if (code == EOPNOTSUPP || code == EINVAL) code = 0;
        if (fclose(output.stream) && !code) code = errno; /* as a disk far away may say it */
        output.stream = NULL;
        if (code)
            status =
                sr_error_set(error, SR_ERROR_IO, "%s: cannot be written: %s", path, strerror(code));
    }
    sr_output_abort(&output);
    return status;
}
