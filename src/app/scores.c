#include "sartor/app/scores.h"

#include <math.h>
#include <stdio.h>
#include <sys/stat.h>

#include "sartor/app/trust.h"

#define ENDS(NAME) .low = NAME "_low", .high = NAME "_high"

const struct sr_score_kind sr_score_kinds[SR_SCORE_COUNT] = {
    [SR_SCORE_ACCURACY] = {"accuracy", "accuracy", SR_FORMAT_SHARE, SR_GROUP_QUALITY,
                           .less = false},
    [SR_SCORE_ACCURACY_LOW] = {"accuracy_low", "from", SR_FORMAT_SHARE, SR_GROUP_QUALITY,
                               .less = false},
    [SR_SCORE_ACCURACY_HIGH] = {"accuracy_high", "to", SR_FORMAT_SHARE, SR_GROUP_QUALITY,
                                .less = false},
    [SR_SCORE_MACRO_F1] = {"macro_f1", "macro F1", SR_FORMAT_NUMBER, SR_GROUP_QUALITY,
                           .less = false, ENDS("macro_f1")},
    [SR_SCORE_LOSS] = {"loss", "log loss", SR_FORMAT_NUMBER, SR_GROUP_QUALITY, .less = true,
                       ENDS("loss")},
    [SR_SCORE_CLIPPED] = {"loss_clipped", "of it below 1e-7", SR_FORMAT_NUMBER, SR_GROUP_QUALITY,
                          .less = true, .detail = true},
    [SR_SCORE_CALIBRATION] = {"calibration_error", "calib. error", SR_FORMAT_NUMBER,
                              SR_GROUP_QUALITY, .less = true, ENDS("calibration_error")},
    [SR_SCORE_BIAS] = {"calibration_bias", "calib. bias", SR_FORMAT_NUMBER, SR_GROUP_QUALITY,
                       .less = true, .size = true, .detail = true, ENDS("calibration_bias")},
    [SR_SCORE_BEFORE] = {"calibration_error_before", "as it came", SR_FORMAT_NUMBER,
                         SR_GROUP_QUALITY, .less = true, .detail = true},
    [SR_SCORE_COVERAGE] = {"coverage", "coverage", SR_FORMAT_SHARE, SR_GROUP_QUALITY,
                           .detail = true, ENDS("coverage")},
    [SR_SCORE_SET_SIZE] = {"set_size", "set size", SR_FORMAT_NUMBER, SR_GROUP_QUALITY, .less = true,
                           .detail = true, ENDS("set_size")},
    [SR_SCORE_TOP2] = {"top2_accuracy", "top 2", SR_FORMAT_SHARE, SR_GROUP_QUALITY, .detail = true,
                       ENDS("top2_accuracy")},
    [SR_SCORE_MACRO_PRECISION] = {"macro_precision", "macro precision", SR_FORMAT_NUMBER,
                                  SR_GROUP_QUALITY, .detail = true, ENDS("macro_precision")},
    [SR_SCORE_MACRO_RECALL] = {"macro_recall", "macro recall", SR_FORMAT_NUMBER, SR_GROUP_QUALITY,
                               .detail = true, ENDS("macro_recall")},
    [SR_SCORE_TRAIN_COUNT] = {"train_count", "trained on", SR_FORMAT_COUNT, SR_GROUP_EFFORT,
                              .less = false},
    [SR_SCORE_FIT_SECONDS] = {"fit_seconds", "fit", SR_FORMAT_SECONDS, SR_GROUP_EFFORT,
                              .less = true},
    [SR_SCORE_SPEED] = {"predictions_per_second", "images/s", SR_FORMAT_COUNT, SR_GROUP_EFFORT,
                        .less = false},
    [SR_SCORE_FIT_MEMORY] = {"fit_memory", "fit memory", SR_FORMAT_BYTES, SR_GROUP_EFFORT,
                             .less = true},
    [SR_SCORE_PARAMETERS] = {"parameters", "parameters", SR_FORMAT_COUNT, SR_GROUP_EFFORT,
                             .less = true},
    [SR_SCORE_BYTES] = {"bytes", "file", SR_FORMAT_BYTES, SR_GROUP_EFFORT, .less = true},
    [SR_SCORE_COST] = {"cost", "cost", SR_FORMAT_NUMBER, SR_GROUP_COST, .less = true},
    [SR_SCORE_MEAN_COST] = {"mean_cost", "cost an image", SR_FORMAT_NUMBER, SR_GROUP_COST,
                            .less = true},
    [SR_SCORE_DECIDED_COST] = {"mean_cost_decided", "by least cost", SR_FORMAT_NUMBER,
                               SR_GROUP_COST, .less = true},
    [SR_SCORE_LOOKS] = {"test_looks", "test uses", SR_FORMAT_COUNT, SR_GROUP_EFFORT, .less = true,
                        .detail = true},
};

