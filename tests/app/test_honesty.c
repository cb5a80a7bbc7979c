/* No judgement uses what a model was trained on: rows are known by their pictures, whatever else
 * has changed. Looks at the test images, models on other data, and files that other processes
 * change. */
#include "fixture.h"

#include "sartor/app/explanations.h"
#include "sartor/data/identity.h"

static struct sr_session *session;

/* The bytes of an image, or of a label, of a data set's files. */
static void edit(const char *data, const char *file, long header, long size, long row,
                 const uint8_t *bytes)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", at(data), file);
    FILE *stream = fopen(path, "r+b");
    assert_non_null(stream);
    fseek(stream, header + size * row, SEEK_SET);
    fwrite(bytes, 1, (size_t)size, stream);
    assert_int_equal(fclose(stream), 0);
}

static void copy_train_image(const char *data, long from, const char *file, long to)
{
    char path[512];
    uint8_t pixels[64];
    snprintf(path, sizeof path, "%s/train-images-idx3-ubyte", at(data));
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    fseek(stream, 16 + 64 * from, SEEK_SET);
    assert_int_equal(fread(pixels, 1, 64, stream), 64);
    fclose(stream);
    edit(data, file, 16, 64, to, pixels);
}

static void write_text(const char *name, const char *text)
{
    assert_ok(sr_file_write(at(name), text, strlen(text), &error));
}

static const struct sr_held_out *held_out(struct sr_entry *entry, enum sr_split_name split)
{
    const struct sr_held_out *held;
    assert_ok(settled(sr_session_held_out(session, entry, split, &held, &error)));
    return held;
}

static const struct sr_predicted *predicted(struct sr_entry *entry, enum sr_split_name split)
{
    const struct sr_predictions *unused;
    assert_ok(settled(sr_session_predictions(session, entry, split, &unused, &error)));
    return sr_session_predicted(session, entry, split);
}

static struct sr_entry *loaded(const char *name)
{
    struct sr_entry *entry;
    assert_ok(settled(sr_session_model(session, name, &entry, &error)));
    return entry;
}

/* Has the model been trained on the picture of any row? */
static size_t trained_rows(const struct sr_entry *entry, const struct sr_samples *samples)
{
    size_t count = 0;
    for (size_t i = 0; i < samples->count; i++)
        count += sr_seen_has(entry->model->seen, sr_samples_identity(samples, i));
    return count;
}

static void another_split_keeps_what_was_held_out(void **state)
{
    (void)state;
    session = open_session("a");
    struct sr_entry *entry = train(session, "knn", "knn");
    assert_int_equal(entry->model->seen->count, 110);
    const struct sr_held_out *held = held_out(entry, SR_SPLIT_VALIDATION);
    assert_true(held->whole == 10 && held->left_out == 0 && held->samples.count == 10);
    held = held_out(entry, SR_SPLIT_TRAIN); /* all rows of it, and how many were trained on */
    assert_true(held->samples.count == 110 && held->left_out == 0 && held->trained == 110);

    assert_ok(sr_session_set(session, "validation", "0.5", &error));
    held = held_out(entry, SR_SPLIT_VALIDATION);
    assert_int_equal(held->whole, 60);
    assert_true(held->samples.count > 0 && held->samples.count <= 10);
    assert_int_equal(held->left_out, 60 - held->samples.count);
    assert_int_equal(trained_rows(entry, &held->samples), 0);
    const struct sr_predicted *judged = predicted(entry, SR_SPLIT_VALIDATION);
    assert_int_equal(judged->predictions.count, 60 - judged->left_out);
    assert_int_equal(judged->evaluation.count, judged->predictions.count);
    sr_session_free(session);
}

