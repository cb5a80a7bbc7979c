/* Networks: gradients against finite differences, weights out and in, thread counts, instruction
 * sets. */
#include "support.h"

#include "networks.h"
#include "sartor/compute/matrix.h"
#include <stdatomic.h>

static void test_conv_gradients(void **state)
{
    (void)state;
    for (int same = 0; same < 2; same++)
        for (int stride = 1; stride <= 2; stride++)
            for (int kernel = 1; kernel <= 3; kernel += 2) {
                const struct sr_layer_spec layers[] = {
                    CONV("a", -1, 5, kernel, stride, same, true),
                    RELU(0),
                    CONV("b", 1, 18, kernel, stride, same, false),
                    RELU(2),
                    CONV("c", 3, 7, 1, 1, same, true),
                    FLATTEN(4),
                    DENSE("d", 5, 3),
                };
                check_gradients(layers, COUNT(layers), 15, 11, 5);
            }
}

static void test_cnn_gradients(void **state)
{
    const struct sr_layer_spec layers[] = {
        CONV("conv1", -1, 6, 3, 1, false, true),
        RELU(0),
        POOL(1),
        CONV("conv2", 2, 20, 3, 1, true, true),
        RELU(3),
        POOL(4),
        FLATTEN(5),
        DENSE("fc1", 6, 9),
        RELU(7),
        DROPOUT(8, 0.3f),
        DENSE("fc2", 9, 3),
    };
    (void)state;
    check_gradients(layers, COUNT(layers), 13, 12, 6);
    check_gradients(layers, COUNT(layers), 8, 19, 3);
}

static void test_norm_gradients(void **state)
{
    const struct sr_layer_spec plain[] = {
        CONV("a", -1, 8, 3, 1, true, false),
        NORM("n", 0),
        RELU(1),
        POOL(2),
        DROPOUT(3, 0.2f),
        CONV("b", 4, 4, 3, 1, true, false),
        NORM("m", 5),
        POOL(6),
        FLATTEN(7),
        DENSE("c", 8, 12),
        NORM("o", 9),
        RELU(10),
        DENSE("d", 11, 3),
    };
    const struct sr_layer_spec residual[] = {
        CONV("stem", -1, 18, 3, 1, true, false),
        NORM("n", 0),
        RELU(1),
        POOL(2),
        CONV("a", 3, 18, 3, 1, true, false),
        NORM("na", 4),
        RELU(5),
        CONV("b", 6, 18, 3, 1, true, false),
        NORM("nb", 7),
        ADD(8, 3),
        RELU(9), /* identity */
        CONV("c", 10, 24, 3, 2, true, false),
        NORM("nc", 11),
        RELU(12),
        CONV("e", 13, 24, 3, 1, true, false),
        NORM("ne", 14),
        CONV("p", 10, 24, 1, 2, false, false),
        NORM("np", 16),
        ADD(15, 17),
        RELU(18), /* projection */
        POOL(19),
        GLOBAL(20),
        DENSE("d", 21, 3),
    };
    const struct sr_layer_spec odd[] = {
        /* layers that nothing takes in */
        CONV("a", -1, 3, 3, 1, true, true),
        POOL(0),
        RELU(1),
        NORM("n", 2),
        ADD(3, 2),
        ADD(4, 2),
        FLATTEN(5),
        NORM("f", 6),
        DENSE("d", 7, 3),
    };
    (void)state;
    check_gradients(plain, COUNT(plain), 9, 10, 7);
    check_gradients(residual, COUNT(residual), 11, 9, 6);
    check_gradients(odd, COUNT(odd), 8, 9, 5);
}

static void test_mlp_gradients(void **state)
{
    const struct sr_layer_spec layers[] = {
        FLATTEN(-1), DROPOUT(0, 0.1f),  DENSE("a", 1, 21), NORM("n", 2),
        RELU(3),     DENSE("b", 4, 10), RELU(5),           DENSE("c", 6, 3),
    };
    /* A sum of the image, which has no gradient, and of a layer on it. */
    const struct sr_layer_spec beside[] = {FLATTEN(-1), DENSE("a", 0, 35), ADD(0, 1),
                                           DENSE("b", 2, 3)};
    (void)state;
    check_gradients(layers, COUNT(layers), 5, 7, 9);
    check_gradients(beside, COUNT(beside), 5, 7, 9);
}

