/* explain_classes.c - explain classes: the mean heat of every class. */
#include "explain.h"

#include <math.h>
#include <string.h>

#include "sartor/panes/show.h"

enum { LIT = 32 }; /* grey of a class's mean image that counts as the garment */

/* Where the middle of a map's heat is, as shares of height and width; the share of it on pixels
 * that are lit in the class's mean image; the highest value. */
struct summary {
    double down, across, share, most;
};

static struct summary sum_up(const float *map, const uint8_t *mean, struct sr_shape shape)
{
    const int height = shape.height, width = shape.width;
    struct summary summary = {0};
    double sum = 0, lit = 0;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            const double value = (double)map[y * width + x];
            sum += value;
            summary.down += value * (y + 0.5) / height;
            summary.across += value * (x + 0.5) / width;
            if (mean[y * width + x] >= LIT) lit += value;
            summary.most = fmax(summary.most, value);
        }
    summary.down /= sum;
    summary.across /= sum;
    summary.share = lit / sum;
    return summary;
}

static void list_classes(const struct sr_session *session, const struct sr_class_heats *heats,
                         const struct sr_statistics *statistics, struct sr_reply *reply)
{
    static const struct sr_column columns[] = {
        {"class", "class", .left = true, .width = 12},
        {"count", "images", .gap = 2, .width = 6},
        {"highest", "highest", .format = "%.3f", .width = 8},
        {"from_top", "from top", SR_UNIT_SHARE, "%.0f %%", .width = 12},
        {"from_left", "from left", SR_UNIT_SHARE, "%.0f %%", .width = 12},
        {"heat_on_garment", "on the garment", SR_UNIT_SHARE, "%.1f %%", .width = 16},
        {.key = "heat", .no_csv = true},
        {0}};
    const enum sr_file file = sr_split_file(heats->split);
    const struct sr_shape shape = sr_shape_map(session->data->files[file].shape);
    struct sr_table *table = sr_reply_table(reply, "maps", columns);
    for (int c = 0; c < session->data->classes; c++) {
        const float *map = heats->maps + (size_t)c * sr_shape_size(shape);
        const struct summary summary = sum_up(map, statistics->classes[file][c].mean, shape);
        sr_table_named(table, c, class_name(session, c));
        sr_table_integer(table, (int64_t)heats->counts[c]);
        sr_table_number(table, summary.most);
        if (!(summary.most > 0)) sr_table_reach(table, "no heat");
        sr_table_number(table, summary.down);
        sr_table_number(table, summary.across);
        sr_table_number(table, summary.share);
        sr_table_list(table, heat_rows(map, shape));
    }
}

static void report_classes(struct sr_session *session, struct sr_entry *entry,
                           const struct sr_class_heats *heats,
                           const struct sr_statistics *statistics, const char *to,
                           struct sr_reply *reply)
{
    sr_reply_record(reply, "classes");
    sr_reply_text(reply, "model", entry->name);
    sr_reply_text(reply, "split", sr_split_names[heats->split]);
    sr_reply_text(reply, "method", heats->method->name);
    sr_reply_text(reply, "layer", heats->layer[0] ? heats->layer : NULL);
    sr_reply_context(reply);
    sr_reply_say(reply,
                 "%s explained by %s%s%s, samples of the %s split, each for its true class: the "
                 "mean heat\n",
                 entry->name, heats->method->title, heats->layer[0] ? " at layer " : "",
                 heats->layer, sr_split_names[heats->split]);
    list_classes(session, heats, statistics, reply);
    sr_reply_gap(reply);
    reply_rows_used(reply, session, entry, heats->split);
    reply_classes(reply, session);
    sr_reply_say(reply, "\nFrom top and from left: the middle of the heat. The garment: where the "
                        "class's mean image is not dark.");
    if (!to) return;
    sr_reply_only(reply, SR_FOR_PEOPLE | SR_JSON);
    sr_reply_text(reply, "file", to);
    sr_reply_say(reply, "Written to %s", to);
}

enum sr_status explain_classes(struct sr_session *session, const struct sr_args *args,
                               struct sr_reply *reply, struct sr_error *error)
{
    const char *to = sr_args_text(args, "to"), *method = sr_args_text(args, "method"),
               *layer = sr_args_text(args, "layer");
    struct sr_entry *entry = arg_model(args, "model");
    const enum sr_split_name split = (enum sr_split_name)arg_split(args, "split");
    enum sr_status status = to ? sr_figure_check(to, error) : SR_OK;
    if (status) return status;
    static const char *const alone[] = {"index", "target"};
    for (size_t i = 0; i < sizeof alone / sizeof *alone; i++)
        if (sr_args_given(args, alone[i]))
            return sr_error_set(
                error, SR_ERROR_ARGUMENT,
                "explain: classes takes no %s; it explains count= images, each for its own class",
                alone[i]);
    if (!strcmp(method, "auto")) method = "";
    const size_t classes = (size_t)session->data->classes,
                 count = (size_t)sr_args_integer(args, "count");
    const struct sr_explainer explainer = {entry, method, layer, -1};
    const struct sr_class_heats *heats;
    status = sr_session_class_heats(session, &explainer, split, (count + classes - 1) / classes,
                                    &heats, error);
    const struct sr_statistics *statistics;
    if (!status) status = sr_session_statistics(session, &statistics, error);
    if (!status && to) {
        struct figure_request request = {.model = entry,
                                         .method = method,
                                         .layer = layer,
                                         .class = -1,
                                         .target = -1,
                                         .split = (int)split,
                                         .count = (int)count,
                                         .reply = reply};
        status = explain_write(session, "heats", "explain", args, &request, error);
    }
    if (status) return status;
    report_classes(session, entry, heats, statistics, to, reply);
    sr_explain_show_classes(session, entry, method, layer);
    reply->shown = true;
    return SR_OK;
}
