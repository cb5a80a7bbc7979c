#include "sartor/base/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)1 << 21)
#define LARGE     ((size_t)1 << 25) /* blocks that the C library always takes from the system anew */

void *sr_array_raw(size_t count, size_t size, const char *what, struct sr_error *error)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX - SR_ALIGNMENT) {
        sr_error_set(error, SR_ERROR_MEMORY,
                     "%s: %zu elements of %zu bytes are more than memory can hold", what, count,
                     size);
        return NULL;
    }
    /* With small pages, random access to a large block is slowed by address translation. */
    size_t alignment =
        bytes >= HUGE_PAGE && bytes < SIZE_MAX - HUGE_PAGE ? HUGE_PAGE : SR_ALIGNMENT;
    bytes = (bytes + alignment - 1) / alignment * alignment;
    void *block = aligned_alloc(alignment, bytes ? bytes : alignment);
    if (block && alignment == HUGE_PAGE) madvise(block, bytes, MADV_HUGEPAGE);
    if (!block)
        sr_error_set(error, SR_ERROR_MEMORY, "%s: no memory for %.1f MB", what,
                     (double)bytes / 1e6);
    return block;
}

void *sr_array_new(size_t count, size_t size, const char *what, struct sr_error *error)
{
    void *block = sr_array_raw(count, size, what, error);
    if (!block) return NULL;
#if defined(__linux__)
    /* Linux then gives zeros page by page as they are first used. Clearing gigabytes here would
     * take seconds, in which the work could not be cancelled. */
    size_t pages = count * size / HUGE_PAGE * HUGE_PAGE;
    if (pages >= LARGE && !madvise(block, pages, MADV_DONTNEED)) {
        memset((char *)block + pages, 0, count * size - pages);
        return block;
    }
#endif
    memset(block, 0, count * size);
    return block;
}

static void *checked(void *block)
{
    if (!block) abort();
    return block;
}

void *sr_xalloc(size_t size)
{
    return checked(calloc(1, size ? size : 1));
}

void *sr_xrealloc(void *block, size_t size)
{
    return checked(realloc(block, size ? size : 1));
}

char *sr_xstrdup(const char *text)
{
    return text ? checked(strdup(text)) : NULL;
}

char *sr_xprintf(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    char *text;
    int length = vasprintf(&text, format, list);
    va_end(list);
    if (length < 0) abort();
    return text;
}

void sr_xgrow(void *items, size_t *room, size_t count, size_t size)
{
    if (count <= *room) return;
    size_t wanted = *room ? *room : 8;
    while (wanted < count)
        if (__builtin_mul_overflow(wanted, (size_t)2, &wanted)) abort();
    size_t bytes;
    if (__builtin_mul_overflow(wanted, size, &bytes)) abort();
    void *block;
    memcpy(&block, items, sizeof block);
    block = sr_xrealloc(block, bytes);
    memcpy(items, &block, sizeof block);
    *room = wanted;
}
