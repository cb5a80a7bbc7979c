/* classes.h - what the classes of a data set are called. Private to data/. */
#ifndef SARTOR_DATA_CLASSES_H
#define SARTOR_DATA_CLASSES_H

#include "internal.h"

/* Names for the labels of a data set that is otherwise loaded, by number: those that its form has
 * (class_names[label], NULL where there is no such class), else labels.txt beside its files, else
 * Fashion-MNIST's when it is that, else numbers. Labels become positions among the classes. */
enum sr_status classes_settle(struct loading *loading, bool fashion, struct sr_error *error);

/* The names of labels.txt, beside the files or at the top, each to be freed; none when there is no
 * such file. */
enum sr_status classes_read(const struct loading *loading, char **names, int *count,
                            struct sr_error *error);
/* The same of a file of the tree. */
enum sr_status classes_read_file(const struct loading *loading, size_t file, char **names,
                                 int *count, struct sr_error *error);
/* May a class be called so? `path` and `line` are for the sentence. */
bool classes_check_name(const char *name, const char *path, int line, struct sr_error *error);

#endif
