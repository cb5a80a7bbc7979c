/* The trainer on a tiny network: a pinned trajectory, threads, stopping, divergence. */
#include "support.h"

#include <math.h>

#include "sartor/base/rng.h"
#include "sartor/nn/trainer.h"

enum {
    SIDE = 10,
    AREA = SIDE * SIDE,
    CLASSES = 3,
    TRAIN = 70,
    VALIDATION = 30,
    COUNT = TRAIN + VALIDATION
};

static uint8_t pixels[COUNT * AREA], labels[COUNT];
static uint32_t rows[COUNT];
static struct sr_images images = {COUNT, {SIDE, SIDE, 1}, pixels, labels};

/* Class c is a bright column near the third c of the image, in noise. */
static int make_data(void **state)
{
    struct sr_rng rng;
    (void)state;
    sr_rng_init(&rng, 5, SR_STREAM_TEST, 0);
    for (uint32_t i = 0; i < COUNT; i++) {
        rows[i] = i;
        labels[i] = (uint8_t)(i % CLASSES);
        for (int p = 0; p < AREA; p++)
            pixels[i * AREA + (uint32_t)p] = (uint8_t)sr_rng_below(&rng, 120);
        int column = 1 + 3 * labels[i] + (int)sr_rng_below(&rng, 2);
        for (int y = 0; y < SIDE; y++) pixels[i * AREA + (uint32_t)(y * SIDE + column)] += 60;
    }
    return 0;
}

/* A layer behind the one before it. */
static void add(struct sr_layer_spec *layers, size_t *count, struct sr_layer_spec layer)
{
    layer.input = (int)*count - 1;
    layer.other = -1;
    layers[(*count)++] = layer;
}

static struct sr_network *make_network(bool norm)
{
    struct sr_error error = {0};
    struct sr_layer_spec layers[7];
    size_t count = 0;
    add(layers, &count,
        (struct sr_layer_spec){.type = SR_LAYER_CONV,
                               .name = "conv1",
                               .channels = 8,
                               .kernel = 3,
                               .stride = 1,
                               .same = true,
                               .bias = !norm});
    if (norm)
        add(layers, &count, (struct sr_layer_spec){.type = SR_LAYER_BATCH_NORM, .name = "bn1"});
    add(layers, &count, (struct sr_layer_spec){.type = SR_LAYER_RELU});
    add(layers, &count, (struct sr_layer_spec){.type = SR_LAYER_MAX_POOL});
    add(layers, &count, (struct sr_layer_spec){.type = SR_LAYER_FLATTEN});
    if (norm) add(layers, &count, (struct sr_layer_spec){.type = SR_LAYER_DROPOUT, .rate = 0.1f});
    add(layers, &count,
        (struct sr_layer_spec){
            .type = SR_LAYER_DENSE, .name = "fc1", .channels = CLASSES, .bias = true});
    struct sr_network *network =
        sr_network_new(layers, count, (struct sr_shape){SIDE, SIDE, 1}, &error);
    if (!network) fail_msg("%s", error.text);
    sr_network_init(network, 3);
    return network;
}

static const struct sr_training plain = {.epochs = 4,
                                         .batch = 16,
                                         .optimizer = {SR_OPTIMIZER_SGD, 0.9, 0},
                                         .schedule = SR_SCHEDULE_CONSTANT,
                                         .rate = 0.02,
                                         .input = {.mean = 0.3f, .deviation = 0.2f},
                                         .seed = 11};

static struct sr_trainer *make_trainer(bool norm, const struct sr_training *plan,
                                       struct sr_pool *pool)
{
    struct sr_error error = {0};
    struct sr_samples train = {&images, rows, TRAIN},
                      validation = {&images, rows + TRAIN, VALIDATION};
    struct sr_trainer *trainer =
        sr_trainer_new(make_network(norm), plan, &train, &validation, pool, &error);
    if (!trainer) fail_msg("%s", error.text);
    return trainer;
}

