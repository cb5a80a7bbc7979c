/* Trainings seen and stopped from another process; here two sessions on one home stand for the two
 * processes. */
#include "fixture.h"

#include "../../src/app/claim.h"
#include "sartor/app/elsewhere.h"

#define UNTIL(condition)                                                                           \
    for (double limit_ = sr_clock_seconds() + 60; !(condition);) {                                 \
        if (sr_clock_seconds() > limit_) fail_msg("never: " #condition);                           \
        turn();                                                                                    \
    }

static struct sr_session *trains, *looks;
static struct sr_run *own;

/* Both sessions go on for a moment. */
static void turn(void)
{
    sr_session_wait(trains, 0.05);
    sr_session_look_elsewhere(looks);
}

static void begin(const char *line)
{
    trains = open_session("a");
    looks = open_session("a");
    own = sr_session_run(trains, start(trains, "mlp", "long", line));
    UNTIL(looks->run_count);
}

static void end(void)
{
    sr_session_free(trains);
    sr_session_free(looks);
}

static void a_training_is_seen_elsewhere(void **state)
{
    (void)state;
    begin("epochs=10000 hidden=1024");
    const struct sr_run *seen = looks->runs[0];
    UNTIL(seen->epochs > 2);
    char host[65] = "";
    gethostname(host, sizeof host - 1);
    assert_non_null(seen->elsewhere);
    assert_int_equal(seen->elsewhere->process, getpid());
    assert_string_equal(seen->elsewhere->host, host);
    assert_string_equal(seen->name, "long");
    assert_ptr_equal(seen->class, own->class);
    assert_int_equal(seen->state, SR_JOB_RUNNING);
    assert_int_equal(seen->job, 0);
    assert_int_equal(seen->seed, own->seed);
    assert_true(seen->seconds >= 1 && seen->progress.done > 0);
    assert_int_equal(seen->progress.total, own->progress.total);
    assert_true(seen->progress.seconds_left > 0);
    /* Of many epochs, the last ones. */
    const size_t first = (size_t)seen->history[0].epoch - 1;
    assert_true(seen->epochs <= 2000 && first + seen->epochs <= own->epochs);
    for (size_t i = 0; i < seen->epochs; i++) {
        const struct sr_epoch *theirs = &own->history[first + i], *here = &seen->history[i];
        assert_int_equal(here->epoch, theirs->epoch);
        assert_float_equal(here->train_loss, theirs->train_loss, 1e-6);
        assert_float_equal(here->validation_accuracy, theirs->validation_accuracy, 1e-6);
    }
    /* It is no job of the other session, and none of its own is seen elsewhere. */
    assert_false(sr_run_pending(seen));
    assert_null(sr_session_active_run(looks));
    assert_false(sr_session_look_elsewhere(trains));
    assert_int_equal(trains->run_count, 1);
    end();
}

static void it_is_paused_resumed_and_stopped_from_there(void **state)
{
    (void)state;
    begin("epochs=10000 hidden=1024");
    const struct sr_run *seen = looks->runs[0];
    assert_ok(sr_session_ask_elsewhere(looks, seen, "pause", &error));
    UNTIL(own->state == SR_JOB_PAUSED);
    assert_true(own->held);
    UNTIL(seen->state == SR_JOB_PAUSED);
    assert_ok(sr_session_ask_elsewhere(looks, seen, "resume", &error));
    UNTIL(own->state == SR_JOB_RUNNING && seen->state == SR_JOB_RUNNING);
    assert_false(own->held);
    assert_null(sr_session_entry(looks, "long", &error));
    assert_ok(sr_session_ask_elsewhere(looks, seen, "stop", &error));
    UNTIL(own->state == SR_JOB_DONE && seen->state == SR_JOB_DONE);
    assert_true(own->stopped);
    assert_false(sr_path_exists(at("home/running")));
    assert_non_null(sr_session_entry(looks, "long", &error)); /* its model is listed */
    assert_int_equal(sr_session_ask_elsewhere(looks, seen, "stop", &error), SR_ERROR_STATE);
    end();
}

static void put_file(const char *name, const char *text)
{
    mkdir(at("home/running"), 0777);
    assert_ok(sr_file_write(at(name), text, strlen(text), &error));
}

static void a_request_to_another_process_is_not_carried_out(void **state)
{
    (void)state;
    begin("epochs=10000 hidden=1024");
    char line[64];
    snprintf(line, sizeof line, "stop %ld\n", (long)getpid() + 1);
    put_file("home/running/long.request", line);
    UNTIL(!sr_path_exists(at("home/running/long.request")));
    const uint64_t done = own->progress.done;
    UNTIL(own->progress.done > done);
    snprintf(line, sizeof line, "sing %ld\n", (long)getpid());
    put_file("home/running/long.request", line);
    UNTIL(!sr_path_exists(at("home/running/long.request")));
    assert_int_equal(own->state, SR_JOB_RUNNING);
    end();
}

static const char other[] =
    "{\"name\": \"%s\", \"family\": \"mlp\", \"process\": %d, \"host\": \"a b\", \"state\": "
    "\"running\", \"unit\": \"batch\", \"done\": 3, \"total\": 4, \"history\": []}";

static void write_other(const char *name, int process)
{
    char text[512], path[64];
    snprintf(text, sizeof text, other, name, process);
    snprintf(path, sizeof path, "home/running/%s.json", name);
    put_file(path, text);
}

static void what_a_dead_process_left_is_removed(void **state)
{
    (void)state;
    looks = open_session("a");
    mkdir(at("home"), 0777);
    mkdir(at("home/checkpoints"), 0777);
    const int claim = claim_take(at("home"), "net");
    assert_true(claim >= 0);
    write_other("net", 7);
    write_other("dead", 8);
    assert_true(sr_session_look_elsewhere(looks));
    assert_int_equal(looks->run_count, 1);
    assert_string_equal(looks->runs[0]->name, "net");
    assert_string_equal(looks->runs[0]->elsewhere->host, "a_b");
    assert_false(sr_path_exists(at("home/running/dead.json")));
    assert_false(sr_session_look_elsewhere(looks)); /* nothing has changed */
    /* Another process trains the name: another run. */
    write_other("net", 9);
    assert_true(sr_session_look_elsewhere(looks));
    assert_int_equal(looks->run_count, 2);
    assert_int_equal(looks->runs[0]->state, SR_JOB_DONE);
    assert_int_equal(looks->runs[1]->elsewhere->process, 9);
    claim_release(claim, at("home"), "net");
    assert_true(sr_session_look_elsewhere(looks));
    assert_int_equal(looks->runs[1]->state, SR_JOB_DONE);
    assert_false(sr_path_exists(at("home/running")));
    sr_session_free(looks);
}

static void damaged_files_are_passed_over(void **state)
{
    (void)state;
    static const char *const files[] = {
        "",
        "[]",
        "{\"name\": \"net\"}",
        "{\"name\": \"other\", \"family\": \"mlp\", \"process\": 7, \"host\": \"a\", \"state\": "
        "\"running\", \"history\": []}",
        "{\"name\": \"net\", \"family\": \"none\", \"process\": 7, \"host\": \"a\", \"state\": "
        "\"running\", \"history\": []}",
        "{\"name\": \"net\", \"family\": \"mlp\", \"process\": 7, \"host\": \"a\", \"state\": "
        "\"running\", \"history\": [[2,0,0,0,0,0,0],[1,0,0,0,0,0,0]]}"};
    looks = open_session("a");
    mkdir(at("home"), 0777);
    mkdir(at("home/checkpoints"), 0777);
    const int claim = claim_take(at("home"), "net");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        put_file("home/running/net.json", files[i]);
        assert_false(sr_session_look_elsewhere(looks));
        assert_int_equal(looks->run_count, 0);
    }
    assert_int_equal(remove(at("home/running/net.json")), 0);
    assert_int_equal(mkfifo(at("home/running/net.json"), 0666), 0);
    assert_false(sr_session_look_elsewhere(looks)); /* and does not wait for it */
    claim_release(claim, at("home"), "net");
    sr_session_free(looks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_training_is_seen_elsewhere),
        TEST(it_is_paused_resumed_and_stopped_from_there),
        TEST(a_request_to_another_process_is_not_carried_out),
        TEST(what_a_dead_process_left_is_removed),
        TEST(damaged_files_are_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
