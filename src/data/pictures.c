/* pictures.c - see pictures.h. */
#include "pictures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pixels.h"
#include "sartor/base/clock.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/base/text.h"

enum {
    BATCH = 256,           /* pictures that one parallel region decodes at most */
    BATCH_BYTES = 2 << 20, /* and bytes of their files */
    PROBE = 16,
};

static const char endings[] = ".png .jpg .jpeg .jpe .jfif .webp .gif .bmp .tif .tiff .heic .avif";

/* One picture of a batch, and what became of it. */
struct item {
    size_t row;
    char *bytes; /* NULL: read by the worker */
    size_t length;
    bool bad, resized, made_grey;
    bool other_size, in_colour; /* than was expected */
    struct sr_error error;
};

struct decoding {
    struct loading *loading;
    const struct picture_list *list;
    struct sr_fitting fitting;
    bool size_guessed; /* from the first picture: another size begins anew */
    bool keep_colour;
    struct sr_images images;       /* all rows, in the order of the list */
    uint8_t *bad;                  /* a byte for each row */
    struct sr_picture_size *sizes; /* of each row, as it came */
    size_t bad_count, first_bad;
    struct sr_error first_error;
    bool restart; /* a picture has another size, or colour, than was guessed */
    bool colourless;
    struct item items[BATCH];
    double started;
};

void picture_list_add(struct picture_list *list, size_t file, int label, enum part part)
{
    sr_xgrow(&list->rows, &list->room, list->count + 1, sizeof *list->rows);
    list->rows[list->count++] = (struct picture_row){(uint32_t)file, (uint8_t)label, (uint8_t)part};
}

void picture_list_fini(struct picture_list *list)
{
    free(list->rows);
    *list = (struct picture_list){0};
}

bool pictures_like(const struct tree *tree, size_t file)
{
    const char *path = tree->files[file].path;
    if (tree_ends(path, endings)) return true;
    return !strchr(sr_path_name(path), '.') && pictures_probe(tree, file);
}

bool pictures_probe(const struct tree *tree, size_t file)
{
    uint8_t start[PROBE];
    return sr_picture_probe(start, tree_peek(tree, file, start, sizeof start));
}

/* One picture, on any thread. */
static void decode(void *context, size_t index, int worker)
{
    struct decoding *d = context;
    struct item *item = &d->items[index];
    const struct tree *tree = d->loading->tree;
    const size_t file = d->list->rows[item->row].file, size = sr_shape_size(d->fitting.shape);
    struct sr_picture picture = {0};
    enum sr_status status = SR_OK;
    (void)worker;
    if (!item->bytes) {
        item->bytes = tree_read(tree, file, SR_PICTURE_BYTES, &item->length, &item->error);
        if (!item->bytes) status = item->error.status;
    }
    if (status == SR_OK)
        status = sr_picture_decode(tree_name(tree, file), item->bytes, item->length, &picture,
                                   &item->error);
    if (status == SR_OK) {
        const bool colour = picture.channels == 3;
        d->sizes[item->row] =
            (struct sr_picture_size){(uint16_t)picture.width, (uint16_t)picture.height};
        const bool fits =
            picture.height == d->fitting.shape.height && picture.width == d->fitting.shape.width;
        item->other_size = !fits;
        item->in_colour = colour && !sr_picture_colourless(&picture);
        if (d->keep_colour && colour && !item->in_colour) sr_picture_grey(&picture);
        item->made_grey = !d->keep_colour && item->in_colour;
        if (fits || !d->size_guessed)
            status = sr_fitting_apply(&d->fitting, &picture, d->images.pixels + item->row * size,
                                      &item->error);
    }
    item->bad = status != SR_OK;
    sr_picture_fini(&picture);
    free(item->bytes);
    item->bytes = NULL;
}

/* Gather what the workers found, in the order of the batch. */
static enum sr_status collect(struct decoding *d, size_t count, struct sr_error *error)
{
    for (size_t i = 0; i < count; i++) {
        const struct item *item = &d->items[i];
        if (item->bad && item->error.status == SR_ERROR_MEMORY) {
            *error = item->error;
            return SR_ERROR_MEMORY;
        }
        if (item->bad) {
            if (!d->bad_count || item->row < d->first_bad) {
                d->first_bad = item->row;
                d->first_error = item->error;
            }
            d->bad_count++;
            d->bad[item->row] = 1;
            continue;
        }
        if (item->in_colour) d->colourless = false;
        if (d->keep_colour && item->in_colour && d->fitting.shape.channels == 1) d->restart = true;
        if (item->other_size && d->size_guessed) d->restart = true;
        d->fitting.resized = d->fitting.resized || item->other_size;
        d->fitting.made_grey = d->fitting.made_grey || item->made_grey;
    }
    return SR_OK;
}

