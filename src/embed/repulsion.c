/* repulsion.c - see repulsion.h.
 *
 * Points are spread on the grid by cubic B-splines, the grid is convolved with K and d K² by a
 * Fourier transform of twice its side, and the fields are read at the points by the same splines.
 * Dividing the transforms by those of the splines' values at nodes, once for spreading and once for
 * reading, makes both ends interpolate (Essmann et al., 1995: smooth particle mesh Ewald). The
 * charges are real, so half of their transform says all; the two parts of d K² are odd, so their
 * transforms are imaginary and each other's transposes, and both forces come back as one complex
 * array. */
#include "repulsion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fft.h"
#include "sartor/base/memory.h"
#include "sartor/compute/cpu.h"

/* Slices that spread points; cells of the grid left free at its sides, in all. */
enum { SPREADERS = 8, MARGIN = 6, ARRAYS = 8 };
/* Distance of nodes where the grid is large enough: K changes over a distance of 1. */
static const float usual_step = 0.5f;

enum table { TABLE_SUM, TABLE_X, TABLE_Y };

/* Floats of an array of one block of columns. */
static size_t block_size(const struct repulsion *field)
{
    return (size_t)field->fft.size * FFT_LANES;
}

static float *worker_array(const struct repulsion *field, int worker, int which)
{
    return field->work[worker] + (size_t)which * REPULSION_MOST * FFT_LANES;
}

static const struct embed_vector *loops(void)
{
    return embed_vector_tables[sr_isa()];
}

/* An aligned block of floats; memory for a grid is small. */
static float *floats(size_t count)
{
    struct sr_error error;
    float *block = sr_array_new(count, sizeof *block, "a grid", &error);
    if (!block) abort();
    return block;
}

struct repulsion *repulsion_new(size_t count, struct sr_pool *pool)
{
    struct repulsion *field = sr_xalloc(sizeof *field);
    const size_t threads = pool ? (size_t)sr_pool_threads(pool) : 1, size = REPULSION_MOST,
                 side = size / 2, pitch = side + FFT_LANES;
    field->count = count;
    field->pool = pool;
    field->charges = floats(SPREADERS * side * pitch);
    for (int i = 0; i < 2; i++) {
        field->turned[i] = floats((side + 1) * pitch);
        field->product[i] = floats(size * pitch);
        field->forces[i] = floats(side * pitch);
    }
    for (int i = 0; i < 3; i++) field->tables[i] = floats((side + FFT_LANES) * size);
    field->work = sr_xalloc(threads * sizeof *field->work);
    for (size_t t = 0; t < threads; t++) field->work[t] = floats(ARRAYS * size * FFT_LANES);
    field->sums = sr_xalloc((side / FFT_LANES + 1) * sizeof *field->sums);
    return field;
}

void repulsion_free(struct repulsion *field)
{
    if (!field) return;
    const int threads = field->pool ? sr_pool_threads(field->pool) : 1;
    fft_fini(&field->fft);
    free(field->charges);
    for (int i = 0; i < 2; i++) {
        free(field->turned[i]);
        free(field->product[i]);
        free(field->forces[i]);
    }
    for (int i = 0; i < 3; i++) free(field->tables[i]);
    for (int t = 0; t < threads; t++) free(field->work[t]);
    free(field->work);
    free(field->sums);
    free(field);
}

/* ---- tables ---- */

/* Transform of the cubic B-spline's values at the nodes: 1/6, 4/6, 1/6. */
static float spline_transform(const struct fft *fft, int frequency)
{
    return (4 + 2 * fft->cosines[frequency]) / 6;
}

/* K + the x part of d K², at offset (row, column) of the periodic grid. */
static float kernel(const struct repulsion *field, int row, int column)
{
    const int size = field->fft.size, half = size / 2;
    const float y = (float)(row <= half ? row : row - size) * field->step,
                x = column == half ? 0
                                   : (float)(column < half ? column : column - size) * field->step,
                far = (float)half * field->step, k = 1 / (1 + x * x + y * y);
    const float at_half = 1 / (1 + far * far + y * y);
    return (column == half ? at_half : k) + x * k * k;
}

struct making {
    struct repulsion *field;
    float *re, *im; /* size × size */
};

