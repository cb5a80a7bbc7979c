/* browse.c - the samples of the selection as thumbnails, or one of them large. */
#include "parts.h"
#include "sartor/base/memory.h"
#include "sartor/cells/draw.h"
#include "sartor/data/augment.h"
#include "sartor/models/networks.h"
#include "sartor/panes/show.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Which predictions the captions show: only those that the filter asks for. */
static const struct sr_predictions *shown_predictions(struct sr_session *session)
{
    const struct sr_filter *filter = &session->selection.filter;
    if (!filter->model[0]) return NULL;
    const struct sr_entry *entry = sr_session_entry(session, filter->model, NULL);
    const struct sr_predicted *predicted =
        entry ? sr_session_predicted(session, entry, filter->split) : NULL;
    return predicted ? &predicted->predictions : NULL;
}

/* Filter words and counts: "split=test class=Shirt wrong            37 of 10,000, 12th". */
static void draw_heading(struct sr_session *session, struct sr_area area)
{
    const struct sr_selection *selection = &session->selection;
    char count[32], whole[32], place[32], right[112];
    sr_format_count(count, sizeof count, selection->count);
    sr_format_count(whole, sizeof whole,
                    sr_session_samples(session, selection->filter.split).count);
    sr_part_ordinal(place, sizeof place, selection->at + 1);
    if (selection->count == 0)
        snprintf(right, sizeof right, "0 of %s", whole);
    else if (area.width >= 50)
        snprintf(right, sizeof right, "%s of %s, %s", count, whole, place);
    else
        snprintf(right, sizeof right, "%zu/%s", selection->at + 1, count);
    if (session->tag_count && selection->count && area.width >= 64) {
        size_t length = strlen(right);
        sr_format_count(count, sizeof count, session->tag_count);
        snprintf(right + length, sizeof right - length, ", %s tagged", count);
    }
    int from = area.width - sr_utf8_width(right) - 1;
    if (from < 0) from = 0;
    struct sr_text words = {0};
    sr_filter_print(session, &selection->filter, &words);
    sr_area_text(sr_area_part(area, 1, 0, from - 2, 1), 0, 0, sr_part_style(session, SR_ROLE_TITLE),
                 sr_text_get(&words));
    sr_area_text(area, from, 0, sr_part_style(session, SR_ROLE_ACCENT), right);
    sr_text_fini(&words);
}

/* Thumbnails */

/* Behind the models' names: "Coat, 61.2 %  ✗ wrong". */
static void verdict_words(const struct sr_session *session, const float *verdict, int truth,
                          struct sr_text *text)
{
    int best = sr_part_best(verdict, session->data->classes);
    char share[32];
    sr_part_percent(share, sizeof share, (double)verdict[best]);
    sr_text_printf(text, "%s, %s  %s", sr_part_class(session, best), share,
                   best == truth ? "✓ right" : "✗ wrong");
}

struct layout {
    int width, height;  /* of a picture, in cells; 0 for a plain list */
    int columns, lines; /* pictures in the window */
    int across, down;   /* cells from one picture to the next */
};

/* The largest size of which a good number fits, else of which any fit. */
static struct layout choose_layout(const struct sr_session *session, struct sr_area area)
{
    static const struct {
        int times, divided;
    } scales[] = {{4, 1}, {2, 1}, {1, 1}, {1, 2}, {1, 4}, {1, 8}};
    const struct sr_images *images = &session->data->files[session->selection.file];
    int full_width, full_height;
    sr_image_cells(&session->look, images->shape.height, images->shape.width, &full_width,
                   &full_height);
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
            int divided = scales[i].divided;
            int width = (full_width * scales[i].times + divided - 1) / divided;
            int height = (full_height * scales[i].times + divided - 1) / divided;
            if ((scales[i].times > 1 && width > 32) || width < 6) continue;
            int columns = area.width / (width + 2), lines = area.height / (height + 1);
            if (columns < (pass == 0 ? 4 : 2) || lines < (pass == 0 ? 2 : 1)) continue;
            int wide = area.width / columns, high = area.height / lines;
            return (struct layout){width,
                                   height,
                                   columns,
                                   lines,
                                   wide < width + 6 ? wide : width + 6,
                                   high < height + 2 ? high : height + 2};
        }
    }
    return (struct layout){0, 0, 1, area.height, area.width, 1};
}

