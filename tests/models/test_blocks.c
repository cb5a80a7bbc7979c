/* What a model says of many images has the same bits whoever computes it. */
#include "mini.h"

#include "../processes.h"
#include "sartor/models/families.h"
#include "sartor/models/representation.h"
#include "sartor/models/together.h"

enum { IMAGES = 2500 }; /* three blocks */

static struct sr_model *model;
static uint32_t rows[IMAGES];
static float *alone, *features;
static size_t width;

static const struct {
    const struct sr_model_class *class;
    const char *line;
} families[] = {
    {&sr_model_class_logreg, "max_iterations=20"},
    {&sr_model_class_svm, ""},
    {&sr_model_class_forest, "trees=9"},
    {&sr_model_class_knn, "features=hog"},
    {&sr_model_class_mlp, "epochs=1 norm=on"},
    {&sr_model_class_cnn, "epochs=1 widths=4 dense=8 batch=50"},
    {&sr_model_class_resnet, "epochs=1 width=4 tta=mirror"},
};

static struct sr_samples images(void)
{
    for (uint32_t i = 0; i < IMAGES; i++) rows[i] = i * 7 % 1000;
    return (struct sr_samples){&mini->files[SR_FILE_TRAIN], rows, IMAGES};
}

static int share(struct sr_ranks *ranks)
{
    struct sr_error why = {0};
    const struct sr_samples samples = images();
    struct sr_pool *pool = sr_pool_new(2, &why);
    if (sr_ranks_number(ranks)) return sr_together_help(ranks, pool, &why);
    float *said = calloc(IMAGES * 10, sizeof *said), *shown = calloc(IMAGES * width, sizeof *shown);
    sr_pool_set_ranks(pool, ranks);
    for (int again = 0; again < 2; again++) { /* the model is sent once */
        const uint64_t before = sr_ranks_sent(ranks);
        memset(said, 0, IMAGES * 10 * sizeof *said);
        CHECK(!sr_model_predict(model, &samples, pool, NULL, said, &why));
        CHECK(!memcmp(said, alone, IMAGES * 10 * sizeof *said));
        const uint64_t sent = sr_ranks_sent(ranks) - before;
        CHECK(sent >= 784 * 1024 || sr_ranks_count(ranks) == 1);
    }
    CHECK(!sr_representation_fill(model, &samples, pool, NULL, shown, &why));
    CHECK(!memcmp(shown, features, IMAGES * width * sizeof *shown));
    sr_together_dismiss(ranks);
    sr_pool_free(pool);
    free(said);
    free(shown);
    return 0;
}

static void test_families(void **state)
{
    const struct sr_samples samples = images();
    const struct sr_samples train = sr_split_samples(mini, &split, SR_SPLIT_TRAIN);
    (void)state;
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        print_message("%s\n", families[i].class->name);
        assert_ok(
            fit_line(families[i].class, families[i].line, &train, mini_shape, 0, NULL, &model));
        width = sr_representation_size(model);
        alone = calloc(IMAGES * 10, sizeof *alone);
        features = calloc(IMAGES * width, sizeof *features);
        assert_ok(sr_model_predict(model, &samples, NULL, NULL, alone, &error));
        assert_ok(sr_representation_fill(model, &samples, NULL, NULL, features, &error));
        run_ranks(i ? 2 : 3, share);
        sr_model_unref(model);
        free(alone);
        free(features);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_families)};
    return cmocka_run_group_tests_name("blocks", tests, set_up, tear_down);
}
