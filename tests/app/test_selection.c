/* Which samples a filter leaves, and in which order; the cursor, search and tags. The data set's
 * labels are wrong here and there, so that models are. */
#include "fixture.h"

#include "sartor/data/identity.h"

#include <math.h>

static struct sr_session *session;
static struct sr_filter filter;

/* 3 classes; every 7th training and 5th test label is wrong. */
static int begin(void **state)
{
    if (set_up(state)) return -1;
    make_data("c", 9, 9, 3, 240, 60);
    spoil_labels("c", "train", 3, 7);
    spoil_labels("c", "t10k", 3, 5);
    session = open_session("c");
    assert_ok(settled(sr_session_data(session, &error)));
    static const char *const names[] = {"Bag", "Hat", "Scarf"}; /* a number would be a row */
    for (int c = 0; c < 3; c++) {
        free(session->data->class_names[c]);
        session->data->class_names[c] = sr_xstrdup(names[c]);
    }
    sr_filter_init(&filter);
    return 0;
}

static int end(void **state)
{
    sr_session_free(session);
    return tear_down(state);
}

static void apply(void)
{
    assert_ok(settled(sr_session_select(session, &filter, &error)));
}

static const struct sr_predictions *predictions_of(struct sr_entry *entry, enum sr_split_name split)
{
    const struct sr_predictions *predictions;
    assert_ok(settled(sr_session_predictions(session, entry, split, &predictions, &error)));
    return predictions;
}

static float probability(const struct sr_predictions *of, size_t at, int class)
{
    return of->probabilities[at * (size_t)of->classes + (size_t) class];
}

/* The selection holds exactly the rows of `split` that `wanted` says, in the order of the file. */
static void assert_rows(const struct sr_predictions *of, enum sr_split_name split,
                        bool (*wanted)(const struct sr_predictions *of, size_t at))
{
    const struct sr_samples samples = sr_session_samples(session, split);
    size_t count = 0;
    assert_int_equal(session->selection.file,
                     split == SR_SPLIT_TEST ? SR_FILE_TEST : SR_FILE_TRAIN);
    for (size_t i = 0; i < samples.count; i++) {
        if (!wanted(of, i)) continue;
        assert_true(count < session->selection.count);
        assert_int_equal(session->selection.rows[count++], sr_samples_row(&samples, i));
    }
    assert_int_equal(session->selection.count, count);
}

static bool is_wrong(const struct sr_predictions *of, size_t at)
{
    return of->predicted[at] != of->truth[at];
}
static bool is_right(const struct sr_predictions *of, size_t at)
{
    return of->predicted[at] == of->truth[at];
}
static bool is_predicted_1(const struct sr_predictions *of, size_t at)
{
    return of->predicted[at] == 1;
}
static bool is_class_2(const struct sr_predictions *of, size_t at)
{
    return of->truth[at] == 2;
}
static bool is_sure(const struct sr_predictions *of, size_t at)
{
    float p = probability(of, at, of->predicted[at]);
    return p >= 0.5f && p <= 0.75f;
}

static void a_filter_leaves_what_it_says(void **state)
{
    (void)state;
    struct sr_entry *entry = train(session, "logreg", "m");
    for (int s = 0; s < 2; s++) {
        enum sr_split_name split = s ? SR_SPLIT_TEST : SR_SPLIT_VALIDATION;
        sr_filter_init(&filter);
        filter.split = split;
        filter.right = 0;
        apply();
        const struct sr_predictions *of = predictions_of(entry, split);
        assert_string_equal(session->selection.filter.model, "m");
        assert_rows(of, split, is_wrong);
        assert_in_range(session->selection.count, 1, of->count - 1);
        filter.right = 1;
        apply();
        assert_rows(of, split, is_right);
        filter.right = -1;
        filter.as = 1;
        apply();
        assert_rows(of, split, is_predicted_1);
        filter.as = -1;
        filter.class = 2;
        apply();
        assert_rows(of, split, is_class_2);
        assert_string_equal(session->selection.filter.model, ""); /* that needs no model */
        filter.class = -1;
        assert_ok(sr_session_set(session, "calibrate", "off", &error));
        of = predictions_of(entry, split);
        filter.confidence_low = 0.5;
        filter.confidence_high = 0.75;
        apply();
        assert_rows(of, split, is_sure);
        assert_in_range(session->selection.count, 1, of->count - 1);
    }
}

