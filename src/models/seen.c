#include "sartor/models/seen.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/base/text.h"
#include "sartor/data/identity.h"

enum { BITS = 36, COUNT_MAX = 1 << 30 };
static const char tensor_name[] = "seen", count_key[] = "seen.count";

static uint64_t shortened(uint64_t identity)
{
    return identity >> (64 - BITS);
}

static int by_value(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Sort, and keep each value once. */
static void settle(struct sr_seen *seen)
{
    size_t kept = 0;
    qsort(seen->values, seen->count, sizeof *seen->values, by_value);
    for (size_t i = 0; i < seen->count; i++)
        if (!i || seen->values[i] != seen->values[i - 1]) seen->values[kept++] = seen->values[i];
    seen->count = kept;
}

static struct sr_seen *with_room(size_t count)
{
    struct sr_seen *seen = sr_xalloc(sizeof *seen);
    seen->values = sr_xalloc((count + 1) * sizeof *seen->values);
    return seen;
}

struct sr_seen *sr_seen_new(const struct sr_samples *samples)
{
    struct sr_seen *seen = with_room(samples->count);
    for (; seen->count < samples->count; seen->count++)
        seen->values[seen->count] = shortened(sr_samples_identity(samples, seen->count));
    settle(seen);
    return seen;
}

struct sr_seen *sr_seen_join(const struct sr_seen *first, const struct sr_seen *second)
{
    struct sr_seen *seen = with_room(first->count + second->count);
    memcpy(seen->values, first->values, first->count * sizeof *seen->values);
    memcpy(seen->values + first->count, second->values, second->count * sizeof *seen->values);
    seen->count = first->count + second->count;
    settle(seen);
    return seen;
}

struct sr_seen *sr_seen_copy(const struct sr_seen *seen)
{
    return sr_seen_join(seen, &(struct sr_seen){0, seen->values});
}

void sr_seen_free(struct sr_seen *seen)
{
    if (!seen) return;
    free(seen->values);
    free(seen);
}

bool sr_seen_has(const struct sr_seen *seen, uint64_t identity)
{
    const uint64_t value = shortened(identity);
    return bsearch(&value, seen->values, seen->count, sizeof value, by_value);
}

size_t sr_seen_others(const struct sr_seen *seen, const struct sr_samples *samples, uint32_t *rows)
{
    size_t count = 0;
    for (size_t i = 0; i < samples->count; i++)
        if (!sr_seen_has(seen, sr_samples_identity(samples, i)))
            rows[count++] = sr_samples_row(samples, i);
    return count;
}

/* --- files ---------------------------------------------------------------------------------- */

/* Low bits of a difference that are written as they are; the rest is written as so many ones and a
 * zero. Near the logarithm of the mean difference. */
static int low_bits(size_t count)
{
    int bits = BITS;
    while (bits > 0 && count >> (BITS - bits)) bits--;
    return bits;
}

/* Bits one after another, the lowest of each byte first. */
struct bits {
    uint8_t *bytes;
    size_t room, at; /* in bits */
};

static void put_bits(struct bits *bits, uint64_t value, int count)
{
    for (int i = 0; i < count; i++, bits->at++)
        bits->bytes[bits->at / 8] |= (uint8_t)((value >> i & 1) << bits->at % 8);
}

/* -1 behind the end. */
static int take_bit(struct bits *bits)
{
    if (bits->at >= bits->room) return -1;
    const int bit = bits->bytes[bits->at / 8] >> bits->at % 8 & 1;
    bits->at++;
    return bit;
}

static uint64_t difference(const struct sr_seen *seen, size_t i)
{
    return seen->values[i] - (i ? seen->values[i - 1] : 0);
}

enum sr_status sr_seen_save(const struct sr_seen *seen, struct sr_tensors *set,
                            struct sr_error *error)
{
    const int low = low_bits(seen->count);
    size_t length = 0;
    char text[32];
    for (size_t i = 0; i < seen->count; i++)
        length += (size_t)low + 1 + (size_t)(difference(seen, i) >> low);
    const size_t bytes = (length + 7) / 8;
    struct bits bits = {sr_tensors_add(set, tensor_name, SR_U8, 1, &bytes, error), length, 0};
    if (!bits.bytes) return error ? error->status : SR_ERROR_MEMORY;
    for (size_t i = 0; i < seen->count; i++) {
        for (uint64_t ones = difference(seen, i) >> low; ones; ones--) put_bits(&bits, 1, 1);
        put_bits(&bits, 0, 1);
        put_bits(&bits, difference(seen, i), low);
    }
    snprintf(text, sizeof text, "%zu", seen->count);
    sr_tensors_set_text(set, count_key, text);
    return SR_OK;
}

/* The next difference; false where the bits end before it does, or it is too large. */
static bool take_difference(struct bits *bits, int low, uint64_t *value)
{
    int bit;
    *value = 0;
    while ((bit = take_bit(bits)) == 1) ++*value;
    if (bit < 0 || *value >> (BITS - low)) return false;
    *value <<= low;
    for (int i = 0; i < low; i++) {
        if ((bit = take_bit(bits)) < 0) return false;
        *value |= (uint64_t)bit << i;
    }
    return true;
}

struct sr_seen *sr_seen_load(const struct sr_tensors *set)
{
    const size_t any = SIZE_MAX;
    struct sr_error ignored;
    const char *text = sr_tensors_text(set, count_key);
    const struct sr_tensor *tensor = sr_tensors_need(set, tensor_name, SR_U8, 1, &any, &ignored);
    int64_t count;
    if (!text || !tensor || !sr_parse_integer(text, &count) || count < 1 || count > COUNT_MAX ||
        (uint64_t)count > (uint64_t)tensor->count * 8)
        return NULL;
    const int low = low_bits((size_t)count);
    struct bits bits = {tensor->data, tensor->count * 8, 0};
    struct sr_seen *seen = with_room((size_t)count);
    uint64_t step, value = 0;
    for (; seen->count < (size_t)count; seen->values[seen->count++] = value) {
        if (!take_difference(&bits, low, &step) || (seen->count && !step)) break;
        value += step;
        if (value >> BITS) break;
    }
    if (seen->count == (size_t)count) return seen;
    sr_seen_free(seen);
    return NULL;
}
