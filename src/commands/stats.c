#include "internal.h"

#include <string.h>

#include "sartor/panes/show.h"

static void report_json(struct sr_session *session, const struct sr_stats *stats, const char *file,
                        const char *split, int class, struct sr_reply *reply)
{
    double numbers[256];
    struct sr_json *object = sr_reply_object(reply);
    if (split)
        sr_json_set_text(object, "split", split);
    else
        sr_json_set_text(object, "file", file);
    if (class >= 0) sr_json_set_integer(object, "class", class);
    sr_json_set_integer(object, "count", (int64_t)stats->count);
    sr_json_set_number(object, "mean", stats->mean);
    sr_json_set_number(object, "median", stats->median);
    sr_json_set_number(object, "std", stats->deviation);
    sr_json_set_number(object, "zeros", stats->zeros);
    for (int i = 0; i < 256; i++) numbers[i] = (double)stats->histogram[i];
    sr_json_set_numbers(object, "histogram", numbers, 256);
    for (int c = 0; c < session->data->classes; c++) numbers[c] = (double)stats->class_counts[c];
    sr_json_set_numbers(object, "class_counts", numbers, (size_t)session->data->classes);
    set_classes(session, object);
    sr_reply_add(reply, object);
}

static void report_text(struct sr_session *session, const struct sr_stats *stats, const char *title,
                        int class, struct sr_reply *reply)
{
    char count[32];
    struct sr_text *text = &reply->text;
    sr_format_count(count, sizeof count, stats->count);
    sr_text_printf(text, "%s%s%s: %s images\n", title, class >= 0 ? ", " : "",
                   class >= 0 ? class_name(session, class) : "", stats->count ? count : "no");
    if (!stats->count) return;
    sr_text_printf(text, "  mean %.4f   median %g   standard deviation %.4f   zeros %.2f %%\n",
                   stats->mean, stats->median, stats->deviation, stats->zeros * 100);
    for (int c = 0; class < 0 && c < session->data->classes; c++) {
        sr_text_printf(text, "  %3d ", c);
        add_class(text, session, c);
        sr_text_printf(text, "%7llu\n", (unsigned long long)stats->class_counts[c]);
    }
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
        struct sr_samples samples = {&session->data->files[SR_FILE_TRAIN], NULL,
                                     session->data->files[SR_FILE_TRAIN].count};
        if (split)
            samples = sr_session_samples(session, (enum sr_split_name)arg_split(args, "split"));
        sr_stats_compute(&stats, &samples, class);
        if (reply->json)
            report_json(session, &stats, "train", split, class, reply);
        else
            report_text(session, &stats, split ? split : "train file", class, reply);
        return SR_OK;
    }
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        if (reply->json)
            report_json(session, session->stats[f], sr_file_names[f], NULL, -1, reply);
        else
            report_text(session, session->stats[f], f == SR_FILE_TRAIN ? "train file" : "test file",
                        -1, reply);
    }
    sr_data_show(session);
    reply->shown = true;
    return SR_OK;
}

const struct sr_command sr_command_stats = {
    .name = "stats",
    .group = "data",
    .help = "Pixel statistics, histogram and class counts of each file, or of a split or class.",
    .params =
        (const struct sr_param[]){
            {"split", SR_PARAM_SPLIT, .choices = SR_SPLITS, .help = "Of this split only."},
            {"class", SR_PARAM_CLASS,
             .help = "Of this class only (of the train file when no split is given)."},
            {0}},
    .run = stats_run,
    .example = "stats split=test class=Shirt",
};
