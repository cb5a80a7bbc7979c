#include "target.h"

#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "sartor/app/elsewhere.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/panes/pane.h"

/* What one word stands for. */
union target {
    struct model_target model;
    struct kept_target kept;
    const struct sr_model_class *family;
    int class;
    struct sample sample;
    struct sr_run *job;
};

struct targets {
    size_t count;
    union target items[];
};

struct lookup {
    struct sr_session *session;
    const struct sr_args *args; /* of the whole command; what stands before is looked up already */
    const struct sr_param *param;
};

/* Is `word` one of the parameter's `choices`? */
static bool is_choice(const struct sr_param *param, const char *word)
{
    const size_t length = strlen(word);
    for (const char *at = param->choices; at && *at;) {
        size_t span = strcspn(at, " ");
        if (span == length && !strncmp(at, word, span)) return true;
        at += span + strspn(at + span, " ");
    }
    return false;
}

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
    if (is_choice(lookup->param, word)) return SR_OK;
    target->model.entry = sr_session_entry(lookup->session, word, error);
    return target->model.entry ? SR_OK : error->status;
}

static enum sr_status find_model(const struct lookup *lookup, const char *word,
                                 union target *target, struct sr_error *error)
{
    struct model_target *model = &target->model;
    if (is_choice(lookup->param, "training")) {
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
    if (is_choice(lookup->param, word)) return SR_OK;
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

/* --- samples --------------------------------------------------------------------------- */

/* The split that the command is asked about; -1 for none. */
static int split_given(const struct lookup *lookup)
{
    return sr_args_has(lookup->args, "split") && sr_args_given(lookup->args, "split")
               ? sr_args_choice(lookup->args, "split")
               : -1;
}

/* Was the model that the command is asked about trained on things before all kinds of backdrop? */
static bool model_knows_backdrops(const struct lookup *lookup)
{
    for (const struct sr_param *param = sr_args_params(lookup->args); param->name; param++) {
        struct sr_entry *entry;
        const char *name =
            param->type == SR_PARAM_MODEL ? sr_args_text(lookup->args, param->name) : NULL;
        if (name && !sr_session_model(lookup->session, name, &entry, &(struct sr_error){0}))
            return sr_session_knows_backdrops(lookup->session, entry->model);
    }
    return false;
}

/* Does the word name a picture, where the parameter takes any? A file of another ending does, too:
 * its content tells what it is. */
static bool is_picture(const struct sr_param *param, const char *word)
{
    if (!param->choices) return false;
    if (sr_path_ends(word, param->choices)) return true;
    char *path = sr_path_expand(word);
    const bool file = !sr_is_sample(word) && sr_path_exists(path) && !sr_path_is_directory(path);
    free(path);
    return file;
}

static enum sr_status find_sample(const struct lookup *lookup, const char *word,
                                  union target *target, struct sr_error *error)
{
    if (is_picture(lookup->param, word)) {
        char *path = sr_path_expand(word);
        target->sample.file = SR_FILE_PICTURES;
        enum sr_status status = sr_session_picture(
            lookup->session, path, model_knows_backdrops(lookup), &target->sample.row, error);
        free(path);
        return status;
    }
    char *folder = lookup->param->choices ? sr_path_expand(word) : NULL;
    const bool empty = folder && sr_path_is_directory(folder);
    free(folder);
    if (empty)
        return sr_error_set(error, SR_ERROR_ARGUMENT, "%s is a folder without pictures: %s files",
                            word, lookup->param->choices);
    target->sample.file = split_given(lookup) == SR_SPLIT_TEST ? SR_FILE_TEST : SR_FILE_TRAIN;
    return sr_session_index(lookup->session, word, &target->sample.file, &target->sample.row,
                            error);
}

/* The sample under the cursor; where another split is asked for, the first one of that. */
static enum sr_status current_sample(const struct lookup *lookup, struct sr_text *word,
                                     struct sr_error *error)
{
    const struct sr_session *session = lookup->session;
    const struct sr_selection *selection = &session->selection;
    enum sr_status status = sr_session_data(lookup->session, error);
    if (status) return status;
    const int split = split_given(lookup);
    enum sr_file file = sr_selection_file(selection, selection->at);
    uint32_t row = selection->count ? selection->rows[selection->at] : 0;
    bool found = selection->count > 0;
    if (split >= 0) {
        const struct sr_samples samples = sr_session_samples(session, (enum sr_split_name)split);
        const enum sr_file wanted = split == SR_SPLIT_TEST ? SR_FILE_TEST : SR_FILE_TRAIN;
        if (!samples.count)
            return sr_error_set(error, SR_ERROR_STATE, "the %s split has no samples",
                                sr_split_names[split]);
        found = found && file == wanted;
        for (size_t i = 0; found && sr_samples_row(&samples, i) != row;)
            if (++i == samples.count) found = false;
        if (!found) row = sr_samples_row(&samples, 0);
        file = wanted;
    } else if (!found) {
        return sr_error_set(error, SR_ERROR_STATE,
                            "no sample is selected; give an index such as test:7");
    }
    sr_text_printf(word, "%s:%u", sr_file_names[file], row);
    return SR_OK;
}

static void complete_samples(struct sr_session *session, const struct sr_param *param,
                             struct candidates *candidates)
{
    const struct sr_selection *selection = &session->selection;
    if (session->interactive && selection->count) {
        char *cursor =
            sr_xprintf("%s:%u", sr_file_names[sr_selection_file(selection, selection->at)],
                       selection->rows[selection->at]);
        candidates_add(candidates, cursor, "");
        free(cursor);
    }
    if (param->choices) candidates_add_files(candidates, param->choices);
}

enum { FOLDERS_MAX = 8 };

/* All pictures in a folder and the folders in it, by name; how many. `word` is it as it was given,
 * `path` where it is. */
static size_t add_folder(const struct sr_param *param, const char *word, const char *path,
                         int depth, struct sr_words *words)
{
    size_t count = 0, found = 0;
    char **names = sr_directory_list(path, &count, &(struct sr_error){0});
    for (size_t i = 0; names && i < count; i++) {
        char *file = sr_path_join(word, names[i]), *place = sr_path_join(path, names[i]);
        if (names[i][0] == '.') {
        } else if (sr_path_is_directory(place)) {
            if (depth < FOLDERS_MAX) found += add_folder(param, file, place, depth + 1, words);
        } else if (sr_path_ends(names[i], param->choices)) {
            sr_words_add(words, file);
            found++;
        }
        free(file);
        free(place);
        free(names[i]);
    }
    free(names);
    return found;
}

/* The words of a list; a folder, where pictures may stand, is all pictures in it. */
static void split_list(const struct lookup *lookup, const char *text, struct sr_words *words)
{
    char *copy = sr_xstrdup(text), *rest = copy;
    for (char *word; (word = strsep(&rest, ","));) {
        char *path = sr_path_expand(word);
        const bool folder = lookup->param->choices && sr_path_is_directory(path);
        if (!folder || !add_folder(lookup->param, word, path, 0, words)) sr_words_add(words, word);
        free(path);
    }
    free(copy);
}

/* --- the current model ----------------------------------------------------------------- */

/* How many pictures is the command asked about? One that cannot be read is refused. */
static enum sr_status count_pictures(const struct lookup *lookup, size_t *pictures,
                                     struct sr_error *error)
{
    enum sr_status status = SR_OK;
    for (const struct sr_param *param = sr_args_params(lookup->args); !status && param->name;
         param++) {
        const char *text = sr_args_text(lookup->args, param->name);
        if ((param->type != SR_PARAM_SAMPLE && param->type != SR_PARAM_SAMPLES) || !text) continue;
        const struct lookup samples = {lookup->session, lookup->args, param};
        struct sr_words words = {0};
        split_list(&samples, text, &words);
        for (size_t i = 0; !status && i < words.count; i++) {
            union target target;
            if (!is_picture(param, words.items[i])) continue;
            status = find_sample(&samples, words.items[i], &target, error);
            if (status) break;
            ++*pictures;
        }
        sr_words_fini(&words);
    }
    return status;
}

/* The one used last; for pictures one that knows backdrops, where any does for these data. */
static enum sr_status current_model(const struct lookup *lookup, struct sr_text *word,
                                    struct sr_error *error)
{
    size_t pictures = 0;
    struct sr_entry *entry = sr_session_entry(lookup->session, NULL, error), *other = NULL;
    enum sr_status status = count_pictures(lookup, &pictures, error);
    if (!status && pictures) status = sr_session_backdrops_model(lookup->session, &other, error);
    if (status) return status;
    if (other) entry = other;
    if (!entry) return error->status;
    sr_text_add(word, entry->name);
    return SR_OK;
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

/* --- topics of help -------------------------------------------------------------------- */

static void complete_topics(struct sr_session *session, const struct sr_param *param,
                            struct candidates *candidates)
{
    for (size_t i = 0; sr_commands[i]; i++) candidates_add(candidates, sr_commands[i]->name, "");
    complete_families(session, param, candidates);
}

static enum sr_status find_topic(const struct lookup *lookup, const char *word,
                                 union target *target, struct sr_error *error)
{
    (void)target;
    if (is_choice(lookup->param, word) || sr_model_class_find(word, NULL) ||
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
    if (is_choice(param, "class")) complete_classes(session, param, candidates);
}

/* --- the table ------------------------------------------------------------------------- */

static const struct type {
    /* Look up one word into `target`, which is zero. NULL: there is nothing to look up. */
    enum sr_status (*find)(const struct lookup *lookup, const char *word, union target *target,
                           struct sr_error *error);
    /* The word for what is current; NULL where there is no such thing. */
    enum sr_status (*current)(const struct lookup *lookup, struct sr_text *word,
                              struct sr_error *error);
    /* Offer the words that are possible. */
    void (*complete)(struct sr_session *session, const struct sr_param *param,
                     struct candidates *candidates);
    bool list; /* words separated by commas */
} types[SR_PARAM_TYPES] = {
    [SR_PARAM_SWITCH] = {.complete = complete_switch},
    [SR_PARAM_CHOICE] = {.complete = complete_choices},
    [SR_PARAM_RANGE] = {.complete = complete_range},
    [SR_PARAM_FILE] = {.complete = complete_files},
    [SR_PARAM_LINE] = {.complete = complete_line},
    [SR_PARAM_MODEL] = {.find = find_model, .current = current_model, .complete = complete_models},
    [SR_PARAM_ENTRY] = {.find = find_entry, .current = current_model, .complete = complete_models},
    [SR_PARAM_KEPT] = {.find = find_kept, .current = current_kept, .complete = complete_kept},
    [SR_PARAM_MODELS] = {.find = find_model, .complete = complete_models, .list = true},
    [SR_PARAM_FAMILY] = {.find = find_family, .complete = complete_families},
    [SR_PARAM_CLASS] = {.find = find_class, .complete = complete_classes},
    [SR_PARAM_TAG] = {.complete = complete_tags},
    [SR_PARAM_SPLIT] = {.current = current_split, .complete = complete_choices},
    [SR_PARAM_SAMPLE] = {.find = find_sample,
                         .current = current_sample,
                         .complete = complete_samples},
    [SR_PARAM_SAMPLES] = {.find = find_sample,
                          .current = current_sample,
                          .complete = complete_samples,
                          .list = true},
    [SR_PARAM_JOB] = {.find = find_job, .current = current_job, .complete = complete_jobs},
    [SR_PARAM_SETTINGS] = {.find = find_settings, .complete = complete_settings},
    [SR_PARAM_TOPIC] = {.find = find_topic, .complete = complete_topics},
};

/* Is `word` one of those in `list`, separated by commas? */
static bool in_list(const char *list, const char *word)
{
    for (size_t span; *list; list += span + (list[span] == ',')) {
        span = strcspn(list, ",");
        if (span == strlen(word) && !strncmp(list, word, span)) return true;
    }
    return false;
}

void target_complete(struct sr_session *session, const struct sr_param *param, const char *taken,
                     struct candidates *candidates)
{
    const struct type *type = &types[param->type];
    if (!type->complete) return;
    if (!type->list) {
        type->complete(session, param, candidates);
        return;
    }
    const char *comma = strrchr(candidates->typed, ','),
               *last = comma ? comma + 1 : candidates->typed;
    struct candidates all = {.typed = last, .before = ""};
    char *list = sr_xstrdup(candidates->typed);
    list[last - candidates->typed] = '\0';
    char *before = sr_xprintf("%s%s", candidates->before, list);
    type->complete(session, param, &all);
    candidates->typed = "";
    candidates->before = before;
    for (size_t i = 0; i < all.words.count; i++)
        if (!in_list(list, all.words.items[i]) && !(taken && in_list(taken, all.words.items[i])))
            candidates_add(candidates, all.words.items[i], "");
    candidates->before = "";
    sr_words_fini(&all.words);
    free(before);
    free(list);
}

/* --- resolving ------------------------------------------------------------------------- */

static enum sr_need need_of(const struct sr_command *command, const struct sr_args *args,
                            const struct sr_param *param)
{
    if (command->need) return command->need(args, param);
    return param->current ? SR_NEED_CURRENT : SR_NEED_GIVEN;
}

static enum sr_status find_all(const struct lookup *lookup, const char *text,
                               struct targets **result, struct sr_error *error)
{
    const struct type *type = &types[lookup->param->type];
    struct sr_words words = {0};
    enum sr_status status = SR_OK;
    struct sr_error pending = {0};
    if (type->list)
        split_list(lookup, text, &words);
    else
        sr_words_add(&words, text);
    struct targets *targets = sr_xalloc(sizeof *targets + words.count * sizeof *targets->items);
    for (size_t i = 0; !status && i < words.count; i++) {
        const char *word = words.items[i];
        status = !*word ? sr_error_set(error, SR_ERROR_ARGUMENT,
                                       "%s=%s is not possible: there is nothing between two commas",
                                       lookup->param->name, text)
                        : type->find(lookup, word, &targets->items[targets->count++], error);
        if (status != SR_PENDING) continue;
        pending = *error; /* all models of a list are loaded at once */
        status = SR_OK;
    }
    if (!status && pending.status) {
        *error = pending;
        status = SR_PENDING;
    }
    sr_words_fini(&words);
    if (status)
        free(targets);
    else
        *result = targets;
    return status;
}

/* Take what is current for the value, where none is given and the command needs one. */
static enum sr_status assume(struct sr_session *session, const struct sr_command *command,
                             struct sr_args *args, const struct sr_param *param,
                             struct sr_error *error)
{
    const struct type *type = &types[param->type];
    const struct lookup lookup = {session, args, param};
    if (!type->current || sr_args_text(args, param->name) ||
        need_of(command, args, param) != SR_NEED_CURRENT)
        return SR_OK;
    struct sr_text word = {0};
    enum sr_status status = type->current(&lookup, &word, error);
    if (!status) sr_args_assume(args, param->name, sr_text_get(&word));
    sr_text_fini(&word);
    return status;
}

static enum sr_status resolve(struct sr_session *session, const struct sr_command *command,
                              struct sr_args *args, const struct sr_param *param,
                              struct sr_error *error)
{
    const struct lookup lookup = {session, args, param};
    if (need_of(command, args, param) == SR_NEED_NOTHING) return SR_OK;
    enum sr_status status = assume(session, command, args, param, error);
    if (status || !types[param->type].find || !sr_args_text(args, param->name)) return status;
    struct targets *targets;
    status = find_all(&lookup, sr_args_text(args, param->name), &targets, error);
    if (!status) sr_args_set_target(args, param->name, targets);
    return status;
}

enum sr_status targets_resolve(struct sr_session *session, const struct sr_command *command,
                               struct sr_args *args, struct sr_error *error)
{
    enum sr_status status = SR_OK;
    for (const struct sr_param *param = command->params; !status && param && param->name; param++)
        status = resolve(session, command, args, param, error);
    return status;
}

void targets_assume(struct sr_session *session, const struct sr_command *command,
                    struct sr_args *args)
{
    struct sr_error ignored; /* what is not known yet is asked for again when the command is run */
    for (const struct sr_param *param = command->params; param && param->name; param++)
        if (param->type != SR_PARAM_SPLIT) /* the model's own, which may not have been read yet */
            assume(session, command, args, param, &ignored);
}

/* --- reading --------------------------------------------------------------------------- */

/* NULL when there is none. */
static const union target *target_of(const struct sr_args *args, const char *name, size_t index)
{
    const struct targets *targets = sr_args_target(args, name);
    return targets && index < targets->count ? &targets->items[index] : NULL;
}

size_t arg_count(const struct sr_args *args, const char *name)
{
    const struct targets *targets = sr_args_target(args, name);
    return targets ? targets->count : 0;
}

const struct model_target *arg_model_at(const struct sr_args *args, const char *name, size_t index)
{
    const union target *target = target_of(args, name, index);
    return target ? &target->model : NULL;
}

struct sr_entry *arg_model(const struct sr_args *args, const char *name)
{
    const union target *target = target_of(args, name, 0);
    return target ? target->model.entry : NULL;
}

const struct kept_target *arg_kept(const struct sr_args *args, const char *name)
{
    const union target *target = target_of(args, name, 0);
    return target ? &target->kept : NULL;
}

const struct sr_model_class *arg_family(const struct sr_args *args, const char *name)
{
    const union target *target = target_of(args, name, 0);
    return target ? target->family : NULL;
}

int arg_class(const struct sr_args *args, const char *name)
{
    const union target *target = target_of(args, name, 0);
    return target ? target->class : -1;
}

int arg_split(const struct sr_args *args, const char *name)
{
    return sr_args_choice(args, name);
}

const struct sample *arg_sample_at(const struct sr_args *args, const char *name, size_t index)
{
    const union target *target = target_of(args, name, index);
    return target ? &target->sample : NULL;
}

const struct sample *arg_sample(const struct sr_args *args, const char *name)
{
    return arg_sample_at(args, name, 0);
}

struct sr_run *arg_job(const struct sr_args *args, const char *name)
{
    const union target *target = target_of(args, name, 0);
    return target ? target->job : NULL;
}
