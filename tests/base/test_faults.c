/* test_faults.c - what the readers and writers of files, arrays, threads and locks do when a call
 * of the system fails: a sentence that says so, nothing left behind, the old file as it was. */
#include "support.h"

#include "faults.h"

#include <sys/wait.h>

#include "sartor/base/clock.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/base/pool.h"
#include "sartor/base/thread.h"

static char room[64];
static struct sr_error error;

static const char *at(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", room, name);
    return path;
}

static int set_up(void **state)
{
    (void)state;
    strcpy(room, "/tmp/sartor-faults-XXXXXX");
    return mkdtemp(room) ? (int)sr_file_write(at("old"), "old", 3, &error) : -1;
}

static int tear_down(void **state)
{
    (void)state;
    fault.call = NULL;
    unlink(at("old"));
    unlink(at(".lock"));
    return rmdir(room); /* nothing else is left */
}

/* --- what is done ------------------------------------------------------------------------- */

static enum sr_status read_whole(void)
{
    char *text = sr_file_read(at("old"), 100, NULL, &error);
    const bool good = text && !strcmp(text, "old");
    free(text);
    return good ? SR_OK : error.status;
}
static enum sr_status write_again(void)
{
    return sr_file_write(at("old"), "old", 3, &error);
}
static enum sr_status probe(void)
{
    return sr_file_probe(at("old"), 3, &error);
}
static enum sr_status list(void)
{
    size_t count;
    char **names = sr_directory_list(room, &count, &error);
    for (size_t i = 0; i < count; i++) free(names[i]);
    free(names);
    return names ? SR_OK : error.status;
}
static enum sr_status keep(void *context, char *now, struct sr_text *after, struct sr_error *own)
{
    (void)context, (void)own;
    sr_text_add(after, now);
    return SR_OK;
}
static enum sr_status update(void)
{
    return sr_file_update(at("old"), 100, keep, NULL, &error);
}
static enum sr_status add_nothing_long(void)
{
    return sr_file_update(at("old"), 2, keep, NULL, &error);
}
static enum sr_status array(void)
{
    void *block = sr_array_new(1000, 1000, "the pixels", &error);
    free(block);
    return block ? SR_OK : error.status;
}
static enum sr_status pool(void)
{
    struct sr_pool *made = sr_pool_new(3, &error);
    sr_pool_free(made);
    return made ? SR_OK : error.status;
}

static void each_fault_is_said_or_borne(void **state)
{
    (void)state;
    static const struct {
        enum sr_status (*act)(void);
        struct fault fault;
        const char *said; /* NULL: it goes well all the same */
    } cases[] = {
        {read_whole, {"fstat", 0, 1, EIO}, "old: Input/output error"},
        {write_again, {"open", 0, 1, ENOSPC}, "old: cannot be written: No space left on device"},
        /* A name that is taken: the next one. */
        {write_again, {"open", 0, 3, EEXIST}, NULL},
        {write_again, {"open", 0, 1000, EEXIST}, "old: cannot be written: File exists"},
        /* Another process has taken the new file for one that was left behind. */
        {write_again, {"flock", 0, 1, EWOULDBLOCK}, NULL},
        /* A file system without locks. */
        {write_again, {"flock", 0, 1, ENOLCK}, NULL},
        {write_again, {"fstat", 0, 1, EIO}, NULL},
        {write_again, {"fsync", 0, 1, EIO}, "writing failed: Input/output error; the file is as"},
        {write_again, {"fsync", 0, 1, 0}, "writing failed: Input/output error"},
        /* The folder. */
        {write_again, {"fsync", 1, 1, EIO}, "may be lost in a crash: Input/output error"},
        {write_again, {"fsync", 1, 1, EINVAL}, NULL},
        {write_again, {"fsync", 1, 1, EROFS}, NULL},
        {write_again, {"open", 1, 1, EACCES}, NULL},
        {write_again, {"opendir", 0, 1, EACCES}, NULL},
        {probe, {"posix_fallocate", 0, 1, ENOSPC}, "cannot be written: No space left on device"},
        {probe, {"posix_fallocate", 0, 1, EOPNOTSUPP}, NULL},
        {probe, {"posix_fallocate", 0, 1, EINVAL}, NULL},
        {probe, {"open", 0, 1, EDQUOT}, "cannot be written: Disk quota exceeded"},
        {list, {"opendir", 0, 1, EACCES}, "Permission denied"},
        {update, {"open", 0, 1, EACCES}, ".lock: cannot be written: Permission denied"},
        {update, {"flock", 0, 1, ENOLCK}, NULL},
        {update, {"flock", 0, 3, EWOULDBLOCK}, NULL},
        {update, {"flock", 0, 2, EINTR}, NULL},
        {update, {"fstat", 0, 1, EIO}, "old: Input/output error"},
        {add_nothing_long, {"none", 0, 0, 0}, "old: larger than the 2 bytes"},
        {array, {"aligned_alloc", 0, 1, ENOMEM}, "the pixels: no memory for 1.0 MB"},
        {pool, {"aligned_alloc", 0, 1, ENOMEM}, "the threads' shares: no memory"},
        {pool, {"pthread_create", 0, 1, EAGAIN}, "cannot start the thread \"sartor-pool\": Res"},
        {pool, {"pthread_create", 1, 1, EAGAIN}, "cannot start the thread \"sartor-pool\": Res"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct fault *wanted = &cases[i].fault;
        memset(&error, 0, sizeof error);
        fail_call(wanted->call, wanted->before, wanted->times, wanted->code);
        const enum sr_status status = cases[i].act();
        if (!fault_happened()) fail_msg("case %zu: %s was not called", i, wanted->call);
        if (!cases[i].said != !status) fail_msg("case %zu: status %d: %s", i, status, error.text);
        if (status && !strstr(error.text, cases[i].said))
            fail_msg("case %zu: \"%s\" lacks \"%s\"", i, error.text, cases[i].said);
        assert_int_equal(read_whole(), SR_OK);
    }
}

/* The time at which a lock is given up is the clock's: the test moves it. */
static double clock_ahead;
int clock_gettime(clockid_t clock, struct timespec *now)
{
    const int status = REAL(clock_gettime)(clock, now);
    now->tv_sec += (time_t)clock_ahead;
    return status;
}

static void *move_clock(void *context)
{
    (void)context;
    sleep_seconds(0.05);
    clock_ahead = 21;
    return NULL;
}

static void a_lock_is_not_waited_for_for_ever(void **state)
{
    (void)state;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, move_clock, NULL), 0);
    fail_call("flock", 0, 1 << 30, EWOULDBLOCK);
    assert_refused(update(), SR_ERROR_STATE,
                   "another program has been writing in this folder for 20 seconds");
    fault.call = NULL;
    pthread_join(thread, NULL);
    clock_ahead = 0;
}

