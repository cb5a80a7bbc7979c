/* browse_grid.c - see browse.h: the selection as pictures with captions, or as a list where there
 * is no room for pictures. */
#include "browse.h"

#include <stdio.h>
#include <string.h>

#include "sartor/app/review.h"
#include "sartor/app/trust.h"
#include "sartor/cells/draw.h"

/* The predictions that captions show: those of the model in the filter, NULL for none. */
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

/* The size of the pictures: the largest of which at least 4 × 2 fit, else of which at least 2 fit.
 * Unchanged where none does. */
static void natural_size(const struct sr_session *session, struct sr_area area, int *width,
                         int *height)
{
    static const struct {
        int times, divided;
    } scales[] = {{4, 1}, {2, 1}, {1, 1}, {1, 2}, {1, 4}, {1, 8}};
    const struct sr_images *images = &session->data->files[session->selection.file];
    int full_width, full_height;
    sr_image_cells(&session->look, images->shape, &full_width, &full_height);
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
            const int divided = scales[i].divided,
                      wide = (full_width * scales[i].times + divided - 1) / divided,
                      high = (full_height * scales[i].times + divided - 1) / divided;
            if ((scales[i].times > 1 && wide > 32) || wide < 6) continue;
            const int columns = area.width / (wide + 2), lines = area.height / (high + 1);
            if (columns < (pass == 0 ? 4 : 2) || lines < (pass == 0 ? 2 : 1)) continue;
            *width = wide;
            *height = high;
            return;
        }
    }
}

/* Half or twice as large, by the option `thumbnails`; one picture as large as fits where twice is
 * too much. */
static void chosen_size(const struct sr_session *session, struct sr_area area, int *width,
                        int *height)
{
    const char *chosen = sr_args_text(session->options, "thumbnails");
    if (!*width || !strcmp(chosen, "natural")) return;
    if (!strcmp(chosen, "small")) {
        *width = (*width + 1) / 2;
        *height = (*height + 1) / 2;
        return;
    }
    int wide = 2 * *width, high = 2 * *height;
    if (wide > area.width - 2) {
        high = high * (area.width - 2) / wide;
        wide = area.width - 2;
    }
    if (high > area.height - 1) {
        wide = wide * (area.height - 1) / high;
        high = area.height - 1;
    }
    *width = wide > *width ? wide : *width;
    *height = high > *height ? high : *height;
}

/* Pictures with a caption under each, and a line at the end of the area for the one under the
 * cursor where there is one to spare. */
static struct layout choose_layout(const struct sr_session *session, struct sr_area area)
{
    struct layout layout = {.columns = 1, .lines = area.height, .across = area.width, .down = 1};
    natural_size(session, area, &layout.width, &layout.height);
    chosen_size(session, area, &layout.width, &layout.height);
    if (!layout.width) return layout;
    layout.columns = area.width / (layout.width + 2);
    layout.lines = area.height / (layout.height + 1);
    const int wide = area.width / layout.columns, high = (area.height - 1) / layout.lines;
    layout.across = wide < layout.width + 6 ? wide : layout.width + 6;
    layout.down = high < layout.height + 1   ? layout.height + 1
                  : high < layout.height + 2 ? high
                                             : layout.height + 2;
    return layout;
}

/* What captions are written from. */
struct captions {
    const struct sr_predictions *predictions;  /* NULL: captions are only the class */
    const double *familiarities;               /* of these; NULL where not known (yet) */
    struct sr_short_name half[SR_CLASSES_MAX]; /* names of which two fit a caption */
    bool asks;                                 /* which class it is of */
    int width;
};

static void captions_init(struct sr_session *session, struct captions *captions, int width)
{
    const struct sr_filter *filter = &session->selection.filter;
    struct sr_error ignored;
    captions->asks = filter->suspects || filter->queue;
    captions->predictions = captions->asks ? NULL : shown_predictions(session);
    captions->familiarities = NULL;
    if (captions->predictions)
        sr_session_familiarities(session, sr_session_entry(session, filter->model, NULL),
                                 filter->split, &captions->familiarities, &ignored);
    captions->width = width;
    const int marks = captions->asks ? 2 : 1; /* columns besides the names */
    if (captions->predictions || captions->asks)
        sr_pane_short_names(session->data, (width - marks) / 2, captions->half);
}

/* The mark that the user has given, the class, and the suggested class. True when the label is
 * flagged as wrong.
 */
static bool suspect_caption(const struct sr_session *session, const struct captions *captions,
                            const struct sr_suggestion *suggestion, enum sr_mark mark, int truth,
                            struct sr_text *text)
{
    static const char *const marks[SR_MARK_COUNT] = {"?", "✓", "✗", "−", "→"};
    const int other = suggestion->class;
    const char *from = sr_pane_class(session, truth), *to = sr_pane_class(session, other);
    if (sr_utf8_width(from) + sr_utf8_width(to) + 3 <= captions->width)
        sr_text_printf(text, "%s %s→%s", marks[mark], from, to);
    else
        sr_text_printf(text, "%s%s→%s", marks[mark], captions->half[truth].text,
                       captions->half[other].text);
    return mark >= SR_MARK_FLAG;
}

