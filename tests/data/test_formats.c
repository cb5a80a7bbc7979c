/* The table of formats: what is recognised, and what holds for every data set, whatever its form.
 */
#include "support.h"

#include "../../src/data/formats.h"
#include "sartor/base/memory.h"
#include "scratch.h"

static struct sr_error error;

static enum likeness idx_like(const char *path, const char *only)
{
    struct tree *tree = tree_open(path, 0, NULL, &error);
    if (!tree) return LIKE_NOTHING;
    const struct sr_opening opening = {.path = path};
    const struct loading loading = {.opening = &opening, .tree = tree, .only = only};
    enum likeness like = format_idx.recognise(&loading);
    assert_ptr_equal(format_find(&loading), like ? &format_idx : NULL);
    tree_close(tree);
    return like;
}

static void by_content(void **state)
{
    (void)state;
    uint8_t bytes[100] = {0};
    assert_int_equal(idx_like(scratch, NULL), LIKE_NOTHING);
    assert_int_equal(idx_like(scratch_path("nowhere"), NULL), LIKE_NOTHING);
    /* Found by its name, but not what it says: loading tells why. */
    scratch_write("train-images-idx3-ubyte.gz", "PK\3\4....", 8);
    assert_int_equal(idx_like(scratch, NULL), LIKE_NAMES);
    size_t at = idx_header(bytes, 0x801, 1, (uint32_t[]){2});
    scratch_pack("train-images-idx3-ubyte.gz", bytes, at + 2);
    assert_int_equal(idx_like(scratch, NULL), LIKE_NAMES);
    assert_null(sr_dataset_load(scratch, NULL, &error));
    at = idx_header(bytes, 0x803, 3, (uint32_t[]){1, 8, 8});
    scratch_pack("train-images-idx3-ubyte.gz", bytes, at + 64);
    assert_int_equal(idx_like(scratch, NULL), LIKE_CONTENT);
    /* The plain file comes before the gzipped one. */
    scratch_write("train-images-idx3-ubyte", "\0\0\x08", 3);
    assert_int_equal(idx_like(scratch, NULL), LIKE_NAMES);
    scratch_write("train-images-idx3-ubyte", bytes, at);
    assert_int_equal(idx_like(scratch, NULL), LIKE_CONTENT);
    /* One file of several sets. */
    scratch_write("emnist-train-images-idx3-ubyte", bytes, at);
    assert_int_equal(idx_like(scratch, "emnist-train-images-idx3-ubyte"), LIKE_CONTENT);
    assert_int_equal(idx_like(scratch, "other"), LIKE_NOTHING);
    assert_null(sr_dataset_load(scratch, NULL, &error));
    assert_non_null(strstr(error.text, "several sets"));
    unlink(scratch_path("emnist-train-images-idx3-ubyte"));
}

/* Names that are in use, and what is none. */
static void names_in_use(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool good;
    } cases[] = {
        {"train-images.idx3-ubyte", true},
        {"Train_Images-IDX3-ubyte.gz", true},
        {"kmnist-train-images-idx3-ubyte", true},
        {"train-images-idx3-int", true},
        {"train-images", false},
        {"trains-images-idx3-ubyte", false},
        {"train-pictures-idx3-ubyte", false},
        {"train-images-idx-ubyte", false},
        {"images-train-idx3-ubyte", false},
    };
    uint8_t bytes[100] = {0};
    size_t at = idx_header(bytes, 0x803, 3, (uint32_t[]){1, 8, 8});
    unlink(scratch_path("train-images-idx3-ubyte"));
    unlink(scratch_path("train-images-idx3-ubyte.gz"));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        scratch_write(cases[i].name, bytes, at + 64);
        if (idx_like(scratch, NULL) != (cases[i].good ? LIKE_CONTENT : LIKE_NOTHING))
            fail_msg("%s", cases[i].name);
        unlink(scratch_path(cases[i].name));
    }
}

