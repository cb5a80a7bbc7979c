/* fixture.h - what the tests of app/ share: small data sets made here, sessions on them, and
 * waiting for jobs. Each test has a folder of its own. */
#ifndef SARTOR_TESTS_APP_FIXTURE_H
#define SARTOR_TESTS_APP_FIXTURE_H

#include "support.h"

#include <ftw.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sartor/app/session.h"
#include "sartor/base/clock.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/models/store.h"

static char room[64]; /* folder of the test under way */
static struct sr_error error;

/* --- data sets and sessions ------------------------------------------------------------ */

static inline const char *at(const char *name)
{
    static char paths[8][256];
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", room, name);
    return path;
}

static inline void put(FILE *file, uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8) fputc((int)(value >> shift & 255), file);
}

/* Four IDX files in a folder; each class has a bright line of its own. */
static inline void make_data(const char *name, int height, int width, int classes, uint32_t train,
                             uint32_t test)
{
    static const char *const parts[] = {"train", "t10k"};
    uint32_t counts[] = {train, test}, noise = 1;
    mkdir(at(name), 0777);
    for (int part = 0; part < 2; part++) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s-images-idx3-ubyte", at(name), parts[part]);
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        put(file, 2051);
        put(file, counts[part]);
        put(file, (uint32_t)height);
        put(file, (uint32_t)width);
        for (uint32_t i = 0; i < counts[part]; i++)
            for (int p = 0; p < height * width; p++) {
                noise = noise * 1664525 + 1013904223;
                bool line = p / width == (int)(i % (uint32_t)classes) * height / classes;
                fputc(line ? 255 : (int)(noise >> 25), file);
            }
        assert_int_equal(fclose(file), 0);
        snprintf(path, sizeof path, "%s/%s-labels-idx1-ubyte", at(name), parts[part]);
        file = fopen(path, "wb");
        assert_non_null(file);
        put(file, 2049);
        put(file, counts[part]);
        for (uint32_t i = 0; i < counts[part]; i++) fputc((int)(i % (uint32_t)classes), file);
        assert_int_equal(fclose(file), 0);
    }
}

static inline int set_up(void **state)
{
    (void)state;
    strcpy(room, "/tmp/sartor-app-XXXXXX");
    if (!mkdtemp(room)) return -1;
    make_data("a", 8, 8, 2, 120, 40);
    make_data("b", 9, 10, 3, 90, 30);
    return 0;
}

static inline int unlink_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info, (void)type, (void)where;
    return remove(path);
}

static inline int tear_down(void **state)
{
    (void)state;
    return nftw(room, unlink_one, 8, FTW_DEPTH | FTW_PHYS);
}

static inline struct sr_session *open_home(const char *data, const char *home)
{
    char *words[] = {sr_xprintf("data=%s", at(data)), sr_xprintf("home=%s", home), "threads=1"};
    struct sr_args *options = sr_args_parse("sartor", sr_options, words, 3, NULL, &error);
    free(words[0]);
    free(words[1]);
    if (!options) fail_msg("%s", error.text);
    struct sr_session *session = sr_session_new(options, &error);
    if (!session) fail_msg("%s", error.text);
    return session;
}

static inline struct sr_session *open_session(const char *data)
{
    return open_home(data, at("home"));
}

static inline void wait_event(struct sr_session *session)
{
    double now = sr_clock_seconds();
    if (!sr_session_wait(session, 20) && sr_clock_seconds() - now > 15)
        fail_msg("nothing happened for 20 seconds");
}

/* Call again while it is pending, as front ends do; a status that never comes fails the test. */
#define settled(call)                                                                              \
    __extension__({                                                                                \
        enum sr_status result_;                                                                    \
        double limit_ = sr_clock_seconds() + 60;                                                   \
        memset(&error, 0, sizeof error);                                                           \
        while ((result_ = (call)) == SR_PENDING) {                                                 \
            wait_event(session);                                                                   \
            if (sr_clock_seconds() > limit_) fail_msg("still pending: %s", error.text);            \
        }                                                                                          \
        result_;                                                                                   \
    })

static inline void finish_jobs(struct sr_session *session)
{
    for (size_t i = 0; i < session->run_count; i++)
        while (session->runs[i]->state < SR_JOB_DONE) wait_event(session);
}

static inline uint32_t start(struct sr_session *session, const char *family, const char *name,
                             const char *line)
{
    const struct sr_model_class *class = sr_model_class_find(family, &error);
    struct sr_words words;
    uint32_t job = 0;
    assert_non_null(class);
    assert_ok(sr_words_split(&line, &words, &error));
    struct sr_args *params =
        sr_args_parse(family, class->params, words.items, words.count, NULL, &error);
    if (!params) fail_msg("%s", error.text);
    sr_words_fini(&words);
    assert_ok(settled(sr_session_data(session, &error)));
    const struct sr_train_request training = {
        .class = class, .name = name, .params = params, .seed = 1};
    assert_ok(sr_session_train(session, &training, &job, &error));
    return job;
}

static inline struct sr_entry *train_with(struct sr_session *session, const char *family,
                                          const char *name, const char *line)
{
    start(session, family, name, line);
    finish_jobs(session);
    struct sr_entry *entry = sr_session_entry(session, name, &error);
    if (!entry) fail_msg("%s", error.text);
    return entry;
}

static inline struct sr_entry *train(struct sr_session *session, const char *family,
                                     const char *name)
{
    return train_with(session, family, name, "");
}

/* From now on no file may be written that is longer than `bytes`; 0 for no limit. A forest of many
 * trees is longer than what is tried before a training begins. */
#define MANY_TREES "trees=5000"
static inline void limit_files(unsigned long bytes)
{
    struct rlimit limit;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes ? bytes : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static inline bool file_there(const char *name)
{
    char *path = sr_store_path(at("home"), name);
    bool there = sr_path_exists(path);
    free(path);
    return there;
}

/* Give every `step`-th label of a data set's file the next class instead. */
static inline void spoil_labels(const char *name, const char *part, int classes, long step)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s-labels-idx1-ubyte", at(name), part);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    for (long i = 0;; i += step) {
        fseek(file, 8 + i, SEEK_SET);
        int label = fgetc(file);
        if (label == EOF) break;
        fseek(file, 8 + i, SEEK_SET);
        fputc((label + 1) % classes, file);
    }
    assert_int_equal(fclose(file), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
