#include "support.h"

#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/base/rng.h"
#include "sartor/base/words.h"
#include "sartor/models/families.h"
#include <math.h>
#include <unistd.h>

enum { COUNT = 60, SIDE = 9, PIXELS = SIDE * SIDE, CLASSES = 3 };

static struct sr_error error;
static uint8_t pixels[COUNT * PIXELS], labels[COUNT];
static const struct sr_images images = {COUNT, {SIDE, SIDE, 1}, pixels, labels};
static const struct sr_samples all = {&images, NULL, COUNT};

/* Three classes that differ in which third of the image is bright. */
static int set_up(void **unused)
{
    struct sr_rng rng;
    (void)unused;
    sr_rng_init(&rng, 1, SR_STREAM_TEST, 0);
    for (size_t i = 0; i < COUNT; i++) {
        labels[i] = (uint8_t)(i % CLASSES);
        for (size_t j = 0; j < PIXELS; j++)
            pixels[i * PIXELS + j] =
                (uint8_t)(sr_rng_below(&rng, 60) + (j / 27 == i % CLASSES ? 150 : 0));
    }
    return 0;
}

static struct sr_args *parse(const struct sr_model_class *class, const char *line)
{
    struct sr_words words = {0};
    assert_ok(sr_words_split(&line, &words, &error));
    struct sr_args *args =
        sr_args_parse(class->name, class->params, words.items, words.count, NULL, &error);
    if (!args) fail_msg("%s", error.text);
    sr_words_fini(&words);
    return args;
}

static struct sr_model *fit_model(const struct sr_model_class *class, const char *line)
{
    struct sr_args *args = parse(class, line);
    struct sr_fit fit = {.params = args,
                         .shape = {{SIDE, SIDE, 1}, CLASSES},
                         .train = all,
                         .seed = 18446744073709551615u};
    struct sr_model *model = sr_model_new(class, "first");
    assert_ok(sr_model_fit(model, &fit, &error));
    sr_args_free(args);
    snprintf(model->digest, sizeof model->digest, "0123456789abcdef0123456789abcdef");
    model->split_seed = 7;
    model->validation = 1.0 / 12;
    model->limit = 55;
    model->fit_memory = 123456;
    model->stopped = true;
    return model;
}

static char *temporary(const char *name)
{
    return sr_xprintf("/tmp/sartor-model-%d-%s", (int)getpid(), name);
}

static void test_registry(void **unused)
{
    (void)unused;
    size_t count = 0;
    for (; sr_model_classes[count]; count++) {
        const struct sr_model_class *class = sr_model_classes[count];
        assert_ptr_equal(sr_model_class_find(class->name, &error), class);
        assert_true(class->title && class->help && class->params && class->fit && class->predict);
        assert_true(class->save && class->load && class->free && class->size);
        for (const struct sr_param *param = class->params; param->name; param++)
            assert_true(param->help && param->help[strlen(param->help) - 1] == '.');
        sr_args_free(parse(class, "")); /* every default must parse */
    }
    assert_true(count >= 2);
    assert_null(sr_model_class_find("cnm", &error));
    assert_non_null(strstr(error.text, "\"cnm\""));
    assert_non_null(strstr(error.text, "logreg"));
}

static void test_fit_refuses(void **unused)
{
    struct sr_args *args = parse(&sr_model_class_logreg, "");
    struct sr_model *model = sr_model_new(&sr_model_class_logreg, "none");
    struct sr_fit good = {.params = args, .shape = {{SIDE, SIDE, 1}, CLASSES}, .train = all}, fit;
    uint32_t one_class[] = {0, 3, 6, 9}, same[] = {0, 0};
    uint8_t black[4 * PIXELS] = {0}, two[] = {0, 1, 0, 1};
    struct sr_images flat = {4, {SIDE, SIDE, 1}, black, two};
    (void)unused;
    fit = good;
    fit.train.count = 0;
    assert_refused(sr_model_fit(model, &fit, &error), SR_ERROR_STATE, "no training images");
    fit = good;
    fit.train.rows = one_class;
    fit.train.count = 4;
    assert_refused(sr_model_fit(model, &fit, &error), SR_ERROR_STATE, "class 0");
    fit.train.rows = same;
    fit.train.count = 2;
    assert_refused(sr_model_fit(model, &fit, &error), SR_ERROR_STATE, "class 0");
    fit = good;
    fit.train = (struct sr_samples){&flat, NULL, 4};
    assert_refused(sr_model_fit(model, &fit, &error), SR_ERROR_STATE, "the same, pixel by pixel");
    fit = good;
    fit.shape.image.width = 10;
    assert_refused(sr_model_fit(model, &fit, &error), SR_ERROR_STATE, "9×9 where 9×10");
    fit = good;
    fit.shape.classes = 2;
    assert_refused(sr_model_fit(model, &fit, &error), SR_ERROR_STATE, "label 2");
    assert_null(model->state);
    /* The first and the last of one class, another between them. */
    const uint32_t around[] = {0, 1, 2, 3};
    fit = good;
    fit.train.rows = around;
    fit.train.count = 4;
    assert_ok(sr_model_fit(model, &fit, &error));
    sr_model_unref(model);
    sr_args_free(args);
}

