/* resume.c - which checkpoint a training keeps, and which one is gone on from. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "resume.h"
#include "sartor/app/checkpoints.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/models/store.h"

/* Its learning rate does not depend on the number of epochs. */
static bool extends(const struct sr_args *params)
{
    return sr_args_has(params, "schedule") && !strcmp(sr_args_text(params, "schedule"), "constant");
}

/* Hyperparameters that a recipe stands for are set. NULL when they cannot be used. */
static struct sr_args *resolved(const struct sr_train_request *request, struct sr_error *error)
{
    struct sr_args *params = sr_args_copy(request->params);
    if (!request->class->resolve || !request->class->resolve(params, error)) return params;
    sr_args_free(params);
    return NULL;
}

char *resume_about(const struct sr_session *session, const struct sr_train_request *request)
{
    struct sr_text text = {0};
    struct sr_args *params = resolved(request, &(struct sr_error){0});
    sr_text_printf(&text, "%s %" PRIu64 " %" PRIu64 " %" PRIu64 " %.17g %s\n", request->class->name,
                   request->seed, request->limit, session->split.seed, session->split.fraction,
                   session->data->digest);
    sr_args_print(params ? params : request->params, true, &text);
    sr_args_free(params);
    return sr_text_take(&text);
}

/* Where a training begins to keep its checkpoint. */
static char *own_path(const struct sr_session *session, const struct sr_train_request *request)
{
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
    struct sr_train_request same = *request;
    same.params = sr_args_copy(request->params);
    /* More epochs go on with the same checkpoint. */
    if (extends(same.params)) sr_args_set(same.params, "epochs", "1", &(struct sr_error){0});
    char *about = resume_about(session, &same);
    for (const char *c = about; *c; c++) hash = (hash ^ (uint8_t)*c) * 0x100000001b3u;
    free(about);
    sr_args_free(same.params);
    return sr_xprintf("%s/checkpoints/%s@%016" PRIx64 ".safetensors", session->home, request->name,
                      hash);
}

/* In which point a checkpoint is of another training than the one asked for; false when it is not.
 * What is not given is as in the checkpoint. */
static bool differs(const struct sr_checkpoint *found, const struct sr_train_request *request,
                    struct sr_text *why)
{
    if (strcmp(found->family, request->class->name)) {
        sr_text_printf(why, "it is of the family %s", found->family);
        return true;
    }
    if (request->seed_given && request->seed != found->seed) {
        sr_text_printf(why, "it has seed=%" PRIu64, found->seed);
        return true;
    }
    if (request->limit_given && request->limit != found->limit) {
        sr_text_printf(why, "it has limit=%" PRIu64, found->limit);
        return true;
    }
    for (const struct sr_param *param = request->class->params; param->name; param++) {
        if (!sr_args_given(request->params, param->name) || !strcmp(param->name, "epochs"))
            continue;
        struct sr_args *changed = sr_args_copy(found->params);
        struct sr_text own = {0}, other = {0};
        sr_args_set(changed, param->name, sr_args_text(request->params, param->name),
                    &(struct sr_error){0});
        sr_args_print(found->params, true, &own);
        sr_args_print(changed, true, &other);
        const bool same = !strcmp(sr_text_get(&own), sr_text_get(&other));
        sr_args_free(changed);
        sr_text_fini(&own);
        sr_text_fini(&other);
        if (same) continue;
        sr_text_printf(why, "it has %s=%s", param->name, sr_args_text(found->params, param->name));
        return true;
    }
    return false;
}

/* The rows must be those that the training began with. */
static enum sr_status check_rows(const struct sr_session *session,
                                 const struct sr_checkpoint *found, const char *name,
                                 struct sr_error *error)
{
    if (strcmp(found->digest, session->data->digest))
        return sr_error_set(error, SR_ERROR_STATE,
                            "%s cannot go on: its training began on other data than %s", name,
                            session->data->path);
    if (found->split_seed == session->split.seed && found->validation == session->split.fraction)
        return SR_OK;
    return sr_error_set(error, SR_ERROR_STATE,
                        "%s cannot go on: its training began with validation=%g split_seed=%" PRIu64
                        "; set those",
                        name, found->validation, found->split_seed);
}

/* Of two checkpoints that agree with a request: one whose training began with the rows at hand
 * comes first, then the newer one. */
static bool comes_first(const struct sr_session *session, const struct sr_checkpoint *a,
                        const struct sr_checkpoint *b)
{
    struct sr_error ignored;
    const bool right = !check_rows(session, a, "", &ignored),
               other = !check_rows(session, b, "", &ignored);
    if (right != other) return right;
    return a->file.seconds != b->file.seconds ? a->file.seconds > b->file.seconds
                                              : a->file.nanoseconds > b->file.nanoseconds;
}

