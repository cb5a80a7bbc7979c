/* test_queue.c - everything that is entered is run, in order, whatever else is done meanwhile.
 *
 * A job's result reaches the session in sr_session_wait only, so a command that needs one waits
 * here until the test lets it go on. */
#include "../panes/fixture.h"

#include "sartor/base/file.h"
#include "sartor/commands/keys.h"
#include "sartor/commands/queue.h"
#include "sartor/compute/cpu.h"
#include "sartor/panes/overlay.h"

static struct sr_session *session;
static struct sr_error error;
static char folder[64]; /* that files are written to */

static const char *file(const char *name)
{
    static char path[4][128];
    static int next;
    char *one = path[next++ % 4];
    snprintf(one, sizeof path[0], "%s/%s", folder, name);
    return one;
}

/* Type a command at the prompt; %s in it is the folder. */
static void type(const char *format)
{
    char line[512];
    snprintf(line, sizeof line, format, folder, folder, folder);
    sr_keys_press(session, ":");
    for (const char *at = line; *at; at++) {
        char key[] = {*at, 0};
        sr_keys_press(session, *at == ' ' ? "Space" : key);
    }
    sr_keys_press(session, "Enter");
}

static void finish(void)
{
    while (sr_queue_ready(session) || (!sr_queue_empty(session) && sr_session_wait(session, 20)))
        sr_queue_run(session);
    assert_true(sr_queue_empty(session));
}

static bool says(const char *part)
{
    return strstr(session->message, part);
}

/* The text of the n-th command of the log; "" when there are not so many. */
static const char *logged(size_t n, enum sr_log_kind kind)
{
    for (size_t i = 0; i < session->log.count; i++)
        if (session->log.lines[i].kind == kind && !n--) return session->log.lines[i].text;
    return "";
}

/* The screen as text. */
static const char *screen(int columns, int lines)
{
    static char shown[40000];
    struct sr_grid grid;
    struct sr_text text = {0};
    sr_grid_init(&grid, columns, lines);
    sr_screen_draw(session, &grid);
    sr_grid_dump_text(&grid, &text);
    assert_true(text.length < sizeof shown);
    strcpy(shown, text.bytes);
    sr_text_fini(&text);
    sr_grid_fini(&grid);
    return shown;
}

static const char *status_line(int columns)
{
    static char line[1024];
    const char *text = screen(columns, 24), *last = text;
    for (const char *at = text; (at = strchr(at, '\n')) && at[1]; at++) last = at + 1;
    snprintf(line, sizeof line, "%s", last);
    return line;
}

static void a_pane_key_does_not_stop_an_export(void **state)
{
    (void)state;
    type("export confusion cnn split=test to=%s/a.png");
    assert_false(sr_queue_empty(session));
    assert_false(sr_path_exists(file("a.png")));
    sr_keys_press(session, "2");
    assert_string_equal(sr_pane_current(session)->name, "data"); /* at once */
    assert_false(sr_path_exists(file("a.png")));
    finish();
    assert_true(sr_path_exists(file("a.png")));
    assert_true(says("a.png"));
    assert_false(session->message_is_error);
    assert_string_equal(sr_pane_current(session)->name, "data");
    assert_true(strstr(logged(0, SR_LOG_COMMAND), "export confusion cnn"));
}

static void what_was_entered_is_run_in_order(void **state)
{
    (void)state;
    type("export confusion cnn split=test to=%s/a.png");
    type("export confusion svm split=test to=%s/b.png");
    type("set seed=7; set seed=8");
    type("browse split=test class=Bag");
    assert_int_equal(sr_queue_waiting(session, NULL), 5);
    assert_int_equal(sr_args_integer(session->options, "seed"), 1); /* not before its turn */
    assert_int_equal(session->selection.filter.class, -1);
    finish();
    assert_true(sr_path_exists(file("a.png")) && sr_path_exists(file("b.png")));
    assert_int_equal(sr_args_integer(session->options, "seed"), 8);
    assert_int_equal(session->selection.filter.class, 8);
    static const char *const order[] = {"export confusion cnn", "export confusion svm",
                                        "set seed=7", "set seed=8", "browse split=test"};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(strncmp(logged(i, SR_LOG_COMMAND), order[i], strlen(order[i])), 0);
}

