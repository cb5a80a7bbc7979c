/* compare_draw.c - see compare.h: the table of models, and the pairs of the cursor's model.
 */
#include "compare.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sartor/cells/draw.h"

/* Why a row has no accuracy yet. */
static const char *state_words(const struct compare_row *row)
{
    if (row->status != SR_PENDING) return "cannot be judged here";
    return row->entry->model ? "predicting…" : "loading…";
}

static void draw_name(struct sr_session *session, struct sr_area area, int y, int width,
                      const char *name, bool here)
{
    char cut[96];
    sr_pane_cut(cut, sizeof cut, name, width);
    sr_area_printf(area, 0, y, sr_pane_style(session, here ? SR_ROLE_SELECTED : SR_ROLE_TEXT),
                   "%s%s%s", here ? "[" : " ", cut, here ? "]" : "");
    if (here) sr_area_cursor(area, 1, y);
}

/* The header and as many rows as `lines`; returns the lines taken. */
static int draw_rows(struct sr_session *session, struct sr_area area,
                     const struct compare_table *table, int lines)
{
    int columns[COMPARE_COLUMNS], widths[COMPARE_COLUMNS], name, count = (int)table->count;
    int shown = compare_columns_shown(table, area.width, columns, widths, &name);
    const int order = table->state->order;
    struct sr_style faint = sr_pane_style(session, SR_ROLE_FAINT),
                    plain = sr_pane_style(session, SR_ROLE_TEXT),
                    accent = sr_pane_style(session, SR_ROLE_ACCENT);
    sr_area_text(area, 0, 0, order < 0 ? accent : faint, order < 0 ? "[model]" : " model");
    int edge = name + 2;
    for (int c = 0; c < shown; c++) {
        char title[48];
        bool here = columns[c] == order;
        edge += widths[c];
        snprintf(title, sizeof title, here ? "[%s]" : "%s", compare_column_title(columns[c]));
        sr_pane_put_right(area, edge + here, 0, here ? accent : faint, title);
    }
    struct sr_scroller *list = &table->state->rows;
    list->at = table->at;
    sr_scroller_centre(list, count, lines);
    const int top = list->top, rows = count - top < lines ? count - top : lines;
    for (int i = 0; i < rows; i++) {
        const struct compare_row *row = &table->rows[top + i];
        draw_name(session, area, 1 + i, name, row->entry->name, top + i == table->at);
        edge = name + 2;
        int said = 0; /* cells that these words cover */
        if (row->status != SR_OK) {
            int quality = 0;
            while (quality < shown && columns[quality] < SR_SCORE_TOP2) said += widths[quality++];
            sr_area_text(
                sr_area_part(area, edge, 1 + i, said, 1), 1, 0,
                sr_pane_style(session, row->status == SR_PENDING ? SR_ROLE_FAINT : SR_ROLE_WARNING),
                state_words(row));
        }
        for (int c = 0; c < shown; c++) {
            char text[48];
            edge += widths[c];
            if (edge <= name + 2 + said) continue;
            compare_cell(row, columns[c], text, sizeof text);
            sr_pane_put_right(area, edge, 1 + i, columns[c] >= SR_SCORE_COUNT ? faint : plain,
                              text);
        }
    }
    table->state->width = area.width;
    sr_spots_add(session, area,
                 (struct sr_spots){0, 0, 1, 1, area.width, 1, COMPARE_SPOT_TITLES, 0});
    sr_spots_add(session, area, (struct sr_spots){0, 1, area.width, 1, 1, rows, top, 1});
    return rows + 1;
}

/* Columns of the list of pairs, and how many cells each takes. */
enum { WINS, LOSSES, AGREE, P, PAIR_COLUMNS };
static const struct {
    const char *title;
    int width;
} pair_columns[PAIR_COLUMNS] = {
    [WINS] = {"wins", 7}, [LOSSES] = {"losses", 8}, [AGREE] = {"agree", 9}, [P] = {"p", 8}};

/* Where they stand. */
struct pair_layout {
    bool shown[PAIR_COLUMNS];
    int left, right; /* of the columns shown */
    bool verdicts;   /* a few words behind each */
};

static struct pair_layout lay_pairs_out(const struct compare_table *table, int width, int head)
{
    static const int important_first[PAIR_COLUMNS] = {P, WINS, LOSSES, AGREE};
    struct pair_layout layout = {.left = compare_name_width(table, 20) + 2};
    if (layout.left < head + 1) layout.left = head + 1;
    layout.right = layout.left;
    for (int c = 0; c < PAIR_COLUMNS; c++) {
        const int column = important_first[c];
        if (layout.right + pair_columns[column].width > width) break;
        layout.shown[column] = true;
        layout.right += pair_columns[column].width;
    }
    layout.verdicts = layout.shown[AGREE] && width - layout.right - 3 >= 22;
    return layout;
}

