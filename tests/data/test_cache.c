/* Decoded sets that are kept: found again, never instead of files that have changed, and no harm
 * where they are damaged. */
#include "support.h"

#include <fcntl.h>
#include <unistd.h>

#include "forms.h"

static struct sr_error error;

static int setup(void **state)
{
    if (forms_make(state)) return -1;
    setenv("XDG_CACHE_HOME", forms_path("cache/x"), 1);
    return 0;
}

static void count_calls(void *owner, const struct sr_progress *progress)
{
    if (!strcmp(progress->note, "pictures")) ++*(int *)owner;
}

/* The digest of the folder; *decoded whether its pictures were decoded for it. */
static void open_folder(char digest[40], int *decoded, int size)
{
    const struct sr_monitor monitor = {.owner = decoded, .progress = count_calls};
    const struct sr_opening opening = {
        .path = forms_path("set"), .seed = 1, .wishes = {.size = size}, .monitor = &monitor};
    *decoded = 0;
    error.text[0] = 0;
    struct sr_dataset *dataset = sr_dataset_open(&opening, &error);
    if (!dataset) fail_msg("%s", error.text);
    strcpy(digest, dataset->digest);
    assert_string_equal(dataset->name, "set");
    assert_string_equal(dataset->class_names[1], "b");
    assert_int_equal(dataset->files[SR_FILE_TRAIN].shape.height, size ? size : 9);
    assert_int_equal(dataset->fitting.pictures, 1);
    assert_non_null(strstr(dataset->notes[size ? 1 : 0], "no test part"));
    assert_int_equal(dataset->files[SR_FILE_TEST].count, 2);
    sr_dataset_unref(dataset);
}

static void put(int number, int value)
{
    uint8_t pixels[9 * 8];
    for (int i = 0; i < 72; i++) pixels[i] = (uint8_t)(value + i);
    forms_put_png(forms_path("set/%c/%d.png", 'a' + number % 2, number), pixels, 9, 8, 1);
}

/* Its path, freed by the caller. */
static char *only_set(void)
{
    size_t count;
    char *found = NULL,
         **names = sr_directory_list(forms_path("cache/x/sartor/sets"), &count, &error);
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(sr_path_extension(names[i]), ".set")) {
            assert_null(found);
            found = strdup(forms_path("cache/x/sartor/sets/%s", names[i]));
        }
        free(names[i]);
    }
    free(names);
    assert_non_null(found);
    return found;
}

static void kept(void **state)
{
    (void)state;
    char first[40], digest[40];
    int decoded;
    for (int i = 0; i < 12; i++) put(i, 20 + i);
    open_folder(first, &decoded, 0);
    assert_int_not_equal(decoded, 0);
    open_folder(digest, &decoded, 0);
    assert_int_equal(decoded, 0);
    assert_string_equal(first, digest);
    /* Another size is another set. */
    open_folder(digest, &decoded, 28);
    assert_int_not_equal(decoded, 0);
    assert_string_not_equal(first, digest);
    open_folder(digest, &decoded, 28);
    assert_int_equal(decoded, 0);
    /* A picture of the same size in bytes and with the same time, but changed. */
    struct stat about;
    assert_int_equal(stat(forms_path("set/a/4.png"), &about), 0);
    put(4, 90);
    const struct timespec times[2] = {about.st_atim, about.st_mtim};
    assert_int_equal(utimensat(AT_FDCWD, forms_path("set/a/4.png"), times, 0), 0);
    open_folder(digest, &decoded, 0);
    assert_int_not_equal(decoded, 0);
    assert_string_not_equal(first, digest);
    put(4, 24);
    open_folder(digest, &decoded, 0);
    assert_string_equal(first, digest);
    /* The content of before is found again, whatever the times of its files. */
    assert_int_equal(decoded, 0);
    open_folder(digest, &decoded, 0);
    assert_int_equal(decoded, 0);
}

/* The set of files that were copied elsewhere, and none that only has the same names and sizes. */
static void by_content(void **state)
{
    (void)state;
    char first[40], digest[40];
    int decoded;
    open_folder(first, &decoded, 0);
    char *here = strdup(forms_path("set")), *copy = strdup(forms_path("moved"));
    assert_int_equal(rename(here, copy), 0);
    for (int i = 0; i < 12; i++) put(i, i == 5 ? 140 : 20 + i);
    open_folder(digest, &decoded, 0);
    assert_int_not_equal(decoded, 0);
    assert_string_not_equal(first, digest);
    put(5, 25);
    open_folder(digest, &decoded, 0);
    assert_int_equal(decoded, 0);
    assert_string_equal(first, digest);
    free(here);
    free(copy);
}

