/* experiments.c - what ablate and tune share: an experiment behind a command that is run again
 * until it has ended. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/panes/show.h"

/* The words of a command in one line, to know it again by. */
static void line_of(const char *command, const struct sr_args *args, const struct sr_words *rest,
                    struct sr_text *line)
{
    sr_text_printf(line, "%s ", command);
    sr_args_print(args, false, line);
    for (size_t i = 0; i < rest->count; i++) {
        sr_text_add(line, " ");
        sr_words_quote(line, rest->items[i]);
    }
}

static enum sr_status start(struct sr_session *session, const char *line, const char *name,
                            experiment_make *make, void *context, struct sr_error *error)
{
    struct sr_experiment *experiment = make(context, error);
    if (!experiment) return error->status;
    enum sr_status status =
        sr_session_experiment(session, name, experiment, &session->experiment_job, error);
    if (status) return status;
    free(session->experiment_line);
    session->experiment_line = sr_xstrdup(line);
    sr_train_show(session, -1);
    return SR_OK;
}

enum sr_status experiment_under(const char *command, const struct sr_model_class *class,
                                struct sr_session *session, const struct sr_args *args,
                                const struct sr_words *rest, experiment_make *make, void *context,
                                struct sr_error *error)
{
    struct sr_text line = {0};
    char name[64];
    enum sr_status status = SR_OK;
    line_of(command, args, rest, &line);
    snprintf(name, sizeof name, "%s-%s", command, class->name);
    if (!session->experiment_line || strcmp(session->experiment_line, sr_text_get(&line)))
        status = start(session, sr_text_get(&line), name, make, context, error);
    sr_text_fini(&line);
    if (status) return status;
    const struct sr_run *run = sr_session_run(session, session->experiment_job);
    if (run->state < SR_JOB_DONE) return sr_error_set(error, SR_PENDING, "%s is under way", name);
    free(session->experiment_line);
    session->experiment_line = NULL;
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
