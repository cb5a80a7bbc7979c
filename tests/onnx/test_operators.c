/* Operators of ONNX files: those that say the same in two ways give the same network, and what no
 * layer can do is refused by the name of its node. */
#include "support.h"

#include <math.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/models/networks.h"
#include "sartor/onnx/onnx.h"
#include "src/onnx/graph.h"
#include "src/onnx/wire.h"

enum { SIDE = 8, CLASSES = 3, KERNELS = 2 };

static struct sr_error error;

/* Makes a part of a network behind the image `x`, [N][1][SIDE][SIDE]. */
typedef const char *part(struct graph *graph, const char *x);

/* Numbers that are neither alike nor large. */
static const char *numbers(struct graph *graph, int rank, const size_t *shape)
{
    float values[512];
    size_t count = 1;
    for (int i = 0; i < rank; i++) count *= shape[i];
    assert_true(count <= 512);
    for (size_t i = 0; i < count; i++) values[i] = (float)(0.3 * sin(1.7 * (double)i + 1));
    return graph_constant(graph, "numbers", ELEMENT_FLOAT, rank, shape, values);
}
#define NUMBERS(GRAPH, ...)                                                                        \
    numbers(GRAPH, sizeof((const size_t[]){__VA_ARGS__}) / sizeof(size_t),                         \
            (const size_t[]){__VA_ARGS__})

/* A file of the part, of `width` numbers an image, a dense layer and the classes' probabilities. */
static struct sr_model *read_part(part *make, size_t width)
{
    enum { GRAPH = 7 };
    const struct sr_onnx_reading reading = {0};
    struct graph graph = {0};
    struct sr_text file = {0}, nodes = {0};
    const char *x = graph_name(&graph, "x"), *y = graph_name(&graph, "y");
    graph_input(&graph, x, ELEMENT_FLOAT, 4, (const int64_t[]){-1, 1, SIDE, SIDE});
    const char *vector = graph_one(&graph, "Flatten", "vector", make(&graph, x)),
               *logits = graph_two(&graph, "MatMul", "logits", vector,
                                   NUMBERS(&graph, width ? width : 1, CLASSES));
    graph_node_to(&graph, "Softmax", INPUTS(logits), OUTPUTS(y), NULL);
    graph_output(&graph, y, ELEMENT_FLOAT, 2, (const int64_t[]){-1, CLASSES});
    graph_print(&graph, "part", &nodes);
    wire_put_header(&file, GRAPH, nodes.length + graph.constants.length);
    sr_text_add_bytes(&file, nodes.bytes, nodes.length);
    if (graph.constants.length)
        sr_text_add_bytes(&file, graph.constants.bytes, graph.constants.length);
    error = (struct sr_error){0};
    struct sr_model *model = sr_onnx_parse("part.onnx", file.bytes, file.length, &reading, &error);
    graph_fini(&graph);
    sr_text_fini(&file);
    sr_text_fini(&nodes);
    return model;
}

/* ---- the same in two ways ---- */

static const char *convolved(struct graph *graph, const char *x)
{
    return graph_node(graph, "Conv", "conv", INPUTS(x, NUMBERS(graph, KERNELS, 1, 3, 3)), NULL);
}

static const char *with_bias(struct graph *graph, const char *x)
{
    return graph_node(graph, "Conv", "conv",
                      INPUTS(x, NUMBERS(graph, KERNELS, 1, 3, 3), NUMBERS(graph, KERNELS)), NULL);
}

static const char *bias_added(struct graph *graph, const char *x)
{
    return graph_two(graph, "Add", "sum", convolved(graph, x), NUMBERS(graph, KERNELS, 1, 1));
}

static const char *added_to_bias(struct graph *graph, const char *x)
{
    return graph_two(graph, "Add", "sum", NUMBERS(graph, KERNELS, 1, 1), convolved(graph, x));
}

/* A second sum is a layer of its own. */
static const char *two_biases(struct graph *graph, const char *x)
{
    return graph_two(graph, "Add", "second", with_bias(graph, x), NUMBERS(graph, KERNELS, 1, 1));
}

static const char *two_sums(struct graph *graph, const char *x)
{
    return graph_two(graph, "Add", "second", bias_added(graph, x), NUMBERS(graph, KERNELS, 1, 1));
}

static const char *global_pool(struct graph *graph, const char *x)
{
    return graph_one(graph, "GlobalAveragePool", "pool", convolved(graph, x));
}

