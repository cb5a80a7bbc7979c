/* explain_quality.c - explain quality: measures of the maps themselves. */
#include "explain.h"

#include <math.h>
#include <string.h>

static struct sr_json *curve(const double *values)
{
    struct sr_json *list = sr_json_array();
    for (int i = 0; i <= SR_QUALITY_STEPS; i++) sr_json_add_number(list, values[i]);
    return list;
}

static void list_maps(const struct sr_quality *quality, struct sr_reply *reply)
{
    static const struct sr_column columns[] = {
        {"map", "map", .left = true, .width = 14},
        {"deletion", "deletion", .format = "%.4f", .width = 9},
        {"insertion", "insertion", .format = "%.4f", .width = 10},
        {.key = "deletion_gain"},
        {.key = "deletion_gain_error"},
        {.key = "insertion_gain"},
        {.key = "insertion_gain_error"},
        {"heat_on_garment", "heat on garment", SR_UNIT_SHARE, "%.1f %%", .width = 16},
        {.key = "deletion_curve", .no_csv = true},
        {.key = "insertion_curve", .no_csv = true},
        {0}};
    struct sr_table *table = sr_reply_table(reply, "maps", columns);
    for (int m = 0; m < SR_QUALITY_MAPS; m++) {
        const struct sr_quality_curves *curves = &quality->maps[m];
        const double gains[] = {curves->deletion_gain, curves->deletion_error,
                                curves->insertion_gain, curves->insertion_error};
        sr_table_text(table, m ? sr_quality_names[m] : quality->method->name);
        sr_table_number(table, curves->deletion_area);
        sr_table_number(table, curves->insertion_area);
        for (size_t i = 0; i < sizeof gains / sizeof *gains; i++)
            if (m)
                sr_table_number(table, gains[i]);
            else
                sr_table_absent(table);
        if (isfinite(curves->share)) {
            sr_table_number(table, curves->share);
        } else {
            sr_table_absent(table);
            sr_table_shown(table, "%.1f %%", 100 * quality->lit);
        }
        sr_table_list(table, curve(curves->deletion));
        sr_table_list(table, curve(curves->insertion));
    }
}

static void say_gain(const struct sr_quality *quality, int map, struct sr_reply *reply)
{
    const struct sr_quality_curves *curves = &quality->maps[map];
    const bool both = curves->deletion_gain > curves->deletion_error &&
                      curves->insertion_gain > curves->insertion_error;
    const bool neither = curves->deletion_gain < -curves->deletion_error &&
                         curves->insertion_gain < -curves->insertion_error;
    sr_reply_say(reply,
                 "%s %s the %s map: by %.3f ± %.3f on deletion, by %.3f ± %.3f on insertion.",
                 quality->method->title,
                 both      ? "beats"
                 : neither ? "loses to"
                           : "does not clearly beat",
                 map == SR_QUALITY_RANDOM ? "random" : "centre", curves->deletion_gain,
                 curves->deletion_error, curves->insertion_gain, curves->insertion_error);
}

static void report_scrambled(const struct sr_quality *quality, struct sr_reply *reply)
{
    static const struct sr_column columns[] = {{.key = "layers"}, {.key = "rank_correlation"}, {0}};
    if (quality->scrambled_count)
        sr_reply_say(reply,
                     "\nRank correlation with the maps of a scrambled model, %zu images (near 1: "
                     "the map does not\n"
                     "come from what was learned):",
                     quality->scrambled_images);
    for (size_t i = 0; i < quality->scrambled_count; i++)
        sr_reply_say(reply, "  top %zu of %zu layers scrambled: %+.3f",
                     quality->scrambled[i].layers, quality->layers,
                     quality->scrambled[i].correlation);
    sr_reply_only(reply, quality->scrambled_count ? SR_FOR_PROGRAMS : SR_JSON);
    struct sr_table *table = sr_reply_table(reply, "scrambled", columns);
    sr_reply_only(reply, SR_FOR_ALL);
    for (size_t i = 0; i < quality->scrambled_count; i++) {
        sr_table_integer(table, (int64_t)quality->scrambled[i].layers);
        sr_table_number(table, quality->scrambled[i].correlation);
    }
}

static void report_quality(struct sr_session *session, struct sr_entry *entry,
                           enum sr_split_name which, const struct sr_quality *quality,
                           struct sr_reply *reply)
{
    const char *model = entry->name, *split = sr_split_names[which];
    const bool black = quality->fill == SR_FILL_BLACK;
    char count[32];
    sr_format_count(count, sizeof count, quality->count);
    sr_reply_record(reply, "quality");
    sr_reply_text(reply, "model", model);
    sr_reply_text(reply, "split", split);
    sr_reply_integer(reply, "count", (int64_t)quality->count);
    sr_reply_text(reply, "method", quality->method->name);
    sr_reply_text(reply, "layer", quality->layer[0] ? quality->layer : NULL);
    sr_reply_text(reply, "fill", black ? "black" : "mean");
    sr_reply_context(reply);
    sr_reply_say(reply,
                 "%s explained by %s%s%s, %s images of the %s split, for the predicted class\n",
                 model, quality->method->title, quality->layer[0] ? " at layer " : "",
                 quality->layer, count, split);
    list_maps(quality, reply);
    sr_reply_gap(reply);
    reply_rows_used(reply, session, entry, which);
    sr_reply_only(reply, SR_JSON);
    sr_reply_number(reply, "garment", quality->lit);
    sr_reply_integer(reply, "empty_maps", (int64_t)quality->empty);
    sr_reply_only(reply, SR_FOR_ALL);
    sr_reply_say(
        reply,
        "\nArea under the probability while pixels turn %s, hottest first (smaller is better),\n"
        "and while they come into %s picture (larger is better).",
        black ? "black" : "grey", black ? "a black" : "a blurred");
    for (int m = 1; m < SR_QUALITY_MAPS; m++) say_gain(quality, m, reply);
    report_scrambled(quality, reply);
    if (quality->empty)
        sr_reply_say(reply, "\n%zu map%s empty: no part of the picture raises its probability.",
                     quality->empty, quality->empty == 1 ? " was" : "s were");
}

enum sr_status explain_quality(struct sr_session *session, const struct sr_args *args,
                               struct sr_reply *reply, struct sr_error *error)
{
    struct sr_entry *entry = arg_model(args, "model");
    const enum sr_split_name split = (enum sr_split_name)arg_split(args, "split");
    const struct sr_quality *quality;
    if (sr_args_given(args, "index"))
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "explain: quality is measured on count= images, not on a single one");
    const struct sr_explainer explainer = {entry, sr_args_text(args, "method"),
                                           sr_args_text(args, "layer"), -1};
    const bool black = !strcmp(sr_args_text(args, "fill"), "black");
    enum sr_status status =
        sr_session_quality(session, &explainer, split, (size_t)sr_args_integer(args, "count"),
                           black ? SR_FILL_BLACK : SR_FILL_MEAN, &quality, error);
    if (status) return status;
    report_quality(session, entry, split, quality, reply);
    return SR_OK;
}
