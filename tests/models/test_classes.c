/* Classes of models and of data: the same, in another order, or others; and what a model whose
 * classes are numbered anew says, alone, in a file and in an ensemble. */
#include "mini.h"

#include <unistd.h>

#include "sartor/models/ensemble.h"
#include "sartor/models/families.h"

enum { COUNT = 120 };
static const char path[] = "/tmp/sartor-test-classes.safetensors";

/* Where the class c of the data at hand stands in the model. */
static const uint8_t order[10] = {3, 1, 4, 0, 5, 9, 2, 6, 8, 7};

static struct sr_samples few(enum sr_split_name name)
{
    struct sr_samples samples = sr_split_samples(mini, &split, name);
    if (samples.count > COUNT) samples.count = COUNT;
    return samples;
}

static struct sr_model *fitted(const struct sr_model_class *class, const char *line)
{
    struct sr_model *model;
    const struct sr_samples train = sr_split_samples(mini, &split, SR_SPLIT_TRAIN);
    assert_ok(fit_line(class, line, &train, mini_shape, 0, NULL, &model));
    sr_model_set_data(model, mini);
    return model;
}

static void kinship_is_by_name(void **state)
{
    (void)state;
    uint8_t found[SR_CLASSES_MAX];
    char *names[10], number[10][4], upper[] = "SHIRT";
    struct sr_model *model = fitted(&sr_model_class_knn, "k=1");
    for (int c = 0; c < 10; c++) names[c] = mini->class_names[c];
    assert_int_equal(sr_model_kinship(model, names, found), SR_KIN_SAME);
    names[6] = upper; /* capitals make no difference */
    assert_int_equal(sr_model_kinship(model, names, found), SR_KIN_SAME);
    for (int c = 0; c < 10; c++) names[c] = mini->class_names[order[c]];
    assert_int_equal(sr_model_kinship(model, names, found), SR_KIN_REORDERED);
    assert_memory_equal(found, order, 10);
    names[4] = (char[]){"hat"};
    assert_int_equal(sr_model_kinship(model, names, found), SR_KIN_OTHER);
    /* Only numbers say nothing: they are matched as they are. */
    for (int c = 0; c < 10; c++) {
        snprintf(number[c], sizeof number[c], "%d", c);
        names[c] = number[c];
    }
    assert_true(sr_class_names_numbers(names, 10));
    assert_int_equal(sr_model_kinship(model, names, found), SR_KIN_SAME);
    snprintf(number[9], sizeof number[9], "x"); /* a name: the others are names as well */
    assert_false(sr_class_names_numbers(names, 10));
    assert_int_equal(sr_model_kinship(model, names, found), SR_KIN_OTHER);
    sr_model_unref(model);
}

static void assert_numbered_anew(const struct sr_model *model, const struct sr_model *anew)
{
    static float own[COUNT * 10], other[COUNT * 10];
    const struct sr_samples samples = few(SR_SPLIT_TEST);
    assert_ok(sr_model_predict(model, &samples, NULL, NULL, own, &error));
    assert_ok(sr_model_predict(anew, &samples, NULL, NULL, other, &error));
    for (size_t i = 0; i < samples.count; i++)
        for (int c = 0; c < 10; c++) assert_true(other[i * 10 + c] == own[i * 10 + order[c]]);
}

static void what_it_says_is_numbered_anew(void **state)
{
    (void)state;
    struct sr_model *model = fitted(&sr_model_class_logreg, "max_iterations=20");
    struct sr_model *anew = sr_model_reorder(model, order);
    float own[784], other[784];
    assert_numbered_anew(model, anew);
    for (int c = 0; c < 10; c++) {
        assert_string_equal(anew->class_names[c], mini->class_names[order[c]]);
        assert_ok(sr_model_importance(model, order[c], own, &error));
        assert_ok(sr_model_importance(anew, c, other, &error));
        assert_memory_equal(own, other, sizeof own);
    }
    /* In a file it has its own order. */
    assert_ok(sr_model_save(anew, path, &error));
    sr_model_unref(model); /* the other one holds it */
    struct sr_model *back = sr_model_load(path, &error);
    unlink(path);
    assert_non_null(back);
    assert_null(back->order);
    assert_string_equal(back->class_names[0], mini->class_names[0]);
    assert_numbered_anew(back, anew);
    sr_model_unref(back);
    sr_model_unref(anew);
}

