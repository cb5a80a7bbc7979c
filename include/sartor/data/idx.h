/* idx.h - the IDX format (LeCun's, as MNIST uses it), plain or gzipped.
 *
 * Big-endian: the magic number 0x0801 (labels, one dimension) or 0x0803 (images, three), then the
 * sizes, then uint8 content of exactly that length. */
#ifndef SARTOR_DATA_IDX_H
#define SARTOR_DATA_IDX_H

#include "sartor/base/error.h"
#include "sartor/base/monitor.h"
#include "sartor/data/images.h"
#include <stdbool.h>

/* Does the file begin as one of images does? */
bool sr_idx_holds_images(const char *path);

/* Read images (or labels) of one file into `images`, which gets count, shape and pixels
 * (or labels; count must match when `images` has pixels already). Memory grows with
 * what the file really holds, whatever its header says. */
enum sr_status sr_idx_read_images(const char *path, struct sr_images *images,
                                  const struct sr_monitor *monitor, struct sr_error *error);
enum sr_status sr_idx_read_labels(const char *path, struct sr_images *images,
                                  const struct sr_monitor *monitor, struct sr_error *error);

/* The same from memory (not gzipped; images or labels, as the magic number says), for the
 * fuzzer and tests; `name` stands for the file in sentences. */
enum sr_status sr_idx_parse(const char *name, const void *bytes, size_t length,
                            struct sr_images *images, struct sr_error *error);

#endif
