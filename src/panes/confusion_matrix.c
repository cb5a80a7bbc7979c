/* confusion_matrix.c - see confusion.h: a matrix laid out and drawn. */
#include "confusion.h"
#include "sartor/cells/draw.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static int digits(uint64_t number)
{
    int count = 1;
    for (; number >= 10; number /= 10) count++;
    return count;
}

/* The first of `count` rows or columns to show, where `fit` of them fit; -1: the margin after the
 * last. */
static int first_shown(int at, int fit, int count)
{
    struct sr_scroller scroller = {.at = at < 0 ? count : at};
    sr_scroller_centre(&scroller, count, fit);
    return scroller.top;
}

struct confusion_layout confusion_layout(const struct sr_session *session,
                                         const struct confusion_table *table, int width, int lines)
{
    int n = table->classes, longest = 4, number = 3;
    uint64_t most = 0, most_total = 0;
    for (int c = 0; c < n; c++) {
        int length = sr_utf8_width(session->data->class_names[c]);
        if (length > longest) longest = length;
        if (table->rows[c] > most_total) most_total = table->rows[c];
        if (table->columns[c] > most_total) most_total = table->columns[c];
    }
    for (int i = 0; i < n * n; i++)
        if (table->matrix[i] > most) most = table->matrix[i];
    if (table->difference) {
        number = 4;
        if (digits(table->most_difference) + 1 > number)
            number = digits(table->most_difference) + 1;
    }
    const int whole_name = longest;
    if (longest > (width >= 140 ? 24 : 14)) longest = width >= 140 ? 24 : 14;
    if (table->units == CONFUSION_COUNTS && digits(most) > number) number = digits(most);
    if (table->units != CONFUSION_COUNTS) number = 4;
    int total = digits(table->all > most_total ? table->all : most_total) + 1;

    struct confusion_layout layout = {longest, number + 1, total, 4, 1, n, n, 0, 0, 0};
    for (;;) {
        int rest = 2 + layout.label + layout.total + 3 * layout.metric +
                   !layout.metric; /* for a bracket */
        layout.columns = (width - rest) / layout.cell;
        if (layout.columns >= n) break;
        if (layout.label > 8 && longest > 8)
            layout.label--;
        else if (layout.metric)
            layout.metric = 0;
        else if (layout.label > 4)
            layout.label--;
        else if (layout.total)
            layout.total = 0;
        else
            break;
    }
    if (layout.columns >= n) {
        layout.columns = n;
        int spare = width - 2 - layout.label - layout.total - 3 * layout.metric - !layout.metric -
                    n * layout.cell;
        /* Names of eight columns above the cells go before metrics of three digits. */
        const int names = layout.cell < 9 ? n * (9 - layout.cell) : n;
        if (layout.metric && spare >= 9 + names) {
            layout.metric += 3;
            spare -= 9;
        }
        /* Where names one column shorter make every cell one column wider, they are cut. */
        if (spare % n == n - 1 && layout.label > 8) {
            layout.label--;
            spare++;
        }
        /* Up to whole class names above the columns. */
        const int more = whole_name + 2 - layout.cell > 4 ? whole_name + 2 - layout.cell : 4;
        layout.cell += spare / n < more ? spare / n : more;
    }
    if (layout.columns < 1) layout.columns = 1;
    layout.rows = lines < n ? lines : n;
    if (layout.rows < 1) layout.rows = 1;
    layout.left = first_shown(table->column, layout.columns, n);
    layout.top = first_shown(table->row, layout.rows, n);
    layout.x = 2 + layout.label;
    return layout;
}

/* The background of a cell by its share of its row (or column); the square root shows small shares
 * too.
 */
static struct sr_style heat(const struct sr_session *session, double share)
{
    const struct sr_look *look = &session->look;
    struct sr_style style = sr_pane_style(session, SR_ROLE_TEXT);
    if (look->depth < SR_DEPTH_256) {
        if (share >= 0.05) style.attributes |= SR_BOLD;
        return style;
    }
    double value = sqrt(share);
    style.back = look->light ? sr_colour_mix(SR_RGB(255, 255, 255), SR_RGB(8, 81, 156), value)
                             : sr_scale_colour(SR_SCALE_VIRIDIS, value * 0.95);
    style.fore = sr_colour_contrast(style.back);
    return style;
}

