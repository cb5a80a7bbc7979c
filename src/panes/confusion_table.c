/* confusion_table.c - see confusion.h: the counts, and sentences about them. */
#include "confusion.h"
#include "sartor/base/memory.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void confusion_add_totals(struct confusion_table *table)
{
    int n = table->classes;
    for (int r = 0; r < n; r++)
        for (int c = 0; c < n; c++) {
            table->rows[r] += cell(table, r, c);
            table->columns[c] += cell(table, r, c);
        }
    for (int r = 0; r < n; r++) table->all += table->rows[r];
}

/* The matrix of the second model, and how many each gets right. */
static void add_second(struct sr_session *session, struct confusion_table *table,
                       const struct sr_predictions *first)
{
    const struct sr_predictions *second;
    const char *name = table->vs_name;
    if (!name[0] || !strcmp(name, table->entry->name)) return;
    struct sr_entry *entry = sr_session_entry(session, name, &table->vs_error);
    if (!entry || sr_session_predictions(session, entry, table->split, &second, &table->vs_error))
        return;
    int n = table->classes;
    table->vs = entry;
    table->vs_predicted = sr_session_predicted(session, entry, table->split);
    table->vs_evaluation = &table->vs_predicted->evaluation;
    table->vs_matrix = sr_xalloc((size_t)n * (size_t)n * sizeof *table->vs_matrix);
    sr_confusion(second, table->vs_matrix);
    for (size_t i = 0; i < first->count; i++) {
        const size_t k = sr_predictions_find(second, first->rows[i]);
        if (k == SIZE_MAX) continue; /* it was trained on this one */
        bool a = first->predicted[i] == first->truth[i],
             b = second->predicted[k] == second->truth[k];
        table->fourfold[first->truth[i]][a ? (b ? BOTH : ONLY_FIRST) : b ? ONLY_SECOND : NEITHER]++;
    }
    for (int i = 0; i < n * n; i++) {
        uint64_t a = table->matrix[i], b = table->vs_matrix[i], gap = a > b ? a - b : b - a;
        if (gap > table->most_difference) table->most_difference = gap;
    }
}

bool confusion_init(struct sr_session *session, const struct confusion *state,
                    struct confusion_table *table, struct sr_text *title, struct sr_text *text)
{
    *table = (struct confusion_table){.units = state->units, .vs_name = state->vs};
    if (sr_pane_without_data(session, title, text)) return false;
    table->entry = sr_pane_model(session, "", title, text);
    if (!table->entry) return false;
    table->split = sr_session_shown_split(session);
    const struct sr_predictions *predictions;
    struct sr_error error = {0};
    enum sr_status status =
        sr_session_predictions(session, table->entry, table->split, &predictions, &error);
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
        sr_text_add(text, "\nPress s for another split.");
        return false;
    }
    int n = table->classes = predictions->classes;
    table->row = inside(state->row, n);
    table->column = inside(state->column, n);
    table->matrix = sr_xalloc((size_t)n * (size_t)n * sizeof *table->matrix);
    sr_confusion(predictions, table->matrix);
    confusion_add_totals(table);
    add_second(session, table, predictions);
    table->predicted = sr_session_predicted(session, table->entry, table->split);
    table->evaluation = &table->predicted->evaluation;
    return true;
}

void confusion_fini(struct confusion_table *table)
{
    free(table->matrix);
    free(table->vs_matrix);
}

int confusion_next(const struct confusion_table *table, uint64_t count, int index)
{
    int n = table->classes, best = -1;
    for (int i = 0; i < n * n; i++) {
        uint64_t here = table->matrix[i];
        if (i / n == i % n || here == 0 || here > count || (here == count && i <= index)) continue;
        if (best < 0 || here > table->matrix[best]) best = i;
    }
    return best;
}

int confusion_previous(const struct confusion_table *table, uint64_t count, int index)
{
    int n = table->classes, best = -1;
    for (int i = n * n - 1; i >= 0; i--) {
        uint64_t here = table->matrix[i];
        if (i / n == i % n || here == 0 || here < count || (here == count && i >= index)) continue;
        if (best < 0 || here < table->matrix[best]) best = i;
    }
    return best;
}

static void summary(const struct confusion_table *table, bool interval, bool counted,
                    struct sr_text *text)
{
    const struct sr_evaluation *evaluation = table->evaluation;
    char count[32], share[32];
    sr_format_count(count, sizeof count, table->all);
    sr_pane_percent(share, sizeof share, evaluation->accuracy);
    sr_text_printf(text, "%s on %s: %s%s%s right", table->entry->name, sr_split_names[table->split],
                   share, counted ? " of " : "", counted ? count : "");
    if (interval)
        sr_text_printf(text, " (%.1f–%.1f)", 100 * evaluation->accuracy_low,
                       100 * evaluation->accuracy_high);
    if (table->predicted->left_out) {
        sr_format_count(count, sizeof count, table->predicted->left_out);
        sr_text_printf(text, "; %s left out (trained on)", count);
    } else if (interval) {
        sr_text_printf(text, ", macro F1 %.3f", evaluation->macro_f1);
    }
}

void confusion_summary(const struct confusion_table *table, int columns, struct sr_text *text)
{
    struct sr_text ways[3] = {{0}};
    const char *texts[4] = {0};
    for (int i = 0; i < 3; i++) {
        summary(table, i == 0, i < 2, &ways[i]);
        texts[i] = sr_text_get(&ways[i]);
    }
    sr_text_add(text, sr_pane_fitting(columns, texts));
    for (int i = 0; i < 3; i++) sr_text_fini(&ways[i]);
}

