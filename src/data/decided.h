/* decided.h - sets that are made of other ones. */
#ifndef DATA_DECIDED_H
#define DATA_DECIDED_H

#include "sartor/data/dataset.h"

/* Everything but the images, the name and what the set is made of; with the first reference. */
void dataset_copy_facts(struct sr_dataset *to, const struct sr_dataset *from);

#endif
