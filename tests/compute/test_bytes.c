#include "support.h"

#include "sartor/base/rng.h"
#include "sartor/compute/bytes.h"
#include "sartor/compute/coarse.h"
#include "sartor/compute/cpu.h"
#include "sartor/compute/kernels.h"

#include <math.h>

static struct sr_error error;

static uint8_t extreme(struct sr_rng *rng)
{
    uint64_t kind = sr_rng_below(rng, 4);
    return kind == 0 ? 0 : kind == 1 ? 255 : (uint8_t)sr_rng_next(rng);
}

/* All rows of the set against the queries, by the kernels of one instruction set. */
static void compare(const struct sr_kernels *kernels, const struct sr_bytes *set, int measure,
                    const struct sr_bytes_queries *queries, int32_t *out)
{
    const size_t stride = sr_bytes_stride(set), words = sr_bytes_words(set);
    for (size_t q = 0; q < queries->count; q += SR_BYTES_QUERIES) {
        const size_t left = queries->count - q, at = q / SR_BYTES_QUERIES;
        const struct sr_bytes_block block = {
            queries->bytes + q * stride, left < SR_BYTES_QUERIES ? (int)left : SR_BYTES_QUERIES,
            queries->sums + at * (stride / 8) * SR_BYTES_LANES, queries->used + at * words};
        for (size_t row = 0; row < set->padded; row += SR_BYTES_ROWS)
            (measure == SR_BYTES_L1 ? kernels->bytes_l1 : kernels->bytes_product)(
                set->packed + row * stride, set->used + row / SR_BYTES_ROWS * words, stride / 8,
                &block, out + q * set->padded + row, set->padded);
    }
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
        struct sr_bytes_queries asked;
        assert_ok(sr_bytes_queries_init(&asked, &set, queries, &error));
        for (size_t i = 0; i < rows * length; i++) bytes[i] = round == 0 ? 255 : extreme(&rng);
        /* Steps that are zero in all rows of a tile, or in all queries of a block. */
        for (size_t i = 0; i < rows * length && round % 2; i++)
            if (i % length / 8 % 3 == i / length / SR_BYTES_ROWS % 3) bytes[i] = 0;
        for (size_t i = 0; i < rows; i++) sr_bytes_put(&set, i, bytes + i * length);
        for (size_t q = 0; q < queries; q++) {
            for (size_t i = 0; i < length; i++)
                query[q * stride + i] = round == 0 || (round % 4 == 1 && i / 8 % 4 == 1 && q < 6)
                                            ? round ? 0 : 255
                                            : extreme(&rng);
        }
        sr_bytes_ask(&asked, &set, query, queries);
        if (round % 4 == 1 && length > 16) assert_false(asked.used[0] & 2);
        if (round % 4 == 1) assert_false(set.used[0] & 1);
        sr_bytes_get(&set, at, back);
        assert_memory_equal(back, bytes + at * length, length);
        int32_t *out = malloc(queries * set.padded * 4), *plain = malloc(queries * set.padded * 4);
        for (int measure = SR_BYTES_PRODUCT; measure <= SR_BYTES_L1; measure++) {
            sr_bytes_compare(&set, measure, &asked, 0, queries, 0, set.padded, out);
            for (size_t s = 0; s < sizeof sets / sizeof *sets; s++) {
                if (!sr_kernels_named(sets[s])) continue; /* not on this processor */
                memset(plain, 1, queries * set.padded * 4);
                compare(sr_kernels_named(sets[s]), &set, measure, &asked, plain);
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
                sr_bytes_compare(&set, measure, &asked, 0, queries, first, some, plain);
                for (size_t q = 0; q < queries; q++)
                    assert_memory_equal(plain + q * some, out + q * set.padded + first,
                                        some * sizeof *out);
            }
            /* The queries of the last block alone. */
            const size_t from = (queries - 1) / SR_BYTES_QUERIES * SR_BYTES_QUERIES;
            sr_bytes_compare(&set, measure, &asked, from, queries - from, 0, set.padded, plain);
            assert_memory_equal(plain, out + from * set.padded,
                                (queries - from) * set.padded * sizeof *out);
        }
        int32_t square = 0;
        for (size_t i = 0; i < length; i++)
            square += bytes[at * length + i] * bytes[at * length + i];
        assert_int_equal(set.squares[at], square);
        free(bytes);
        free(back);
        free(query);
        free(out);
        free(plain);
        sr_bytes_queries_fini(&asked);
        sr_bytes_fini(&set);
    }
}

