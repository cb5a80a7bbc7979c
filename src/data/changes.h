/* changes.h - the functions of the kinds of change. Private to data/. */
#ifndef SARTOR_DATA_CHANGES_INSIDE_H
#define SARTOR_DATA_CHANGES_INSIDE_H

#include "sartor/data/changes.h"

/* One image under change; values 0..1, rows of pixels, channels side by side. */
struct change {
    const double *numbers; /* of the kind at this severity */
    struct sr_rng *rng;
    struct sr_shape shape;
    float *values;  /* changed in place */
    float *scratch; /* as many floats, for what cannot be */
};

/* How much longer lengths are than in images of 28 pixels. */
static inline double change_length(const struct change *change)
{
    const struct sr_shape *shape = &change->shape;
    return (shape->height < shape->width ? shape->height : shape->width) / 28.0;
}

static inline size_t change_size(const struct change *change)
{
    return sr_shape_size(change->shape);
}

/* changes_blur.c */
void change_glass_blur(struct change *change);
void change_motion_blur(struct change *change);
/* changes_place.c */
void change_shear(struct change *change);
void change_scale(struct change *change);
void change_rotate(struct change *change);
void change_flip_sides(struct change *change);
void change_flip_up_down(struct change *change);
void change_turn_left(struct change *change);
void change_turn_right(struct change *change);
void change_size_to(struct change *change);
/* changes_light.c */
void change_shot_noise(struct change *change);
void change_impulse_noise(struct change *change);
void change_brightness(struct change *change);
void change_contrast(struct change *change);
void change_saturate(struct change *change);
void change_inverse(struct change *change);
/* changes_other.c */
void change_jpeg(struct change *change);
void change_backdrop(struct change *change);
void change_occlusion(struct change *change);

#endif