/* The picture is of the pane that was there when it was asked for. */
static void a_screen_is_of_its_own_pane(void **state)
{
    (void)state;
    sr_keys_press(session, "4");
    type("screen to=%s/s.txt size=80x24");
    assert_false(sr_queue_empty(session));
    type("set colours=none");
    sr_keys_press(session, "7");
    finish();
    size_t length;
    char *text = sr_file_read(file("s.txt"), 1 << 20, &length, &error);
    assert_non_null(text);
    assert_non_null(strstr(text, "[4 Confusion]"));
    assert_null(strstr(text, "computing"));
    free(text);
    assert_string_equal(sr_args_text(session->options, "colours"), "none");
    assert_string_equal(sr_pane_current(session)->name, "log");
    sr_keys_press(session, "5");
    type("describe");
    assert_false(sr_queue_empty(session));
    sr_keys_press(session, "1");
    finish();
    assert_non_null(strstr(screen(100, 60), "Explain:"));
}

static void help_is_there_at_once(void **state)
{
    (void)state;
    type("export confusion cnn split=test to=%s/a.png");
    type("help train");
    assert_true(sr_overlay_is_open(session));
    assert_non_null(strstr(screen(100, 60), "train FAMILY"));
    assert_false(sr_path_exists(file("a.png")));
    finish();
    assert_true(sr_path_exists(file("a.png")));
    assert_true(sr_overlay_is_open(session));
}

static void moves_go_on(void **state)
{
    (void)state;
    type("evaluate cnn split=test");
    for (size_t i = 1; i <= 5; i++) {
        sr_keys_press(session, "l");
        assert_int_equal(session->selection.at, i);
        assert_false(sr_queue_empty(session));
    }
    finish();
    assert_int_equal(session->selection.at, 5);
    assert_non_null(strstr(screen(100, 60), "accuracy"));
}

/* What a command takes for current is what was there when it was entered. */
static void moves_do_not_change_what_waits(void **state)
{
    (void)state;
    type("explain cnn"); /* waits for its heat map */
    assert_false(sr_queue_empty(session));
    sr_keys_press(session, "l");
    finish();
    assert_string_equal(logged(0, SR_LOG_COMMAND), "explain cnn index=train:0");
    sr_keys_press(session, "1");
    type("evaluate cnn split=test");
    sr_keys_press(session, "g");
    for (int i = 0; i < 3; i++) {
        sr_keys_press(session, "Space"); /* tags one */
        sr_keys_press(session, "l");
    }
    type("evaluate");
    sr_keys_press(session, "m"); /* the next model */
    sr_keys_press(session, "m");
    type("tag nowhere; tag");
    assert_int_equal(session->tag_count, 0);
    finish();
    for (size_t i = 0; i < 4; i++) assert_int_equal(session->tags[SR_FILE_TRAIN][i], i < 3);
    assert_string_equal(logged(5, SR_LOG_COMMAND), "evaluate model=cnn");
    assert_non_null(strstr(logged(0, SR_LOG_ERROR), "nowhere"));
    sr_keys_press(session, "q"); /* the evaluation's overlay */
    sr_keys_press(session, "g");
    sr_keys_press(session, "Space"); /* takes the tag away again */
    assert_string_equal(logged(2, SR_LOG_COMMAND), "tag index=train:0");
    assert_string_equal(logged(6, SR_LOG_COMMAND), "tag index=train:0 off");
}

