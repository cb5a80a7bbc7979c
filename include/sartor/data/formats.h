/* formats.h - the forms in which data sets are kept: a table with a row, and a file, for each.
 *
 * sr_dataset_load asks every row whether it recognises what is to be opened and loads by the one
 * that is surest. A row fills in images and labels, and class names where its form has them; what
 * holds for every data set is checked and added by sr_dataset_load. A row keeps no state: any
 * thread may call. */
#ifndef SARTOR_DATA_FORMATS_H
#define SARTOR_DATA_FORMATS_H

#include "sartor/base/error.h"
#include "sartor/base/monitor.h"
#include "sartor/data/dataset.h"

/* What is to be opened. */
struct sr_opening {
    const char *path;                 /* a folder or a file */
    const struct sr_monitor *monitor; /* may cancel, and is told of progress; NULL for none */
};

enum sr_likeness {
    SR_LIKE_NOTHING,
    SR_LIKE_NAMES,   /* it has the names of files that the form uses, but not their content */
    SR_LIKE_CONTENT, /* its content begins as the form does */
};

struct sr_format {
    const char *name; /* "IDX" */
    /* Looks at as little as it needs. What cannot be read is like nothing; loading says why. */
    enum sr_likeness (*recognise)(const struct sr_opening *opening);
    /* Fills files[] of a data set that is zero but for its path, and classes with class_names
     * where the form has them. The train file must get images and labels, as many of one as of
     * the other; the test file may stay empty. The caller frees all of it on a failure. */
    enum sr_status (*load)(const struct sr_opening *opening, struct sr_dataset *dataset,
                           struct sr_error *error);
};

/* NULL at the end. */
extern const struct sr_format *const sr_formats[];

/* The row that is surest of it, the first one of equals; NULL when it is like nothing. */
const struct sr_format *sr_format_find(const struct sr_opening *opening);

#endif
