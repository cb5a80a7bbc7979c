/* test_shown.c - what panes show is what is so: figures computed here a second time, rows and cells
 * found where a click hits them. */
#include "../../src/panes/browse.h"
#include "../../src/panes/compare.h"
#include "../../src/panes/confusion.h"
#include "../../src/panes/explain.h"
#include "../../src/panes/train.h"
#include "fixture.h"
#include "sartor/app/results.h"
#include "sartor/panes/show.h"

static struct sr_error error;
static struct sr_session *session;
static struct sr_grid grid;
static struct sr_text shown;

static const char *draw(int columns, int lines)
{
    sr_grid_resize(&grid, columns, lines);
    settle(session, &grid);
    sr_text_clear(&shown);
    sr_grid_dump_text(&grid, &shown);
    return sr_text_get(&shown);
}

static void assert_shows(const char *part)
{
    if (!strstr(sr_text_get(&shown), part))
        fail_msg("\"%s\" is not shown:\n%s", part, sr_text_get(&shown));
}

static const char *described(void)
{
    sr_text_clear(&shown);
    sr_pane_current(session)->describe(session, &shown);
    return sr_text_get(&shown);
}

/* The n-th cell with this glyph, below the tabs. */
static struct sr_cell *find_glyph(uint32_t glyph, int n, int *x, int *y)
{
    for (*y = 1; *y < grid.lines - 1; ++*y)
        for (*x = 0; *x < grid.columns; ++*x) {
            struct sr_cell *cell = &grid.cells[*y * grid.columns + *x];
            if (cell->glyph == glyph && !n--) return cell;
        }
    fail_msg("no glyph %x:\n%s", glyph, sr_text_get(&shown));
    return NULL;
}

static const struct sr_predictions *predictions(size_t model, enum sr_split_name split)
{
    const struct sr_predictions *found;
    enum sr_status status;
    while ((status = sr_session_predictions(session, session->entries[model], split, &found,
                                            &error)) == SR_PENDING)
        sr_session_wait(session, 10);
    assert_ok(status);
    return found;
}

/* --- browse -------------------------------------------------------------------------------- */

static void suspects_say_what_is_suggested(void **state)
{
    (void)state;
    const uint8_t *labels = session->data->files[SR_FILE_TRAIN].labels;
    session->suspects.items = sr_xalloc(2 * sizeof *session->suspects.items);
    for (uint32_t i = 0; i < 2; i++) {
        uint8_t suggested = labels[i + 5] == 8 ? 6 : 8;
        session->suspects.items[i] =
            (struct sr_suspect){i + 5, labels[i + 5], suggested, 0.04f, 0.91f, -0.87f};
    }
    session->suspects.count = 2;
    session->suspects.folds = 3;
    strcpy(session->suspects.model, "cnn");
    struct sr_filter filter;
    sr_filter_init(&filter);
    filter.suspects = true;
    assert_ok(sr_session_select(session, &filter, &error));
    static const char *const marks[] = {"K keep  F flag", "kept  F flag", "flagged  K keep",
                                        "left out  K keep", "of another class  K keep"};
    for (int m = 0; m < SR_MARK_COUNT; m++) {
        char wanted[160];
        struct sr_decision one = sr_decision_of(SR_FILE_TRAIN, 5, (enum sr_mark)m);
        assert_ok(sr_session_decide(session, &one, 1, &error));
        snprintf(wanted, sizeof wanted, "cnn suggests %s, 91 %% against 4 %%   %s",
                 labels[5] == 8 ? "Shirt" : "Bag", marks[m]);
        draw(120, 40);
        assert_shows(wanted);
    }
}

