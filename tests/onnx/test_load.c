/* Networks from ONNX files: those of tests/onnx/corpus answer as ONNX Runtime does (expected.txt,
 * by make_networks.py and make_keras.py), this program's own come back as they were, and others are
 * refused by name. */
#include "support.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/models/imported.h"
#include "sartor/onnx/onnx.h"

static struct sr_error error;
static const struct sr_onnx_reading as_it_is = {0};

static const char *corpus(const char *name)
{
    char file[100];
    snprintf(file, sizeof file, "tests/onnx/corpus/%s.onnx", name);
    return source_file(file);
}

/* What a model says of two images of bytes that make_networks.py has, too. */
static float *answers(const struct sr_model *model)
{
    const size_t size = sr_shape_size(model->shape.image);
    uint8_t labels[2] = {0}, *pixels = sr_xalloc(2 * size);
    float *said = sr_xalloc(2 * (size_t)model->shape.classes * sizeof *said);
    for (size_t i = 0; i < 2 * size; i++) pixels[i] = (uint8_t)(i % size * 7 + i / size * 31);
    struct sr_images images = {
        .shape = model->shape.image, .count = 2, .pixels = pixels, .labels = labels};
    const struct sr_samples samples = {&images, NULL, 2};
    assert_ok(sr_model_predict(model, &samples, NULL, NULL, said, &error));
    free(pixels);
    return said;
}

static void expect_same(const float *a, const float *b, size_t count, double within)
{
    for (size_t i = 0; i < count; i++)
        if (!(fabs((double)a[i] - (double)b[i]) <= within))
            fail_msg("number %zu is %.8f, not %.8f", i, (double)a[i], (double)b[i]);
}

static void expected_answers(void **unused)
{
    size_t length;
    char *text = sr_file_read(source_file("tests/onnx/expected.txt"), 1 << 16, &length, &error),
         *line = text, *next;
    int networks = 0;
    (void)unused;
    assert_non_null(text);
    for (; *line; networks++) {
        char name[32];
        int height, width, channels, used;
        assert_int_equal(sscanf(line, "%31s %d %d %d%n", name, &height, &width, &channels, &used),
                         4);
        /* That the pixels of "last" and "keras" are rescaled inside is noticed. */
        struct sr_model *model = sr_onnx_load(corpus(name), &as_it_is, &error);
        if (!model) fail_msg("%s", error.text);
        assert_string_equal(model->name, name);
        assert_ok(
            sr_model_check_shape(model, (struct sr_shape){height, width, channels}, 0, &error));
        const size_t classes = (size_t)model->shape.classes;
        float wanted[2 * 8], *said = answers(model);
        for (size_t n = 0; n < 2; n++) { /* the line, and the next one */
            next = line + used;
            for (size_t c = 0; c < classes; c++) wanted[n * classes + c] = strtof(next, &next);
            line = strchr(next, '\n') + 1;
        }
        expect_same(said, wanted, 2 * classes, 2e-6);
        free(said);
        sr_model_unref(model);
    }
    assert_int_equal(networks, 5);
    free(text);
}

static void names_and_layers(void **unused)
{
    struct sr_layer_info layers[8];
    struct sr_layer_gradients gradients;
    (void)unused;
    struct sr_model *model = sr_onnx_load(corpus("last"), &as_it_is, &error);
    assert_non_null(model);
    assert_string_equal(model->class_names[2], "both");
    sr_model_unref(model);
    model = sr_onnx_load(corpus("residual"), &as_it_is, &error);
    assert_non_null(model);
    assert_null(model->class_names);
    const size_t count = model->class->layers(model->state, layers, 8);
    assert_true(count >= 3);
    for (size_t i = 0; i < count; i++) {
        uint8_t pixels[9 * 8 * 3] = {1, 2, 3};
        assert_ok(sr_model_gradients(model, pixels, layers[i].name, 1, &gradients, &error));
        free(gradients.activations);
        free(gradients.gradients);
    }
    sr_model_unref(model);
}

/* A model's file holds the layers of a network from elsewhere; an ONNX file made of it says the
 * same. */
static void there_and_back(void **unused)
{
    static const char *const names[] = {"residual", "plain", "dense"};
    char path[] = "/tmp/sartor-onnx-XXXXXX";
    (void)unused;
    close(mkstemp(path));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct sr_onnx_reading reading = {.means = {0.3, 0.2, 0.1},
                                                .mean_count = i ? 1 : 3,
                                                .deviations = {0.5},
                                                .deviation_count = 1};
        struct sr_model *first = sr_onnx_load(corpus(names[i]), &reading, &error);
        assert_non_null(first);
        assert_ok(sr_model_save(first, path, &error));
        struct sr_model *second = sr_model_load(path, &error);
        if (!second) fail_msg("%s", error.text);
        assert_ok(sr_onnx_save(first, true, path, &error));
        struct sr_model *third = sr_onnx_load(path, &as_it_is, &error);
        if (!third) fail_msg("%s", error.text);
        const size_t count = 2 * (size_t)first->shape.classes;
        float *one = answers(first), *two = answers(second), *three = answers(third);
        assert_memory_equal(one, two, count * sizeof *one);
        expect_same(three, one, count, 1e-6);
        assert_int_equal(first->class->layers(first->state, NULL, 0),
                         third->class->layers(third->state, NULL, 0));
        free(one);
        free(two);
        free(three);
        sr_model_unref(first);
        sr_model_unref(second);
        sr_model_unref(third);
    }
    unlink(path);
}