/* Transform FFT_LANES rows (across) or columns (down) of the kernel. */
static void make_across(void *context, size_t index, int worker)
{
    struct making *making = context;
    struct repulsion *field = making->field;
    const int size = field->fft.size, first = (int)index * FFT_LANES;
    float *arrays[4];
    for (int a = 0; a < 4; a++) arrays[a] = worker_array(field, worker, a);
    memset(arrays[1], 0, block_size(field) * sizeof(float));
    for (int column = 0; column < size; column++)
        for (int l = 0; l < FFT_LANES; l++)
            arrays[0][column * FFT_LANES + l] = kernel(field, first + l, column);
    const int other =
        2 * loops()->transform(&field->fft, arrays[0], arrays[1], arrays[2], arrays[3]);
    for (int column = 0; column < size; column++)
        for (int l = 0; l < FFT_LANES; l++) {
            const size_t to = (size_t)(first + l) * (size_t)size + (size_t)column;
            making->re[to] = arrays[other][column * FFT_LANES + l];
            making->im[to] = arrays[other + 1][column * FFT_LANES + l];
        }
}

static void make_down(void *context, size_t index, int worker)
{
    struct making *making = context;
    struct repulsion *field = making->field;
    const size_t size = (size_t)field->fft.size, first = index * FFT_LANES;
    float *arrays[4];
    for (int a = 0; a < 4; a++) arrays[a] = worker_array(field, worker, a);
    for (size_t row = 0; row < size; row++)
        for (int part = 0; part < 2; part++)
            memcpy(arrays[part] + row * FFT_LANES,
                   (part ? making->im : making->re) + row * size + first,
                   FFT_LANES * sizeof(float));
    const int other =
        2 * loops()->transform(&field->fft, arrays[0], arrays[1], arrays[2], arrays[3]);
    for (size_t row = 0; row < size; row++)
        for (int part = 0; part < 2; part++)
            memcpy((part ? making->im : making->re) + row * size + first,
                   arrays[other + part] + row * FFT_LANES, FFT_LANES * sizeof(float));
}

static void make_tables(struct repulsion *field)
{
    const int size = field->fft.size;
    const size_t square = (size_t)size * (size_t)size;
    struct making making = {field, floats(square), floats(square)};
    sr_pool_run(field->pool, (size_t)size / FFT_LANES, make_across, &making);
    sr_pool_run(field->pool, (size_t)size / FFT_LANES, make_down, &making);
    for (int row = 0; row <= size / 2; row++)
        for (int column = 0; column < size; column++) {
            const float spline = spline_transform(&field->fft, row) *
                                 spline_transform(&field->fft, column),
                        scale = 1 / (spline * spline * (float)square);
            const size_t to = ((size_t)(row / FFT_LANES) * (size_t)size + (size_t)column) *
                                  FFT_LANES +
                              (size_t)(row % FFT_LANES),
                         from = (size_t)row * (size_t)size + (size_t)column,
                         across = (size_t)column * (size_t)size + (size_t)row;
            field->tables[TABLE_SUM][to] = making.re[from] * scale;
            field->tables[TABLE_X][to] = making.im[from] * scale;
            field->tables[TABLE_Y][to] = making.im[across] * scale;
        }
    free(making.re);
    free(making.im);
}

/* ---- fitting ---- */

static bool find_box(const float *points, size_t count, float low[2], float *span)
{
    float high[2] = {-INFINITY, -INFINITY};
    low[0] = low[1] = INFINITY;
    for (size_t i = 0; i < 2 * count; i++) {
        if (!isfinite(points[i])) return false;
        low[i % 2] = fminf(low[i % 2], points[i]);
        high[i % 2] = fmaxf(high[i % 2], points[i]);
    }
    *span = fmaxf(high[0] - low[0], high[1] - low[1]);
    return true;
}

bool repulsion_fit(struct repulsion *field, const float *points)
{
    static const int sizes[] = {128, 192, 256, 384, 512, 768, 1024};
    enum { SIZES = sizeof sizes / sizeof *sizes };
    float low[2], span;
    int at = 0;
    if (!find_box(points, field->count, low, &span)) return false;
    while (at + 1 < SIZES && span > (float)(sizes[at] / 2 - MARGIN) * usual_step) at++;
    /* Beyond the largest grid the nodes lie wider apart; on the smallest, closer. The step then
     * changes by whole factors of 1.1, so that tables last. */
    const float cells = (float)(sizes[at] / 2 - MARGIN), share = span / (cells * usual_step);
    float step = usual_step;
    if (share > 1 || at == 0) step *= powf(1.1f, ceilf(logf(fmaxf(share, 1e-7f)) / logf(1.1f)));
    if (step != field->step || sizes[at] != field->fft.size) {
        fft_fini(&field->fft);
        fft_init(&field->fft, sizes[at]);
        field->step = step;
        make_tables(field);
    }
    field->mesh = (struct mesh){.side = sizes[at] / 2,
                                .pitch = sizes[at] / 2 + FFT_LANES,
                                .low = {low[0] - 2 * step, low[1] - 2 * step},
                                .scale = 1 / step};
    field->points = points;
    return true;
}

