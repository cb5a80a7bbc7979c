/* Data sets: the shipped sample, the real one, folders that are not quite one. */
#include "support.h"
#include <limits.h>

#include <time.h>

#include "sartor/base/file.h"
#include "sartor/data/dataset.h"
#include "sartor/data/stats.h"
#include "scratch.h"

static struct sr_error error;

static const char *const fashion[] = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                                      "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};

static struct sr_dataset *load(const char *directory)
{
    error.text[0] = 0;
    struct sr_dataset *dataset = sr_dataset_load(directory, NULL, &error);
    if (!dataset) fail_msg("%s", error.text);
    return dataset;
}

static void refuse(const char *directory, enum sr_status status, const char *part)
{
    memset(&error, 0, sizeof error);
    assert_null(sr_dataset_load(directory, NULL, &error));
    if (!strstr(error.text, part)) fail_msg("\"%s\" lacks \"%s\"", error.text, part);
    assert_int_equal(error.status, status);
}

static void the_sample(void **state)
{
    (void)state;
    struct sr_dataset *dataset = load(MINI);
    assert_true(dataset->known);
    assert_true(dataset->sample);
    assert_string_equal(dataset->name, "Fashion-MNIST");
    assert_string_equal(dataset->digest, "71aae83c617fc5db58279f414f4d3dd7");
    assert_int_equal(dataset->classes, 10);
    for (int c = 0; c < 10; c++) assert_string_equal(dataset->class_names[c], fashion[c]);
    assert_int_equal(dataset->files[SR_FILE_TRAIN].count, 1000);
    assert_int_equal(dataset->files[SR_FILE_TEST].count, 500);
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        struct sr_samples all = {.images = &dataset->files[f], .count = dataset->files[f].count};
        struct sr_stats stats;
        sr_stats_compute(&stats, &all, -1);
        for (int c = 0; c < 10; c++)
            assert_int_equal(stats.class_counts[c], f == SR_FILE_TRAIN ? 100 : 50);
    }
    assert_ptr_equal(sr_dataset_ref(dataset), dataset);
    sr_dataset_unref(dataset);
    assert_int_equal(dataset->files[SR_FILE_TEST].shape.height, 28);
    sr_dataset_unref(dataset);
    sr_dataset_unref(NULL);
}

static void the_real_data(void **state)
{
    (void)state;
    if (access(REAL_DATA "/train-images-idx3-ubyte.gz", R_OK) != 0) skip();
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    struct sr_dataset *dataset = load(REAL_DATA);
    clock_gettime(CLOCK_MONOTONIC, &to);
    print_message("# 70,000 images in %.3f s\n",
                  (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec));
    assert_true(dataset->known);
    assert_false(dataset->sample);
    assert_string_equal(dataset->digest, "ae65dccd2ed6e46a12728439242bc73f");
    assert_string_equal(dataset->class_names[6], "Shirt");
    struct sr_stats stats;
    struct sr_samples all = {.images = &dataset->files[SR_FILE_TRAIN], .count = 60000};
    sr_stats_compute(&stats, &all, -1);
    assert_int_equal(stats.count, 60000);
    assert_float_equal(stats.all.mean, 72.9404, 5e-5);
    assert_float_equal(stats.all.deviation, 90.0212, 5e-5);
    assert_float_equal(stats.all.median, 0, 0);
    assert_float_equal(stats.all.zeros, 0.502, 5e-4);
    for (int c = 0; c < 10; c++) assert_int_equal(stats.class_counts[c], 6000);
    all = (struct sr_samples){.images = &dataset->files[SR_FILE_TEST], .count = 10000};
    sr_stats_compute(&stats, &all, -1);
    assert_float_equal(stats.all.mean, 73.1466, 5e-5);
    assert_float_equal(stats.all.deviation, 89.8733, 5e-5);
    sr_dataset_unref(dataset);
}

/* A little set in the scratch folder: train labels and test labels as given, 8 by 8 zeros. */
static void make_set(const uint8_t *train, uint32_t train_count, const uint8_t *test,
                     uint32_t test_count)
{
    static const char *const names[2] = {"train", "test"};
    for (int f = 0; f < 2; f++) {
        uint8_t bytes[4096] = {0};
        char name[64];
        uint32_t count = f ? test_count : train_count;
        size_t at = idx_header(bytes, 0x803, 3, (uint32_t[]){count, 8, 8});
        snprintf(name, sizeof name, "%s-images-idx3-ubyte", names[f]);
        scratch_write(name, bytes, at + (size_t)count * 64);
        at = idx_header(bytes, 0x801, 1, (uint32_t[]){count});
        memcpy(bytes + at, f ? test : train, count);
        snprintf(name, sizeof name, "%s-labels-idx1-ubyte", names[f]);
        scratch_write(name, bytes, at + count);
    }
}