/* Keys that go round come to each in turn. */
static void the_next_model_and_split_follow_the_present_one(void **state)
{
    (void)state;
    static const char *const models[] = {"cnn", "svm", "zebra", "cnn"};
    static const enum sr_split_name splits[] = {SR_SPLIT_TEST, SR_SPLIT_TRAIN, SR_SPLIT_VALIDATION,
                                                SR_SPLIT_TEST};
    add_model(session, &plain_class, "zebra", 5);
    for (size_t i = 0; i < 4; i++) {
        sr_keys_press(session, "m");
        assert_string_equal(session->view.model, models[i]);
    }
    for (size_t i = 0; i < 4; i++) { /* from the validation split, on which models are judged */
        sr_keys_press(session, "s");
        assert_int_equal(session->view.split, splits[i]);
    }
}

static void esc_gives_up_the_one_in_front(void **state)
{
    (void)state;
    type("export confusion cnn split=test to=%s/a.png; set seed=5");
    type("export confusion cnn split=test to=%s/b.png");
    sr_keys_press(session, "Esc");
    assert_true(says("given up: export confusion cnn split=test to="));
    assert_false(session->message_is_error);
    finish();
    assert_false(sr_path_exists(file("a.png")));
    assert_true(sr_path_exists(file("b.png")));
    assert_int_equal(sr_args_integer(session->options, "seed"), 1); /* the rest of its line */
    assert_non_null(strstr(logged(0, SR_LOG_FAILED), "a.png"));
    assert_non_null(strstr(logged(0, SR_LOG_COMMAND), "b.png"));
    /* C-c does the same, and without anything that waits Esc is the way back. */
    type("export confusion svm to=%s/c.png");
    sr_keys_press(session, "C-c");
    assert_true(says("given up: export confusion svm"));
    assert_true(sr_queue_empty(session));
    assert_string_equal(session->waiting, "");
    sr_keys_press(session, "4");
    sr_keys_press(session, "Esc");
    assert_string_equal(sr_pane_current(session)->name, "browse");
    assert_false(session->quit);
}

/* A command that is never done keeps neither the interface nor Esc from a person, and nothing that
 * was entered is lost when it has been given up. */
static void one_that_never_ends_can_be_left(void **state)
{
    (void)state;
    type("evaluate cnn split=test");
    type("set seed=3");
    for (int i = 0; i < 20; i++) {
        session->changes++; /* something else has changed */
        sr_queue_run(session);
        sr_keys_press(session, i % 2 ? "4" : "2");
        assert_string_equal(sr_pane_current(session)->name, i % 2 ? "confusion" : "data");
        assert_int_equal(sr_queue_waiting(session, NULL), 2);
        assert_int_equal(sr_args_integer(session->options, "seed"), 1);
    }
    sr_keys_press(session, "Esc");
    assert_true(sr_queue_empty(session));
    assert_int_equal(sr_args_integer(session->options, "seed"), 3);
}

static void a_failure_drops_the_rest_of_its_line_only(void **state)
{
    (void)state;
    type("evaluate cnn split=test; set seed=nonsense; set seed=4");
    type("set validation=0.2");
    finish();
    assert_int_equal(sr_args_integer(session->options, "seed"), 1);
    type("set seed=nonsense; set seed=3; set seed=4; set seed=5");
    assert_int_equal(sr_args_integer(session->options, "seed"), 1);
    assert_int_equal(session->split.counts[SR_SPLIT_VALIDATION], 200);
    assert_non_null(strstr(logged(0, SR_LOG_FAILED), "set seed=nonsense"));
    assert_non_null(strstr(logged(0, SR_LOG_ERROR), "nonsense"));
    assert_non_null(strstr(logged(1, SR_LOG_COMMAND), "set validation"));
    type("set seed=9; set seed='2");
    assert_int_equal(sr_args_integer(session->options, "seed"), 9);
    assert_true(session->message_is_error && says("not closed"));
    type("nosuch; set seed=2");
    assert_true(session->message_is_error && says("no command"));
    assert_int_equal(sr_args_integer(session->options, "seed"), 9);
}

