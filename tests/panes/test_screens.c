/* Golden screens: what every pane shows, at several sizes and looks. UPDATE_GOLDEN=1 writes them
 * anew, to be looked at before they are committed. */
#include "../../src/panes/browse.h"
#include "../../src/panes/compare.h"
#include "../../src/panes/confusion.h"
#include "../../src/panes/data.h"
#include "../../src/panes/explain.h"
#include "../../src/panes/form.h"
#include "../../src/panes/map.h"
#include "../../src/panes/shared.h"
#include "../../src/panes/train.h"
#include "fixture.h"
#include "sartor/app/results.h"
#include "sartor/app/robustness.h"
#include "sartor/app/scores.h"
#include "sartor/panes/overlay.h"
#include "sartor/panes/show.h"

static char *read_golden(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    char *text = sr_xalloc(1 << 20);
    size_t length = fread(text, 1, (1 << 20) - 1, file);
    text[length] = '\0';
    fclose(file);
    return text;
}

static void say_difference(const char *name, const char *wanted, const char *got)
{
    int line = 1;
    while (*wanted && *got) {
        size_t left = strcspn(wanted, "\n"), right = strcspn(got, "\n");
        if (left != right || memcmp(wanted, got, left) != 0) break;
        wanted += left + (wanted[left] == '\n');
        got += right + (got[right] == '\n');
        line++;
    }
    fail_msg("%s, line %d:\n  golden |%.*s|\n  drawn  |%.*s|\n(UPDATE_GOLDEN=1 writes it anew)",
             name, line, (int)strcspn(wanted, "\n"), wanted, (int)strcspn(got, "\n"), got);
}

static void compare(const char *name, const char *text)
{
    char part[300], path[4400];
    snprintf(part, sizeof part, "tests/panes/golden/%s.txt", name);
    snprintf(path, sizeof path, "%s", source_file(part));
    if (getenv("UPDATE_GOLDEN")) {
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        assert_true(fputs(text, file) >= 0);
        assert_int_equal(fclose(file), 0);
        return;
    }
    char *golden = read_golden(path);
    if (!golden) fail_msg("%s is missing; UPDATE_GOLDEN=1 writes it", path);
    if (strcmp(golden, text) != 0) say_difference(name, golden, text);
    free(golden);
}

/* Draw at a size and compare: plain text, or with colours as ANSI sequences for a name in "-ansi".
 */
static void screen(struct sr_session *session, int columns, int lines, const char *name)
{
    struct sr_grid grid;
    struct sr_text text = {0};
    char file[200];
    sr_grid_init(&grid, columns, lines);
    settle(session, &grid);
    if (strstr(name, "-ansi"))
        sr_grid_dump_ansi(&grid, session->look.depth, &text);
    else
        sr_grid_dump_text(&grid, &text);
    snprintf(file, sizeof file, "%s-%dx%d", name, columns, lines);
    compare(file, sr_text_get(&text));
    sr_text_fini(&text);
    sr_grid_fini(&grid);
}

/* The sizes that everything has to look well at, in UTF-8, ASCII and without colours. */
static void looks(struct sr_session *session, const char *name)
{
    char with[160];
    screen(session, 80, 24, name);
    screen(session, 120, 40, name);
    screen(session, 40, 12, name);
    session->look.ascii = true;
    snprintf(with, sizeof with, "%s-ascii", name);
    screen(session, 80, 24, with);
    screen(session, 40, 12, with);
    session->look.ascii = false;
    session->look.depth = SR_DEPTH_NONE;
    snprintf(with, sizeof with, "%s-plain", name);
    screen(session, 80, 24, with);
    session->look.depth = SR_DEPTH_256;
    snprintf(with, sizeof with, "%s-ansi", name);
    screen(session, 80, 24, with);
    session->look.depth = SR_DEPTH_DIRECT;
}

