#include "sartor/eval/suspects.h"

#include <math.h>
#include <stdlib.h>

const char *const sr_suspects_rule_names[SR_SUSPECTS_RULE_COUNT] = {"margin", "joint"};

void sr_suspects_count_rows(const struct sr_predictions *predictions, size_t *counts)
{
    for (int c = 0; c < predictions->classes; c++) counts[c] = 0;
    for (size_t i = 0; i < predictions->count; i++) counts[predictions->truth[i]]++;
}

/* Mean probability of a class among its own samples; above any probability where it has too few. */
static void find_thresholds(const struct sr_predictions *predictions, size_t rows_min,
                            double *thresholds)
{
    double sums[SR_CLASSES_MAX] = {0};
    size_t counts[SR_CLASSES_MAX];
    const size_t classes = (size_t)predictions->classes;
    sr_suspects_count_rows(predictions, counts);
    for (size_t i = 0; i < predictions->count; i++) {
        const size_t label = predictions->truth[i];
        sums[label] += (double)predictions->probabilities[i * classes + label];
    }
    for (size_t c = 0; c < classes; c++)
        thresholds[c] = counts[c] && counts[c] >= rows_min ? sums[c] / (double)counts[c] : INFINITY;
}

static int most_suspect_first(const void *a, const void *b)
{
    const struct sr_suspect *x = a, *y = b;
    if (x->margin < y->margin || x->margin > y->margin) return x->margin < y->margin ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

size_t sr_suspects_find(const struct sr_predictions *predictions, enum sr_suspects_rule rule,
                        size_t rows_min, struct sr_suspect *suspects)
{
    double thresholds[SR_CLASSES_MAX];
    const int classes = predictions->classes;
    size_t count = 0, joint = 0;
    find_thresholds(predictions, rows_min, thresholds);
    for (size_t i = 0; i < predictions->count; i++) {
        const float *p = predictions->probabilities + i * (size_t)classes;
        const int label = predictions->truth[i];
        int likeliest = -1, reached = -1;
        if (isinf(thresholds[label])) continue;
        for (int c = 0; c < classes; c++) {
            if (isinf(thresholds[c])) continue;
            if (likeliest < 0 || p[c] > p[likeliest]) likeliest = c;
            if ((double)p[c] >= thresholds[c] && (reached < 0 || p[c] > p[reached])) reached = c;
        }
        if (likeliest == label) continue;
        const bool off_diagonal = reached >= 0 && reached != label;
        joint += off_diagonal;
        if (rule == SR_SUSPECTS_JOINT && !off_diagonal) continue;
        const int suggested = rule == SR_SUSPECTS_JOINT ? reached : likeliest;
        suspects[count++] = (struct sr_suspect){.row = predictions->rows[i],
                                                .label = (uint8_t)label,
                                                .suggested = (uint8_t)suggested,
                                                .own = p[label],
                                                .other = p[suggested],
                                                .margin = p[label] - p[likeliest]};
    }
    qsort(suspects, count, sizeof *suspects, most_suspect_first);
    return joint;
}
