/* internal.h - the loading of a data set: what formats are given and fill. Private to data/. */
#ifndef SARTOR_DATA_INTERNAL_H
#define SARTOR_DATA_INTERNAL_H

#include "sartor/data/dataset.h"
#include "tree.h"

/* One opening under way. */
struct loading {
    const struct sr_opening *opening;
    const struct tree *tree;
    /* Of a plain file that was opened by its name: that name; the tree is then its folder, since
     * other files beside it may belong to it. NULL: all of the tree is meant. */
    const char *only;
    struct sr_dataset *dataset;
    /* "" or "folder/": where the files lie in the tree, and labels.txt beside them. */
    char beside[TREE_PATH_MAX];
};

/* Another sentence for the data set's notes; those beyond SR_NOTES_MAX are left out. */
void dataset_note(struct sr_dataset *dataset, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What holds for every data set, once a format has filled it: checks, a test part, digest, name,
 * classes. */
enum sr_status dataset_settle(struct loading *loading, struct sr_error *error);

#endif
