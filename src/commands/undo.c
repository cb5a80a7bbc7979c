/* undo.c - undo and restore, and the stack of changes that they take back. */
#include "undo.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "sartor/base/memory.h"
#include "sartor/panes/pane.h"

SR_RUN(undo_run);
SR_RUN(restore_run);

const struct sr_command sr_command_undo = {
    .name = "undo",
    .group = "program",
    .help = "Undo the last mark, tag, filter, renaming or deletion of this session; again for the "
            "one before it.",
    .run = undo_run,
};

const struct sr_command sr_command_restore = {
    .name = "restore",
    .group = "models",
    .help = "Bring back a model, or a checkpoint, that this session has deleted.",
    .params = (const struct sr_param[]){{"name", SR_PARAM_TEXT, .positional = true,
                                         .required = true, .help = "Its name."},
                                        {0}},
    .run = restore_run,
};

/* What is selected and shown. */
struct place {
    const struct sr_pane *pane;
    struct sr_filter filter;
    bool sample; /* the cursor is on one: */
    enum sr_file file;
    uint32_t row;
};

struct change {
    const struct change_kind *kind;
    struct place before;
    char data[80]; /* digest of the data that it is about; "" where it is about none */
    /* Of samples, as they were: */
    struct sr_tagged *tagged;
    size_t tagged_count;
    struct sr_decision *decisions;
    size_t decision_count;
    /* Of the model: */
    char name[96], other[64];
    struct sr_removed removed;
    /* While it is being undone: */
    bool taken_back;
    struct sr_text said, line;
};

struct change_kind {
    /* Take the change back; `said` gets what is true now, `line` a command that does the same. */
    enum sr_status (*undo)(struct sr_session *session, struct change *change,
                           struct sr_error *error);
    bool shown; /* it is about what panes show, which is brought back too */
};

enum { CHANGES_MAX = 200 };
struct undo {
    struct change *items[CHANGES_MAX]; /* the latest last */
    size_t count;
    struct place now; /* before the command that is being run */
};

static void change_free(struct change *change)
{
    sr_removed_free(&change->removed);
    free(change->tagged);
    free(change->decisions);
    sr_text_fini(&change->said);
    sr_text_fini(&change->line);
    free(change);
}

static void fini(void *state)
{
    struct undo *undo = state;
    for (size_t i = 0; i < undo->count; i++) change_free(undo->items[i]);
}

static struct undo *undo_of(struct sr_session *session)
{
    static const struct sr_state_kind kind = {.size = sizeof(struct undo), .fini = fini};
    return sr_session_state(session, &kind);
}

static void take_out(struct undo *undo, size_t at)
{
    memmove(&undo->items[at], &undo->items[at + 1], (--undo->count - at) * sizeof *undo->items);
}

/* --- places ---------------------------------------------------------------------------- */

static struct place place_of(const struct sr_session *session)
{
    const struct sr_selection *selection = &session->selection;
    struct place place = {.pane = session->view.pane, .filter = selection->filter};
    place.sample = session->data && selection->at < selection->count;
    if (!place.sample) return place;
    place.file = sr_selection_file(selection, selection->at);
    place.row = selection->rows[selection->at];
    return place;
}

static bool same_filter(const struct sr_filter *a, const struct sr_filter *b)
{
    return a->split == b->split && a->class == b->class && a->as == b->as && a->right == b->right &&
           !(a->confidence_low < b->confidence_low) && !(a->confidence_low > b->confidence_low) &&
           !(a->confidence_high < b->confidence_high) &&
           !(a->confidence_high > b->confidence_high) && a->everywhere == b->everywhere &&
           a->tagged == b->tagged && !strcmp(a->tag, b->tag) && a->suspects == b->suspects &&
           !strcmp(a->beats, b->beats) && a->order == b->order && a->descending == b->descending &&
           a->audit == b->audit && !strcmp(a->audit_of, b->audit_of) &&
           !(a->threshold < b->threshold) && !(a->threshold > b->threshold) &&
           isnan(a->threshold) == isnan(b->threshold) && !strcmp(a->model, b->model) &&
           sr_change_same(a->change, b->change);
}

/* Show the place again: its filter, and the sample under its cursor. */
static enum sr_status go_back(struct sr_session *session, const struct place *place,
                              struct sr_error *error)
{
    if (!same_filter(&place->filter, &session->selection.filter)) {
        enum sr_status status = sr_session_select(session, &place->filter, error);
        if (status) return status;
    }
    struct sr_selection *selection = &session->selection;
    for (size_t i = 0; place->sample && i < selection->count; i++)
        if (selection->rows[i] == place->row && sr_selection_file(selection, i) == place->file)
            selection->at = i;
    session->view.pane = place->pane;
    return SR_OK;
}

