/* figure.c - what the functions of figures share: provenance, models, samples. */
#include <config.h>

#include "figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

static void add_to_list(struct sr_text *text, const char *item)
{
    sr_text_printf(text, "%s%s", text->length ? ", " : "", item);
}

static void credit(struct figure *figure, const char *name, const struct sr_model_class *class,
                   uint64_t number)
{
    char seed[32];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)number);
    add_to_list(&figure->models, name);
    add_to_list(&figure->families, class->name);
    add_to_list(&figure->seeds, seed);
}

void figure_credit(struct figure *figure, const struct sr_model *model)
{
    credit(figure, model->name, model->class, model->seed);
}

void figure_credit_run(struct figure *figure, const struct sr_run *run)
{
    credit(figure, run->name, run->class, run->seed);
}

/* ", rotate:3" where the images are changed. */
static void figure_changed(const struct figure *figure, char *text, size_t size)
{
    const struct sr_change change = figure->session->data->change;
    char how[48];
    *text = '\0';
    if (!change.severity) return;
    sr_change_print(change, how, sizeof how);
    snprintf(text, size, ", %s,", how);
}

void figure_judge(struct figure *figure, const struct sr_entry *entry, enum sr_split_name split)
{
    struct sr_text words = {0};
    char how[64];
    figure_changed(figure, how, sizeof how);
    sr_predicted_print_left_out(sr_session_predicted(figure->session, entry, split), &words);
    if (!figure->judged[0])
        snprintf(figure->judged, sizeof figure->judged, "%s split%s", sr_split_names[split], how);
    if (words.length) {
        snprintf(figure->judged, sizeof figure->judged,
                 "%s split%s without rows that a model was trained on", sr_split_names[split], how);
        sr_text_printf(&figure->selection, "%s%s: %s", figure->selection.length ? "; " : "",
                       entry->name, sr_text_get(&words));
    }
    sr_text_fini(&words);
}

void say_undrawn(struct sr_reply *reply, const struct sr_text *text)
{
    if (!text->length) return;
    sr_reply_record(reply, "undrawn");
    sr_reply_text(reply, "text", text->bytes);
    sr_reply_say(reply,
                 "no font here has all characters of \"%s\", so that boxes stand for some; "
                 "install one that has: fonts-noto-core, fonts-noto-cjk",
                 text->bytes);
}

enum sr_status figure_put(struct figure *figure, const struct sr_chart *chart, const void *data,
                          struct sr_error *error)
{
    const struct figure_request *request = figure->request;
    const struct sr_dataset *set = figure->session->data;
    const struct {
        const char *key, *value;
    } facts[] = {{"Software", PACKAGE_STRING},
                 {"Command", request->command},
                 {"Figure", figure->name},
                 {"Data", set->name},
                 {"Data digest", set->digest},
                 {"Model", sr_text_get(&figure->models)},
                 {"Family", sr_text_get(&figure->families)},
                 {"Seed", sr_text_get(&figure->seeds)},
                 {"Samples", sr_text_get(&figure->selection)}};
    enum { FACTS = sizeof facts / sizeof *facts };
    const char *provenance[2 * FACTS + 1] = {NULL};
    size_t count = 0;
    for (size_t i = 0; i < FACTS; i++) {
        if (!facts[i].value || !*facts[i].value) continue;
        provenance[count++] = facts[i].key;
        provenance[count++] = facts[i].value;
    }
    struct sr_figure_options options = {.width = request->width,
                                        .height = request->height,
                                        .resolution = request->resolution,
                                        .dark = request->dark,
                                        .plotly = request->plotly,
                                        .provenance = provenance,
                                        .undrawn = &figure->undrawn};
    return sr_figure_write(request->path, &options, chart, data, error);
}

enum sr_status figure_field(struct figure *figure, struct field *field, enum sr_split_name *split,
                            struct sr_error *error)
{
    struct sr_session *session = figure->session;
    const struct figure_request *request = figure->request;
    const size_t count = request->model_count;
    struct sr_entry **named = sr_xalloc((count + 1) * sizeof *named);
    for (size_t i = 0; i < count; i++) named[i] = request->models[i].entry;
    *field = (struct field){0};
    *split = request->split >= 0 ? (enum sr_split_name)request->split : SR_SPLIT_DEFAULT;
    enum sr_status status = field_gather(session, named, count, *split, field, error);
    free(named);
    for (size_t i = 0; !status && i < field->count; i++) {
        figure_credit(figure, field->entries[i]->model);
        figure_judge(figure, field->entries[i], *split);
    }
    return status;
}

/* --- samples --------------------------------------------------------------------------- */

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
    picked->title = sr_xstrdup("");
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
    struct sr_text title = {0};
    sr_filter_print(session, &filter, &title);
    picked->title = sr_text_take(&title);
    if (!picked->count)
        return sr_error_set(error, SR_ERROR_STATE, "export: no sample fits %s", picked->title);
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
    struct sr_text title = {0};
    sr_filter_print(session, &selection->filter, &title);
    picked->title = sr_text_take(&title);
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
    if (!status && *picked->title) sr_text_printf(&figure->selection, " (%s)", picked->title);
    return status;
}

void picked_free(struct picked *picked)
{
    free(picked->rows);
    free(picked->title);
}