static void browse_pane(void **state)
{
    (void)state;
    struct sr_session *session = fixture_new();
    choose(session, SR_SPLIT_TEST, -1, 0, "cnn");
    session->selection.at = 3;
    struct browse *browse = browse_state(session);
    struct sr_error error;
    looks(session, "browse");
    assert_ok(sr_session_set(session, "thumbnails", "small", &error));
    screen(session, 80, 24, "browse-small");
    screen(session, 40, 12, "browse-small");
    assert_ok(sr_session_set(session, "thumbnails", "large", &error));
    screen(session, 80, 24, "browse-big");
    screen(session, 40, 12, "browse-big");
    assert_ok(sr_session_set(session, "thumbnails", "natural", &error));
    browse->enlarged = true;
    looks(session, "browse-large");
    browse->versions = true;
    screen(session, 80, 24, "browse-versions");
    browse->values = true;
    screen(session, 80, 24, "browse-values");
    screen(session, 120, 40, "browse-values");
    screen(session, 40, 12, "browse-values");
    browse->values = browse->versions = browse->enlarged = false;
    session->tags[SR_FILE_TEST][session->selection.rows[1]] = 1;
    session->tags[SR_FILE_TEST][session->selection.rows[3]] = 1;
    session->tag_count = 2;
    screen(session, 80, 24, "browse-tagged");
    screen(session, 20, 5, "browse-tagged");
    session->view.zoomed = true;
    screen(session, 80, 24, "browse-zoomed");
    session->view.zoomed = false;
    choose(session, SR_SPLIT_TEST, 1, -1, NULL);
    screen(session, 20, 5, "browse-tiny");
    choose(session, SR_SPLIT_TEST, 8, 0,
           "cnn"); /* no bag is mistaken in the sample's first rows, or few */
    session->selection.count = 0;
    screen(session, 80, 24, "browse-empty");
    fixture_free(session);
}

static void data(void **state)
{
    (void)state;
    struct sr_session *session = fixture_bare();
    session->view.pane = &sr_pane_data;
    looks(session, "data");
    screen(session, 200, 60, "data");
    data_state(session)->class = 6;
    data_state(session)->linear = true;
    session->data_is_sample = true;
    screen(session, 80, 24, "data-class");
    screen(session, 120, 40, "data-class");
    screen(session, 20, 5, "data-tiny");
    data_state(session)->shows = 1;
    screen(session, 80, 24, "data-means");
    screen(session, 40, 12, "data-means");
    data_state(session)->shows = 2;
    screen(session, 80, 24, "data-deviation");
    screen(session, 120, 40, "data-deviation");
    fixture_free(session);
}

static void train(void **state)
{
    (void)state;
    struct sr_session *session = fixture_bare();
    session->view.pane = &sr_pane_train;
    add_run(session, "cnn", SR_JOB_DONE, 18, 18);
    struct sr_run *failed = add_run(session, "resnet", SR_JOB_FAILED, 3, 20);
    snprintf(failed->error.text, sizeof failed->error.text,
             "the loss became infinite in epoch 4; try a smaller lr");
    add_run(session, "cnn-wide", SR_JOB_RUNNING, 6, 20);
    looks(session, "train");
    screen(session, 20, 5, "train-tiny");
    struct sr_run *tree = add_run(session, "forest", SR_JOB_RUNNING, 0, 0);
    tree->progress = (struct sr_progress){.unit = "tree",
                                          .done = 60,
                                          .total = 500,
                                          .rate = 4.7,
                                          .seconds_left = 93,
                                          .loss = NAN,
                                          .accuracy = NAN,
                                          .learning_rate = NAN,
                                          .note = "out of bag 0.8753"};
    tree->params = sr_args_parse("formula", formula_params, (char *[]){"epochs=7"}, 1, NULL, NULL);
    train_state(session)->run = 3;
    screen(session, 80, 24, "train-tree");
    screen(session, 120, 40, "train-tree");
    train_state(session)->run = 1;
    screen(session, 80, 24, "train-failed");
    tree->state = SR_JOB_DONE;
    train_state(session)->run = 0;
    train_state(session)->logarithmic = true;
    screen(session, 80, 24, "train-done");
    for (int i = 0; i < 5; i++) sr_screen_move(session, SR_MOVE_LEFT);
    assert_int_equal(train_state(session)->epoch, 14);
    screen(session, 80, 24, "train-read");
    train_state(session)->epoch = 18;
    sr_screen_move(session, SR_MOVE_RIGHT);
    assert_int_equal(train_state(session)->epoch, 0);
    fixture_free(session);
}

