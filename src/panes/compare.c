/* compare.c - all models on the same samples: accuracy, speed and size beside the figures of the
 * study, and whether two of them differ significantly. */
#include "compare.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sartor/base/words.h"
#include "sartor/panes/show.h"

struct compare *compare_state(struct sr_session *session)
{
    static const struct sr_state_kind kind = {.size = sizeof(struct compare)};
    return sr_session_state(session, &kind);
}

static void draw(struct sr_session *session, struct sr_area area)
{
    struct sr_text title = {0}, text = {0};
    struct compare_table table;
    if (!compare_init(session, compare_state(session), &table, &title, &text))
        sr_pane_say(session, area, sr_text_get(&title), sr_text_get(&text));
    else if (table.state->robustness)
        compare_robustness_draw(session, area, &table);
    else
        compare_draw(session, area, &table);
    compare_fini(&table);
    sr_text_fini(&title);
    sr_text_fini(&text);
}

static void remember(char *name, size_t size, const struct compare_table *table, int row)
{
    snprintf(name, size, "%s", table->rows[row].entry->name);
}

/* Where changed pictures are shown: up and down move between kinds, the others between models. */
static void move_robustness(const struct compare_table *table, enum sr_move move)
{
    struct compare *state = table->state;
    const int count = (int)table->count;
    int at = table->at;
    if (move == SR_MOVE_LEFT || move == SR_MOVE_PREVIOUS)
        at = at > 0 ? at - 1 : 0;
    else if (move == SR_MOVE_RIGHT || move == SR_MOVE_NEXT)
        at = at + 1 < count ? at + 1 : at;
    else
        sr_scroller_move(&state->kinds, move, COMPARE_BORNE_ROWS);
    remember(state->at, sizeof state->at, table, at);
}

/* Up and down move between rows, left and right between columns to sort by, next and previous
 * between second models of the pair. */
static void move(struct sr_session *session, enum sr_move move)
{
    struct compare *state = compare_state(session);
    struct sr_text title = {0}, text = {0};
    struct compare_table table;
    if (!compare_init(session, compare_state(session), &table, &title, &text)) {
        ;
    } else if (state->robustness) {
        move_robustness(&table, move);
    } else {
        int count = (int)table.count, step = move == SR_MOVE_NEXT || move == SR_MOVE_RIGHT ? 1 : -1,
            at = table.vs;
        switch (move) {
        case SR_MOVE_LEFT:
        case SR_MOVE_RIGHT:
            compare_sort(&table, step);
            break;
        case SR_MOVE_NEXT:
        case SR_MOVE_PREVIOUS:
            if (at < 0) break;
            do at = (at + step + count) % count;
            while (at == table.at || table.rows[at].status);
            remember(state->vs, sizeof state->vs, &table, at);
            break;
        default:
            state->rows.at = table.at;
            sr_scroller_move(&state->rows, move, count);
            remember(state->at, sizeof state->at, &table, state->rows.at);
        }
    }
    compare_fini(&table);
    sr_text_fini(&title);
    sr_text_fini(&text);
}

/* A click on a title sorts by its column; a click on the title of the sorted column reverses the
 * order. */
static void choose_column(const struct compare_table *table, int x)
{
    struct compare *state = table->state;
    int columns[COMPARE_COLUMNS], widths[COMPARE_COLUMNS], name, column = -1;
    int shown = compare_columns_shown(table, state->width, columns, widths, &name), edge = name + 2;
    for (int c = 0; x >= edge && c < shown; c++) {
        column = columns[c];
        edge += widths[c];
    }
    if (column == SR_SCORE_ACCURACY_LOW) column = SR_SCORE_ACCURACY;
    if (x >= edge || column >= SR_SCORE_COUNT) return;
    state->reverse = column == state->order && !state->reverse;
    state->order = column;
}