static const struct sr_layer_spec study[] = {
    CONV("conv1", -1, 32, 3, 1, false, true),
    RELU(0),
    POOL(1),
    CONV("conv2", 2, 64, 3, 1, false, true),
    RELU(3),
    POOL(4),
    CONV("conv3", 5, 128, 3, 1, false, true),
    RELU(6),
    FLATTEN(7),
    DENSE("fc1", 8, 128),
    RELU(9),
    DENSE("fc2", 10, 10),
};

static void test_study(void **state)
{
    struct sr_network *network = make(study, COUNT(study), 28, 28);
    int height, width, channels;
    (void)state;
    assert_int_equal(sr_network_size(network), 241546);
    assert_int_equal(sr_network_multiply_adds(network), 3237248);
    sr_network_shape(network, 7, &height, &width, &channels);
    assert_int_equal(height, 3);
    assert_int_equal(width, 3);
    assert_int_equal(channels, 128);
    sr_network_free(network);
}

/* Multiply-adds are those of all outputs, with the zeros of the padding; the size leaves out the
 * running statistics. */
static void test_size(void **state)
{
    const struct sr_layer_spec layers[] = {CONV("a", -1, 6, 3, 2, true, false), NORM("n", 0),
                                           CONV("b", 1, 4, 3, 1, true, true), FLATTEN(2),
                                           DENSE("d", 3, 3)};
    struct sr_network *network = make(layers, COUNT(layers), 5, 7);
    (void)state;
    assert_int_equal(sr_network_size(network),
                     9 * 6 + 2 * 6 + (9 * 6 * 4 + 4) + (3 * 4 * 4 * 3 + 3));
    assert_int_equal(sr_network_multiply_adds(network),
                     3 * 4 * (9 * 6 + 9 * 6 * 4) + 3 * 4 * 4 * 3);
    sr_network_free(network);
}

/* A tiny network computed by hand from the exported arrays, as PyTorch would. */
static void test_layout(void **state)
{
    const struct sr_layer_spec layers[] = {CONV("a", -1, 3, 3, 1, false, true),
                                           CONV("b", 0, 17, 1, 1, false, false), FLATTEN(1),
                                           DENSE("c", 2, 4)};
    struct sr_error error = {0};
    struct sr_network *network = make(layers, COUNT(layers), 5, 4),
                      *other = make(layers, COUNT(layers), 5, 4);
    struct sr_workspace *workspace = sr_workspace_new(network, 2, false, NULL, &error);
    float arrays[5][2000];
    size_t shape[4];
    (void)state;
    assert_int_equal(sr_network_tensor_shape(network, 0, shape), 4);
    assert_int_equal(shape[0], 3);
    assert_int_equal(shape[1], 1);
    assert_int_equal(shape[3], 3);
    assert_int_equal(sr_network_tensor_shape(network, 1, shape), 1);
    assert_int_equal(shape[0], 3);
    assert_int_equal(sr_network_tensor_shape(network, 2, shape), 4);
    assert_int_equal(shape[1], 3);
    assert_int_equal(sr_network_tensor_shape(network, 3, shape), 2);
    assert_int_equal(shape[1], 17 * 3 * 2);
    sr_network_init(other, 99);
    for (size_t p = 0; p < 5; p++) {
        if (p == 1 || p == 4)
            sr_network_import(network, p, (const float[]){0.1f, 0.2f, -0.3f, 0.5f});
        sr_network_export(network, p, arrays[p]);
        sr_network_import(other, p, arrays[p]);
    }
    struct sr_parameter *mine, *theirs;
    sr_network_parameters(network, &mine);
    sr_network_parameters(other, &theirs);
    for (size_t p = 0; p < 5; p++)
        assert_memory_equal(mine[p].values, theirs[p].values, mine[p].count * sizeof(float));
    fill(workspace, 2 * 20, 4);
    sr_network_predict(other, workspace, 2);
    for (int image = 0; image < 2; image++) {
        const float *x = sr_workspace_input(workspace) + image * 20;
        double middle[3][3][2], flat[102];
        for (int c = 0; c < 3; c++)
            for (int i = 0; i < 3; i++)
                for (int j = 0; j < 2; j++) {
                    middle[c][i][j] = (double)arrays[1][c];
                    for (int t = 0; t < 9; t++)
                        middle[c][i][j] +=
                            (double)arrays[0][c * 9 + t] * (double)x[(i + t / 3) * 4 + j + t % 3];
                }
        for (int o = 0; o < 17; o++)
            for (int i = 0; i < 6; i++) {
                flat[o * 6 + i] = 0;
                for (int c = 0; c < 3; c++)
                    flat[o * 6 + i] += (double)arrays[2][o * 3 + c] * middle[c][i / 2][i % 2];
            }
        for (int o = 0; o < 4; o++) {
            double sum = (double)arrays[4][o];
            for (int i = 0; i < 102; i++) sum += (double)arrays[3][o * 102 + i] * flat[i];
            assert_true(fabs(sum - (double)sr_workspace_logits(workspace)[image * 4 + o]) < 1e-5);
        }
    }
    sr_workspace_free(workspace);
    sr_network_free(network);
    sr_network_free(other);
}

