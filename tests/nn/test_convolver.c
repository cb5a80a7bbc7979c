/* Networks whose convolutions are wide enough for Winograd's transforms: gradients against finite
 * differences, predictions against the plain reference, and the same bits at any thread count, with
 * everything that can stand around a convolution. */
#include "networks.h"

#include "sartor/base/pool.h"

/* Tiles of 4 and of 3, and pools. */
static const struct sr_layer_spec pools[] = {
    CONV("a", -1, 17, 3, 1, true, true),
    RELU(0),
    CONV("b", 1, 20, 3, 1, false, true),
    RELU(2),
    POOL(3),
    CONV("c", 4, 33, 3, 1, false, true),
    RELU(5),
    FLATTEN(6),
    DENSE("d", 7, 3),
};

/* Norms that observe, and inputs with two readers. */
static const struct sr_layer_spec block[] = {
    CONV("a", -1, 16, 3, 1, true, false),
    NORM("m", 0),
    RELU(1),
    CONV("b", 2, 18, 3, 1, true, false),
    NORM("n", 3),
    CONV("c", 2, 18, 3, 1, true, true),
    ADD(4, 5),
    CONV("e", 6, 16, 3, 1, true, false),
    GLOBAL(7),
    DENSE("f", 8, 3),
};

static void test_gradients(void **state)
{
    (void)state;
    check_gradients(pools, COUNT(pools), 13, 12, 5);
    check_gradients(block, COUNT(block), 6, 9, 5);
}

static void assert_same_bits(const struct sr_layer_spec *layers, size_t count, int side,
                             enum sr_precision precision)
{
    enum { IMAGES = 37 }; /* slices that are not full */
    float *first = NULL, logits[IMAGES * 3];
    uint8_t labels[IMAGES];
    for (int i = 0; i < IMAGES; i++) labels[i] = (uint8_t)(i % 3);
    for (int threads = 1; threads <= 3; threads++) {
        struct sr_error error = {0};
        struct sr_pool *pool = sr_pool_new(threads, &error);
        struct sr_network *network = make(layers, count, side, side);
        sr_network_train_in(network, precision);
        struct sr_workspace *workspace = sr_workspace_new(network, IMAGES, true, pool, &error);
        struct sr_parameter *parameters;
        size_t last = sr_network_parameters(network, &parameters) - 1;
        size_t length =
            (size_t)(parameters[last].values - parameters[0].values) + parameters[last].count;
        fill(workspace, IMAGES * (size_t)(side * side), 3);
        loss_at(network, workspace, IMAGES, labels);
        if (!first) {
            first = sr_xalloc(length * sizeof *first);
            memcpy(first, sr_workspace_gradient(workspace, 0), length * sizeof *first);
            memcpy(logits, sr_workspace_logits(workspace), sizeof logits);
        }
        assert_memory_equal(first, sr_workspace_gradient(workspace, 0), length * sizeof *first);
        assert_memory_equal(logits, sr_workspace_logits(workspace), sizeof logits);
        sr_workspace_free(workspace);
        sr_network_free(network);
        sr_pool_free(pool);
    }
    free(first);
}

static void test_same_bits(void **state)
{
    (void)state;
    for (int precision = 0; precision < SR_PRECISION_COUNT; precision++) {
        assert_same_bits(pools, COUNT(pools), 12, (enum sr_precision)precision);
        assert_same_bits(block, COUNT(block), 7, (enum sr_precision)precision);
    }
}

/* The gradients by products in bf16 point where those in floats do, and are not the same. */
static void assert_bf16(const struct sr_layer_spec *layers, size_t count, int side)
{
    enum { IMAGES = 9 };
    float *gradients[2];
    size_t length = 0;
    uint8_t labels[IMAGES];
    double loss[2], dot = 0, fine = 0, coarse = 0;
    for (int i = 0; i < IMAGES; i++) labels[i] = (uint8_t)(i % 3);
    for (int precision = 0; precision < 2; precision++) {
        struct sr_error error = {0};
        struct sr_network *network = make(layers, count, side, side), *copy;
        sr_network_train_in(network, (enum sr_precision)precision);
        copy = sr_network_copy(network, &error);
        struct sr_workspace *workspace = sr_workspace_new(copy, IMAGES, true, NULL, &error);
        struct sr_parameter *parameters;
        size_t last = sr_network_parameters(copy, &parameters) - 1;
        length = (size_t)(parameters[last].values - parameters[0].values) + parameters[last].count;
        fill(workspace, IMAGES * (size_t)(side * side), 3);
        loss[precision] = loss_at(copy, workspace, IMAGES, labels);
        gradients[precision] = sr_xalloc(length * sizeof(float));
        memcpy(gradients[precision], sr_workspace_gradient(workspace, 0), length * sizeof(float));
        sr_workspace_free(workspace);
        sr_network_free(copy);
        sr_network_free(network);
    }
    for (size_t i = 0; i < length; i++) {
        const double a = (double)gradients[0][i], b = (double)gradients[1][i];
        dot += a * b, fine += a * a, coarse += b * b;
    }
    assert_true(loss[0] != loss[1] && fabs(loss[0] - loss[1]) < 0.02 * loss[0]);
    const double angle = dot / sqrt(fine * coarse);
    if (!(angle > 0.99 && angle < 1 - 1e-9)) fail_msg("the cosine of the gradients is %g", angle);
    free(gradients[0]);
    free(gradients[1]);
}

static void test_bf16(void **state)
{
    (void)state;
    assert_bf16(pools, COUNT(pools), 12);
    assert_bf16(block, COUNT(block), 7);
}

/* Weights that are held, and others after them. */
static void assert_same_predictions(const struct sr_layer_spec *layers, size_t count, int side)
{
    enum { IMAGES = 37 };
    struct sr_network *network = make(layers, count, side, side), *other;
    float first[IMAGES * 3];
    other = make(layers, count, side, side);
    sr_network_init(other, 77);
    for (int threads = 1; threads <= 3; threads++) {
        struct sr_error error = {0};
        struct sr_pool *pool = sr_pool_new(threads, &error);
        struct sr_workspace *workspace = sr_workspace_new(network, IMAGES, false, pool, &error);
        fill(workspace, IMAGES * (size_t)(side * side), 3);
        sr_network_hold(network, workspace);
        for (int again = 0; again < 2; again++) {
            sr_network_predict(network, workspace, IMAGES);
            if (threads == 1 && !again) memcpy(first, sr_workspace_logits(workspace), sizeof first);
            assert_memory_equal(first, sr_workspace_logits(workspace), sizeof first);
        }
        sr_network_hold(NULL, workspace);
        sr_network_predict(other, workspace, IMAGES);
        assert_memory_not_equal(first, sr_workspace_logits(workspace), sizeof first);
        sr_network_predict(network, workspace, IMAGES);
        assert_memory_equal(first, sr_workspace_logits(workspace), sizeof first);
        sr_workspace_free(workspace);
        sr_pool_free(pool);
    }
    sr_network_free(other);
    sr_network_free(network);
}

static void test_same_predictions(void **state)
{
    (void)state;
    assert_same_predictions(pools, COUNT(pools), 12);
    assert_same_predictions(block, COUNT(block), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gradients),
        cmocka_unit_test(test_same_bits),
        cmocka_unit_test(test_same_predictions),
        cmocka_unit_test(test_bf16),
    };
    return cmocka_run_group_tests_name("convolver", tests, NULL, NULL);
}
