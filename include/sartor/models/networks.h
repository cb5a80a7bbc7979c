/* networks.h - what the families made of neural networks share: cnn, resnet and mlp.
 *
 * A family is a table of hyperparameters, its recipes (named sets of values over the same table),
 * and a function that makes the layers for an image shape. Fitting, predicting, files and Grad-CAM
 * are written once here. A state is immutable once fitted or loaded: any thread may use it. */
#ifndef SARTOR_MODELS_NETWORKS_H
#define SARTOR_MODELS_NETWORKS_H

#include "sartor/data/augment.h"
#include "sartor/data/features.h"
#include "sartor/models/model.h"
#include "sartor/nn/inference.h"
#include "sartor/nn/network.h"
#include <stdbool.h>
#include <stddef.h>

/* ---- layers under construction ---- */

/* A layer that Grad-CAM offers. */
struct sr_layer_mark {
    char name[32];
    size_t layer;
};

/* Starts with the image's size; grows by the functions below, each of which returns the new layer's
 * index, to be given as `input` to the next (-1: the image). Names are formatted as by printf. */
struct sr_layers {
    struct sr_shape image;     /* or 1 × the number of features */
    enum sr_features features; /* what an image is turned into first */
    enum sr_precision precision;
    struct sr_layer_spec *items;
    size_t count, room;
    struct sr_layer_mark *marks;
    size_t mark_count, marks_room;
};

void sr_layers_fini(struct sr_layers *layers);
/* Of `conv` only channels, kernel, stride, same and bias count. */
int sr_layers_conv(struct sr_layers *layers, int input, struct sr_layer_spec conv, const char *name,
                   ...) __attribute__((format(printf, 4, 5)));
int sr_layers_norm(struct sr_layers *layers, int input, const char *name, ...)
    __attribute__((format(printf, 3, 4)));
/* A layer of a kind that needs nothing but its input: ReLU, flatten, the mean of each channel. */
int sr_layers_plain(struct sr_layers *layers, enum sr_layer_type type, int input);
/* A 2×2 pool of some kind, left out (giving `input`) where it would leave less than 2 pixels a
 * side.
 */
int sr_layers_pool(struct sr_layers *layers, enum sr_layer_type type, int input);
/* A layer as it is; its index. */
int sr_layers_append(struct sr_layers *layers, const struct sr_layer_spec *layer);
int sr_layers_add(struct sr_layers *layers, int input, int other);
/* Left out when the rate is 0. */
int sr_layers_dropout(struct sr_layers *layers, int input, double rate);
int sr_layers_dense(struct sr_layers *layers, int input, int channels, bool bias, const char *name,
                    ...) __attribute__((format(printf, 5, 6)));
/* Let Grad-CAM offer this layer under a name. */
void sr_layers_mark(struct sr_layers *layers, int layer, const char *name, ...)
    __attribute__((format(printf, 3, 4)));
/* Let the first layer take such features instead of the pixels. */
void sr_layers_features(struct sr_layers *layers, enum sr_features features);
/* Let the network be trained as the parameter `precision` says. */
void sr_layers_precision(struct sr_layers *layers, const struct sr_args *params);
/* Shape of a layer's output (-1: the image); zeros where it cannot be. */
struct sr_shape sr_layers_shape(const struct sr_layers *layers, int layer);
/* The shorter side of a layer's output (-1: of the image). */
int sr_layers_side(const struct sr_layers *layers, int layer);

/* ---- families ---- */

/* A named set of hyperparameters: "epochs=18 optimizer=adam". Each can be overridden by giving it.
 */
struct sr_recipe {
    const char *name, *settings;
};

struct sr_network_family {
    const struct sr_model_class *class;
    const struct sr_recipe
        *recipes; /* those that differ from the table's defaults; ended by a NULL name */
    enum sr_status (*build)(const struct sr_args *params, const struct sr_model_shape *shape,
                            struct sr_layers *layers, struct sr_error *error);
};

/* Hyperparameters of training, which each family's table ends with; arguments are the defaults in
 * which families differ, as text. */