/* Class, and the predicted one where it differs, in so many columns. */
static void caption(struct sr_session *session, const struct sr_predictions *predictions,
                    uint32_t row, int truth, int width, const struct sr_short_name *half,
                    bool *wrong, char *out, size_t size)
{
    size_t at = predictions ? sr_predictions_find(predictions, row) : SIZE_MAX;
    const char *name = sr_part_class(session, truth);
    if (session->selection.filter.suspects) {
        const size_t suspect = sr_session_suspect(session, row);
        *wrong = suspect != SIZE_MAX && session->suspects.marks[suspect] == SR_MARK_FLAG;
        if (suspect == SIZE_MAX) {
            sr_part_cut(out, size, name, width);
            return;
        }
        static const char *const marks[SR_MARK_COUNT] = {"?", "✓", "✗"};
        const char *mark = marks[session->suspects.marks[suspect]];
        const int other = session->suspects.items[suspect].suggested;
        if (sr_utf8_width(name) + sr_utf8_width(sr_part_class(session, other)) + 3 <= width)
            snprintf(out, size, "%s %s→%s", mark, name, sr_part_class(session, other));
        else
            snprintf(out, size, "%s%s→%s", mark, half[truth].text, half[other].text);
        return;
    }
    *wrong = at != SIZE_MAX && predictions->predicted[at] != truth;
    if (*wrong) {
        int predicted = predictions->predicted[at];
        const char *other = sr_part_class(session, predicted);
        if (sr_utf8_width(name) + sr_utf8_width(other) + 3 <= width)
            snprintf(out, size, "✗ %s→%s", name, other);
        else if (sr_utf8_width(name) + sr_utf8_width(other) < width)
            snprintf(out, size, "%s→%s", name, other);
        else
            snprintf(out, size, "%s→%s", half[truth].text, half[predicted].text);
    } else if (at != SIZE_MAX && sr_utf8_width(name) + 2 <= width) {
        snprintf(out, size, "%s ✓", name);
    } else {
        sr_part_cut(out, size, name, width);
    }
}

/* "test:0  Ankle boot   cnn: Sneaker, 56.0 %  ✗ wrong": what a caption has no room for. */
static void draw_footer(struct sr_session *session, struct sr_area area)
{
    enum sr_file file;
    uint32_t row;
    if (!sr_part_sample(session, &file, &row)) return;
    int truth = session->data->files[file].labels[row];
    const struct sr_filter *filter = &session->selection.filter;
    char id[32];
    sr_part_id(id, sizeof id, file, row);
    int x = sr_area_text(area, 1, 0, sr_part_style(session, SR_ROLE_TITLE), id);
    x = sr_area_text(area, x + 2, 0, sr_part_style(session, SR_ROLE_TEXT),
                     sr_part_class(session, truth));
    const size_t suspect = filter->suspects ? sr_session_suspect(session, row) : SIZE_MAX;
    if (suspect != SIZE_MAX) {
        const struct sr_suspect *one = &session->suspects.items[suspect];
        static const char *const marks[SR_MARK_COUNT] = {"K keep  F flag", "kept  U undo",
                                                         "flagged  U undo"};
        sr_area_printf(area, x + 3, 0, sr_part_style(session, SR_ROLE_WARNING),
                       "%s suggests %s, %.0f %% against %.0f %%   %s", session->suspects.model,
                       sr_part_class(session, one->suggested), 100 * (double)one->other,
                       100 * (double)one->own, marks[session->suspects.marks[suspect]]);
        return;
    }
    struct sr_entry *entry =
        filter->model[0] ? sr_session_entry(session, filter->model, NULL) : NULL;
    const float *verdict = sr_part_verdict(session, entry, filter->split, file, row);
    if (!verdict) return;
    struct sr_text words = {0};
    sr_text_printf(&words, "%s: ", entry->name);
    verdict_words(session, verdict, truth, &words);
    bool right = sr_part_best(verdict, session->data->classes) == truth;
    sr_area_text(area, x + 3, 0, sr_part_style(session, right ? SR_ROLE_GOOD : SR_ROLE_BAD),
                 sr_text_get(&words));
    sr_text_fini(&words);
}

