/* Model files of every family of which one tensor is missing, of another shape, or holds another
 * number: refused with a sentence that names the file, or a model that predicts; never trusted. */
#include "mini.h"

#include "sartor/base/memory.h"
#include "sartor/models/ensemble.h"
#include "sartor/models/families.h"
#include "sartor/models/tensors.h"
#include "sartor/models/trust.h"

enum { COUNT = 120, ASKED = 4 };
#define FILE_NAME "damaged.safetensors"

static struct sr_samples few, asked;

static int set_up_samples(void **unused)
{
    if (set_up(unused)) return 1;
    few = sr_split_samples(mini, &split, SR_SPLIT_TRAIN);
    few.count = COUNT;
    asked = sr_split_samples(mini, &split, SR_SPLIT_TEST);
    asked.count = ASKED;
    return 0;
}

/* A model with all that a file can hold: what it was trained on, calibration, familiarity. */
static struct sr_model *fit_whole(const struct sr_model_class *class, const char *line)
{
    const struct sr_samples held = sr_split_samples(mini, &split, SR_SPLIT_VALIDATION);
    struct sr_model *model;
    assert_ok(fit_line(class, line, &few, mini_shape, 0, NULL, &model));
    sr_model_set_data(model, mini);
    model->trust = sr_trust_fit(model, &few, &held, NULL, NULL, &error);
    if (!model->trust) fail_msg("%s", error.text);
    return model;
}

/* Either there is no model, and a sentence says of which file and why; or there is one. */
static bool refused(const struct sr_tensors *set, const char *what)
{
    struct sr_text bytes = {0};
    sr_tensors_print(set, &bytes);
    memset(&error, 0, sizeof error);
    struct sr_model *model = sr_model_parse(FILE_NAME, bytes.bytes, bytes.length, &error);
    sr_text_fini(&bytes);
    if (!model) {
        if (!error.status || strncmp(error.text, FILE_NAME, strlen(FILE_NAME)) != 0)
            fail_msg("%s: \"%s\" does not begin with the file's name", what, error.text);
        if (strlen(error.text) < strlen(FILE_NAME) + 10)
            fail_msg("%s: \"%s\" says nothing", what, error.text);
        return true;
    }
    float p[ASKED * 10];
    if (sr_model_predict(model, &asked, NULL, NULL, p, &error) == SR_OK)
        for (size_t i = 0; i < ASKED; i++) {
            double sum = 0;
            for (int c = 0; c < 10; c++) sum += (double)p[i * 10 + (size_t)c];
            if (!(fabs(sum - 1) < 1e-4)) fail_msg("%s: the probabilities add up to %g", what, sum);
        }
    sr_model_unref(model);
    return false;
}

/* A number that a model has no reason to hold. */
static void put(struct sr_tensor *tensor, size_t at, int which)
{
    static const double numbers[] = {NAN, -3, 1e9, 0.25};
    const double number = numbers[which];
    switch (tensor->dtype) {
    case SR_F32:
        ((float *)tensor->data)[at] = (float)number;
        break;
    case SR_F64:
        ((double *)tensor->data)[at] = number;
        break;
    case SR_U8:
        ((uint8_t *)tensor->data)[at] = (uint8_t)(255 - which);
        break;
    case SR_I32:
        ((int32_t *)tensor->data)[at] = which ? (int32_t)number : INT32_MIN;
        break;
    case SR_I64:
        ((int64_t *)tensor->data)[at] = which ? (int64_t)number : INT64_MIN;
        break;
    default:
        break;
    }
}

/* Files of earlier versions lack them; of the two kinds of calibration there is one. */
static bool may_be_missing(const char *name)
{
    static const char *const names[] = {"seen", "trust.beta", "trust.isotonic",
                                        "trust.texture.means", "trust.turn"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(name, names[i])) return true;
    return false;
}

/* One tensor after another: gone, shorter by a row, of one axis more; NaN and other numbers at its
 * begin, in the middle and at its end. */
