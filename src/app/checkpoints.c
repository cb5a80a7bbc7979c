/* checkpoints.c - see checkpoints.h: reading what checkpoints say of themselves, listing, deleting.
 */
#include "sartor/app/checkpoints.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "claim.h"
#include "sartor/app/session.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/models/store.h"
#include "task.h"

void sr_checkpoint_fini(struct sr_checkpoint *checkpoint)
{
    free(checkpoint->path);
    sr_args_free(checkpoint->params);
    *checkpoint = (struct sr_checkpoint){0};
}

/* See resume_about, which writes it. */
static bool read_about(struct sr_checkpoint *found, const char *about)
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
    if (!found->params) return false;
    found->of = sr_args_has(found->params, "epochs") ? sr_args_integer(found->params, "epochs") : 0;
    return true;
}

bool sr_checkpoint_read(struct sr_checkpoint *checkpoint, const char *path)
{
    struct sr_tensors set;
    const char *file = sr_path_name(path);
    *checkpoint = (struct sr_checkpoint){.file = sr_file_identify(path)};
    const size_t length = strcspn(file, "@");
    if (length >= sizeof checkpoint->name || sr_tensors_describe(&set, path, &(struct sr_error){0}))
        return false;
    snprintf(checkpoint->name, sizeof checkpoint->name, "%.*s", (int)length, file);
    const char *about = sr_tensors_text(&set, "about");
    const struct sr_tensor *history = sr_tensors_find(&set, "history");
    const bool right = about && history && history->rank == 2 && read_about(checkpoint, about);
    if (right) {
        checkpoint->epochs = (int64_t)history->shape[0];
        checkpoint->path = sr_xstrdup(path);
    } else {
        sr_checkpoint_fini(checkpoint);
    }
    sr_tensors_fini(&set);
    return right;
}

/* --- the list -------------------------------------------------------------------------- */

/* The file's name without its folder: NAME@KEY.safetensors. */
static const char *file_name(const struct sr_checkpoint *checkpoint)
{
    return sr_path_name(checkpoint->path);
}

static int by_name_and_age(const void *left, const void *right)
{
    const struct sr_checkpoint *a = left, *b = right;
    const int order = strcmp(a->name, b->name);
    if (order) return order;
    if (a->file.seconds != b->file.seconds) return a->file.seconds < b->file.seconds ? 1 : -1;
    if (a->file.nanoseconds != b->file.nanoseconds)
        return a->file.nanoseconds < b->file.nanoseconds ? 1 : -1;
    return strcmp(a->path, b->path);
}

/* The digits of KEY that tell it from the other ones of its name, at least four. */
static void shorten(struct sr_checkpoint *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *file = file_name(&list[i]);
        size_t needed = strlen(list[i].name) + 1 + 4;
        for (size_t j = 0; j < count; j++) {
            const char *other = file_name(&list[j]);
            if (i == j || strcmp(list[i].name, list[j].name)) continue;
            size_t same = 0;
            while (file[same] && file[same] == other[same]) same++;
            if (same >= needed) needed = same + 1;
        }
        snprintf(list[i].id, sizeof list[i].id, "%.*s", (int)needed, file);
    }
}

static void free_list(struct sr_checkpoint *list, size_t count)
{
    for (size_t i = 0; i < count; i++) sr_checkpoint_fini(&list[i]);
    free(list);
}

/* The name of a training that is under way has been claimed. */
static bool under_way(const struct sr_session *session, const char *file)
{
    char *name = sr_xstrdup(file);
    name[strcspn(name, "@")] = '\0';
    const bool taken = claim_is_taken(session->home, name);
    free(name);
    return taken;
}

/* One that is listed already and has not changed is not read again. */
static bool take_over(struct sr_session *session, const char *path, struct sr_checkpoint *found)
{
    const struct sr_file_identity now = sr_file_identify(path);
    for (size_t i = 0; i < session->checkpoint_count; i++) {
        struct sr_checkpoint *old = &session->checkpoints[i];
        if (!old->path || strcmp(old->path, path) || memcmp(&old->file, &now, sizeof now)) continue;
        *found = *old;
        *old = (struct sr_checkpoint){0};
        return true;
    }
    return sr_checkpoint_read(found, path);
}

