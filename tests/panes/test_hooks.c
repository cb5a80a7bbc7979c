/* What the panes answer to commands, and what commands tell them to show. */
#include "../../src/panes/browse.h"
#include "../../src/panes/compare.h"
#include "../../src/panes/confusion.h"
#include "../../src/panes/data.h"
#include "../../src/panes/explain.h"
#include "../../src/panes/form.h"
#include "../../src/panes/shared.h"
#include "../../src/panes/train.h"
#include "fixture.h"
#include "sartor/app/robustness.h"
#include "sartor/app/scores.h"
#include "sartor/panes/overlay.h"
#include "sartor/panes/show.h"

static struct sr_error error;
static struct sr_text said;

static enum sr_status look(struct sr_session *session, const char *name)
{
    const struct sr_pane_action *action = sr_pane_current(session)->actions;
    while (action && action->name && strcmp(action->name, name)) action++;
    if (!action || !action->name) fail_msg("no look %s", name);
    return action->run(session, &error);
}

static void draw(struct sr_session *session, int columns, int lines)
{
    struct sr_grid grid;
    sr_grid_init(&grid, columns, lines);
    settle(session, &grid);
    sr_grid_fini(&grid);
}

/* Which pane has which hook: a row each, + for those that it has. */
static void who_answers_what(void **state)
{
    (void)state;
    static const struct {
        const char *pane, *hooks, *actions;
    } wanted[] = {
        {"browse", "mode back order search", "values label versions larger smaller"},
        {"data", "axis", "next"},
        {"train", "mode back axis smooth run", "others"},
        {"confusion", "units", "vs beats beaten"},
        {"explain", "order", "classes"},
        {"compare", "back order", "vs beats beaten robustness"},
        {"log", "", ""},
        {"map", "back order",
         "next cluster box left right up down layout larger smaller wider narrower"},
    };
    for (size_t i = 0; sr_panes[i]; i++) {
        if (i == sizeof wanted / sizeof *wanted) fail_msg("no row for %s", sr_panes[i]->name);
        const struct sr_pane *pane = sr_panes[i];
        struct sr_text hooks = {0}, actions = {0};
        const struct {
            bool there;
            const char *name;
        } all[] = {{pane->mode, "mode"},     {pane->back, "back"}, {pane->order, "order"},
                   {pane->search, "search"}, {pane->axis, "axis"}, {pane->units, "units"},
                   {pane->smooth, "smooth"}, {pane->run, "run"}};
        for (size_t k = 0; k < sizeof all / sizeof *all; k++)
            if (all[k].there) sr_text_printf(&hooks, "%s%s", hooks.length ? " " : "", all[k].name);
        for (const struct sr_pane_action *a = pane->actions; a && a->name; a++)
            sr_text_printf(&actions, "%s%s", actions.length ? " " : "", a->name);
        assert_string_equal(pane->name, wanted[i].pane);
        assert_string_equal(sr_text_get(&hooks), wanted[i].hooks);
        assert_string_equal(sr_text_get(&actions), wanted[i].actions);
        assert_true(pane->hints && pane->draw && pane->describe && pane->move);
        assert_ptr_equal(sr_pane_find(pane->name, &error), pane);
        sr_text_fini(&hooks);
        sr_text_fini(&actions);
    }
}

static void panes_by_name_and_beside(void **state)
{
    (void)state;
    struct sr_session *session = fixture_bare();
    assert_ptr_equal(sr_pane_current(session), &sr_pane_browse); /* before any has been chosen */
    assert_ptr_equal(sr_pane_beside(session, 1), &sr_pane_data);
    assert_ptr_equal(sr_pane_beside(session, -1), &sr_pane_map);
    session->view.pane = &sr_pane_map;
    assert_ptr_equal(sr_pane_beside(session, 1), &sr_pane_browse);
    assert_ptr_equal(sr_pane_beside(session, -1), &sr_pane_log);
    assert_null(sr_pane_find("logs", &error));
    assert_string_equal(error.text, "There is no pane \"logs\". The panes are browse, data, train, "
                                    "confusion, explain, compare, log, map.");
    fixture_free(session);
}

static void browse_opens_and_closes_in_steps(void **state)
{
    (void)state;
    struct sr_session *session = fixture_new();
    const struct browse *browse = browse_state(session);
    session->view.pane = &sr_pane_data;
    sr_browse_show(session, true);
    assert_ptr_equal(sr_pane_current(session), &sr_pane_browse);
    assert_string_equal(sr_pane_browse.mode(session), "large");
    assert_ok(look(session, "values"));
    assert_true(browse->values);
    assert_ok(look(session, "versions"));
    assert_true(browse->versions);
    assert_true(sr_pane_browse.back(session)); /* numbers, then the sample, then nothing is open */
    assert_true(browse->enlarged && !browse->values);
    assert_true(sr_pane_browse.back(session));
    assert_false(browse->enlarged);
    assert_null(sr_pane_browse.mode(session));
    assert_false(sr_pane_browse.back(session));
    sr_browse_show(session, true);
    sr_browse_show(session, false);
    assert_false(browse->enlarged);
    fixture_free(session);
}

