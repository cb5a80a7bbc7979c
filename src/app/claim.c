/* claim.c - see claim.h: a locked file HOME/checkpoints/NAME.lock for each training. */
#include "claim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sartor/base/memory.h"

static char *lock_path(const char *home, const char *name)
{
    return sr_xprintf("%s/checkpoints/%s.lock", home, name);
}

int claim_take(const char *home, const char *name)
{
    char *path = lock_path(home, name);
    int descriptor = -1;
    for (int tries = 0; tries < 10; tries++) {
        struct stat held, there;
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (descriptor < 0) break;
        if (flock(descriptor, LOCK_EX | LOCK_NB)) {
            close(descriptor);
            descriptor = CLAIM_TAKEN;
            usleep(1000); /* claim_is_taken holds it for a moment */
            continue;
        }
        /* The one that had it may have removed the file since it was opened. */
        if (!fstat(descriptor, &held) && !stat(path, &there) && held.st_ino == there.st_ino &&
            held.st_dev == there.st_dev)
            break;
        close(descriptor);
        descriptor = -1;
    }
    const int why = errno;
    free(path);
    errno = why;
    return descriptor;
}

void claim_release(int claim, const char *home, const char *name)
{
    if (claim < 0) return;
    char *path = lock_path(home, name);
    unlink(path);
    close(claim);
    free(path);
}

bool claim_is_taken(const char *home, const char *name)
{
    char *path = lock_path(home, name);
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    free(path);
    if (descriptor < 0) return false;
    const bool taken = flock(descriptor, LOCK_SH | LOCK_NB) != 0;
    close(descriptor);
    return taken;
}
