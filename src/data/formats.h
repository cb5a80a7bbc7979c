/* formats.h - the forms in which data sets are kept: a table with a row, and a file, for each.
 *
 * sr_dataset_open asks every row whether it recognises what is to be opened and loads by the one
 * that is surest. A row fills in images and labels, and class names where its form has them; what
 * holds for every data set is checked and added by dataset_settle. A row keeps no state: any
 * thread may call. Private to data/. */
#ifndef SARTOR_DATA_FORMATS_H
#define SARTOR_DATA_FORMATS_H

#include "internal.h"

enum likeness {
    LIKE_NOTHING,
    LIKE_NAMES,    /* it has the names of files that the form uses, but not their content */
    LIKE_PICTURES, /* pictures that no table and no folders sort */
    LIKE_CONTENT,  /* its content begins as the form does */
};

struct format {
    const char *name; /* "IDX" */
    bool decodes;     /* loading takes long: what it makes is kept in the cache */
    /* Looks at as little as it needs. What cannot be read is like nothing; loading says why. */
    enum likeness (*recognise)(const struct loading *loading);
    /* Fills files[] of a data set that is zero but for its path, classes with class_names where
     * the form has them, validation, and fitting. The train file must get images, and labels
     * unless it is unlabelled; the test file may stay empty. The caller frees all of it on a
     * failure. */
    enum sr_status (*load)(struct loading *loading, struct sr_error *error);
};

extern const struct format format_idx, format_numpy, format_cifar, format_table, format_webdataset,
    format_csv, format_folders, format_loose;

/* NULL at the end. */
extern const struct format *const formats[];

/* The row that is surest of it, the first one of equals; NULL when it is like nothing. */
const struct format *format_find(const struct loading *loading);
/* The names of all of them, for a sentence. */
void format_list(char *text, size_t size);

#endif
