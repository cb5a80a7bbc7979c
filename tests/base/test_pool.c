/* Random numbers, the pool and files: what results and their safety hang on. */
#include "support.h"

#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/base/pool.h"
#include "sartor/base/rng.h"

static void streams_are_fixed_and_apart(void **state)
{
    (void)state;
    struct sr_rng a, b;
    sr_rng_init(&a, 1, SR_STREAM_SPLIT, 0);
    sr_rng_init(&b, 1, SR_STREAM_SPLIT, 0);
    /* Pinned: a change would change every seeded result there is. */
    uint64_t first = sr_rng_next(&a);
    assert_true(first == sr_rng_next(&b));
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

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/sartor-test-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[256];
    snprintf(command, sizeof command, "chmod -R u+w %s; rm -rf %s", folder, folder);
    return system(command);
}

static void files_are_replaced_whole_or_not_at_all(void **state)
{
    (void)state;
    struct sr_error error;
    struct sr_output output;
    char path[256], *bytes;
    size_t length;
    snprintf(path, sizeof path, "%s/a.txt", folder);
    assert_ok(sr_file_write(path, "old", 3, &error));
    assert_ok(sr_output_open(&output, path, &error));
    fputs("half of the ne", output.stream);
    sr_output_abort(&output);
    bytes = sr_file_read(path, 100, &length, &error);
    assert_string_equal(bytes, "old");
    free(bytes);
    assert_ok(sr_file_write(path, "new", 3, &error));
    bytes = sr_file_read(path, 100, &length, &error);
    assert_string_equal(bytes, "new");
    free(bytes);
    size_t count;
    char **names = sr_directory_list(folder, &count, &error);
    assert_int_equal(count, 1); /* no temporary file is left */
    free(names[0]);
    free(names);
}

static void bad_files_get_a_sentence(void **state)
{
    (void)state;
    struct sr_error error;
    char path[256];
    size_t length;
    assert_null(sr_file_read("/nonexistent/file", 10, &length, &error));
    assert_non_null(strstr(error.text, "/nonexistent/file"));
    assert_null(sr_file_read(folder, 10, &length, &error));
    assert_non_null(strstr(error.text, "directory"));
    snprintf(path, sizeof path, "%s/long", folder);
    assert_ok(sr_file_write(path, "12345678901", 11, &error));
    assert_null(sr_file_read(path, 10, &length, &error));
    assert_non_null(strstr(error.text, "larger"));
    assert_refused(sr_file_write(folder, "x", 1, &error), SR_ERROR_IO, "directory");
    assert_refused(sr_file_write("/nonexistent/x", "x", 1, &error), SR_ERROR_IO,
                   "cannot be written");
    assert_refused(sr_file_write("/dev/full", "x", 1, &error), SR_ERROR_IO, "writing failed");
}

static void paths(void **state)
{
    (void)state;
    struct sr_error error;
    char *joined = sr_path_join("a/", "b");
    assert_string_equal(joined, "a/b");
    free(joined);
    assert_string_equal(sr_path_extension("a.b/c.PNG"), ".PNG");
    assert_string_equal(sr_path_extension("a.b/c"), "");
    assert_string_equal(sr_path_extension("a/.hidden"), "");
    char deep[128];
    snprintf(deep, sizeof deep, "%s/x/y/z", folder);
    assert_ok(sr_directory_make(deep, &error));
    assert_true(sr_path_is_directory(deep));
    assert_ok(sr_directory_make(deep, &error));
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
        cmocka_unit_test(files_are_replaced_whole_or_not_at_all),
        cmocka_unit_test(bad_files_get_a_sentence),
        cmocka_unit_test(paths),
    };
    return cmocka_run_group_tests_name("pool", tests, make_folder, remove_folder);
}