void sr_scores(const struct sr_session *session, const struct sr_entry *entry,
               enum sr_split_name split, const struct sr_costs *costs,
               double scores[SR_SCORE_COUNT])
{
    const struct sr_predicted *predicted = sr_session_predicted(session, entry, split);
    const struct sr_model *model = entry->model;
    struct sr_coverage coverage;
    struct stat info;
    for (int s = 0; s < SR_SCORE_COUNT; s++) scores[s] = NAN;
    if (model) {
        if (model->train_count) { /* else it is from another program */
            scores[SR_SCORE_TRAIN_COUNT] = (double)model->train_count;
            scores[SR_SCORE_FIT_SECONDS] = model->fit_seconds;
        }
        if (model->fit_memory) scores[SR_SCORE_FIT_MEMORY] = (double)model->fit_memory;
        scores[SR_SCORE_PARAMETERS] = (double)model->class->size(model->state);
    }
    if (entry->path && stat(entry->path, &info) == 0) scores[SR_SCORE_BYTES] = (double)info.st_size;
    if (!predicted) return;
    const struct sr_evaluation *e = &predicted->evaluation;
    scores[SR_SCORE_ACCURACY] = e->accuracy;
    scores[SR_SCORE_ACCURACY_LOW] = e->accuracy_low;
    scores[SR_SCORE_ACCURACY_HIGH] = e->accuracy_high;
    scores[SR_SCORE_MACRO_PRECISION] = e->macro_precision;
    scores[SR_SCORE_MACRO_RECALL] = e->macro_recall;
    scores[SR_SCORE_MACRO_F1] = e->macro_f1;
    scores[SR_SCORE_LOSS] = e->loss;
    if (e->clipped) scores[SR_SCORE_CLIPPED] = e->clipped_loss;
    scores[SR_SCORE_CALIBRATION] = e->calibration_error;
    scores[SR_SCORE_BIAS] = e->calibration_bias;
    scores[SR_SCORE_BEFORE] = predicted->before.ece;
    if (sr_session_coverage(session, entry, split, &coverage)) {
        scores[SR_SCORE_COVERAGE] = coverage.coverage;
        scores[SR_SCORE_SET_SIZE] = coverage.size;
    }
    scores[SR_SCORE_TOP2] = e->top2_accuracy;
    if (predicted->seconds > 0) scores[SR_SCORE_SPEED] = (double)e->count / predicted->seconds;
    if (predicted->test_looks) scores[SR_SCORE_LOOKS] = (double)predicted->test_looks;
    if (!costs) return;
    struct sr_cost cost;
    sr_costs_apply(costs, &predicted->predictions, &cost);
    scores[SR_SCORE_COST] = cost.total;
    scores[SR_SCORE_MEAN_COST] = cost.mean;
    scores[SR_SCORE_DECIDED_COST] = cost.decided_mean;
}

void sr_scores_print_unlike(const struct sr_entry *first, const struct sr_entry *second,
                            struct sr_text *text)
{
    const struct sr_entry *both[2] = {first, second};
    const char *before = " (";
    char counts[2][32];
    for (int i = 0; i < 2; i++)
        sr_format_count(counts[i], sizeof *counts, both[i]->model->train_count);
    if (first->model->train_count && second->model->train_count &&
        first->model->train_count != second->model->train_count) {
        sr_text_printf(text, "%s%s was trained on %s rows, %s on %s", before, first->name,
                       counts[0], second->name, counts[1]);
        before = "; ";
    }
    for (int i = 0; i < 2; i++) {
        const char *ending = sr_model_ending(both[i]->model);
        if (!*ending) continue;
        sr_text_printf(text, "%s%s %s", before, both[i]->name, ending);
        before = "; ";
    }
    if (*before == ';') sr_text_add(text, ")");
}

void sr_score_print(enum sr_score score, double value, char *out, size_t size)
{
    if (!isfinite(value)) {
        snprintf(out, size, "–");
        return;
    }
    switch (sr_score_kinds[score].format) {
    case SR_FORMAT_SHARE:
        snprintf(out, size, "%.2f %%", value * 100);
        break;
    case SR_FORMAT_NUMBER:
        snprintf(out, size, value >= 100 ? "%.1f" : "%.4f", value);
        break;
    case SR_FORMAT_SECONDS:
        sr_format_seconds(out, size, value);
        break;
    case SR_FORMAT_BYTES:
        sr_format_bytes(out, size, value);
        break;
    case SR_FORMAT_COUNT:
        sr_format_count(out, size, (uint64_t)value);
        break;
    }
}
