/* folds.h - rows dealt out for cross-validation: each fold is predicted by a model trained on the
 * others.
 *
 * Stratified: the folds hold equally many rows of every class, and equally many in all, to within
 * one. A struct belongs to one thread at a time. */
#ifndef SARTOR_DATA_FOLDS_H
#define SARTOR_DATA_FOLDS_H

#include "sartor/base/error.h"
#include "sartor/data/images.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SR_FOLDS_MAX = 20 };

struct sr_folds {
    int count;
    uint32_t *rows; /* all that are dealt out, ascending */
    uint8_t *of;    /* the fold of each */
    size_t row_count;
    int rarest; /* class with the fewest rows, of those that have any; the lower of equals */
    size_t rarest_count;
};

/* Deal out `rows` (copied, ascending) of an image file to 2..SR_FOLDS_MAX folds. The same rows and
 * seed give the same folds. A class may have fewer rows than there are folds: see `rarest_count`.
 */
enum sr_status sr_folds_make(struct sr_folds *folds, const struct sr_images *images,
                             const uint32_t *rows, size_t row_count, int count, uint64_t seed,
                             struct sr_error *error);
void sr_folds_fini(struct sr_folds *folds);

/* Rows of one fold (`held_out`), or of all others, ascending, into `rows`, which has room for
 * row_count; how many. */
size_t sr_folds_take(const struct sr_folds *folds, int fold, bool held_out, uint32_t *rows);

#endif