static void the_status_line_shows_what_waits(void **state)
{
    (void)state;
    type("export confusion cnn split=test to=%s/a.png");
    assert_non_null(strstr(status_line(200), " export confusion cnn split=test to="));
    while ((strstr(session->waiting, "trained on") || strstr(session->waiting, "is asked about")) &&
           sr_session_wait(session, 20))
        sr_queue_run(session);
    assert_non_null(strstr(status_line(200), "cnn is predicting the test split"));
    assert_non_null(strstr(status_line(200), "Esc give up"));
    assert_null(strstr(status_line(200), "behind"));
    type("stats");
    sr_keys_press(session, "2"); /* run at once: nothing more waits */
    assert_non_null(strstr(status_line(200), "(1 behind it)"));
    type("stats; stats");
    assert_non_null(strstr(status_line(200), "(3 behind it)"));
    assert_non_null(strstr(status_line(60), " export conf"));
    assert_non_null(strstr(status_line(60), "(3 behind it)"));
    finish();
    sr_keys_press(session, "1");
    assert_null(strstr(status_line(200), "export"));
    assert_null(strstr(status_line(200), "behind"));
}

/* Beside the message of the one before. */
static void the_next_in_front_is_shown(void **state)
{
    (void)state;
    type("export confusion cnn split=test to=%s/a.png");
    type("export confusion svm split=test to=%s/b.png");
    sr_keys_press(session, "Esc");
    assert_non_null(strstr(status_line(200), " given up: export confusion cnn"));
    assert_non_null(strstr(status_line(200), "  export confusion svm"));
    assert_non_null(strstr(screen(70, 24), "given up: export confusion cnn")); /* in two lines */
    sr_keys_press(session, "2"); /* clears the message */
    assert_non_null(strstr(status_line(70), " export confusion svm"));
    finish();
    assert_true(sr_path_exists(file("b.png")));
}

static void what_lasts_runs_in_the_background(void **state)
{
    (void)state;
    type("tune knn trials=3 budget=1s; set seed=6");
    type("set seed=2");
    assert_int_equal(sr_args_integer(session->options, "seed"), 2);
    type("tune logreg trials=3 budget=1s");
    assert_true(session->message_is_error);
    assert_true(says("tune: wait for the end of \"tune knn trials=3 budget=1s\", or stop it"));
    type("evaluate cnn split=test");
    /* The rest of the search's line waits, the search itself does not. */
    assert_non_null(strstr(status_line(200), "(1 behind it)"));
    sr_keys_press(session, "Esc"); /* gives up the evaluation, not the search */
    assert_true(says("given up: evaluate"));
    assert_false(sr_queue_empty(session));
    sr_keys_press(session, "Esc");
    assert_false(sr_queue_empty(session));
    assert_int_equal(sr_args_integer(session->options, "seed"), 2);
    finish();
    assert_int_equal(sr_args_integer(session->options, "seed"), 6); /* behind it on its line */
    assert_string_equal(logged(0, SR_LOG_COMMAND), "tune knn trials=3 budget=1s");
    type("tune knn trials=3 budget=1s"); /* a second one, now that the first has ended */
    assert_false(session->message_is_error);
    finish();
}

static void quit_asks_while_commands_wait(void **state)
{
    (void)state;
    type("export confusion cnn split=test to=%s/a.png");
    type("set seed=2");
    type("quit");
    assert_false(session->quit);
    assert_string_equal(session->view.question_text, "2 commands wait: quit and give them up?");
    sr_keys_press(session, "n");
    assert_false(session->quit);
    sr_keys_press(session, "Q");
    sr_keys_press(session, "y");
    assert_true(session->quit);
    assert_int_equal(sr_args_integer(session->options, "seed"), 1);
    session->quit = false;
    finish();
    type("quit");
    assert_true(session->quit);
    session->quit = false;
}

