/* stats.c - stats: the pixels and the classes of a file, a split or a class. */
#include "internal.h"

#include "sartor/data/identity.h"

#include <string.h>

#include "sartor/panes/show.h"

SR_RUN(stats_run);

const struct sr_command sr_command_stats = {
    .name = "stats",
    .group = "data",
    .help = "Pixel statistics, histogram and class counts of each file, or of a split or class.",
    .params =
        (const struct sr_param[]){
            {"split", SR_PARAM_SPLIT, .choices = SR_SPLITS, .help = "Only this split."},
            {"class", SR_PARAM_CLASS,
             .help = "Only this class (in the train file when no split is given)."},
            {0}},
    .run = stats_run,
    .example = "stats split=test class=Shirt",
};

static void report_classes(const struct sr_session *session, const struct sr_stats *stats,
                           struct sr_reply *reply)
{
    static const struct sr_column columns[] = {
        {.label = "", .gap = 2, .width = 3},
        {"class", "class", .left = true, .width = 12, .no_json = true},
        {"count", "images", .width = 7},
        {0}};
    struct sr_table *table = sr_reply_table(reply, "class_counts", columns);
    table->rows = SR_ROWS_VALUES;
    table->headless = true;
    for (int c = 0; c < session->data->classes; c++) {
        sr_table_integer(table, c);
        sr_table_text(table, class_name(session, c));
        sr_table_integer(table, (int64_t)stats->class_counts[c]);
    }
}

/* Of images in colour. */
static void report_channels(const struct sr_stats *stats, struct sr_reply *reply)
{
    static const char *const gaps[3] = {"  ", "", " "};
    for (int c = 0; c < 3; c++) {
        const struct sr_level_stats *own = &stats->channel[c];
        sr_reply_say(
            reply, "  %s:%s mean %.4f   median %g   standard deviation %.4f   zeros %.2f %%",
            sr_channel_names[c], gaps[c], own->mean, own->median, own->deviation, own->zeros * 100);
    }
}

static void report_channel_numbers(const struct sr_stats *stats, struct sr_reply *reply)
{
    static const char *const keys[3] = {"histogram_red", "histogram_green", "histogram_blue"};
    double numbers[4][3];
    for (int c = 0; c < 3; c++) {
        const struct sr_level_stats *own = &stats->channel[c];
        const double values[4] = {own->mean, own->median, own->deviation, own->zeros};
        for (int n = 0; n < 4; n++) numbers[n][c] = values[n];
    }
    sr_reply_numbers(reply, "channel_means", numbers[0], 3);
    sr_reply_numbers(reply, "channel_medians", numbers[1], 3);
    sr_reply_numbers(reply, "channel_stds", numbers[2], 3);
    sr_reply_numbers(reply, "channel_zeros", numbers[3], 3);
    for (int c = 0; c < 3; c++) {
        double histogram[256];
        for (int i = 0; i < 256; i++) histogram[i] = (double)stats->channel[c].histogram[i];
        sr_reply_numbers(reply, keys[c], histogram, 256);
    }
}

/* `key` is "file" or "split", `name` its value; `title` says it to people. `class` is -1 for all.
 */
static void report(const struct sr_session *session, const struct sr_stats *stats, const char *key,
                   const char *name, const char *title, int class, struct sr_reply *reply)
{
    char count[32];
    double histogram[256];
    for (int i = 0; i < 256; i++) histogram[i] = (double)stats->all.histogram[i];
    sr_format_count(count, sizeof count, stats->count);
    sr_reply_say(reply, "%s", title);
    if (class >= 0) sr_reply_more(reply, ", %s", class_name(session, class));
    sr_reply_more(reply, ": %s images", stats->count ? count : "no");
    if (stats->count)
        sr_reply_say(reply, "  mean %.4f   median %g   standard deviation %.4f   zeros %.2f %%",
                     stats->all.mean, stats->all.median, stats->all.deviation,
                     stats->all.zeros * 100);
    if (stats->count && stats->channels == 3) report_channels(stats, reply);
    sr_reply_record(reply, NULL);
    sr_reply_text(reply, key, name);
    if (class >= 0) sr_reply_named(reply, "class", class, class_name(session, class));
    reply_changed(reply, session);
    sr_reply_context(reply);
    sr_reply_integer(reply, "count", (int64_t)stats->count);
    sr_reply_number(reply, "mean", stats->all.mean);
    sr_reply_number(reply, "median", stats->all.median);
    sr_reply_number(reply, "std", stats->all.deviation);
    sr_reply_number(reply, "zeros", stats->all.zeros);
    sr_reply_numbers(reply, "histogram", histogram, 256);
    if (stats->channels == 3) report_channel_numbers(stats, reply);
    if (class >= 0 || !stats->count) sr_reply_only(reply, SR_JSON);
    report_classes(session, stats, reply);
    sr_reply_only(reply, SR_FOR_ALL);
    reply_notes(reply, session);
    reply_classes(reply, session);
}

/* Pictures that stand more than once: a model that has learned one of them is not judged on the
 * others. */
static void report_repeated(const struct sr_session *session, struct sr_reply *reply)
{
    const struct sr_images *train = &session->data->files[SR_FILE_TRAIN],
                           *test = &session->data->files[SR_FILE_TEST];
    const size_t in_train = sr_identity_repeated(train, train),
                 in_test = sr_identity_repeated(test, test),
                 in_both = sr_identity_repeated(test, train);
    if (!in_train && !in_test && !in_both) return;
    sr_reply_say(reply,
                 "%zu images of the train file and %zu of the test file stand there more than once",
                 in_train, in_test);
    sr_reply_say(reply,
                 "%zu image%s of the test file stand%s in the train file, too; a model that is "
                 "trained on %s is not judged on %s",
                 in_both, in_both == 1 ? "" : "s", in_both == 1 ? "s" : "",
                 in_both == 1 ? "it" : "them", in_both == 1 ? "it" : "them");
    sr_reply_only(reply, SR_JSON);
    sr_reply_record(reply, "repeated");
    sr_reply_integer(reply, "train", (int64_t)in_train);
    sr_reply_integer(reply, "test", (int64_t)in_test);
    sr_reply_integer(reply, "test_in_train", (int64_t)in_both);
    sr_reply_only(reply, SR_FOR_ALL);
}

SR_RUN(stats_run)
{
    SR_UNUSED;
    const int class = arg_class(args, "class");
    const char *split = sr_args_text(args, "split");
    enum sr_status status = sr_session_data(session, error);
    if (status) return status;
    if (split || class >= 0) {
        struct sr_stats stats;
        struct sr_samples samples = sr_dataset_samples(session->data, SR_FILE_TRAIN);
        if (split)
            samples = sr_session_samples(session, (enum sr_split_name)arg_split(args, "split"));
        sr_stats_compute(&stats, &samples, class);
        report(session, &stats, split ? "split" : "file", split ? split : "train",
               split ? split : "train file", class, reply);
        return SR_OK;
    }
    for (int f = 0; f < SR_FILE_COUNT; f++)
        report(session, session->stats[f], "file", sr_file_names[f],
               f == SR_FILE_TRAIN ? "train file" : "test file", -1, reply);
    say_notes(reply, session);
    report_repeated(session, reply);
    sr_data_show(session);
    reply->shown = true;
    return SR_OK;
}
