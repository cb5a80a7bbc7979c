/* support.h - what every test program includes: cmocka with its prerequisites, and
 * where files are. */
#ifndef SARTOR_TESTS_SUPPORT_H
#define SARTOR_TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* cmocka needs some of the above. */
#include <cmocka.h>
/* A macro of cmocka 2, and a plain word for a function of a test. */
#undef stop
/* Cmocka 2 deprecates its own in favour of macros that cmocka 1 lacks. */
#undef assert_in_range
#define assert_in_range(value, least, most)                                                        \
    do {                                                                                           \
        const long long value_ = (long long)(value);                                               \
        if (value_ < (long long)(least) || value_ > (long long)(most))                             \
            fail_msg("%s is %lld, not from %lld to %lld", #value, value_, (long long)(least),      \
                     (long long)(most));                                                           \
    } while (0)

#include "sartor/base/error.h"

static inline void sleep_seconds(double seconds)
{
    struct timespec left = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    while (nanosleep(&left, &left)) {
    }
}

/* A file of the source tree; valid until the next call. */
static inline const char *source_file(const char *name)
{
    static char path[4096];
    const char *root = getenv("SRCDIR");
    snprintf(path, sizeof path, "%s/%s", root ? root : ".", name);
    return path;
}

/* The small sample that the repository ships: 1,000 train, 500 test. */
#define MINI source_file("data/fashion-mini")
/* The real data, where the distribution's package put it. */
#define REAL_DATA "/usr/share/datasets/fashion-mnist"

#define assert_ok(call)                                                                            \
    do {                                                                                           \
        enum sr_status status_ = (call);                                                           \
        if (status_ != SR_OK) fail_msg("status %d: %s", (int)status_, error.text);                 \
    } while (0)

/* The call must fail with `status` and a sentence that contains `part`. */
#define assert_refused(call, wanted, part)                                                         \
    do {                                                                                           \
        memset(&error, 0, sizeof error);                                                           \
        enum sr_status status_ = (call);                                                           \
        if (status_ != (wanted))                                                                   \
            fail_msg("status %d, not %d: %s", (int)status_, (int)(wanted), error.text);            \
        if (!strstr(error.text, (part))) fail_msg("\"%s\" lacks \"%s\"", error.text, (part));      \
    } while (0)

#endif
