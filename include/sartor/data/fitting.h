/* fitting.h - how pictures of any size become images of one shape.
 *
 * What the user wishes (struct sr_wishes) and what the pictures are together decide what is done
 * (struct sr_fitting), which a data set keeps, and with it each model that is trained on it, so
 * that a picture is predicted as the model was shown others. Pure; any thread may call.
 *
 * Sizes change in linear light (sRGB's curve undone), each new pixel the mean over the area that it
 * covers, or interpolated linearly where the picture is enlarged. A picture of the right size is
 * not changed. */
#ifndef SARTOR_DATA_FITTING_H
#define SARTOR_DATA_FITTING_H

#include "sartor/base/error.h"
#include "sartor/base/shape.h"
#include "sartor/data/picture.h"
#include <stdbool.h>
#include <stddef.h>

enum {
    SR_FIT_SIZE = 64,         /* of pictures that are not all of one size */
    SR_FIT_MIN = SR_SIDE_MIN, /* what size= takes */
    SR_FIT_MAX = SR_SIDE_MAX,
};

/* SR_FIT_CHOICES and SR_COLOUR_CHOICES are for tables of parameters. */
enum sr_fit_mode {
    SR_FIT_PAD,     /* all of it, black at two sides */
    SR_FIT_CROP,    /* the middle of it, two sides cut off */
    SR_FIT_STRETCH, /* all of it, its proportions changed */
};
#define SR_FIT_CHOICES "pad crop stretch"
enum sr_colour { SR_COLOUR_KEEP, SR_COLOUR_GREY };
#define SR_COLOUR_CHOICES "keep grey"
enum sr_transpose { SR_TRANSPOSE_AUTO, SR_TRANSPOSE_ON, SR_TRANSPOSE_OFF };
#define SR_TRANSPOSE_CHOICES "auto on off"

struct sr_wishes {
    int size; /* of each side; 0: that of the pictures where all have the same, else SR_FIT_SIZE */
    enum sr_fit_mode fit;
    enum sr_colour colour;
    /* Rows become columns, as EMNIST needs; auto does so where the files are EMNIST's. */
    enum sr_transpose transpose;
};

struct sr_fitting {
    bool pictures;         /* made from pictures; else from arrays, which have one size */
    struct sr_shape shape; /* of the images */
    enum sr_fit_mode fit;
    bool resized;   /* some pictures had another size */
    bool made_grey; /* some pictures were in colour */
    bool transposed;
};

/* The image of that fitting's shape, from one picture. */
enum sr_status sr_fitting_apply(const struct sr_fitting *fitting, const struct sr_picture *picture,
                                uint8_t *pixels, struct sr_error *error);

/* "64x64 pad grey", as a model file keeps it; read gives false for anything else. */
void sr_fitting_print(const struct sr_fitting *fitting, char *text, size_t size);
bool sr_fitting_read(struct sr_fitting *fitting, const char *text);
/* What was done, in a sentence for people; "" for images that were taken as they are. */
void sr_fitting_describe(const struct sr_fitting *fitting, char *text, size_t size);

#endif
