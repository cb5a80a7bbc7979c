/* train.c - train: train a model in the background, and report its epochs and its end. */
#include "internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/panes/show.h"

SR_RUN(train_run);
static void train_event(struct sr_session *session, const struct sr_event *event,
                        struct sr_reply *reply);

const struct sr_command sr_command_train = {
    .name = "train",
    .group = "train",
    .help =
        "Train a model of a family in the background; its hyperparameters follow as name=value.",
    .params =
        (const struct sr_param[]){
            {"family", SR_PARAM_FAMILY, .positional = true, .required = true,
             .help = "What to train: help FAMILY tells its hyperparameters."},
            {"name", SR_PARAM_TEXT, .help = "Name of the model (default: the family's)."},
            {"seed", SR_PARAM_INTEGER, .minimum = 0, .maximum = 9e15,
             .help = "Seed of initial weights, order and augmentation."},
            {"seeds", SR_PARAM_RANGE,
             .help = "Train once with each of these seeds, 1..5; the models' names end in -s1 to "
                     "-s5, and compare takes them as runs of one method."},
            {"limit", SR_PARAM_INTEGER, .fallback = "0", .minimum = 0, .maximum = 1e9,
             .help = "Train on so many rows, drawn evenly from the classes; 0 for all."},
            {"settings", SR_PARAM_SETTINGS,
             .help =
                 "Named hyperparameters that tune has saved; those given here take precedence."},
            {"background", SR_PARAM_SWITCH, .form = SR_SWITCH_WORD,
             .help = "In batch: go on with the next line at once. Where several processes run "
                     "together, "
                     "one of them trains it alone. (background=on is another thing: a "
                     "hyperparameter of "
                     "networks.)"},
            {"resume", SR_PARAM_SWITCH,
             .help =
                 "Go on from the checkpoint of an interrupted training of this name; what is not "
                 "given is as it was."},
            {0}},
    .more = more_of_family,
    .run = train_run,
    .event = train_event,
    .example = "train cnn epochs=5 seed=1",
};

/* Set what the settings of that name say and the line does not: name=value words, as `tune` saves
 * them. */
static enum sr_status add_settings(struct sr_session *session, const char *name,
                                   struct sr_args *params, struct sr_error *error)
{
    if (!name) return SR_OK;
    char *path = sr_xprintf("%s/recipes/%s", session->home, name);
    char *line = sr_file_read(path, 1 << 16, NULL, error);
    free(path);
    if (!line) return error->status;
    struct sr_words words;
    const char *at = line;
    enum sr_status status = sr_words_split(&at, &words, error);
    for (size_t i = 0; !status && i < words.count; i++) {
        char *equals = strchr(words.items[i], '=');
        if (!equals) continue;
        *equals = '\0';
        if (!sr_args_has(params, words.items[i]) || !sr_args_given(params, words.items[i]))
            status = sr_args_set(params, words.items[i], equals + 1, error);
    }
    sr_words_fini(&words);
    free(line);
    return status;
}

/* Is the word "NAME=..."? */
static bool sets(const char *word, const char *name)
{
    const size_t length = strlen(name);
    return !strncmp(word, name, length) && word[length] == '=';
}

/* The same line once for each seed, entered behind this one. */
static enum sr_status enter_seeds(struct sr_session *session, const struct sr_args *args,
                                  struct sr_item *item, const char *name, struct sr_reply *reply,
                                  struct sr_error *error)
{
    enum { MOST = 100 };
    double low, high;
    sr_args_range(args, "seeds", &low, &high);
    if (!(low >= 0 && high >= low && high <= 9e15 && floor(low) == low && floor(high) == high) ||
        high - low >= MOST)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "train: seeds=%s: give two whole numbers, the smaller one first and at "
                            "most %d seeds, as in seeds=1..5",
                            sr_args_text(args, "seeds"), MOST);
    if (sr_args_given(args, "seed"))
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "train: seed= and seeds= cannot both be given");
    if (session->study)
        return sr_error_set(error, SR_ERROR_STATE,
                            "train: a study's script gives each seed a line of its own: seed=%.0f "
                            "name=%s-s%.0f",
                            low, name, low);
    /* Where several processes run together, each takes one of them. */
    const bool handed_out = session->ranks != NULL, background = sr_args_switch(args, "background");
    struct sr_text line = {0};
    for (double seed = low; seed <= high; seed++) {
        sr_text_add(&line, seed > low ? "; " : "");
        for (size_t i = 0; i < item->words.count; i++) {
            if (sets(item->words.items[i], "seeds") || sets(item->words.items[i], "name")) continue;
            sr_words_quote(&line, item->words.items[i]);
            sr_text_add(&line, " ");
        }
        char *own = sr_xprintf("name=%s-s%.0f", name, seed);
        sr_words_quote(&line, own);
        free(own);
        sr_text_printf(&line, " seed=%.0f%s", seed, handed_out && !background ? " background" : "");
    }
    if (handed_out && !background) sr_text_add(&line, "; wait");
    sr_queue_enter_behind(session, item, sr_text_get(&line));
    sr_text_fini(&line);
    sr_reply_record(reply, "seeds");
    sr_reply_text(reply, "method", name);
    sr_reply_integer(reply, "first", (int64_t)low);
    sr_reply_integer(reply, "last", (int64_t)high);
    sr_reply_say(reply, "%.0f trainings: %s-s%.0f to %s-s%.0f", high - low + 1, name, low, name,
                 high);
    return SR_OK;
}

