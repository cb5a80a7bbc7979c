/* The cache of results, with kinds made here: their jobs wait until a test lets them go on. */
#include "fixture.h"

#include <stdatomic.h>

#include "sartor/app/results.h"
#include "sartor/models/families.h"

static atomic_bool hold;                          /* jobs wait while it is set */
static atomic_int running, runs, stopped, values; /* values: there at present */
static int readied;                               /* calls of `ready` */
static struct sr_session *session;

struct key {
    struct sr_result_key base;
    int number;
    char *word; /* owned by copies */
};
struct value {
    int number;
    char *word;
};

static bool same(const void *one, const void *other)
{
    const struct key *a = one, *b = other;
    return a->number == b->number && !strcmp(a->word, b->word);
}

static void own(void *key)
{
    ((struct key *)key)->word = sr_xstrdup(((struct key *)key)->word);
}

static void release(void *key)
{
    free(((struct key *)key)->word);
}

static void describe(const void *key, char *text, size_t size)
{
    snprintf(text, size, "number %d is made", ((const struct key *)key)->number);
}

static void run_name(const void *key, char *name, size_t size)
{
    snprintf(name, size, "make %d", ((const struct key *)key)->number);
}

/* Numbers below zero fail. */
static enum sr_status run(const void *key, void *value, struct sr_pool *pool,
                          const struct sr_monitor *monitor, struct sr_error *problem)
{
    const struct key *asked = key;
    struct value *made = value;
    (void)pool;
    atomic_fetch_add(&running, 1);
    atomic_fetch_add(&runs, 1);
    atomic_fetch_add(&values, 1);
    made->word = sr_xstrdup(asked->word);
    made->number = asked->number;
    bool go = true;
    while (go && atomic_load(&hold)) {
        sleep_seconds(0.001);
        go = sr_monitor_proceed(monitor);
    }
    atomic_fetch_add(&stopped, !go);
    atomic_fetch_sub(&running, 1);
    if (!go)
        return sr_error_set(problem, SR_ERROR_CANCELLED, "number %d was stopped", asked->number);
    return asked->number >= 0
               ? SR_OK
               : sr_error_set(problem, SR_ERROR_NUMERIC, "%d is below zero", asked->number);
}

static void ready(struct sr_session *owner, const void *key, void *value, double seconds)
{
    assert_ptr_equal(owner, session);
    assert_int_equal(((const struct key *)key)->number, ((struct value *)value)->number);
    assert_true(seconds >= 0);
    readied++;
}

static void fini(void *value)
{
    if (((struct value *)value)->word) atomic_fetch_sub(&values, 1);
    free(((struct value *)value)->word);
}

static bool allowed = true; /* whether keys of `checked` can be asked for */
static bool current(const struct sr_session *owner, const void *key)
{
    assert_ptr_equal(owner, session);
    return allowed || ((const struct key *)key)->number != 1;
}

#define KIND                                                                                       \
    .key_size = sizeof(struct key), .value_size = sizeof(struct value), .same = same, .own = own,  \
    .release = release, .describe = describe, .run = run, .ready = ready, .fini = fini

static const struct sr_result_kind all = {.name = "all", .lane = SR_LANE_SHORT, KIND};
static const struct sr_result_kind few = {.name = "few", .lane = SR_LANE_SHORT, .keep = 2, KIND};
static const struct sr_result_kind checked = {
    .name = "checked", .lane = SR_LANE_SHORT, .current = current, KIND};
static const struct sr_result_kind shown = {
    .name = "shown", .lane = SR_LANE_SHORT, .keep = 2, .one_shown = true, KIND};
static const struct sr_result_kind heavy = {
    .name = "heavy", .lane = SR_LANE_LONG, .keep = 1, .run_name = run_name, KIND};

static enum sr_status ask(const struct sr_result_kind *kind, struct key key,
                          const struct value **value)
{
    const void *got;
    if (!key.word) key.word = (char *)"word";
    enum sr_status status = sr_result_get(session, kind, &key, &got, &error);
    *value = got;
    return status;
}

