/* kept.h - files that only save time, all that are alike in a folder of their own, and how many of
 * them stay.
 *
 * The time of change of such a file is when it was used last. Whatever cannot be listed or removed
 * stays. Any thread may call; of two programs at once each may remove a few more than it had to. */
#ifndef SARTOR_BASE_KEPT_H
#define SARTOR_BASE_KEPT_H

#include <stdint.h>

/* The file was used now. */
void sr_kept_used(const char *path);
/* Remove the files with this ending (".set") that were used the longest ago, until the others have
 * no more than `most` bytes together. */
void sr_kept_bound(const char *folder, const char *extension, uint64_t most);

#endif
