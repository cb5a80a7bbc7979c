/* Which hyperparameter of a network becomes which part of the training's plan. The file is compiled
 * into this program, since nothing else shows the plan. */
#include "support.h"

#include "../../src/models/networks.c"

#include "mini.h"
#include "sartor/data/changes.h"
#include "sartor/models/families.h"

static void plan_of(const char *line, uint64_t seed, struct sr_training *plan)
{
    const struct sr_input input = {.mean = 0.25f, .deviation = 0.5f, .features = SR_FEATURES_HOG};
    struct sr_args *args = parse_line(&sr_model_class_cnn, line);
    if (!args) fail_msg("%s", error.text);
    *plan = read_plan(args, &input, seed);
    sr_args_free(args);
}

static void test_every_value_has_its_place(void **state)
{
    struct sr_training plan;
    (void)state;
    plan_of(
        "epochs=7 batch=24 optimizer=muon momentum=0.75 weight_decay=0.125 schedule=cosine lr=0.5 "
        "warmup=1.5 smoothing=0.0625 clip=3 ema=0.875 patience=5 dropout=0.3 flip=on shift=4 "
        "rotation=11 scale=0.2 erase=0.6 brightness=0.7 noise=0.8 hue=12 saturation=0.9 "
        "change=0.35 kinds=rotate background=on",
        18446744073709551615u, &plan);
    assert_int_equal(plan.epochs, 7);
    assert_int_equal(plan.batch, 24);
    assert_int_equal(plan.optimizer.kind, SR_OPTIMIZER_MUON);
    assert_true(plan.optimizer.momentum == 0.75 && plan.optimizer.weight_decay == 0.125);
    assert_int_equal(plan.schedule, SR_SCHEDULE_COSINE);
    assert_true(plan.rate == 0.5 && plan.warmup == 1.5);
    assert_true(plan.smoothing == 0.0625 && plan.clip == 3 && plan.average == 0.875);
    assert_int_equal(plan.patience, 5);
    assert_true(plan.seed == UINT64_MAX);
    assert_true(plan.input.mean == 0.25f && plan.input.deviation == 0.5f);
    assert_int_equal(plan.input.features, SR_FEATURES_HOG);
    assert_true(plan.augment.flip && plan.augment.shift == 4 && plan.augment.rotation == 11);
    assert_true(plan.augment.scale == 0.2 && plan.augment.erase == 0.6);
    assert_true(plan.augment.brightness == 0.7 && plan.augment.noise == 0.8);
    assert_true(plan.augment.hue == 12 && plan.augment.saturation == 0.9);
    assert_true(plan.augment.change == 0.35);
    assert_int_equal(plan.augment.kinds, 1u << sr_change_find("rotate"));
    assert_true(plan.augment.background);
}

static void test_names(void **state)
{
    static const char *const optimizers[] = {"sgd", "adam", "adamw", "muon"}, *const schedules[] = {
                                                                                  "constant",
                                                                                  "cosine",
                                                                                  "onecycle"};
    static const enum sr_optimizer_kind kinds[] = {SR_OPTIMIZER_SGD, SR_OPTIMIZER_ADAM,
                                                   SR_OPTIMIZER_ADAMW, SR_OPTIMIZER_MUON};
    static const enum sr_schedule_shape shapes[] = {SR_SCHEDULE_CONSTANT, SR_SCHEDULE_COSINE,
                                                    SR_SCHEDULE_ONECYCLE};
    struct sr_training plan;
    char line[60];
    (void)state;
    for (int i = 0; i < 4; i++) {
        snprintf(line, sizeof line, "optimizer=%s schedule=%s", optimizers[i], schedules[i % 3]);
        plan_of(line, 1, &plan);
        assert_int_equal(plan.optimizer.kind, kinds[i]);
        assert_int_equal(plan.schedule, shapes[i % 3]);
    }
}

static void test_no_augmentation(void **state)
{
    struct sr_training plan;
    (void)state;
    plan_of("augment=off shift=4 erase=1 noise=0.5 rotation=9", 1, &plan);
    assert_false(plan.augment.flip);
    assert_true(!(plan.augment.shift > 0) && !(plan.augment.erase > 0) &&
                !(plan.augment.noise > 0) && !(plan.augment.rotation > 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_value_has_its_place),
                                       cmocka_unit_test(test_names),
                                       cmocka_unit_test(test_no_augmentation)};
    return cmocka_run_group_tests_name("models/plan", tests, set_up, tear_down);
}