static void confusion(void **state)
{
    (void)state;
    struct sr_session *session = fixture_new();
    session->view.pane = &sr_pane_confusion;
    session->view.split = SR_SPLIT_TEST;
    confusion_state(session)->row = 6;
    looks(session, "confusion");
    screen(session, 200, 60, "confusion");
    screen(session, 20, 5, "confusion-tiny");
    confusion_state(session)->units = 1;
    confusion_state(session)->row = -1;
    confusion_state(session)->column = 4;
    screen(session, 80, 24, "confusion-margin");
    confusion_state(session)->units = 2;
    confusion_state(session)->column = -1;
    session->look.light = true;
    screen(session, 80, 24, "confusion-all-ansi");
    session->look.light = false;
    confusion_state(session)->units = 0;
    confusion_state(session)->row = 6;
    snprintf(confusion_state(session)->vs, sizeof confusion_state(session)->vs, "svm");
    screen(session, 80, 24, "confusion-vs");
    screen(session, 80, 24, "confusion-vs-ansi");
    screen(session, 120, 40, "confusion-vs");
    screen(session, 40, 12, "confusion-vs");
    fixture_free(session);
}

static void explain(void **state)
{
    (void)state;
    struct sr_session *session = fixture_new();
    choose(session, SR_SPLIT_TEST, 6, 0, "cnn");
    session->view.pane = &sr_pane_explain;
    struct explain *chosen = explain_state(session);
    looks(session, "explain");
    screen(session, 200, 60, "explain");
    screen(session, 20, 5, "explain-tiny");
    chosen->target = 6;
    snprintf(chosen->layer, sizeof chosen->layer, "conv1");
    screen(session, 80, 24, "explain-layer");
    snprintf(session->view.model, sizeof session->view.model, "svm");
    screen(session, 80, 24, "explain-occlusion");
    struct sr_error error;
    assert_int_equal(sr_args_set(session->options, "autorun", "off", &error), SR_OK);
    chosen->target = 2;
    screen(session, 80, 24, "explain-idle");
    chosen->classes = true;
    screen(session, 80, 24, "explain-classes-idle");
    assert_int_equal(sr_args_set(session->options, "autorun", "on", &error), SR_OK);
    screen(session, 80, 24, "explain-classes");
    screen(session, 120, 40, "explain-classes");
    screen(session, 20, 5, "explain-classes");
    fixture_free(session);
}

/* Times are not the same twice: these are made up. */
static void fix_times(struct sr_session *session)
{
    for (size_t i = 0; i < session->entry_count; i++) {
        session->entries[i]->model->fit_seconds = 9.75 * (double)(i + 1);
        for (int s = 0; s < SR_SPLIT_COUNT; s++) {
            const struct sr_predicted *predicted =
                sr_session_predicted(session, session->entries[i], (enum sr_split_name)s);
            if (predicted) ((struct sr_predicted *)predicted)->seconds = 0.125 * (double)(i + 1);
        }
    }
}

static void compare_models(void **state)
{
    (void)state;
    struct sr_session *session = fixture_new();
    struct sr_grid grid;
    add_model(session, &plain_class, "forest", 5);
    sr_grid_init(&grid, 80, 24);
    session->view.pane = &sr_pane_compare;
    session->view.split = SR_SPLIT_TEST;
    settle(session, &grid);
    fix_times(session);
    looks(session, "compare");
    screen(session, 20, 5, "compare-tiny");
    screen(session, 200, 50, "compare");
    compare_state(session)->order = SR_SCORE_FIT_SECONDS;
    sr_screen_move(session, SR_MOVE_LAST);
    screen(session, 80, 24, "compare-fit");
    /* A column that has no room at this width is shown when it is sorted by. */
    compare_state(session)->order = SR_SCORE_PARAMETERS;
    screen(session, 40, 12, "compare-parameters");
    compare_state(session)->order = -1;
    screen(session, 40, 30, "compare-name");
    compare_state(session)->order = SR_SCORE_ACCURACY;
    session->view.split = SR_SPLIT_VALIDATION; /* which all but the first have kept apart */
    session->entries[0]->model->validation = 0;
    screen(session, 80, 24, "compare-refused");
    session->view.split = SR_SPLIT_TEST;
    const struct sr_robustness *found;
    const struct sr_robustness_request request = sr_robustness_request(SR_SPLIT_TEST);
    for (int m = 0; m < 2; m++)
        while (sr_session_robustness(session, session->entries[m], &request, &found,
                                     &(struct sr_error){0}) == SR_PENDING)
            sr_session_wait(session, 1);
    session->message[0] = '\0';
    compare_state(session)->robustness = true;
    compare_state(session)->kinds.at = 7;
    screen(session, 80, 24, "compare-changed");
    screen(session, 40, 12, "compare-changed");
    screen(session, 120, 40, "compare-changed");
    compare_state(session)->robustness = false;
    session->view.split = SR_SPLIT_VALIDATION;
    sr_screen_move(session, SR_MOVE_LAST); /* to the one that is */
    screen(session, 80, 24, "compare-refused-here");
    sr_grid_fini(&grid);
    fixture_free(session);
}