static bool choose(struct sr_session *session, int value)
{
    struct compare *state = compare_state(session);
    struct sr_text title = {0}, text = {0};
    struct compare_table table;
    bool again = false;
    if (!compare_init(session, compare_state(session), &table, &title, &text)) {
        ;
    } else if (value >= COMPARE_SPOT_KINDS) {
        state->kinds.at = value - COMPARE_SPOT_KINDS;
    } else if (value >= COMPARE_SPOT_TITLES) {
        choose_column(&table, value - COMPARE_SPOT_TITLES);
    } else if (value < COMPARE_SPOT_PAIRS) {
        again = table.at == value;
        if (value < (int)table.count) remember(state->at, sizeof state->at, &table, value);
    } else {
        for (int i = 0, k = value - COMPARE_SPOT_PAIRS; i < (int)table.count; i++) {
            if (i == table.at || table.rows[i].status || k-- > 0) continue;
            remember(state->vs, sizeof state->vs, &table, i);
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
    if (compare_init(session, compare_state(session), &table, &title, &text)) {
        const struct compare_row *row = &table.rows[table.at];
        sr_text_add(line, table.state->robustness ? "robustness " : "confusion ");
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
    if (!compare_init(session, compare_state(session), &table, &title, &text)) {
        status = sr_error_set(error, SR_ERROR_STATE, "%s", sr_text_get(&title));
    } else {
        const struct compare_row *row = &table.rows[table.at];
        /* The best of the others is known when all have been evaluated. */
        bool chosen =
            table.vs >= 0 && !strcmp(table.rows[table.vs].entry->name, compare_state(session)->vs);
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

/* The row of a model as sentences. */
static void describe_row(const struct compare_row *row, struct sr_text *text)
{
    sr_text_printf(text, "\n%s: ", row->entry->name);
    if (row->status != SR_OK) {
        sr_text_add(text, row->error.text);
        return;
    }
    sr_text_printf(text, "%s, ", row->entry->model->class->title);
    const char *before = "";
    for (int c = 0; c < SR_SCORE_COUNT; c++) {
        char cell[80];
        if (c == SR_SCORE_ACCURACY_LOW || c == SR_SCORE_ACCURACY_HIGH) continue;
        compare_cell(row, c, cell, sizeof cell);
        if (isfinite(row->scores[c]))
            sr_score_print_interval(c, row->scores[c], &row->intervals[c], cell, sizeof cell);
        if (cell[0]) sr_text_printf(text, "%s%s %s", before, compare_column_title(c), cell);
        before = ", ";
    }
    struct sr_text left_out = {0};
    sr_predicted_print_left_out(row->predicted, &left_out);
    if (left_out.length) sr_text_printf(text, "; %s", sr_text_get(&left_out));
    sr_text_fini(&left_out);
    struct sr_text clipped = {0};
    sr_predicted_print_clipped(row->predicted, &clipped);
    if (clipped.length) sr_text_printf(text, "; %s", sr_text_get(&clipped));
    sr_text_fini(&clipped);
    const char *ending = sr_model_ending(row->entry->model);
    if (*ending)
        sr_text_printf(text, "; its training %s%s", row->entry->model->diverged ? "" : "was ",
                       ending);
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
    const bool any = compare_init(session, compare_state(session), &table, &title, &why);
    if (any && table.state->robustness) {
        compare_robustness_describe(session, &table, text);
    } else if (any) {
        compare_heading(session, &table, false, text);
        sr_text_add(text, ", by ");
        compare_order_words(&table, text);
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

/* Sort by the next column, or reverse the order. */
static enum sr_status order(struct sr_session *session, bool reverse, struct sr_text *said,
                            struct sr_error *error)
{
    struct compare *state = compare_state(session);
    (void)said, (void)error;
    if (reverse)
        state->reverse = !state->reverse;
    else
        move(session, SR_MOVE_RIGHT);
    return SR_OK;
}

static enum sr_status show_vs(struct sr_session *session, struct sr_error *error)
{
    struct sr_entry *first, *second;
    enum sr_split_name split;
    enum sr_status status = compare_shown_pair(session, &first, &second, &split, error);
    if (!status) move(session, SR_MOVE_NEXT);
    return status;
}

/* Browse the samples that one model of the pair gets right and the other wrong. */
static enum sr_status browse_difference(struct sr_session *session, bool swapped,
                                        struct sr_error *error)
{
    struct sr_entry *first, *second;
    struct sr_filter filter;
    sr_filter_init(&filter);
    filter.change = session->selection.filter.change;
    enum sr_status status = compare_shown_pair(session, &first, &second, &filter.split, error);
    if (status) return status;
    return sr_browse_difference(session, &filter, swapped ? second : first,
                                swapped ? first : second, error);
}

static enum sr_status show_beats(struct sr_session *session, struct sr_error *error)
{
    return browse_difference(session, false, error);
}

static enum sr_status show_beaten(struct sr_session *session, struct sr_error *error)
{
    return browse_difference(session, true, error);
}

/* Accuracy on changed pictures, or the table again. */
static enum sr_status show_robustness(struct sr_session *session, struct sr_error *error)
{
    (void)error;
    compare_state(session)->robustness = !compare_state(session)->robustness;
    return SR_OK;
}

static bool back(struct sr_session *session)
{
    const bool open = compare_state(session)->robustness;
    compare_state(session)->robustness = false;
    return open;
}

static const struct sr_pane_action actions[] = {{"vs", show_vs},
                                                {"beats", show_beats},
                                                {"beaten", show_beaten},
                                                {"robustness", show_robustness},
                                                {0}};

static const char *hints(struct sr_session *session)
{
    if (session->entry_count && compare_state(session)->robustness)
        return "Enter measure  v models  h/l model  s split  ? help";
    if (session->entry_count > 1)
        return "Enter confusion  n second  b/B only one right  v changed  h/l sort  s split  ? "
               "help";
    return session->entry_count ? "Enter confusion  v changed  h/l sort  s split  ? help"
                                : "Enter train  : command  ? help";
}

const struct sr_pane sr_pane_compare = {
    .name = "compare",
    .title = "Compare",
    .hints = hints,
    .draw = draw,
    .move = move,
    .enter = enter,
    .choose = choose,
    .describe = describe,
    .back = back,
    .order = order,
    .actions = actions,
};
