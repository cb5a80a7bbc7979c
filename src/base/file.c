#include "sartor/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sartor/base/memory.h"

/* Of a file that is longer than `limit`: go to the first line that begins in its last `limit`
 * bytes. */
static void skip_to_end(FILE *stream, off_t size, size_t limit)
{
    if (size <= (off_t)limit || fseeko(stream, size - (off_t)limit - 1, SEEK_SET)) return;
    for (int byte; (byte = fgetc(stream)) != EOF && byte != '\n';) {
    }
}

static char *read_file(const char *path, size_t limit, bool only_end, size_t *length,
                       struct sr_error *error)
{
    char *bytes = NULL, *result = NULL;
    size_t have = 0, room = 0;
    struct stat info;
    FILE *stream = fopen(path, "rbe");
    if (!stream) {
        sr_error_set(error, SR_ERROR_IO, "%s: %s", path, strerror(errno));
        return NULL;
    }
    if (fstat(fileno(stream), &info) != 0) {
        sr_error_set(error, SR_ERROR_IO, "%s: %s", path, strerror(errno));
        goto out;
    }
    if (S_ISDIR(info.st_mode)) {
        sr_error_set(error, SR_ERROR_IO, "%s: is a directory, not a file", path);
        goto out;
    }
    if (only_end) skip_to_end(stream, info.st_size, limit);
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

char *sr_file_read(const char *path, size_t limit, size_t *length, struct sr_error *error)
{
    return read_file(path, limit, false, length, error);
}

char *sr_file_read_end(const char *path, size_t limit, size_t *length, struct sr_error *error)
{
    return read_file(path, limit, true, length, error);
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

char *sr_path_directory(const char *path)
{
    const char *slash = strrchr(path, '/');
    return !slash          ? sr_xstrdup(".")
           : slash == path ? sr_xstrdup("/")
                           : sr_xprintf("%.*s", (int)(slash - path), path);
}

enum sr_status sr_directory_sync(const char *path, struct sr_error *error)
{
    enum sr_status status = SR_OK;
    char *folder = sr_path_directory(path);
    const int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* A folder that may be written to but not read cannot be opened, and some file systems cannot
     * sync one: then there is nothing to be done. */
    if (descriptor >= 0 && fsync(descriptor) && errno != EINVAL && errno != EROFS)
        status = sr_error_set(error, SR_ERROR_IO,
                              "%s: it is written, but its folder could not be synced, so that it "
                              "may be lost in a crash: %s",
                              path, strerror(errno));
    if (descriptor >= 0) close(descriptor);
    free(folder);
    return status;
}

char *sr_path_join(const char *directory, const char *name)
{
    size_t length = strlen(directory);
    return sr_xprintf("%s%s%s", directory, length && directory[length - 1] == '/' ? "" : "/", name);
}

const char *sr_path_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

void sr_path_stem(const char *path, char *stem, size_t size)
{
    const char *name = sr_path_name(path);
    snprintf(stem, size, "%.*s", (int)(strlen(name) - strlen(sr_path_extension(name))), name);
}

const char *sr_path_extension(const char *path)
{
    const char *name = sr_path_name(path);
    const char *dot = strrchr(name, '.');
    return dot && dot != name ? dot : name + strlen(name);
}

bool sr_path_ends(const char *name, const char *endings)
{
    const char *ending = sr_path_extension(name);
    const size_t length = strlen(ending);
    for (const char *at = endings; at && *at;) {
        size_t span = strcspn(at, " ");
        if (span == length && !strncasecmp(at, ending, span)) return true;
        at += span + strspn(at + span, " ");
    }
    return false;
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
        {"cache", "XDG_CACHE_HOME", ".cache"},
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

struct sr_file_identity sr_file_identify(const char *path)
{
    struct stat info;
    if (!path || stat(path, &info)) return (struct sr_file_identity){0};
    return (struct sr_file_identity){(uint64_t)info.st_dev, (uint64_t)info.st_ino,
                                     (uint64_t)info.st_size, (uint64_t)info.st_mtim.tv_sec,
                                     (uint64_t)info.st_mtim.tv_nsec};
}
