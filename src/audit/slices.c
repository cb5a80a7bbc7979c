/* slices.c - whether a model is worse on a group of samples than on all others. */
#include <math.h>
#include <stdlib.h>

#include "sartor/audit/audit.h"
#include "sartor/eval/significance.h"

static double log_choose(size_t n, size_t k)
{
    return lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1);
}

double sr_fisher_lower(size_t right, size_t count, size_t all_right, size_t all)
{
    const size_t wrong = all - all_right, least = count > wrong ? count - wrong : 0;
    double sum = 0;
    for (size_t k = least; k <= right && k <= all_right && k <= count; k++)
        sum +=
            exp(log_choose(all_right, k) + log_choose(wrong, count - k) - log_choose(all, count));
    return sum < 1 ? sum : 1;
}

static int by_p(const void *a, const void *b)
{
    const struct sr_audit_slice *x = a, *y = b;
    if (x->p < y->p || x->p > y->p) return x->p < y->p ? -1 : 1;
    return (x->count < y->count) - (x->count > y->count);
}

void sr_audit_slices_judge(struct sr_audit_slice *slices, size_t count)
{
    double before = 0;
    for (size_t i = 0; i < count; i++)
        slices[i].p = sr_fisher_lower(slices[i].right, slices[i].count,
                                      slices[i].right + slices[i].right_others,
                                      slices[i].count + slices[i].others);
    if (count) qsort(slices, count, sizeof *slices, by_p);
    for (size_t i = 0; i < count; i++)
        before = slices[i].p = fmin(1, fmax(before, slices[i].p * (double)(count - i)));
}
