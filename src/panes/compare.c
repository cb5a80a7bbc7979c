/* compare.c - every model on the same samples: how good, how fast, how large, beside the study. */
#include "parts.h"
#include "sartor/base/memory.h"
#include "sartor/base/words.h"
#include "sartor/cells/draw.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char *const sr_ranking_names[SR_RANK_COUNT] = {"accuracy",  "F1",   "time to fit",
                                                     "images a second", "size", "name"};

/* What the study reports, of validation samples. */
static const struct {
    const char *family, *accuracy;
} study[] = {
    {"resnet", "~91 %"}, {"cnn", "~91 %"}, {"logreg", "~83 %"}, {"svm", "87–89 %"}, {"forest", "87–89 %"},
};

static const char *study_words(const struct sr_model *model)
{
    for (size_t i = 0; model && i < sizeof study / sizeof *study; i++)
        if (strcmp(model->class->name, study[i].family) == 0) return study[i].accuracy;
    return "";
}

struct row {
    struct sr_entry *entry;
    const struct sr_evaluation *evaluation; /* NULL when it is not there */
    enum sr_status status;
    struct sr_error error;
    double keys[SR_RANK_COUNT];  /* what it is sorted by; NaN last */
    double bytes;                /* of its file, NaN when it has none */
};

struct table {
    struct row *rows;
    size_t count;
    enum sr_split_name split;
    int at; /* the cursor's row */
};

/* The split that is honest for every model that is loaded. */
static enum sr_split_name shared_split(const struct sr_session *session)
{
    int split = session->view.split;
    if (split >= 0 && split < SR_SPLIT_COUNT) return (enum sr_split_name)split;
    for (size_t i = 0; i < session->entry_count; i++)
        if (session->entries[i]->model &&
            sr_session_default_split(session, session->entries[i]) == SR_SPLIT_TEST)
            return SR_SPLIT_TEST;
    return session->split.counts[SR_SPLIT_VALIDATION] ? SR_SPLIT_VALIDATION : SR_SPLIT_TEST;
}

static struct row make_row(struct sr_session *session, struct sr_entry *entry, enum sr_split_name split)
{
    struct row row = {.entry = entry, .bytes = NAN};
    const struct sr_predictions *predictions;
    struct stat info;
    row.status = sr_session_predictions(session, entry, split, &predictions, &row.error);
    for (int k = 0; k < SR_RANK_COUNT; k++) row.keys[k] = NAN;
    if (entry->path && stat(entry->path, &info) == 0) row.bytes = (double)info.st_size;
    if (entry->model) {
        row.keys[SR_RANK_FIT] = entry->model->fit_seconds;
        row.keys[SR_RANK_SIZE] = (double)entry->model->class->size(entry->model->state);
    }
    if (row.status == SR_OK) {
        row.evaluation = &entry->splits[split].evaluation;
        row.keys[SR_RANK_ACCURACY] = row.evaluation->accuracy;
        row.keys[SR_RANK_F1] = row.evaluation->macro_f1;
        if (entry->splits[split].seconds > 0)
            row.keys[SR_RANK_SPEED] = (double)row.evaluation->count / entry->splits[split].seconds;
    }
    return row;
}

/* Best first: accuracy, F1 and speed fall, times, sizes and names rise. */
static int by_order(const void *a, const void *b, void *context)
{
    const struct row *left = a, *right = b;
    const struct sr_view *view = context;
    enum sr_ranking order = view->compare_order;
    double x = left->keys[order], y = right->keys[order];
    int names = strcmp(left->entry->name, right->entry->name);
    int turn = view->compare_reverse ? -1 : 1;
    if (order == SR_RANK_NAME) return turn * names;
    if (isnan(x) || isnan(y)) return isnan(x) != isnan(y) ? (isnan(x) ? 1 : -1) : names;
    if (x == y) return names;
    bool rises = order == SR_RANK_FIT || order == SR_RANK_SIZE;
    return turn * ((x < y) == rises ? -1 : 1);
}

