/* networks.h - what the tests of networks share: short spellings of layers, and the checks of a
 * whole network against finite differences and against the plain reference. */
#ifndef SARTOR_TESTS_NETWORKS_H
#define SARTOR_TESTS_NETWORKS_H

#include "support.h"

#include "sartor/base/memory.h"
#include "sartor/base/rng.h"
#include "sartor/nn/network.h"
#include <math.h>

/* Short spellings for layer lists; `in` is the layer read, -1 the image. */
#define CONV(name_, in, out, k, s, same_, bias_)                                                   \
    {                                                                                              \
        .type = SR_LAYER_CONV, .name = name_, .input = in, .channels = out, .kernel = k,           \
        .stride = s, .same = same_, .bias = bias_                                                  \
    }
#define NORM(name_, in)                                                                            \
    {                                                                                              \
        .type = SR_LAYER_BATCH_NORM, .name = name_, .input = in                                    \
    }
#define RELU(in)                                                                                   \
    {                                                                                              \
        .type = SR_LAYER_RELU, .name = "relu", .input = in                                         \
    }
#define POOL(in)                                                                                   \
    {                                                                                              \
        .type = SR_LAYER_MAX_POOL, .name = "pool", .input = in                                     \
    }
#define ADD(in, with)                                                                              \
    {                                                                                              \
        .type = SR_LAYER_ADD, .name = "add", .input = in, .other = with                            \
    }
#define GLOBAL(in)                                                                                 \
    {                                                                                              \
        .type = SR_LAYER_GLOBAL_POOL, .name = "global", .input = in                                \
    }
#define FLATTEN(in)                                                                                \
    {                                                                                              \
        .type = SR_LAYER_FLATTEN, .name = "flatten", .input = in                                   \
    }
#define DENSE(name_, in, out)                                                                      \
    {                                                                                              \
        .type = SR_LAYER_DENSE, .name = name_, .input = in, .channels = out, .bias = true          \
    }
#define DROPOUT(in, rate_)                                                                         \
    {                                                                                              \
        .type = SR_LAYER_DROPOUT, .name = "dropout", .input = in, .rate = rate_                    \
    }
#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct sr_network *make_for(const struct sr_layer_spec *layers, size_t count,
                                   struct sr_shape image)
{
    struct sr_error error = {0};
    struct sr_network *network = sr_network_new(layers, count, image, &error);
    if (!network) fail_msg("%s", error.text);
    sr_network_init(network, 5);
    return network;
}

static inline struct sr_network *make(const struct sr_layer_spec *layers, size_t count, int height,
                                      int width)
{
    return make_for(layers, count, (struct sr_shape){height, width, 1});
}

static void fill(struct sr_workspace *workspace, size_t count, uint64_t seed)
{
    struct sr_rng rng;
    sr_rng_init(&rng, seed, SR_STREAM_TEST, 0);
    for (size_t i = 0; i < count; i++) sr_workspace_input(workspace)[i] = sr_rng_float(&rng) - 0.3f;
}

static double loss_at(struct sr_network *network, struct sr_workspace *workspace, int count,
                      const uint8_t *labels)
{
    int correct;
    sr_network_forward(network, workspace, count, 3, 4);
    return sr_network_backward(network, workspace, count, labels, 0.1f, &correct) / count;
}

/* Norm and bias values away from 1 and 0, so that no ReLU or pool sits on its kink; running
 * statistics as some steps of training leave them. */
static void stir(struct sr_network *network, struct sr_workspace *workspace, int batch,
                 const uint8_t *labels)
{
    struct sr_parameter *parameters;
    size_t number = sr_network_parameters(network, &parameters);
    struct sr_rng rng;
    sr_rng_init(&rng, 9, SR_STREAM_TEST, 1);
    for (size_t p = 0; p < number; p++) {
        size_t shape[4];
        int rank = sr_network_tensor_shape(network, p, shape);
        if (rank > 1 || !parameters[p].learned) continue;
        float *some = sr_xalloc(shape[0] * sizeof *some);
        sr_network_export(network, p, some);
        for (size_t i = 0; i < shape[0]; i++) some[i] += 0.4f * sr_rng_float(&rng) - 0.2f;
        sr_network_import(network, p, some);
        free(some);
    }
    for (int step = 0; step < 9; step++) loss_at(network, workspace, batch, labels);
}

