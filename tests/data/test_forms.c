/* Every form that data sets come in: made of the shipped sample, each has the digest of its IDX
 * files. */
#include "support.h"

#include <math.h>
#include <zlib.h>

#include "forms.h"
#include "sartor/data/save.h"

static struct sr_error error;
static struct sr_dataset *mini;
static const char *const part_words[] = {"train", "test"};

static int setup(void **state)
{
    mini = sr_dataset_load(MINI, NULL, &error);
    return mini ? forms_make(state) : -1;
}

static int teardown(void **state)
{
    sr_dataset_unref(mini);
    return forms_remove(state);
}

static struct sr_dataset *load(const char *path)
{
    error.text[0] = 0;
    struct sr_dataset *dataset =
        sr_dataset_open(&(struct sr_opening){.path = path, .seed = 1, .fresh = true}, &error);
    if (!dataset) fail_msg("%s", error.text);
    return dataset;
}

static void refuse(const char *path, const char *part)
{
    memset(&error, 0, sizeof error);
    struct sr_dataset *dataset =
        sr_dataset_open(&(struct sr_opening){.path = path, .seed = 1, .fresh = true}, &error);
    assert_null(dataset);
    if (!strstr(error.text, part)) fail_msg("\"%s\" lacks \"%s\"", error.text, part);
}

static void same(const char *path, const char *form)
{
    struct sr_dataset *dataset = load(path);
    if (!strstr(dataset->form, form)) fail_msg("%s: %s", path, dataset->form);
    if (strcmp(dataset->digest, mini->digest)) fail_msg("%s has another digest", path);
    assert_string_equal(dataset->class_names[0], "T-shirt/top");
    assert_true(dataset->known);
    sr_dataset_unref(dataset);
}

static void each_row(void (*put)(void *context, enum sr_file file, size_t row, const void *png,
                                 size_t length),
                     void *context)
{
    for (int f = 0; f < SR_FILE_COUNT; f++)
        for (size_t i = 0; i < mini->files[f].count; i++) {
            size_t length;
            void *png = forms_png(sr_images_at(&mini->files[f], i), 28, 28, 1, &length);
            put(context, (enum sr_file)f, i, png, length);
            free(png);
        }
}

static void put_folder(void *context, enum sr_file file, size_t row, const void *png, size_t length)
{
    (void)context;
    const int label = mini->files[file].labels[row];
    forms_write(forms_path("folders/%s/%d/%04zu.PNG", part_words[file], label, row), png, length);
}

static void put_zip(void *archive, enum sr_file file, size_t row, const void *png, size_t length)
{
    char name[64];
    snprintf(name, sizeof name, "./set/%s/class_%d/%zu.png", part_words[file],
             mini->files[file].labels[row], row);
    forms_add(archive, name, png, length);
}

static void put_shard(void *archive, enum sr_file file, size_t row, const void *png, size_t length)
{
    char name[64], label[8];
    snprintf(name, sizeof name, "%s/%05zu.png", part_words[file], row);
    forms_add(archive, name, png, length);
    snprintf(name, sizeof name, "%s/%05zu.cls", part_words[file], row);
    forms_add(archive, name, label,
              (size_t)snprintf(label, sizeof label, "%d\n", mini->files[file].labels[row]));
}

struct tables {
    FILE *csv, *lines;
};

static void put_table(void *context, enum sr_file file, size_t row, const void *png, size_t length)
{
    struct tables *tables = context;
    const int label = mini->files[file].labels[row];
    forms_write(forms_path("table/pics/%s-%zu.png", part_words[file], row), png, length);
    forms_write(forms_path("lines/%s/%zu.png", part_words[file], row), png, length);
    /* Without the ending, with quotes and CR LF. */
    fprintf(tables->csv, "\"%s-%zu\",\"%d\",%s\r\n", part_words[file], row, label,
            part_words[file]);
    fprintf(tables->lines, "{\"file_name\": \"%s/%zu.png\", \"label\": %d}\n", part_words[file],
            row, label);
}