static void gradients_are_of_the_class_meant(void **state)
{
    (void)state;
    struct sr_model *model = fitted(&sr_model_class_cnn, "epochs=1 widths=4 dense=8 batch=50");
    struct sr_model *anew = sr_model_reorder(model, order);
    struct sr_layer_info layer;
    struct sr_layer_gradients own, other, wrong;
    const struct sr_samples samples = few(SR_SPLIT_TEST);
    const uint8_t *pixels = sr_samples_pixels(&samples, 0);
    assert_true(model->class->layers(model->state, &layer, 1) > 0);
    assert_ok(sr_model_gradients(model, pixels, layer.name, order[2], &own, &error));
    assert_ok(sr_model_gradients(anew, pixels, layer.name, 2, &other, &error));
    assert_ok(sr_model_gradients(model, pixels, layer.name, 2, &wrong, &error));
    const size_t size = sr_shape_size(own.shape) * sizeof *own.gradients;
    assert_memory_equal(own.gradients, other.gradients, size);
    assert_memory_not_equal(own.gradients, wrong.gradients, size);
    free(own.gradients), free(own.activations);
    free(other.gradients), free(other.activations);
    free(wrong.gradients), free(wrong.activations);
    sr_model_unref(anew);
    sr_model_unref(model);
}

/* Members with different orders vote on the same classes, also when they come from a file. */
static void members_keep_their_orders(void **state)
{
    (void)state;
    static float both[2][COUNT * 10], vote[COUNT * 10];
    const struct sr_samples samples = few(SR_SPLIT_TEST);
    struct sr_model *first = fitted(&sr_model_class_logreg, "max_iterations=20"),
                    *second = fitted(&sr_model_class_knn, "k=3"),
                    *anew = sr_model_reorder(second, order);
    error = (struct sr_error){0};
    assert_null(sr_ensemble_new("vote", (struct sr_model *[]){first, anew}, 2, &error));
    assert_non_null(strstr(error.text, "different orders"));
    /* The first as the second has them: members of an ensemble are numbered alike. */
    struct sr_model *members[2] = {sr_model_reorder(first, order), anew};
    struct sr_model *ensemble = sr_ensemble_new("vote", members, 2, &error);
    assert_non_null(ensemble);
    assert_string_equal(ensemble->class_names[0], mini->class_names[order[0]]);
    assert_int_equal(ensemble->seen->count, first->seen->count);
    for (int m = 0; m < 2; m++)
        assert_ok(sr_model_predict(members[m], &samples, NULL, NULL, both[m], &error));
    assert_ok(sr_model_save(ensemble, path, &error));
    struct sr_model *back = sr_model_load(path, &error);
    unlink(path);
    if (!back) fail_msg("%s", error.text);
    assert_ok(sr_model_predict(back, &samples, NULL, NULL, vote, &error));
    for (size_t i = 0; i < samples.count * 10; i++)
        assert_true(fabsf(vote[i] - (both[0][i] + both[1][i]) / 2) < 1e-6f);
    assert_int_equal(back->seen->count, first->seen->count);
    sr_model_unref(back);
    sr_model_unref(ensemble);
    sr_model_unref(members[0]);
    sr_model_unref(anew);
    sr_model_unref(second);
    sr_model_unref(first);
}

static void names_in_files_are_checked(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "[",
        "3",
        "[\"a\", \"b\"]",
        "[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\",\"A\"]",
        "[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\",\"\"]",
        "[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\",7]"};
    struct sr_model *model = fitted(&sr_model_class_knn, "k=1");
    assert_ok(sr_model_save(model, path, &error));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct sr_tensors set;
        assert_ok(sr_tensors_load(&set, path, &error));
        sr_tensors_set_text(&set, "class_names", bad[i]);
        assert_ok(sr_tensors_save(&set, "/tmp/sartor-test-classes-bad.safetensors", &error));
        sr_tensors_fini(&set);
        error = (struct sr_error){0};
        assert_null(sr_model_load("/tmp/sartor-test-classes-bad.safetensors", &error));
        assert_non_null(strstr(error.text, "class names"));
    }
    unlink("/tmp/sartor-test-classes-bad.safetensors");
    unlink(path);
    sr_model_unref(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinship_is_by_name),
        cmocka_unit_test(what_it_says_is_numbered_anew),
        cmocka_unit_test(gradients_are_of_the_class_meant),
        cmocka_unit_test(members_keep_their_orders),
        cmocka_unit_test(names_in_files_are_checked),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