/* Validation rows are in the train file, but are no training rows. */
static void a_split_has_its_own_rows(void **state)
{
    (void)state;
    bool seen[240] = {0};
    for (int s = 0; s < 2; s++) {
        filter.split = s ? SR_SPLIT_VALIDATION : SR_SPLIT_TRAIN;
        apply();
        assert_int_equal(session->selection.count, session->split.counts[filter.split]);
        for (size_t i = 0; i < session->selection.count; i++) {
            assert_false(seen[session->selection.rows[i]]);
            seen[session->selection.rows[i]] = true;
        }
    }
    for (int i = 0; i < 240; i++) assert_true(seen[i]);
    filter.right = 0; /* and a model is not asked about rows that it has learned from */
    train(session, "knn", "m");
    const struct sr_entry *entry = sr_session_entry(session, "m", &error);
    filter.right = -1;
    filter.confidence_low = 0;
    sr_session_set(session, "split_seed", "7", &error);
    apply();
    assert_in_range(session->selection.count, 1, session->split.counts[SR_SPLIT_VALIDATION] - 1);
    for (size_t i = 0; i < session->selection.count; i++) {
        const struct sr_samples one = {&session->data->files[SR_FILE_TRAIN],
                                       &session->selection.rows[i], 1};
        assert_false(sr_seen_has(entry->model->seen, sr_samples_identity(&one, 0)));
    }
}

static double measure(enum sr_order order, const struct sr_predictions *of, uint32_t row)
{
    size_t at = sr_predictions_find(of, row);
    double first = (double)probability(of, at, of->predicted[at]), second = 0;
    for (int c = 0; c < of->classes; c++)
        if (c != of->predicted[at] && (double)probability(of, at, c) > second)
            second = (double)probability(of, at, c);
    return order == SR_ORDER_CONFIDENCE ? first
           : order == SR_ORDER_MARGIN   ? first - second
                                        : -log((double)probability(of, at, of->truth[at]));
}

static void samples_are_sorted_by_what_a_model_says(void **state)
{
    (void)state;
    struct sr_entry *entry = train(session, "logreg", "m");
    filter.split = SR_SPLIT_TEST;
    for (int order = SR_ORDER_CONFIDENCE; order < SR_ORDER_COUNT; order++)
        for (int descending = 0; descending < 2; descending++) {
            filter.order = (enum sr_order)order;
            filter.descending = descending;
            apply();
            const struct sr_predictions *of = predictions_of(entry, SR_SPLIT_TEST);
            const uint32_t *rows = session->selection.rows;
            assert_int_equal(session->selection.count, 60);
            for (size_t i = 1; i < 60; i++) {
                double a = measure(filter.order, of, rows[i - 1]),
                       b = measure(filter.order, of, rows[i]);
                assert_true(descending ? a >= b : a <= b);
            }
            assert_true(measure(filter.order, of, rows[0]) != measure(filter.order, of, rows[59]));
        }
    /* What is equal stays in the order of the file. */
    entry = train(session, "knn", "few");
    filter.order = SR_ORDER_CONFIDENCE;
    filter.descending = false;
    snprintf(filter.model, sizeof filter.model, "few");
    apply();
    const struct sr_predictions *of = predictions_of(entry, SR_SPLIT_TEST);
    const uint32_t *rows = session->selection.rows;
    size_t equal = 0;
    for (size_t i = 1; i < 60; i++)
        if (measure(filter.order, of, rows[i - 1]) == measure(filter.order, of, rows[i])) {
            assert_true(rows[i - 1] < rows[i]);
            equal++;
        }
    assert_true(equal > 5);
}

