/* compare_table.c - see compare.h: the rows, their order, the columns, and sentences about them. */
#include "compare.h"
#include "sartor/base/memory.h"
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Best first; rows whose score is not known last. */
static int by_order(const void *a, const void *b, void *context)
{
    const struct compare_row *left = a, *right = b;
    const struct compare *state = context;
    int names = strcmp(left->entry->name, right->entry->name), turn = state->reverse ? -1 : 1;
    if (state->order == COMPARE_BY_NAME) return turn * names;
    double x = left->scores[state->order], y = right->scores[state->order];
    if (isnan(x) || isnan(y)) return isnan(x) != isnan(y) ? (isnan(x) ? 1 : -1) : names;
    if (sr_score_kinds[state->order].size) x = fabs(x), y = fabs(y);
    if (x == y) return names;
    return turn * ((x < y) == sr_score_kinds[state->order].less ? -1 : 1);
}

/* The second model: the one chosen, else the most accurate of the others. */
static int second_row(const struct compare *state, const struct compare_table *table)
{
    int best = -1;
    for (int i = 0; i < (int)table->count; i++) {
        const struct compare_row *row = &table->rows[i];
        if (i == table->at || row->status) continue;
        if (!strcmp(row->entry->name, state->vs)) return i;
        if (best < 0 ||
            row->scores[SR_SCORE_ACCURACY] > table->rows[best].scores[SR_SCORE_ACCURACY])
            best = i;
    }
    return best;
}

bool compare_init(struct sr_session *session, struct compare *state, struct compare_table *table,
                  struct sr_text *title, struct sr_text *text)
{
    *table = (struct compare_table){.state = state, .vs = -1};
    if (sr_pane_without_data(session, title, text)) return false;
    if (session->entry_count == 0) {
        sr_pane_model(session, "", title, text); /* this says what to do */
        return false;
    }
    if (state->order < COMPARE_BY_NAME || state->order >= SR_SCORE_COUNT)
        state->order = SR_SCORE_ACCURACY;
    table->split = sr_session_shown_split(session);
    table->count = session->entry_count;
    table->rows = sr_xalloc(table->count * sizeof *table->rows);
    bool pending = false;
    for (size_t i = 0; i < table->count; i++) {
        struct compare_row *row = &table->rows[i];
        const struct sr_predictions *predictions;
        row->entry = session->entries[i];
        row->status =
            sr_session_predictions(session, row->entry, table->split, &predictions, &row->error);
        row->predicted = sr_session_predicted(session, row->entry, table->split);
        const struct sr_intervals *unused;
        if (row->status == SR_OK)
            sr_session_intervals(session, row->entry, table->split, &unused, &(struct sr_error){0});
        sr_scores(session, row->entry, table->split, NULL, row->scores);
        sr_score_intervals(session, row->entry, table->split, row->intervals);
        row->of = state->order >= 0 && sr_score_kinds[state->order].low ? state->order
                                                                        : SR_SCORE_ACCURACY;
        table->judged += row->status == SR_OK;
        pending = pending || row->status == SR_PENDING;
    }
    qsort_r(table->rows, table->count, sizeof *table->rows, by_order, state);
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->rows[i].entry->name, state->at) == 0) table->at = (int)i;
    table->vs = second_row(state, table);
    struct sr_error later;
    if (!pending && table->judged > 1)
        sr_session_comparison(session, table->split, &table->comparison, &later);
    return true;
}

void compare_fini(struct compare_table *table)
{
    free(table->rows);
}

const char *compare_column_title(int column)
{
    return column == COMPARE_STUDY           ? "study"
           : column == COMPARE_FAMILY        ? "family"
           : column == COMPARE_LEFT_OUT      ? "left out"
           : column == COMPARE_ENDING        ? "training"
           : column == SR_SCORE_ACCURACY_LOW ? "95 % interval"
                                             : sr_score_kinds[column].title;
}