/* A difference: blue where the first model has more, orange where the second has. */
static struct sr_style difference_style(const struct sr_session *session,
                                        const struct confusion_table *table, int64_t gap)
{
    struct sr_style style = sr_pane_style(session, gap > 0 ? SR_ROLE_SERIES : SR_ROLE_SERIES + 1);
    if (session->look.depth < SR_DEPTH_256) return style;
    double share = (double)(gap > 0 ? gap : -gap) / (double)table->most_difference;
    style.back = sr_colour_mix(sr_colour_grey(session->look.light ? 255 : 24), style.fore,
                               0.1 + 0.8 * sqrt(share));
    style.fore = sr_colour_contrast(style.back);
    return style;
}

static int64_t gap_at(const struct confusion_table *table, int row, int column)
{
    size_t i = (size_t)row * (size_t)table->classes + (size_t)column;
    return (int64_t)table->matrix[i] - (int64_t)table->vs_matrix[i];
}

/* Text right-aligned before column `edge`; in brackets when the cursor is on it. */
static void put_number(struct sr_session *session, struct sr_area area, int edge, int y, bool here,
                       struct sr_style style, const char *text)
{
    char bracketed[48];
    if (!here) {
        sr_pane_put_right(area, edge, y, style, text);
        return;
    }
    snprintf(bracketed, sizeof bracketed, "[%s]", text);
    sr_pane_put_right(area, edge + 1, y, sr_pane_style(session, SR_ROLE_SELECTED), bracketed);
    sr_area_cursor(area, edge - sr_utf8_width(text), y);
}

static void metric_words(char *out, size_t size, double value, bool roomy)
{
    if (roomy)
        snprintf(out, size, "%.3f", value);
    else if (value >= 0.995)
        snprintf(out, size, "1.0");
    else
        snprintf(out, size, ".%02.0f", 100 * value);
}

/* Its share of the row, or of the column where that is asked for. */
static double share_of(const struct confusion_table *table, int row, int column)
{
    const bool predicted = table->units == CONFUSION_OF_PREDICTED;
    const uint64_t whole = predicted ? table->columns[column] : table->rows[row];
    return whole ? (double)cell(table, row, column) / (double)whole : 0;
}

/* A cell as a number: count, share, or difference. */
static void cell_words(const struct confusion_table *table, int row, int column, char *out,
                       size_t size)
{
    const double share = 100 * share_of(table, row, column);
    if (table->difference)
        snprintf(out, size, "%+lld", (long long)gap_at(table, row, column));
    else if (table->units != CONFUSION_COUNTS)
        snprintf(out, size, share < 99.95 ? "%.1f" : "%.0f", share);
    else
        snprintf(out, size, "%llu", (unsigned long long)cell(table, row, column));
}

/* A cell that the cursor is not on: on its colour, or a dot for nothing. */
static void draw_cell(struct sr_session *session, struct sr_area area,
                      const struct confusion_table *table, const struct confusion_layout *layout,
                      int row, int column)
{
    const int64_t gap = table->difference ? gap_at(table, row, column) : 0;
    const bool empty = table->difference ? gap == 0 : cell(table, row, column) == 0;
    struct sr_style style = empty               ? sr_pane_style(session, SR_ROLE_FAINT)
                            : table->difference ? difference_style(session, table, gap)
                                                : heat(session, share_of(table, row, column));
    char text[32] = "·";
    if (!empty) cell_words(table, row, column, text, sizeof text);
    if (!empty && session->look.depth >= SR_DEPTH_256) sr_area_fill(area, ' ', style);
    if (row == table->row && column == table->column) return; /* drawn last, by draw_row */
    sr_pane_put_right(area, layout->cell - (layout->cell > 5), (layout->height - 1) / 2, style,
                      text);
}

