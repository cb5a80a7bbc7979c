/* cache.h - decoded data sets kept in the cache folder, so that opening the same files again takes
 * no decoding. Private to data/.
 *
 * A set is found by the names, sizes, inodes and times of change of all its files, and by how it
 * is opened: files that are changed or replaced are decoded anew. Its pixels are mapped, not read.
 * What cannot be kept or read is simply decoded. */
#ifndef SARTOR_DATA_CACHE_H
#define SARTOR_DATA_CACHE_H

#include "internal.h"

/* The name of the set within the cache folder. */
enum { CACHE_KEY = 40 };
void cache_key(const struct loading *loading, const char *form, char key[CACHE_KEY]);
/* Fill the data set, all but its path and name; false when it is not there as it was written. */
bool cache_load(const char *key, struct sr_dataset *dataset);
/* Keep it, and remove those that have not been used for the longest time when there are more than
 * 8 GB of them. */
void cache_save(const char *key, const struct sr_dataset *dataset);

#endif
