/* figures_data.c - figures of the data: samples, what is done to them, their statistics. */
#include "figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/models/networks.h"

/* In figures narrower than this, in points, rows of ten images would show them too small. */
#define WIDE 400.0

static bool narrow(const struct figure *figure)
{
    return figure->request->width > 0 && figure->request->width < WIDE;
}

enum sr_status figure_browse(struct figure *figure, struct sr_error *error)
{
    struct sr_session *session = figure->session;
    struct picked picked;
    enum sr_status status = figure_pick(
        figure, figure->request->count ? (size_t)figure->request->count : 50, &picked, error);
    if (status) goto out;
    const struct sr_images *images = &session->data->files[picked.file];
    const uint8_t **pixels = sr_xalloc((picked.count + 1) * sizeof *pixels);
    char **captions = sr_xalloc((picked.count + 1) * sizeof *captions);
    bool *wrong = sr_xalloc((picked.count + 1) * sizeof *wrong);
    for (size_t i = 0; i < picked.count; i++) {
        uint32_t row = picked.rows[i];
        const char *truth = class_name(session, sr_images_label(images, row));
        size_t at = picked.predictions ? sr_predictions_find(picked.predictions, row) : SIZE_MAX;
        pixels[i] = figure_pixels(figure, picked.file, row);
        wrong[i] =
            at != SIZE_MAX && picked.predictions->predicted[at] != sr_images_label(images, row);
        captions[i] = wrong[i] ? sr_xprintf("%s\nas %s", truth,
                                            class_name(session, picked.predictions->predicted[at]))
                               : sr_xstrdup(truth);
    }
    char *title = sr_xprintf("%s: %s", session->data->name, picked.words);
    char **ids = picked_ids(figure, &picked);
    struct sr_grid_chart chart = {.title = title,
                                  .count = (int)picked.count,
                                  .shape = images->shape,
                                  .pixels = pixels,
                                  .ids = (const char *const *)ids,
                                  .captions = (const char *const *)captions,
                                  .wrong = wrong};
    status = figure_put(figure, &sr_chart_grid, &chart, error);
    free(title);
    picked_ids_free(ids, &picked);
    for (size_t i = 0; i < picked.count; i++) free(captions[i]);
    free(captions);
    free(pixels);
    free(wrong);
out:
    picked_free(&picked);
    return status;
}

enum sr_status figure_steps(struct figure *figure, struct sr_error *error)
{
    const struct sr_dataset *data = figure->session->data;
    struct picked picked;
    enum sr_status status = figure_pick(figure, 1, &picked, error);
    if (status) goto out;
    const struct sr_images *images = &data->files[picked.file];
    uint32_t row = picked.rows[0];
    const uint8_t *pixels = figure_pixels(figure, picked.file, row);
    const struct sr_shape shape = images->shape;
    const size_t size = sr_shape_size(shape);
    int label = sr_images_label(images, row);
    float *values = sr_xalloc(size * sizeof *values),
          *hot = sr_xalloc((size_t)data->classes * sizeof *hot);
    for (size_t i = 0; i < size; i++) values[i] = (float)pixels[i] / 255;
    if (label >= 0) hot[label] = 1;
    char notes[5][96], title[160], name[120];
    snprintf(notes[0], sizeof *notes, "%d × %d, uint8", shape.height, shape.width);
    snprintf(notes[1], sizeof *notes, "divided by 255, float32");
    snprintf(notes[2], sizeof *notes, "%d × %d × %d, for convolutions", shape.height, shape.width,
             shape.channels);
    snprintf(notes[3], sizeof *notes, "%zu values, for the others", size);
    snprintf(notes[4], sizeof *notes, "%s: 1 at %d, of %d", class_name(figure->session, label),
             label, data->classes);
    const struct sr_step steps[] = {{"raw", notes[0], values, shape, 0, 255},
                                    {"normalised", notes[1], values, shape, 0, 1},
                                    {"reshaped", notes[2], values, shape, 0, 1},
                                    {"flattened", notes[3], values, {1, (int)size, 1}, 0, 1},
                                    {"label, one-hot", notes[4], hot, {1, data->classes, 1}, 0, 1}};
    sr_sample_name(figure->session, picked.file, row, name, sizeof name);
    snprintf(title, sizeof title, "Preprocessing of %s%s%s", name, label < 0 ? "" : ", ",
             class_name(figure->session, label));
    /* A picture of one's own has no label. */
    const size_t count = sizeof steps / sizeof *steps - (label < 0);
    struct sr_steps_chart chart = {title, steps, count};
    status = figure_put(figure, &sr_chart_steps, &chart, error);
    free(values);
    free(hot);
out:
    picked_free(&picked);
    return status;
}