static void draw_thumbnails(struct sr_session *session, struct sr_area area)
{
    struct sr_view *view = &session->view;
    const struct sr_selection *selection = &session->selection;
    const struct sr_images *images = &session->data->files[selection->file];
    const struct sr_predictions *predictions = shown_predictions(session);
    struct layout layout = choose_layout(session, area);
    int spare =
        layout.width ? area.height - ((layout.lines - 1) * layout.down + layout.height + 1) : 0;
    if (spare >= 2) {
        draw_footer(session, sr_area_part(area, 0, area.height - 1, area.width, 1));
        area = sr_area_part(area, 0, spare >= 3, area.width, area.height - 1 - (spare >= 3));
    }
    view->browse_columns = layout.columns;
    view->browse_lines = layout.lines;
    size_t columns = (size_t)layout.columns, lines = (size_t)layout.lines;
    size_t rows = (selection->count + columns - 1) / columns, at_row = selection->at / columns;
    if (view->browse_top + lines > rows) view->browse_top = rows > lines ? rows - lines : 0;
    if (at_row < view->browse_top) view->browse_top = at_row;
    if (at_row >= view->browse_top + lines) view->browse_top = at_row - lines + 1;

    int room = layout.across - (layout.width ? 2 : 14);
    struct sr_short_name half[SR_CLASSES_MAX];
    if (session->selection.filter.suspects)
        sr_part_short_names(session->data, (room - 2) / 2, half);
    else if (predictions)
        sr_part_short_names(session->data, (room - 1) / 2, half);
    struct sr_style plain = sr_part_style(session, SR_ROLE_TEXT),
                    bad = sr_part_style(session, SR_ROLE_BAD);
    struct sr_style selected = sr_part_style(session, SR_ROLE_SELECTED);
    struct sr_style accent = sr_part_style(session, SR_ROLE_ACCENT);
    uint32_t left = session->look.ascii ? '|' : 0x258c, right = session->look.ascii ? '|' : 0x2590;
    for (size_t cell = 0; cell < columns * lines; cell++) {
        size_t i = view->browse_top * columns + cell;
        if (i >= selection->count) break;
        uint32_t row = selection->rows[i];
        if (row >= images->count) continue;
        bool here = i == selection->at, wrong;
        char text[256];
        caption(session, predictions, row, images->labels[row], room, half, &wrong, text,
                sizeof text);
        struct sr_area part =
            sr_area_part(area, (int)(cell % columns) * layout.across,
                         (int)(cell / columns) * layout.down, layout.across, layout.down);
        struct sr_style style = here ? selected : wrong ? bad : plain;
        bool tagged = session->tags[selection->file] && session->tags[selection->file][row];
        if (!layout.width) {
            char id[32];
            sr_part_id(id, sizeof id, selection->file, row);
            sr_area_printf(part, 0, 0, style, "%s%-11s %s%s",
                           here     ? "▸"
                           : tagged ? "+"
                                    : " ",
                           id, text, here && tagged ? " +" : "");
            continue;
        }
        sr_draw_image(sr_area_part(part, 1, 0, layout.width, layout.height), &session->look,
                      sr_part_pixels(session, selection->file, row), images->shape.height,
                      images->shape.width);
        if (here)
            for (int y = 0; y < layout.height; y++) {
                sr_area_put(part, 0, y, left, accent);
                sr_area_put(part, layout.width + 1, y, right, accent);
            }
        if (tagged) sr_area_put(part, 0, 0, '+', sr_part_style(session, SR_ROLE_WARNING));
        sr_area_printf(part, 0, layout.height, style, here ? "[%s]" : " %s", text);
    }
    sr_part_spots(session, area,
                  (struct sr_spots){0, 0, layout.across, layout.down, layout.columns, layout.lines,
                                    (int)(view->browse_top * columns), layout.columns});
}

/* One sample */

/* What a model says of the sample, from its predictions or from the close-up; NULL while nothing is
 * known. */
static const float *verdict_of(const struct sr_session *session, const struct sr_entry *entry,
                               enum sr_file file, uint32_t row, const struct sr_closeup *closeup)
{
    const float *verdict =
        sr_part_verdict(session, entry, session->selection.filter.split, file, row);
    for (size_t i = 0; !verdict && closeup && i < closeup->verdicts; i++)
        if (!strcmp(closeup->verdict[i].model, entry->name))
            verdict = closeup->verdict[i].probabilities;
    return verdict;
}

/* One line a model: its name, how sure it is as a bar, what it says. Returns the line behind them.
 */
