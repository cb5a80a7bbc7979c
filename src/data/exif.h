/* exif.h - the orientation that a camera wrote. Private to data/. */
#ifndef SARTOR_DATA_EXIF_H
#define SARTOR_DATA_EXIF_H

#include <stddef.h>
#include <stdint.h>

#include "sartor/data/picture.h"

/* 1 to 8 as in EXIF, from a TIFF block (with or without "Exif\0\0" before it); 1 where nothing is
 * said or what is said cannot be read. */
int exif_orientation(const uint8_t *bytes, size_t length);
/* Turn and mirror a picture so that it stands as it was seen. */
enum sr_status exif_turn(struct sr_picture *picture, int orientation, struct sr_error *error);

#endif