/* --- augmentation ---------------------------------------------------------------------- */

/* What the model was trained with, where its family has augmentation. */
static struct sr_augment augment_of(const struct sr_model *model)
{
    const struct sr_args *params = model->params;
    return sr_args_has(params, "augment") ? sr_networks_augment(params) : (struct sr_augment){0};
}

/* The changes that are asked for together: those named, else those that the model was trained with;
 * none where neither is given. */
static enum sr_status changes_of(struct figure *figure, struct sr_augment *together,
                                 struct sr_error *error)
{
    const struct sr_entry *entry = figure->request->model;
    *together = figure->request->augment;
    if (!figure->request->model_given || sr_augment_active(together)) return SR_OK;
    *together = augment_of(entry->model);
    figure_credit(figure, entry->model);
    if (sr_augment_active(together)) return SR_OK;
    return sr_error_set(
        error, SR_ERROR_STATE,
        "%s was trained without augmentation; name changes: export augment flip shift=2",
        entry->name);
}

static void to_bytes(const float *values, size_t size, uint8_t *bytes)
{
    for (size_t i = 0; i < size; i++) {
        float value = values[i] < 0 ? 0 : values[i] > 1 ? 1 : values[i];
        bytes[i] = (uint8_t)lrintf(255 * value);
    }
}

/* A line of changed images. */
struct line {
    const char *caption;
    struct sr_augment augment;
};
enum { LINES_MAX = SR_AUGMENT_PARTS + 1 };

/* Each part by itself, then all of them; how many lines that are. */
static size_t list_lines(bool colour, struct line lines[LINES_MAX])
{
    size_t count = 0;
    for (const struct sr_augment_part *part = sr_augment_parts; part->name; part++)
        if (part->example > 0 && (colour || !part->colour))
            lines[count++] = (struct line){part->caption, sr_augment_example(part)};
    lines[count++] = (struct line){"all of them", sr_augment_examples(colour)};
    return count;
}

/* The first sample that is picked, changed by each part on a line of its own or by all `together`
 * where those are any. */
static enum sr_status draw_changes(struct figure *figure, const struct picked *picked,
                                   const struct sr_augment *together, struct sr_error *error)
{
    struct sr_session *session = figure->session;
    const struct sr_images *images = &session->data->files[picked->file];
    const uint32_t row = picked->rows[0];
    const bool each = !sr_augment_active(together);
    struct line lines[LINES_MAX] = {{"", *together}};
    const size_t line_count = each ? list_lines(images->shape.channels > 1, lines) : 1;
    const int count = figure->request->count ? figure->request->count : each ? 4 : 23;
    const size_t size = sr_shape_size(images->shape), room = line_count * ((size_t)count + 1);
    size_t made = 0;
    uint64_t seed = (uint64_t)sr_args_integer(session->options, "seed");
    sr_text_clear(&figure->seeds); /* that of the changes, not the model's */
    sr_text_printf(&figure->seeds, "%llu", (unsigned long long)seed);
    float *values = sr_xalloc(size * sizeof *values);
    uint8_t *store = sr_xalloc(room * size);
    const uint8_t **pixels = sr_xalloc(room * sizeof *pixels);
    const char **captions = sr_xalloc(room * sizeof *captions);
    for (size_t i = 0; i < line_count; i++)
        for (int k = 0; k <= count; k++, made++) {
            /* Each line begins with the sample as it is; epochs follow one another. */
            sr_augment_image(k == 0 ? NULL : &lines[i].augment, seed, k, row,
                             figure_pixels(figure, picked->file, row), images->shape, values);
            to_bytes(values, size, store + made * size);
            pixels[made] = store + made * size;
            captions[made] = k == 0 ? "as it is" : lines[i].caption;
        }
    struct sr_text what = {0};
    sr_augment_print(together, &what);
    char name[120];
    sr_sample_name(session, picked->file, row, name, sizeof name);
    char *title =
        sr_xprintf("%s %s%s%s", class_name(session, sr_images_label(images, row)), name,
                   each ? ", changed as training may" : ", augmented: ", sr_text_get(&what));
    struct sr_grid_chart chart = {.title = title,
                                  .count = (int)made,
                                  .columns = !each            ? 0
                                             : narrow(figure) ? count + 1
                                                              : 2 * (count + 1),
                                  .shape = images->shape,
                                  .pixels = pixels,
                                  .captions = captions};
    enum sr_status status = figure_put(figure, &sr_chart_grid, &chart, error);
    free(title);
    sr_text_fini(&what);
    free(captions);
    free(pixels);
    free(store);
    free(values);
    return status;
}

