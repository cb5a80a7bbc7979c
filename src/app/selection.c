/* selection.c - the samples that are selected. They are kept as row numbers, which mean the same
 * sample under every filter and split. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/app/audit.h"
#include "sartor/app/map.h"
#include "sartor/base/memory.h"

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
                                 .audit_of = SR_FEATURES_HOG};
}

static bool needs_predictions(const struct sr_filter *filter)
{
    return filter->as >= 0 || filter->right >= 0 || isfinite(filter->confidence_low) ||
           isfinite(filter->confidence_high) || filter->order != SR_ORDER_INDEX || filter->beats[0];
}

/* A row with the value to sort it by. */
struct key {
    double value;
    uint32_t row;
};

static double order_value(enum sr_order order, const struct sr_predictions *predictions,
                          size_t position)
{
    const float *p = predictions->probabilities + position * (size_t)predictions->classes;
    double first = (double)p[predictions->predicted[position]], second = 0;
    if (order == SR_ORDER_LOSS) return -log(fmax((double)p[predictions->truth[position]], 1e-30));
    if (order == SR_ORDER_CONFIDENCE) return first;
    for (int c = 0; c < predictions->classes; c++)
        if (c != predictions->predicted[position]) second = fmax(second, (double)p[c]);
    return first - second;
}

static int by_key(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    if (x->value != y->value) return x->value < y->value ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static void sort_rows(uint32_t *rows, size_t count, const struct sr_filter *filter,
                      const struct sr_predictions *predictions)
{
    if (filter->order != SR_ORDER_INDEX && predictions) {
        struct key *keys = sr_xalloc(count * sizeof *keys);
        for (size_t i = 0; i < count; i++)
            keys[i] = (struct key){
                order_value(filter->order, predictions, sr_predictions_find(predictions, rows[i])),
                rows[i]};
        qsort(keys, count, sizeof *keys, by_key);
        for (size_t i = 0; i < count; i++) rows[i] = keys[i].row;
        free(keys);
    }
    for (size_t i = 0; filter->descending && i < count / 2; i++) {
        uint32_t swap = rows[i];
        rows[i] = rows[count - 1 - i];
        rows[count - 1 - i] = swap;
    }
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

static bool has_tag(const struct sr_session *session, const struct sr_filter *filter,
                    enum sr_file file, uint32_t row)
{
    if (!filter->tagged) return true;
    uint32_t wanted = 0;
    for (size_t n = 0; n < session->tag_names_count; n++)
        if (!filter->tag[0] || !strcmp(session->tag_names[n], filter->tag)) wanted |= 1u << n;
    return session->tags[file] && session->tags[file][row] & wanted;
}

/* Is the sample in the lasso, whose points are `inside`; NULL: there is none. */
static bool in_lasso(const struct sr_session *session, const bool *inside, enum sr_file file,
                     uint32_t row)
{
    if (!inside) return true;
    return file < SR_FILE_COUNT &&
           inside[file == SR_FILE_TEST ? session->data->files[SR_FILE_TRAIN].count + row : row];
}

enum sr_file sr_selection_file(const struct sr_selection *selection, size_t at)
{
    return at < selection->other_from ? selection->file : SR_FILE_TEST;
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
                has_tag(session, &wanted, (enum sr_file)f, i) &&
                in_lasso(session, inside, (enum sr_file)f, i))
                rows[count++] = i;
        sort_rows(rows + from, count - from, &wanted, NULL);
        for (size_t i = from; had && (int)file == f && i < count; i++)
            if (rows[i] == row) at = i;
        if (f == SR_FILE_TRAIN) other_from = count;
    }
    free(selection->rows);
    *selection = (struct sr_selection){wanted, SR_FILE_TRAIN,         rows, other_from, count,
                                       at,     selection->version + 1};
    return SR_OK;
}

/* Select suspects: the most suspect first, or last with `descending`. */
static enum sr_status select_suspects(struct sr_session *session, struct sr_filter wanted,
                                      const bool *inside, struct sr_error *error)
{
    if (!session->suspects.folds)
        return sr_error_set(error, SR_ERROR_STATE,
                            "no suspects have been searched for in this data; suspects MODEL does "
                            "so, such as: suspects cnn");
    wanted.split = SR_SPLIT_TRAIN;
    wanted.model[0] = '\0';
    uint32_t *rows = sr_array_raw(session->suspects.count, sizeof *rows, "the selection", error);
    if (!rows) return error->status;
    size_t count = 0, at = 0;
    for (size_t i = 0; i < session->suspects.count; i++) {
        const struct sr_suspect *one = &session->suspects.items[i];
        if ((wanted.class >= 0 && one->label != wanted.class) ||
            (wanted.as >= 0 && one->suggested != wanted.as) ||
            sr_dataset_left_out(session->data, SR_FILE_TRAIN, one->row) ||
            !has_tag(session, &wanted, SR_FILE_TRAIN, one->row) ||
            !in_lasso(session, inside, SR_FILE_TRAIN, one->row))
            continue;
        rows[count++] = one->row;
    }
    sort_rows(rows, count, &wanted, NULL);
    struct sr_selection *selection = &session->selection;
    const bool kept =
        selection->count && sr_selection_file(selection, selection->at) == SR_FILE_TRAIN;
    for (size_t i = 0; kept && i < count; i++)
        if (rows[i] == selection->rows[selection->at]) at = i;
    free(selection->rows);
    *selection = (struct sr_selection){wanted, SR_FILE_TRAIN,         rows, count, count,
                                       at,     selection->version + 1};
    return SR_OK;
}

