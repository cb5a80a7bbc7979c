/* library.c - the models of a session under their names, and loading them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sartor/app/checkpoints.h"
#include "sartor/app/results.h"
#include "sartor/app/trust.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/models/store.h"
#include "task.h"

static struct sr_entry *find_entry(struct sr_session *session, const char *name)
{
    for (size_t i = 0; i < session->entry_count; i++)
        if (!strcmp(session->entries[i]->name, name)) return session->entries[i];
    return NULL;
}

static void free_entry(struct sr_entry *entry)
{
    sr_model_unref(entry->model);
    free(entry->path);
    free(entry);
}

void sr_session_free_models(struct sr_session *session)
{
    for (size_t i = 0; i < session->entry_count; i++) free_entry(session->entries[i]);
    free(session->entries);
    for (size_t i = 0; i < session->aside_count; i++) {
        free_entry(session->aside[i]);
        free(session->aside_homes[i]);
    }
    free(session->aside);
    free(session->aside_homes);
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(struct sr_entry *const *)a)->name, (*(struct sr_entry *const *)b)->name);
}

static void insert_entry(struct sr_session *session, struct sr_entry *entry)
{
    sr_xgrow(&session->entries, &session->entry_room, session->entry_count + 1,
             sizeof *session->entries);
    session->entries[session->entry_count++] = entry;
    qsort(session->entries, session->entry_count, sizeof *session->entries, by_name);
}

static struct sr_entry *add_entry(struct sr_session *session, const char *name)
{
    struct sr_entry *entry = sr_xalloc(sizeof *entry);
    snprintf(entry->name, sizeof entry->name, "%s", name);
    insert_entry(session, entry);
    return entry;
}

/* Is a model of this name being trained in this session? Then its file may be new before the model
 * is taken over. */
static bool being_trained(const struct sr_session *session, const char *name)
{
    for (size_t i = 0; i < session->run_count; i++)
        if (!strcmp(session->runs[i]->name, name) && sr_run_pending(session->runs[i])) return true;
    return false;
}

/* The name means another file now: drop the model that was read from the old one. */
static void replace_source(struct sr_session *session, struct sr_entry *entry, const char *path,
                           bool shipped)
{
    sr_model_unref(entry->model);
    entry->model = NULL;
    entry->numbered = 0;
    entry->source = ++session->sources;
    entry->shipped = shipped;
    entry->file = path ? sr_file_identify(path) : (struct sr_file_identity){0};
    if (path != entry->path) {
        free(entry->path);
        entry->path = sr_xstrdup(path);
    }
}

static void take_entry(struct sr_session *session, size_t at)
{
    memmove(&session->entries[at], &session->entries[at + 1],
            (--session->entry_count - at) * sizeof *session->entries);
}

static void drop_entry(struct sr_session *session, size_t at)
{
    free_entry(session->entries[at]);
    take_entry(session, at);
}

static void drop(struct sr_session *session, const struct sr_entry *entry)
{
    for (size_t i = 0; i < session->entry_count; i++)
        if (session->entries[i] == entry) {
            drop_entry(session, i);
            return;
        }
}

/* Take up the file that is listed under a name, unless the entry is of that very file. */
static void compare_file(struct sr_session *session, struct sr_entry *entry,
                         const struct sr_store_entry *found)
{
    const bool held = entry->path || entry->model,
               moved = !entry->path || strcmp(entry->path, found->path);
    const struct sr_file_identity now = sr_file_identify(found->path);
    if (held && !entry->path) return; /* only in memory: it hides the file */
    if (!moved && !memcmp(&now, &entry->file, sizeof now)) return;
    if (held && being_trained(session, entry->name)) return;
    if (entry->model && moved)
        sr_session_notice(session,
                          "%s is another model now: another process has deleted the one of your "
                          "own or made one; the one in %s is used",
                          entry->name, found->path);
    else if (entry->model)
        sr_session_notice(session, "%s was trained again by another process: the new one is used",
                          entry->name);
    replace_source(session, entry, found->path, found->shipped);
}