static void say(const struct decoding *d, size_t done)
{
    const double seconds = sr_clock_seconds() - d->started,
                 rate = seconds > 0 ? (double)done / seconds : 0;
    struct sr_progress progress = {.unit = "image",
                                   .done = done,
                                   .total = d->list->count,
                                   .rate = rate,
                                   .seconds_left =
                                       rate > 0 ? (double)(d->list->count - done) / rate : -1,
                                   .loss = NAN,
                                   .accuracy = NAN,
                                   .learning_rate = NAN};
    snprintf(progress.note, sizeof progress.note, "pictures");
    sr_monitor_progress(d->loading->opening->monitor, &progress);
}

/* All pictures once; ends early when another guess is needed. */
static enum sr_status decode_all(struct decoding *d, struct tree_pass *pass, struct sr_error *error)
{
    const struct sr_opening *opening = d->loading->opening;
    enum sr_status status = SR_OK;
    bool more = true;
    for (size_t done = 0; more && status == SR_OK && !d->restart;) {
        size_t count = 0, bytes = 0;
        while (more && count < BATCH && bytes < BATCH_BYTES && status == SR_OK) {
            struct item *item = &d->items[count];
            *item = (struct item){0};
            status = tree_pass_next(pass, SR_PICTURE_BYTES, &item->row, &item->bytes, &item->length,
                                    error);
            more = status == SR_OK && item->row < d->list->count;
            if (!more) break;
            const uint64_t size = d->loading->tree->files[d->list->rows[item->row].file].size;
            bytes += item->bytes ? item->length : (size_t)(size < BATCH_BYTES ? size : BATCH_BYTES);
            count++;
        }
        if (status == SR_OK) sr_pool_run(opening->pool, count, decode, d);
        if (status == SR_OK) status = collect(d, count, error);
        for (size_t i = 0; i < count; i++) free(d->items[i].bytes);
        done += count;
        say(d, done);
        if (status == SR_OK && !sr_monitor_proceed(opening->monitor))
            status =
                sr_error_set(error, SR_ERROR_CANCELLED, "%s: reading was stopped", opening->path);
    }
    return status;
}

/* Size and colour of the first picture that can be read, for a first guess. */
static void guess(struct decoding *d)
{
    const struct tree *tree = d->loading->tree;
    const struct sr_wishes *wishes = &d->loading->opening->wishes;
    struct sr_picture picture = {0};
    size_t length;
    const size_t file = d->list->rows[0].file;
    char *bytes = tree_read(tree, file, SR_PICTURE_BYTES, &length, NULL);
    const bool good = bytes && sr_picture_decode("", bytes, length, &picture, NULL) == SR_OK;
    d->keep_colour = wishes->colour == SR_COLOUR_KEEP;
    d->fitting = (struct sr_fitting){.pictures = true, .fit = wishes->fit};
    d->fitting.shape = (struct sr_shape){SR_FIT_SIZE, SR_FIT_SIZE, 1};
    if (d->keep_colour && good && !sr_picture_colourless(&picture)) d->fitting.shape.channels = 3;
    if (wishes->size) {
        d->fitting.shape.height = d->fitting.shape.width = wishes->size;
    } else if (good && picture.height >= SR_SIDE_MIN && picture.height <= SR_SIDE_MAX &&
               picture.width >= SR_SIDE_MIN && picture.width <= SR_SIDE_MAX) {
        d->size_guessed = true;
        d->fitting.shape.height = picture.height;
        d->fitting.shape.width = picture.width;
    }
    sr_picture_fini(&picture);
    free(bytes);
}

/* After a wrong guess: the next one is right for the pictures seen so far. */
static void guess_again(struct decoding *d)
{
    if (d->size_guessed && d->fitting.resized) {
        d->size_guessed = false;
        d->fitting.shape.height = d->fitting.shape.width = SR_FIT_SIZE;
    }
    if (d->keep_colour && !d->colourless) d->fitting.shape.channels = 3;
    d->fitting.resized = d->fitting.made_grey = false;
    d->restart = false;
}

static enum sr_status decode_guessing(struct decoding *d, const uint32_t *files,
                                      struct sr_error *error)
{
    enum sr_status status = SR_OK;
    do {
        if (d->restart) guess_again(d);
        sr_images_fini(&d->images);
        d->bad_count = 0;
        d->colourless = true;
        memset(d->bad, 0, d->list->count);
        status = pixels_new(&d->images, d->list->count, d->fitting.shape, error);
        if (status != SR_OK) return status;
        d->started = sr_clock_seconds();
        struct tree_pass *pass = tree_pass_open(d->loading->tree, files, d->list->count);
        status = decode_all(d, pass, error);
        tree_pass_close(pass);
    } while (status == SR_OK && d->restart);
    return status;
}