/* Keys pressed by `keys` wait for one another; those of a person are taken meanwhile. */
static void keys_are_pressed_one_after_the_other(void **state)
{
    (void)state;
    assert_ok(sr_keys_bind(session, "F5", "keys 6 Enter : \"set seed=5\" Enter", NULL, &error));
    session->interactive = false; /* `enter` asks for what it needs, as nothing has been drawn */
    sr_keys_press(session, "F5");
    assert_string_equal(sr_pane_current(session)->name, "compare");
    assert_int_equal(sr_args_integer(session->options, "seed"), 1);
    type("set validation=0.2");
    assert_int_equal(session->split.counts[SR_SPLIT_VALIDATION], 80);
    sr_keys_press(session, "n");
    finish();
    session->interactive = true;
    assert_string_equal(sr_pane_current(session)->name, "confusion");
    assert_int_equal(sr_args_integer(session->options, "seed"), 5);
    assert_int_equal(session->split.counts[SR_SPLIT_VALIDATION], 200);
}

static void keys_can_be_given_up(void **state)
{
    (void)state;
    assert_ok(
        sr_keys_bind(session, "F5", "keys : \"evaluate cnn split=test\" Enter 4", NULL, &error));
    sr_keys_press(session, "F5");
    assert_false(sr_queue_empty(session));
    sr_keys_press(session, "Esc");
    assert_true(says("given up: keys"));
    assert_true(sr_queue_empty(session));
    assert_string_equal(sr_pane_current(session)->name, "browse");
    assert_string_equal(session->waiting, "");
}

/* A key may press another that presses keys. What the pane shows is waited for before each. */
static void keys_press_keys(void **state)
{
    (void)state;
    assert_ok(sr_keys_bind(session, "F5", "keys F6 F7", NULL, &error));
    assert_ok(sr_keys_bind(session, "F6", "keys 2", NULL, &error));
    assert_ok(sr_keys_bind(session, "F7", "set seed=8", NULL, &error));
    sr_keys_press(session, "4");
    status_line(80); /* drawn: predictions are asked for */
    assert_false(sr_session_settled(session));
    sr_keys_press(session, "F5");
    assert_string_equal(sr_pane_current(session)->name, "confusion");
    finish();
    assert_string_equal(sr_pane_current(session)->name, "data");
    assert_int_equal(sr_args_integer(session->options, "seed"), 8);
    assert_false(session->message_is_error);
}

static void keys_that_press_themselves_end(void **state)
{
    (void)state;
    assert_ok(sr_keys_bind(session, "F5", "keys F5", NULL, &error));
    sr_keys_press(session, "F5");
    finish();
    assert_true(session->message_is_error && says("press it again"));
    type("keys : \"set seed=x\" Enter");
    assert_true(session->message_is_error && says("seed"));
}

/* Lines of `enter` stand where it stood, behind what waits. */
static void enter_takes_its_turn(void **state)
{
    (void)state;
    struct sr_grid grid;
    sr_grid_init(&grid, 80, 24);
    sr_keys_press(session, "4");
    settle(session, &grid);
    type("evaluate svm split=test");
    sr_keys_press(session, "Enter"); /* browse ... */
    type("set seed=2");
    assert_string_equal(sr_pane_current(session)->name, "confusion");
    finish();
    assert_string_equal(sr_pane_current(session)->name, "browse");
    assert_string_equal(session->selection.filter.model, "cnn");
    assert_int_equal(strncmp(logged(1, SR_LOG_COMMAND), "browse ", 7), 0);
    assert_string_equal(logged(2, SR_LOG_COMMAND), "set seed=2");
    sr_grid_fini(&grid);
}

/* --- an origin of one's own -------------------------------------------------------------- */

static char heard[256];
static int asked;

