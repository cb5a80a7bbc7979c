/* classes.h - what the classes of a data set are called. Private to data/. */
#ifndef SARTOR_DATA_CLASSES_H
#define SARTOR_DATA_CLASSES_H

#include "sartor/data/dataset.h"

/* Fill classes and class_names, unless its form had names, of a data set whose images, labels,
 * path and `known` are set; check every label. */
enum sr_status classes_settle(struct sr_dataset *dataset, struct sr_error *error);

#endif