/* Any one byte, or a part of the file: decoded anew, with the same result. */
static void damaged(void **state)
{
    (void)state;
    char first[40], digest[40];
    int decoded;
    size_t length, count;
    char **names = sr_directory_list(forms_path("cache/x/sartor/sets"), &count, &error);
    for (size_t i = 0; i < count; i++) {
        unlink(forms_path("cache/x/sartor/sets/%s", names[i]));
        free(names[i]);
    }
    free(names);
    open_folder(first, &decoded, 0);
    char *path = only_set();
    char *bytes = sr_file_read(path, 1 << 24, &length, &error);
    assert_non_null(bytes);
    const size_t content = 12 * 72;
    assert_true(length > 65536 + content);
    for (size_t i = 0; i < 600; i++) {
        const size_t at = i < 500 ? i : length - 1 - (i - 500);
        bytes[at] ^= 0x21;
        forms_write(path, bytes, length);
        bytes[at] ^= 0x21;
        open_folder(digest, &decoded, 0);
        assert_string_equal(first, digest);
    }
    for (size_t cut = 0; cut < length; cut += length / 7) {
        forms_write(path, bytes, cut);
        open_folder(digest, &decoded, 0);
        assert_int_not_equal(decoded, 0);
        assert_string_equal(first, digest);
    }
    free(bytes);
    free(path);
}

/* The row whose picture was 20×60, the only white one, as it is opened. */
static void find_white(struct sr_dataset *dataset)
{
    int large = 0;
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        const struct sr_images *images = &dataset->files[f];
        assert_non_null(dataset->sizes[f]);
        for (size_t i = 0; i < images->count; i++) {
            const struct sr_picture_size size = dataset->sizes[f][i];
            const uint8_t *pixels = sr_images_at(images, i);
            int brightest = 0;
            for (size_t p = 0; p < sr_shape_size(images->shape); p++)
                if (pixels[p] > brightest) brightest = pixels[p];
            assert_int_equal(brightest > 200, size.width == 20);
            assert_int_equal(size.height, size.width == 20 ? 60 : 9);
            large += size.width == 20;
        }
    }
    assert_int_equal(large, 1);
}

/* The sizes of pictures go with their rows: past one that is left out, into the test part that is
 * set aside, into the cache and out of it. */
static void sizes(void **state)
{
    (void)state;
    uint8_t white[20 * 60], dark[9 * 8];
    memset(white, 255, sizeof white);
    int decoded = 0;
    const struct sr_monitor monitor = {.owner = &decoded, .progress = count_calls};
    for (int number = 0; number < 12; number++) {
        for (int i = 0; i < 72; i++) dark[i] = (uint8_t)(number + i);
        const char *path = forms_path("odd/%c/%d.png", 'a' + number % 2, number);
        forms_put_png(path, dark, 9, 8, 1);
    }
    forms_write(forms_path("odd/a/0.png"), "no picture", 10);
    for (int number = 4; number < 12; number++) { /* wherever it stands */
        const char *path = forms_path("odd/%c/%d.png", 'a' + number % 2, number);
        forms_put_png(path, white, 60, 20, 1);
        for (int again = 0; again < 2; again++) {
            const struct sr_opening opening = {
                .path = forms_path("odd"), .seed = 1, .skip = true, .monitor = &monitor};
            decoded = 0;
            struct sr_dataset *dataset = sr_dataset_open(&opening, &error);
            if (!dataset) fail_msg("%s", error.text);
            assert_int_equal(decoded > 0, !again);
            find_white(dataset);
            sr_dataset_unref(dataset);
        }
        forms_put_png(forms_path("odd/%c/%d.png", 'a' + number % 2, number), dark, 9, 8, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kept),
        cmocka_unit_test(by_content),
        cmocka_unit_test(damaged),
        cmocka_unit_test(sizes),
    };
    return cmocka_run_group_tests_name("data/cache", tests, setup, forms_remove);
}