static int draw_others(struct sr_session *session, struct sr_area area, int y,
                       const struct sr_entry *entry, enum sr_file file, uint32_t row,
                       const struct sr_closeup *closeup)
{
    int truth = session->data->files[file].labels[row], longest = 4;
    for (size_t i = 0; i < session->entry_count; i++) {
        int width = sr_utf8_width(session->entries[i]->name);
        if (width > longest) longest = width;
    }
    if (longest > 14) longest = 14;
    int bar = area.width >= 44 ? 10 : 0;
    for (size_t i = 0; i < session->entry_count && y < area.height; i++) {
        const struct sr_entry *other = session->entries[i];
        if (other == entry) continue;
        const float *verdict = verdict_of(session, other, file, row, closeup);
        sr_area_text(sr_area_part(area, 0, y, longest, 1), 0, 0,
                     sr_part_style(session, SR_ROLE_TEXT), other->name);
        if (!verdict) {
            sr_area_text(area, longest + 1, y++, sr_part_style(session, SR_ROLE_FAINT),
                         other->load_error.status ? "cannot be loaded"
                         : other->loading         ? "loading…"
                                                  : "…");
            continue;
        }
        struct sr_text words = {0};
        int best = sr_part_best(verdict, session->data->classes);
        struct sr_style style = sr_part_style(session, best == truth ? SR_ROLE_GOOD : SR_ROLE_BAD);
        if (bar)
            sr_draw_bar(area, longest + 1, y, bar, (double)verdict[best], &session->look, style);
        sr_text_printf(&words, "%s %s, %.1f %%", best == truth ? "✓" : "✗",
                       sr_part_class(session, best), 100 * (double)verdict[best]);
        sr_area_text(area, longest + 1 + (bar ? bar + 1 : 0), y++, style, sr_text_get(&words));
        sr_text_fini(&words);
    }
    return y;
}

/* The augmentation that the model was trained with; where it had none, a usual one. */
static struct sr_augment augmentation(const struct sr_entry *entry, bool *own)
{
    const struct sr_args *params = entry && entry->model ? entry->model->params : NULL;
    *own = params && sr_args_has(params, "augment") && sr_args_switch(params, "augment");
    if (!*own) return (struct sr_augment){.flip = true, .shift = 2, .rotation = 10, .scale = 0.1};
    return sr_networks_augment(params);
}

/* A row of pictures under a title: how the sample looks to a network in training, epoch by epoch.
 */
static void draw_versions(struct sr_session *session, struct sr_area area,
                          const struct sr_entry *entry, enum sr_file file, uint32_t row)
{
    const struct sr_images *images = &session->data->files[file];
    int high = area.height - 1 < 7 ? area.height - 1 : 7, wide = 2 * high;
    if (high < 4 || area.width < wide) return;
    bool own;
    struct sr_augment augment = augmentation(entry, &own);
    size_t pixels = sr_shape_size(images->shape);
    float *changed = sr_xalloc(pixels * sizeof *changed);
    uint8_t *grey = sr_xalloc(pixels);
    sr_area_printf(area, 0, 0, sr_part_style(session, SR_ROLE_FAINT),
                   own ? "by the augmentation of %s" : "augmented%s", own ? entry->name : "");
    for (int k = 0; (k + 1) * (wide + 1) <= area.width + 1; k++) {
        sr_augment_image(&augment, 1, k + 1, row, sr_part_pixels(session, file, row), images->shape,
                         changed);
        for (size_t i = 0; i < pixels; i++)
            grey[i] = (uint8_t)lroundf(255 * fminf(fmaxf(changed[i], 0), 1));
        sr_draw_image(sr_area_part(area, k * (wide + 1), 1, wide, high), &session->look, grey,
                      images->shape.height, images->shape.width);
    }
    free(changed);
    free(grey);
}

