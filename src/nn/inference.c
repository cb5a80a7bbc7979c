#include "sartor/nn/inference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include "sartor/compute/kernels.h"
#include "sartor/compute/matrix.h"

const char *const sr_views_names[SR_VIEWS_COUNT] = {"none", "mirror", "shift"};

enum { BATCH = 64 };

struct view {
    bool mirror;
    int down, right;
    float weight;
};

static const struct view view_table[] = {
    {false, 0, 0, 1},     {true, 0, 0, 1},     {false, -1, -1, 0.5f},
    {true, -1, -1, 0.5f}, {false, 1, 1, 0.5f}, {true, 1, 1, 0.5f},
};
static const size_t view_counts[SR_VIEWS_COUNT] = {1, 2, 6};

/* One pass over the samples, batch by batch. */
struct pass {
    const struct sr_network *network;
    struct sr_workspace *workspace;
    const struct sr_input *input;
    const struct sr_samples *samples;
    struct sr_pool *pool;
    size_t start, count; /* of the batch at hand */
    size_t run;          /* images that go through the network, at least `count` */
    const struct view *view;
    uint8_t *moved; /* BATCH images, for the views that are moved */
    struct sr_shape shape;
    int classes;
};

struct sr_workspace *sr_inference_workspace(const struct sr_network *network, struct sr_pool *pool,
                                            struct sr_error *error)
{
    return sr_workspace_new(network, BATCH, false, pool, error);
}

/* Images to run for `count`: a whole batch where an image's bits depend on those beside it, which
 * must not show; the rest are black. */
static size_t images_for(size_t count)
{
    return count < BATCH && sr_gemm_exact_places() ? count : BATCH;
}

void sr_inference_normalise(const struct sr_input *input, size_t size, float *features)
{
    const float least = 1.0f / 255; /* deviation: an even image has none */
    float mean = input->mean, deviation = input->deviation;
    if (input->own) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < size; i++) sum += (double)features[i];
        const double middle = sum / (double)size;
        for (size_t i = 0; i < size; i++)
            squares += ((double)features[i] - middle) * ((double)features[i] - middle);
        mean = (float)middle;
        deviation = fmaxf((float)sqrt(squares / (double)size), least);
    }
    for (size_t i = 0; i < size; i++) features[i] = (features[i] - mean) / deviation;
}

void sr_inference_fill(const struct sr_input *input, const uint8_t *pixels, struct sr_shape shape,
                       float *out)
{
    float scale = 1 / (255 * input->deviation), shift = -input->mean / input->deviation;
    size_t size = sr_features_size(input->features, shape);
    if (input->by_channel) {
        sr_kernels()->grey(pixels, size, out);
        for (size_t i = 0; i < size; i++) {
            const size_t c = i % (size_t)shape.channels;
            out[i] = (out[i] - input->means[c]) / input->deviations[c];
        }
        return;
    }
    if (input->features == SR_FEATURES_PIXELS && !input->own) {
        sr_kernels()->scale_bytes(pixels, scale, shift, size, out);
        return;
    }
    if (input->features == SR_FEATURES_PIXELS)
        sr_kernels()->grey(pixels, size, out);
    else
        sr_features_image(input->features, pixels, shape, out);
    sr_inference_normalise(input, size, out);
}

/* The image as the view shows it; what comes in from outside is black. */
static void move(const struct view *view, const uint8_t *pixels, struct sr_shape shape,
                 uint8_t *moved)
{
    const int height = shape.height, width = shape.width, channels = shape.channels;
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++, moved += channels) {
            int row = y - view->down, column = x - view->right;
            bool inside = row >= 0 && row < height && column >= 0 && column < width;
            if (view->mirror) column = width - 1 - column;
            for (int c = 0; c < channels; c++)
                moved[c] = inside ? pixels[(row * width + column) * channels + c] : 0;
        }
    }
}