/* The same bits with 1, 2 and 3 threads, and for an image alone or in a batch. */
static void test_same_bits(void **state)
{
    struct sr_error error = {0};
    uint8_t labels[21];
    float *first = NULL, logits[21 * 10];
    size_t length = 0;
    (void)state;
    for (int i = 0; i < 21; i++) labels[i] = (uint8_t)(i % 10);
    for (int threads = 1; threads <= 3; threads++) {
        struct sr_pool *pool = sr_pool_new(threads, &error);
        struct sr_network *network = make(study, COUNT(study), 28, 28);
        struct sr_workspace *workspace = sr_workspace_new(network, 21, true, pool, &error);
        struct sr_parameter *parameters;
        size_t count = sr_network_parameters(network, &parameters);
        fill(workspace, 21 * 784, 3);
        loss_at(network, workspace, 21, labels);
        length = (size_t)(parameters[count - 1].values - parameters[0].values) +
                 parameters[count - 1].count;
        if (!first) {
            first = sr_xalloc(length * sizeof *first);
            memcpy(first, sr_workspace_gradient(workspace, 0), length * sizeof *first);
            memcpy(logits, sr_workspace_logits(workspace), sizeof logits);
            float image[784];
            memcpy(image, sr_workspace_input(workspace) + 20 * 784, sizeof image);
            memcpy(sr_workspace_input(workspace), image, sizeof image);
            sr_network_predict(network, workspace, 1);
            for (int c = 0; c < 10; c++)
                assert_true(fabsf(sr_workspace_logits(workspace)[c] - logits[200 + c]) < 1e-5f);
        }
        assert_memory_equal(first, sr_workspace_gradient(workspace, 0), length * sizeof *first);
        sr_workspace_free(workspace);
        sr_network_free(network);
        sr_pool_free(pool);
    }
    free(first);
}

/* Layer gradients, made without fusing, against differences of the logit as that layer's bias
 * moves: a bias reaches every pixel of its channel. */
static void test_layer_gradients(void **state)
{
    const struct sr_layer_spec layers[] = {
        CONV("a", -1, 6, 3, 1, true, false), NORM("n", 0), RELU(1),   POOL(2),
        CONV("b", 3, 5, 3, 1, false, true),  RELU(4),      GLOBAL(5), DENSE("d", 6, 3),
    };
    struct sr_error error = {0};
    struct sr_network *network = make(layers, COUNT(layers), 12, 10);
    struct sr_workspace *workspace = sr_workspace_new(network, 4, false, NULL, &error);
    float activations[4 * 3 * 6], gradients[4 * 3 * 6];
    (void)state;
    fill(workspace, 4 * 120, 6);
    for (int target = 0; target < 3; target++) {
        assert_ok(sr_network_layer_gradients(network, workspace, target, 4, activations, gradients,
                                             &error));
        for (int channel = 0; channel < 5; channel++) {
            struct sr_parameter *parameters;
            double sum = 0, logit[2];
            sr_network_parameters(network, &parameters);
            assert_string_equal(parameters[6].name, "b.bias");
            for (int i = 0; i < 4 * 3; i++) sum += (double)gradients[i * 5 + channel];
            for (int side = 0; side < 2; side++) {
                parameters[6].values[channel] = side ? -1e-3f : 1e-3f;
                sr_network_predict(network, workspace, 1);
                logit[side] = (double)sr_workspace_logits(workspace)[target];
            }
            parameters[6].values[channel] = 0;
            assert_true(fabs((logit[0] - logit[1]) / 2e-3 - sum) < 2e-3);
        }
        /* Global pool and dense layer: after ReLU, the mean over pixels times the weights is the
         * logit. */
        assert_ok(sr_network_layer_gradients(network, workspace, target, 5, activations, gradients,
                                             &error));
        double sum = 0;
        for (int i = 0; i < 60; i++) sum += (double)activations[i] * (double)gradients[i];
        sr_network_predict(network, workspace, 1);
        assert_true(fabs(sum - (double)sr_workspace_logits(workspace)[target]) < 1e-5);
    }
    sr_workspace_free(workspace);
    sr_network_free(network);
}

