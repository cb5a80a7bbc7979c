/* confusion.c - which classes a model takes for which: rows true, columns predicted. */
#include "parts.h"
#include "sartor/base/memory.h"
#include "sartor/cells/draw.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The matrix of the model that is shown, and what follows from it. */
struct table {
    struct sr_entry *entry;
    enum sr_split_name split;
    int classes;
    uint64_t *matrix;              /* classes × classes */
    uint64_t rows[SR_CLASSES_MAX]; /* totals: of a true class, of a predicted one, of all */
    uint64_t columns[SR_CLASSES_MAX];
    uint64_t all;
    const struct sr_evaluation *evaluation;
    /* The second model, where one is asked for and can be judged on the same split. */
    struct sr_entry *vs;           /* NULL for none */
    uint64_t *vs_matrix;
    uint64_t fourfold[SR_CLASSES_MAX][4]; /* of a true class: right by both, only the first, only the second, neither */
    bool difference;               /* cells show how many more the first has than the second */
    uint64_t most_difference;
    struct sr_error vs_error;      /* why there is none */
};
enum { BOTH, ONLY_FIRST, ONLY_SECOND, NEITHER };

static void add_totals(struct table *table);

static uint64_t cell(const struct table *table, int row, int column)
{
    return table->matrix[(size_t)row * (size_t)table->classes + (size_t)column];
}

/* The second model's matrix, and who is right where. */
static void add_second(struct sr_session *session, struct table *table, const struct sr_predictions *first)
{
    const struct sr_predictions *second;
    const char *name = session->view.confusion_vs;
    if (!name[0] || !strcmp(name, table->entry->name)) return;
    struct sr_entry *entry = sr_session_entry(session, name, &table->vs_error);
    if (!entry || sr_session_predictions(session, entry, table->split, &second, &table->vs_error)) return;
    if (second->count != first->count || second->classes != first->classes) return;
    int n = table->classes;
    table->vs = entry;
    table->vs_matrix = sr_xalloc((size_t)n * (size_t)n * sizeof *table->vs_matrix);
    sr_confusion(second, table->vs_matrix);
    for (size_t i = 0; i < first->count; i++) {
        bool a = first->predicted[i] == first->truth[i], b = second->predicted[i] == second->truth[i];
        table->fourfold[first->truth[i]][a ? (b ? BOTH : ONLY_FIRST) : b ? ONLY_SECOND : NEITHER]++;
    }
    for (int i = 0; i < n * n; i++) {
        uint64_t a = table->matrix[i], b = table->vs_matrix[i], gap = a > b ? a - b : b - a;
        if (gap > table->most_difference) table->most_difference = gap;
    }
}

/* Fill `table` when predictions are there; else false, with the reason in `title` and `text`. Counting
 * ten thousand predictions takes some microseconds, so nothing is kept. */
static bool table_init(struct sr_session *session, struct table *table, struct sr_text *title,
                       struct sr_text *text)
{
    *table = (struct table){0};
    if (sr_part_without_data(session, title, text)) return false;
    table->entry = sr_part_model(session, "", title, text);
    if (!table->entry) return false;
    int split = session->view.split;
    table->split = split >= 0 && split < SR_SPLIT_COUNT ? (enum sr_split_name)split
                                                        : sr_session_default_split(session, table->entry);
    const struct sr_predictions *predictions;
    struct sr_error error = {0};
    enum sr_status status = sr_session_predictions(session, table->entry, table->split, &predictions, &error);
    if (status == SR_PENDING) {
        char count[32];
        sr_format_count(count, sizeof count, sr_session_samples(session, table->split).count);
        sr_text_printf(title, "%s is predicting the %s split…", table->entry->name,
                       sr_split_names[table->split]);
        sr_text_printf(text, "%s samples. The matrix appears as soon as they are done.", count);
        return false;
    }
    if (status != SR_OK) {
        sr_text_printf(title, "%s cannot be judged on the %s split.", table->entry->name,
                       sr_split_names[table->split]);
        sr_text_add(text, error.text);
        sr_text_printf(text, "\nType :confusion %s split=test for another split.", table->entry->name);
        return false;
    }
    int n = table->classes = predictions->classes;
    table->matrix = sr_xalloc((size_t)n * (size_t)n * sizeof *table->matrix);
    sr_confusion(predictions, table->matrix);
    add_totals(table);
    add_second(session, table, predictions);
    table->evaluation = &table->entry->splits[table->split].evaluation;
    return true;
}

