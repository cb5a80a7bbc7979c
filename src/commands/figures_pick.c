/* figures_pick.c - the samples that a figure shows, and the words for them in titles. */
#include "figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

/* Which class, predicted how by whom, with which probability. */
static void say_predicted(const struct sr_session *session, const struct sr_filter *filter,
                          struct sr_text *text)
{
    const char *model = filter->model[0] ? filter->model : "the model";
    if (filter->beats[0])
        sr_text_printf(text, " that %s gets right and %s wrong", model, filter->beats);
    else if (filter->as >= 0)
        sr_text_printf(text, " that %s takes for %s", model, class_name(session, filter->as));
    else if (filter->right >= 0)
        sr_text_printf(text, " that %s gets %s", model, filter->right ? "right" : "wrong");
    else if (filter->model[0])
        sr_text_printf(text, ", as %s predicts them", model);
    const double low = filter->confidence_low, high = filter->confidence_high;
    if (isfinite(low) && isfinite(high))
        sr_text_printf(text, ", with a probability of %g to %g %%", 100 * low, 100 * high);
    else if (isfinite(low))
        sr_text_printf(text, ", with a probability of at least %g %%", 100 * low);
    else if (isfinite(high))
        sr_text_printf(text, ", with a probability of at most %g %%", 100 * high);
}

/* A filter in words: "Shirt samples of the test split that cnn gets wrong". */
static char *say_filter(const struct sr_session *session, const struct sr_filter *filter)
{
    static const char *const orders[SR_ORDER_COUNT] = {"index", "probability", "loss", "margin"};
    struct sr_text text = {0};
    if (filter->class >= 0) sr_text_printf(&text, "%s ", class_name(session, filter->class));
    sr_text_add(&text, "samples of ");
    if (filter->everywhere)
        sr_text_add(&text, "all splits");
    else
        sr_text_printf(&text, "the %s split", sr_split_names[filter->split]);
    say_predicted(session, filter, &text);
    if (filter->suspects) sr_text_add(&text, ", suspects of a wrong label");
    if (filter->tagged)
        sr_text_printf(&text, filter->tag[0] ? ", tagged %s" : ", tagged", filter->tag);
    if (filter->change.severity) {
        char how[48];
        sr_change_print(filter->change, how, sizeof how);
        sr_text_printf(&text, ", changed by %.*s", (int)strcspn(how, ":"), how);
        if (strchr(how, ':')) sr_text_printf(&text, " at severity %d", filter->change.severity);
    }
    if (filter->order != SR_ORDER_INDEX || filter->descending)
        sr_text_printf(&text, ", the %s %s first", filter->descending ? "highest" : "lowest",
                       orders[filter->order]);
    return sr_text_take(&text);
}

/* Both forms of a filter, for the provenance and for people. */
static void name_filter(const struct sr_session *session, const struct sr_filter *filter,
                        struct picked *picked)
{
    struct sr_text words = {0};
    sr_filter_print(session, filter, &words);
    picked->filter = sr_text_take(&words);
    picked->words = say_filter(session, filter);
}

const uint8_t *figure_pixels(const struct figure *figure, enum sr_file file, uint32_t row)
{
    const struct sr_images *images = &figure->session->data->files[file];
    return sr_images_at(images, row);
}

static enum sr_status pick_named(struct figure *figure, struct picked *picked,
                                 struct sr_error *error)
{
    const struct figure_request *request = figure->request;
    picked->rows = sr_xalloc(request->sample_count * sizeof *picked->rows);
    picked->filter = sr_xstrdup("");
    picked->words =
        sr_xprintf("%zu sample%s", request->sample_count, request->sample_count == 1 ? "" : "s");
    picked->file = request->samples[0].file;
    for (size_t i = 0; i < request->sample_count; i++) {
        const struct sample *sample = &request->samples[i];
        if (sample->file != picked->file &&
            (sample->file == SR_FILE_PICTURES || picked->file == SR_FILE_PICTURES))
            return sr_error_set(error, SR_ERROR_ARGUMENT,
                                "export: pictures of one's own and samples of the data cannot be "
                                "in one figure");
        if (sample->file != picked->file)
            return sr_error_set(
                error, SR_ERROR_ARGUMENT,
                "export: %s:%u is not in the %s file; the samples of a figure are of one file",
                sr_file_names[sample->file], sample->row, sr_file_names[picked->file]);
        picked->rows[picked->count++] = sample->row;
    }
    return SR_OK;
}

