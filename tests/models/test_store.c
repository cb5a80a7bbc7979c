#include "support.h"

#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/models/families.h"
#include "sartor/models/store.h"
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIDE = 8, PIXELS = SIDE * SIDE };

static struct sr_error error;
static char home[64];
static struct sr_model *model;

static int set_up(void **unused)
{
    static uint8_t pixels[2 * PIXELS], labels[2] = {0, 1};
    static const struct sr_images images = {2, {SIDE, SIDE, 1}, pixels, labels};
    (void)unused;
    pixels[3] = 200;
    snprintf(home, sizeof home, "/tmp/sartor-store-XXXXXX");
    struct sr_args *args =
        sr_args_parse("knn", sr_model_class_knn.params, (char *[]){"k=1"}, 1, NULL, &error);
    if (!mkdtemp(home) || !args) return 1;
    struct sr_fit fit = {
        .params = args, .shape = {{SIDE, SIDE, 1}, 2}, .train = {&images, NULL, 2}};
    model = sr_model_new(&sr_model_class_knn, "knn");
    enum sr_status status = sr_model_fit(model, &fit, &error);
    sr_args_free(args);
    return status;
}

static int tear_down(void **unused)
{
    char *models = sr_path_join(home, "models");
    (void)unused;
    sr_model_unref(model);
    rmdir(models);
    rmdir(home);
    free(models);
    return 0;
}

/* One's own models, without those that the build tree may ship. */
static size_t own(char names[][64], size_t room)
{
    struct sr_store_entry *entries;
    size_t count, found = 0;
    assert_ok(sr_store_list(home, &entries, &count, &error));
    for (size_t i = 0; i < count; i++) {
        assert_true(i == 0 || strcmp(entries[i - 1].name, entries[i].name) < 0);
        assert_true(sr_path_exists(entries[i].path));
        if (!entries[i].shipped && found < room) memcpy(names[found++], entries[i].name, 64);
    }
    sr_store_free(entries, count);
    return found;
}

static void save_as(const char *name)
{
    snprintf(model->name, sizeof model->name, "%s", name);
    assert_ok(sr_store_save(home, model, &error));
}

static void test_names(void **unused)
{
    static const char *const good[] = {"a", "cnn", "cnn-2", "v1.2_x", "_"};
    static const char *const bad[] = {
        "",        ".",
        ".hidden", "-x",
        "a/b",     "../x",
        "a b",     "\xc3\xa9",
        "a\n",     "0123456789012345678901234567890123456789012345678901234567890123"};
    (void)unused;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_ok(sr_store_check_name(good[i], &error));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_refused(sr_store_check_name(bad[i], &error), SR_ERROR_ARGUMENT, "name");
    snprintf(model->name, sizeof model->name, "../evil");
    assert_refused(sr_store_save(home, model, &error), SR_ERROR_ARGUMENT, "../evil");
}

/* Set aside and deleted. */
static enum sr_status remove_file(const char *name)
{
    char *aside = sr_store_set_aside(home, name, &error);
    if (!aside) return error.status;
    assert_true(sr_path_exists(aside));
    unlink(aside);
    free(aside);
    return SR_OK;
}

/* A deleted model's file is moved aside and back; what is left of processes that have ended is
 * deleted at the next start, and nothing else. */
static void test_set_aside(void **unused)
{
    char names[8][64];
    (void)unused;
    save_as("first");
    char *aside = sr_store_set_aside(home, "first", &error);
    assert_non_null(aside);
    assert_int_equal(own(names, 8), 0);
    sr_store_sweep(home);
    assert_true(sr_path_exists(aside));
    save_as("first");
    assert_refused(sr_store_bring_back(home, "first", aside, &error), SR_ERROR_STATE, "again");
    assert_ok(remove_file("first"));
    assert_ok(sr_store_bring_back(home, "first", aside, &error));
    assert_int_equal(own(names, 8), 1);
    assert_false(sr_path_exists(aside));
    free(aside);
    assert_ok(remove_file("first"));
    pid_t process = fork();
    if (!process) _exit(0);
    waitpid(process, NULL, 0);
    char *folder = sr_path_join(home, "deleted"),
         *left = sr_xprintf("%s/%ld-1-first", folder, (long)process);
    assert_ok(sr_directory_make(folder, &error));
    assert_ok(sr_file_write(left, "x", 1, &error));
    sr_store_sweep(home);
    assert_false(sr_path_exists(left));
    free(folder);
    free(left);
}