void confusion_share(char *out, size_t size, uint64_t part, uint64_t whole)
{
    sr_pane_percent(out, size, whole ? (double)part / (double)whole : NAN);
}

void confusion_cursor_words(const struct sr_session *session, const struct confusion_table *table,
                            struct sr_text *text)
{
    const int row = table->row, column = table->column;
    const struct sr_class_metrics *metrics = table->evaluation->per_class;
    char count[32], whole[32], share[32], other[32];
    if (row < 0 && column < 0) {
        summary(table, true, true, text);
        sr_text_add(text, ".");
    } else if (column < 0) {
        sr_format_count(whole, sizeof whole, table->rows[row]);
        sr_text_printf(text, "%s are %s: recall %.3f, precision %.3f, F1 %.3f.", whole,
                       sr_pane_class(session, row), metrics[row].recall, metrics[row].precision,
                       metrics[row].f1);
    } else if (row < 0) {
        sr_format_count(whole, sizeof whole, table->columns[column]);
        confusion_share(share, sizeof share, cell(table, column, column), table->columns[column]);
        sr_text_printf(text, "%s were predicted %s, %s of them rightly.", whole,
                       sr_pane_class(session, column), share);
    } else {
        uint64_t here = cell(table, row, column);
        sr_format_count(count, sizeof count, here);
        sr_format_count(whole, sizeof whole, table->rows[row]);
        confusion_share(share, sizeof share, here, table->rows[row]);
        confusion_share(other, sizeof other, here, table->columns[column]);
        if (row == column)
            sr_text_printf(
                text, "%s of %s %s (%s) were recognised; %s of what was predicted %s is right.",
                count, whole, sr_pane_class(session, row), share, other,
                sr_pane_class(session, column));
        else
            sr_text_printf(text, "%s of %s %s (%s) were predicted as %s, %s of all predicted so.",
                           count, whole, sr_pane_class(session, row), share,
                           sr_pane_class(session, column), other);
    }
}

void confusion_cursor_short(const struct sr_session *session, const struct confusion_table *table,
                            struct sr_text *text)
{
    const int row = table->row, column = table->column;
    char count[32], whole[32], share[32];
    const uint64_t here = row < 0      ? table->columns[column < 0 ? 0 : column]
                          : column < 0 ? table->rows[row]
                                       : cell(table, row, column);
    sr_format_count(count, sizeof count, here);
    if (row < 0 && column < 0) {
        summary(table, false, false, text);
    } else if (row < 0) {
        confusion_share(share, sizeof share, cell(table, column, column), here);
        sr_text_printf(text, "%s as %s, %s rightly", count, sr_pane_class(session, column), share);
    } else if (column < 0) {
        sr_text_printf(text, "%s: recall %.3f, precision %.3f", sr_pane_class(session, row),
                       table->evaluation->per_class[row].recall,
                       table->evaluation->per_class[row].precision);
    } else {
        sr_format_count(whole, sizeof whole, table->rows[row]);
        confusion_share(share, sizeof share, here, table->rows[row]);
        if (row == column)
            sr_text_printf(text, "%s: %s of %s right, %s", sr_pane_class(session, row), count,
                           whole, share);
        else
            sr_text_printf(text, "%s → %s: %s of %s, %s", sr_pane_class(session, row),
                           sr_pane_class(session, column), count, whole, share);
    }
}

/* Of the cursor's row, or of all: right by both, only the first, only the second, neither. */
static void add_fourfold(const struct confusion_table *table, uint64_t sums[4])
{
    for (int r = 0; r < table->classes; r++)
        for (int k = 0; k < 4 && (table->row < 0 || r == table->row); k++)
            sums[k] += table->fourfold[r][k];
}

void confusion_fourfold_words(const struct sr_session *session, const struct confusion_table *table,
                              struct sr_text *text)
{
    uint64_t sums[4] = {0};
    add_fourfold(table, sums);
    sr_text_printf(
        text, "%s: %llu right by both, %llu only by %s, %llu only by %s, %llu by neither.",
        table->row < 0 ? "All" : sr_pane_class(session, table->row), (unsigned long long)sums[BOTH],
        (unsigned long long)sums[ONLY_FIRST], table->entry->name,
        (unsigned long long)sums[ONLY_SECOND], table->vs->name, (unsigned long long)sums[NEITHER]);
}

void confusion_fourfold_short(const struct sr_session *session, const struct confusion_table *table,
                              struct sr_text *text)
{
    uint64_t sums[4] = {0};
    add_fourfold(table, sums);
    sr_text_printf(text, "%s: both %llu, %s %llu, %s %llu, neither %llu",
                   table->row < 0 ? "All" : sr_pane_class(session, table->row),
                   (unsigned long long)sums[BOTH], table->entry->name,
                   (unsigned long long)sums[ONLY_FIRST], table->vs->name,
                   (unsigned long long)sums[ONLY_SECOND], (unsigned long long)sums[NEITHER]);
}

void confusion_worst_words(const struct sr_session *session, const struct confusion_table *table,
                           int most, struct sr_text *text)
{
    uint64_t count = UINT64_MAX;
    int index = -1;
    sr_text_add(text, "Most confused: ");
    for (int i = 0; i < most; i++) {
        index = confusion_next(table, count, index);
        if (index < 0) {
            if (i == 0) sr_text_add(text, "nothing");
            break;
        }
        count = table->matrix[index];
        sr_text_printf(text, "%s%s → %s %llu", i ? ", " : "",
                       sr_pane_class(session, index / table->classes),
                       sr_pane_class(session, index % table->classes), (unsigned long long)count);
    }
    sr_text_add(text, ".");
}
