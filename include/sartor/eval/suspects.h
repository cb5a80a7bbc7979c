/* suspects.h - samples whose label may be wrong, by the predictions of models that were not trained
 * on them.
 *
 * Confident learning (Northcutt, Jiang and Chuang, 2021): a class's threshold is the mean
 * probability that its own samples get for it; a sample is a suspect when, of the classes whose
 * threshold it reaches, the likeliest is not its label. Ranked by normalised margin, p(label) less
 * the largest other p: the lowest first. Many suspects have the right label; a person has to
 * decide. */
#ifndef SARTOR_EVAL_SUSPECTS_H
#define SARTOR_EVAL_SUSPECTS_H

#include "sartor/eval/evaluation.h"

struct sr_suspect {
    uint32_t row;
    uint8_t label, suggested;
    float own, other; /* probabilities of the label and of the class suggested */
    float margin;     /* own less the largest other: -1 to 1 */
};

/* Into `suspects`, which has room for predictions->count; how many there are. The predictions must
 * come from models that were not trained on these samples. */
size_t sr_suspects_find(const struct sr_predictions *predictions, struct sr_suspect *suspects);

#endif