static void pictures(void **state)
{
    (void)state;
    each_row(put_folder, NULL);
    forms_write(forms_path("folders/Thumbs.db"), "x", 1);
    forms_write(forms_path("folders/train/3/.hidden.png"), "x", 1);
    forms_write(forms_path("folders/train/notes.txt"), "x", 1);
    same(forms_path("folders"), "folder of pictures for each class");

    struct archive *zip = forms_archive(forms_path("set.zip"), NULL);
    each_row(put_zip, zip);
    forms_close(zip);
    struct sr_dataset *dataset = load(forms_path("set.zip"));
    assert_string_equal(dataset->digest, mini->digest);
    assert_string_equal(dataset->class_names[7], "class_7");
    sr_dataset_unref(dataset);

    for (int packed = 0; packed < 2; packed++) {
        const char *path = forms_path(packed ? "shards/a.tar.gz" : "web.tar");
        struct archive *tar = forms_archive(path, packed ? "gzip" : "none");
        each_row(put_shard, tar);
        forms_close(tar);
        same(packed ? forms_path("shards") : path, "WebDataset");
    }
    struct tables tables = {fopen(forms_path("table/labels.csv"), "w"),
                            fopen(forms_path("lines/metadata.jsonl"), "w")};
    fprintf(tables.csv, "id,class,split\r\n");
    each_row(put_table, &tables);
    fclose(tables.csv);
    fclose(tables.lines);
    same(forms_path("table"), "table");
    same(forms_path("lines"), "table");
}

/* Pixels in CSV: `floats` as fractions of 1, `header`, and `separator`. */
static void write_csv(const char *folder, bool header, bool floats, char separator)
{
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        const struct sr_images *images = &mini->files[f];
        FILE *file = fopen(forms_path("%s/mnist_%s.csv", folder, part_words[f]), "w");
        if (header) {
            fprintf(file, "\xef\xbb\xbflabel");
            for (int p = 1; p <= 784; p++) fprintf(file, "%cpixel%d", separator, p);
            fprintf(file, "\r\n");
        }
        for (size_t i = 0; i < images->count; i++) {
            fprintf(file, "%d", images->labels[i]);
            for (int p = 0; p < 784; p++) {
                const int pixel = sr_images_at(images, i)[p];
                fprintf(file, floats ? "%c%.9g" : "%c%g", separator,
                        floats ? pixel / 255.0 : pixel);
            }
            fprintf(file, "\n");
        }
        fclose(file);
    }
}

static void csv(void **state)
{
    (void)state;
    write_csv("csv-a", true, false, ',');
    same(forms_path("csv-a"), "CSV of pixels");
    write_csv("csv-b", false, false, ';');
    same(forms_path("csv-b"), "CSV of pixels");
    write_csv("csv-c", true, true, '\t');
    same(forms_path("csv-c"), "CSV of pixels");
    struct sr_dataset *dataset = load(forms_path("csv-a/mnist_train.csv"));
    assert_int_equal(dataset->files[SR_FILE_TRAIN].count + dataset->files[SR_FILE_TEST].count,
                     1000);
    assert_non_null(strstr(dataset->notes[0], "no test part"));
    sr_dataset_unref(dataset);
    char row[64 * 4 + 16] = "1";
    for (int p = 0; p < 64; p++) strcat(row, p == 5 ? ",nan" : ",7");
    strcat(row, "\n");
    forms_write(forms_path("bad/train.csv"), row, strlen(row));
    refuse(forms_path("bad"), "\"nan\" in column 7 is no number");
    memcpy(strstr(row, "nan"), "300", 3);
    forms_write(forms_path("bad/train.csv"), row, strlen(row));
    refuse(forms_path("bad"), "pixels go from 0 to 300;");
    memcpy(strstr(row, "300"), "-30", 3);
    forms_write(forms_path("bad/train.csv"), row, strlen(row));
    refuse(forms_path("bad"), "pixels go from -30 to 7");
    strcat(row, "1,2\n");
    forms_write(forms_path("bad/train.csv"), row, strlen(row));
    refuse(forms_path("bad"), "line 2: the row has 2 fields; the first row has 65");
}

/* Images of a file as doubles in Fortran's order, from 0 to 1. */
static double *fortran(const struct sr_images *images)
{
    double *out = malloc(images->count * 784 * sizeof *out);
    assert_non_null(out);
    for (size_t i = 0; i < images->count; i++)
        for (size_t p = 0; p < 784; p++)
            out[i + images->count * (p / 28 + 28 * (p % 28))] = sr_images_at(images, i)[p] / 255.0;
    return out;
}

