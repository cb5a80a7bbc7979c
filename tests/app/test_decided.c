/* Decisions applied to the data: labels, rows, splits, statistics, what is trained on and judged.
 */
#include "fixture.h"

#include <math.h>

#include "sartor/app/mend.h"

static struct sr_session *session;

static void decide(enum sr_file file, uint32_t row, enum sr_mark mark, uint8_t class)
{
    struct sr_decision one = sr_decision_of(file, row, mark);
    one.class = class;
    assert_ok(sr_session_decide(session, &one, 1, &error));
}

static void set_option(const char *value)
{
    assert_ok(sr_session_set(session, "decisions", value, &error));
}

static bool holds(struct sr_samples samples, uint32_t row)
{
    for (size_t i = 0; i < samples.count; i++)
        if (sr_samples_row(&samples, i) == row) return true;
    return false;
}

/* Train rows 0, 2 and 4 of the one class, 1 and 3 of the other. */
static int begin(void **state)
{
    if (set_up(state)) return -1;
    session = open_session("a");
    assert_ok(settled(sr_session_data(session, &error)));
    return 0;
}

static int end(void **state)
{
    sr_session_free(session);
    return tear_down(state);
}

static void labels_and_rows(void **state)
{
    (void)state;
    char digest[40], name[64];
    memcpy(digest, session->data->digest, sizeof digest);
    memcpy(name, session->data->name, sizeof name);
    const struct sr_split *split = &session->split;
    const size_t train = split->counts[SR_SPLIT_TRAIN], held = split->counts[SR_SPLIT_VALIDATION];
    const uint32_t drop = split->rows[SR_SPLIT_TRAIN][3],
                   flag = split->rows[SR_SPLIT_VALIDATION][1],
                   other = split->rows[SR_SPLIT_TRAIN][5];
    const uint8_t class = !session->data->files[SR_FILE_TRAIN].labels[other];
    decide(SR_FILE_TRAIN, drop, SR_MARK_DROP, 0);
    decide(SR_FILE_TRAIN, flag, SR_MARK_FLAG, 0);
    decide(SR_FILE_TRAIN, other, SR_MARK_AS, class);
    decide(SR_FILE_TEST, 7, SR_MARK_DROP, 0);
    decide(SR_FILE_TEST, 8, SR_MARK_KEEP, 0);
    assert_string_equal(session->data->digest, digest);

    set_option("on");
    assert_string_not_equal(session->data->digest, digest);
    assert_true(sr_digests_same_pictures(session->data->digest, digest));
    assert_non_null(strstr(session->data->name, "with 4 decisions"));
    assert_int_equal(session->data->relabelled, 1);
    assert_int_equal(session->data->dropped, 3);
    assert_int_equal(session->data->files[SR_FILE_TRAIN].labels[other], class);
    struct sr_samples samples = sr_session_samples(session, SR_SPLIT_TRAIN);
    assert_int_equal(samples.count, train - 1);
    assert_false(holds(samples, drop));
    samples = sr_session_samples(session, SR_SPLIT_VALIDATION);
    assert_int_equal(samples.count, held - 1);
    assert_false(holds(samples, flag));
    samples = sr_session_samples(session, SR_SPLIT_TEST);
    assert_int_equal(samples.count, 39);
    assert_false(holds(samples, 7));
    assert_true(holds(samples, 8));
    assert_int_equal(session->stats[SR_FILE_TRAIN]->count, 118);
    assert_int_equal(session->stats[SR_FILE_TEST]->count, 39);
    assert_int_equal(session->stats[SR_FILE_TRAIN]->class_counts[0] +
                         session->stats[SR_FILE_TRAIN]->class_counts[1],
                     118);

    set_option("off");
    assert_string_equal(session->data->digest, digest);
    assert_string_equal(session->data->name, name);
    assert_int_equal(session->split.counts[SR_SPLIT_TRAIN], train);
    assert_int_equal(sr_session_samples(session, SR_SPLIT_TEST).count, 40);
    assert_int_equal(session->stats[SR_FILE_TRAIN]->count, 120);
    assert_int_equal(session->stats[SR_FILE_TRAIN]->class_counts[0], 60);
}

/* While they are applied, a new decision and one taken back show at once. */
static void follow_each_mark(void **state)
{
    (void)state;
    struct sr_filter filter;
    sr_filter_init(&filter);
    filter.everywhere = true;
    filter.class = 1;
    set_option("on");
    assert_null(session->data->opened); /* nothing is decided */
    assert_ok(settled(sr_session_select(session, &filter, &error)));
    assert_int_equal(session->selection.count, 80);
    decide(SR_FILE_TRAIN, 1, SR_MARK_DROP, 0);
    assert_int_equal(session->selection.count, 79);
    decide(SR_FILE_TEST, 2, SR_MARK_AS, 1);
    assert_int_equal(session->selection.count, 80);
    assert_int_equal(session->selection.filter.class, 1);
    decide(SR_FILE_TRAIN, 1, SR_MARK_NONE, 0);
    decide(SR_FILE_TEST, 2, SR_MARK_NONE, 0);
    assert_int_equal(session->selection.count, 80);
    assert_null(session->data->opened);
}

