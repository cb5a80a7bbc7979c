/* Every kind of layer in the table, in several surroundings: prediction against the plain
 * reference, gradients against finite differences, sizes, words. A new kind is tested by being in
 * the table. */
#include "networks.h"

/* A network with the kind between two layers whose gradients pass through it. False where the kind
 * cannot stand there. */
static bool check_in(enum sr_layer_type type, int surrounding, int channels)
{
    struct sr_layer_spec kind = sr_layer_example(type);
    snprintf(kind.name, sizeof kind.name, "kind");
    kind.input = 1;
    kind.other = 0;
    const struct sr_layer_spec alone[] = {CONV("a", -1, 19, 3, 1, true, false), RELU(0), kind,
                                          FLATTEN(2), DENSE("d", 3, 3)};
    const struct sr_layer_spec activated[] = {CONV("a", -1, 19, 3, 1, true, false),
                                              DROPOUT(0, 0.1f),
                                              kind,
                                              RELU(2),
                                              POOL(3),
                                              FLATTEN(4),
                                              DENSE("d", 5, 3)};
    const struct sr_layer_spec shared[] = {CONV("a", -1, 6, 3, 1, true, false),
                                           RELU(0),
                                           kind,
                                           kind,
                                           ADD(2, 3),
                                           FLATTEN(4),
                                           DENSE("d", 5, 3)};
    const struct sr_layer_spec vector[] = {CONV("a", -1, 7, 3, 2, true, true),
                                           FLATTEN(0),
                                           kind,
                                           DENSE("c", 2, 9),
                                           RELU(3),
                                           DENSE("d", 4, 3)};
    const struct sr_layer_spec hidden[] = {FLATTEN(-1),      DENSE("a", 0, 21), kind,
                                           DENSE("c", 2, 9), RELU(3),           DENSE("d", 4, 3)};
    struct sr_layer_spec first = kind;
    first.input = 0;
    const struct sr_layer_spec residual[] = {CONV("a", -1, 6, 3, 1, true, false), first, ADD(1, 0),
                                             FLATTEN(2), DENSE("d", 3, 3)};
    const struct {
        const struct sr_layer_spec *layers;
        size_t count;
    } surroundings[] = {{alone, COUNT(alone)},   {activated, COUNT(activated)},
                        {shared, COUNT(shared)}, {vector, COUNT(vector)},
                        {hidden, COUNT(hidden)}, {residual, COUNT(residual)}};
    if ((size_t)surrounding >= COUNT(surroundings)) return false;
    const struct sr_layer_spec *layers = surroundings[surrounding].layers;
    size_t count = surroundings[surrounding].count;
    struct sr_error error = {0};
    const struct sr_shape image = {9, 11, channels};
    struct sr_network *network = sr_network_new(layers, count, image, &error);
    if (!network) {
        assert_true(error.text[0]);
        return false;
    }
    sr_network_free(network);
    check_gradients_for(layers, count, image, 6);
    return true;
}

static void test_every_kind(void **state)
{
    (void)state;
    for (int type = 0; type < SR_LAYER_COUNT; type++) {
        int stands = 0;
        for (int surrounding = 0; surrounding < 6; surrounding++)
            stands += check_in((enum sr_layer_type)type, surrounding, 1) &&
                      check_in((enum sr_layer_type)type, surrounding, 3);
        if (stands < 2) fail_msg("kind %d can stand in %d surroundings only", type, stands);
    }
}

/* Far from 0 too, where σ is 0 or 1: dense weights take the image to x, SiLU to y. */
static void test_silu(void **state)
{
    const struct sr_layer_spec layers[] = {FLATTEN(-1),
                                           DENSE("a", 0, 1),
                                           {.type = SR_LAYER_SILU, .name = "s", .input = 1},
                                           DENSE("d", 2, 2)};
    const float xs[] = {-1e9f, -300, -87, -20, -5, -1e-3f, 0, 1e-3f, 3, 17, 88, 300, 1e9f};
    struct sr_error error = {0};
    struct sr_network *network = make(layers, COUNT(layers), 1, 1);
    struct sr_workspace *workspace = sr_workspace_new(network, COUNT(xs), false, NULL, &error);
    (void)state;
    sr_network_import(network, 0, (const float[]){1});
    sr_network_import(network, 2, (const float[]){1, 0});
    memcpy(sr_workspace_input(workspace), xs, sizeof xs);
    sr_network_predict(network, workspace, COUNT(xs));
    for (size_t i = 0; i < COUNT(xs); i++) {
        double x = (double)xs[i], wanted = x / (1 + exp(-x));
        double found = (double)sr_workspace_logits(workspace)[2 * i];
        if (!(fabs(found - wanted) <= 1e-6 * fabs(x)))
            fail_msg("SiLU of %g is %g, not %g", x, found, wanted);
    }
    sr_workspace_free(workspace);
    sr_network_free(network);
}

/* 3 × 5 pixels: the last row and column are left out. */
static void test_average_pool(void **state)
{
    const struct sr_layer_spec layers[] = {CONV("a", -1, 1, 1, 1, true, false),
                                           {.type = SR_LAYER_AVERAGE_POOL, .name = "p"},
                                           FLATTEN(1),
                                           DENSE("d", 2, 2)};
    const float x[15] = {1, 2, 3, 4, 100, 5, 6, 7, 12, 100, 100, 100, 100, 100, 100};
    struct sr_error error = {0};
    struct sr_network *network = make(layers, COUNT(layers), 3, 5);
    struct sr_workspace *workspace = sr_workspace_new(network, 1, false, NULL, &error);
    (void)state;
    sr_network_import(network, 0, (const float[]){1});
    sr_network_import(network, 1, (const float[]){1, 0, 0, 1});
    memcpy(sr_workspace_input(workspace), x, sizeof x);
    sr_network_predict(network, workspace, 1);
    assert_float_equal(sr_workspace_logits(workspace)[0], 3.5, 0);
    assert_float_equal(sr_workspace_logits(workspace)[1], 6.5, 0);
    sr_workspace_free(workspace);
    sr_network_free(network);
}