/* ---- the convolution ---- */

static size_t mesh_size(const struct repulsion *field)
{
    return (size_t)field->mesh.side * (size_t)field->mesh.pitch;
}

static void spread_slice(void *context, size_t index, int worker)
{
    struct repulsion *field = context;
    const size_t from = index * field->count / SPREADERS,
                 to = (index + 1) * field->count / SPREADERS;
    float *values = field->charges + index * mesh_size(field);
    (void)worker;
    memset(values, 0, mesh_size(field) * sizeof *values);
    loops()->spread(&field->mesh, field->points + 2 * from, to - from, values);
}

/* FFT_LANES columns of charges, transformed down. */
static void down_slice(void *context, size_t index, int worker)
{
    struct repulsion *field = context;
    const size_t side = (size_t)field->mesh.side, pitch = (size_t)field->mesh.pitch,
                 first = index * FFT_LANES, mesh = mesh_size(field);
    float *arrays[4];
    for (int a = 0; a < 4; a++) arrays[a] = worker_array(field, worker, a);
    memset(arrays[0], 0, block_size(field) * sizeof(float));
    memset(arrays[1], 0, block_size(field) * sizeof(float));
    for (size_t row = 0; row < side; row++)
        for (size_t s = 0; s < SPREADERS; s++)
            for (size_t l = 0; l < FFT_LANES; l++)
                arrays[0][row * FFT_LANES + l] +=
                    field->charges[s * mesh + row * pitch + first + l];
    const int other =
        2 * loops()->transform(&field->fft, arrays[0], arrays[1], arrays[2], arrays[3]);
    for (size_t row = 0; row <= side; row++)
        for (int part = 0; part < 2; part++)
            memcpy(field->turned[part] + row * pitch + first,
                   arrays[other + part] + row * FFT_LANES, FFT_LANES * sizeof(float));
}

/* Multiply a block of transformed charges (re, im) by the transform of d K², for the rows that it
 * is of (mirrored: for those at minus their frequencies), into the two other arrays. */
static void multiply(const struct repulsion *field, const float *const charges[2], const float *x,
                     const float *y, bool mirrored, float *const out[2])
{
    const size_t size = (size_t)field->fft.size;
    const float sign = mirrored ? -1 : 1;
    for (size_t column = 0; column < size; column++) {
        const size_t from = (mirrored ? (size - column) % size : column) * FFT_LANES,
                     to = column * FFT_LANES;
        for (size_t l = 0; l < FFT_LANES; l++) {
            const float re = charges[0][from + l], im = charges[1][from + l] * sign, a = x[to + l],
                        b = y[to + l] * sign;
            out[0][to + l] = -re * b - im * a;
            out[1][to + l] = re * a - im * b;
        }
    }
}

/* The sum of |charges|² times the transform of K, over a block of rows. */
static double weigh(const struct repulsion *field, const float *const charges[2],
                    const float *table, size_t first, size_t rows)
{
    const size_t size = (size_t)field->fft.size;
    float sums[FFT_LANES];
    double lanes[FFT_LANES] = {0}, total = 0;
    for (size_t from = 0; from < size; from += 64) {
        memset(sums, 0, sizeof sums);
        for (size_t column = from; column < from + 64 && column < size; column++)
            for (size_t l = 0; l < FFT_LANES; l++) {
                const size_t at = column * FFT_LANES + l;
                sums[l] +=
                    (charges[0][at] * charges[0][at] + charges[1][at] * charges[1][at]) * table[at];
            }
        for (int l = 0; l < FFT_LANES; l++) lanes[l] += (double)sums[l];
    }
    for (size_t l = 0; l < rows; l++)
        total += lanes[l] * (first + l == 0 || first + l == size / 2 ? 1 : 2);
    return total;
}