/* Layer gradients below a norm, of which nothing else tells: a running mean that is smaller raises
 * every pixel of its channel. */
static void test_gradients_through_a_norm(void **state)
{
    enum { HIGH = 5, WIDE = 4, CHANNELS = 6 };
    const struct sr_layer_spec layers[] = {CONV("a", -1, CHANNELS, 3, 1, true, false),
                                           NORM("n", 0),
                                           {.type = SR_LAYER_SILU, .name = "silu", .input = 1},
                                           GLOBAL(2),
                                           DENSE("d", 3, 3)};
    struct sr_error error = {0};
    struct sr_network *network = make(layers, COUNT(layers), HIGH, WIDE);
    struct sr_workspace *workspace = sr_workspace_new(network, 1, false, NULL, &error);
    struct sr_parameter *parameters;
    float activations[HIGH * WIDE * CHANNELS], gradients[HIGH * WIDE * CHANNELS];
    (void)state;
    sr_network_parameters(network, &parameters);
    assert_string_equal(parameters[3].name, "n.running_mean");
    assert_string_equal(parameters[4].name, "n.running_var");
    for (int c = 0; c < CHANNELS; c++) {
        parameters[1].values[c] = 0.5f + 0.2f * (float)c;
        parameters[4].values[c] = 0.25f + 0.5f * (float)c;
    }
    fill(workspace, HIGH * WIDE, 6);
    assert_ok(sr_network_layer_gradients(network, workspace, 2, 0, activations, gradients, &error));
    for (int c = 0; c < CHANNELS; c++) {
        double sum = 0, logit[2];
        for (int i = 0; i < HIGH * WIDE; i++) sum += (double)gradients[i * CHANNELS + c];
        for (int side = 0; side < 2; side++) {
            parameters[3].values[c] = side ? 0.01f : -0.01f;
            sr_network_predict(network, workspace, 1);
            logit[side] = (double)sr_workspace_logits(workspace)[2];
        }
        parameters[3].values[c] = 0;
        assert_float_equal((logit[0] - logit[1]) / 0.02, sum, 2e-4);
    }
    sr_workspace_free(workspace);
    sr_network_free(network);
}

/* Two layers that drop half draw each for themselves, and anew in each step: a quarter is left. */
static void test_dropouts_differ(void **state)
{
    enum { IMAGES = 32, PIXELS = 64 };
    const struct sr_layer_spec layers[] = {FLATTEN(-1), DROPOUT(0, 0.5f), DROPOUT(1, 0.5f),
                                           DENSE("d", 2, 2)};
    struct sr_error error = {0};
    struct sr_network *network = make(layers, COUNT(layers), 8, 8);
    struct sr_workspace *workspace = sr_workspace_new(network, IMAGES, true, NULL, &error);
    float ones[2 * PIXELS], kept[2][IMAGES];
    double sum = 0;
    (void)state;
    for (int i = 0; i < 2 * PIXELS; i++) ones[i] = 1;
    sr_network_import(network, 0, ones);
    for (int i = 0; i < IMAGES * PIXELS; i++) sr_workspace_input(workspace)[i] = 1;
    for (uint64_t step = 0; step < 2; step++) {
        sr_network_forward(network, workspace, IMAGES, 1, step);
        for (int i = 0; i < IMAGES; i++) {
            kept[step][i] = sr_workspace_logits(workspace)[2 * i] / 4; /* each is scaled twice */
            sum += (double)kept[step][i];
        }
    }
    assert_float_equal(sum / (2 * IMAGES * PIXELS), 0.25, 0.03);
    assert_memory_not_equal(kept[0], kept[1], sizeof kept[0]);
    sr_workspace_free(workspace);
    sr_network_free(network);
}