/* --- kinds ----------------------------------------------------------------------------- */

static void print_tagging(const struct sr_session *session, const struct sr_tagged *one,
                          struct sr_text *line)
{
    sr_text_printf(line, "%stag %s:%u off", line->length ? "; " : "", sr_file_names[one->file],
                   one->row);
    for (size_t n = 0; n < session->tag_names_count; n++) {
        if (!(one->tags & 1u << n)) continue;
        sr_text_printf(line, "; tag %s:%u", sr_file_names[one->file], one->row);
        if (n) sr_text_printf(line, " name=%s", session->tag_names[n]);
    }
}

static enum sr_status undo_tag(struct sr_session *session, struct change *change,
                               struct sr_error *error)
{
    const struct sr_tagged *first = change->tagged;
    enum sr_status status = sr_session_tag_all(session, first, change->tagged_count, error);
    if (status) return status;
    struct sr_text words = {0};
    sr_session_tag_words(session, first->file, first->row, &words);
    if (change->tagged_count == 1)
        sr_text_printf(&change->said, "%s:%u is %s again", sr_file_names[first->file], first->row,
                       words.length ? sr_text_get(&words) : "not tagged");
    else
        sr_text_printf(&change->said, "%zu samples are tagged as they were", change->tagged_count);
    for (size_t i = 0; i < change->tagged_count; i++)
        print_tagging(session, &change->tagged[i], &change->line);
    sr_text_fini(&words);
    return SR_OK;
}

static enum sr_status undo_mark(struct sr_session *session, struct change *change,
                                struct sr_error *error)
{
    static const char *const said[SR_MARK_COUNT] = {"not marked", "marked keep", "flagged",
                                                    "left out", "of another class"};
    static const char *const words[SR_MARK_COUNT] = {"undo", "keep", "flag", "drop", ""};
    enum sr_status status =
        sr_session_decide(session, change->decisions, change->decision_count, error);
    if (status) return status;
    const struct sr_decision *first = change->decisions;
    if (change->decision_count == 1)
        sr_text_printf(&change->said, "%s:%u is %s again", sr_file_names[first->file], first->row,
                       said[first->mark]);
    else
        sr_text_printf(&change->said, "%zu samples are as they were", change->decision_count);
    for (size_t i = 0; i < change->decision_count; i++) {
        const struct sr_decision *one = &change->decisions[i];
        sr_text_printf(&change->line, "%smark %s:%u %s", i ? "; " : "", sr_file_names[one->file],
                       one->row, words[one->mark]);
        if (one->mark == SR_MARK_AS) sr_text_printf(&change->line, "as=%d", one->class);
    }
    return SR_OK;
}

static enum sr_status undo_rename(struct sr_session *session, struct change *change,
                                  struct sr_error *error)
{
    struct sr_entry *entry = sr_session_entry(session, change->other, error);
    if (!entry) return error->status;
    enum sr_status status = sr_session_rename(session, entry, change->name, error);
    if (status) return status;
    sr_text_printf(&change->said, "%s is %s again", change->other, change->name);
    sr_text_printf(&change->line, "rename %s %s", change->other, change->name);
    return SR_OK;
}

static enum sr_status undo_delete(struct sr_session *session, struct change *change,
                                  struct sr_error *error)
{
    enum sr_status status = sr_session_restore(session, &change->removed, error);
    if (status) return status;
    sr_text_printf(&change->said, "%s is there again", change->name);
    sr_text_printf(&change->line, "restore %s", change->name);
    return SR_OK;
}

/* The place before it is all there is to bring back. */
static enum sr_status undo_filter(struct sr_session *session, struct change *change,
                                  struct sr_error *error)
{
    (void)error;
    sr_text_add(&change->said, "back to ");
    sr_filter_print(session, &change->before.filter, &change->said);
    sr_text_add(&change->line, "browse ");
    sr_filter_print(session, &change->before.filter, &change->line);
    return SR_OK;
}

static const struct change_kind tag_kind = {undo_tag, true}, mark_kind = {undo_mark, true},
                                filter_kind = {undo_filter, true},
                                rename_kind = {undo_rename, false},
                                delete_kind = {undo_delete, false};

/* --- pushing --------------------------------------------------------------------------- */

