/* test_file.c - files that are written aside, what killed processes leave behind, files that
 * several programs change at the same time, and lists of lines that keep to a size. */
#include "support.h"

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sartor/base/file.h"
#include "sartor/base/kept.h"
#include "sartor/base/memory.h"

static char room[64];
static struct sr_error error;

static int set_up(void **state)
{
    (void)state;
    strcpy(room, "/tmp/sartor-file-XXXXXX");
    return mkdtemp(room) ? 0 : -1;
}

static int unlink_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info, (void)type, (void)where;
    return remove(path);
}

static int tear_down(void **state)
{
    (void)state;
    return nftw(room, unlink_one, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *at(const char *name)
{
    static char paths[8][512];
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", room, name);
    return path;
}

static void holds(const char *path, const char *wanted)
{
    char *text = sr_file_read(path, 1 << 20, NULL, &error);
    if (!text) fail_msg("%s", error.text);
    assert_string_equal(text, wanted);
    free(text);
}

static void write_text(const char *path, const char *text)
{
    assert_ok(sr_file_write(path, text, strlen(text), &error));
}

static size_t files_in(const char *path)
{
    size_t count;
    char **names = sr_directory_list(path, &count, &error);
    assert_non_null(names);
    for (size_t i = 0; i < count; i++) free(names[i]);
    free(names);
    return count;
}

/* --- temporary files ----------------------------------------------------------------------- */

static void what_a_killed_process_was_writing_is_removed_by_the_next(void **state)
{
    (void)state;
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    write_text(at("kept"), "old");
    pid_t child = fork();
    if (child == 0) {
        struct sr_output output;
        if (sr_output_open(&output, at("kept"), &error)) _exit(1);
        fputs("half", output.stream);
        fflush(output.stream);
        if (write(ready[1], "r", 1) != 1) _exit(1);
        pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    /* While it lives, its file is left alone. */
    write_text(at("other"), "x");
    assert_int_equal(files_in(room), 3);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_int_equal(files_in(room), 3);
    write_text(at("other"), "y");
    assert_int_equal(files_in(room), 2);
    holds(at("kept"), "old");
    close(ready[0]);
    close(ready[1]);
}

/* Only names that the program gives. */
static void files_of_other_names_are_not_removed(void **state)
{
    (void)state;
    static const char *const names[] = {"a.sartor-1",     "a.sartor-1-",   "a.sartor--1",
                                        "a.sartor-1-2-3", "a.sartor-1-2x", ".sartor-1-2",
                                        "sartor-1-2",     "a.sarto-1-2",   "a.1-2"};
    enum { COUNT = sizeof names / sizeof *names };
    for (size_t i = 0; i < COUNT; i++) close(open(at(names[i]), O_CREAT | O_WRONLY, 0666));
    close(open(at("a.sartor-1-2"), O_CREAT | O_WRONLY, 0666));
    assert_int_equal(mkdir(at("b.sartor-1-2"), 0777), 0);
    assert_int_equal(symlink("a.sartor-1", at("c.sartor-1-2")), 0);
    assert_int_equal(mkfifo(at("d.sartor-1-2"), 0666), 0);
    assert_int_equal(files_in(room), COUNT + 4);
    write_text(at("new"), "");
    assert_int_equal(files_in(room), COUNT + 4); /* one less, and the new one */
    assert_false(sr_path_exists(at("a.sartor-1-2")));
    for (size_t i = 0; i < COUNT; i++) assert_true(sr_path_exists(at(names[i])));
}

static void a_name_as_long_as_possible_can_be_written(void **state)
{
    (void)state;
    char name[256];
    memset(name, 'n', 255);
    name[255] = '\0';
    write_text(at(name), "long");
    holds(at(name), "long");
    assert_int_equal(files_in(room), 1);
}

/* Beyond a limit of the size of files a write fails, as on a full disk. */
static void a_failed_write_leaves_the_old_file(void **state)
{
    (void)state;
    const struct rlimit small = {1000, RLIM_INFINITY}, none = {RLIM_INFINITY, RLIM_INFINITY};
    char *large = sr_xalloc(300000);
    void (*before)(int) = signal(SIGXFSZ, SIG_IGN);
    write_text(at("kept"), "old");
    assert_ok(sr_file_probe(at("kept"), 2000, &error));
    assert_ok(sr_file_probe(at("new/folder/file"), 2000, &error));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    enum sr_status written = sr_file_write(at("kept"), large, 300000, &error);
    struct sr_error probed = {0};
    enum sr_status little = sr_file_probe(at("kept"), 900, &probed),
                   much = sr_file_probe(at("kept"), 2000, &probed);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    signal(SIGXFSZ, before);
    assert_int_equal(written, SR_ERROR_IO);
    assert_non_null(strstr(error.text, "File too large"));
    assert_int_equal(little, SR_OK);
    assert_int_equal(much, SR_ERROR_IO);
    assert_non_null(strstr(probed.text, "kept: cannot be written: File too large"));
    holds(at("kept"), "old");
    assert_int_equal(files_in(room), 2);
    assert_int_equal(files_in(at("new/folder")), 0);
    free(large);
    assert_refused(sr_file_probe(at("kept/file"), 10, &error), SR_ERROR_IO, "kept: is a file");
}

static void a_path_has_a_folder(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"a/b/c.png", "a/b"}, {"c.png", "."}, {"/c.png", "/"}, {"/a/c.png", "/a"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *folder = sr_path_directory(cases[i][0]);
        assert_string_equal(folder, cases[i][1]);
        free(folder);
    }
}

/* --- changing ------------------------------------------------------------------------------ */

static enum sr_status add_one(void *context, char *now, struct sr_text *after, struct sr_error *why)
{
    (void)why;
    usleep(*(int *)context);
    sr_text_printf(after, "%d", atoi(now) + 1);
    return SR_OK;
}

static enum sr_status refuse(void *context, char *now, struct sr_text *after, struct sr_error *why)
{
    (void)context, (void)now;
    sr_text_add(after, "rubbish");
    return sr_error_set(why, SR_ERROR_STATE, "not now");
}

static void changes_of_several_programs_are_all_kept(void **state)
{
    (void)state;
    enum { PROGRAMS = 4, CHANGES = 20 };
    pid_t children[PROGRAMS];
    int pause = 100;
    for (int p = 0; p < PROGRAMS; p++) {
        children[p] = fork();
        if (children[p]) continue;
        for (int i = 0; i < CHANGES; i++) {
            if (sr_file_update(at("sub/number"), 100, add_one, &pause, &error)) _exit(1);
            if (sr_file_add_line(at("sub/lines"), 1 << 20, p % 2 ? "odd" : "even", &error))
                _exit(1);
        }
        _exit(0);
    }
    for (int p = 0; p < PROGRAMS; p++) {
        int status;
        waitpid(children[p], &status, 0);
        assert_int_equal(status, 0);
    }
    holds(at("sub/number"), "80");
    char *text = sr_file_read(at("sub/lines"), 1 << 20, NULL, &error);
    size_t odd = 0, even = 0;
    for (const char *c = text; *c; c++) {
        odd += *c == 'o';
        even += *c == 'v';
    }
    assert_int_equal(odd, 40);
    assert_int_equal(even, 40);
    free(text);
    assert_int_equal(files_in(at("sub")), 3); /* with the lock */
}

static void what_cannot_be_changed_stays(void **state)
{
    (void)state;
    int pause = 0;
    write_text(at("number"), "12345");
    assert_refused(sr_file_update(at("number"), 100, refuse, NULL, &error), SR_ERROR_STATE,
                   "not now");
    assert_refused(sr_file_update(at("number"), 4, add_one, &pause, &error), SR_ERROR_FORMAT,
                   "larger than the 4 bytes");
    holds(at("number"), "12345");
    assert_ok(sr_file_update(at("number"), 100, add_one, &pause, &error));
    holds(at("number"), "12346");
    assert_refused(sr_file_update(at("number/x"), 100, add_one, &pause, &error), SR_ERROR_IO,
                   "number: is a file");
    assert_int_equal(mkdir(at(".lock.d"), 0777), 0);
    assert_int_equal(unlink(at(".lock")), 0);
    assert_int_equal(rename(at(".lock.d"), at(".lock")), 0);
    assert_refused(sr_file_update(at("number"), 100, add_one, &pause, &error), SR_ERROR_IO,
                   ".lock: cannot be written");
    holds(at("number"), "12346");
}

static void a_list_of_lines_keeps_the_last(void **state)
{
    (void)state;
    const char *path = at("lines");
    assert_ok(sr_file_add_line(path, 20, "first", &error));
    holds(path, "first\n");
    assert_ok(sr_file_add_line(path, 20, "second", &error));
    holds(path, "first\nsecond\n");
    assert_ok(sr_file_add_line(path, 20, "third", &error));
    assert_ok(sr_file_add_line(path, 20, "fourth", &error));
    holds(path, "third\nfourth\n");
    /* A file that is longer, from before: whole lines of its end. */
    write_text(path, "aaaaaaaaaa\nbbbbbbbbbb\ncccccc\ndddddd\n");
    char *end = sr_file_read_end(path, 15, NULL, &error);
    assert_string_equal(end, "cccccc\ndddddd\n");
    free(end);
    end = sr_file_read_end(path, 14, NULL, &error); /* the first byte begins a line */
    assert_string_equal(end, "cccccc\ndddddd\n");
    free(end);
    end = sr_file_read_end(path, 13, NULL, &error);
    assert_string_equal(end, "dddddd\n");
    free(end);
    end = sr_file_read_end(path, 1000, NULL, &error);
    assert_int_equal(strlen(end), 36);
    free(end);
    assert_ok(sr_file_add_line(path, 15, "e", &error));
    holds(path, "dddddd\ne\n");
    /* A line that was cut off is ended. */
    write_text(path, "whole\ncut");
    assert_ok(sr_file_add_line(path, 100, "next", &error));
    holds(path, "whole\ncut\nnext\n");
}

static void put_used(const char *name, size_t bytes, time_t when)
{
    const struct timespec times[2] = {{when, 0}, {when, 0}};
    write_text(at(name), "");
    assert_int_equal(truncate(at(name), (off_t)bytes), 0);
    assert_int_equal(utimensat(AT_FDCWD, at(name), times, 0), 0);
}

static void of_kept_files_those_used_last_stay(void **state)
{
    (void)state;
    put_used("a.set", 40, 300);
    put_used("b.set", 40, 100);
    put_used("c.set", 40, 200);
    put_used("d.set", 40, 400);
    put_used("e.note", 4000, 1);
    sr_kept_bound(room, ".set", 160);
    assert_true(sr_path_exists(at("b.set")));
    sr_kept_bound(room, ".set", 159);
    assert_false(sr_path_exists(at("b.set")));
    sr_kept_used(at("c.set"));
    sr_kept_bound(room, ".set", 80);
    assert_false(sr_path_exists(at("a.set")));
    assert_true(sr_path_exists(at("c.set")));
    assert_true(sr_path_exists(at("d.set")));
    sr_kept_bound(room, ".set", 0);
    assert_false(sr_path_exists(at("c.set")));
    assert_true(sr_path_exists(at("e.note")));
    sr_kept_used(at("c.set"));
    assert_false(sr_path_exists(at("c.set")));
    sr_kept_bound(at("no-folder"), ".set", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(what_a_killed_process_was_writing_is_removed_by_the_next),
        TEST(files_of_other_names_are_not_removed),
        TEST(a_name_as_long_as_possible_can_be_written),
        TEST(a_failed_write_leaves_the_old_file),
        TEST(a_path_has_a_folder),
        TEST(changes_of_several_programs_are_all_kept),
        TEST(what_cannot_be_changed_stays),
        TEST(a_list_of_lines_keeps_the_last),
        TEST(of_kept_files_those_used_last_stay),
    };
    return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