static void numbers_scroll_by_lines_and_other_moves_change_the_sample(void **state)
{
    (void)state;
    struct sr_session *session = fixture_new();
    struct browse *browse = browse_state(session);
    choose(session, SR_SPLIT_TEST, -1, -1, NULL);
    sr_browse_show(session, true);
    assert_ok(look(session, "values"));
    draw(session, 100, 14); /* nine lines of numbers, below tabs, filter, title and header */
    for (int i = 0; i < 5; i++) sr_screen_move(session, SR_MOVE_DOWN);
    sr_screen_move(session, SR_MOVE_UP);
    draw(session, 100, 14);
    assert_int_equal(browse->pixels.top, 4);
    assert_int_equal(browse->pixels.lines, 9);
    assert_int_equal(session->selection.at, 0);
    sr_screen_move(session, SR_MOVE_NEXT);
    sr_screen_move(session, SR_MOVE_PAGE_DOWN);
    assert_int_equal(session->selection.at, 11);
    for (int i = 0; i < 100; i++) sr_screen_move(session, SR_MOVE_DOWN);
    draw(session, 100, 14);
    assert_int_equal(browse->pixels.top, 28 - 9);
    fixture_free(session);
}

/* The grid keeps where it is scrolled to, until another selection is made. */
static void another_selection_is_shown_from_its_top(void **state)
{
    (void)state;
    struct sr_session *session = fixture_new();
    const struct browse *browse = browse_state(session);
    choose(session, SR_SPLIT_TEST, -1, -1, NULL);
    draw(session, 80, 24);
    sr_screen_move(session, SR_MOVE_LAST);
    draw(session, 80, 24);
    const int bottom = browse->grid.top;
    assert_int_equal(bottom,
                     ((int)session->selection.count + browse->columns - 1) / browse->columns -
                         browse->grid.lines);
    sr_screen_move(session, SR_MOVE_UP);
    draw(session, 80, 24);
    assert_int_equal(browse->grid.top, bottom); /* the cursor is in sight without scrolling */
    const size_t version = session->selection.version;
    session->selection.at = 3 * (size_t)browse->columns;
    choose(session, SR_SPLIT_TEST, -1, -1, NULL);
    assert_true(session->selection.version > version);
    draw(session, 80, 24);
    assert_int_equal(browse->grid.top, 3 - browse->grid.lines + 1); /* from 0 down to the cursor */
    fixture_free(session);
}

static void orders_go_round(void **state)
{
    (void)state;
    struct sr_session *session = fixture_new();
    static const struct sr_pane *const both[] = {&sr_pane_browse, &sr_pane_explain};
    choose(session, SR_SPLIT_TEST, -1, -1, "cnn");
    for (int i = 0; i < 2; i++) {
        session->selection.at = 5;
        sr_text_clear(&said);
        assert_ok(both[i]->order(session, false, &said, &error));
        assert_string_equal(sr_text_get(&said), "sorted by confidence\n");
        assert_int_equal(session->selection.at, 0);
        sr_text_clear(&said);
        assert_ok(both[i]->order(session, true, &said, &error));
        assert_string_equal(sr_text_get(&said), "sorted by confidence, largest first\n");
        assert_ok(both[i]->order(session, true, &said, &error));
        for (int k = 0; k < 3; k++) assert_ok(both[i]->order(session, false, &said, &error));
        assert_int_equal(session->selection.filter.order, SR_ORDER_INDEX);
        assert_string_equal(session->selection.filter.model, ""); /* no model is asked any more */
    }
    fixture_free(session);
}

static void search_remembers(void **state)
{
    (void)state;
    struct sr_session *session = fixture_new();
    choose(session, SR_SPLIT_TEST, -1, -1, NULL);
    const struct sr_selection *selection = &session->selection;
    const uint8_t *labels = session->data->files[SR_FILE_TEST].labels;
    assert_int_equal(sr_pane_browse.search(session, NULL, 1, &error), SR_ERROR_STATE);
    assert_string_equal(error.text, "nothing has been searched for yet; press / to type a text");
    assert_ok(sr_pane_browse.search(session, "Bag", 1, &error));
    const size_t first = selection->at;
    assert_int_equal(labels[selection->rows[first]], 8);
    assert_ok(sr_pane_browse.search(session, NULL, 1, &error));
    assert_true(selection->at > first);
    assert_int_equal(labels[selection->rows[selection->at]], 8);
    assert_ok(sr_pane_browse.search(session, NULL, -1, &error));
    assert_int_equal(selection->at, first);
    fixture_free(session);
}

