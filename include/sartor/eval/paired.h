/* paired.h - whether two models differ by more than chance: on the same samples, or in trainings
 * with the same seeds.
 *
 * Plain arrays in, plain structs out. */
#ifndef SARTOR_EVAL_PAIRED_H
#define SARTOR_EVAL_PAIRED_H

#include "sartor/base/text.h"
#include "sartor/eval/evaluation.h"
#include <stdbool.h>
#include <stddef.h>

/* McNemar's test (1947) on samples where exactly one of two models is right. */
struct sr_mcnemar {
    size_t only_first, only_second; /* samples that only the first, only the second gets right */
    size_t both, neither;
    double p;         /* two-sided: exact binomial up to 1,000 such samples, else chi-squared
                         with Edwards's continuity correction; 1 when there is none */
    double agreement; /* share of samples with the same prediction; 1 of none */
};
/* On the samples, of the same file, that both have. */
void sr_mcnemar(struct sr_mcnemar *test, const struct sr_predictions *first,
                const struct sr_predictions *second);
/* How many those were. */
static inline size_t sr_mcnemar_count(const struct sr_mcnemar *test)
{
    return test->both + test->only_first + test->only_second + test->neither;
}

/* The difference of the two models' accuracies (first less second) on those samples, with its 95 %
 * interval by Newcombe (1998), method 10: Wilson's intervals of both, put together by their
 * correlation. NaN of no samples. */
struct sr_difference {
    double value, low, high;
};
void sr_accuracy_difference(const struct sr_mcnemar *test, struct sr_difference *difference);

/* Two-sided p of Student's t with so many degrees of freedom, by the incomplete beta function; and
 * the t that has a two-sided p. */
double sr_student_p(double t, double freedom);
double sr_student_quantile(double p, double freedom);

/* A paired t test: differences between two ways of training, one for each seed. NaN of fewer than
 * two. */
struct sr_paired_t {
    size_t count;
    double mean, low, high; /* 95 % interval of the mean */
    double t, p; /* two-sided; p 1 where all differences are 0, 0 where all are another */
};
void sr_paired_t(struct sr_paired_t *test, const double *differences, size_t count);

/* Holm (1979): p values adjusted for `count` tests, in place; still in 0..1. */
void sr_holm(double *p, size_t count);

/* McNemar's test between every pair of `count` models, p values adjusted by Holm for their number.
 */
struct sr_pair {
    size_t first, second; /* positions, first < second */
    struct sr_mcnemar test;
    double p; /* adjusted */
};
/* count × (count - 1) / 2 pairs by first, then second; freed by the caller. */
struct sr_pair *sr_pairs(const struct sr_predictions *const *predictions, size_t count,
                         size_t *pairs);
/* The result for a pair of fitted models, without a full stop: "cnn beats svm by 1.21 points, p <
 * 0.001", "cnn and svm can't be told apart on these 10,000 images, p = 0.2". */
void sr_pair_print(const struct sr_pair *pair, const char *first, const char *second,
                   struct sr_text *text);

#endif