static struct change *push(struct sr_session *session, const struct change_kind *kind)
{
    struct undo *undo = undo_of(session);
    struct change *change = sr_xalloc(sizeof *change);
    change->kind = kind;
    change->before = undo->now;
    if (kind->shown && session->data)
        snprintf(change->data, sizeof change->data, "%s", session->data->digest);
    if (undo->count == CHANGES_MAX) {
        change_free(undo->items[0]);
        take_out(undo, 0);
    }
    undo->items[undo->count++] = change;
    return change;
}

void undo_before(struct sr_session *session)
{
    undo_of(session)->now = place_of(session);
}

void undo_after(struct sr_session *session, const struct sr_item *item)
{
    const struct undo *undo = undo_of(session);
    if (item->command != &sr_command_undo && undo->now.sample &&
        !same_filter(&undo->now.filter, &session->selection.filter))
        push(session, &filter_kind);
}

void undo_push_tags(struct sr_session *session, const struct sr_tagged *before, size_t count)
{
    bool changed = false;
    for (size_t i = 0; i < count; i++)
        changed = changed || session->tags[before[i].file][before[i].row] != before[i].tags;
    if (!changed) return;
    struct change *change = push(session, &tag_kind);
    change->tagged = memcpy(sr_xalloc(count * sizeof *before), before, count * sizeof *before);
    change->tagged_count = count;
}

void undo_push_mark(struct sr_session *session, const struct sr_decision *before, size_t count)
{
    struct change *change = push(session, &mark_kind);
    const size_t bytes = count * sizeof *before;
    change->decisions = memcpy(sr_xalloc(bytes), before, bytes);
    change->decision_count = count;
}

void undo_push_rename(struct sr_session *session, const char *before, const char *after)
{
    struct change *change = push(session, &rename_kind);
    snprintf(change->name, sizeof change->name, "%s", before);
    snprintf(change->other, sizeof change->other, "%s", after);
}

void undo_push_delete(struct sr_session *session, const char *name,
                      const struct sr_removed *removed)
{
    struct change *change = push(session, &delete_kind);
    snprintf(change->name, sizeof change->name, "%s", name);
    change->removed = *removed;
}

/* --- the commands ---------------------------------------------------------------------- */

static void free_state(struct sr_session *session, void *state)
{
    (void)session;
    change_free(state);
}

/* The latest change that is not about other data, taken from the stack. */
static struct change *pop(struct sr_session *session)
{
    struct undo *undo = undo_of(session);
    while (undo->count) {
        struct change *change = undo->items[--undo->count];
        if (!change->data[0] || (session->data && !strcmp(change->data, session->data->digest)))
            return change;
        change_free(change);
    }
    return NULL;
}

/* In the log stands what has been done, since a replay has no such stack: what only changes what is
 * shown is not in the log, but is on the stack. */
static void record(struct sr_session *session, const struct sr_item *item,
                   const struct change *change)
{
    if (!item->logged) return;
    char **line = &session->log.lines[item->logged - 1].text;
    free(*line);
    *line = sr_xstrdup(sr_text_get(&change->line));
}

SR_RUN(undo_run)
{
    SR_UNUSED;
    struct change *change = item->state;
    enum sr_status status = SR_OK;
    if (!change) {
        change = item->state = pop(session);
        if (!change)
            return sr_error_set(error, SR_ERROR_STATE,
                                "nothing to undo: no mark, tag, filter, renaming or deletion of "
                                "this session is left");
        item->free_state = free_state;
    }
    if (!change->taken_back) status = change->kind->undo(session, change, error);
    if (status) return status;
    change->taken_back = true;
    if (change->kind->shown) status = go_back(session, &change->before, error);
    if (status == SR_PENDING) return status;
    record(session, item, change);
    sr_reply_say(reply, "%s", sr_text_get(&change->said));
    return change->kind == &filter_kind ? status : SR_OK;
}

SR_RUN(restore_run)
{
    SR_UNUSED;
    struct undo *undo = undo_of(session);
    const char *name = sr_args_text(args, "name");
    for (size_t i = undo->count; i-- > 0;) {
        struct change *change = undo->items[i];
        if (change->kind != &delete_kind || strcmp(change->name, name)) continue;
        enum sr_status status = undo_delete(session, change, error);
        if (status) return status;
        sr_reply_say(reply, "%s", sr_text_get(&change->said));
        change_free(change);
        take_out(undo, i);
        return SR_OK;
    }
    return sr_error_set(error, SR_ERROR_STATE, "this session has deleted no \"%.60s\"", name);
}
