/* browse.c - the samples of the selection as thumbnails, or one of them large. */
#include "parts.h"
#include "sartor/cells/draw.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Predictions of more samples than this are not started just because one is looked at. */
enum { LOOK_AT_MOST = 20000 };

/* Which predictions the captions show: only those that the filter asks for. */
static const struct sr_predictions *shown_predictions(struct sr_session *session)
{
    const struct sr_filter *filter = &session->selection.filter;
    if (!filter->model[0]) return NULL;
    const struct sr_entry *entry = sr_session_entry(session, filter->model, NULL);
    return entry ? entry->splits[filter->split].ready : NULL;
}

/* Filter words and counts: "split=test class=Shirt wrong            37 of 10,000, 12th". */
static void draw_heading(struct sr_session *session, struct sr_area area)
{
    const struct sr_selection *selection = &session->selection;
    char count[32], whole[32], place[32], right[112];
    sr_format_count(count, sizeof count, selection->count);
    sr_format_count(whole, sizeof whole, sr_session_samples(session, selection->filter.split).count);
    sr_part_ordinal(place, sizeof place, selection->at + 1);
    if (selection->count == 0)
        snprintf(right, sizeof right, "0 of %s", whole);
    else if (area.width >= 50)
        snprintf(right, sizeof right, "%s of %s, %s", count, whole, place);
    else
        snprintf(right, sizeof right, "%zu/%s", selection->at + 1, count);
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
    sr_image_cells(&session->look, images->height, images->width, &full_width, &full_height);
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
static void caption(struct sr_session *session, const struct sr_predictions *predictions, uint32_t row,
                    int truth, int width, const struct sr_short_name *half, bool *wrong, char *out,
                    size_t size)
{
    size_t at = predictions ? sr_predictions_find(predictions, row) : SIZE_MAX;
    const char *name = sr_part_class(session, truth);
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
    x = sr_area_text(area, x + 2, 0, sr_part_style(session, SR_ROLE_TEXT), sr_part_class(session, truth));
    struct sr_entry *entry = filter->model[0] ? sr_session_entry(session, filter->model, NULL) : NULL;
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
    int spare = layout.width ? area.height - ((layout.lines - 1) * layout.down + layout.height + 1) : 0;
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
    if (predictions) sr_part_short_names(session->data, (room - 1) / 2, half);
    struct sr_style plain = sr_part_style(session, SR_ROLE_TEXT), bad = sr_part_style(session, SR_ROLE_BAD);
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
        caption(session, predictions, row, images->labels[row], room, half, &wrong, text, sizeof text);
        struct sr_area part = sr_area_part(area, (int)(cell % columns) * layout.across,
                                           (int)(cell / columns) * layout.down, layout.across, layout.down);
        struct sr_style style = here ? selected : wrong ? bad : plain;
        if (!layout.width) {
            char id[32];
            sr_part_id(id, sizeof id, selection->file, row);
            sr_area_printf(part, 0, 0, style, "%s%-11s %s", here ? "▸" : " ", id, text);
            continue;
        }
        sr_draw_image(sr_area_part(part, 1, 0, layout.width, layout.height), &session->look,
                      sr_part_pixels(session, selection->file, row), images->height, images->width);
        if (here)
            for (int y = 0; y < layout.height; y++) {
                sr_area_put(part, 0, y, left, accent);
                sr_area_put(part, layout.width + 1, y, right, accent);
            }
        sr_area_printf(part, 0, layout.height, style, here ? "[%s]" : " %s", text);
    }
}

/* One sample */

/* Whether this model's word on the split may be asked for, and what there is to say while it is
 * not there. */
static const float *ask_verdict(struct sr_session *session, struct sr_entry *entry, enum sr_file file,
                                uint32_t row, struct sr_text *why)
{
    enum sr_split_name split = session->selection.filter.split;
    const float *verdict = sr_part_verdict(session, entry, split, file, row);
    if (verdict) return verdict;
    if (entry->splits[split].job == 0 && sr_session_samples(session, split).count > LOOK_AT_MOST) {
        sr_text_printf(why, "Not predicted yet. Press 5 for this sample, or type :evaluate %s split=%s",
                       entry->name, sr_split_names[split]);
        return NULL;
    }
    const struct sr_predictions *predictions;
    struct sr_error error = {0};
    switch (sr_session_predictions(session, entry, split, &predictions, &error)) {
    case SR_OK:
        return sr_part_verdict(session, entry, split, file, row);
    case SR_PENDING:
        sr_text_printf(why, "Predicting %s…", sr_split_names[split]);
        return NULL;
    default:
        sr_text_add(why, error.text);
        return NULL;
    }
}