/* ---- a wide dense layer on the image, whose weights lie in strips ---- */

enum { WIDE_SIDE = 11, WIDE_AREA = WIDE_SIDE * WIDE_SIDE, WIDE_OUT = 300, WIDE_BATCH = 50 };
static const struct sr_layer_spec wide[] = {FLATTEN(-1), DENSE("a", 0, WIDE_OUT), RELU(1),
                                            DENSE("b", 2, 3)};

/* Images with zeros here and there, or a few only, which take another path. */
static void fill_wide(struct sr_workspace *workspace, bool sparse)
{
    float *x = sr_workspace_input(workspace);
    fill(workspace, WIDE_BATCH * WIDE_AREA, 3);
    for (int i = 0; sparse && i < WIDE_BATCH * WIDE_AREA; i++)
        if ((i / 7 + i / WIDE_AREA) % 2) x[i] = 0;
}

/* Logits, and the gradient of one by the flattened image, against the arrays as PyTorch has them.
 */
static void test_wide_layout(void **state)
{
    struct sr_error error = {0};
    struct sr_network *network = make(wide, COUNT(wide), WIDE_SIDE, WIDE_SIDE);
    struct sr_workspace *workspace = sr_workspace_new(network, WIDE_BATCH, false, NULL, &error);
    float *a = sr_xalloc(WIDE_OUT * WIDE_AREA * sizeof *a),
          *b = sr_xalloc(3 * WIDE_OUT * sizeof *b), activations[WIDE_AREA], gradients[WIDE_AREA];
    (void)state;
    assert_non_null(workspace);
    sr_network_export(network, 0, a);
    sr_network_export(network, 2, b);
    for (int sparse = 0; sparse < 2; sparse++) {
        fill_wide(workspace, sparse);
        sr_network_predict(network, workspace, WIDE_BATCH);
        for (int image = 0; image < WIDE_BATCH; image++) {
            const float *x = sr_workspace_input(workspace) + image * WIDE_AREA;
            double logits[3] = {0}, slopes[WIDE_AREA] = {0};
            for (int h = 0; h < WIDE_OUT; h++) {
                double sum = 0;
                for (int i = 0; i < WIDE_AREA; i++)
                    sum += (double)a[h * WIDE_AREA + i] * (double)x[i];
                for (int c = 0; sum > 0 && c < 3; c++)
                    logits[c] += sum * (double)b[c * WIDE_OUT + h];
                for (int i = 0; sum > 0 && i < WIDE_AREA; i++)
                    slopes[i] += (double)a[h * WIDE_AREA + i] * (double)b[2 * WIDE_OUT + h];
            }
            for (int c = 0; c < 3; c++)
                assert_float_equal(sr_workspace_logits(workspace)[image * 3 + c], logits[c], 1e-4);
            if (image > 0) continue;
            assert_ok(sr_network_layer_gradients(network, workspace, 2, 0, activations, gradients,
                                                 &error));
            for (int i = 0; i < WIDE_AREA; i++) assert_float_equal(gradients[i], slopes[i], 1e-4);
        }
    }
    free(a), free(b);
    sr_workspace_free(workspace);
    sr_network_free(network);
}

