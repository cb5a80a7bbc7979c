/* import.c - see import.h, whose steps these are. */
#include "sartor/data/import.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cutout.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"

enum { LIGHT = 128, BLANK = 13 /* 5 % of 255 */ };

/* Weights of source pixels for one target pixel along a side: a triangle as wide as the target
 * pixel, or as the source pixel when enlarging. Returns the first; *count how many. */
static int weigh(int at, int target, int source, float *weights, int *count)
{
    const double scale = (double)source / target, reach = scale > 1 ? scale : 1,
                 middle = (at + 0.5) * scale;
    int first = (int)floor(middle - reach), end = (int)ceil(middle + reach);
    if (first < 0) first = 0;
    if (end > source) end = source;
    double sum = 0;
    for (int i = first; i < end; i++) {
        double weight = 1 - fabs(i + 0.5 - middle) / reach;
        weights[i - first] = weight > 0 ? (float)weight : 0;
        sum += weights[i - first];
    }
    for (int i = first; i < end; i++) weights[i - first] /= (float)sum;
    *count = end - first;
    return first;
}

/* Part of a map of grey levels whose rows are `stride` floats apart. */
struct part {
    const float *grey;
    int height, width, stride;
};

/* Brought to height × width; first rows become shorter, then columns. `scratch` holds part height ×
 * width floats. */
static void resize(const struct part *part, float *weights, float *scratch, float *out, int height,
                   int width)
{
    int count;
    for (int x = 0; x < width; x++) {
        const int first = weigh(x, width, part->width, weights, &count);
        for (int y = 0; y < part->height; y++) {
            const float *row = part->grey + y * part->stride + first;
            float sum = 0;
            for (int i = 0; i < count; i++) sum += weights[i] * row[i];
            scratch[y * width + x] = sum;
        }
    }
    for (int y = 0; y < height; y++) {
        const int first = weigh(y, height, part->height, weights, &count);
        for (int x = 0; x < width; x++) {
            float sum = 0;
            for (int i = 0; i < count; i++) sum += weights[i] * scratch[(first + i) * width + x];
            out[y * width + x] = sum;
        }
    }
}

/* ImageMagick's `-sharpen 1x1`: 3 × 3 of -exp(-r²/2), the centre twice the sum of all, scaled
 * to sum 1. Beyond the edges, the edge pixels repeat. */
static void sharpen(const float *from, float *to, int height, int width)
{
    const float near = expf(-0.5f), far = expf(-1.0f), sum = 1 + 4 * near + 4 * far;
    const float kernel[3] = {2 * sum, -near, -far}, total = 2 * sum - 4 * near - 4 * far;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            float value = 0;
            for (int i = -1; i <= 1; i++)
                for (int j = -1; j <= 1; j++) {
                    int row = y + i < 0 ? 0 : y + i >= height ? height - 1 : y + i;
                    int column = x + j < 0 ? 0 : x + j >= width ? width - 1 : x + j;
                    value += kernel[abs(i) + abs(j)] * from[row * width + column];
                }
            to[y * width + x] = value / total;
        }
}

static uint8_t to_byte(float value)
{
    return (uint8_t)lrintf(fminf(255, fmaxf(0, value)));
}

static int within(int at, int length)
{
    return at < 0 ? 0 : at < length ? at : length - 1;
}

/* In the middle of an image; what is left of it becomes black, or goes on as the part's edges. */
static void place(const struct part *part, struct sr_shape shape, bool go_on, uint8_t *pixels)
{
    const double scale =
        fmin((double)shape.height / part->height, (double)shape.width / part->width);
    const int height = (int)fmax(1, round(part->height * scale)),
              width = (int)fmax(1, round(part->width * scale)), top = (shape.height - height) / 2,
              left = (shape.width - width) / 2;
    const size_t size = (size_t)(height * width);
    float weights[CUTOUT_SIDE],
        *scratch = sr_xalloc((size_t)(part->height * width) * sizeof(float)),
        *resized = sr_xalloc(2 * size * sizeof(float));
    resize(part, weights, scratch, resized, height, width);
    sharpen(resized, resized + size, height, width);
    for (int y = 0; y < shape.height; y++)
        for (int x = 0; x < shape.width; x++) {
            const int row = within(y - top, height), column = within(x - left, width);
            const bool inside = row == y - top && column == x - left;
            pixels[y * shape.width + x] =
                inside || go_on ? to_byte(resized[size + (size_t)(row * width + column)]) : 0;
        }
    free(scratch);
    free(resized);
}

