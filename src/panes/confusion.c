/* confusion.c - the confusion matrix of a model: rows are true classes, columns predicted ones. */
#include "confusion.h"
#include "sartor/panes/show.h"
#include "scroller.h"
#include <stdio.h>
#include <string.h>

struct confusion *confusion_state(struct sr_session *session)
{
    static const struct sr_state_kind kind = {.size = sizeof(struct confusion)};
    return sr_session_state(session, &kind);
}

static const char *units_words(enum confusion_units units)
{
    return units == CONFUSION_OF_TRUE        ? "% of the true class"
           : units == CONFUSION_OF_PREDICTED ? "% of the predicted class"
                                             : "counts";
}

/* The largest confusions as a list, as many as fit. */
static void draw_worst(struct sr_session *session, struct sr_area area,
                       const struct confusion_table *table)
{
    struct sr_style plain = sr_pane_style(session, SR_ROLE_TEXT),
                    faint = sr_pane_style(session, SR_ROLE_FAINT);
    const bool placed = table->row >= 0 && table->column >= 0;
    const int at = placed ? table->row * table->classes + table->column : -1, across = 30;
    int index = -1;
    uint64_t count = UINT64_MAX;
    sr_area_text(area, 0, 0, faint, "most confused");
    sr_pane_put_right(area, across + 6, 0, faint, "count");
    sr_pane_put_right(area, across + 20, 0, faint, "% of true");
    if (area.width >= 72) sr_pane_put_right(area, across + 38, 0, faint, "% of predicted");
    for (int y = 1; y < area.height && y <= 10; y++) {
        index = confusion_next(table, count, index);
        if (index < 0) break;
        count = table->matrix[index];
        int row = index / table->classes, column = index % table->classes;
        struct sr_text names = {0};
        char text[32];
        sr_text_printf(&names, "%s → %s", sr_pane_class(session, row),
                       sr_pane_class(session, column));
        sr_area_text(sr_area_part(area, 0, y, across, 1), 0, 0,
                     index == at ? sr_pane_style(session, SR_ROLE_ACCENT) : plain,
                     sr_text_get(&names));
        sr_text_fini(&names);
        sr_format_count(text, sizeof text, count);
        sr_pane_put_right(area, across + 6, y, plain, text);
        confusion_share(text, sizeof text, count, table->rows[row]);
        sr_pane_put_right(area, across + 20, y, plain, text);
        confusion_share(text, sizeof text, count, table->columns[column]);
        if (area.width >= 72) sr_pane_put_right(area, across + 38, y, plain, text);
    }
}

/* The matrix of the second model by itself, as it stands beside the first. */
static struct confusion_table second_table(const struct confusion_table *table)
{
    struct confusion_table second = {.row = table->row,
                                     .column = table->column,
                                     .units = table->units,
                                     .entry = table->vs,
                                     .split = table->split,
                                     .classes = table->classes,
                                     .matrix = table->vs_matrix,
                                     .predicted = table->vs_predicted,
                                     .evaluation = table->vs_evaluation};
    confusion_add_totals(&second);
    return second;
}

/* Which model, how good, on what; above each of two matrices where two are shown. */
static void draw_title(struct sr_session *session, struct sr_area area,
                       const struct confusion_table *table, const struct confusion_table *second,
                       int width)
{
    struct sr_text text = {0};
    struct sr_style title = sr_pane_style(session, SR_ROLE_TITLE);
    if (table->difference) {
        char ours[32], theirs[32];
        sr_pane_percent(ours, sizeof ours, table->evaluation->accuracy);
        sr_pane_percent(theirs, sizeof theirs, table->vs_evaluation->accuracy);
        sr_text_printf(&text, "%s (%s) against %s (%s)", table->entry->name, ours, table->vs->name,
                       theirs);
        if (sr_utf8_width(sr_text_get(&text)) + 14 < width) /* " on validation" */
            sr_text_printf(&text, " on %s", sr_split_names[table->split]);
    } else {
        confusion_summary(table, width - 2, &text);
    }
    sr_area_text(sr_area_part(area, 1, 0, width - 1, 1), 0, 0, title, sr_text_get(&text));
    if (second) {
        sr_text_clear(&text);
        confusion_summary(second, width - 2, &text);
        sr_area_text(area, width + 3, 0, title, sr_text_get(&text));
    }
    sr_text_fini(&text);
}

