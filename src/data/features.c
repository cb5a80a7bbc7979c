/* features.c - see features.h, which defines what is computed here. */
#include "sartor/data/features.h"

#include "sartor/base/thread.h"
#include "sartor/compute/kernels.h"
#include <math.h>
#include <string.h>

const char *const sr_features_names[SR_FEATURES_COUNT] = {"pixels", "hog"};

const double sr_atan_above[SR_ATAN_TERMS] = {0,
                                             -8.750608600031904122785e-1,
                                             -1.615753718733365076637e1,
                                             -7.500855792314704667340e1,
                                             -1.228866684490136173410e2,
                                             -6.485021904942025371773e1};
const double sr_atan_below[SR_ATAN_TERMS] = {1,
                                             2.485846490142306297962e1,
                                             1.650270098316988542046e2,
                                             4.328810604912902668951e2,
                                             4.853903996359136964868e2,
                                             1.945506571482613964425e2};

const char sr_features_help[] = "features=pixels: grey values divided by 255, row by row.\n"
                                "features=hog: histograms of oriented gradients, which keep the "
                                "shape of edges, but neither their exact\n"
                                "position nor their brightness. Of the square roots of those "
                                "grey values, black around the image, each\n"
                                "pixel's gradient is the difference of its two neighbours across "
                                "and of its two neighbours down.\n"
                                "Cells: each side is cut evenly into a third as many as it has "
                                "pixels, from 2 to 9: 9 × 9 of 28 × 28.\n"
                                "Bins: 12 in each cell, one every 30 degrees. A pixel votes with "
                                "its gradient's length, shared between\n"
                                "the two nearest bins and the four nearest cells.\n"
                                "Blocks: 2 × 2 cells, one cell apart, so that a cell lies in four. "
                                "In each its bins are divided by\n"
                                "sqrt(the block's energy + 0.09) and clipped at 0.2; half the sum "
                                "of the four is the cell's 12 values.\n"
                                "An image of 28 × 28 has 972 numbers.";

enum {
    CELL_SIDE = 3, /* pixels, about: a side is cut into cells of equal length */
    CELLS_MIN = 2, /* along a side */
    CELLS_MAX = 9,
    BINS = SR_FEATURES_BINS,
    SLICE = 64, /* samples that one thread takes at a time */
};

int sr_features_find(const char *name)
{
    for (int kind = 0; kind < SR_FEATURES_COUNT; kind++)
        if (!strcmp(name, sr_features_names[kind])) return kind;
    return -1;
}

int sr_features_cells(int side)
{
    int cells = (2 * side + CELL_SIDE) / (2 * CELL_SIDE); /* rounded */
    return cells < CELLS_MIN ? CELLS_MIN : cells > CELLS_MAX ? CELLS_MAX : cells;
}

size_t sr_features_size(enum sr_features kind, struct sr_shape shape)
{
    if (kind == SR_FEATURES_HOG)
        return (size_t)sr_features_cells(shape.height) * (size_t)sr_features_cells(shape.width) *
               BINS;
    return sr_shape_size(shape);
}

static void fill_pixels(const uint8_t *pixels, struct sr_shape shape, float *out)
{
    sr_kernels()->grey(pixels, sr_shape_size(shape), out);
}

/* For each pixel along one side: the two cells whose centres lie around it, and the weight of the
 * second one. */
struct shares {
    int first[SR_SIDE_MAX];     /* -1 .. cells - 1 */
    double second[SR_SIDE_MAX]; /* weight of the cell after it, 0..1 */
};

static void share_side(struct shares *shares, int side, int cells)
{
    for (int i = 0; i < side; i++) {
        double at = (i + 0.5) * cells / side - 0.5, below = floor(at);
        shares->first[i] = (int)below;
        shares->second[i] = at - below;
    }
}

void sr_features_share(int side, int cell, double *weights)
{
    struct shares shares;
    share_side(&shares, side, sr_features_cells(side));
    for (int i = 0; i < side; i++)
        weights[i] = shares.first[i] == cell       ? 1 - shares.second[i]
                     : shares.first[i] + 1 == cell ? shares.second[i]
                                                   : 0;
}

/* Histograms with a border of one cell, which takes the votes outside the image. */
typedef double histograms[CELLS_MAX + 2][CELLS_MAX + 2][BINS];

/* Inlined for a constant number of channels, so that for 1 there is no loop over channels. */
#define INLINED static inline __attribute__((always_inline))

/* SSE2 and NEON have vectors of two doubles. */
typedef double two __attribute__((vector_size(16), aligned(8), may_alias));
typedef int64_t two_whole __attribute__((vector_size(16)));
enum { LANES = 2 };

static inline two choose(two_whole first, two a, two b)
{
    return (two)((first & (two_whole)a) | (~first & (two_whole)b));
}

/* atan2 of gradients, to two units of the last place: Cephes' atan (Moshier), whose argument is
 * brought to -0.2..0.66. Not a number where both are 0. The ONNX form of a model does the same. */
