/* Predicting from pixels, by one view or several, and measuring, against plain arithmetic. */
#include "networks.h"

#include "sartor/data/images.h"
#include "sartor/nn/inference.h"

enum { SIDE = 9, AREA = SIDE * SIDE, CLASSES = 3, COUNT_ALL = 70 };

static const struct sr_layer_spec layers[] = {FLATTEN(-1), DENSE("d", 0, CLASSES)};
static const struct sr_input input = {.mean = 0.3f, .deviation = 0.4f};
static uint8_t pixels[COUNT_ALL * AREA], labels[COUNT_ALL];
static struct sr_images images = {
    .count = COUNT_ALL, .shape = {SIDE, SIDE, 1}, .pixels = pixels, .labels = labels};
static struct sr_samples samples = {&images, NULL, COUNT_ALL};
static struct sr_network *network;
static float weights[CLASSES * AREA];

static int make_data(void **state)
{
    struct sr_rng rng;
    (void)state;
    sr_rng_init(&rng, 5, SR_STREAM_TEST, 0);
    for (int i = 0; i < COUNT_ALL * AREA; i++) pixels[i] = (uint8_t)sr_rng_below(&rng, 256);
    for (int i = 0; i < COUNT_ALL; i++) labels[i] = (uint8_t)(i % CLASSES);
    network = make(layers, COUNT(layers), SIDE, SIDE);
    sr_network_export(network, 0, weights);
    return 0;
}

static int free_data(void **state)
{
    (void)state;
    sr_network_free(network);
    return 0;
}

/* Logits of an image that is moved down and right, then mirrored; black comes in. */
static void view_logits(int image, int down, int right, bool mirror, double weight, double *logits)
{
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            int row = y - down, column = x - right;
            bool inside = row >= 0 && row < SIDE && column >= 0 && column < SIDE;
            if (mirror) column = SIDE - 1 - column;
            double value = inside ? pixels[image * AREA + row * SIDE + column] / 255.0 : 0;
            for (int c = 0; c < CLASSES; c++)
                logits[c] += weight * (double)weights[c * AREA + y * SIDE + x] *
                             (value - (double)input.mean) / (double)input.deviation;
        }
}

/* Each image by its own mean and deviation: what is lighter, flatter or both looks the same. An
 * even image is 0 all over. */
static void test_own_mean(void **state)
{
    const struct sr_input own = {.mean = 9, .deviation = 5, .own = true};
    const struct sr_shape shape = {SIDE, SIDE, 1};
    uint8_t image[AREA], flatter[AREA], even[AREA];
    float first[AREA], second[AREA];
    double sum = 0, squares = 0;
    (void)state;
    for (int i = 0; i < AREA; i++) {
        image[i] = (uint8_t)(i * 37 % 101 * 2);
        flatter[i] = (uint8_t)(image[i] / 2 + 90);
        even[i] = 200;
    }
    sr_inference_fill(&own, image, shape, first);
    sr_inference_fill(&own, flatter, shape, second);
    for (int i = 0; i < AREA; i++) {
        sum += (double)first[i];
        squares += (double)first[i] * (double)first[i];
        assert_float_equal(first[i], second[i], 1e-4);
    }
    assert_float_equal(sum / AREA, 0, 1e-5);
    assert_float_equal(squares / AREA, 1, 1e-4);
    sr_inference_fill(&own, even, shape, first);
    for (int i = 0; i < AREA; i++) assert_float_equal(first[i], 0, 1e-4);
}

/* An image's probabilities are the same bits alone, with few others and in a full batch, through
 * every way in which a convolution or a dense layer is done. */
static void test_company(void **state)
{
    const struct sr_layer_spec deep[] = {
        CONV("a", -1, 18, 3, 1, true, false),
        NORM("n", 0),
        RELU(1),
        CONV("b", 2, 33, 3, 1, true, true),
        RELU(3),
        POOL(4),
        CONV("c", 5, 70, 1, 1, true, true),
        FLATTEN(6),
        DENSE("d", 7, 64),
        RELU(8),
        DENSE("e", 9, CLASSES),
    };
    static const size_t counts[] = {1, 2, 5, 13, 63};
    struct sr_network *convolutions = make(deep, COUNT(deep), SIDE, SIDE);
    const struct sr_inference inference = {.network = convolutions, .input = &input};
    float all[COUNT_ALL * CLASSES], some[COUNT_ALL * CLASSES];
    struct sr_error error = {0};
    (void)state;
    assert_int_equal(sr_inference_run(&inference, SR_VIEWS_SHIFT, &samples, all, &error), SR_OK);
    for (size_t i = 0; i < COUNT(counts); i++)
        for (uint32_t first = 0; first + counts[i] <= COUNT_ALL; first += 23) {
            uint32_t rows[COUNT_ALL];
            for (uint32_t r = 0; r < counts[i]; r++) rows[r] = first + r;
            const struct sr_samples few = {&images, rows, counts[i]};
            assert_int_equal(sr_inference_run(&inference, SR_VIEWS_SHIFT, &few, some, &error),
                             SR_OK);
            assert_memory_equal(some, all + first * CLASSES, counts[i] * CLASSES * sizeof *some);
        }
    /* So are its features, what the last layer gets: 64 numbers, none below 0 after a ReLU. */
    static float features[COUNT_ALL * 64], few_features[COUNT_ALL * 64];
    assert_int_equal(sr_network_features(convolutions), 64);
    assert_ok(sr_inference_features(&inference, &samples, features, &error));
    for (uint32_t first = 0; first < COUNT_ALL; first += 7) {
        const struct sr_samples one = {&images, &first, 1};
        assert_ok(sr_inference_features(&inference, &one, few_features, &error));
        assert_memory_equal(few_features, features + first * 64, 64 * sizeof *features);
    }
    float least = INFINITY, most = 0;
    for (size_t i = 0; i < (size_t)COUNT_ALL * 64; i++) {
        least = fminf(least, features[i]);
        most = fmaxf(most, features[i]);
    }
    assert_true(least >= 0 && most > 0);
    sr_network_free(convolutions);
}

