/* parts.c - see parts.h. */
#include "parts.h"
#include "sartor/app/explanations.h"
#include "sartor/base/memory.h"
#include "sartor/base/words.h"
#include "sartor/cells/draw.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sr_style sr_part_style(const struct sr_session *session, enum sr_role role)
{
    return sr_look_style(&session->look, role);
}

const char *sr_part_class(const struct sr_session *session, int class)
{
    return session->data && class >= 0 && class < session->data->classes
               ? session->data->class_names[class]
               : "?";
}

/* Text */

int sr_part_cut(char *out, size_t size, const char *text, int columns)
{
    char shown[SR_SHOWN_SIZE];
    int used = 0;
    size_t length = 0;
    for (const char *next = text;;) {
        const char *from = next;
        int width = sr_utf8_shown(&next, shown);
        size_t bytes = (size_t)(next - from);
        if (width < 0 || used + width > columns || length + bytes >= size) break;
        memcpy(out + length, from, bytes);
        length += bytes;
        used += width;
    }
    out[length] = '\0';
    return used;
}

/* The last `columns` columns of a text. */
static const char *tail(const char *text, int columns)
{
    char shown[SR_SHOWN_SIZE];
    int skip = sr_utf8_width(text) - columns;
    while (skip > 0 && *text) skip -= sr_utf8_shown(&text, shown);
    return text;
}

/* One way to write a name in few columns. Way 0 is its beginning, way n < columns its beginning
 * and its last n columns, and the last way its number, which is never ambiguous. */
static void shorten(const char *name, int class, int columns, int way, struct sr_short_name *out)
{
    if (way >= columns) {
        snprintf(out->text, sizeof out->text, "%d", class);
        return;
    }
    if (way > 0 && sr_utf8_width(name) > columns) {
        sr_part_cut(out->text, sizeof out->text, name, columns - way);
        size_t length = strlen(out->text);
        sr_part_cut(out->text + length, sizeof out->text - length, tail(name, way), way);
    } else {
        sr_part_cut(out->text, sizeof out->text, name, columns);
    }
}

void sr_part_short_names(const struct sr_dataset *data, int columns, struct sr_short_name *names)
{
    int count = data->classes;
    if (columns > 31) columns = 31;
    if (columns < 1) columns = 1;
    struct sr_short_name *tries = sr_xalloc((size_t)count * sizeof *tries);
    bool *settled = sr_xalloc((size_t)count * sizeof *settled);
    int left = count;
    for (int way = 0; way <= columns && left > 0; way++) {
        for (int i = 0; i < count; i++)
            if (!settled[i]) shorten(data->class_names[i], i, columns, way, &tries[i]);
        for (int i = 0; i < count; i++) {
            if (settled[i]) continue;
            bool clash = false;
            for (int j = 0; way < columns && j < count && !clash; j++)
                clash = j != i &&
                        strcmp(settled[j] ? names[j].text : tries[j].text, tries[i].text) == 0;
            if (clash) continue;
            names[i] = tries[i];
            settled[i] = true;
            left--;
        }
    }
    free(tries);
    free(settled);
}

bool sr_part_wrap(const char **text, int width, char *out, size_t size)
{
    const char *at = *text;
    if (!*at) return false;
    if (width < 1) width = 1;
    char shown[SR_SHOWN_SIZE];
    const char *end = at, *blank = NULL;
    int used = 0;
    while (*end && *end != '\n') {
        const char *next = end;
        int wide = sr_utf8_shown(&next, shown);
        if (*end == ' ') blank = end;
        if (used + wide > width && end > at) break;
        used += wide;
        end = next;
    }
    const char *next = end;
    if (*end == '\n') {
        next = end + 1;
    } else if (*end) {
        if (*end != ' ' && blank && blank > at) end = blank;
        next = end;
        while (*next == ' ') next++;
    }
    size_t length = (size_t)(end - at);
    if (length >= size) length = size - 1;
    memcpy(out, at, length);
    out[length] = '\0';
    *text = next;
    return true;
}

int sr_part_lines(const char *text, int width)
{
    char line[1024];
    int lines = 0;
    while (sr_part_wrap(&text, width, line, sizeof line)) lines++;
    return lines;
}

int sr_part_paragraph(struct sr_area area, int y, struct sr_style style, const char *text)
{
    char line[1024];
    while (y < area.height && sr_part_wrap(&text, area.width, line, sizeof line))
        sr_area_text(area, 0, y++, style, line);
    return y;
}

