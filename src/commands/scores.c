/* scores.c - the scores of models in replies, and the table of what mistakes cost. */
#include "internal.h"

#include <math.h>
#include <string.h>

/* Where it is not known it is left out, since hardly anyone has it: programs get no null. */
static bool is_optional(enum sr_score score)
{
    return sr_score_kinds[score].group == SR_GROUP_COST || score == SR_SCORE_LOOKS ||
           score == SR_SCORE_FIT_MEMORY || score == SR_SCORE_CLIPPED ||
           score == SR_SCORE_COVERAGE || score == SR_SCORE_SET_SIZE;
}

void reply_scores(struct sr_reply *reply, const double scores[SR_SCORE_COUNT],
                  const struct sr_interval intervals[SR_SCORE_COUNT])
{
    for (int s = 0; s < SR_SCORE_COUNT; s++) {
        const struct sr_score_kind *kind = &sr_score_kinds[s];
        if (is_optional(s) && !isfinite(scores[s])) continue;
        sr_reply_number(reply, kind->name, scores[s]);
        if (!kind->low) continue;
        sr_reply_number(reply, kind->low, intervals[s].low);
        sr_reply_number(reply, kind->high, intervals[s].high);
    }
}

static void reply_ending(struct sr_reply *reply, const struct sr_model *model)
{
    if (*sr_model_ending(model))
        sr_reply_say(reply, "  its training %s",
                     model->diverged ? "diverged" : "was stopped early");
    sr_reply_switch(reply, "stopped", model->stopped);
    sr_reply_switch(reply, "diverged", model->diverged);
}

static void say_origin(struct sr_reply *reply, const struct sr_session *session,
                       const struct sr_entry *entry)
{
    struct sr_text text = {0};
    sr_entry_print_origin(session, entry, &text);
    if (text.length) sr_reply_say(reply, "  %s", sr_text_get(&text));
    sr_text_fini(&text);
    sr_reply_text(reply, "trained_data",
                  entry->model->data_name[0] ? entry->model->data_name : NULL);
    sr_reply_switch(reply, "own_data", !strcmp(entry->model->digest, session->data->digest));
    sr_reply_switch(reply, "reordered", entry->model->order != NULL);
}

void reply_judged(struct sr_reply *reply, const struct sr_session *session,
                  const struct sr_entry *entry, enum sr_split_name split)
{
    const struct sr_predicted *predicted = sr_session_predicted(session, entry, split);
    struct sr_text text = {0};
    char count[32], how[48];
    sr_change_print(session->data->change, how, sizeof how);
    if (session->data->change.severity) sr_reply_say(reply, "  images changed by %s", how);
    const struct sr_dataset *data = sr_dataset_origin(session->data);
    if (data->opened)
        sr_reply_say(reply,
                     "  decisions are applied: %zu samples are of another class, %zu left out",
                     data->relabelled, data->dropped);
    reply_changed(reply, session);
    sr_predicted_print_left_out(predicted, &text);
    sr_format_count(count, sizeof count, predicted->trained);
    if (text.length)
        sr_reply_say(reply, "  %s", sr_text_get(&text));
    else if (predicted->trained)
        sr_reply_say(reply, "  it was trained on %s of them", count);
    else if (!predicted->known)
        sr_reply_say(reply, "  its file does not say which rows it was trained on; some of these "
                            "may be among them");
    sr_text_fini(&text);
    sr_reply_integer(reply, "left_out", (int64_t)predicted->left_out);
    sr_reply_integer(reply, "trained_on", (int64_t)predicted->trained);
    say_origin(reply, session, entry);
    reply_ending(reply, entry->model);
}

void reply_rows_used(struct sr_reply *reply, struct sr_session *session, struct sr_entry *entry,
                     enum sr_split_name split)
{
    const struct sr_held_out *held;
    char count[32];
    if (sr_session_held_out(session, entry, split, &held, &(struct sr_error){0})) return;
    sr_reply_integer(reply, "left_out", (int64_t)held->left_out);
    sr_reply_integer(reply, "trained_on", (int64_t)held->trained);
    sr_format_count(count, sizeof count, held->trained);
    if (held->left_out)
        sr_reply_say(reply, "%s row%s of the split left out, which it was trained on", count,
                     held->left_out == 1 ? "" : "s");
    else if (held->trained)
        sr_reply_say(reply, "it was trained on %s rows of the split", count);
    if (split != SR_SPLIT_TEST) return;
    const size_t looks = sr_session_looks(session, entry->model);
    sr_reply_integer(reply, "test_looks", (int64_t)looks);
    sr_reply_say(reply, "judged on the test split %zu time%s so far", looks, looks == 1 ? "" : "s");
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
        if (!kind->low) continue;
        sr_table_add_column(table, &(struct sr_column){.key = kind->low});
        sr_table_add_column(table, &(struct sr_column){.key = kind->high});
    }
}

void score_cells(struct sr_table *table, const double scores[SR_SCORE_COUNT],
                 const struct sr_interval intervals[SR_SCORE_COUNT])
{
    for (int s = 0; s < SR_SCORE_COUNT; s++) {
        char shown[32];
        if (is_optional(s) && !isfinite(scores[s]))
            sr_table_absent(table);
        else
            sr_table_number(table, scores[s]);
        sr_score_print(s, scores[s], shown, sizeof shown);
        sr_table_shown(table, "%s", shown);
        if (!sr_score_kinds[s].low) continue;
        for (int end = 0; end < 2; end++)
            if (is_optional(s) && !isfinite(scores[s]))
                sr_table_absent(table);
            else
                sr_table_number(table, end ? intervals[s].high : intervals[s].low);
    }
}

enum sr_status costs_of(const struct sr_session *session, const struct sr_args *args,
                        struct sr_costs *costs, struct sr_error *error)
{
    *costs = (struct sr_costs){0};
    if (!sr_args_text(args, "costs")) return SR_OK;
    return sr_costs_read(costs, sr_args_path(args, "costs"), session->data->classes, error);
}
