/* suspects.h - samples whose label may be wrong, by the predictions of models that were not trained
 * on them.
 *
 * Confident learning (Northcutt, Jiang and Chuang, 2021): a class's threshold is the mean
 * probability that its own samples get for it; of the classes whose threshold a sample reaches, the
 * likeliest is the one it is counted for. The confident joint counts a sample off its diagonal when
 * that is not its label, nor the likeliest class of all its label. How many those are is how many
 * suspects there are; which, the rule decides. Ranked by normalised margin, p(label) less the
 * largest p: the lowest first. Many suspects have the right label; a person has to decide.
 *
 * The mean of a few probabilities says nothing: classes with fewer than SR_SUSPECTS_ROWS_MIN
 * samples are left out. Their samples are no suspects, and they are suggested for none. */
#ifndef SARTOR_EVAL_SUSPECTS_H
#define SARTOR_EVAL_SUSPECTS_H

#include "sartor/eval/evaluation.h"

enum { SR_SUSPECTS_ROWS_MIN = 10 }; /* usual */

/* Margin: those with the lowest margin of all samples; the likeliest class is suggested. Joint:
 * those that the joint counts, the class they are counted for is suggested. With 2 % of the labels
 * of Fashion-MNIST changed, a list of the same length holds more of them by margin. */
enum sr_suspects_rule { SR_SUSPECTS_MARGIN, SR_SUSPECTS_JOINT, SR_SUSPECTS_RULE_COUNT };
extern const char *const sr_suspects_rule_names[SR_SUSPECTS_RULE_COUNT]; /* "margin", "joint" */

struct sr_suspect {
    uint32_t row;
    uint8_t label, suggested;
    float own, other; /* probabilities of the label and of the class suggested */
    float margin;     /* own less the largest other: -1 to 0 */
};

/* Into `suspects`, which has room for predictions->count; how many there are. The predictions must
 * come from models that were not trained on these samples. */
size_t sr_suspects_find(const struct sr_predictions *predictions, enum sr_suspects_rule rule,
                        size_t rows_min, struct sr_suspect *suspects);

/* Samples of each class, into `counts` with room for predictions->classes. */
void sr_suspects_count_rows(const struct sr_predictions *predictions, size_t *counts);

#endif
