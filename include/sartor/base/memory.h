/* memory.h - two ways to get memory: for sizes that data decides, and for small ones.
 *
 * Arrays whose length comes from data (images, Gram matrices, a file's header)
 * use sr_array_new, which checks the product for overflow and reports failure.
 * Small bookkeeping (a name, a list node) uses the sr_x functions: when memory is
 * out they abort, and the front end's abort handler restores the terminal. All of it is released
 * with free(). Any thread may call. */
#ifndef SARTOR_BASE_MEMORY_H
#define SARTOR_BASE_MEMORY_H

#include "sartor/base/error.h"
#include <stddef.h>

/* Alignment of every sr_array_new block, in bytes: one cache line, and one
 * AVX-512 register. */
enum { SR_ALIGNMENT = 64 };

/* `count` zeroed elements of `size` bytes, 64-byte aligned. NULL and
 * SR_ERROR_MEMORY (naming `what`) when the product overflows or memory is out.
 * A count of 0 gives a block that may be freed but not read. */
void *sr_array_new(size_t count, size_t size, const char *what, struct sr_error *error);

/* The same without zeroing, for large blocks that are written before read. */
void *sr_array_raw(size_t count, size_t size, const char *what, struct sr_error *error);

void *sr_xalloc(size_t size);                /* zeroed; aborts on failure */
void *sr_xrealloc(void *block, size_t size); /* aborts on failure */
char *sr_xstrdup(const char *text);          /* NULL gives NULL */
char *sr_xprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Grow `*items` to hold at least `count` elements of `size` bytes; `*room` is
 * the present capacity. Doubles, so that n appends cost O(n). Aborts on failure. */
void sr_xgrow(void *items, size_t *room, size_t count, size_t size);

#endif
