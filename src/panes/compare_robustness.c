/* compare_robustness.c - see compare.h: the models' accuracy on changed pictures. */
#include "compare.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sartor/app/robustness.h"
#include "sartor/cells/draw.h"

enum {
    CLEAN, /* first row: the images as they are */
    KINDS, /* then a row for each kind */
    ROWS = COMPARE_BORNE_ROWS,
    MEAN = ROWS - 1,   /* last: the mean over the kinds */
    NAME = 15,         /* cells of a kind's name */
    NARROW = 8,        /* of a model's column: the accuracy */
    WIDE = NARROW + 7, /* with a mark for each severity before it */
    LEAST_PLOT = 9
};
_Static_assert((int)MEAN == (int)KINDS + (int)SR_CHANGES_PUBLISHED, "a row for each kind");

/* What is shown of one model. */
struct column {
    const struct compare_row *row;
    const struct sr_robustness *robustness; /* NULL while it has not been measured */
    bool pending;
};

/* Which columns are shown, and how. */
struct view {
    const struct compare_table *table;
    int first, count, width, top, rows;
};

static struct column column_of(struct sr_session *session, const struct compare_table *table, int i)
{
    const struct sr_robustness_request request = sr_robustness_request(table->split);
    struct column column = {.row = &table->rows[i]};
    if (column.row->entry->model)
        column.robustness =
            sr_session_robustness_known(session, column.row->entry, &request, &column.pending);
    return column;
}

/* The severity that Fashion-MNIST-C uses, of a row; of the mean each kind's own. */
static const struct sr_change_score *score_of(const struct sr_robustness *robustness, int row)
{
    return row == CLEAN ? &robustness->clean : sr_robustness_reference(robustness, row - KINDS);
}

static const char *row_name(int row)
{
    return row == CLEAN ? "as they are" : row == MEAN ? "mean" : sr_change_kinds[row - KINDS].name;
}

static double accuracy_of(const struct sr_robustness *robustness, int row, int severity)
{
    if (row == CLEAN) return robustness->clean.accuracy;
    if (row == MEAN) return sr_robustness_mean(robustness, severity, NULL);
    if (severity) {
        const struct sr_change_score *score = &robustness->kinds[row - KINDS][severity - 1];
        return score->measured ? score->accuracy : NAN;
    }
    const struct sr_change_score *score = score_of(robustness, row);
    return score ? score->accuracy : NAN;
}

/* Five marks as high as the accuracies at severities 1 to 5, in ASCII their tenths. */
static void draw_marks(struct sr_session *session, struct sr_area area, int x, int y,
                       const struct sr_robustness *robustness, int row)
{
    const struct sr_style style = sr_pane_style(session, SR_ROLE_SERIES);
    for (int s = 1; s <= SR_SEVERITIES; s++) {
        const double accuracy = accuracy_of(robustness, row, s);
        if (!isfinite(accuracy)) continue;
        const int eighth = (int)fmin(7, floor(8 * accuracy)),
                  tenth = (int)fmin(9, floor(10 * accuracy));
        sr_area_put(area, x + s - 1, y,
                    session->look.ascii ? (uint32_t)('0' + tenth) : (uint32_t)(0x2581 + eighth),
                    style);
    }
}

static void draw_column(struct sr_session *session, struct sr_area area, const struct view *view,
                        const struct column *column, int x, bool here)
{
    char text[96];
    const int edge = x + view->width;
    sr_pane_cut(text, sizeof text, column->row->entry->name, view->width - 2);
    char title[112];
    snprintf(title, sizeof title, here ? "[%s]" : "%s", text);
    sr_pane_put_right(area, edge + here, 0,
                      sr_pane_style(session, here ? SR_ROLE_SELECTED : SR_ROLE_TEXT), title);
    for (int i = 0; i < view->rows; i++) {
        const int row = view->top + i;
        if (!column->robustness) {
            sr_pane_put_right(area, edge, 1 + i, sr_pane_style(session, SR_ROLE_FAINT),
                              column->pending ? "…" : "–");
            continue;
        }
        const double accuracy = accuracy_of(column->robustness, row, 0),
                     clean = column->robustness->clean.accuracy;
        snprintf(text, sizeof text, "%.1f", 100 * accuracy);
        sr_pane_put_right(area, edge, 1 + i,
                          sr_pane_style(session, accuracy < 0.5 * clean ? SR_ROLE_BAD
                                                 : row == MEAN          ? SR_ROLE_ACCENT
                                                                        : SR_ROLE_TEXT),
                          isfinite(accuracy) ? text : "–");
        if (view->width == WIDE && row != CLEAN)
            draw_marks(session, area, edge - WIDE + 3, 1 + i, column->robustness, row);
    }
}

