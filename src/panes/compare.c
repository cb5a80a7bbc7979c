/* compare.c - every model on the same samples: how good, how fast, how large, beside the study, and
 * whether two of them can be told apart. */
#include "compare.h"
#include "sartor/base/words.h"
#include "sartor/cells/draw.h"
#include "sartor/panes/show.h"
#include "scroller.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a click chooses: a row of the table, the second model in the list of pairs, or a column by
 * its title. */
enum { SPOT_PAIRS = 1 << 16, SPOT_TITLES = 1 << 17 };

static int name_width(const struct compare_table *table, int most)
{
    int width = 6;
    for (size_t i = 0; i < table->count; i++) {
        int here = sr_utf8_width(table->rows[i].entry->name);
        if (here > width) width = here;
    }
    return width < most ? width : most;
}

/* What a table so wide shows: columns and their widths as compare_columns has them, and room for
 * the names. */
static int columns_shown(const struct sr_session *session, const struct compare_table *table,
                         int width, int *columns, int *widths, int *name)
{
    *name = name_width(table, width / 3 < 20 ? width / 3 : 20);
    return compare_columns(session, table, width - *name - 3, columns,
                           widths); /* the last title may stand in brackets */
}

/* Why a row has no accuracy, in few words. */
static const char *state_words(const struct compare_row *row)
{
    if (row->status != SR_PENDING) return "cannot be judged here";
    return row->entry->model ? "predicting…" : "loading…";
}

/* The first of `count` items shown on `lines`, so that `at` is among them. */
static int scrolled(int at, int count, int lines)
{
    int top = at - lines / 2;
    if (top > count - lines) top = count - lines;
    return top < 0 ? 0 : top;
}

static void draw_name(struct sr_session *session, struct sr_area area, int y, int width,
                      const char *name, bool here)
{
    char cut[96];
    sr_part_cut(cut, sizeof cut, name, width);
    sr_area_printf(area, 0, y, sr_part_style(session, here ? SR_ROLE_SELECTED : SR_ROLE_TEXT),
                   "%s%s%s", here ? "[" : " ", cut, here ? "]" : "");
}

/* The header and as many rows as `lines`; returns the lines taken. */
static int draw_rows(struct sr_session *session, struct sr_area area,
                     const struct compare_table *table, int lines)
{
    int columns[COMPARE_COLUMNS], widths[COMPARE_COLUMNS], name, count = (int)table->count;
    int shown = columns_shown(session, table, area.width, columns, widths, &name);
    const int order = session->view.compare_order;
    struct sr_style faint = sr_part_style(session, SR_ROLE_FAINT),
                    plain = sr_part_style(session, SR_ROLE_TEXT),
                    accent = sr_part_style(session, SR_ROLE_ACCENT);
    sr_area_text(area, 0, 0, order < 0 ? accent : faint, order < 0 ? "[model]" : " model");
    int edge = name + 2;
    for (int c = 0; c < shown; c++) {
        char title[48];
        bool here = columns[c] == order;
        edge += widths[c];
        snprintf(title, sizeof title, here ? "[%s]" : "%s", compare_column_title(columns[c]));
        sr_part_put_right(area, edge + here, 0, here ? accent : faint, title);
    }
    int top = scrolled(table->at, count, lines), rows = count - top < lines ? count - top : lines;
    for (int i = 0; i < rows; i++) {
        const struct compare_row *row = &table->rows[top + i];
        draw_name(session, area, 1 + i, name, row->entry->name, top + i == table->at);
        edge = name + 2;
        int said = 0; /* columns that words take */
        if (row->status != SR_OK) {
            int quality = 0;
            while (quality < shown && columns[quality] < SR_SCORE_TOP2) said += widths[quality++];
            sr_area_text(
                sr_area_part(area, edge, 1 + i, said, 1), 1, 0,
                sr_part_style(session, row->status == SR_PENDING ? SR_ROLE_FAINT : SR_ROLE_WARNING),
                state_words(row));
        }
        for (int c = 0; c < shown; c++) {
            char text[48];
            edge += widths[c];
            if (edge <= name + 2 + said) continue;
            compare_cell(row, columns[c], text, sizeof text);
            sr_part_put_right(area, edge, 1 + i, columns[c] >= COMPARE_STUDY ? faint : plain, text);
        }
    }
    session->view.compare_width = area.width;
    sr_part_spots(session, area, (struct sr_spots){0, 0, 1, 1, area.width, 1, SPOT_TITLES, 0});
    sr_part_spots(session, area, (struct sr_spots){0, 1, area.width, 1, 1, rows, top, 1});
    return rows + 1;
}