static void numpy(void **state)
{
    (void)state;
    static const char *const names[][2] = {{"x_train", "y_train"}, {"x_test", "y_test"}};
    struct archive *npz = forms_archive(forms_path("set.npz"), NULL);
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        const struct sr_images *images = &mini->files[f];
        char shape[64], name[64];
        size_t length;
        int64_t *labels = malloc(images->count * sizeof *labels);
        for (size_t i = 0; i < images->count; i++) labels[i] = images->labels[i];
        snprintf(shape, sizeof shape, "(%zu, 28, 28, 1)", images->count);
        void *bytes = forms_npy("|u1", false, shape, images->pixels, images->count * 784, &length);
        snprintf(name, sizeof name, "%s.npy", names[f][0]);
        forms_add(npz, name, bytes, length);
        free(bytes);
        snprintf(shape, sizeof shape, "(%zu, 1)", images->count);
        bytes = forms_npy("<i8", false, shape, labels, images->count * 8, &length);
        snprintf(name, sizeof name, "%s.npy", names[f][1]);
        forms_add(npz, name, bytes, length);
        forms_write(forms_path("npy/%s_labels.npy", part_words[f]), bytes, length);
        free(bytes);
        double *doubles = fortran(images);
        snprintf(shape, sizeof shape, "(%zuL, 28L, 28L)", images->count);
        bytes = forms_npy("<f8", true, shape, doubles, images->count * 784 * 8, &length);
        forms_write(forms_path("npy/%s_images.npy", part_words[f]), bytes, length);
        free(bytes);
        /* KMNIST: a file for each array. */
        snprintf(shape, sizeof shape, "(%zu, 784)", images->count);
        bytes = forms_npy("|u1", false, shape, images->pixels, images->count * 784, &length);
        struct archive *one =
            forms_archive(forms_path("k/kmnist-%s-imgs.npz", part_words[f]), NULL);
        forms_add(one, "arr_0.npy", bytes, length);
        forms_close(one);
        free(bytes);
        snprintf(shape, sizeof shape, "(%zu,)", images->count);
        bytes = forms_npy("|u1", false, shape, images->labels, images->count, &length);
        one = forms_archive(forms_path("k/kmnist-%s-labels.npz", part_words[f]), NULL);
        forms_add(one, "arr_0.npy", bytes, length);
        forms_close(one);
        free(bytes);
        free(doubles);
        free(labels);
    }
    forms_close(npz);
    same(forms_path("set.npz"), "NumPy");
    same(forms_path("npy"), "NumPy");
    same(forms_path("k"), "NumPy");
    size_t length;
    float bad[64] = {0};
    bad[9] = NAN;
    void *bytes = forms_npy("<f4", false, "(1, 8, 8)", bad, sizeof bad, &length);
    refuse(forms_write(forms_path("nan/x_train.npy"), bytes, length), "number 9 of row 0 is nan");
    free(bytes);
    bad[9] = 300; /* one wrong number does not make it an image of 16 bits */
    bytes = forms_npy("<f4", false, "(1, 8, 8)", bad, sizeof bad, &length);
    refuse(forms_write(forms_path("nan/x_train.npy"), bytes, length), "pixels go from 0 to 300;");
    free(bytes);
    bytes = forms_npy("|O", false, "(1, 8, 8)", bad, sizeof bad, &length);
    refuse(forms_write(forms_path("nan/x_train.npy"), bytes, length), "of the type '|O';");
    free(bytes);
    bytes = forms_npy("<f4", false, "(2, 8, 8)", bad, sizeof bad, &length);
    refuse(forms_write(forms_path("nan/x_train.npy"), bytes, length), "holds 256 of the 512 bytes");
    free(bytes);
}