static enum sr_status hear(struct sr_session *heard_session, struct sr_item *item,
                           const struct sr_error *why)
{
    (void)heard_session;
    size_t length = strlen(heard);
    snprintf(heard + length, sizeof heard - length, "%zu %s %s%s\n", item->origin.number,
             item->text, item->status ? "failed" : "done", why && item->status ? "" : "");
    return item->status;
}

static enum sr_status hear_twice(struct sr_session *heard_session, struct sr_item *item,
                                 const struct sr_error *why)
{
    return asked++ < 1 ? SR_PENDING : hear(heard_session, item, why);
}

static void an_origin_is_told_in_order(void **state)
{
    (void)state;
    struct sr_origin origin = {.ended = hear, .number = 1};
    heard[0] = '\0';
    sr_queue_enter(session, &origin, "set seed=2; ; 'set' seed=3 # a comment");
    origin.number = 2;
    sr_queue_enter(session, &origin, "evaluate cnn split=test; set seed=x; stats");
    origin.number = 3;
    sr_queue_enter(session, &origin, "pane data"); /* `at_once` is not set: it waits its turn */
    char *words[] = {"set", "seed=4", NULL}, *spaced[] = {"browse", "class=Ankle boot", NULL};
    sr_queue_enter_words(session, &origin, words, 2);
    sr_queue_enter_words(session, &origin, spaced, 2);
    sr_queue_enter(session, &origin, "");
    sr_queue_enter(session, &origin, " # nothing");
    assert_string_equal(heard, ""); /* nothing is run yet */
    assert_int_equal(sr_queue_waiting(session, NULL), 8);
    sr_queue_run(session);
    assert_string_equal(sr_pane_current(session)->name, "browse");
    assert_false(sr_queue_ready(session));
    finish();
    assert_string_equal(heard, "1 set seed=2 done\n1 'set' seed=3 # a comment done\n"
                               "2 evaluate cnn split=test done\n2 set seed=x failed\n"
                               "3 pane data done\n3 set seed=4 done\n"
                               "3 browse \"class=Ankle boot\" done\n");
    assert_int_equal(session->log.count, 0); /* nor is anything logged that is not to be */
}

static void an_origin_may_ask_to_wait(void **state)
{
    (void)state;
    const struct sr_origin origin = {.ended = hear_twice};
    heard[0] = '\0';
    asked = 0;
    sr_queue_enter(session, &origin, "set seed=2; set seed=3");
    sr_queue_run(session);
    assert_int_equal(sr_args_integer(session->options, "seed"), 2);
    assert_string_equal(heard, "");
    assert_false(sr_queue_ready(session));
    session->changes++;
    assert_true(sr_queue_ready(session));
    sr_queue_run(session);
    assert_int_equal(sr_args_integer(session->options, "seed"), 3);
}

static int waited;

static void count_waits(struct sr_session *of, struct sr_item *item, const struct sr_error *why)
{
    (void)of, (void)why;
    sr_reply_say(&item->reply, "not to be seen");
    waited++;
}

static enum sr_status hear_reply(struct sr_session *of, struct sr_item *item,
                                 const struct sr_error *why)
{
    for (size_t i = 0; i < item->reply.count; i++)
        assert_false(item->reply.parts[i].text && strstr(item->reply.parts[i].text, "not to be"));
    return hear(of, item, why);
}

/* What waits is run again when another command has ended, and after those that do not. */
static void what_waits_is_run_again(void **state)
{
    (void)state;
    const struct sr_origin origin = {.ended = hear_reply, .waits = count_waits, .aside = true};
    heard[0] = '\0';
    waited = 0;
    sr_queue_enter(session, &origin, "tune knn trials=3 budget=1s");
    sr_queue_run(session);
    assert_int_equal(waited, 1);
    assert_false(sr_queue_ready(session));
    session->changes++;
    sr_queue_enter(session, &origin, "set seed=2");
    assert_true(sr_queue_step(session));
    assert_string_equal(heard, "0 set seed=2 done\n"); /* the one in the background comes after */
    assert_int_equal(waited, 1);
    assert_true(sr_queue_step(session));
    assert_int_equal(waited, 2);
    assert_false(sr_queue_step(session));
    sr_queue_enter(session, &origin, "set seed=3");
    sr_queue_run(session);
    assert_int_equal(waited, 3);
    sr_keys_press(session, "2"); /* has changed nothing that could be waited for */
    assert_int_equal(waited, 3);
    finish();
    assert_non_null(strstr(heard, "tune knn trials=3 budget=1s done"));
}

