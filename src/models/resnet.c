/* Residual networks (He et al., 2016) of basic blocks: two 3×3 convolutions with batch
 * normalisation, added to what came in. The default is the study's lightweight one, 32 filters
 * throughout with max-pools between its stages. The fast one has a max-pool and a convolution
 * before each stage, the first of which has no padding: it leaves 12×12 pixels of 28×28, then 6×6,
 * which Winograd's tiles fill without a remainder. The others halve the image and double the
 * filters from stage to stage by strides, with a 1×1 convolution on the shortcut. Made for small
 * images: a 3×3 stem without stride. Where the last stage would work on more than 8 pixels a side,
 * stages are added. */
#include <string.h>

#include "sartor/models/families.h"
#include "sartor/models/networks.h"

enum {
    STAGES_MAX = 4,
    ENOUGH = 8,     /* the last stage is to work on no more pixels a side than this */
    WIDEST = 8,     /* most filters, as a multiple of the first stage's */
    STRIDE_MAX = 2, /* what a stage divides a side by */
    PADDED = 8,     /* below so many pixels a side every convolution is padded */
};

/* How one stage leads to the next. */
enum passage {
    POOL,            /* a max-pool before each stage, one width throughout */
    POOL_AND_DOUBLE, /* a max-pool and a convolution before each stage */
    STRIDE,          /* in the first block of each stage but the first */
};

struct variant {
    const char *name;
    int stages, blocks[STAGES_MAX], width;
    enum passage passage;
};

static const struct variant variants[] = {
    {"light", 2, {2, 2}, 32, POOL},
    {"fast", 2, {1, 1}, 32, POOL_AND_DOUBLE},
    {"resnet20", 3, {3, 3, 3}, 16, STRIDE},
    {"resnet18", 4, {2, 2, 2, 2}, 64, STRIDE},
    {"resnet34", 4, {3, 4, 6, 3}, 64, STRIDE},
    {"wide", 3, {2, 2, 2}, 64, STRIDE},
};

static const struct variant *find_variant(const char *name)
{
    size_t i = 0;
    while (strcmp(variants[i].name, name) != 0) i++; /* parameters with another name are refused */
    return &variants[i];
}

/* The variant's own stages, and as many more as a large image needs. */
static int count_stages(const struct variant *variant, int side)
{
    int stages = variant->stages;
    for (int i = variant->passage == STRIDE ? 1 : 0; i < stages; i++)
        side = (side + 1) / STRIDE_MAX;
    for (; side > ENOUGH; stages++) side = (side + 1) / STRIDE_MAX;
    return stages;
}

/* A padded convolution without bias. */
static struct sr_layer_spec conv(int channels, int kernel, int stride)
{
    return (struct sr_layer_spec){
        .channels = channels, .kernel = kernel, .stride = stride, .same = true};
}

static int block(struct sr_layers *layers, int input, int channels, int width, int stride,
                 int stage, int number)
{
    int at =
        sr_layers_conv(layers, input, conv(width, 3, stride), "layer%d.%d.conv1", stage, number);
    at = sr_layers_norm(layers, at, "layer%d.%d.bn1", stage, number);
    at = sr_layers_plain(layers, SR_LAYER_RELU, at);
    at = sr_layers_conv(layers, at, conv(width, 3, 1), "layer%d.%d.conv2", stage, number);
    at = sr_layers_norm(layers, at, "layer%d.%d.bn2", stage, number);
    int shortcut = input;
    if (stride != 1 || channels != width) {
        shortcut = sr_layers_conv(layers, input, conv(width, 1, stride), "layer%d.%d.downsample.0",
                                  stage, number);
        shortcut = sr_layers_norm(layers, shortcut, "layer%d.%d.downsample.1", stage, number);
    }
    at = sr_layers_plain(layers, SR_LAYER_RELU, sr_layers_add(layers, at, shortcut));
    sr_layers_mark(layers, at, "layer%d.%d", stage, number);
    return at;
}

/* A convolution with norm and ReLU between two stages. */
static int widen(struct sr_layers *layers, int input, int width, bool same, int stage)
{
    struct sr_layer_spec spec = conv(width, 3, 1);
    spec.same = same;
    int at = sr_layers_conv(layers, input, spec, "layer%d.conv", stage);
    at = sr_layers_norm(layers, at, "layer%d.bn", stage);
    return sr_layers_plain(layers, SR_LAYER_RELU, at);
}

static enum sr_status build(const struct sr_args *params, const struct sr_model_shape *shape,
                            struct sr_layers *layers, struct sr_error *error)
{
    const struct variant *variant = find_variant(sr_args_text(params, "variant"));
    int width = (int)sr_args_integer(params, "width"),
        depth = (int)sr_args_integer(params, "depth");
    (void)error;
    sr_layers_precision(layers, params);