static int remove_names(void **state)
{
    (void)state;
    unlink(scratch_path("labels.txt"));
    return 0;
}

static void numbers_for_names(void **state)
{
    (void)state;
    make_set((uint8_t[]){2, 1, 0, 2}, 4, (uint8_t[]){0, 1}, 2);
    struct sr_dataset *dataset = load(scratch);
    assert_int_equal(dataset->classes, 3);
    assert_string_equal(dataset->class_names[2], "2");
    assert_false(dataset->known);
    assert_string_equal(dataset->name, strrchr(scratch, '/') + 1);
    sr_dataset_unref(dataset);
}

static void names_from_labels_txt(void **state)
{
    (void)state;
    make_set((uint8_t[]){4, 1, 1, 4}, 4, (uint8_t[]){1, 4}, 2); /* gaps are well when named */
    static const char text[] = "\xef\xbb\xbf"
                               "alpha \r\nbeta\n  gamma\ndelta\n\xc3\xa9psilon\n\n";
    scratch_write("labels.txt", text, strlen(text));
    struct sr_dataset *dataset = load(scratch);
    assert_int_equal(dataset->classes, 5);
    assert_string_equal(dataset->class_names[0], "alpha");
    assert_string_equal(dataset->class_names[2], "gamma");
    assert_string_equal(dataset->class_names[4], "\xc3\xa9psilon");
    sr_dataset_unref(dataset);
}

/* Labels that do not run from 0 without gaps. */
static void gaps(void **state)
{
    (void)state;
    make_set((uint8_t[]){9, 1, 250, 1}, 4, (uint8_t[]){250, 1}, 2);
    struct sr_dataset *dataset = load(scratch);
    assert_int_equal(dataset->classes, 3);
    assert_string_equal(dataset->class_names[0], "1");
    assert_string_equal(dataset->class_names[1], "9");
    assert_string_equal(dataset->class_names[2], "250");
    assert_memory_equal(dataset->files[SR_FILE_TRAIN].labels, ((uint8_t[]){1, 0, 2, 0}), 4);
    assert_memory_equal(dataset->files[SR_FILE_TEST].labels, ((uint8_t[]){2, 0}), 2);
    assert_non_null(strstr(dataset->notes[0], "3 numbers from 1 to 250"));
    sr_dataset_unref(dataset);
    /* As many names as labels, which begin with 1; and one more, so that they begin with 0. */
    make_set((uint8_t[]){1, 2, 3, 1}, 4, (uint8_t[]){3, 1}, 2);
    scratch_write("labels.txt", "a\nb\nc\n", 6);
    dataset = load(scratch);
    assert_int_equal(dataset->classes, 3);
    assert_string_equal(dataset->class_names[0], "a");
    assert_memory_equal(dataset->files[SR_FILE_TRAIN].labels, ((uint8_t[]){0, 1, 2, 0}), 4);
    assert_non_null(strstr(dataset->notes[0], "Labels run from 1 to 3"));
    sr_dataset_unref(dataset);
    scratch_write("labels.txt", "a\nb\nc\nd\n", 8);
    dataset = load(scratch);
    assert_int_equal(dataset->classes, 4);
    assert_memory_equal(dataset->files[SR_FILE_TRAIN].labels, ((uint8_t[]){1, 2, 3, 1}), 4);
    assert_non_null(strstr(dataset->notes[0], "No training image has label 0 (a)"));
    sr_dataset_unref(dataset);
}

static void refuse_names(const char *text, size_t length, const char *part)
{
    scratch_write("labels.txt", text, length);
    refuse(scratch, SR_ERROR_FORMAT, part);
}

static void bad_names(void **state)
{
    (void)state;
    make_set((uint8_t[]){0, 1, 1, 0}, 4, (uint8_t[]){1, 0}, 2);
    refuse_names("", 0, "0 names");
    refuse_names("one\n", 4, "1 name;");
    refuse_names("one\n\ntwo\n", 9, "line 2: empty");
    refuse_names("one\nOne\n", 8, "\"One\" is on line 1 already");
    refuse_names("one\nt\001o\n", 8, "line 2: not a usable name");
    refuse_names("one\nt\xffo\n", 8, "line 2: not a usable name");
    refuse_names("one\0two\n", 8, "is not text");
    char many[2000] = "";
    for (int i = 0; i < 257; i++) sprintf(many + strlen(many), "n%d\n", i);
    refuse_names(many, strlen(many), "more than 256");
}

