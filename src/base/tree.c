#include "sartor/base/tree.h"

#include <string.h>

double sr_tree_sum(const double *slices, size_t count)
{
    double nodes[SR_TREE_LEVELS], sum = 0;
    int top = 0;
    for (size_t i = 0; i < count; i++) {
        sum = slices[i];
        for (int joins = sr_tree_joins(i, count); joins > 0; joins--) sum = nodes[--top] + sum;
        nodes[top++] = sum;
    }
    return sum;
}

/* Numbers that go through the tree at a time: the nodes stay in the first-level cache. */
enum { CHUNK = 512 };

typedef float four __attribute__((vector_size(16), aligned(4), may_alias));

/* y = a + b; y may be a. */
static void add(const float *a, const float *b, size_t length, float *y)
{
    size_t i = 0;
    for (; i + 4 <= length; i += 4)
        *(four *)(y + i) = *(const four *)(a + i) + *(const four *)(b + i);
    for (; i < length; i++) y[i] = a[i] + b[i];
}

/* At most CHUNK numbers of a node of two slices or more. */
static void reduce_node(float *total, const float *parts, size_t slices, size_t stride,
                        size_t length)
{
    size_t half = 1;
    while (2 * half < slices) half *= 2;
    const float *right = parts + half * stride;
    float node[CHUNK];
    const float *left = parts;
    if (half > 1) {
        reduce_node(total, parts, half, stride, length);
        left = total;
    }
    if (slices - half > 1) {
        reduce_node(node, right, slices - half, stride, length);
        right = node;
    }
    add(left, right, length, total);
}

void sr_tree_reduce(float *total, const float *parts, size_t slices, size_t stride, size_t length)
{
    if (slices < 2) {
        if (slices)
            memcpy(total, parts, length * sizeof *total);
        else
            memset(total, 0, length * sizeof *total);
        return;
    }
    for (size_t first = 0; first < length; first += CHUNK)
        reduce_node(total + first, parts + first, slices, stride,
                    length - first < CHUNK ? length - first : CHUNK);
}
