/* compare_draw.c - see compare.h: the table of models, the pairs of the cursor's model, and bars.
 */
#include "compare.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sartor/cells/draw.h"

/* Why a row has no accuracy, in few words. */
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
        int said = 0; /* columns that words take */
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
            sr_pane_put_right(area, edge, 1 + i, columns[c] >= COMPARE_STUDY ? faint : plain, text);
        }
    }
    table->state->width = area.width;
    sr_spots_add(session, area,
                 (struct sr_spots){0, 0, 1, 1, area.width, 1, COMPARE_SPOT_TITLES, 0});
    sr_spots_add(session, area, (struct sr_spots){0, 1, area.width, 1, 1, rows, top, 1});
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
    struct sr_style faint = sr_pane_style(session, SR_ROLE_FAINT),
                    plain = sr_pane_style(session, SR_ROLE_TEXT);
    char head[128], cut[96];
    int left = compare_name_width(table, 20) + 2, count = 0, at = 0, edge;
    sr_pane_cut(cut, sizeof cut, name, 20);
    snprintf(head, sizeof head, "%s against", cut);
    if (left < sr_utf8_width(head) + 1) left = sr_utf8_width(head) + 1;
    bool shown[COLUMNS] = {false};
    for (int c = 0, room = area.width - left; c < COLUMNS && columns[worth[c]].width <= room; c++) {
        shown[worth[c]] = true;
        room -= columns[worth[c]].width;
    }
    sr_area_text(area, 1, 0, sr_pane_style(session, SR_ROLE_TITLE), head);
    edge = left;
    for (int c = 0; c < COLUMNS; c++)
        if (shown[c]) sr_pane_put_right(area, edge += columns[c].width, 0, faint, columns[c].title);
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
    struct sr_scroller *list = &table->state->pairs;
    list->at = at;
    sr_scroller_centre(list, count, lines);
    const int top = list->top, rows = count - top < lines ? count - top : lines;
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
        sr_pane_percent(cells[AGREE], sizeof cells[AGREE], pair.test.agreement);
        snprintf(cells[P], sizeof cells[P], pair.p < 0.001 ? "<0.001" : "%.3f", pair.p);
        edge = left;
        for (int c = 0; c < COLUMNS; c++)
            if (shown[c]) sr_pane_put_right(area, edge += columns[c].width, y, plain, cells[c]);
        bool ahead = pair.test.only_first > pair.test.only_second;
        if (!verdicts) continue;
        if (pair.p >= 0.05)
            sr_area_text(area, words, y, faint, "can't be told apart");
        else
            sr_area_printf(area, words, y,
                           sr_pane_style(session, ahead ? SR_ROLE_GOOD : SR_ROLE_BAD),
                           "%s beats %s", ahead ? name : other, ahead ? other : name);
    }
    sr_spots_add(session, area,
                 (struct sr_spots){0, 1, area.width, 1, 1, rows, COMPARE_SPOT_PAIRS + top, 1});
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
    struct sr_style faint = sr_pane_style(session, SR_ROLE_FAINT);
    sr_area_printf(area, 1, 0, sr_pane_style(session, SR_ROLE_TITLE), "Accuracy");
    sr_area_printf(area, 11, 0, faint, "bars begin at %.0f %%; the line is the 95 %% interval",
                   100 * low);
    int y = 1, shade = 0;
    for (size_t i = 0; i < table->count && y + tall <= area.height - 1; i++) {
        const struct compare_row *row = &table->rows[i];
        const double accuracy = row->scores[SR_SCORE_ACCURACY];
        if (!isfinite(accuracy)) continue;
        char name[96];
        sr_pane_cut(name, sizeof name, row->entry->name, name_width);
        sr_area_text(area, 1, y,
                     sr_pane_style(session, (int)i == table->at ? SR_ROLE_ACCENT : SR_ROLE_TEXT),
                     name);
        struct sr_style fill =
            sr_pane_style(session, (int)i == table->at ? SR_ROLE_SERIES + 1 : SR_ROLE_SERIES);
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
                        sr_pane_style(session, SR_ROLE_TEXT));
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

/* From the top: what is compared, the models, a sentence on the pair, its model against all others,
 * bars. What does not fit is left out from the end; the sentence always has its place where three
 * rows do. */
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
    y = sr_pane_paragraph(sr_area_part(area, 1, 0, area.width - 2, y + said), y,
                          sr_pane_style(session, SR_ROLE_ACCENT), sr_text_get(&words));
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
