/* The best threshold of one feature in one node, by Gini's impurity: the reference, one number at a
 * time and without a limit on the node's size. forest_vector.c and forest_wide.c have the fast
 * ways. */
#include "forest.h"

#include <string.h>

enum { LEVELS = 256 };

static void best_of_feature(const struct forest_group *group, const uint8_t *values, int feature,
                            uint32_t *work, struct forest_split *best)
{
    size_t classes = (size_t)group->present, i = 0;
    uint32_t *histogram = work, *left_counts = work + LEVELS * classes;
    uint64_t left = 0, left_squares = 0, right_squares = group->squares;
    for (size_t c = 0; c < classes; c++)
        for (; i < group->ends[c]; i++) histogram[values[i] * classes + c] += group->draws[i];
    for (int value = 0; value < LEVELS; value++) {
        const uint32_t *bin = histogram + (size_t)value * classes;
        uint64_t before = left;
        for (size_t c = 0; c < classes; c++) {
            /* (l + b)² - l² and r² - (r - b)² */
            uint64_t b = bin[c], l = left_counts[c], r = group->totals[c] - l;
            left_squares += b * (2 * l + b);
            right_squares -= b * (2 * r - b);
            left_counts[c] += bin[c];
            left += b;
        }
        uint64_t right = group->total - left;
        if (left == before || left < group->min_leaf || right < group->min_leaf) continue;
        forest_consider(best, feature, value, left_squares, left, right_squares, right);
    }
    memset(work, 0, (LEVELS + 1) * classes * sizeof *work);
}

void forest_best_ref(const struct forest_group *group, const struct forest_values *v,
                     uint32_t *work, struct forest_split *best)
{
    for (size_t k = 0; k < v->many; k++)
        best_of_feature(group, v->bytes + k * v->pitch, (int)v->features[k], work, best);
}

SR_ISA_TABLES(struct forest_vector, forest_vector);

forest_best_function *forest_best(uint64_t total)
{
    return total > FOREST_VECTOR_MOST ? forest_best_ref : forest_vector_tables[sr_isa()]->best;
}
