/* Images shown changed: what is shown and judged follows, what is trained and held out does not. */
#include "fixture.h"

#include "sartor/app/trust.h"

static struct sr_session *session;

static struct sr_filter all_of(enum sr_split_name split, const char *change)
{
    struct sr_filter filter;
    sr_filter_init(&filter);
    filter.split = split;
    assert_ok(sr_change_parse(change, &filter.change, &error));
    return filter;
}

static void select_changed(enum sr_split_name split, const char *change)
{
    const struct sr_filter filter = all_of(split, change);
    assert_ok(settled(sr_session_select(session, &filter, &error)));
}

static const struct sr_predicted *predicted(struct sr_entry *entry, enum sr_split_name split)
{
    const struct sr_predictions *unused;
    assert_ok(settled(sr_session_predictions(session, entry, split, &unused, &error)));
    return sr_session_predicted(session, entry, split);
}

static void words(void **state)
{
    (void)state;
    static const struct {
        const char *text, *printed;
        int severity;
    } good[] = {{"none", "none", 0},       {"rotate:5", "rotate:5", 5},
                {"rotate", "rotate:2", 2}, {"inverse:4", "inverse", 1},
                {"inverse", "inverse", 1}, {"occlusion", "occlusion:3", 3}};
    static const char *const bad[] = {
        "",          ":",
        "rotat",     "rotate:",
        "rotate:0",  "rotate:6",
        "rotate:33", "rotate:3 ",
        "none:1",    "a-name-that-is-far-longer-than-that-of-any-kind:1"};
    struct sr_change change;
    char text[48];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_ok(sr_change_parse(good[i].text, &change, &error));
        assert_int_equal(change.severity, good[i].severity);
        sr_change_print(change, text, sizeof text);
        assert_string_equal(text, good[i].printed);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(sr_change_parse(bad[i], &change, &error), SR_ERROR_ARGUMENT);
}

static void what_is_shown_follows(void **state)
{
    (void)state;
    session = open_session("a");
    struct sr_entry *entry = train(session, "knn", "knn");
    const double clean = predicted(entry, SR_SPLIT_TEST)->evaluation.loss;
    const uint8_t first = session->data->files[SR_FILE_TEST].pixels[5];
    struct sr_dataset *origin = session->data;
    select_changed(SR_SPLIT_TEST, "inverse");
    assert_ptr_equal(session->data->origin, origin);
    assert_int_equal(session->data->files[SR_FILE_TEST].pixels[5], 255 - first);
    assert_ptr_equal(sr_dataset_train(session->data), &origin->files[SR_FILE_TRAIN]);
    assert_string_equal(session->data->digest, origin->digest);
    assert_non_null(strstr(session->data->name, ", inverse"));
    char name[64];
    sr_sample_name(session, SR_FILE_TEST, 3, name, sizeof name);
    assert_string_equal(name, "test:3, inverse");
    struct sr_text text = {0};
    sr_filter_print(session, &session->selection.filter, &text);
    assert_string_equal(sr_text_get(&text), "split=test changed=inverse");
    sr_text_fini(&text);
    assert_true(predicted(entry, SR_SPLIT_TEST)->evaluation.loss > clean + 0.1);

    /* A sample outside of the selection, and a filter by predictions, keep it. */
    assert_ok(settled(sr_session_show(session, SR_FILE_TRAIN, 4, &error)));
    assert_ptr_equal(session->data->origin, origin);

    /* As they are again: what was known is still there. */
    select_changed(SR_SPLIT_TEST, "none");
    assert_ptr_equal(session->data, origin);
    const struct sr_predicted *again = sr_session_predicted(session, entry, SR_SPLIT_TEST);
    assert_non_null(again);
    assert_true(again->evaluation.loss == clean);
    sr_session_free(session);
}

/* A selection that is refused leaves the images as they were. */
static void refused(void **state)
{
    (void)state;
    session = open_session("a");
    select_changed(SR_SPLIT_TEST, "flip_sides");
    struct sr_filter filter = all_of(SR_SPLIT_TRAIN, "rotate:5");
    filter.suspects = true;
    assert_refused(settled(sr_session_select(session, &filter, &error)), SR_ERROR_STATE,
                   "no suspects");
    assert_non_null(strstr(session->data->name, "flip_sides"));
    assert_int_equal(session->selection.filter.change.kind, sr_change_find("flip_sides"));
    assert_refused(sr_session_unchanged(session, "study", &error), SR_ERROR_STATE,
                   "study: the images shown are changed (flip_sides)");
    sr_session_free(session);
    session = open_session("b"); /* 9 × 10 */
    assert_ok(settled(sr_session_data(session, &error)));
    filter = all_of(SR_SPLIT_TEST, "turn_left");
    assert_refused(settled(sr_session_select(session, &filter, &error)), SR_ERROR_ARGUMENT,
                   "turn_left is for square images; these have 9×10 pixels");
    sr_session_free(session);
}

/* Models are trained on the images as they are, and rows are known by these. */
static void trainings_do_not_follow(void **state)
{
    (void)state;
    session = open_session("a");
    struct sr_entry *plain = train(session, "logreg", "plain");
    select_changed(SR_SPLIT_TRAIN, "contrast:5");
    struct sr_entry *other = train(session, "logreg", "other");
    assert_int_equal(predicted(other, SR_SPLIT_TRAIN)->trained, 110);
    assert_int_equal(predicted(other, SR_SPLIT_VALIDATION)->left_out, 0);
    assert_ok(settled(sr_session_trust(session, other, &error)));
    assert_non_null(other->model->trust);
    assert_int_equal(other->model->trust->conformal.count, 10);
    select_changed(SR_SPLIT_TRAIN, "none");
    assert_true(predicted(plain, SR_SPLIT_TEST)->evaluation.loss ==
                predicted(other, SR_SPLIT_TEST)->evaluation.loss);
    assert_memory_equal(plain->model->trust->conformal.scores,
                        other->model->trust->conformal.scores, 10 * sizeof(float));
    assert_string_equal(plain->model->data_name, other->model->data_name);
    sr_session_free(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words),
        TEST(what_is_shown_follows),
        TEST(refused),
        TEST(trainings_do_not_follow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