static void assert_pair(struct sr_session *session, const char *first, const char *second)
{
    struct sr_entry *a, *b;
    enum sr_split_name split;
    struct sr_error error = {0};
    assert_ok(compare_shown_pair(session, &a, &b, &split, &error));
    assert_string_equal(a->name, first);
    assert_string_equal(b->name, second);
    assert_int_equal(split, SR_SPLIT_TEST);
}

/* The pair that is looked at, the order by every column, and the test behind the sentence. */
static void compare_pairs(void **state)
{
    (void)state;
    struct sr_session *session = fixture_new();
    const struct sr_comparison *comparison;
    struct sr_error error = {0};
    struct sr_entry *a, *b;
    enum sr_split_name split;
    struct sr_grid grid;
    sr_grid_init(&grid, 80, 24);
    session->view.pane = &sr_pane_compare;
    session->view.split = SR_SPLIT_TEST;
    assert_int_equal(sr_session_comparison(session, SR_SPLIT_TEST, &comparison, &error),
                     SR_ERROR_STATE);
    assert_int_equal(compare_shown_pair(session, &a, &b, &split, &error), SR_PENDING);
    settle(session, &grid);
    assert_pair(session, "cnn", "svm");
    add_model(session, &plain_class, "forest", 5);
    assert_ok(sr_session_comparison(session, SR_SPLIT_TEST, &comparison, &error));
    assert_int_equal(comparison->pair_count, 1);
    settle(session, &grid);
    fix_times(session);
    assert_ok(sr_session_comparison(session, SR_SPLIT_TEST, &comparison, &error));
    assert_int_equal(comparison->pair_count,
                     3); /* another model makes it another family of tests */

    assert_pair(session, "forest", "cnn"); /* the best, and the best of the others */
    sr_screen_move(session, SR_MOVE_NEXT);
    assert_pair(session, "forest", "svm");
    sr_screen_move(session, SR_MOVE_NEXT);
    assert_pair(session, "forest", "cnn");
    sr_screen_move(session, SR_MOVE_PREVIOUS);
    assert_pair(session, "forest", "svm");
    sr_screen_move(session, SR_MOVE_DOWN);
    assert_pair(session, "cnn", "svm");
    sr_screen_move(session, SR_MOVE_DOWN);
    assert_pair(session, "svm", "forest"); /* not against itself */
    sr_screen_move(session, SR_MOVE_FIRST);
    assert_pair(session, "forest", "svm");

    for (size_t k = 0; k < comparison->pair_count; k++) {
        const struct sr_pair *pair = &comparison->pairs[k];
        struct sr_mcnemar test;
        const struct sr_predicted *of[2];
        for (int side = 0; side < 2; side++) {
            const char *name = comparison->models[side == 0 ? pair->first : pair->second]->name;
            of[side] = sr_session_predicted(session, sr_session_entry(session, name, &error),
                                            SR_SPLIT_TEST);
        }
        sr_mcnemar(&test, &of[0]->predictions, &of[1]->predictions);
        assert_int_equal(test.only_first, pair->test.only_first);
        assert_int_equal(test.only_second, pair->test.only_second);
        assert_true(pair->p >= test.p);
    }

    /* Once round all columns, and back. */
    int turns = 0;
    do {
        sr_screen_move(session, SR_MOVE_RIGHT);
        assert_true(compare_state(session)->order >= -1 &&
                    compare_state(session)->order < SR_SCORE_COUNT);
        turns++;
    } while (compare_state(session)->order != SR_SCORE_ACCURACY && turns < 100);
    assert_int_equal(turns, 19); /* eighteen scores and the name: no cost, no interval of its own */
    sr_screen_move(session, SR_MOVE_LEFT);
    assert_int_equal(compare_state(session)->order, -1);

    /* Clicks: on a title, the same again, on a row, on one of the pairs. */
    settle(session, &grid);
    assert_false(sr_screen_click(session, 47, 3));
    assert_int_equal(compare_state(session)->order, SR_SCORE_LOSS);
    assert_false(compare_state(session)->reverse);
    settle(session, &grid);
    sr_screen_click(session, 47, 3);
    assert_true(compare_state(session)->reverse);
    settle(session, &grid);
    sr_screen_click(session, 3, 3);
    assert_int_equal(compare_state(session)->order, -1);
    assert_false(compare_state(session)->reverse);
    settle(session, &grid);
    sr_screen_click(session, 79, 3); /* beside the last */
    assert_int_equal(compare_state(session)->order, -1);
    sr_screen_click(session, 3, 4);
    settle(session, &grid);
    assert_true(sr_screen_click(session, 3, 4)); /* it was there: Enter */
    assert_pair(session, "cnn", "svm");
    sr_screen_click(session, 3, 12); /* forest, the first of the pairs */
    assert_pair(session, "cnn", "forest");
    sr_grid_fini(&grid);
    fixture_free(session);
}