static void add_totals(struct table *table)
{
    int n = table->classes;
    for (int r = 0; r < n; r++)
        for (int c = 0; c < n; c++) {
            table->rows[r] += cell(table, r, c);
            table->columns[c] += cell(table, r, c);
        }
    for (int r = 0; r < n; r++) table->all += table->rows[r];
}

static void table_fini(struct table *table)
{
    free(table->matrix);
    free(table->vs_matrix);
}

static int inside(int value, int classes)
{
    return value >= 0 && value < classes ? value : -1;
}

/* The confusion that comes behind (count, index) when all are sorted by falling count; -1 for none.
 * Start from UINT64_MAX for the first. */
static int next_confusion(const struct table *table, uint64_t count, int index)
{
    int n = table->classes, best = -1;
    for (int i = 0; i < n * n; i++) {
        uint64_t here = table->matrix[i];
        if (i / n == i % n || here == 0 || here > count || (here == count && i <= index)) continue;
        if (best < 0 || here > table->matrix[best]) best = i;
    }
    return best;
}

static int previous_confusion(const struct table *table, uint64_t count, int index)
{
    int n = table->classes, best = -1;
    for (int i = n * n - 1; i >= 0; i--) {
        uint64_t here = table->matrix[i];
        if (i / n == i % n || here == 0 || here < count || (here == count && i >= index)) continue;
        if (best < 0 || here < table->matrix[best]) best = i;
    }
    return best;
}

/* Words */

static void summary(const struct table *table, bool interval, struct sr_text *text)
{
    const struct sr_evaluation *evaluation = table->evaluation;
    char count[32], share[32];
    sr_format_count(count, sizeof count, table->all);
    sr_part_percent(share, sizeof share, evaluation->accuracy);
    sr_text_printf(text, "%s on %s: %s of %s right", table->entry->name, sr_split_names[table->split], share,
                   count);
    if (interval)
        sr_text_printf(text, " (%.1f–%.1f), macro F1 %.3f", 100 * evaluation->accuracy_low,
                       100 * evaluation->accuracy_high, evaluation->macro_f1);
}

static const char *shares_words(int shares)
{
    return shares == 1 ? "% of the true class" : shares == 2 ? "% of the predicted class" : "counts";
}

static void share_of(char *out, size_t size, uint64_t part, uint64_t whole)
{
    sr_part_percent(out, size, whole ? (double)part / (double)whole : NAN);
}

/* What the cursor is on, in a sentence. */
static void cursor_words(const struct sr_session *session, const struct table *table, struct sr_text *text)
{
    int row = inside(session->view.confusion_row, table->classes);
    int column = inside(session->view.confusion_column, table->classes);
    const struct sr_class_metrics *metrics = table->evaluation->per_class;
    char count[32], whole[32], share[32], other[32];
    if (row < 0 && column < 0) {
        summary(table, true, text);
        sr_text_add(text, ".");
    } else if (column < 0) {
        sr_format_count(whole, sizeof whole, table->rows[row]);
        sr_text_printf(text, "%s are %s: recall %.3f, precision %.3f, F1 %.3f.", whole,
                       sr_part_class(session, row), metrics[row].recall, metrics[row].precision,
                       metrics[row].f1);
    } else if (row < 0) {
        sr_format_count(whole, sizeof whole, table->columns[column]);
        share_of(share, sizeof share, cell(table, column, column), table->columns[column]);
        sr_text_printf(text, "%s were predicted %s, %s of them rightly.", whole,
                       sr_part_class(session, column), share);
    } else {
        uint64_t here = cell(table, row, column);
        sr_format_count(count, sizeof count, here);
        sr_format_count(whole, sizeof whole, table->rows[row]);
        share_of(share, sizeof share, here, table->rows[row]);
        share_of(other, sizeof other, here, table->columns[column]);
        if (row == column)
            sr_text_printf(text, "%s of %s %s (%s) were recognised; %s of what was predicted %s is right.",
                           count, whole, sr_part_class(session, row), share, other,
                           sr_part_class(session, column));
        else
            sr_text_printf(text, "%s of %s %s (%s) were taken for %s, %s of all predicted so.", count,
                           whole, sr_part_class(session, row), share, sr_part_class(session, column), other);
    }
}

