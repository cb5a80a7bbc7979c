/* Files and paths. */
#include "support.h"

#include <sys/stat.h>
#include <unistd.h>

#include "sartor/base/file.h"

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/sartor-test-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[256];
    snprintf(command, sizeof command, "chmod -R u+w %s; rm -rf %s", folder, folder);
    return system(command);
}

static void files_are_replaced_whole_or_not_at_all(void **state)
{
    (void)state;
    struct sr_error error;
    struct sr_output output;
    char path[256], *bytes;
    size_t length;
    snprintf(path, sizeof path, "%s/a.txt", folder);
    assert_ok(sr_file_write(path, "old", 3, &error));
    assert_ok(sr_output_open(&output, path, &error));
    fputs("half of the ne", output.stream);
    sr_output_abort(&output);
    bytes = sr_file_read(path, 100, &length, &error);
    assert_string_equal(bytes, "old");
    free(bytes);
    assert_ok(sr_file_write(path, "new", 3, &error));
    bytes = sr_file_read(path, 100, &length, &error);
    assert_string_equal(bytes, "new");
    free(bytes);
    size_t count;
    char **names = sr_directory_list(folder, &count, &error);
    assert_int_equal(count, 1); /* no temporary file is left */
    free(names[0]);
    free(names);
}

static void bad_files_get_a_sentence(void **state)
{
    (void)state;
    struct sr_error error;
    char path[256];
    size_t length;
    assert_null(sr_file_read("/nonexistent/file", 10, &length, &error));
    assert_non_null(strstr(error.text, "/nonexistent/file"));
    assert_null(sr_file_read(folder, 10, &length, &error));
    assert_non_null(strstr(error.text, "directory"));
    snprintf(path, sizeof path, "%s/long", folder);
    assert_ok(sr_file_write(path, "12345678901", 11, &error));
    assert_null(sr_file_read(path, 10, &length, &error));
    assert_non_null(strstr(error.text, "larger"));
    char *bytes = sr_file_read(path, 11, &length, &error);
    assert_non_null(bytes);
    assert_int_equal(length, 11);
    free(bytes);
    assert_refused(sr_file_write(folder, "x", 1, &error), SR_ERROR_IO, "directory");
    assert_refused(sr_file_write("/nonexistent/x", "x", 1, &error), SR_ERROR_IO,
                   "cannot be written");
    assert_refused(sr_file_write("/dev/full", "x", 1, &error), SR_ERROR_IO, "writing failed");
}

static void paths(void **state)
{
    (void)state;
    struct sr_error error;
    char *joined = sr_path_join("a/", "b");
    assert_string_equal(joined, "a/b");
    free(joined);
    assert_string_equal(sr_path_extension("a.b/c.PNG"), ".PNG");
    assert_string_equal(sr_path_extension("a.b/c"), "");
    assert_string_equal(sr_path_extension("a/.hidden"), "");
    assert_string_equal(sr_path_name("a.b/c.PNG"), "c.PNG");
    assert_string_equal(sr_path_name("c.PNG"), "c.PNG");
    assert_string_equal(sr_path_name("a/"), "");
    char stem[4];
    sr_path_stem("a.b/c.PNG", stem, sizeof stem);
    assert_string_equal(stem, "c");
    sr_path_stem("a/.hidden", stem, sizeof stem);
    assert_string_equal(stem, ".hi");
    assert_true(sr_path_ends("a/b.PNG", ".jpg .png") && sr_path_ends("b.jpg", ".jpg .png"));
    assert_false(sr_path_ends("a.png/b", ".png") || sr_path_ends("a.pn", ".png") ||
                 sr_path_ends("a.png", NULL) || sr_path_ends("a", ""));
    char deep[128];
    snprintf(deep, sizeof deep, "%s/x/y/z", folder);
    assert_ok(sr_directory_make(deep, &error));
    assert_true(sr_path_is_directory(deep));
    assert_ok(sr_directory_make(deep, &error));
}

/* A file that is replaced keeps its mode, whatever the mask, and what a symbolic link points to is
 * replaced, not the link. */
static void what_is_replaced_stays_what_it_was(void **state)
{
    (void)state;
    struct sr_error error;
    struct stat info;
    char path[256], link[256];
    size_t length;
    snprintf(path, sizeof path, "%s/target", folder);
    snprintf(link, sizeof link, "%s/link", folder);
    assert_ok(sr_file_write(path, "old", 3, &error));
    assert_int_equal(symlink(path, link), 0);
    for (int i = 0; i < 2; i++) {
        const mode_t mode = i ? 0666 : 0640;
        assert_int_equal(chmod(path, mode), 0);
        const mode_t mask = umask(0077);
        assert_ok(sr_file_write(link, i ? "newer" : "new", i ? 5 : 3, &error));
        umask(mask);
        assert_int_equal(stat(path, &info), 0);
        assert_int_equal(info.st_mode & 07777, mode);
        assert_int_equal(lstat(link, &info), 0);
        assert_true(S_ISLNK(info.st_mode));
        char *bytes = sr_file_read(path, 100, &length, &error);
        assert_string_equal(bytes, i ? "newer" : "new");
        free(bytes);
    }
}

static void check_xdg(const char *kind, const char *wanted)
{
    char *path = sr_path_xdg(kind);
    assert_string_equal(path, wanted);
    free(path);
}

static void folders_of_the_user(void **state)
{
    (void)state;
    char *home = getenv("HOME") ? strdup(getenv("HOME")) : NULL;
    setenv("HOME", "/h", 1);
    unsetenv("XDG_DATA_HOME");
    check_xdg("data", "/h/.local/share/sartor");
    check_xdg("config", "/h/.config/sartor");
    check_xdg("state", "/h/.local/state/sartor");
    setenv("XDG_DATA_HOME", "/d", 1);
    check_xdg("data", "/d/sartor");
    check_xdg("config", "/h/.config/sartor");
    setenv("XDG_DATA_HOME", "d", 1); /* relative ones are to be ignored */
    check_xdg("data", "/h/.local/share/sartor");
    unsetenv("XDG_DATA_HOME");
    char *path = sr_path_expand("~/x");
    assert_string_equal(path, "/h/x");
    free(path);
    if (home) setenv("HOME", home, 1);
    free(home);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_replaced_whole_or_not_at_all),
        cmocka_unit_test(bad_files_get_a_sentence),
        cmocka_unit_test(paths),
        cmocka_unit_test(what_is_replaced_stays_what_it_was),
        cmocka_unit_test(folders_of_the_user),
    };
    return cmocka_run_group_tests_name("paths", tests, make_folder, remove_folder);
}