static int freed;

static void count_free(struct sr_session *of, void *item_state)
{
    (void)of, (void)item_state;
    freed++;
}

static struct sr_item *kept;

static void keep(struct sr_session *of, struct sr_item *item, const struct sr_error *why)
{
    (void)of, (void)why;
    kept = item;
    item->state = &freed;
    item->free_state = count_free;
}

/* Arguments are read once, the state is the item's own and is freed with it. */
static void an_item_goes_on_with_what_it_has(void **state)
{
    (void)state;
    const struct sr_origin origin = {.ended = hear, .waits = keep};
    heard[0] = '\0';
    freed = 0;
    sr_queue_enter(session, &origin, "evaluate cnn split=test");
    sr_queue_run(session);
    assert_ptr_equal(kept->state, &freed);
    const struct sr_args *args = kept->args;
    assert_non_null(args);
    assert_true(kept->waited);
    session->changes++;
    sr_queue_run(session);
    assert_ptr_equal(kept->args, args);
    assert_int_equal(freed, 0);
    finish();
    assert_int_equal(freed, 1);
    /* Given up with a reason, as by a script that would wait for ever. */
    sr_queue_enter(session, &origin, "evaluate svm split=test");
    sr_queue_run(session);
    sr_error_set(&error, SR_ERROR_STATE, "no");
    assert_true(sr_queue_give_up(session, &error));
    assert_false(sr_queue_give_up(session, &error));
    assert_int_equal(freed, 2);
    assert_non_null(strstr(heard, "evaluate svm split=test failed"));
    /* Dropped with the session. */
    sr_queue_enter(session, &origin, "evaluate svm split=test");
    sr_queue_run(session);
    sr_queue_fini(session);
    assert_int_equal(freed, 3);
}

static int set_up(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/sartor-queue-XXXXXX");
    if (!mkdtemp(folder)) return -1;
    session = fixture_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char command[256];
    sr_queue_fini(session);
    sr_session_free(session);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static int start(void **state)
{
    (void)state;
    return sr_compute_start(&error) ? -1 : 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_pane_key_does_not_stop_an_export),
        TEST(what_was_entered_is_run_in_order),
        TEST(a_screen_is_of_its_own_pane),
        TEST(help_is_there_at_once),
        TEST(moves_go_on),
        TEST(moves_do_not_change_what_waits),
        TEST(the_next_model_and_split_follow_the_present_one),
        TEST(esc_gives_up_the_one_in_front),
        TEST(one_that_never_ends_can_be_left),
        TEST(a_failure_drops_the_rest_of_its_line_only),
        TEST(the_status_line_shows_what_waits),
        TEST(the_next_in_front_is_shown),
        TEST(what_lasts_runs_in_the_background),
        TEST(quit_asks_while_commands_wait),
        TEST(keys_are_pressed_one_after_the_other),
        TEST(keys_can_be_given_up),
        TEST(keys_press_keys),
        TEST(keys_that_press_themselves_end),
        TEST(enter_takes_its_turn),
        TEST(an_origin_is_told_in_order),
        TEST(an_origin_may_ask_to_wait),
        TEST(what_waits_is_run_again),
        TEST(an_item_goes_on_with_what_it_has),
    };
    return cmocka_run_group_tests_name("queue", tests, start, NULL);
}
