#include "sartor/eval/suspects.h"

#include <math.h>
#include <stdlib.h>

/* Mean probability of a class among its own samples; above any probability where it has none. */
static void find_thresholds(const struct sr_predictions *predictions, double *thresholds)
{
    double sums[SR_CLASSES_MAX] = {0};
    size_t counts[SR_CLASSES_MAX] = {0};
    const size_t classes = (size_t)predictions->classes;
    for (size_t i = 0; i < predictions->count; i++) {
        const size_t label = predictions->truth[i];
        sums[label] += (double)predictions->probabilities[i * classes + label];
        counts[label]++;
    }
    for (size_t c = 0; c < classes; c++)
        thresholds[c] = counts[c] ? sums[c] / (double)counts[c] : INFINITY;
}

static int most_suspect_first(const void *a, const void *b)
{
    const struct sr_suspect *x = a, *y = b;
    if (x->margin < y->margin || x->margin > y->margin) return x->margin < y->margin ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

size_t sr_suspects_find(const struct sr_predictions *predictions, struct sr_suspect *suspects)
{
    double thresholds[SR_CLASSES_MAX];
    const size_t classes = (size_t)predictions->classes;
    size_t count = 0;
    find_thresholds(predictions, thresholds);
    for (size_t i = 0; i < predictions->count; i++) {
        const float *p = predictions->probabilities + i * classes;
        const size_t label = predictions->truth[i];
        size_t likeliest = SIZE_MAX;
        float largest = 0;
        for (size_t c = 0; c < classes; c++) {
            if (c != label && p[c] > largest) largest = p[c];
            if ((double)p[c] >= thresholds[c] && (likeliest == SIZE_MAX || p[c] > p[likeliest]))
                likeliest = c;
        }
        if (likeliest == SIZE_MAX || likeliest == label) continue;
        suspects[count++] = (struct sr_suspect){.row = predictions->rows[i],
                                                .label = (uint8_t)label,
                                                .suggested = (uint8_t)likeliest,
                                                .own = p[label],
                                                .other = p[likeliest],
                                                .margin = p[label] - largest};
    }
    qsort(suspects, count, sizeof *suspects, most_suspect_first);
    return count;
}