static void damage(const struct sr_model *model)
{
    struct sr_text whole = {0};
    struct sr_tensors set = {0};
    char what[200];
    const char *family = model->class->name;
    assert_ok(sr_model_print(model, &whole, &error));
    assert_ok(sr_tensors_parse(&set, FILE_NAME, whole.bytes, whole.length, &error));
    sr_text_fini(&whole);
    assert_false(refused(&set, family));
    size_t infinite = 0, floats = 0;
    for (size_t t = 0; t < set.count; t++) {
        struct sr_tensor *tensor = &set.items[t], kept = *tensor;
        snprintf(what, sizeof what, "%s without %s", family, kept.name);
        memmove(tensor, tensor + 1, (--set.count - t) * sizeof *tensor);
        if (!refused(&set, what) && !may_be_missing(kept.name)) fail_msg("%s is taken", what);
        memmove(tensor + 1, tensor, (set.count++ - t) * sizeof *tensor);
        *tensor = kept;
        snprintf(what, sizeof what, "%s, %s shorter", family, kept.name);
        if (tensor->rank && tensor->shape[0] > 1) {
            tensor->count -= tensor->count / tensor->shape[0];
            tensor->shape[0]--;
            refused(&set, what);
            *tensor = kept;
        }
        snprintf(what, sizeof what, "%s, %s of another rank", family, kept.name);
        if (tensor->rank < SR_RANK_MAX) {
            tensor->shape[tensor->rank++] = 1;
            if (!refused(&set, what) && strcmp(kept.name, "seen")) fail_msg("%s is taken", what);
            *tensor = kept;
        }
        for (int which = 0; which < 4 && tensor->count; which++)
            for (size_t third = 0; third < 3; third++) {
                const size_t size = sr_dtype_size(tensor->dtype),
                             at = (tensor->count - 1) * third / 2;
                char before[8];
                memcpy(before, (char *)tensor->data + at * size, size);
                put(tensor, at, which);
                snprintf(what, sizeof what, "%s, %s[%zu], number %d", family, kept.name, at, which);
                const bool is_refused = refused(&set, what);
                if (which == 0 && third == 0 && (kept.dtype == SR_F32 || kept.dtype == SR_F64)) {
                    floats++;
                    infinite += is_refused;
                }
                memcpy((char *)tensor->data + at * size, before, size);
            }
    }
    assert_true(infinite == floats && floats > 0);
    sr_tensors_fini(&set);
}

static void families(void **unused)
{
    static const struct {
        const struct sr_model_class *class;
        const char *line;
    } cases[] = {
        {&sr_model_class_logreg, "max_iterations=5"},
        {&sr_model_class_svm, "C=1"},
        {&sr_model_class_svm, "features=hog"},
        {&sr_model_class_forest, "trees=3"},
        {&sr_model_class_knn, "k=3"},
        {&sr_model_class_knn, "k=3 features=hog"},
        {&sr_model_class_mlp, "hidden=6 epochs=1 norm=on"},
        {&sr_model_class_cnn, "widths=2,3 dense=4 epochs=1"},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sr_model *model = fit_whole(cases[i].class, cases[i].line);
        damage(model);
        sr_model_unref(model);
    }
}

static void an_ensemble(void **unused)
{
    (void)unused;
    struct sr_model *members[2] = {fit_whole(&sr_model_class_knn, "k=3"),
                                   fit_whole(&sr_model_class_logreg, "max_iterations=5")};
    snprintf(members[1]->name, sizeof members[1]->name, "other");
    struct sr_model *model = sr_ensemble_new("both", members, 2, &error);
    if (!model) fail_msg("%s", error.text);
    damage(model);
    sr_model_unref(model);
    for (int m = 0; m < 2; m++) sr_model_unref(members[m]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(families), cmocka_unit_test(an_ensemble)};
    return cmocka_run_group_tests_name("models/damaged", tests, set_up_samples, tear_down);
}
