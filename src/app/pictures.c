#include "sartor/app/pictures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/app/session.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"

struct sr_picture_row {
    char *path;
    struct sr_file_identity seen; /* the file when it was read */
    bool whole;                   /* asked for in this way */
    struct sr_import import;
};

/* Rows are never moved: a job may be reading one while another is added. */
static enum sr_status make_room(struct sr_images *pictures, struct sr_shape shape,
                                struct sr_error *error)
{
    if (pictures->pixels) return SR_OK;
    pictures->shape = shape;
    pictures->pixels =
        sr_array_new(SR_PICTURES_MAX, sr_shape_size(shape), "one's own pictures", error);
    return pictures->pixels ? SR_OK : error->status;
}

bool sr_session_knows_backdrops(const struct sr_session *session, const struct sr_model *model)
{
    return sr_model_knows_backdrops(model) &&
           !sr_session_check_model(session, model, &(struct sr_error){0});
}

/* May a file that has not been loaded hold a model that was trained so? Its header would say it. */
static bool may_know_backdrops(const char *path)
{
    enum { HEADER_MAX = 1 << 20 };
    static const char said[] = "background=on";
    FILE *file = path ? fopen(path, "rbe") : NULL;
    if (!file) return false;
    char *header = sr_xalloc(HEADER_MAX);
    const size_t length = fread(header, 1, HEADER_MAX, file);
    const bool found = memmem(header, length, said, sizeof said - 1) != NULL;
    free(header);
    fclose(file);
    return found;
}

enum sr_status sr_session_backdrops_model(struct sr_session *session, struct sr_entry **found,
                                          struct sr_error *error)
{
    *found = NULL;
    for (size_t i = 0; i < session->entry_count; i++) {
        struct sr_entry *entry = session->entries[i];
        if (!entry->model && !may_know_backdrops(entry->path)) continue;
        enum sr_status status = sr_session_model(session, entry->name, &entry, error);
        if (status == SR_PENDING) return status;
        if (status || !sr_session_knows_backdrops(session, entry->model))
            continue; /* or a broken file */
        if (!*found || (*found)->shipped) *found = entry;
    }
    return SR_OK;
}

enum sr_status sr_session_picture(struct sr_session *session, const char *path, bool whole,
                                  uint32_t *row, struct sr_error *error)
{
    enum sr_status status = sr_session_data(session, error);
    if (status) return status;
    struct sr_images *pictures = &sr_dataset_opened(session->data)->files[SR_FILE_PICTURES];
    const struct sr_file_identity now = sr_file_identify(path);
    for (size_t i = pictures->count; now.inode && i-- > 0;) {
        const struct sr_picture_row *one = &session->pictures[i];
        if (strcmp(one->path, path) || memcmp(&one->seen, &now, sizeof now)) continue;
        if (one->import.whole && one->whole != whole) continue;
        *row = (uint32_t)i;
        return SR_OK;
    }
    if (pictures->count == SR_PICTURES_MAX)
        return sr_error_set(error, SR_ERROR_STATE,
                            "%s: no more than %d pictures can be looked at in one session", path,
                            SR_PICTURES_MAX);
    const struct sr_shape shape = session->data->files[SR_FILE_TRAIN].shape;
    struct sr_picture_row one = {.seen = now, .whole = whole};
    /* Garments on black are cut out; pictures are fitted as those of the data were. */
    const struct sr_fitting *fitting = &session->data->fitting;
    status = fitting->pictures || shape.channels == 3
                 ? sr_import_fitted(path, fitting, &one.import, error)
                 : sr_import_picture(path, shape, &one.import, error);
    if (!status && whole && one.import.whole) sr_import_take_whole(&one.import);
    if (!status) status = make_room(pictures, shape, error);
    if (status) {
        sr_import_fini(&one.import);
        return status;
    }
    one.path = sr_xstrdup(path);
    memcpy(pictures->pixels + pictures->count * sr_shape_size(shape), one.import.pixels,
           sr_shape_size(shape));
    sr_xgrow(&session->pictures, &session->picture_room, pictures->count + 1,
             sizeof *session->pictures);
    session->pictures[pictures->count] = one;
    *row = (uint32_t)pictures->count++;
    struct sr_dataset *origin = sr_dataset_origin(session->data);
    if (origin->opened) sr_dataset_share_pictures(origin);
    if (!session->data->origin) return SR_OK;
    return sr_dataset_change_pictures(session->data, SR_PICTURES_MAX, error);
}

const struct sr_import *sr_session_import(const struct sr_session *session, uint32_t row)
{
    return &session->pictures[row].import;
}

const char *sr_session_picture_path(const struct sr_session *session, uint32_t row)
{
    return session->pictures[row].path;
}

void sr_session_pictures_fini(struct sr_session *session)
{
    const size_t count = session->data ? session->data->files[SR_FILE_PICTURES].count : 0;
    for (size_t i = 0; i < count; i++) {
        free(session->pictures[i].path);
        sr_import_fini(&session->pictures[i].import);
    }
    free(session->pictures);
    session->pictures = NULL;
    session->picture_room = 0;
}

void sr_sample_name(const struct sr_session *session, enum sr_file file, uint32_t row, char *name,
                    size_t size)
{
    if (file == SR_FILE_PICTURES)
        snprintf(name, size, "%s", sr_session_picture_path(session, row));
    else
        snprintf(name, size, "%s:%u", sr_file_names[file], (unsigned)row);
    const struct sr_change change = session->data->change;
    const size_t length = strlen(name);
    char how[48];
    if (!change.severity) return;
    sr_change_print(change, how, sizeof how);
    snprintf(name + length, size - length, ", %s", how);
}
