/* internal.h - the rows of the table, and what follows a load. Private to data/. */
#ifndef SARTOR_DATA_INTERNAL_H
#define SARTOR_DATA_INTERNAL_H

#include "sartor/data/formats.h"

extern const struct sr_format sr_format_idx;

/* What holds for every data set, once a format has filled it: checks, digest, name, classes. */
enum sr_status dataset_settle(struct sr_dataset *dataset, struct sr_error *error);

#endif
