/* features.c - see features.h, which defines what is computed here. */
#include "sartor/data/features.h"

#include "sartor/compute/kernels.h"
#include <math.h>
#include <string.h>

const char *const sr_features_names[SR_FEATURES_COUNT] = {"pixels", "hog"};

const char sr_features_help[] = "features=pixels: grey values divided by 255, row by row.\n"
                                "features=hog: histograms of oriented gradients, which keep the "
                                "shape of edges and forget where exactly\n"
                                "they lie and how bright they are. Of the square roots of those "
                                "grey values, black around the image, each\n"
                                "pixel's gradient is the difference of its two neighbours across "
                                "and of its two neighbours down.\n"
                                "Cells: each side is cut evenly into a third as many as it has "
                                "pixels, from 2 to 9: 9 × 9 of 28 × 28.\n"
                                "Bins: 12 a cell, every 30 degrees all round. A pixel votes with "
                                "its gradient's length, shared between\n"
                                "the two nearest bins and the four nearest cells.\n"
                                "Blocks: 2 × 2 cells, one cell apart, so that a cell lies in four. "
                                "In each its bins are divided by\n"
                                "sqrt(the block's energy + 0.09) and clipped at 0.2; half the sum "
                                "of the four is the cell's 12 values.\n"
                                "An image of 28 × 28 has 972 numbers.";

enum {
    CELL_SIDE = 3, /* pixels, about: the cells share the side evenly */
    CELLS_MIN = 2, /* along a side */
    CELLS_MAX = 9,
    BINS = 12,  /* of 30 degrees each, all round */
    SLICE = 64, /* samples that one thread takes at a time */
};

static const float CLIP = 0.2f;    /* most that one orientation counts in a block */
static const float EPSILON = 0.3f; /* energy below which a block is flat: keeps noise small */

int sr_features_find(const char *name)
{
    for (int kind = 0; kind < SR_FEATURES_COUNT; kind++)
        if (!strcmp(name, sr_features_names[kind])) return kind;
    return -1;
}

static int cells_along(int side)
{
    int cells = (2 * side + CELL_SIDE) / (2 * CELL_SIDE); /* rounded */
    return cells < CELLS_MIN ? CELLS_MIN : cells > CELLS_MAX ? CELLS_MAX : cells;
}

size_t sr_features_size(enum sr_features kind, int height, int width)
{
    if (kind == SR_FEATURES_HOG)
        return (size_t)cells_along(height) * (size_t)cells_along(width) * BINS;
    return (size_t)height * (size_t)width;
}

static void fill_pixels(const uint8_t *pixels, int height, int width, float *out)
{
    sr_kernels()->grey(pixels, (size_t)height * (size_t)width, out);
}

/* Cells that surround each pixel's centre along one side, and how near the second one is. */
struct shares {
    int first[SR_SIDE_MAX];    /* -1 .. cells - 1; the other is the next */
    float second[SR_SIDE_MAX]; /* weight of the next, 0..1 */
};

static void share_side(struct shares *shares, int side, int cells)
{
    for (int i = 0; i < side; i++) {
        float at = ((float)i + 0.5f) * (float)cells / (float)side - 0.5f, below = floorf(at);
        shares->first[i] = (int)below;
        shares->second[i] = at - below;
    }
}

/* Histograms with a rim of one cell, which takes the votes that fall outside and is never read. */
typedef float histograms[CELLS_MAX + 2][CELLS_MAX + 2][BINS];

static void vote(histograms cells, const struct shares *rows, const struct shares *columns, int y,
                 int x, float dx, float dy)
{
    const float magnitude = sqrtf(dx * dx + dy * dy);
    float turn = atan2f(dy, dx) * (float)(BINS / (2 * M_PI)); /* -BINS/2 .. BINS/2 */
    if (turn < 0) turn += BINS;
    const int whole = (int)turn, bin = whole % BINS, next = (bin + 1) % BINS;
    const float part = turn - (float)whole;
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++) {
            float weight = magnitude * (i ? rows->second[y] : 1 - rows->second[y]) *
                           (j ? columns->second[x] : 1 - columns->second[x]);
            float *cell = cells[rows->first[y] + 1 + i][columns->first[x] + 1 + j];
            cell[bin] += weight * (1 - part);
            cell[next] += weight * part;
        }
}

static void fill_hog(const uint8_t *pixels, int height, int width, float *out)
{
    enum { ROOM = SR_SIDE_MAX + 2 };
    float grey[ROOM][ROOM], energy[CELLS_MAX + 2][CELLS_MAX + 2] = {{0}};
    histograms cells;
    struct shares rows, columns;
    const int down = cells_along(height), across = cells_along(width);
    share_side(&rows, height, down);
    share_side(&columns, width, across);

    for (int y = 0; y < height + 2; y++) memset(grey[y], 0, (size_t)(width + 2) * sizeof(float));
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            grey[y + 1][x + 1] = sqrtf((float)pixels[y * width + x] / 255.0f);

    memset(cells, 0, sizeof cells);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            float dx = grey[y + 1][x + 2] - grey[y + 1][x],
                  dy = grey[y + 2][x + 1] - grey[y][x + 1];
            if (dx != 0 || dy != 0) vote(cells, &rows, &columns, y, x, dx, dy);
        }

    for (int y = 1; y <= down; y++)
        for (int x = 1; x <= across; x++)
            for (int b = 0; b < BINS; b++) energy[y][x] += cells[y][x][b] * cells[y][x][b];

    for (int y = 1; y <= down; y++)
        for (int x = 1; x <= across; x++, out += BINS) {
            memset(out, 0, BINS * sizeof(float));
            for (int i = y - 1; i <= y; i++)
                for (int j = x - 1; j <= x; j++) { /* the block of cells (i, j) .. (i+1, j+1) */
                    float sum =
                        energy[i][j] + energy[i][j + 1] + energy[i + 1][j] + energy[i + 1][j + 1];
                    float scale = 1 / sqrtf(sum + EPSILON * EPSILON);
                    for (int b = 0; b < BINS; b++)
                        out[b] += 0.5f * fminf(cells[y][x][b] * scale, CLIP);
                }
        }
}

void sr_features_image(enum sr_features kind, const uint8_t *pixels, int height, int width,
                       float *out)
{
    (kind == SR_FEATURES_HOG ? fill_hog : fill_pixels)(pixels, height, width, out);
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
                          images->shape.height, images->shape.width, work->out + i * work->stride);
}

void sr_features_fill(enum sr_features kind, const struct sr_samples *samples, size_t first,
                      size_t count, float *out, size_t stride, struct sr_pool *pool)
{
    struct work work = {kind, samples, first, count, out, stride};
    sr_pool_run(pool, (count + SLICE - 1) / SLICE, fill_slice, &work);
}