/* Who is right where, in the cursor's row or in all. */
static void fourfold_words(const struct sr_session *session, const struct table *table, struct sr_text *text)
{
    int row = inside(session->view.confusion_row, table->classes);
    uint64_t sums[4] = {0};
    for (int r = 0; r < table->classes; r++)
        for (int k = 0; k < 4 && (row < 0 || r == row); k++) sums[k] += table->fourfold[r][k];
    sr_text_printf(text, "%s: %llu right by both, %llu only by %s, %llu only by %s, %llu by neither.",
                   row < 0 ? "All" : sr_part_class(session, row), (unsigned long long)sums[BOTH],
                   (unsigned long long)sums[ONLY_FIRST], table->entry->name, (unsigned long long)sums[ONLY_SECOND],
                   table->vs->name, (unsigned long long)sums[NEITHER]);
}

static void worst_words(const struct sr_session *session, const struct table *table, int most,
                        struct sr_text *text)
{
    uint64_t count = UINT64_MAX;
    int index = -1;
    sr_text_add(text, "Most confused: ");
    for (int i = 0; i < most; i++) {
        index = next_confusion(table, count, index);
        if (index < 0) {
            if (i == 0) sr_text_add(text, "nothing");
            break;
        }
        count = table->matrix[index];
        sr_text_printf(text, "%s%s → %s %llu", i ? ", " : "", sr_part_class(session, index / table->classes),
                       sr_part_class(session, index % table->classes), (unsigned long long)count);
    }
    sr_text_add(text, ".");
}

/* The drawing */

/* The largest confusions as a list, as many as there are lines. */
static void draw_worst(struct sr_session *session, struct sr_area area, const struct table *table)
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
        index = next_confusion(table, count, index);
        if (index < 0) break;
        count = table->matrix[index];
        int row = index / table->classes, column = index % table->classes;
        struct sr_text names = {0};
        char text[32];
        sr_text_printf(&names, "%s → %s", sr_part_class(session, row), sr_part_class(session, column));
        sr_area_text(sr_area_part(area, 0, y, across, 1), 0, 0,
                     index == at ? sr_part_style(session, SR_ROLE_ACCENT) : plain, sr_text_get(&names));
        sr_text_fini(&names);
        sr_format_count(text, sizeof text, count);
        sr_part_put_right(area, across + 6, y, plain, text);
        share_of(text, sizeof text, count, table->rows[row]);
        sr_part_put_right(area, across + 20, y, plain, text);
        share_of(text, sizeof text, count, table->columns[column]);
        if (area.width >= 72) sr_part_put_right(area, across + 38, y, plain, text);
    }
}

struct layout {
    int label, cell, total, metric; /* widths; total and metric 0 where they do not fit */
    int height;                     /* lines a row takes */
    int columns, rows;              /* classes that fit */
    int left, top;                  /* first class shown */
    int x;                          /* of the first cell */
};

static int digits(uint64_t number)
{
    int count = 1;
    for (; number >= 10; number /= 10) count++;
    return count;
}

/* First of `fit` places out of `count`, so that `at` (-1: behind the end) shows. */
static int scroll(int at, int fit, int count)
{
    if (fit >= count) return 0;
    int first = at < 0 ? count - fit : at - fit / 2;
    return first < 0 ? 0 : first > count - fit ? count - fit : first;
}

/* Give up, in this order: long class names, metrics, totals, columns. Spare width makes cells wider. */
static struct layout choose_layout(const struct sr_session *session, const struct table *table, int width,
                                   int lines)
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
        if (digits(table->most_difference) + 1 > number) number = digits(table->most_difference) + 1;
    }
    if (longest > 14) longest = 14;
    if (!session->view.confusion_shares && digits(most) > number) number = digits(most);
    if (session->view.confusion_shares) number = 4;
    int total = digits(table->all > most_total ? table->all : most_total) + 1;

    struct layout layout = {longest, number + 1, total, 4, 1, n, n, 0, 0, 0};
    for (;;) {
        int rest =
            2 + layout.label + layout.total + 3 * layout.metric + !layout.metric; /* a bracket's room */
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
        int spare =
            width - 2 - layout.label - layout.total - 3 * layout.metric - !layout.metric - n * layout.cell;
        if (layout.metric && spare >= 9 + n) {
            layout.metric += 3;
            spare -= 9;
        }
        /* Names one column shorter are worth a column more for every cell. */
        if (spare % n == n - 1 && layout.label > 8) {
            layout.label--;
            spare++;
        }
        layout.cell += spare / n < 4 ? spare / n : 4;
    }
    if (layout.columns < 1) layout.columns = 1;
    layout.rows = lines < n ? lines : n;
    if (layout.rows < 1) layout.rows = 1;
    layout.left = scroll(inside(session->view.confusion_column, n), layout.columns, n);
    layout.top = scroll(inside(session->view.confusion_row, n), layout.rows, n);
    layout.x = 2 + layout.label;
    return layout;
}

