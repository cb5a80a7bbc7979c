/* A multi-layer perceptron on the flattened pixels, or on histograms of oriented gradients. */
#include "sartor/models/families.h"
#include "sartor/models/networks.h"

enum { HIDDEN_MAX = 16 };

static enum sr_status build(const struct sr_args *params, const struct sr_model_shape *shape,
                            struct sr_layers *layers, struct sr_error *error)
{
    double hidden[HIDDEN_MAX];
    size_t count = sr_args_list(params, "hidden", hidden, HIDDEN_MAX);
    bool norm = sr_args_switch(params, "norm");
    double dropout = sr_args_number(params, "dropout");
    sr_layers_features(layers,
                       (enum sr_features)sr_features_find(sr_args_text(params, "features")));
    int at = sr_layers_plain(layers, SR_LAYER_FLATTEN, -1);

    if (count > HIDDEN_MAX)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "mlp: hidden= takes up to %d numbers, one a layer.", HIDDEN_MAX);
    for (size_t i = 0; i < count; i++) {
        at = sr_layers_dense(layers, at, (int)hidden[i], !norm, "fc%zu", i + 1);
        if (norm) at = sr_layers_norm(layers, at, "bn%zu", i + 1);
        at = sr_layers_plain(layers, SR_LAYER_RELU, at);
        at = sr_layers_dropout(layers, at, dropout);
    }
    sr_layers_dense(layers, at, shape->classes, true, "fc%zu", count + 1);
    return SR_OK;
}

static const struct sr_param params[] = {
    SR_RECIPE_PARAM,
    {"hidden", SR_PARAM_LIST, .fallback = "256,128", .minimum = 1, .maximum = 4096,
     .help = "Units of each hidden layer."},
    {"norm", SR_PARAM_SWITCH, .fallback = "off",
     .help = "Batch normalisation after each hidden layer."},
    {"features", SR_PARAM_CHOICE, .fallback = "pixels", .choices = SR_FEATURES_CHOICES,
     .help = "Pixels, or histograms of oriented gradients (also of augmented images)."},
    SR_TRAINING_PARAMS("30", "0.002", "0.1", "0"),
    {0},
};

static const struct sr_recipe recipes[] = {
    {"study", "epochs=20 lr=0.001 optimizer=adam schedule=constant weight_decay=0 smoothing=0 "
              "ema=0 dropout=0 "
              "normalise=off augment=off shift=2 tta=none"},
    {"best", "epochs=40 features=hog hidden=1024,1024,512 norm=on lr=0.003 weight_decay=0.05 "
             "dropout=0.2 ema=0.9995 "
             "shift=1 tta=shift"},
    {"robust", "epochs=40 features=hog hidden=1024,1024,512 norm=on lr=0.003 weight_decay=0.05 "
               "dropout=0.2 ema=0.9995 shift=1 change=0.2 tta=shift"},
    {0},
};

static const struct sr_network_family family = {&sr_model_class_mlp, recipes, build};

SR_NETWORK_FUNCTIONS(family)

static const struct sr_search search[] = {
    {"lr", .low = 3e-4, .high = 1e-2},
    {"dropout", .low = 0, .high = 0.5},
    {"weight_decay", .low = 1e-4, .high = 0.1},
    {"smoothing", .low = 0, .high = 0.15},
    {0},
};

static const struct sr_study_part study = {
    .order = 3,
    .settings = {"recipe=study epochs=8", "recipe=study", "recipe=best"},
    .seconds = {0.6, 7, 155},
    .power = 1,
    .predict_seconds = 0.02,
};

const struct sr_model_class sr_model_class_mlp = {
    .name = "mlp",
    .title = "Multi-layer perceptron",
    .help = "Dense layers with ReLU on the flattened pixels, or on features of them.",
    .search = search,
    .study = &study,
    SR_NETWORK_CLASS,
};