/* CIFAR's records: the planes become pixels; names come from the file beside them. */
static void cifar(void **state)
{
    (void)state;
    for (size_t labels = 1; labels <= 2; labels++) {
        const size_t record = labels + 3072;
        uint8_t *bytes = calloc(4, record);
        for (size_t i = 0; i < 4; i++) {
            uint8_t *at = bytes + i * record;
            at[labels - 1] = (uint8_t)(i % 2);
            if (labels == 2) at[0] = 19;
            for (size_t p = 0; p < 3072; p++) at[labels + p] = (uint8_t)(p / 1024 * 80 + i + 20);
        }
        const char *first = labels == 1 ? "c1/data_batch_1.bin" : "c2/train.bin";
        const char *second = labels == 1 ? "c1/test_batch.bin" : "c2/test.bin";
        forms_write(forms_path("%s", first), bytes, 4 * record);
        forms_write(forms_path("%s", second), bytes, 2 * record);
        forms_write(forms_path("c%zu/%s", labels,
                               labels == 1 ? "batches.meta.txt" : "fine_label_names.txt"),
                    "airplane\nauto\n\n", 15);
        struct sr_dataset *dataset = load(forms_path("c%zu", labels));
        assert_string_equal(dataset->class_names[1], "auto");
        assert_int_equal(dataset->files[SR_FILE_TRAIN].count, 4);
        assert_int_equal(dataset->files[SR_FILE_TEST].count, 2);
        assert_int_equal(dataset->files[SR_FILE_TRAIN].shape.channels, 3);
        assert_memory_equal(dataset->files[SR_FILE_TRAIN].labels, "\0\1\0\1", 4);
        assert_memory_equal(sr_images_at(&dataset->files[SR_FILE_TRAIN], 3) + 3 * 500,
                            ((uint8_t[]){23, 103, 183}), 3);
        sr_dataset_unref(dataset);
        forms_write(forms_path("%s", second), bytes, 2 * record - 1);
        refuse(forms_path("c%zu", labels), "truncated");
        forms_write(forms_path("%s", second), bytes, 2 * record);
        free(bytes);
    }
    forms_write(forms_path("c3/data_batch_1"), "\x80\2}q", 4);
    refuse(forms_path("c3"), "get the binary version");
}

/* A validation part is the validation split; the test part's labels may be missing. */
static void parts(void **state)
{
    (void)state;
    static const char *const words[] = {"train", "valid", "test"};
    uint8_t pixels[64];
    for (int p = 0; p < 3; p++)
        for (int i = 0; i < 6; i++) {
            memset(pixels, 40 * p + 10 + i, sizeof pixels);
            forms_put_png(forms_path("parts/%s/%s/%d.png", words[p], i % 2 ? "dog" : "cat", i),
                          pixels, 8, 8, 1);
        }
    struct sr_dataset *dataset = load(forms_path("parts"));
    const struct sr_images *train = &dataset->files[SR_FILE_TRAIN];
    assert_int_equal(train->count, 12);
    assert_int_equal(dataset->validation, 6);
    assert_int_equal(dataset->files[SR_FILE_TEST].count, 6);
    for (int i = 0; i < 12; i++)
        assert_int_equal(train->pixels[64 * i], i < 6 ? 10 + i : 50 + i - 6);
    assert_string_equal(dataset->class_names[1], "dog");
    sr_dataset_unref(dataset);
}

static void link_mini(const char *folder, const char *name)
{
    char *from = realpath(MINI, NULL), *target = sr_path_join(from, name);
    const char *path = forms_path("%s/%s", folder, name);
    forms_write(path, "", 0); /* makes the folder */
    unlink(path);
    assert_int_equal(symlink(target, path), 0);
    free(from);
    free(target);
}

/* No training images: those of another part are taken, and a test part is set aside. */
static void without_training(void **state)
{
    (void)state;
    link_mini("t10k", "t10k-images-idx3-ubyte.gz");
    struct sr_dataset *dataset = load(forms_path("t10k"));
    assert_true(dataset->unlabelled);
    assert_int_equal(dataset->files[SR_FILE_TRAIN].count, mini->files[SR_FILE_TEST].count);
    sr_dataset_unref(dataset);
    link_mini("t10k", "t10k-labels-idx1-ubyte.gz");
    dataset = load(forms_path("t10k"));
    assert_string_equal(dataset->form, "IDX");
    assert_false(dataset->unlabelled);
    assert_int_equal(dataset->classes, 10);
    assert_int_equal(dataset->files[SR_FILE_TRAIN].count + dataset->files[SR_FILE_TEST].count,
                     mini->files[SR_FILE_TEST].count);
    assert_true(dataset->files[SR_FILE_TEST].count > 0);
    assert_string_equal(dataset->class_names[0], "T-shirt/top");
    assert_non_null(strstr(dataset->notes[0], "no training images: the test images were taken"));
    assert_non_null(strstr(dataset->notes[1], "There is no test part"));
    sr_dataset_unref(dataset);
}

