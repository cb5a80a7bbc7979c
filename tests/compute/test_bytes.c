#include "support.h"

#include "sartor/base/rng.h"
#include "sartor/compute/bytes.h"
#include "sartor/compute/cpu.h"
#include "sartor/compute/kernels.h"

static struct sr_error error;

static uint8_t extreme(struct sr_rng *rng)
{
    uint64_t kind = sr_rng_below(rng, 4);
    return kind == 0 ? 0 : kind == 1 ? 255 : (uint8_t)sr_rng_next(rng);
}

/* All rows of the set against the queries, by the kernels of one instruction set. */
static void compare(const struct sr_kernels *kernels, const struct sr_bytes *set, int measure,
                    const uint8_t *queries, size_t count, int32_t *out)
{
    size_t stride = sr_bytes_stride(set);
    for (size_t q = 0; q < count; q += SR_BYTES_QUERIES)
        for (size_t row = 0; row < set->padded; row += SR_BYTES_ROWS)
            (measure == SR_BYTES_L1 ? kernels->bytes_l1 : kernels->bytes_product)(
                set->packed + row * stride, set->sums + row, stride / 8, queries + q * stride,
                count - q < SR_BYTES_QUERIES ? (int)(count - q) : SR_BYTES_QUERIES,
                out + q * set->padded + row, set->padded);
}

/* The kernels against plain sums, on odd shapes, with the extremes that would saturate. */
static void test_compare(void **unused)
{
    static const char *const sets[] = {"reference", SR_ISA_WORDS};
    struct sr_rng rng;
    (void)unused;
    sr_rng_init(&rng, 1, SR_STREAM_TEST, 0);
    for (int round = 0; round < 30; round++) {
        struct sr_bytes set;
        size_t rows = 1 + sr_rng_below(&rng, 100), length = 1 + sr_rng_below(&rng, 300);
        size_t queries = 1 + sr_rng_below(&rng, 14), at = sr_rng_below(&rng, rows);
        if (round == 0) length = 784;
        uint8_t *bytes = calloc(rows, length), *back = malloc(length);
        assert_ok(sr_bytes_init(&set, rows, length, &error));
        size_t stride = sr_bytes_stride(&set);
        uint8_t *query = calloc(queries, stride);
        for (size_t i = 0; i < rows * length; i++) bytes[i] = round == 0 ? 255 : extreme(&rng);
        for (size_t i = 0; i < rows; i++) sr_bytes_put(&set, i, bytes + i * length);
        for (size_t q = 0; q < queries; q++) {
            for (size_t i = 0; i < length; i++)
                query[q * stride + i] = round == 0 ? 255 : extreme(&rng);
        }
        sr_bytes_get(&set, at, back);
        assert_memory_equal(back, bytes + at * length, length);
        int32_t *out = malloc(queries * set.padded * 4), *plain = malloc(queries * set.padded * 4);
        for (int measure = SR_BYTES_PRODUCT; measure <= SR_BYTES_L1; measure++) {
            sr_bytes_compare(&set, measure, query, queries, 0, set.padded, out);
            for (size_t s = 0; s < sizeof sets / sizeof *sets; s++) {
                if (!sr_kernels_named(sets[s])) continue; /* not on this processor */
                memset(plain, 1, queries * set.padded * 4);
                compare(sr_kernels_named(sets[s]), &set, measure, query, queries, plain);
                assert_memory_equal(out, plain, queries * set.padded * 4);
            }
            for (size_t q = 0; q < queries; q++) {
                int32_t sum = 0;
                for (size_t i = 0; i < length; i++) {
                    int a = bytes[at * length + i], b = query[q * stride + i];
                    sum += measure == SR_BYTES_L1 ? abs(a - b) : a * b;
                }
                assert_int_equal(out[q * set.padded + at], sum);
            }
            /* A part of the rows, from any tile on. */
            for (size_t first = 0; first < set.padded; first += SR_BYTES_ROWS) {
                const size_t left = set.padded - first, some = left < 64 ? left : 64;
                sr_bytes_compare(&set, measure, query, queries, first, some, plain);
                for (size_t q = 0; q < queries; q++)
                    assert_memory_equal(plain + q * some, out + q * set.padded + first,
                                        some * sizeof *out);
            }
        }
        int32_t sum = 0, square = 0;
        for (size_t i = 0; i < length; i++) {
            sum += bytes[at * length + i];
            square += bytes[at * length + i] * bytes[at * length + i];
        }
        assert_int_equal(set.sums[at], sum);
        assert_int_equal(set.squares[at], square);
        free(bytes);
        free(back);
        free(query);
        free(out);
        free(plain);
        sr_bytes_fini(&set);
    }
}

static void test_refused(void **unused)
{
    struct sr_bytes set;
    (void)unused;
    assert_refused(sr_bytes_init(&set, 1, 0, &error), SR_ERROR_STATE, "0 bytes");
    assert_refused(sr_bytes_init(&set, 1, 1 << 20, &error), SR_ERROR_STATE, "1 to 65536");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_compare),
                                       cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests_name("compute/bytes", tests, NULL, NULL);
}