/* The cursor's model against each of the others: the header and at most `lines` of them. Returns
 * the lines taken. */
static int draw_pairs(struct sr_session *session, struct sr_area area,
                      const struct compare_table *table, int lines)
{
    enum { WINS, LOSSES, AGREE, P, COLUMNS };
    static const struct {
        const char *title;
        int width;
    } columns[COLUMNS] = {
        [WINS] = {"wins", 7}, [LOSSES] = {"losses", 8}, [AGREE] = {"agree", 9}, [P] = {"p", 8}};
    static const int worth[COLUMNS] = {P, WINS, LOSSES, AGREE};
    const char *name = table->rows[table->at].entry->name;
    struct sr_style faint = sr_part_style(session, SR_ROLE_FAINT),
                    plain = sr_part_style(session, SR_ROLE_TEXT);
    char head[128], cut[96];
    int left = name_width(table, 20) + 2, count = 0, at = 0, edge;
    sr_part_cut(cut, sizeof cut, name, 20);
    snprintf(head, sizeof head, "%s against", cut);
    if (left < sr_utf8_width(head) + 1) left = sr_utf8_width(head) + 1;
    bool shown[COLUMNS] = {false};
    for (int c = 0, room = area.width - left; c < COLUMNS && columns[worth[c]].width <= room; c++) {
        shown[worth[c]] = true;
        room -= columns[worth[c]].width;
    }
    sr_area_text(area, 1, 0, sr_part_style(session, SR_ROLE_TITLE), head);
    edge = left;
    for (int c = 0; c < COLUMNS; c++)
        if (shown[c]) sr_part_put_right(area, edge += columns[c].width, 0, faint, columns[c].title);
    int words = edge + 3; /* where the verdicts begin, if all the rest is there */
    bool verdicts = shown[AGREE] && area.width - words >= 22;
    if (verdicts) {
        size_t tests = table->comparison->pair_count;
        sr_area_printf(area, words, 0, faint, "p by Holm for %zu pair%s", tests,
                       tests == 1 ? "" : "s");
    }
    for (int i = 0; i < (int)table->count; i++) {
        if (i == table->at || table->rows[i].status) continue;
        if (i == table->vs) at = count;
        count++;
    }
    int top = scrolled(at, count, lines), rows = count - top < lines ? count - top : lines;
    for (int i = 0, k = 0; i < (int)table->count; i++) {
        const char *other = table->rows[i].entry->name;
        struct sr_pair pair;
        char cells[COLUMNS][32];
        if (i == table->at || table->rows[i].status) continue;
        int y = 1 + k++ - top;
        if (y < 1 || y > rows || !compare_pair(table, table->at, i, &pair)) continue;
        draw_name(session, area, y, 20, other, i == table->vs);
        sr_format_count(cells[WINS], sizeof cells[WINS], pair.test.only_first);
        sr_format_count(cells[LOSSES], sizeof cells[LOSSES], pair.test.only_second);
        sr_part_percent(cells[AGREE], sizeof cells[AGREE], pair.test.agreement);
        snprintf(cells[P], sizeof cells[P], pair.p < 0.001 ? "<0.001" : "%.3f", pair.p);
        edge = left;
        for (int c = 0; c < COLUMNS; c++)
            if (shown[c]) sr_part_put_right(area, edge += columns[c].width, y, plain, cells[c]);
        bool ahead = pair.test.only_first > pair.test.only_second;
        if (!verdicts) continue;
        if (pair.p >= 0.05)
            sr_area_text(area, words, y, faint, "can't be told apart");
        else
            sr_area_printf(area, words, y,
                           sr_part_style(session, ahead ? SR_ROLE_GOOD : SR_ROLE_BAD),
                           "%s beats %s", ahead ? name : other, ahead ? other : name);
    }
    sr_part_spots(session, area,
                  (struct sr_spots){0, 1, area.width, 1, 1, rows, SPOT_PAIRS + top, 1});
    return rows + 1;
}

