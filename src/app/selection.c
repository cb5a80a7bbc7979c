/* selection.c - the samples that are selected. They are kept as row numbers, which mean the same
 * sample under every filter and split. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/app/audit.h"
#include "sartor/app/map.h"
#include "sartor/base/memory.h"
#include "select.h"

const char *const sr_order_names[SR_ORDER_COUNT] = {"index", "confidence", "loss", "margin"};

void sr_filter_init(struct sr_filter *filter)
{
    *filter = (struct sr_filter){.split = SR_SPLIT_TRAIN,
                                 .class = -1,
                                 .as = -1,
                                 .right = -1,
                                 .confidence_low = -INFINITY,
                                 .confidence_high = INFINITY,
                                 .audit = -1,
                                 .threshold = NAN,
                                 .audit_of = "hog"};
}

static bool needs_predictions(const struct sr_filter *filter)
{
    return filter->as >= 0 || filter->right >= 0 || isfinite(filter->confidence_low) ||
           isfinite(filter->confidence_high) || filter->order != SR_ORDER_INDEX || filter->beats[0];
}

/* Is the row among the predictions, which are right (or wrong) there? */
static bool is_right(const struct sr_predictions *predictions, uint32_t row, bool right)
{
    const size_t at = sr_predictions_find(predictions, row);
    return at != SIZE_MAX && (predictions->predicted[at] == predictions->truth[at]) == right;
}

/* Rows that the model cannot be judged on do not pass. */
static bool passes(const struct sr_filter *filter, const struct sr_predictions *predictions,
                   uint32_t row)
{
    const size_t position = sr_predictions_find(predictions, row);
    if (position == SIZE_MAX) return false;
    int predicted = predictions->predicted[position];
    double confidence =
        (double)
            predictions->probabilities[position * (size_t)predictions->classes + (size_t)predicted];
    if (filter->as >= 0 && predicted != filter->as) return false;
    if (filter->right >= 0 && (predicted == predictions->truth[position]) != filter->right)
        return false;
    return confidence >= filter->confidence_low && confidence <= filter->confidence_high;
}

enum sr_split_name sr_selection_split(const struct sr_session *session)
{
    const struct sr_selection *selection = &session->selection;
    if (!selection->filter.everywhere || !selection->count) return selection->filter.split;
    if (sr_selection_file(selection, selection->at) == SR_FILE_TEST) return SR_SPLIT_TEST;
    const struct sr_samples held = sr_session_samples(session, SR_SPLIT_VALIDATION);
    for (size_t i = 0; i < held.count; i++)
        if (sr_samples_row(&held, i) == selection->rows[selection->at]) return SR_SPLIT_VALIDATION;
    return SR_SPLIT_TRAIN;
}

/* All samples that have the class and the tag of the filter, whatever their split. */
static enum sr_status select_everywhere(struct sr_session *session, struct sr_filter wanted,
                                        const bool *inside, struct sr_error *error)
{
    const struct sr_images *files = session->data->files;
    struct sr_selection *selection = &session->selection;
    if (needs_predictions(&wanted) || wanted.model[0])
        return sr_error_set(
            error, SR_ERROR_ARGUMENT,
            "split=any goes with class, tagged and parts of a map only: a model is judged on one "
            "split");
    wanted.split = SR_SPLIT_TRAIN;
    uint32_t *rows = sr_array_raw(files[SR_FILE_TRAIN].count + files[SR_FILE_TEST].count,
                                  sizeof *rows, "the selection", error);
    if (!rows) return error->status;
    const bool had = selection->count > 0;
    const enum sr_file file = sr_selection_file(selection, selection->at);
    const uint32_t row = had ? selection->rows[selection->at] : 0;
    size_t count = 0, other_from = 0, at = 0;
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        const size_t from = count;
        for (uint32_t i = 0; i < files[f].count; i++)
            if ((wanted.class < 0 || files[f].labels[i] == wanted.class) &&
                !sr_dataset_left_out(session->data, (enum sr_file)f, i) &&
                select_has_tag(session, &wanted, (enum sr_file)f, i) &&
                select_in_lasso(session, inside, (enum sr_file)f, i))
                rows[count++] = i;
        select_sort_rows(rows + from, count - from, &wanted, NULL);
        for (size_t i = from; had && (int)file == f && i < count; i++)
            if (rows[i] == row) at = i;
        if (f == SR_FILE_TRAIN) other_from = count;
    }
    free(selection->rows);
    *selection = (struct sr_selection){wanted, SR_FILE_TRAIN,         rows, other_from, count,
                                       at,     selection->version + 1};
    return SR_OK;
}