enum sr_status sr_session_scan_models(struct sr_session *session, struct sr_error *error)
{
    struct sr_store_entry *found;
    size_t count;
    enum sr_status status = sr_store_list(session->home, &found, &count, error);
    if (status) return status;
    for (size_t i = 0; i < count; i++) {
        struct sr_entry *entry = find_entry(session, found[i].name);
        if (!entry) entry = add_entry(session, found[i].name);
        compare_file(session, entry, &found[i]);
    }
    /* Drop names whose file no longer exists; what is only in memory stays. */
    for (size_t i = session->entry_count; i-- > 0;) {
        struct sr_entry *entry = session->entries[i];
        bool listed = false;
        for (size_t j = 0; j < count && !listed; j++) listed = !strcmp(found[j].name, entry->name);
        if (listed || (entry->model && !entry->path)) continue;
        if (entry->model)
            sr_session_notice(session, "%s is gone: another process has deleted its file",
                              entry->name);
        drop_entry(session, i);
    }
    sr_store_free(found, count);
    sr_session_scan_checkpoints(session);
    return SR_OK;
}

void sr_session_notice_models(struct sr_session *session)
{
    for (size_t i = 0; i < session->entry_count; i++) {
        const struct sr_entry *entry = session->entries[i];
        if (!entry->model || !entry->path || being_trained(session, entry->name)) continue;
        const struct sr_file_identity now = sr_file_identify(entry->path);
        if (!memcmp(&now, &entry->file, sizeof now)) continue;
        sr_session_scan_models(session, &(struct sr_error){0});
        return;
    }
}

static void set_aside(struct sr_session *session, struct sr_entry *entry, const char *home)
{
    size_t at = session->aside_count++;
    sr_xgrow(&session->aside, &session->aside_room, at + 1, sizeof *session->aside);
    sr_xgrow(&session->aside_homes, &session->aside_homes_room, at + 1,
             sizeof *session->aside_homes);
    session->aside[at] = entry;
    session->aside_homes[at] = sr_xstrdup(home);
}

enum sr_status sr_session_move(struct sr_session *session, const char *home, struct sr_error *error)
{
    char *copy = sr_xstrdup(home);
    for (size_t i = session->entry_count; i-- > 0;) {
        struct sr_entry *entry = session->entries[i];
        if (entry->path) {
            drop_entry(session, i);
            continue;
        }
        take_entry(session, i);
        set_aside(session, entry, session->home);
    }
    free(session->home);
    session->home = copy;
    for (size_t i = session->aside_count; i-- > 0;) { /* the latest of each name is used */
        if (strcmp(session->aside_homes[i], home)) continue;
        free(session->aside_homes[i]);
        if (find_entry(session, session->aside[i]->name))
            free_entry(session->aside[i]);
        else
            insert_entry(session, session->aside[i]);
        session->aside_count--;
        session->aside[i] = session->aside[session->aside_count];
        session->aside_homes[i] = session->aside_homes[session->aside_count];
    }
    return sr_session_scan_models(session, error);
}

void sr_session_adopt_elsewhere(struct sr_session *session, struct sr_model *model,
                                const char *home)
{
    struct sr_entry *entry = sr_xalloc(sizeof *entry);
    snprintf(entry->name, sizeof entry->name, "%s", model->name);
    entry->model = sr_model_ref(model);
    set_aside(session, entry, home);
}

void sr_session_adopt(struct sr_session *session, struct sr_model *model, const char *path)
{
    struct sr_entry *entry = find_entry(session, model->name);
    if (!entry) entry = add_entry(session, model->name);
    replace_source(session, entry, path, false);
    entry->model = sr_model_ref(model);
}

enum sr_status sr_session_remove(struct sr_session *session, struct sr_entry *entry,
                                 struct sr_removed *removed, struct sr_error *error)
{
    *removed = (struct sr_removed){0};
    if (entry->shipped)
        return sr_error_set(
            error, SR_ERROR_STATE,
            "%s is shipped with sartor and stays; one's own model of that name would hide it",
            entry->name);
    if (entry->path) {
        removed->aside = sr_store_set_aside(session->home, entry->name, error);
        if (!removed->aside) return error->status;
    }
    removed->home = sr_xstrdup(session->home);
    removed->entry = entry;
    for (size_t i = 0; i < session->entry_count; i++)
        if (session->entries[i] == entry) {
            take_entry(session, i);
            break;
        }
    return sr_session_scan_models(session, error); /* a shipped one may show again */
}