/* A bar for each model from the axis' beginning, which is said, with the interval at its end. */
static void draw_chart(struct sr_session *session, struct sr_area area,
                       const struct compare_table *table)
{
    double low = 1, high = 0;
    int name_width = 6, count = 0;
    for (size_t i = 0; i < table->count; i++) {
        const double *scores = table->rows[i].scores;
        if (!isfinite(scores[SR_SCORE_ACCURACY])) continue;
        low = fmin(low, scores[SR_SCORE_ACCURACY_LOW]);
        high = fmax(high, scores[SR_SCORE_ACCURACY_HIGH]);
        int width = sr_utf8_width(table->rows[i].entry->name);
        if (width > name_width) name_width = width;
        count++;
    }
    if (count == 0) return;
    if (name_width > 16) name_width = 16;
    low = fmax(0, floor(low * 20 - 0.2) / 20); /* on a twentieth, with some room */
    high = fmin(1, ceil(high * 20) / 20);
    int across = area.width - name_width - 4;
    if (across < 12 || area.height < 3) return;
    int lines = area.height - 2, tall = lines >= 3 * count ? 2 : 1,
        gap = lines >= 2 * count ? 1 : 0;
    struct sr_style faint = sr_part_style(session, SR_ROLE_FAINT);
    sr_area_printf(area, 1, 0, sr_part_style(session, SR_ROLE_TITLE), "Accuracy");
    sr_area_printf(area, 11, 0, faint, "bars begin at %.0f %%; the line is the 95 %% interval",
                   100 * low);
    int y = 1, shade = 0;
    for (size_t i = 0; i < table->count && y + tall <= area.height - 1; i++) {
        const struct compare_row *row = &table->rows[i];
        const double accuracy = row->scores[SR_SCORE_ACCURACY];
        if (!isfinite(accuracy)) continue;
        char name[96];
        sr_part_cut(name, sizeof name, row->entry->name, name_width);
        sr_area_text(area, 1, y,
                     sr_part_style(session, (int)i == table->at ? SR_ROLE_ACCENT : SR_ROLE_TEXT),
                     name);
        struct sr_style fill =
            sr_part_style(session, (int)i == table->at ? SR_ROLE_SERIES + 1 : SR_ROLE_SERIES);
        /* Two shades in turn, so that bars do not run into one block. */
        if (shade++ % 2 && session->look.depth >= SR_DEPTH_256)
            fill.fore =
                sr_colour_mix(fill.fore, sr_colour_grey(session->look.light ? 255 : 0), 0.25);
        double scale = high - low;
        for (int k = 0; k < tall; k++)
            sr_draw_bar(area, name_width + 2, y + k, across, fmax(0, accuracy - low) / scale,
                        &session->look, fill);
        int from = name_width + 2 +
                   (int)lround((row->scores[SR_SCORE_ACCURACY_LOW] - low) / scale * (across - 1));
        int to = name_width + 2 +
                 (int)lround((row->scores[SR_SCORE_ACCURACY_HIGH] - low) / scale * (across - 1));
        int end = name_width + 2 + (int)ceil(fmax(0, accuracy - low) / scale * across);
        for (int x = end > from ? end : from; x <= to; x++)
            sr_area_put(area, x, y, x == to ? 0x2524 : 0x2500,
                        sr_part_style(session, SR_ROLE_TEXT));
        y += tall + gap;
    }
    if (y >= area.height) y = area.height - 1;
    for (int tick = (int)lround(low * 100); tick <= (int)lround(high * 100);
         tick += high - low > 0.35 ? 10 : 5) {
        char label[16];
        snprintf(label, sizeof label, "%d%%", tick);
        int x = name_width + 2 + (int)lround((tick / 100.0 - low) / (high - low) * (across - 1));
        sr_area_text(area, x - (int)strlen(label) / 2, y, faint, label);
    }
}

static void heading(const struct sr_session *session, const struct compare_table *table, bool brief,
                    struct sr_text *text)
{
    char count[32];
    const char *split = sr_split_names[table->split];
    sr_format_count(count, sizeof count, sr_session_samples(session, table->split).count);
    sr_text_printf(
        text, brief ? "%zu model%s, %s %s samples" : "%zu model%s on the %s split, %s samples",
        table->count, table->count == 1 ? "" : "s", brief ? count : split, brief ? split : count);
}

