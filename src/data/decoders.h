/* decoders.h - one function for each kind of picture file. Private to data/.
 *
 * `name` stands for the file in sentences. A decoder fills height, width, channels, pixels and
 * opacity, and `orientation` where the file tells it; what it has filled is freed by the caller
 * after a failure too. */
#ifndef SARTOR_DATA_DECODERS_H
#define SARTOR_DATA_DECODERS_H

#include "sartor/data/picture.h"

typedef enum sr_status picture_decoder(const char *name, const uint8_t *bytes, size_t length,
                                       struct sr_picture *picture, int *orientation,
                                       struct sr_error *error);

picture_decoder picture_png, picture_jpeg, picture_webp;

/* Is that size allowed? Else a sentence. */
bool picture_allowed(const char *name, uint64_t height, uint64_t width, struct sr_error *error);
/* From red, green, blue, opacity side by side to what a picture holds: the opacity apart, and left
 * out where all is opaque; one channel when `grey`. */
enum sr_status picture_split(struct sr_picture *picture, const uint8_t *colours, bool grey,
                             struct sr_error *error);

#endif