/* The whole picture, made grey. */
static uint8_t *place_whole(const struct cutout *cutout, struct sr_shape shape)
{
    const size_t count = (size_t)(cutout->height * cutout->width);
    uint8_t *pixels = sr_xalloc(sr_shape_size(shape));
    float *grey = sr_xalloc(count * sizeof *grey);
    for (size_t i = 0; i < count; i++) grey[i] = sr_rgb_grey(cutout->colours + 3 * i);
    const struct part part = {grey, cutout->height, cutout->width, cutout->width};
    place(&part, shape, true, pixels);
    free(grey);
    return pixels;
}

static uint8_t *copy(const void *bytes, size_t length)
{
    return memcpy(sr_xalloc(length), bytes, length);
}

/* Everything but the subject becomes black. */
static uint8_t *paint_over(const struct cutout *cutout)
{
    const size_t size = (size_t)(cutout->height * cutout->width);
    uint8_t *colours = copy(cutout->colours, 3 * size);
    for (size_t i = 0; i < size; i++)
        if (!cutout->mask[i]) memset(colours + 3 * i, 0, 3);
    return colours;
}

static enum sr_status cut_out(const char *name, const struct sr_picture *picture,
                              struct sr_shape shape, struct sr_import *import,
                              struct sr_error *error)
{
    static const enum sr_import_doubt doubts[] = {[CUTOUT_SURE] = SR_IMPORT_SURE,
                                                  [CUTOUT_NO_BACKDROP] = SR_IMPORT_NO_BACKDROP,
                                                  [CUTOUT_WHITE] = SR_IMPORT_WHITE};
    struct cutout cutout;
    cutout_make(picture, &cutout);
    if (cutout.doubt == CUTOUT_EMPTY) {
        cutout_fini(&cutout);
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "%s is empty: nothing in it differs from its edges; a picture of one "
                            "thing on a plain background is needed",
                            name);
    }
    import->doubt = doubts[cutout.doubt];
    import->shown = (struct sr_shape){cutout.height, cutout.width, 3};
    import->original = copy(cutout.colours, sr_shape_size(import->shown));
    import->cut = paint_over(&cutout);
    const struct part subject = {cutout.grey + cutout.top * cutout.width + cutout.left,
                                 cutout.bottom - cutout.top, cutout.right - cutout.left,
                                 cutout.width};
    place(&subject, shape, false, import->pixels);
    if (import->doubt == SR_IMPORT_NO_BACKDROP) import->whole = place_whole(&cutout, shape);
    cutout_fini(&cutout);
    return SR_OK;
}

/* Of exactly the data's size: made grey on white, and negated where its corners are light. */
static enum sr_status take_prepared(const char *name, const struct sr_picture *picture,
                                    struct sr_import *import, struct sr_error *error)
{
    const size_t width = (size_t)picture->width, count = (size_t)picture->height * width;
    uint8_t *pixels = import->pixels, low = 255, high = 0;
    struct sr_picture own = *picture;
    own.pixels = copy(picture->pixels, count * (size_t)picture->channels);
    own.opacity = picture->opacity ? copy(picture->opacity, count) : NULL;
    sr_picture_flatten(&own);
    import->shown = (struct sr_shape){picture->height, picture->width, 3};
    import->original = sr_xalloc(3 * count);
    for (size_t i = 0; i < 3 * count; i++)
        import->original[i] = own.pixels[own.channels == 3 ? i : i / 3];
    sr_picture_grey(&own);
    memcpy(pixels, own.pixels, count);
    sr_picture_fini(&own);
    for (size_t i = 0; i < count; i++) {
        if (pixels[i] < low) low = pixels[i];
        if (pixels[i] > high) high = pixels[i];
    }
    import->cut = copy(import->original, 3 * count);
    if (high - low <= BLANK)
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "%s is empty: all of it has one colour; a picture of one thing on a "
                            "plain background is needed",
                            name);
    /* Twice the median of the corners: the sum of the middle two. */
    const uint8_t corners[4] = {pixels[0], pixels[width - 1], pixels[count - width],
                                pixels[count - 1]};
    int sum = 0, least = 255, most = 0;
    for (int i = 0; i < 4; i++) {
        sum += corners[i];
        if (corners[i] < least) least = corners[i];
        if (corners[i] > most) most = corners[i];
    }
    if (sum - least - most >= 2 * LIGHT)
        for (size_t i = 0; i < count; i++) pixels[i] = (uint8_t)(255 - pixels[i]);
    return SR_OK;
}

