#include "sartor/eval/conformal.h"

#include <math.h>
#include <stdlib.h>

#include "sartor/base/memory.h"

/* How much the shares count beside the probabilities; and rows that are added to those of each
 * prediction, spread over all classes, so that no share is 0. */
static const double WEIGHT = 0.02, ADDED = 0.5;

struct scored {
    float score;
    uint8_t label;
};

static int by_score(const void *a, const void *b)
{
    const struct scored *left = a, *right = b;
    if (left->score != right->score) return left->score < right->score ? -1 : 1;
    return left->label - right->label;
}

static double share_of(double count, double all, int classes)
{
    return (count + ADDED / classes) / (all + ADDED);
}

/* In float, as scores are kept, so that a held-out row's own set holds it at its own score. */
static float score_of(double probability, double share)
{
    return (float)(1 - (probability + WEIGHT * share) / (1 + WEIGHT));
}

void sr_conformal_fit(struct sr_conformal *conformal, const struct sr_predictions *predictions)
{
    const size_t count = predictions->count, classes = (size_t)predictions->classes;
    *conformal = (struct sr_conformal){.classes = predictions->classes, .count = count};
    if (!count) return;
    uint64_t *matrix = sr_xalloc(classes * classes * sizeof *matrix);
    double *all = sr_xalloc(classes * sizeof *all);
    struct scored *scored = sr_xalloc(count * sizeof *scored);
    conformal->shares = sr_xalloc(classes * classes * sizeof *conformal->shares);
    conformal->scores = sr_xalloc(count * sizeof *conformal->scores);
    conformal->labels = sr_xalloc(count);
    sr_confusion(predictions, matrix); /* [true][predicted] */
    for (size_t t = 0; t < classes; t++)
        for (size_t p = 0; p < classes; p++) all[p] += (double)matrix[t * classes + p];
    for (size_t p = 0; p < classes; p++)
        for (size_t t = 0; t < classes; t++)
            conformal->shares[p * classes + t] =
                (float)share_of((double)matrix[t * classes + p], all[p], (int)classes);
    for (size_t i = 0; i < count; i++) {
        const size_t t = predictions->truth[i], p = predictions->predicted[i];
        double others = share_of((double)matrix[t * classes + p] - 1, all[p] - 1, (int)classes);
        scored[i] = (struct scored){
            score_of((double)predictions->probabilities[i * classes + t], others), (uint8_t)t};
    }
    qsort(scored, count, sizeof *scored, by_score);
    for (size_t i = 0; i < count; i++) {
        conformal->scores[i] = scored[i].score;
        conformal->labels[i] = scored[i].label;
    }
    free(matrix);
    free(all);
    free(scored);
}

void sr_conformal_fini(struct sr_conformal *conformal)
{
    free(conformal->shares);
    free(conformal->scores);
    free(conformal->labels);
    *conformal = (struct sr_conformal){0};
}

/* ceil((n + 1) × coverage), where rounding does not make 1 more of a whole number. */
static double rank_of(size_t count, double coverage)
{
    return fmax(1, ceil(((double)count + 1) * coverage - 1e-9));
}

void sr_conformal_thresholds(const struct sr_conformal *conformal, double coverage, bool by_class,
                             double *thresholds)
{
    const size_t count = conformal->count;
    double rank = rank_of(count, coverage);
    double common = rank <= (double)count ? (double)conformal->scores[(size_t)rank - 1] : INFINITY;
    for (int c = 0; c < conformal->classes; c++) thresholds[c] = common;
    for (int c = 0; by_class && c < conformal->classes; c++) {
        size_t own = 0, seen = 0;
        for (size_t i = 0; i < count; i++) own += conformal->labels[i] == c;
        rank = rank_of(own, coverage);
        if (rank > (double)own) continue;
        for (size_t i = 0; i < count && (double)seen < rank; i++) {
            if (conformal->labels[i] != c) continue;
            seen++;
            thresholds[c] = (double)conformal->scores[i];
        }
    }
}

size_t sr_conformal_set(const struct sr_conformal *conformal, const double *thresholds,
                        const float *probabilities, bool *members)
{
    const int classes = conformal->classes;
    const int best = sr_predicted_class(probabilities, classes);
    const float *shares = conformal->shares + (size_t)best * (size_t)classes;
    size_t size = 0;
    for (int c = 0; c < classes; c++) {
        double score = (double)score_of((double)probabilities[c], (double)shares[c]);
        members[c] = score <= thresholds[c];
        size += members[c];
    }
    if (size) return size;
    members[best] = true;
    return 1;
}

void sr_coverage(struct sr_coverage *coverage, const uint16_t *sizes, const bool *held,
                 const uint8_t *truth, size_t count, int classes)
{
    const double z = 1.959964;
    double holds = 0, sum = 0, squares = 0, n = (double)count;
    *coverage = (struct sr_coverage){0};
    for (size_t i = 0; i < count; i++) {
        double size = sizes[i];
        holds += held[i];
        sum += size;
        squares += size * size;
        coverage->per_class[truth[i]].support++;
        coverage->per_class[truth[i]].coverage += held[i];
        coverage->per_class[truth[i]].size += size;
    }
    coverage->coverage = count ? holds / n : NAN;
    sr_wilson(holds, n, z, &coverage->low, &coverage->high);
    coverage->size = count ? sum / n : NAN;
    double deviation = count > 1 ? sqrt(fmax(squares - sum * sum / n, 0) / (n - 1)) : NAN, reach;
    reach = z * deviation / sqrt(n);
    coverage->size_low = fmax(coverage->size - reach, 1);
    coverage->size_high = coverage->size + reach;
    for (int c = 0; c < classes; c++) {
        double own = (double)coverage->per_class[c].support;
        sr_wilson(coverage->per_class[c].coverage, own, z, &coverage->per_class[c].low,
                  &coverage->per_class[c].high);
        coverage->per_class[c].coverage = own > 0 ? coverage->per_class[c].coverage / own : NAN;
        coverage->per_class[c].size = own > 0 ? coverage->per_class[c].size / own : NAN;
    }
}