static enum sr_result_state state_of(const struct sr_result_kind *kind, struct key key)
{
    const void *got;
    if (!key.word) key.word = (char *)"word";
    enum sr_result_state state = sr_result_state(session, kind, &key, &got);
    assert_true((state == SR_RESULT_READY) == (got != NULL));
    return state;
}

static struct sr_entry *add_model(const char *name)
{
    struct sr_model *model = sr_model_new(&sr_model_class_knn, name);
    sr_session_adopt(session, model, NULL);
    sr_model_unref(model);
    return sr_session_entry(session, name, &error);
}

static struct key about(struct sr_entry *entry, int number)
{
    return (struct key){
        {entry ? entry->model : NULL, session->data, session->split_version}, number, NULL};
}

static int begin(void **state)
{
    if (set_up(state)) return -1;
    atomic_store(&hold, false);
    atomic_store(&runs, 0);
    atomic_store(&stopped, 0);
    readied = 0;
    session = open_session("a");
    assert_ok(settled(sr_session_data(session, &error)));
    return 0;
}

static int end(void **state)
{
    sr_session_free(session);
    assert_int_equal(atomic_load(&values), 0); /* none is left, and none freed twice */
    return tear_down(state);
}

static void wait_running(int count)
{
    double limit = sr_clock_seconds() + 20;
    while (atomic_load(&running) != count && sr_clock_seconds() < limit) sleep_seconds(0.001);
    assert_int_equal(atomic_load(&running), count);
}

static void settle(void)
{
    atomic_store(&hold, false);
    while (!sr_session_settled(session)) wait_event(session);
}

static void a_result_is_computed_once_and_then_there(void **state)
{
    (void)state;
    const struct value *value, *again;
    struct key key = about(NULL, 7);
    atomic_store(&hold, true);
    assert_int_equal(state_of(&all, key), SR_RESULT_ABSENT);
    assert_true(sr_session_settled(session));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ask(&all, key, &value), SR_PENDING);
        assert_null(value);
        assert_string_equal(error.text, "number 7 is made");
    }
    assert_int_equal(state_of(&all, key), SR_RESULT_PENDING);
    assert_int_equal(((const struct key *)sr_result_pending(session, &all, NULL))->number, 7);
    assert_null(sr_result_pending(session, &few, NULL));
    assert_false(sr_session_settled(session));
    settle();
    assert_int_equal(readied, 1);
    assert_int_equal(state_of(&all, key), SR_RESULT_READY);
    assert_null(sr_result_pending(session, &all, NULL));
    assert_ok(ask(&all, key, &value));
    assert_int_equal(value->number, 7);
    assert_ok(ask(&all, key, &again));
    assert_ptr_equal(again, value);
    assert_int_equal(atomic_load(&runs), 1);
}

static void other_keys_and_kinds_are_other_results(void **state)
{
    (void)state;
    const struct value *value, *other;
    struct key key = about(NULL, 7), word = key, number = key;
    word.word = (char *)"another";
    number.number = 8;
    ask(&all, key, &value);
    ask(&all, word, &value);
    ask(&all, number, &value);
    ask(&few, key, &value);
    settle();
    assert_int_equal(atomic_load(&runs), 4);
    assert_ok(ask(&all, key, &value));
    assert_ok(ask(&all, word, &other));
    assert_string_equal(value->word, "word");
    assert_string_equal(other->word, "another");
    assert_ok(ask(&all, number, &other));
    assert_int_equal(other->number, 8);
    assert_ok(ask(&few, key, &other));
    assert_ptr_not_equal(other, value);
}