/* The table; returns the lines taken. */
static int draw_table(struct sr_session *session, struct sr_area area,
                      const struct compare_table *table, int lines)
{
    struct compare *state = table->state;
    const int room = area.width - NAME, count = (int)table->count;
    struct view view = {.table = table, .width = count * WIDE <= room ? WIDE : NARROW};
    view.count = room / view.width < 1 ? 1 : room / view.width;
    if (view.count > count) view.count = count;
    view.first = table->at >= view.count ? table->at - view.count + 1 : 0;
    sr_scroller_follow(&state->kinds, ROWS, lines);
    view.top = state->kinds.top;
    view.rows = ROWS - view.top < lines ? ROWS - view.top : lines;
    sr_area_text(area, 1, 0, sr_pane_style(session, SR_ROLE_FAINT), "change");
    for (int i = 0; i < view.rows; i++) {
        const bool here = view.top + i == state->kinds.at;
        sr_area_printf(area, 0, 1 + i,
                       sr_pane_style(session, here ? SR_ROLE_SELECTED : SR_ROLE_TEXT), "%s%s%s",
                       here ? "[" : " ", row_name(view.top + i), here ? "]" : "");
        if (here) sr_area_cursor(area, 1, 1 + i);
    }
    for (int c = 0; c < view.count; c++) {
        const struct column column = column_of(session, table, view.first + c);
        draw_column(session, area, &view, &column, NAME + c * view.width,
                    view.first + c == table->at);
    }
    sr_spots_add(
        session, area,
        (struct sr_spots){0, 1, area.width, 1, 1, view.rows, COMPARE_SPOT_KINDS + view.top, 1});
    return view.rows + 1;
}

/* Accuracies of the row under the cursor over the severities, a curve for each model. */
static void draw_curves(struct sr_session *session, struct sr_area area,
                        const struct compare_table *table)
{
    enum { MOST = 6, POINTS = SR_SEVERITIES + 1 };
    double x[POINTS], y[MOST][POINTS];
    struct sr_plot_line lines[MOST];
    size_t count = 0;
    for (int s = 0; s < POINTS; s++) x[s] = s;
    for (int i = 0; i < (int)table->count && count < MOST; i++) {
        const struct column column = column_of(session, table, i);
        if (!column.robustness) continue;
        y[count][0] = column.robustness->clean.accuracy;
        for (int s = 1; s < POINTS; s++)
            y[count][s] = accuracy_of(column.robustness, table->state->kinds.at, s);
        lines[count] = (struct sr_plot_line){
            .x = x,
            .y = y[count],
            .count = POINTS,
            .style = sr_pane_style(session, (enum sr_role)(SR_ROLE_SERIES + (int)count)),
            .label = column.row->entry->name};
        count++;
    }
    if (!count) return;
    char title[80];
    snprintf(title, sizeof title, "%s, by severity (0: as they are)",
             row_name(table->state->kinds.at));
    const struct sr_plot plot = {.title = title,
                                 .lines = lines,
                                 .count = count,
                                 .percent = true,
                                 .x_low = 0,
                                 .x_high = SR_SEVERITIES,
                                 .y_low = 0,
                                 .y_high = 1,
                                 .cursor = NAN};
    sr_draw_plot(area, &session->look, &plot);
}

