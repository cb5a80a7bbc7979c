/* confusion.c - which classes a model takes for which: rows true, columns predicted. */
#include "confusion.h"
#include "sartor/panes/show.h"
#include "scroller.h"
#include <stdio.h>
#include <string.h>

static const char *shares_words(int shares)
{
    return shares == 1   ? "% of the true class"
           : shares == 2 ? "% of the predicted class"
                         : "counts";
}

/* The largest confusions as a list, as many as there are lines. */
static void draw_worst(struct sr_session *session, struct sr_area area,
                       const struct confusion_table *table)
{
    struct sr_style plain = sr_part_style(session, SR_ROLE_TEXT),
                    faint = sr_part_style(session, SR_ROLE_FAINT);
    int at = inside(session->view.confusion_row, table->classes), index = -1, across = 30;
    if (at >= 0 && inside(session->view.confusion_column, table->classes) >= 0)
        at = at * table->classes + session->view.confusion_column;
    else
        at = -1;
    uint64_t count = UINT64_MAX;
    sr_area_text(area, 0, 0, faint, "most confused");
    sr_part_put_right(area, across + 6, 0, faint, "count");
    sr_part_put_right(area, across + 20, 0, faint, "% of true");
    if (area.width >= 72) sr_part_put_right(area, across + 38, 0, faint, "% of predicted");
    for (int y = 1; y < area.height && y <= 10; y++) {
        index = confusion_next(table, count, index);
        if (index < 0) break;
        count = table->matrix[index];
        int row = index / table->classes, column = index % table->classes;
        struct sr_text names = {0};
        char text[32];
        sr_text_printf(&names, "%s → %s", sr_part_class(session, row),
                       sr_part_class(session, column));
        sr_area_text(sr_area_part(area, 0, y, across, 1), 0, 0,
                     index == at ? sr_part_style(session, SR_ROLE_ACCENT) : plain,
                     sr_text_get(&names));
        sr_text_fini(&names);
        sr_format_count(text, sizeof text, count);
        sr_part_put_right(area, across + 6, y, plain, text);
        confusion_share(text, sizeof text, count, table->rows[row]);
        sr_part_put_right(area, across + 20, y, plain, text);
        confusion_share(text, sizeof text, count, table->columns[column]);
        if (area.width >= 72) sr_part_put_right(area, across + 38, y, plain, text);
    }
}

enum { BESIDE = 116 }; /* columns from which on two matrices stand side by side */

static void draw_table(struct sr_session *session, struct sr_area area,
                       struct confusion_table *table)
{
    struct sr_text text = {0};
    int y = 0, n = table->classes;
    bool beside = table->vs && area.width >= BESIDE;
    int width = beside ? area.width / 2 - 1 : area.width;
    table->difference = table->vs && !beside;
    struct sr_area inner = sr_area_part(area, 1, 0, area.width - 1, area.height);
    if (area.height >= 7) {
        if (table->difference) {
            char first[32], second[32];
            sr_part_percent(first, sizeof first, table->evaluation->accuracy);
            sr_part_percent(second, sizeof second, table->vs_evaluation->accuracy);
            sr_text_printf(&text, "%s (%s) against %s (%s) on %s", table->entry->name, first,
                           table->vs->name, second, sr_split_names[table->split]);
        } else {
            confusion_summary(table, width >= (beside ? 72 : 64), &text);
        }
        sr_area_text(sr_area_part(inner, 0, 0, width - 1, area.height), 0, y,
                     sr_part_style(session, SR_ROLE_TITLE), sr_text_get(&text));
        if (beside) {
            struct confusion_table second = {.entry = table->vs,
                                             .split = table->split,
                                             .all = table->all,
                                             .evaluation = table->vs_evaluation};
            sr_text_clear(&text);
            confusion_summary(&second, width >= 72, &text);
            sr_area_text(area, width + 3, y, sr_part_style(session, SR_ROLE_TITLE),
                         sr_text_get(&text));
        }
        y++;
    }
    int lines = area.height - y - 3; /* axes, header, totals */
    int words = lines - n >= 3 ? lines - n : lines >= 9 ? 2 : lines >= 5 ? 1 : 0;
    if (words > 7) words = 7;
    struct confusion_layout layout = confusion_layout(session, table, width, lines - words);
    int spare = lines - words - layout.rows;
    layout.height = 1 + (layout.rows == n ? spare / n : 0);
    if (layout.height > 3) layout.height = 3;

