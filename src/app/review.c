/* review.c - see review.h. */
#include "sartor/app/review.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/app/audit.h"
#include "sartor/base/memory.h"

const char *const sr_reason_names[SR_REASON_COUNT] = {"label", "conflict", "uncertain"};

/* ---- the queue that is shown ---- */

struct shown {
    struct sr_review_item *items; /* sorted by file and row */
    size_t count;
};

static void shown_fini(void *state)
{
    free(((struct shown *)state)->items);
}

static const struct sr_state_kind shown_kind = {.size = sizeof(struct shown), .fini = shown_fini};

static int by_sample(const void *a, const void *b)
{
    const struct sr_review_item *x = a, *y = b;
    if (x->file != y->file) return x->file < y->file ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

void sr_session_keep_review(struct sr_session *session, struct sr_review_item *items, size_t count)
{
    struct shown *shown = sr_session_state(session, &shown_kind);
    free(shown->items);
    if (count) qsort(items, count, sizeof *items, by_sample);
    *shown = (struct shown){items, count};
}

/* ---- making it ---- */

static int by_chance(const void *a, const void *b)
{
    const struct sr_review_item *x = a, *y = b;
    if (x->file != y->file) return x->file < y->file ? -1 : 1;
    if (x->chance < y->chance || x->chance > y->chance) return x->chance > y->chance ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

struct review {
    struct sr_session *session;
    struct sr_review_item *best; /* of each place; chance 0 for none */
    size_t trained;
};

static void offer(struct review *review, uint32_t place, enum sr_reason reason, int suggested,
                  double chance)
{
    struct sr_review_item *one = &review->best[place];
    uint32_t row;
    const enum sr_file file = sr_audit_sample(review->session, place, &row);
    if (suggested < 0 || chance <= (double)one->chance) return;
    *one = (struct sr_review_item){file, row, reason, (uint8_t)suggested, (float)chance};
}

static enum sr_status offer_findings(struct review *review, struct sr_error *error)
{
    static const enum sr_audit_kind kinds[] = {SR_AUDIT_LABEL, SR_AUDIT_CONFLICT};
    const struct sr_audit_request request = {
        .kinds = 1u << SR_AUDIT_LABEL | 1u << SR_AUDIT_CONFLICT, .of = SR_FEATURES_HOG};
    struct sr_session_audit audit;
    enum sr_status status = sr_session_audit(review->session, &request, &audit, error);
    for (int k = 0; !status && k < 2; k++) {
        struct sr_finding *found;
        const size_t count = sr_audit_find(&audit.base, kinds[k], NAN, &found);
        const struct sr_images *files = audit.base.files;
        for (size_t i = 0; i < count; i++) {
            if (kinds[k] == SR_AUDIT_LABEL) {
                offer(review, found[i].place, SR_REASON_LABEL, found[i].class,
                      (1 - found[i].score) / 2);
                continue;
            }
            const uint32_t pair[2] = {found[i].place, found[i].with};
            for (int side = 0; side < 2; side++) {
                uint32_t row;
                const enum sr_file file = sr_audit_sample(review->session, pair[!side], &row);
                offer(review, pair[side], SR_REASON_CONFLICT, sr_images_label(&files[file], row),
                      0.5);
            }
        }
        free(found);
    }
    sr_session_audit_fini(&audit);
    return status;
}

static enum sr_status offer_predictions(struct review *review, struct sr_entry *model,
                                        struct sr_error *error)
{
    const struct sr_predictions *said;
    enum sr_status status =
        sr_session_predictions(review->session, model, SR_SPLIT_VALIDATION, &said, error);
    for (size_t i = 0; !status && i < said->count; i++) {
        const float *p = said->probabilities + i * (size_t)said->classes;
        const int best = said->predicted[i];
        if (best == said->truth[i]) continue;
        offer(review, said->rows[i], SR_REASON_UNCERTAIN, best,
              (1 - (double)p[said->truth[i]] + (double)p[best]) / 2);
    }
    return status;
}

enum sr_status sr_session_review(struct sr_session *session, struct sr_entry *model,
                                 struct sr_review_item **items, size_t *count,
                                 struct sr_error *error)
{
    *items = NULL;
    *count = 0;
    enum sr_status status = sr_session_data(session, error);
    if (status) return status;
    const struct sr_images *files = session->data->files;
    const size_t all = files[SR_FILE_TRAIN].count + files[SR_FILE_TEST].count;
    struct review review = {session, sr_array_new(all, sizeof *review.best, "the queue", error),
                            files[SR_FILE_TRAIN].count};
    if (!review.best) return error->status;
    status = offer_findings(&review, error);
    if (!status && model) status = offer_predictions(&review, model, error);
    for (size_t i = 0; !status && i < all; i++)
        if (review.best[i].chance > 0) review.best[(*count)++] = review.best[i];
    if (status) {
        free(review.best);
        return status;
    }
    if (*count) qsort(review.best, *count, sizeof *review.best, by_chance);
    *items = review.best;
    return SR_OK;
}

/* ---- suggestions and progress ---- */

static bool suggest_from_queue(struct sr_session *session, enum sr_file file, uint32_t row,
                               struct sr_suggestion *suggestion)
{
    const struct shown *shown = sr_session_state(session, &shown_kind);
    const struct sr_review_item wanted = {.file = file, .row = row};
    const struct sr_review_item *found =
        (session->selection.filter.queue || session->selection.filter.audit == SR_AUDIT_LABEL) &&
                shown->count
            ? bsearch(&wanted, shown->items, shown->count, sizeof wanted, by_sample)
            : NULL;
    if (!found) return false;
    *suggestion = (struct sr_suggestion){.class = found->suggested, .confidence = found->chance};
    snprintf(suggestion->by, sizeof suggestion->by, "%.31s",
             found->reason == SR_REASON_UNCERTAIN  ? session->selection.filter.model
             : found->reason == SR_REASON_CONFLICT ? "twin"
                                                   : "audit");
    return true;
}

static bool suggest_by_model(struct sr_session *session, enum sr_file file, uint32_t row,
                             struct sr_suggestion *suggestion)
{
    const struct sr_filter *filter = &session->selection.filter;
    struct sr_entry *entry =
        filter->model[0] ? sr_session_entry(session, filter->model, NULL) : NULL;
    if (!entry || sr_split_file(filter->split) != file) return false;
    const struct sr_predicted *said = sr_session_predicted(session, entry, filter->split);
    const size_t at = said ? sr_predictions_find(&said->predictions, row) : SIZE_MAX;
    if (at == SIZE_MAX) return false;
    const int best = said->predictions.predicted[at];
    if (best == said->predictions.truth[at]) return false;
    *suggestion = (struct sr_suggestion){
        .class = (uint8_t)best,
        .confidence =
            said->predictions.probabilities[at * (size_t)said->predictions.classes + (size_t)best]};
    snprintf(suggestion->by, sizeof suggestion->by, "%.31s", entry->name);
    return true;
}

bool sr_session_suggestion(struct sr_session *session, enum sr_file file, uint32_t row,
                           struct sr_suggestion *suggestion)
{
    const size_t at = file == SR_FILE_TRAIN ? sr_session_suspect(session, row) : SIZE_MAX;
    if (at == SIZE_MAX)
        return suggest_from_queue(session, file, row, suggestion) ||
               suggest_by_model(session, file, row, suggestion);
    const struct sr_suspect *suspect = &session->suspects.items[at];
    *suggestion = (struct sr_suggestion){.class = suspect->suggested, .confidence = suspect->other};
    snprintf(suggestion->by, sizeof suggestion->by, "%.31s", session->suspects.model);
    return true;
}

size_t sr_selection_decided(const struct sr_session *session)
{
    const struct sr_selection *selection = &session->selection;
    size_t count = 0;
    for (size_t i = 0; i < selection->count; i++)
        count += sr_session_marked(session, sr_selection_file(selection, i), selection->rows[i]) !=
                 SR_MARK_NONE;
    return count;
}

bool sr_selection_reviews(const struct sr_session *session)
{
    const struct sr_filter *filter = &session->selection.filter;
    return filter->queue || filter->suspects || filter->audit >= 0;
}