/* Is the model's answer about a sample unlike what it was trained on? */
static bool unfamiliar(const struct captions *captions, uint32_t row)
{
    const size_t at =
        captions->familiarities ? sr_predictions_find(captions->predictions, row) : SIZE_MAX;
    return at != SIZE_MAX && captions->familiarities[at] < SR_UNFAMILIAR;
}

/* The class, and the predicted class where it differs. True when it differs. */
static bool caption(struct sr_session *session, const struct captions *captions, enum sr_file file,
                    uint32_t row, struct sr_text *text)
{
    const int truth = sr_images_label(&session->data->files[file], row);
    struct sr_suggestion suggestion;
    if (captions->asks && sr_session_suggestion(session, file, row, &suggestion))
        return suspect_caption(session, captions, &suggestion,
                               sr_session_marked(session, file, row), truth, text);
    const struct sr_predictions *predictions = captions->predictions;
    const size_t at = predictions ? sr_predictions_find(predictions, row) : SIZE_MAX;
    const char *name = sr_pane_label(session, file, row);
    if (at != SIZE_MAX && predictions->predicted[at] != truth) {
        const int predicted = predictions->predicted[at];
        const char *other = sr_pane_class(session, predicted);
        const int both = sr_utf8_width(name) + sr_utf8_width(other);
        if (both < captions->width)
            sr_text_printf(text, "%s%s→%s", both + 3 <= captions->width ? "✗ " : "", name, other);
        else
            sr_text_printf(text, "%s→%s", captions->half[truth].text,
                           captions->half[predicted].text);
        return true;
    }
    if (at != SIZE_MAX && sr_utf8_width(name) + 2 <= captions->width) {
        sr_text_printf(text, "%s ✓", name);
    } else {
        struct sr_short_name cut;
        sr_pane_cut(cut.text, sizeof cut.text, name, captions->width);
        sr_text_add(text, cut.text);
    }
    return false;
}

/* Which class is suggested, by whom, and how sure that is. */
static void draw_suggestion(struct sr_session *session, struct sr_area area, int x,
                            enum sr_file file, uint32_t row)
{
    static const char *const marks[SR_MARK_COUNT] = {"K keep  F flag", "kept  F flag",
                                                     "flagged  K keep", "left out  K keep",
                                                     "of another class  K keep"};
    const struct sr_style style = sr_pane_style(session, SR_ROLE_WARNING);
    const char *mark = marks[sr_session_marked(session, file, row)];
    const size_t suspect = file == SR_FILE_TRAIN ? sr_session_suspect(session, row) : SIZE_MAX;
    struct sr_suggestion suggestion;
    if (suspect != SIZE_MAX) {
        const struct sr_suspect *one = &session->suspects.items[suspect];
        sr_area_printf(area, x, 0, style, "%s suggests %s, %.0f %% against %.0f %%   %s",
                       session->suspects.model, sr_pane_class(session, one->suggested),
                       100 * (double)one->other, 100 * (double)one->own, mark);
    } else if (sr_session_suggestion(session, file, row, &suggestion)) {
        sr_area_printf(area, x, 0, style, "%s suggests %s, %.0f %%   %s", suggestion.by,
                       sr_pane_class(session, suggestion.class),
                       100 * (double)suggestion.confidence, mark);
    }
}

/* "test:0  Ankle boot   cnn: Sneaker, 56.0 %  ✗ wrong": details of the sample under the cursor. */
static void draw_footer(struct sr_session *session, struct sr_area area)
{
    enum sr_file file;
    uint32_t row;
    if (!sr_pane_sample(session, &file, &row)) return;
    int truth = sr_images_label(&session->data->files[file], row);
    const struct sr_filter *filter = &session->selection.filter;
    char id[32];
    sr_pane_id(id, sizeof id, file, row);
    int x = sr_area_text(area, 1, 0, sr_pane_style(session, SR_ROLE_TITLE), id);
    x = sr_area_text(area, x + 2, 0, sr_pane_style(session, SR_ROLE_TEXT),
                     sr_pane_label(session, file, row));
    if (filter->suspects || filter->queue) {
        draw_suggestion(session, area, x + 3, file, row);
        return;
    }
    struct sr_entry *entry =
        filter->model[0] ? sr_session_entry(session, filter->model, NULL) : NULL;
    const struct verdict verdict =
        sr_pane_verdict(session, entry, sr_selection_split(session), file, row);
    if (!verdict.shown) return;
    struct sr_text words = {0};
    sr_familiarity_words(verdict.familiarity, &words);
    x += 3;
    if (words.length) { /* before the class, which it puts in doubt */
        const bool roomy = x + sr_utf8_width(sr_text_get(&words)) + 30 <= area.width;
        x = 2 + sr_area_text(area, x, 0, sr_pane_style(session, SR_ROLE_WARNING),
                             roomy ? sr_text_get(&words) : "! unfamiliar");
    }
    const int best = sr_pane_best(verdict.shown, session->data->classes);
    const struct sr_style style = sr_pane_style(session, sr_pane_verdict_role(best, truth));
    x = sr_pane_verdict_line(session, area, x, 0, style, entry->name, &verdict, truth);
    sr_text_clear(&words);
    sr_pane_set_words(session, &verdict, false, &words);
    if (x + 3 + sr_utf8_width(sr_text_get(&words)) <= area.width)
        sr_area_text(area, x + 3, 0, style, sr_text_get(&words));
    sr_text_fini(&words);
}