/* Back across, and into the product's rows. `rows[l]` is where lane l goes. */
static void back_across(struct repulsion *field, float *const arrays[4], size_t lanes, size_t first,
                        bool mirrored)
{
    const size_t side = (size_t)field->mesh.side, pitch = (size_t)field->mesh.pitch,
                 size = (size_t)field->fft.size;
    /* The inverse is the forward transform with real and imaginary parts exchanged. */
    const int other =
        2 * loops()->transform(&field->fft, arrays[1], arrays[0], arrays[3], arrays[2]);
    for (size_t l = 0; l < lanes; l++) {
        const size_t row = first + l;
        if (mirrored && (row == 0 || row == size / 2)) continue;
        for (int part = 0; part < 2; part++) {
            float *to = field->product[part] + (mirrored ? size - row : row) * pitch;
            const float *from = arrays[other + part];
            for (size_t column = 0; column < side; column++)
                to[column] = from[column * FFT_LANES + l];
        }
    }
}

/* FFT_LANES rows: across, times the tables, and back. */
static void across_slice(void *context, size_t index, int worker)
{
    struct repulsion *field = context;
    const size_t side = (size_t)field->mesh.side, pitch = (size_t)field->mesh.pitch,
                 size = (size_t)field->fft.size, first = index * FFT_LANES,
                 rows = side + 1 - first < FFT_LANES ? side + 1 - first : FFT_LANES,
                 table = first * size;
    float *arrays[ARRAYS];
    for (int a = 0; a < ARRAYS; a++) arrays[a] = worker_array(field, worker, a);
    for (int part = 0; part < 2; part++) {
        memset(arrays[part], 0, block_size(field) * sizeof(float));
        for (size_t l = 0; l < rows; l++)
            for (size_t column = 0; column < side; column++)
                arrays[part][column * FFT_LANES + l] =
                    field->turned[part][(first + l) * pitch + column];
    }
    const int other =
        2 * loops()->transform(&field->fft, arrays[0], arrays[1], arrays[2], arrays[3]);
    const float *const charges[2] = {arrays[other], arrays[other + 1]};
    field->sums[index] = weigh(field, charges, field->tables[TABLE_SUM] + table, first, rows);
    for (int mirrored = 0; mirrored < 2; mirrored++) {
        multiply(field, charges, field->tables[TABLE_X] + table, field->tables[TABLE_Y] + table,
                 mirrored, arrays + 4);
        back_across(field, arrays + 4, rows, first, mirrored);
    }
}

/* FFT_LANES columns back down: the forces. */
static void up_slice(void *context, size_t index, int worker)
{
    struct repulsion *field = context;
    const size_t side = (size_t)field->mesh.side, pitch = (size_t)field->mesh.pitch,
                 size = (size_t)field->fft.size, first = index * FFT_LANES;
    float *arrays[4];
    for (int a = 0; a < 4; a++) arrays[a] = worker_array(field, worker, a);
    for (size_t row = 0; row < size; row++)
        for (int part = 0; part < 2; part++)
            memcpy(arrays[part] + row * FFT_LANES, field->product[part] + row * pitch + first,
                   FFT_LANES * sizeof(float));
    const int other =
        2 * loops()->transform(&field->fft, arrays[1], arrays[0], arrays[3], arrays[2]);
    for (size_t row = 0; row < side; row++)
        for (int part = 0; part < 2; part++)
            memcpy(field->forces[part] + row * pitch + first,
                   arrays[other + part] + row * FFT_LANES, FFT_LANES * sizeof(float));
}

double repulsion_sum(struct repulsion *field)
{
    const size_t blocks = (size_t)field->mesh.side / FFT_LANES;
    double total = 0;
    sr_pool_run(field->pool, SPREADERS, spread_slice, field);
    sr_pool_run(field->pool, blocks, down_slice, field);
    sr_pool_run(field->pool, blocks + 1, across_slice, field);
    sr_pool_run(field->pool, blocks, up_slice, field);
    for (size_t b = 0; b <= blocks; b++) total += field->sums[b];
    return total - (double)field->count;
}

void repulsion_forces(const struct repulsion *field, size_t from, size_t to, float *forces)
{
    loops()->gather(&field->mesh, field->points + 2 * from, to - from, field->forces[0],
                    field->forces[1], forces);
}