static void data_answers(void **state)
{
    (void)state;
    struct sr_session *session = fixture_new();
    const struct data_view *view = data_state(session);
    assert_int_equal(view->class, -1);
    sr_data_show(session);
    assert_ptr_equal(sr_pane_current(session), &sr_pane_data);
    sr_pane_data.axis(session);
    assert_true(view->linear);
    sr_pane_data.axis(session);
    assert_false(view->linear);
    static const enum data_shows turns[] = {DATA_MEANS, DATA_DEVIATIONS, DATA_HISTOGRAM};
    for (int i = 0; i < 3; i++) {
        assert_ok(look(session, "next"));
        assert_int_equal(view->shows, turns[i]);
    }
    sr_screen_move(session, SR_MOVE_UP); /* above the first there is nothing */
    assert_int_equal(view->class, -1);
    sr_screen_move(session, SR_MOVE_DOWN);
    sr_screen_move(session, SR_MOVE_DOWN);
    assert_int_equal(view->class, 1);
    sr_screen_move(session, SR_MOVE_LAST);
    assert_int_equal(view->class, 9);
    sr_screen_move(session, SR_MOVE_RIGHT);
    assert_int_equal(view->file, SR_FILE_TEST);
    sr_screen_move(session, SR_MOVE_LEFT);
    assert_int_equal(view->file, SR_FILE_TRAIN);
    draw(session, 80, 24);
    assert_true(sr_screen_click(session, 45, 18) == false && view->class >= 0 && view->class < 9);
    assert_true(sr_screen_click(session, 45, 18)); /* again: it was there */
    fixture_free(session);
}

static void train_shows_runs_and_forms(void **state)
{
    (void)state;
    struct sr_session *session = fixture_new();
    const struct train *train = train_state(session);
    assert_null(sr_pane_train.run(session));
    struct sr_run *first = add_run(session, "cnn", SR_JOB_DONE, 5, 5),
                  *second = add_run(session, "mlp", SR_JOB_RUNNING, 2, 5),
                  *third = add_run(session, "svm", SR_JOB_QUEUED, 0, 0);
    sr_train_show(session, -1);
    assert_ptr_equal(sr_pane_current(session), &sr_pane_train);
    assert_ptr_equal(sr_pane_train.run(session), second); /* the one under way, not the latest */
    sr_train_show(session, 0);
    assert_ptr_equal(sr_pane_train.run(session), first);
    assert_null(sr_pane_train.mode(session));
    assert_false(sr_pane_train.back(session));
    sr_train_show_form(session, sr_model_class_find("cnn", &error));
    assert_string_equal(sr_pane_train.mode(session), "form");
    assert_ptr_equal(sr_form_family(session), sr_model_class_find("cnn", &error));
    assert_null(sr_pane_train.run(session)); /* the form lies over it */
    assert_true(sr_pane_train.back(session));
    assert_null(sr_form_family(session));
    assert_null(sr_form_param(session));
    sr_train_show_form(session, sr_model_class_find("cnn", &error));
    sr_train_show(session, -1); /* a run that is brought into view closes the form */
    assert_ptr_equal(sr_pane_train.run(session), second);

    /* The list of runs and families: down to the last run, then to the families. */
    sr_screen_move(session, SR_MOVE_DOWN);
    assert_ptr_equal(sr_pane_train.run(session), third);
    sr_screen_move(session, SR_MOVE_DOWN);
    assert_null(sr_pane_train.run(session));
    assert_int_equal(train->family, 0);
    sr_screen_move(session, SR_MOVE_DOWN);
    assert_int_equal(train->family, 1);
    sr_screen_move(session, SR_MOVE_LAST);
    assert_int_equal(train->family, train_family_count() - 1);
    sr_screen_move(session, SR_MOVE_FIRST);
    assert_ptr_equal(sr_pane_train.run(session), first);
    /* What is shown by itself goes along when another run starts. */
    sr_screen_move(session, SR_MOVE_DOWN);
    assert_int_equal(train->run, -1);
    second->state = SR_JOB_DONE;
    third->state = SR_JOB_RUNNING;
    assert_ptr_equal(sr_pane_train.run(session), third);
    fixture_free(session);
}

static void train_answers(void **state)
{
    (void)state;
    struct sr_session *session = fixture_new();
    const struct train *train = train_state(session);
    static const double turns[] = {0.6, 0.9, 0.98, 0, 0.6};
    session->view.pane = &sr_pane_train;
    for (int i = 0; i < 5; i++) {
        sr_text_clear(&said);
        sr_pane_train.smooth(session, NAN, &said);
        assert_float_equal(train->smoothing, turns[i], 0);
    }
    assert_string_equal(sr_text_get(&said), "smoothed, 0.6 of the past; the raw curve is behind\n");
    sr_pane_train.smooth(session, 0.5, &said);
    assert_float_equal(train->smoothing, 0.5, 0);
    sr_text_clear(&said);
    sr_pane_train.smooth(session, 0, &said);
    assert_string_equal(sr_text_get(&said), "not smoothed\n");
    sr_pane_train.axis(session);
    assert_true(train->logarithmic);
    assert_ok(look(session, "others"));
    assert_true(train->alone);
    fixture_free(session);
}

