/* evaluation.c - see evaluation.h. */
#include "sartor/eval/evaluation.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/eval/significance.h"

enum sr_status sr_predictions_init(struct sr_predictions *predictions,
                                   const struct sr_samples *samples, int classes,
                                   struct sr_error *error)
{
    const size_t count = samples->count;
    *predictions = (struct sr_predictions){.count = count, .classes = classes};
    predictions->rows = sr_array_raw(count, sizeof(uint32_t), "predictions", error);
    predictions->truth = sr_array_raw(count, 1, "predictions", error);
    predictions->predicted = sr_array_new(count, 1, "predictions", error);
    predictions->probabilities =
        sr_array_new(count, (size_t)classes * sizeof(float), "predictions", error);
    if (!predictions->rows || !predictions->truth || !predictions->predicted ||
        !predictions->probabilities) {
        sr_predictions_fini(predictions);
        return SR_ERROR_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        predictions->rows[i] = sr_samples_row(samples, i);
        predictions->truth[i] = (uint8_t)sr_samples_label(samples, i);
    }
    return SR_OK;
}

int sr_predicted_class(const float *probabilities, int classes)
{
    int best = 0;
    for (int c = 1; c < classes; c++)
        if (probabilities[c] > probabilities[best]) best = c;
    return best;
}

void sr_predictions_finish(struct sr_predictions *predictions)
{
    const float *row = predictions->probabilities;
    for (size_t i = 0; i < predictions->count; i++, row += predictions->classes)
        predictions->predicted[i] = (uint8_t)sr_predicted_class(row, predictions->classes);
}

void sr_predictions_fini(struct sr_predictions *predictions)
{
    free(predictions->rows);
    free(predictions->truth);
    free(predictions->predicted);
    free(predictions->probabilities);
    *predictions = (struct sr_predictions){0};
}

struct sr_predictions sr_predictions_part(const struct sr_predictions *all, const bool *chosen,
                                          bool wanted)
{
    const size_t classes = (size_t)all->classes;
    struct sr_predictions part = {.classes = all->classes,
                                  .rows = sr_xalloc((all->count + 1) * sizeof *part.rows),
                                  .truth = sr_xalloc(all->count + 1),
                                  .predicted = sr_xalloc(all->count + 1),
                                  .probabilities =
                                      sr_xalloc((all->count * classes + 1) * sizeof(float))};
    for (size_t i = 0; i < all->count; i++) {
        if (chosen[i] != wanted) continue;
        const size_t to = part.count++;
        part.rows[to] = all->rows[i];
        part.truth[to] = all->truth[i];
        part.predicted[to] = all->predicted[i];
        memcpy(part.probabilities + to * classes, all->probabilities + i * classes,
               classes * sizeof(float));
    }
    return part;
}