/* One byte of a test picture changes the digest of the data, and nothing of what was trained on. */
static void changed_files_hide_nothing(void **state)
{
    (void)state;
    const struct sr_predictions *none;
    session = open_session("a");
    train(session, "knn", "part");
    assert_ok(sr_session_set(session, "validation", "0", &error));
    train(session, "knn", "all");
    sr_session_free(session);
    edit("a", "t10k-images-idx3-ubyte", 16, 1, 7, (const uint8_t[]){3});
    session = open_session("a");
    struct sr_entry *part = loaded("part"), *all = loaded("all");
    assert_ok(settled(sr_session_data(session, &error)));
    assert_string_not_equal(part->model->digest, session->data->digest);
    assert_int_equal(predicted(part, SR_SPLIT_VALIDATION)->left_out, 0);
    assert_refused(
        settled(sr_session_predictions(session, all, SR_SPLIT_VALIDATION, &none, &error)),
        SR_ERROR_STATE, "trained on all 10 rows of the validation split; use split=test");
    assert_ok(sr_session_set(session, "split_seed", "2", &error));
    const struct sr_held_out *held = held_out(part, SR_SPLIT_VALIDATION);
    assert_true(held->left_out > 0);
    assert_int_equal(trained_rows(part, &held->samples), 0);
    sr_session_free(session);
}

/* Pictures that stand in the training rows and, once more, in the validation or test rows. */
static void repeated_pictures_are_left_out(void **state)
{
    (void)state;
    session = open_session("a");
    assert_ok(settled(sr_session_data(session, &error)));
    const uint32_t trained = session->split.rows[SR_SPLIT_TRAIN][4],
                   held = session->split.rows[SR_SPLIT_VALIDATION][3];
    sr_session_free(session);
    copy_train_image("a", trained, "train-images-idx3-ubyte", held);
    copy_train_image("a", trained, "t10k-images-idx3-ubyte", 11);
    session = open_session("a");
    struct sr_entry *entry = train(session, "knn", "knn");
    const struct sr_predicted *judged = predicted(entry, SR_SPLIT_VALIDATION);
    assert_true(judged->left_out == 1 && judged->whole == 10 && judged->predictions.count == 9);
    assert_int_equal(sr_predictions_find(&judged->predictions, held), SIZE_MAX);
    struct sr_text words = {0};
    sr_predicted_print_left_out(judged, &words);
    assert_string_equal(sr_text_get(&words), "1 row left out, which it was trained on");
    sr_text_fini(&words);
    judged = predicted(entry, SR_SPLIT_TEST);
    assert_true(judged->left_out == 1 && judged->predictions.count == 39);
    assert_int_equal(sr_predictions_find(&judged->predictions, 11), SIZE_MAX);

    /* A selection by predictions is without it, one without predictions has it. */
    struct sr_filter filter;
    sr_filter_init(&filter);
    filter.split = SR_SPLIT_TEST;
    filter.confidence_low = 0;
    snprintf(filter.model, sizeof filter.model, "knn");
    assert_ok(settled(sr_session_select(session, &filter, &error)));
    assert_int_equal(session->selection.count, 39);
    filter.order = SR_ORDER_LOSS;
    assert_ok(settled(sr_session_select(session, &filter, &error)));
    assert_int_equal(session->selection.count, 39);
    sr_filter_init(&filter);
    filter.split = SR_SPLIT_TEST;
    assert_ok(settled(sr_session_select(session, &filter, &error)));
    assert_int_equal(session->selection.count, 40);
    sr_session_free(session);
}

/* Files of earlier versions do not say what was trained on: the split that was drawn does, where
 * the data is the same. */
static void models_without_a_record_are_judged_by_their_split(void **state)
{
    (void)state;
    session = open_session("a");
    struct sr_entry *entry = train(session, "knn", "knn");
    sr_seen_free(entry->model->seen);
    entry->model->seen = NULL;
    assert_int_equal(held_out(entry, SR_SPLIT_VALIDATION)->left_out, 0);
    assert_true(held_out(entry, SR_SPLIT_VALIDATION)->known);
    assert_ok(sr_session_set(session, "split_seed", "2", &error));
    assert_true(held_out(entry, SR_SPLIT_VALIDATION)->left_out > 0);
    assert_ok(sr_session_set(session, "split_seed", "3", &error));
    snprintf(entry->model->digest, sizeof entry->model->digest, "another");
    assert_false(held_out(entry, SR_SPLIT_VALIDATION)->known);
    assert_int_equal(held_out(entry, SR_SPLIT_VALIDATION)->left_out, 0);
    /* Of Fashion-MNIST there are several files with the same rows. */
    assert_ok(sr_session_set(session, "split_seed", "4", &error));
    session->data->known = true;
    const struct sr_held_out *held;
    assert_refused(settled(sr_session_held_out(session, entry, SR_SPLIT_VALIDATION, &held, &error)),
                   SR_ERROR_STATE, "other files");
    assert_int_equal(held_out(entry, SR_SPLIT_TEST)->samples.count, 40);
    sr_session_free(session);
}

