/* array_set.h - the parts of a data set that come as arrays, and a data set made of them. Private
 * to data/. */
#ifndef SARTOR_DATA_ARRAY_SET_H
#define SARTOR_DATA_ARRAY_SET_H

#include "array.h"
#include "internal.h"

enum part { PART_TRAIN, PART_VALIDATION, PART_TEST, PART_COUNT };
extern const char *const part_names[PART_COUNT]; /* "train", "validation", "test" */

/* The part that a word of a file's or folder's name stands for ("train", "t10k", "val"), of
 * `length` bytes; -1 for none. */
int part_find(const char *word, size_t length);

struct array_set {
    struct array images[PART_COUNT], labels[PART_COUNT]; /* bytes_each is 0 where there is none */
    char *image_names[PART_COUNT], *label_names[PART_COUNT]; /* for sentences */
    bool first_column; /* labels have several columns, of which the first is the class */
    bool transposed;   /* rows and columns are to be exchanged */
};

void array_set_fini(struct array_set *set);
bool array_set_images(const struct array_set *set); /* has any part images? */

/* Images, labels (classes by number), validation and fitting of the data set. Contents move out of
 * the set. */
enum sr_status array_set_fill(struct array_set *set, struct loading *loading,
                              struct sr_error *error);

#endif
