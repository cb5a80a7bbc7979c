#include "bytes_layout.h"

#include "sartor/base/memory.h"
#include "sartor/compute/kernels.h"
#include <stdlib.h>
#include <string.h>

static size_t steps_of(const struct sr_bytes *set)
{
    return (set->length + GROUP_BYTES - 1) / GROUP_BYTES;
}

size_t sr_bytes_stride(const struct sr_bytes *set)
{
    return steps_of(set) * GROUP_BYTES;
}

size_t sr_bytes_words(const struct sr_bytes *set)
{
    return (steps_of(set) + 63) / 64;
}

/* Tiles of SR_BYTES_ROWS rows lie one after another; in each, step by step, its four groups. */
static uint8_t *place(const struct sr_bytes *set, size_t row, size_t step)
{
    size_t tile = row / SR_BYTES_ROWS, group = row % SR_BYTES_ROWS / GROUP_ROWS;
    return set->packed + ((tile * steps_of(set) + step) * TILE_GROUPS + group) * GROUP +
           row % GROUP_ROWS * GROUP_BYTES;
}

enum sr_status sr_bytes_init(struct sr_bytes *set, size_t rows, size_t length,
                             struct sr_error *error)
{
    *set = (struct sr_bytes){.rows = rows, .length = length};
    if (length == 0 || length > SR_BYTES_LENGTH_MAX || rows > SIZE_MAX / 2) {
        return sr_error_set(error, SR_ERROR_STATE,
                            "Rows of %zu bytes cannot be compared; 1 to %d can.", length,
                            SR_BYTES_LENGTH_MAX);
    }
    set->padded = (rows + SR_BYTES_ROWS - 1) / SR_BYTES_ROWS * SR_BYTES_ROWS;
    set->packed = sr_array_new(set->padded, steps_of(set) * GROUP_BYTES, "the stored rows", error);
    set->squares = sr_array_new(set->padded, sizeof *set->squares, "the stored rows", error);
    set->used = sr_array_new(set->padded / SR_BYTES_ROWS, sr_bytes_words(set) * sizeof *set->used,
                             "the stored rows", error);
    if (set->packed && set->squares && set->used) return SR_OK;
    sr_bytes_fini(set);
    return SR_ERROR_MEMORY;
}

void sr_bytes_fini(struct sr_bytes *set)
{
    free(set->packed);
    free(set->squares);
    free(set->used);
    *set = (struct sr_bytes){0};
}

void sr_bytes_find_used(const uint8_t *bytes, size_t length, uint64_t *used)
{
    for (size_t at = 0; at < length; at += GROUP_BYTES) {
        const size_t step = at / GROUP_BYTES, left = length - at;
        uint64_t word = 0;
        memcpy(&word, bytes + at, left < GROUP_BYTES ? left : GROUP_BYTES);
        used[step / 64] |= (uint64_t)(word != 0) << step % 64;
    }
}

void sr_bytes_put(struct sr_bytes *set, size_t row, const uint8_t *bytes)
{
    int32_t square = 0;
    for (size_t step = 0; step < steps_of(set); step++) {
        size_t at = step * GROUP_BYTES, left = set->length - at;
        memcpy(place(set, row, step), bytes + at, left < GROUP_BYTES ? left : GROUP_BYTES);
    }
    for (size_t i = 0; i < set->length; i++) square += (int32_t)bytes[i] * bytes[i];
    set->squares[row] = square;
    sr_bytes_find_used(bytes, set->length, set->used + row / SR_BYTES_ROWS * sr_bytes_words(set));
}

void sr_bytes_get(const struct sr_bytes *set, size_t row, uint8_t *bytes)
{
    for (size_t step = 0; step < steps_of(set); step++) {
        size_t at = step * GROUP_BYTES, left = set->length - at;
        memcpy(bytes + at, place(set, row, step), left < GROUP_BYTES ? left : GROUP_BYTES);
    }
}

/* What the mask of a tile should be. */
static void find_tile_used(struct sr_bytes *set, size_t tile)
{
    uint64_t *used = set->used + tile * sr_bytes_words(set);
    memset(used, 0, sr_bytes_words(set) * sizeof *used);
    for (size_t step = 0; step < steps_of(set); step++) {
        const uint8_t *at = place(set, tile * SR_BYTES_ROWS, step);
        uint64_t words[SR_BYTES_ROWS], all = 0;
        memcpy(words, at, sizeof words);
        for (size_t i = 0; i < SR_BYTES_ROWS; i++) all |= words[i];
        used[step / 64] |= (uint64_t)(all != 0) << step % 64;
    }
}

