/* features.c - an image as the numbers that a model takes; sartor/data/features.h says exactly what
 * a histogram of oriented gradients is. */
#include "parts.h"

#include <math.h>
#include <stdlib.h>

#include "sartor/base/memory.h"

const char *part_bytes(struct graph *graph, const struct pictures *pictures)
{
    return graph_reshape(graph, "bytes", pictures->name, 2,
                         (const int64_t[]){0, (int64_t)sr_shape_size(pictures->shape)});
}

const char *part_planes(struct graph *graph, const struct pictures *pictures)
{
    const char *planes = graph_node(graph, "Transpose", "planes", INPUTS(pictures->name),
                                    ATTRIBUTES(INTS("perm", 4, 0, 3, 1, 2)));
    return graph_cast(graph, "planes.float", planes, ELEMENT_FLOAT);
}

/* ---- histograms of oriented gradients ---- */

/* The difference of the neighbours of each pixel along an axis, black outside the image. */
static const char *differences(struct graph *graph, const char *roots, int axis, int length)
{
    const int64_t pads[2][8] = {{0, 0, 1, 0, 0, 0, 1, 0}, {0, 0, 0, 1, 0, 0, 0, 1}};
    const char *framed = graph_two(graph, "Pad", "hog.framed", roots,
                                   graph_integers(graph, "hog.frame", 8, pads[axis - 2])),
               *after = graph_slice(graph, "hog.after", framed, axis, 2, length + 2, 1),
               *before = graph_slice(graph, "hog.before", framed, axis, 0, length, 1);
    return graph_two(graph, "Sub", axis == 3 ? "hog.dx" : "hog.dy", after, before);
}

static const char *sum_of_squares(struct graph *graph, const char *dx, const char *dy)
{
    return graph_two(graph, "Add", "hog.squares", graph_two(graph, "Mul", "hog.dx2", dx, dx),
                     graph_two(graph, "Mul", "hog.dy2", dy, dy));
}

/* In colour, both at each pixel in the channel whose gradient is the largest. */
static void choose_channel(struct graph *graph, const char **dx, const char **dy)
{
    const char *channel =
        graph_node(graph, "ArgMax", "hog.channel", INPUTS(sum_of_squares(graph, *dx, *dy)),
                   ATTRIBUTES(INT("axis", 1), INT("keepdims", 1)));
    *dx = graph_node(graph, "GatherElements", "hog.dx", INPUTS(*dx, channel),
                     ATTRIBUTES(INT("axis", 1)));
    *dy = graph_node(graph, "GatherElements", "hog.dy", INPUTS(*dy, channel),
                     ATTRIBUTES(INT("axis", 1)));
}

/* The polynomial of sr_atan_above or sr_atan_below. */
static const char *polynomial(struct graph *graph, const double terms[SR_ATAN_TERMS],
                              const char *square)
{
    const char *value = NULL;
    for (int i = 0; i < SR_ATAN_TERMS; i++) {
        const char *term = graph_double(graph, "hog.term", terms[i]);
        value = value ? graph_two(graph, "Add", "hog.sum_of_terms",
                                  graph_two(graph, "Mul", "hog.power", value, square), term)
                      : term;
    }
    return value;
}

/* The arc tangent of a number in 0 .. 1, as features.h has it: ONNX Runtime's own is in floats. */
static const char *arc_tangent(struct graph *graph, const char *x)
{
    const char *one = graph_double(graph, "hog.one", 1),
               *outer = graph_two(graph, "Greater", "hog.outer", x,
                                  graph_double(graph, "hog.outer_from", SR_ATAN_OUTER)),
               *turned = graph_two(graph, "Div", "hog.turned",
                                   graph_two(graph, "Sub", "hog.less", x, one),
                                   graph_two(graph, "Add", "hog.more", x, one));
    const char *t = graph_node(graph, "Where", "hog.reduced", INPUTS(outer, turned, x), NULL),
               *square = graph_two(graph, "Mul", "hog.square", t, t);
    const char *share =
        graph_two(graph, "Div", "hog.quotient", polynomial(graph, sr_atan_above, square),
                  polynomial(graph, sr_atan_below, square));
    share = graph_two(graph, "Mul", "hog.excess", graph_two(graph, "Mul", "hog.cube", t, square),
                      share);
    const char *arc = graph_two(graph, "Add", "hog.arc", share, t);
    return graph_node(
        graph, "Where", "hog.arc",
        INPUTS(outer,
               graph_two(graph, "Add", "hog.arc", arc, graph_double(graph, "hog.eighth", M_PI_4)),
               arc),
        NULL);
}