    sr_text_clear(&text);
    sr_text_printf(&text,
                   area.width >= 44 ? "rows = true, columns = predicted; %s"
                                    : "rows true, columns predicted; %s",
                   table->difference ? table->entry->name
                                     : shares_words(session->view.confusion_shares));
    if (table->difference) sr_text_printf(&text, " minus %s", table->vs->name);
    if (layout.columns < n || layout.rows < n)
        sr_text_printf(&text, "; %d×%d of %d classes", layout.rows, layout.columns, n);
    sr_area_text(inner, 0, y++, sr_part_style(session, SR_ROLE_FAINT), sr_text_get(&text));
    bool airy = area.height - y - (2 + layout.rows * layout.height + words) >= 1;
    y += airy;
    confusion_draw_matrix(session, sr_area_part(area, 0, y, width, 2 + layout.rows * layout.height),
                          table, &layout);
    if (beside) {
        struct confusion_table second = {.entry = table->vs,
                                         .split = table->split,
                                         .classes = n,
                                         .matrix = table->vs_matrix,
                                         .evaluation = table->vs_evaluation};
        confusion_add_totals(&second);
        struct confusion_layout same = confusion_layout(session, &second, width, lines - words);
        same.height = layout.height;
        confusion_draw_matrix(
            session, sr_area_part(area, width + 2, y, width, 2 + layout.rows * layout.height),
            &second, &same);
    }
    y += 2 + layout.rows * layout.height;
    if (words >= 3) y++;
    sr_text_clear(&text);
    if (table->vs)
        confusion_fourfold_words(session, table, &text);
    else if (table->vs_error.status)
        sr_text_printf(&text, "%s: %s", session->view.confusion_vs, table->vs_error.text);
    else
        confusion_cursor_words(session, table, &text);
    struct sr_area below = sr_area_part(inner, 0, 0, inner.width - 1, area.height);
    y = sr_part_paragraph(below, y, sr_part_style(session, SR_ROLE_ACCENT), sr_text_get(&text));
    if (table->vs && y + 1 < area.height) {
        sr_text_clear(&text);
        confusion_cursor_words(session, table, &text);
        y = sr_part_paragraph(below, y, sr_part_style(session, SR_ROLE_TEXT), sr_text_get(&text));
    }
    if (area.height - y >= 4 && area.width >= 56) {
        draw_worst(session, sr_area_part(below, 0, y, below.width, area.height - y), table);
    } else if (y + 1 < area.height) {
        sr_text_clear(&text);
        confusion_worst_words(session, table, 5, &text);
        sr_part_paragraph(below, y, sr_part_style(session, SR_ROLE_TEXT), sr_text_get(&text));
    }
    sr_text_fini(&text);
}

static void draw(struct sr_session *session, struct sr_area area)
{
    struct sr_text title = {0}, text = {0};
    struct confusion_table table;
    if (confusion_init(session, &table, &title, &text))
        draw_table(session, area, &table);
    else
        sr_part_say(session, area, sr_text_get(&title), sr_text_get(&text));
    confusion_fini(&table);
    sr_text_fini(&title);
    sr_text_fini(&text);
}

/* Cells, then the margin behind the last; next and previous go from one confusion to the
 * next smaller one. */
static void move(struct sr_session *session, enum sr_move move)
{
    struct sr_view *view = &session->view;
    struct sr_text title = {0}, text = {0};
    struct confusion_table table;
    if (confusion_init(session, &table, &title, &text)) {
        int n = table.classes, row = inside(view->confusion_row, n),
            column = inside(view->confusion_column, n);
        if (move == SR_MOVE_NEXT || move == SR_MOVE_PREVIOUS) {
            bool placed = row >= 0 && column >= 0 && row != column;
            int index = placed ? row * n + column : -1;
            int to = move == SR_MOVE_NEXT
                         ? confusion_next(&table, placed ? table.matrix[index] : UINT64_MAX, index)
                     : placed ? confusion_previous(&table, table.matrix[index], index)
                              : -1;
            if (to >= 0) {
                row = to / n;
                column = to % n;
            }
        } else if (move == SR_MOVE_LEFT || move == SR_MOVE_RIGHT) {
            column = sr_scroll_step(column < 0 ? n : column, move, 1, 0, n);
        } else {
            row = sr_scroll_step(row < 0 ? n : row, move, 5, 0, n);
        }
        view->confusion_row = inside(row, n);
        view->confusion_column = inside(column, n);
    }
    confusion_fini(&table);
    sr_text_fini(&title);
    sr_text_fini(&text);
}