/* What rows, columns and cells are, and how much of the matrix is shown. */
static void draw_axes(struct sr_session *session, struct sr_area area,
                      const struct confusion_table *table, const struct confusion_layout *layout)
{
    const int n = table->classes;
    char part[48] = "", cells[160], ways[3][256];
    if (layout->columns < n || layout->rows < n)
        snprintf(part, sizeof part, "; %d×%d of %d classes", layout->rows, layout->columns, n);
    snprintf(cells, sizeof cells, "%s", units_words(table->units));
    if (table->difference)
        snprintf(cells, sizeof cells, "%s minus %s", table->entry->name, table->vs->name);
    snprintf(ways[0], sizeof ways[0], "rows = true, columns = predicted; %s%s", cells, part);
    snprintf(ways[1], sizeof ways[1], "rows true, columns predicted%s", part);
    snprintf(ways[2], sizeof ways[2], "true × predicted%s", part);
    const char *const texts[] = {ways[0], ways[1], ways[2], NULL};
    sr_area_text(area, 1, 0, sr_pane_style(session, SR_ROLE_FAINT),
                 sr_pane_fitting(area.width - 1, texts));
}

/* How many samples the cursor is on; where one line is all there is, in a few words. Returns the
 * line after it. */
static int draw_cursor(struct sr_session *session, struct sr_area area,
                       const struct confusion_table *table, struct sr_style style)
{
    struct sr_text text = {0};
    confusion_cursor_words(session, table, &text);
    if (sr_pane_lines(sr_text_get(&text), area.width) > area.height) {
        sr_text_clear(&text);
        confusion_cursor_short(session, table, &text);
    }
    const int y = sr_pane_paragraph(area, 0, style, sr_text_get(&text));
    sr_text_fini(&text);
    return y;
}

/* Sentences under the matrix, and the largest confusions. */
static void draw_words(struct sr_session *session, struct sr_area area,
                       const struct confusion_table *table)
{
    struct sr_text text = {0};
    const struct sr_style accent = sr_pane_style(session, SR_ROLE_ACCENT);
    int y = 0;
    if (table->vs || table->vs_error.status) {
        if (table->vs)
            confusion_fourfold_words(session, table, &text);
        else
            sr_text_printf(&text, "%s: %s", table->vs_name, table->vs_error.text);
        if (table->vs && area.height == 1 && sr_utf8_width(sr_text_get(&text)) > area.width) {
            sr_text_clear(&text);
            confusion_fourfold_short(session, table, &text);
        }
        if (area.height > 1)
            y = sr_pane_paragraph(area, y, accent, sr_text_get(&text));
        else
            sr_pane_parts(area, 0, y++, accent, sr_text_get(&text));
        if (y < area.height && table->vs)
            y += draw_cursor(session, sr_area_part(area, 0, y, area.width, area.height - y), table,
                             sr_pane_style(session, SR_ROLE_TEXT));
    } else {
        y = draw_cursor(session, area, table, accent);
    }
    if (area.height - y >= 4 && area.width >= 54) {
        draw_worst(session, sr_area_part(area, 0, y, area.width, area.height - y), table);
    } else if (y + 1 < area.height) {
        sr_text_clear(&text);
        confusion_worst_words(session, table, 5, &text);
        sr_pane_paragraph(area, y, sr_pane_style(session, SR_ROLE_TEXT), sr_text_get(&text));
    }
    sr_text_fini(&text);
}

enum { BESIDE = 116 }; /* columns from which on two matrices stand side by side */

static void draw_table(struct sr_session *session, struct sr_area area,
                       struct confusion_table *table)
{
    const bool beside = table->vs && area.width >= BESIDE;
    const int n = table->classes, width = beside ? area.width / 2 - 1 : area.width;
    struct confusion_table other = beside ? second_table(table) : (struct confusion_table){0};
    int y = 0;
    table->difference = table->vs && !beside;
    if (area.height >= 7)
        draw_title(session, sr_area_part(area, 0, y++, area.width, 1), table,
                   beside ? &other : NULL, width);
    int lines = area.height - y - 3; /* axes, header, totals */
    int words = lines - n >= 3 ? lines - n : lines >= 9 ? 2 : lines >= 5 ? 1 : 0;
    if (words > 7) words = 7;
    struct confusion_layout layout = confusion_layout(session, table, width, lines - words);
    int spare = lines - words - layout.rows;
    layout.height = 1 + (layout.rows == n ? spare / n : 0);
    const int tallest = layout.cell / 3 > 3 ? layout.cell / 3 : 3;
    if (layout.height > tallest) layout.height = tallest;
    const int high = 2 + layout.rows * layout.height; /* with header and totals */

