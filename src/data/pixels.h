/* pixels.h - memory for the pixels of a data set: small ones on the heap, large ones in a file that
 * is mapped, so that a set larger than memory can be held. Private to data/. */
#ifndef SARTOR_DATA_PIXELS_H
#define SARTOR_DATA_PIXELS_H

#include "sartor/base/error.h"
#include "sartor/data/images.h"
#include <stdbool.h>
#include <stddef.h>

/* A block that is written before it is read. From 256 MB on it lies in a file of the cache folder
 * that has no name any more, where that can be made;
 * pixels_release knows it by its address. NULL and a sentence. */
uint8_t *pixels_block(size_t bytes, struct sr_error *error);
void pixels_release(uint8_t *block); /* also of the heap; NULL-safe */
/* Pages of a file from `offset` on, for reading, released likewise; NULL when it cannot be. */
uint8_t *pixels_map(int file, size_t offset, size_t bytes);

/* Such a block of `count` × shape bytes into images->pixels, which must be empty; count and shape
 * are set too. Freed by sr_images_fini. */
enum sr_status pixels_new(struct sr_images *images, size_t count, struct sr_shape shape,
                          struct sr_error *error);
/* The first `count` images are all there are from now on. */
void pixels_shrink(struct sr_images *images, size_t count);

/* The folder for decoded sets and for mapped files, made where it is not there; NULL when it cannot
 * be. Freed by the caller. */
char *pixels_folder(void);

#endif