static void confusion_answers(void **state)
{
    (void)state;
    struct sr_session *session = fixture_new();
    struct confusion *confusion = confusion_state(session);
    sr_confusion_show(session, session->entries[1], SR_SPLIT_TEST, session->entries[0]);
    assert_ptr_equal(sr_pane_current(session), &sr_pane_confusion);
    assert_string_equal(session->view.model, "svm");
    assert_string_equal(confusion->vs, "cnn");
    assert_int_equal(session->view.split, SR_SPLIT_TEST);
    sr_confusion_show(session, session->entries[0], SR_SPLIT_TEST, NULL);
    assert_string_equal(confusion->vs, "");
    static const enum confusion_units turns[] = {CONFUSION_OF_TRUE, CONFUSION_OF_PREDICTED,
                                                 CONFUSION_COUNTS};
    for (int i = 0; i < 3; i++) {
        sr_pane_confusion.units(session);
        assert_int_equal(confusion->units, turns[i]);
    }
    assert_int_equal(look(session, "beats"), SR_ERROR_STATE);
    assert_string_equal(error.text, "there is no second model beside it; v chooses one");
    add_model(session, &plain_class, "forest", 5);
    static const char *const seconds[] = {"svm", "forest", "", "svm"};
    for (int i = 0; i < 4; i++) { /* each other one, then none */
        assert_ok(look(session, "vs"));
        assert_string_equal(confusion->vs, seconds[i]);
    }
    session->entry_count = 1;
    assert_int_equal(look(session, "vs"), SR_ERROR_STATE);
    assert_string_equal(error.text, "there is no second model; train another");
    session->entry_count = 3;
    fixture_free(session);
}

/* `look beats` and `look beaten`: what one of two models gets right and the other wrong. */
static void differences_are_browsed(void **state)
{
    (void)state;
    struct sr_session *session = fixture_new();
    const struct sr_filter *filter = &session->selection.filter;
    sr_confusion_show(session, session->entries[0], SR_SPLIT_TEST, session->entries[1]);
    confusion_state(session)->row = 6;
    draw(session, 80, 24);
    assert_ok(look(session, "beats"));
    assert_ptr_equal(sr_pane_current(session), &sr_pane_browse);
    assert_string_equal(filter->model, "cnn");
    assert_string_equal(filter->beats, "svm");
    assert_int_equal(filter->class, 6);
    assert_int_equal(filter->split, SR_SPLIT_TEST);
    assert_string_equal(session->log.lines[session->log.count - 1].text,
                        "browse split=test class=Shirt model=cnn beats=svm");
    confusion_state(session)->row = -1;
    session->view.pane = &sr_pane_confusion;
    assert_ok(look(session, "beaten"));
    assert_string_equal(filter->model, "svm");
    assert_string_equal(filter->beats, "cnn");
    assert_int_equal(filter->class, -1);

    session->view.pane = &sr_pane_compare;
    draw(session, 80, 24);
    struct sr_entry *first, *second;
    enum sr_split_name split;
    assert_ok(compare_shown_pair(session, &first, &second, &split, &error));
    assert_ok(look(session, "beaten"));
    assert_string_equal(filter->model, second->name);
    assert_string_equal(filter->beats, first->name);
    assert_int_equal(filter->split, split);
    session->view.pane = &sr_pane_compare;
    assert_ok(look(session, "beats"));
    assert_string_equal(filter->model, first->name);
    fixture_free(session);
}

static void compare_answers(void **state)
{
    (void)state;
    struct sr_session *session = fixture_new();
    const struct compare *compare = compare_state(session);
    session->view.pane = &sr_pane_compare;
    session->view.split = SR_SPLIT_TEST;
    add_model(session, &plain_class, "forest", 5);
    draw(session, 80, 24);
    assert_int_equal(compare->order, SR_SCORE_ACCURACY);
    assert_ok(sr_pane_compare.order(session, false, &said, &error));
    assert_int_not_equal(compare->order, SR_SCORE_ACCURACY);
    assert_ok(sr_pane_compare.order(session, true, &said, &error));
    assert_true(compare->reverse);
    const char first = compare->vs[0];
    assert_ok(look(session, "vs"));
    assert_int_not_equal(compare->vs[0], first);
    fixture_free(session);
}