    draw_axes(session, sr_area_part(area, 0, y++, area.width, 1), table, &layout);
    if (area.height - y - (high + words) >= 1) y++;
    confusion_draw_matrix(session, sr_area_part(area, 0, y, width, high), table, &layout);
    if (beside) {
        struct confusion_layout same = confusion_layout(session, &other, width, lines - words);
        same.height = layout.height;
        confusion_draw_matrix(session, sr_area_part(area, width + 2, y, width, high), &other,
                              &same);
    }
    y += high + (words >= 3);
    draw_words(session, sr_area_part(area, 1, y, area.width - 2, area.height - y), table);
}

static void draw(struct sr_session *session, struct sr_area area)
{
    struct sr_text title = {0}, text = {0};
    struct confusion_table table;
    if (confusion_init(session, confusion_state(session), &table, &title, &text))
        draw_table(session, area, &table);
    else
        sr_pane_say(session, area, sr_text_get(&title), sr_text_get(&text));
    confusion_fini(&table);
    sr_text_fini(&title);
    sr_text_fini(&text);
}

/* To the next smaller confusion, or to the next larger one. */
static void move_to_confusion(struct confusion *state, const struct confusion_table *table,
                              bool next)
{
    const int n = table->classes, row = table->row, column = table->column;
    const bool placed = row >= 0 && column >= 0 && row != column;
    const int index = placed ? row * n + column : -1;
    const int to = next ? confusion_next(table, placed ? table->matrix[index] : UINT64_MAX, index)
                   : placed ? confusion_previous(table, table->matrix[index], index)
                            : -1;
    state->row = to >= 0 ? to / n : row;
    state->column = to >= 0 ? to % n : column;
}

/* A step among n classes and the margin after the last. */
static int step(int at, enum sr_move move, int page, int n)
{
    return inside(sr_scroll_step(at < 0 ? n : at, move, page, 0, n), n);
}

static void move(struct sr_session *session, enum sr_move move)
{
    struct confusion *state = confusion_state(session);
    struct sr_text title = {0}, text = {0};
    struct confusion_table table;
    if (confusion_init(session, state, &table, &title, &text)) {
        state->row = table.row;
        state->column = table.column;
        if (move == SR_MOVE_NEXT || move == SR_MOVE_PREVIOUS)
            move_to_confusion(state, &table, move == SR_MOVE_NEXT);
        else if (move == SR_MOVE_LEFT || move == SR_MOVE_RIGHT)
            state->column = step(table.column, move, 1, table.classes);
        else
            state->row = step(table.row, move, 5, table.classes);
    }
    confusion_fini(&table);
    sr_text_fini(&title);
    sr_text_fini(&text);
}

static bool choose(struct sr_session *session, int value)
{
    struct confusion *state = confusion_state(session);
    if (!session->data) return false;
    int n = session->data->classes, row = inside(value / (n + 1), n),
        column = inside(value % (n + 1), n);
    bool again = state->row == row && state->column == column;
    state->row = row;
    state->column = column;
    return again;
}

static void enter(struct sr_session *session, struct sr_text *line)
{
    struct sr_text title = {0}, text = {0};
    struct confusion_table table;
    if (confusion_init(session, confusion_state(session), &table, &title, &text)) {
        sr_text_printf(line, "browse split=%s model=%s", sr_split_names[table.split],
                       table.entry->name);
        if (table.row >= 0) sr_pane_add_class(session, line, "class", table.row);
        if (table.column >= 0) sr_pane_add_class(session, line, "as", table.column);
    } else if (session->data && session->entry_count == 0) {
        sr_text_add(line, "pane train");
    }
    confusion_fini(&table);
    sr_text_fini(&title);
    sr_text_fini(&text);
}

