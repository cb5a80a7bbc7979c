/* import.c - see import.h, whose steps these are. */
#include "sartor/data/import.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "picture.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"

enum { FILE_LIMIT = 64 << 20, CLOSE = 13 /* 5 % of 255 */, LIGHT = 128 };

/* The median of the corners: half the sum of the middle two. */
static float find_background(const struct picture *picture)
{
    const size_t width = (size_t)picture->width, last = ((size_t)picture->height - 1) * width;
    const uint8_t *grey = picture->grey;
    int corners[4] = {grey[0], grey[width - 1], grey[last], grey[last + width - 1]};
    int sum = 0, low = 255, high = 0;
    for (int i = 0; i < 4; i++) {
        sum += corners[i];
        if (corners[i] < low) low = corners[i];
        if (corners[i] > high) high = corners[i];
    }
    return (float)(sum - low - high) / 2;
}

struct box {
    int top, left, bottom, right; /* the last two are outside */
};

/* Smallest box around all pixels that differ from the background; false when none does. */
static bool find_box(const struct picture *picture, float background, struct box *box)
{
    *box = (struct box){picture->height, picture->width, 0, 0};
    const uint8_t *pixel = picture->grey;
    for (int y = 0; y < picture->height; y++)
        for (int x = 0; x < picture->width; x++, pixel++)
            if (fabsf((float)*pixel - background) > CLOSE) {
                if (y < box->top) box->top = y;
                if (x < box->left) box->left = x;
                if (y >= box->bottom) box->bottom = y + 1;
                if (x >= box->right) box->right = x + 1;
            }
    return box->bottom > box->top;
}

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

/* The box, brought to height × width; first rows become shorter, then columns. `scratch` holds
 * box height × width floats. */
static void resize(const struct picture *picture, const struct box *box, float *weights,
                   float *scratch, float *out, int height, int width)
{
    const int box_height = box->bottom - box->top, box_width = box->right - box->left;
    int count;
    for (int x = 0; x < width; x++) {
        int first = weigh(x, width, box_width, weights, &count);
        for (int y = 0; y < box_height; y++) {
            const uint8_t *row = picture->grey + (size_t)(box->top + y) * (size_t)picture->width +
                                 (size_t)(box->left + first);
            float sum = 0;
            for (int i = 0; i < count; i++) sum += weights[i] * (float)row[i];
            scratch[(size_t)y * (size_t)width + (size_t)x] = sum;
        }
    }
    for (int y = 0; y < height; y++) {
        int first = weigh(y, height, box_height, weights, &count);
        for (int x = 0; x < width; x++) {
            float sum = 0;
            for (int i = 0; i < count; i++)
                sum += weights[i] * scratch[(size_t)(first + i) * (size_t)width + (size_t)x];
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

/* As the data has it: the background black, what differs from it light. */
static uint8_t level(float value, float background)
{
    if (background >= LIGHT) return to_byte((background - value) * 255 / background);
    return to_byte((value - background) * 255 / (255 - background));
}

static enum sr_status prepare(const char *name, const struct picture *picture,
                              struct sr_shape shape, uint8_t *pixels, struct sr_error *error)
{
    const float background = find_background(picture);
    const int height = shape.height, width = shape.width;
    const size_t size = sr_shape_size(shape);
    if (picture->height == height && picture->width == width) {
        for (size_t i = 0; i < size; i++)
            pixels[i] = background >= LIGHT ? (uint8_t)(255 - picture->grey[i]) : picture->grey[i];
        return SR_OK;
    }
    struct box box;
    if (!find_box(picture, background, &box))
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "%s is empty: all of it is like its corners; a picture of one thing on "
                            "a plain background "
                            "is needed",
                            name);
    const int box_height = box.bottom - box.top, box_width = box.right - box.left;
    const double scale = fmin((double)height / box_height, (double)width / box_width);
    int new_height = (int)lround(box_height * scale), new_width = (int)lround(box_width * scale);
    if (new_height < 1) new_height = 1;
    if (new_width < 1) new_width = 1;

    const int longest = box_height > box_width ? box_height : box_width;
    const size_t rows = (size_t)box_height * (size_t)new_width;
    enum sr_status status = SR_ERROR_MEMORY;
    float *weights = sr_array_raw((size_t)longest, sizeof(float), "a picture", error);
    float *scratch = weights ? sr_array_raw(rows, sizeof(float), "a picture", error) : NULL;
    float *resized = scratch ? sr_array_raw(2 * size, sizeof(float), "a picture", error) : NULL;
    if (resized) {
        float *sharpened = resized + size;
        resize(picture, &box, weights, scratch, resized, new_height, new_width);
        sharpen(resized, sharpened, new_height, new_width);
        memset(pixels, 0, size);
        const int top = (height - new_height) / 2, left = (width - new_width) / 2;
        for (int y = 0; y < new_height; y++)
            for (int x = 0; x < new_width; x++)
                pixels[(top + y) * width + left + x] =
                    level(sharpened[y * new_width + x], background);
        status = SR_OK;
    }
    free(weights);
    free(scratch);
    free(resized);
    return status;
}

enum sr_status sr_import_parse(const char *name, const void *bytes, size_t length,
                               struct sr_shape shape, uint8_t *pixels, struct sr_error *error)
{
    struct picture picture;
    if (shape.channels != 1)
        return sr_error_set(error, SR_ERROR_STATE,
                            "%s cannot be used: pictures can only be made grey, and images in "
                            "colour are wanted",
                            name);
    enum sr_status status = picture_decode(name, bytes, length, &picture, error);
    if (status == SR_OK) status = prepare(name, &picture, shape, pixels, error);
    free(picture.grey);
    return status;
}

enum sr_status sr_import_image(const char *path, struct sr_shape shape, uint8_t *pixels,
                               struct sr_error *error)
{
    struct sr_error own = {SR_OK, ""};
    if (!error) error = &own;
    size_t length;
    char *bytes = sr_file_read(path, FILE_LIMIT, &length, error);
    if (!bytes) return error->status;
    enum sr_status status = sr_import_parse(path, bytes, length, shape, pixels, error);
    free(bytes);
    return status;
}