static void forget_removed(struct sr_removed *removed)
{
    if (removed->entry) free_entry(removed->entry);
    free(removed->aside);
    free(removed->home);
    free(removed->path);
    *removed = (struct sr_removed){0};
}

static enum sr_status restore_checkpoint(struct sr_session *session, struct sr_removed *removed,
                                         struct sr_error *error)
{
    enum sr_status status = sr_store_move_back(removed->aside, removed->path, error);
    if (status) return status;
    forget_removed(removed);
    sr_session_scan_checkpoints(session);
    return SR_OK;
}

enum sr_status sr_session_restore(struct sr_session *session, struct sr_removed *removed,
                                  struct sr_error *error)
{
    struct sr_entry *entry = removed->entry;
    if (strcmp(removed->home, session->home))
        return sr_error_set(error, SR_ERROR_STATE,
                            "%s was deleted in %s; set home to that folder first",
                            entry ? entry->name : removed->path, removed->home);
    if (!entry) return restore_checkpoint(session, removed, error);
    struct sr_entry *other = find_entry(session, entry->name);
    if (other && !other->shipped)
        return sr_error_set(error, SR_ERROR_STATE,
                            "there is a model %s again; rename it before the deleted one is "
                            "brought back",
                            entry->name);
    enum sr_status status =
        removed->aside ? sr_store_bring_back(session->home, entry->name, removed->aside, error)
                       : SR_OK;
    if (status) return status;
    if (other) drop(session, other); /* a shipped model, hidden by this one again */
    entry->source = ++session->sources;
    insert_entry(session, entry);
    removed->entry = NULL;
    forget_removed(removed);
    return SR_OK;
}

void sr_removed_free(struct sr_removed *removed)
{
    if (removed->aside) unlink(removed->aside);
    forget_removed(removed);
}

enum sr_status sr_session_rename(struct sr_session *session, struct sr_entry *entry,
                                 const char *name, struct sr_error *error)
{
    enum sr_status status = sr_store_check_name(name, error);
    if (status) return status;
    struct sr_entry *other = find_entry(session, name);
    if (other && !other->shipped)
        return sr_error_set(error, SR_ERROR_STATE, "there is a model %s already; delete it first",
                            name);
    if (entry->shipped)
        return sr_error_set(
            error, SR_ERROR_STATE,
            "%s is shipped with sartor and keeps its name; save %s FILE makes a copy", entry->name,
            entry->name);
    if (!entry->path)
        return sr_error_set(
            error, SR_ERROR_STATE,
            "%s is only in memory, since it could not be written to %s; save %s FILE keeps it",
            entry->name, session->home, entry->name);
    status = sr_store_rename(session->home, entry->name, name, error);
    if (status) return status;
    if (other) drop(session, other); /* a shipped model, hidden by this one from now on */
    if (!strcmp(session->view.model, entry->name))
        snprintf(session->view.model, sizeof session->view.model, "%s", name);
    if (!strcmp(session->selection.filter.model, entry->name))
        snprintf(session->selection.filter.model, sizeof session->selection.filter.model, "%s",
                 name);
    /* The model in memory has its old name, and jobs may be using it: it is read again. */
    char *path = sr_store_path(session->home, name);
    replace_source(session, entry, path, false);
    free(path);
    snprintf(entry->name, sizeof entry->name, "%s", name);
    qsort(session->entries, session->entry_count, sizeof *session->entries, by_name);
    return sr_session_scan_models(session, error);
}

struct sr_entry *sr_session_entry(struct sr_session *session, const char *name,
                                  struct sr_error *error)
{
    if (!name || !*name) {
        struct sr_entry *entry =
            session->view.model[0] ? find_entry(session, session->view.model) : NULL;
        /* The user's own come before shipped ones, which may be made for other data. */
        for (size_t i = 0; !entry && i < session->entry_count; i++)
            if (!session->entries[i]->shipped) entry = session->entries[i];
        if (!entry && session->entry_count) entry = session->entries[0];
        if (!entry)
            sr_error_set(error, SR_ERROR_STATE, "there is no model yet; train one: train cnn");
        return entry;
    }
    struct sr_entry *entry = find_entry(session, name);
    if (entry) return entry;
    if (!session->entry_count) {
        sr_error_set(error, SR_ERROR_ARGUMENT,
                     "no model \"%s\": there is none yet; train one: train cnn", name);
        return NULL;
    }
    struct sr_words names = {0};
    struct sr_text known = {0};
    for (size_t i = 0; i < session->entry_count; i++)
        sr_words_add(&names, session->entries[i]->name);
    sr_text_suggest(&known, name, names.items, names.count, sizeof *names.items);
    sr_error_set(error, SR_ERROR_ARGUMENT, "no model \"%s\"%s", name, sr_text_get(&known));
    sr_text_fini(&known);
    sr_words_fini(&names);
    return NULL;
}