static void a_changed_model_no_longer_matches(void **state)
{
    (void)state;
    const struct value *value;
    struct sr_entry *entry = add_model("m"), *other = add_model("n");
    struct key before = about(entry, 1), unchanged = about(other, 1);
    ask(&all, before, &value);
    ask(&all, unchanged, &value);
    settle();
    assert_ok(ask(&all, before, &value));
    entry = add_model("m");
    struct key after = about(entry, 1);
    assert_ptr_not_equal(after.base.model, before.base.model);
    assert_int_equal(state_of(&all, after), SR_RESULT_ABSENT);
    assert_int_equal(state_of(&all, unchanged), SR_RESULT_READY);
    assert_int_equal(value->number, 1); /* borrowed still, until the next event is taken in */
    assert_int_equal(atomic_load(&values), 2);
    sr_session_pump(session);
    assert_int_equal(atomic_load(&values), 1);
    assert_int_equal(state_of(&all, unchanged), SR_RESULT_READY);
    assert_int_equal(ask(&all, after, &value), SR_PENDING);
    settle();
    assert_ok(ask(&all, after, &value));
    assert_ok(ask(&all, unchanged, &value));
    assert_int_equal(atomic_load(&runs), 3);
}

static void new_data_and_a_new_split_no_longer_match(void **state)
{
    (void)state;
    const struct value *value;
    struct key split = about(NULL, 1), data = split, free_of_both = split;
    data.base.split = 0;
    free_of_both.base = (struct sr_result_key){0};
    ask(&all, split, &value);
    ask(&all, data, &value);
    ask(&all, free_of_both, &value);
    settle();
    assert_ok(sr_session_set(session, "split_seed", "9", &error));
    assert_int_equal(state_of(&all, about(NULL, 1)), SR_RESULT_ABSENT);
    sr_session_pump(session);
    assert_int_equal(atomic_load(&values), 2);
    assert_int_equal(state_of(&all, split), SR_RESULT_ABSENT);
    assert_int_equal(state_of(&all, data), SR_RESULT_READY);
    assert_ok(sr_session_open(session, at("b"), &error));
    assert_ok(settled(sr_session_data(session, &error)));
    assert_int_equal(atomic_load(&values), 1);
    assert_int_equal(state_of(&all, free_of_both), SR_RESULT_READY);
}

static void jobs_that_nobody_can_ask_for_are_stopped(void **state)
{
    (void)state;
    const struct value *value;
    struct sr_entry *entry = add_model("m");
    atomic_store(&hold, true);
    ask(&all, about(entry, 1), &value);
    wait_running(1);
    ask(&all, about(entry, 2), &value); /* waits in its lane */
    add_model("m");
    assert_true(sr_session_settled(session)); /* though they have not ended yet */
    assert_null(sr_result_pending(session, &all, NULL));
    /* Asking for another result stops them, and so does waiting. */
    assert_int_equal(ask(&all, about(NULL, 3), &value), SR_PENDING);
    double limit = sr_clock_seconds() + 20;
    while (atomic_load(&stopped) < 1 && sr_clock_seconds() < limit) sleep_seconds(0.001);
    assert_int_equal(atomic_load(&stopped), 1);
    assert_ok(sr_session_set(session, "split_seed", "9", &error));
    wait_running(1);
    sr_session_wait(session, 0);
    wait_running(0);
    assert_int_equal(atomic_load(&stopped), 2);
    settle();
    assert_int_equal(atomic_load(&runs), 2); /* the second had not begun */
    assert_int_equal(readied, 0);
}

static void a_failure_is_kept(void **state)
{
    (void)state;
    const struct value *value;
    struct key key = about(NULL, -3);
    assert_int_equal(ask(&all, key, &value), SR_PENDING);
    settle();
    assert_int_equal(state_of(&all, key), SR_RESULT_FAILED);
    for (int i = 0; i < 2; i++) {
        assert_refused(ask(&all, key, &value), SR_ERROR_NUMERIC, "-3 is below zero");
        assert_null(value);
    }
    assert_int_equal(atomic_load(&runs), 1);
    assert_int_equal(readied, 0);
    assert_ok(sr_session_set(session, "split_seed", "9", &error)); /* until the key changes */
    assert_int_equal(ask(&all, about(NULL, -3), &value), SR_PENDING);
}