/* Views, and an image's own mean, come back from the program's own files. */
static void own_files(void **unused)
{
    static const char *const names[] = {"cnn", "resnet", "mlp"};
    char path[] = "/tmp/sartor-onnx-XXXXXX";
    (void)unused;
    close(mkstemp(path));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char file[80];
        snprintf(file, sizeof file, "tests/models/corpus-model/%s.safetensors", names[i]);
        struct sr_model *first = sr_model_load(source_file(file), &error);
        assert_non_null(first);
        assert_ok(sr_onnx_save(first, true, path, &error));
        struct sr_model *second = sr_onnx_load(path, &as_it_is, &error);
        if (!second) fail_msg("%s", error.text);
        float *one = answers(first), *two = answers(second);
        expect_same(two, one, 2 * (size_t)first->shape.classes, 1e-6);
        free(one);
        free(two);
        sr_model_unref(first);
        sr_model_unref(second);
    }
    unlink(path);
}

/* A file's tensors alone, without what this program adds, give the same network. The files average
 * two mirrored views, which are the same of black images. */
static void state_dicts(void **unused)
{
    static const char *const families[] = {"cnn", "mlp"};
    const struct sr_input input = {.deviation = 1};
    (void)unused;
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        char file[80];
        snprintf(file, sizeof file, "tests/models/corpus-model/%s.safetensors", families[i]);
        struct sr_model *first = sr_model_load(source_file(file), &error);
        assert_non_null(first);
        const struct sr_shape shape = first->shape.image;
        struct sr_model *second =
            sr_imported_load(source_file(file), families[i], shape, &input, &error);
        if (!second) fail_msg("%s", error.text);
        assert_ptr_equal(second->class, &sr_model_class_imported);
        assert_int_equal(second->class->size(second->state), first->class->size(first->state));
        uint8_t label = 0, *black = sr_xalloc(sr_shape_size(shape));
        struct sr_images images = {.shape = shape, .count = 1, .pixels = black, .labels = &label};
        const struct sr_samples samples = {&images, NULL, 1};
        float one[8], two[8];
        assert_in_range(first->shape.classes, 2, 8);
        assert_ok(sr_model_predict(first, &samples, NULL, NULL, one, &error));
        assert_ok(sr_model_predict(second, &samples, NULL, NULL, two, &error));
        expect_same(two, one, (size_t)first->shape.classes, 1e-6);
        free(black);
        sr_model_unref(first);
        sr_model_unref(second);
    }
    memset(&error, 0, sizeof error);
    assert_null(sr_imported_load(source_file("tests/models/corpus-model/mlp.safetensors"), "forest",
                                 (struct sr_shape){8, 8, 1}, &input, &error));
    assert_non_null(strstr(error.text, "arch=forest is no network"));
    assert_null(sr_imported_load(source_file("tests/models/corpus-model/mlp.safetensors"), "resnet",
                                 (struct sr_shape){8, 8, 1}, &input, &error));
    assert_non_null(strstr(error.text, "no last layer"));
}

static void expect_refused(const char *path, const struct sr_onnx_reading *reading,
                           const char *part)
{
    memset(&error, 0, sizeof error);
    assert_null(sr_onnx_load(path, reading, &error));
    assert_int_not_equal(error.status, SR_OK);
    if (!strstr(error.text, part)) fail_msg("\"%s\" lacks \"%s\"", error.text, part);
}

static void refused(void **unused)
{
    const struct sr_onnx_reading two = {.means = {0, 1}, .mean_count = 2};
    (void)unused;
    expect_refused(corpus("refused-operator"), &as_it_is,
                   "The node \"z\" (Gelu) is of an operator");
    expect_refused(corpus("refused-groups"), &as_it_is, "The node \"z\" (Conv) has 3 groups");
    expect_refused(corpus("refused-outside"), &as_it_is, "its numbers in another file");
    expect_refused(corpus("plain"), &two, "one for each of 1 channels");
    expect_refused(source_file("README.md"), &as_it_is, "no ONNX file");
    expect_refused("/nowhere.onnx", &as_it_is, "/nowhere.onnx");
    /* A file that ends anywhere is refused or, behind its graph, complete. */
    size_t length;
    char *bytes = sr_file_read(corpus("plain"), 1 << 20, &length, &error);
    assert_non_null(bytes);
    for (size_t cut = 0; cut < length - 64; cut += 7) {
        memset(&error, 0, sizeof error);
        assert_null(sr_onnx_parse("cut.onnx", bytes, cut, &as_it_is, &error));
        assert_non_null(strstr(error.text, "cut.onnx"));
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expected_answers), cmocka_unit_test(names_and_layers),
        cmocka_unit_test(there_and_back),   cmocka_unit_test(own_files),
        cmocka_unit_test(state_dicts),      cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
