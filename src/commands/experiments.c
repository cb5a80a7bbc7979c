/* experiments.c - what ablate and tune share: they start an experiment and wait for its end. */
#include "internal.h"

#include <stdio.h>

#include "sartor/panes/show.h"

enum sr_status experiment_under(struct sr_session *session, struct sr_item *item,
                                const struct sr_model_class *class, experiment_make *make,
                                void *context, struct sr_error *error)
{
    char name[64];
    snprintf(name, sizeof name, "%s-%s", item->command->name, class->name);
    if (!item->job) {
        struct sr_experiment *experiment = make(context, error);
        if (!experiment) return error->status;
        enum sr_status status = sr_session_experiment(session, name, experiment, &item->job, error);
        if (status) return status;
        sr_train_show(session, -1);
    }
    const struct sr_run *run = sr_session_run(session, item->job);
    if (run->state < SR_JOB_DONE) return sr_error_set(error, SR_PENDING, "%s is under way", name);
    if (run->state == SR_JOB_DONE) return SR_OK;
    *error = run->error;
    return error->status;
}

void experiment_words(const struct sr_words *words, struct sr_text *line)
{
    for (size_t i = 0; i < words->count; i++) {
        if (line->length) sr_text_add(line, " ");
        sr_words_quote(line, words->items[i]);
    }
}
