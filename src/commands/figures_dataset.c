/* figures_dataset.c - export dataset: the images themselves, as files. */
#include <stdlib.h>
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

static bool leaves_out(const struct sr_session *session)
{
    return sr_dataset_origin(session->data)->dropped > 0;
}

/* The rows of a split, and of a class, of the file that the split is of; all of both files, but
 * for what decisions leave out, when neither is asked for. The other file gets none. */
static void choose(const struct figure *figure, struct sr_saving *saving,
                   uint32_t *rows[SR_FILE_COUNT])
{
    const struct figure_request *request = figure->request;
    const struct sr_session *session = figure->session;
    const int split = request->split;
    for (int f = 0; f < SR_FILE_COUNT && (split >= 0 || request->class >= 0 || leaves_out(session));
         f++) {
        const struct sr_images *images = &session->data->files[f];
        struct sr_samples samples = sr_dataset_samples(session->data, (enum sr_file)f);
        rows[f] = sr_xalloc((images->count + 1) * sizeof **rows);
        saving->rows[f] = rows[f];
        if (split >= 0 && (int)sr_split_file((enum sr_split_name)split) != f) continue;
        if (split >= 0) samples = sr_session_samples(session, (enum sr_split_name)split);
        for (size_t i = 0; i < samples.count; i++)
            if (request->class < 0 || sr_samples_label(&samples, i) == request->class)
                rows[f][saving->counts[f]++] = sr_samples_row(&samples, i);
    }
}

enum sr_status figure_dataset(struct figure *figure, struct sr_error *error)
{
    const struct figure_request *request = figure->request;
    struct sr_saving saving = {.dataset = figure->session->data, .path = request->path};
    uint32_t *rows[SR_FILE_COUNT] = {NULL};
    saving.form = form_of(request);
    if (saving.form == SR_SAVE_NUMPY && strcasecmp(sr_path_extension(request->path), ".npz"))
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "export: to=%s: form=npz is one file, whose name ends in .npz",
                            request->path);
    choose(figure, &saving, rows);
    enum sr_status status = sr_dataset_save(&saving, error);
    for (int f = 0; f < SR_FILE_COUNT; f++) free(rows[f]);
    return status;
}