static void assert_same_weights(struct sr_network *a, struct sr_network *b)
{
    struct sr_parameter *pa, *pb;
    size_t count = sr_network_parameters(a, &pa);
    assert_int_equal(count, sr_network_parameters(b, &pb));
    for (size_t i = 0; i < count; i++)
        assert_memory_equal(pa[i].values, pb[i].values, pa[i].count * sizeof(float));
}

/* What a monitor saw, and after how many calls it says stop. */
struct witness {
    int epochs, calls, stop_after;
    uint64_t done;
    char note[96];
};

static void see_epoch(void *owner, const struct sr_epoch *epoch)
{
    struct witness *witness = owner;
    assert_int_equal(epoch->epoch, ++witness->epochs);
}

static void see_progress(void *owner, const struct sr_progress *progress)
{
    struct witness *witness = owner;
    witness->done = progress->done;
    memcpy(witness->note, progress->note, sizeof witness->note);
}

static bool see_proceed(void *owner)
{
    struct witness *witness = owner;
    return ++witness->calls <= witness->stop_after;
}

/* A change here is a change of what every seed means: it must be intended. */
static void test_trajectory(void **state)
{
    struct sr_error error = {0};
    struct witness witness = {.stop_after = 10000};
    struct sr_monitor monitor = {&witness, see_progress, see_epoch, see_proceed};
    static const double losses[4] = {1.20490, 0.20001, 0.06759, 0.03490};
    bool complete;
    (void)state;
    struct sr_trainer *trainer = make_trainer(false, &plain, NULL);
    assert_ok(sr_trainer_run(trainer, &monitor, NULL, NULL, &complete, &error));
    assert_true(complete);
    assert_int_equal(witness.epochs, 4);
    assert_int_equal(witness.done, 4 * 5); /* 70 images are 4 batches of 16 and one of 6 */
    for (int i = 0; i < 4; i++) {
        const struct sr_epoch *epoch = &trainer->history[i];
        if (fabs(epoch->train_loss - losses[i]) > 2e-4)
            fail_msg("epoch %d has the loss %.5f, not %.5f", i + 1, epoch->train_loss, losses[i]);
        assert_true(epoch->validation_accuracy >= 0 && epoch->validation_accuracy <= 1);
        assert_float_equal(epoch->learning_rate, 0.02, 1e-9);
    }
    sr_trainer_free(trainer);
}

static void test_threads(void **state)
{
    struct sr_training plan = plain;
    struct sr_trainer *trainers[3];
    struct sr_pool *pools[3];
    struct sr_error error = {0};
    bool complete;
    (void)state;
    plan.optimizer = (struct sr_optimizer_options){SR_OPTIMIZER_MUON, 0.9, 0.01};
    plan.average = 0.9;
    plan.smoothing = 0.1;
    plan.clip = 1;
    plan.augment = (struct sr_augment){.flip = true,
                                       .shift = 2,
                                       .rotation = 5,
                                       .scale = 0.1,
                                       .erase = 0.3,
                                       .brightness = 0.1,
                                       .noise = 0.02};
    for (int t = 0; t < 3; t++) {
        pools[t] = t ? sr_pool_new(t + 1, &error) : NULL;
        trainers[t] = make_trainer(true, &plan, pools[t]);
        assert_ok(sr_trainer_run(trainers[t], NULL, NULL, NULL, &complete, &error));
        assert_same_weights(trainers[t]->kept, trainers[0]->kept);
        assert_same_weights(trainers[t]->network, trainers[0]->network);
        assert_memory_equal(&trainers[t]->history[3].train_loss,
                            &trainers[0]->history[3].train_loss, sizeof(double));
        assert_memory_equal(&trainers[t]->history[3].validation_loss,
                            &trainers[0]->history[3].validation_loss, sizeof(double));
    }
    for (int t = 0; t < 3; t++) {
        sr_trainer_free(trainers[t]);
        sr_pool_free(pools[t]);
    }
}

/* Steps that are taken stretch by stretch, in the backward pass, where many pixels are zero, are
 * those that are taken in one piece, as clipping asks for, even where it clips nothing. */