static void a_page_of_pictures_is_what_fits(void **state)
{
    (void)state;
    const struct browse *browse = browse_state(session);
    choose(session, SR_SPLIT_TEST, -1, -1, NULL);
    draw(80, 24);
    assert_shows("500 of 500, 1st");
    assert_true(browse->columns > 1 && browse->grid.lines > 1);
    sr_screen_move(session, SR_MOVE_PAGE_DOWN);
    assert_int_equal(session->selection.at, browse->columns * browse->grid.lines);
    draw(80, 24);
    sr_screen_move(session, SR_MOVE_DOWN);
    assert_int_equal(session->selection.at, browse->columns * (browse->grid.lines + 1));
    sr_screen_move(session, SR_MOVE_LAST);
    draw(80, 24);
    assert_shows("500 of 500, 500th");
    int x, y; /* the cursor is on the screen, beside its picture */
    find_glyph(0x258c, 0, &x, &y);
    assert_false(sr_pane_browse.choose(session, 3)); /* there, and again: go in */
    assert_true(sr_pane_browse.choose(session, 3));
    assert_int_equal(session->selection.at, 3);
}

/* --- confusion ----------------------------------------------------------------------------- */

/* Samples of the class `row` (-1: any) that the models get right: bit 0 the first, bit 1 the
 * second. */
static size_t right_by(const struct sr_predictions *first, const struct sr_predictions *second,
                       int row, int wanted)
{
    size_t count = 0;
    for (size_t i = 0; i < first->count; i++) {
        int right = (first->predicted[i] == first->truth[i]) |
                    (second->predicted[i] == second->truth[i]) << 1;
        count += right == wanted && (row < 0 || first->truth[i] == row);
    }
    return count;
}

static void two_models_are_counted_apart(void **state)
{
    (void)state;
    static const enum sr_split_name splits[] = {SR_SPLIT_VALIDATION, SR_SPLIT_TEST};
    size_t apart = 0;
    for (int s = 0; s < 2; s++)
        for (int row = -1; row < 7; row += 7) {
            sr_confusion_show(session, session->entries[0], splits[s], session->entries[1]);
            confusion_state(session)->row = row;
            confusion_state(session)->column = -1;
            const struct sr_predictions *b = predictions(1, splits[s]),
                                        *a = predictions(0, splits[s]);
            char wanted[160];
            snprintf(wanted, sizeof wanted,
                     "%s: %zu right by both, %zu only by cnn, %zu only by svm, %zu by neither.",
                     row < 0 ? "All" : "Shirt", right_by(a, b, row, 3), right_by(a, b, row, 1),
                     right_by(a, b, row, 2), right_by(a, b, row, 0));
            apart += right_by(a, b, row, 1) != right_by(a, b, row, 2);
            draw(200, 50);
            assert_shows(wanted);
            confusion_state(session)->row = 0;
        }
    assert_true(apart > 0);
}

/* A cell as a count, of its row and of its column; and where a click finds it. */
static void a_cell_is_of_its_row_and_column(void **state)
{
    (void)state;
    struct confusion *confusion = confusion_state(session);
    sr_confusion_show(session, session->entries[0], SR_SPLIT_TEST, NULL);
    const struct sr_predictions *of = predictions(0, SR_SPLIT_TEST);
    const int row = 6, column = 0;
    double count = 0, there = 0, took = 0;
    for (size_t i = 0; i < of->count; i++) {
        count += of->truth[i] == row && of->predicted[i] == column;
        there += of->truth[i] == row;
        took += of->predicted[i] == column;
    }
    assert_true(count > 0 && there != took);
    const double values[] = {[CONFUSION_COUNTS] = count,
                             [CONFUSION_OF_TRUE] = 100 * count / there,
                             [CONFUSION_OF_PREDICTED] = 100 * count / took};
    for (int units = 0; units < 3; units++) {
        char wanted[32];
        confusion->row = row;
        confusion->column = column;
        confusion->units = (enum confusion_units)units;
        snprintf(wanted, sizeof wanted, units == CONFUSION_COUNTS ? "[%.0f]" : "[%.1f]",
                 values[units]);
        draw(80, 24);
        assert_shows(wanted);
    }
    char share[64];
    snprintf(share, sizeof share, "(%.1f %%) were predicted as T-shirt/top, %.1f %% of all",
             100 * count / there, 100 * count / took);
    draw(200, 24);
    assert_shows(share);
    confusion->units = CONFUSION_COUNTS;
    for (int n = 0; n < 3; n++) {
        int x, y;
        confusion->row = 3;
        confusion->column = 4;
        draw(80, 24);
        find_glyph('[', 0, &x, &y);
        assert_true(sr_screen_click(session, x + 1, y)); /* where the cursor is already */
        assert_false(sr_screen_click(session, x + 1, y + n + 1));
        assert_int_equal(confusion->row, 4 + n);
        assert_int_equal(confusion->column, 4);
    }
}