static bool table_init(struct sr_session *session, struct table *table, struct sr_text *title, struct sr_text *text)
{
    *table = (struct table){0};
    if (sr_part_without_data(session, title, text)) return false;
    if (session->entry_count == 0) {
        sr_part_model(session, "", title, text); /* says what to do */
        return false;
    }
    struct sr_view *view = &session->view;
    if ((unsigned)view->compare_order >= SR_RANK_COUNT) view->compare_order = SR_RANK_ACCURACY;
    table->split = shared_split(session);
    table->count = session->entry_count;
    table->rows = sr_xalloc(table->count * sizeof *table->rows);
    for (size_t i = 0; i < table->count; i++)
        table->rows[i] = make_row(session, session->entries[i], table->split);
    qsort_r(table->rows, table->count, sizeof *table->rows, by_order, view);
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->rows[i].entry->name, view->compare_at) == 0) table->at = (int)i;
    return true;
}

/* The columns, in the order in which they are given room; the later ones fall away first. */
enum { ACCURACY, INTERVAL, F1, STUDY, FIT, SIZE, SPEED, FILE_SIZE, COLUMNS };
static const struct {
    const char *title;
    int width;
    int rank; /* enum sr_ranking that marks it, -1 for none */
} columns[COLUMNS] = {
    [ACCURACY] = {"accuracy", 10, SR_RANK_ACCURACY}, [INTERVAL] = {"95 % interval", 15, -1},
    [F1] = {"F1", 7, SR_RANK_F1},                    [STUDY] = {"study", 9, -1},
    [FIT] = {"fit", 12, SR_RANK_FIT},                [SIZE] = {"parameters", 12, SR_RANK_SIZE},
    [SPEED] = {"images/s", 10, SR_RANK_SPEED},       [FILE_SIZE] = {"file", 10, -1},
};

static void cell_words(const struct row *row, int column, char *out, size_t size)
{
    const struct sr_evaluation *evaluation = row->evaluation;
    const double *keys = row->keys;
    out[0] = '\0';
    switch (column) {
    case ACCURACY:
        if (evaluation) snprintf(out, size, "%.2f %%", 100 * evaluation->accuracy);
        break;
    case INTERVAL:
        if (evaluation)
            snprintf(out, size, "%.1f–%.1f", 100 * evaluation->accuracy_low, 100 * evaluation->accuracy_high);
        break;
    case F1:
        if (evaluation) snprintf(out, size, "%.3f", evaluation->macro_f1);
        break;
    case STUDY:
        snprintf(out, size, "%s", study_words(row->entry->model));
        break;
    case FIT:
        if (isfinite(keys[SR_RANK_FIT])) sr_format_seconds(out, size, keys[SR_RANK_FIT]);
        break;
    case SIZE:
        if (isfinite(keys[SR_RANK_SIZE])) sr_format_count(out, size, (uint64_t)keys[SR_RANK_SIZE]);
        break;
    case SPEED:
        if (isfinite(keys[SR_RANK_SPEED])) sr_format_count(out, size, (uint64_t)keys[SR_RANK_SPEED]);
        break;
    case FILE_SIZE:
        if (isfinite(row->bytes)) sr_format_bytes(out, size, row->bytes);
        break;
    }
}

/* Why a row has no accuracy, in few words. */
static const char *state_words(const struct row *row)
{
    if (row->status != SR_PENDING) return "cannot be judged here";
    return row->entry->model ? "predicting…" : "loading…";
}