/* What cannot be read although it can be opened. */
static void a_failed_read_is_said(void **state)
{
    (void)state;
    memset(&error, 0, sizeof error);
    assert_null(sr_file_read("/proc/self/mem", 100, NULL, &error));
    assert_non_null(strstr(error.text, "/proc/self/mem: reading failed: Input/output error"));
}

/* Devices are written to as they are. */
static void devices_stay_devices(void **state)
{
    (void)state;
    assert_ok(sr_file_probe("/dev/null", 100, &error));
    assert_ok(sr_file_write("/dev/null", "x", 1, &error));
    assert_refused(sr_file_write("/dev/full", "x", 1, &error), SR_ERROR_IO,
                   "/dev/full: writing failed: ");
    assert_null(strstr(error.text, "as it was before"));
    struct stat info;
    assert_int_equal(stat("/dev/null", &info), 0);
    assert_true(S_ISCHR(info.st_mode));
    assert_int_equal(mkfifo(at("pipe"), 0), 0);
    if (geteuid())
        assert_refused(sr_file_write(at("pipe"), "x", 1, &error), SR_ERROR_IO, "cannot be written");
    unlink(at("pipe"));
}

/* Nobody's home: the system's list of users knows one; else what was typed stays. */
static void a_home_without_the_variable(void **state)
{
    (void)state;
    char *before = sr_xstrdup(getenv("HOME"));
    unsetenv("HOME");
    char *path = sr_path_expand("~/x");
    assert_true(path[0] == '/' && !strcmp(path + strlen(path) - 2, "/x"));
    free(path);
    setenv("HOME", "", 1);
    path = sr_path_expand("~");
    assert_int_equal(path[0], '/');
    free(path);
    path = sr_path_expand("~user/x");
    assert_string_equal(path, "~user/x");
    free(path);
    if (before) setenv("HOME", before, 1);
    free(before);
}

/* --- clock, memory of the process, arrays ------------------------------------------------- */

static void what_the_process_takes(void **state)
{
    (void)state;
    enum { MEGABYTE = 1 << 20, SIZE = 48 * MEGABYTE };
    char name[128] = "";
    const double before = sr_clock_cpu_seconds();
    sr_memory_begin();
    const uint64_t begin = sr_memory_taken();
    unsigned char *block = sr_array_new(SIZE + 1, 1, "a block", &error);
    assert_non_null(block);
    for (size_t i = 0; i <= SIZE; i++)
        if (block[i]) fail_msg("byte %zu is not zero", i);
    memset(block, 1, SIZE + 1);
    /* Taken is 0 where the system keeps no peak that can be set back. */
    const uint64_t taken = sr_memory_taken();
    assert_true(!taken || (taken - begin > SIZE / 2 && taken - begin < 4 * (uint64_t)SIZE));
    assert_true(sr_memory_peak() >= SIZE);
    free(block);
    const uint64_t peak = sr_memory_peak();
    sr_memory_begin();
    assert_true(sr_memory_peak() >= peak); /* of the whole run */
    assert_true(sr_memory_taken() < SIZE / 2);
    assert_true(sr_clock_cpu_seconds() > before);
    assert_true(sr_processors() >= 1);
    sr_processor_name(name, sizeof name);
    assert_true(strlen(name) > 0);
    sr_processor_name(name, 4);
    assert_true(strlen(name) <= 3);
}

static int made;
static void make(void)
{
    made++;
}
static void once_is_once(void **state)
{
    (void)state;
    static struct sr_once once = SR_ONCE_INIT;
    for (int i = 0; i < 3; i++) sr_once(&once, make);
    assert_int_equal(made, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(each_fault_is_said_or_borne), TEST(a_lock_is_not_waited_for_for_ever),
        TEST(a_failed_read_is_said),       TEST(devices_stay_devices),
        TEST(a_home_without_the_variable), cmocka_unit_test(what_the_process_takes),
        cmocka_unit_test(once_is_once),
    };
    return cmocka_run_group_tests_name("base: failing calls", tests, NULL, NULL);
}
