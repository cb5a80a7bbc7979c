/* bytes_order.c - orders of bytes and of rows in which the steps that products may leave out are
 * many. */
#include "sartor/base/memory.h"
#include "sartor/compute/bytes.h"

#include <stdlib.h>
#include <string.h>

enum { PATCH_ROWS = 2, PATCH_COLUMNS = 4 };

void sr_bytes_patches(struct sr_shape shape, uint16_t *order)
{
    const int channels = shape.channels, stride = shape.width * channels;
    for (int y = 0; y < shape.height; y += PATCH_ROWS)
        for (int x = 0; x < shape.width; x += PATCH_COLUMNS)
            for (int row = y; row < y + PATCH_ROWS && row < shape.height; row++)
                for (int column = x; column < x + PATCH_COLUMNS && column < shape.width; column++)
                    for (int c = 0; c < channels; c++)
                        *order++ = (uint16_t)(row * stride + column * channels + c);
}

static unsigned bits_of(uint64_t word)
{
    word -= word >> 1 & 0x5555555555555555;
    word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
    word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
    return (unsigned)(word * 0x0101010101010101 >> 56);
}

/* Rows that are in no group yet, those with the fewest steps first. */
struct remaining {
    size_t words, count;
    uint64_t *used; /* count × words */
    uint32_t *rows;
    uint32_t *apart; /* of each: steps that it has and the first one has not */
    size_t *counts;  /* of rows that are so far apart; 64 × words + 1 */
};

static unsigned steps_beyond(const uint64_t *used, const uint64_t *base, size_t words)
{
    unsigned steps = 0;
    for (size_t w = 0; w < words; w++) steps += bits_of(used[w] & ~(base ? base[w] : 0));
    return steps;
}

/* Sort by the number of steps, equal ones as they come. */
static void sort_rows(struct remaining *r, const uint64_t *used)
{
    const size_t levels = 64 * r->words + 1;
    memset(r->counts, 0, levels * sizeof *r->counts);
    for (size_t i = 0; i < r->count; i++)
        r->counts[r->apart[i] = steps_beyond(used + i * r->words, NULL, r->words)]++;
    for (size_t level = 0, at = 0; level < levels; level++) {
        const size_t here = r->counts[level];
        r->counts[level] = at;
        at += here;
    }
    for (size_t i = 0; i < r->count; i++) {
        const size_t to = r->counts[r->apart[i]]++;
        r->rows[to] = (uint32_t)i;
        memcpy(r->used + to * r->words, used + i * r->words, r->words * sizeof *used);
    }
}

/* Take out the first one and those that add the fewest steps to it. */
static void take_group(struct remaining *r, size_t together, uint32_t *order)
{
    const size_t words = r->words;
    uint64_t base[words];
    memcpy(base, r->used, sizeof base);
    memset(r->counts, 0, (64 * words + 1) * sizeof *r->counts);
    for (size_t i = 0; i < r->count; i++)
        r->counts[r->apart[i] = steps_beyond(r->used + i * words, base, words)]++;
    size_t level = 0, nearer = 0, kept = 0;
    while (nearer + r->counts[level] < together) nearer += r->counts[level++];
    /* All below that level, and as many of it as there is room for. */
    size_t of_level = together - nearer;
    for (size_t i = 0; i < r->count; i++) {
        const bool taken = r->apart[i] < level || (r->apart[i] == level && of_level > 0);
        if (taken) {
            of_level -= r->apart[i] == level;
            *order++ = r->rows[i];
        } else {
            r->rows[kept] = r->rows[i];
            memmove(r->used + kept++ * words, r->used + i * words, words * sizeof *r->used);
        }
    }
    r->count = kept;
}

void sr_bytes_group(const uint64_t *used, size_t words, size_t count, size_t together,
                    uint32_t *order)
{
    struct remaining r = {.words = words,
                          .count = count,
                          .used = malloc(count * words * sizeof *r.used),
                          .rows = malloc(count * sizeof *r.rows),
                          .apart = malloc(count * sizeof *r.apart),
                          .counts = malloc((64 * words + 1) * sizeof *r.counts)};
    for (size_t i = 0; i < count; i++) order[i] = (uint32_t)i;
    /* An order serves speed alone: without memory for a better one, the rows' own will do. */
    if (r.used && r.rows && r.apart && r.counts && count) {
        sort_rows(&r, used);
        for (; r.count > together; order += together) take_group(&r, together, order);
        memcpy(order, r.rows, r.count * sizeof *order);
    }
    free(r.used);
    free(r.rows);
    free(r.apart);
    free(r.counts);
}