/* Changed pictures in Compare: what is known is shown, Enter asks for the rest. */
static void compare_shows_changes(void **state)
{
    (void)state;
    struct sr_session *session = fixture_new();
    struct compare *compare = compare_state(session);
    const struct sr_robustness *found;
    const struct sr_robustness_request request = sr_robustness_request(SR_SPLIT_TEST);
    struct sr_text line = {0};
    bool pending;
    session->view.pane = &sr_pane_compare;
    session->view.split = SR_SPLIT_TEST;
    draw(session, 80, 24);
    assert_false(sr_pane_compare.back(session));
    assert_ok(look(session, "robustness"));
    assert_true(compare->robustness);
    draw(session, 80, 24);
    sr_text_clear(&said);
    sr_pane_compare.describe(session, &said);
    assert_non_null(strstr(sr_text_get(&said), "svm: not measured."));
    sr_screen_move(session, SR_MOVE_LAST);
    sr_screen_move(session, SR_MOVE_DOWN);
    assert_int_equal(compare->kinds.at, COMPARE_BORNE_ROWS - 1);
    sr_screen_move(session, SR_MOVE_LEFT);
    sr_screen_move(session, SR_MOVE_LEFT);
    const char first[2] = {compare->at[0]};
    sr_screen_move(session, SR_MOVE_RIGHT);
    assert_int_not_equal(compare->at[0], first[0]);
    sr_pane_compare.enter(session, &line);
    char wanted[96];
    snprintf(wanted, sizeof wanted, "robustness %s split=test", compare->at);
    assert_string_equal(sr_text_get(&line), wanted);
    struct sr_entry *entry = sr_session_entry(session, compare->at, &error);
    assert_null(sr_session_robustness_known(session, entry, &request, &pending));
    assert_false(pending);
    while (sr_session_robustness(session, entry, &request, &found, &error) == SR_PENDING)
        sr_session_wait(session, 1);
    assert_ptr_equal(sr_session_robustness_known(session, entry, &request, &pending), found);
    sr_text_clear(&said);
    sr_pane_compare.describe(session, &said);
    char mean[64];
    snprintf(mean, sizeof mean, "is right on %.1f %% on average over 15 kinds.",
             100 * sr_robustness_mean(found, 0, NULL));
    assert_non_null(strstr(sr_text_get(&said), mean));
    for (int columns = 1; columns < 130; columns += 9)
        for (int lines = 1; lines < 50; lines += 7) draw(session, columns, lines);
    assert_true(sr_pane_compare.choose(session, COMPARE_SPOT_KINDS + 3) || compare->kinds.at == 3);
    assert_true(sr_pane_compare.back(session));
    assert_false(compare->robustness);
    sr_text_fini(&line);
    fixture_free(session);
}

static void explain_answers(void **state)
{
    (void)state;
    struct sr_session *session = fixture_new();
    const struct explain *explain = explain_state(session);
    assert_int_equal(explain->target, -1);
    sr_explain_show(session, session->entries[1], "occlusion", NULL, 4);
    assert_ptr_equal(sr_pane_current(session), &sr_pane_explain);
    assert_string_equal(session->view.model, "svm");
    assert_string_equal(sr_explain_method(session), "occlusion");
    assert_string_equal(explain->layer, "");
    assert_true(explain->target == 4 && !explain->classes);
    sr_explain_show_classes(session, session->entries[0], NULL, "conv2");
    assert_string_equal(session->view.model, "cnn");
    assert_string_equal(sr_explain_method(session), "");
    assert_string_equal(explain->layer, "conv2");
    assert_true(explain->target == 4 && explain->classes);
    assert_ok(look(session, "classes"));
    assert_false(explain->classes);
    sr_explain_show_classes(session, session->entries[0], NULL, "conv2");
    sr_screen_move(session, SR_MOVE_RIGHT); /* classes stand in rows */
    assert_int_equal(explain->target, 5);
    sr_screen_move(session, SR_MOVE_LEFT);
    assert_int_equal(explain->target, 4);
    assert_ok(look(session, "classes"));
    session->view.pane = &sr_pane_log;
    sr_explain_show_method(session, "gradcam");
    assert_ptr_equal(sr_pane_current(session), &sr_pane_explain);
    assert_string_equal(sr_explain_method(session), "gradcam");
    sr_screen_move(session, SR_MOVE_UP);
    assert_int_equal(explain->target, 3);
    for (int i = 0; i < 20; i++) sr_screen_move(session, SR_MOVE_DOWN);
    assert_int_equal(explain->target, 9);
    for (int i = 0; i < 20; i++) sr_screen_move(session, SR_MOVE_UP);
    assert_int_equal(explain->target, -1); /* the predicted class */
    sr_screen_move(session, SR_MOVE_PAGE_UP);
    assert_string_equal(explain->layer, "conv1");
    sr_screen_move(session, SR_MOVE_PAGE_DOWN);
    assert_string_equal(explain->layer, "conv2");
    fixture_free(session);
}

static void screen_text(struct sr_session *session, int columns, int lines, struct sr_text *text,
                        struct sr_cursor *cursor)
{
    struct sr_grid grid;
    sr_grid_init(&grid, columns, lines);
    settle(session, &grid);
    *cursor = sr_screen_draw(session, &grid);
    sr_text_clear(text);
    sr_grid_dump_text(&grid, text);
    sr_grid_fini(&grid);
}