/* clang-format off */
#define SR_TRAINING_PARAMS(EPOCHS, RATE, DROPOUT, SHIFT)                                           \
    {"epochs", SR_PARAM_INTEGER, .fallback = EPOCHS, .minimum = 1, .maximum = 10000,               \
     .help = "Passes over the training images."},                                                  \
    {"batch", SR_PARAM_INTEGER, .fallback = "128", .minimum = 1, .maximum = 4096,                  \
     .help = "Images per step."},                                                                  \
    {"lr", SR_PARAM_NUMBER, .fallback = RATE, .minimum = 1e-8, .maximum = 100,                     \
     .help = "Learning rate at its peak."},                                                        \
    {"optimizer", SR_PARAM_CHOICE, .fallback = "adamw", .choices = "sgd adam adamw muon",          \
     .help = "SGD with Nesterov momentum, Adam, AdamW, or Muon for filters with AdamW for the "    \
             "rest."},                                                                             \
    {"momentum", SR_PARAM_NUMBER, .fallback = "0.9", .minimum = 0, .maximum = 0.9999,              \
     .help = "Momentum of SGD and Muon, first decay of Adam and AdamW."},                          \
    {"schedule", SR_PARAM_CHOICE, .fallback = "onecycle", .choices = "constant cosine onecycle",   \
     .help = "How the learning rate changes over the run."},                                       \
    {"warmup", SR_PARAM_NUMBER, .fallback = "0", .minimum = 0, .maximum = 1000,                    \
     .help = "Epochs over which the learning rate rises; for onecycle 0 means three tenths of "    \
             "the run."},                                                                          \
    {"weight_decay", SR_PARAM_NUMBER, .fallback = "0.01", .minimum = 0, .maximum = 10,             \
     .help = "Weight decay, of filters and dense weights only."},                                  \
    {"smoothing", SR_PARAM_NUMBER, .fallback = "0.05", .minimum = 0, .maximum = 0.9,               \
     .help = "Label smoothing: the share of the target spread over all classes."},                 \
    {"clip", SR_PARAM_NUMBER, .fallback = "0", .minimum = 0, .maximum = 1e6,                       \
     .help = "Largest norm of the gradient; larger ones are scaled down to it. 0 for no limit."},  \
    {"ema", SR_PARAM_NUMBER, .fallback = "0.998", .minimum = 0, .maximum = 0.99999,                \
     .help = "Decay per step of the moving average of the weights, which becomes the model; 0 "    \
             "for none."},                                                                         \
    {"patience", SR_PARAM_INTEGER, .fallback = "0", .minimum = 0, .maximum = 10000,                \
     .help = "Early stopping after so many epochs without a better validation accuracy; the "      \
             "best is kept. 0 for never."},                                                        \
    {"dropout", SR_PARAM_NUMBER, .fallback = DROPOUT, .minimum = 0, .maximum = 0.95,               \
     .help = "Share of values dropped before dense layers."},                                      \
    {"normalise", SR_PARAM_CHOICE, .fallback = "on", .choices = "off on image",                    \
     .help = "on: subtract the mean of the training images and divide by their deviation; "        \
             "image: each image by its own; off: pixels / 255."},                                  \
    {"augment", SR_PARAM_SWITCH, .fallback = "on",                                                 \
     .help = "Random changes of the training images, by the parameters that follow. One of those " \
             "changes just that; where the recipe has augment=off, it turns on itself only."},     \
    SR_AUGMENT_PARAMS("on", SHIFT, "0", "off", ""),                                                \
    {"kinds", SR_PARAM_TEXT, .fallback = "published",                                              \
     .help = "Of change=: the kinds to draw from, as `robustness` takes them; those left out "     \
             "show its accuracy on changes that it has not seen."},                                 \
    {"tta", SR_PARAM_CHOICE, .fallback = "mirror", .choices = "none mirror shift",                 \
     .help = "Test-time augmentation: average the logits of the image (none), also of its mirror " \
             "image (mirror), also of both moved by a pixel (shift)."}
/* clang-format on */

/* clang-format off */
/* And of families with convolutions; their `build` calls sr_layers_precision. */
#define SR_PRECISION_PARAM                                                                         \
    {"precision", SR_PARAM_CHOICE, .fallback = "fp32", .choices = "fp32 bf16",                     \
     .help = "What training multiplies in 3×3 convolutions: floats, or bf16, which takes three "   \
             "quarters of the time where the processor has AVX512_BF16 and longer elsewhere. "     \
             "Weights, sums, norms and the loss are floats in any case."}
/* clang-format on */

/* The augmentation that hyperparameters of SR_TRAINING_PARAMS ask for; none where augment=off. */
struct sr_augment sr_networks_augment(const struct sr_args *params);