static void test_stretches(void **state)
{
    const struct sr_layer_spec layers[] = {
        {.type = SR_LAYER_FLATTEN, .input = -1, .other = -1},
        {.type = SR_LAYER_DENSE,
         .name = "fc1",
         .input = 0,
         .other = -1,
         .channels = 300,
         .bias = true},
        {.type = SR_LAYER_RELU, .input = 1, .other = -1},
        {.type = SR_LAYER_DENSE,
         .name = "fc2",
         .input = 2,
         .other = -1,
         .channels = CLASSES,
         .bias = true},
    };
    static uint8_t dark[COUNT * AREA];
    struct sr_images few = images;
    struct sr_samples train = {&few, rows, TRAIN}, validation = {&few, rows + TRAIN, VALIDATION};
    (void)state;
    few.pixels = dark;
    for (int i = 0; i < COUNT * AREA; i++) dark[i] = pixels[i] > 60 ? pixels[i] : 0;
    for (int kind = 0; kind < SR_OPTIMIZER_COUNT; kind++) {
        struct sr_trainer *trainers[4];
        struct sr_pool *pools[4];
        for (int way = 0; way < 4; way++) {
            struct sr_error error = {0};
            struct sr_training plan = plain;
            bool complete;
            plan.optimizer = (struct sr_optimizer_options){(enum sr_optimizer_kind)kind, 0.9, 0.01};
            plan.rate = 0.003;
            plan.average = 0.9;
            plan.input = (struct sr_input){.deviation = 1};
            plan.clip = way ? 0 : 1e30;
            pools[way] = way > 1 ? sr_pool_new(way, &error) : NULL;
            struct sr_network *network = sr_network_new(layers, sizeof layers / sizeof *layers,
                                                        (struct sr_shape){SIDE, SIDE, 1}, &error);
            assert_non_null(network);
            sr_network_init(network, 3);
            trainers[way] = sr_trainer_new(network, &plan, &train, &validation, pools[way], &error);
            assert_non_null(trainers[way]);
            assert_ok(sr_trainer_run(trainers[way], NULL, NULL, NULL, &complete, &error));
            assert_same_weights(trainers[way]->network, trainers[0]->network);
            assert_same_weights(trainers[way]->average, trainers[0]->average);
            assert_same_weights(trainers[way]->kept, trainers[0]->kept);
        }
        for (int way = 0; way < 4; way++) {
            sr_trainer_free(trainers[way]);
            sr_pool_free(pools[way]);
        }
    }
}

/* Stopped in epoch 3: what is kept is what two epochs give. Stopped in epoch 1: nothing is kept. */
static void test_stop(void **state)
{
    struct sr_error error = {0};
    struct sr_training two = plain;
    struct witness witness = {.stop_after = 14}; /* 5 batches and 1 block of validation an epoch */
    struct sr_monitor monitor = {&witness, see_progress, see_epoch, see_proceed};
    bool complete;
    (void)state;
    two.epochs = 2;
    struct sr_trainer *stopped = make_trainer(true, &plain, NULL),
                      *whole = make_trainer(true, &two, NULL);
    assert_ok(sr_trainer_run(stopped, &monitor, NULL, NULL, &complete, &error));
    assert_false(complete);
    assert_int_equal(stopped->finished, 2);
    assert_int_equal(witness.epochs, 2);
    assert_ok(sr_trainer_run(whole, NULL, NULL, NULL, &complete, &error));
    assert_same_weights(stopped->kept, whole->kept);
    sr_trainer_free(stopped);
    sr_trainer_free(whole);

    witness = (struct witness){.stop_after = 4};
    stopped = make_trainer(true, &plain, NULL);
    assert_refused(sr_trainer_run(stopped, &monitor, NULL, NULL, &complete, &error),
                   SR_ERROR_CANCELLED, "first epoch");
    sr_trainer_free(stopped);
}