static void beats_takes_what_only_the_first_gets_right(void **state)
{
    (void)state;
    struct sr_entry *first = train_with(session, "forest", "first", "trees=1"),
                    *second = train(session, "logreg", "second");
    filter.split = SR_SPLIT_TEST;
    snprintf(filter.model, sizeof filter.model, "second");
    snprintf(filter.beats, sizeof filter.beats, "first");
    apply();
    const struct sr_predictions *a = predictions_of(second, SR_SPLIT_TEST),
                                *b = predictions_of(first, SR_SPLIT_TEST);
    size_t count = 0;
    for (size_t i = 0; i < a->count; i++) {
        if (is_wrong(a, i) || is_right(b, i)) continue;
        assert_true(count < session->selection.count);
        assert_int_equal(session->selection.rows[count++], a->rows[i]);
    }
    assert_int_equal(session->selection.count, count);
    assert_true(count > 0);
    /* Of another split, by the current model where none is named. */
    filter.split = SR_SPLIT_VALIDATION;
    filter.model[0] = '\0';
    strcpy(session->view.model, "second");
    apply();
    assert_string_equal(session->selection.filter.model, "second");
    a = predictions_of(second, SR_SPLIT_VALIDATION);
    b = predictions_of(first, SR_SPLIT_VALIDATION);
    count = 0;
    for (size_t i = 0; i < a->count; i++) count += is_right(a, i) && is_wrong(b, i);
    assert_int_equal(session->selection.count, count);
    assert_true(count < a->count);
    /* A new split keeps no more of it than the split's name. */
    strcpy(session->selection.filter.beats, "first");
    assert_ok(sr_session_set(session, "validation", "0.2", &error));
    assert_string_equal(session->selection.filter.beats, "");
    assert_int_equal(session->selection.count, session->split.counts[SR_SPLIT_VALIDATION]);
    count = session->selection.count;
    filter.split = SR_SPLIT_TEST;
    snprintf(filter.beats, sizeof filter.beats, "nobody");
    assert_refused(settled(sr_session_select(session, &filter, &error)), SR_ERROR_ARGUMENT,
                   "nobody");
    assert_int_equal(session->selection.count, count); /* the old one stays */
}

static void filters_are_printed_as_they_would_be_typed(void **state)
{
    (void)state;
    struct sr_text text = {0};
    filter.split = SR_SPLIT_TEST;
    filter.class = 2;
    filter.as = 0;
    filter.right = 0;
    filter.confidence_high = 0.6;
    filter.tagged = filter.descending = true;
    filter.order = SR_ORDER_MARGIN;
    snprintf(filter.model, sizeof filter.model, "m");
    snprintf(filter.beats, sizeof filter.beats, "n");
    sr_filter_print(session, &filter, &text);
    assert_string_equal(sr_text_get(&text), "split=test class=Scarf as=Bag wrong conf=..0.6 tagged "
                                            "sort=margin descending model=m beats=n");
    sr_text_clear(&text);
    sr_filter_init(&filter);
    filter.confidence_low = 0.25;
    filter.right = 1;
    filter.suspects = true;
    sr_filter_print(session, &filter, &text);
    assert_string_equal(sr_text_get(&text), "split=train right conf=0.25.. suspects");
    sr_text_fini(&text);
}

static uint32_t row_at_cursor(void)
{
    return session->selection.rows[session->selection.at];
}

static void search_goes_round_from_the_cursor(void **state)
{
    (void)state;
    filter.split = SR_SPLIT_TEST;
    apply();
    assert_ok(sr_session_show(session, SR_FILE_TEST, 10, &error));
    assert_ok(sr_session_search(session, "12", 1, &error)); /* a row, not a class */
    assert_int_equal(row_at_cursor(), 12);
    const struct sr_images *images = &session->data->files[SR_FILE_TEST];
    const char *name = "carf";
    for (int step = 1; step >= -1; step -= 2) {
        uint32_t row = row_at_cursor();
        assert_ok(sr_session_search(session, name, step, &error));
        do row = (row + 60 + (uint32_t)step) % 60;
        while (images->labels[row] != 2);
        assert_int_equal(row_at_cursor(), row);
    }
    assert_ok(sr_session_show(session, SR_FILE_TEST, 59, &error));
    assert_ok(sr_session_search(session, name, 1, &error));
    assert_true(row_at_cursor() < 5);
    assert_ok(sr_session_show(session, SR_FILE_TEST, 0, &error));
    assert_ok(sr_session_search(session, name, -1, &error));
    assert_true(row_at_cursor() > 50);
    uint32_t before = row_at_cursor();
    assert_refused(sr_session_search(session, "no such class", 1, &error), SR_ERROR_STATE,
                   "no such class");
    assert_int_equal(row_at_cursor(), before);
    /* The one at the cursor is found last of all. */
    assert_ok(sr_session_show(session, SR_FILE_TEST, 7, &error));
    assert_ok(sr_session_search(session, "7", 1, &error));
    assert_int_equal(row_at_cursor(), 7);
}

