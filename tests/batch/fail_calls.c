/* fail_calls.c - a library to be loaded into a program by LD_PRELOAD: it fails one call of those by
 * which files are changed, as on a full disk.
 *
 *     FAIL_CALL=N    fail the Nth such call with ENOSPC; 0 none
 *     FAIL_COUNT=F   add a line to F at each call: its number and name
 *     FAIL_KILL=1    end the process by SIGKILL at that call instead
 *
 * Counted are calls on files that the program opens itself, not those on its standard streams, on
 * devices, in /proc, or in HOME/running. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* Say which it is. The calls of this library's own are not counted: they go to the
 * real functions. */
static void note(long count, const char *call)
{
    const char *path = getenv("FAIL_COUNT");
    char text[64];
    if (!path) return;
    const int descriptor = REAL(open)(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (descriptor < 0) return;
    const int length = snprintf(text, sizeof text, "%ld %s\n", count, call);
    if (REAL(write)(descriptor, text, (size_t)length) < 0) abort();
    REAL(close)(descriptor);
}

/* Is this the call that fails? */
static bool fails(const char *call)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    static long count;
    const char *wanted = getenv("FAIL_CALL");
    const int saved = errno;
    pthread_mutex_lock(&mutex);
    const bool now = ++count == (wanted ? atol(wanted) : 0);
    note(count, call);
    pthread_mutex_unlock(&mutex);
    if (now && getenv("FAIL_KILL")) kill(getpid(), SIGKILL);
    errno = now ? ENOSPC : saved;
    return now;
}

static bool is_special(const char *path)
{
    /* A build that counts what is executed writes its counts at the end. */
    const size_t length = strlen(path);
    if (length > 5 && !strcmp(path + length - 5, ".gcda")) return true;
    /* What other processes see of a training is written once a second, so how often depends on the
     * machine; it may be lost without a word. */
    if (strstr(path, "/running/") || (length > 8 && !strcmp(path + length - 8, "/running")))
        return true;
    return !strncmp(path, "/proc/", 6) || !strncmp(path, "/dev/", 5) || !strncmp(path, "/sys/", 5);
}

static bool counts(int descriptor)
{
    struct stat info;
    char link[64], path[4096];
    if (descriptor <= 2 || fstat(descriptor, &info) ||
        !(S_ISREG(info.st_mode) || S_ISDIR(info.st_mode)))
        return false;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    const ssize_t length = readlink(link, path, sizeof path - 1);
    path[length > 0 ? length : 0] = 0;
    return !is_special(path);
}

static bool changes(const char *path, int flags)
{
    return flags & (O_WRONLY | O_RDWR | O_CREAT) && !is_special(path);
}

#define OPEN(name)                                                                                 \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        va_list list;                                                                              \
        va_start(list, flags);                                                                     \
        const mode_t mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;                            \
        va_end(list);                                                                              \
        return changes(path, flags) && fails(#name) ? -1 : REAL(name)(path, flags, mode);          \
    }
OPEN(open)
OPEN(open64)

#define FOPEN(name)                                                                                \
    FILE *name(const char *path, const char *mode)                                                 \
    {                                                                                              \
        return mode[0] != 'r' && !is_special(path) && fails(#name) ? NULL                          \
                                                                   : REAL(name)(path, mode);       \
    }
FOPEN(fopen)
FOPEN(fopen64)

ssize_t write(int descriptor, const void *bytes, size_t length)
{
    return counts(descriptor) && fails("write") ? -1 : REAL(write)(descriptor, bytes, length);
}

/* The others do nothing: no test pulls the plug, and a disk may take long. */
int fsync(int descriptor)
{
    return counts(descriptor) && fails("fsync") ? -1 : 0;
}

int rename(const char *from, const char *to)
{
    return !is_special(to) && fails("rename") ? -1 : REAL(rename)(from, to);
}

/* On a full disk, too, a folder that is there already is found to be there. */
int mkdir(const char *path, mode_t mode)
{
    struct stat info;
    const bool there = !stat(path, &info);
    return !there && !is_special(path) && fails("mkdir") ? -1 : REAL(mkdir)(path, mode);
}

int posix_fallocate(int descriptor, off_t offset, off_t length)
{
    return fails("posix_fallocate") ? ENOSPC : REAL(posix_fallocate)(descriptor, offset, length);
}

/* What remains unwritten sets the stream's error, as the C library does. */
size_t fwrite(const void *bytes, size_t size, size_t count, FILE *stream)
{
    if (!counts(fileno(stream)) || !fails("fwrite"))
        return REAL(fwrite)(bytes, size, count, stream);
#ifdef __GLIBC__
    stream->_flags |= 0x20; /* _IO_ERR_SEEN */
#endif
    return 0;
}

int fflush(FILE *stream)
{
    return stream && counts(fileno(stream)) && fails("fflush") ? EOF : REAL(fflush)(stream);
}

int fclose(FILE *stream)
{
    const bool writes =
        counts(fileno(stream)) && (fcntl(fileno(stream), F_GETFL) & O_ACCMODE) != O_RDONLY;
    if (!writes || !fails("fclose")) return REAL(fclose)(stream);
    REAL(fclose)(stream);
    errno = ENOSPC;
    return EOF;
}
