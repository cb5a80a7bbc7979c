/* test_target.c - what arguments stand for: what is current is decided once, what is loaded is
 * waited for, and what a line has no use for is not looked up. */
#include "../../src/commands/target.h"
#include "../panes/fixture.h"
#include "sartor/panes/show.h"

static struct sr_session *session;
static struct sr_error error;

static const char splits[] = "train validation test";
static const struct sr_param params[] = {
    {"model", SR_PARAM_MODEL, .positional = true, .current = true, .help = "A model."},
    {"index", SR_PARAM_SAMPLE, .positional = true, .current = true, .choices = ".png",
     .help = "A sample."},
    {"split", SR_PARAM_SPLIT, .choices = splits, .help = "A split."},
    {"vs", SR_PARAM_MODEL, .help = "Another model."},
    {"entry", SR_PARAM_ENTRY, .choices = "next", .help = "A model that need not be loaded."},
    {"models", SR_PARAM_MODELS, .help = "Models."},
    {"class", SR_PARAM_CLASS, .help = "A class."},
    {"samples", SR_PARAM_SAMPLES, .help = "Samples."},
    {"family", SR_PARAM_FAMILY, .choices = "close", .help = "A family."},
    {"job", SR_PARAM_JOB, .help = "A job."},
    {"curves", SR_PARAM_MODEL, .choices = "training", .help = "A model, or one being trained."},
    {0}};
static struct sr_command command = {.name = "demo", .params = params};

static const struct sr_param judged[] = {
    {"model", SR_PARAM_MODEL, .positional = true, .current = true, .help = "A model."},
    {"split", SR_PARAM_SPLIT, .current = true, .choices = splits, .help = "A split."},
    {0}};
static const struct sr_command judges = {.name = "judge", .params = judged};

static struct sr_args *parse(const struct sr_command *of, const char *line)
{
    struct sr_words words;
    assert_ok(sr_words_split(&line, &words, &error));
    struct sr_args *args =
        sr_args_parse(of->name, of->params, words.items, words.count, NULL, &error);
    if (!args) fail_msg("%s", error.text);
    sr_words_fini(&words);
    return args;
}

/* To its end, what has to be loaded included. */
static enum sr_status resolve(const struct sr_command *of, struct sr_args *args)
{
    enum sr_status status;
    while ((status = targets_resolve(session, of, args, &error)) == SR_PENDING)
        sr_session_wait(session, 10);
    return status;
}

static struct sr_args *resolved(const char *line)
{
    struct sr_args *args = parse(&command, line);
    assert_ok(resolve(&command, args));
    return args;
}

static void refuse(const char *line, const char *part)
{
    struct sr_args *args = parse(&command, line);
    assert_refused(resolve(&command, args), SR_ERROR_ARGUMENT, part);
    sr_args_free(args);
}

static void check_sample(const struct sample *sample, enum sr_file file, uint32_t row)
{
    assert_non_null(sample);
    assert_int_equal(sample->file, file);
    assert_int_equal(sample->row, row);
}

static void select_split(enum sr_split_name split, size_t at)
{
    choose(session, split, -1, -1, NULL);
    session->selection.at = at;
}

