/* decided.c - see decisions.h: the data with the decisions applied, in place of the data as it is.
 */
#include <stdlib.h>
#include <string.h>

#include "sartor/app/session.h"
#include "sartor/base/memory.h"

bool sr_session_decisions_apply(const struct sr_session *session)
{
    return sr_args_switch(session->options, "decisions");
}

/* What the decisions come to: another class, or nothing left of a sample whose label is known to be
 * wrong, but not what it should be. */
static size_t rule(const struct sr_session *session, struct sr_ruling *rulings)
{
    const struct sr_decisions *all = &session->decisions;
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++) {
        const struct sr_decision *one = &all->items[i];
        const bool out = sr_decision_leaves_out(one);
        if (out || one->mark == SR_MARK_AS)
            rulings[count++] = (struct sr_ruling){one->file, one->row, out, one->class};
    }
    return count;
}

struct sr_dataset *sr_session_decided(const struct sr_session *session)
{
    struct sr_dataset *opened = sr_dataset_opened(session->data);
    struct sr_ruling *rulings = sr_xalloc((session->decisions.count + 1) * sizeof *rulings);
    const size_t count = rule(session, rulings);
    struct sr_dataset *decided =
        count ? sr_dataset_decide(opened, rulings, count) : sr_dataset_ref(opened);
    free(rulings);
    if (decided != opened && !decided->relabelled && !decided->dropped) {
        sr_dataset_unref(decided);
        return sr_dataset_ref(opened);
    }
    return decided;
}

/* Of whole files. Pixels are counted anew only when other rows are left out. */
static void count_anew(struct sr_session *session, const struct sr_dataset *before)
{
    const struct sr_dataset *data = session->data;
    for (enum sr_file f = SR_FILE_TRAIN; f < SR_FILE_COUNT; f++) {
        const struct sr_samples rows = sr_dataset_samples(data, f);
        struct sr_stats *stats = session->stats[f];
        if (before->left_out[f] || data->left_out[f]) {
            sr_stats_compute(stats, &rows, -1);
            continue;
        }
        for (int c = 0; c < data->classes; c++) stats->class_counts[c] = 0;
        for (size_t i = 0; i < rows.count; i++) stats->class_counts[sr_samples_label(&rows, i)]++;
    }
}

/* Take what is left out from the selection: it stays what it is otherwise. */
static void prune(struct sr_session *session)
{
    struct sr_selection *selection = &session->selection;
    size_t kept = 0, at = 0, other_from = 0;
    for (size_t i = 0; i < selection->count; i++) {
        const enum sr_file file = sr_selection_file(selection, i);
        if (i == selection->at) at = kept;
        if (i == selection->other_from) other_from = kept;
        if (!sr_dataset_left_out(session->data, file, selection->rows[i]))
            selection->rows[kept++] = selection->rows[i];
    }
    selection->other_from = selection->other_from >= selection->count ? kept : other_from;
    selection->count = kept;
    selection->at = at < kept || !kept ? at : kept - 1;
    if (!kept) selection->at = 0;
    selection->version++;
}

enum sr_status sr_session_apply_decisions(struct sr_session *session, struct sr_error *error)
{
    if (!session->data) return SR_OK;
    struct sr_dataset *before = sr_dataset_ref(sr_dataset_origin(session->data)),
                      *wanted = sr_session_decisions_apply(session)
                                    ? sr_session_decided(session)
                                    : sr_dataset_ref(sr_dataset_opened(session->data));
    enum sr_status status = SR_OK;
    if (wanted == before ||
        (wanted->opened && before->opened && !strcmp(wanted->digest, before->digest))) {
        sr_dataset_unref(wanted);
    } else {
        struct sr_filter filter = session->selection.filter;
        filter.change = (struct sr_change){0};
        sr_session_put_data(session, wanted);
        count_anew(session, before);
        status = sr_session_draw_split(session, error);
        if (!status && session->selection.rows &&
            sr_session_select(session, &filter, &(struct sr_error){0}))
            prune(session);
    }
    sr_dataset_unref(before);
    return status;
}

enum sr_status sr_session_decide(struct sr_session *session, struct sr_decision *decisions,
                                 size_t count, struct sr_error *error)
{
    enum sr_status status = sr_session_add_decisions(session, decisions, count, error);
    return status ? status : sr_session_apply_decisions(session, error);
}