#define SR_RECIPE_PARAM                                                                            \
    {                                                                                              \
        "recipe", SR_PARAM_CHOICE,                                                                 \
            .positional = true, .fallback = "quick", .choices = "study quick best robust",         \
            .help = "Named defaults: the reference study's, the best found for two minutes of "    \
                    "training, the best for an hour, the best for changed pictures."               \
    }

/* The functions of struct sr_model_class; those without a family are used directly. */
enum sr_status sr_networks_resolve(const struct sr_network_family *family, struct sr_args *params,
                                   struct sr_error *error);
enum sr_status sr_networks_check(const struct sr_network_family *family,
                                 const struct sr_args *params, const struct sr_model_shape *shape,
                                 size_t train_count, struct sr_error *error);
enum sr_status sr_networks_fit(const struct sr_network_family *family, const struct sr_fit *fit,
                               void **state, struct sr_error *error);
enum sr_status sr_networks_load(const struct sr_network_family *family,
                                const struct sr_tensors *set, const struct sr_args *params,
                                const struct sr_model_shape *shape, void **state,
                                struct sr_error *error);
enum sr_status sr_networks_predict(const void *state, const struct sr_samples *samples,
                                   struct sr_pool *pool, const struct sr_monitor *monitor,
                                   float *probabilities, struct sr_error *error);
enum sr_status sr_networks_save(const void *state, struct sr_tensors *set, struct sr_error *error);
void sr_networks_free(void *state);
uint64_t sr_networks_size(const void *state);
size_t sr_networks_layers(const void *state, struct sr_layer_info *layers, size_t room);
size_t sr_networks_describe(const void *state, struct sr_layer_summary *layers, size_t room);
/* The same of a bare network. */
size_t sr_network_describe(const struct sr_network *network, struct sr_layer_summary *layers,
                           size_t room);
enum sr_status sr_networks_gradients(const void *state, const uint8_t *pixels, const char *layer,
                                     int target, struct sr_layer_gradients *out,
                                     struct sr_error *error);

/* A state of layers, whose marks move into it; its weights are zeros until sr_networks_fill reads
 * them, and the input's mean and deviation, from tensors. */
enum sr_status sr_networks_make(struct sr_layers *layers, const struct sr_model_shape *shape,
                                const struct sr_input *input, enum sr_views views, void **state,
                                struct sr_error *error);
enum sr_status sr_networks_fill(void *state, const struct sr_tensors *set, struct sr_error *error);
const struct sr_network *sr_networks_network(const void *state);
const struct sr_layer_mark *sr_networks_marks(const void *state, size_t *count);

/* What a model of one of these families is made of, as long as the model lives; false for one of
 * another family. */
struct sr_network_parts {
    const struct sr_network *network;
    const struct sr_input *input;
    enum sr_views views;
};
bool sr_networks_parts(const struct sr_model *model, struct sr_network_parts *parts);

/* The functions that get no state, from which they could tell the family: `resolve`, `check`,
 * `fit` and `load`. */
#define SR_NETWORK_FUNCTIONS(FAMILY)                                                               \
    static enum sr_status resolve(struct sr_args *args, struct sr_error *error)                    \
    {                                                                                              \
        return sr_networks_resolve(&FAMILY, args, error);                                          \
    }                                                                                              \
    static enum sr_status check(const struct sr_args *args, const struct sr_model_shape *shape,    \
                                size_t train_count, struct sr_error *error)                        \
    {                                                                                              \
        return sr_networks_check(&FAMILY, args, shape, train_count, error);                        \
    }                                                                                              \
    static enum sr_status fit(const struct sr_fit *request, void **state, struct sr_error *error)  \
    {                                                                                              \
        return sr_networks_fit(&FAMILY, request, state, error);                                    \
    }                                                                                              \
    static enum sr_status load(const struct sr_tensors *set, const struct sr_args *args,           \
                               const struct sr_model_shape *shape, void **state,                   \
                               struct sr_error *error)                                             \
    {                                                                                              \
        return sr_networks_load(&FAMILY, set, args, shape, state, error);                          \
    }

/* The members that all these classes have, beside name and `params`. */
#define SR_NETWORK_CLASS                                                                           \
    .params = params, .epochs = true, .shares = true, .resolve = resolve, .check = check,          \
    .fit = fit, .predict = sr_networks_predict, .save = sr_networks_save, .load = load,            \
    .free = sr_networks_free, .size = sr_networks_size, .describe = sr_networks_describe
/* The members that those with convolutions have as well. */
#define SR_NETWORK_LAYERS .layers = sr_networks_layers, .gradients = sr_networks_gradients

#endif