static void search_finds_predicted_classes_where_a_model_is_asked(void **state)
{
    (void)state;
    struct sr_entry *entry = train(session, "logreg", "m");
    filter.split = SR_SPLIT_TEST;
    filter.right = 0;
    apply();
    const struct sr_predictions *of = predictions_of(entry, SR_SPLIT_TEST);
    const char *name = "hat";
    session->selection.at = 0;
    for (size_t i = 0; i < session->selection.count; i++) {
        assert_ok(sr_session_search(session, name, 1, &error));
        size_t at = sr_predictions_find(of, row_at_cursor());
        assert_true(of->truth[at] == 1 || of->predicted[at] == 1);
    }
    size_t wanted = 0, found = 0;
    for (size_t i = 0; i < of->count; i++)
        wanted += is_wrong(of, i) && (of->truth[i] == 1 || of->predicted[i] == 1);
    size_t first = session->selection.at;
    do {
        assert_ok(sr_session_search(session, name, 1, &error));
        found++;
    } while (session->selection.at != first);
    assert_int_equal(found, wanted);
}

/* --- on data whose labels are right -------------------------------------------------------- */

static void a_selection_keeps_the_sample_under_the_cursor(void **state)
{
    (void)state;
    session = open_session("a");
    sr_filter_init(&filter);
    filter.split = SR_SPLIT_TEST;
    assert_ok(settled(sr_session_select(session, &filter, &error)));
    assert_int_equal(session->selection.count, 40);
    assert_ok(sr_session_show(session, SR_FILE_TEST, 7, &error));
    assert_int_equal(session->selection.rows[session->selection.at], 7);
    filter.class = 1; /* rows 1, 3, 5, ... */
    assert_ok(sr_session_select(session, &filter, &error));
    assert_int_equal(session->selection.count, 20);
    assert_int_equal(session->selection.rows[session->selection.at], 7);
    filter.descending = true;
    assert_ok(sr_session_select(session, &filter, &error));
    assert_int_equal(session->selection.rows[session->selection.at], 7);
    assert_int_equal(session->selection.rows[0], 39);
    filter.class = 0; /* it is not among these: the cursor goes to the first */
    assert_ok(sr_session_select(session, &filter, &error));
    assert_int_equal(session->selection.at, 0);
    /* Showing a sample that is filtered out widens the selection. */
    assert_ok(sr_session_show(session, SR_FILE_TEST, 7, &error));
    assert_int_equal(session->selection.count, 40);
    assert_int_equal(session->selection.rows[session->selection.at], 7);
    assert_ok(sr_session_show(session, SR_FILE_TRAIN, 119, &error));
    assert_int_equal(session->selection.file, SR_FILE_TRAIN);
    assert_int_equal(session->selection.rows[session->selection.at], 119);
    sr_session_free(session);
}

static void a_new_split_keeps_the_sample_and_drops_what_a_model_said(void **state)
{
    (void)state;
    session = open_session("a");
    train(session, "knn", "knn");
    sr_filter_init(&filter);
    filter.split = SR_SPLIT_TEST;
    filter.right = 1;
    assert_ok(settled(sr_session_select(session, &filter, &error)));
    assert_string_equal(session->selection.filter.model, "knn");
    assert_ok(sr_session_show(session, SR_FILE_TEST, session->selection.rows[3], &error));
    uint32_t row = session->selection.rows[session->selection.at];
    assert_ok(sr_session_set(session, "split_seed", "5", &error));
    assert_int_equal(session->selection.filter.right, -1);
    assert_string_equal(session->selection.filter.model, "");
    assert_int_equal(session->selection.rows[session->selection.at], row);
    sr_session_free(session);
}