/* What is under the cursor, or what to do for it to be measured. */
static void words_of(struct sr_session *session, const struct compare_table *table,
                     struct sr_text *text)
{
    const struct column column = column_of(session, table, table->at);
    const char *name = column.row->entry->name;
    const int row = table->state->kinds.at;
    if (!column.robustness) {
        sr_text_printf(text,
                       column.pending ? "%s is asked about changed pictures; Train shows how far "
                                        "it is."
                                      : "%s has not been asked about changed pictures; Enter does "
                                        "so.",
                       name);
        return;
    }
    if (row == MEAN) {
        size_t kinds;
        const double mean = sr_robustness_mean(column.robustness, 0, &kinds);
        sr_text_printf(text, "%s is right on %.1f %% on average over %zu kinds.", name, 100 * mean,
                       kinds);
        return;
    }
    const struct sr_change_score *score = score_of(column.robustness, row);
    if (!score) {
        sr_text_printf(text, "%s is for square images.", row_name(row));
        return;
    }
    sr_text_printf(text, "%s, ", name);
    if (row == CLEAN)
        sr_text_add(text, "images as they are");
    else if (sr_change_kinds[row - KINDS].same)
        sr_text_printf(text, "%s (%s)", row_name(row), sr_change_kinds[row - KINDS].help);
    else
        sr_text_printf(text, "%s at severity %d (%s)", row_name(row),
                       sr_change_kinds[row - KINDS].severity, sr_change_kinds[row - KINDS].help);
    sr_text_printf(text,
                   ": right on %.1f %% (95 %% interval %.1f to %.1f), with %.1f %% "
                   "confidence on average.",
                   100 * score->accuracy, 100 * score->low, 100 * score->high,
                   100 * score->confidence);
}

/* Whatever the state held before. */
static void keep_inside(const struct compare_table *table)
{
    struct sr_scroller *kinds = &table->state->kinds;
    if (kinds->at < 0 || kinds->at >= ROWS) kinds->at = 0;
}

/* From the top: what the figures are, the table, a sentence on what is under the cursor, curves. */
void compare_robustness_draw(struct sr_session *session, struct sr_area area,
                             const struct compare_table *table)
{
    struct sr_text words = {0}, title = {0};
    int y = 0, spare = area.height;
    keep_inside(table);
    words_of(session, table, &words);
    sr_text_printf(&title, "Accuracy in %% on changed pictures, %s split",
                   sr_split_names[table->split]);
    if (area.height >= 6) {
        const int edge =
            sr_area_text(area, 1, 0, sr_pane_style(session, SR_ROLE_TITLE), sr_text_get(&title));
        if (area.width > edge + 58)
            sr_pane_put_right(area, area.width - 1, 0, sr_pane_style(session, SR_ROLE_FAINT),
                              "marks: severities 1 to 5; number: that of Fashion-MNIST-C");
        y++;
        spare--;
    }
    int said = sr_pane_lines(sr_text_get(&words), area.width - 2);
    if (said > spare - 3) said = spare - 3 < 0 ? 0 : spare - 3;
    spare -= said;
    int rows = spare - 1 < ROWS ? spare - 1 : ROWS;
    if (rows < 1) rows = 1;
    const int left = spare - rows - 1;
    y += draw_table(session, sr_area_part(area, 0, y, area.width, area.height - y), table, rows);
    if (left > LEAST_PLOT) y++;
    y = sr_pane_paragraph(sr_area_part(area, 1, 0, area.width - 2, y + said), y,
                          sr_pane_style(session, SR_ROLE_ACCENT), sr_text_get(&words));
    if (left > LEAST_PLOT)
        draw_curves(session, sr_area_part(area, 1, y + 1, area.width - 2, area.height - y - 1),
                    table);
    sr_text_fini(&words);
    sr_text_fini(&title);
}

void compare_robustness_describe(struct sr_session *session, const struct compare_table *table,
                                 struct sr_text *text)
{
    keep_inside(table);
    sr_text_printf(text,
                   "accuracy on changed pictures, %s split, at the severities of Fashion-MNIST-C.",
                   sr_split_names[table->split]);
    for (int i = 0; i < (int)table->count; i++) {
        const struct column column = column_of(session, table, i);
        sr_text_printf(text, "\n%s: ", column.row->entry->name);
        if (!column.robustness) sr_text_add(text, "not measured.");
        for (int row = 0; column.robustness && row < ROWS; row++) {
            const double accuracy = accuracy_of(column.robustness, row, 0);
            if (isfinite(accuracy))
                sr_text_printf(text, "%s%s %.1f %%", row ? ", " : "", row_name(row),
                               100 * accuracy);
        }
    }
    sr_text_add(text, "\n");
    words_of(session, table, text);
}
