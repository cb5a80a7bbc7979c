/* Ensembles: the mean of their members, whole files, and members that do not belong together. */
#include "mini.h"

#include "sartor/models/ensemble.h"
#include "sartor/models/families.h"
#include <unistd.h>

enum { COUNT = 200 };

static struct sr_samples few, test;
static struct sr_model *members[3];

static struct sr_model *fit_member(const struct sr_model_class *class, const char *line,
                                   const char *name)
{
    struct sr_model *model;
    assert_ok(fit_line(class, line, &few, mini_shape, 0, NULL, &model));
    snprintf(model->name, sizeof model->name, "%s", name);
    snprintf(model->digest, sizeof model->digest, "%s", mini->digest);
    model->split_seed = 3;
    model->validation = 1.0 / 12;
    return model;
}

static int set_up_members(void **unused)
{
    if (set_up(unused)) return 1;
    few = sr_split_samples(mini, &split, SR_SPLIT_TRAIN);
    few.count = COUNT;
    test = sr_split_samples(mini, &split, SR_SPLIT_TEST);
    test.count = COUNT;
    members[0] = fit_member(&sr_model_class_knn, "k=3", "near");
    members[1] = fit_member(&sr_model_class_logreg, "max_iterations=20", "line");
    members[2] = fit_member(&sr_model_class_forest, "trees=5", "wood");
    return 0;
}

static int tear_down_members(void **unused)
{
    for (int m = 0; m < 3; m++) sr_model_unref(members[m]);
    return tear_down(unused);
}

static void predict(const struct sr_model *model, float *p)
{
    assert_ok(sr_model_predict(model, &test, NULL, NULL, p, &error));
}

static void test_mean(void **unused)
{
    static float p[3][COUNT * 10], mean[COUNT * 10];
    (void)unused;
    struct sr_model *model = sr_ensemble_new("vote", members, 3, &error);
    assert_non_null(model);
    for (int m = 0; m < 3; m++) predict(members[m], p[m]);
    predict(model, mean);
    for (size_t i = 0; i < COUNT * 10; i++)
        assert_true(fabsf(mean[i] - (p[0][i] + p[1][i] + p[2][i]) / 3) < 1e-6f);
    assert_int_equal(model->class->size(model->state),
                     members[0]->class->size(members[0]->state) +
                         members[1]->class->size(members[1]->state) +
                         members[2]->class->size(members[2]->state));
    assert_string_equal(sr_args_text(model->params, "members"), "near,line,wood");
    assert_string_equal(model->digest, mini->digest);
    assert_true(model->split_seed == 3 && model->validation == 1.0 / 12);
    assert_int_equal(model->train_count, COUNT);
    sr_model_unref(model);
}

/* Members are fitted one after another: times add up, and the largest memory counts, unless that
 * of one is not known. */
static void test_costs(void **unused)
{
    static const uint64_t memories[][3] = {{5, 9, 7}, {5, 0, 7}, {0, 9, 7}, {5, 9, 0}};
    static const uint64_t wanted[] = {9, 0, 0, 0};
    (void)unused;
    for (int i = 0; i < 4; i++) {
        for (int m = 0; m < 3; m++) {
            members[m]->fit_memory = memories[i][m];
            members[m]->fit_seconds = 1 << m;
        }
        struct sr_model *model = sr_ensemble_new("vote", members, 3, &error);
        assert_non_null(model);
        assert_int_equal(model->fit_memory, wanted[i]);
        assert_true(model->fit_seconds == 7);
        sr_model_unref(model);
    }
}

static void test_files(void **unused)
{
    static float before[COUNT * 10], after[COUNT * 10];
    char path[] = "/tmp/sartor-ensemble-XXXXXX";
    (void)unused;
    close(mkstemp(path));
    struct sr_model *model = sr_ensemble_new("vote", members, 3, &error);
    predict(model, before);
    assert_ok(sr_model_save(model, path, &error));
    struct sr_model *back = sr_model_load(path, &error);
    if (!back) fail_msg("%s", error.text);
    assert_ptr_equal(back->class, &sr_model_class_ensemble);
    predict(back, after);
    assert_memory_equal(before, after, sizeof before);
    assert_string_equal(sr_args_text(back->params, "members"), "near,line,wood");
    assert_int_equal(back->class->size(back->state), model->class->size(model->state));
    sr_model_unref(back);

    /* A member that is not there. */
    struct sr_tensors set = {0};
    assert_ok(model->class->save(model->state, &set, &error));
    sr_tensors_set_text(&set, "member.1.class", "ensemble");
    void *state;
    assert_int_not_equal(
        sr_model_class_ensemble.load(&set, model->params, &mini_shape, &state, &error), SR_OK);
    assert_non_null(strstr(error.text, "no model family \"ensemble\""));
    sr_tensors_fini(&set);
    assert_refused(sr_model_class_ensemble.load(&set, model->params, &mini_shape, &state, &error),
                   SR_ERROR_FORMAT, "0 members; it takes at least 2");
    sr_model_unref(model);
    unlink(path);
}

static void refuses(struct sr_model *const *some, size_t count, const char *sentence)
{
    error = (struct sr_error){0};
    assert_null(sr_ensemble_new("vote", some, count, &error));
    if (!strstr(error.text, sentence)) fail_msg("\"%s\" lacks \"%s\"", error.text, sentence);
}

static void test_refusals(void **unused)
{
    (void)unused;
    refuses(members, 1, "takes 2 to 16 models, not 1");
    refuses(members, SR_ENSEMBLE_MAX + 1, "not 17");
    struct sr_model *vote = sr_ensemble_new("vote", members, 2, &error);
    refuses((struct sr_model *[]){members[0], vote}, 2, "vote is an ensemble itself");
    sr_model_unref(vote);
    /* Where it is known what each has seen, other splits are no hindrance. */
    members[1]->split_seed++;
    vote = sr_ensemble_new("vote", members, 2, &error);
    assert_non_null(vote);
    sr_model_unref(vote);
    members[1]->split_seed--;
    struct sr_seen *seen = members[1]->seen;
    members[1]->seen = NULL;
    members[1]->split_seed++;
    refuses(members, 2, "near and line were trained with different validation splits");
    members[1]->split_seed--;
    members[1]->validation = 0;
    refuses(members, 2, "different validation splits");
    members[1]->validation = members[0]->validation;
    members[1]->digest[0] ^= 1;
    refuses(members, 2, "different validation splits");
    members[1]->digest[0] ^= 1;
    members[1]->seen = seen;
    members[2]->shape.classes++;
    refuses(members, 3, "near and wood were made for images of different shapes or classes");
    members[2]->shape.classes--;
    assert_refused(sr_model_class_ensemble.fit(NULL, &(void *){NULL}, &error), SR_ERROR_ARGUMENT,
                   "made of trained models");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_mean), cmocka_unit_test(test_costs),
                                       cmocka_unit_test(test_files),
                                       cmocka_unit_test(test_refusals)};
    return cmocka_run_group_tests_name("models/ensemble", tests, set_up_members, tear_down_members);
}