/* --- loading a model ------------------------------------------------------------------ */

struct key {
    struct sr_result_key base;
    uint64_t source;
    char name[64];
    char *path; /* copies own it */
};

static bool same(const void *key, const void *other)
{
    const struct key *a = key, *b = other;
    return a->source == b->source && !strcmp(a->path, b->path);
}

static void own(void *key)
{
    ((struct key *)key)->path = sr_xstrdup(((struct key *)key)->path);
}

static void release(void *key)
{
    free(((struct key *)key)->path);
}

static struct sr_entry *entry_of(const struct sr_session *session, const struct key *key)
{
    for (size_t i = 0; i < session->entry_count; i++) {
        struct sr_entry *entry = session->entries[i];
        if (entry->source == key->source && entry->path && !strcmp(entry->path, key->path))
            return entry;
    }
    return NULL;
}

/* Needed until the entry has its model. */
static bool current(const struct sr_session *session, const void *key)
{
    const struct sr_entry *entry = entry_of(session, key);
    return entry && !entry->model;
}

static void describe(const void *key, char *text, size_t size)
{
    snprintf(text, size, "%s is being loaded", ((const struct key *)key)->name);
}

static enum sr_status run(const void *key, void *value, struct sr_pool *pool,
                          const struct sr_monitor *monitor, struct sr_error *error)
{
    struct sr_model **model = value;
    (void)pool;
    (void)monitor;
    *model = sr_model_load(((const struct key *)key)->path, error);
    return *model ? SR_OK : error->status;
}

static void ready(struct sr_session *session, const void *key, void *value, double seconds)
{
    struct sr_entry *entry = entry_of(session, key);
    (void)seconds;
    if (entry && !entry->model) entry->model = sr_model_ref(*(struct sr_model **)value);
}

static void fini(void *value)
{
    sr_model_unref(*(struct sr_model **)value);
}

static const struct sr_result_kind model_kind = {
    .name = "model",
    .lane = SR_LANE_SHORT,
    .key_size = sizeof(struct key),
    .value_size = sizeof(struct sr_model *),
    .same = same,
    .own = own,
    .release = release,
    .current = current,
    .describe = describe,
    .run = run,
    .ready = ready,
    .fini = fini,
};

/* Number the model's classes as the data at hand does. */
static void number_classes(struct sr_session *session, struct sr_entry *entry)
{
    if (!session->data || entry->numbered == session->split_version) return;
    struct sr_model *now = entry->model, *base = now->base ? now->base : now;
    uint8_t order[SR_CLASSES_MAX];
    enum sr_kinship kinship = base->shape.classes == session->data->classes
                                  ? sr_model_kinship(base, session->data->class_names, order)
                                  : SR_KIN_OTHER;
    entry->numbered = session->split_version;
    if (kinship == SR_KIN_REORDERED) {
        if (now->order && !memcmp(now->order, order, (size_t)base->shape.classes)) return;
        entry->model = sr_model_reorder(base, order);
    } else {
        if (now == base) return;
        entry->model = sr_model_ref(base);
    }
    sr_model_unref(now);
}

enum sr_status sr_session_model(struct sr_session *session, const char *name,
                                struct sr_entry **result, struct sr_error *error)
{
    struct sr_entry *entry = sr_session_entry(session, name, error);
    *result = entry;
    if (!entry) return error->status;
    if (entry->model) {
        number_classes(session, entry);
        return SR_OK;
    }
    struct key key = {.source = entry->source, .path = entry->path};
    snprintf(key.name, sizeof key.name, "%s", entry->name);
    const void *value;
    return sr_result_get(session, &model_kind, &key, &value, error);
}

static void list_names(char *const *names, int count, struct sr_text *text)
{
    enum { SHOWN = 3 };
    for (int c = 0; c < count && c < SHOWN; c++)
        sr_text_printf(text, "%s%s", c ? ", " : "", names[c]);
    if (count > SHOWN) sr_text_add(text, ", …");
}