static void words_become_what_they_are(void **state)
{
    (void)state;
    struct sr_args *args = resolved("svm 23 vs=cnn entry=cnn models=svm,cnn class=Bag "
                                    "samples=train:4,5 family=knn split=test");
    assert_string_equal(arg_model(args, "model")->name, "svm");
    assert_string_equal(arg_model(args, "vs")->name, "cnn");
    assert_string_equal(arg_model(args, "entry")->name, "cnn");
    assert_int_equal(arg_count(args, "models"), 2);
    assert_string_equal(arg_model_at(args, "models", 1)->entry->name, "cnn");
    assert_null(arg_model_at(args, "models", 2));
    assert_int_equal(arg_class(args, "class"), 8);
    assert_string_equal(arg_family(args, "family")->name, "knn");
    assert_int_equal(arg_split(args, "split"), SR_SPLIT_TEST);
    check_sample(arg_sample(args, "index"), SR_FILE_TEST, 23);
    assert_int_equal(arg_count(args, "samples"), 2);
    check_sample(arg_sample_at(args, "samples", 0), SR_FILE_TRAIN, 4);
    check_sample(arg_sample_at(args, "samples", 1), SR_FILE_TEST, 5);
    assert_null(arg_sample_at(args, "samples", 2));
    sr_args_free(args);
    char line[4200];
    snprintf(line, sizeof line, "entry=next family=close class=any index=%s",
             source_file("tests/commands/pictures/boot.png"));
    args = resolved(line);
    assert_null(arg_model(args, "entry"));
    assert_null(arg_family(args, "family"));
    assert_int_equal(arg_class(args, "class"), -1);
    check_sample(arg_sample(args, "index"), SR_FILE_PICTURES, 0);
    assert_null(arg_model(args, "vs"));
    assert_int_equal(arg_count(args, "models"), 0);
    assert_int_equal(arg_split(args, "split"), -1);
    assert_null(arg_job(args, "job"));
    sr_args_free(args);
    refuse("models=cnn,swm", "no model \"swm\"; did you mean svm? There are: cnn, svm");
    refuse("models=cnn,,svm", "nothing between two commas");
    refuse("class=Hat", "they are 0 T-shirt/top");
    refuse("vs=next", "no model \"next\""); /* only where the table says so */
    refuse("family=cn", "did you mean cnn?");
    refuse("job=7", "no job \"7\"");
    refuse("index=test:500", "the test file's rows go from 0 to 499");
}

static void what_is_current_is_decided_once(void **state)
{
    (void)state;
    select_split(SR_SPLIT_TEST, 6);
    struct sr_args *args = resolved("");
    assert_string_equal(arg_model(args, "model")->name, "cnn");
    check_sample(arg_sample(args, "index"), SR_FILE_TEST, 6);
    assert_false(sr_args_given(args, "model"));
    snprintf(session->view.model, sizeof session->view.model, "svm");
    session->selection.at = 7;
    assert_ok(resolve(&command, args));
    assert_string_equal(arg_model(args, "model")->name, "cnn");
    check_sample(arg_sample(args, "index"), SR_FILE_TEST, 6);
    sr_args_free(args);
    args = resolved("");
    assert_string_equal(arg_model(args, "model")->name, "svm");
    check_sample(arg_sample(args, "index"), SR_FILE_TEST, 7);
    sr_args_free(args);
}

/* The rows of the splits in the order in which the split was drawn. */
static uint32_t row_of(enum sr_split_name split, size_t at)
{
    const struct sr_samples samples = sr_session_samples(session, split);
    return sr_samples_row(&samples, at);
}

static void the_sample_of_a_split(void **state)
{
    (void)state;
    select_split(SR_SPLIT_TEST, 6);
    struct sr_args *args = resolved("split=test");
    check_sample(arg_sample(args, "index"), SR_FILE_TEST, 6);
    sr_args_free(args);
    args = resolved("split=train");
    check_sample(arg_sample(args, "index"), SR_FILE_TRAIN, row_of(SR_SPLIT_TRAIN, 0));
    sr_args_free(args);
    /* The cursor is in the file, but not in the split. */
    select_split(SR_SPLIT_TRAIN, 3);
    args = resolved("split=validation");
    check_sample(arg_sample(args, "index"), SR_FILE_TRAIN, row_of(SR_SPLIT_VALIDATION, 0));
    sr_args_free(args);
    select_split(SR_SPLIT_VALIDATION, 5);
    args = resolved("split=validation");
    check_sample(arg_sample(args, "index"), SR_FILE_TRAIN, row_of(SR_SPLIT_VALIDATION, 5));
    sr_args_free(args);
    /* The same row number of the other file is another sample. */
    select_split(SR_SPLIT_TRAIN, 3);
    args = resolved("split=test");
    check_sample(arg_sample(args, "index"), SR_FILE_TEST, 0);
    sr_args_free(args);
    choose(session, SR_SPLIT_TRAIN, -1, -1, NULL);
    session->selection.count = 0;
    args = parse(&command, "");
    assert_refused(resolve(&command, args), SR_ERROR_STATE, "no sample is selected");
    sr_args_free(args);
    args = resolved("split=test");
    check_sample(arg_sample(args, "index"), SR_FILE_TEST, 0);
    sr_args_free(args);
}