/* The rows of the train file that are most like the sample, with their classes. */
static void draw_neighbours(struct sr_session *session, struct sr_area area,
                            const struct sr_closeup *closeup, int truth)
{
    const struct sr_images *train = &session->data->files[SR_FILE_TRAIN];
    int high = area.height - 2 < 7 ? area.height - 2 : 7, wide = 2 * high;
    if (high < 4 || area.width < wide) return;
    struct sr_text title = {0};
    sr_text_add(&title, "nearest in train");
    if (!closeup)
        sr_text_add(&title, ": being looked for…");
    else if (area.width >= 30)
        sr_text_printf(&title, ", by %s", closeup->by[0] ? closeup->by : "pixels");
    sr_area_text(area, 0, 0, sr_part_style(session, SR_ROLE_FAINT), sr_text_get(&title));
    sr_text_fini(&title);
    struct sr_short_name names[SR_CLASSES_MAX];
    sr_part_short_names(session->data, wide, names);
    for (size_t k = 0;
         closeup && k < closeup->nearest && ((int)k + 1) * (wide + 1) <= area.width + 1; k++) {
        uint32_t row = closeup->rows[k];
        int x = (int)k * (wide + 1), label = train->labels[row];
        sr_draw_image(sr_area_part(area, x, 1, wide, high), &session->look,
                      sr_part_pixels(session, SR_FILE_TRAIN, row), train->shape.height,
                      train->shape.width);
        sr_area_text(area, x, 1 + high,
                     sr_part_style(session, label == truth ? SR_ROLE_GOOD : SR_ROLE_BAD),
                     names[label].text);
    }
}

/* Every pixel as a number on its own grey: decimal, or hexadecimal where that has no room. */
static void draw_values(struct sr_session *session, struct sr_area area, enum sr_file file,
                        uint32_t row)
{
    const struct sr_images *images = &session->data->files[file];
    const uint8_t *pixels = sr_part_pixels(session, file, row);
    int cell = (area.width - 4) / images->shape.width, *top = &session->view.values_top;
    cell = cell >= 4 ? 4 : cell == 3 ? 3 : 2;
    int columns = (area.width - 4) / cell < images->shape.width ? (area.width - 4) / cell
                                                                : images->shape.width;
    int left = (images->shape.width - columns) / 2, lines = area.height - 2;
    if (columns < 1 || lines < 1) return;
    if (*top > images->shape.height - lines) *top = images->shape.height - lines;
    if (*top < 0) *top = 0;
    struct sr_style faint = sr_part_style(session, SR_ROLE_FAINT);
    struct sr_text words = {0};
    sr_text_printf(&words, "%s:%u %s: %s", sr_file_names[file], (unsigned)row,
                   sr_part_class(session, images->labels[row]),
                   cell == 2 ? "grey values 00 to ff" : "grey values 0 to 255");
    if (lines < images->shape.height)
        sr_text_printf(&words, ", lines %d–%d of %d", *top + 1, *top + lines, images->shape.height);
    sr_area_text(area, 1, 0, sr_part_style(session, SR_ROLE_TITLE), sr_text_get(&words));
    sr_text_fini(&words);
    for (int x = 0; x < columns; x += cell >= 3 ? 1 : 2)
        sr_area_printf(area, 4 + x * cell, 1, faint, "%*d", cell >= 3 ? cell - 1 : 2, left + x);
    for (int y = 0; y < lines && *top + y < images->shape.height; y++) {
        sr_area_printf(area, 0, 2 + y, faint, "%3d", *top + y);
        for (int x = 0; x < columns; x++) {
            int value = pixels[(*top + y) * images->shape.width + left + x];
            struct sr_style style = sr_part_style(session, value ? SR_ROLE_TEXT : SR_ROLE_FAINT);
            if (session->look.depth >= SR_DEPTH_256) {
                style.back = sr_colour_grey(value);
                style.fore = value ? sr_colour_contrast(style.back) : sr_colour_grey(88);
            }
            sr_area_printf(area, 4 + x * cell, 2 + y, style, cell >= 3 ? "%*d" : "%0*x",
                           cell == 2   ? 2
                           : cell == 3 ? 3
                                       : 3,
                           value);
            if (cell == 4) sr_area_put(area, 4 + x * cell + 3, 2 + y, ' ', style);
        }
    }
}

