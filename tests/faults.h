/* faults.h - calls of the C library that fail when a test asks for it, to be included by one file
 * of a test program: what is defined in the program itself comes before the library's. Calls that
 * the C library makes within itself (fread's read) are not among them. fail_calls.c does the same
 * to the whole program. */
#ifndef SARTOR_TESTS_FAULTS_H
#define SARTOR_TESTS_FAULTS_H

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The call that fails: its name, how many go well before, how many fail, with what errno. */
struct fault {
    const char *call;
    int before, times, code;
};
static struct fault fault;

static void fail_call(const char *call, int before, int times, int code)
{
    fault = (struct fault){call, before, times, code};
}

/* Did the call happen, and fail as often as was asked? And no more fail from here. */
static bool fault_happened(void)
{
    const bool happened = fault.call && !fault.times;
    fault.call = NULL;
    return happened;
}

/* Errno is then the fault's. */
static bool fails_now(const char *call)
{
    if (!fault.call || !fault.times || strcmp(call, fault.call) || fault.before-- > 0) return false;
    fault.times--;
    fault.before = 0;
    errno = fault.code;
    return true;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
/* A call of a fixed list of arguments. */
#define FAILING(type, name, parameters, arguments, failed)                                         \
    type name parameters                                                                           \
    {                                                                                              \
        if (fails_now(#name)) return failed;                                                       \
        return REAL(name) arguments;                                                               \
    }
FAILING(int, fstat, (int descriptor, struct stat *info), (descriptor, info), -1)
FAILING(int, fsync, (int descriptor), (descriptor), -1)
FAILING(int, flock, (int descriptor, int operation), (descriptor, operation), -1)
FAILING(DIR *, opendir, (const char *path), (path), NULL)
FAILING(int, posix_fallocate, (int descriptor, off_t offset, off_t length),
        (descriptor, offset, length), errno)
FAILING(void *, aligned_alloc, (size_t alignment, size_t size), (alignment, size), NULL)
FAILING(int, pthread_create,
        (pthread_t * thread, const pthread_attr_t *attributes, void *(*run)(void *), void *context),
        (thread, attributes, run, context), errno)

int open(const char *path, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    const mode_t mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;
    va_end(list);
    if (fails_now("open")) return -1;
    return REAL(open)(path, flags, mode);
}

#endif