static void test_views(void **state)
{
    float found[COUNT_ALL * CLASSES];
    (void)state;
    for (int views = 0; views < SR_VIEWS_COUNT; views++) {
        struct sr_error error = {0};
        const struct sr_inference inference = {.network = network, .input = &input};
        assert_ok(sr_inference_run(&inference, (enum sr_views)views, &samples, found, &error));
        for (int i = 0; i < COUNT_ALL; i++) {
            double logits[CLASSES] = {0}, total = views == SR_VIEWS_NONE     ? 1
                                                  : views == SR_VIEWS_MIRROR ? 2
                                                                             : 4;
            view_logits(i, 0, 0, false, 1 / total, logits);
            if (views >= SR_VIEWS_MIRROR) view_logits(i, 0, 0, true, 1 / total, logits);
            for (int mirror = 0; views == SR_VIEWS_SHIFT && mirror < 2; mirror++) {
                view_logits(i, -1, -1, mirror, 0.5 / total, logits);
                view_logits(i, 1, 1, mirror, 0.5 / total, logits);
            }
            double sum = exp(logits[0]) + exp(logits[1]) + exp(logits[2]);
            for (int c = 0; c < CLASSES; c++)
                assert_float_equal(found[i * CLASSES + c], exp(logits[c]) / sum, 1e-4);
        }
    }
}

static void test_measure(void **state)
{
    struct sr_error error = {0};
    struct sr_workspace *workspace = sr_inference_workspace(network, NULL, &error);
    double loss, accuracy, wanted = 0;
    int right = 0;
    (void)state;
    const struct sr_inference inference = {
        .network = network, .workspace = workspace, .input = &input};
    assert_ok(sr_inference_measure(&inference, &samples, &loss, &accuracy, &error));
    for (int i = 0; i < COUNT_ALL; i++) {
        double logits[CLASSES] = {0};
        int best = 0;
        view_logits(i, 0, 0, false, 1, logits);
        for (int c = 1; c < CLASSES; c++) best = logits[c] > logits[best] ? c : best;
        right += best == labels[i];
        wanted += log(exp(logits[0]) + exp(logits[1]) + exp(logits[2])) - logits[labels[i]];
    }
    assert_float_equal(loss, wanted / COUNT_ALL, 1e-5);
    assert_float_equal(accuracy, (double)right / COUNT_ALL, 1e-12);
    sr_workspace_free(workspace);
}

/* Logits of some thousands, whose powers no float holds; and a workspace that was made for another
 * network of the same layers. */
static void test_large_logits(void **state)
{
    struct sr_error error = {0};
    struct sr_workspace *workspace = sr_inference_workspace(network, NULL, &error);
    struct sr_network *large = sr_network_copy(network, &error);
    float found[COUNT_ALL * CLASSES], strong[CLASSES * AREA];
    (void)state;
    for (int i = 0; i < CLASSES * AREA; i++) strong[i] = 5000 * weights[i];
    sr_network_import(large, 0, strong);
    assert_ok(sr_inference_run(
        &(struct sr_inference){.network = large, .workspace = workspace, .input = &input},
        SR_VIEWS_NONE, &samples, found, &error));
    for (int i = 0; i < COUNT_ALL; i++) {
        double logits[CLASSES] = {0}, sum = 0;
        int best = 0;
        view_logits(i, 0, 0, false, 5000, logits);
        for (int c = 1; c < CLASSES; c++) best = logits[c] > logits[best] ? c : best;
        for (int c = 0; c < CLASSES; c++) sum += exp(logits[c] - logits[best]);
        for (int c = 0; c < CLASSES; c++) {
            assert_true(isfinite(found[i * CLASSES + c])); /* cmocka takes NaN for equal */
            assert_float_equal(found[i * CLASSES + c], exp(logits[c] - logits[best]) / sum, 0.02);
        }
    }
    sr_network_free(large);
    sr_workspace_free(workspace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_large_logits), cmocka_unit_test(test_views),
        cmocka_unit_test(test_company),      cmocka_unit_test(test_own_mean),
        cmocka_unit_test(test_measure),
    };
    (void)check_gradients;
    (void)fill;
    return cmocka_run_group_tests_name("inference", tests, make_data, free_data);
}