static int lines_of(const char *text, int width)
{
    char line[1024];
    int lines = 0;
    while (sr_part_wrap(&text, width, line, sizeof line)) lines++;
    return lines;
}

/* From the top: what is compared, the models, a sentence on the pair, its model against all others,
 * bars. What does not fit is left out from the end; the sentence always has its place where three
 * rows do. */
static void draw_table(struct sr_session *session, struct sr_area area,
                       const struct compare_table *table)
{
    struct sr_text title = {0}, words = {0}, order = {0};
    int y = 0, spare = area.height - 1, rows = (int)table->count,
        pairs = table->comparison ? (int)table->comparison->count - 1 : 0;
    compare_pair_words(table, &words);
    int said = lines_of(sr_text_get(&words), area.width - 2);
    if (said > spare - 3) said = spare - 3 < 0 ? 0 : spare - 3;
    spare -= said;
    if (area.height >= 6) {
        heading(session, table, area.width < 52, &title);
        sr_area_text(area, 1, y, sr_part_style(session, SR_ROLE_TITLE), sr_text_get(&title));
        sr_text_add(&order, "by ");
        compare_order_words(session, &order);
        if (sr_utf8_width(sr_text_get(&title)) + sr_utf8_width(sr_text_get(&order)) + 5 <
            area.width)
            sr_part_put_right(area, area.width - 1, y, sr_part_style(session, SR_ROLE_FAINT),
                              sr_text_get(&order));
        y++;
        spare--;
    }
    /* Rows first; the pairs get up to half of the lines where both are long. */
    bool paired = pairs > 0 && table->rows[table->at].status == SR_OK && spare >= 10;
    int wanted = paired ? pairs + 2 : 0, half = (spare + 1) / 2;
    if (rows + wanted > spare)
        rows = rows < half || !paired ? rows : spare - wanted > half ? spare - wanted : half;
    if (rows > spare) rows = spare > 0 ? spare : 1;
    spare -= rows;
    if (paired && pairs > spare - 2) pairs = spare - 2;
    paired = paired && pairs > 0;
    if (paired) spare -= pairs + 2;
    bool charted = area.width >= 40 && spare >= (int)table->judged + 3 && table->judged > 0;
    int airs = spare - (charted ? (int)table->judged + 3 : 0); /* blank lines to be had */
    if (y > 0 && airs > 0) {
        y++;
        airs--;
    }
    y += draw_rows(session, sr_area_part(area, 0, y, area.width, area.height - y), table, rows);
    if (said && airs > 0) y++;
    y = sr_part_paragraph(sr_area_part(area, 1, 0, area.width - 2, y + said), y,
                          sr_part_style(session, SR_ROLE_ACCENT), sr_text_get(&words));
    if (paired) {
        y++;
        y += draw_pairs(session, sr_area_part(area, 0, y, area.width, area.height - y), table,
                        pairs);
    }
    if (charted)
        draw_chart(session, sr_area_part(area, 0, y + 1, area.width, area.height - y - 1), table);
    sr_text_fini(&title);
    sr_text_fini(&words);
    sr_text_fini(&order);
}

static void draw(struct sr_session *session, struct sr_area area)
{
    struct sr_text title = {0}, text = {0};
    struct compare_table table;
    if (compare_init(session, &table, &title, &text))
        draw_table(session, area, &table);
    else
        sr_part_say(session, area, sr_text_get(&title), sr_text_get(&text));
    compare_fini(&table);
    sr_text_fini(&title);
    sr_text_fini(&text);
}

static void remember(char *name, size_t size, const struct compare_table *table, int row)
{
    snprintf(name, size, "%s", table->rows[row].entry->name);
}

/* Rows up and down, the column that is sorted by to the sides, the second model to the next and the
 * previous one. */