static bool choose(struct sr_session *session, int value)
{
    struct sr_view *view = &session->view;
    if (!session->data) return false;
    int n = session->data->classes, row = inside(value / (n + 1), n),
        column = inside(value % (n + 1), n);
    bool again = view->confusion_row == row && view->confusion_column == column;
    view->confusion_row = row;
    view->confusion_column = column;
    return again;
}

static void enter(struct sr_session *session, struct sr_text *line)
{
    struct sr_text title = {0}, text = {0};
    struct confusion_table table;
    if (confusion_init(session, &table, &title, &text)) {
        int row = inside(session->view.confusion_row, table.classes);
        int column = inside(session->view.confusion_column, table.classes);
        sr_text_printf(line, "browse split=%s model=%s", sr_split_names[table.split],
                       table.entry->name);
        if (row >= 0) sr_part_add_class(session, line, "class", row);
        if (column >= 0) sr_part_add_class(session, line, "as", column);
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
    if (confusion_init(session, &table, &title, &why)) {
        confusion_summary(&table, true, text);
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
                       sr_part_class(session, worst), table.evaluation->per_class[worst].recall);
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
    session->view.confusion_shares = (session->view.confusion_shares + 1) % 3;
}

/* The next model that is not the one shown; none behind the last. */
static enum sr_status look_vs(struct sr_session *session, struct sr_error *error)
{
    struct sr_view *view = &session->view;
    const struct sr_entry *entry = sr_session_entry(session, NULL, NULL);
    if (session->entry_count < 2)
        return sr_error_set(error, SR_ERROR_STATE, "there is no second model; train another");
    size_t at = 0;
    for (size_t i = 0; view->confusion_vs[0] && i < session->entry_count; i++)
        if (!strcmp(session->entries[i]->name, view->confusion_vs)) at = i + 1;
    while (at < session->entry_count && session->entries[at] == entry) at++;
    snprintf(view->confusion_vs, sizeof view->confusion_vs, "%s",
             at < session->entry_count ? session->entries[at]->name : "");
    return SR_OK;
}

/* Samples, of the class that the cursor is on, that one of the two models gets right and the other
 * wrong. */
static enum sr_status browse_difference(struct sr_session *session, bool swapped,
                                        struct sr_error *error)
{
    struct sr_view *view = &session->view;
    struct sr_filter filter;
    sr_filter_init(&filter);
    struct sr_entry *first = sr_session_entry(session, NULL, error);
    if (!first) return error->status;
    if (!view->confusion_vs[0])
        return sr_error_set(error, SR_ERROR_STATE,
                            "there is no second model beside it; v chooses one");
    struct sr_entry *second = sr_session_entry(session, view->confusion_vs, error);
    if (!second) return error->status;
    filter.split = view->split >= 0 ? (enum sr_split_name)view->split
                                    : sr_session_default_split(session, swapped ? second : first);
    if (session->data) filter.class = inside(view->confusion_row, session->data->classes);
    return sr_browse_difference(session, &filter, swapped ? second : first,
                                swapped ? first : second, error);
}

static enum sr_status look_beats(struct sr_session *session, struct sr_error *error)
{
    return browse_difference(session, false, error);
}

static enum sr_status look_beaten(struct sr_session *session, struct sr_error *error)
{
    return browse_difference(session, true, error);
}

static const struct sr_pane_look looks[] = {
    {"vs", look_vs}, {"beats", look_beats}, {"beaten", look_beaten}, {0}};

void sr_confusion_show(struct sr_session *session, const struct sr_entry *entry,
                       enum sr_split_name split, const struct sr_entry *vs)
{
    struct sr_view *view = &session->view;
    snprintf(view->model, sizeof view->model, "%s", entry->name);
    snprintf(view->confusion_vs, sizeof view->confusion_vs, "%s", vs ? vs->name : "");
    view->split = (int)split;
    view->pane = &sr_pane_confusion;
}

static const char *hints(struct sr_session *session)
{
    if (session->view.confusion_vs[0] && session->entry_count > 1)
        return "Enter samples  b only this right  B only the second  v second  ? help";
    return session->entry_count
               ? "Enter samples  n next worst  % units  m model  v second  s split  ? help"
               : "Enter train  : command  ? help";
}

const struct sr_pane sr_pane_confusion = {
    .name = "confusion",
    .title = "Confusion",
    .help = "Confusion matrix of a model; Enter browses the samples of a cell, a row or a column.",
    .hints = hints,
    .draw = draw,
    .move = move,
    .enter = enter,
    .choose = choose,
    .describe = describe,
    .units = units,
    .looks = looks,
};