static struct sr_dataset *load_as(const char *path, struct sr_wishes wishes)
{
    return sr_dataset_open(
        &(struct sr_opening){.path = path, .seed = 1, .fresh = true, .wishes = wishes}, &error);
}

/* Arrays take size=, fit= and colour= as pictures do. */
static void arrays_in_other_sizes(void **state)
{
    (void)state;
    struct sr_dataset *dataset = load_as(MINI, (struct sr_wishes){.size = 14});
    assert_non_null(dataset);
    const struct sr_images *train = &dataset->files[SR_FILE_TRAIN];
    assert_int_equal(train->shape.height, 14);
    assert_int_equal(dataset->files[SR_FILE_TEST].shape.width, 14);
    assert_int_equal(train->count, mini->files[SR_FILE_TRAIN].count);
    assert_memory_equal(train->labels, mini->files[SR_FILE_TRAIN].labels, train->count);
    assert_true(dataset->fitting.resized);
    assert_string_equal(dataset->class_names[0], "T-shirt/top");
    assert_string_not_equal(dataset->digest, mini->digest);
    assert_non_null(strstr(dataset->notes[0], "brought to 14×14, averaging areas"));
    /* As a picture of the same pixels. */
    uint8_t wanted[14 * 14];
    struct sr_picture picture = {.height = 28, .width = 28, .channels = 1};
    picture.pixels = (uint8_t *)sr_images_at(&mini->files[SR_FILE_TRAIN], 7);
    assert_ok(sr_fitting_apply(&dataset->fitting, &picture, wanted, &error));
    assert_memory_equal(sr_images_at(train, 7), wanted, sizeof wanted);
    sr_dataset_unref(dataset);
    dataset = load_as(MINI, (struct sr_wishes){.size = 28, .colour = SR_COLOUR_GREY});
    assert_string_equal(dataset->digest, mini->digest);
    assert_null(dataset->notes[0]);
    sr_dataset_unref(dataset);
    dataset = load_as(forms_path("c1"), (struct sr_wishes){.colour = SR_COLOUR_GREY});
    assert_non_null(dataset);
    assert_int_equal(dataset->files[SR_FILE_TRAIN].shape.channels, 1);
    assert_int_equal(dataset->files[SR_FILE_TRAIN].shape.height, 32);
    assert_true(dataset->fitting.made_grey && !dataset->fitting.resized);
    sr_dataset_unref(dataset);
    assert_null(load_as(forms_path("c1"), (struct sr_wishes){.transpose = SR_TRANSPOSE_ON}));
    assert_non_null(strstr(error.text, "transpose=on is for IDX files and NumPy's arrays, not"));
}

static void save(const struct sr_dataset *dataset, const char *path, enum sr_save_form form)
{
    const struct sr_saving saving = {.dataset = dataset, .path = path, .form = form};
    assert_ok(sr_dataset_save(&saving, &error));
    struct sr_dataset *again = load(path);
    assert_string_equal(again->digest, dataset->digest);
    assert_int_equal(again->validation, dataset->validation);
    assert_int_equal(again->unlabelled, dataset->unlabelled);
    assert_int_equal(again->classes, dataset->classes);
    for (int c = 0; c < dataset->classes; c++)
        assert_string_equal(again->class_names[c], dataset->class_names[c]);
    sr_dataset_unref(again);
}

/* What is written and opened again is the same: with a validation part, in colour, without labels,
 * with names that no folder can have. */