void sr_bytes_take(struct sr_bytes *set, const uint32_t *places, const struct sr_bytes *from,
                   const uint32_t *which, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const size_t row = places[i];
        for (size_t step = 0; step < steps_of(set); step++)
            memcpy(place(set, row, step), place(from, which[i], step), GROUP_BYTES);
        set->squares[row] = from->squares[which[i]];
        if (i + 1 == count || places[i + 1] / SR_BYTES_ROWS != row / SR_BYTES_ROWS)
            find_tile_used(set, row / SR_BYTES_ROWS);
    }
}

enum sr_status sr_bytes_queries_init(struct sr_bytes_queries *queries, const struct sr_bytes *set,
                                     size_t room, struct sr_error *error)
{
    const size_t blocks = (room + SR_BYTES_QUERIES - 1) / SR_BYTES_QUERIES;
    *queries = (struct sr_bytes_queries){0};
    queries->sums = sr_array_new(blocks * SR_BYTES_LANES, steps_of(set) * sizeof *queries->sums,
                                 "the queries", error);
    queries->used =
        sr_array_new(blocks, sr_bytes_words(set) * sizeof *queries->used, "the queries", error);
    if (queries->sums && queries->used) return SR_OK;
    sr_bytes_queries_fini(queries);
    return SR_ERROR_MEMORY;
}

void sr_bytes_queries_fini(struct sr_bytes_queries *queries)
{
    free(queries->sums);
    free(queries->used);
    *queries = (struct sr_bytes_queries){0};
}

static int32_t sum_of_eight(uint64_t word)
{
    const uint64_t even = 0x00ff00ff00ff00ff, ones = 0x0001000100010001;
    return (int32_t)(((word & even) + (word >> 8 & even)) * ones >> 48);
}

void sr_bytes_ask(struct sr_bytes_queries *queries, const struct sr_bytes *set,
                  const uint8_t *bytes, size_t count)
{
    const size_t steps = steps_of(set), words = sr_bytes_words(set);
    queries->bytes = bytes;
    queries->count = count;
    for (size_t q = 0; q < count; q++) {
        const uint8_t *query = bytes + q * steps * GROUP_BYTES;
        const size_t block = q / SR_BYTES_QUERIES, lane = q % SR_BYTES_QUERIES;
        int32_t *sums = queries->sums + block * steps * SR_BYTES_LANES + lane;
        uint64_t *used = queries->used + block * words;
        if (lane == 0) memset(used, 0, words * sizeof *used);
        sr_bytes_find_used(query, steps * GROUP_BYTES, used);
        for (size_t step = 0; step < steps; step++) {
            uint64_t word;
            memcpy(&word, query + step * GROUP_BYTES, sizeof word);
            sums[step * SR_BYTES_LANES] = sum_of_eight(word);
        }
    }
}

/* One of `parts` parts of a tile, of which only the steps that are used will be read. */
static void prefetch_part(const uint8_t *packed, const uint64_t *used, size_t steps, size_t part,
                          size_t parts)
{
    enum { LINE = 64, STEP_BYTES = SR_BYTES_ROWS * GROUP_BYTES };
    for (size_t step = steps * part / parts; step < steps * (part + 1) / parts; step++)
        for (size_t at = 0; used[step / 64] >> step % 64 & 1 && at < STEP_BYTES; at += LINE)
            __builtin_prefetch(packed + step * STEP_BYTES + at, 0, 2);
}

void sr_bytes_compare(const struct sr_bytes *set, enum sr_bytes_measure measure,
                      const struct sr_bytes_queries *queries, size_t from, size_t query_count,
                      size_t first, size_t count, int32_t *out)
{
    const struct sr_kernels *kernels = sr_kernels();
    sr_bytes_tile *tile = measure == SR_BYTES_L1 ? kernels->bytes_l1 : kernels->bytes_product;
    const size_t steps = steps_of(set), stride = steps * GROUP_BYTES, words = sr_bytes_words(set),
                 blocks = (query_count + SR_BYTES_QUERIES - 1) / SR_BYTES_QUERIES;
    /* A tile of rows stays in the nearest cache while all queries pass; the next one, of which no
     * processor can foresee what will be read, is fetched meanwhile. */
    for (size_t row = 0; row < count; row += SR_BYTES_ROWS)
        for (size_t q = 0; q < query_count; q += SR_BYTES_QUERIES) {
            const size_t left = query_count - q, at = (from + q) / SR_BYTES_QUERIES,
                         next = first + row + SR_BYTES_ROWS;
            const struct sr_bytes_block block = {
                queries->bytes + (from + q) * stride,
                left < SR_BYTES_QUERIES ? (int)left : SR_BYTES_QUERIES,
                queries->sums + at * steps * SR_BYTES_LANES, queries->used + at * words};
            if (next < set->padded)
                prefetch_part(set->packed + next * stride, set->used + next / SR_BYTES_ROWS * words,
                              steps, q / SR_BYTES_QUERIES, blocks);
            tile(set->packed + (first + row) * stride,
                 set->used + (first + row) / SR_BYTES_ROWS * words, steps, &block,
                 out + q * count + row, count);
        }
}
