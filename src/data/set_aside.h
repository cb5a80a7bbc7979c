/* set_aside.h - a test part for data that has none. Private to data/. */
#ifndef SARTOR_DATA_SET_ASIDE_H
#define SARTOR_DATA_SET_ASIDE_H

#include "sartor/data/dataset.h"

/* Of each class, a sixth of the rows that are no validation part, rounded, at least one where the
 * class has three or more; in all at least one. Drawn by the seed; the order of rows stays. Notes
 * it, and the classes that have no row to spare. */
enum sr_status set_aside(struct sr_dataset *dataset, uint64_t seed, struct sr_error *error);

#endif