static void log_lines(void **state)
{
    (void)state;
    struct sr_session *session = fixture_bare();
    session->view.pane = &sr_pane_log;
    while (session->log.count) free(session->log.lines[--session->log.count].text);
    screen(session, 80, 24, "log-empty");
    sr_session_log(session, SR_LOG_COMMAND, "train cnn epochs=5 seed=1");
    sr_session_log(session, SR_LOG_MESSAGE, "cnn is trained (48.7 s)");
    sr_session_log(session, SR_LOG_COMMAND, "browse wrong class=Shirt");
    sr_session_log(
        session, SR_LOG_ERROR,
        "no model \"cmn\"; there are: cnn, svm, and this sentence goes on for longer than "
        "one line of a window, so that it has to be wrapped");
    for (int i = 0; i < 30; i++) {
        char line[32];
        snprintf(line, sizeof line, "tag index=test:%d", 7 * i);
        sr_session_log(session, SR_LOG_COMMAND, line);
    }
    looks(session, "log");
    screen(session, 20, 5, "log-tiny");
    sr_screen_move(session, SR_MOVE_FIRST);
    screen(session, 80, 24, "log-first");
    assert_true(strstr(sr_pane_log.hints(session), "follow"));
    sr_screen_move(session, SR_MOVE_LAST);
    struct sr_grid grid;
    sr_grid_init(&grid, 80, 24);
    settle(session, &grid);
    assert_false(strstr(sr_pane_log.hints(session), "follow"));
    sr_grid_fini(&grid);
    fixture_free(session);
}

/* The form: defaults, what has been changed, what a recipe stands for, what cannot be. */
static void form(void **state)
{
    (void)state;
    struct sr_session *session = fixture_bare();
    struct sr_error error = {0};
    struct sr_text line = {0};
    session->view.pane = &sr_pane_train;
    sr_train_show_form(session, sr_model_class_find("cnn", &error));
    assert_ok(sr_form_set(session, "recipe", "best", &error));
    assert_ok(sr_form_set(session, "lr", "0.01", &error));
    assert_ok(sr_form_set(session, "name", "my own", &error));
    assert_int_equal(sr_form_set(session, "lr", "fast", &error), SR_ERROR_ARGUMENT);
    assert_int_equal(sr_form_set(session, "nix", "1", &error), SR_ERROR_ARGUMENT);
    assert_ok(sr_form_set(session, "name", NULL, &error));
    sr_form_line(session, &line);
    assert_string_equal(sr_text_get(&line), "train cnn recipe=best lr=0.01");
    form_state(session)->list.at = 4;
    looks(session, "form");
    screen(session, 20, 5, "form-tiny");
    sr_screen_move(session, SR_MOVE_LAST);
    screen(session, 80, 24, "form-last");
    /* A switch turns, a number climbs, a choice goes round. */
    static const struct {
        const char *name, *up, *down;
    } steps[] = {{"norm", "off", "on"},
                 {"epochs", "6", "5"},
                 {"lr", "0.02", "0.01"},
                 {"optimizer", "muon", "adamw"}};
    assert_ok(sr_form_set(session, "epochs", "5", &error));
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        for (int at = 0;; at++) {
            form_state(session)->list.at = at;
            if (!strcmp(sr_form_param(session)->name, steps[i].name)) break;
        }
        for (int back = 0; back < 2; back++) {
            assert_ok(sr_form_step(session, back ? -1 : 1, false, &error));
            sr_text_clear(&line);
            sr_form_value(session, steps[i].name, &line);
            assert_string_equal(sr_text_get(&line), back ? steps[i].down : steps[i].up);
        }
    }
    assert_ok(
        sr_form_set(session, "warmup", "700", &error)); /* longer than the run: said at the foot */
    screen(session, 80, 24, "form-wrong");
    /* A number goes by an amount that makes a difference, and finely. */
    form_state(session)->list.at = 0;
    while (strcmp(sr_form_param(session)->name, "epochs")) form_state(session)->list.at++;
    static const struct {
        const char *from, *up, *fine;
    } amounts[] = {
        {"300", "350", "301"}, {"64", "70", "65"}, {"7", "8", "8"}, {"999", "1000", "1000"}};
    for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++)
        for (int fine = 0; fine < 2; fine++) {
            assert_ok(sr_form_set(session, "epochs", amounts[i].from, &error));
            assert_ok(sr_form_step(session, 1, fine, &error));
            sr_text_clear(&line);
            sr_form_value(session, "epochs", &line);
            assert_string_equal(sr_text_get(&line), fine ? amounts[i].fine : amounts[i].up);
        }
    sr_text_fini(&line);
    fixture_free(session);
}

