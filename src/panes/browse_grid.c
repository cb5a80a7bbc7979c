/* browse_grid.c - see browse.h: the selection as pictures with captions, or as a list where there
 * is no room for pictures. */
#include "browse.h"

#include <stdio.h>
#include <string.h>

#include "sartor/cells/draw.h"

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
    sr_image_cells(&session->look, images->shape, &full_width, &full_height);
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
    const char *name = sr_pane_class(session, truth);
    if (session->selection.filter.suspects) {
        const size_t suspect = sr_session_suspect(session, row);
        *wrong = suspect != SIZE_MAX && session->suspects.marks[suspect] == SR_MARK_FLAG;
        if (suspect == SIZE_MAX) {
            sr_pane_cut(out, size, name, width);
            return;
        }
        static const char *const marks[SR_MARK_COUNT] = {"?", "✓", "✗"};
        const char *mark = marks[session->suspects.marks[suspect]];
        const int other = session->suspects.items[suspect].suggested;
        if (sr_utf8_width(name) + sr_utf8_width(sr_pane_class(session, other)) + 3 <= width)
            snprintf(out, size, "%s %s→%s", mark, name, sr_pane_class(session, other));
        else
            snprintf(out, size, "%s%s→%s", mark, half[truth].text, half[other].text);
        return;
    }
    *wrong = at != SIZE_MAX && predictions->predicted[at] != truth;
    if (*wrong) {
        int predicted = predictions->predicted[at];
        const char *other = sr_pane_class(session, predicted);
        if (sr_utf8_width(name) + sr_utf8_width(other) + 3 <= width)
            snprintf(out, size, "✗ %s→%s", name, other);
        else if (sr_utf8_width(name) + sr_utf8_width(other) < width)
            snprintf(out, size, "%s→%s", name, other);
        else
            snprintf(out, size, "%s→%s", half[truth].text, half[predicted].text);
    } else if (at != SIZE_MAX && sr_utf8_width(name) + 2 <= width) {
        snprintf(out, size, "%s ✓", name);
    } else {
        sr_pane_cut(out, size, name, width);
    }
}

/* "test:0  Ankle boot   cnn: Sneaker, 56.0 %  ✗ wrong": what a caption has no room for. */
static void draw_footer(struct sr_session *session, struct sr_area area)
{
    enum sr_file file;
    uint32_t row;
    if (!sr_pane_sample(session, &file, &row)) return;
    int truth = session->data->files[file].labels[row];
    const struct sr_filter *filter = &session->selection.filter;
    char id[32];
    sr_pane_id(id, sizeof id, file, row);
    int x = sr_area_text(area, 1, 0, sr_pane_style(session, SR_ROLE_TITLE), id);
    x = sr_area_text(area, x + 2, 0, sr_pane_style(session, SR_ROLE_TEXT),
                     sr_pane_class(session, truth));
    const size_t suspect = filter->suspects ? sr_session_suspect(session, row) : SIZE_MAX;
    if (suspect != SIZE_MAX) {
        const struct sr_suspect *one = &session->suspects.items[suspect];
        static const char *const marks[SR_MARK_COUNT] = {"K keep  F flag", "kept  U undo",
                                                         "flagged  U undo"};
        sr_area_printf(area, x + 3, 0, sr_pane_style(session, SR_ROLE_WARNING),
                       "%s suggests %s, %.0f %% against %.0f %%   %s", session->suspects.model,
                       sr_pane_class(session, one->suggested), 100 * (double)one->other,
                       100 * (double)one->own, marks[session->suspects.marks[suspect]]);
        return;
    }
    struct sr_entry *entry =
        filter->model[0] ? sr_session_entry(session, filter->model, NULL) : NULL;
    const float *verdict = sr_pane_verdict(session, entry, filter->split, file, row);
    if (!verdict) return;
    struct sr_text words = {0};
    sr_text_printf(&words, "%s: ", entry->name);
    sr_pane_verdict_words(session, verdict, truth, &words);
    bool right = sr_pane_best(verdict, session->data->classes) == truth;
    sr_area_text(area, x + 3, 0, sr_pane_style(session, right ? SR_ROLE_GOOD : SR_ROLE_BAD),
                 sr_text_get(&words));
    sr_text_fini(&words);
}

void browse_grid_draw(struct sr_session *session, struct browse *browse, struct sr_area area)
{
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
    size_t columns = (size_t)layout.columns, lines = (size_t)layout.lines;
    browse->columns = layout.columns;
    if (browse->version != selection->version) browse->grid.top = 0;
    browse->version = selection->version;
    browse->grid.at = (int)(selection->at / columns);
    sr_scroller_follow(&browse->grid, (int)((selection->count + columns - 1) / columns),
                       layout.lines);
    size_t first = (size_t)browse->grid.top * columns;

    int room = layout.across - (layout.width ? 2 : 14);
    struct sr_short_name half[SR_CLASSES_MAX];
    if (session->selection.filter.suspects)
        sr_pane_short_names(session->data, (room - 2) / 2, half);
    else if (predictions)
        sr_pane_short_names(session->data, (room - 1) / 2, half);
    struct sr_style plain = sr_pane_style(session, SR_ROLE_TEXT),
                    bad = sr_pane_style(session, SR_ROLE_BAD);
    struct sr_style selected = sr_pane_style(session, SR_ROLE_SELECTED);
    struct sr_style accent = sr_pane_style(session, SR_ROLE_ACCENT);
    uint32_t left = session->look.ascii ? '|' : 0x258c, right = session->look.ascii ? '|' : 0x2590;
    for (size_t cell = 0; cell < columns * lines; cell++) {
        size_t i = first + cell;
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
            sr_pane_id(id, sizeof id, selection->file, row);
            sr_area_printf(part, 0, 0, style, "%s%-11s %s%s",
                           here     ? "▸"
                           : tagged ? "+"
                                    : " ",
                           id, text, here && tagged ? " +" : "");
            continue;
        }
        sr_draw_image(sr_area_part(part, 1, 0, layout.width, layout.height), &session->look,
                      sr_pane_pixels(session, selection->file, row), images->shape);
        if (here)
            for (int y = 0; y < layout.height; y++) {
                sr_area_put(part, 0, y, left, accent);
                sr_area_put(part, layout.width + 1, y, right, accent);
            }
        if (tagged) sr_area_put(part, 0, 0, '+', sr_pane_style(session, SR_ROLE_WARNING));
        sr_area_printf(part, 0, layout.height, style, here ? "[%s]" : " %s", text);
    }
    sr_spots_add(session, area,
                 (struct sr_spots){0, 0, layout.across, layout.down, layout.columns, layout.lines,
                                   (int)first, layout.columns});
}