static void describe(struct sr_session *session, struct sr_text *text)
{
    struct sr_text title = {0}, why = {0};
    struct confusion_table table;
    sr_text_add(text, "Confusion: ");
    if (confusion_init(session, confusion_state(session), &table, &title, &why)) {
        confusion_summary(&table, 1000, text);
        sr_text_add(text, ". Rows are true classes, columns predicted ones. Under the cursor: ");
        confusion_cursor_words(session, &table, text);
        sr_text_add(text, " ");
        if (table.vs) {
            sr_text_printf(text, "Against %s, ", table.vs->name);
            confusion_fourfold_words(session, &table, text);
            sr_text_add(text, " ");
        }
        confusion_worst_words(session, &table, 5, text);
        int worst = 0;
        for (int c = 1; c < table.classes; c++)
            if (table.evaluation->per_class[c].recall < table.evaluation->per_class[worst].recall)
                worst = c;
        sr_text_printf(text, " The lowest recall is that of %s, %.3f.",
                       sr_pane_class(session, worst), table.evaluation->per_class[worst].recall);
    } else {
        sr_text_printf(text, "%s %s", sr_text_get(&title), sr_text_get(&why));
    }
    sr_text_add(text, "\n");
    confusion_fini(&table);
    sr_text_fini(&title);
    sr_text_fini(&why);
}

static void units(struct sr_session *session)
{
    struct confusion *state = confusion_state(session);
    state->units = (state->units + 1) % CONFUSION_UNITS;
}

/* The next model that is not the one shown; after the last, none. */
static enum sr_status show_vs(struct sr_session *session, struct sr_error *error)
{
    struct confusion *state = confusion_state(session);
    const struct sr_entry *entry = sr_session_entry(session, NULL, NULL);
    if (session->entry_count < 2)
        return sr_error_set(error, SR_ERROR_STATE, "there is no second model; train another");
    size_t at = 0;
    for (size_t i = 0; state->vs[0] && i < session->entry_count; i++)
        if (!strcmp(session->entries[i]->name, state->vs)) at = i + 1;
    while (at < session->entry_count && session->entries[at] == entry) at++;
    snprintf(state->vs, sizeof state->vs, "%s",
             at < session->entry_count ? session->entries[at]->name : "");
    return SR_OK;
}

/* Samples, of the class that the cursor is on, that one of the two models gets right and the other
 * wrong. */
static enum sr_status browse_difference(struct sr_session *session, bool swapped,
                                        struct sr_error *error)
{
    const struct confusion *state = confusion_state(session);
    struct sr_filter filter;
    sr_filter_init(&filter);
    filter.change = session->selection.filter.change;
    struct sr_entry *first = sr_session_entry(session, NULL, error);
    if (!first) return error->status;
    if (!state->vs[0])
        return sr_error_set(error, SR_ERROR_STATE,
                            "there is no second model beside it; v chooses one");
    struct sr_entry *second = sr_session_entry(session, state->vs, error);
    if (!second) return error->status;
    filter.split = sr_session_shown_split(session);
    if (session->data) filter.class = inside(state->row, session->data->classes);
    return sr_browse_difference(session, &filter, swapped ? second : first,
                                swapped ? first : second, error);
}

static enum sr_status show_beats(struct sr_session *session, struct sr_error *error)
{
    return browse_difference(session, false, error);
}

static enum sr_status show_beaten(struct sr_session *session, struct sr_error *error)
{
    return browse_difference(session, true, error);
}

static const struct sr_pane_action actions[] = {
    {"vs", show_vs}, {"beats", show_beats}, {"beaten", show_beaten}, {0}};

void sr_confusion_show(struct sr_session *session, const struct sr_entry *entry,
                       enum sr_split_name split, const struct sr_entry *vs)
{
    struct sr_view *view = &session->view;
    struct confusion *state = confusion_state(session);
    snprintf(view->model, sizeof view->model, "%s", entry->name);
    snprintf(state->vs, sizeof state->vs, "%s", vs ? vs->name : "");
    view->split = (int)split;
    view->pane = &sr_pane_confusion;
}

static const char *hints(struct sr_session *session)
{
    if (confusion_state(session)->vs[0] && session->entry_count > 1)
        return "Enter samples  b only this right  B only the second  v second  ? help";
    return session->entry_count
               ? "Enter samples  n next worst  % units  m model  v second  s split  ? help"
               : "Enter train  : command  ? help";
}

const struct sr_pane sr_pane_confusion = {
    .name = "confusion",
    .title = "Confusion",
    .hints = hints,
    .draw = draw,
    .move = move,
    .enter = enter,
    .choose = choose,
    .describe = describe,
    .units = units,
    .actions = actions,
};
