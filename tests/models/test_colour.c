/* Images of three channels: all families learn from them, their files say so, networks follow the
 * size of images, and what does not fit is refused. */
#include "support.h"

#include <unistd.h>

#include "sartor/base/file.h"
#include "sartor/base/rng.h"
#include "sartor/base/words.h"
#include "sartor/models/families.h"

enum { COUNT = 60, HEIGHT = 9, WIDTH = 8, CLASSES = 3, SIZE = HEIGHT * WIDTH * 3 };

static struct sr_error error;
static uint8_t pixels[COUNT * SIZE], labels[COUNT];
static const struct sr_images images = {COUNT, {HEIGHT, WIDTH, 3}, pixels, labels};
static const struct sr_samples all = {&images, NULL, COUNT};

/* Class c is bright in channel c, in the lower right quarter: only a model that reads all rows and
 * all channels can tell the classes apart. */
static int set_up(void **unused)
{
    struct sr_rng rng;
    (void)unused;
    sr_rng_init(&rng, 1, SR_STREAM_TEST, 0);
    for (size_t i = 0; i < COUNT; i++) {
        labels[i] = (uint8_t)(i % CLASSES);
        for (size_t j = 0; j < SIZE; j++) {
            bool there = j / 3 / WIDTH >= HEIGHT / 2 && j / 3 % WIDTH >= WIDTH / 2;
            pixels[i * SIZE + j] =
                (uint8_t)(sr_rng_below(&rng, 60) + (there && j % 3 == i % CLASSES ? 150 : 0));
        }
    }
    return 0;
}

static enum sr_status fit(const struct sr_model_class *class, const char *line,
                          const struct sr_samples *samples, struct sr_shape shape,
                          struct sr_model **model)
{
    struct sr_words words = {0};
    assert_ok(sr_words_split(&line, &words, &error));
    struct sr_args *args =
        sr_args_parse(class->name, class->params, words.items, words.count, NULL, &error);
    if (!args) fail_msg("%s", error.text);
    sr_words_fini(&words);
    struct sr_fit request = {
        .params = args, .shape = {shape, CLASSES}, .train = *samples, .seed = 3};
    *model = sr_model_new(class, "colour");
    enum sr_status status = sr_model_fit(*model, &request, &error);
    sr_args_free(args);
    return status;
}

static void test_families(void **unused)
{
    static const struct {
        const struct sr_model_class *class;
        const char *line;
    } cases[] = {
        {&sr_model_class_logreg, "C=10"},
        {&sr_model_class_knn, "k=3"},
        {&sr_model_class_svm, "kernel=rbf"},
        {&sr_model_class_forest, "trees=20"},
        {&sr_model_class_logreg, "features=hog"},
        {&sr_model_class_knn, "k=3 features=hog"},
        {&sr_model_class_svm, "features=hog"},
        {&sr_model_class_forest, "trees=5 features=hog"},
        {&sr_model_class_mlp, "hidden=16 dropout=0 epochs=60 batch=10 augment=off ema=0 lr=0.01"},
        {&sr_model_class_cnn, "widths=8,8 dense=8 epochs=30 batch=10 augment=off ema=0 lr=0.01"},
        {&sr_model_class_resnet, "width=8 depth=1 epochs=20 batch=10 augment=off ema=0 lr=0.01"},
        {&sr_model_class_mlp, "hidden=16 epochs=5 features=hog hue=20 saturation=0.5"},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sr_model *model;
        float before[COUNT * CLASSES], after[COUNT * CLASSES];
        char path[64];
        snprintf(path, sizeof path, "/tmp/sartor-colour-%d.safetensors", (int)getpid());
        if (fit(cases[i].class, cases[i].line, &all, images.shape, &model))
            fail_msg("%s: %s", cases[i].line, error.text);
        assert_ok(sr_model_predict(model, &all, NULL, NULL, before, &error));
        size_t right = 0;
        for (size_t s = 0; s < COUNT; s++) right += before[s * CLASSES + labels[s]] > 0.5f;
        if (!strstr(cases[i].line, "hog")) assert_int_equal(right, COUNT);
        assert_ok(sr_model_save(model, path, &error));
        struct sr_model *back = sr_model_load(path, &error);
        if (!back) fail_msg("%s %s: %s", model->class->name, cases[i].line, error.text);
        assert_true(sr_shape_equal(back->shape.image, images.shape));
        assert_ok(sr_model_predict(back, &all, NULL, NULL, after, &error));
        assert_memory_equal(before, after, sizeof before);
        unlink(path);
        sr_model_unref(back);
        sr_model_unref(model);
    }
}