enum sr_status sr_import_make(const char *name, const struct sr_picture *picture,
                              struct sr_shape shape, struct sr_import *import,
                              struct sr_error *error)
{
    *import = (struct sr_import){.shape = shape};
    if (shape.channels != 1)
        return sr_error_set(error, SR_ERROR_STATE,
                            "%s cannot be used: pictures can only be made grey, and images in "
                            "colour are wanted",
                            name);
    import->pixels = sr_xalloc(sr_shape_size(shape));
    const enum sr_status status = picture->height == shape.height && picture->width == shape.width
                                      ? take_prepared(name, picture, import, error)
                                      : cut_out(name, picture, shape, import, error);
    if (status) sr_import_fini(import);
    return status;
}

enum sr_status sr_import_parse(const char *name, const void *bytes, size_t length,
                               struct sr_shape shape, struct sr_import *import,
                               struct sr_error *error)
{
    struct sr_picture picture;
    *import = (struct sr_import){.shape = shape};
    enum sr_status status = sr_picture_decode(name, bytes, length, &picture, error);
    if (status) return status;
    status = sr_import_make(name, &picture, shape, import, error);
    sr_picture_fini(&picture);
    return status;
}

enum sr_status sr_import_picture(const char *path, struct sr_shape shape, struct sr_import *import,
                                 struct sr_error *error)
{
    struct sr_error own = {SR_OK, ""};
    if (!error) error = &own;
    size_t length;
    *import = (struct sr_import){.shape = shape};
    char *bytes = sr_file_read(path, SR_PICTURE_BYTES, &length, error);
    if (!bytes) return error->status;
    enum sr_status status = sr_import_parse(path, bytes, length, shape, import, error);
    free(bytes);
    return status;
}

/* At most 256 pixels a side, in colour. */
static enum sr_status show(const struct sr_picture *picture, struct sr_import *import,
                           struct sr_error *error)
{
    const double longest = fmax(picture->height, picture->width),
                 scale = fmin(1, CUTOUT_SIDE / longest);
    const struct sr_fitting fitting = {.fit = SR_FIT_STRETCH,
                                       .shape = {(int)fmax(1, round(picture->height * scale)),
                                                 (int)fmax(1, round(picture->width * scale)), 3}};
    import->shown = fitting.shape;
    import->original = sr_xalloc(sr_shape_size(import->shown));
    enum sr_status status = sr_fitting_apply(&fitting, picture, import->original, error);
    if (!status) import->cut = copy(import->original, sr_shape_size(import->shown));
    return status;
}

enum sr_status sr_import_fitted(const char *path, const struct sr_fitting *fitting,
                                struct sr_import *import, struct sr_error *error)
{
    struct sr_picture picture;
    size_t length;
    *import = (struct sr_import){.shape = fitting->shape};
    char *bytes = sr_file_read(path, SR_PICTURE_BYTES, &length, error);
    if (!bytes) return error->status;
    enum sr_status status = sr_picture_decode(path, bytes, length, &picture, error);
    free(bytes);
    if (status) return status;
    import->pixels = sr_xalloc(sr_shape_size(fitting->shape));
    status = sr_fitting_apply(fitting, &picture, import->pixels, error);
    if (!status) status = show(&picture, import, error);
    sr_picture_fini(&picture);
    if (status) sr_import_fini(import);
    return status;
}

void sr_import_take_whole(struct sr_import *import)
{
    memcpy(import->pixels, import->whole, sr_shape_size(import->shape));
    memcpy(import->cut, import->original, sr_shape_size(import->shown));
    import->doubt = SR_IMPORT_WHOLE;
}

bool sr_import_was_cut(const struct sr_import *import)
{
    return memcmp(import->original, import->cut, sr_shape_size(import->shown)) != 0;
}

const char *sr_import_doubt_text(enum sr_import_doubt doubt)
{
    static const char *const texts[] = {
        [SR_IMPORT_NO_BACKDROP] =
            "no plain backdrop was found, so what was cut out may not be the thing meant",
        [SR_IMPORT_WHOLE] =
            "no plain backdrop was found, so the whole picture was taken, as models "
            "trained with background=on know it",
        [SR_IMPORT_WHITE] = "it is nearly white on white; white products were left out when the "
                            "data was made"};
    return texts[doubt];
}

void sr_import_fini(struct sr_import *import)
{
    free(import->original);
    free(import->cut);
    free(import->pixels);
    free(import->whole);
    *import = (struct sr_import){0};
}
