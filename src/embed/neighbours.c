/* neighbours.c - see neighbours.h: products of tiles of rows, of whose results those below the
 * worst neighbour known so far are looked at. */
#include "sartor/embed/neighbours.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include "sartor/base/stopped.h"
#include "sartor/compute/cpu.h"
#include "sartor/compute/matrix.h"
#include "vector.h"

/* Rows in a slice; rows that they are compared with at a time; slices between two looks at whether
 * to end; neighbours kept beyond those asked for, since products are rounded. */
enum { SLICE = 128, TILE = 256, ROUND = 8, SPARE = 8 };

/* A row found: its distance (squared, less the querying row's norm), and its number. */
struct found {
    float distance;
    uint32_t row;
};

static bool farther(const struct found *a, const struct found *b)
{
    return a->distance > b->distance || (a->distance == b->distance && a->row > b->row);
}

/* A heap with the farthest on top. */
static void sift_down(struct found *heap, size_t count, size_t at)
{
    for (;;) {
        size_t top = at, left = 2 * at + 1;
        if (left < count && farther(&heap[left], &heap[top])) top = left;
        if (left + 1 < count && farther(&heap[left + 1], &heap[top])) top = left + 1;
        if (top == at) return;
        const struct found swap = heap[at];
        heap[at] = heap[top];
        heap[top] = swap;
        at = top;
    }
}

static void replace_top(struct found *heap, size_t count, struct found with)
{
    if (!farther(&heap[0], &with)) return;
    heap[0] = with;
    sift_down(heap, count, 0);
}

static int by_distance(const void *a, const void *b)
{
    return farther(a, b) ? 1 : -1;
}

struct search {
    struct sr_neighbours *found;
    const float *rows;
    float *columns; /* width × padded: the rows transposed, then zeros */
    float *norms;   /* padded: squared lengths, infinite past the last */
    size_t count, padded, first;
    int width;
    size_t kept;      /* of each row: k and some to spare */
    float **products; /* of each worker: SLICE × TILE */
};

static float distance(const float *a, const float *b, int width)
{
    double sum = 0;
    for (int i = 0; i < width; i++) {
        const double off = (double)a[i] - (double)b[i];
        sum += off * off;
    }
    return (float)sqrt(sum);
}

/* From the heap of a row to its neighbours, by distances measured again in double precision. */
static void settle(const struct search *search, size_t row, struct found *heap)
{
    const size_t k = (size_t)search->found->k, width = (size_t)search->width;
    for (size_t i = 0; i < search->kept; i++)
        heap[i].distance = heap[i].row == UINT32_MAX
                               ? INFINITY
                               : distance(search->rows + row * width,
                                          search->rows + heap[i].row * width, search->width);
    qsort(heap, search->kept, sizeof *heap, by_distance);
    for (size_t i = 0; i < k; i++) {
        search->found->rows[row * k + i] = heap[i].row;
        search->found->distances[row * k + i] = heap[i].distance;
    }
}

static void search_slice(void *context, size_t index, int worker)
{
    struct search *search = context;
    const size_t first = search->first + index * SLICE;
    if (first >= search->count) return;
    const size_t rows = search->count - first < SLICE ? search->count - first : SLICE,
                 kept = search->kept;
    const struct embed_vector *loops = embed_vector_tables[sr_isa()];
    float *products = search->products[worker];
    struct found *heaps = sr_xalloc(rows * kept * sizeof *heaps);
    uint16_t near[TILE];
    for (size_t i = 0; i < rows * kept; i++) heaps[i] = (struct found){INFINITY, UINT32_MAX};
    for (size_t from = 0; from < search->padded; from += TILE) {
        sr_gemm(NULL, 1,
                sr_matrix(search->rows + first * (size_t)search->width, (int)rows, search->width,
                          search->width),
                sr_matrix(search->columns + from, search->width, TILE, (int)search->padded), 0,
                products, TILE);
        for (size_t r = 0; r < rows; r++) {
            struct found *heap = heaps + r * kept;
            const float *dots = products + r * TILE;
            const size_t count =
                loops->below(search->norms + from, dots, heap->distance, TILE, near);
            for (size_t n = 0; n < count; n++) {
                const size_t other = from + near[n];
                if (other == first + r) continue;
                replace_top(
                    heap, kept,
                    (struct found){search->norms[other] - 2 * dots[near[n]], (uint32_t)other});
            }
        }
    }
    for (size_t r = 0; r < rows; r++) settle(search, first + r, heaps + r * kept);
    free(heaps);
}

static void transpose(struct search *search)
{
    const size_t width = (size_t)search->width;
    for (size_t r = 0; r < search->padded; r++) {
        double norm = 0;
        for (size_t i = 0; r < search->count && i < width; i++) {
            const float value = search->rows[r * width + i];
            search->columns[i * search->padded + r] = value;
            norm += (double)value * (double)value;
        }
        search->norms[r] = r < search->count ? (float)norm : INFINITY;
    }
}

static enum sr_status allocate(struct sr_neighbours *found, size_t count, int k,
                               struct sr_error *error)
{
    *found = (struct sr_neighbours){.count = count, .k = k};
    found->rows = sr_array_raw(count * (size_t)k, sizeof *found->rows, "neighbours", error);
    if (found->rows)
        found->distances =
            sr_array_raw(count * (size_t)k, sizeof *found->distances, "neighbours", error);
    return found->distances ? SR_OK : error->status;
}

enum sr_status sr_neighbours_find(struct sr_neighbours *found, const float *rows, size_t count,
                                  int width, int k, struct sr_pool *pool,
                                  const struct sr_monitor *monitor, struct sr_error *error)
{
    const double began = sr_clock_seconds();
    const size_t threads = pool ? (size_t)sr_pool_threads(pool) : 1;
    struct search search = {.found = found, .rows = rows, .count = count, .width = width};
    *found = (struct sr_neighbours){0};
    if (k < 1 || k > SR_NEIGHBOURS_MOST || (size_t)k >= count)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "%d neighbours of each of %zu rows cannot be found; at most %d, and "
                            "fewer than there are rows",
                            k, count, SR_NEIGHBOURS_MOST);
    enum sr_status status = allocate(found, count, k, error);
    if (status) return status;
    search.padded = (count + TILE - 1) / TILE * TILE;
    search.kept = (size_t)k + SPARE;
    search.columns =
        sr_array_new(search.padded * (size_t)width, sizeof *search.columns, "rows", error);
    if (!search.columns) return error->status;
    search.norms = sr_xalloc(search.padded * sizeof *search.norms);
    search.products = sr_xalloc(threads * sizeof *search.products);
    for (size_t t = 0; t < threads; t++)
        search.products[t] = sr_xalloc(SLICE * TILE * sizeof **search.products);
    transpose(&search);
    for (; search.first < count; search.first += ROUND * SLICE) {
        if (!sr_monitor_proceed(monitor)) {
            status = sr_stopped(error);
            break;
        }
        sr_pool_run(pool, ROUND, search_slice, &search);
        sr_monitor_count(monitor, "row", search.first + ROUND * SLICE, count, began);
    }
    for (size_t t = 0; t < threads; t++) free(search.products[t]);
    free(search.products);
    free(search.norms);
    free(search.columns);
    return status;
}

void sr_neighbours_fini(struct sr_neighbours *found)
{
    free(found->rows);
    free(found->distances);
    *found = (struct sr_neighbours){0};
}
