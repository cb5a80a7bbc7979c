/* cache.h - decoded data sets kept in the cache folder, so that opening the same files again takes
 * no decoding. Private to data/.
 *
 * A set is found by what all its files are called and hold, and by how it is opened. Their content
 * need not be read for it as long as their names, sizes, inodes and times of change (in
 * nanoseconds) are those of a set that was found before: a note of them leads to it. Pixels are
 * mapped, not read. What cannot be kept or read is simply decoded. */
#ifndef SARTOR_DATA_CACHE_H
#define SARTOR_DATA_CACHE_H

#include "internal.h"

struct cache_key {
    char names[33];  /* of form, way of opening, names and sizes of all files */
    char stamps[33]; /* of their inodes and times, too */
};
void cache_key(const struct loading *loading, const char *form, struct cache_key *key);
/* Fill the data set, all but its path and name; false when it is not there as it was written. */
bool cache_load(const struct cache_key *key, const struct loading *loading);
/* Keep it, and remove those that have not been used for the longest time when there are more than
 * 8 GB of them. */
void cache_save(const struct cache_key *key, const struct loading *loading);

#endif
