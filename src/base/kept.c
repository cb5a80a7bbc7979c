/* kept.c - see kept.h. */
#include "sartor/base/kept.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sartor/base/file.h"
#include "sartor/base/memory.h"

struct kept {
    char *path;
    struct stat about;
};

static int by_use(const void *a, const void *b)
{
    const struct timespec *x = &((const struct kept *)a)->about.st_mtim,
                          *y = &((const struct kept *)b)->about.st_mtim;
    if (x->tv_sec != y->tv_sec) return x->tv_sec < y->tv_sec ? -1 : 1;
    return (x->tv_nsec > y->tv_nsec) - (x->tv_nsec < y->tv_nsec);
}

void sr_kept_used(const char *path)
{
    (void)utimensat(AT_FDCWD, path, NULL, 0);
}

void sr_kept_bound(const char *folder, const char *extension, uint64_t most)
{
    size_t count, used = 0;
    uint64_t total = 0;
    struct sr_error ignored;
    char **names = sr_directory_list(folder, &count, &ignored);
    struct kept *kept = sr_xalloc((count + 1) * sizeof *kept);
    for (size_t i = 0; names && i < count; i++) {
        char *path = sr_path_join(folder, names[i]);
        if (!strcmp(sr_path_extension(path), extension) && stat(path, &kept[used].about) == 0) {
            total += (uint64_t)kept[used].about.st_size;
            kept[used++].path = path;
        } else {
            free(path);
        }
        free(names[i]);
    }
    free(names);
    qsort(kept, used, sizeof *kept, by_use);
    for (size_t i = 0; i < used; i++) {
        if (total > most && unlink(kept[i].path) == 0) total -= (uint64_t)kept[i].about.st_size;
        free(kept[i].path);
    }
    free(kept);
}
