/* What fits stand on: a training's checkpoint and its fingerprint, and the minimiser. */
#include "../../src/models/checkpoint.h"
#include "../../src/models/lbfgs.h"
#include "mini.h"

#include "sartor/models/families.h"
#include <unistd.h>

/* ---- checkpoints ---- */

enum { COUNT = 40, SIDE = 8, AREA = SIDE * SIDE };

static uint8_t pixels[COUNT * AREA], labels[COUNT];
static const struct sr_images images = {COUNT, {SIDE, SIDE, 1}, pixels, labels};

static struct sr_trainer *make_trainer(void)
{
    const struct sr_layer_spec layers[] = {
        {.type = SR_LAYER_FLATTEN, .name = "flatten", .input = -1},
        {.type = SR_LAYER_DENSE, .name = "fc", .input = 0, .channels = 2, .bias = true}};
    const struct sr_training plan = {.epochs = 5,
                                     .batch = 8,
                                     .optimizer = {SR_OPTIMIZER_ADAM, 0.9, 0},
                                     .rate = 0.01,
                                     .patience = 3,
                                     .input = {.deviation = 1}};
    const struct sr_samples train = {&images, NULL, COUNT}, none = {0};
    struct sr_network *network =
        sr_network_new(layers, 2, (struct sr_shape){SIDE, SIDE, 1}, &error);
    assert_non_null(network);
    struct sr_trainer *trainer = sr_trainer_new(network, &plan, &train, &none, NULL, &error);
    if (!trainer) fail_msg("%s", error.text);
    return trainer;
}

static void same(double a, double b)
{
    assert_true(isnan(a) ? isnan(b) : a == b);
}

/* Every number of the history comes back, 0 and NaN too, and so does what stands beside it. */
static void test_checkpoint(void **unused)
{
    const struct sr_epoch history[] = {{1, 0.75, 0, 0.5, 0, 0.01, 2.5},
                                       {2, 0.25, 0.5, NAN, NAN, 0, 0},
                                       {3, 0, 1, 0.125, 0.875, 0.005, 1}};
    char path[] = "/tmp/sartor-checkpoint-XXXXXX";
    struct sr_trainer *trainer = make_trainer(), *other = make_trainer();
    struct sr_parameter *to;
    (void)unused;
    close(mkstemp(path));
    memcpy(trainer->history, history, sizeof history);
    trainer->finished = 3;
    trainer->best_epoch = 2;
    trainer->best_accuracy = 0.625;
    *sr_optimizer_steps(trainer->optimizer) = 15;
    for (int which = 0; which < 2; which++)
        sr_optimizer_moment(trainer->optimizer, 0, which)[3] = (float)(1 + which);
    sr_network_parameters(trainer->kept, &to);
    to[0].values[0] = 42;
    assert_ok(sr_checkpoint_save(path, 7, trainer, &error));
    assert_false(sr_checkpoint_restore(path, 8, other));
    assert_int_equal(other->finished, 0);
    assert_true(sr_checkpoint_restore(path, 7, other));
    assert_int_equal(other->finished, 3);
    for (int i = 0; i < 3; i++) {
        const struct sr_epoch *a = &history[i], *b = &other->history[i];
        assert_int_equal(b->epoch, i + 1);
        same(a->train_loss, b->train_loss);
        same(a->train_accuracy, b->train_accuracy);
        same(a->validation_loss, b->validation_loss);
        same(a->validation_accuracy, b->validation_accuracy);
        same(a->learning_rate, b->learning_rate);
        same(a->seconds, b->seconds);
    }
    assert_int_equal(other->best_epoch, 2);
    same(other->best_accuracy, 0.625);
    assert_int_equal(*sr_optimizer_steps(other->optimizer), 15);
    for (int which = 0; which < 2; which++)
        same((double)sr_optimizer_moment(other->optimizer, 0, which)[3], 1 + which);
    sr_network_parameters(other->kept, &to);
    same((double)to[0].values[0], 42);
    sr_trainer_free(trainer);
    sr_trainer_free(other);
    unlink(path);
}