/* A picture over its caption, or a line of the list; `style` is that of the caption. `strange`: an
 * exclamation mark on the picture says that the model's answer about it is not to be trusted. */
static void draw_item(struct sr_session *session, struct sr_area area, const struct layout *layout,
                      size_t at, bool strange, struct sr_style style, const char *caption)
{
    const struct sr_selection *selection = &session->selection;
    const uint32_t row = selection->rows[at];
    const enum sr_file file = sr_selection_file(selection, at);
    const bool here = at == selection->at, tagged = sr_session_tags(session, file, row) != 0;
    if (!layout->width) {
        char id[32];
        sr_pane_id(id, sizeof id, file, row);
        sr_area_printf(area, 0, 0, style, "%s%-11s %s%s%s",
                       here     ? "▸"
                       : tagged ? "+"
                                : " ",
                       id, strange ? "! " : "", caption, here && tagged ? " +" : "");
        if (here) sr_area_cursor(area, 1, 0);
        return;
    }
    sr_draw_image(sr_area_part(area, 1, 0, layout->width, layout->height), &session->look,
                  sr_pane_pixels(session, file, row), session->data->files[file].shape);
    const uint32_t left = session->look.ascii ? '|' : 0x258c,
                   right = session->look.ascii ? '|' : 0x2590;
    for (int y = 0; here && y < layout->height; y++) {
        sr_area_put(area, 0, y, left, sr_pane_style(session, SR_ROLE_ACCENT));
        sr_area_put(area, layout->width + 1, y, right, sr_pane_style(session, SR_ROLE_ACCENT));
    }
    if (tagged) sr_area_put(area, 0, 0, '+', sr_pane_style(session, SR_ROLE_WARNING));
    if (strange) {
        struct sr_style mark = sr_pane_style(session, SR_ROLE_WARNING);
        mark.attributes |= SR_BOLD | SR_REVERSE;
        sr_area_put(area, layout->width, 0, '!', mark);
    }
    sr_area_printf(area, 0, layout->height, style, here ? "[%s]" : " %s", caption);
    if (here) sr_area_cursor(area, 1, layout->height);
}

/* Scroll to the cursor; from the top when another selection is shown. Returns the first item. */
static size_t scroll(const struct sr_selection *selection, struct browse *browse,
                     const struct layout *layout)
{
    const size_t columns = (size_t)layout->columns;
    if (browse->version != selection->version) browse->grid.top = 0;
    browse->version = selection->version;
    browse->columns = layout->columns;
    browse->grid.at = (int)(selection->at / columns);
    sr_scroller_follow(&browse->grid, (int)((selection->count + columns - 1) / columns),
                       layout->lines);
    return (size_t)browse->grid.top * columns;
}

void browse_grid_draw(struct sr_session *session, struct browse *browse, struct sr_area area)
{
    const struct sr_selection *selection = &session->selection;
    const struct layout layout = choose_layout(session, area);
    int spare =
        layout.width ? area.height - ((layout.lines - 1) * layout.down + layout.height + 1) : 0;
    if (spare >= 1) {
        draw_footer(session, sr_area_part(area, 0, area.height - 1, area.width, 1));
        area = sr_area_part(area, 0, spare >= 3, area.width, area.height - 1 - (spare >= 3));
    }
    const size_t first = scroll(selection, browse, &layout);
    struct captions captions;
    captions_init(session, &captions, layout.across - (layout.width ? 2 : 14));
    struct sr_text text = {0};
    for (int cell = 0; cell < layout.columns * layout.lines; cell++) {
        const size_t at = first + (size_t)cell;
        if (at >= selection->count) break;
        const uint32_t row = selection->rows[at];
        const enum sr_file file = sr_selection_file(selection, at);
        if (row >= session->data->files[file].count) continue;
        sr_text_clear(&text);
        const bool wrong = caption(session, &captions, file, row, &text);
        struct sr_area part =
            sr_area_part(area, cell % layout.columns * layout.across,
                         cell / layout.columns * layout.down, layout.across, layout.down);
        const bool strange = unfamiliar(&captions, row);
        const enum sr_role role = at == selection->at ? SR_ROLE_SELECTED
                                  : strange           ? SR_ROLE_WARNING
                                  : wrong             ? SR_ROLE_BAD
                                                      : SR_ROLE_TEXT;
        draw_item(session, part, &layout, at, strange, sr_pane_style(session, role),
                  sr_text_get(&text));
    }
    sr_text_fini(&text);
    sr_spots_add(session, area,
                 (struct sr_spots){0, 0, layout.across, layout.down, layout.columns, layout.lines,
                                   (int)first, layout.columns});
}