/* Of a selection that a model's predictions are needed for, what is left out goes. */
static void selections_of_models_are_pruned(void **state)
{
    (void)state;
    struct sr_filter filter;
    train(session, "knn", "m");
    sr_filter_init(&filter);
    filter.split = SR_SPLIT_TEST;
    filter.order = SR_ORDER_LOSS;
    snprintf(filter.model, sizeof filter.model, "m");
    set_option("on");
    assert_ok(settled(sr_session_select(session, &filter, &error)));
    assert_int_equal(session->selection.count, 40);
    const uint32_t here = session->selection.rows[5], gone = session->selection.rows[4];
    session->selection.at = 5;
    decide(SR_FILE_TEST, gone, SR_MARK_DROP, 0);
    assert_int_equal(session->selection.count, 39);
    assert_int_equal(session->selection.rows[session->selection.at], here);
    for (size_t i = 0; i < 39; i++) assert_int_not_equal(session->selection.rows[i], gone);
}

/* A model is trained on the labels decided on, and says so; judged with and without, on the rows
 * that there are. */
static void models_learn_from_them(void **state)
{
    (void)state;
    const struct sr_predictions *said;
    for (uint32_t row = 0; row < 120; row += 2) decide(SR_FILE_TRAIN, row, SR_MARK_AS, 1);
    for (uint32_t row = 1; row < 120; row += 2) decide(SR_FILE_TRAIN, row, SR_MARK_AS, 0);
    decide(SR_FILE_TEST, 0, SR_MARK_DROP, 0);
    set_option("on");
    struct sr_entry *entry = train(session, "knn", "m");
    assert_string_equal(entry->model->digest, session->data->digest);
    assert_non_null(strstr(entry->model->data_name, "with 121 decisions"));
    assert_ok(settled(sr_session_predictions(session, entry, SR_SPLIT_TEST, &said, &error)));
    assert_int_equal(said->count, 39);
    for (size_t i = 0; i < said->count; i++)
        assert_int_equal(said->predicted[i], !said->truth[i]); /* test labels are as they were */
    assert_ok(settled(sr_session_predictions(session, entry, SR_SPLIT_VALIDATION, &said, &error)));
    for (size_t i = 0; i < said->count; i++) assert_int_equal(said->predicted[i], said->truth[i]);
    set_option("off");
    assert_ok(settled(sr_session_predictions(session, entry, SR_SPLIT_VALIDATION, &said, &error)));
    for (size_t i = 0; i < said->count; i++) assert_int_equal(said->predicted[i], !said->truth[i]);
    assert_ok(settled(sr_session_predictions(session, entry, SR_SPLIT_TEST, &said, &error)));
    assert_int_equal(said->count, 40);
}

/* mend compares the data with and without them whichever is shown, and each time is counted. */
static void mend_does_not_depend_on_it(void **state)
{
    (void)state;
    const struct sr_model_class *class = sr_model_class_find("knn", &error);
    struct sr_args *params = sr_args_parse("knn", class->params, NULL, 0, NULL, &error);
    const struct sr_mend_request request = {class, params, 1};
    const struct sr_mend *mend;
    for (uint32_t row = 0; row < 60; row++) decide(SR_FILE_TRAIN, row, SR_MARK_AS, 1);
    assert_ok(settled(sr_session_mend(session, &request, &mend, &error)));
    const struct sr_mend off = *mend;
    assert_int_equal(off.test_looks, 1);
    set_option("on");
    assert_ok(settled(sr_session_mend(session, &request, &mend, &error)));
    assert_int_equal(mend->trained, off.trained);
    assert_int_equal(mend->relabelled, off.relabelled);
    assert_true(fabs(mend->before[0] - off.before[0]) < 1e-12);
    assert_true(fabs(mend->after[0] - off.after[0]) < 1e-12);
    decide(SR_FILE_TRAIN, 61, SR_MARK_DROP, 0);
    assert_ok(settled(sr_session_mend(session, &request, &mend, &error)));
    assert_int_equal(mend->test_looks, 2);
    sr_args_free(params);
}

/* Another session with the option in its settings has them from the start, and the journal knows
 * the labels that the data came with. */
static void from_the_start(void **state)
{
    (void)state;
    const uint8_t label = session->data->files[SR_FILE_TRAIN].labels[9];
    decide(SR_FILE_TRAIN, 9, SR_MARK_AS, !label);
    set_option("on");
    decide(SR_FILE_TRAIN, 9, SR_MARK_AS, !label);
    assert_int_equal(sr_session_decision(session, SR_FILE_TRAIN, 9)->label, label);
    sr_session_free(session);
    session = open_session("a");
    set_option("on");
    assert_ok(settled(sr_session_data(session, &error)));
    assert_int_equal(session->data->files[SR_FILE_TRAIN].labels[9], !label);
    assert_int_equal(session->decisions.counts[SR_MARK_AS], 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(labels_and_rows),
        CASE(follow_each_mark),
        CASE(selections_of_models_are_pruned),
        CASE(models_learn_from_them),
        CASE(mend_does_not_depend_on_it),
        CASE(from_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
