/* Sums along the fixed tree, against its definition. */
#include "support.h"

#include "sartor/base/rng.h"
#include "sartor/base/tree.h"

/* The length is no multiple of a vector's. */
enum { MOST = 70, LENGTH = 1101 };

static float parts[MOST * LENGTH], total[LENGTH];

static int fill(void **state)
{
    struct sr_rng rng;
    (void)state;
    sr_rng_init(&rng, 3, SR_STREAM_TEST, 0);
    for (int i = 0; i < MOST * LENGTH; i++) parts[i] = sr_rng_float(&rng) - 0.5f;
    return 0;
}

/* The node of level `level` that starts at `first`, of `count` slices in all. */
static float node(int i, size_t first, int level, size_t count)
{
    size_t half = (size_t)1 << level >> 1;
    if (level == 0) return parts[first * LENGTH + (size_t)i];
    float left = node(i, first, level - 1, count);
    return first + half < count ? left + node(i, first + half, level - 1, count) : left;
}

static void test_definition(void **state)
{
    (void)state;
    for (size_t count = 1; count <= MOST; count++) {
        double slices[MOST];
        sr_tree_reduce(total, parts, count, LENGTH, LENGTH);
        for (int i = 0; i < LENGTH; i += i % 2 ? 6 : 5)
            assert_true(total[i] == node(i, 0, 7, count));
        assert_true(total[LENGTH - 1] == node(LENGTH - 1, 0, 7, count));
        for (size_t s = 0; s < count; s++) slices[s] = (double)parts[s * LENGTH];
        assert_float_equal(sr_tree_sum(slices, count), total[0], 1e-5);
    }
    sr_tree_reduce(total, parts, 0, LENGTH, LENGTH);
    for (int i = 0; i < LENGTH; i++) assert_true(total[i] == 0);
    assert_true(sr_tree_sum(NULL, 0) == 0);
}

/* Blocks of a power of two of slices, each summed alone, then the blocks: the same bits. */
static void test_blocks(void **state)
{
    (void)state;
    for (size_t count = 1; count <= MOST; count++)
        for (size_t block = 1; block <= 32; block *= 2) {
            static float sums[MOST * LENGTH], again[LENGTH];
            double slices[MOST], nodes[MOST];
            size_t blocks = (count + block - 1) / block;
            for (size_t s = 0; s < count; s++) slices[s] = (double)parts[s * LENGTH] / 3;
            for (size_t b = 0; b < blocks; b++) {
                size_t first = b * block, slots = count - first < block ? count - first : block;
                sr_tree_reduce(sums + b * LENGTH, parts + first * LENGTH, slots, LENGTH, 40);
                nodes[b] = sr_tree_sum(slices + first, slots);
            }
            sr_tree_reduce(total, parts, count, LENGTH, 40);
            sr_tree_reduce(again, sums, blocks, LENGTH, 40);
            assert_memory_equal(total, again, 40 * sizeof *total);
            assert_true(sr_tree_sum(nodes, blocks) == sr_tree_sum(slices, count));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_definition),
        cmocka_unit_test(test_blocks),
    };
    return cmocka_run_group_tests_name("tree", tests, fill, NULL);
}