size_t sr_predictions_find(const struct sr_predictions *predictions, uint32_t row)
{
    size_t low = 0, high = predictions->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (predictions->rows[middle] < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low < predictions->count && predictions->rows[low] == row ? low : SIZE_MAX;
}

void sr_confusion(const struct sr_predictions *predictions, uint64_t *matrix)
{
    const size_t classes = (size_t)predictions->classes;
    memset(matrix, 0, classes * classes * sizeof *matrix);
    for (size_t i = 0; i < predictions->count; i++)
        matrix[predictions->truth[i] * classes + predictions->predicted[i]]++;
}

static double ratio(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

void sr_metrics_from_matrix(const uint64_t *matrix, int classes, struct sr_class_metrics *metrics)
{
    for (int c = 0; c < classes; c++) {
        uint64_t hits = matrix[(size_t)c * (size_t)classes + (size_t)c], truths = 0, guesses = 0;
        for (int other = 0; other < classes; other++) {
            truths += matrix[(size_t)c * (size_t)classes + (size_t)other];
            guesses += matrix[(size_t)other * (size_t)classes + (size_t)c];
        }
        metrics[c] = (struct sr_class_metrics){
            .support = truths,
            .precision = ratio((double)hits, (double)guesses),
            .recall = ratio((double)hits, (double)truths),
            .f1 = ratio(2 * (double)hits, (double)(truths + guesses)), /* = 2pr / (p + r) */
        };
    }
}

void sr_wilson(double successes, double count, double z, double *low, double *high)
{
    if (!(count > 0)) {
        *low = 0;
        *high = 1;
        return;
    }
    const double share = successes / count, squared = z * z / count;
    const double middle = share + squared / 2;
    const double reach = z * sqrt((share * (1 - share) + squared / 4) / count);
    *low = fmax(0, (middle - reach) / (1 + squared));
    *high = fmin(1, (middle + reach) / (1 + squared));
}

/* Does a class occur, as truth or as a prediction? */
static bool occurs(const uint64_t *matrix, int classes, int label)
{
    const size_t n = (size_t)classes, c = (size_t)label;
    for (size_t i = 0; i < n; i++)
        if (matrix[c * n + i] || matrix[i * n + c]) return true;
    return false;
}

void sr_macro_metrics(const uint64_t *matrix, int classes, const struct sr_class_metrics *metrics,
                      struct sr_class_metrics *mean)
{
    *mean = (struct sr_class_metrics){0};
    for (int c = 0; c < classes; c++) {
        if (!occurs(matrix, classes, c)) continue;
        mean->support++;
        mean->precision += metrics[c].precision;
        mean->recall += metrics[c].recall;
        mean->f1 += metrics[c].f1;
    }
    const double there = (double)mean->support;
    mean->precision = ratio(mean->precision, there);
    mean->recall = ratio(mean->recall, there);
    mean->f1 = ratio(mean->f1, there);
}

double sr_log_loss(double probability)
{
    return -log(fmin(1, fmax(SR_PROBABILITY_LEAST, probability)));
}

void sr_evaluate(struct sr_evaluation *evaluation, const struct sr_predictions *predictions)
{
    const int classes = predictions->classes;
    memset(evaluation, 0, sizeof *evaluation);
    evaluation->count = predictions->count;
    evaluation->classes = classes;
    uint64_t *matrix = sr_xalloc((size_t)classes * (size_t)classes * sizeof *matrix);
    sr_confusion(predictions, matrix);
    sr_metrics_from_matrix(matrix, classes, evaluation->per_class);
    struct sr_class_metrics mean;
    double hits = 0, loss = 0;
    sr_macro_metrics(matrix, classes, evaluation->per_class, &mean);
    evaluation->macro_precision = mean.precision;
    evaluation->macro_recall = mean.recall;
    evaluation->macro_f1 = mean.f1;
    for (int c = 0; c < classes; c++)
        hits += (double)matrix[(size_t)c * (size_t)classes + (size_t)c];
    for (size_t i = 0; i < predictions->count; i++) {
        const double p =
            (double)predictions->probabilities[i * (size_t)classes + predictions->truth[i]];
        loss += sr_log_loss(p);
        evaluation->clipped += p < SR_PROBABILITY_LEAST;
    }
    const double count = (double)predictions->count;
    evaluation->accuracy = predictions->count ? hits / count : NAN;
    evaluation->loss = predictions->count ? loss / count : NAN;
    evaluation->clipped_loss =
        ratio(-log(SR_PROBABILITY_LEAST) * (double)evaluation->clipped, count);
    sr_wilson(hits, count, 1.959964, &evaluation->accuracy_low, &evaluation->accuracy_high);
    struct sr_reliability reliability;
    sr_reliability(&reliability, predictions);
    evaluation->calibration_error = predictions->count ? reliability.ece : NAN;
    evaluation->calibration_bias = reliability.bias;
    evaluation->top2_accuracy = predictions->count ? sr_top_accuracy(predictions, 2) : NAN;
    free(matrix);
}