static void test_divergence(void **state)
{
    struct sr_error error = {0};
    struct sr_training wild = plain;
    bool complete;
    (void)state;
    wild.rate = 1e20;
    struct sr_trainer *trainer = make_trainer(false, &wild, NULL);
    assert_refused(sr_trainer_run(trainer, NULL, NULL, NULL, &complete, &error), SR_ERROR_NUMERIC,
                   "diverged");
    sr_trainer_free(trainer);
}

/* Spoil the weights when epoch 2 has ended. */
static enum sr_status spoil(void *owner, struct sr_trainer *trainer, struct sr_error *error)
{
    struct sr_parameter *parameters;
    (void)owner;
    (void)error;
    sr_network_parameters(trainer->network, &parameters);
    if (trainer->finished == 2) parameters[0].values[0] = NAN;
    return SR_OK;
}

/* A loss far above that of guessing is a divergence, too, though it is a number. */
static void test_collapse(void **state)
{
    struct sr_error error = {0};
    struct witness witness = {.stop_after = 10000};
    struct sr_monitor monitor = {&witness, see_progress, see_epoch, see_proceed};
    struct sr_training fast = plain;
    bool complete;
    (void)state;
    struct sr_trainer *trainer = make_trainer(false, &fast, NULL);
    assert_ok(sr_trainer_run(trainer, &monitor, NULL, NULL, &complete, &error));
    assert_false(trainer->diverged);
    sr_trainer_free(trainer);
    fast.rate = 3;
    witness = (struct witness){.stop_after = 10000};
    trainer = make_trainer(false, &fast, NULL);
    assert_ok(sr_trainer_run(trainer, &monitor, NULL, NULL, &complete, &error));
    assert_true(complete);
    assert_true(trainer->diverged);
    assert_non_null(strstr(witness.note, "diverged: the loss is "));
    sr_trainer_free(trainer);
}

static void test_later_divergence(void **state)
{
    struct sr_error error = {0};
    struct witness witness = {.stop_after = 10000};
    struct sr_monitor monitor = {&witness, see_progress, see_epoch, see_proceed};
    struct sr_training two = plain;
    bool complete;
    (void)state;
    two.epochs = 2;
    struct sr_trainer *trainer = make_trainer(false, &plain, NULL),
                      *whole = make_trainer(false, &two, NULL);
    assert_ok(sr_trainer_run(trainer, &monitor, spoil, NULL, &complete, &error));
    assert_true(complete);
    assert_int_equal(trainer->finished, 2);
    assert_non_null(strstr(witness.note, "diverged in epoch 3"));
    assert_ok(sr_trainer_run(whole, NULL, NULL, NULL, &complete, &error));
    assert_same_weights(trainer->kept, whole->kept);
    sr_trainer_free(trainer);
    sr_trainer_free(whole);
}

/* With patience the best epoch is kept, and the run ends so many epochs after it. */
static void test_patience(void **state)
{
    struct sr_error error = {0};
    struct sr_training plan = plain;
    bool complete;
    (void)state;
    plan.epochs = 60;
    plan.patience = 3;
    struct sr_trainer *trainer = make_trainer(true, &plan, NULL);
    assert_ok(sr_trainer_run(trainer, NULL, NULL, NULL, &complete, &error));
    assert_true(complete);
    assert_true(trainer->finished < 60);
    assert_int_equal(trainer->finished, trainer->best_epoch + 3);
    for (int i = 0; i < trainer->finished; i++) {
        assert_true(trainer->history[i].validation_accuracy <= trainer->best_accuracy);
        if (i + 1 < trainer->best_epoch) /* of equals, the first */
            assert_true(trainer->history[i].validation_accuracy < trainer->best_accuracy);
    }
    struct sr_training short_plan = plain;
    short_plan.epochs = trainer->best_epoch;
    struct sr_trainer *whole = make_trainer(true, &short_plan, NULL);
    assert_ok(sr_trainer_run(whole, NULL, NULL, NULL, &complete, &error));
    assert_same_weights(trainer->kept, whole->kept);
    sr_trainer_free(trainer);
    sr_trainer_free(whole);
}

/* The average after one and two steps, by its definition: it keeps (1 + step) / (10 + step) of
 * itself, or what the plan says if that is less. */
