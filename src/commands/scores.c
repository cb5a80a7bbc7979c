/* scores.c - the scores of models in replies, and the table of what mistakes cost. */
#include "internal.h"

#include <math.h>

/* Where it is not known it is left out, since hardly anyone has it. */
static bool is_optional(enum sr_score score)
{
    return sr_score_kinds[score].group == SR_GROUP_COST || score == SR_SCORE_LOOKS;
}

void reply_scores(struct sr_reply *reply, const double scores[SR_SCORE_COUNT])
{
    for (int s = 0; s < SR_SCORE_COUNT; s++)
        if (!is_optional(s) || isfinite(scores[s]))
            sr_reply_number(reply, sr_score_kinds[s].name, scores[s]);
}

void score_columns(struct sr_table *table, bool costs)
{
    for (int s = 0; s < SR_SCORE_COUNT; s++) {
        const struct sr_score_kind *kind = &sr_score_kinds[s];
        const bool shown = costs || kind->group != SR_GROUP_COST;
        sr_table_add_column(table, &(struct sr_column){.key = kind->name,
                                                       .label = shown ? kind->title : NULL,
                                                       .gap = 2,
                                                       .group = shown ? (int)kind->group + 1 : 0,
                                                       .detail = kind->detail});
    }
}

void score_cells(struct sr_table *table, const double scores[SR_SCORE_COUNT])
{
    for (int s = 0; s < SR_SCORE_COUNT; s++) {
        char shown[32];
        if (is_optional(s) && !isfinite(scores[s]))
            sr_table_absent(table);
        else
            sr_table_number(table, scores[s]);
        sr_score_print(s, scores[s], shown, sizeof shown);
        sr_table_shown(table, "%s", shown);
    }
}

enum sr_status costs_of(const struct sr_session *session, const struct sr_args *args,
                        struct sr_costs *costs, struct sr_error *error)
{
    *costs = (struct sr_costs){0};
    if (!sr_args_text(args, "costs")) return SR_OK;
    return sr_costs_read(costs, sr_args_path(args, "costs"), session->data->classes, error);
}