/* The angle of (dx, dy) in 0 .. 2 pi, from the arc tangent of a number in 0 .. 1. */
static const char *angles(struct graph *graph, const char *dx, const char *dy)
{
    const char *zero = graph_double(graph, "hog.zero", 0),
               *least = graph_double(graph, "hog.least", 1e-300),
               *across = graph_one(graph, "Abs", "hog.across", dx),
               *down = graph_one(graph, "Abs", "hog.down", dy),
               *larger = graph_two(graph, "Max", "hog.larger",
                                   graph_two(graph, "Max", "hog.longer", across, down), least),
               *smaller = graph_two(graph, "Min", "hog.smaller", across, down);
    const char *angle = arc_tangent(graph, graph_two(graph, "Div", "hog.tangent", smaller, larger));
    const struct {
        const char *where;
        double whole;
    } turns[] = {
        {graph_two(graph, "Greater", "hog.steep", down, across), M_PI / 2},
        {graph_two(graph, "Less", "hog.left", dx, zero), M_PI},
        {graph_two(graph, "Less", "hog.up", dy, zero), 2 * M_PI},
    };
    for (size_t i = 0; i < sizeof turns / sizeof *turns; i++) {
        const char *whole = graph_double(graph, "hog.whole", turns[i].whole);
        angle = graph_node(
            graph, "Where", "hog.angle",
            INPUTS(turns[i].where, graph_two(graph, "Sub", "hog.turned", whole, angle), angle),
            NULL);
    }
    return angle;
}

/* double [N][bins][height][width]: each pixel's magnitude, shared between its two nearest bins. */
static const char *votes(struct graph *graph, const char *dx, const char *dy)
{
    enum { BINS = SR_FEATURES_BINS };
    double numbers[BINS];
    for (int b = 0; b < BINS; b++) numbers[b] = b;
    const char *bins = graph_constant(graph, "hog.bins", ELEMENT_DOUBLE, 4,
                                      (const size_t[]){1, BINS, 1, 1}, numbers),
               *all = graph_double(graph, "hog.all", BINS),
               *one = graph_double(graph, "hog.one", 1),
               *magnitude =
                   graph_one(graph, "Sqrt", "hog.magnitude", sum_of_squares(graph, dx, dy)),
               *turn = graph_two(graph, "Mul", "hog.turn", angles(graph, dx, dy),
                                 graph_double(graph, "hog.bin_width", BINS / (2 * M_PI)));
    const char *apart =
        graph_one(graph, "Abs", "hog.apart", graph_two(graph, "Sub", "hog.offset", turn, bins));
    apart = graph_two(graph, "Min", "hog.distance", apart,
                      graph_two(graph, "Sub", "hog.other_way", all, apart));
    const char *share =
        graph_one(graph, "Relu", "hog.share", graph_two(graph, "Sub", "hog.nearness", one, apart));
    return graph_two(graph, "Mul", "hog.votes", share, magnitude);
}

/* The weights of the pixels along a side in each of its cells, as [cells][side] or turned. */
static const char *share_matrix(struct graph *graph, const char *name, int side, bool turned)
{
    const int cells = sr_features_cells(side);
    double *matrix = sr_xalloc((size_t)(cells * side) * sizeof *matrix), row[SR_SIDE_MAX];
    for (int c = 0; c < cells; c++) {
        sr_features_share(side, c, row);
        for (int i = 0; i < side; i++) matrix[turned ? i * cells + c : c * side + i] = row[i];
    }
    const size_t shape[2] = {(size_t)(turned ? side : cells), (size_t)(turned ? cells : side)};
    const char *constant = graph_constant(graph, name, ELEMENT_DOUBLE, 2, shape, matrix);
    free(matrix);
    return constant;
}

