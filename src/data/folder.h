/* folder.h - all files below a folder of the file system. Private to data/. */
#ifndef SARTOR_DATA_FOLDER_H
#define SARTOR_DATA_FOLDER_H

#include "sartor/base/error.h"
#include <stdint.h>
#include <sys/stat.h>

enum { FOLDER_DEPTH_MAX = 16 };

/* One regular file: its path below the folder, which the callee takes over. */
typedef enum sr_status folder_visit(void *context, char *path, uint64_t size, uint64_t stamp,
                                    struct sr_error *error);

/* Links are followed, but not into a folder that they lie in. `depth` as in tree.h. What may not
 * be entered is left out, but for the folder itself. */
enum sr_status folder_walk(const char *path, int depth, folder_visit *visit, void *context,
                           struct sr_error *error);

/* A number that changes whenever a file is changed or replaced: from its device, inode and size
 * and the times of change of content and of inode. */
uint64_t folder_stamp(const struct stat *about);

#endif