/* The rows of a split that `class`, `wrong` and `right` select, as in `browse`. */
static enum sr_status pick_split(struct figure *figure, size_t most, struct picked *picked,
                                 struct sr_error *error)
{
    struct sr_session *session = figure->session;
    const struct figure_request *request = figure->request;
    struct sr_filter filter;
    struct sr_entry *entry = request->wrong || request->right ? request->model : NULL;
    enum sr_status status = SR_OK;
    sr_filter_init(&filter);
    filter.split = session->selection.filter.split;
    filter.class = request->class;
    if (entry) {
        filter.right = request->right;
        filter.split = SR_SPLIT_DEFAULT;
        snprintf(filter.model, sizeof filter.model, "%s", entry->name);
    }
    if (request->split >= 0) filter.split = (enum sr_split_name)request->split;
    if (entry)
        status = sr_session_predictions(session, entry, filter.split, &picked->predictions, error);
    if (status) return status;
    struct sr_samples samples = sr_session_samples(session, filter.split);
    picked->file = sr_split_file(filter.split);
    picked->rows = sr_xalloc((most + 1) * sizeof *picked->rows);
    for (size_t i = 0; i < samples.count && picked->count < most; i++) {
        uint32_t row = sr_samples_row(&samples, i);
        int label = sr_samples_label(&samples, i);
        if (filter.class >= 0 && label != filter.class) continue;
        size_t at = picked->predictions ? sr_predictions_find(picked->predictions, row) : SIZE_MAX;
        if (picked->predictions && at == SIZE_MAX) continue; /* it was trained on this one */
        if (at != SIZE_MAX && (picked->predictions->predicted[at] == label) != request->right)
            continue;
        picked->rows[picked->count++] = row;
    }
    name_filter(session, &filter, picked);
    if (!picked->count)
        return sr_error_set(error, SR_ERROR_STATE, "export: no sample fits %s", picked->filter);
    return SR_OK;
}

static enum sr_status pick_selection(struct figure *figure, size_t most, struct picked *picked,
                                     struct sr_error *error)
{
    struct sr_session *session = figure->session;
    const struct sr_selection *selection = &session->selection;
    if (!selection->count)
        return sr_error_set(
            error, SR_ERROR_STATE,
            "export: the selection is empty; browse another, or give split= or index=");
    if (selection->filter.model[0]) {
        struct sr_entry *entry = sr_session_entry(session, selection->filter.model, error);
        if (!entry) return error->status;
        enum sr_status status = sr_session_predictions(session, entry, selection->filter.split,
                                                       &picked->predictions, error);
        if (status) return status;
    }
    /* Of one file, as all samples of a figure are. */
    const bool other = selection->at >= selection->other_from;
    const size_t from = other ? selection->other_from : 0,
                 to = other ? selection->count : selection->other_from;
    picked->file = sr_selection_file(selection, selection->at);
    picked->count = most < to - from ? most : to - from;
    size_t first = selection->at + picked->count > to ? to - picked->count : selection->at;
    picked->rows = sr_xalloc(picked->count * sizeof *picked->rows);
    memcpy(picked->rows, selection->rows + first, picked->count * sizeof *picked->rows);
    name_filter(session, &selection->filter, picked);
    return SR_OK;
}

enum sr_status figure_pick(struct figure *figure, size_t most, struct picked *picked,
                           struct sr_error *error)
{
    const struct figure_request *request = figure->request;
    *picked = (struct picked){0};
    if (request->wrong && request->right)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "export: of wrong and right only one can be asked for");
    enum sr_status status;
    if (request->samples)
        status = pick_named(figure, picked, error);
    else if (request->split >= 0 || request->class >= 0 || request->wrong || request->right)
        status = pick_split(figure, most, picked, error);
    else
        status = pick_selection(figure, most, picked, error);
    for (size_t i = 0; !status && i < picked->count && i < 20; i++) {
        char name[512];
        sr_sample_name(figure->session, picked->file, picked->rows[i], name, sizeof name);
        sr_text_printf(&figure->selection, "%s%s", i ? " " : "", name);
    }
    if (!status && picked->count > 20)
        sr_text_printf(&figure->selection, " and %zu more", picked->count - 20);
    if (!status && *picked->filter) sr_text_printf(&figure->selection, " (%s)", picked->filter);
    return status;
}

void picked_free(struct picked *picked)
{
    free(picked->rows);
    free(picked->filter);
    free(picked->words);
}

char **picked_ids(const struct figure *figure, const struct picked *picked)
{
    char **ids = sr_xalloc((picked->count + 1) * sizeof *ids);
    for (size_t i = 0; i < picked->count; i++) {
        char name[512];
        sr_sample_name(figure->session, picked->file, picked->rows[i], name, sizeof name);
        ids[i] = sr_xstrdup(name);
    }
    return ids;
}

void picked_ids_free(char **ids, const struct picked *picked)
{
    for (size_t i = 0; i < picked->count; i++) free(ids[i]);
    free(ids);
}
