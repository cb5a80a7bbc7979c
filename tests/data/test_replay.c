/* test_replay.c - a fuzz target without a fuzzer: its corpus (the folder CORPUS), and
 * thousands of inputs made from that by seeded changes. Linked with the target's file. */
#include "support.h"

#include "sartor/base/file.h"
#include "sartor/base/rng.h"

/* About a second of changed inputs; targets that are slow have fewer (fuzz.mk). */
#ifndef ROUNDS
#define ROUNDS 20000
#endif
enum { ROOM = 8192 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

struct input {
    char *bytes;
    size_t length;
};

static struct sr_error error;
static struct input corpus[64];
static size_t count;

static int read_corpus(void **state)
{
    (void)state;
    char folder[4096];
    snprintf(folder, sizeof folder, "%s", source_file(CORPUS));
    size_t names;
    char **list = sr_directory_list(folder, &names, &error);
    if (!list) return -1;
    for (size_t i = 0; i < names; i++) {
        char *path = sr_path_join(folder, list[i]);
        if (count < 64)
            corpus[count].bytes = sr_file_read(path, ROOM, &corpus[count].length, &error);
        if (count < 64 && corpus[count].bytes) count++;
        free(path);
        free(list[i]);
    }
    free(list);
    return count > 0 ? 0 : -1;
}

static int free_corpus(void **state)
{
    (void)state;
    for (size_t i = 0; i < count; i++) free(corpus[i].bytes);
    return 0;
}

/* The target sees a block of just the right size, so that the address sanitizer sees its ends. */
static void run(const uint8_t *bytes, size_t length)
{
    uint8_t *exact = malloc(length ? length : 1);
    assert_non_null(exact);
    if (length) memcpy(exact, bytes, length);
    assert_int_equal(LLVMFuzzerTestOneInput(exact, length), 0);
    free(exact);
}

static void the_corpus(void **state)
{
    (void)state;
    run(NULL, 0);
    for (size_t i = 0; i < count; i++) run((const uint8_t *)corpus[i].bytes, corpus[i].length);
}

/* One change: a bit, a byte of note, a cut, a piece doubled, the tail of another input. */
static size_t change(struct sr_rng *rng, uint8_t *bytes, size_t length)
{
    static const uint8_t notable[] = {0, 1, 8, 0x7f, 0x80, 0xff};
    size_t at = length ? (size_t)sr_rng_below(rng, length) : 0;
    if (at >= 32 && sr_rng_below(rng, 2)) at = (size_t)sr_rng_below(rng, 32); /* headers first */
    switch (sr_rng_below(rng, 8)) {
    case 0:
        return at;
    case 1: {
        size_t piece = length - at < ROOM - length ? length - at : ROOM - length;
        memmove(bytes + at + piece, bytes + at, length - at);
        return length + piece;
    }
    case 2: {
        const struct input *other = &corpus[sr_rng_below(rng, count)];
        if (at >= other->length) return length;
        memcpy(bytes + at, other->bytes + at, other->length - at);
        return other->length;
    }
    case 3:
    case 4:
        if (length) bytes[at] = notable[sr_rng_below(rng, sizeof notable)];
        return length;
    default:
        if (length) bytes[at] ^= (uint8_t)(1u << sr_rng_below(rng, 8));
        return length;
    }
}

static void changed_inputs(void **state)
{
    (void)state;
    uint8_t bytes[ROOM];
    for (uint64_t round = 0; round < ROUNDS; round++) {
        struct sr_rng rng;
        sr_rng_init(&rng, 1, SR_STREAM_TEST, round);
        const struct input *from = &corpus[round % count];
        size_t length = from->length;
        memcpy(bytes, from->bytes, length);
        for (uint64_t n = 1 + sr_rng_below(&rng, 4); n > 0; n--)
            length = change(&rng, bytes, length);
        run(bytes, length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_corpus),
        cmocka_unit_test(changed_inputs),
    };
    return cmocka_run_group_tests_name(CORPUS, tests, read_corpus, free_corpus);
}