static enum sr_status select_within(struct sr_session *session, struct sr_filter wanted,
                                    const bool *inside, struct sr_error *error)
{
    const struct sr_predictions *predictions = NULL, *other = NULL;
    enum sr_status status = SR_OK;
    if (wanted.suspects) return select_suspects(session, wanted, inside, error);
    if (wanted.queue) return select_review(session, wanted, inside, error);
    if (wanted.audit >= 0) return select_audit(session, wanted, inside, error);
    if (wanted.everywhere) return select_everywhere(session, wanted, inside, error);
    const bool judged = needs_predictions(&wanted);
    if (judged || wanted.model[0]) {
        struct sr_entry *entry = sr_session_entry(session, wanted.model, error);
        if (!entry) return error->status;
        status = sr_session_predictions(session, entry, wanted.split, &predictions, error);
        if (status) return status;
        snprintf(wanted.model, sizeof wanted.model, "%s", entry->name);
        struct sr_entry *beaten =
            wanted.beats[0] ? sr_session_entry(session, wanted.beats, error) : NULL;
        if (wanted.beats[0] && !beaten) return error->status;
        if (beaten) status = sr_session_predictions(session, beaten, wanted.split, &other, error);
        if (status) return status;
    }
    struct sr_samples samples = sr_session_samples(session, wanted.split);
    enum sr_file file = sr_split_file(wanted.split);
    uint32_t *rows = sr_array_raw(samples.count, sizeof *rows, "the selection", error);
    if (!rows) return error->status;
    size_t count = 0;
    for (size_t i = 0; i < samples.count; i++) {
        if (wanted.class >= 0 && sr_samples_label(&samples, i) != wanted.class) continue;
        const uint32_t row = sr_samples_row(&samples, i);
        if (judged && !passes(&wanted, predictions, row)) continue;
        if (other && (!is_right(predictions, row, true) || !is_right(other, row, false))) continue;
        if (!select_has_tag(session, &wanted, file, row) ||
            !select_in_lasso(session, inside, file, row))
            continue;
        rows[count++] = row;
    }
    select_sort_rows(rows, count, &wanted, predictions);
    struct sr_selection *selection = &session->selection;
    size_t at = 0;
    if (selection->count && sr_selection_file(selection, selection->at) == file)
        for (size_t i = 0; i < count; i++)
            if (rows[i] == selection->rows[selection->at]) at = i;
    free(selection->rows);
    *selection =
        (struct sr_selection){wanted, file, rows, count, count, at, selection->version + 1};
    return SR_OK;
}

static enum sr_status select_shown(struct sr_session *session, struct sr_filter wanted,
                                   struct sr_error *error)
{
    bool *inside = NULL;
    enum sr_status status =
        wanted.lasso.shape ? sr_session_lasso(session, &wanted.lasso, &inside, error) : SR_OK;
    if (!status) status = select_within(session, wanted, inside, error);
    free(inside);
    return status;
}

enum sr_status sr_session_select(struct sr_session *session, const struct sr_filter *filter,
                                 struct sr_error *error)
{
    enum sr_status status = sr_session_data(session, error);
    if (status) return status;
    struct sr_dataset *before = sr_dataset_ref(session->data);
    status = sr_session_change(session, filter->change, error);
    if (!status) status = select_shown(session, *filter, error);
    /* What is refused changes nothing. */
    if (status && status != SR_PENDING)
        sr_session_put_data(session, before);
    else
        sr_dataset_unref(before);
    return status;
}

static void print_lasso(const struct sr_lasso *lasso, struct sr_text *text)
{
    if (lasso->shape == SR_LASSO_NONE) return;
    if (lasso->shape == SR_LASSO_NEAR)
        sr_text_printf(text, " near=%s:%u within=%zu", sr_file_names[lasso->file], lasso->row,
                       lasso->within);
    else
        sr_text_printf(text, " box=%g,%g,%g,%g", lasso->box[0], lasso->box[1], lasso->box[2],
                       lasso->box[3]);
    sr_text_printf(text, " of=%s layout=%s", lasso->of, lasso->layout);
}

