/* Random numbers and the pool: what results depend on. */
#include "support.h"

#include <stdatomic.h>
#include <stdbool.h>

#include "sartor/base/memory.h"
#include "sartor/base/pool.h"
#include "sartor/base/rng.h"

static void streams_are_fixed_and_apart(void **state)
{
    (void)state;
    struct sr_rng a, b;
    sr_rng_init(&a, 1, SR_STREAM_SPLIT, 0);
    sr_rng_init(&b, 1, SR_STREAM_SPLIT, 0);
    /* Fixed: a change would change every seeded result there is. The numbers are those of another
     * program for xoshiro256** and splitmix64. */
    uint64_t first = sr_rng_next(&a);
    assert_true(first == 0x2457aca4c595dee4u && first == sr_rng_next(&b));
    assert_true(sr_rng_next(&a) == 0x9928a2658c33219u);
    sr_rng_init(&a, 0xFEDCBA9876543210u, SR_STREAM_AUGMENT, ((uint64_t)1 << 40) + 3);
    assert_true(sr_rng_next(&a) == 0x85d0223dc60eaa62u);
    sr_rng_init(&a, 7, SR_STREAM_TEST, 0);
    sr_rng_next(&a);
    assert_float_equal(sr_rng_float(&a), 0.31789881, 1e-7);
    sr_rng_init(&b, 1, SR_STREAM_SPLIT, 1);
    assert_true(first != sr_rng_next(&b));
    sr_rng_init(&b, 1, SR_STREAM_INIT, 0);
    assert_true(first != sr_rng_next(&b));
    sr_rng_init(&b, 2, SR_STREAM_SPLIT, 0);
    assert_true(first != sr_rng_next(&b));
}

static void draws_are_uniform(void **state)
{
    (void)state;
    enum { N = 70000 };
    struct sr_rng rng;
    int counts[7] = {0};
    double sum = 0, squares = 0;
    sr_rng_init(&rng, 3, SR_STREAM_TEST, 0);
    for (int i = 0; i < N; i++) {
        uint64_t below = sr_rng_below(&rng, 7);
        assert_true(below < 7);
        counts[below]++;
        double z = sr_rng_normal(&rng), u = sr_rng_double(&rng);
        float f = sr_rng_float(&rng);
        assert_true(u >= 0 && u < 1 && f >= 0 && f < 1);
        sum += z;
        squares += z * z;
    }
    for (int i = 0; i < 7; i++)
        assert_in_range(counts[i], N / 7 - 500, N / 7 + 500); /* five deviations */
    assert_true(sum / N > -0.02 && sum / N < 0.02);
    assert_true(squares / N > 0.97 && squares / N < 1.03);
}

static void shuffles_keep_everything(void **state)
{
    (void)state;
    uint32_t items[100];
    bool seen[100] = {false};
    struct sr_rng rng;
    sr_rng_init(&rng, 1, SR_STREAM_SHUFFLE, 0);
    for (uint32_t i = 0; i < 100; i++) items[i] = i;
    sr_rng_shuffle(&rng, items, 100);
    int moved = 0;
    for (uint32_t i = 0; i < 100; i++) {
        seen[items[i]] = true;
        moved += items[i] != i;
    }
    for (int i = 0; i < 100; i++) assert_true(seen[i]);
    assert_true(moved > 80);
    /* Fisher and Yates's way, from the end. */
    static const uint32_t wanted[] = {6, 1, 4, 5, 3, 2, 7, 0};
    sr_rng_init(&rng, 5, SR_STREAM_SHUFFLE, 2);
    for (uint32_t i = 0; i < 8; i++) items[i] = i;
    sr_rng_shuffle(&rng, items, 8);
    assert_memory_equal(items, wanted, sizeof wanted);
}

struct tally {
    atomic_int runs[1000];
    atomic_int out_of_range;
    int threads;
};

static void mark(void *context, size_t index, int worker)
{
    struct tally *tally = context;
    atomic_fetch_add(&tally->runs[index], 1);
    if (worker < 0 || worker >= tally->threads) atomic_fetch_add(&tally->out_of_range, 1);
}

static void every_slice_runs_once(void **state)
{
    (void)state;
    struct sr_error error;
    for (int threads = 1; threads <= 5; threads++) {
        struct sr_pool *pool = sr_pool_new(threads, &error);
        assert_non_null(pool);
        for (int round = 0; round < 200; round++) {
            struct tally tally = {.threads = threads};
            size_t count = (size_t)(round * 5 % 1000);
            sr_pool_run(pool, count, mark, &tally);
            for (size_t i = 0; i < 1000; i++) assert_int_equal(tally.runs[i], i < count);
            assert_int_equal(tally.out_of_range, 0);
        }
        sr_pool_free(pool);
    }
}

static void reduction_is_the_same_at_any_thread_count(void **state)
{
    (void)state;
    enum { SLICES = 13, LENGTH = 9001 };
    struct sr_error error;
    struct sr_rng rng;
    float *parts = sr_xalloc(SLICES * LENGTH * sizeof *parts),
          *one = sr_xalloc(LENGTH * sizeof *one), *many = sr_xalloc(LENGTH * sizeof *many);
    sr_rng_init(&rng, 1, SR_STREAM_TEST, 0);
    for (int i = 0; i < SLICES * LENGTH; i++) parts[i] = sr_rng_float(&rng) - 0.5f;
    sr_pool_reduce(NULL, one, parts, SLICES, LENGTH, LENGTH);
    const float *at = parts + 4097; /* along the tree of 13: 8 and (4 and 1) */
    float eight = ((at[0] + at[LENGTH]) + (at[2 * LENGTH] + at[3 * LENGTH])) +
                  ((at[4 * LENGTH] + at[5 * LENGTH]) + (at[6 * LENGTH] + at[7 * LENGTH]));
    float four = (at[8 * LENGTH] + at[9 * LENGTH]) + (at[10 * LENGTH] + at[11 * LENGTH]);
    float expected = eight + (four + at[12 * LENGTH]);
    assert_true(one[4097] == expected);
    double last = 0; /* of a block that is not full */
    for (int i = 0; i < SLICES; i++) last += (double)parts[(i + 1) * LENGTH - 1];
    assert_float_equal(one[LENGTH - 1], last, 1e-5);
    struct sr_pool *pool = sr_pool_new(3, &error);
    sr_pool_reduce(pool, many, parts, SLICES, LENGTH, LENGTH);
    assert_memory_equal(one, many, LENGTH * sizeof *one);
    sr_pool_free(pool);
    free(parts);
    free(one);
    free(many);
}

static void absurd_arrays_are_refused(void **state)
{
    (void)state;
    struct sr_error error = {0};
    assert_null(sr_array_new(SIZE_MAX / 2, 4, "the images", &error));
    assert_int_equal(error.status, SR_ERROR_MEMORY);
    assert_non_null(strstr(error.text, "the images"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams_are_fixed_and_apart),
        cmocka_unit_test(draws_are_uniform),
        cmocka_unit_test(shuffles_keep_everything),
        cmocka_unit_test(every_slice_runs_once),
        cmocka_unit_test(reduction_is_the_same_at_any_thread_count),
        cmocka_unit_test(absurd_arrays_are_refused),
    };
    return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
