#include "sartor/models/store.h"

#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char suffix[] = ".safetensors";

enum sr_status sr_store_check_name(const char *name, struct sr_error *error)
{
    size_t length = strlen(name);
    bool right = length > 0 && length <= 63 && name[0] != '.' && name[0] != '-';
    for (const char *c = name; right && *c; c++) {
        right = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
                *c == '.' || *c == '_' || *c == '-';
    }
    if (right) return SR_OK;
    return sr_error_set(error, SR_ERROR_ARGUMENT,
                        "\"%.80s\" cannot name a model: a name is 1 to 63 letters, digits, "
                        "'.', '_' and '-', and does not start with '.' or '-'.",
                        name);
}

char *sr_store_path(const char *home, const char *name)
{
    return sr_xprintf("%s/models/%s%s", home, name, suffix);
}

static int by_name(const void *left, const void *right)
{
    const struct sr_store_entry *a = left, *b = right;
    int order = strcmp(a->name, b->name);
    return order ? order
                 : (int)a->shipped - (int)b->shipped; /* the own one before the shipped one */
}

/* Add the models of one folder; a missing folder has none. */
static enum sr_status scan(const char *directory, bool shipped, struct sr_store_entry **entries,
                           size_t *count, size_t *room, struct sr_error *error)
{
    if (!sr_path_exists(directory)) return SR_OK;
    size_t names = 0;
    struct sr_error why = {0};
    char **list = sr_directory_list(directory, &names, &why);
    if (!list) {
        if (error) *error = why;
        return why.status;
    }
    for (size_t i = 0; i < names; i++) {
        size_t length = strlen(list[i]);
        if (length > strlen(suffix) && strcmp(list[i] + length - strlen(suffix), suffix) == 0) {
            char *path = sr_path_join(directory, list[i]);
            list[i][length - strlen(suffix)] = '\0';
            if (!sr_store_check_name(list[i], NULL)) {
                sr_xgrow(entries, room, *count + 1, sizeof **entries);
                struct sr_store_entry *entry = &(*entries)[(*count)++];
                *entry = (struct sr_store_entry){.path = path, .shipped = shipped};
                snprintf(entry->name, sizeof entry->name, "%s", list[i]);
                path = NULL;
            }
            free(path);
        }
        free(list[i]);
    }
    free(list);
    return SR_OK;
}

enum sr_status sr_store_list(const char *home, struct sr_store_entry **entries, size_t *count,
                             struct sr_error *error)
{
    size_t room = 0, kept = 0;
    *entries = NULL;
    *count = 0;
    char *own = sr_path_join(home, "models"), *shipped = sr_path_resource("models");
    enum sr_status status = scan(own, false, entries, count, &room, error);
    if (!status && shipped) status = scan(shipped, true, entries, count, &room, error);
    free(own);
    free(shipped);
    if (status) {
        sr_store_free(*entries, *count);
        *entries = NULL;
        *count = 0;
        return status;
    }
    if (*count) qsort(*entries, *count, sizeof **entries, by_name);
    for (size_t i = 0; i < *count; i++) {
        struct sr_store_entry *entry = &(*entries)[i];
        if (kept && strcmp((*entries)[kept - 1].name, entry->name) == 0)
            free(entry->path); /* a shipped one, hidden */
        else
            (*entries)[kept++] = *entry;
    }
    *count = kept;
    return SR_OK;
}

void sr_store_free(struct sr_store_entry *entries, size_t count)
{
    for (size_t i = 0; entries && i < count; i++) free(entries[i].path);
    free(entries);
}

enum sr_status sr_store_save(const char *home, const struct sr_model *model, struct sr_error *error)
{
    enum sr_status status = sr_store_check_name(model->name, error);
    if (status) return status;
    char *directory = sr_path_join(home, "models"), *path = sr_store_path(home, model->name);
    status = sr_directory_make(directory, error);
    if (!status) status = sr_model_save(model, path, error);
    free(directory);
    free(path);
    return status;
}