static inline two directions(two dy, two dx)
{
    const two_whole no_sign = (two_whole){0} + INT64_MAX, sign = ~no_sign;
    const two up = (two)((two_whole)dy & no_sign), right = (two)((two_whole)dx & no_sign);
    const two_whole steep = up > right;
    two ratio = choose(steep, right, up) / choose(steep, up, right);
    const two_whole outer = ratio > SR_ATAN_OUTER;
    ratio = choose(outer, (ratio - 1) / (ratio + 1), ratio);
    const two square = ratio * ratio;
    two above = (two){0} + sr_atan_above[0], below = (two){0} + sr_atan_below[0];
    for (int i = 1; i < SR_ATAN_TERMS; i++) {
        above = above * square + sr_atan_above[i];
        below = below * square + sr_atan_below[i];
    }
    two angle = ratio * square * above / below + ratio;
    angle += choose(outer, (two){0} + M_PI_4, (two){0});
    angle = choose(steep, M_PI_2 - angle, angle);
    angle = choose(dx < 0, M_PI - angle, angle);
    return (two)((two_whole)angle | ((two_whole)dy & sign));
}

/* Gradients of one row, and some places more. */
struct gradients {
    double dx[SR_SIDE_MAX + LANES], dy[SR_SIDE_MAX + LANES];
    double magnitude[SR_SIDE_MAX + LANES], turn[SR_SIDE_MAX + LANES]; /* turn: in bins, from 0 on */
};

static void measure_gradients(struct gradients *row, int width)
{
    for (int x = 0; x < width; x += LANES) {
        const two dx = *(const two *)(row->dx + x), dy = *(const two *)(row->dy + x),
                  square = dx * dx + dy * dy;
        if (!(square[0] + square[1] > 0)) {
            *(two *)(row->magnitude + x) = square; /* even, as most of a background is */
            continue;
        }
        const two turn = directions(dy, dx) * (BINS / (2 * M_PI)); /* -BINS/2 .. BINS/2 */
        *(two *)(row->turn + x) = choose(turn < 0, turn + BINS, turn);
        for (int i = 0; i < LANES; i++) row->magnitude[x + i] = sqrt(square[i]);
    }
}

INLINED void vote(histograms cells, const struct shares *rows, const struct shares *columns, int y,
                  int x, double magnitude, double turn)
{
    const int whole = (int)turn, bin = whole < BINS ? whole : 0,
              next = bin + 1 < BINS ? bin + 1 : 0; /* rounding can make a turn BINS */
    const double part = turn - whole;
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++) {
            double weight = magnitude * (i ? rows->second[y] : 1 - rows->second[y]) *
                            (j ? columns->second[x] : 1 - columns->second[x]);
            double *cell = cells[rows->first[y] + 1 + i][columns->first[x] + 1 + j];
            cell[bin] += weight * (1 - part);
            cell[next] += weight * part;
        }
}

/* Square roots of three rows of an image, one pixel of black at either end. */
struct rows {
    double values[3][(SR_SIDE_MAX + 2) * SR_CHANNELS_MAX];
};

/* Of every grey level. */
static double roots[256];
static struct sr_once rooted = SR_ONCE_INIT;

static void make_roots(void)
{
    for (int i = 0; i < 256; i++) roots[i] = sqrt(i / 255.0);
}

/* Replace the oldest row by row y; black outside the image. */
static void read_row(struct rows *rows, const uint8_t *pixels, struct sr_shape shape, int y)
{
    const size_t channels = (size_t)shape.channels, stride = sr_shape_stride(shape);
    double *row = rows->values[(y + 3) % 3];
    memset(row, 0, (stride + 2 * channels) * sizeof *row);
    if (y < 0 || y >= shape.height) return;
    for (size_t i = 0; i < stride; i++) row[channels + i] = roots[pixels[(size_t)y * stride + i]];
}

/* The gradient at a pixel, in the channel in which it is largest. */
INLINED void find_gradient(const struct rows *rows, int channels, int y, int x, double *dx,
                           double *dy)
{
    const double *above = rows->values[(y + 2) % 3], *here = rows->values[y % 3],
                 *below = rows->values[(y + 1) % 3];
    double most = -1;
    for (int c = 0; c < channels; c++) {
        const int i = (x + 1) * channels + c;
        double across = here[i + channels] - here[i - channels], down = below[i] - above[i];
        double square = across * across + down * down;
        if (square <= most) continue;
        most = square;
        *dx = across;
        *dy = down;
    }
}