static void what_was_stopped_by_hand_is_told_once(void **state)
{
    (void)state;
    const struct value *value;
    struct sr_entry *entry = add_model("m");
    atomic_store(&hold, true);
    assert_int_equal(ask(&heavy, about(entry, 1), &value), SR_PENDING);
    wait_running(1);
    assert_true(sr_session_settled(session)); /* the long lane is not waited for */
    assert_int_equal(session->run_count, 1);
    struct sr_run *shown_run = session->runs[0];
    assert_string_equal(shown_run->name, "make 1");
    assert_null(shown_run->class); /* it is no training */
    sr_jobs_stop(session->jobs, shown_run->job);
    while (shown_run->state < SR_JOB_DONE) wait_event(session);
    assert_int_equal(shown_run->state, SR_JOB_STOPPED);
    assert_refused(ask(&heavy, about(entry, 1), &value), SR_ERROR_CANCELLED, "was stopped");
    assert_int_equal(state_of(&heavy, about(entry, 1)), SR_RESULT_ABSENT);
    atomic_store(&hold, false);
    assert_ok(settled(ask(&heavy, about(entry, 1), &value)));
    assert_int_equal(value->number, 1);
    assert_int_equal(session->run_count, 2);
    assert_int_equal(session->runs[1]->state, SR_JOB_DONE);
}

static void the_ones_asked_for_last_are_kept(void **state)
{
    (void)state;
    const struct value *value;
    for (int i = 1; i <= 2; i++) assert_ok(settled(ask(&few, about(NULL, i), &value)));
    assert_ok(ask(&few, about(NULL, 1), &value)); /* so 2 is the older one now */
    assert_int_equal(ask(&few, about(NULL, 3), &value), SR_PENDING);
    assert_int_equal(state_of(&few, about(NULL, 2)), SR_RESULT_READY); /* until 3 is there */
    settle();
    assert_int_equal(state_of(&few, about(NULL, 1)), SR_RESULT_READY);
    assert_int_equal(state_of(&few, about(NULL, 2)), SR_RESULT_ABSENT);
    assert_int_equal(state_of(&few, about(NULL, 3)), SR_RESULT_READY);
    assert_int_equal(atomic_load(&values), 2);
    /* One that took long is kept as well, though others have been asked for since. */
    atomic_store(&hold, true);
    ask(&few, about(NULL, 4), &value);
    for (int i = 1; i <= 3; i += 2) assert_ok(ask(&few, about(NULL, i), &value));
    settle();
    assert_int_equal(state_of(&few, about(NULL, 4)), SR_RESULT_READY);
    assert_int_equal(state_of(&few, about(NULL, 1)), SR_RESULT_ABSENT);
    for (int i = 1; i <= 9; i++) assert_ok(settled(ask(&all, about(NULL, i), &value)));
    assert_int_equal(atomic_load(&values), 11); /* of this kind all */
}

static void a_pane_has_one_job_under_way(void **state)
{
    (void)state;
    const struct value *value;
    atomic_store(&hold, true);
    ask(&shown, about(NULL, 1), &value); /* for a command */
    session->drawing = true;
    ask(&shown, about(NULL, 2), &value);
    ask(&all, about(NULL, 2), &value);
    ask(&shown, about(NULL, 3), &value);
    assert_int_equal(state_of(&shown, about(NULL, 1)), SR_RESULT_PENDING);
    assert_int_equal(state_of(&shown, about(NULL, 2)), SR_RESULT_ABSENT);
    assert_int_equal(state_of(&all, about(NULL, 2)), SR_RESULT_PENDING);
    assert_int_equal(state_of(&shown, about(NULL, 3)), SR_RESULT_PENDING);
    session->drawing = false;
    ask(&shown, about(NULL, 3), &value); /* now a command wants it, too */
    session->drawing = true;
    ask(&shown, about(NULL, 4), &value);
    assert_int_equal(state_of(&shown, about(NULL, 3)), SR_RESULT_PENDING);
    session->drawing = false;
    ask(&shown, about(NULL, 5), &value); /* a command stops nothing */
    assert_int_equal(state_of(&shown, about(NULL, 4)), SR_RESULT_PENDING);
    settle();
    assert_int_equal(atomic_load(&runs), 5);
}