/* Curves of the first epochs, and smoothed ones. */
static void traced(void **state)
{
    (void)state;
    struct sr_session *session = fixture_bare();
    session->view.pane = &sr_pane_train;
    struct sr_run *run = add_run(session, "cnn", SR_JOB_RUNNING, 0, 20);
    run->trace = sr_xalloc(SR_TRACE_MAX * sizeof *run->trace);
    for (int i = 0; i < 300; i++) {
        double at = 0.02 * (i + 1), noise = ((i * 7919) % 101 - 50) / 500.0;
        run->trace[i] = (struct sr_trace_point){at, 0.25 + 1.9 * exp(-2 * at) + noise,
                                                0.92 - 0.6 * exp(-2 * at) - noise / 3};
    }
    run->traced = 30;
    screen(session, 80, 24, "train-first");
    screen(session, 40, 12, "train-first");
    train_state(session)->smoothing = 0.9;
    run->traced = 300;
    run->progress.epoch = 6;
    looks(session, "train-smooth");
    fixture_free(session);
}

/* What lies over the panes, and the states without anything to show. */
static void states(void **state)
{
    (void)state;
    struct sr_session *session = fixture_bare();
    static const struct sr_pane *const needy[] = {&sr_pane_confusion, &sr_pane_explain,
                                                  &sr_pane_compare};
    for (int i = 0; i < 3; i++) {
        char name[64];
        session->view.pane = needy[i];
        snprintf(name, sizeof name, "%s-no-model", needy[i]->name);
        screen(session, 80, 24, name);
    }
    struct sr_text long_text = {0};
    for (int i = 1; i <= 40; i++)
        sr_text_printf(&long_text, "Line %d of a text that lies over the pane%s.\n", i,
                       i % 5 ? "" : " and is too long for one line, so that it goes on below");
    sr_overlay_open(session, "Help", sr_text_get(&long_text));
    sr_text_fini(&long_text);
    for (int i = 0; i < 3; i++) sr_screen_move(session, SR_MOVE_DOWN);
    screen(session, 80, 24, "overlay");
    sr_screen_move(session, SR_MOVE_LAST);
    session->view.prompt = true;
    session->view.prompt_sign = ':';
    sr_text_add(&session->view.prompt_text, "browse split=test class=Sh");
    session->view.prompt_at = session->view.prompt_text.length;
    sr_text_add(&session->view.prompt_hint, "Shirt");
    screen(session, 40, 12, "overlay-prompt");
    assert_true(sr_overlay_close(session));
    session->view.prompt = false;
    sr_session_message(session, true,
                       "there is no class \"Hat\"; there are T-shirt/top, Trouser and others");
    screen(session, 80, 24, "message");
    fixture_free(session);

    struct sr_session *loading = sr_xalloc(sizeof *loading);
    loading->results = sr_results_new();
    loading->look.depth = SR_DEPTH_256;
    loading->data_job = 1;
    struct sr_grid grid;
    struct sr_text text = {0};
    sr_grid_init(&grid, 60, 8);
    for (int pane = 0; sr_panes[pane]; pane++) {
        loading->view.pane = sr_panes[pane];
        if (sr_panes[pane] == &sr_pane_train) continue; /* needs no data to be looked at */
        sr_screen_draw(loading, &grid);
        sr_grid_dump_text(&grid, &text);
    }
    snprintf(loading->data_error.text, sizeof loading->data_error.text,
             "/data: there is no train-images-idx3-ubyte");
    loading->data_job = 0;
    loading->view.pane = &sr_pane_browse;
    sr_screen_draw(loading, &grid);
    sr_grid_dump_text(&grid, &text);
    compare("no-data-60x8", sr_text_get(&text));
    sr_text_fini(&text);
    sr_grid_fini(&grid);
    sr_states_fini(&loading->states);
    sr_results_free(loading->results);
    free(loading);
}