static void test_average(void **state)
{
    (void)state;
    for (int way = 0; way < 2; way++) {
        struct sr_error error = {0};
        struct sr_training one = plain, two = plain;
        double decay = way ? 0.15 : 0.9, keep[2] = {0.1, way ? 0.15 : 2.0 / 11};
        bool complete;
        one.epochs = 1;
        two.epochs = 2;
        one.batch = two.batch = TRAIN; /* one step an epoch */
        one.average = two.average = decay;
        struct sr_trainer *first = make_trainer(true, &one, NULL),
                          *second = make_trainer(true, &two, NULL);
        struct sr_network *start = make_network(true);
        assert_ok(sr_trainer_run(first, NULL, NULL, NULL, &complete, &error));
        assert_ok(sr_trainer_run(second, NULL, NULL, NULL, &complete, &error));
        struct sr_parameter *w0, *w1, *w2, *average1, *average2;
        size_t count = sr_network_parameters(start, &w0);
        sr_network_parameters(first->network, &w1);
        sr_network_parameters(second->network, &w2);
        sr_network_parameters(first->average, &average1);
        sr_network_parameters(second->average, &average2);
        for (size_t p = 0; p < count; p++)
            for (size_t i = 0; i < w0[p].count; i++) {
                double once =
                    keep[0] * (double)w0[p].values[i] + (1 - keep[0]) * (double)w1[p].values[i];
                double twice = keep[1] * once + (1 - keep[1]) * (double)w2[p].values[i];
                assert_float_equal(average1[p].values[i], once, 1e-6);
                assert_float_equal(average2[p].values[i], twice, 1e-6);
            }
        sr_network_free(start);
        sr_trainer_free(first);
        sr_trainer_free(second);
    }
}

/* What the network is given in the last batch: images as the augmentation makes them for their row
 * and this epoch, then normalised. */
static void test_augmented_input(void **state)
{
    enum { EPOCHS = 3, LAST = TRAIN - 4 * 16 };
    struct sr_error error = {0};
    struct sr_training plan = plain;
    bool complete;
    (void)state;
    plan.epochs = EPOCHS;
    plan.augment = (struct sr_augment){.flip = true, .shift = 2, .noise = 0.05};
    struct sr_trainer *trainer = make_trainer(false, &plan, NULL);
    assert_ok(sr_trainer_run(trainer, NULL, NULL, NULL, &complete, &error));
    const float *found = sr_workspace_input(trainer->workspace);
    for (size_t i = 0; i < LAST; i++) {
        const uint32_t row = trainer->order[4 * 16 + i];
        float wanted[AREA];
        sr_augment_image(&plan.augment, plan.seed, EPOCHS, row, pixels + row * AREA, images.shape,
                         wanted);
        for (size_t p = 0; p < AREA; p++)
            assert_float_equal(found[i * AREA + p], (wanted[p] - 0.3f) / 0.2f, 1e-5);
    }
    sr_trainer_free(trainer);
}

/* Of 70 images: 3 batches of 23, as 1 is less than an eighth of that; 3 of 22 and one of 4. */
static void test_last_batch(void **state)
{
    static const struct {
        int batch;
        uint64_t batches;
    } cuts[] = {{23, 3}, {22, 4}, {70, 1}, {100, 1}, {62, 2}, {63, 1}};
    (void)state;
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        struct sr_training plan = plain;
        plan.batch = cuts[i].batch;
        struct sr_trainer *trainer = make_trainer(false, &plan, NULL);
        assert_int_equal(trainer->batches, cuts[i].batches);
        sr_trainer_free(trainer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trajectory),       cmocka_unit_test(test_threads),
        cmocka_unit_test(test_stretches),        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_divergence),       cmocka_unit_test(test_collapse),
        cmocka_unit_test(test_later_divergence), cmocka_unit_test(test_patience),
        cmocka_unit_test(test_average),          cmocka_unit_test(test_last_batch),
        cmocka_unit_test(test_augmented_input),
    };
    return cmocka_run_group_tests(tests, make_data, NULL);
}
