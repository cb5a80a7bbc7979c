/* resume.c - the checkpoints of interrupted trainings: which one a training keeps, and which one is
 * gone on from.
 *
 * A checkpoint lies in HOME/checkpoints/NAME@KEY.safetensors, where KEY is a hash of all that the
 * training was asked for: a training writes over its own only. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "resume.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/models/store.h"

/* A checkpoint, and the training that it is of. */
struct found {
    char *path;
    char family[32], digest[40];
    struct sr_args *params;
    uint64_t seed, limit, split_seed;
    double validation;
    int64_t epochs; /* finished */
    struct timespec written;
};

static void found_fini(struct found *found)
{
    free(found->path);
    sr_args_free(found->params);
}

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

static bool read_about(struct found *found, const char *about)
{
    const char *line = strchr(about, '\n');
    if (!line || sscanf(about, "%31s %" SCNu64 " %" SCNu64 " %" SCNu64 " %lg %39s", found->family,
                        &found->seed, &found->limit, &found->split_seed, &found->validation,
                        found->digest) != 6)
        return false;
    const struct sr_model_class *class = sr_model_class_find(found->family, NULL);
    struct sr_words words = {0};
    line++;
    if (class && !sr_words_split(&line, &words, NULL))
        found->params =
            sr_args_parse(class->name, class->params, words.items, words.count, NULL, NULL);
    sr_words_fini(&words);
    return found->params;
}

/* False when it is no checkpoint that says what it is of. */
static bool read_checkpoint(struct found *found, const char *path)
{
    struct sr_tensors set;
    struct stat info;
    *found = (struct found){.path = sr_xstrdup(path)};
    if (stat(path, &info) || sr_tensors_load(&set, path, &(struct sr_error){0})) return false;
    const char *about = sr_tensors_text(&set, "about");
    const struct sr_tensor *history = sr_tensors_find(&set, "history");
    const bool right = about && history && history->rank == 2 && read_about(found, about);
    if (right) {
        found->epochs = (int64_t)history->shape[0];
        found->written = info.st_mtim;
    }
    sr_tensors_fini(&set);
    return right;
}

/* In which point a checkpoint is of another training than the one asked for; false when it is not.
 * What is not given is as in the checkpoint. */
static bool differs(const struct found *found, const struct sr_train_request *request,
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

/* The newest checkpoint of the name that agrees with the request; false, with the point in which
 * the newest one differs in `why` ("" where there is none), when none does. */
static bool choose(const struct sr_session *session, const struct sr_train_request *request,
                   struct found *chosen, struct sr_text *why)
{
    char *folder = sr_path_join(session->home, "checkpoints");
    const size_t length = strlen(request->name);
    size_t count = 0;
    char **names = sr_directory_list(folder, &count, &(struct sr_error){0});
    *chosen = (struct found){0};
    for (size_t i = 0; names && i < count; i++) {
        struct found found = {0};
        if (!strncmp(names[i], request->name, length) && names[i][length] == '@') {
            char *path = sr_path_join(folder, names[i]);
            struct sr_text here = {0};
            bool fits = read_checkpoint(&found, path) && !differs(&found, request, &here);
            const bool newer = !chosen->path || found.written.tv_sec > chosen->written.tv_sec ||
                               (found.written.tv_sec == chosen->written.tv_sec &&
                                found.written.tv_nsec > chosen->written.tv_nsec);
            if (fits && newer) {
                found_fini(chosen);
                *chosen = found;
                found = (struct found){0};
            }
            if (here.length && !why->length) sr_text_add(why, sr_text_get(&here));
            sr_text_fini(&here);
            free(path);
        }
        found_fini(&found);
        free(names[i]);
    }
    free(names);
    free(folder);
    return chosen->path;
}

/* Epochs that are asked for where the checkpoint's training had others. */
static enum sr_status set_epochs(struct found *found, const struct sr_train_request *request,
                                 struct sr_error *error)
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

/* The rows must be those that the training began with. */
static enum sr_status check_rows(const struct sr_session *session, const struct found *found,
                                 const char *name, struct sr_error *error)
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
    struct found found = {0};
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
            found = (struct found){0};
        }
    } else if (request->resume && !request->or_anew) {
        status = check_absent(session, request, sr_text_get(&why), error);
    }
    if (!status && !*path) *path = own_path(session, request);
    found_fini(&found);
    sr_text_fini(&why);
    return status;
}

bool resume_keeps(const struct sr_args *params)
{
    return extends(params);
}

/* --- one training of a name at a time ------------------------------------------------------- */

int resume_claim(const char *home, const char *name)
{
    char *path = sr_xprintf("%s/checkpoints/%s.lock", home, name);
    int descriptor = -1;
    for (int tries = 0; tries < 10; tries++) {
        struct stat held, there;
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (descriptor < 0) break;
        if (flock(descriptor, LOCK_EX | LOCK_NB)) {
            close(descriptor);
            descriptor = RESUME_TAKEN;
            break;
        }
        /* The one that had it may have removed the file since it was opened. */
        if (!fstat(descriptor, &held) && !stat(path, &there) && held.st_ino == there.st_ino &&
            held.st_dev == there.st_dev)
            break;
        close(descriptor);
        descriptor = -1;
    }
    const int why = errno;
    free(path);
    errno = why;
    return descriptor;
}

void resume_release(int claim, const char *home, const char *name)
{
    if (claim < 0) return;
    char *path = sr_xprintf("%s/checkpoints/%s.lock", home, name);
    unlink(path);
    close(claim);
    free(path);
}
