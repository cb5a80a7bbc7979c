/* tree.h - sums over slices, in one order that depends on nothing but their number.
 *
 * The slices are the leaves of a binary tree. A node of level k is made of the 2^k slices from a
 * multiple of 2^k on; its sum is its left half's plus its right half's, or its left half's where
 * there is no slice in the right one. So whoever has such a block of slices, another thread or
 * another machine, can compute that node alone, and the sum has the same bits. Pure; any thread. */
#ifndef SARTOR_BASE_TREE_H
#define SARTOR_BASE_TREE_H

#include <stddef.h>

/* To sum slices as they come, keep a stack of nodes: when slice `index` of `count` is there, add to
 * it so many nodes from the top of the stack, one after another, and put the result on the stack.
 * After the last slice one node is left. 64 nodes are room enough. */
static inline int sr_tree_joins(size_t index, size_t count)
{
    return index + 1 < count ? __builtin_ctzll(index + 1) : __builtin_popcountll(index);
}
enum { SR_TREE_LEVELS = 64 };

/* The sum of one number for each slice; 0 for none. */
double sr_tree_sum(const double *slices, size_t count);
/* total[i] = sum over s of parts[s * stride + i], for i < length. */
void sr_tree_reduce(float *total, const float *parts, size_t slices, size_t stride, size_t length);

#endif
