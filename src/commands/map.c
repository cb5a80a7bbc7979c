/* map.c - map: every sample as a point in the plane. */
#include "map.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/panes/show.h"

SR_RUN(map_run);

const struct sr_command sr_command_map = {
    .name = "map",
    .group = "data",
    .help = "Draw every sample as a point, with similar samples near each other.",
    .params =
        (const struct sr_param[]){
            {"of", SR_PARAM_ENTRY, .positional = true, .choices = SR_FEATURES_CHOICES,
             .help = "What images are compared by: pixels, hog, or a model's features: the inputs "
                     "of a network's last layer, the square roots of another model's probabilities "
                     "(default: as in the map shown last, at first pixels)."},
            MAP_LAYOUT_PARAM,
            {"colour", SR_PARAM_CHOICE, .choices = SR_MAP_COLOUR_CHOICES,
             .help = "The property that colours the points."},
            {"perplexity", SR_PARAM_NUMBER, .minimum = 2, .maximum = 80,
             .help = "tsne: how many neighbours count for a sample (default: 30)."},
            {"seed", SR_PARAM_INTEGER, .minimum = 0, .maximum = 9e15,
             .help =
                 "tsne: seed of the small random offsets of the points at the start (default: 1)."},
            {0}},
    .run = map_run,
    .lasting = true,
    .example = "map cnn",
};

const char *map_of(const struct sr_map_request *request)
{
    return request->entry ? request->entry->name : sr_features_names[request->features];
}

struct sr_map_request map_request(struct sr_session *session, const struct sr_args *args)
{
    struct sr_map_request request = *sr_session_map_shown(session);
    if (sr_args_given(args, "of")) {
        request.entry = arg_model(args, "of");
        const int features = sr_features_find(sr_args_text(args, "of"));
        request.features = features < 0 ? SR_FEATURES_PIXELS : (enum sr_features)features;
    }
    if (sr_args_given(args, "layout"))
        request.layout = (enum sr_map_layout)sr_args_choice(args, "layout");
    return request;
}

/* Of each class the middle of its points: the medians of x and y. */
static void list_classes(const struct sr_session *session, const struct sr_map *map,
                         struct sr_reply *reply)
{
    static const struct sr_column columns[] = {
        {"class", "class", .left = true, .gap = 2, .width = 16},
        {"count", "samples", .width = 9},
        {"x", "x", .format = "%.2f", .width = 9},
        {"y", "y", .format = "%.2f", .width = 9},
        {0}};
    struct sr_table *table = sr_reply_table(reply, "classes", columns);
    for (int class = 0; class < session->data->classes; class ++) {
        float middle[2];
        const size_t count = sr_session_map_middle(session, map, class, middle);
        sr_table_integer(table, class);
        sr_table_shown(table, "%s", class_name(session, class));
        sr_table_integer(table, (int64_t)count);
        for (int part = 0; part < 2; part++)
            if (count)
                sr_table_number(table, (double)middle[part]);
            else
                sr_table_absent(table);
    }
}

static void report(const struct sr_session *session, const struct sr_map_request *request,
                   const struct sr_map *map, struct sr_reply *reply)
{
    const bool tsne = request->layout == SR_MAP_TSNE;
    char count[32], measured[32];
    sr_format_count(count, sizeof count, map->count);
    sr_format_count(measured, sizeof measured, map->measured);
    sr_reply_record(reply, NULL);
    sr_reply_text(reply, "of", map_of(request));
    sr_reply_text(reply, "layout", sr_map_layout_names[request->layout]);
    sr_reply_context(reply);
    sr_reply_integer(reply, "count", (int64_t)map->count);
    sr_reply_integer(reply, "width", map->width);
    sr_reply_integer(reply, "components", map->dims);
    sr_reply_number(reply, "explained", map->explained);
    if (tsne) {
        sr_reply_number(reply, "perplexity", request->perplexity);
        sr_reply_integer(reply, "seed", (int64_t)request->seed);
    }
    sr_reply_number(reply, "trustworthiness", map->trustworthiness);
    sr_reply_number(reply, "continuity", map->continuity);
    sr_reply_integer(reply, "k", map->k);
    sr_reply_integer(reply, "measured", (int64_t)map->measured);
    sr_reply_number(reply, "seconds", map->seconds);
    sr_reply_say(reply,
                 "%s samples by their %s%s, in %.1f s: %s of %d principal components, which "
                 "have %.1f %% of the variance",
                 count, request->entry ? "features in " : "", map_of(request), map->seconds,
                 tsne ? "t-SNE" : "the plane", map->dims, 100 * map->explained);
    if (map->measured)
        sr_reply_say(reply,
                     "  trustworthiness %.4f, continuity %.4f (the %d nearest of each of %s "
                     "samples)",
                     map->trustworthiness, map->continuity, map->k, measured);
    list_classes(session, map, reply);
}

SR_RUN(map_run)
{
    SR_UNUSED;
    struct sr_map_request request = map_request(session, args);
    if (sr_args_given(args, "perplexity")) request.perplexity = sr_args_number(args, "perplexity");
    if (sr_args_given(args, "seed")) request.seed = (uint64_t)sr_args_integer(args, "seed");
    if (request.layout == SR_MAP_PCA &&
        (sr_args_given(args, "perplexity") || sr_args_given(args, "seed")))
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "map: layout=pca takes neither perplexity nor seed");
    const struct sr_map *map;
    sr_session_map_show(session, &request);
    sr_map_show(session, sr_args_given(args, "colour") ? sr_args_choice(args, "colour") : -1);
    reply->shown = session->interactive;
    enum sr_status status = sr_session_map(session, &request, &map, error);
    if (!status) report(session, &request, map, reply);
    return status;
}

/* Which part of which map, where the line names one. */
enum sr_status read_lasso(struct sr_session *session, const struct sr_args *args,
                          struct sr_lasso *lasso, struct sr_error *error)
{
    const bool near = sr_args_given(args, "near"), within = sr_args_given(args, "within"),
               box = sr_args_given(args, "box");
    if (near && box)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "browse: of near and box only one can be asked for");
    if (!near && !box && sr_args_given(args, "layout"))
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "browse: layout= says which map near= and box= mean");
    if (!near && !box && !within) return SR_OK;
    if (within && !near && lasso->shape != SR_LASSO_NEAR)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "browse: within= says how many samples are near=SAMPLE");
    const struct sr_map_request request = map_request(session, args);
    if (near || box) {
        sr_map_request_words(&request, lasso);
        lasso->within = 100;
    }
    if (near) {
        const struct sample *sample = arg_sample(args, "near");
        lasso->shape = SR_LASSO_NEAR;
        lasso->file = sample->file;
        lasso->row = sample->row;
    }
    if (within) lasso->within = (size_t)sr_args_integer(args, "within");
    if (!box) return SR_OK;
    lasso->shape = SR_LASSO_BOX;
    if (sr_args_list(args, "box", lasso->box, 4) != 4 || lasso->box[0] > lasso->box[2] ||
        lasso->box[1] > lasso->box[3])
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "browse: box= takes left,bottom,right,top, such as box=-5,-5,5,5");
    return SR_OK;
}