/* The background of a cell: its share of its row (or column), on a scale that shows small ones too. */
static struct sr_style heat(const struct sr_session *session, double share)
{
    const struct sr_look *look = &session->look;
    struct sr_style style = sr_part_style(session, SR_ROLE_TEXT);
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
static struct sr_style difference_style(const struct sr_session *session, const struct table *table, int64_t gap)
{
    struct sr_style style = sr_part_style(session, gap > 0 ? SR_ROLE_SERIES : SR_ROLE_SERIES + 1);
    if (session->look.depth < SR_DEPTH_256) return style;
    double share = (double)(gap > 0 ? gap : -gap) / (double)table->most_difference;
    style.back = sr_colour_mix(sr_colour_grey(session->look.light ? 255 : 24), style.fore, 0.1 + 0.8 * sqrt(share));
    style.fore = sr_colour_contrast(style.back);
    return style;
}

static int64_t gap_at(const struct table *table, int row, int column)
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
        sr_part_put_right(area, edge, y, style, text);
        return;
    }
    snprintf(bracketed, sizeof bracketed, "[%s]", text);
    sr_part_put_right(area, edge + 1, y, sr_part_style(session, SR_ROLE_SELECTED), bracketed);
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

static void draw_row(struct sr_session *session, struct sr_area area, const struct table *table,
                     const struct layout *layout, int row, int y, const char *name)
{
    int at_row = inside(session->view.confusion_row, table->classes);
    int at_column = inside(session->view.confusion_column, table->classes),
        middle = y + (layout->height - 1) / 2;
    int shares = session->view.confusion_shares;
    struct sr_style plain = sr_part_style(session, SR_ROLE_TEXT);
    sr_area_text(area, 1, middle, sr_part_style(session, row == at_row ? SR_ROLE_ACCENT : SR_ROLE_TEXT),
                 name);
    char text[32];
    for (int i = 0; i < layout->columns; i++) {
        int column = layout->left + i;
        uint64_t here = cell(table, row, column),
                 whole = shares == 2 ? table->columns[column] : table->rows[row];
        double share = whole ? (double)here / (double)whole : 0;
        struct sr_area part =
            sr_area_part(area, layout->x + i * layout->cell, y, layout->cell, layout->height);
        struct sr_style style = here ? heat(session, share) : sr_part_style(session, SR_ROLE_FAINT);
        if (table->difference) {
            here = gap_at(table, row, column) != 0;
            if (here) style = difference_style(session, table, gap_at(table, row, column));
            else style = sr_part_style(session, SR_ROLE_FAINT);
        }
        if (here && session->look.depth >= SR_DEPTH_256) sr_area_fill(part, ' ', style);
        if (here && table->difference)
            snprintf(text, sizeof text, "%+lld", (long long)gap_at(table, row, column));
        else if (!here)
            snprintf(text, sizeof text, "·");
        else if (shares)
            snprintf(text, sizeof text, 100 * share < 99.95 ? "%.1f" : "%.0f", 100 * share);
        else
            snprintf(text, sizeof text, "%llu", (unsigned long long)here);
        bool cursor = row == at_row && column == at_column;
        if (cursor) continue; /* last, since its brackets lie over its neighbours */
        sr_part_put_right(part, layout->cell - (layout->cell > 5), (layout->height - 1) / 2, style, text);
    }
    int x = layout->x + layout->columns * layout->cell;
    if (layout->total) {
        snprintf(text, sizeof text, "%llu", (unsigned long long)table->rows[row]);
        put_number(session, area, x + layout->total, middle, row == at_row && at_column < 0, plain, text);
        x += layout->total;
    }
    if (layout->metric) {
        const struct sr_class_metrics *metrics = &table->evaluation->per_class[row];
        double values[] = {metrics->recall, metrics->precision, metrics->f1};
        for (int m = 0; m < 3; m++) {
            metric_words(text, sizeof text, values[m], layout->metric > 5);
            sr_part_put_right(area, x += layout->metric, middle, plain, text);
        }
    }
    int i = at_column - layout->left;
    if (row == at_row && at_column >= 0 && i >= 0 && i < layout->columns) {
        uint64_t here = cell(table, row, at_column);
        uint64_t whole = shares == 2 ? table->columns[at_column] : table->rows[row];
        double share = whole ? 100 * (double)here / (double)whole : 0;
        if (table->difference)
            snprintf(text, sizeof text, "%+lld", (long long)gap_at(table, row, at_column));
        else if (shares)
            snprintf(text, sizeof text, share < 99.95 ? "%.1f" : "%.0f", share);
        else
            snprintf(text, sizeof text, "%llu", (unsigned long long)here);
        put_number(session, area, layout->x + (i + 1) * layout->cell - (layout->cell > 5), middle, true,
                   plain, text);
    }
}