static const char *mean_by_attribute(struct graph *graph, const char *x)
{
    return graph_node(graph, "ReduceMean", "mean", INPUTS(convolved(graph, x)),
                      ATTRIBUTES(INTS("axes", 2, 2, 3), INT("keepdims", 0)));
}

static const char *mean_by_input(struct graph *graph, const char *x)
{
    const char *mean =
        graph_two(graph, "ReduceMean", "mean", convolved(graph, x), WHOLE(graph, "axes", -2, -1));
    return graph_two(graph, "Squeeze", "vector", mean, WHOLE(graph, "pixel", 2, 3));
}

static const char *mean_by_node(struct graph *graph, const char *x)
{
    const char *axes = graph_node(graph, "Constant", "axes", INPUTS(NULL),
                                  ATTRIBUTES(INTS("value_ints", 2, 2, 3)));
    return graph_two(graph, "ReduceMean", "mean", convolved(graph, x), axes);
}

static const char *scaled(struct graph *graph, const char *x)
{
    const char *centred = graph_two(graph, "Sub", "centred", x, graph_float(graph, "mean", 0.25f));
    return convolved(
        graph, graph_two(graph, "Div", "scaled", centred, graph_float(graph, "deviation", 0.5f)));
}

static const char *scaled_otherwise(struct graph *graph, const char *x)
{
    const char *two =
        graph_node(graph, "Constant", "two", INPUTS(NULL), ATTRIBUTES(FLOAT("value_float", 2)));
    const char *doubled = graph_two(graph, "Mul", "doubled", two, x),
               *offset = graph_double(graph, "offset", -0.5);
    return convolved(graph, graph_two(graph, "Add", "centred", doubled, offset));
}

static const char *reshaped(struct graph *graph, const char *x)
{
    const char *image = graph_reshape(graph, "image", x, 4, (const int64_t[]){-1, 1, SIDE, SIDE});
    return graph_reshape(graph, "vector", convolved(graph, image), 2,
                         (const int64_t[]){-1, KERNELS * 36});
}

/* The shape of the vector from that of the picture, as converters of Keras models have it. */
static const char *reshaped_by_its_shape(struct graph *graph, const char *x)
{
    const char *picture = convolved(graph, x), *shape = graph_one(graph, "Shape", "shape", picture);
    const char *images = graph_two(graph, "Gather", "images", shape, WHOLE(graph, "place", -4));
    const char *same = graph_two(graph, "Unsqueeze", "same", images, WHOLE(graph, "axis", 0));
    const char *list =
        graph_two(graph, "Concat", "list", same, WHOLE(graph, "numbers", KERNELS * 36));
    return graph_two(graph, "Reshape", "vector", picture, list);
}

/* The first two of three numbers. */
static const char *reshaped_by_a_part(struct graph *graph, const char *x)
{
    const char *two =
        graph_node(graph, "Slice", "two",
                   INPUTS(WHOLE(graph, "three", -1, KERNELS * 36, 5), WHOLE(graph, "from", 0),
                          WHOLE(graph, "to", -1), WHOLE(graph, "axis", 0), WHOLE(graph, "step", 1)),
                   NULL);
    return graph_two(graph, "Reshape", "vector", convolved(graph, x), two);
}

static const char *padded(struct graph *graph, const char *x)
{
    return graph_node(graph, "Conv", "conv", INPUTS(x, NUMBERS(graph, KERNELS, 1, 3, 3)),
                      ATTRIBUTES(INTS("pads", 4, 1, 1, 1, 1)));
}

static const char *padded_by_itself(struct graph *graph, const char *x)
{
    return graph_node(graph, "Conv", "conv", INPUTS(x, NUMBERS(graph, KERNELS, 1, 3, 3)),
                      ATTRIBUTES(TEXT("auto_pad", "SAME_LOWER")));
}

static const char *silu(struct graph *graph, const char *x)
{
    const char *value = convolved(graph, x);
    return graph_two(graph, "Mul", "silu", value, graph_one(graph, "Sigmoid", "gate", value));
}

static const char *silu_turned(struct graph *graph, const char *x)
{
    const char *value = convolved(graph, x);
    return graph_two(graph, "Mul", "silu", graph_one(graph, "Sigmoid", "gate", value), value);
}