/* `describe` of every pane, and what Enter stands for there. */
static void words(void **state)
{
    (void)state;
    struct sr_session *session = fixture_new();
    struct sr_text text = {0};
    struct sr_error error;
    struct sr_grid grid;
    sr_grid_init(&grid, 80, 24);
    session->view.split = SR_SPLIT_TEST;
    confusion_state(session)->row = 6;
    data_state(session)->class = 9;
    add_run(session, "cnn", SR_JOB_DONE, 5, 5);
    choose(session, SR_SPLIT_TEST, 6, 0, "cnn");
    for (int pane = 0; sr_panes[pane]; pane++) {
        session->view.pane = sr_panes[pane];
        if (session->view.pane == &sr_pane_map) /* how far a layout is depends on the machine */
            assert_int_equal(sr_args_set(session->options, "autorun", "off", &error), SR_OK);
        settle(session, &grid);
        fix_times(session);
        sr_panes[pane]->describe(session, &text);
        sr_text_add(&text, "Enter: ");
        if (sr_panes[pane]->enter) sr_panes[pane]->enter(session, &text);
        sr_text_add(&text, "\n\n");
    }
    compare("words", sr_text_get(&text));
    sr_text_fini(&text);
    sr_grid_fini(&grid);
    fixture_free(session);
}

static void put_number(FILE *file, uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8) fputc((int)(value >> shift & 255), file);
}

/* IDX files of 32×32×3: a disc on a slanted ground, its colour by class; no two of the first 120
 * are alike. */
static void write_colours(const char *folder, const char *part, uint32_t first, uint32_t count)
{
    static const uint8_t colours[3][3] = {{220, 60, 40}, {50, 180, 80}, {60, 90, 230}};
    char path[200];
    snprintf(path, sizeof path, "%s/%s-images-idx4-ubyte", folder, part);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    put_number(file, 2052);
    put_number(file, count);
    put_number(file, 32), put_number(file, 32), put_number(file, 3);
    for (uint32_t i = first; i < first + count; i++)
        for (int y = 0; y < 32; y++)
            for (int x = 0; x < 32; x++) {
                const int dy = y - 12 - (int)(i % 8), dx = x - 11 - (int)(i * 3 % 10);
                for (int c = 0; c < 3; c++)
                    fputc(dy * dy + dx * dx < 64 ? colours[i % 3][c]
                                                 : (x * (c + 1) + y * (3 - c)) * 2 / 3,
                          file);
            }
    assert_int_equal(fclose(file), 0);
    snprintf(path, sizeof path, "%s/%s-labels-idx1-ubyte", folder, part);
    file = fopen(path, "wb");
    put_number(file, 2049);
    put_number(file, count);
    for (uint32_t i = first; i < first + count; i++) fputc((int)(i % 3), file);
    assert_int_equal(fclose(file), 0);
}