void compare_cell(const struct compare_row *row, int column, char *out, size_t size)
{
    const struct sr_model *model = row->entry->model;
    const struct sr_study_part *part = model ? model->class->study : NULL;
    const double *scores = row->scores;
    out[0] = '\0';
    if (column == COMPARE_FAMILY) {
        if (model) snprintf(out, size, "%s", model->class->name);
    } else if (column == COMPARE_LEFT_OUT) {
        if (row->predicted && row->predicted->left_out)
            sr_format_count(out, size, row->predicted->left_out);
    } else if (column == COMPARE_ENDING) {
        if (model) snprintf(out, size, "%s", sr_model_ending(model));
    } else if (column == COMPARE_STUDY) {
        if (part && part->claim_low < part->claim_high)
            snprintf(out, size, "%.0f–%.0f %%", 100 * part->claim_low, 100 * part->claim_high);
        else if (part && part->claim_low > 0)
            snprintf(out, size, "~%.0f %%", 100 * part->claim_low);
    } else if (column == SR_SCORE_ACCURACY_LOW) {
        const struct sr_interval *interval = &row->intervals[row->of];
        const bool share = sr_score_kinds[row->of].format == SR_FORMAT_SHARE;
        if (isfinite(interval->low) && isfinite(row->scores[row->of]))
            snprintf(out, size, share ? "%.1f–%.1f" : "%.3f–%.3f",
                     share ? 100 * interval->low : interval->low,
                     share ? 100 * interval->high : interval->high);
    } else if (isfinite(scores[column])) {
        sr_score_print((enum sr_score)column, scores[column], out, size);
    }
}

static bool is_detail(int column)
{
    return column >= SR_SCORE_COUNT || sr_score_kinds[column].detail;
}

/* 0 for columns that are not shown: costs, the upper end of the interval (shown with the lower),
 * and details that no model has. */
static int column_width(const struct compare_table *table, int column)
{
    char text[48];
    bool known = !is_detail(column);
    if (column == SR_SCORE_ACCURACY_HIGH ||
        (column < SR_SCORE_COUNT && sr_score_kinds[column].group == SR_GROUP_COST))
        return 0;
    int width = sr_utf8_width(compare_column_title(column));
    for (size_t i = 0; i < table->count; i++) {
        compare_cell(&table->rows[i], column, text, sizeof text);
        int here = sr_utf8_width(text);
        known = known || here > 0;
        if (here > width) width = here;
    }
    return known ? width + 2 : 0;
}

int compare_columns(const struct compare_table *table, int room, int *columns, int *widths)
{
    int count = 0, order = table->state->order;
    int kept = order > SR_SCORE_ACCURACY ? column_width(table, order)
                                         : 0; /* for the column that is sorted by */
    bool full = false;
    if (kept > room) kept = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int c = 0; c < COMPARE_COLUMNS; c++) {
            int width = is_detail(c) == (pass == 1) ? column_width(table, c) : 0;
            if (width == 0 || (full && c != order)) continue;
            if (c == order) kept = 0;
            full = full || width + kept > room;
            if (width + kept > room) continue;
            columns[count] = c;
            widths[count++] = width;
            room -= width;
        }
    return count;
}

int compare_name_width(const struct compare_table *table, int most)
{
    int width = 6;
    for (size_t i = 0; i < table->count; i++) {
        int here = sr_utf8_width(table->rows[i].entry->name);
        if (here > width) width = here;
    }
    return width < most ? width : most;
}

int compare_columns_shown(const struct compare_table *table, int width, int *columns, int *widths,
                          int *name)
{
    *name = compare_name_width(table, width / 3 < 20 ? width / 3 : 20);
    return compare_columns(table, width - *name - 3, columns,
                           widths); /* the last title may stand in brackets */
}