static void expect_same(part *one, part *other, size_t width)
{
    struct sr_model *models[2] = {read_part(one, width), NULL};
    if (!models[0]) fail_msg("%s", error.text);
    models[1] = read_part(other, width);
    if (!models[1]) fail_msg("%s", error.text);
    uint8_t label = 0, pixels[SIDE * SIDE];
    float said[2][CLASSES];
    for (size_t i = 0; i < SIDE * SIDE; i++) pixels[i] = (uint8_t)(i * 41);
    struct sr_images images = {
        .shape = models[0]->shape.image, .count = 1, .pixels = pixels, .labels = &label};
    const struct sr_samples samples = {&images, NULL, 1};
    for (int m = 0; m < 2; m++) {
        assert_int_equal(sr_shape_size(models[m]->shape.image), SIDE * SIDE);
        assert_int_equal(models[m]->shape.classes, CLASSES);
        assert_ok(sr_model_predict(models[m], &samples, NULL, NULL, said[m], &error));
        sr_model_unref(models[m]);
    }
    assert_true(fabs((double)said[0][0] - (double)said[0][1]) > 1e-3);
    for (int c = 0; c < CLASSES; c++)
        if (!(fabs((double)said[0][c] - (double)said[1][c]) < 1e-6))
            fail_msg("class %d: %.8f and %.8f", c, (double)said[0][c], (double)said[1][c]);
}

static void same_in_two_ways(void **unused)
{
    (void)unused;
    expect_same(with_bias, bias_added, KERNELS * 36);
    expect_same(with_bias, added_to_bias, KERNELS * 36);
    expect_same(two_biases, two_sums, KERNELS * 36);
    expect_same(global_pool, mean_by_attribute, KERNELS);
    expect_same(global_pool, mean_by_input, KERNELS);
    expect_same(global_pool, mean_by_node, KERNELS);
    expect_same(scaled, scaled_otherwise, KERNELS * 36);
    expect_same(convolved, reshaped, KERNELS * 36);
    expect_same(convolved, reshaped_by_its_shape, KERNELS * 36);
    expect_same(convolved, reshaped_by_a_part, KERNELS * 36);
    expect_same(padded, padded_by_itself, KERNELS * 64);
    expect_same(silu, silu_turned, KERNELS * 36);
}

/* ---- names ---- */

static const char *const node_names[] = {
    "/layer1/layer1.0/conv1/Conv", "net/conv2d_1/convolution", "layer1.0/conv1/Conv",
    "/a_name_that_is_longer_than_a_layer_may_have/block/conv/Conv", "Conv_7"};
enum { NAMES = sizeof node_names / sizeof *node_names };

static const char *chain(struct graph *graph, const char *x)
{
    for (size_t i = 0; i < NAMES; i++)
        x = graph_node(graph, "Conv", node_names[i],
                       INPUTS(x, NUMBERS(graph, KERNELS, i ? KERNELS : 1, 3, 3)),
                       ATTRIBUTES(INTS("pads", 4, 1, 1, 1, 1)));
    return x;
}

/* Layers are called after the modules that their nodes stand in, so that one can ask for them. */
static void layers_are_named(void **unused)
{
    static const char *const wanted[NAMES] = {"layer1.0.conv1", "net.conv2d_1", "conv3",
                                              "block.conv", "conv5"};
    size_t count;
    (void)unused;
    struct sr_model *model = read_part(chain, KERNELS * SIDE * SIDE);
    if (!model) fail_msg("%s", error.text);
    const struct sr_layer_mark *marks = sr_networks_marks(model->state, &count);
    assert_int_equal(count, NAMES);
    for (size_t i = 0; i < NAMES; i++) assert_string_equal(marks[i].name, wanted[i]);
    sr_model_unref(model);
}

/* ---- refused ---- */

#define REFUSED(NAME, ...)                                                                         \
    static const char *NAME(struct graph *graph, const char *x)                                    \
    {                                                                                              \
        (void)x; /* a node that is refused may stand beside one that reads the image */            \
        return __VA_ARGS__;                                                                        \
    }
#define CONV_WITH(...)                                                                             \
    graph_node(graph, "Conv", "z", INPUTS(x, NUMBERS(graph, KERNELS, 1, 3, 3)),                    \
               ATTRIBUTES(__VA_ARGS__))
#define NORM(INPUT, VARIANCE, ...)                                                                 \
    graph_node(graph, "BatchNormalization", "z",                                                   \
               INPUTS(INPUT, NUMBERS(graph, 2), NUMBERS(graph, 2), NUMBERS(graph, 2),              \
                      graph_constant(graph, "variance", ELEMENT_FLOAT, 1, (const size_t[]){2},     \
                                     (const float[]){VARIANCE, 1})),                               \
               ATTRIBUTES(FLOAT("epsilon", 1e-3f), __VA_ARGS__))