static void draw_facts(struct sr_session *session, struct sr_area area, enum sr_file file, uint32_t row)
{
    const struct sr_images *images = &session->data->files[file];
    const uint8_t *pixels = sr_part_pixels(session, file, row);
    size_t count = (size_t)images->height * (size_t)images->width, zeros = 0;
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
    sr_area_printf(area, 0, y++, sr_part_style(session, SR_ROLE_TITLE), "%s  %s", id,
                   sr_part_class(session, truth));
    if (area.height > 2)
        sr_area_printf(area, 0, y++, sr_part_style(session, SR_ROLE_FAINT),
                       "%d×%d, mean %.1f, %s zero, at most %d", images->width, images->height,
                       (double)sum / (double)count, zero, brightest);
    if (area.height > 8) y++;
    struct sr_text title = {0}, text = {0};
    struct sr_entry *entry = sr_part_model(session, session->selection.filter.model, &title, &text);
    const float *verdict = entry ? ask_verdict(session, entry, file, row, &text) : NULL;
    if (verdict) {
        verdict_words(session, verdict, truth, &text);
        sr_area_printf(area, 0, y++, sr_part_style(session, SR_ROLE_TITLE), "%s: %s", entry->name,
                       sr_text_get(&text));
        y += sr_part_probabilities(session, sr_area_part(area, 0, y, area.width, area.height - y), verdict,
                                   truth);
        if (area.height > y && area.width >= 40)
            sr_area_text(area, 0, y++, sr_part_style(session, SR_ROLE_FAINT), "> predicted  * true");
    } else {
        if (entry) sr_text_printf(&title, "%s", entry->name);
        y = sr_part_paragraph(area, y, sr_part_style(session, SR_ROLE_TITLE), sr_text_get(&title));
        y = sr_part_paragraph(area, y, sr_part_style(session, SR_ROLE_TEXT), sr_text_get(&text));
    }
    /* What the other models say that have been asked before. */
    for (size_t i = 0; i < session->entry_count && entry && y + 1 < area.height; i++) {
        if (session->entries[i] == entry) continue;
        const float *other =
            sr_part_verdict(session, session->entries[i], session->selection.filter.split, file, row);
        if (!other) continue;
        sr_text_clear(&text);
        verdict_words(session, other, truth, &text);
        sr_area_printf(area, 0, ++y, sr_part_style(session, SR_ROLE_TEXT), "%s: %s",
                       session->entries[i]->name, sr_text_get(&text));
    }
    sr_text_fini(&title);
    sr_text_fini(&text);
}

static void draw_large(struct sr_session *session, struct sr_area area)
{
    enum sr_file file;
    uint32_t row;
    if (!sr_part_sample(session, &file, &row)) return;
    const struct sr_images *images = &session->data->files[file];
    int width, height;
    sr_image_cells(&session->look, images->height, images->width, &width, &height);
    int room =
        area.width - 30 > area.width / 2 ? area.width - 30 : area.width / 2; /* the rest is for words */
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
        sr_draw_image(picture, &session->look, sr_part_pixels(session, file, row), images->height,
                      images->width);
    draw_facts(session, sr_area_part(area, width + 3, 0, area.width - width - 4, area.height), file, row);
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
            sr_text_printf(&title, "Press \\ for another filter, or type :browse split=%s for all of them.",
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
    if (session->view.enlarged)
        sr_part_walk(session, move, 1, 10);
    else
        sr_part_walk(session, move, columns, columns * lines);
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

static void describe(struct sr_session *session, struct sr_text *text)
{
    if (sr_part_without_data(session, text, text)) return;
    const struct sr_selection *selection = &session->selection;
    struct sr_text words = {0};
    char count[32], whole[32], place[32], id[32];
    sr_format_count(count, sizeof count, selection->count);
    sr_format_count(whole, sizeof whole, sr_session_samples(session, selection->filter.split).count);
    sr_filter_print(session, &selection->filter, &words);
    sr_text_printf(text, "Browse: %s of %s samples fit %s.", count, whole, sr_text_get(&words));
    enum sr_file file;
    uint32_t row;
    if (sr_part_sample(session, &file, &row)) {
        int truth = session->data->files[file].labels[row];
        sr_part_ordinal(place, sizeof place, selection->at + 1);
        sr_part_id(id, sizeof id, file, row);
        sr_text_printf(text, " The cursor is on the %s, %s, of class %s%s.", place, id,
                       sr_part_class(session, truth), session->view.enlarged ? ", shown large" : "");
        struct sr_entry *entry =
            session->entry_count ? sr_session_entry(session, selection->filter.model, NULL) : NULL;
        const float *verdict = sr_part_verdict(session, entry, selection->filter.split, file, row);
        if (verdict) {
            int best = sr_part_best(verdict, session->data->classes);
            sr_part_percent(count, sizeof count, (double)verdict[best]);
            sr_text_printf(text, " %s says %s with %s, which is %s.", entry->name,
                           sr_part_class(session, best), count, best == truth ? "right" : "wrong");
        }
    }
    sr_text_add(text, "\n");
    sr_text_fini(&words);
}

static const char *hints(const struct sr_session *session)
{
    return session->view.enlarged ? "h/l previous, next  Enter explain  m model  q back  ? help"
                                  : "Enter enlarge  w wrong  a all  \\ filter  : command  ? help";
}

const struct sr_pane sr_pane_browse = {
    .name = "browse",
    .title = "Browse",
    .help = "The selected samples as pictures; Enter shows one large, with what the model says of it.",
    .hints = hints,
    .draw = draw,
    .move = move,
    .enter = enter,
    .describe = describe,
};