static void check_logits(struct sr_network *network, struct sr_workspace *workspace, int batch,
                         int pixels, int classes)
{
    double logits[16];
    for (int i = 0; i < batch; i++) {
        sr_network_predict_ref(network, sr_workspace_input(workspace) + i * pixels, logits);
        for (int c = 0; c < classes; c++) {
            double found = (double)sr_workspace_logits(workspace)[i * classes + c];
            if (!(fabs(found - logits[c]) < 1e-4 * (1 + fabs(logits[c]))))
                fail_msg("image %d: logit %d is %g, by the reference %g", i, c, found, logits[c]);
        }
    }
}

/* Predictions of each image of the workspace against the plain reference. */
static void check_reference(struct sr_network *network, struct sr_workspace *workspace, int batch,
                            int pixels)
{
    int height, width, classes;
    sr_network_shape(network, sr_network_layer_count(network) - 1, &height, &width, &classes);
    assert_true(classes <= 16);
    /* A workspace that only predicts folds and streams; both ways must agree with the reference. */
    struct sr_error error = {0};
    struct sr_workspace *predicting = sr_workspace_new(network, batch, false, NULL, &error);
    assert_non_null(predicting);
    memcpy(sr_workspace_input(predicting), sr_workspace_input(workspace),
           (size_t)(batch * pixels) * sizeof(float));
    sr_network_predict(network, workspace, batch);
    check_logits(network, workspace, batch, pixels, classes);
    sr_network_predict(network, predicting, batch);
    check_logits(network, predicting, batch, pixels, classes);
    sr_workspace_free(predicting);
}

/* Each parameter is moved along a random direction d: (L(w + hd) - L(w - hd)) / 2h = <gradient, d>.
 */
static void check_gradients_for(const struct sr_layer_spec *layers, size_t count,
                                struct sr_shape image, int batch)
{
    struct sr_error error = {0};
    struct sr_network *network = make_for(layers, count, image);
    struct sr_workspace *workspace = sr_workspace_new(network, batch, true, NULL, &error);
    struct sr_parameter *parameters;
    size_t number = sr_network_parameters(network, &parameters);
    uint8_t labels[64];
    struct sr_rng rng;
    assert_non_null(workspace);
    sr_rng_init(&rng, 9, SR_STREAM_TEST, 1);
    for (int i = 0; i < batch; i++) labels[i] = (uint8_t)(i % 3);
    fill(workspace, (size_t)batch * sr_shape_size(image), 8);
    stir(network, workspace, batch, labels);
    check_reference(network, workspace, batch, (int)sr_shape_size(image));
    for (size_t p = 0; p < number; p++) {
        if (!parameters[p].learned) {
            assert_null(sr_workspace_gradient(workspace, p));
            continue;
        }
        size_t n = parameters[p].count;
        float *kept = sr_xalloc(n * sizeof *kept), *direction = sr_xalloc(n * sizeof *direction);
        memcpy(kept, parameters[p].values, n * sizeof *kept);
        loss_at(network, workspace, batch, labels);
        const float *gradient = sr_workspace_gradient(workspace, p);
        double norm = 0, expected = 0, found[2];
        for (size_t i = 0; i < n; i++) norm += (double)gradient[i] * (double)gradient[i];
        norm = sqrt(norm);
        if (!(norm > 0)) fail_msg("%s has no gradient", parameters[p].name);
        for (size_t i = 0; i < n; i++) {
            /* Partly along the gradient, so that the product is not lost in noise; padding stays 0.
             */
            direction[i] = gradient[i] == 0 ? 0
                                            : gradient[i] / (float)norm +
                                                  (sr_rng_float(&rng) - 0.5f) / sqrtf((float)n);
            expected += (double)gradient[i] * (double)direction[i];
        }
        double step = 3e-4;
        for (int side = 0; side < 2; side++) {
            for (size_t i = 0; i < n; i++)
                parameters[p].values[i] = kept[i] + (side ? -1 : 1) * (float)step * direction[i];
            found[side] = loss_at(network, workspace, batch, labels);
        }
        memcpy(parameters[p].values, kept, n * sizeof *kept);
        double slope = (found[0] - found[1]) / (2 * step);
        if (!(fabs(slope - expected) < 2e-4 + 2e-2 * fabs(expected)))
            fail_msg("%s of %d×%d×%d: slope %g, gradient says %g", parameters[p].name, image.height,
                     image.width, image.channels, slope, expected);
        free(kept), free(direction);
    }
    sr_workspace_free(workspace);
    sr_network_free(network);
}

static inline void check_gradients(const struct sr_layer_spec *layers, size_t count, int height,
                                   int width, int batch)
{
    check_gradients_for(layers, count, (struct sr_shape){height, width, 1}, batch);
}

#endif
