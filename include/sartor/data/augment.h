/* augment.h - seeded changes to training images: the same for (seed, epoch, sample), whoever asks.
 *
 * Works on one image at a time, from uint8 to floats in 0..1, without memory of its own: any thread
 * may call. Black is what comes in from outside the image, as the clothes lie on black. */
#ifndef SARTOR_DATA_AUGMENT_H
#define SARTOR_DATA_AUGMENT_H

#include "sartor/base/error.h"
#include "sartor/base/monitor.h"
#include "sartor/data/images.h"
#include <stdbool.h>
#include <stdint.h>

struct sr_augment {
    bool flip;       /* mirror: half of the samples in odd epochs, the other half in even ones */
    double shift;    /* up to so many pixels each way */
    double rotation; /* up to so many degrees each way */
    double scale;    /* up to this fraction smaller or larger */
    double erase; /* chance of a grey rectangle over 2 to 33 % of the image (Zhong et al., 2017) */
    double brightness; /* gain and gamma off by up to this fraction */
    double noise;      /* standard deviation of Gaussian noise, of the 0..1 scale */
};

/* Does it change anything at all? */
bool sr_augment_active(const struct sr_augment *augment);

/* height × width floats in 0..1 from as many pixels; a NULL or idle `augment` gives pixels / 255.
 */
void sr_augment_image(const struct sr_augment *augment, uint64_t seed, int epoch, uint32_t sample,
                      const uint8_t *pixels, int height, int width, float *out);

/* Each of the samples, in their order, then each mirrored left to right: for families that learn
 * from a fixed set of images. `both` is the caller's to fini. */
enum sr_status sr_augment_mirror(const struct sr_samples *samples, struct sr_images *both,
                                 const struct sr_monitor *monitor, struct sr_error *error);

#endif
