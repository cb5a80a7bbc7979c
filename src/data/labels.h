/* labels.h - from what a form says of each image to the numbers of classes. Private to data/. */
#ifndef SARTOR_DATA_LABELS_H
#define SARTOR_DATA_LABELS_H

#include "internal.h"

/* One number for each row of the train file, then of the test file. Those within 0..255 are the
 * labels; others are numbered in their order, and name their classes. */
enum sr_status labels_from_numbers(struct sr_dataset *dataset, const int64_t *numbers,
                                   struct sr_error *error);

/* A set of names, each once. */
struct label_names {
    char *names[SR_CLASSES_MAX];
    int count;
};
/* The position of a name, which is added when it is new; -1 when there are too many. */
int label_names_add(struct label_names *names, const char *name, size_t length);
/* Sort them by their bytes, or, when that is allowed and all are numbers, by these; `place[i]` is
 * where the name at position i has come to. */
void label_names_sort(struct label_names *names, bool numbers, uint8_t place[SR_CLASSES_MAX]);
/* They become the names of the data set's classes, in their order. `what` is for sentences. */
enum sr_status label_names_use(const struct label_names *names, struct sr_dataset *dataset,
                               const char *what, struct sr_error *error);
void label_names_fini(struct label_names *names);

#endif
