/* folder.c - see folder.h. */
#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sartor/base/memory.h"

struct level {
    dev_t device;
    ino_t inode;
};

struct walk {
    folder_visit *visit;
    void *context;
    struct level levels[FOLDER_DEPTH_MAX]; /* the folders that lead to the present one */
    int depth;                             /* levels that may be entered */
};

/* FNV-1a over 64-bit numbers. */
static uint64_t mix(uint64_t hash, uint64_t value)
{
    for (int i = 0; i < 8; i++) hash = (hash ^ ((value >> (8 * i)) & 0xff)) * 0x100000001b3u;
    return hash;
}

uint64_t folder_stamp(const struct stat *about)
{
    uint64_t hash = 0xcbf29ce484222325u;
    hash = mix(hash, (uint64_t)about->st_dev);
    hash = mix(hash, (uint64_t)about->st_ino);
    hash = mix(hash, (uint64_t)about->st_size);
    hash = mix(hash, (uint64_t)about->st_mtim.tv_sec);
    hash = mix(hash, (uint64_t)about->st_mtim.tv_nsec);
    hash = mix(hash, (uint64_t)about->st_ctim.tv_sec);
    return mix(hash, (uint64_t)about->st_ctim.tv_nsec);
}

static bool entered(const struct walk *walk, int level, const struct stat *about)
{
    for (int i = 0; i < level; i++)
        if (walk->levels[i].device == about->st_dev && walk->levels[i].inode == about->st_ino)
            return true;
    return false;
}

static enum sr_status walk_level(struct walk *walk, int parent, const char *name,
                                 const char *prefix, int level, struct sr_error *error)
{
    struct stat about;
    const int descriptor = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = descriptor >= 0 ? fdopendir(descriptor) : NULL;
    if (!directory || fstat(descriptor, &about) != 0) {
        const int reason = errno;
        if (directory)
            closedir(directory);
        else if (descriptor >= 0)
            close(descriptor);
        if (level) return SR_OK;
        return sr_error_set(error, SR_ERROR_IO, "%s: %s", name, strerror(reason));
    }
    enum sr_status status = SR_OK;
    if (!entered(walk, level, &about)) {
        walk->levels[level] = (struct level){about.st_dev, about.st_ino};
        for (struct dirent *entry; status == SR_OK && (entry = readdir(directory));) {
            if (entry->d_name[0] == '.') continue;
            if (fstatat(descriptor, entry->d_name, &about, 0) != 0) continue;
            const bool folder = S_ISDIR(about.st_mode);
            if (folder && level + 1 < walk->depth) {
                char *below = sr_xprintf("%s%s/", prefix, entry->d_name);
                status = walk_level(walk, descriptor, entry->d_name, below, level + 1, error);
                free(below);
            } else if (!folder && S_ISREG(about.st_mode)) {
                status = walk->visit(walk->context, sr_xprintf("%s%s", prefix, entry->d_name),
                                     (uint64_t)about.st_size, folder_stamp(&about), error);
            }
        }
    }
    closedir(directory);
    return status;
}

enum sr_status folder_walk(const char *path, int depth, folder_visit *visit, void *context,
                           struct sr_error *error)
{
    struct walk walk = {.visit = visit, .context = context, .depth = depth};
    if (depth < 1 || depth > FOLDER_DEPTH_MAX) walk.depth = FOLDER_DEPTH_MAX;
    return walk_level(&walk, AT_FDCWD, path, "", 0, error);
}
