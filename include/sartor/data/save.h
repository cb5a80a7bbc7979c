/* save.h - write a data set, or some rows of it, so that others can read it, and sartor can.
 *
 * What is written has the digest of what was open: the same images in the same order, the same
 * labels, the names of the classes in labels.txt. Any thread may call. */
#ifndef SARTOR_DATA_SAVE_H
#define SARTOR_DATA_SAVE_H

#include "sartor/data/dataset.h"

/* SR_SAVE_CHOICES is for a table of parameters. */
enum sr_save_form {
    SR_SAVE_IDX,      /* a folder of plain IDX files */
    SR_SAVE_PICTURES, /* PART/CLASS/ROW.png, in a folder or a .zip file */
    SR_SAVE_NUMPY,    /* x_train, y_train, ... in an .npz file */
};
#define SR_SAVE_CHOICES "idx pictures npz"

struct sr_saving {
    const struct sr_dataset *dataset;
    /* Ascending rows of each file; NULL: all. */
    const uint32_t *rows[SR_FILE_COUNT];
    size_t counts[SR_FILE_COUNT]; /* of `rows`, where these are given */
    enum sr_save_form form;
    const char *path; /* a folder that is not there yet or is empty, or a .npz or .zip file */
    const struct sr_monitor *monitor;
};

/* All of it or nothing: it is written beside its place, then renamed. */
enum sr_status sr_dataset_save(const struct sr_saving *saving, struct sr_error *error);

#endif
