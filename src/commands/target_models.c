/* target_models.c - models, checkpoints, families and settings, as arguments name them. */
#include <stdlib.h>
#include <string.h>

#include "sartor/base/file.h"
#include "sartor/panes/pane.h"
#include "target_type.h"

/* --- models ---------------------------------------------------------------------------- */

/* The training under way that makes a model of this name, one with finished epochs before others.
 */
static const struct sr_run *training(const struct sr_session *session, const char *name)
{
    const struct sr_run *found = NULL;
    for (size_t i = session->run_count; i-- > 0;) {
        const struct sr_run *run = session->runs[i];
        if (run->state >= SR_JOB_DONE || strcmp(run->name, name)) continue;
        if (!found || (run->epochs && !found->epochs)) found = run;
    }
    return found;
}

static enum sr_status find_entry(const struct lookup *lookup, const char *word,
                                 union target *target, struct sr_error *error)
{
    if (sr_param_has_choice(lookup->param, word)) return SR_OK;
    target->model.entry = sr_session_entry(lookup->session, word, error);
    return target->model.entry ? SR_OK : error->status;
}

static enum sr_status find_model(const struct lookup *lookup, const char *word,
                                 union target *target, struct sr_error *error)
{
    struct model_target *model = &target->model;
    if (sr_param_has_choice(lookup->param, "training")) {
        struct sr_error ignored;
        model->run = training(lookup->session, word);
        model->entry = sr_session_entry(lookup->session, word, &ignored);
        if (model->run && !model->entry) return SR_OK;
    }
    enum sr_status status = sr_session_model(lookup->session, word, &model->entry, error);
    if (status == SR_ERROR_ARGUMENT && sr_path_is_directory(word))
        sr_error_set(error, status, "no model \"%s\"; the folder of that name is written %s/", word,
                     word);
    return status;
}

static void complete_models(struct sr_session *session, const struct sr_param *param,
                            struct candidates *candidates)
{
    for (size_t i = 0; i < session->entry_count; i++)
        candidates_add(candidates, session->entries[i]->name, "");
    if (param->type == SR_PARAM_ENTRY) candidates_add_choices(candidates, param->choices);
}

/* --- the current model ----------------------------------------------------------------- */

/* The one used last; for pictures one that knows backdrops, where any does for these data. */
static enum sr_status current_model(const struct lookup *lookup, struct sr_text *word,
                                    struct sr_error *error)
{
    size_t pictures = 0;
    struct sr_entry *entry = sr_session_entry(lookup->session, NULL, error), *other = NULL;
    enum sr_status status = target_count_pictures(lookup, &pictures, error);
    if (!status && pictures) status = sr_session_backdrops_model(lookup->session, &other, error);
    if (status) return status;
    if (other) entry = other;
    if (!entry) return error->status;
    sr_text_add(word, entry->name);
    return SR_OK;
}

/* --- models and checkpoints ------------------------------------------------------------ */

static enum sr_status find_kept(const struct lookup *lookup, const char *word, union target *target,
                                struct sr_error *error)
{
    const bool checkpoint = strchr(word, '@');
    if (checkpoint) {
        sr_session_scan_checkpoints(lookup->session);
        target->kept.checkpoint = sr_session_checkpoint(lookup->session, word, error);
    } else {
        target->kept.entry = sr_session_entry(lookup->session, word, error);
    }
    return target->kept.entry || target->kept.checkpoint ? SR_OK : error->status;
}

/* The checkpoint under the cursor of a pane that lists them. */
static enum sr_status current_kept(const struct lookup *lookup, struct sr_text *word,
                                   struct sr_error *error)
{
    const struct sr_pane *pane = sr_pane_current(lookup->session);
    const struct sr_checkpoint *here =
        lookup->session->interactive && pane->checkpoint ? pane->checkpoint(lookup->session) : NULL;
    if (!here)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "name the model or the checkpoint; models lists them");
    sr_text_add(word, here->id);
    return SR_OK;
}

static void complete_kept(struct sr_session *session, const struct sr_param *param,
                          struct candidates *candidates)
{
    complete_models(session, param, candidates);
    for (size_t i = 0; i < session->checkpoint_count; i++)
        candidates_add(candidates, session->checkpoints[i].id, "");
}

/* --- families -------------------------------------------------------------------------- */

static enum sr_status find_family(const struct lookup *lookup, const char *word,
                                  union target *target, struct sr_error *error)
{
    if (sr_param_has_choice(lookup->param, word)) return SR_OK;
    target->family = sr_model_class_find(word, error);
    return target->family ? SR_OK : error->status;
}

static void complete_families(struct sr_session *session, const struct sr_param *param,
                              struct candidates *candidates)
{
    (void)session;
    for (size_t i = 0; sr_model_classes[i]; i++)
        candidates_add(candidates, sr_model_classes[i]->name, "");
    candidates_add_choices(candidates, param->choices);
}

/* --- settings -------------------------------------------------------------------------- */

static void complete_settings(struct sr_session *session, const struct sr_param *param,
                              struct candidates *candidates)
{
    (void)param;
    size_t count;
    char *folder = sr_path_join(session->home, "recipes");
    char **names = sr_directory_list(folder, &count, &(struct sr_error){0});
    for (size_t i = 0; names && i < count; i++) {
        candidates_add(candidates, names[i], "");
        free(names[i]);
    }
    free(names);
    free(folder);
}

static enum sr_status find_settings(const struct lookup *lookup, const char *word,
                                    union target *target, struct sr_error *error)
{
    (void)target;
    struct candidates all = {.typed = "", .before = ""};
    struct sr_text known = {0};
    bool found = false;
    complete_settings(lookup->session, lookup->param, &all);
    for (size_t i = 0; i < all.words.count; i++) found |= !strcmp(all.words.items[i], word);
    if (all.words.count)
        sr_text_suggest(&known, word, all.words.items, all.words.count, sizeof *all.words.items);
    else
        sr_text_add(&known, ": there are none yet; tune saves some");
    if (!found)
        sr_error_set(error, SR_ERROR_ARGUMENT, "no settings \"%s\"%s", word, sr_text_get(&known));
    sr_text_fini(&known);
    sr_words_fini(&all.words);
    return found ? SR_OK : SR_ERROR_ARGUMENT;
}

/* --- the types ------------------------------------------------------------------------- */

const struct target_type target_model = {
    .find = find_model, .current = current_model, .complete = complete_models};
const struct target_type target_entry = {
    .find = find_entry, .current = current_model, .complete = complete_models};
const struct target_type target_models = {
    .find = find_model, .complete = complete_models, .list = true};
const struct target_type target_kept = {
    .find = find_kept, .current = current_kept, .complete = complete_kept};
const struct target_type target_family = {.find = find_family, .complete = complete_families};
const struct target_type target_settings = {.find = find_settings, .complete = complete_settings};