static void test_shape(void **unused)
{
    uint8_t other[100] = {0}, label = 0;
    struct sr_images larger = {1, {10, 10, 1}, other, &label};
    struct sr_samples sample = {&larger, NULL, 1};
    float probabilities[CLASSES];
    (void)unused;
    struct sr_model *model = fit_model(&sr_model_class_logreg, "");
    assert_refused(sr_model_predict(model, &sample, NULL, NULL, probabilities, &error),
                   SR_ERROR_STATE,
                   "Model first was made for images of 9×9 pixels; these are 10×10");
    assert_ok(sr_model_check_shape(model, (struct sr_shape){SIDE, SIDE, 1}, CLASSES, &error));
    assert_ok(sr_model_check_shape(model, (struct sr_shape){SIDE, SIDE, 1}, 0, &error));
    assert_refused(sr_model_check_shape(model, (struct sr_shape){SIDE, SIDE, 1}, 10, &error),
                   SR_ERROR_STATE, "3 classes; this data set has 10");
    sr_model_unref(model);
}

static void test_round_trip(void **unused)
{
    static const struct {
        const struct sr_model_class *class;
        const char *line;
    } cases[] = {{&sr_model_class_logreg, "C=2.5 tolerance=1e-5"},
                 {&sr_model_class_knn, "k=3 metric=cosine"}};
    (void)unused;
    for (int i = 0; i < 2; i++) {
        struct sr_model *model = fit_model(cases[i].class, cases[i].line);
        char *path = temporary("second.v2.safetensors");
        float before[COUNT * CLASSES], after[COUNT * CLASSES];
        size_t right = 0;
        model->stopped = i == 0;
        if (model->epochs > 1)
            model->history[1] = (struct sr_epoch){2, 0.5, 0.25, 0.75, 0.125, 0.0625, 3.5};
        assert_ok(sr_model_predict(model, &all, NULL, NULL, before, &error));
        for (size_t s = 0; s < COUNT; s++) right += before[s * CLASSES + labels[s]] > 0.5f;
        assert_int_equal(right, COUNT);
        assert_ok(sr_model_save(model, path, &error));
        struct sr_model *back = sr_model_load(path, &error);
        if (!back) fail_msg("%s", error.text);
        assert_non_null(strstr(back->name, "second.v2"));
        assert_ptr_equal(back->class, model->class);
        assert_true(back->seed == UINT64_MAX && back->split_seed == 7 && back->limit == 55 &&
                    back->train_count == COUNT);
        assert_true(back->validation == 1.0 / 12 && back->fit_seconds == model->fit_seconds &&
                    back->stopped == (i == 0) && back->fit_memory == 123456);
        assert_true(back->shape.image.height == SIDE && back->shape.image.width == SIDE &&
                    back->shape.classes == CLASSES);
        assert_string_equal(back->digest, model->digest);
        struct sr_text was = {0}, is = {0};
        sr_args_print(model->params, true, &was);
        sr_args_print(back->params, true, &is);
        assert_string_equal(sr_text_get(&was), sr_text_get(&is));
        sr_text_fini(&was);
        sr_text_fini(&is);
        assert_int_equal(back->epochs, model->epochs);
        for (size_t e = 0; e < back->epochs; e++) {
            assert_int_equal(back->history[e].epoch, model->history[e].epoch);
            assert_true(fabs(back->history[e].train_loss - model->history[e].train_loss) < 1e-8);
            assert_true(e == 1 || isnan(back->history[e].validation_loss));
        }
        if (back->epochs > 1) {
            const struct sr_epoch *epoch = &back->history[1];
            assert_true(epoch->train_loss == 0.5 && epoch->train_accuracy == 0.25 &&
                        epoch->validation_loss == 0.75 && epoch->validation_accuracy == 0.125 &&
                        epoch->learning_rate == 0.0625 && epoch->seconds == 3.5);
        }
        assert_ok(sr_model_predict(back, &all, NULL, NULL, after, &error));
        assert_memory_equal(before, after, sizeof before);
        assert_ptr_equal(sr_model_ref(back), back);
        sr_model_unref(back);
        assert_true(back->class->size(back->state) > 0);
        sr_model_unref(back);
        sr_model_unref(model);
        unlink(path);
        free(path);
    }
}