void sr_part_listed(struct sr_text *text, const char *words)
{
    while (*words) {
        uint32_t glyph = sr_utf8_next(&words);
        if (glyph == ' ' && *words == ' ') {
            while (*words == ' ') words++;
            if (*words) sr_text_add(text, ", ");
        } else if (glyph == 0x2713 || glyph == 0x2717) {
            if (*words == ' ') words++;
        } else {
            sr_text_add_glyph(text, glyph);
        }
    }
}

void sr_part_percent(char *out, size_t size, double share)
{
    if (isfinite(share))
        snprintf(out, size, "%.1f %%", 100 * share);
    else
        snprintf(out, size, "–");
}

void sr_part_ordinal(char *out, size_t size, uint64_t number)
{
    static const char *const endings[] = {"th", "st", "nd", "rd"};
    char digits[32];
    sr_format_count(digits, sizeof digits, number);
    bool teen = number / 10 % 10 == 1;
    snprintf(out, size, "%s%s", digits, endings[!teen && number % 10 <= 3 ? number % 10 : 0]);
}

void sr_part_id(char *out, size_t size, enum sr_file file, uint32_t row)
{
    snprintf(out, size, "%s:%u", sr_file_names[file], (unsigned)row);
}

void sr_part_put_right(struct sr_area area, int edge, int y, struct sr_style style,
                       const char *text)
{
    sr_area_text(area, edge - sr_utf8_width(text), y, style, text);
}

void sr_part_add_class(const struct sr_session *session, struct sr_text *line, const char *key,
                       int class)
{
    struct sr_text word = {0};
    sr_text_printf(&word, "%s=%s", key, sr_part_class(session, class));
    sr_text_add(line, " ");
    sr_words_quote(line, sr_text_get(&word));
    sr_text_fini(&word);
}

/* States */

void sr_part_say(const struct sr_session *session, struct sr_area area, const char *title,
                 const char *text)
{
    int margin = area.width > 60 ? 4 : area.width > 30 ? 2 : 0;
    int width = area.width - 2 * margin < 72 ? area.width - 2 * margin : 72;
    int y = area.height > 12 ? area.height / 4 : area.height > 5 ? 1 : 0;
    struct sr_area inside = sr_area_part(area, margin, 0, width, area.height);
    y = sr_part_paragraph(inside, y, sr_part_style(session, SR_ROLE_TITLE), title);
    if (text && *text) {
        if (area.height > 5) y++;
        sr_part_paragraph(inside, y, sr_part_style(session, SR_ROLE_TEXT), text);
    }
}

bool sr_part_without_data(struct sr_session *session, struct sr_text *title, struct sr_text *text)
{
    if (session->data) return false;
    if (session->data_error.text[0]) {
        sr_text_add(title, "The data could not be loaded.");
        sr_text_add(text, session->data_error.text);
        sr_text_add(text,
                    "\nOpen another folder with :open DIR, or give it at start with --data DIR.");
    } else {
        sr_text_add(title, "Loading the data…");
        sr_text_add(text, "The images will be here in a moment.");
    }
    return true;
}

struct sr_entry *sr_part_model(struct sr_session *session, const char *name, struct sr_text *title,
                               struct sr_text *text)
{
    struct sr_error error = {0};
    if (session->entry_count == 0) {
        const struct sr_run *run = sr_session_active_run(session);
        if (run) {
            sr_text_printf(title, "%s is still training.", run->name);
            sr_text_add(
                text, "It can be looked at here as soon as it has finished. Press 3 to watch it, x "
                      "to stop it and keep what it has learned.");
        } else {
            sr_text_add(title, "No model yet.");
            sr_text_add(text, "Press 3 and Enter to train one, or type :train cnn");
        }
        return NULL;
    }
    struct sr_entry *entry = NULL;
    enum sr_status status = sr_session_model(session, name, &entry, &error);
    if (status == SR_OK) return entry;
    if (status == SR_PENDING) {
        sr_text_add(title, "Loading the model…");
    } else {
        sr_text_add(title, "The model cannot be used.");
        sr_text_add(text, error.text);
        sr_text_add(text, "\n:models lists the models that there are.");
    }
    return NULL;
}

/* Samples and verdicts */