void sr_session_scan_checkpoints(struct sr_session *session)
{
    char *folder = sr_path_join(session->home, "checkpoints");
    size_t names_count = 0, count = 0, room = 0;
    struct sr_checkpoint *list = NULL, found;
    char **names = sr_directory_list(folder, &names_count, &(struct sr_error){0});
    for (size_t i = 0; names && i < names_count; i++) {
        char *path = sr_path_join(folder, names[i]);
        if (strchr(names[i], '@') && sr_path_ends(names[i], ".safetensors") &&
            !under_way(session, names[i]) && take_over(session, path, &found)) {
            sr_xgrow(&list, &room, count + 1, sizeof *list);
            list[count++] = found;
        }
        free(path);
        free(names[i]);
    }
    free(names);
    free(folder);
    if (count) qsort(list, count, sizeof *list, by_name_and_age);
    shorten(list, count);
    free_list(session->checkpoints, session->checkpoint_count);
    session->checkpoints = list;
    session->checkpoint_count = count;
}

void sr_session_free_checkpoints(struct sr_session *session)
{
    free_list(session->checkpoints, session->checkpoint_count);
}

const struct sr_checkpoint *sr_session_checkpoint(struct sr_session *session, const char *id,
                                                  struct sr_error *error)
{
    const struct sr_checkpoint *found = NULL;
    size_t fits = 0;
    const char *key = strchr(id, '@');
    for (size_t i = 0; key && i < session->checkpoint_count; i++) {
        const struct sr_checkpoint *one = &session->checkpoints[i];
        if (strncmp(file_name(one), id, strlen(id))) continue;
        found = one;
        fits++;
    }
    if (fits == 1) return found;
    if (fits)
        sr_error_set(error, SR_ERROR_ARGUMENT,
                     "%zu checkpoints begin with \"%s\"; models lists them, give more of the one "
                     "that is meant",
                     fits, id);
    else
        sr_error_set(error, SR_ERROR_ARGUMENT, "no checkpoint \"%s\"; models lists those there are",
                     id);
    return NULL;
}

enum sr_status sr_session_remove_checkpoint(struct sr_session *session,
                                            const struct sr_checkpoint *checkpoint,
                                            struct sr_removed *removed, struct sr_error *error)
{
    *removed = (struct sr_removed){0};
    char *aside =
        sr_store_move_aside(session->home, checkpoint->path, file_name(checkpoint), error);
    if (!aside) return error->status;
    *removed = (struct sr_removed){
        .home = sr_xstrdup(session->home), .aside = aside, .path = sr_xstrdup(checkpoint->path)};
    sr_session_scan_checkpoints(session);
    return SR_OK;
}

/* --- in words -------------------------------------------------------------------------- */

void sr_checkpoint_line(const struct sr_checkpoint *checkpoint, struct sr_text *line)
{
    sr_text_printf(line, "train %s name=%s seed=%" PRIu64 " limit=%" PRIu64 " ", checkpoint->family,
                   checkpoint->name, checkpoint->seed, checkpoint->limit);
    sr_args_print(checkpoint->params, true, line);
    sr_text_add(line, " resume");
}

void sr_checkpoint_print(const struct sr_checkpoint *checkpoint, struct sr_text *text)
{
    if (checkpoint->epochs < checkpoint->of)
        sr_text_printf(text, "%" PRId64 " of %" PRId64 " epochs", checkpoint->epochs,
                       checkpoint->of);
    else
        sr_text_printf(text, "all %" PRId64 " epoch%s", checkpoint->epochs,
                       checkpoint->epochs == 1 ? "" : "s");
}

void sr_checkpoint_print_age(const struct sr_checkpoint *checkpoint, struct sr_text *text)
{
    static const struct {
        int64_t seconds;
        const char *name;
    } units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}};
    const int64_t age = (int64_t)time(NULL) - (int64_t)checkpoint->file.seconds;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        const int64_t count = age / units[i].seconds;
        if (count < 1) continue;
        sr_text_printf(text, "%" PRId64 " %s%s ago", count, units[i].name, count == 1 ? "" : "s");
        return;
    }
    sr_text_add(text, "just now");
}
