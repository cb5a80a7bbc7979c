/* figures_dataset.c - export dataset: the images themselves, as files. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "figures.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/data/save.h"

static enum sr_save_form form_of(const struct figure_request *request)
{
    const char *ending = sr_path_extension(request->path);
    if (request->form >= 0) return (enum sr_save_form)request->form;
    return !strcasecmp(ending, ".npz")   ? SR_SAVE_NUMPY
           : !strcasecmp(ending, ".zip") ? SR_SAVE_PICTURES
                                         : SR_SAVE_IDX;
}

/* What is written: the data that is shown, or with decisions=on or off that with the decisions or
 * without; and how it is split. */
struct written {
    struct sr_dataset *data; /* a reference */
    struct sr_split split;
};

static enum sr_status take_data(const struct figure *figure, struct written *written,
                                struct sr_error *error)
{
    const struct sr_session *session = figure->session;
    const int decisions = figure->request->decisions;
    enum sr_status status =
        decisions < 0 ? SR_OK : sr_session_unchanged(session, "export dataset decisions=", error);
    if (status) return status;
    written->data = decisions < 0    ? sr_dataset_ref(session->data)
                    : decisions == 0 ? sr_dataset_ref(sr_dataset_opened(session->data))
                                     : sr_session_decided(session);
    return sr_split_make(&written->split, sr_dataset_origin(written->data), session->split.fraction,
                         session->split.seed, 0, error);
}

/* The rows of a split, and of a class, of the file that the split is of; all of both files, but
 * for what decisions leave out, when neither is asked for. The other file gets none. */
static void choose(const struct figure_request *request, const struct written *written,
                   struct sr_saving *saving, uint32_t *rows[SR_FILE_COUNT])
{
    const struct sr_dataset *data = written->data;
    const int split = request->split;
    const bool all = split < 0 && request->class < 0 && !sr_dataset_origin(written->data)->dropped;
    for (int f = 0; f < SR_FILE_COUNT && !all; f++) {
        struct sr_samples samples = sr_dataset_samples(data, (enum sr_file)f);
        rows[f] = sr_xalloc((samples.count + 1) * sizeof **rows);
        saving->rows[f] = rows[f];
        if (split >= 0 && (int)sr_split_file((enum sr_split_name)split) != f) continue;
        if (split >= 0)
            samples = sr_split_samples(data, &written->split, (enum sr_split_name)split);
        for (size_t i = 0; i < samples.count; i++)
            if (request->class < 0 || sr_samples_label(&samples, i) == request->class)
                rows[f][saving->counts[f]++] = sr_samples_row(&samples, i);
    }
}

/* ---- what the decisions changed ---- */

/* Two lines for another class, one for a sample that is left out; of what has been written. */
static void print_difference(const struct written *written, const struct sr_saving *saving,
                             struct sr_text *text)
{
    const struct sr_dataset *data = written->data, *opened = sr_dataset_opened(written->data);
    sr_text_printf(text, "--- %s\n+++ %s\n", opened->name, data->name);
    for (enum sr_file f = SR_FILE_TRAIN; f < SR_FILE_COUNT; f++) {
        size_t next = 0; /* row of the file that is written */
        if (saving->rows[f] && !saving->counts[f]) continue;
        for (uint32_t row = 0; row < opened->files[f].count; row++) {
            const int before = sr_images_label(&opened->files[f], row),
                      after = sr_images_label(&data->files[f], row);
            const bool chosen =
                !saving->rows[f] || (next < saving->counts[f] && saving->rows[f][next] == row);
            const char *id = sr_file_names[f];
            if (sr_dataset_left_out(data, f, row))
                sr_text_printf(text, "@@ %s:%u @@\n-%s\n", id, row, opened->class_names[before]);
            else if (chosen && before != after)
                sr_text_printf(text, "@@ %s:%u %s:%zu @@\n-%s\n+%s\n", id, row, id, next,
                               opened->class_names[before], opened->class_names[after]);
            next += chosen;
        }
    }
}

/* Beside what is written: "fixed.npz" has fixed.decisions.csv and fixed.diff. */
static enum sr_status write_record(const struct figure *figure, const struct written *written,
                                   const struct sr_saving *saving, struct sr_error *error)
{
    const char *path = saving->path, *ending = sr_path_extension(path);
    size_t length = strlen(path) - (saving->form == SR_SAVE_IDX ? 0 : strlen(ending));
    while (length > 1 && path[length - 1] == '/') length--;
    char *table = sr_xprintf("%.*s.decisions.csv", (int)length, path),
         *difference = sr_xprintf("%.*s.diff", (int)length, path);
    struct sr_text text = {0};
    print_difference(written, saving, &text);
    enum sr_status status = sr_session_save_decisions(figure->session, table, error);
    if (!status) status = sr_file_write(difference, sr_text_get(&text), text.length, error);
    if (!status && figure->request->reply)
        sr_reply_say(figure->request->reply, "%s has the decisions, %s what they changed", table,
                     difference);
    sr_text_fini(&text);
    free(table);
    free(difference);
    return status;
}

enum sr_status figure_dataset(struct figure *figure, struct sr_error *error)
{
    const struct figure_request *request = figure->request;
    struct written written = {0};
    struct sr_saving saving = {.path = request->path, .form = form_of(request)};
    uint32_t *rows[SR_FILE_COUNT] = {NULL};
    if (saving.form == SR_SAVE_NUMPY && strcasecmp(sr_path_extension(request->path), ".npz"))
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "export: to=%s: form=npz is one file, whose name ends in .npz",
                            request->path);
    enum sr_status status = take_data(figure, &written, error);
    saving.dataset = written.data;
    if (!status) {
        choose(request, &written, &saving, rows);
        status = sr_dataset_save(&saving, error);
    }
    if (!status && sr_dataset_origin(written.data)->opened)
        status = write_record(figure, &written, &saving, error);
    for (int f = 0; f < SR_FILE_COUNT; f++) free(rows[f]);
    sr_split_fini(&written.split);
    sr_dataset_unref(written.data);
    return status;
}