static void draw_row(struct sr_session *session, struct sr_area area,
                     const struct confusion_table *table, const struct confusion_layout *layout,
                     int row, int y, const char *name)
{
    const int at_row = table->row, at_column = table->column, middle = y + (layout->height - 1) / 2;
    struct sr_style plain = sr_pane_style(session, SR_ROLE_TEXT);
    sr_area_text(area, 1, middle,
                 sr_pane_style(session, row == at_row ? SR_ROLE_ACCENT : SR_ROLE_TEXT), name);
    for (int i = 0; i < layout->columns; i++)
        draw_cell(session,
                  sr_area_part(area, layout->x + i * layout->cell, y, layout->cell, layout->height),
                  table, layout, row, layout->left + i);
    char text[32];
    int x = layout->x + layout->columns * layout->cell;
    if (layout->total) {
        snprintf(text, sizeof text, "%llu", (unsigned long long)table->rows[row]);
        put_number(session, area, x + layout->total, middle, row == at_row && at_column < 0, plain,
                   text);
        x += layout->total;
    }
    if (layout->metric) {
        const struct sr_class_metrics *metrics = &table->evaluation->per_class[row];
        double values[] = {metrics->recall, metrics->precision, metrics->f1};
        for (int m = 0; m < 3; m++) {
            metric_words(text, sizeof text, values[m], layout->metric > 5);
            sr_pane_put_right(area, x += layout->metric, middle, plain, text);
        }
    }
    /* Last, since its brackets are drawn over the cells beside it. */
    int i = at_column - layout->left;
    if (row == at_row && at_column >= 0 && i >= 0 && i < layout->columns) {
        cell_words(table, row, at_column, text, sizeof text);
        put_number(session, area, layout->x + (i + 1) * layout->cell - (layout->cell > 5), middle,
                   true, plain, text);
    }
}

void confusion_draw_matrix(struct sr_session *session, struct sr_area area,
                           const struct confusion_table *table,
                           const struct confusion_layout *layout)
{
    const int n = table->classes, at_row = table->row, at_column = table->column;
    struct sr_style faint = sr_pane_style(session, SR_ROLE_FAINT),
                    accent = sr_pane_style(session, SR_ROLE_ACCENT);
    struct sr_short_name rows[SR_CLASSES_MAX], columns[SR_CLASSES_MAX];
    sr_pane_short_names(session->data, layout->label, rows);
    sr_pane_short_names(session->data, layout->cell - 1, columns);
    for (int i = 0; i < layout->columns; i++) {
        int column = layout->left + i;
        sr_pane_put_right(area, layout->x + (i + 1) * layout->cell - (layout->cell > 5), 0,
                          column == at_column ? accent : faint, columns[column].text);
    }
    int x = layout->x + layout->columns * layout->cell;
    if (layout->total)
        sr_pane_put_right(area, x += layout->total, 0, faint, layout->total >= 6 ? "total" : "sum");
    static const char *const titles[2][3] = {{"rec", "pre", "F1"}, {"recall", "prec.", "F1"}};
    for (int m = 0; m < 3 && layout->metric; m++)
        sr_pane_put_right(area, x += layout->metric, 0, faint, titles[layout->metric > 5][m]);
    for (int i = 0; i < layout->rows; i++)
        draw_row(session, area, table, layout, layout->top + i, 1 + i * layout->height,
                 rows[layout->top + i].text);

    int y = 1 + layout->rows * layout->height;
    if (y >= area.height) return;
    static const char *const totals[] = {"predicted", "sum", NULL};
    sr_area_text(area, 1, y, at_row < 0 ? accent : faint, sr_pane_fitting(layout->label, totals));
    sr_spots_add(session, area,
                 (struct sr_spots){layout->x, 1, layout->cell, layout->height, layout->columns,
                                   layout->rows, layout->top * (n + 1) + layout->left, n + 1});
    if (layout->total)
        sr_spots_add(session, area,
                     (struct sr_spots){layout->x + layout->columns * layout->cell, 1, layout->total,
                                       layout->height, 1, layout->rows, layout->top * (n + 1) + n,
                                       n + 1});
    char text[32];
    struct sr_style plain = sr_pane_style(session, SR_ROLE_TEXT);
    for (int pass = 0; pass < 2; pass++) /* the cursor's cell last */
        for (int i = 0; i < layout->columns; i++) {
            int column = layout->left + i;
            bool here = at_row < 0 && column == at_column;
            if (here != (pass == 1)) continue;
            snprintf(text, sizeof text, "%llu", (unsigned long long)table->columns[column]);
            if ((int)strlen(text) >= layout->cell)
                sr_draw_number(text, sizeof text, (double)table->columns[column]);
            put_number(session, area, layout->x + (i + 1) * layout->cell - (layout->cell > 5), y,
                       here, plain, text);
        }
    if (layout->total) {
        snprintf(text, sizeof text, "%llu", (unsigned long long)table->all);
        put_number(session, area, layout->x + layout->columns * layout->cell + layout->total, y,
                   at_row < 0 && at_column < 0, plain, text);
    }
}