static void saved(void **state)
{
    (void)state;
    static const char *const names[] = {".b/c", "a", "train"};
    int set = 0;
    for (int colour = 0; colour < 2; colour++)
        for (int unlabelled = 0; unlabelled < 2; unlabelled++, set++) {
            struct sr_dataset *dataset = calloc(1, sizeof *dataset);
            dataset->references = 1;
            dataset->path = strdup(forms_root);
            for (int f = 0; f < 2; f++) {
                struct sr_images *images = &dataset->files[f];
                *images = (struct sr_images){.count = 12, .shape = {9, 8, colour ? 3 : 1}};
                const size_t size = sr_shape_size(images->shape);
                images->pixels = malloc(12 * size);
                images->labels = calloc(12, 1);
                for (size_t i = 0; i < 12 * size; i++)
                    images->pixels[i] = (uint8_t)(i * 7 + (size_t)f);
                for (int i = 0; i < 12 && !unlabelled; i++) images->labels[i] = (uint8_t)(i % 3);
            }
            dataset->classes = unlabelled ? 1 : 3;
            dataset->unlabelled = unlabelled;
            dataset->validation = unlabelled ? 0 : 4;
            for (int c = 0; c < dataset->classes; c++)
                dataset->class_names[c] = strdup(unlabelled ? "unlabelled" : names[c]);
            snprintf(dataset->digest, sizeof dataset->digest, "%08lx%08lx%08lx%08lx",
                     crc32(0, dataset->files[0].pixels, (unsigned)(12 * 72 * (colour ? 3 : 1))),
                     crc32(0, dataset->files[0].labels, 12),
                     crc32(0, dataset->files[1].pixels, (unsigned)(12 * 72 * (colour ? 3 : 1))),
                     crc32(0, dataset->files[1].labels, 12));
            save(dataset, forms_path("saved/%d-idx", set), SR_SAVE_IDX);
            save(dataset, forms_path("saved/%d-pictures", set), SR_SAVE_PICTURES);
            save(dataset, forms_path("saved/%d.zip", set), SR_SAVE_PICTURES);
            save(dataset, forms_path("saved/%d.npz", set), SR_SAVE_NUMPY);
            /* Nothing is written over, and nothing is left behind. */
            const struct sr_saving over = {.dataset = dataset,
                                           .path = forms_path("saved/%d-idx", set)};
            assert_refused(sr_dataset_save(&over, &error), SR_ERROR_STATE, "is not empty");
            sr_dataset_unref(dataset);
        }
    size_t count;
    char **left = sr_directory_list(forms_path("saved"), &count, &error);
    assert_int_equal(count, 16);
    for (size_t i = 0; i < count; i++) free(left[i]);
    free(left);
    /* Some rows of one part are a data set of their own. */
    const uint32_t rows[] = {0, 3, 5, 7, 11, 13, 17, 19, 23, 29};
    const struct sr_saving some = {.dataset = mini,
                                   .rows = {rows, rows},
                                   .counts = {0, 10},
                                   .path = forms_path("some.npz"),
                                   .form = SR_SAVE_NUMPY};
    assert_ok(sr_dataset_save(&some, &error));
    struct sr_dataset *dataset = load(some.path);
    assert_int_equal(dataset->files[0].count + dataset->files[1].count, 10);
    assert_int_equal(dataset->classes, 10);
    sr_dataset_unref(dataset);
}

/* A table that names what is not there; more classes than there may be. */
static void bad_tables(void **state)
{
    (void)state;
    uint8_t pixels[64] = {0};
    forms_put_png(forms_path("lost/a.png"), pixels, 8, 8, 1);
    static const char table[] = "file_name,label\na.png,1\nb.png,2\nc.png,2\n";
    forms_write(forms_path("lost/metadata.csv"), table, strlen(table));
    refuse(forms_path("lost"), "names 2 files that are not there, the first on line 3: b.png");
    FILE *file = fopen(forms_path("lost/metadata.csv"), "w");
    fprintf(file, "file_name,label\n");
    for (int i = 0; i < 300; i++) fprintf(file, "a.png,class %d\n", i);
    fclose(file);
    refuse(forms_path("lost"), "line 258: there are more than 256 different labels");
    forms_write(forms_path("empty/readme.txt"), "hello", 5);
    refuse(forms_path("empty"), "holds nothing that can be opened");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures),
        cmocka_unit_test(csv),
        cmocka_unit_test(numpy),
        cmocka_unit_test(cifar),
        cmocka_unit_test(bad_tables),
        cmocka_unit_test(parts),
        cmocka_unit_test(saved),
        cmocka_unit_test(without_training),
        cmocka_unit_test(arrays_in_other_sizes),
    };
    return cmocka_run_group_tests_name("data/forms", tests, setup, teardown);
}
