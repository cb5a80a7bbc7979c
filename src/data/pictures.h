/* pictures.h - a data set made of picture files, decoded by all threads. Private to data/. */
#ifndef SARTOR_DATA_PICTURES_H
#define SARTOR_DATA_PICTURES_H

#include "array_set.h"
#include "internal.h"

/* One image to be: a file of the tree, what it shows, and the part that it belongs to. */
struct picture_row {
    uint32_t file;
    uint8_t label, part;
};

struct picture_list {
    struct picture_row *rows; /* those of each part in their order */
    size_t count, room;
};

void picture_list_add(struct picture_list *list, size_t file, int label, enum part part);
void picture_list_fini(struct picture_list *list);

/* Decode and fit all of them, in the order train, validation, test, as the opening wishes; labels,
 * validation and fitting are set, the names of classes are the caller's. Pictures that cannot be
 * read are refused, with their number and the first one's reason, or left out when skipping. */
enum sr_status pictures_load(struct loading *loading, struct picture_list *list,
                             struct sr_error *error);

/* May this file of a tree be a picture? By its name's ending; one without any ending is looked
 * into. */
bool pictures_like(const struct tree *tree, size_t file);
/* Do the files' first bytes say so, of the first of them that pictures_like allows? */
bool pictures_probe(const struct tree *tree, size_t file);

#endif
