/* The table of formats: what is recognised, and what holds for every data set, whatever its form.
 */
#include "support.h"

#include "../../src/data/internal.h"
#include "sartor/base/memory.h"
#include "scratch.h"

static struct sr_error error;

static enum sr_likeness idx_like(const char *path)
{
    return sr_format_idx.recognise(&(struct sr_opening){.path = path});
}

static void by_content(void **state)
{
    (void)state;
    const struct sr_opening opening = {.path = scratch};
    uint8_t bytes[100] = {0};
    assert_int_equal(idx_like(scratch), SR_LIKE_NOTHING);
    assert_int_equal(idx_like(scratch_path("nowhere")), SR_LIKE_NOTHING);
    assert_null(sr_format_find(&opening));
    /* Found by its name, but not what it says: loading tells why. */
    scratch_write("train-images-idx3-ubyte.gz", "PK\3\4....", 8);
    assert_int_equal(idx_like(scratch), SR_LIKE_NAMES);
    assert_ptr_equal(sr_format_find(&opening), &sr_format_idx);
    size_t at = idx_header(bytes, 0x801, 1, (uint32_t[]){2});
    scratch_pack("train-images-idx3-ubyte.gz", bytes, at + 2);
    assert_int_equal(idx_like(scratch), SR_LIKE_NAMES);
    assert_null(sr_dataset_load(scratch, NULL, &error));
    at = idx_header(bytes, 0x803, 3, (uint32_t[]){1, 8, 8});
    scratch_pack("train-images-idx3-ubyte.gz", bytes, at + 64);
    assert_int_equal(idx_like(scratch), SR_LIKE_CONTENT);
    assert_ptr_equal(sr_format_find(&opening), &sr_format_idx);
    /* The plain file comes before the gzipped one. */
    scratch_write("train-images-idx3-ubyte", "\0\0\x08", 3);
    assert_int_equal(idx_like(scratch), SR_LIKE_NAMES);
    scratch_write("train-images-idx3-ubyte", bytes, at);
    assert_int_equal(idx_like(scratch), SR_LIKE_CONTENT);
    /* A file is not a folder of files. */
    assert_int_equal(idx_like(scratch_path("train-images-idx3-ubyte")), SR_LIKE_NOTHING);
}

static void a_name_each(void **state)
{
    (void)state;
    assert_ptr_equal(sr_formats[0], &sr_format_idx);
    for (int i = 0; sr_formats[i]; i++) {
        assert_true(sr_formats[i]->recognise && sr_formats[i]->load);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(sr_formats[i]->name, sr_formats[j]->name);
    }
}

/* A data set as a format may leave it: 3 and 2 images of 8 × 8. */
static struct sr_dataset *filled(int channels)
{
    struct sr_dataset *dataset = sr_xalloc(sizeof *dataset);
    dataset->references = 1;
    dataset->path = sr_xstrdup(scratch);
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        struct sr_images *images = &dataset->files[f];
        images->count = f == SR_FILE_TRAIN ? 3 : 2;
        images->shape = (struct sr_shape){8, 8, channels};
        images->pixels = sr_xalloc(images->count * sr_shape_size(images->shape));
        images->labels = sr_xalloc(images->count);
        images->labels[1] = 1;
    }
    return dataset;
}

static void refuse(struct sr_dataset *dataset, const char *part)
{
    assert_refused(dataset_settle(dataset, &error), SR_ERROR_FORMAT, part);
    sr_dataset_unref(dataset);
}

static void what_cannot_be_used(void **state)
{
    (void)state;
    struct sr_dataset *dataset = filled(1);
    assert_ok(dataset_settle(dataset, &error));
    assert_int_equal(dataset->classes, 2);
    assert_string_equal(dataset->name, strrchr(scratch, '/') + 1);
    sr_dataset_unref(dataset);
    refuse(filled(3), "images in colour; only grey ones");
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        dataset = filled(1);
        dataset->files[f].shape.channels = 3;
        refuse(dataset, "images in colour");
    }
    dataset = filled(1);
    dataset->files[SR_FILE_TEST].shape.width = 7;
    refuse(dataset, "train images are 8x8, test images 8x7");
    dataset = filled(1);
    sr_images_fini(&dataset->files[SR_FILE_TEST]);
    refuse(dataset, "no test images");
}

/* The digest is of the content, of each part's pixels and labels. */
static void digests(void **state)
{
    (void)state;
    char digests[5][40];
    for (int change = 0; change < 5; change++) {
        struct sr_dataset *dataset = filled(1);
        struct sr_images *train = &dataset->files[SR_FILE_TRAIN],
                         *test = &dataset->files[SR_FILE_TEST];
        if (change == 1) train->pixels[3 * 64 - 1] = 1;
        if (change == 2) train->labels[2] = 1;
        if (change == 3) test->pixels[2 * 64 - 1] = 1;
        if (change == 4) test->labels[0] = 1;
        assert_ok(dataset_settle(dataset, &error));
        strcpy(digests[change], dataset->digest);
        assert_int_equal(strlen(dataset->digest), 32);
        if (change) /* of the four numbers, only one is another */
            for (int k = 0; k < 4; k++)
                assert_int_equal(!strncmp(digests[0] + 8 * k, digests[change] + 8 * k, 8),
                                 k != change - 1);
        sr_dataset_unref(dataset);
    }
}

/* Names that the form has go before labels.txt, and bound the labels. */
static void names_of_the_form(void **state)
{
    (void)state;
    scratch_write("labels.txt", "a\nb\nc\n", 6);
    struct sr_dataset *dataset = filled(1);
    assert_ok(dataset_settle(dataset, &error));
    assert_int_equal(dataset->classes, 3);
    sr_dataset_unref(dataset);
    for (int label = 3; label < 5; label++) {
        dataset = filled(1);
        for (int c = 0; c < 4; c++) dataset->class_names[c] = sr_xprintf("form %d", c);
        dataset->classes = 4;
        dataset->files[SR_FILE_TEST].labels[1] = (uint8_t)label;
        if (label == 3) {
            assert_ok(dataset_settle(dataset, &error));
            assert_string_equal(dataset->class_names[3], "form 3");
            sr_dataset_unref(dataset);
        } else {
            refuse(dataset, "label 4 of test:1 is out of range; there are no more names");
        }
    }
    unlink(scratch_path("labels.txt"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_content),          cmocka_unit_test(a_name_each),
        cmocka_unit_test(what_cannot_be_used), cmocka_unit_test(digests),
        cmocka_unit_test(names_of_the_form),
    };
    return cmocka_run_group_tests_name("data/formats", tests, scratch_make, scratch_remove);
}