static void move(struct sr_session *session, enum sr_move move)
{
    struct sr_view *view = &session->view;
    struct sr_text title = {0}, text = {0};
    struct compare_table table;
    if (compare_init(session, &table, &title, &text)) {
        int count = (int)table.count, step = move == SR_MOVE_NEXT || move == SR_MOVE_RIGHT ? 1 : -1,
            at = table.vs;
        switch (move) {
        case SR_MOVE_LEFT:
        case SR_MOVE_RIGHT:
            compare_sort(session, &table, step);
            break;
        case SR_MOVE_NEXT:
        case SR_MOVE_PREVIOUS:
            if (at < 0) break;
            do at = (at + step + count) % count;
            while (at == table.at || table.rows[at].status);
            remember(view->compare_vs, sizeof view->compare_vs, &table, at);
            break;
        default:
            remember(view->compare_at, sizeof view->compare_at, &table,
                     sr_scroll_step(table.at, move, 5, 0, count - 1));
        }
    }
    compare_fini(&table);
    sr_text_fini(&title);
    sr_text_fini(&text);
}

/* A click on a title sorts by its column, another one turns the order round. */
static void choose_column(struct sr_session *session, const struct compare_table *table, int x)
{
    struct sr_view *view = &session->view;
    int columns[COMPARE_COLUMNS], widths[COMPARE_COLUMNS], name, column = -1;
    int shown = columns_shown(session, table, view->compare_width, columns, widths, &name),
        edge = name + 2;
    for (int c = 0; x >= edge && c < shown; c++) {
        column = columns[c];
        edge += widths[c];
    }
    if (column == SR_SCORE_ACCURACY_LOW) column = SR_SCORE_ACCURACY;
    if (x >= edge || column >= SR_SCORE_COUNT) return;
    view->compare_reverse = column == view->compare_order && !view->compare_reverse;
    view->compare_order = column;
}

static bool choose(struct sr_session *session, int value)
{
    struct sr_view *view = &session->view;
    struct sr_text title = {0}, text = {0};
    struct compare_table table;
    bool again = false;
    if (!compare_init(session, &table, &title, &text)) {
        ;
    } else if (value >= SPOT_TITLES) {
        choose_column(session, &table, value - SPOT_TITLES);
    } else if (value < SPOT_PAIRS) {
        again = table.at == value;
        if (value < (int)table.count)
            remember(view->compare_at, sizeof view->compare_at, &table, value);
    } else {
        for (int i = 0, k = value - SPOT_PAIRS; i < (int)table.count; i++) {
            if (i == table.at || table.rows[i].status || k-- > 0) continue;
            remember(view->compare_vs, sizeof view->compare_vs, &table, i);
            break;
        }
    }
    compare_fini(&table);
    sr_text_fini(&title);
    sr_text_fini(&text);
    return again;
}

static void enter(struct sr_session *session, struct sr_text *line)
{
    struct sr_text title = {0}, text = {0};
    struct compare_table table;
    if (compare_init(session, &table, &title, &text)) {
        const struct compare_row *row = &table.rows[table.at];
        sr_text_add(line, "confusion ");
        sr_words_quote(line, row->entry->name);
        if (row->status == SR_OK || row->status == SR_PENDING)
            sr_text_printf(line, " split=%s", sr_split_names[table.split]);
    } else if (session->data && session->entry_count == 0) {
        sr_text_add(line, "pane train");
    }
    compare_fini(&table);
    sr_text_fini(&title);
    sr_text_fini(&text);
}

enum sr_status compare_shown_pair(struct sr_session *session, struct sr_entry **first,
                                  struct sr_entry **second, enum sr_split_name *split,
                                  struct sr_error *error)
{
    struct sr_text title = {0}, text = {0};
    struct compare_table table;
    enum sr_status status = sr_session_data(session, error);
    if (status) return status;
    if (!compare_init(session, &table, &title, &text)) {
        status = sr_error_set(error, SR_ERROR_STATE, "%s", sr_text_get(&title));
    } else {
        const struct compare_row *row = &table.rows[table.at];
        /* Which of the others is best is known when all have been judged. */
        bool chosen =
            table.vs >= 0 && !strcmp(table.rows[table.vs].entry->name, session->view.compare_vs);
        for (size_t i = 0; !chosen && i < table.count && row->status != SR_PENDING; i++)
            if (table.rows[i].status == SR_PENDING) row = &table.rows[i];
        *error = row->error;
        status = row->status;
        if (!status && table.vs < 0)
            status = sr_error_set(error, SR_ERROR_STATE,
                                  "%s is the only model that has been judged here; train another",
                                  row->entry->name);
        if (!status) {
            *first = row->entry;
            *second = table.rows[table.vs].entry;
            *split = table.split;
        }
    }
    compare_fini(&table);
    sr_text_fini(&title);
    sr_text_fini(&text);
    return status;
}

