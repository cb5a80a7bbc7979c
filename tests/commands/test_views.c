/* test_views.c - order, log, units, smooth, look and search ask the pane that is shown; a pane that
 * has no answer is named, with those that have one. And back, enter and the trail. */
#include "support.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sartor/app/session.h"
#include "sartor/base/words.h"
#include "sartor/commands/keys.h"
#include "sartor/commands/queue.h"
#include "sartor/compute/cpu.h"
#include "sartor/panes/overlay.h"
#include "sartor/panes/show.h"

static char folder[64];
static struct sr_session *session;
static enum sr_status status; /* of the last command */
static struct sr_text reply;

static enum sr_status ended(struct sr_session *of, struct sr_item *item,
                            const struct sr_error *error)
{
    (void)of;
    status = item->status;
    sr_text_clear(&reply);
    if (item->status)
        sr_text_add(&reply, error->text);
    else
        sr_render(&(struct sr_renderer){.form = SR_TEXT}, &item->reply, &reply);
    return item->status;
}

/* Run a line to its end, and return what it says. */
static const char *run(const char *line)
{
    static const struct sr_origin origin = {.ended = ended, .at_once = true};
    status = SR_OK;
    sr_text_clear(&reply);
    sr_queue_enter(session, &origin, line);
    sr_queue_run(session);
    while (!sr_queue_empty(session))
        if (sr_session_wait(session, 10)) sr_queue_run(session);
    return sr_text_get(&reply);
}

static void assert_pane(const char *name)
{
    assert_string_equal(sr_pane_current(session)->name, name);
}