/* Does a sample that was found pass the rest of the filter? */
static bool is_found(const struct sr_session *session, const struct sr_filter *wanted,
                     const struct sr_samples *split, enum sr_file file, uint32_t row)
{
    if (wanted->class >= 0 && sr_images_label(&session->data->files[file], row) != wanted->class)
        return false;
    if (!has_tag(session, wanted, file, row)) return false;
    if (sr_dataset_left_out(session->data, file, row)) return false;
    if (wanted->everywhere) return true;
    if (file != sr_split_file(wanted->split)) return false;
    if (!split->rows) return true;
    size_t low = 0, high = split->count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (split->rows[middle] < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low < split->count && split->rows[low] == row;
}

/* Findings of the audit, the worst first in each file; of a pair both samples, one after the
 * other. */
static enum sr_status select_audit(struct sr_session *session, struct sr_filter wanted,
                                   const bool *inside, struct sr_error *error)
{
    struct sr_finding *findings = NULL;
    size_t found = 0, count = 0, other_from = 0, at = 0;
    enum sr_status status = sr_session_audit_filter(session, &wanted, &findings, &found, error);
    if (status) return status;
    const size_t all =
        session->data->files[SR_FILE_TRAIN].count + session->data->files[SR_FILE_TEST].count;
    const struct sr_samples split = sr_session_samples(session, wanted.split);
    struct sr_selection *selection = &session->selection;
    const bool had = selection->count > 0;
    const enum sr_file here = had ? sr_selection_file(selection, selection->at) : SR_FILE_TRAIN;
    const uint32_t row_here = had ? selection->rows[selection->at] : 0;
    uint8_t *taken = sr_xalloc(all + 1);
    uint32_t *rows = sr_xalloc((2 * found + 1) * sizeof *rows);
    for (enum sr_file file = SR_FILE_TRAIN; file < SR_FILE_COUNT; file++) {
        const size_t from = count;
        for (size_t i = 0; i < 2 * found; i++) {
            const uint32_t place = i % 2 ? findings[i / 2].with : findings[i / 2].place;
            uint32_t row;
            if (place == SR_NO_PLACE || taken[place] ||
                sr_audit_sample(session, place, &row) != file ||
                !is_found(session, &wanted, &split, file, row) ||
                !in_lasso(session, inside, file, row))
                continue;
            taken[place] = 1;
            rows[count++] = row;
        }
        sort_rows(rows + from, count - from, &wanted, NULL);
        for (size_t i = from; had && here == file && i < count; i++)
            if (rows[i] == row_here) at = i;
        if (file == SR_FILE_TRAIN) other_from = count;
    }
    free(taken);
    free(findings);
    if (wanted.everywhere) wanted.split = SR_SPLIT_TRAIN;
    wanted.model[0] = '\0';
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
        if (!has_tag(session, &wanted, file, row) || !in_lasso(session, inside, file, row))
            continue;
        rows[count++] = row;
    }
    sort_rows(rows, count, &wanted, predictions);
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
    if (filter->suspects) sr_text_add(text, " suspects");
    if (filter->audit >= 0) {
        sr_text_printf(text, " audit=%s", sr_audit_checks[filter->audit].name);
        if (isfinite(filter->threshold)) sr_text_printf(text, " threshold=%g", filter->threshold);
        if (filter->audit_of != SR_FEATURES_HOG)
            sr_text_printf(text, " of=%s", sr_features_names[filter->audit_of]);
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

enum sr_status sr_session_index(struct sr_session *session, const char *text, enum sr_file *file,
                                uint32_t *row, struct sr_error *error)
{
    enum sr_status status = sr_session_data(session, error);
    if (status) return status;
    const char *colon = strchr(text, ':'), *digits = colon ? colon + 1 : text;
    int64_t number;
    if (colon) {
        size_t length = (size_t)(colon - text);
        if (length == 5 && !strncmp(text, "train", 5))
            *file = SR_FILE_TRAIN;
        else if (length == 4 && !strncmp(text, "test", 4))
            *file = SR_FILE_TEST;
        else if (length == 10 && !strncmp(text, "validation", 10))
            *file = SR_FILE_TRAIN;
        else if (length == 7 && !strncmp(text, "picture", 7) &&
                 session->data->files[SR_FILE_PICTURES].count)
            *file = SR_FILE_PICTURES;
        else
            return sr_error_set(error, SR_ERROR_ARGUMENT,
                                "\"%s\" is not a sample: write train:17 or test:17", text);
    }
    if (!sr_parse_integer(digits, &number) || number < 0)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "\"%s\" is not a sample's index: write 17, train:17 or test:17", text);
    size_t count = session->data->files[*file].count;
    if (!count)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "there is no %s:%lld; the %s file has no images", sr_file_names[*file],
                            (long long)number, sr_file_names[*file]);
    if ((uint64_t)number >= count)
        return sr_error_set(
            error, SR_ERROR_ARGUMENT, "there is no %s:%lld; the %s file's rows go from 0 to %zu",
            sr_file_names[*file], (long long)number, sr_file_names[*file], count - 1);
    *row = (uint32_t)number;
    return SR_OK;
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
