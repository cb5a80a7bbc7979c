/* trust.c - what an answer is worth, in replies. */
#include "internal.h"

#include <math.h>

/* The members as numbers. */
static struct sr_json *set_list(const struct sr_model *model, const bool *members)
{
    struct sr_json *set = sr_json_array();
    for (int c = 0; c < model->shape.classes; c++)
        if (members[c]) sr_json_add_integer(set, c);
    return set;
}

void reply_trust(struct sr_reply *reply, const struct sr_session *session,
                 const struct sr_model *model, const struct sr_answer *answer)
{
    bool members[SR_CLASSES_MAX];
    sr_reply_only(reply, SR_FOR_PROGRAMS);
    if (!isnan(answer->familiarity)) sr_reply_number(reply, "familiarity", answer->familiarity);
    sr_reply_switch(reply, "calibrated", sr_session_calibrates(session, model));
    if (sr_session_class_set(session, model, answer->raw, members))
        sr_reply_list(reply, "set", set_list(model, members));
    sr_reply_only(reply, SR_FOR_ALL);
}

void say_answer(struct sr_reply *reply, const struct sr_session *session,
                const struct sr_entry *entry, const float *probabilities,
                const struct sr_answer *answer)
{
    const int predicted = sr_predicted_class(probabilities, entry->model->shape.classes);
    struct sr_text words = {0};
    sr_familiarity_words(answer->familiarity, &words);
    if (words.length) sr_reply_more(reply, "%s; ", sr_text_get(&words));
    sr_reply_more(reply, "%s says %s (%.1f %%)", entry->name,
                  sr_session_class_names(session, entry->model)[predicted],
                  100 * (double)probabilities[predicted]);
    sr_text_fini(&words);
}

void say_trust(struct sr_reply *reply, const struct sr_session *session,
               const struct sr_model *model, const struct sr_answer *answer)
{
    bool members[SR_CLASSES_MAX];
    struct sr_text words = {0};
    if (sr_session_class_set(session, model, answer->raw, members) > 1) {
        sr_session_set_words(session, model, answer->raw, members, &words);
        sr_reply_say(reply, "  %s %% set: %s", sr_args_text(session->options, "coverage"),
                     sr_text_get(&words));
    }
    sr_text_fini(&words);
}

void table_trust(struct sr_table *table, const struct sr_session *session,
                 const struct sr_model *model, const struct sr_answer *answer)
{
    bool members[SR_CLASSES_MAX];
    struct sr_text words = {0};
    sr_table_switch(table, sr_session_calibrates(session, model));
    sr_table_number(table, answer->familiarity);
    if (!sr_session_class_set(session, model, answer->raw, members)) {
        sr_table_text(table, NULL);
        return;
    }
    sr_session_set_words(session, model, answer->raw, members, &words);
    sr_table_list(table, set_list(model, members));
    sr_table_shown(table, "%s", sr_text_get(&words));
    sr_text_fini(&words);
}
