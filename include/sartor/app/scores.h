/* scores.h - the quality, effort and cost of a model: the columns of every comparison.
 *
 * Commands, the Compare pane, figures and a study's report take names, titles and formats from this
 * one list. Only the session's thread may call. */
#ifndef SARTOR_APP_SCORES_H
#define SARTOR_APP_SCORES_H

#include "sartor/app/session.h"
#include "sartor/eval/costs.h"

enum sr_score {
    SR_SCORE_ACCURACY,
    SR_SCORE_ACCURACY_LOW,
    SR_SCORE_ACCURACY_HIGH,
    SR_SCORE_MACRO_F1,
    SR_SCORE_LOSS,
    SR_SCORE_CLIPPED,
    SR_SCORE_CALIBRATION,
    SR_SCORE_BIAS,
    SR_SCORE_BEFORE,
    SR_SCORE_COVERAGE,
    SR_SCORE_SET_SIZE,
    SR_SCORE_TOP2,
    SR_SCORE_MACRO_PRECISION,
    SR_SCORE_MACRO_RECALL,
    SR_SCORE_TRAIN_COUNT,
    SR_SCORE_FIT_SECONDS,
    SR_SCORE_SPEED,
    SR_SCORE_FIT_MEMORY,
    SR_SCORE_PARAMETERS,
    SR_SCORE_BYTES,
    SR_SCORE_COST,
    SR_SCORE_MEAN_COST,
    SR_SCORE_DECIDED_COST,
    SR_SCORE_LOOKS,
    SR_SCORE_COUNT,
};
struct sr_score_kind {
    /* In JSON and CSV: "macro_f1". */
    const char *name;
    /* Over a column: "macro F1". */
    const char *title;
    enum sr_score_format {
        SR_FORMAT_SHARE,  /* 91.23 % */
        SR_FORMAT_NUMBER, /* 0.2543 */
        SR_FORMAT_SECONDS,
        SR_FORMAT_BYTES,
        SR_FORMAT_COUNT,
    } format;
    enum sr_score_group {
        SR_GROUP_QUALITY,
        SR_GROUP_EFFORT, /* time, memory, size */
        SR_GROUP_COST,   /* of mistakes, by a cost table */
    } group;
    /* Smaller is better; with `size`, whatever the sign. */
    bool less, size;
    /* Left out first where a table has not enough room. */
    bool detail;
    /* What the ends of its interval are called in JSON and CSV (intervals.h); NULL: it has none, or
     * they are scores themselves. */
    const char *low, *high;
};
extern const struct sr_score_kind sr_score_kinds[SR_SCORE_COUNT];

/* All scores of an entry; NaN where one is not known: those of quality until the predictions of
 * `split` are there, those of cost when `costs` is NULL. */
void sr_scores(const struct sr_session *session, const struct sr_entry *entry,
               enum sr_split_name split, const struct sr_costs *costs,
               double scores[SR_SCORE_COUNT]);
/* Where two models were not trained alike, in brackets behind a blank: " (cnn was trained on 55,000
 * rows, svm on 2,000; svm stopped early)". Nothing is added where they were. */
void sr_scores_print_unlike(const struct sr_entry *first, const struct sr_entry *second,
                            struct sr_text *text);
/* One score as text, "–" where it is not known. */
void sr_score_print(enum sr_score score, double value, char *out, size_t size);

#endif