REFUSED(kernel_as_input, graph_two(graph, "Conv", "z", x, x))
REFUSED(not_square, CONV_WITH(INTS("kernel_shape", 2, 3, 2)))
REFUSED(strides_differ, CONV_WITH(INTS("strides", 2, 1, 2)))
REFUSED(dilated, CONV_WITH(INTS("dilations", 2, 2, 2)))
REFUSED(stride_too_large, CONV_WITH(INTS("strides", 2, 65, 65)))
REFUSED(three_pads, CONV_WITH(INTS("pads", 3, 1, 1, 1)))
REFUSED(pad_below_zero, CONV_WITH(INTS("pads", 4, -1, 0, 0, 0)))
REFUSED(five_factors, graph_two(graph, "Mul", "z", x, NUMBERS(graph, 5)))
REFUSED(training_norm, NORM(convolved(graph, x), 1, INT("training_mode", 1)))
REFUSED(first_norm, NORM(x, 1, INT("training_mode", 0)))
REFUSED(norm_without_variance, NORM(convolved(graph, x), -1, INT("training_mode", 0)))
REFUSED(layer_divided, graph_two(graph, "Div", "z", convolved(graph, x), NUMBERS(graph, 2, 1, 1)))
REFUSED(subtracted, graph_two(graph, "Sub", "z", convolved(graph, x), NUMBERS(graph, 2, 1, 1)))
REFUSED(whole_sum, graph_two(graph, "Add", "z", x, WHOLE(graph, "one", 1)))
REFUSED(image_added, graph_two(graph, "Add", "z", padded(graph, x), x))
REFUSED(layers_multiplied, graph_two(graph, "Mul", "z", padded(graph, x), padded(graph, x)))
REFUSED(mean_over_channels,
        graph_node(graph, "ReduceMean", "z", INPUTS(x), ATTRIBUTES(INTS("axes", 1, 1))))
REFUSED(other_axis, graph_node(graph, "Flatten", "z", INPUTS(x), ATTRIBUTES(INT("axis", 2))))
REFUSED(squeezed, graph_two(graph, "Squeeze", "z", x, WHOLE(graph, "axes", 1)))
REFUSED(computed_shape, graph_two(graph, "Reshape", "z", x, x))
REFUSED(other_shape, graph_reshape(graph, "z", x, 3, (const int64_t[]){-1, 4, 16}))
REFUSED(turned,
        graph_node(graph, "Transpose", "z", INPUTS(x), ATTRIBUTES(INTS("perm", 4, 0, 1, 3, 2))))
REFUSED(early_softmax, graph_one(graph, "Softmax", "z", convolved(graph, x)))
REFUSED(from_nothing, graph_two(graph, "Add", "z", x, "nothing"))
REFUSED(dense_of_picture, graph_two(graph, "MatMul", "z", x, NUMBERS(graph, 8, 8)))
REFUSED(constant_of_text, graph_two(graph, "Mul", "product", x,
                                    graph_node(graph, "Constant", "z", INPUTS(NULL),
                                               ATTRIBUTES(TEXT("value_string", "a")))))
REFUSED(vector_convolved, graph_two(graph, "Conv", "z", graph_one(graph, "Flatten", "flat", x),
                                    NUMBERS(graph, KERNELS, 1, 3, 3)))

REFUSED(grouped, CONV_WITH(INT("group", 2)))
REFUSED(flat_weights, graph_two(graph, "Conv", "z", x, NUMBERS(graph, KERNELS, 3, 3)))
REFUSED(weights_not_square, graph_two(graph, "Conv", "z", x, NUMBERS(graph, KERNELS, 1, 3, 2)))
REFUSED(other_kernel, CONV_WITH(INTS("kernel_shape", 2, 5, 5)))
REFUSED(other_channels, graph_two(graph, "Conv", "z", x, NUMBERS(graph, KERNELS, 2, 3, 3)))
REFUSED(bias_of_three,
        graph_node(graph, "Conv", "z",
                   INPUTS(x, NUMBERS(graph, KERNELS, 1, 3, 3), NUMBERS(graph, 3)), NULL))
REFUSED(computed_bias,
        graph_node(graph, "Conv", "z", INPUTS(x, NUMBERS(graph, KERNELS, 1, 3, 3), x), NULL))