static int cell_of(const struct sr_predictions *of, int row, int column)
{
    int count = 0;
    for (size_t i = 0; i < of->count; i++)
        count += of->truth[i] == row && of->predicted[i] == column;
    return count;
}

/* `next` comes to every confusion once, from the largest down, equal ones in the matrix's order. */
static void all_confusions_are_come_to(void **state)
{
    (void)state;
    const struct confusion *confusion = confusion_state(session);
    sr_confusion_show(session, session->entries[0], SR_SPLIT_TEST, NULL);
    const struct sr_predictions *of = predictions(0, SR_SPLIT_TEST);
    confusion_state(session)->row = confusion_state(session)->column = 0;
    int all = 0, before = 1000, at = -1;
    for (int i = 0; i < 100; i++) all += i / 10 != i % 10 && cell_of(of, i / 10, i % 10) > 0;
    for (int i = 0; i < all; i++) {
        sr_screen_move(session, SR_MOVE_NEXT);
        int here = cell_of(of, confusion->row, confusion->column),
            index = confusion->row * 10 + confusion->column;
        assert_true(confusion->row != confusion->column && here > 0);
        assert_true(here < before || (here == before && index > at));
        before = here;
        at = index;
    }
    assert_int_equal(before, 1); /* the smallest */
}

/* --- train --------------------------------------------------------------------------------- */

static void the_reading_line_comes_in_from_both_ends(void **state)
{
    (void)state;
    struct sr_run *run = add_run(session, "cnn", SR_JOB_DONE, 5, 5);
    sr_train_show(session, 0);
    static const struct {
        enum sr_move move;
        int epoch;
    } steps[] = {{SR_MOVE_RIGHT, 1}, {SR_MOVE_RIGHT, 2}, {SR_MOVE_LEFT, 1},  {SR_MOVE_LEFT, 0},
                 {SR_MOVE_LEFT, 5},  {SR_MOVE_LEFT, 4},  {SR_MOVE_RIGHT, 5}, {SR_MOVE_RIGHT, 0}};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        sr_screen_move(session, steps[i].move);
        const int epoch = steps[i].epoch;
        assert_int_equal(train_read_epoch(train_state(session), run), epoch);
        char wanted[64]; /* the words above the curves are of that epoch, or of the last */
        snprintf(wanted, sizeof wanted, "epoch %d  train loss %.3f", epoch ? epoch : 5,
                 run->history[epoch ? epoch - 1 : 4].train_loss);
        draw(100, 30);
        assert_shows(wanted);
    }
}

static void runs_and_families_are_chosen(void **state)
{
    (void)state;
    const struct train *train = train_state(session);
    for (int i = 0; i < 2; i++) add_run(session, i ? "b" : "a", SR_JOB_DONE, 2, 2);
    session->view.pane = &sr_pane_train;
    assert_false(sr_pane_train.choose(session, 0));
    assert_ptr_equal(sr_pane_train.run(session), session->runs[0]);
    assert_true(sr_pane_train.choose(session, 0));
    assert_false(sr_pane_train.choose(session, 2 + 3)); /* families stand behind the runs */
    assert_null(sr_pane_train.run(session));
    assert_int_equal(train->family, 3);
    assert_true(sr_pane_train.choose(session, 2 + 3));
    /* The best epoch is that of the highest validation accuracy. */
    for (int e = 0; e < 2; e++) session->runs[0]->history[e].validation_accuracy = 0.9 - 0.1 * e;
    sr_pane_train.choose(session, 0);
    described();
    assert_shows("The best validation accuracy was 90.0 %, in epoch 1.");
}