/* A pair is tested on what neither model was trained on. */
static void pairs_share_their_rows(void **state)
{
    (void)state;
    const struct sr_comparison *comparison;
    session = open_session("a");
    struct sr_entry *first = train(session, "knn", "first");
    assert_ok(sr_session_set(session, "split_seed", "2", &error));
    struct sr_entry *second = train(session, "logreg", "second");
    assert_ok(sr_session_set(session, "validation", "0.5", &error));
    const struct sr_predicted *a = predicted(first, SR_SPLIT_VALIDATION);
    const struct sr_predicted *b = predicted(second, SR_SPLIT_VALIDATION);
    a = sr_session_predicted(session, first, SR_SPLIT_VALIDATION);
    size_t common = 0;
    for (size_t i = 0; i < a->predictions.count; i++)
        common += sr_predictions_find(&b->predictions, a->predictions.rows[i]) != SIZE_MAX;
    assert_true(common < a->predictions.count && common < b->predictions.count);
    assert_ok(settled(sr_session_comparison(session, SR_SPLIT_VALIDATION, &comparison, &error)));
    assert_int_equal(sr_mcnemar_count(&comparison->pairs[0].test), common);
    sr_session_free(session);
}

/* Suspects: the folds of k-NN with k=1 would find a repeated picture with another label in the
 * training rows, and trust that. */
static void folds_do_not_train_on_what_they_judge(void **state)
{
    (void)state;
    uint32_t job;
    /* Row 2 is of class 0, row 3 of class 1: now both are the picture of row 2. */
    copy_train_image("a", 2, "train-images-idx3-ubyte", 3);
    session = open_session("a");
    struct sr_entry *entry = train_with(session, "knn", "knn", "k=1");
    assert_ok(settled(sr_session_find_suspects(
        session, &(struct sr_suspects_request){entry, 0, 5, 0}, &job, &error)));
    finish_jobs(session);
    assert_int_equal(sr_session_suspect(session, 2), SIZE_MAX);
    assert_int_equal(sr_session_suspect(session, 3), 0);
    /* Each of the two was left out where the other is judged, and that is kept with the rest. */
    assert_int_equal(session->suspects.repeated, 2);
    sr_session_free(session);
    session = open_session("a");
    assert_ok(settled(sr_session_data(session, &error)));
    assert_int_equal(session->suspects.repeated, 2);
    sr_session_free(session);
}

/* --- looks at the test images ------------------------------------------------------------- */

static size_t looks(void)
{
    size_t length = 0, count = 0;
    char *bytes = sr_file_read(at("home/test-looks.csv"), 1 << 20, &length, &error);
    for (size_t i = 0; bytes && i < length; i++) count += bytes[i] == '\n';
    free(bytes);
    return count;
}