/* Two layers in strips that read the same image: its gradient is the sum of both. */
static void test_wide_twice(void **state)
{
    const struct sr_layer_spec layers[] = {FLATTEN(-1), DENSE("a", 0, WIDE_OUT),
                                           DENSE("b", 0, WIDE_OUT), ADD(1, 2), DENSE("c", 3, 3)};
    struct sr_error error = {0};
    struct sr_network *network = make(layers, COUNT(layers), WIDE_SIDE, WIDE_SIDE);
    struct sr_workspace *workspace = sr_workspace_new(network, 1, false, NULL, &error);
    float *a = sr_xalloc(2 * WIDE_OUT * WIDE_AREA * sizeof *a), *b = a + WIDE_OUT * WIDE_AREA,
          *c = sr_xalloc(3 * WIDE_OUT * sizeof *c), activations[WIDE_AREA], gradients[WIDE_AREA];
    (void)state;
    sr_network_export(network, 0, a);
    sr_network_export(network, 2, b);
    sr_network_export(network, 4, c);
    fill(workspace, WIDE_AREA, 3);
    assert_ok(sr_network_layer_gradients(network, workspace, 2, 0, activations, gradients, &error));
    for (int i = 0; i < WIDE_AREA; i++) {
        double slope = 0;
        for (int h = 0; h < WIDE_OUT; h++)
            slope += (double)c[2 * WIDE_OUT + h] *
                     ((double)a[h * WIDE_AREA + i] + (double)b[h * WIDE_AREA + i]);
        assert_float_equal(gradients[i], slope, 1e-4);
    }
    free(a), free(c);
    sr_workspace_free(workspace);
    sr_network_free(network);
}

struct readiness {
    struct sr_workspace *workspace;
    float *seen;          /* of parameter 0's gradient, as it was when it was said to be ready */
    unsigned char *times; /* that each element was told of */
    atomic_int others; /* times that something else was told of; the workers that tell cannot fail a
                          test */
};

static void note_others(void *owner, size_t parameter, size_t start, size_t count)
{
    struct readiness *readiness = owner;
    (void)parameter, (void)start, (void)count;
    readiness->others++;
}

static void note_ready(void *owner, size_t parameter, size_t start, size_t count)
{
    struct readiness *readiness = owner;
    if (parameter != 0) {
        readiness->others++;
        return;
    }
    memcpy(readiness->seen + start, sr_workspace_gradient(readiness->workspace, 0) + start,
           count * sizeof(float));
    for (size_t i = start; i < start + count; i++) readiness->times[i]++;
}

/* What is read again in the pass is not told of: here the gradient of the input reads the weights.
 */
static void test_wide_read_again(void **state)
{
    const struct sr_layer_spec layers[] = {
        FLATTEN(-1), NORM("n", 0), RELU(1), DENSE("a", 2, WIDE_OUT), RELU(3), DENSE("b", 4, 3)};
    struct sr_error error = {0};
    struct sr_network *network = make(layers, COUNT(layers), WIDE_SIDE, WIDE_SIDE);
    struct sr_workspace *workspace = sr_workspace_new(network, WIDE_BATCH, true, NULL, &error);
    struct readiness readiness = {workspace, NULL, NULL, 0};
    const struct sr_exchange exchange = {.final = note_others, .owner = &readiness};
    uint8_t labels[WIDE_BATCH] = {0};
    (void)state;
    sr_workspace_exchange(workspace, &exchange);
    fill_wide(workspace, true);
    loss_at(network, workspace, WIDE_BATCH, labels);
    assert_int_equal(readiness.others, 0);
    sr_workspace_free(workspace);
    sr_network_free(network);
}

/* Gradients are the same whether they are told of or not, at any number of threads, and those that
 * are told of are told once, when they are final. */
