/* update.c - files that several programs may change at the same time. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "sartor/base/clock.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"

/* Others hold the lock for as long as it takes to write a file. One that is stopped in the middle
 * of it must not block this program for ever. */
static const double PATIENCE = 20;

static bool wait_for_lock(int descriptor)
{
    const double until = sr_clock_seconds() + PATIENCE;
    while (flock(descriptor, LOCK_EX | LOCK_NB)) {
        if (errno != EWOULDBLOCK && errno != EINTR) return true; /* a file system without locks */
        if (sr_clock_seconds() > until) return false;
        usleep(2000);
    }
    return true;
}

/* The descriptor, which unlocks when it is closed; -1 and a sentence. */
static int lock_folder(const char *folder, struct sr_error *error)
{
    char *path = sr_path_join(folder, ".lock");
    int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor < 0) {
        sr_error_set(error, SR_ERROR_IO, "%s: cannot be written: %s", path, strerror(errno));
    } else if (!wait_for_lock(descriptor)) {
        sr_error_set(error, SR_ERROR_STATE,
                     "%s: another program has been writing in this folder for %.0f seconds; "
                     "is it stopped? Try again when it has ended",
                     path, PATIENCE);
        close(descriptor);
        descriptor = -1;
    }
    free(path);
    return descriptor;
}

typedef char *reader(const char *path, size_t limit, size_t *length, struct sr_error *error);

static enum sr_status update(const char *path, size_t limit, reader *read, sr_file_change *change,
                             void *context, struct sr_error *error)
{
    struct sr_text after = {0};
    char *folder = sr_path_directory(path), *now = NULL;
    int lock = -1;
    enum sr_status status = sr_directory_make(folder, error);
    if (!status) lock = lock_folder(folder, error);
    if (!status && lock < 0) status = error->status;
    if (!status) {
        now = sr_path_exists(path) ? read(path, limit, NULL, error) : sr_xstrdup("");
        if (!now) status = error->status;
    }
    if (!status) status = change(context, now, &after, error);
    if (!status) status = sr_file_write(path, sr_text_get(&after), after.length, error);
    if (lock >= 0) close(lock);
    sr_text_fini(&after);
    free(now);
    free(folder);
    return status;
}

enum sr_status sr_file_update(const char *path, size_t limit, sr_file_change *change, void *context,
                              struct sr_error *error)
{
    struct sr_error own = {0};
    enum sr_status status = update(path, limit, sr_file_read, change, context, &own);
    if (status && error) *error = own;
    return status;
}

/* --- lists of lines ----------------------------------------------------------------------- */

struct addition {
    const char *line;
    size_t limit;
};

static enum sr_status add_line(void *context, char *now, struct sr_text *after,
                               struct sr_error *error)
{
    const struct addition *addition = context;
    const size_t more = strlen(addition->line) + 2; /* with the line break of a line cut off */
    (void)error;
    size_t length = strlen(now);
    while (length && length + more > addition->limit) {
        const char *next = strchr(now, '\n');
        now = next ? (char *)next + 1 : now + length;
        length = strlen(now);
    }
    sr_text_add_bytes(after, now, length);
    if (length && now[length - 1] != '\n') sr_text_add(after, "\n");
    sr_text_printf(after, "%s\n", addition->line);
    return SR_OK;
}

enum sr_status sr_file_add_line(const char *path, size_t limit, const char *line,
                                struct sr_error *error)
{
    struct sr_error own = {0};
    struct addition addition = {line, limit};
    enum sr_status status = update(path, limit, sr_file_read_end, add_line, &addition, &own);
    if (status && error) *error = own;
    return status;
}
