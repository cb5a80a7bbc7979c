/* identity.c - see identity.h. The hash multiplies words of 8 bytes to 128 bits and folds the
 * product, as wyhash does (Wang Yi, github.com/wangyi-fudan/wyhash, public domain), in two lanes of
 * 16 bytes. */
#include "sartor/data/identity.h"

#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "identities in files are those of a little-endian machine");

/* Odd numbers with 32 bits set: those of wyhash. */
static const uint64_t secrets[4] = {0xa0761d6478bd642fu, 0xe7037ed1a0b428dbu, 0x8ebc6af09c88c6e3u,
                                    0x589965cc75374cc3u};

static uint64_t fold(uint64_t a, uint64_t b)
{
    const unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t word(const uint8_t *bytes)
{
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

uint64_t sr_identity(const uint8_t *pixels, size_t size)
{
    uint64_t first = secrets[0], second = secrets[1];
    size_t at = 0;
    for (; at + 32 <= size; at += 32) {
        first = fold(word(pixels + at) ^ secrets[1], word(pixels + at + 8) ^ first);
        second = fold(word(pixels + at + 16) ^ secrets[2], word(pixels + at + 24) ^ second);
    }
    uint8_t rest[32] = {0};
    if (size > at) memcpy(rest, pixels + at, size - at);
    first = fold(word(rest) ^ secrets[1], word(rest + 8) ^ first);
    second = fold(word(rest + 16) ^ secrets[2], word(rest + 24) ^ second);
    return fold(fold(first ^ secrets[3], second ^ secrets[0]), size ^ secrets[2]);
}

static int by_value(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* All identities, ascending; freed by the caller. */
static uint64_t *sorted(const struct sr_images *images)
{
    const struct sr_samples all = {images, NULL, images->count};
    uint64_t *values = sr_xalloc((images->count + 1) * sizeof *values);
    for (size_t i = 0; i < images->count; i++) values[i] = sr_samples_identity(&all, i);
    qsort(values, images->count, sizeof *values, by_value);
    return values;
}

size_t sr_identity_repeated(const struct sr_images *images, const struct sr_images *others)
{
    uint64_t *own = sorted(images), *theirs = images == others ? own : sorted(others);
    size_t found = 0;
    for (size_t i = 0; i < images->count; i++)
        found += images == others
                     ? i > 0 && own[i] == own[i - 1]
                     : bsearch(&own[i], theirs, others->count, sizeof *theirs, by_value) != NULL;
    if (theirs != own) free(theirs);
    free(own);
    return found;
}