static void every_reading_of_the_test_file_counts(void **state)
{
    (void)state;
    session = open_session("a");
    struct sr_entry *entry = train(session, "logreg", "m");
    const struct sr_explainer explainer = {entry, "weights", "", -1};
    const struct sr_class_heats *classes;
    const struct sr_quality *quality;
    const struct sr_heats *heats;
    predicted(entry, SR_SPLIT_VALIDATION);
    assert_ok(settled(
        sr_session_class_heats(session, &explainer, SR_SPLIT_VALIDATION, 5, &classes, &error)));
    assert_int_equal(looks(), 0);
    assert_ok(
        settled(sr_session_class_heats(session, &explainer, SR_SPLIT_TEST, 5, &classes, &error)));
    assert_int_equal(looks(), 1);
    assert_ok(settled(sr_session_quality(session, &explainer, SR_SPLIT_TEST, 10, SR_FILL_BLACK,
                                         &quality, &error)));
    assert_int_equal(looks(), 2);
    const uint32_t rows[] = {1, 2};
    struct sr_samples some = {&session->data->files[SR_FILE_TEST], rows, 1};
    assert_ok(settled(sr_session_heats(session, &explainer, &some, &heats, &error)));
    assert_int_equal(looks(), 2); /* a single sample */
    some.count = 2;
    assert_ok(settled(sr_session_heats(session, &explainer, &some, &heats, &error)));
    assert_int_equal(looks(), 3);
    assert_int_equal(predicted(entry, SR_SPLIT_TEST)->test_looks, 4);
    sr_session_free(session);
}

static void looks_are_counted_for_each_data_set(void **state)
{
    (void)state;
    session = open_session("a");
    train(session, "knn", "m");
    sr_session_free(session);
    /* Lines of earlier versions are about the data that the model was trained on. */
    for (int time = 1; time <= 2; time++) {
        session = open_session("a");
        assert_int_equal(predicted(loaded("m"), SR_SPLIT_TEST)->test_looks, time);
        sr_session_free(session);
    }
    size_t length;
    char *bytes = sr_file_read(at("home/test-looks.csv"), 1 << 20, &length, &error);
    char *line = strrchr(bytes, ',');
    *line = '\n';
    line[1] = '\0'; /* the last line without its data */
    assert_ok(sr_file_write(at("home/test-looks.csv"), bytes, strlen(bytes), &error));
    free(bytes);
    session = open_session("a");
    assert_int_equal(predicted(loaded("m"), SR_SPLIT_TEST)->test_looks, 3);
    sr_session_free(session);
    /* Another train file: the same test images. Other test images: none yet. */
    edit("a", "train-images-idx3-ubyte", 16, 1, 7, (const uint8_t[]){3});
    session = open_session("a");
    assert_int_equal(predicted(loaded("m"), SR_SPLIT_TEST)->test_looks, 4);
    sr_session_free(session);
    edit("a", "t10k-images-idx3-ubyte", 16, 1, 7, (const uint8_t[]){3});
    session = open_session("a");
    assert_int_equal(predicted(loaded("m"), SR_SPLIT_TEST)->test_looks, 1);
    sr_session_free(session);
}

/* --- models on other data ----------------------------------------------------------------- */

static void classes_in_another_order_are_matched_by_name(void **state)
{
    (void)state;
    write_text("b/labels.txt", "shirt\ncoat\nbag\n");
    session = open_session("b");
    struct sr_entry *entry = train(session, "logreg", "m");
    const double accuracy = predicted(entry, SR_SPLIT_TEST)->evaluation.accuracy;
    assert_true(accuracy > 0.9);
    assert_null(entry->model->order);
    sr_session_free(session);
    /* The same pictures with the classes in alphabetical order: bag, coat, shirt. */
    write_text("b/labels.txt", "bag\ncoat\nshirt\n");
    for (long i = 0; i < 90; i++) {
        const uint8_t now = (uint8_t)(2 - i % 3);
        edit("b", "train-labels-idx1-ubyte", 8, 1, i, &now);
        if (i < 30) edit("b", "t10k-labels-idx1-ubyte", 8, 1, i, &now);
    }
    session = open_session("b");
    assert_ok(settled(sr_session_data(session, &error)));
    entry = loaded("m");
    assert_non_null(entry->model->order);
    const struct sr_predicted *judged = predicted(entry, SR_SPLIT_TEST);
    assert_float_equal(judged->evaluation.accuracy, accuracy, 0);
    struct sr_text words = {0};
    sr_entry_print_origin(session, entry, &words);
    assert_string_equal(sr_text_get(&words), "it was trained on these images with other labels or "
                                             "rows (b); its classes are matched by name, since "
                                             "it has them in another order");
    sr_text_fini(&words);
    /* Back on data in its own order, it is itself again. */
    write_text("b/labels.txt", "shirt\ncoat\nbag\n");
    assert_ok(sr_session_open(session, at("b"), &error));
    assert_ok(settled(sr_session_data(session, &error)));
    assert_null(loaded("m")->model->order);
    sr_session_free(session);
}