/* Half the sum of each cell's bins as normalised by the four blocks that it lies in. */
static const char *normalise(struct graph *graph, const char *cells, int down, int across)
{
    const char *energy = graph_node(graph, "ReduceSumSquare", "hog.energy", INPUTS(cells),
                                    ATTRIBUTES(INTS("axes", 1, 1), INT("keepdims", 1)));
    energy = graph_two(graph, "Pad", "hog.energies", energy,
                       WHOLE(graph, "hog.border", 0, 0, 1, 1, 0, 0, 1, 1));
    energy = graph_two(graph, "Add", "hog.pairs",
                       graph_slice(graph, "hog.upper", energy, 2, 0, down + 1, 1),
                       graph_slice(graph, "hog.lower", energy, 2, 1, down + 2, 1));
    energy = graph_two(graph, "Add", "hog.blocks",
                       graph_slice(graph, "hog.left_pair", energy, 3, 0, across + 1, 1),
                       graph_slice(graph, "hog.right_pair", energy, 3, 1, across + 2, 1));
    const char *floor =
                   graph_double(graph, "hog.epsilon", SR_FEATURES_EPSILON * SR_FEATURES_EPSILON),
               *clip = graph_double(graph, "hog.clip", SR_FEATURES_CLIP),
               *half = graph_double(graph, "hog.half", 0.5),
               *length = graph_one(graph, "Sqrt", "hog.length",
                                   graph_two(graph, "Add", "hog.raised", energy, floor)),
               *sum = NULL;
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++) {
            const char *block = graph_slice(graph, "hog.block_row", length, 2, i, down + i, 1);
            block = graph_slice(graph, "hog.block", block, 3, j, across + j, 1);
            const char *part = graph_two(graph, "Min", "hog.clipped",
                                         graph_two(graph, "Div", "hog.scaled", cells, block), clip);
            sum = sum ? graph_two(graph, "Add", "hog.sum", sum, part) : part;
        }
    return graph_two(graph, "Mul", "hog.cells", sum, half);
}

static const char *hog(struct graph *graph, const struct pictures *pictures)
{
    const struct sr_shape shape = pictures->shape;
    const int down = sr_features_cells(shape.height), across = sr_features_cells(shape.width);
    const char *roots = graph_one(
        graph, "Sqrt", "hog.roots",
        graph_two(graph, "Div", "hog.grey",
                  graph_cast(graph, "hog.bytes", part_planes(graph, pictures), ELEMENT_DOUBLE),
                  graph_double(graph, "hog.white", 255)));
    const char *dx = differences(graph, roots, 3, shape.width),
               *dy = differences(graph, roots, 2, shape.height);
    if (shape.channels > 1) choose_channel(graph, &dx, &dy);
    const char *cells = graph_two(graph, "MatMul", "hog.rows_of_cells",
                                  share_matrix(graph, "hog.down_weights", shape.height, false),
                                  votes(graph, dx, dy));
    cells = graph_two(graph, "MatMul", "hog.histograms", cells,
                      share_matrix(graph, "hog.across_weights", shape.width, true));
    cells =
        graph_node(graph, "Transpose", "hog.by_cell", INPUTS(normalise(graph, cells, down, across)),
                   ATTRIBUTES(INTS("perm", 4, 0, 2, 3, 1)));
    cells = graph_reshape(graph, "hog.row", cells, 2,
                          (const int64_t[]){0, (int64_t)down * across * SR_FEATURES_BINS});
    return graph_cast(graph, "hog", cells, ELEMENT_FLOAT);
}

const char *part_features(struct graph *graph, const struct pictures *pictures,
                          enum sr_features kind)
{
    if (kind == SR_FEATURES_HOG) return hog(graph, pictures);
    return graph_two(graph, "Div", "grey",
                     graph_cast(graph, "pixels", part_bytes(graph, pictures), ELEMENT_FLOAT),
                     graph_float(graph, "white", 255));
}

const char *part_softmax(struct graph *graph, const char *logits)
{
    const char *exact = graph_cast(graph, "logits.double", logits, ELEMENT_DOUBLE);
    exact = graph_node(graph, "Softmax", "softmax", INPUTS(exact), ATTRIBUTES(INT("axis", 1)));
    return graph_cast(graph, "softmax.float", exact, ELEMENT_FLOAT);
}

const char *part_tensor(struct graph *graph, const struct sr_tensors *set, const char *name)
{
    static const enum element elements[SR_DTYPE_COUNT] = {
        [SR_F32] = ELEMENT_FLOAT, [SR_F64] = ELEMENT_DOUBLE, [SR_U8] = ELEMENT_UINT8,
        [SR_I32] = ELEMENT_INT32, [SR_I64] = ELEMENT_INT64,
    };
    const struct sr_tensor *tensor = sr_tensors_find(set, name);
    return graph_constant(graph, name, elements[tensor->dtype], tensor->rank, tensor->shape,
                          tensor->data);
}