INLINED void count_votes(histograms cells, const uint8_t *pixels, struct sr_shape shape,
                         int channels)
{
    struct shares down, across;
    struct rows rows;
    share_side(&down, shape.height, sr_features_cells(shape.height));
    share_side(&across, shape.width, sr_features_cells(shape.width));
    read_row(&rows, pixels, shape, -1);
    read_row(&rows, pixels, shape, 0);
    struct gradients row;
    for (int y = 0; y < shape.height; y++) {
        read_row(&rows, pixels, shape, y + 1);
        memset(row.dx + shape.width, 0, LANES * sizeof *row.dx);
        memset(row.dy + shape.width, 0, LANES * sizeof *row.dy);
        for (int x = 0; x < shape.width; x++)
            find_gradient(&rows, channels, y, x, &row.dx[x], &row.dy[x]);
        measure_gradients(&row, shape.width);
        for (int x = 0; x < shape.width; x++)
            if (row.magnitude[x] > 0)
                vote(cells, &down, &across, y, x, row.magnitude[x], row.turn[x]);
    }
}

/* What each block of 2 × 2 cells, (y, x) to (y + 1, x + 1), is divided by, inverted. */
static void scale_blocks(histograms cells, int down, int across,
                         double scales[CELLS_MAX + 1][CELLS_MAX + 1])
{
    double energy[CELLS_MAX + 2][CELLS_MAX + 2] = {{0}};
    for (int y = 1; y <= down; y++)
        for (int x = 1; x <= across; x++)
            for (int b = 0; b < BINS; b++) energy[y][x] += cells[y][x][b] * cells[y][x][b];
    for (int y = 0; y <= down; y++)
        for (int x = 0; x <= across; x++) {
            double sum = energy[y][x] + energy[y][x + 1] + energy[y + 1][x] + energy[y + 1][x + 1];
            scales[y][x] = 1 / sqrt(sum + SR_FEATURES_EPSILON * SR_FEATURES_EPSILON);
        }
}

/* Half the sum of a cell's bins as normalised by each of its four blocks. A vector at a time: a
 * branch for each value would be mispredicted. */
static void add_blocks(const double *cell, const double scales[4], float *out)
{
    const two clip = (two){0} + SR_FEATURES_CLIP;
    for (int b = 0; b < BINS; b += LANES) {
        const two bins = *(const two *)(cell + b);
        two sum = {0};
        for (int block = 0; block < 4; block++) {
            const two value = bins * scales[block];
            sum += choose(value > clip, clip, value);
        }
        for (int i = 0; i < LANES; i++) out[b + i] = (float)(0.5 * sum[i]);
    }
}

static void fill_hog(const uint8_t *pixels, struct sr_shape shape, float *out)
{
    double scales[CELLS_MAX + 1][CELLS_MAX + 1];
    histograms cells;
    const int down = sr_features_cells(shape.height), across = sr_features_cells(shape.width);
    memset(cells, 0, sizeof cells);
    sr_once(&rooted, make_roots);
    if (shape.channels == 1)
        count_votes(cells, pixels, shape, 1);
    else
        count_votes(cells, pixels, shape, shape.channels);
    scale_blocks(cells, down, across, scales);
    for (int y = 1; y <= down; y++)
        for (int x = 1; x <= across; x++, out += BINS) {
            const double around[4] = {scales[y - 1][x - 1], scales[y - 1][x], scales[y][x - 1],
                                      scales[y][x]};
            add_blocks(cells[y][x], around, out);
        }
}

void sr_features_turn(const float *hog, struct sr_shape shape, bool left, float *out)
{
    const int cells = sr_features_cells(shape.width), quarter = BINS / 4;
    for (int y = 0; y < cells; y++)
        for (int x = 0; x < cells; x++, out += BINS) {
            const int row = left ? x : cells - 1 - x, column = left ? cells - 1 - y : y;
            const float *from = hog + (row * cells + column) * BINS;
            /* Down is positive, so a turn to the left takes a quarter from a gradient's angle. */
            for (int b = 0; b < BINS; b++)
                out[b] = from[(b + (left ? quarter : BINS - quarter)) % BINS];
        }
}

void sr_features_image(enum sr_features kind, const uint8_t *pixels, struct sr_shape shape,
                       float *out)
{
    (kind == SR_FEATURES_HOG ? fill_hog : fill_pixels)(pixels, shape, out);
}

struct work {
    enum sr_features kind;
    const struct sr_samples *samples;
    size_t first, count;
    float *out;
    size_t stride;
};

static void fill_slice(void *context, size_t index, int worker)
{
    (void)worker;
    const struct work *work = context;
    const struct sr_images *images = work->samples->images;
    for (size_t i = index * SLICE; i < work->count && i < (index + 1) * SLICE; i++)
        sr_features_image(work->kind, sr_samples_pixels(work->samples, work->first + i),
                          images->shape, work->out + i * work->stride);
}

void sr_features_fill(enum sr_features kind, const struct sr_samples *samples, size_t first,
                      size_t count, float *out, size_t stride, struct sr_pool *pool)
{
    struct work work = {kind, samples, first, count, out, stride};
    sr_pool_run(pool, (count + SLICE - 1) / SLICE, fill_slice, &work);
}
