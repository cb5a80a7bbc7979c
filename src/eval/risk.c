#include "sartor/eval/risk.h"

#include <math.h>
#include <stdlib.h>

#include "sartor/base/memory.h"

static const double Z = 1.959964;

struct scored {
    double score;
    bool right;
};

static int highest_first(const void *a, const void *b)
{
    double left = ((const struct scored *)a)->score, right = ((const struct scored *)b)->score;
    return (left < right) - (left > right);
}

/* The point where `answered` of all samples are answered, `right` of them rightly. */
static void add_point(struct sr_risk *risk, size_t answered, double right, size_t count)
{
    const size_t at = risk->count++;
    risk->answered[at] = (double)answered / (double)count;
    risk->accuracy[at] = right / (double)answered;
    sr_wilson(right, (double)answered, Z, &risk->low[at], &risk->high[at]);
}

void sr_risk(struct sr_risk *risk, const double *scores, const bool *right, size_t count)
{
    *risk = (struct sr_risk){.area = NAN};
    if (!count) return;
    struct scored *all = sr_xalloc(count * sizeof *all);
    for (size_t i = 0; i < count; i++) all[i] = (struct scored){scores[i], right[i]};
    qsort(all, count, sizeof *all, highest_first);
    double before = 0, area = 0; /* right answers before the group of equal scores */
    for (size_t from = 0, to; from < count; from = to) {
        double own = 0;
        for (to = from; to < count && all[to].score == all[from].score; to++) own += all[to].right;
        for (size_t i = from; i < to; i++)
            area +=
                1 - (before + own * (double)(i - from + 1) / (double)(to - from)) / (double)(i + 1);
        before += own;
        /* Not more points than there is room for, evenly spread. */
        if (to == count ||
            (double)to * (SR_RISK_POINTS - 1) / (double)count >= (double)(risk->count + 1))
            add_point(risk, to, before, count);
    }
    risk->area = area / (double)count;
    free(all);
}

void sr_risk_of(struct sr_risk *risk, const struct sr_predictions *predictions)
{
    const size_t count = predictions->count, classes = (size_t)predictions->classes;
    double *scores = sr_xalloc((count + 1) * sizeof *scores);
    bool *right = sr_xalloc(count + 1);
    for (size_t i = 0; i < count; i++) {
        scores[i] = (double)predictions->probabilities[i * classes + predictions->predicted[i]];
        right[i] = predictions->predicted[i] == predictions->truth[i];
    }
    sr_risk(risk, scores, right, count);
    free(scores);
    free(right);
}

void sr_abstention(struct sr_abstention *abstention, const struct sr_predictions *predictions,
                   const bool *answers)
{
    double right = 0, others = 0;
    *abstention = (struct sr_abstention){.count = predictions->count,
                                         .accuracy = NAN,
                                         .low = NAN,
                                         .high = NAN,
                                         .others = NAN,
                                         .share = NAN};
    for (size_t i = 0; i < predictions->count; i++) {
        const bool own = predictions->predicted[i] == predictions->truth[i];
        abstention->answered += answers[i];
        *(answers[i] ? &right : &others) += own;
    }
    const double all = (double)abstention->count, answered = (double)abstention->answered;
    if (all > 0) abstention->share = answered / all;
    if (answered > 0) {
        abstention->accuracy = right / answered;
        sr_wilson(right, answered, Z, &abstention->low, &abstention->high);
    }
    if (answered < all) abstention->others = others / (all - answered);
}