    if (width == 0) width = variant->width;
    int at = sr_layers_conv(layers, -1, conv(width, 3, 1), "conv1");
    at = sr_layers_norm(layers, at, "bn1");
    at = sr_layers_plain(layers, SR_LAYER_RELU, at);
    sr_layers_mark(layers, at, "conv1");
    int channels = width;
    const int stages = count_stages(variant, sr_shape_shorter(shape->image));
    for (int stage = 0; stage < stages; stage++) {
        const int own = stage < variant->stages ? stage : variant->stages - 1,
                  factor = variant->passage == POOL ? 1 : 1 << stage,
                  filters = width * (factor < WIDEST ? factor : WIDEST);
        if (variant->passage != STRIDE) at = sr_layers_pool(layers, SR_LAYER_MAX_POOL, at);
        if (variant->passage == POOL_AND_DOUBLE) {
            const bool same = stage > 0 || sr_layers_side(layers, at) < PADDED;
            at = widen(layers, at, filters, same, stage + 1);
            channels = filters;
        }
        int blocks = depth ? depth : variant->blocks[own];
        for (int number = 0; number < blocks; number++) {
            int stride = variant->passage == STRIDE && stage > 0 && number == 0 ? 2 : 1;
            at = block(layers, at, channels, filters, stride, stage + 1, number);
            channels = filters;
        }
    }
    at = sr_layers_plain(layers, SR_LAYER_GLOBAL_POOL, at);
    at = sr_layers_dropout(layers, at, sr_args_number(params, "dropout"));
    sr_layers_dense(layers, at, shape->classes, true, "fc");
    return SR_OK;
}

static const struct sr_param params[] = {
    {"recipe", SR_PARAM_CHOICE, .positional = true, .fallback = "quick",
     .choices = "study quick best robust photos",
     .help = "Named defaults: as the study did, the best of two minutes, the best of an hour, the "
             "best for changed pictures, photographs in colour of 32 to 64 pixels a side."},
    {"variant", SR_PARAM_CHOICE, .fallback = "light",
     .choices = "light fast resnet20 resnet18 resnet34 wide",
     .help = "The study's lightweight network, a cheaper one, or a larger one with projection "
             "shortcuts."},
    {"width", SR_PARAM_INTEGER, .fallback = "0", .minimum = 0, .maximum = 512,
     .help =
         "Filters of the first stage; 0 means the variant's own (light and fast 32, resnet20 16, "
         "others 64)."},
    {"depth", SR_PARAM_INTEGER, .fallback = "0", .minimum = 0, .maximum = 32,
     .help = "Blocks of each stage; 0 means the variant's own."},
    SR_TRAINING_PARAMS("10", "0.004", "0", "1"),
    SR_PRECISION_PARAM,
    {0},
};

static const struct sr_recipe recipes[] = {
    {"quick", "variant=fast epochs=12 lr=0.03 optimizer=muon tta=shift"},
    {"study", "epochs=20 lr=0.001 optimizer=adam schedule=cosine weight_decay=0 smoothing=0 ema=0 "
              "normalise=off "
              "augment=on shift=0 tta=none"},
    {"best",
     "epochs=50 width=64 lr=0.004 weight_decay=0.02 ema=0.9995 shift=2 erase=0.25 tta=shift"},
    {"robust", "epochs=50 width=64 lr=0.004 weight_decay=0.02 ema=0.9995 shift=2 normalise=image "
               "change=0.25 tta=shift"},
    {"photos", "epochs=30 width=64 lr=0.004 weight_decay=0.02 ema=0.999 shift=4 erase=0.25 "
               "brightness=0.2 saturation=0.2 hue=10 tta=mirror"},
    {0},
};

static const struct sr_network_family family = {&sr_model_class_resnet, recipes, build};

SR_NETWORK_FUNCTIONS(family)

static const struct sr_search search[] = {
    {"lr", .low = 1e-3, .high = 2e-2},
    {"weight_decay", .low = 1e-4, .high = 0.1},
    {"smoothing", .low = 0, .high = 0.15},
    {0},
};

static const struct sr_study_part study = {
    .order = 1,
    .settings = {"recipe=study augment=off epochs=7", "recipe=study epochs=20", "recipe=best"},
    .seconds = {12, 215, 1700},
    .power = 1,
    .predict_seconds = 0.6,
    .claim_low = 0.91,
    .claim_high = 0.91,
};

const struct sr_model_class sr_model_class_resnet = {
    .name = "resnet",
    .title = "Residual network",
    .help = "Convolutions in residual blocks with batch normalisation.",
    .search = search,
    .study = &study,
    SR_NETWORK_CLASS,
    SR_NETWORK_LAYERS,
};