static void test_wide_ready(void **state)
{
    uint8_t labels[WIDE_BATCH];
    float *first = NULL;
    (void)state;
    for (int i = 0; i < WIDE_BATCH; i++) labels[i] = (uint8_t)(i % 3);
    const struct sr_layer_spec normed[] = {FLATTEN(-1), NORM("n", 0), DENSE("a", 1, WIDE_OUT),
                                           RELU(2), DENSE("b", 3, 3)};
    check_gradients(wide, COUNT(wide), WIDE_SIDE, WIDE_SIDE, 6);
    check_gradients(normed, COUNT(normed), WIDE_SIDE, WIDE_SIDE, 6);
    for (int way = 0; way < 4; way++) {
        struct sr_error error = {0};
        struct sr_pool *pool = way / 2 ? sr_pool_new(3, &error) : NULL;
        struct sr_network *network = make(wide, COUNT(wide), WIDE_SIDE, WIDE_SIDE);
        struct sr_workspace *workspace = sr_workspace_new(network, WIDE_BATCH, true, pool, &error);
        struct sr_parameter *parameters;
        sr_network_parameters(network, &parameters);
        size_t count = parameters[0].count, told = 0;
        struct readiness readiness = {workspace, sr_xalloc(count * sizeof(float)), sr_xalloc(count),
                                      0};
        const struct sr_exchange exchange = {.final = note_ready, .owner = &readiness};
        if (way % 2) sr_workspace_exchange(workspace, &exchange);
        fill_wide(workspace, true);
        loss_at(network, workspace, WIDE_BATCH, labels);
        const float *gradient = sr_workspace_gradient(workspace, 0);
        for (size_t i = 0; i < count; i++) told += readiness.times[i];
        assert_int_equal(readiness.others, 0);
        assert_int_equal(told, way % 2 && sr_gemm_exact_places() ? count : 0);
        for (size_t i = 0; told && i < count; i++) assert_int_equal(readiness.times[i], 1);
        if (told) assert_memory_equal(readiness.seen, gradient, count * sizeof *gradient);
        if (!first) {
            first = sr_xalloc(count * sizeof *first);
            memcpy(first, gradient, count * sizeof *first);
        }
        assert_memory_equal(first, gradient, count * sizeof *first);
        free(readiness.seen), free(readiness.times);
        sr_workspace_free(workspace);
        sr_network_free(network);
        sr_pool_free(pool);
    }
    free(first);
}

static void test_refusals(void **state)
{
    struct sr_error error = {0};
    const struct sr_layer_spec small[] = {CONV("a", -1, 6, 3, 1, false, true), POOL(0), FLATTEN(1),
                                          DENSE("d", 2, 3)};
    const struct sr_layer_spec kernel[] = {CONV("a", -1, 6, 5, 1, false, true), FLATTEN(0),
                                           DENSE("d", 1, 3)};
    const struct sr_layer_spec unread[] = {FLATTEN(-1), DENSE("lost", 0, 3), DENSE("d", 0, 3)};
    const struct sr_layer_spec unlike[] = {CONV("a", -1, 6, 3, 1, true, true),
                                           CONV("b", 0, 7, 3, 1, true, true), ADD(1, 0), FLATTEN(2),
                                           DENSE("d", 3, 3)};
    (void)state;
    assert_null(sr_network_new(small, COUNT(small), (struct sr_shape){3, 3, 1}, &error));
    assert_non_null(strstr(error.text, "2×2 pool"));
    assert_null(sr_network_new(kernel, COUNT(kernel), (struct sr_shape){9, 9, 1}, &error));
    assert_non_null(strstr(error.text, "kernel 5"));
    assert_null(sr_network_new(unread, COUNT(unread), (struct sr_shape){9, 9, 1}, &error));
    assert_non_null(strstr(error.text, "lost"));
    assert_null(sr_network_new(unlike, COUNT(unlike), (struct sr_shape){9, 9, 1}, &error));
    assert_non_null(strstr(error.text, "one shape"));
    assert_null(sr_network_new(small, COUNT(small), (struct sr_shape){300, 90, 1}, &error));
    const struct sr_layer_spec least[] = {FLATTEN(-1), DENSE("d", 0, 2)};
    struct sr_network *largest =
        sr_network_new(least, COUNT(least), (struct sr_shape){128, 128, 1}, &error);
    assert_non_null(largest);
    sr_network_free(largest);
    assert_null(sr_network_new(least, COUNT(least), (struct sr_shape){128, 129, 1}, &error));
}

/* ---- watching ---- */

