/* inference.h - from pixels to probabilities.
 *
 * The network is only read, and each call brings its own workspace, so any number of threads may
 * predict with one network. Batches have one fixed size, the last one padded with black, so that
 * the bits of a row's result depend neither on the number of rows nor on the thread count. */
#ifndef SARTOR_NN_INFERENCE_H
#define SARTOR_NN_INFERENCE_H

#include "sartor/base/error.h"
#include "sartor/base/monitor.h"
#include "sartor/base/pool.h"
#include "sartor/data/features.h"
#include "sartor/data/images.h"
#include "sartor/nn/network.h"
#include "sartor/nn/sharing.h"

/* What a network is fed: (feature - mean) / deviation, where features of the kind `pixels` are
 * pixel / 255. With `own`, mean and deviation are those of each image's features. */
struct sr_input {
    float mean, deviation;
    bool by_channel; /* each channel of the pixels has a mean and a deviation of its own */
    float means[SR_CHANNELS_MAX], deviations[SR_CHANNELS_MAX];
    enum sr_features features;
    bool own;
};

/* Test-time augmentation: the mean of the logits over several views of an image. */
enum sr_views {
    SR_VIEWS_NONE,
    SR_VIEWS_MIRROR, /* the image and its mirror image */
    SR_VIEWS_SHIFT,  /* both, and each moved by a pixel up and left, and down and right; the four
                        moved ones have half the weight */
    SR_VIEWS_COUNT
};
extern const char *const sr_views_names[SR_VIEWS_COUNT]; /* "none", "mirror", "shift" */

/* A workspace for the functions below. */
struct sr_workspace *sr_inference_workspace(const struct sr_network *network, struct sr_pool *pool,
                                            struct sr_error *error);

/* What predicting takes. */
struct sr_inference {
    const struct sr_network *network;
    struct sr_workspace
        *workspace; /* as above; of sr_inference_run NULL: one is made for the call */
    const struct sr_input *input;
    struct sr_pool *pool;
    const struct sr_monitor *monitor; /* when it asks to end: SR_ERROR_CANCELLED */
    struct sr_sharing *sharing;       /* whose members share sr_inference_measure; NULL: alone */
};

/* samples × classes probabilities. */
enum sr_status sr_inference_run(const struct sr_inference *inference, enum sr_views views,
                                const struct sr_samples *samples, float *probabilities,
                                struct sr_error *error);

/* samples × sr_network_features() floats: what the last layer gets, of the images as they are. */
enum sr_status sr_inference_features(const struct sr_inference *inference,
                                     const struct sr_samples *samples, float *features,
                                     struct sr_error *error);

/* Mean cross-entropy and share of right answers over samples that have labels, one view each. */
enum sr_status sr_inference_measure(const struct sr_inference *inference,
                                    const struct sr_samples *samples, double *loss,
                                    double *accuracy, struct sr_error *error);

/* The features of one image, as sr_features_image makes them or pixels / 255, into what a network
 * is fed, in place. */
void sr_inference_normalise(const struct sr_input *input, size_t size, float *features);
/* One image as a network is fed it: sr_features_size() floats. */
void sr_inference_fill(const struct sr_input *input, const uint8_t *pixels, struct sr_shape shape,
                       float *out);

#endif