static void draw_pair(struct sr_session *session, struct sr_area area, int y,
                      const struct pair_layout *layout, const struct sr_pair *pair,
                      const char *name, const char *other)
{
    char cells[PAIR_COLUMNS][32];
    sr_format_count(cells[WINS], sizeof cells[WINS], pair->test.only_first);
    sr_format_count(cells[LOSSES], sizeof cells[LOSSES], pair->test.only_second);
    sr_pane_percent(cells[AGREE], sizeof cells[AGREE], pair->test.agreement);
    snprintf(cells[P], sizeof cells[P], pair->p < 0.001 ? "<0.001" : "%.3f", pair->p);
    for (int c = 0, edge = layout->left; c < PAIR_COLUMNS; c++)
        if (layout->shown[c])
            sr_pane_put_right(area, edge += pair_columns[c].width, y,
                              sr_pane_style(session, SR_ROLE_TEXT), cells[c]);
    const bool ahead = pair->test.only_first > pair->test.only_second;
    if (!layout->verdicts) return;
    if (pair->p >= 0.05)
        sr_area_text(area, layout->right + 3, y, sr_pane_style(session, SR_ROLE_FAINT),
                     "can't be told apart");
    else
        sr_area_printf(area, layout->right + 3, y,
                       sr_pane_style(session, ahead ? SR_ROLE_GOOD : SR_ROLE_BAD), "%s beats %s",
                       ahead ? name : other, ahead ? other : name);
}

/* "cnn against", and what the columns are. */
static struct pair_layout draw_pair_titles(struct sr_session *session, struct sr_area area,
                                           const struct compare_table *table)
{
    struct sr_style faint = sr_pane_style(session, SR_ROLE_FAINT);
    char head[128], cut[96];
    sr_pane_cut(cut, sizeof cut, table->rows[table->at].entry->name, 20);
    snprintf(head, sizeof head, "%s against", cut);
    struct pair_layout layout = lay_pairs_out(table, area.width, sr_utf8_width(head));
    sr_area_text(area, 1, 0, sr_pane_style(session, SR_ROLE_TITLE), head);
    for (int c = 0, edge = layout.left; c < PAIR_COLUMNS; c++)
        if (layout.shown[c])
            sr_pane_put_right(area, edge += pair_columns[c].width, 0, faint, pair_columns[c].title);
    const size_t tests = table->comparison->pair_count;
    if (layout.verdicts)
        sr_area_printf(area, layout.right + 3, 0, faint, "p by Holm for %zu pair%s", tests,
                       tests == 1 ? "" : "s");
    return layout;
}

/* The cursor's model against each of the others: the header and at most `lines` of them. Returns
 * the lines taken. */
static int draw_pairs(struct sr_session *session, struct sr_area area,
                      const struct compare_table *table, int lines)
{
    const struct pair_layout layout = draw_pair_titles(session, area, table);
    struct sr_scroller *list = &table->state->pairs;
    int count = 0;
    list->at = 0;
    for (int i = 0; i < (int)table->count; i++) {
        if (i == table->at || table->rows[i].status) continue;
        if (i == table->vs) list->at = count;
        count++;
    }
    sr_scroller_centre(list, count, lines);
    const int top = list->top, rows = count - top < lines ? count - top : lines;
    for (int i = 0, k = 0; i < (int)table->count; i++) {
        const char *other = table->rows[i].entry->name;
        struct sr_pair pair;
        if (i == table->at || table->rows[i].status) continue;
        const int y = 1 + k++ - top;
        if (y < 1 || y > rows || !compare_pair(table, table->at, i, &pair)) continue;
        draw_name(session, area, y, 20, other, i == table->vs);
        draw_pair(session, area, y, &layout, &pair, table->rows[table->at].entry->name, other);
    }
    sr_spots_add(session, area,
                 (struct sr_spots){0, 1, area.width, 1, 1, rows, COMPARE_SPOT_PAIRS + top, 1});
    return rows + 1;
}

/* From the top: the heading, the models, a sentence on the pair, the list of pairs, bars. What does
 * not fit is left out from the end of this list; but the sentence is always shown where three rows
 * fit. */
void compare_draw(struct sr_session *session, struct sr_area area,
                  const struct compare_table *table)
{
    struct sr_text title = {0}, words = {0}, order = {0};
    int y = 0, spare = area.height - 1, rows = (int)table->count,
        pairs = table->comparison ? (int)table->comparison->count - 1 : 0;
    compare_pair_words(table, &words);
    int said = sr_pane_lines(sr_text_get(&words), area.width - 2);
    if (said > spare - 3) said = spare - 3 < 0 ? 0 : spare - 3;
    spare -= said;
    if (area.height >= 6) {
        compare_heading(session, table, area.width < 52, &title);
        sr_area_text(area, 1, y, sr_pane_style(session, SR_ROLE_TITLE), sr_text_get(&title));
        sr_text_add(&order, "by ");
        compare_order_words(table, &order);
        if (sr_utf8_width(sr_text_get(&title)) + sr_utf8_width(sr_text_get(&order)) + 5 <
            area.width)
            sr_pane_put_right(area, area.width - 1, y, sr_pane_style(session, SR_ROLE_FAINT),
                              sr_text_get(&order));
        y++;
        spare--;
    }
    /* All rows where they fit with the pairs; else the pairs get at most half of the lines. */
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
    int airs = spare - (charted ? (int)table->judged + 3 : 0); /* blank lines that are left */
    if (y > 0 && airs > 0) {
        y++;
        airs--;
    }
    y += draw_rows(session, sr_area_part(area, 0, y, area.width, area.height - y), table, rows);
    if (said && airs > 0) y++;
    y = sr_pane_paragraph(sr_area_part(area, 1, 0, area.width - 2, y + said), y,
                          sr_pane_style(session, SR_ROLE_ACCENT), sr_text_get(&words));
    if (paired) {
        y++;
        y += draw_pairs(session, sr_area_part(area, 0, y, area.width, area.height - y), table,
                        pairs);
    }
    if (charted)
        compare_draw_chart(session, sr_area_part(area, 0, y + 1, area.width, area.height - y - 1),
                           table);
    sr_text_fini(&title);
    sr_text_fini(&words);
    sr_text_fini(&order);
}