/* A model's row in words. */
static void describe_row(const struct compare_row *row, struct sr_text *text)
{
    sr_text_printf(text, "\n%s: ", row->entry->name);
    if (row->status != SR_OK) {
        sr_text_add(text, row->error.text);
        return;
    }
    sr_text_printf(text, "%s, ", row->entry->model->class->title);
    const char *before = "";
    for (int c = 0; c < COMPARE_STUDY; c++) {
        char cell[48];
        if (c == SR_SCORE_ACCURACY_HIGH) continue;
        compare_cell(row, c, cell, sizeof cell);
        if (cell[0]) sr_text_printf(text, "%s%s %s", before, compare_column_title(c), cell);
        before = ", ";
    }
    char study[48];
    compare_cell(row, COMPARE_STUDY, study, sizeof study);
    if (study[0]) sr_text_printf(text, "; the study reports %s", study);
    sr_text_add(text, ".");
}

static void describe(struct sr_session *session, struct sr_text *text)
{
    struct sr_text title = {0}, why = {0};
    struct compare_table table;
    sr_text_add(text, "Compare: ");
    if (compare_init(session, &table, &title, &why)) {
        heading(session, &table, false, text);
        sr_text_add(text, ", by ");
        compare_order_words(session, text);
        sr_text_add(text, ".");
        for (size_t i = 0; i < table.count; i++) describe_row(&table.rows[i], text);
        sr_text_printf(text, "\nThe cursor is on %s.\n", table.rows[table.at].entry->name);
        compare_pair_words(&table, text);
        int chosen = table.vs;
        for (table.vs = 0; chosen >= 0 && table.comparison && table.vs < (int)table.count;
             table.vs++) {
            if (table.vs == table.at || table.vs == chosen || table.rows[table.vs].status) continue;
            sr_text_add(text, "\n");
            compare_pair_words(&table, text);
        }
    } else {
        sr_text_printf(text, "%s %s", sr_text_get(&title), sr_text_get(&why));
    }
    sr_text_add(text, "\n");
    compare_fini(&table);
    sr_text_fini(&title);
    sr_text_fini(&why);
}

/* Rows sorted by the next column, or turned round. */
static enum sr_status order(struct sr_session *session, bool reverse, struct sr_text *said,
                            struct sr_error *error)
{
    (void)said, (void)error;
    if (reverse)
        session->view.compare_reverse = !session->view.compare_reverse;
    else
        move(session, SR_MOVE_RIGHT);
    return SR_OK;
}

static enum sr_status look_vs(struct sr_session *session, struct sr_error *error)
{
    struct sr_entry *first, *second;
    enum sr_split_name split;
    enum sr_status status = compare_shown_pair(session, &first, &second, &split, error);
    if (!status) move(session, SR_MOVE_NEXT);
    return status;
}

/* Samples that one of the pair gets right and the other wrong. */
static enum sr_status browse_difference(struct sr_session *session, bool swapped,
                                        struct sr_error *error)
{
    struct sr_entry *first, *second;
    struct sr_filter filter;
    sr_filter_init(&filter);
    enum sr_status status = compare_shown_pair(session, &first, &second, &filter.split, error);
    if (status) return status;
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

static const char *hints(struct sr_session *session)
{
    if (session->entry_count > 1)
        return "Enter confusion  v second  b/B only one right  h/l sort  s split  ? help";
    return session->entry_count ? "Enter confusion  h/l sort  s split  ? help"
                                : "Enter train  : command  ? help";
}

const struct sr_pane sr_pane_compare = {
    .name = "compare",
    .title = "Compare",
    .help = "All models on the same samples: what they are worth and what they take, beside the "
            "study, and which can be told apart.",
    .hints = hints,
    .draw = draw,
    .move = move,
    .enter = enter,
    .choose = choose,
    .describe = describe,
    .order = order,
    .looks = looks,
};