static void fill_slice(void *context, size_t index, int worker)
{
    const struct pass *pass = context;
    const struct view *view = pass->view;
    size_t size = sr_features_size(pass->input->features, pass->shape);
    float *out = sr_workspace_input(pass->workspace) + index * size;
    (void)worker;

    if (index >= pass->count) {
        memset(out, 0, size * sizeof *out);
        return;
    }
    const uint8_t *pixels = sr_samples_pixels(pass->samples, pass->start + index);
    if (!view->mirror && !view->down && !view->right) {
        sr_inference_fill(pass->input, pixels, pass->shape, out);
        return;
    }
    uint8_t *moved = pass->moved + index * sr_shape_size(pass->shape);
    move(view, pixels, pass->shape, moved);
    sr_inference_fill(pass->input, moved, pass->shape, out);
}

/* False when the monitor asks to end. */
static bool run_batch(struct pass *pass, const struct view *view, const struct sr_monitor *monitor)
{
    if (!sr_monitor_proceed(monitor)) return false;
    pass->view = view;
    pass->run = images_for(pass->count);
    sr_pool_run(pass->pool, pass->run, fill_slice, pass);
    sr_workspace_gate(pass->workspace, monitor);
    sr_network_predict(pass->network, pass->workspace, (int)pass->run);
    sr_workspace_gate(pass->workspace, NULL);
    return !sr_workspace_stopped(pass->workspace);
}

static struct pass begin(const struct sr_inference *inference, const struct sr_samples *samples)
{
    const struct sr_network *network = inference->network;
    int one_row, one_column;
    struct pass pass = {.network = network,
                        .workspace = inference->workspace,
                        .input = inference->input,
                        .samples = samples,
                        .pool = inference->pool,
                        .shape = samples->images->shape};
    sr_network_shape(network, sr_network_layer_count(network) - 1, &one_row, &one_column,
                     &pass.classes);
    return pass;
}

static void softmax(const float *logits, int classes, float *probabilities)
{
    double top = logits[0], sum = 0, powers[SR_CLASSES_MAX];
    for (int c = 1; c < classes; c++) top = logits[c] > top ? logits[c] : top;
    for (int c = 0; c < classes; c++) sum += powers[c] = exp(logits[c] - top);
    for (int c = 0; c < classes; c++) probabilities[c] = (float)(powers[c] / sum);
}

static enum sr_status stopped(struct sr_error *error)
{
    return sr_error_set(error, SR_ERROR_CANCELLED, "Predicting was stopped before its end.");
}

enum sr_status sr_inference_run(const struct sr_inference *inference, enum sr_views views,
                                const struct sr_samples *samples, float *probabilities,
                                struct sr_error *error)
{
    struct sr_inference with = *inference;
    struct sr_workspace *own = NULL;
    float *sums = NULL;
    uint8_t *moved = NULL;
    enum sr_status status = SR_ERROR_MEMORY;
    double begun = sr_clock_seconds(), total = 0;

    if (!with.workspace) {
        with.workspace = own = sr_workspace_new(with.network, (int)images_for(samples->count),
                                                false, with.pool, error);
        if (!own) goto out;
    }
    struct pass pass = begin(&with, samples);
    size_t classes = (size_t)pass.classes;
    if (!(sums = sr_array_new(BATCH * classes, sizeof *sums, "logits", error))) goto out;
    if (views != SR_VIEWS_NONE &&
        !(moved = sr_array_raw(BATCH, sr_shape_size(pass.shape), "moved images", error)))
        goto out;
    pass.moved = moved;
    sr_network_hold(with.network, with.workspace);
    for (size_t v = 0; v < view_counts[views]; v++) total += view_table[v].weight;

    for (pass.start = 0; pass.start < samples->count; pass.start += BATCH) {
        size_t left = samples->count - pass.start;
        pass.count = left < BATCH ? left : BATCH;
        memset(sums, 0, BATCH * classes * sizeof *sums);
        for (size_t v = 0; v < view_counts[views]; v++) {
            if (!run_batch(&pass, &view_table[v], with.monitor)) {
                status = stopped(error);
                goto out;
            }
            const float *logits = sr_workspace_logits(pass.workspace);
            float weight = (float)(view_table[v].weight / total);
            for (size_t i = 0; i < pass.count * classes; i++) sums[i] += weight * logits[i];
        }
        for (size_t i = 0; i < pass.count; i++)
            softmax(sums + i * classes, pass.classes, probabilities + (pass.start + i) * classes);

        sr_monitor_count(with.monitor, "image", pass.start + pass.count, samples->count, begun);
    }
    status = SR_OK;
out:
    free(sums);
    free(moved);
    if (with.workspace) sr_network_hold(NULL, with.workspace);
    sr_workspace_free(own);
    return status;
}

