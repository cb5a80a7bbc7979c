/* augment.h - random changes to training images, which depend on (seed, epoch, sample) alone.
 *
 * Works on one image at a time, from uint8 to floats in 0..1: any thread may call. Pixels from
 * outside the image are black, as the background of the data is. */
#ifndef SARTOR_DATA_AUGMENT_H
#define SARTOR_DATA_AUGMENT_H

#include "sartor/base/error.h"
#include "sartor/base/monitor.h"
#include "sartor/data/images.h"
#include <stdbool.h>
#include <stdint.h>

struct sr_augment {
    bool flip;         /* mirror: half of the samples in odd epochs, the other half in even ones */
    double shift;      /* up to so many pixels each way */
    double rotation;   /* up to so many degrees each way */
    double scale;      /* up to this fraction smaller or larger */
    double erase;      /* probability of a grey rectangle over 2 to 33 % of the image (Zhong et al.,
                          2017) */
    double brightness; /* gain and gamma: 1 ± up to this fraction */
    double noise;      /* standard deviation of Gaussian noise, on the scale 0..1 */
    /* Of images in colour; Y, U and V of a pixel are its luma and its two differences of colour
     * (ITU-R BT.601). */
    double hue;        /* U and V turned by up to so many degrees each way */
    double saturation; /* U and V times 1 ± up to this fraction */
    bool background; /* two of three things put before another backdrop (scene.h), in another tone,
                        smaller */
    /* Last: a change as in data/changes.h, of a kind drawn from `kinds` (bit k for kind k) at a
     * severity drawn from 1 to 5, with this probability. */
    double change;
    uint32_t kinds;
};

/* The members' names as hyperparameters; NULL behind the last one. */
extern const char *const sr_augment_parts[];

/* Does it change anything at all? */
bool sr_augment_active(const struct sr_augment *augment);

/* sr_shape_size(shape) floats in 0..1 from as many values; pixels / 255 when `augment` is NULL or
 * changes nothing. */
void sr_augment_image(const struct sr_augment *augment, uint64_t seed, int epoch, uint32_t sample,
                      const uint8_t *pixels, struct sr_shape shape, float *out);

/* Each of the samples, in their order, then each mirrored left to right: for families that learn
 * from a fixed set of images. The caller frees `both` with sr_images_fini. */
enum sr_status sr_augment_mirror(const struct sr_samples *samples, struct sr_images *both,
                                 const struct sr_monitor *monitor, struct sr_error *error);

#endif