void compare_order_words(const struct compare_table *table, struct sr_text *text)
{
    int order = table->state->order;
    sr_text_printf(text, "%s%s", order == COMPARE_BY_NAME ? "name" : sr_score_kinds[order].title,
                   table->state->reverse ? ", turned round" : "");
}

void compare_sort(const struct compare_table *table, int step)
{
    int *order = &table->state->order, columns[COMPARE_COLUMNS], widths[COMPARE_COLUMNS];
    int count = compare_columns(table, INT_MAX, columns, widths), turn[COMPARE_COLUMNS + 1],
        turns = 1, at = 0;
    turn[0] = COMPARE_BY_NAME;
    for (int i = 0; i < count; i++) {
        if (columns[i] == SR_SCORE_ACCURACY_LOW || columns[i] >= SR_SCORE_COUNT) continue;
        if (columns[i] == *order) at = turns;
        turn[turns++] = columns[i];
    }
    *order = turn[(at + step + turns) % turns];
}

bool compare_pair(const struct compare_table *table, int first, int second, struct sr_pair *pair)
{
    const struct sr_comparison *comparison = table->comparison;
    if (!comparison || first < 0 || second < 0) return false;
    const struct sr_model *a = table->rows[first].entry->model,
                          *b = table->rows[second].entry->model;
    for (size_t k = 0; k < comparison->pair_count; k++) {
        *pair = comparison->pairs[k];
        const struct sr_model *x = comparison->models[pair->first],
                              *y = comparison->models[pair->second];
        if (x == a && y == b) return true;
        if (x != b || y != a) continue;
        size_t swapped = pair->test.only_first;
        pair->test.only_first = pair->test.only_second;
        pair->test.only_second = swapped;
        return true;
    }
    return false;
}

void compare_pair_words(const struct compare_table *table, struct sr_text *text)
{
    const struct compare_row *row = &table->rows[table->at];
    const char *name = row->entry->name;
    struct sr_pair pair;
    if (row->status != SR_OK) {
        sr_text_printf(text, "%s.", row->error.text);
    } else if (table->vs < 0) {
        sr_text_printf(
            text,
            "%s is the only model that has been judged here; another is needed to compare it with.",
            name);
    } else if (!compare_pair(table, table->at, table->vs, &pair)) {
        sr_text_add(text, "The pairs are tested as soon as every model has predicted.");
    } else {
        const char *second = table->rows[table->vs].entry->name;
        char wins[32], losses[32];
        sr_format_count(wins, sizeof wins, pair.test.only_first);
        sr_format_count(losses, sizeof losses, pair.test.only_second);
        sr_pair_print(&pair, name, second, text);
        if (table->comparison->pair_count > 1)
            sr_text_printf(text, " (adjusted for %zu pairs)", table->comparison->pair_count);
        sr_scores_print_unlike(row->entry, table->rows[table->vs].entry, text);
        sr_text_printf(text, ": %s right only by %s, %s only by %s; they agree on %.1f %%.", wins,
                       name, losses, second, 100 * pair.test.agreement);
    }
    if (row->status == SR_OK && row->predicted->left_out) {
        sr_text_printf(text, " Of %s, ", name);
        sr_predicted_print_left_out(row->predicted, text);
        sr_text_add(text, ".");
    }
    if (row->status == SR_OK && row->predicted->evaluation.clipped) {
        sr_text_printf(text, " Of %s, ", name);
        sr_predicted_print_clipped(row->predicted, text);
        sr_text_add(text, ".");
    }
}

void compare_heading(const struct sr_session *session, const struct compare_table *table,
                     bool brief, struct sr_text *text)
{
    char count[32];
    const char *split = sr_split_names[table->split];
    sr_format_count(count, sizeof count, sr_session_samples(session, table->split).count);
    sr_text_printf(
        text, brief ? "%zu model%s, %s %s samples" : "%zu model%s on the %s split, %s samples",
        table->count, table->count == 1 ? "" : "s", brief ? count : split, brief ? split : count);
}