/* One wrong metadatum at a time: load must name it, and trust nothing. */
static void test_wrong_metadata(void **unused)
{
    static const struct {
        const char *key, *value, *part;
    } cases[] = {
        {"sartor.format", "2", "version \"2\""},
        {"class", "perceptron", "\"perceptron\""},
        {"hyperparameters", "C=0", "C"},
        {"hyperparameters", "C=1 depth=3", "depth"},
        {"hyperparameters", "\"", "hyperparameters"},
        {"height", "9000000000", "height"},
        {"height", "-9", "height"},
        {"height", "", "height"},
        {"width", "9.5", "width"},
        {"width", "10", "[3, 90]"},
        {"classes", "1", "classes"},
        {"classes", "257", "classes"},
        {"classes", "4", "[4, 81]"},
        {"seed", "18446744073709551616", "seed"},
        {"split_seed", "one", "split_seed"},
        {"validation", "nan", "validation"},
        {"validation", "1", "validation"},
        {"limit", "1e3", "limit"},
        {"train_count", "0", "train_count"},
        {"fit_seconds", "-1", "fit_seconds"},
        {"history", "[", "history"},
        {"history", "{}", "history"},
    };
    struct sr_tensors set;
    char *path = temporary("wrong.safetensors");
    (void)unused;
    struct sr_model *model = fit_model(&sr_model_class_logreg, "");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_ok(sr_model_save(model, path, &error));
        assert_ok(sr_tensors_load(&set, path, &error));
        sr_tensors_set_text(&set, cases[i].key, cases[i].value);
        assert_ok(sr_tensors_save(&set, path, &error));
        sr_tensors_fini(&set);
        memset(&error, 0, sizeof error);
        assert_null(sr_model_load(path, &error));
        if (!strstr(error.text, cases[i].part))
            fail_msg("%s=%s: \"%s\"", cases[i].key, cases[i].value, error.text);
        assert_non_null(strstr(error.text, path));
    }
    /* No metadata, a missing tensor, a NaN, a file that is not there. */
    struct sr_tensors foreign = {0};
    assert_ok(sr_tensors_save(&foreign, path, &error));
    assert_null(sr_model_load(path, &error));
    assert_non_null(strstr(error.text, "not one that sartor saved"));
    assert_ok(sr_model_save(model, path, &error));
    assert_ok(sr_tensors_load(&set, path, &error));
    ((float *)sr_tensors_find(&set, "bias")->data)[1] = NAN;
    assert_ok(sr_tensors_save(&set, path, &error));
    assert_null(sr_model_load(path, &error));
    assert_non_null(strstr(error.text, "NaN"));
    for (int last = 0; last < 2; last++) { /* what was trained on, and the bias */
        free(set.items[--set.count].name);
        free(set.items[set.count].data);
    }
    assert_ok(sr_tensors_save(&set, path, &error));
    assert_null(sr_model_load(path, &error));
    assert_non_null(strstr(error.text, "missing"));
    sr_tensors_fini(&set);
    unlink(path);
    assert_null(sr_model_load(path, &error));
    assert_int_equal(error.status, SR_ERROR_IO);
    free(path);
    sr_model_unref(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_registry),       cmocka_unit_test(test_fit_refuses),
        cmocka_unit_test(test_shape),          cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_wrong_metadata),
    };
    return cmocka_run_group_tests_name("models/model", tests, set_up, NULL);
}