static void a_model_is_judged_on_the_validation_split(void **state)
{
    (void)state;
    struct sr_args *args = parse(&judges, "cnn");
    assert_ok(resolve(&judges, args));
    assert_int_equal(arg_split(args, "split"), SR_SPLIT_VALIDATION);
    sr_args_free(args);
    /* Also one that was trained on all of them: the test split is only read when it is asked for.
     */
    sr_session_entry(session, "svm", &error)->model->validation = 0;
    args = parse(&judges, "svm");
    assert_ok(resolve(&judges, args));
    assert_int_equal(arg_split(args, "split"), SR_SPLIT_VALIDATION);
    assert_false(sr_args_given(args, "split"));
    sr_args_free(args);
    args = parse(&judges, "svm split=train");
    assert_ok(resolve(&judges, args));
    assert_int_equal(arg_split(args, "split"), SR_SPLIT_TRAIN);
    sr_args_free(args);
}

static enum sr_need need(const struct sr_args *args, const struct sr_param *param)
{
    (void)args;
    return !strcmp(param->name, "model") ? SR_NEED_NOTHING
           : !strcmp(param->name, "vs")  ? SR_NEED_CURRENT
                                         : SR_NEED_GIVEN;
}

static void what_is_not_needed_is_not_looked_up(void **state)
{
    (void)state;
    struct sr_command other = command;
    other.need = need;
    struct sr_args *args = parse(&other, "nosuch class=Bag");
    session->selection.count = 0;
    assert_ok(resolve(&other, args));
    assert_null(arg_model(args, "model"));
    assert_null(sr_args_text(args, "index"));
    assert_int_equal(arg_class(args, "class"), 8);
    assert_string_equal(arg_model(args, "vs")->name, "cnn"); /* the hook says that it is needed */
    sr_args_free(args);
}

/* A trained model in the store, not loaded yet. */
static struct sr_entry *stored(const char *name)
{
    struct sr_entry *entry = sr_xalloc(sizeof *entry);
    snprintf(entry->name, sizeof entry->name, "%s", name);
    entry->path = sr_xprintf("%s/no-such-file", fixture_home);
    entry->source = 1000 + session->entry_count;
    sr_xgrow(&session->entries, &session->entry_room, session->entry_count + 1,
             sizeof *session->entries);
    session->entries[session->entry_count++] = entry;
    return entry;
}

static void loading_is_waited_for(void **state)
{
    (void)state;
    stored("first"), stored("second");
    struct sr_args *args = parse(&command, "models=first,second entry=first");
    assert_int_equal(targets_resolve(session, &command, args, &error), SR_PENDING);
    assert_string_equal(error.text, "second is being loaded"); /* both have been asked for */
    assert_int_equal(arg_count(args, "models"), 0);
    assert_refused(resolve(&command, args), SR_ERROR_IO, "no-such-file");
    sr_args_free(args);
    /* A model of which only the name matters may be broken. */
    args = resolved("entry=first");
    assert_string_equal(arg_model(args, "entry")->name, "first");
    sr_args_free(args);
}

static void a_model_that_has_gone_is_missed(void **state)
{
    (void)state;
    struct sr_args *args = resolved("svm");
    assert_string_equal(arg_model(args, "model")->name, "svm");
    snprintf(sr_session_entry(session, "svm", &error)->name, 64, "other");
    assert_refused(resolve(&command, args), SR_ERROR_ARGUMENT, "no model \"svm\"");
    sr_args_free(args);
}