static void other_classes_are_refused(void **state)
{
    (void)state;
    const struct sr_predictions *none;
    const struct sr_held_out *held;
    write_text("b/labels.txt", "shirt\ncoat\nbag\n");
    session = open_session("b");
    train(session, "knn", "m");
    sr_session_free(session);
    write_text("b/labels.txt", "zero\none\ntwo\n");
    session = open_session("b");
    struct sr_entry *entry = loaded("m");
    assert_refused(settled(sr_session_predictions(session, entry, SR_SPLIT_TEST, &none, &error)),
                   SR_ERROR_STATE,
                   "m tells other classes apart (shirt, coat, bag) than this data "
                   "has (zero, one, two)");
    assert_refused(settled(sr_session_held_out(session, entry, SR_SPLIT_TEST, &held, &error)),
                   SR_ERROR_STATE, "other classes");
    /* Data without names: by their numbers, which is said. */
    unlink(at("b/labels.txt"));
    assert_ok(sr_session_open(session, at("b"), &error));
    assert_ok(settled(sr_session_data(session, &error)));
    edit("b", "t10k-images-idx3-ubyte", 16, 1, 7, (const uint8_t[]){3});
    assert_ok(sr_session_open(session, at("b"), &error));
    assert_ok(settled(sr_session_data(session, &error)));
    assert_int_equal(predicted(loaded("m"), SR_SPLIT_TEST)->predictions.count, 30);
    struct sr_text words = {0};
    sr_entry_print_origin(session, loaded("m"), &words);
    assert_non_null(strstr(sr_text_get(&words), "matched by number, since this data has no names"));
    sr_text_fini(&words);
    sr_session_free(session);
}

/* --- files that another process changes ------------------------------------------------------ */

static void files_that_change_are_noticed(void **state)
{
    (void)state;
    session = open_session("a");
    struct sr_entry *entry = train_with(session, "knn", "m", "k=1");
    train(session, "knn", "other");
    session->message[0] = '\0';
    assert_ok(sr_session_scan_models(session, &error));
    assert_string_equal(session->message, ""); /* its own trainings are no news */
    struct sr_session *here = session, *there = session = open_session("a");
    train_with(there, "knn", "m", "k=5");
    struct sr_entry *own = sr_session_entry(there, "other", &error);
    struct sr_removed removed;
    assert_ok(sr_session_remove(there, own, &removed, &error));
    sr_removed_free(&removed);
    sr_session_free(there);
    session = here;
    assert_int_equal(sr_args_integer(entry->model->params, "k"), 1);
    assert_ok(sr_session_scan_models(session, &error));
    assert_null(sr_session_entry(session, "other", &error));
    bool again = false, gone = false;
    for (size_t i = 0; i < session->log.count; i++) {
        again |= !!strstr(session->log.lines[i].text, "m was trained again by another process");
        gone |= !!strstr(session->log.lines[i].text, "other is gone: another process");
    }
    assert_true(again && gone);
    assert_int_equal(sr_args_integer(loaded("m")->model->params, "k"), 5);
    session->message[0] = '\0';
    assert_ok(sr_session_scan_models(session, &error));
    assert_string_equal(session->message, ""); /* once */
    sr_session_free(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(another_split_keeps_what_was_held_out),
        TEST(changed_files_hide_nothing),
        TEST(repeated_pictures_are_left_out),
        TEST(models_without_a_record_are_judged_by_their_split),
        TEST(pairs_share_their_rows),
        TEST(folds_do_not_train_on_what_they_judge),
        TEST(every_reading_of_the_test_file_counts),
        TEST(looks_are_counted_for_each_data_set),
        TEST(classes_in_another_order_are_matched_by_name),
        TEST(other_classes_are_refused),
        TEST(files_that_change_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