static void samples_are_named_by_file_and_row(void **state)
{
    (void)state;
    session = open_session("a");
    enum sr_file file = SR_FILE_TRAIN;
    uint32_t row;
    assert_ok(settled(sr_session_index(session, "test:39", &file, &row, &error)));
    assert_int_equal(file, SR_FILE_TEST);
    assert_int_equal(row, 39);
    assert_ok(sr_session_index(session, "validation:5", &file, &row, &error));
    assert_int_equal(file, SR_FILE_TRAIN); /* which its rows are of */
    assert_int_equal(row, 5);
    assert_ok(sr_session_index(session, "119", &file, &row, &error));
    assert_int_equal(row, 119);
    assert_refused(sr_session_index(session, "120", &file, &row, &error), SR_ERROR_ARGUMENT,
                   "0 to 119");
    assert_refused(sr_session_index(session, "test:40", &file, &row, &error), SR_ERROR_ARGUMENT,
                   "0 to 39");
    for (int s = 0; s < SR_SPLIT_COUNT; s++) { /* a sample is shown in the split that has it */
        const struct sr_samples samples = sr_session_samples(session, (enum sr_split_name)s);
        row = sr_samples_row(&samples, samples.count - 1);
        assert_ok(sr_session_show(session, s == SR_SPLIT_TEST ? SR_FILE_TEST : SR_FILE_TRAIN, row,
                                  &error));
        assert_int_equal(session->selection.filter.split, s);
        assert_int_equal(session->selection.rows[session->selection.at], row);
    }
    static const char *const wrong[] = {
        "", "-1", "x", "test:", "tset:1", "train:1x", "train:99999999999999999999", ":3"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_refused(sr_session_index(session, wrong[i], &file, &row, &error), SR_ERROR_ARGUMENT,
                       wrong[i]);
    sr_session_free(session);
}

static void tags_are_kept_for_each_data_set(void **state)
{
    (void)state;
    session = open_session("a");
    assert_ok(settled(sr_session_data(session, &error)));
    assert_ok(sr_session_tag(session, SR_FILE_TEST, 3, true, &error));
    assert_ok(sr_session_tag(session, SR_FILE_TRAIN, 0, true, &error));
    assert_ok(sr_session_tag(session, SR_FILE_TRAIN, 0, true, &error));
    assert_int_equal(session->tag_count, 2);
    assert_ok(sr_session_open(session, at("b"), &error));
    assert_ok(settled(sr_session_data(session, &error)));
    assert_int_equal(session->tag_count, 0);
    sr_session_free(session);
    session = open_session("a");
    assert_ok(settled(sr_session_data(session, &error)));
    assert_int_equal(session->tag_count, 2);
    assert_true(session->tags[SR_FILE_TEST][3]);
    sr_filter_init(&filter);
    filter.split = SR_SPLIT_TEST;
    filter.tagged = true;
    assert_ok(sr_session_select(session, &filter, &error));
    assert_int_equal(session->selection.count, 1);
    assert_ok(sr_session_tag(session, SR_FILE_TEST, 3, false, &error));
    assert_int_equal(session->tag_count, 1);
    sr_session_free(session);
}

int main(void)
{
#define SELECTION(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        SELECTION(a_filter_leaves_what_it_says),
        SELECTION(a_split_has_its_own_rows),
        SELECTION(samples_are_sorted_by_what_a_model_says),
        SELECTION(beats_takes_what_only_the_first_gets_right),
        SELECTION(filters_are_printed_as_they_would_be_typed),
        SELECTION(search_goes_round_from_the_cursor),
        SELECTION(search_finds_predicted_classes_where_a_model_is_asked),
        TEST(a_selection_keeps_the_sample_under_the_cursor),
        TEST(a_new_split_keeps_the_sample_and_drops_what_a_model_said),
        TEST(samples_are_named_by_file_and_row),
        TEST(tags_are_kept_for_each_data_set),
    };
    return cmocka_run_group_tests_name("selection", tests, NULL, NULL);
}