REFUSED(constant_convolved, convolved(graph, x),
        graph_two(graph, "Conv", "z", NUMBERS(graph, 1, 1, 8, 8), NUMBERS(graph, KERNELS, 1, 3, 3)))
REFUSED(window_too_large, CONV_WITH(INTS("pads", 4, 0, 0, 0, 0), INTS("strides", 2, 0, 0)))
REFUSED(pool_of_nothing, graph_one(graph, "MaxPool", "z", x))
REFUSED(rounded_up, graph_node(graph, "AveragePool", "z", INPUTS(x),
                               ATTRIBUTES(INTS("kernel_shape", 2, 2, 2), INT("ceil_mode", 1))))
REFUSED(vector_pooled,
        graph_node(graph, "MaxPool", "z", INPUTS(graph_one(graph, "Flatten", "flat", x)),
                   ATTRIBUTES(INTS("kernel_shape", 2, 2, 2))))
REFUSED(image_pooled,
        graph_node(graph, "MaxPool", "z", INPUTS(x), ATTRIBUTES(INTS("kernel_shape", 2, 2, 2))))
REFUSED(pool_larger_than_its_input, graph_node(graph, "MaxPool", "z", INPUTS(convolved(graph, x)),
                                               ATTRIBUTES(INTS("kernel_shape", 2, 9, 9))))
REFUSED(vector_averaged,
        graph_one(graph, "GlobalAveragePool", "z", graph_one(graph, "Flatten", "flat", x)))
REFUSED(channels_last_convolved,
        graph_two(graph, "Conv", "z",
                  graph_node(graph, "Transpose", "last", INPUTS(convolved(graph, x)),
                             ATTRIBUTES(INTS("perm", 4, 0, 2, 3, 1))),
                  NUMBERS(graph, KERNELS, KERNELS, 3, 3)))
REFUSED(three_factors, graph_two(graph, "Mul", "z", convolved(graph, x), NUMBERS(graph, 3, 1, 1)))
REFUSED(constants_added, graph_two(graph, "Sub", "z", NUMBERS(graph, 2), x))
REFUSED(unknown, graph_one(graph, "Cosh", "z", x))
REFUSED(shape_of_numbers, convolved(graph, x), convolved(graph, x),
        graph_one(graph, "Shape", "z", NUMBERS(graph, 2)))
REFUSED(part_of_a_shape, graph_node(graph, "Shape", "z", INPUTS(x), ATTRIBUTES(INT("start", 1))))
REFUSED(gathered_behind_the_end, graph_two(graph, "Gather", "z", graph_one(graph, "Shape", "s", x),
                                           WHOLE(graph, "place", 4)))
REFUSED(gathered_before_the_start,
        graph_two(graph, "Gather", "z", graph_one(graph, "Shape", "s", x),
                  WHOLE(graph, "place", -5)))
REFUSED(gathered_of_floats, convolved(graph, x), convolved(graph, x),
        graph_two(graph, "Gather", "z", NUMBERS(graph, 3), WHOLE(graph, "place", 0)))
REFUSED(every_second,
        graph_node(graph, "Slice", "z",
                   INPUTS(graph_one(graph, "Shape", "s", x), WHOLE(graph, "from", 0),
                          WHOLE(graph, "to", 3), WHOLE(graph, "axis", 0), WHOLE(graph, "step", 2)),
                   NULL))
REFUSED(of_two_ends, graph_node(graph, "Slice", "z",
                                INPUTS(graph_one(graph, "Shape", "s", x), WHOLE(graph, "from", 0),
                                       WHOLE(graph, "to", 3, 4)),
                                NULL))
REFUSED(list_of_an_image, graph_two(graph, "Concat", "z", WHOLE(graph, "first", -1), x))
REFUSED(turned_product,
        graph_node(graph, "Gemm", "z",
                   INPUTS(graph_one(graph, "Flatten", "flat", x), NUMBERS(graph, SIDE *SIDE, 2)),
                   ATTRIBUTES(INT("transA", 1))))
REFUSED(scaled_product,
        graph_node(graph, "Gemm", "z",
                   INPUTS(graph_one(graph, "Flatten", "flat", x), NUMBERS(graph, SIDE *SIDE, 2)),
                   ATTRIBUTES(FLOAT("alpha", 0.5f))))
REFUSED(other_inputs, graph_two(graph, "MatMul", "z", graph_one(graph, "Flatten", "flat", x),
                                NUMBERS(graph, 63, 2)))
