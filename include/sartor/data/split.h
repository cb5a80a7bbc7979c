/* split.h - which rows are trained on, which validate, which test.
 *
 * The validation rows are those of the validation part that the data came with, else a stratified
 * draw from the train file, by a seed of their own that model files record; the rest train. Both
 * lists ascend. */
#ifndef SARTOR_DATA_SPLIT_H
#define SARTOR_DATA_SPLIT_H

#include "sartor/base/error.h"
#include "sartor/data/dataset.h"
#include <stdint.h>

enum sr_split_name {
    SR_SPLIT_TRAIN,
    SR_SPLIT_VALIDATION,
    SR_SPLIT_TEST,
    SR_SPLIT_COUNT,
    SR_SPLIT_PICTURES = SR_SPLIT_COUNT, /* one's own pictures, which nothing is judged on */
    SR_SPLIT_ALL
};
/* The one that a model is judged on unless another is asked for: the test file is read on request
 * only. */
#define SR_SPLIT_DEFAULT SR_SPLIT_VALIDATION
extern const char
    *const sr_split_names[SR_SPLIT_ALL]; /* "train", "validation", "test", "pictures" */
/* The file that a split's rows are of. */
enum sr_file sr_split_file(enum sr_split_name name);

struct sr_split {
    double fraction; /* of the train file that validates, asked for: 1/12 by default, 0 for none */
    uint64_t seed;
    uint32_t *rows[2]; /* of the train file: train, validation */
    size_t counts[2];
};

/* `fraction` in [0, 0.9]: of each class c, round(fraction × n_c) rows, at least one
 * where a class has two or more and fraction > 0, and never all of them. `limit` > 0 keeps
 * a stratified `limit` of the training rows (all when there are fewer); a smaller limit keeps a
 * part of what a larger one keeps, and the validation rows do not depend on it. A validation part
 * that the data came with is taken for any fraction > 0. Of a set with decisions the split is drawn
 * as without them; then rows that are left out are taken away. */
enum sr_status sr_split_make(struct sr_split *split, const struct sr_dataset *dataset,
                             double fraction, uint64_t seed, size_t limit, struct sr_error *error);
void sr_split_fini(struct sr_split *split);
/* The rows of a split as a view; valid while data set and split are. */
struct sr_samples sr_split_samples(const struct sr_dataset *dataset, const struct sr_split *split,
                                   enum sr_split_name name);

#endif
