#include "cutout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "backdrop.h"
#include "sartor/base/memory.h"
#include "sartor/base/srgb.h"

enum { FRAME_PERCENT = 8 };

/* In CIELAB, where 1 is about the least difference that an eye can see. */
static const float least_difference = 4, most_difference = 22;

/* --- colours --------------------------------------------------------------------------- */

static float lab_curve(float value)
{
    return value > 216.0f / 24389 ? cbrtf(value) : (value * 24389.0f / 27 + 16) / 116;
}

/* Linear RGB to CIELAB, white point D65 (IEC 61966-2-1, CIE 15). */
static void to_lab(const float *rgb, float *lab)
{
    float x = (0.4124f * rgb[0] + 0.3576f * rgb[1] + 0.1805f * rgb[2]) / 0.9505f,
          y = 0.2126f * rgb[0] + 0.7152f * rgb[1] + 0.0722f * rgb[2],
          z = (0.0193f * rgb[0] + 0.1192f * rgb[1] + 0.9505f * rgb[2]) / 1.089f;
    x = lab_curve(x), y = lab_curve(y), z = lab_curve(z);
    lab[0] = 116 * y - 16;
    lab[1] = 500 * (x - y);
    lab[2] = 200 * (y - z);
}

/* The grey level, 0 to 255, of CIELAB's lightness. */
static float lab_grey(float lightness)
{
    float f = (lightness + 16) / 116, y = f > 6.0f / 29 ? f * f * f : (116 * f - 16) * 27 / 24389;
    return 255 * (float)sr_srgb_from_linear((double)fminf(1, fmaxf(0, y)));
}

/* --- made small ------------------------------------------------------------------------ */

/* Mean of the pixels in `window` (top, bottom, left, right), weighted by the area covered and by
 * opacity; `linear` has the light of each value. Where all is transparent: white. */
static void average(const struct sr_picture *picture, const float *linear, const double *window,
                    float *rgb, float *opacity)
{
    const size_t step = (size_t)picture->channels, colour = step == 3 ? 1 : 0;
    double sums[4] = {0}, area = 0;
    for (int y = (int)window[0]; y < window[1]; y++) {
        const double down = fmin(y + 1, window[1]) - fmax(y, window[0]);
        for (int x = (int)window[2]; x < window[3]; x++) {
            const double part = down * (fmin(x + 1, window[3]) - fmax(x, window[2]));
            const size_t at = (size_t)y * (size_t)picture->width + (size_t)x;
            const double weight = picture->opacity ? part * picture->opacity[at] / 255 : part;
            for (size_t c = 0; c < 3; c++)
                sums[c] += weight * (double)linear[picture->pixels[at * step + c * colour]];
            sums[3] += weight;
            area += part;
        }
    }
    *opacity = area > 0 ? (float)(sums[3] / area) : 0;
    for (int c = 0; c < 3; c++) rgb[c] = sums[3] > 0 ? (float)(sums[c] / sums[3]) : 1;
}

static void make_small(const struct sr_picture *picture, struct sheet *sheet, uint8_t *colours)
{
    const int height = picture->height, width = picture->width;
    float linear[256];
    for (int i = 0; i < 256; i++) linear[i] = (float)sr_srgb_to_linear(i / 255.0);
    const double down = (double)height / sheet->height, across = (double)width / sheet->width;
    for (int y = 0; y < sheet->height; y++)
        for (int x = 0; x < sheet->width; x++) {
            const size_t at = (size_t)(y * sheet->width + x);
            const double window[4] = {y * down, fmin(height, (y + 1) * down), x * across,
                                      fmin(width, (x + 1) * across)};
            float rgb[3];
            average(picture, linear, window, rgb, &sheet->opacity[at]);
            to_lab(rgb, sheet->lab[at]);
            for (size_t c = 0; c < 3; c++)
                colours[3 * at + c] = (uint8_t)lrint(255 * sr_srgb_from_linear((double)rgb[c]));
        }
}

/* --- a frame --------------------------------------------------------------------------- */

/* Share of the pixels `depth` from the edges that differ from their neighbours one step nearer to
 * the edge. */