static void test_patches(void **unused)
{
    static const struct sr_shape shapes[] = {{28, 28, 1}, {9, 13, 1}, {7, 5, 3}, {1, 1, 1}};
    (void)unused;
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        const size_t size = sr_shape_size(shapes[s]);
        uint16_t *order = malloc(size * sizeof *order);
        bool *seen = calloc(size, sizeof *seen);
        sr_bytes_patches(shapes[s], order);
        for (size_t i = 0; i < size; i++) {
            assert_true(order[i] < size && !seen[order[i]]);
            seen[order[i]] = true;
        }
        free(order);
        free(seen);
    }
    uint16_t order[784];
    static const uint16_t second[8] = {4, 5, 6, 7, 32, 33, 34, 35};
    sr_bytes_patches(shapes[0], order);
    assert_memory_equal(order + 8, second, sizeof second);
}

/* Four kinds of rows, mixed, of masks that differ: they come out in groups of one kind each. */
static void test_group(void **unused)
{
    enum { KINDS = 4, EACH = 16, ROWS = KINDS * EACH, WORDS = 2 };
    uint64_t used[ROWS * WORDS] = {0};
    uint32_t order[ROWS];
    bool seen[ROWS] = {false};
    (void)unused;
    for (size_t i = 0; i < ROWS; i++) {
        const size_t kind = i * 7 % KINDS, word = kind % WORDS;
        /* Some lack one of the kind's steps. */
        used[i * WORDS + word] = (UINT64_C(0xffff) << 16 * kind) & ~(UINT64_C(1) << i % 64);
    }
    sr_bytes_group(used, WORDS, ROWS, EACH, order);
    for (size_t i = 0; i < ROWS; i++) {
        assert_true(order[i] < ROWS && !seen[order[i]]);
        seen[order[i]] = true;
        assert_int_equal(order[i] * 7 % KINDS, order[i / EACH * EACH] * 7 % KINDS);
    }
    sr_bytes_group(used, WORDS, 3, EACH, order);
    assert_int_equal(order[0] + order[1] + order[2], 3);
    sr_bytes_group(used, WORDS, 0, EACH, order);
}

/* Rows that are listed, and their exact measures, by the kernels of one instruction set. */
static size_t list_rows(const struct sr_kernels *kernels, const struct sr_coarse *coarse,
                        const struct sr_coarse_query *query, float reach, const int32_t *values,
                        uint32_t *list, int32_t *exact)
{
    const size_t padded = coarse->means.padded;
    const bool l1 = coarse->measure == SR_BYTES_L1;
    const size_t found =
        l1 ? kernels->bytes_within_l1(values, coarse->slacks, reach, padded, list)
           : kernels->bytes_within_l2(values, coarse->means.squares, coarse->slacks,
                                      query->means_square, reach, padded, list);
    (l1 ? kernels->bytes_listed_l1 : kernels->bytes_listed_product)(
        query->bytes, query->sum, coarse->rows, coarse->stride, list, found, exact);
    return found;
}

/* No row that is nearer than asked is missed, some are ruled out, measures are exact, and all
 * instruction sets agree; smooth images, of sizes that are no multiple of the blocks' too. */