static void labels_out_of_range(void **state)
{
    (void)state;
    make_set((uint8_t[]){0, 1, 2, 0}, 4, (uint8_t[]){1, 3}, 2);
    refuse(scratch, SR_ERROR_FORMAT, "label 3 of test:1 is out of range");
    make_set((uint8_t[]){0, 0}, 2, (uint8_t[]){0}, 1);
    refuse(scratch, SR_ERROR_FORMAT, "at least 2 classes");
    make_set((uint8_t[]){0, 1, 2, 0}, 4, (uint8_t[]){1, 1}, 2);
    refuse_names("a\nb\n", 4, "label 2 of train:2 is out of range; labels.txt");
}

static void bad_folders(void **state)
{
    (void)state;
    make_set((uint8_t[]){0, 1, 2, 0}, 4, (uint8_t[]){1, 1}, 2);
    uint8_t bytes[2000] = {0};
    idx_header(bytes, 0x803, 3, (uint32_t[]){2, 9, 8});
    scratch_write("test-images-idx3-ubyte", bytes, 16 + 144);
    refuse(scratch, SR_ERROR_FORMAT, "train images are 8x8, test images 9x8");
    unlink(scratch_path("test-images-idx3-ubyte"));
    refuse(scratch, SR_ERROR_IO, "test-labels-idx1-ubyte has no images beside it");
    refuse(scratch_path("nowhere"), SR_ERROR_IO, "No such file");
    make_set((uint8_t[]){0, 1, 2, 0}, 4, (uint8_t[]){1, 1}, 2);
    /* One of the files stands for all of them. */
    struct sr_dataset *dataset = load(scratch_path("train-images-idx3-ubyte"));
    assert_int_equal(dataset->files[SR_FILE_TEST].count, 2);
    sr_dataset_unref(dataset);
    /* Counts that differ. */
    idx_header(bytes, 0x801, 1, (uint32_t[]){3});
    scratch_write("train-labels-idx1-ubyte", bytes, 8 + 3);
    refuse(scratch, SR_ERROR_FORMAT, "has 3 labels, but there are 4 images");
    unlink(scratch_path("train-labels-idx1-ubyte"));
    dataset = load(scratch);
    assert_true(dataset->unlabelled);
    sr_dataset_unref(dataset);
}

static void classes_by_name(void **state)
{
    (void)state;
    struct sr_dataset *dataset = load(MINI);
    assert_int_equal(sr_dataset_class(dataset, "Shirt", &error), 6);
    assert_int_equal(sr_dataset_class(dataset, "ANKLE BOOT", &error), 9);
    assert_int_equal(sr_dataset_class(dataset, "t-", &error), 0);
    assert_int_equal(sr_dataset_class(dataset, "7", &error), 7);
    const char *const bad[] = {"s", "10", "-1", "", "hat", "shirts"};
    for (size_t i = 0; i < 6; i++) {
        error.text[0] = 0;
        assert_int_equal(sr_dataset_class(dataset, bad[i], &error), -1);
        assert_non_null(strstr(error.text, "6 Shirt"));
    }
    sr_dataset_unref(dataset);
}

static void found_by_order(void **state)
{
    (void)state;
    bool sample = true;
    char *path = sr_dataset_find("/somewhere", &sample, &error);
    assert_string_equal(path, "/somewhere");
    assert_false(sample);
    free(path);
    setenv("SARTOR_DATA", "/elsewhere", 1);
    path = sr_dataset_find(NULL, &sample, &error);
    assert_string_equal(path, "/elsewhere");
    free(path);
    unsetenv("SARTOR_DATA");
    path = sr_dataset_find(NULL, &sample, &error);
    assert_non_null(path); /* the package's or the sample's */
    assert_int_equal(sample, strstr(path, "fashion-mini") != NULL);
    free(path);
    char *shipped = sr_path_resource("fashion-mini"), other[PATH_MAX];
    assert_non_null(shipped);
    snprintf(other, sizeof other, "%s/../fashion-mini", shipped);
    path = sr_dataset_find(other, &sample, &error);
    assert_string_equal(path, other);
    assert_true(sample); /* it is the sample by whatever path */
    free(path);
    path = shipped;
    struct sr_dataset *dataset = load(path);
    assert_true(dataset->sample);
    sr_dataset_unref(dataset);
    free(path);
    assert_null(sr_path_resource("no-such-thing"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample),
        cmocka_unit_test(the_real_data),
        cmocka_unit_test(numbers_for_names),
        cmocka_unit_test_teardown(names_from_labels_txt, remove_names),
        cmocka_unit_test_teardown(bad_names, remove_names),
        cmocka_unit_test_teardown(gaps, remove_names),
        cmocka_unit_test_teardown(labels_out_of_range, remove_names),
        cmocka_unit_test(bad_folders),
        cmocka_unit_test(classes_by_name),
        cmocka_unit_test(found_by_order),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