/* The first checkpoint of the name that agrees with the request; false, with the point in which
 * the newest one differs in `why` ("" where there is none), when none does. */
static bool choose(const struct sr_session *session, const struct sr_train_request *request,
                   struct sr_checkpoint *chosen, struct sr_text *why)
{
    char *folder = sr_path_join(session->home, "checkpoints");
    const size_t length = strlen(request->name);
    size_t count = 0;
    char **names = sr_directory_list(folder, &count, &(struct sr_error){0});
    *chosen = (struct sr_checkpoint){0};
    for (size_t i = 0; names && i < count; i++) {
        struct sr_checkpoint found = {0};
        if (!strncmp(names[i], request->name, length) && names[i][length] == '@') {
            char *path = sr_path_join(folder, names[i]);
            struct sr_text here = {0};
            const bool fits = sr_checkpoint_read(&found, path) && !differs(&found, request, &here);
            if (fits && (!chosen->path || comes_first(session, &found, chosen))) {
                sr_checkpoint_fini(chosen);
                *chosen = found;
                found = (struct sr_checkpoint){0};
            }
            if (here.length && !why->length) sr_text_add(why, sr_text_get(&here));
            sr_text_fini(&here);
            free(path);
        }
        sr_checkpoint_fini(&found);
        free(names[i]);
    }
    free(names);
    free(folder);
    return chosen->path;
}

/* Epochs that are asked for where the checkpoint's training had others. */
static enum sr_status set_epochs(struct sr_checkpoint *found,
                                 const struct sr_train_request *request, struct sr_error *error)
{
    if (!sr_args_given(request->params, "epochs")) return SR_OK;
    const int64_t wanted = sr_args_integer(request->params, "epochs"),
                  had = sr_args_integer(found->params, "epochs");
    if (wanted == had) return SR_OK;
    if (!extends(found->params))
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "%s cannot go on with epochs=%lld: its learning rate follows "
                            "schedule=%s over %lld epochs, so that others would be another "
                            "training. Leave epochs= out to go on; only schedule=constant can be "
                            "extended",
                            request->name, (long long)wanted,
                            sr_args_text(found->params, "schedule"), (long long)had);
    if (wanted < found->epochs)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "%s has %lld epochs behind it already; epochs=%lld is too few",
                            request->name, (long long)found->epochs, (long long)wanted);
    return sr_args_set(found->params, "epochs", sr_args_text(request->params, "epochs"), error);
}

/* There is nothing to go on from. A model that is trained to its end is not trained anew by this
 * word alone. */
static enum sr_status check_absent(const struct sr_session *session,
                                   const struct sr_train_request *request, const char *why,
                                   struct sr_error *error)
{
    if (*why)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "the checkpoint of %s is of another training: %s. Leave out what "
                            "differs to go on with it; without resume a training of its own begins",
                            request->name, why);
    char *path = sr_store_path(session->home, request->name);
    const bool there = sr_path_exists(path);
    free(path);
    if (!there) return SR_OK;
    return sr_error_set(error, SR_ERROR_STATE,
                        "%s is trained and has no checkpoint to go on from: those of "
                        "schedule=constant are kept, so that epochs can be added. Without resume "
                        "it is trained anew",
                        request->name);
}

enum sr_status resume_prepare(const struct sr_session *session, struct sr_train_request *request,
                              char **path, struct sr_error *error)
{
    struct sr_checkpoint found = {0};
    struct sr_text why = {0};
    enum sr_status status = SR_OK;
    *path = NULL;
    if (!request->class->epochs) return SR_OK;
    if (request->resume && choose(session, request, &found, &why)) {
        status = check_rows(session, &found, request->name, error);
        if (!status) status = set_epochs(&found, request, error);
        if (!status) {
            sr_args_free(request->params);
            request->params = found.params;
            request->seed = found.seed;
            request->limit = found.limit;
            *path = found.path;
            found = (struct sr_checkpoint){0};
        }
    } else if (request->resume && !request->or_anew) {
        status = check_absent(session, request, sr_text_get(&why), error);
    }
    if (!status && !*path) {
        *path = own_path(session, request);
        if (sr_checkpoint_left(*path)) request->resume = true; /* the same command again */
    }
    sr_checkpoint_fini(&found);
    sr_text_fini(&why);
    return status;
}

bool resume_keeps(const struct sr_args *params)
{
    return extends(params);
}
