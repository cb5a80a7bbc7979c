/* What a pass of training leaves besides gradients, against plain arithmetic: loss, right answers,
 * running statistics; and the initial weights. */
#include "networks.h"

static void test_loss(void **state)
{
    /* The logits are the image's three pixels and 0. */
    const struct sr_layer_spec layers[] = {FLATTEN(-1), DENSE("d", 0, 4)};
    const float x[4][3] = {{1, 2, -1}, {-3, -2, -1}, {0.5f, 0.25f, 2}, {5, 1, 1}};
    const uint8_t labels[4] = {1, 3, 0, 0};
    const double smoothing = 0.2;
    struct sr_error error = {0};
    struct sr_network *network = make(layers, COUNT(layers), 1, 3);
    struct sr_workspace *workspace = sr_workspace_new(network, 4, true, NULL, &error);
    int right;
    double wanted = 0;
    (void)state;
    sr_network_import(network, 0, (const float[]){1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0});
    memcpy(sr_workspace_input(workspace), x, sizeof x);
    sr_network_forward(network, workspace, 4, 1, 0);
    double loss = sr_network_backward(network, workspace, 4, labels, (float)smoothing, &right);
    double slope = 0; /* of the mean loss, by the first bias */
    for (int i = 0; i < 4; i++) {
        double total = 1;
        for (int c = 0; c < 3; c++) total += exp((double)x[i][c]);
        for (int c = 0; c < 4; c++) {
            double target = smoothing / 4 + (c == labels[i] ? 1 - smoothing : 0);
            double share = exp(c < 3 ? (double)x[i][c] : 0) / total;
            wanted -= target * log(share);
            if (c == 0) slope += (share - target) / 4;
        }
    }
    assert_float_equal(loss, wanted, 1e-5);
    assert_int_equal(right, 3);
    assert_float_equal(sr_workspace_gradient(workspace, 1)[0], slope, 1e-6);
    sr_workspace_free(workspace);
    sr_network_free(network);
}

/* A norm on the pixels themselves: running statistics after one batch from 0 and 1, over more
 * images than a piece has. */
static void test_running_statistics(void **state)
{
    enum { IMAGES = 11, PIXELS = 6, VALUES = IMAGES * PIXELS };
    const struct sr_layer_spec layers[] = {CONV("a", -1, 1, 1, 1, true, false), NORM("n", 0),
                                           FLATTEN(1), DENSE("d", 2, 3)};
    struct sr_error error = {0};
    struct sr_network *network = make(layers, COUNT(layers), 2, 3);
    struct sr_workspace *workspace = sr_workspace_new(network, IMAGES, true, NULL, &error);
    struct sr_parameter *parameters;
    double mean = 0, spread = 0;
    (void)state;
    sr_network_parameters(network, &parameters);
    assert_string_equal(parameters[3].name, "n.running_mean");
    assert_string_equal(parameters[4].name, "n.running_var");
    sr_network_import(network, 0, (const float[]){1});
    fill(workspace, VALUES, 3);
    const float *x = sr_workspace_input(workspace);
    for (int i = 0; i < VALUES; i++) mean += (double)x[i] / VALUES;
    for (int i = 0; i < VALUES; i++) spread += ((double)x[i] - mean) * ((double)x[i] - mean);
    sr_network_forward(network, workspace, IMAGES, 1, 0);
    assert_float_equal(parameters[3].values[0], 0.1 * mean, 1e-6);
    assert_float_equal(parameters[4].values[0], 0.9 + 0.1 * spread / (VALUES - 1), 1e-6);
    sr_workspace_free(workspace);
    sr_network_free(network);
}

/* The largest weight of many is near its bound: √(6 / inputs) where a ReLU or SiLU comes, through
 * norms and sums or not, √(1 / inputs) elsewhere. */
static void test_initial_weights(void **state)
{
    const struct sr_layer_spec layers[] = {CONV("a", -1, 40, 3, 1, true, true),
                                           NORM("n", 0),
                                           RELU(1),
                                           CONV("b", 2, 40, 3, 1, true, true),
                                           ADD(3, 2),
                                           {.type = SR_LAYER_SILU, .input = 4},
                                           CONV("c", 5, 40, 3, 1, true, true),
                                           POOL(6),
                                           RELU(7),
                                           FLATTEN(8),
                                           DENSE("d", 9, 10)};
    static const struct {
        const char *name;
        double square, inputs;
    } bounds[] = {
        {"a.weight", 6, 9}, {"b.weight", 6, 360}, {"c.weight", 1, 360}, {"d.weight", 1, 640}};
    struct sr_network *network = make(layers, COUNT(layers), 8, 8);
    struct sr_parameter *parameters;
    size_t count = sr_network_parameters(network, &parameters), seen = 0;
    (void)state;
    for (size_t p = 0; p < count; p++) {
        float largest = 0;
        for (size_t i = 0; i < parameters[p].count; i++)
            largest = fmaxf(largest, fabsf(parameters[p].values[i]));
        for (size_t b = 0; b < COUNT(bounds); b++) {
            double bound = sqrt(bounds[b].square / bounds[b].inputs);
            if (strcmp(bounds[b].name, parameters[p].name) != 0) continue;
            assert_true((double)largest <= bound * 1.000001 && (double)largest > 0.95 * bound);
            seen++;
        }
        if (strstr(parameters[p].name, "bias")) assert_true(largest == 0);
    }
    assert_int_equal(seen, COUNT(bounds));
    /* Each tensor has a stream of its own: those of b and c are of one size. */
    float *b = NULL, *c = NULL;
    for (size_t p = 0; p < count; p++) {
        if (!strcmp(parameters[p].name, "b.weight")) b = parameters[p].values;
        if (!strcmp(parameters[p].name, "c.weight")) c = parameters[p].values;
    }
    assert_true(b && c && fabsf(b[0] / sqrtf(6) - c[0]) > 1e-6f);
    sr_network_free(network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loss),
        cmocka_unit_test(test_running_statistics),
        cmocka_unit_test(test_initial_weights),
    };
    (void)check_gradients;
    return cmocka_run_group_tests_name("passes", tests, NULL, NULL);
}