static float step_share(const struct sheet *sheet, int depth)
{
    const int height = sheet->height, width = sheet->width;
    int count = 0, steps = 0;
    const float(*lab)[3] = (const float(*)[3])sheet->lab;
    for (int x = depth; x < width - depth; x++) {
        steps += lab_distance(lab[depth * width + x], lab[(depth - 1) * width + x]) > 5;
        steps += lab_distance(lab[(height - 1 - depth) * width + x],
                              lab[(height - depth) * width + x]) > 5;
        count += 2;
    }
    for (int y = depth; y < height - depth; y++) {
        steps += lab_distance(lab[y * width + depth], lab[y * width + depth - 1]) > 5;
        steps +=
            lab_distance(lab[y * width + width - 1 - depth], lab[y * width + width - depth]) > 5;
        count += 2;
    }
    return count ? (float)steps / (float)count : 0;
}

/* Width of a frame; 0 for none. */
static int find_frame(const struct sheet *sheet)
{
    const int side = sheet->height < sheet->width ? sheet->height : sheet->width;
    int frame = 0;
    for (int depth = 1; depth <= side * FRAME_PERCENT / 100; depth++)
        if (step_share(sheet, depth) > 0.7f) frame = depth;
    return frame;
}

static void crop(struct sheet *sheet, uint8_t *colours, int frame)
{
    const int height = sheet->height - 2 * frame, width = sheet->width - 2 * frame;
    for (int y = 0; y < height; y++) {
        size_t to = (size_t)(y * width), from = (size_t)((y + frame) * sheet->width + frame);
        memmove(sheet->lab + to, sheet->lab + from, (size_t)width * sizeof *sheet->lab);
        memmove(sheet->opacity + to, sheet->opacity + from, (size_t)width * sizeof(float));
        memmove(colours + 3 * to, colours + 3 * from, (size_t)width * 3);
    }
    sheet->height = height;
    sheet->width = width;
}

/* --- the subject ----------------------------------------------------------------------- */

/* The mask while it is made; `stack` has room for each pixel. */
struct region {
    int height, width;
    uint8_t *mask;
    int *stack;
};

/* Give the value `new` to the pixels that hang together with `from` and have its value; returns how
 * many. Pixels that touch at a corner hang together, where the backdrop's do not. */
static size_t flood(struct region *region, int from, uint8_t new, bool corners)
{
    const int height = region->height, width = region->width;
    uint8_t *mask = region->mask;
    const uint8_t old = mask[from];
    size_t count = 0, top = 0;
    mask[from] = new;
    region->stack[top++] = from;
    while (top) {
        const int at = region->stack[--top], y = at / width, x = at % width;
        count++;
        for (int i = -1; i <= 1; i++)
            for (int j = -1; j <= 1; j++) {
                const int to = at + i * width + j;
                if (y + i < 0 || y + i >= height || x + j < 0 || x + j >= width) continue;
                if (mask[to] != old || (i && j && !corners)) continue;
                mask[to] = new;
                region->stack[top++] = to;
            }
    }
    return count;
}

enum { BACKDROP, WEAK, FOUND, PIECE, HOLE, SUBJECT = 255 };

/* Leave out what is small beside the largest piece, and fill small holes. Returns the subject's
 * pixels. */
static size_t clean(struct region *region)
{
    const int size = region->height * region->width;
    uint8_t *mask = region->mask;
    size_t largest = 0, total = 0;
    for (int i = 0; i < size; i++)
        if (mask[i] == FOUND) {
            size_t count = flood(region, i, PIECE, true);
            if (count > largest) largest = count;
        }
    for (int i = 0; i < size; i++)
        if (mask[i] == PIECE) {
            size_t count = flood(region, i, SUBJECT, true);
            if (count * 20 < largest)
                flood(region, i, BACKDROP, true);
            else
                total += count;
        }
    for (int i = 0; i < size; i++)
        if (mask[i] == BACKDROP) {
            size_t count = flood(region, i, HOLE, false);
            if (count * 60 < total) total += flood(region, i, SUBJECT, false);
        }
    for (int i = 0; i < size; i++)
        if (mask[i] != SUBJECT) mask[i] = BACKDROP;
    return total;
}

/* Pixels over `high`, and those over `low` that hang together with one. */
static size_t find_subject(const struct sheet *sheet, float low, float high, struct region *region)
{
    const int size = sheet->height * sheet->width;
    uint8_t *mask = region->mask;
    for (int i = 0; i < size; i++) mask[i] = sheet->far[i] > low ? WEAK : BACKDROP;
    for (int i = 0; i < size; i++)
        if (mask[i] == WEAK && sheet->far[i] > high) flood(region, i, FOUND, true);
    for (int i = 0; i < size; i++)
        if (mask[i] == WEAK) mask[i] = BACKDROP;
    return clean(region);
}

/* Averaging has made the subject larger by a pixel: leave those at its edge out that are like the
 * backdrop by themselves. */