/* What has been said and what is asked can be read to its end, whatever the window. */
static void long_messages_are_shown_whole(void **state)
{
    (void)state;
    struct sr_session *session = fixture_new();
    struct sr_text text = {0};
    struct sr_cursor cursor;
    static const char sentence[] =
        "this sentence has one word after the other so that it does not fit "
        "into a line of forty columns, nor of eighty, before its end";
    sr_session_message(session, true, "%s", sentence);
    static const int sizes[][2] = {{40, 12}, {80, 24}, {200, 60}};
    for (int i = 0; i < 3; i++) {
        screen_text(session, sizes[i][0], sizes[i][1], &text, &cursor);
        assert_non_null(strstr(text.bytes, "! this sentence"));
        assert_non_null(strstr(text.bytes, " end\n"));
    }
    session->view.question = true;
    snprintf(session->view.question_text, sizeof session->view.question_text, "%s?", sentence);
    for (int i = 0; i < 3; i++) {
        screen_text(session, sizes[i][0], sizes[i][1], &text, &cursor);
        assert_non_null(strstr(text.bytes, "end? (y/n)\n"));
        assert_true(cursor.typing);
        assert_int_equal(cursor.y, sizes[i][1] - 1);
    }
    sr_text_fini(&text);
    fixture_free(session);
}

/* The first letters of what the cursor is on, as a screen reader finds them. */
static void cursor_text(struct sr_session *session, char out[12])
{
    struct sr_grid grid;
    sr_grid_init(&grid, 100, 30);
    settle(session, &grid);
    struct sr_cursor cursor = sr_screen_draw(session, &grid);
    assert_false(cursor.typing);
    for (int i = 0; i < 11; i++) {
        const int x = cursor.x + i;
        out[i] = cursor.x < 0 || x >= grid.columns
                     ? ' '
                     : (char)sr_glyph_ascii(grid.cells[cursor.y * grid.columns + x].glyph);
    }
    out[11] = '\0';
    sr_grid_fini(&grid);
}

static void the_cursor_is_on_what_is_selected(void **state)
{
    (void)state;
    struct sr_session *session = fixture_new();
    char words[12], name[12], id[32];
    choose(session, SR_SPLIT_TEST, -1, -1, NULL);
    for (int i = 0; i < 3; i++) {
        const uint32_t row = session->selection.rows[session->selection.at];
        cursor_text(session, words);
        snprintf(name, sizeof name, "%s",
                 sr_pane_class(session, session->data->files[SR_FILE_TEST].labels[row]));
        assert_memory_equal(words, name, strlen(name) < 6 ? strlen(name) : 6);
        sr_screen_move(session, SR_MOVE_RIGHT);
    }
    sr_pane_id(id, sizeof id, SR_FILE_TEST, session->selection.rows[session->selection.at]);
    sr_browse_show(session, true);
    cursor_text(session, words);
    assert_memory_equal(words, id, strlen(id));
    static const struct {
        const struct sr_pane *pane;
        const char *words;
    } places[] = {{&sr_pane_data, "all classes"},
                  {&sr_pane_train, "cnn"},
                  {&sr_pane_compare, "svm"},
                  {&sr_pane_explain, "test:"}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        session->view.pane = places[i].pane;
        cursor_text(session, words);
        assert_memory_equal(words, places[i].words, strlen(places[i].words));
    }
    session->view.pane = &sr_pane_confusion;
    cursor_text(session, words);
    assert_true(words[0] >= '0' && words[0] <= '9');
    fixture_free(session);
}

/* Each line of numbers is that row of the picture. */
static void numbers_are_those_of_the_pixels(void **state)
{
    (void)state;
    struct sr_session *session = fixture_new();
    struct sr_text text = {0};
    struct sr_cursor cursor;
    choose(session, SR_SPLIT_TEST, -1, -1, NULL);
    sr_browse_show(session, true);
    assert_ok(look(session, "values"));
    for (int i = 0; i < 11; i++) sr_screen_move(session, SR_MOVE_DOWN);
    screen_text(session, 120, 12, &text, &cursor);
    const uint8_t *pixels = sr_pane_pixels(session, SR_FILE_TEST, session->selection.rows[0]);
    const char *line = sr_text_get(&text);
    for (int i = 0; i < 4; i++) line = strchr(line, '\n') + 1; /* tabs, filter, title, columns */
    for (int y = 11; y < 18; y++, line = strchr(line, '\n') + 1) {
        char *at;
        assert_int_equal(strtol(line, &at, 10), y);
        for (int x = 0; x < 28; x++) assert_int_equal(strtol(at, &at, 10), pixels[28 * y + x]);
    }
    sr_text_fini(&text);
    fixture_free(session);
}

