/* fitting.c - see fitting.h. */
#include "sartor/data/fitting.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/base/srgb.h"
#include "sartor/base/thread.h"

static const char *const fit_names[] = {"pad", "crop", "stretch"};

/* sRGB's curve, and back by a table fine enough that no value comes back changed.
 */
enum { BACK = 1 << 14 };
static float linear[256];
static uint8_t gamma_table[BACK + 1];

static struct sr_once made = SR_ONCE_INIT;

static void make_tables(void)
{
    for (int i = 0; i < 256; i++) linear[i] = (float)sr_srgb_to_linear(i / 255.0);
    for (int i = 0; i <= BACK; i++)
        gamma_table[i] = (uint8_t)lrint(255 * sr_srgb_from_linear((double)i / BACK));
}

/* The part of a picture that is shown, and where in the image it stands. */
struct frame {
    double top, left, height, width; /* of the picture */
    int to_top, to_left, to_height, to_width;
};

static struct frame place(const struct sr_fitting *fitting, const struct sr_picture *picture)
{
    const int height = fitting->shape.height, width = fitting->shape.width;
    struct frame frame = {0, 0, picture->height, picture->width, 0, 0, height, width};
    const double down = (double)height / picture->height, across = (double)width / picture->width;
    if (fitting->fit == SR_FIT_PAD) {
        const double scale = fmin(down, across);
        frame.to_height = (int)fmax(1, lround(picture->height * scale));
        frame.to_width = (int)fmax(1, lround(picture->width * scale));
        frame.to_top = (height - frame.to_height) / 2;
        frame.to_left = (width - frame.to_width) / 2;
    } else if (fitting->fit == SR_FIT_CROP) {
        const double scale = fmax(down, across);
        frame.height = height / scale;
        frame.width = width / scale;
        frame.top = (picture->height - frame.height) / 2;
        frame.left = (picture->width - frame.width) / 2;
    }
    return frame;
}

/* Weights of source pixels for one target pixel along a side: the share of its area that each
 * covers, or, enlarging, the nearest two by their distance. */
struct taps {
    int first, count;
    float *weights;
};

static void weigh(struct taps *taps, double from, double step, int at, int source)
{
    double low = from + at * step, high = low + step;
    taps->count = 0;
    if (step < 1) {
        const double middle = fmin(fmax((low + high) / 2 - 0.5, 0), source - 1);
        taps->first = (int)floor(middle);
        taps->count = taps->first + 1 < source ? 2 : 1;
        taps->weights[0] = (float)(1 - (middle - taps->first));
        if (taps->count == 1)
            taps->weights[0] = 1;
        else
            taps->weights[1] = (float)(middle - taps->first);
        return;
    }
    low = fmax(low, 0);
    high = fmin(high, source);
    taps->first = (int)floor(low);
    for (int i = taps->first; i < high && i < source; i++)
        taps->weights[taps->count++] = (float)((fmin(high, i + 1) - fmax(low, i)) / (high - low));
}

/* First rows become shorter, then columns: `scratch` holds picture height × target width ×
 * channels, `weights` the longer side of the picture and two. */
static void resize(const struct sr_picture *picture, const struct frame *frame,
                   struct sr_shape shape, float *scratch, float *weights, uint8_t *pixels)
{
    const int channels = picture->channels;
    const size_t stride = (size_t)picture->width * (size_t)channels;
    struct taps taps = {.weights = weights};
    for (int x = 0; x < frame->to_width; x++) {
        weigh(&taps, frame->left, frame->width / frame->to_width, x, picture->width);
        for (int y = 0; y < picture->height; y++) {
            const uint8_t *row = picture->pixels + (size_t)y * stride + taps.first * channels;
            for (int c = 0; c < channels; c++) {
                float sum = 0;
                for (int i = 0; i < taps.count; i++)
                    sum += taps.weights[i] * linear[row[i * channels + c]];
                scratch[((size_t)y * (size_t)frame->to_width + (size_t)x) * (size_t)channels +
                        (size_t)c] = sum;
            }
        }
    }
    const size_t line = (size_t)frame->to_width * (size_t)channels;
    for (int y = 0; y < frame->to_height; y++) {
        weigh(&taps, frame->top, frame->height / frame->to_height, y, picture->height);
        uint8_t *out =
            pixels + ((size_t)(frame->to_top + y) * (size_t)shape.width + (size_t)frame->to_left) *
                         (size_t)channels;
        for (size_t i = 0; i < line; i++) {
            float sum = 0;
            for (int k = 0; k < taps.count; k++)
                sum += taps.weights[k] * scratch[(size_t)(taps.first + k) * line + i];
            out[i] = gamma_table[lrintf(fminf(fmaxf(sum, 0), 1) * BACK)];
        }
    }
}