static void test_store(void **unused)
{
    char names[8][64];
    (void)unused;
    assert_int_equal(own(names, 8), 0); /* the home has no models yet: not an error */
    save_as("second");
    save_as("first");
    char *other = sr_xprintf("%s/models/notes.txt", home),
         *odd = sr_xprintf("%s/models/.x.safetensors", home);
    assert_ok(sr_file_write(other, "x", 1, &error));
    assert_ok(sr_file_write(odd, "x", 1, &error));
    assert_int_equal(own(names, 8), 2);
    assert_string_equal(names[0], "first");
    assert_string_equal(names[1], "second");
    char *path = sr_store_path(home, "first");
    struct sr_model *back = sr_model_load(path, &error);
    assert_non_null(back);
    assert_string_equal(back->name, "first");
    sr_model_unref(back);

    assert_refused(sr_store_rename(home, "first", "second", &error), SR_ERROR_STATE,
                   "second already");
    assert_refused(sr_store_rename(home, "third", "fourth", &error), SR_ERROR_ARGUMENT,
                   "no model third");
    assert_refused(sr_store_rename(home, "first", "a/b", &error), SR_ERROR_ARGUMENT, "a/b");
    assert_ok(sr_store_rename(home, "first", "zebra", &error));
    assert_int_equal(own(names, 8), 2);
    assert_string_equal(names[1], "zebra");
    assert_refused(remove_file("first"), SR_ERROR_ARGUMENT, "no model first");
    assert_refused(remove_file("../models/zebra"), SR_ERROR_ARGUMENT, "cannot name a model");
    assert_ok(remove_file("zebra"));
    assert_ok(remove_file("second"));
    assert_int_equal(own(names, 8), 0);
    unlink(other);
    unlink(odd);
    free(other);
    free(odd);
    free(path);
}

/* A model of one's own hides the shipped one of its name; only the own one can be deleted. */
static void test_hides_the_shipped(void **unused)
{
    struct sr_store_entry *entries;
    size_t count, shipped = 0, both = 0;
    (void)unused;
    assert_ok(sr_store_list(home, &entries, &count, &error));
    for (size_t i = 0; i < count; i++)
        shipped += entries[i].shipped && !strcmp(entries[i].name, "cnn");
    sr_store_free(entries, count);
    if (!shipped) skip(); /* not in the tree that the tests were built in */
    assert_refused(remove_file("cnn"), SR_ERROR_STATE, "came with sartor");
    save_as("cnn");
    char *path = sr_store_path(home, "cnn");
    assert_ok(sr_store_list(home, &entries, &count, &error));
    for (size_t i = 0; i < count; i++) {
        if (strcmp(entries[i].name, "cnn")) continue;
        both++;
        assert_false(entries[i].shipped);
        assert_string_equal(entries[i].path, path);
    }
    assert_int_equal(both, 1);
    sr_store_free(entries, count);
    assert_ok(remove_file("cnn"));
    free(path);
}

static void test_file_for_a_folder(void **unused)
{
    struct sr_store_entry *entries;
    size_t count;
    (void)unused;
    char *folder = sr_path_join(home, "models");
    rmdir(folder);
    assert_ok(sr_file_write(folder, "x", 1, &error));
    snprintf(model->name, sizeof model->name, "knn");
    assert_refused(sr_store_save(home, model, &error), SR_ERROR_IO, folder);
    assert_refused(sr_store_list(home, &entries, &count, &error), SR_ERROR_IO, folder);
    assert_null(entries);
    unlink(folder);
    free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names), cmocka_unit_test(test_store),
                                       cmocka_unit_test(test_set_aside),
                                       cmocka_unit_test(test_hides_the_shipped),
                                       cmocka_unit_test(test_file_for_a_folder)};
    return cmocka_run_group_tests_name("models/store", tests, set_up, tear_down);
}