static int draw_rows(struct sr_session *session, struct sr_area area, const struct table *table, int lines)
{
    int name_width = 6, used, shown = 0, top = 0;
    for (size_t i = 0; i < table->count; i++) {
        int width = sr_utf8_width(table->rows[i].entry->name);
        if (width > name_width) name_width = width;
    }
    if (name_width > 20) name_width = 20;
    if (name_width > area.width / 3) name_width = area.width / 3;
    used = name_width + 3;
    while (shown < COLUMNS && used + columns[shown].width <= area.width) used += columns[shown++].width;

    struct sr_style faint = sr_part_style(session, SR_ROLE_FAINT), plain = sr_part_style(session, SR_ROLE_TEXT);
    sr_area_text(area, 1, 0, session->view.compare_order == SR_RANK_NAME ? sr_part_style(session, SR_ROLE_ACCENT) : faint,
                 "model");
    int edge = name_width + 3;
    for (int c = 0; c < shown; c++) {
        bool here = columns[c].rank == (int)session->view.compare_order;
        sr_part_put_right(area, edge += columns[c].width, 0, here ? sr_part_style(session, SR_ROLE_ACCENT) : faint,
                          columns[c].title);
    }
    int count = (int)table->count;
    if (count > lines) {
        top = table->at - lines / 2;
        top = top < 0 ? 0 : top > count - lines ? count - lines : top;
    }
    int rows = count - top < lines ? count - top : lines;
    for (int i = 0; i < rows; i++) {
        const struct row *row = &table->rows[top + i];
        bool here = top + i == table->at;
        char name[96], text[48];
        sr_part_cut(name, sizeof name, row->entry->name, name_width);
        sr_area_printf(area, 0, 1 + i, sr_part_style(session, here ? SR_ROLE_SELECTED : SR_ROLE_TEXT), "%s%s%s",
                       here ? "[" : " ", name, here ? "]" : "");
        edge = name_width + 3;
        if (row->status != SR_OK)
            sr_area_text(sr_area_part(area, edge, 1 + i, columns[ACCURACY].width + columns[INTERVAL].width, 1), 1, 0,
                         sr_part_style(session, row->status == SR_PENDING ? SR_ROLE_FAINT : SR_ROLE_WARNING),
                         state_words(row));
        for (int c = 0; c < shown; c++) {
            edge += columns[c].width;
            if (row->status != SR_OK && c <= INTERVAL) continue;
            cell_words(row, c, text, sizeof text);
            sr_part_put_right(area, edge, 1 + i, c == STUDY ? faint : plain, text);
        }
    }
    sr_part_spots(session, area, (struct sr_spots){0, 1, area.width, 1, 1, rows, top, 1});
    return rows + 1;
}

