/* select_found.c - selections of samples that have been found: suspects, findings of the audit, and
 * the queue of what to look at next. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/app/audit.h"
#include "sartor/app/review.h"
#include "sartor/base/memory.h"
#include "select.h"

/* Select suspects: the most suspect first, or last with `descending`. */
enum sr_status select_suspects(struct sr_session *session, struct sr_filter wanted,
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
            !select_has_tag(session, &wanted, SR_FILE_TRAIN, one->row) ||
            !select_in_lasso(session, inside, SR_FILE_TRAIN, one->row))
            continue;
        rows[count++] = one->row;
    }
    select_sort_rows(rows, count, &wanted, NULL);
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
    if (!select_has_tag(session, wanted, file, row)) return false;
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

/* Label errors suggest a class, as what is in the queue does. */
static void keep_suggestions(struct sr_session *session, const struct sr_finding *findings,
                             size_t found)
{
    struct sr_review_item *items = sr_xalloc((found + 1) * sizeof *items);
    for (size_t i = 0; i < found; i++) {
        uint32_t row;
        const enum sr_file file = sr_audit_sample(session, findings[i].place, &row);
        items[i] = (struct sr_review_item){file, row, SR_REASON_LABEL, (uint8_t)findings[i].class,
                                           (float)((1 - findings[i].score) / 2)};
    }
    sr_session_keep_review(session, items, found);
}

/* Findings of the audit, the worst first in each file; of a pair both samples, one after the
 * other. */
enum sr_status select_audit(struct sr_session *session, struct sr_filter wanted, const bool *inside,
                            struct sr_error *error)
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
                !select_in_lasso(session, inside, file, row))
                continue;
            taken[place] = 1;
            rows[count++] = row;
        }
        select_sort_rows(rows + from, count - from, &wanted, NULL);
        for (size_t i = from; had && here == file && i < count; i++)
            if (rows[i] == row_here) at = i;
        if (file == SR_FILE_TRAIN) other_from = count;
    }
    if (wanted.audit == SR_AUDIT_LABEL) keep_suggestions(session, findings, found);
    free(taken);
    free(findings);
    if (wanted.everywhere) wanted.split = SR_SPLIT_TRAIN;
    wanted.model[0] = '\0';
    free(selection->rows);
    *selection = (struct sr_selection){wanted, SR_FILE_TRAIN,         rows, other_from, count,
                                       at,     selection->version + 1};
    return SR_OK;
}

/* The cursor is put on the first that nothing has been decided on. */
enum sr_status select_review(struct sr_session *session, struct sr_filter wanted,
                             const bool *inside, struct sr_error *error)
{
    struct sr_review_item *items;
    size_t found = 0, count = 0, other_from = 0, at = SIZE_MAX;
    struct sr_entry *model =
        wanted.model[0] ? sr_session_entry(session, wanted.model, error) : NULL;
    if (wanted.model[0] && !model) return error->status;
    enum sr_status status = sr_session_review(session, model, &items, &found, error);
    if (status) return status;
    const struct sr_samples split = sr_session_samples(session, wanted.split);
    struct sr_selection *selection = &session->selection;
    uint32_t *rows = sr_xalloc((found + 1) * sizeof *rows);
    for (size_t i = 0; i < found; i++) {
        const struct sr_review_item *one = &items[i];
        if (!is_found(session, &wanted, &split, one->file, one->row) ||
            !select_in_lasso(session, inside, one->file, one->row))
            continue;
        if (wanted.as >= 0 && one->suggested != wanted.as) continue;
        if (at == SIZE_MAX && !sr_session_marked(session, one->file, one->row)) at = count;
        rows[count++] = one->row;
        if (one->file == SR_FILE_TRAIN) other_from = count;
    }
    sr_session_keep_review(session, items, found);
    if (wanted.everywhere) wanted.split = SR_SPLIT_TRAIN;
    free(selection->rows);
    if (at == SIZE_MAX) at = 0;
    *selection = (struct sr_selection){wanted, SR_FILE_TRAIN,         rows, other_from, count,
                                       at,     selection->version + 1};
    return SR_OK;
}