/* Forests: the values that tell the classes apart are in the lower right quarter. */
static void test_importance(void **unused)
{
    struct sr_model *model;
    float importance[SIZE];
    double there = 0, whole = 0;
    (void)unused;
    assert_ok(fit(&sr_model_class_forest, "trees=20", &all, images.shape, &model));
    assert_ok(model->class->importance(model->state, -1, importance, &error));
    for (size_t j = 0; j < SIZE; j++) {
        whole += (double)importance[j];
        if (j / 3 / WIDTH >= HEIGHT / 2 && j / 3 % WIDTH >= WIDTH / 2)
            there += (double)importance[j];
    }
    assert_true(there > 0.9 * whole);
    sr_model_unref(model);
}

/* The shapes of a network's layers, of which `type` names the kind: "32x32x16 16x16x32 ...". */
static void shapes_of(const struct sr_model_class *class, const char *line, struct sr_shape image,
                      const char *kind, char *text, size_t size)
{
    enum { ROWS = 8, LAYERS = 200 };
    static uint8_t some[ROWS * 128 * 128 * 3], classes[ROWS] = {0, 1, 2, 0, 1, 2, 0, 1};
    struct sr_layer_summary *layers = calloc(LAYERS, sizeof *layers);
    struct sr_model *model;
    const struct sr_images few = {ROWS, image, some, classes};
    const struct sr_samples samples = {&few, NULL, ROWS};
    for (size_t i = 0; i < sizeof some; i++) some[i] = (uint8_t)(i * i / 7);
    if (fit(class, line, &samples, image, &model)) fail_msg("%s: %s", line, error.text);
    const size_t count = class->describe(model->state, layers, LAYERS);
    size_t length = 0;
    assert_in_range(count, 1, LAYERS);
    text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        if (strstr(layers[i].name, kind))
            length += (size_t)snprintf(text + length, size - length, "%dx%dx%d ", layers[i].height,
                                       layers[i].width, layers[i].channels);
    free(layers);
    sr_model_unref(model);
}

/* Depth and pooling follow the size of the images; up to 32 pixels nothing is added. */
static void test_sizes(void **unused)
{
#define SHORT " epochs=1 batch=4 augment=off tta=none"
    static const struct {
        const struct sr_model_class *class;
        const char *line;
        int side, channels;
        const char *kind, *shapes;
    } cases[] = {
        {&sr_model_class_cnn, "widths=4,8,16" SHORT, 28, 1, "conv", "26x26x4 11x11x8 3x3x16 "},
        {&sr_model_class_cnn, "widths=4,8,16" SHORT, 32, 3, "conv", "30x30x4 13x13x8 4x4x16 "},
        {&sr_model_class_cnn, "widths=4,8,16" SHORT, 64, 3, "conv",
         "62x62x4 29x29x8 12x12x16 4x4x16 "},
        {&sr_model_class_cnn, "widths=4" SHORT, 128, 3, "conv",
         "126x126x4 61x61x4 28x28x4 12x12x4 4x4x4 "},
        {&sr_model_class_cnn, "widths=4 convolutions=2" SHORT, 64, 3, "conv", "62x62x4 29x29x4 "},
        {&sr_model_class_resnet, "variant=light width=4" SHORT, 28, 1, ".conv1",
         "14x14x4 14x14x4 7x7x4 7x7x4 "},
        {&sr_model_class_resnet, "variant=light width=4" SHORT, 32, 3, ".conv1",
         "16x16x4 16x16x4 8x8x4 8x8x4 "},
        {&sr_model_class_resnet, "variant=light width=4 depth=1" SHORT, 64, 3, ".conv1",
         "32x32x4 16x16x4 8x8x4 "},
        {&sr_model_class_resnet, "recipe=photos width=4 depth=1" SHORT, 128, 3, ".conv1",
         "64x64x4 32x32x4 16x16x4 8x8x4 "},
        {&sr_model_class_resnet, "width=4" SHORT, 28, 1, ".conv:", "12x12x4 6x6x8 "},
        {&sr_model_class_resnet, "width=4 depth=2" SHORT, 28, 1, ".conv1",
         "12x12x4 12x12x4 6x6x8 6x6x8 "},
        {&sr_model_class_resnet, "width=4" SHORT, 64, 3, ".conv:", "30x30x4 15x15x8 7x7x16 "},
        {&sr_model_class_resnet, "width=4" SHORT, 8, 1, ".conv:", "4x4x4 2x2x8 "},
        {&sr_model_class_resnet, "variant=resnet20 width=2 depth=1" SHORT, 32, 3, ".conv1",
         "32x32x2 16x16x4 8x8x8 "},
        {&sr_model_class_resnet, "variant=resnet20 width=2 depth=1" SHORT, 128, 3, ".conv1",
         "128x128x2 64x64x4 32x32x8 16x16x16 8x8x16 "},
        {&sr_model_class_resnet, "variant=resnet18 width=2 depth=1" SHORT, 28, 1, ".conv1",
         "28x28x2 14x14x4 7x7x8 4x4x16 "},
    };
    char text[400];
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        shapes_of(cases[i].class, cases[i].line,
                  (struct sr_shape){cases[i].side, cases[i].side, cases[i].channels}, cases[i].kind,
                  text, sizeof text);
        assert_string_equal(text, cases[i].shapes);
    }
}