static void trim(const struct sheet *sheet, float low, struct region *region)
{
    const int height = region->height, width = region->width;
    uint8_t *mask = region->mask;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            const int at = y * width + x;
            const bool edge = (x > 0 && mask[at - 1] == BACKDROP) ||
                              (x + 1 < width && mask[at + 1] == BACKDROP) ||
                              (y > 0 && mask[at - width] == BACKDROP) ||
                              (y + 1 < height && mask[at + width] == BACKDROP);
            if (mask[at] == SUBJECT && edge && sheet->raw[at] <= low) mask[at] = HOLE;
        }
    for (int i = 0; i < height * width; i++)
        if (mask[i] == HOLE) mask[i] = BACKDROP;
}

static int by_value(const void *a, const void *b)
{
    float first = *(const float *)a, second = *(const float *)b;
    return (first > second) - (first < second);
}

/* The value below which `share` of the values lie; sorts them. */
static float quantile(float *values, size_t count, double share)
{
    qsort(values, count, sizeof *values, by_value);
    return count ? values[(size_t)(share * (double)(count - 1))] : 0;
}

/* From the distances of what is backdrop: the higher threshold. */
static float find_threshold(const struct sheet *sheet, const size_t *among, size_t count,
                            float *scratch)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (sheet->far[among[i]] < most_difference) scratch[kept++] = sheet->far[among[i]];
    float middle = quantile(scratch, kept, 0.5);
    for (size_t i = 0; i < kept; i++) scratch[i] = fabsf(scratch[i] - middle);
    float spread = 1.4826f * quantile(scratch, kept, 0.5);
    return fminf(most_difference, fmaxf(least_difference, middle + 6 * spread));
}

/* Share of the pixels along the edges that are like the backdrop fitted to them. */
static double plain_share(const struct sheet *sheet, const size_t *ring, size_t count,
                          struct backdrop *backdrop)
{
    size_t near = 0;
    backdrop_fit(sheet, ring, count, backdrop);
    for (size_t i = 0; i < count; i++)
        near += backdrop_distance(sheet, backdrop, ring[i]) < most_difference / 2;
    return (double)near / (double)count;
}

static void cut_by_colour(struct sheet *sheet, struct cutout *cutout)
{
    const size_t size = (size_t)sheet->height * (size_t)sheet->width;
    size_t *among = sr_xalloc(size * sizeof *among), count = backdrop_ring(sheet, among), found = 0;
    float *scratch = sr_xalloc(size * sizeof *scratch);
    struct region region = {sheet->height, sheet->width, cutout->mask,
                            sr_xalloc(size * sizeof(int))};
    struct backdrop backdrop;
    cutout->doubt =
        plain_share(sheet, among, count, &backdrop) < 0.6 ? CUTOUT_NO_BACKDROP : CUTOUT_SURE;
    for (int round = 0; round < 2; round++) {
        backdrop_measure(sheet, &backdrop);
        const float high = find_threshold(sheet, among, count, scratch);
        found = find_subject(sheet, 0.6f * high, high, &region);
        if (round) trim(sheet, 0.6f * high, &region);
        count = 0;
        for (size_t i = 0; i < size; i++)
            if (!cutout->mask[i]) among[count++] = i;
        if (!round) backdrop_refit(sheet, among, count, 12, &backdrop);
    }
    if (!found)
        cutout->doubt = CUTOUT_EMPTY;
    else if (found * 10 > size * 9)
        cutout->doubt = CUTOUT_NO_BACKDROP;
    free(region.stack);
    free(scratch);
    free(among);
}

/* False when what lies within a frame has no plain backdrop: then it was no frame, but a backdrop
 * of which little is seen. The sheet is cropped all the same. */
static bool leave_frame_out(struct sheet *sheet, uint8_t *colours)
{
    const int frame = find_frame(sheet);
    if (!frame) return true;
    crop(sheet, colours, frame);
    size_t *ring = sr_xalloc((size_t)(sheet->height * sheet->width) * sizeof *ring);
    struct backdrop backdrop;
    const size_t count = backdrop_ring(sheet, ring);
    const bool plain = plain_share(sheet, ring, count, &backdrop) >= 0.8;
    free(ring);
    return plain;
}

static bool is_transparent(const struct sheet *sheet)
{
    const size_t size = (size_t)sheet->height * (size_t)sheet->width;
    size_t clear = 0, opaque = 0;
    for (size_t i = 0; i < size; i++) {
        clear += sheet->opacity[i] < 0.25f;
        opaque += sheet->opacity[i] > 0.75f;
    }
    return clear * 100 > size && opaque;
}