/* The log follows its end, stays where it is scrolled to, and follows again once scrolled back. */
static void the_log_follows_its_end(void **state)
{
    (void)state;
    struct sr_session *session = fixture_bare();
    struct sr_text text = {0};
    struct sr_cursor cursor;
    session->view.pane = &sr_pane_log;
    for (int i = 1; i <= 40; i++) {
        char entry[32];
        snprintf(entry, sizeof entry, "entry %d.", i);
        sr_session_log(session, SR_LOG_COMMAND, entry);
    }
    screen_text(session, 80, 24, &text, &cursor);
    assert_non_null(strstr(sr_text_get(&text), "entry 40."));
    sr_screen_move(session, SR_MOVE_UP);
    sr_session_log(session, SR_LOG_COMMAND, "the latest");
    screen_text(session, 80, 24, &text, &cursor);
    assert_null(strstr(sr_text_get(&text), "the latest"));
    assert_null(strstr(sr_text_get(&text), "following"));
    sr_screen_move(session, SR_MOVE_DOWN);
    sr_screen_move(session, SR_MOVE_DOWN);
    screen_text(session, 80, 24, &text, &cursor);
    assert_non_null(strstr(sr_text_get(&text), "the latest"));
    assert_non_null(strstr(sr_text_get(&text), "following"));
    sr_session_log(session, SR_LOG_COMMAND, "the very last");
    screen_text(session, 80, 24, &text, &cursor);
    assert_non_null(strstr(sr_text_get(&text), "the very last"));
    sr_text_fini(&text);
    fixture_free(session);
}

/* A line longer than the window is scrolled so that its cursor is in sight, with what stands before
 * it; in cells, of which some characters take two. */
static void the_prompt_shows_its_cursor(void **state)
{
    (void)state;
    struct sr_session *session = fixture_bare();
    struct sr_view *view = &session->view;
    struct sr_text text = {0};
    static const struct {
        const char *line;
        size_t at;
        int x;
        const char *shown;
    } cases[] = {{"abcdefghijklmnopqrstuvwxyz", 26, 9, ":stuvwxyz"},
                 {"abcdefghijklmnopqrstuvwxyz", 9, 9, ":bcdefghi…"},
                 {"abcdefghijklmnopqrstuvwxyz", 5, 6, ":abcdefgh…"},
                 {"日本語日本語", 18, 9, ":語日本語"},
                 {"", 0, 1, ":"}};
    view->prompt = true;
    view->prompt_sign = ':';
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sr_cursor cursor;
        sr_text_clear(&view->prompt_text);
        sr_text_add(&view->prompt_text, cases[i].line);
        view->prompt_at = cases[i].at;
        screen_text(session, 10, 3, &text, &cursor);
        assert_int_equal(cursor.x, cases[i].x);
        assert_int_equal(cursor.y, 2);
        char *last = text.bytes + text.length - 1;
        *last = '\0';
        assert_string_equal(strrchr(text.bytes, '\n') + 1, cases[i].shown);
    }
    view->prompt = false;
    sr_text_fini(&text);
    fixture_free(session);
}

/* The command that Enter runs, in each pane and each of its states. */
static void assert_enter(struct sr_session *session, const char *wanted)
{
    struct sr_text line = {0};
    draw(session, 80, 24);
    sr_pane_current(session)->enter(session, &line);
    assert_string_equal(sr_text_get(&line), wanted);
    sr_text_fini(&line);
}

static void enter_runs_commands(void **state)
{
    (void)state;
    struct sr_session *session = fixture_new();
    choose(session, SR_SPLIT_TEST, -1, -1, NULL);
    session->selection.at = 7;
    assert_enter(session, "show test:7");
    sr_browse_show(session, true);
    assert_enter(session, "pane explain");
    sr_explain_show(session, session->entries[0], NULL, NULL, -1);
    assert_enter(session, "show test:7");
    sr_explain_show_classes(session, session->entries[0], NULL, NULL);
    assert_enter(session, "");
    explain_state(session)->target = 9;
    assert_enter(session, "browse split=validation \"class=Ankle boot\"");
    assert_ok(sr_args_set(session->options, "autorun", "off", &error));
    sr_explain_show(session, session->entries[1], "occlusion", NULL, 3);
    assert_enter(session, "explain svm test:7 method=occlusion target=3");
    assert_ok(sr_args_set(session->options, "autorun", "on", &error));
    sr_data_show(session);
    assert_enter(session, "browse split=train");
    data_state(session)->class = 8;
    data_state(session)->file = SR_FILE_TEST;
    assert_enter(session, "browse split=test class=Bag");
    session->view.pane = &sr_pane_train;
    assert_enter(session, "form cnn");
    sr_train_show_form(session, sr_model_class_find("svm", &error));
    assert_ok(sr_form_set(session, "limit", "500", &error));
    assert_enter(session, "train svm limit=500");
    add_run(session, "my cnn", SR_JOB_DONE, 3, 3);
    sr_train_show(session, 0);
    assert_enter(session, "confusion \"my cnn\"");
    session->runs[0]->state = SR_JOB_FAILED;
    assert_enter(session, "");
    session->view.pane = &sr_pane_compare;
    session->view.split = SR_SPLIT_TEST;
    assert_enter(session, "confusion cnn split=test");
    assert_null(sr_pane_log.enter);
    fixture_free(session);
}

static void families_are_listed_once(void **state)
{
    (void)state;
    bool seen[32] = {false};
    for (int i = 0; i < train_family_count(); i++)
        for (int k = 0; sr_model_classes[k]; k++)
            if (sr_model_classes[k] == train_family(i)) {
                assert_false(seen[k]);
                seen[k] = true;
            }
    for (int k = 0; sr_model_classes[k]; k++) assert_true(seen[k]);
    assert_string_equal(train_family(0)->name, "cnn");
    assert_null(train_family(-1));
    assert_null(train_family(train_family_count()));
}