static void draw_matrix(struct sr_session *session, struct sr_area area, const struct table *table,
                        const struct layout *layout)
{
    int n = table->classes, at_row = inside(session->view.confusion_row, n);
    int at_column = inside(session->view.confusion_column, n);
    struct sr_style faint = sr_part_style(session, SR_ROLE_FAINT),
                    accent = sr_part_style(session, SR_ROLE_ACCENT);
    struct sr_short_name rows[SR_CLASSES_MAX], columns[SR_CLASSES_MAX];
    sr_part_short_names(session->data, layout->label, rows);
    sr_part_short_names(session->data, layout->cell - 1 - (layout->cell > 5), columns);
    for (int i = 0; i < layout->columns; i++) {
        int column = layout->left + i;
        sr_part_put_right(area, layout->x + (i + 1) * layout->cell - (layout->cell > 5), 0,
                          column == at_column ? accent : faint, columns[column].text);
    }
    int x = layout->x + layout->columns * layout->cell;
    if (layout->total)
        sr_part_put_right(area, x += layout->total, 0, faint, layout->total >= 6 ? "total" : "sum");
    static const char *const titles[2][3] = {{"rec", "pre", "F1"}, {"recall", "prec.", "F1"}};
    for (int m = 0; m < 3 && layout->metric; m++)
        sr_part_put_right(area, x += layout->metric, 0, faint, titles[layout->metric > 5][m]);
    for (int i = 0; i < layout->rows; i++)
        draw_row(session, area, table, layout, layout->top + i, 1 + i * layout->height,
                 rows[layout->top + i].text);

    int y = 1 + layout->rows * layout->height;
    if (y >= area.height) return;
    sr_area_text(sr_area_part(area, 1, y, layout->label, 1), 0, 0, at_row < 0 ? accent : faint, "predicted");
    sr_part_spots(session, area,
                  (struct sr_spots){layout->x, 1, layout->cell, layout->height, layout->columns, layout->rows,
                                    layout->top * (n + 1) + layout->left, n + 1});
    if (layout->total)
        sr_part_spots(session, area, (struct sr_spots){layout->x + layout->columns * layout->cell, 1, layout->total,
                                                       layout->height, 1, layout->rows, layout->top * (n + 1) + n, n + 1});
    char text[32];
    struct sr_style plain = sr_part_style(session, SR_ROLE_TEXT);
    for (int pass = 0; pass < 2; pass++) /* the cursor's cell last */
        for (int i = 0; i < layout->columns; i++) {
            int column = layout->left + i;
            bool here = at_row < 0 && column == at_column;
            if (here != (pass == 1)) continue;
            snprintf(text, sizeof text, "%llu", (unsigned long long)table->columns[column]);
            if ((int)strlen(text) >= layout->cell)
                sr_draw_number(text, sizeof text, (double)table->columns[column]);
            put_number(session, area, layout->x + (i + 1) * layout->cell - (layout->cell > 5), y, here, plain,
                       text);
        }
    if (layout->total) {
        snprintf(text, sizeof text, "%llu", (unsigned long long)table->all);
        put_number(session, area, layout->x + layout->columns * layout->cell + layout->total, y,
                   at_row < 0 && at_column < 0, plain, text);
    }
}