/* --- grey levels ----------------------------------------------------------------------- */

static void find_box(struct cutout *cutout)
{
    cutout->top = cutout->height, cutout->left = cutout->width;
    cutout->bottom = cutout->right = 0;
    for (int y = 0; y < cutout->height; y++)
        for (int x = 0; x < cutout->width; x++) {
            if (!cutout->mask[y * cutout->width + x]) continue;
            if (y < cutout->top) cutout->top = y;
            if (x < cutout->left) cutout->left = x;
            if (y >= cutout->bottom) cutout->bottom = y + 1;
            if (x >= cutout->right) cutout->right = x + 1;
        }
}

/* Grey levels as images of the data set have them: the median between these, and the middle 80 %
 * over at least this range. Chosen on images of the train file drawn in other tones. */
static const float least_median = 150, most_median = 220, least_range = 150, most_gain = 4;

static void set_grey(const struct sheet *sheet, struct cutout *cutout, bool transparent)
{
    const size_t size = (size_t)sheet->height * (size_t)sheet->width;
    float *values = sr_xalloc(size * sizeof *values);
    size_t count = 0;
    float backdrop = 50; /* of transparency: the middle of the lightnesses */
    for (size_t i = 0; i < size; i++)
        if (!cutout->mask[i]) values[count++] = sheet->lab[i][0];
    if (!transparent) backdrop = quantile(values, count, 0.5);
    count = 0;
    for (size_t i = 0; i < size; i++)
        if (cutout->mask[i]) values[count++] = sheet->lab[i][0];
    const float low = lab_grey(quantile(values, count, 0.1)),
                high = lab_grey(quantile(values, count, 0.9)),
                lightness = quantile(values, count, 0.5), middle = lab_grey(lightness);
    free(values);
    cutout->lighter = lightness >= backdrop;
    if (!transparent && !cutout->doubt && backdrop > 88 && lightness > 80)
        cutout->doubt = CUTOUT_WHITE;
    const float sign = cutout->lighter ? 1 : -1,
                gain = fminf(most_gain, fmaxf(1, least_range / fmaxf(1, high - low))),
                wanted = fminf(most_median,
                               fmaxf(least_median, cutout->lighter ? middle : 255 - middle));
    for (size_t i = 0; i < size; i++) {
        float grey = wanted + sign * gain * (lab_grey(sheet->lab[i][0]) - middle);
        cutout->grey[i] = cutout->mask[i] ? fminf(255, fmaxf(0, grey)) : 0;
    }
}

void cutout_make(const struct sr_picture *picture, struct cutout *cutout)
{
    const int height = picture->height, width = picture->width;
    const int longest = height > width ? height : width;
    const double scale = longest > CUTOUT_SIDE ? (double)CUTOUT_SIDE / longest : 1;
    const int small_height = (int)fmax(1, round(height * scale)),
              small_width = (int)fmax(1, round(width * scale));
    struct sheet sheet = {.height = small_height, .width = small_width};
    const size_t size = (size_t)sheet.height * (size_t)sheet.width;
    *cutout = (struct cutout){.colours = sr_xalloc(3 * size),
                              .mask = sr_xalloc(size),
                              .grey = sr_xalloc(size * sizeof(float))};
    sheet.lab = sr_xalloc(size * sizeof *sheet.lab);
    sheet.opacity = sr_xalloc(size * sizeof *sheet.opacity);
    sheet.raw = sr_xalloc(size * sizeof *sheet.raw);
    sheet.far = sr_xalloc(size * sizeof *sheet.far);
    make_small(picture, &sheet, cutout->colours);
    const bool transparent = is_transparent(&sheet);
    if (!transparent && !leave_frame_out(&sheet, cutout->colours)) {
        sheet.height = small_height;
        sheet.width = small_width;
        make_small(picture, &sheet, cutout->colours);
    }
    cutout->height = sheet.height;
    cutout->width = sheet.width;
    if (transparent)
        for (size_t i = 0; i < size; i++) cutout->mask[i] = sheet.opacity[i] > 0.5f ? SUBJECT : 0;
    else
        cut_by_colour(&sheet, cutout);
    find_box(cutout);
    set_grey(&sheet, cutout, transparent);
    free(sheet.lab);
    free(sheet.opacity);
    free(sheet.raw);
    free(sheet.far);
}

void cutout_fini(struct cutout *cutout)
{
    free(cutout->colours);
    free(cutout->mask);
    free(cutout->grey);
    *cutout = (struct cutout){0};
}