REFUSED(computed_product_bias,
        graph_node(graph, "Gemm", "z",
                   INPUTS(graph_one(graph, "Flatten", "flat", x), NUMBERS(graph, SIDE *SIDE, 2), x),
                   NULL))

static void refused(void **unused)
{
    static const struct {
        part *make;
        const char *why;
    } cases[] = {
        {kernel_as_input, "has no constant numbers as input 2"},
        {not_square, "has a kernel that is not square"},
        {strides_differ, "has strides that differ"},
        {dilated, "is dilated"},
        {stride_too_large, "has a kernel or stride out of 1 to 64"},
        {three_pads, "has pads that are not four"},
        {pad_below_zero, "has a pad out of 0 to 64"},
        {five_factors, "changes the image by 5 numbers; 1 or 1 are read"},
        {training_norm, "was exported for training"},
        {first_norm, "is the first layer"},
        {norm_without_variance, "has a variance that is not above 0"},
        {layer_divided, "nor the image or a layer by numbers"},
        {subtracted, "subtracts from what is not the image"},
        {whole_sum, "adds whole numbers"},
        {image_added, "adds two values that no layer here can add"},
        {layers_multiplied, "multiplies what is neither x by its own sigmoid"},
        {mean_over_channels, "is no mean over height and width"},
        {other_axis, "flattens along axis 2"},
        {squeezed, "leaves out what is not one pixel"},
        {computed_shape, "has a shape that is computed"},
        {other_shape, "makes a shape that no layer here has"},
        {turned, "turns axes in a way"},
        {early_softmax, "is not over the classes"},
        {from_nothing, "reads \"nothing\", which nothing before it makes"},
        {dense_of_picture, "put a Flatten before it"},
        {constant_of_text, "has no numbers that are read"},
        {vector_convolved, "reads a vector where a picture is needed"},
        {grouped, "has 2 groups; only one is read"},
        {flat_weights, "has weights that are not outputs × inputs × kernel × kernel"},
        {weights_not_square, "has weights that are not outputs × inputs × kernel × kernel"},
        {other_kernel, "has weights for 1 channels and kernels of 3"},
        {other_channels, "has weights for 2 channels and kernels of 3"},
        {bias_of_three, "has 3 numbers where 2 are needed"},
        {computed_bias, "has no constant numbers as input 3"},
        {constant_convolved, "reads what is no output of a layer"},
        {window_too_large, "has a kernel or stride out of 1 to 64"},
        {pool_of_nothing, "has no kernel_shape"},
        {rounded_up, "rounds its size up (ceil_mode)"},
        {vector_pooled, "reads a vector where a picture is needed"},
        {image_pooled, "reads the image; only a convolution or a flatten can"},
        {pool_larger_than_its_input, "pool"},
        {vector_averaged, "reads a vector where a picture is needed"},
        {channels_last_convolved, "reads a picture whose channels come last"},
        {three_factors, "has other numbers than one for each of 2 channels"},
        {constants_added, "adds what is no output of a layer"},
        {unknown, "is of an operator that no layer here stands for"},
        {shape_of_numbers, "takes the shape of what is no output of a layer"},
        {part_of_a_shape, "takes the shape of what is no output of a layer, or a part"},
        {gathered_behind_the_end, "takes number 4 of 4"},
        {gathered_before_the_start, "takes number -5 of 4"},
        {gathered_of_floats, "computes with what is no constant and no shape"},
        {every_second, "is no plain part of a list"},
        {of_two_ends, "is no plain part of a list"},
        {list_of_an_image, "computes with what is no constant and no shape"},
        {turned_product, "is no product of a vector and a matrix"},
        {scaled_product, "is no product of a vector and a matrix"},
        {other_inputs, "has a matrix of 63 inputs and 2 outputs for 64 numbers"},
        {computed_product_bias, "has no constant numbers as input 3"},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sr_model *model = read_part(cases[i].make, 1);
        if (model) fail_msg("read, although it %s", cases[i].why);
        assert_int_equal(error.status, SR_ERROR_FORMAT);
        if (!strstr(error.text, cases[i].why) || !strstr(error.text, "The node \"z\""))
            fail_msg("\"%s\" lacks \"%s\"", error.text, cases[i].why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_in_two_ways),
        cmocka_unit_test(layers_are_named),
        cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests_name("operators", tests, NULL, NULL);
}