/* A form begins at the first hyperparameter, and keeps its values until another family's opens. */
static void forms_keep_what_was_changed(void **state)
{
    (void)state;
    struct sr_session *session = fixture_new();
    const struct sr_model_class *cnn = sr_model_class_find("cnn", &error);
    struct sr_text line = {0};
    sr_train_show_form(session, cnn);
    assert_ptr_equal(sr_form_param(session), cnn->params);
    assert_ok(sr_form_set(session, "epochs", "3", &error));
    assert_string_equal(sr_form_param(session)->name, "epochs");
    sr_form_close(session);
    sr_train_show_form(session, cnn);
    sr_form_line(session, &line);
    assert_string_equal(sr_text_get(&line), "train cnn epochs=3");
    sr_text_clear(&line);
    sr_train_show_form(session, sr_model_class_find("mlp", &error));
    sr_train_show_form(session, cnn);
    sr_form_line(session, &line);
    assert_string_equal(sr_text_get(&line), "train cnn");
    assert_ptr_equal(sr_form_param(session), cnn->params);
    draw(session, 80, 24);
    assert_false(sr_screen_click(session, 3, 8)); /* to another parameter, and again: Enter */
    assert_ptr_not_equal(sr_form_param(session), cnn->params);
    assert_true(sr_screen_click(session, 3, 8));
    sr_text_fini(&line);
    fixture_free(session);
}

/* What lies over the pane takes its moves; the state of a pane is not touched. */
static void the_overlay_is_in_front(void **state)
{
    (void)state;
    struct sr_session *session = fixture_new();
    choose(session, SR_SPLIT_TEST, -1, -1, NULL);
    assert_false(sr_overlay_close(session));
    sr_overlay_open(session, "Help", "one\ntwo\nthree");
    sr_screen_move(session, SR_MOVE_NEXT);
    assert_int_equal(session->selection.at, 0);
    draw(session, 80, 24);
    assert_false(sr_screen_click(session, 10, 10)); /* no spots of the pane below it */
    assert_int_equal(session->selection.at, 0);
    assert_true(sr_overlay_close(session));
    assert_false(sr_overlay_is_open(session));
    struct sr_text text = {0}, many = {0};
    struct sr_cursor cursor;
    for (int i = 1; i <= 60; i++) sr_text_printf(&many, "line %d.\n", i);
    for (int i = 0; i < 2; i++) { /* opened again, it begins at the top again */
        sr_overlay_open(session, "Help", sr_text_get(&many));
        screen_text(session, 80, 24, &text, &cursor);
        assert_non_null(strstr(sr_text_get(&text), "line 1."));
        sr_screen_move(session, SR_MOVE_PAGE_DOWN);
        screen_text(session, 80, 24, &text, &cursor);
        assert_null(strstr(sr_text_get(&text), "line 19."));
        assert_non_null(strstr(sr_text_get(&text), "line 20.")); /* the last one stays in sight */
    }
    assert_true(sr_overlay_close(session));
    sr_text_fini(&text);
    sr_text_fini(&many);
    sr_screen_move(session, SR_MOVE_NEXT);
    assert_int_equal(session->selection.at, 1);
    fixture_free(session);
}

static int free_text(void **state)
{
    (void)state;
    sr_text_fini(&said);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_answers_what),
        cmocka_unit_test(panes_by_name_and_beside),
        cmocka_unit_test(browse_opens_and_closes_in_steps),
        cmocka_unit_test(numbers_scroll_by_lines_and_other_moves_change_the_sample),
        cmocka_unit_test(another_selection_is_shown_from_its_top),
        cmocka_unit_test(orders_go_round),
        cmocka_unit_test(search_remembers),
        cmocka_unit_test(data_answers),
        cmocka_unit_test(train_shows_runs_and_forms),
        cmocka_unit_test(train_answers),
        cmocka_unit_test(confusion_answers),
        cmocka_unit_test(differences_are_browsed),
        cmocka_unit_test(compare_answers),
        cmocka_unit_test(compare_shows_changes),
        cmocka_unit_test(explain_answers),
        cmocka_unit_test(the_cursor_is_on_what_is_selected),
        cmocka_unit_test(long_messages_are_shown_whole),
        cmocka_unit_test(numbers_are_those_of_the_pixels),
        cmocka_unit_test(the_log_follows_its_end),
        cmocka_unit_test(the_prompt_shows_its_cursor),
        cmocka_unit_test(enter_runs_commands),
        cmocka_unit_test(families_are_listed_once),
        cmocka_unit_test(forms_keep_what_was_changed),
        cmocka_unit_test(the_overlay_is_in_front),
    };
    return cmocka_run_group_tests_name("hooks", tests, NULL, free_text);
}