static enum sr_status check_classes(const struct sr_session *session, const struct sr_model *model,
                                    struct sr_error *error)
{
    const struct sr_dataset *data = session->data;
    uint8_t order[SR_CLASSES_MAX];
    if (sr_model_kinship(model, data->class_names, order) != SR_KIN_OTHER) return SR_OK;
    struct sr_text own = {0}, theirs = {0};
    list_names(model->class_names, model->shape.classes, &own);
    list_names(data->class_names, data->classes, &theirs);
    sr_error_set(
        error, SR_ERROR_STATE,
        "%s tells other classes apart (%s) than this data has (%s), so it cannot be judged "
        "or asked here",
        model->name, sr_text_get(&own), sr_text_get(&theirs));
    sr_text_fini(&own);
    sr_text_fini(&theirs);
    return error->status;
}

enum sr_status sr_session_check_model(const struct sr_session *session,
                                      const struct sr_model *model, struct sr_error *error)
{
    const struct sr_shape own = model->shape.image,
                          data = session->data->files[SR_FILE_TRAIN].shape;
    if (session->data->unlabelled)
        return sr_error_set(error, SR_ERROR_STATE,
                            "nothing says what the images of this data show, so no model can be "
                            "judged by them; predict %s ROW says what it takes one for",
                            model->name);
    if (own.channels != data.channels)
        return sr_error_set(error, SR_ERROR_STATE,
                            "%s was made for %s images; this data has %s ones", model->name,
                            sr_shape_colour(own), sr_shape_colour(data));
    if (sr_shape_equal(own, data) && model->shape.classes == session->data->classes)
        return check_classes(session, model, error);
    return sr_error_set(
        error, SR_ERROR_STATE,
        "%s was made for images of %d×%d and %d classes; this data has %d×%d and %d", model->name,
        own.height, own.width, model->shape.classes, data.height, data.width,
        session->data->classes);
}

enum sr_status sr_session_check_asked(const struct sr_session *session,
                                      const struct sr_model *model, struct sr_error *error)
{
    const struct sr_shape own = model->shape.image,
                          data = session->data->files[SR_FILE_TRAIN].shape;
    if (!session->data->unlabelled) return sr_session_check_model(session, model, error);
    if (!sr_shape_equal(own, data))
        return sr_error_set(error, SR_ERROR_STATE,
                            "%s was made for %s images of %d×%d; this data has %s ones of %d×%d",
                            model->name, sr_shape_colour(own), own.height, own.width,
                            sr_shape_colour(data), data.height, data.width);
    if (model->class_names) return SR_OK;
    return sr_error_set(
        error, SR_ERROR_STATE,
        "%s is from an earlier version, whose files do not say what its classes are "
        "called, and neither does this data",
        model->name);
}

enum sr_status sr_session_usable(struct sr_session *session, struct sr_entry **entry,
                                 struct sr_error *error)
{
    enum sr_status status = sr_session_data(session, error);
    if (!status) status = sr_session_model(session, (*entry)->name, entry, error);
    if (!status) status = sr_session_check_model(session, (*entry)->model, error);
    if (!status) status = sr_session_trust(session, *entry, error);
    return status;
}

void sr_entry_print_origin(const struct sr_session *session, const struct sr_entry *entry,
                           struct sr_text *text)
{
    const struct sr_model *model = entry->model;
    const struct sr_dataset *data = session->data;
    const char *before = "";
    if (strcmp(model->digest, data->digest)) {
        sr_text_add(text, sr_digests_same_pictures(model->digest, data->digest)
                              ? "it was trained on these images with other labels or rows"
                              : "it was trained on other files");
        if (model->data_name[0]) sr_text_printf(text, " (%s)", model->data_name);
        before = "; ";
    }
    if (model->order)
        sr_text_printf(
            text, "%sits classes are matched by name, since it has them in another order", before);
    else if (*before &&
             (!model->class_names || sr_class_names_numbers(model->class_names, data->classes) !=
                                         sr_class_names_numbers(data->class_names, data->classes)))
        sr_text_printf(
            text, "%sits classes are matched by number, since %s has no names for them", before,
            sr_class_names_numbers(data->class_names, data->classes) ? "this data" : "its file");
}
