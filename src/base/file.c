#include "sartor/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sartor/base/memory.h"

char *sr_file_read(const char *path, size_t limit, size_t *length, struct sr_error *error)
{
    char *bytes = NULL, *result = NULL;
    size_t have = 0, room = 0;
    struct stat info;
    FILE *stream = fopen(path, "rbe");
    if (!stream) {
        sr_error_set(error, SR_ERROR_IO, "%s: %s", path, strerror(errno));
        return NULL;
    }
    if (fstat(fileno(stream), &info) == 0 && S_ISDIR(info.st_mode)) {
        sr_error_set(error, SR_ERROR_IO, "%s: is a directory, not a file", path);
        goto out;
    }
    for (;;) {
        sr_xgrow(&bytes, &room, have + 65537, 1);
        size_t got = fread(bytes + have, 1, room - have - 1, stream);
        have += got;
        if (have > limit) {
            sr_error_set(error, SR_ERROR_FORMAT,
                         "%s: larger than the %zu bytes that make sense here", path, limit);
            goto out;
        }
        if (got == 0) break;
    }
    if (ferror(stream)) {
        sr_error_set(error, SR_ERROR_IO, "%s: reading failed: %s", path, strerror(errno));
        goto out;
    }
    bytes[have] = '\0';
    if (length) *length = have;
    result = bytes;
    bytes = NULL;
out:
    free(bytes);
    fclose(stream);
    return result;
}

/* A new file beside `path`, with the mode that open() gives: mkstemp's are private, and the
 * process's mask cannot be read without changing it for all threads. */
static int open_beside(const char *path, mode_t mode, char **name)
{
    static atomic_uint number;
    int descriptor = -1;
    for (int i = 0; i < 1000 && descriptor < 0; i++) {
        *name = sr_xprintf("%s.%ld-%u", path, (long)getpid(), atomic_fetch_add(&number, 1));
        descriptor = open(*name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (descriptor >= 0) break;
        int code = errno;
        free(*name);
        *name = NULL;
        errno = code;
        if (code != EEXIST) break; /* the file of a killed process: try the next name */
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
    int code = 0;
    errno = 0;
    if (ferror(output->stream))
        code = why_failed(output);
    else if (fflush(output->stream) || (output->temporary && fsync(fileno(output->stream))))
        code = errno ? errno : EIO;
    if (fclose(output->stream) && !code) code = errno;
    output->stream = NULL;
    if (!code && output->temporary && rename(output->temporary, output->path)) code = errno;
    enum sr_status status = SR_OK;
    if (code)
        status =
            sr_error_set(error, SR_ERROR_IO, "%s: writing failed: %s%s", output->path,
                         strerror(code), output->temporary ? "; the file is as it was before" : "");
    else {
        free(output->temporary);
        output->temporary = NULL;
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

enum sr_status sr_file_write(const char *path, const void *bytes, size_t length,
                             struct sr_error *error)
{
    struct sr_output output;
    enum sr_status status = sr_output_open(&output, path, error);
    if (status) return status;
    fwrite(bytes, 1, length, output.stream); /* a failure is seen at commit */
    return sr_output_commit(&output, error);
}

bool sr_path_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

bool sr_path_is_directory(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

enum sr_status sr_directory_make(const char *path, struct sr_error *error)
{
    char *copy = sr_xstrdup(path);
    for (char *at = copy + 1;; at++) {
        if (*at && *at != '/') continue;
        char separator = *at;
        *at = '\0';
        if (mkdir(copy, 0777) && errno != EEXIST) {
            sr_error_set(error, SR_ERROR_IO, "%s: the folder cannot be made: %s", copy,
                         strerror(errno));
            free(copy);
            return SR_ERROR_IO;
        }
        if (!separator) break;
        *at = separator;
    }
    free(copy);
    if (!sr_path_is_directory(path))
        return sr_error_set(error, SR_ERROR_IO, "%s: is a file where a folder is needed", path);
    return SR_OK;
}

char *sr_path_join(const char *directory, const char *name)
{
    size_t length = strlen(directory);
    return sr_xprintf("%s%s%s", directory, length && directory[length - 1] == '/' ? "" : "/", name);
}

const char *sr_path_extension(const char *path)
{
    const char *name = strrchr(path, '/');
    name = name ? name + 1 : path;
    const char *dot = strrchr(name, '.');
    return dot && dot != name ? dot : name + strlen(name);
}

/* $HOME, else what the system's list of users says; NULL when neither knows. */
static const char *home_directory(void)
{
    const char *home = getenv("HOME");
    if (home && *home) return home;
    const struct passwd *user = getpwuid(getuid());
    return user && user->pw_dir && *user->pw_dir ? user->pw_dir : NULL;
}

char *sr_path_expand(const char *path)
{
    const char *home = path[0] == '~' && (path[1] == '/' || !path[1]) ? home_directory() : NULL;
    return home ? sr_xprintf("%s%s", home, path + 1) : sr_xstrdup(path);
}

char *sr_path_xdg(const char *kind)
{
    static const struct {
        const char *kind, *variable, *fallback;
    } places[] = {
        {"data", "XDG_DATA_HOME", ".local/share"},
        {"config", "XDG_CONFIG_HOME", ".config"},
        {"state", "XDG_STATE_HOME", ".local/state"},
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (strcmp(kind, places[i].kind)) continue;
        const char *set = getenv(places[i].variable);
        if (set && set[0] == '/')
            return sr_path_join(set, "sartor"); /* the standard ignores relative ones */
        const char *home = home_directory();
        return sr_xprintf("%s/%s/sartor", home ? home : ".", places[i].fallback);
    }
    abort();
}

char *sr_path_resource(const char *name)
{
    /* A program in the build tree, one that was installed, one whose installation was moved, and a
     * test program in the build tree. */
    static const char *const places[] = {"data", SARTOR_DATADIR, "../share/sartor", "../../data"};
    char program[4096];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    program[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(program, '/');
    if (slash) *slash = '\0';
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char *path = places[i][0] == '/' ? sr_path_join(places[i], name)
                                         : sr_xprintf("%s/%s/%s", program, places[i], name);
        if (sr_path_exists(path)) return path;
        free(path);
    }
    return NULL;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char **sr_directory_list(const char *path, size_t *count, struct sr_error *error)
{
    *count = 0;
    DIR *directory = opendir(path);
    if (!directory) {
        sr_error_set(error, SR_ERROR_IO, "%s: %s", path, strerror(errno));
        return NULL;
    }
    char **names = sr_xalloc(sizeof *names);
    size_t room = 1;
    for (struct dirent *entry; (entry = readdir(directory));) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
        sr_xgrow(&names, &room, *count + 1, sizeof *names);
        names[(*count)++] = sr_xstrdup(entry->d_name);
    }
    closedir(directory);
    qsort(names, *count, sizeof *names, by_name);
    return names;
}