static void expect_words(const struct sr_layer_spec *layer, const char *words)
{
    char text[64];
    sr_layer_describe(layer, text, sizeof text);
    assert_string_equal(text, words);
}

static void test_words(void **state)
{
    (void)state;
    expect_words(&(struct sr_layer_spec)CONV("conv1", -1, 32, 3, 1, true, true), "conv1: 3×3, 32");
    expect_words(&(struct sr_layer_spec)CONV("a.conv2", 0, 64, 1, 2, true, true),
                 "a.conv2: 1×1, 64, stride 2");
    expect_words(&(struct sr_layer_spec)NORM("bn1", 0), "bn1: batch norm");
    expect_words(&(struct sr_layer_spec)DENSE("fc1", 0, 10), "fc1: dense, 10");
    expect_words(&(struct sr_layer_spec)DROPOUT(0, 0.25f), "dropout 0.25");
    expect_words(&(struct sr_layer_spec)RELU(0), "ReLU");
    for (int type = 0; type < SR_LAYER_COUNT; type++) {
        struct sr_layer_spec layer = sr_layer_example((enum sr_layer_type)type);
        char text[64] = "";
        sr_layer_describe(&layer, text, sizeof text);
        assert_true(text[0]);
        assert_int_equal(sr_layer_inputs((enum sr_layer_type)type), type == SR_LAYER_ADD ? 2 : 1);
    }
    assert_int_equal(sr_layer_role(SR_LAYER_CONV), SR_ROLE_CONV);
    assert_int_equal(sr_layer_role(SR_LAYER_ADD), SR_ROLE_ADD);
}

static void test_sizes(void **state)
{
    const struct sr_layer_spec layers[] = {CONV("a", -1, 6, 3, 1, false, true),
                                           POOL(0),
                                           CONV("b", 1, 8, 3, 2, true, true),
                                           CONV("c", 1, 8, 1, 2, false, true),
                                           ADD(2, 3),
                                           RELU(4),
                                           FLATTEN(5),
                                           DROPOUT(6, 0.5f),
                                           DENSE("d", 7, 3)};
    struct sr_network *network = make(layers, COUNT(layers), 17, 14);
    int height, width, sized_height, sized_width, channels;
    (void)state;
    for (size_t i = 0; i < COUNT(layers); i++) {
        sr_network_shape(network, i, &height, &width, &channels);
        sr_layer_size(layers, i, 17, 14, &sized_height, &sized_width);
        assert_int_equal(sized_height, height);
        assert_int_equal(sized_width, width);
    }
    sr_network_shape(network, 2, &height, &width, &channels);
    assert_int_equal(height, 4);
    assert_int_equal(width, 3);
    sr_network_free(network);
    sr_layer_size(layers, 8, 3, 3, &height, &width); /* nothing is left to pool */
    assert_int_equal(height, 0);
    assert_int_equal(width, 0);
}

static void expect_refused(const struct sr_layer_spec *layers, size_t count, const char *words)
{
    struct sr_error error = {0};
    struct sr_network *network = sr_network_new(layers, count, (struct sr_shape){9, 9, 1}, &error);
    assert_null(network);
    if (!strstr(error.text, words)) fail_msg("\"%s\" does not say \"%s\"", error.text, words);
}

#define REFUSED(words, ...)                                                                        \
    do {                                                                                           \
        const struct sr_layer_spec layers_[] = {__VA_ARGS__};                                      \
        expect_refused(layers_, COUNT(layers_), words);                                            \
    } while (0)

static void test_refusals(void **state)
{
    (void)state;
    REFUSED("0 outputs", CONV("a", -1, 0, 3, 1, false, true), FLATTEN(0), DENSE("d", 1, 3));
    REFUSED("4097 outputs", FLATTEN(-1), DENSE("a", 0, 4097), DENSE("d", 1, 3));
    REFUSED("stride 3", CONV("a", -1, 4, 3, 3, false, true), FLATTEN(0), DENSE("d", 1, 3));
    REFUSED("follow a flatten", CONV("a", -1, 4, 3, 1, true, true), FLATTEN(0),
            CONV("b", 1, 4, 3, 1, true, true), DENSE("d", 2, 3));
    REFUSED("follow a flatten", CONV("a", -1, 4, 3, 1, true, true), FLATTEN(0), GLOBAL(1),
            DENSE("d", 2, 3));
    REFUSED("needs a flatten", CONV("a", -1, 4, 3, 1, true, true), DENSE("d", 0, 3));
    REFUSED("reads the image", RELU(-1), FLATTEN(0), DENSE("d", 1, 3));
    REFUSED("dropout rate of 1", FLATTEN(-1), DROPOUT(0, 1), DENSE("d", 1, 3));
    REFUSED("must be a dense one", FLATTEN(-1), DENSE("d", 0, 3), RELU(1));
    REFUSED("earlier layer", FLATTEN(1), DENSE("d", 0, 3));
    REFUSED("earlier layer", CONV("a", -1, 4, 3, 1, true, true), ADD(0, 1), FLATTEN(1),
            DENSE("d", 2, 3));
    REFUSED("no known type", FLATTEN(-1), {.type = SR_LAYER_COUNT, .name = "x"}, DENSE("d", 1, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind),   cmocka_unit_test(test_silu),
        cmocka_unit_test(test_average_pool), cmocka_unit_test(test_words),
        cmocka_unit_test(test_sizes),        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests_name("layers", tests, NULL, NULL);
}