static void test_times(void **state)
{
    enum { IMAGES = 4, ROOM = 8 };
    struct sr_error error = {0};
    struct sr_unit_time times[ROOM];
    const struct sr_layer_spec layers[] = {CONV("a", -1, 8, 3, 1, false, true),
                                           RELU(0),
                                           POOL(1),
                                           CONV("b", 2, 16, 3, 1, true, false),
                                           NORM("n", 3),
                                           RELU(4),
                                           GLOBAL(5),
                                           DENSE("c", 6, 3)};
    uint8_t answers[IMAGES] = {0};
    (void)state;
    struct sr_network *network =
        sr_network_new(layers, COUNT(layers), (struct sr_shape){10, 10, 1}, &error);
    assert_non_null(network);
    struct sr_workspace *workspace = sr_workspace_new(network, IMAGES, true, NULL, &error);
    assert_non_null(workspace);
    sr_network_forward(network, workspace, IMAGES, 1, 0);
    assert_int_equal(sr_workspace_times(workspace, times, ROOM), 5);
    assert_true(times[0].forward == 0 && times[0].backward == 0); /* not watched yet */
    sr_workspace_watch(workspace);
    sr_network_forward(network, workspace, IMAGES, 1, 1);
    sr_network_backward(network, workspace, IMAGES, answers, 0, NULL);
    sr_workspace_times(workspace, times, ROOM);
    assert_string_equal(times[0].name, "convolution, relu, pool");
    assert_string_equal(times[2].name, "norm, relu");
    assert_int_equal(times[0].height, 4);
    assert_int_equal(times[0].forward_work, 8 * 8 * 8 * 9);
    assert_int_equal(times[0].backward_work,
                     times[0].forward_work); /* the image's gradient is not wanted */
    assert_int_equal(times[1].backward_work,
                     2 * 10 * 10 * 16 * 8); /* 2 of 3 × 4 taps each way are padding */
    for (int i = 0; i < 5; i++) assert_true(times[i].forward > 0 && times[i].backward > 0);
    sr_workspace_free(workspace);
    sr_network_free(network);
}

/* ---- stopping ---- */

static bool refuse(void *owner)
{
    ++*(int *)owner;
    return false;
}

/* A batch that takes longer than a twentieth of a second is left in the middle when the monitor
 * asks to end.
 */
static void test_gate(void **state)
{
    enum { IMAGES = 64 };
    struct sr_error error = {0};
    int calls = 0, correct = -1;
    uint8_t answers[IMAGES] = {0};
    const struct sr_monitor gate = {.owner = &calls, .proceed = refuse};
    const struct sr_layer_spec layers[] = {
        CONV("a", -1, 64, 3, 1, true, true),
        CONV("b", 0, 64, 3, 1, true, true),
        CONV("c", 1, 64, 3, 1, true, true),
        CONV("d", 2, 64, 3, 1, true, true),
        GLOBAL(3),
        DENSE("e", 4, 3),
    };
    (void)state;
    struct sr_network *network =
        sr_network_new(layers, COUNT(layers), (struct sr_shape){28, 28, 1}, &error);
    assert_non_null(network);
    struct sr_workspace *workspace = sr_workspace_new(network, IMAGES, true, NULL, &error);
    assert_non_null(workspace);
    sr_workspace_gate(workspace, &gate);
    sr_network_forward(network, workspace, IMAGES, 1, 0);
    sr_network_backward(network, workspace, IMAGES, answers, 0, &correct);
    assert_true(sr_workspace_stopped(workspace));
    assert_int_equal(calls, 1);
    sr_workspace_gate(workspace, NULL);
    sr_network_forward(network, workspace, 2, 1, 0);
    assert_false(sr_workspace_stopped(workspace));
    assert_true(sr_network_backward(network, workspace, 2, answers, 0, &correct) > 0);
    sr_workspace_free(workspace);
    sr_network_free(network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conv_gradients),  cmocka_unit_test(test_cnn_gradients),
        cmocka_unit_test(test_norm_gradients),  cmocka_unit_test(test_mlp_gradients),
        cmocka_unit_test(test_study),           cmocka_unit_test(test_size),
        cmocka_unit_test(test_layout),          cmocka_unit_test(test_same_bits),
        cmocka_unit_test(test_layer_gradients), cmocka_unit_test(test_gradients_through_a_norm),
        cmocka_unit_test(test_dropouts_differ), cmocka_unit_test(test_wide_twice),
        cmocka_unit_test(test_refusals),        cmocka_unit_test(test_gate),
        cmocka_unit_test(test_times),           cmocka_unit_test(test_wide_layout),
        cmocka_unit_test(test_wide_ready),      cmocka_unit_test(test_wide_read_again),
    };
    return cmocka_run_group_tests_name("network", tests, NULL, NULL);
}