static void a_name_each(void **state)
{
    (void)state;
    assert_ptr_equal(formats[0], &format_idx);
    for (int i = 0; formats[i]; i++) {
        assert_true(formats[i]->recognise && formats[i]->load);
        for (int j = 0; j < i; j++) assert_string_not_equal(formats[i]->name, formats[j]->name);
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

static enum sr_status settle(struct sr_dataset *dataset)
{
    const struct sr_opening opening = {.path = scratch, .seed = 1};
    struct loading loading = {.opening = &opening, .dataset = dataset};
    loading.tree = tree_open(scratch, 0, NULL, &error);
    assert_non_null(loading.tree);
    enum sr_status status = dataset_settle(&loading, &error);
    tree_close((struct tree *)loading.tree);
    return status;
}

static void refuse(struct sr_dataset *dataset, const char *part)
{
    assert_refused(settle(dataset), SR_ERROR_FORMAT, part);
    sr_dataset_unref(dataset);
}

static void what_cannot_be_used(void **state)
{
    (void)state;
    struct sr_dataset *dataset = filled(1);
    assert_ok(settle(dataset));
    assert_int_equal(dataset->classes, 2);
    assert_string_equal(dataset->name, strrchr(scratch, '/') + 1);
    sr_dataset_unref(dataset);
    dataset = filled(1);
    dataset->files[SR_FILE_TEST].shape.width = 7;
    refuse(dataset, "train images are 8x8 grey, test images 8x7 grey");
    dataset = filled(1);
    dataset->files[SR_FILE_TEST].shape = (struct sr_shape){4, 5, 3};
    refuse(dataset, "test images 4x5 colour");
    dataset = filled(3);
    assert_ok(settle(dataset));
    sr_dataset_unref(dataset);
}

/* No test part: a sixth of each class goes there, the same for the same seed. */
static void set_aside(void **state)
{
    (void)state;
    struct sr_dataset *dataset = sr_xalloc(sizeof *dataset);
    struct sr_images *train = &dataset->files[SR_FILE_TRAIN], *test = &dataset->files[SR_FILE_TEST];
    dataset->references = 1;
    dataset->path = sr_xstrdup(scratch);
    *train = (struct sr_images){.count = 80, .shape = {8, 8, 1}};
    train->pixels = sr_xalloc(80 * 64);
    train->labels = sr_xalloc(80);
    dataset->validation = 8;
    for (int i = 0; i < 80; i++) {
        train->labels[i] = i < 60 || i >= 72 ? 0 : i < 70 ? 1 : 2;
        memset(train->pixels + 64 * i, 20 + i, 64);
    }
    assert_ok(settle(dataset));
    assert_int_equal(test->count, 10 + 2); /* of 60, 10 and 2 */
    assert_int_equal(train->count, 68);
    int seen = 0;
    for (int f = 0; f < 2; f++)
        for (size_t i = 0; i < dataset->files[f].count; i++) {
            const int row = dataset->files[f].pixels[64 * i] - 20;
            assert_int_equal(dataset->files[f].labels[i], row < 60 || row >= 72 ? 0
                                                          : row < 70            ? 1
                                                                                : 2);
            if (i) assert_true(row > dataset->files[f].pixels[64 * (i - 1)] - 20);
            if (f) assert_true(row < 70);
            seen++;
        }
    assert_int_equal(seen, 80);
    assert_non_null(strstr(dataset->notes[0], "12 images, a sixth of each class"));
    assert_non_null(strstr(dataset->notes[1], "1 class has fewer than 3"));
    sr_dataset_unref(dataset);
}

/* A validation part alone is trained on. */
static void validation_alone(void **state)
{
    (void)state;
    struct sr_dataset *dataset = filled(1);
    dataset->validation = 3;
    assert_ok(settle(dataset));
    assert_int_equal(dataset->validation, 0);
    assert_int_equal(dataset->files[SR_FILE_TRAIN].count, 3);
    assert_non_null(strstr(dataset->notes[0], "the validation images were taken as these"));
    sr_dataset_unref(dataset);
}

/* Pixels that are all dark are stretched. */
static void dark(void **state)
{
    (void)state;
    for (int high = 0; high < 18; high++) {
        struct sr_dataset *dataset = filled(1);
        dataset->files[SR_FILE_TEST].pixels[5] = (uint8_t)high;
        assert_ok(settle(dataset));
        assert_int_equal(dataset->files[SR_FILE_TEST].pixels[5], high == 0   ? 0
                                                                 : high == 1 ? 255
                                                                 : high > 16
                                                                     ? high
                                                                     : (high * 255 + 8) / 16);
        assert_int_equal(dataset->notes[0] != NULL, high > 0 && high < 17);
        sr_dataset_unref(dataset);
    }
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
        assert_ok(settle(dataset));
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
    assert_ok(settle(dataset));
    assert_int_equal(dataset->classes, 3);
    sr_dataset_unref(dataset);
    for (int label = 3; label < 5; label++) {
        dataset = filled(1);
        for (int c = 0; c < 4; c++) dataset->class_names[c] = sr_xprintf("form %d", c);
        dataset->classes = 4;
        dataset->files[SR_FILE_TEST].labels[1] = (uint8_t)label;
        if (label == 3) {
            assert_ok(settle(dataset));
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
        cmocka_unit_test(by_content),
        cmocka_unit_test(names_in_use),
        cmocka_unit_test(a_name_each),
        cmocka_unit_test(set_aside),
        cmocka_unit_test(dark),
        cmocka_unit_test(what_cannot_be_used),
        cmocka_unit_test(digests),
        cmocka_unit_test(validation_alone),
        cmocka_unit_test(names_of_the_form),
    };
    return cmocka_run_group_tests_name("data/formats", tests, scratch_make, scratch_remove);
}