/* The file of one's own model of that name; NULL and a sentence when there is none. */
static char *own_path(const char *home, const char *name, struct sr_error *error)
{
    if (sr_store_check_name(name, error)) return NULL;
    char *path = sr_store_path(home, name);
    if (sr_path_exists(path)) return path;
    free(path);
    path = NULL;
    char *shipped = sr_path_resource("models"),
         *file = sr_xprintf("%s/%s%s", shipped ? shipped : "", name, suffix);
    if (shipped && sr_path_exists(file))
        sr_error_set(error, SR_ERROR_STATE,
                     "Model %s came with sartor and stays; train or save one of that name to "
                     "hide it.",
                     name);
    else
        sr_error_set(error, SR_ERROR_ARGUMENT, "There is no model %s in %s/models.", name, home);
    free(file);
    free(shipped);
    return NULL;
}

char *sr_store_move_aside(const char *home, const char *path, const char *name,
                          struct sr_error *error)
{
    static unsigned number;
    char *folder = sr_path_join(home, "deleted"),
         *aside = sr_xprintf("%s/%ld-%u-%s", folder, (long)getpid(), ++number, name);
    enum sr_status status = sr_directory_make(folder, error);
    if (!status && rename(path, aside))
        status =
            sr_error_set(error, SR_ERROR_IO, "%s could not be deleted: %s.", path, strerror(errno));
    else if (!status)
        status = sr_directory_sync(path, error);
    free(folder);
    if (!status) return aside;
    free(aside);
    return NULL;
}

char *sr_store_set_aside(const char *home, const char *name, struct sr_error *error)
{
    char *path = own_path(home, name, error);
    char *aside = path ? sr_store_move_aside(home, path, name, error) : NULL;
    free(path);
    return aside;
}

enum sr_status sr_store_move_back(const char *aside, const char *path, struct sr_error *error)
{
    if (sr_path_exists(path))
        return sr_error_set(error, SR_ERROR_STATE,
                            "There is a file %s again, which is not replaced.", path);
    if (rename(aside, path))
        return sr_error_set(error, SR_ERROR_IO, "%s could not be moved to %s: %s.", aside, path,
                            strerror(errno));
    return sr_directory_sync(path, error);
}

enum sr_status sr_store_bring_back(const char *home, const char *name, const char *aside,
                                   struct sr_error *error)
{
    char *path = sr_store_path(home, name);
    enum sr_status status = SR_OK;
    if (sr_path_exists(path))
        status = sr_error_set(error, SR_ERROR_STATE,
                              "There is a model %s again; rename it before the deleted one is "
                              "brought back.",
                              name);
    else
        status = sr_store_move_back(aside, path, error);
    free(path);
    return status;
}

void sr_store_sweep(const char *home)
{
    size_t count = 0;
    struct sr_error ignored;
    char *folder = sr_path_join(home, "deleted");
    char **names = sr_path_exists(folder) ? sr_directory_list(folder, &count, &ignored) : NULL;
    for (size_t i = 0; names && i < count; i++) {
        const long process = atol(names[i]);
        if (process > 0 && kill((pid_t)process, 0) && errno == ESRCH) {
            char *path = sr_path_join(folder, names[i]);
            unlink(path);
            free(path);
        }
        free(names[i]);
    }
    free(names);
    rmdir(folder); /* where nothing is left */
    free(folder);
}

enum sr_status sr_store_rename(const char *home, const char *from, const char *to,
                               struct sr_error *error)
{
    struct sr_error why = {0};
    enum sr_status status = sr_store_check_name(to, error);
    if (status) return status;
    char *old = own_path(home, from, &why), *new = sr_store_path(home, to);
    if (!old) {
        if (error) *error = why;
        status = why.status;
    } else if (sr_path_exists(new)) {
        status = sr_error_set(error, SR_ERROR_STATE,
                              "There is a model %s already; delete it first or take another "
                              "name.",
                              to);
    } else if (rename(old, new)) {
        status = sr_error_set(error, SR_ERROR_IO, "%s could not be renamed to %s: %s.", old, new,
                              strerror(errno));
    } else {
        status = sr_directory_sync(new, error);
    }
    free(old);
    free(new);
    return status;
}