/* Every pane that shows pixels, in direct colour, with 256, 16 and 8 colours, and without. */
static void colour(void **state)
{
    (void)state;
    static const char *const names[] = {"train-images-idx4-ubyte", "train-labels-idx1-ubyte",
                                        "t10k-images-idx4-ubyte", "t10k-labels-idx1-ubyte"};
    static const struct {
        enum sr_depth depth;
        const char *name;
    } depths[] = {{SR_DEPTH_DIRECT, "colour-browse-direct-ansi"},
                  {SR_DEPTH_256, "colour-browse-256-ansi"},
                  {SR_DEPTH_16, "colour-browse-16-ansi"},
                  {SR_DEPTH_8, "colour-browse-8-ansi"},
                  {SR_DEPTH_NONE, "colour-browse-plain"}};
    char folder[] = "/tmp/sartor-colours-XXXXXX", path[200];
    assert_non_null(mkdtemp(folder));
    write_colours(folder, "train", 0, 60);
    write_colours(folder, "t10k", 70, 12);
    struct sr_session *session = fixture_open(folder);
    snprintf(session->data->name, sizeof session->data->name, "discs");
    struct sr_entry *model = add_model(session, &plain_class, "svm", 77);
    session->view.pane = &sr_pane_browse;
    choose(session, SR_SPLIT_TEST, -1, -1, model->name);
    for (size_t i = 0; i < sizeof depths / sizeof *depths; i++) {
        session->look.depth = depths[i].depth;
        screen(session, 80, 24, depths[i].name);
    }
    session->look.ascii = true;
    screen(session, 80, 24, "colour-browse-ascii");
    session->look.ascii = false;
    session->look.depth = SR_DEPTH_DIRECT;
    browse_state(session)->enlarged = true;
    screen(session, 120, 40, "colour-large-ansi");
    browse_state(session)->values = true;
    screen(session, 120, 40, "colour-values-ansi");
    screen(session, 80, 24, "colour-values");
    browse_state(session)->values = browse_state(session)->enlarged = false;
    session->view.pane = &sr_pane_data;
    screen(session, 80, 24, "colour-data");
    screen(session, 120, 40, "colour-data-ansi");
    data_state(session)->shows = 1;
    screen(session, 80, 24, "colour-means-ansi");
    session->view.pane = &sr_pane_explain;
    screen(session, 120, 40, "colour-explain-ansi");
    fixture_free(session);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        assert_int_equal(unlink(path), 0);
    }
    rmdir(folder);
}

/* In colour, with 16 colours, in ASCII and without colours. */
static void map_modes(struct sr_session *session, int columns, int lines)
{
    screen(session, columns, lines, "map");
    session->look.depth = SR_DEPTH_256;
    screen(session, columns, lines, "map-ansi");
    session->look.depth = SR_DEPTH_16;
    screen(session, columns, lines, "map-16-ansi");
    session->look.depth = SR_DEPTH_NONE;
    screen(session, columns, lines, "map-plain");
    session->look.ascii = true;
    screen(session, columns, lines, "map-ascii");
    session->look.ascii = false;
    session->look.depth = SR_DEPTH_DIRECT;
}

/* The components of pixels: t-SNE is drawn the same way, and takes longer. */
static void map(void **state)
{
    (void)state;
    struct sr_session *session = fixture_new();
    struct map *map = map_state(session);
    struct sr_error error;
    session->view.pane = &sr_pane_map;
    assert_int_equal(sr_args_set(session->options, "autorun", "off", &error), SR_OK);
    looks(session, "map");
    screen(session, 80, 24, "map");
    screen(session, 120, 40, "map-ansi");
    map_modes(session, 100, 30);
    map_modes(session, 200, 60);
    screen(session, 20, 5, "map-tiny");
    map->within = 40;
    choose(session, SR_SPLIT_TEST, 6, 0, "cnn");
    map->colour = SR_MAP_RIGHT;
    screen(session, 80, 24, "map-near-ansi");
    map->colour = SR_MAP_CONFIDENCE;
    screen(session, 80, 24, "map-confidence");
    map->colour = SR_MAP_SUSPECT;
    screen(session, 80, 24, "map-suspect");
    session->look.depth = SR_DEPTH_16;
    map->colour = SR_MAP_PREDICTED;
    map->zoom = 3;
    screen(session, 80, 24, "map-sixteen-ansi");
    fixture_free(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(browse_pane),   cmocka_unit_test(data),
        cmocka_unit_test(train),         cmocka_unit_test(confusion),
        cmocka_unit_test(explain),       cmocka_unit_test(states),
        cmocka_unit_test(words),         cmocka_unit_test(compare_models),
        cmocka_unit_test(compare_pairs), cmocka_unit_test(log_lines),
        cmocka_unit_test(form),          cmocka_unit_test(traced),
        cmocka_unit_test(colour),        cmocka_unit_test(map),
    };
    return cmocka_run_group_tests_name("screens", tests, NULL, NULL);
}