static enum sr_status fit(const struct sr_fitting *fitting, const struct sr_picture *picture,
                          uint8_t *pixels, struct sr_error *error)
{
    const struct sr_shape shape = fitting->shape;
    if (picture->height == shape.height && picture->width == shape.width) {
        memcpy(pixels, picture->pixels, sr_shape_size(shape));
        return SR_OK;
    }
    const struct frame frame = place(fitting, picture);
    const int longest = picture->height > picture->width ? picture->height : picture->width;
    const size_t size =
        (size_t)picture->height * (size_t)frame.to_width * (size_t)picture->channels;
    float *scratch = sr_array_raw(size + (size_t)longest + 2, sizeof *scratch, "a picture", error);
    if (!scratch) return SR_ERROR_MEMORY;
    memset(pixels, 0, sr_shape_size(shape));
    sr_once(&made, make_tables);
    resize(picture, &frame, shape, scratch, scratch + size, pixels);
    free(scratch);
    return SR_OK;
}

enum sr_status sr_fitting_apply(const struct sr_fitting *fitting, const struct sr_picture *picture,
                                uint8_t *pixels, struct sr_error *error)
{
    struct sr_picture copy = *picture;
    const size_t count = (size_t)picture->height * (size_t)picture->width,
                 channels = (size_t)picture->channels;
    const bool grey = fitting->shape.channels == 1, spread = !grey && channels == 1;
    copy.pixels = copy.opacity = NULL;
    if (picture->opacity || (grey && channels == 3) || spread) {
        copy.pixels = sr_array_raw(count, spread ? 3 : channels, "a picture", error);
        if (!copy.pixels) return SR_ERROR_MEMORY;
        copy.opacity = picture->opacity ? sr_array_raw(count, 1, "a picture", error) : NULL;
        if (picture->opacity && !copy.opacity) {
            free(copy.pixels);
            return SR_ERROR_MEMORY;
        }
        memcpy(copy.pixels, picture->pixels, count * channels);
        if (copy.opacity) memcpy(copy.opacity, picture->opacity, count);
        if (grey) sr_picture_grey(&copy);
        sr_picture_flatten(&copy);
        if (spread) {
            copy.channels = 3;
            for (size_t i = count; i-- > 0;) memset(copy.pixels + 3 * i, copy.pixels[i], 3);
        }
    }
    uint8_t *own = copy.pixels;
    if (!own) copy.pixels = picture->pixels;
    enum sr_status status = fit(fitting, &copy, pixels, error);
    free(own);
    return status;
}

void sr_fitting_print(const struct sr_fitting *fitting, char *text, size_t size)
{
    snprintf(text, size, "%dx%d %s %s%s%s%s%s", fitting->shape.height, fitting->shape.width,
             fit_names[fitting->fit], sr_shape_colour(fitting->shape),
             fitting->pictures ? " pictures" : "", fitting->resized ? " resized" : "",
             fitting->made_grey ? " made-grey" : "", fitting->transposed ? " transposed" : "");
}

bool sr_fitting_read(struct sr_fitting *fitting, const char *text)
{
    char fit_name[16], colour[16];
    int used = 0;
    *fitting = (struct sr_fitting){0};
    struct sr_shape *shape = &fitting->shape;
    if (sscanf(text, "%5dx%5d %15s %15s%n", &shape->height, &shape->width, fit_name, colour,
               &used) != 4 ||
        shape->height < SR_SIDE_MIN || shape->height > SR_SIDE_MAX || shape->width < SR_SIDE_MIN ||
        shape->width > SR_SIDE_MAX)
        return false;
    shape->channels = !strcmp(colour, "grey") ? 1 : !strcmp(colour, "colour") ? 3 : 0;
    int found = -1;
    for (int i = 0; i < 3; i++)
        if (!strcmp(fit_name, fit_names[i])) found = i;
    if (found < 0 || !shape->channels) return false;
    fitting->fit = (enum sr_fit_mode)found;
    struct {
        const char *word;
        bool *flag;
    } words[] = {{" pictures", &fitting->pictures},
                 {" resized", &fitting->resized},
                 {" made-grey", &fitting->made_grey},
                 {" transposed", &fitting->transposed}};
    const char *at = text + used;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strncmp(at, words[i].word, strlen(words[i].word))) {
            *words[i].flag = true;
            at += strlen(words[i].word);
        }
    return !*at;
}

void sr_fitting_describe(const struct sr_fitting *fitting, char *text, size_t size)
{
    static const char *const how[] = {"padded with black", "cropped to their middle", "stretched"};
    *text = '\0';
    if (fitting->resized)
        snprintf(text, size,
                 "Pictures were brought to %d×%d, averaging areas in linear light, and "
                 "%s where their proportions differ%s.",
                 fitting->shape.width, fitting->shape.height, how[fitting->fit],
                 fitting->made_grey ? "; colours were made grey" : "");
    else if (fitting->made_grey)
        snprintf(text, size, "Pictures in colour were made grey.");
}
