/* pixels.c - see pixels.h. */
#include "pixels.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sartor/base/file.h"
#include "sartor/base/memory.h"

enum { MAPPED_FROM = 256 << 20 };

char *pixels_folder(void)
{
    char *cache = sr_path_xdg("cache"), *folder = sr_path_join(cache, "sets");
    struct sr_error ignored;
    free(cache);
    if (sr_directory_make(folder, &ignored) == SR_OK) return folder;
    free(folder);
    return NULL;
}

/* The blocks that are mapped files, by their address: a few of each open data set. When no slot is
 * free, a block is of the heap. */
enum { SLOTS = 256 };
static struct {
    void *block; /* NULL: free */
    size_t bytes;
} slots[SLOTS];
static char taken; /* its address stands in a slot that is being filled or emptied */

static bool note(void *block, size_t bytes)
{
    for (int i = 0; i < SLOTS; i++) {
        void *none = NULL;
        if (!__atomic_compare_exchange_n(&slots[i].block, &none, &taken, false, __ATOMIC_ACQ_REL,
                                         __ATOMIC_RELAXED))
            continue;
        slots[i].bytes = bytes;
        __atomic_store_n(&slots[i].block, block, __ATOMIC_RELEASE);
        return true;
    }
    return false;
}

static bool is_mapped(void *block)
{
    for (int i = 0; i < SLOTS; i++)
        if (__atomic_load_n(&slots[i].block, __ATOMIC_ACQUIRE) == block) return true;
    return false;
}

/* A mapping that has no slot is given up. */
static uint8_t *keep(void *block, size_t bytes)
{
    if (block == MAP_FAILED) return NULL;
    if (note(block, bytes)) return block;
    munmap(block, bytes);
    return NULL;
}

uint8_t *pixels_map(int file, size_t offset, size_t bytes)
{
    return keep(mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, file, (off_t)offset), bytes);
}

/* A file without a name goes when it is unmapped, or when the program ends in whatever way. */
static uint8_t *map_new(size_t bytes)
{
    char *folder = pixels_folder();
    const int file = folder ? open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) : -1;
    uint8_t *block = NULL;
    free(folder);
    /* All of its blocks now: a disk that is full later would end the program by a signal. */
    if (file >= 0 && posix_fallocate(file, 0, (off_t)bytes) == 0)
        block = keep(mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), bytes);
    if (file >= 0) close(file);
    return block;
}

uint8_t *pixels_block(size_t bytes, struct sr_error *error)
{
    uint8_t *block = bytes >= MAPPED_FROM ? map_new(bytes) : NULL;
    return block ? block : sr_array_raw(bytes, 1, "the images", error);
}

void pixels_release(uint8_t *block)
{
    for (int i = 0; block && i < SLOTS; i++) {
        void *own = block;
        if (!__atomic_compare_exchange_n(&slots[i].block, &own, &taken, false, __ATOMIC_ACQ_REL,
                                         __ATOMIC_RELAXED))
            continue;
        munmap(block, slots[i].bytes);
        __atomic_store_n(&slots[i].block, NULL, __ATOMIC_RELEASE);
        return;
    }
    free(block);
}

enum sr_status pixels_new(struct sr_images *images, size_t count, struct sr_shape shape,
                          struct sr_error *error)
{
    const size_t size = sr_shape_size(shape);
    images->count = count;
    images->shape = shape;
    images->pixels = NULL;
    if (count > SIZE_MAX / size)
        return sr_error_set(error, SR_ERROR_MEMORY, "no memory for %zu images", count);
    images->pixels = pixels_block(count * size, error);
    return images->pixels ? SR_OK : SR_ERROR_MEMORY;
}

void pixels_shrink(struct sr_images *images, size_t count)
{
    images->count = count;
    if (is_mapped(images->pixels)) return; /* what is not touched takes no memory */
    uint8_t *less = realloc(images->pixels, count ? count * sr_shape_size(images->shape) : 1);
    if (less) images->pixels = less;
}