static void test_refusals(void **unused)
{
    struct sr_model *model;
    static uint8_t large[2 * 128 * 128 * 3];
    uint8_t two[] = {0, 1};
    float probabilities[COUNT * CLASSES];
    (void)unused;
    const struct sr_shape grey = {HEIGHT, WIDTH, 1};
    assert_refused(fit(&sr_model_class_logreg, "", &all, grey, &model), SR_ERROR_STATE,
                   "colour where grey ones");
    sr_model_unref(model);

    large[5] = 1;
    const struct sr_images both = {2, {128, 128, 3}, large, two};
    const struct sr_samples few = {&both, NULL, 2};
    const struct sr_model_class *const classes[] = {&sr_model_class_knn, &sr_model_class_svm};
    for (int i = 0; i < 2; i++) {
        assert_refused(fit(classes[i], i ? "" : "k=1", &few, both.shape, &model), SR_ERROR_ARGUMENT,
                       "these have 49152");
        sr_model_unref(model);
    }

    const struct sr_images plain = {COUNT, grey, pixels, labels};
    const struct sr_samples others = {&plain, NULL, COUNT};
    assert_ok(fit(&sr_model_class_logreg, "", &all, images.shape, &model));
    assert_refused(sr_model_predict(model, &others, NULL, NULL, probabilities, &error),
                   SR_ERROR_STATE, "made for colour images; these are grey");
    sr_model_unref(model);
}

/* A file without "channels" is of grey images; other numbers than 1 and 3 are refused. */
static void test_files(void **unused)
{
    struct sr_model *model;
    char path[64];
    (void)unused;
    snprintf(path, sizeof path, "/tmp/sartor-colour-%d.safetensors", (int)getpid());
    const struct sr_images plain = {COUNT, {HEIGHT, WIDTH, 1}, pixels, labels};
    const struct sr_samples some = {&plain, NULL, COUNT};
    assert_ok(fit(&sr_model_class_logreg, "", &some, plain.shape, &model));
    assert_ok(sr_model_save(model, path, &error));
    sr_model_unref(model);
    size_t length;
    char *file = sr_file_read(path, 1 << 20, &length, &error), *found = NULL;
    static const char entry[] = "\"channels\": \"1\"";
    for (size_t i = 0; i + sizeof entry < length && !found; i++)
        if (!memcmp(file + i, entry, sizeof entry - 1)) found = file + i;
    assert_non_null(found);
    static const char *const others[] = {"\"chamnels\": \"1\"", "\"channels\": \"2\"",
                                         "\"channels\": \"4\"", "\"channels\": \"3\""};
    for (int i = 0; i < 4; i++) {
        memcpy(found, others[i], sizeof entry - 1);
        FILE *stream = fopen(path, "wb");
        assert_int_equal(fwrite(file, 1, length, stream), length);
        fclose(stream);
        model = sr_model_load(path, &error);
        if (i == 0) {
            assert_non_null(model);
            assert_int_equal(model->shape.image.channels, 1);
        } else {
            assert_null(model); /* 3: the weights do not fit */
            assert_non_null(strstr(error.text, i == 1   ? "images of 2 channels"
                                               : i == 2 ? "from 1 to 3"
                                                        : "216]"));
        }
        sr_model_unref(model);
    }
    free(file);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_families),   cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_importance), cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests_name("models/colour", tests, set_up, NULL);
}