static void panes_without_an_answer_say_so(void **state)
{
    (void)state;
    static const struct {
        const char *pane, *command, *said;
    } cases[] = {
        {"log", "order", "Log has no order; these panes do: browse, explain, compare, map"},
        {"data", "order reverse",
         "Data has no order; these panes do: browse, explain, compare, map"},
        {"browse", "log", "Browse has no axis to switch; these panes do: data, train"},
        {"compare", "units", "Compare has no units; these panes do: confusion"},
        {"confusion", "smooth 0.5", "Confusion has no curves to smooth; these panes do: train"},
        {"log", "look values", "Log has no look values; these panes do: browse"},
        {"train", "look vs", "Train has no look vs; these panes do: confusion, compare"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[80];
        snprintf(line, sizeof line, "pane %s; %s", cases[i].pane, cases[i].command);
        assert_string_equal(run(line), cases[i].said);
        assert_int_equal(status, SR_ERROR_STATE);
        assert_pane(cases[i].pane);
    }
}

static void panes_with_an_answer_give_it(void **state)
{
    (void)state;
    assert_string_equal(run("pane train; smooth"),
                        "smoothed, 0.6 of the past; the raw curve is behind\n");
    assert_string_equal(run("smooth 0"), "not smoothed\n");
    run("log; look others");
    assert_int_equal(status, SR_OK);
    run("pane data; log; look next");
    assert_int_equal(status, SR_OK);
    run("pane confusion; units");
    assert_int_equal(status, SR_OK);
    assert_string_equal(run("look vs"), "there is no second model; train another");
    run("look sideways");
    assert_int_equal(status, SR_ERROR_ARGUMENT);
}

static bool any_pane_has(const char *name)
{
    for (int i = 0; sr_panes[i]; i++)
        for (const struct sr_pane_action *a = sr_panes[i]->actions; a && a->name; a++)
            if (!strcmp(a->name, name)) return true;
    return false;
}

static bool among(const struct sr_words *words, const char *name)
{
    for (size_t i = 0; i < words->count; i++)
        if (!strcmp(words->items[i], name)) return true;
    return false;
}

/* What the parameters of `look` and `pane` list is what the panes have. */
static void choices_are_those_of_the_panes(void **state)
{
    (void)state;
    const char *looks = sr_command_find("look", NULL)->params->choices,
               *panes = sr_command_find("pane", NULL)->params->choices;
    struct sr_words listed = {0};
    struct sr_error error;
    struct sr_text names = {0};
    assert_int_equal(sr_words_split(&looks, &listed, &error), SR_OK);
    for (size_t i = 0; i < listed.count; i++) assert_true(any_pane_has(listed.items[i]));
    for (int i = 0; sr_panes[i]; i++) {
        sr_text_printf(&names, "%s ", sr_panes[i]->name);
        for (const struct sr_pane_action *a = sr_panes[i]->actions; a && a->name; a++)
            assert_true(among(&listed, a->name));
    }
    sr_text_add(&names, "next previous");
    assert_string_equal(panes, sr_text_get(&names));
    sr_text_fini(&names);
    sr_words_fini(&listed);
}

static void search_brings_browse_into_view(void **state)
{
    (void)state;
    run("browse split=test; pane confusion; search Bag");
    assert_int_equal(status, SR_OK);
    assert_pane("browse");
    const size_t first = session->selection.at;
    run("pane explain; search"); /* the next hit, where one is */
    assert_pane("explain");
    assert_true(session->selection.at > first);
    run("search back");
    assert_int_equal(session->selection.at, first);
    assert_pane("explain");
    assert_string_equal(run("search Zeppelin"), "no sample of this selection matches \"Zeppelin\"");
    assert_pane("browse");
}

/* Back closes, one at a time, what lies in front, then goes back where one came from. */
static void back_goes_step_by_step(void **state)
{
    (void)state;
    run("pane compare; show test:3");
    assert_pane("browse");
    assert_string_equal(sr_pane_current(session)->mode(session), "large");
    run("look values; zoom");
    sr_overlay_open(session, "Help", "text");
    run("back");
    assert_false(sr_overlay_is_open(session));
    assert_true(session->view.zoomed);
    run("back");
    assert_false(session->view.zoomed);
    run("back; back"); /* the numbers, the sample */
    assert_null(sr_pane_current(session)->mode(session));
    assert_pane("browse");
    run("back");
    assert_pane("compare"); /* from where the sample was shown */
    run("back");
    assert_pane("browse"); /* from any pane to the first */
    run("browse split=test class=Bag; back");
    assert_int_equal(session->selection.filter.class, -1);
    assert_int_equal(session->selection.filter.split, SR_SPLIT_TEST);
    run("back quit");
    assert_true(session->quit);
    session->quit = false;
}

static void panes_by_number_and_beside(void **state)
{
    (void)state;
    run("pane browse; pane previous");
    assert_pane("map");
    run("pane next; pane next");
    assert_pane("data");
    run("form cnn epochs=3");
    assert_pane("train");
    assert_string_equal(sr_pane_current(session)->mode(session), "form");
    run("back");
    assert_null(sr_pane_current(session)->mode(session));
    run("form cnn; form close");
    assert_null(sr_pane_current(session)->mode(session));
}

static int set_up(void **state)
{
    (void)state;
    struct sr_error error;
    char data[4200], home[128];
    strcpy(folder, "/tmp/sartor-views-XXXXXX");
    if (!mkdtemp(folder) || sr_compute_start(&error)) return -1;
    setenv("XDG_CONFIG_HOME", folder, 1);
    setenv("XDG_STATE_HOME", folder, 1);
    snprintf(data, sizeof data, "data=%s", MINI);
    snprintf(home, sizeof home, "home=%s/home", folder);
    char *words[] = {data, home, "threads=1"};
    struct sr_args *options = sr_args_parse("sartor", sr_options, words, 3, NULL, &error);
    session = options ? sr_session_new(options, &error) : NULL;
    if (!session) return -1;
    while (session->entry_count > 1) { /* one model is enough, and that need not be loaded */
        struct sr_entry *entry = session->entries[--session->entry_count];
        free(entry->path);
        free(entry);
    }
    while (sr_session_data(session, &error) == SR_PENDING) sr_session_wait(session, 10);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    sr_queue_fini(session);
    sr_session_free(session);
    sr_text_fini(&reply);
    char path[128];
    snprintf(path, sizeof path, "%s/home", folder);
    rmdir(path);
    rmdir(folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(panes_without_an_answer_say_so),
        cmocka_unit_test(panes_with_an_answer_give_it),
        cmocka_unit_test(choices_are_those_of_the_panes),
        cmocka_unit_test(search_brings_browse_into_view),
        cmocka_unit_test(back_goes_step_by_step),
        cmocka_unit_test(panes_by_number_and_beside),
    };
    return cmocka_run_group_tests_name("views", tests, set_up, tear_down);
}
