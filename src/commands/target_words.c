/* target_words.c - classes, splits, tags, jobs, topics of help and plain words, as arguments name
 * them. */
#include <string.h>

#include "sartor/app/elsewhere.h"
#include "sartor/panes/pane.h"
#include "target_type.h"

/* --- classes --------------------------------------------------------------------------- */

static enum sr_status find_class(const struct lookup *lookup, const char *word,
                                 union target *target, struct sr_error *error)
{
    target->class = -1;
    if (!strcmp(word, "any")) return SR_OK;
    enum sr_status status = sr_session_data(lookup->session, error);
    if (status) return status;
    target->class = sr_dataset_class(lookup->session->data, word, error);
    return target->class < 0 ? error->status : SR_OK;
}

static void complete_classes(struct sr_session *session, const struct sr_param *param,
                             struct candidates *candidates)
{
    (void)param;
    for (int c = 0; session->data && c < session->data->classes; c++)
        candidates_add(candidates, session->data->class_names[c], "");
}

/* --- splits ---------------------------------------------------------------------------- */

static enum sr_status current_split(const struct lookup *lookup, struct sr_text *word,
                                    struct sr_error *error)
{
    (void)lookup, (void)error;
    sr_text_add(word, sr_split_names[SR_SPLIT_DEFAULT]);
    return SR_OK;
}

/* --- tags ------------------------------------------------------------------------------ */

static void complete_tags(struct sr_session *session, const struct sr_param *param,
                          struct candidates *candidates)
{
    if (param->bare) candidates_add(candidates, param->bare, "");
    for (size_t i = 1; i < session->tag_names_count; i++)
        candidates_add(candidates, session->tag_names[i], "");
}

/* --- jobs ------------------------------------------------------------------------------ */

static void complete_jobs(struct sr_session *session, const struct sr_param *param,
                          struct candidates *candidates)
{
    (void)param;
    for (size_t i = 0; i < session->run_count; i++)
        if (session->runs[i]->state < SR_JOB_DONE)
            candidates_add(candidates, session->runs[i]->name, "");
}

static enum sr_status find_job(const struct lookup *lookup, const char *word, union target *target,
                               struct sr_error *error)
{
    struct sr_session *session = lookup->session;
    int64_t number;
    if (!sr_parse_integer(word, &number)) number = 0;
    sr_session_look_elsewhere(session);
    struct sr_run *found = NULL;
    for (size_t i = session->run_count; i-- > 0;) {
        struct sr_run *run = session->runs[i];
        if (strcmp(run->name, word) && (!run->job || number != run->job)) continue;
        if (!found || (found->state >= SR_JOB_DONE && run->state < SR_JOB_DONE)) found = run;
    }
    target->job = found;
    if (found) return SR_OK;
    struct candidates all = {.typed = "", .before = ""};
    struct sr_text known = {0};
    complete_jobs(session, lookup->param, &all);
    sr_text_suggest(&known, word, all.words.items, all.words.count, sizeof *all.words.items);
    sr_error_set(error, SR_ERROR_ARGUMENT, "no job \"%s\"%s", word,
                 all.words.count ? sr_text_get(&known) : "; jobs lists them");
    sr_text_fini(&known);
    sr_words_fini(&all.words);
    return SR_ERROR_ARGUMENT;
}

/* The one that a pane shows, else the one that runs, else the newest that has not ended. */
static enum sr_status current_job(const struct lookup *lookup, struct sr_text *word,
                                  struct sr_error *error)
{
    struct sr_session *session = lookup->session;
    const struct sr_pane *pane = sr_pane_current(session);
    const struct sr_run *run = session->interactive && pane->run ? pane->run(session) : NULL;
    if (!run || run->state >= SR_JOB_DONE) run = sr_session_active_run(session);
    for (size_t i = session->run_count; !run && i-- > 0;)
        if (sr_run_pending(session->runs[i])) run = session->runs[i];
    if (run && run->elsewhere) {
        sr_text_add(word, run->name);
        return SR_OK;
    }
    if (!run) return sr_error_set(error, SR_ERROR_STATE, "no job is running");
    sr_text_printf(word, "%u", run->job);
    return SR_OK;
}

/* --- topics of help -------------------------------------------------------------------- */

static void complete_topics(struct sr_session *session, const struct sr_param *param,
                            struct candidates *candidates)
{
    for (size_t i = 0; sr_commands[i]; i++) candidates_add(candidates, sr_commands[i]->name, "");
    target_family.complete(session, param, candidates);
}

static enum sr_status find_topic(const struct lookup *lookup, const char *word,
                                 union target *target, struct sr_error *error)
{
    (void)target;
    if (sr_param_has_choice(lookup->param, word) || sr_model_class_find(word, NULL) ||
        sr_command_find(word, NULL))
        return SR_OK;
    struct candidates all = {.typed = "", .before = ""};
    complete_topics(lookup->session, lookup->param, &all);
    const char *closest =
        sr_text_closest(word, all.words.items, all.words.count, sizeof *all.words.items);
    sr_error_set(error, SR_ERROR_ARGUMENT,
                 closest ? "no command \"%s\"; did you mean %s?"
                         : "no command \"%s\"; help lists them",
                 word, closest);
    sr_words_fini(&all.words);
    return SR_ERROR_ARGUMENT;
}

/* --- types without a target ------------------------------------------------------------ */

static void complete_choices(struct sr_session *session, const struct sr_param *param,
                             struct candidates *candidates)
{
    (void)session;
    candidates_add_choices(candidates, param->choices);
}

static void complete_switch(struct sr_session *session, const struct sr_param *param,
                            struct candidates *candidates)
{
    (void)session, (void)param;
    candidates_add_choices(candidates, "on off");
}

static void complete_range(struct sr_session *session, const struct sr_param *param,
                           struct candidates *candidates)
{
    (void)session, (void)param;
    candidates_add_choices(candidates, "..0.5 0.5..0.9 0.9..");
}

static void complete_files(struct sr_session *session, const struct sr_param *param,
                           struct candidates *candidates)
{
    (void)session;
    candidates_add_files(candidates, param->choices);
}

/* A line that names a class, as of search. */
static void complete_line(struct sr_session *session, const struct sr_param *param,
                          struct candidates *candidates)
{
    if (sr_param_has_choice(param, "class")) complete_classes(session, param, candidates);
}

/* --- the types ------------------------------------------------------------------------- */

const struct target_type target_class = {.find = find_class, .complete = complete_classes};
const struct target_type target_split = {.current = current_split, .complete = complete_choices};
const struct target_type target_tag = {.complete = complete_tags};
const struct target_type target_job = {
    .find = find_job, .current = current_job, .complete = complete_jobs};
const struct target_type target_topic = {.find = find_topic, .complete = complete_topics};
const struct target_type target_choice = {.complete = complete_choices};
const struct target_type target_switch = {.complete = complete_switch};
const struct target_type target_range = {.complete = complete_range};
const struct target_type target_files = {.complete = complete_files};
const struct target_type target_line = {.complete = complete_line};
