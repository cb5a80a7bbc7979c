/* split.c - see split.h. */
#include "sartor/data/split.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/base/rng.h"

const char *const sr_split_names[SR_SPLIT_ALL] = {"train", "validation", "test", "pictures"};

enum sr_file sr_split_file(enum sr_split_name name)
{
    if (name == SR_SPLIT_PICTURES) return SR_FILE_PICTURES;
    return name == SR_SPLIT_TEST ? SR_FILE_TEST : SR_FILE_TRAIN;
}

enum { LEFT_OUT = SR_SPLIT_COUNT }; /* a row that the limit excludes */

/* How many validation rows a class of `count` gives. */
static size_t validation_share(double fraction, size_t count)
{
    if (fraction <= 0 || count < 2) return 0;
    size_t share = (size_t)lround(fraction * (double)count);
    if (share < 1) share = 1;
    return share < count ? share : count - 1; /* at least one stays for training */
}

/* Cut `available` down to `limit` in all, in proportion; what rounding down leaves over goes to the
 * largest remainders, of equal ones to the lower class. */
static void share_limit(size_t *available, int classes, size_t total, size_t limit)
{
    uint64_t remainders[SR_CLASSES_MAX];
    size_t given = 0;
    for (int c = 0; c < classes; c++) {
        unsigned __int128 product = (unsigned __int128)available[c] * limit;
        remainders[c] = (uint64_t)(product % total);
        available[c] = (size_t)(product / total);
        given += available[c];
    }
    for (; given < limit; given++) {
        int best = 0;
        for (int c = 1; c < classes; c++)
            if (remainders[c] > remainders[best]) best = c;
        available[best]++;
        remainders[best] = 0;
    }
}

/* Mark every row of the train file: of each class, shuffled by a stream of its own, first come the
 * validation rows, then the training rows, then those that the limit leaves out. So a smaller
 * limit keeps a part of what a larger one keeps. A validation part that the data came with is used
 * as it is. */
static enum sr_status mark_rows(uint8_t *marks, const struct sr_dataset *dataset, double fraction,
                                uint64_t seed, size_t limit, struct sr_error *error)
{
    const struct sr_images *train = &dataset->files[SR_FILE_TRAIN];
    size_t counts[SR_CLASSES_MAX] = {0}, held[SR_CLASSES_MAX], kept[SR_CLASSES_MAX], total = 0;
    uint32_t *rows = sr_array_raw(train->count, sizeof *rows, "rows of the split", error);
    if (!rows) return SR_ERROR_MEMORY;
    const bool given = dataset->validation && fraction > 0;
    const size_t drawn = given ? train->count - dataset->validation : train->count;
    memset(marks + drawn, SR_SPLIT_VALIDATION, train->count - drawn);
    for (size_t i = 0; i < drawn; i++) counts[train->labels[i]]++;
    for (int c = 0; c < dataset->classes; c++) {
        held[c] = given ? 0 : validation_share(fraction, counts[c]);
        kept[c] = counts[c] - held[c];
        total += kept[c];
    }
    if (limit > 0 && limit < total) share_limit(kept, dataset->classes, total, limit);
    for (int c = 0; c < dataset->classes; c++) {
        size_t n = 0;
        for (size_t i = 0; i < drawn; i++)
            if (train->labels[i] == c) rows[n++] = (uint32_t)i;
        struct sr_rng rng;
        sr_rng_init(&rng, seed, SR_STREAM_SPLIT, (uint64_t)c);
        sr_rng_shuffle(&rng, rows, n);
        for (size_t i = 0; i < n; i++)
            marks[rows[i]] = i < held[c]             ? SR_SPLIT_VALIDATION
                             : i < held[c] + kept[c] ? SR_SPLIT_TRAIN
                                                     : LEFT_OUT;
    }
    free(rows);
    return SR_OK;
}

enum sr_status sr_split_make(struct sr_split *split, const struct sr_dataset *dataset,
                             double fraction, uint64_t seed, size_t limit, struct sr_error *error)
{
    *split = (struct sr_split){.fraction = fraction, .seed = seed};
    if (!(fraction >= 0 && fraction <= 0.9))
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "a validation share of %g cannot be used; it is within 0..0.9",
                            fraction);
    size_t total = dataset->files[SR_FILE_TRAIN].count;
    uint8_t *marks = sr_array_new(total, 1, "marks of the split", error);
    enum sr_status status = marks ? mark_rows(marks, dataset->opened ? dataset->opened : dataset,
                                              fraction, seed, limit, error)
                                  : SR_ERROR_MEMORY;
    for (uint32_t i = 0; status == SR_OK && i < total; i++)
        if (sr_dataset_left_out(dataset, SR_FILE_TRAIN, i)) marks[i] = LEFT_OUT;
    for (int part = 0; part < 2 && status == SR_OK; part++) {
        for (size_t i = 0; i < total; i++) split->counts[part] += marks[i] == part;
        split->rows[part] =
            sr_array_raw(split->counts[part], sizeof(uint32_t), "rows of the split", error);
        if (!split->rows[part]) {
            status = SR_ERROR_MEMORY;
            break;
        }
        for (size_t i = 0, n = 0; i < total; i++)
            if (marks[i] == part) split->rows[part][n++] = (uint32_t)i;
    }
    free(marks);
    if (status != SR_OK) sr_split_fini(split);
    return status;
}

void sr_split_fini(struct sr_split *split)
{
    for (int part = 0; part < 2; part++) {
        free(split->rows[part]);
        split->rows[part] = NULL;
        split->counts[part] = 0;
    }
}

struct sr_samples sr_split_samples(const struct sr_dataset *dataset, const struct sr_split *split,
                                   enum sr_split_name name)
{
    const struct sr_images *images = &dataset->files[sr_split_file(name)];
    if (name >= SR_SPLIT_TEST) return sr_dataset_samples(dataset, sr_split_file(name));
    return (struct sr_samples){
        .images = images, .rows = split->rows[name], .count = split->counts[name]};
}