/* Returns the line behind what was written. */
static int draw_facts(struct sr_session *session, struct sr_area area, enum sr_file file,
                      uint32_t row, const struct sr_closeup *closeup)
{
    const struct sr_images *images = &session->data->files[file];
    const uint8_t *pixels = sr_part_pixels(session, file, row);
    size_t count = (size_t)images->shape.height * (size_t)images->shape.width, zeros = 0;
    uint64_t sum = 0;
    int brightest = 0;
    for (size_t i = 0; i < count; i++) {
        sum += pixels[i];
        zeros += pixels[i] == 0;
        if (pixels[i] > brightest) brightest = pixels[i];
    }
    int truth = images->labels[row], y = 0;
    char id[32], zero[32];
    sr_part_id(id, sizeof id, file, row);
    sr_part_percent(zero, sizeof zero, (double)zeros / (double)count);
    int x = sr_area_printf(area, 0, y, sr_part_style(session, SR_ROLE_TITLE), "%s  %s", id,
                           sr_part_class(session, truth));
    if (session->tags[file] && session->tags[file][row])
        sr_area_text(area, x + 2, y, sr_part_style(session, SR_ROLE_WARNING), "+ tagged");
    y++;
    if (area.height > 2)
        sr_area_printf(area, 0, y++, sr_part_style(session, SR_ROLE_FAINT),
                       "%d×%d, mean %.1f, %s zero, at most %d", images->shape.width,
                       images->shape.height, (double)sum / (double)count, zero, brightest);
    if (area.height > 8) y++;
    struct sr_text title = {0}, text = {0};
    struct sr_entry *entry = sr_part_model(session, session->selection.filter.model, &title, &text);
    const float *verdict = entry ? verdict_of(session, entry, file, row, closeup) : NULL;
    if (entry && !verdict) sr_text_add(&text, "…");
    if (verdict) {
        verdict_words(session, verdict, truth, &text);
        sr_area_printf(area, 0, y++, sr_part_style(session, SR_ROLE_TITLE), "%s: %s", entry->name,
                       sr_text_get(&text));
        y += sr_part_probabilities(session, sr_area_part(area, 0, y, area.width, area.height - y),
                                   verdict, truth);
        if (area.height > y + (int)session->entry_count && area.width >= 40)
            sr_area_text(area, 0, y++, sr_part_style(session, SR_ROLE_FAINT),
                         "> predicted  * true");
    } else {
        if (entry) sr_text_printf(&title, "%s", entry->name);
        y = sr_part_paragraph(area, y, sr_part_style(session, SR_ROLE_TITLE), sr_text_get(&title));
        y = sr_part_paragraph(area, y, sr_part_style(session, SR_ROLE_TEXT), sr_text_get(&text));
    }
    if (entry && session->entry_count > 1 && area.height > y) {
        if (area.height - y >= (int)session->entry_count) y++;
        y = draw_others(session, area, y, entry, file, row, closeup);
    }
    sr_text_fini(&title);
    sr_text_fini(&text);
    return y;
}

static void draw_large(struct sr_session *session, struct sr_area area)
{
    enum sr_file file;
    uint32_t row;
    if (!sr_part_sample(session, &file, &row)) return;
    if (session->view.values) {
        draw_values(session, area, file, row);
        return;
    }
    const struct sr_images *images = &session->data->files[file];
    const struct sr_closeup *closeup;
    struct sr_error ignored;
    sr_session_closeup(session, file, row, &closeup, &ignored);
    int width, height;
    sr_image_cells(&session->look, images->shape.height, images->shape.width, &width, &height);
    int room = area.width - 30 > area.width / 2 ? area.width - 30
                                                : area.width / 2; /* the rest is for words */
    int times = room / width < area.height / height ? room / width : area.height / height;
    if (times >= 1) {
        width *= times;
        height *= times;
    } else {
        double shrink = fmin((double)room / width, (double)area.height / height);
        width = (int)(width * shrink);
        height = (int)(height * shrink);
    }
    if (width < 6 || height < 3) width = -2;
    struct sr_area picture = sr_area_part(area, 1, 0, width, height);
    if (width > 0)
        sr_draw_image(picture, &session->look, sr_part_pixels(session, file, row),
                      images->shape.height, images->shape.width);
    /* Under the picture, a strip of others; a second one behind the words where there is room. */
    struct sr_entry *entry = session->entry_count
                                 ? sr_session_entry(session, session->selection.filter.model, NULL)
                                 : NULL;
    bool versions = session->view.versions;
    int below = area.height - height,
        side = width > 0 && below >= 6 && area.width - width >= 46 ? 4 : 0;
    struct sr_area under = sr_area_part(area, 1, height, width + side, below);
    if (width > 0 && below >= 6) {
        if (versions)
            draw_versions(session, under, entry, file, row);
        else
            draw_neighbours(session, under, closeup, images->labels[row]);
    }
    struct sr_area words =
        sr_area_part(area, width + side + 3, 0, area.width - width - side - 4, area.height);
    int y = draw_facts(session, words, file, row, closeup);
    if (area.height - y >= 9) {
        struct sr_area second = sr_area_part(words, 0, y + 1, words.width, area.height - y - 1);
        bool shown = width > 0 && below >= 6;
        if (versions == shown)
            draw_neighbours(session, second, closeup, images->labels[row]);
        else
            draw_versions(session, second, entry, file, row);
    }
}