bool sr_part_sample(const struct sr_session *session, enum sr_file *file, uint32_t *row)
{
    const struct sr_selection *selection = &session->selection;
    if (!session->data || selection->at >= selection->count) return false;
    *file = selection->file;
    *row = selection->rows[selection->at];
    return *row < session->data->files[*file].count;
}

const uint8_t *sr_part_pixels(const struct sr_session *session, enum sr_file file, uint32_t row)
{
    const struct sr_images *images = &session->data->files[file];
    return sr_images_at(images, row);
}

int sr_part_best(const float *probabilities, int classes)
{
    int best = 0;
    for (int c = 1; c < classes; c++)
        if (probabilities[c] > probabilities[best]) best = c;
    return best;
}

const float *sr_part_verdict(const struct sr_session *session, const struct sr_entry *entry,
                             enum sr_split_name split, enum sr_file file, uint32_t row)
{
    if (!entry || !session->data || !entry->model ||
        entry->model->shape.classes != session->data->classes)
        return NULL;
    const struct sr_predicted *predicted = sr_session_predicted(session, entry, split);
    if (predicted) {
        const struct sr_predictions *all = &predicted->predictions;
        size_t at = sr_predictions_find(all, row);
        if (at != SIZE_MAX) return all->probabilities + at * (size_t)all->classes;
    }
    return sr_session_explained_answer(session, entry, file, row);
}

void sr_part_verdict_words(const struct sr_session *session, const float *verdict, int truth,
                           struct sr_text *text)
{
    int best = sr_part_best(verdict, session->data->classes);
    char share[32];
    sr_part_percent(share, sizeof share, (double)verdict[best]);
    sr_text_printf(text, "%s, %s  %s", sr_part_class(session, best), share,
                   best == truth ? "✓ right" : "✗ wrong");
}

struct ranked {
    float share;
    int class;
};

static int by_share(const void *a, const void *b)
{
    const struct ranked *left = a, *right = b;
    if (left->share != right->share) return left->share > right->share ? -1 : 1;
    return left->class - right->class;
}

int sr_part_probabilities(struct sr_session *session, struct sr_area area,
                          const float *probabilities, int truth)
{
    int classes = session->data->classes, lines = classes < area.height ? classes : area.height;
    if (lines <= 0 || area.width < 8) return 0;
    struct ranked order[SR_CLASSES_MAX];
    for (int c = 0; c < classes; c++) order[c] = (struct ranked){probabilities[c], c};
    if (lines < classes) qsort(order, (size_t)classes, sizeof *order, by_share);
    int best = sr_part_best(probabilities, classes), longest = 1;
    for (int c = 0; c < classes; c++) {
        int width = sr_utf8_width(session->data->class_names[c]);
        if (width > longest) longest = width;
    }
    int name_width = area.width - 16 < longest ? area.width - 16 : longest;
    if (name_width < 3) name_width = 3;
    int bar = area.width - name_width - 12;
    if (bar > 40) bar = 40;
    struct sr_short_name names[SR_CLASSES_MAX];
    sr_part_short_names(session->data, name_width, names);
    for (int y = 0; y < lines; y++) {
        int c = order[y].class;
        struct sr_style style =
            sr_part_style(session, c == best    ? (c == truth ? SR_ROLE_GOOD : SR_ROLE_BAD)
                                   : c == truth ? SR_ROLE_ACCENT
                                                : SR_ROLE_TEXT);
        sr_area_printf(area, 0, y, style, "%c%c%s", c == best ? '>' : ' ', c == truth ? '*' : ' ',
                       names[c].text);
        if (bar > 0)
            sr_draw_bar(area, name_width + 3, y, bar, order[y].share, &session->look, style);
        int x = bar > 0 ? name_width + 4 + bar : name_width + 3;
        sr_area_printf(area, x, y, style, "%5.1f %%", 100 * (double)order[y].share);
    }
    return lines;
}

void sr_part_gauge(const struct sr_session *session, struct sr_area area, int x, int y, int width,
                   double share, struct sr_style style)
{
    if (session->look.depth >= SR_DEPTH_256 && !session->look.ascii) {
        style.back = sr_part_style(session, SR_ROLE_BORDER).fore;
    } else if (width > 4) {
        sr_area_put(area, x, y, '[', style);
        sr_area_put(area, x + width - 1, y, ']', style);
        x++;
        width -= 2;
    }
    sr_draw_bar(area, x, y, width, share, &session->look, style);
}

/* Moves */

