#include "target.h"

#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "target_type.h"

struct targets {
    size_t count;
    union target items[];
};

/* NULL: a type whose values are neither looked up nor completed. */
static const struct target_type *const types[SR_PARAM_TYPES] = {
    [SR_PARAM_SWITCH] = &target_switch,     [SR_PARAM_CHOICE] = &target_choice,
    [SR_PARAM_RANGE] = &target_range,       [SR_PARAM_FILE] = &target_files,
    [SR_PARAM_LINE] = &target_line,         [SR_PARAM_MODEL] = &target_model,
    [SR_PARAM_ENTRY] = &target_entry,       [SR_PARAM_KEPT] = &target_kept,
    [SR_PARAM_MODELS] = &target_models,     [SR_PARAM_FAMILY] = &target_family,
    [SR_PARAM_CLASS] = &target_class,       [SR_PARAM_TAG] = &target_tag,
    [SR_PARAM_SPLIT] = &target_split,       [SR_PARAM_SAMPLE] = &target_sample,
    [SR_PARAM_SAMPLES] = &target_samples,   [SR_PARAM_JOB] = &target_job,
    [SR_PARAM_SETTINGS] = &target_settings, [SR_PARAM_TOPIC] = &target_topic,
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
    const struct target_type *type = types[param->type];
    if (!type) return;
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
    const struct target_type *type = types[lookup->param->type];
    struct sr_words words = {0};
    enum sr_status status = SR_OK;
    struct sr_error pending = {0};
    if (type->list)
        target_split_list(lookup, text, &words);
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
    const struct target_type *type = types[param->type];
    const struct lookup lookup = {session, args, param};
    if (!type || !type->current || sr_args_text(args, param->name) ||
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
    const struct target_type *type = types[param->type];
    if (status || !type || !type->find || !sr_args_text(args, param->name)) return status;
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