/* The pane */

static void draw(struct sr_session *session, struct sr_area area)
{
    struct sr_text title = {0}, text = {0};
    if (sr_part_without_data(session, &title, &text)) {
        sr_part_say(session, area, sr_text_get(&title), sr_text_get(&text));
    } else {
        draw_heading(session, area);
        struct sr_area rest = sr_area_part(area, 0, 1, area.width, area.height - 1);
        if (session->selection.count == 0) {
            sr_filter_print(session, &session->selection.filter, &title);
            sr_text_add(&text, "No sample fits: ");
            sr_text_add(&text, sr_text_get(&title));
            sr_text_clear(&title);
            sr_text_printf(&title,
                           "Press \\ for another filter, or type :browse split=%s for all of them.",
                           sr_split_names[session->selection.filter.split]);
            sr_part_say(session, rest, sr_text_get(&text), sr_text_get(&title));
        } else if (rest.height > 0) {
            if (session->view.enlarged)
                draw_large(session, rest);
            else
                draw_thumbnails(session, rest);
        }
    }
    sr_text_fini(&title);
    sr_text_fini(&text);
}

static void move(struct sr_session *session, enum sr_move move)
{
    size_t columns = session->view.browse_columns > 0 ? (size_t)session->view.browse_columns : 1;
    size_t lines = session->view.browse_lines > 0 ? (size_t)session->view.browse_lines : 1;
    bool up_or_down = move == SR_MOVE_UP || move == SR_MOVE_DOWN;
    if (session->view.enlarged && session->view.values && up_or_down)
        session->view.values_top += move == SR_MOVE_UP ? -1 : 1; /* drawing keeps it inside */
    else if (session->view.enlarged)
        sr_part_walk(session, move, 1, 10);
    else
        sr_part_walk(session, move, columns, columns * lines);
}

static bool choose(struct sr_session *session, int value)
{
    struct sr_selection *selection = &session->selection;
    if (value < 0 || (size_t)value >= selection->count) return false;
    bool again = selection->at == (size_t)value;
    selection->at = (size_t)value;
    return again;
}

static void enter(struct sr_session *session, struct sr_text *line)
{
    enum sr_file file;
    uint32_t row;
    char id[32];
    if (!sr_part_sample(session, &file, &row)) return;
    sr_part_id(id, sizeof id, file, row);
    if (session->view.enlarged)
        sr_text_add(line, "pane explain");
    else
        sr_text_printf(line, "show %s", id);
}

/* While a sample is shown large: what the other models say, and what it is most like. */
static void describe_closeup(struct sr_session *session, enum sr_file file, uint32_t row,
                             const struct sr_entry *entry, struct sr_text *text)
{
    const struct sr_closeup *closeup;
    struct sr_error ignored;
    if (!session->view.enlarged || sr_session_closeup(session, file, row, &closeup, &ignored))
        return;
    for (size_t i = 0; i < closeup->verdicts; i++) {
        const float *verdict = closeup->verdict[i].probabilities;
        if (!verdict || (entry && !strcmp(entry->name, closeup->verdict[i].model))) continue;
        int best = sr_part_best(verdict, session->data->classes);
        sr_text_printf(text, " %s says %s with %.1f %%.", closeup->verdict[i].model,
                       sr_part_class(session, best), 100 * (double)verdict[best]);
    }
    sr_text_printf(text,
                   " Nearest in the train file by %s:", closeup->by[0] ? closeup->by : "pixels");
    for (size_t k = 0; k < closeup->nearest && k < 5; k++)
        sr_text_printf(
            text, "%s train:%u (%s)", k ? "," : "", (unsigned)closeup->rows[k],
            sr_part_class(session, session->data->files[SR_FILE_TRAIN].labels[closeup->rows[k]]));
    sr_text_add(text, ".");
}