enum { BESIDE = 116 }; /* columns from which on two matrices stand side by side */

static void draw_table(struct sr_session *session, struct sr_area area, struct table *table)
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
            sr_part_percent(second, sizeof second, table->vs->splits[table->split].evaluation.accuracy);
            sr_text_printf(&text, "%s (%s) against %s (%s) on %s", table->entry->name, first, table->vs->name, second,
                           sr_split_names[table->split]);
        } else {
            summary(table, width >= (beside ? 72 : 64), &text);
        }
        sr_area_text(sr_area_part(inner, 0, 0, width - 1, area.height), 0, y, sr_part_style(session, SR_ROLE_TITLE),
                     sr_text_get(&text));
        if (beside) {
            struct table second = {.entry = table->vs, .split = table->split, .all = table->all,
                                   .evaluation = &table->vs->splits[table->split].evaluation};
            sr_text_clear(&text);
            summary(&second, width >= 72, &text);
            sr_area_text(area, width + 3, y, sr_part_style(session, SR_ROLE_TITLE), sr_text_get(&text));
        }
        y++;
    }
    int lines = area.height - y - 3; /* axes, header, totals */
    int words = lines - n >= 3 ? lines - n : lines >= 9 ? 2 : lines >= 5 ? 1 : 0;
    if (words > 7) words = 7;
    struct layout layout = choose_layout(session, table, width, lines - words);
    int spare = lines - words - layout.rows;
    layout.height = 1 + (layout.rows == n ? spare / n : 0);
    if (layout.height > 3) layout.height = 3;

    sr_text_clear(&text);
    sr_text_printf(
        &text, area.width >= 44 ? "rows = true, columns = predicted; %s" : "rows true, columns predicted; %s",
        table->difference ? table->entry->name : shares_words(session->view.confusion_shares));
    if (table->difference) sr_text_printf(&text, " minus %s", table->vs->name);
    if (layout.columns < n || layout.rows < n)
        sr_text_printf(&text, "; %d×%d of %d classes", layout.rows, layout.columns, n);
    sr_area_text(inner, 0, y++, sr_part_style(session, SR_ROLE_FAINT), sr_text_get(&text));
    bool airy = area.height - y - (2 + layout.rows * layout.height + words) >= 1;
    y += airy;
    draw_matrix(session, sr_area_part(area, 0, y, width, 2 + layout.rows * layout.height), table, &layout);
    if (beside) {
        struct table second = {.entry = table->vs, .split = table->split, .classes = n, .matrix = table->vs_matrix,
                               .evaluation = &table->vs->splits[table->split].evaluation};
        add_totals(&second);
        struct layout same = choose_layout(session, &second, width, lines - words);
        same.height = layout.height;
        draw_matrix(session, sr_area_part(area, width + 2, y, width, 2 + layout.rows * layout.height), &second, &same);
    }
    y += 2 + layout.rows * layout.height;
    if (words >= 3) y++;
    sr_text_clear(&text);
    if (table->vs) fourfold_words(session, table, &text);
    else if (table->vs_error.status) sr_text_printf(&text, "%s: %s", session->view.confusion_vs, table->vs_error.text);
    else cursor_words(session, table, &text);
    struct sr_area below = sr_area_part(inner, 0, 0, inner.width - 1, area.height);
    y = sr_part_paragraph(below, y, sr_part_style(session, SR_ROLE_ACCENT), sr_text_get(&text));
    if (table->vs && y + 1 < area.height) {
        sr_text_clear(&text);
        cursor_words(session, table, &text);
        y = sr_part_paragraph(below, y, sr_part_style(session, SR_ROLE_TEXT), sr_text_get(&text));
    }
    if (area.height - y >= 4 && area.width >= 56) {
        draw_worst(session, sr_area_part(below, 0, y, below.width, area.height - y), table);
    } else if (y + 1 < area.height) {
        sr_text_clear(&text);
        worst_words(session, table, 5, &text);
        sr_part_paragraph(below, y, sr_part_style(session, SR_ROLE_TEXT), sr_text_get(&text));
    }
    sr_text_fini(&text);
}