static void test_coarse(void **unused)
{
    static const char *const sets[] = {"reference", SR_ISA_WORDS};
    static const struct sr_shape shapes[] = {{28, 28, 1}, {9, 13, 1}, {7, 5, 3}, {8, 8, 1}};
    enum { ROWS = 150, MOST = 160 };
    struct sr_rng rng;
    (void)unused;
    sr_rng_init(&rng, 3, SR_STREAM_TEST, 0);
    for (int round = 0; round < 8; round++) {
        const struct sr_shape shape = shapes[round / 2];
        const enum sr_bytes_measure measure = round % 2 ? SR_BYTES_L1 : SR_BYTES_PRODUCT;
        const size_t size = sr_shape_size(shape);
        uint8_t *bytes = calloc(ROWS + 1, size);
        for (size_t i = 0; i < ROWS + 1; i++) {
            const int level = (int)sr_rng_below(&rng, 256);
            for (size_t k = 0; k < size; k++) {
                int value = level + (int)sr_rng_below(&rng, 41) - 20;
                bytes[i * size + k] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
            }
        }
        struct sr_coarse coarse;
        struct sr_coarse_query query;
        assert_ok(sr_coarse_init(&coarse, measure, ROWS, shape, &error));
        for (size_t i = 0; i < ROWS; i++) sr_coarse_put(&coarse, i, bytes + i * size);
        uint8_t *asked = calloc(1, coarse.stride),
                *means = calloc(1, sr_bytes_stride(&coarse.means));
        memcpy(asked, bytes + ROWS * size, size);
        sr_coarse_ask(&coarse, asked, means, &query);
        int32_t values[MOST], exact[MOST], plain[MOST];
        uint32_t list[MOST], other[MOST];
        double apart[ROWS], worst = 0;
        struct sr_bytes_queries one;
        assert_ok(sr_bytes_queries_init(&one, &coarse.means, 1, &error));
        sr_bytes_ask(&one, &coarse.means, means, 1);
        sr_bytes_compare(&coarse.means, measure, &one, 0, 1, 0, coarse.means.padded, values);
        sr_bytes_queries_fini(&one);
        for (size_t i = 0; i < ROWS; i++) {
            apart[i] = 0;
            for (size_t k = 0; k < size; k++) {
                const int d = abs(bytes[i * size + k] - asked[k]);
                apart[i] += measure == SR_BYTES_L1 ? d : d * d;
            }
            if (i % 10 == 0 && (worst == 0 || apart[i] < worst)) worst = apart[i];
        }
        size_t found =
            sr_coarse_within(&coarse, &query, worst, 0, coarse.means.padded, values, list);
        assert_true(found < ROWS / 2);
        for (size_t i = 0, at = 0; i < ROWS; i++) {
            const bool listed = at < found && list[at] == i;
            at += listed;
            assert_true(listed || apart[i] >= worst);
        }
        sr_coarse_compare(&coarse, &query, 0, list, found, exact);
        for (size_t i = 0; i < found; i++) {
            if (list[i] >= ROWS) continue;
            const double measured = measure == SR_BYTES_L1
                                        ? exact[i]
                                        : query.square + coarse.squares[list[i]] - 2.0 * exact[i];
            assert_true(measured == apart[list[i]]);
        }
        const float reach = (float)(measure == SR_BYTES_L1 ? worst / 8 : sqrt(worst) / 2);
        found =
            list_rows(sr_kernels_named("reference"), &coarse, &query, reach, values, list, exact);
        assert_true(found > 0);
        for (size_t s = 0; s < sizeof sets / sizeof *sets; s++) {
            if (!sr_kernels_named(sets[s])) continue; /* not on this processor */
            assert_int_equal(
                list_rows(sr_kernels_named(sets[s]), &coarse, &query, reach, values, other, plain),
                found);
            assert_memory_equal(other, list, found * sizeof *list);
            assert_memory_equal(plain, exact, found * sizeof *exact);
        }
        free(bytes);
        free(asked);
        free(means);
        sr_coarse_fini(&coarse);
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
                                       cmocka_unit_test(test_patches), cmocka_unit_test(test_group),
                                       cmocka_unit_test(test_coarse),
                                       cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests_name("compute/bytes", tests, NULL, NULL);
}