/* A bar for each model from the axis' beginning, which is said, with the interval at its end. */
static void draw_chart(struct sr_session *session, struct sr_area area, const struct table *table)
{
    double low = 1, high = 0;
    int name_width = 6, count = 0;
    for (size_t i = 0; i < table->count; i++) {
        const struct sr_evaluation *evaluation = table->rows[i].evaluation;
        if (!evaluation || !isfinite(evaluation->accuracy)) continue;
        low = fmin(low, evaluation->accuracy_low);
        high = fmax(high, evaluation->accuracy_high);
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
    int lines = area.height - 2, tall = lines >= 3 * count ? 2 : 1, gap = lines >= 2 * count ? 1 : 0;
    struct sr_style faint = sr_part_style(session, SR_ROLE_FAINT);
    sr_area_printf(area, 1, 0, sr_part_style(session, SR_ROLE_TITLE), "Accuracy");
    sr_area_printf(area, 11, 0, faint, "bars begin at %.0f %%; the line is the 95 %% interval", 100 * low);
    int y = 1, shade = 0;
    for (size_t i = 0; i < table->count && y + tall <= area.height - 1; i++) {
        const struct row *row = &table->rows[i];
        const struct sr_evaluation *evaluation = row->evaluation;
        if (!evaluation) continue;
        char name[96];
        sr_part_cut(name, sizeof name, row->entry->name, name_width);
        sr_area_text(area, 1, y, sr_part_style(session, (int)i == table->at ? SR_ROLE_ACCENT : SR_ROLE_TEXT), name);
        struct sr_style fill = sr_part_style(session, (int)i == table->at ? SR_ROLE_SERIES + 1 : SR_ROLE_SERIES);
        /* Two shades in turn, so that bars do not run into one block. */
        if (shade++ % 2 && session->look.depth >= SR_DEPTH_256)
            fill.fore = sr_colour_mix(fill.fore, sr_colour_grey(session->look.light ? 255 : 0), 0.25);
        double scale = high - low;
        for (int k = 0; k < tall; k++)
            sr_draw_bar(area, name_width + 2, y + k, across, fmax(0, evaluation->accuracy - low) / scale,
                        &session->look, fill);
        int from = name_width + 2 + (int)lround((evaluation->accuracy_low - low) / scale * (across - 1));
        int to = name_width + 2 + (int)lround((evaluation->accuracy_high - low) / scale * (across - 1));
        int end = name_width + 2 + (int)ceil(fmax(0, evaluation->accuracy - low) / scale * across);
        for (int x = end > from ? end : from; x <= to; x++)
            sr_area_put(area, x, y, x == to ? 0x2524 : 0x2500, sr_part_style(session, SR_ROLE_TEXT));
        y += tall + gap;
    }
    if (y >= area.height) y = area.height - 1;
    for (int tick = (int)lround(low * 100); tick <= (int)lround(high * 100); tick += high - low > 0.35 ? 10 : 5) {
        char label[16];
        snprintf(label, sizeof label, "%d%%", tick);
        int x = name_width + 2 + (int)lround((tick / 100.0 - low) / (high - low) * (across - 1));
        sr_area_text(area, x - (int)strlen(label) / 2, y, faint, label);
    }
}

static void heading(const struct sr_session *session, const struct table *table, struct sr_text *text)
{
    char count[32];
    sr_format_count(count, sizeof count, sr_session_samples(session, table->split).count);
    sr_text_printf(text, "%zu model%s on the %s split, %s samples", table->count, table->count == 1 ? "" : "s",
                   sr_split_names[table->split], count);
}

/* The row under the cursor in words: its intervals against the best of the others, or why it is not judged. */
static void row_words(const struct sr_session *session, const struct table *table, struct sr_text *text)
{
    const struct row *row = &table->rows[table->at], *best = NULL;
    (void)session;
    if (row->status == SR_PENDING) {
        sr_text_printf(text, "%s: %s", row->entry->name, row->error.text);
        return;
    }
    if (row->status != SR_OK) {
        sr_text_add(text, row->error.text);
        return;
    }
    for (size_t i = 0; i < table->count; i++)
        if ((int)i != table->at && table->rows[i].evaluation &&
            (!best || table->rows[i].evaluation->accuracy > best->evaluation->accuracy))
            best = &table->rows[i];
    sr_text_printf(text, "%s: %s, %.2f %% right", row->entry->name, row->entry->model->class->title,
                   100 * row->evaluation->accuracy);
    if (best) {
        double gap = 100 * (row->evaluation->accuracy - best->evaluation->accuracy);
        bool overlap = row->evaluation->accuracy_low <= best->evaluation->accuracy_high &&
                       best->evaluation->accuracy_low <= row->evaluation->accuracy_high;
        sr_text_printf(text, ", %.2f points %s than %s%s", fabs(gap), gap >= 0 ? "more" : "less", best->entry->name,
                       overlap ? "; their intervals overlap" : "");
    }
    sr_text_add(text, ".");
}

static void draw(struct sr_session *session, struct sr_area area)
{
    struct sr_text title = {0}, text = {0};
    struct table table;
    if (!table_init(session, &table, &title, &text)) {
        sr_part_say(session, area, sr_text_get(&title), sr_text_get(&text));
        goto out;
    }
    heading(session, &table, &title);
    int y = 0;
    if (area.height >= 6) {
        sr_area_text(area, 1, y, sr_part_style(session, SR_ROLE_TITLE), sr_text_get(&title));
        char sorted[64];
        snprintf(sorted, sizeof sorted, "by %s%s", sr_ranking_names[session->view.compare_order],
                 session->view.compare_reverse ? ", turned round" : "");
        if (sr_utf8_width(sr_text_get(&title)) + sr_utf8_width(sorted) + 5 < area.width)
            sr_part_put_right(area, area.width - 1, y, sr_part_style(session, SR_ROLE_FAINT), sorted);
        y += area.height >= 14 ? 2 : 1;
    }
    int words = area.height - y >= 5 ? 2 : 0, chart = (int)table.count + 2;
    int lines = area.height - y - 1 - words;
    bool charted = lines - (int)table.count >= chart + 1 && area.width >= 40;
    if (lines < 1) lines = 1;
    y += draw_rows(session, sr_area_part(area, 0, y, area.width, area.height - y), &table, lines);
    if (words) {
        row_words(session, &table, &text);
        y = sr_part_paragraph(sr_area_part(area, 1, 0, area.width - 2, y + 3), y + (area.height - y >= 4),
                              sr_part_style(session, SR_ROLE_ACCENT), sr_text_get(&text));
    }
    if (charted && area.height - y - 1 >= chart)
        draw_chart(session, sr_area_part(area, 0, y + 1, area.width, area.height - y - 1), &table);
out:
    free(table.rows);
    sr_text_fini(&title);
    sr_text_fini(&text);
}

static void set_at(struct sr_session *session, const struct table *table, int at)
{
    if (at < 0 || (size_t)at >= table->count) return;
    snprintf(session->view.compare_at, sizeof session->view.compare_at, "%s", table->rows[at].entry->name);
}

static void move(struct sr_session *session, enum sr_move move)
{
    struct sr_text title = {0}, text = {0};
    struct table table;
    if (table_init(session, &table, &title, &text))
        set_at(session, &table, sr_part_step(table.at, move, 5, 0, (int)table.count - 1));
    free(table.rows);
    sr_text_fini(&title);
    sr_text_fini(&text);
}

static bool choose(struct sr_session *session, int value)
{
    struct sr_text title = {0}, text = {0};
    struct table table;
    bool again = table_init(session, &table, &title, &text) && table.at == value;
    if (table.rows) set_at(session, &table, value);
    free(table.rows);
    sr_text_fini(&title);
    sr_text_fini(&text);
    return again;
}

static void enter(struct sr_session *session, struct sr_text *line)
{
    struct sr_text title = {0}, text = {0};
    struct table table;
    if (table_init(session, &table, &title, &text)) {
        const struct row *row = &table.rows[table.at];
        sr_text_add(line, "confusion ");
        sr_words_quote(line, row->entry->name);
        if (row->status == SR_OK || row->status == SR_PENDING) sr_text_printf(line, " split=%s", sr_split_names[table.split]);
    } else if (session->data && session->entry_count == 0) {
        sr_text_add(line, "pane train");
    }
    free(table.rows);
    sr_text_fini(&title);
    sr_text_fini(&text);
}

static void describe(struct sr_session *session, struct sr_text *text)
{
    struct sr_text title = {0}, why = {0};
    struct table table;
    sr_text_add(text, "Compare: ");
    if (table_init(session, &table, &title, &why)) {
        heading(session, &table, text);
        sr_text_printf(text, ", by %s%s.", sr_ranking_names[session->view.compare_order],
                       session->view.compare_reverse ? ", turned round" : "");
        for (size_t i = 0; i < table.count; i++) {
            const struct row *row = &table.rows[i];
            sr_text_printf(text, "\n%s: ", row->entry->name);
            if (row->status != SR_OK) {
                sr_text_add(text, row->error.text);
                continue;
            }
            char fit[48], size[48], speed[48];
            cell_words(row, FIT, fit, sizeof fit);
            cell_words(row, SIZE, size, sizeof size);
            cell_words(row, SPEED, speed, sizeof speed);
            sr_text_printf(text, "accuracy %.2f %% (%.1f to %.1f), macro F1 %.3f, fitted in %s, %s parameters",
                           100 * row->evaluation->accuracy, 100 * row->evaluation->accuracy_low,
                           100 * row->evaluation->accuracy_high, row->evaluation->macro_f1, fit, size);
            if (speed[0]) sr_text_printf(text, ", %s images a second", speed);
            if (study_words(row->entry->model)[0])
                sr_text_printf(text, "; the study reports %s", study_words(row->entry->model));
            sr_text_add(text, ".");
        }
        sr_text_printf(text, "\nThe cursor is on %s.", table.rows[table.at].entry->name);
    } else {
        sr_text_printf(text, "%s %s", sr_text_get(&title), sr_text_get(&why));
    }
    sr_text_add(text, "\n");
    free(table.rows);
    sr_text_fini(&title);
    sr_text_fini(&why);
}

static const char *hints(const struct sr_session *session)
{
    return session->entry_count ? "Enter confusion  o sort  O turn round  s split  : compare tests pairs  ? help"
                                : "Enter train  : command  ? help";
}

const struct sr_pane sr_pane_compare = {
    .name = "compare",
    .title = "Compare",
    .help = "All models on the same samples: accuracy with its interval, F1, times and sizes, beside the study.",
    .hints = hints,
    .draw = draw,
    .move = move,
    .enter = enter,
    .choose = choose,
    .describe = describe,
};