/* A command that has asked for what a pane shows keeps it, whoever asks for it again. */
static void a_command_is_not_forgotten(void **state)
{
    (void)state;
    const struct value *value;
    atomic_store(&hold, true);
    ask(&shown, about(NULL, 1), &value);
    session->drawing = true;
    ask(&shown, about(NULL, 1), &value);
    ask(&shown, about(NULL, 2), &value);
    session->drawing = false;
    assert_int_equal(state_of(&shown, about(NULL, 1)), SR_RESULT_PENDING);
    settle();
    assert_int_equal(atomic_load(&runs), 2);
}

static void a_kind_can_say_what_is_current(void **state)
{
    (void)state;
    const struct value *value;
    ask(&checked, about(NULL, 1), &value);
    ask(&checked, about(NULL, 2), &value);
    settle();
    assert_ok(ask(&checked, about(NULL, 1), &value));
    sr_session_pump(session);
    assert_int_equal(state_of(&checked, about(NULL, 1)), SR_RESULT_READY);
    allowed = false;
    sr_session_pump(session);
    assert_int_equal(state_of(&checked, about(NULL, 1)), SR_RESULT_ABSENT);
    assert_int_equal(state_of(&checked, about(NULL, 2)), SR_RESULT_READY);
    allowed = true;
}

static bool same_number(const void *one, const void *other)
{
    return ((const struct key *)one)->number == ((const struct key *)other)->number;
}

static void something_like_it_is_found(void **state)
{
    (void)state;
    const struct value *value, *found;
    struct key wanted = about(NULL, 7), first = wanted, second = wanted, number = about(NULL, 8);
    first.word = (char *)"first";
    second.word = (char *)"second";
    wanted.word = (char *)"whatever";
    assert_null(sr_result_like(session, &all, &wanted, same_number));
    assert_ok(settled(ask(&all, first, &value)));
    assert_ok(settled(ask(&all, second, &value)));
    assert_ok(settled(ask(&all, number, &value)));
    assert_int_equal(settled(ask(&all, about(NULL, -1), &value)), SR_ERROR_NUMERIC);
    found = sr_result_like(session, &all, &wanted, same_number);
    assert_string_equal(found->word, "second");
    assert_ok(ask(&all, first, &value)); /* the one asked for last */
    found = sr_result_like(session, &all, &wanted, same_number);
    assert_string_equal(found->word, "first");
    wanted.number = -1; /* that has failed */
    assert_null(sr_result_like(session, &all, &wanted, same_number));
    wanted.number = 7;
    assert_null(sr_result_like(session, &few, &wanted, same_number));
    wanted.base.split++;
    assert_null(sr_result_like(session, &all, &wanted, same_number));
}

static void a_session_ends_with_results_in_every_state(void **state)
{
    (void)state;
    const struct value *value;
    assert_ok(settled(ask(&all, about(NULL, 1), &value)));
    assert_int_equal(settled(ask(&all, about(NULL, -1), &value)), SR_ERROR_NUMERIC);
    atomic_store(&hold, true);
    ask(&all, about(NULL, 2), &value);
    ask(&all, about(NULL, 3), &value);
    wait_running(1); /* `end` sees that all are freed */
}

int main(void)
{
#define RESULTS(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        RESULTS(a_result_is_computed_once_and_then_there),
        RESULTS(other_keys_and_kinds_are_other_results),
        RESULTS(a_changed_model_no_longer_matches),
        RESULTS(new_data_and_a_new_split_no_longer_match),
        RESULTS(jobs_that_nobody_can_ask_for_are_stopped),
        RESULTS(a_failure_is_kept),
        RESULTS(what_was_stopped_by_hand_is_told_once),
        RESULTS(the_ones_asked_for_last_are_kept),
        RESULTS(a_pane_has_one_job_under_way),
        RESULTS(a_command_is_not_forgotten),
        RESULTS(a_kind_can_say_what_is_current),
        RESULTS(something_like_it_is_found),
        RESULTS(a_session_ends_with_results_in_every_state),
    };
    return cmocka_run_group_tests_name("results", tests, NULL, NULL);
}