/* --- explain, compare, log ------------------------------------------------------------------ */

static void enter_asks_for_the_chosen_layer(void **state)
{
    (void)state;
    struct sr_text line = {0};
    choose(session, SR_SPLIT_TEST, -1, -1, NULL);
    assert_ok(sr_args_set(session->options, "autorun", "off", &error));
    sr_explain_show(session, session->entries[0], "gradcam", "conv1", -1);
    draw(80, 24);
    sr_pane_explain.enter(session, &line);
    assert_string_equal(sr_text_get(&line), "explain cnn test:0 method=gradcam layer=conv1");
    sr_text_fini(&line);
}

/* The best first; a model that cannot be judged is last, whichever way round. */
static void models_are_in_order(void **state)
{
    (void)state;
    struct sr_model *refused = add_model(session, &plain_class, "aaa", 3)->model;
    refused->validation = 0; /* its training rows are among the validation rows: all of them */
    session->view.pane = &sr_pane_compare;
    session->view.split = SR_SPLIT_VALIDATION;
    double accuracy[2];
    for (size_t m = 0; m < 2; m++) {
        const struct sr_predictions *of = predictions(m, SR_SPLIT_VALIDATION);
        accuracy[m] = (double)(right_by(of, of, -1, 3)) / (double)of->count;
    }
    assert_true(accuracy[0] != accuracy[1]);
    for (int reverse = 0; reverse < 2; reverse++) {
        compare_state(session)->reverse = reverse;
        draw(80, 24);
        const char *text = sr_text_get(&shown), *cnn = strstr(text, "cnn"),
                   *svm = strstr(text, "svm"), *last = strstr(text, "aaa");
        assert_true(cnn && svm && last && last > cnn && last > svm);
        assert_true((cnn < svm) == ((accuracy[0] > accuracy[1]) != reverse));
    }
}

static void the_log_tells_the_last_ten(void **state)
{
    (void)state;
    int x, y;
    session->view.pane = &sr_pane_log;
    for (int i = 1; i <= 14; i++) {
        char entry[32];
        snprintf(entry, sizeof entry, "entry %d.", i);
        sr_session_log(session, i == 13 ? SR_LOG_FAILED : SR_LOG_COMMAND, entry);
    }
    described();
    assert_shows("Log: 14 entries. The last ten:\nCommand: entry 5.\n");
    assert_shows("Failed command: entry 13.\nCommand: entry 14.\n");
    draw(80, 24);
    struct sr_style failed = find_glyph(':', 12, &x, &y)->style,
                    done = find_glyph(':', 13, &x, &y)->style;
    assert_int_equal(failed.fore, sr_look_style(&session->look, SR_ROLE_FAINT).fore);
    assert_int_equal(done.fore, sr_look_style(&session->look, SR_ROLE_ACCENT).fore);
}

static int begin(void **state)
{
    (void)state;
    session = fixture_new();
    sr_grid_init(&grid, 80, 24);
    return 0;
}

static int end(void **state)
{
    (void)state;
    fixture_free(session);
    sr_grid_fini(&grid);
    sr_text_fini(&shown);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(suspects_say_what_is_suggested),
        TEST(a_page_of_pictures_is_what_fits),
        TEST(two_models_are_counted_apart),
        TEST(a_cell_is_of_its_row_and_column),
        TEST(all_confusions_are_come_to),
        TEST(the_reading_line_comes_in_from_both_ends),
        TEST(runs_and_families_are_chosen),
        TEST(enter_asks_for_the_chosen_layer),
        TEST(models_are_in_order),
        TEST(the_log_tells_the_last_ten),
    };
    return cmocka_run_group_tests_name("shown", tests, NULL, NULL);
}