/* Rows that can be used close up. */
static enum sr_status drop_bad(struct decoding *d, struct picture_list *list,
                               struct sr_error *error)
{
    const struct sr_opening *opening = d->loading->opening;
    char bad[32], all[32];
    if (!d->bad_count) return SR_OK;
    sr_format_count(bad, sizeof bad, d->bad_count);
    sr_format_count(all, sizeof all, list->count);
    if (!opening->skip || d->bad_count == list->count)
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "%s of %s pictures cannot be used, the first of them: %s%s", bad, all,
                            d->first_error.text,
                            d->bad_count == list->count ? "" : "; skip=on leaves them out");
    const size_t size = sr_shape_size(d->fitting.shape);
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (d->bad[i]) continue;
        list->rows[kept] = list->rows[i];
        d->sizes[kept] = d->sizes[i];
        memmove(d->images.pixels + kept * size, d->images.pixels + i * size, size);
        kept++;
    }
    list->count = kept;
    dataset_note(d->loading->dataset,
                 "%s of %s pictures could not be read and were left out, the first of them: %s",
                 bad, all, d->first_error.text);
    return SR_OK;
}

/* The sizes of the pictures, where they differ. */
static enum sr_status keep_sizes(const struct decoding *d, const size_t counts[SR_FILE_COUNT],
                                 struct sr_error *error)
{
    struct sr_picture_size **kept = d->loading->dataset->sizes;
    const struct sr_picture_size *from = d->sizes;
    bool same = true;
    for (size_t i = 1; i < counts[SR_FILE_TRAIN] + counts[SR_FILE_TEST]; i++)
        same = same && from[i].width == from->width && from[i].height == from->height;
    for (int f = 0; !same && f < SR_FILE_COUNT; from += counts[f++]) {
        kept[f] = sr_array_raw(counts[f], sizeof *from, "the pictures' sizes", error);
        if (!kept[f]) return SR_ERROR_MEMORY;
        memcpy(kept[f], from, counts[f] * sizeof *from);
    }
    return SR_OK;
}

/* From one block in the order of parts to a train and a test file. */
static enum sr_status divide(struct decoding *d, const struct picture_list *list,
                             struct sr_error *error)
{
    struct sr_dataset *dataset = d->loading->dataset;
    struct sr_images *train = &dataset->files[SR_FILE_TRAIN], *test = &dataset->files[SR_FILE_TEST];
    const size_t size = sr_shape_size(d->fitting.shape);
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        count += list->rows[i].part != PART_TEST;
        dataset->validation += list->rows[i].part == PART_VALIDATION;
    }
    *train = d->images;
    d->images = (struct sr_images){0};
    train->labels = sr_array_raw(list->count, 1, "the labels", error);
    if (!train->labels) return SR_ERROR_MEMORY;
    for (size_t i = 0; i < list->count; i++) train->labels[i] = list->rows[i].label;
    const size_t others = list->count - count;
    if (others) {
        enum sr_status status = pixels_new(test, others, d->fitting.shape, error);
        if (status != SR_OK) return status;
        test->labels = sr_array_raw(others, 1, "the labels", error);
        if (!test->labels) return SR_ERROR_MEMORY;
        memcpy(test->pixels, train->pixels + count * size, others * size);
        memcpy(test->labels, train->labels + count, others);
    }
    pixels_shrink(train, count);
    return keep_sizes(d, (const size_t[SR_FILE_COUNT]){count, others}, error);
}

/* In the order of parts, which the positions of rows keep within each. */
static void sort_parts(struct picture_list *list)
{
    struct picture_row *sorted = sr_xalloc((list->count + 1) * sizeof *sorted);
    size_t at = 0;
    for (int p = 0; p < PART_COUNT; p++)
        for (size_t i = 0; i < list->count; i++)
            if (list->rows[i].part == p) sorted[at++] = list->rows[i];
    free(list->rows);
    list->rows = sorted;
}

enum sr_status pictures_load(struct loading *loading, struct picture_list *list,
                             struct sr_error *error)
{
    struct decoding *d = sr_xalloc(sizeof *d);
    struct sr_dataset *dataset = loading->dataset;
    char text[256];
    d->loading = loading;
    d->list = list;
    sort_parts(list);
    uint32_t *files = sr_array_raw(list->count, sizeof *files, "the pictures", error);
    d->bad = sr_array_raw(list->count, 1, "the pictures", error);
    d->sizes = sr_array_raw(list->count, sizeof *d->sizes, "the pictures", error);
    enum sr_status status = files && d->bad && d->sizes ? SR_OK : SR_ERROR_MEMORY;
    if (status == SR_OK) {
        for (size_t i = 0; i < list->count; i++) files[i] = list->rows[i].file;
        guess(d);
        status = decode_guessing(d, files, error);
    }
    if (status == SR_OK) status = drop_bad(d, list, error);
    if (status == SR_OK) status = divide(d, list, error);
    if (status == SR_OK) {
        dataset->fitting = d->fitting;
        sr_fitting_describe(&d->fitting, text, sizeof text);
        if (*text) dataset_note(dataset, "%s", text);
    }
    free(files);
    free(d->bad);
    free(d->sizes);
    sr_images_fini(&d->images);
    free(d);
    return status;
}