enum sr_status figure_augment(struct figure *figure, struct sr_error *error)
{
    struct sr_augment together;
    struct picked picked = {0};
    enum sr_status status = changes_of(figure, &together, error);
    if (!status) status = figure_pick(figure, 1, &picked, error);
    if (!status) status = draw_changes(figure, &picked, &together, error);
    picked_free(&picked);
    return status;
}

/* --- statistics ------------------------------------------------------------------------ */

/* The samples of `split`, else of the whole train file; and their name for titles. */
static struct sr_samples chosen_samples(struct figure *figure, char *name, size_t size)
{
    int split = figure->request->split;
    if (split >= 0) {
        snprintf(name, size, "%s split", sr_split_names[split]);
        return sr_session_samples(figure->session, (enum sr_split_name)split);
    }
    const struct sr_images *images = &figure->session->data->files[SR_FILE_TRAIN];
    snprintf(name, size, "train file");
    return (struct sr_samples){images, NULL, images->count};
}

enum sr_status figure_histogram(struct figure *figure, struct sr_error *error)
{
    const struct sr_dataset *data = figure->session->data;
    const int class = figure->request->class;
    char name[32], title[256], note[160];
    struct sr_samples samples = chosen_samples(figure, name, sizeof name);
    struct sr_stats *stats = sr_xalloc(sizeof *stats);
    sr_stats_compute(stats, &samples, class);
    if (!stats->count) {
        free(stats);
        return sr_error_set(error, SR_ERROR_STATE, "export: the %s holds no such sample", name);
    }
    snprintf(title, sizeof title, "%s of %s, %s%s%s",
             stats->channels == 3 ? "Values of each channel" : "Grey values", data->name, name,
             class >= 0 ? ", " : "", class >= 0 ? data->class_names[class] : "");
    snprintf(note, sizeof note, "mean %.2f, median %g, standard deviation %.2f, %.1f %% zeros",
             stats->all.mean, stats->all.median, stats->all.deviation, stats->all.zeros * 100);
    struct sr_histogram_chart chart = {.title = title,
                                       .note = note,
                                       .counts = stats->all.histogram,
                                       .linear = figure->request->linear};
    for (int c = 0; stats->channels == 3 && c < 3; c++)
        chart.channels[c] = stats->channel[c].histogram;
    enum sr_status status = figure_put(figure, &sr_chart_histogram, &chart, error);
    free(stats);
    return status;
}

enum sr_status figure_means(struct figure *figure, struct sr_error *error)
{
    const struct sr_dataset *data = figure->session->data;
    char name[32], title[256];
    struct sr_samples samples = chosen_samples(figure, name, sizeof name);
    if (!samples.count)
        return sr_error_set(error, SR_ERROR_STATE, "export: the %s holds no such sample", name);
    const struct sr_shape shape = samples.images->shape;
    const int classes = data->classes;
    size_t size = sr_shape_size(shape), made = 0;
    /* The means in one row and the deviations below it where all classes fit; else in pairs. */
    bool rows = classes <= 12 && !narrow(figure);
    float *mean = sr_xalloc(size * sizeof *mean), *variance = sr_xalloc(size * sizeof *variance);
    uint8_t *store = sr_xalloc(2 * (size_t)classes * size);
    const uint8_t **pixels = sr_xalloc(2 * (size_t)classes * sizeof *pixels);
    const char **captions = sr_xalloc(2 * (size_t)classes * sizeof *captions);
    for (int c = 0; c < classes; c++) {
        bool any = sr_stats_mean_image(&samples, c, mean, variance);
        for (int kind = 0; kind < 2; kind++) {
            uint8_t *out = store + made++ * size;
            for (size_t i = 0; any && i < size; i++) {
                /* Values of 0..255 deviate by 127.5 at most, so that twice the deviation is a grey
                 * value. */
                float value = kind ? 2 * sqrtf(variance[i]) : mean[i];
                out[i] = (uint8_t)lrintf(value > 255 ? 255 : value);
            }
            int place = rows ? kind * classes + c : 2 * c + kind;
            pixels[place] = out;
            captions[place] = kind == 0 ? data->class_names[c] : "deviation";
        }
    }
    snprintf(title, sizeof title, "Mean of each class of %s, %s, and standard deviation (doubled)",
             data->name, name);
    struct sr_grid_chart chart = {.title = title,
                                  .count = 2 * classes,
                                  .columns = rows             ? classes
                                             : narrow(figure) ? 6
                                                              : 12,
                                  .shape = shape,
                                  .pixels = pixels,
                                  .captions = captions};
    enum sr_status status = figure_put(figure, &sr_chart_grid, &chart, error);
    free(captions);
    free(pixels);
    free(store);
    free(variance);
    free(mean);
    return status;
}