/* All that a result depends on is in the fingerprint: a change of any one changes it. */
static void test_fingerprint(void **unused)
{
    uint32_t rows[COUNT];
    struct sr_args *args = parse_line(&sr_model_class_mlp, "hidden=8"),
                   *more = parse_line(&sr_model_class_mlp, "hidden=9");
    const struct sr_fit plain = {.params = args,
                                 .shape = {{SIDE, SIDE, 1}, 2},
                                 .train = {&images, rows, COUNT / 2},
                                 .validation = {&images, rows + COUNT / 2, COUNT / 2},
                                 .seed = 3};
    struct sr_fit changed = plain;
    (void)unused;
    for (uint32_t i = 0; i < COUNT; i++) rows[i] = i;
    const uint64_t first = sr_checkpoint_fingerprint("mlp", args, &plain);
    assert_true(first == sr_checkpoint_fingerprint("mlp", args, &plain));
    assert_true(first != sr_checkpoint_fingerprint("cnn", args, &plain));
    assert_true(first != sr_checkpoint_fingerprint("mlp", more, &plain));
    changed.seed = 4;
    assert_true(first != sr_checkpoint_fingerprint("mlp", args, &changed));
    changed = plain;
    changed.shape.classes = 3;
    assert_true(first != sr_checkpoint_fingerprint("mlp", args, &changed));
    changed = plain;
    changed.train.count--;
    assert_true(first != sr_checkpoint_fingerprint("mlp", args, &changed));
    for (size_t i = 0; i < COUNT;
         i += COUNT / 2 + 3) { /* one that is trained on, one that is not */
        labels[i] ^= 1;
        assert_true(first != sr_checkpoint_fingerprint("mlp", args, &plain));
        labels[i] ^= 1;
        pixels[i * AREA + AREA - 1] ^= 1;
        assert_true(first != sr_checkpoint_fingerprint("mlp", args, &plain));
        pixels[i * AREA + AREA - 1] ^= 1;
    }
    assert_true(first == sr_checkpoint_fingerprint("mlp", args, &plain));
    sr_args_free(args);
    sr_args_free(more);
}

/* ---- the minimiser ---- */

/* x² / 2 + x⁴ / 4 + 5 y² + 50 z². */
static double bowl(void *context, const double *x, double *gradient)
{
    ++*(int *)context;
    gradient[0] = x[0] + x[0] * x[0] * x[0];
    gradient[1] = 10 * x[1];
    gradient[2] = 100 * x[2];
    return x[0] * x[0] / 2 + x[0] * x[0] * x[0] * x[0] / 4 + 5 * x[1] * x[1] + 50 * x[2] * x[2];
}

static bool accept_all(void *context, int iteration, double value, double expected)
{
    (void)context, (void)iteration, (void)value, (void)expected;
    return true;
}

/* The path from (1, 1, 1), as another program has it that multiplies the matrices out. */
static void test_lbfgs(void **unused)
{
    static const double wanted[6][3] = {
        {0.979812491, 0.899062455, -0.00937545237},
        {0.960421095, 0.80822804, -0.00845109345},
        {0.662539181, -0.0150998937, 1.24392842e-05},
        {0.55603457, -0.0229293701, 0.000121381444},
        {0.211646194, 0.00130722197, -1.68328097e-06},
        {0.0610849601, -0.000634888589, 3.04974074e-06},
    };
    (void)unused;
    for (int iterations = 1; iterations <= 6; iterations++) {
        const bool stop = false;
        int calls = 0;
        double x[3] = {1, 1, 1};
        const struct lbfgs problem = {.count = 3,
                                      .max_iterations = iterations,
                                      .stop = &stop,
                                      .context = &calls,
                                      .evaluate = bowl,
                                      .accept = accept_all};
        assert_ok(lbfgs_minimize(&problem, x, &error));
        for (int i = 0; i < 3; i++) assert_float_equal(x[i], wanted[iterations - 1][i], 1e-6);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checkpoint),
        cmocka_unit_test(test_fingerprint),
        cmocka_unit_test(test_lbfgs),
    };
    return cmocka_run_group_tests_name("models/parts", tests, set_up, tear_down);
}