enum sr_status sr_inference_features(const struct sr_inference *inference,
                                     const struct sr_samples *samples, float *features,
                                     struct sr_error *error)
{
    struct sr_inference with = *inference;
    struct sr_workspace *own = NULL;
    const size_t width = sr_network_features(with.network);
    const double begun = sr_clock_seconds();
    enum sr_status status = SR_OK;

    if (!with.workspace) {
        with.workspace = own = sr_workspace_new(with.network, (int)images_for(samples->count),
                                                false, with.pool, error);
        if (!own) return SR_ERROR_MEMORY;
    }
    struct pass pass = begin(&with, samples);
    sr_network_hold(with.network, with.workspace);
    for (; !status && pass.start < samples->count; pass.start += BATCH) {
        const size_t left = samples->count - pass.start;
        pass.count = left < BATCH ? left : BATCH;
        if (!run_batch(&pass, &view_table[0], with.monitor)) status = stopped(error);
        for (size_t i = 0; !status && i < pass.count; i++)
            sr_workspace_features(pass.workspace, i, features + (pass.start + i) * width);
        sr_monitor_count(with.monitor, "image", pass.start + pass.count, samples->count, begun);
    }
    sr_network_hold(NULL, with.workspace);
    sr_workspace_free(own);
    return status;
}

/* Cross-entropy of one image; whether its label has the largest logit. */
static double logits_loss(const float *logits, int classes, int label, bool *right)
{
    double total = 0;
    int best = 0;
    for (int c = 1; c < classes; c++) best = logits[c] > logits[best] ? c : best;
    for (int c = 0; c < classes; c++) total += exp((double)logits[c] - logits[best]);
    *right = best == label;
    return log(total) + logits[best] - logits[label];
}

enum sr_status sr_inference_measure(const struct sr_inference *inference,
                                    const struct sr_samples *samples, double *loss,
                                    double *accuracy, struct sr_error *error)
{
    struct pass pass = begin(inference, samples);
    struct sr_sharing *sharing = inference->sharing;
    const size_t members = sharing ? (size_t)sr_sharing_size(sharing) : 1,
                 number = sharing ? (size_t)sr_sharing_number(sharing) : 0;
    /* Of each image, 0 for those of other members; behind them, how many are right. */
    double *losses =
        sr_array_new(samples->count + 1, sizeof *losses, "losses of the validation split", error);
    double sum = 0;
    enum sr_status status = losses ? SR_OK : SR_ERROR_MEMORY;

    for (; !status && pass.start < samples->count; pass.start += BATCH) {
        size_t left = samples->count - pass.start;
        pass.count = left < BATCH ? left : BATCH;
        if (pass.start / BATCH % members != number) continue;
        if (!run_batch(&pass, &view_table[0], inference->monitor)) status = stopped(error);
        for (size_t i = 0; !status && i < pass.count; i++) {
            const float *logits = sr_workspace_logits(pass.workspace) + i * (size_t)pass.classes;
            bool right;
            losses[pass.start + i] = logits_loss(logits, pass.classes,
                                                 sr_samples_label(samples, pass.start + i), &right);
            losses[samples->count] += right;
        }
    }
    if (!status && sharing && !sr_sharing_add(sharing, losses, samples->count + 1)) {
        sr_sharing_failed(sharing, error);
        status = SR_ERROR_STATE;
    }
    for (size_t i = 0; !status && i < samples->count; i++) sum += losses[i];
    if (!status) {
        *loss = sum / (double)samples->count;
        *accuracy = losses[samples->count] / (double)samples->count;
    }
    free(losses);
    return status;
}