static void describe(struct sr_session *session, struct sr_text *text)
{
    if (sr_part_without_data(session, text, text)) return;
    const struct sr_selection *selection = &session->selection;
    struct sr_text words = {0};
    char count[32], whole[32], place[32], id[32];
    sr_format_count(count, sizeof count, selection->count);
    sr_format_count(whole, sizeof whole,
                    sr_session_samples(session, selection->filter.split).count);
    sr_filter_print(session, &selection->filter, &words);
    sr_text_printf(text, "Browse: %s of %s samples fit %s.", count, whole, sr_text_get(&words));
    enum sr_file file;
    uint32_t row;
    if (sr_part_sample(session, &file, &row)) {
        int truth = session->data->files[file].labels[row];
        sr_part_ordinal(place, sizeof place, selection->at + 1);
        sr_part_id(id, sizeof id, file, row);
        sr_text_printf(text, " The cursor is on the %s, %s, of class %s%s.", place, id,
                       sr_part_class(session, truth),
                       session->view.enlarged ? ", shown large" : "");
        struct sr_entry *entry =
            session->entry_count ? sr_session_entry(session, selection->filter.model, NULL) : NULL;
        const float *verdict = sr_part_verdict(session, entry, selection->filter.split, file, row);
        if (verdict) {
            int best = sr_part_best(verdict, session->data->classes);
            sr_part_percent(count, sizeof count, (double)verdict[best]);
            sr_text_printf(text, " %s says %s with %s, which is %s.", entry->name,
                           sr_part_class(session, best), count, best == truth ? "right" : "wrong");
        }
        if (session->tags[file] && session->tags[file][row]) sr_text_add(text, " It is tagged.");
        describe_closeup(session, file, row, entry, text);
    }
    sr_text_add(text, "\n");
    sr_text_fini(&words);
}

static const char *mode(struct sr_session *session)
{
    return session->view.enlarged ? "large" : NULL;
}

static bool back(struct sr_session *session)
{
    struct sr_view *view = &session->view;
    if (!view->enlarged) return false;
    if (view->values)
        view->values = false;
    else
        view->enlarged = false;
    return true;
}

static enum sr_status search(struct sr_session *session, const char *text, int step,
                             struct sr_error *error)
{
    struct sr_view *view = &session->view;
    if (text) snprintf(view->search, sizeof view->search, "%s", text);
    if (!view->search[0])
        return sr_error_set(error, SR_ERROR_STATE,
                            "nothing has been searched for yet; / asks what");
    return sr_session_search(session, view->search, step, error);
}

static enum sr_status look_values(struct sr_session *session, struct sr_error *error)
{
    (void)error;
    session->view.values = !session->view.values;
    return SR_OK;
}

static enum sr_status look_versions(struct sr_session *session, struct sr_error *error)
{
    (void)error;
    session->view.versions = !session->view.versions;
    return SR_OK;
}

static const struct sr_pane_look looks[] = {
    {"values", look_values}, {"versions", look_versions}, {0}};

void sr_browse_show(struct sr_session *session, bool enlarged)
{
    session->view.enlarged = enlarged;
    session->view.pane = &sr_pane_browse;
}

enum sr_status sr_browse_difference(struct sr_session *session, struct sr_filter *filter,
                                    const struct sr_entry *first, const struct sr_entry *second,
                                    struct sr_error *error)
{
    snprintf(filter->model, sizeof filter->model, "%s", first->name);
    snprintf(filter->beats, sizeof filter->beats, "%s", second->name);
    enum sr_status status = sr_session_select(session, filter, error);
    if (status) return status;
    sr_browse_show(session, false);
    /* For a replay, which has no cursor. Not run as `browse`: that would make it the model that
     * Confusion shows. */
    struct sr_text line = {0};
    sr_text_add(&line, "browse ");
    sr_filter_print(session, filter, &line);
    sr_session_log(session, SR_LOG_COMMAND, sr_text_get(&line));
    sr_text_fini(&line);
    return SR_OK;
}

static const char *hints(struct sr_session *session)
{
    if (session->view.enlarged && session->view.values)
        return "h/l previous, next  j/k scroll  v picture  q back  ? help";
    return session->view.enlarged
               ? "h/l previous, next  Enter explain  v values  u versions  q back  ? help"
               : "Enter enlarge  w wrong  a all  \\ filter  : command  ? help";
}

const struct sr_pane sr_pane_browse = {
    .name = "browse",
    .title = "Browse",
    .help =
        "The selected samples as pictures; Enter shows one large, with what the model says of it.",
    .hints = hints,
    .draw = draw,
    .move = move,
    .enter = enter,
    .choose = choose,
    .describe = describe,
    .mode = mode,
    .back = back,
    .order = sr_part_order,
    .search = search,
    .looks = looks,
};