static void jobs_and_trainings(void **state)
{
    (void)state;
    struct sr_run *done = add_run(session, "new", SR_JOB_DONE, 3, 3),
                  *early = add_run(session, "new", SR_JOB_RUNNING, 2, 5),
                  *queued = add_run(session, "new", SR_JOB_QUEUED, 0, 5);
    struct sr_args *args = resolved("job=new curves=new");
    assert_ptr_equal(arg_job(args, "job"), queued); /* the newest of the name */
    assert_null(arg_model(args, "curves"));
    assert_ptr_equal(arg_model_at(args, "curves", 0)->run, early); /* it has epochs */
    sr_args_free(args);
    char line[32];
    snprintf(line, sizeof line, "job=%u", done->job);
    args = resolved(line);
    assert_ptr_equal(arg_job(args, "job"), done);
    sr_args_free(args);
    refuse("vs=new", "no model \"new\"");
    refuse("job=nwe", "no job \"nwe\"; there are: new, new");
    refuse("job=new2", "no job \"new2\"; did you mean new? There are: new, new");
    early->state = queued->state = SR_JOB_DONE;
    refuse("curves=new", "no model \"new\"");
    args = resolved("curves=cnn");
    assert_null(arg_model_at(args, "curves", 0)->run);
    assert_string_equal(arg_model(args, "curves")->name, "cnn");
    sr_args_free(args);
    static const struct sr_param job[] = {{"job", SR_PARAM_JOB, .current = true, .help = "A job."},
                                          {0}};
    const struct sr_command stop = {.name = "stop", .params = job};
    args = parse(&stop, "");
    assert_refused(resolve(&stop, args), SR_ERROR_STATE, "no job is running");
    queued->state = SR_JOB_QUEUED;
    assert_ok(resolve(&stop, args));
    assert_ptr_equal(arg_job(args, "job"), queued);
    sr_args_free(args);
    /* The one that Train shows comes first, in the explorer and as long as it has not ended. */
    early->state = SR_JOB_PAUSED;
    add_run(session, "newer", SR_JOB_QUEUED, 0, 5);
    sr_train_show(session, 2);
    args = parse(&stop, "");
    assert_ok(resolve(&stop, args));
    assert_ptr_equal(arg_job(args, "job"), queued);
    sr_args_free(args);
    queued->state = SR_JOB_DONE;
    args = parse(&stop, "");
    assert_ok(resolve(&stop, args));
    assert_ptr_equal(arg_job(args, "job"), early); /* the active one */
    sr_args_free(args);
    session->interactive = false;
    queued->state = SR_JOB_QUEUED;
    args = parse(&stop, "");
    assert_ok(resolve(&stop, args));
    assert_ptr_equal(arg_job(args, "job"), early);
    sr_args_free(args);
}

static void completed(const char *name, const char *typed, const char *taken, const char *wanted)
{
    struct candidates candidates = {.typed = typed, .before = "x="};
    struct sr_text all = {0};
    target_complete(session, sr_param_find(params, name, strlen(name)), taken, &candidates);
    for (size_t i = 0; i < candidates.words.count; i++)
        sr_text_printf(&all, "%s%s", i ? " " : "", candidates.words.items[i]);
    assert_string_equal(sr_text_get(&all), wanted);
    sr_text_fini(&all);
    sr_words_fini(&candidates.words);
}

static void every_type_completes(void **state)
{
    (void)state;
    add_model(session, &plain_class, "svm2", 5);
    completed("model", "", NULL, "x=cnn x=svm x=svm2");
    completed("model", "sv", "svm", "x=svm x=svm2"); /* not a list */
    completed("entry", "", NULL, "x=cnn x=svm x=svm2 x=next");
    completed("models", "", NULL, "x=cnn x=svm x=svm2");
    completed("models", "svm,", NULL, "x=svm,cnn x=svm,svm2");
    completed("models", "svm2,s", NULL, "x=svm2,svm");
    completed("models", "", "svm", "x=cnn x=svm2");
    completed("models", "s", "cnn,svm2", "x=svm");
    completed("split", "t", NULL, "x=train x=test");
    completed("family", "c", NULL, "x=cnn x=close");
    completed("class", "S", NULL, "x=Sandal x=Shirt x=Sneaker");
    completed("job", "", NULL, "");
    add_run(session, "ended", SR_JOB_DONE, 1, 1);
    add_run(session, "going", SR_JOB_RUNNING, 1, 2);
    completed("job", "", NULL, "x=going");
    select_split(SR_SPLIT_TEST, 6);
    completed("samples", "", NULL, "x=test:6"); /* the cursor, in the explorer */
    session->interactive = false;
    completed("samples", "", NULL, "");
}

static int start(void **state)
{
    (void)state;
    session = fixture_new();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    fixture_free(session);
    return 0;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {
        TEST(words_become_what_they_are),
        TEST(what_is_current_is_decided_once),
        TEST(the_sample_of_a_split),
        TEST(a_model_is_judged_on_the_validation_split),
        TEST(what_is_not_needed_is_not_looked_up),
        TEST(loading_is_waited_for),
        TEST(a_model_that_has_gone_is_missed),
        TEST(jobs_and_trainings),
        TEST(every_type_completes),
    };
    return cmocka_run_group_tests_name("target", tests, NULL, NULL);
}
