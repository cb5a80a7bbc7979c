/* import.h - one's own pictures, made to look like the data's.
 *
 * Nearly as the authors of Fashion-MNIST made theirs from photos of products on white (Xiao et al.,
 * 2017, section 2), for any plain backdrop, darker or lighter than the subject:
 * 1. The subject is cut out: src/data/cutout.h says how. Everything else becomes black.
 * 2. Its longest side is brought to the data's, the other in proportion, averaging over the area
 *    that each pixel covers (they skipped rows and columns, which loses detail of large photos),
 *    then sharpened by a Gaussian of radius and deviation 1.
 * 3. Black fills up the shorter side, the subject in the middle.
 * A picture of exactly the data's size is taken to be prepared: transparency is laid on white, it
 * is made grey (0.299 R + 0.587 G + 0.114 B), negated if its corners are light, and otherwise not
 * changed.
 * Where no plain backdrop is found, the whole picture is kept as well: made grey, brought to the
 * data's size, sharpened; its edges go on where it is narrower. Any thread may call. */
#ifndef SARTOR_DATA_IMPORT_H
#define SARTOR_DATA_IMPORT_H

#include "sartor/base/error.h"
#include "sartor/base/shape.h"
#include "sartor/data/fitting.h"
#include "sartor/data/picture.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Why the image may not show what the picture does. */
enum sr_import_doubt {
    SR_IMPORT_SURE,
    SR_IMPORT_NO_BACKDROP,
    SR_IMPORT_WHOLE, /* no backdrop was found, and nothing was cut out */
    SR_IMPORT_WHITE
};

/* A picture and what became of it. */
struct sr_import {
    struct sr_shape shape;
    uint8_t *pixels;       /* the image, of that shape */
    struct sr_shape shown; /* of the next two: at most 256 pixels a side, in colour */
    uint8_t *original;     /* the picture made small */
    uint8_t *cut;          /* the same, black but for the subject */
    enum sr_import_doubt doubt;
    /* Where no plain backdrop was found: the image that is the whole picture; else NULL. */
    uint8_t *whole;
};

/* A PNG, JPEG or WebP file (see picture.h), up to 64 MB and 40 million pixels, into an image of
 * `shape`. Only grey ones can be made: SR_ERROR_STATE for a shape of three channels.
 * SR_ERROR_FORMAT where nothing is found in the picture. Free with sr_import_fini. */
enum sr_status sr_import_picture(const char *path, struct sr_shape shape, struct sr_import *import,
                                 struct sr_error *error);
/* For data that was made from pictures: what was done to these is done to this one too, and nothing
 * is cut out. */
enum sr_status sr_import_fitted(const char *path, const struct sr_fitting *fitting,
                                struct sr_import *import, struct sr_error *error);
/* The same as sr_import_picture from memory; `name` stands for the file in sentences. */
enum sr_status sr_import_parse(const char *name, const void *bytes, size_t length,
                               struct sr_shape shape, struct sr_import *import,
                               struct sr_error *error);
/* The same from a picture that has been decoded. */
enum sr_status sr_import_make(const char *name, const struct sr_picture *picture,
                              struct sr_shape shape, struct sr_import *import,
                              struct sr_error *error);
/* The whole picture instead of what was cut out of it, for models that know other backdrops than
 * black; there must be one. */
void sr_import_take_whole(struct sr_import *import);
/* Was anything cut off? Not from pictures that are fitted to data whose pictures were not either.
 */
bool sr_import_was_cut(const struct sr_import *import);
/* What to say of a doubt; NULL where there is none. */
const char *sr_import_doubt_text(enum sr_import_doubt doubt);
void sr_import_fini(struct sr_import *import); /* after an error, too */

#endif
