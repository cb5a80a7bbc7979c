/* augment.h - random changes to training images, which depend on (seed, epoch, sample) alone.
 *
 * Works on one image at a time, from uint8 to floats in 0..1: any thread may call. Pixels from
 * outside the image are black, as the background of the data is. */
#ifndef SARTOR_DATA_AUGMENT_H
#define SARTOR_DATA_AUGMENT_H

#include "sartor/base/error.h"
#include "sartor/base/monitor.h"
#include "sartor/base/param.h"
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

/* The names of its parts. */
#define SR_AUGMENT_NAMES                                                                           \
    "flip shift rotation scale erase brightness noise hue saturation background change"

/* clang-format off */
/* Each part as a parameter of the same name. FLIP, SHIFT, NONE and OFF are the defaults of flip, of
 * shift, of other numbers and of background, NULL for no default; sentences begin with FOR. A table
 * that has these has a parameter `kinds` too, which sr_change_read reads. */
#define SR_AUGMENT_PARAMS(FLIP, SHIFT, NONE, OFF, FOR)                                             \
    {"flip", SR_PARAM_SWITCH, .fallback = FLIP,                                                    \
     .help = FOR "Mirror every sample in every other epoch."},                                     \
    {"shift", SR_PARAM_INTEGER, .fallback = SHIFT, .minimum = 0, .maximum = 16,                    \
     .help = FOR "Move by up to so many pixels in each direction."},                               \
    {"rotation", SR_PARAM_NUMBER, .fallback = NONE, .minimum = 0, .maximum = 180,                  \
     .help = FOR "Turn by up to so many degrees in each direction."},                              \
    {"scale", SR_PARAM_NUMBER, .fallback = NONE, .minimum = 0, .maximum = 0.9,                     \
     .help = FOR "Grow or shrink by up to this fraction."},                                        \
    {"erase", SR_PARAM_NUMBER, .fallback = NONE, .minimum = 0, .maximum = 1,                       \
     .help = FOR "Chance that a grey rectangle hides 2 to 33 % of the image."},                    \
    {"brightness", SR_PARAM_NUMBER, .fallback = NONE, .minimum = 0, .maximum = 0.9,                \
     .help = FOR "Change gain and gamma by up to this fraction."},                                 \
    {"noise", SR_PARAM_NUMBER, .fallback = NONE, .minimum = 0, .maximum = 1,                       \
     .help = FOR "Deviation of Gaussian noise, white being 1."},                                   \
    {"hue", SR_PARAM_NUMBER, .fallback = NONE, .minimum = 0, .maximum = 180,                       \
     .help = FOR "Of images in colour: turn all colours by up to so many degrees in each "         \
             "direction."},                                                                        \
    {"saturation", SR_PARAM_NUMBER, .fallback = NONE, .minimum = 0, .maximum = 1,                  \
     .help = FOR "Of images in colour: bring colours nearer to grey, or further from it, by up to "\
             "this fraction."},                                                                    \
    {"background", SR_PARAM_SWITCH, .fallback = OFF, .form = SR_SWITCH_VALUE,                      \
     .help = FOR "Of images on black: put two of three before another backdrop, textured or "      \
             "plain, in another tone and place, for pictures whose backdrop is not plain."},       \
    {"change", SR_PARAM_NUMBER, .fallback = NONE, .minimum = 0, .maximum = 1,                      \
     .help = FOR "Chance of one of the changes that `robustness` measures, at any severity."}
/* clang-format on */

/* What is known of a part besides. */
struct sr_augment_part {
    const char *name; /* of its parameter and of its member */
    size_t member;    /* offset, of a bool where `before` is NULL, else of a double */
    /* It is told as `before`, the value times `factor`, `after`: "rotation up to 20°". */
    const char *before, *after;
    double factor;
    double example;      /* a value that is easily seen; 0 where it is not shown by itself */
    const char *caption; /* of that example */
    bool colour;         /* it changes images in colour alone */
};
enum { SR_AUGMENT_PARTS = 11 };
/* A name of NULL behind the last one. */
extern const struct sr_augment_part sr_augment_parts[SR_AUGMENT_PARTS + 1];

/* The parts that parameters ask for. */
struct sr_augment sr_augment_read(const struct sr_args *params);
/* The example of a part; of all together, those of images in colour only where `colour`. */
struct sr_augment sr_augment_example(const struct sr_augment_part *part);
struct sr_augment sr_augment_examples(bool colour);
/* "flip, shift up to 2 px" */
void sr_augment_print(const struct sr_augment *augment, struct sr_text *text);

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
