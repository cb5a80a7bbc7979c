/* idx.h - the IDX format (LeCun's, as MNIST uses it). Private to data/.
 *
 * Big-endian: two zeros, the type of the numbers (8: bytes), how many dimensions there are, the
 * sizes, then content of exactly that length. Images have three dimensions, or four in colour;
 * labels one, or two of which the second counts what is known of each (QMNIST: the first is the
 * class). */
#ifndef SARTOR_DATA_IDX_H
#define SARTOR_DATA_IDX_H

#include "array.h"

enum idx_content { IDX_IMAGES, IDX_LABELS, IDX_EITHER };

/* Do the first four bytes of a file say that it holds images? */
bool idx_holds_images(const uint8_t magic[4]);

/* Read images or labels; the array is empty after a failure. Of IDX_EITHER, three dimensions and
 * more are images. */
enum sr_status idx_read(struct stream *stream, enum idx_content wanted, struct array *array,
                        const struct sr_monitor *monitor, struct sr_error *error);

#endif
