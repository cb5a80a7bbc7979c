/* The study's network: three 3×3 convolutions with ReLU, 2×2 max-pools after the first two, a dense
 * layer; more convolutions for larger images. */
#include "sartor/models/families.h"
#include "sartor/models/networks.h"

enum {
    WIDTHS_MAX = 8,
    SMALL = 32, /* images with a side up to this have as many convolutions as widths= has numbers */
    ENOUGH = 8, /* of larger ones the last convolution's output is to be no larger than this */
};

/* How many convolutions: of large images as many more, of the last width, as bring the output to
 * ENOUGH pixels a side. */
static size_t count_convolutions(int side, size_t widths, int wished)
{
    if (wished > 0) return (size_t)wished;
    if (side <= SMALL) return widths;
    for (size_t i = 0; i < widths; i++) side = i ? side / 2 - 2 : side - 2;
    while (side > ENOUGH) {
        side = side / 2 - 2;
        widths++;
    }
    return widths;
}

static enum sr_status build(const struct sr_args *params, const struct sr_model_shape *shape,
                            struct sr_layers *layers, struct sr_error *error)
{
    double widths[WIDTHS_MAX];
    size_t count = sr_args_list(params, "widths", widths, WIDTHS_MAX), given = count;
    bool norm = sr_args_switch(params, "norm");
    double dropout = sr_args_number(params, "dropout");
    const int side = sr_shape_shorter(shape->image);
    const bool same = side < 18;
    int at = -1;
    sr_layers_precision(layers, params);

    if (count == 0 || count > WIDTHS_MAX)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "cnn: widths= takes 1 to %d numbers, one a convolution.", WIDTHS_MAX);
    count = count_convolutions(side, count, (int)sr_args_integer(params, "convolutions"));
    for (size_t i = 0; i < count; i++) {
        const int width = (int)widths[i < given ? i : given - 1];
        if (!same && sr_layers_side(layers, at) < 3)
            return sr_error_set(
                error, SR_ERROR_ARGUMENT,
                "cnn: images of %d×%d leave nothing for convolution %zu; give fewer widths, or a "
                "smaller convolutions=.",
                shape->image.height, shape->image.width, i + 1);
        at = sr_layers_conv(
            layers, at,
            (struct sr_layer_spec){
                .channels = width, .kernel = 3, .stride = 1, .same = same, .bias = !norm},
            "conv%zu", i + 1);
        if (norm) at = sr_layers_norm(layers, at, "bn%zu", i + 1);
        at = sr_layers_plain(layers, SR_LAYER_RELU, at);
        sr_layers_mark(layers, at, "conv%zu", i + 1);
        if (i + 1 < count) at = sr_layers_pool(layers, SR_LAYER_MAX_POOL, at);
    }
    at = sr_layers_plain(layers, SR_LAYER_FLATTEN, at);
    at = sr_layers_dropout(layers, at, dropout);
    at = sr_layers_dense(layers, at, (int)sr_args_integer(params, "dense"), true, "fc1");
    at = sr_layers_plain(layers, SR_LAYER_RELU, at);
    at = sr_layers_dropout(layers, at, dropout);
    sr_layers_dense(layers, at, shape->classes, true, "fc2");
    return SR_OK;
}

static const struct sr_param params[] = {
    SR_RECIPE_PARAM,
    {"widths", SR_PARAM_LIST, .fallback = "32,64,128", .minimum = 1, .maximum = 1024,
     .help = "Filters of each 3×3 convolution; a 2×2 max-pool follows each but the last."},
    {"convolutions", SR_PARAM_INTEGER, .fallback = "0", .minimum = 0, .maximum = 8,
     .help = "How many; behind the widths given, the last one holds. 0: one for each width, and on "
             "images of more than 32 pixels a side as many more as leave 8 pixels or fewer."},
    {"dense", SR_PARAM_INTEGER, .fallback = "128", .minimum = 1, .maximum = 4096,
     .help = "Units of the dense layer before the last."},
    {"norm", SR_PARAM_SWITCH, .fallback = "off",
     .help = "Batch normalisation after each convolution."},
    SR_TRAINING_PARAMS("20", "0.002", "0", "1"),
    SR_PRECISION_PARAM,
    {0},
};

static const struct sr_recipe recipes[] = {
    {"study", "epochs=18 lr=0.001 optimizer=adam schedule=constant weight_decay=0 smoothing=0 "
              "ema=0 normalise=off "
              "augment=on shift=0 tta=none"},
    {"best",
     "epochs=100 norm=on lr=0.004 weight_decay=0.02 dropout=0.1 ema=0.9995 erase=0.1 tta=shift"},
    {"robust",
     "epochs=100 norm=on lr=0.004 weight_decay=0.02 ema=0.9995 normalise=image change=0.2 "
     "tta=shift"},
    {0},
};

static const struct sr_network_family family = {&sr_model_class_cnn, recipes, build};

SR_NETWORK_FUNCTIONS(family)

static const struct sr_search search[] = {
    {"lr", .low = 3e-4, .high = 1e-2},
    {"dropout", .low = 0, .high = 0.5},
    {"weight_decay", .low = 1e-4, .high = 0.1},
    {"smoothing", .low = 0, .high = 0.15},
    {"norm", .choices = "off on"},
    {0},
};

static const struct sr_study_part study = {
    .order = 2,
    .settings = {"recipe=study augment=off epochs=9", "recipe=study epochs=18", "recipe=best"},
    .seconds = {5.5, 65, 420},
    .power = 1,
    .predict_seconds = 0.2,
    .claim_low = 0.91,
    .claim_high = 0.91,
};

const struct sr_model_class sr_model_class_cnn = {
    .name = "cnn",
    .title = "Convolutional network",
    .help = "Three 3×3 convolutions with max-pools and a dense layer, as in the study.",
    .search = search,
    .study = &study,
    SR_NETWORK_CLASS,
    SR_NETWORK_LAYERS,
};