void sr_filter_print(const struct sr_session *session, const struct sr_filter *filter,
                     struct sr_text *text)
{
    struct sr_text word = {0};
    sr_text_printf(text, "split=%s", filter->everywhere ? "any" : sr_split_names[filter->split]);
    if (filter->class >= 0 && session->data) {
        sr_text_printf(&word, "class=%s", session->data->class_names[filter->class]);
        sr_text_add(text, " ");
        sr_words_quote(text, sr_text_get(&word));
        sr_text_clear(&word);
    }
    if (filter->as >= 0 && session->data) {
        sr_text_printf(&word, "as=%s", session->data->class_names[filter->as]);
        sr_text_add(text, " ");
        sr_words_quote(text, sr_text_get(&word));
    }
    sr_text_fini(&word);
    if (filter->right >= 0) sr_text_add(text, filter->right ? " right" : " wrong");
    if (isfinite(filter->confidence_low) || isfinite(filter->confidence_high)) {
        sr_text_add(text, " conf=");
        if (isfinite(filter->confidence_low)) sr_text_printf(text, "%g", filter->confidence_low);
        sr_text_add(text, "..");
        if (isfinite(filter->confidence_high)) sr_text_printf(text, "%g", filter->confidence_high);
    }
    if (filter->change.severity) {
        char how[48];
        sr_change_print(filter->change, how, sizeof how);
        sr_text_printf(text, " changed=%s", how);
    }
    print_lasso(&filter->lasso, text);
    if (filter->queue) sr_text_add(text, " queue");
    if (filter->suspects) sr_text_add(text, " suspects");
    if (filter->audit >= 0) {
        sr_text_printf(text, " audit=%s", sr_audit_checks[filter->audit].name);
        if (isfinite(filter->threshold)) sr_text_printf(text, " threshold=%g", filter->threshold);
        if (strcmp(filter->audit_of, "hog") != 0) sr_text_printf(text, " of=%s", filter->audit_of);
    }
    if (filter->tagged)
        sr_text_printf(text, filter->tag[0] ? " tagged=%s" : " tagged", filter->tag);
    if (filter->order != SR_ORDER_INDEX)
        sr_text_printf(text, " sort=%s", sr_order_names[filter->order]);
    if (filter->descending) sr_text_add(text, " descending");
    if (filter->model[0]) sr_text_printf(text, " model=%s", filter->model);
    if (filter->beats[0]) sr_text_printf(text, " beats=%s", filter->beats);
}

static bool put_cursor(struct sr_selection *selection, enum sr_file file, uint32_t row)
{
    for (size_t i = 0; i < selection->count; i++)
        if (selection->rows[i] == row && sr_selection_file(selection, i) == file) {
            selection->at = i;
            return true;
        }
    return false;
}

enum sr_status sr_session_show(struct sr_session *session, enum sr_file file, uint32_t row,
                               struct sr_error *error)
{
    enum sr_status status = sr_session_data(session, error);
    if (status || put_cursor(&session->selection, file, row)) return status;
    enum sr_split_name candidates[2] = {SR_SPLIT_TRAIN, SR_SPLIT_VALIDATION};
    if (file == SR_FILE_TEST) candidates[0] = candidates[1] = SR_SPLIT_TEST;
    if (file == SR_FILE_PICTURES) candidates[0] = candidates[1] = SR_SPLIT_PICTURES;
    for (int i = 0; i < 2; i++) {
        struct sr_filter filter;
        sr_filter_init(&filter);
        filter.change = session->selection.filter.change;
        filter.split = candidates[i];
        status = sr_session_select(session, &filter, error);
        if (status || put_cursor(&session->selection, file, row)) return status;
    }
    return sr_error_set(error, SR_ERROR_ARGUMENT, "%s:%u is not in the data", sr_file_names[file],
                        row);
}

bool sr_is_sample(const char *text)
{
    const char *colon = strchr(text, ':'), *digits = colon ? colon + 1 : text;
    bool found = !colon;
    for (int i = 0; i < SR_SPLIT_COUNT; i++)
        found = found || (strlen(sr_split_names[i]) == (size_t)(colon - text) &&
                          !strncmp(sr_split_names[i], text, (size_t)(colon - text)));
    return found && *digits && strspn(digits, "0123456789") == strlen(digits);
}

static enum sr_status search_sample(struct sr_session *session, const char *text,
                                    struct sr_error *error)
{
    enum sr_file file = sr_selection_file(&session->selection, session->selection.at);
    uint32_t row;
    enum sr_status status = sr_session_index(session, text, &file, &row, error);
    return status ? status : sr_session_show(session, file, row, error);
}

enum sr_status sr_session_search(struct sr_session *session, const char *text, int step,
                                 struct sr_error *error)
{
    struct sr_selection *selection = &session->selection;
    const struct sr_predictions *predictions = NULL;
    enum sr_status status = sr_session_data(session, error);
    if (status) return status;
    if (sr_is_sample(text)) return search_sample(session, text, error);
    if (selection->filter.model[0]) {
        struct sr_entry *entry = sr_session_entry(session, selection->filter.model, error);
        if (entry)
            sr_session_predictions(session, entry, selection->filter.split, &predictions, error);
    }
    size_t count = selection->count;
    for (size_t i = 1; i <= count; i++) {
        size_t at = step > 0 ? (selection->at + i) % count : (selection->at + count - i) % count;
        uint32_t row = selection->rows[at];
        const struct sr_images *images = &session->data->files[sr_selection_file(selection, at)];
        const int label = sr_images_label(images, row);
        bool hit = label >= 0 && strcasestr(session->data->class_names[label], text);
        size_t position = predictions && !hit ? sr_predictions_find(predictions, row) : SIZE_MAX;
        if (position != SIZE_MAX)
            hit = strcasestr(session->data->class_names[predictions->predicted[position]], text) !=
                  NULL;
        if (!hit) continue;
        selection->at = at;
        return SR_OK;
    }
    return sr_error_set(error, SR_ERROR_STATE, "no sample of this selection matches \"%s\"", text);
}