enum sr_status sr_part_order(struct sr_session *session, bool reverse, struct sr_text *said,
                             struct sr_error *error)
{
    struct sr_filter filter = session->selection.filter;
    if (reverse)
        filter.descending = !filter.descending;
    else
        filter.order = (enum sr_order)((filter.order + 1) % SR_ORDER_COUNT);
    if (filter.order == SR_ORDER_INDEX && filter.as < 0 && filter.right < 0 && !filter.beats[0])
        filter.model[0] = '\0';
    enum sr_status status = sr_session_select(session, &filter, error);
    if (status) return status;
    session->selection.at = 0;
    sr_text_printf(said, "sorted by %s%s\n", sr_order_names[filter.order],
                   filter.descending ? ", largest first" : "");
    return SR_OK;
}

void sr_part_walk(struct sr_session *session, enum sr_move move, size_t row, size_t page)
{
    struct sr_selection *selection = &session->selection;
    if (selection->count == 0) return;
    size_t last = selection->count - 1, by = 0;
    bool back = false;
    if (row < 1) row = 1;
    if (page < row) page = row;
    switch (move) {
    case SR_MOVE_LEFT:
    case SR_MOVE_PREVIOUS:
        back = true;
        by = 1;
        break;
    case SR_MOVE_RIGHT:
    case SR_MOVE_NEXT:
        by = 1;
        break;
    case SR_MOVE_UP:
        back = true;
        by = row;
        break;
    case SR_MOVE_DOWN:
        by = row;
        break;
    case SR_MOVE_PAGE_UP:
        back = true;
        by = page;
        break;
    case SR_MOVE_PAGE_DOWN:
        by = page;
        break;
    case SR_MOVE_HALF_UP:
        back = true;
        by = page / row / 2 * row;
        break;
    case SR_MOVE_HALF_DOWN:
        by = page / row / 2 * row;
        break;
    case SR_MOVE_FIRST:
        selection->at = 0;
        return;
    case SR_MOVE_LAST:
        selection->at = last;
        return;
    case SR_MOVE_COUNT:
        return;
    }
    if (by == 0) by = row;
    size_t at = selection->at;
    /* A line up or down that does not exist leaves the cursor; pages go as far as they can. */
    bool line = move == SR_MOVE_UP || move == SR_MOVE_DOWN;
    if (back)
        at = at >= by                                           ? at - by
             : line                                             ? at
             : move == SR_MOVE_LEFT || move == SR_MOVE_PREVIOUS ? 0
                                                                : at % row;
    else if (by <= last - at)
        at += by;
    else if (!line || last / row > at / row)
        at = last;
    selection->at = at;
}

void sr_part_class_grid(struct sr_session *session, struct sr_area area, struct sr_shape shape,
                        int at, sr_part_draw_class *draw, void *context)
{
    int classes = session->data->classes, width, height, columns = 1, lines = 1;
    sr_image_cells(&session->look, shape, &width, &height);
    int full_width = width, full_height = height;
    for (int divided = 1; divided <= 4; divided *= 2) {
        width = (full_width + divided - 1) / divided;
        height = (full_height + divided - 1) / divided;
        columns = area.width / (width + 2);
        lines = area.height / (height + 1);
        if (columns * lines >= classes || width <= 8) break;
    }
    if (columns < 1 || lines < 1) return;
    if (columns > classes) columns = classes;
    int rows = (classes + columns - 1) / columns, top = at < 0 ? 0 : at / columns - lines / 2;
    if (top > rows - lines) top = rows - lines;
    if (top < 0) top = 0;
    int across = area.width / columns < width + 8 ? area.width / columns : width + 8;
    struct sr_short_name names[SR_CLASSES_MAX];
    sr_part_short_names(session->data, across - 2, names);
    int down = height + 1 + (lines >= rows && area.height >= rows * (height + 2));
    for (int i = 0; i < columns * lines && top * columns + i < classes; i++) {
        int class = top * columns + i;
        struct sr_area part =
            sr_area_part(area, i % columns * across, i / columns * down, across, down);
        draw(session, sr_area_part(part, 1, 0, width, height), class, context);
        sr_area_printf(part, 0, height,
                       sr_part_style(session, class == at ? SR_ROLE_SELECTED : SR_ROLE_TEXT),
                       class == at ? "[%s]" : " %s", names[class].text);
    }
    sr_spots_add(session, area,
                 (struct sr_spots){0, 0, across, down, columns, lines, top * columns, columns});
}