static void draw(struct sr_session *session, struct sr_area area)
{
    struct sr_text title = {0}, text = {0};
    struct table table;
    if (table_init(session, &table, &title, &text))
        draw_table(session, area, &table);
    else
        sr_part_say(session, area, sr_text_get(&title), sr_text_get(&text));
    table_fini(&table);
    sr_text_fini(&title);
    sr_text_fini(&text);
}

/* Cells, then the margin behind the last; next and previous go from one confusion to the
 * next smaller one. */
static void move(struct sr_session *session, enum sr_move move)
{
    struct sr_view *view = &session->view;
    struct sr_text title = {0}, text = {0};
    struct table table;
    if (table_init(session, &table, &title, &text)) {
        int n = table.classes, row = inside(view->confusion_row, n),
            column = inside(view->confusion_column, n);
        if (move == SR_MOVE_NEXT || move == SR_MOVE_PREVIOUS) {
            bool placed = row >= 0 && column >= 0 && row != column;
            int index = placed ? row * n + column : -1;
            int to = move == SR_MOVE_NEXT
                         ? next_confusion(&table, placed ? table.matrix[index] : UINT64_MAX, index)
                     : placed ? previous_confusion(&table, table.matrix[index], index)
                              : -1;
            if (to >= 0) {
                row = to / n;
                column = to % n;
            }
        } else if (move == SR_MOVE_LEFT || move == SR_MOVE_RIGHT) {
            column = sr_part_step(column < 0 ? n : column, move, 1, 0, n);
        } else {
            row = sr_part_step(row < 0 ? n : row, move, 5, 0, n);
        }
        view->confusion_row = inside(row, n);
        view->confusion_column = inside(column, n);
    }
    table_fini(&table);
    sr_text_fini(&title);
    sr_text_fini(&text);
}

static bool choose(struct sr_session *session, int value)
{
    struct sr_view *view = &session->view;
    if (!session->data) return false;
    int n = session->data->classes, row = inside(value / (n + 1), n), column = inside(value % (n + 1), n);
    bool again = view->confusion_row == row && view->confusion_column == column;
    view->confusion_row = row;
    view->confusion_column = column;
    return again;
}

static void enter(struct sr_session *session, struct sr_text *line)
{
    struct sr_text title = {0}, text = {0};
    struct table table;
    if (table_init(session, &table, &title, &text)) {
        int row = inside(session->view.confusion_row, table.classes);
        int column = inside(session->view.confusion_column, table.classes);
        sr_text_printf(line, "browse split=%s model=%s", sr_split_names[table.split], table.entry->name);
        if (row >= 0) sr_part_add_class(session, line, "class", row);
        if (column >= 0) sr_part_add_class(session, line, "as", column);
    } else if (session->data && session->entry_count == 0) {
        sr_text_add(line, "pane train");
    }
    table_fini(&table);
    sr_text_fini(&title);
    sr_text_fini(&text);
}

static void describe(struct sr_session *session, struct sr_text *text)
{
    struct sr_text title = {0}, why = {0};
    struct table table;
    sr_text_add(text, "Confusion: ");
    if (table_init(session, &table, &title, &why)) {
        summary(&table, true, text);
        sr_text_add(text, ". Rows are true classes, columns predicted ones. Under the cursor: ");
        cursor_words(session, &table, text);
        sr_text_add(text, " ");
        if (table.vs) {
            sr_text_printf(text, "Against %s, ", table.vs->name);
            fourfold_words(session, &table, text);
            sr_text_add(text, " ");
        }
        worst_words(session, &table, 5, text);
        int worst = 0;
        for (int c = 1; c < table.classes; c++)
            if (table.evaluation->per_class[c].recall < table.evaluation->per_class[worst].recall) worst = c;
        sr_text_printf(text, " The lowest recall is that of %s, %.3f.", sr_part_class(session, worst),
                       table.evaluation->per_class[worst].recall);
    } else {
        sr_text_printf(text, "%s %s", sr_text_get(&title), sr_text_get(&why));
    }
    sr_text_add(text, "\n");
    table_fini(&table);
    sr_text_fini(&title);
    sr_text_fini(&why);
}

static const char *hints(const struct sr_session *session)
{
    if (session->view.confusion_vs[0] && session->entry_count > 1)
        return "Enter samples  b only this right  B only the second  v second  ? help";
    return session->entry_count ? "Enter samples  n next worst  % units  m model  v second  s split  ? help"
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
};