SR_RUN(train_run)
{
    SR_UNUSED;
    const struct sr_model_class *class = arg_family(args, "family");
    const char *name = sr_args_text(args, "name") ? sr_args_text(args, "name") : class->name;
    if (sr_args_given(args, "seeds")) return enter_seeds(session, args, item, name, reply, error);
    enum sr_status status = sr_args_switch(args, "resume")
                                ? SR_OK /* the same training goes on */
                                : ask_to_replace(session, item, name, error);
    if (status) return status;
    struct sr_args *params = sr_args_copy(item->more);
    status = add_settings(session, sr_args_text(args, "settings"), params, error);
    if (!status) status = sr_session_data(session, error);
    if (status) {
        sr_args_free(params);
        return status;
    }
    const struct sr_args *seeded = sr_args_given(args, "seed") ? args : session->options;
    const struct sr_train_request training = {.class = class,
                                              .name = name,
                                              .params = params,
                                              .resume = sr_args_switch(args, "resume"),
                                              .or_anew = session->study != NULL,
                                              .separate = sr_args_switch(args, "background"),
                                              .seed_given = sr_args_given(args, "seed"),
                                              .limit_given = sr_args_given(args, "limit"),
                                              .seed = (uint64_t)sr_args_integer(seeded, "seed"),
                                              .limit = (uint64_t)sr_args_integer(args, "limit")};
    uint32_t job;
    status = sr_session_train(session, &training, &job, error);
    if (status) return status;
    item->job = job;
    if (!sr_args_switch(args, "background")) reply->wait = job;
    sr_train_show(session, -1);
    reply->shown = true;
    return SR_OK;
}

static void epoch_event(const struct sr_run *run, const struct sr_epoch *epoch,
                        struct sr_reply *reply)
{
    static const struct sr_column columns[] = {
        {"model", "model", .left = true, .width = 12},
        {"epoch", "epoch", .width = 5},
        {"train_loss", "train loss", .format = "%.4f", .gap = 2, .width = 10},
        {"train_accuracy", "accuracy", SR_UNIT_SHARE, .width = 9},
        {"validation_loss", "valid. loss", .format = "%.4f", .width = 11},
        {"validation_accuracy", "accuracy", SR_UNIT_SHARE, .width = 9},
        {.key = "learning_rate"},
        {"seconds", "seconds", .format = "%.1f", .gap = 2, .width = 8},
        {0}};
    struct sr_table *table = sr_reply_rows(reply, "epoch", columns);
    table->headless = run->epochs > 1;
    sr_table_text(table, run->name);
    sr_table_integer(table, epoch->epoch);
    sr_table_number(table, epoch->train_loss);
    sr_table_number(table, epoch->train_accuracy);
    sr_table_number(table, epoch->validation_loss);
    sr_table_number(table, epoch->validation_accuracy);
    sr_table_number(table, epoch->learning_rate);
    sr_table_number(table, epoch->seconds);
}

static void report_last(const struct sr_epoch *epoch, struct sr_reply *reply)
{
    sr_reply_integer(reply, "epoch", epoch->epoch);
    sr_reply_number(reply, "train_loss", epoch->train_loss);
    sr_reply_number(reply, "train_accuracy", epoch->train_accuracy);
    sr_reply_number(reply, "validation_loss", epoch->validation_loss);
    sr_reply_number(reply, "validation_accuracy", epoch->validation_accuracy);
}

static void report_done(struct sr_session *session, const struct sr_run *run,
                        struct sr_reply *reply)
{
    char seconds[32], count[32];
    struct sr_text params = {0};
    struct sr_entry *entry = sr_session_entry(session, run->name, &(struct sr_error){0});
    if (entry && entry->model) sr_args_print(entry->model->params, true, &params);
    sr_reply_integer(reply, "parameters", (int64_t)run->parameters);
    sr_reply_switch(reply, "stopped", run->stopped);
    sr_reply_text(reply, "hyperparameters", sr_text_get(&params));
    sr_text_fini(&params);
    sr_format_seconds(seconds, sizeof seconds, run->seconds);
    sr_format_count(count, sizeof count, run->parameters);
    sr_reply_say(reply, "%s: trained in %s, %s parameters, seed %llu%s%s%s", run->name, seconds,
                 count, (unsigned long long)run->seed, run->stopped ? ", stopped early" : "",
                 run->progress.remark ? "; " : "", run->progress.remark ? run->progress.note : "");
}

static void end_event(struct sr_session *session, const struct sr_run *run, struct sr_reply *reply)
{
    static const char *const words[] = {
        [SR_JOB_DONE] = "done", [SR_JOB_FAILED] = "failed", [SR_JOB_STOPPED] = "stopped"};
    sr_reply_record(reply, words[run->state]);
    sr_reply_text(reply, "model", run->name);
    sr_reply_text(reply, "family", run->class->name);
    sr_reply_integer(reply, "seed", (int64_t)run->seed);
    sr_reply_number(reply, "seconds", run->seconds);
    if (run->epochs) report_last(&run->history[run->epochs - 1], reply);
    if (run->state == SR_JOB_DONE) report_done(session, run, reply);
    if (run->state == SR_JOB_STOPPED)
        sr_reply_say(reply, "%s: stopped before there was a model to keep", run->name);
    if (run->progress.remark) sr_reply_text(reply, "note", run->progress.note);
    if (run->error.status) sr_reply_text(reply, "error", run->error.text);
}

static void train_event(struct sr_session *session, const struct sr_event *event,
                        struct sr_reply *reply)
{
    struct sr_run *run = sr_session_run(session, event->job);
    if (!run) return;
    snprintf(reply->command, sizeof reply->command, "train");
    if (event->type == SR_EVENT_EPOCH) epoch_event(run, &event->of.epoch, reply);
    if (event->type == SR_EVENT_ENDED) end_event(session, run, reply);
}
