#include "sartor/commands/queue.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "record.h"
#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include "undo.h"

/* Seconds of work after which sr_queue_run returns to the front end, so that keys are answered. */
static const double TURN = 0.2;

struct sr_queue {
    struct sr_item *first, *last;
    struct sr_item *running; /* whose command is being run; NULL for none */
    struct sr_item *asking;  /* whose question is shown; NULL for none */
    unsigned lines;          /* number of the line entered last */
    size_t shows;            /* items that are run at once */
};

static struct sr_queue *queue_of(struct sr_session *session)
{
    if (!session->queue) session->queue = sr_xalloc(sizeof *session->queue);
    return session->queue;
}

/* --- what an item is ------------------------------------------------------------------- */

static bool is_within(const struct sr_item *item, const struct sr_item *ancestor)
{
    while (item && item != ancestor) item = item->origin.parent;
    return item;
}

static bool lasts(const struct sr_item *item)
{
    return item->begun && item->command && item->command->lasting;
}

/* Is it in the background, by itself or with the item that it is run on behalf of? */
static bool is_aside(const struct sr_item *item)
{
    for (; item; item = item->origin.parent)
        if (item->origin.aside && lasts(item)) return true;
    return false;
}

/* Does it only change what is shown, so that it does not wait for others? */
static bool at_once(const struct sr_item *item)
{
    return item->origin.at_once && item->command && item->command->at_once;
}

struct sr_item *sr_queue_front(const struct sr_session *session)
{
    const struct sr_queue *queue = session->queue;
    for (struct sr_item *item = queue ? queue->first : NULL; item; item = item->next)
        if (item->begun && !item->children && !is_aside(item) && !is_within(queue->running, item))
            return item;
    return NULL;
}

size_t sr_queue_waiting(const struct sr_session *session, const struct sr_item *item)
{
    size_t count = 0;
    for (struct sr_item *other = session->queue ? session->queue->first : NULL; other;
         other = other->next)
        count += !other->origin.parent && !is_aside(other) && !is_within(item, other);
    return count;
}

bool sr_queue_empty(const struct sr_session *session)
{
    return !session->queue || !session->queue->first;
}

/* --- entering -------------------------------------------------------------------------- */

/* Put `item` in front of `next`; at the end where that is NULL. */
static void insert(struct sr_queue *queue, struct sr_item *item, struct sr_item *next)
{
    item->next = next;
    item->previous = next ? next->previous : queue->last;
    *(item->previous ? &item->previous->next : &queue->first) = item;
    *(next ? &next->previous : &queue->last) = item;
    if (item->origin.parent) item->origin.parent->children++;
    queue->shows += at_once(item);
}

static struct sr_item *item_new(const struct sr_origin *origin, unsigned line, char *text,
                                struct sr_words words)
{
    struct sr_item *item = sr_xalloc(sizeof *item);
    item->text = text;
    item->words = words;
    item->command = words.count ? sr_command_find(words.items[0], NULL) : NULL;
    item->origin = *origin;
    item->line = line;
    return item;
}

/* The commands of `text`, in front of `next`. A quote that is not closed makes an item as well,
 * which fails when its turn comes. */
static void enter(struct sr_queue *queue, const struct sr_origin *origin, unsigned line,
                  const char *text, struct sr_item *next)
{
    while (*text) {
        struct sr_words words;
        struct sr_text part = {0};
        const char *start = text;
        bool bad = sr_words_split(&text, &words, NULL);
        if (bad) text += strlen(text);
        const char *end = text;
        start += strspn(start, " \t\n");
        while (end > start && strchr("; \t\n", end[-1])) end--;
        if (!bad && !words.count) {
            sr_words_fini(&words);
            continue;
        }
        sr_text_add_bytes(&part, start, (size_t)(end - start));
        insert(queue, item_new(origin, line, sr_text_take(&part), words), next);
    }
}

/* `item` is the first of its line, and has to wait for others. What it takes for the current model
 * or sample is what a person sees now, whatever they move to meanwhile. */
static void assume(struct sr_session *session, struct sr_item *item)
{
    if (item->words.count && item->command && !at_once(item)) sr_item_assume(session, item);
}

void sr_queue_enter(struct sr_session *session, const struct sr_origin *origin, const char *line)
{
    struct sr_queue *queue = queue_of(session);
    struct sr_item *before = queue->last;
    bool waits = origin->at_once && sr_queue_front(session);
    enter(queue, origin, ++queue->lines, line, origin->parent);
    if (waits && queue->last != before) assume(session, before ? before->next : queue->first);
}

void sr_queue_enter_words(struct sr_session *session, const struct sr_origin *origin,
                          char *const *words, size_t count)
{
    struct sr_queue *queue = queue_of(session);
    struct sr_words copy = {0};
    struct sr_text text = {0};
    if (!count) return;
    for (size_t i = 0; i < count; i++) {
        if (i) sr_text_add(&text, " ");
        sr_words_quote(&text, words[i]);
        sr_words_add(&copy, words[i]);
    }
    insert(queue, item_new(origin, ++queue->lines, sr_text_take(&text), copy), origin->parent);
}

void sr_queue_enter_behind(struct sr_session *session, struct sr_item *item, const char *line)
{
    struct sr_origin origin = item->origin;
    if (item->logged) origin.record = SR_RECORD_NONE; /* run again, the item enters them again */
    enter(queue_of(session), &origin, item->line, line, item->next);
}

/* --- leaving --------------------------------------------------------------------------- */

static void item_free(struct sr_session *session, struct sr_item *item)
{
    if (item->free_state) item->free_state(session, item->state);
    sr_args_free(item->args);
    sr_args_free(item->more);
    sr_words_fini(&item->rest);
    sr_words_fini(&item->words);
    sr_reply_fini(&item->reply);
    free(item->text);
    free(item->why);
    free(item);
}

static void leave(struct sr_session *session, struct sr_item *item)
{
    struct sr_queue *queue = session->queue;
    struct sr_item *parent = item->origin.parent;
    queue->shows -= at_once(item);
    if (queue->asking == item) {
        queue->asking = NULL;
        session->view.question = false;
    }
    *(item->previous ? &item->previous->next : &queue->first) = item->next;
    *(item->next ? &item->next->previous : &queue->last) = item->previous;
    if (parent) parent->children--;
    item_free(session, item);
}

/* The command of `item` has ended: tell its origin, and drop the rest of its line if it says so. */
static void end(struct sr_session *session, struct sr_item *item, const struct sr_error *error)
{
    enum sr_status rest = item->origin.ended(session, item, error);
    if (rest == SR_PENDING) return;
    if (item->status) record_failure(session, item);
    if (!at_once(item)) session->changes++;
    while (rest && item->next && item->next->line == item->line) leave(session, item->next);
    leave(session, item);
}

/* End `item`, the one it is run on behalf of, and the rest of that line. */
static void give_up(struct sr_session *session, struct sr_item *item, const struct sr_error *why)
{
    while (item->origin.parent) item = item->origin.parent;
    for (struct sr_item *other = session->queue->first, *next; other; other = next) {
        next = other->next;
        if (other != item && is_within(other, item)) leave(session, other);
    }
    item->done = true;
    item->status = why ? why->status : SR_ERROR_CANCELLED;
    end(session, item, why);
}

bool sr_queue_give_up(struct sr_session *session, const struct sr_error *why)
{
    struct sr_item *item = sr_queue_front(session);
    if (item) give_up(session, item, why);
    return item;
}

void sr_queue_fini(struct sr_session *session)
{
    if (!session->queue) return;
    while (session->queue->first) leave(session, session->queue->first);
    free(session->queue);
    session->queue = NULL;
}

/* --- asking ---------------------------------------------------------------------------- */

enum sr_status sr_queue_ask(struct sr_session *session, struct sr_item *item, const char *option,
                            struct sr_error *error, const char *format, ...)
{
    struct sr_queue *queue = queue_of(session);
    if (!session->interactive || item->agreed ||
        (option && !sr_args_switch(session->options, option)))
        return SR_OK;
    if (queue->asking && queue->asking != item)
        return sr_error_set(error, SR_PENDING, "another command asks first");
    va_list list;
    va_start(list, format);
    vsnprintf(session->view.question_text, sizeof session->view.question_text, format, list);
    va_end(list);
    queue->asking = item;
    session->view.question = true;
    return sr_error_set(error, SR_PENDING, "%s", session->view.question_text);
}

void sr_queue_answer(struct sr_session *session, bool yes)
{
    struct sr_item *item = session->queue ? session->queue->asking : NULL;
    session->view.question = false;
    if (!item) return;
    session->queue->asking = NULL;
    if (!yes) {
        give_up(session, item, NULL);
        return;
    }
    item->agreed = true;
    session->changes++; /* so that it is run again */
}

/* --- running --------------------------------------------------------------------------- */

/* The item to be run next, NULL for none: those that only change what is shown come first, those in
 * the background last. */
static struct sr_item *next_ready(const struct sr_session *session)
{
    const struct sr_queue *queue = session->queue;
    struct sr_item *found = NULL, *found_aside = NULL;
    unsigned line = 0; /* of the item before; the rest of its line waits for it */
    bool wait = false; /* there is one that the others wait for */
    for (struct sr_item *item = queue ? queue->first : NULL; item; item = item->next) {
        bool behind = item->line == line, aside = is_aside(item);
        line = item->line;
        if (behind || item->children) continue;
        bool ready = !item->begun || item->seen != session->changes;
        if (ready && at_once(item)) return item;
        if (ready && aside && !found_aside) found_aside = item;
        if (ready && !aside && !wait && !found) found = item;
        if (found && !queue->shows) return found;
        wait = wait || !aside;
    }
    return found ? found : found_aside;
}

bool sr_queue_ready(const struct sr_session *session)
{
    return !session->quit && next_ready(session);
}

/* One command that lasts at a time, but for those that it runs itself. */
static enum sr_status check_lasting(const struct sr_session *session, const struct sr_item *item,
                                    struct sr_error *error)
{
    if (!item->command || !item->command->lasting) return SR_OK;
    for (const struct sr_item *other = session->queue->first; other; other = other->next)
        if (lasts(other) && !is_within(item, other))
            return sr_error_set(error, SR_ERROR_STATE,
                                "%s: wait for the end of \"%.60s\", or stop it",
                                item->command->name, other->text);
    return SR_OK;
}

static enum sr_status run_command(struct sr_session *session, struct sr_item *item,
                                  struct sr_error *error)
{
    enum sr_status status = item->begun ? SR_OK : check_lasting(session, item, error);
    if (!item->begun) {
        record_begin(session, item);
        /* Other processes may have trained or deleted models meanwhile. */
        sr_session_notice_models(session);
    }
    item->begun = true;
    sr_reply_clear(&item->reply);
    undo_before(session);
    if (!status) status = sr_item_run(session, item, error);
    undo_after(session, item);
    if (status == SR_PENDING) {
        free(item->why);
        item->why = sr_xstrdup(error->text);
        if (item->origin.waits) item->origin.waits(session, item, error);
        item->waited = true;
    }
    return status;
}

bool sr_queue_step(struct sr_session *session)
{
    struct sr_queue *queue = session->queue;
    struct sr_error error = {0};
    if (!queue || queue->running || session->quit) return false;
    struct sr_item *item = queue->running = next_ready(session);
    if (!item) return false;
    item->seen = session->changes;
    if (!item->done) {
        item->status = run_command(session, item, &error);
        item->done = item->status != SR_PENDING;
    }
    if (item->done) end(session, item, &error);
    queue->running = NULL;
    return true;
}

/* For the status line. */
static void show_waiting(struct sr_session *session)
{
    const struct sr_item *front = sr_queue_front(session);
    session->waiting[0] = '\0';
    if (!front) return;
    session->waiting_behind = sr_queue_waiting(session, front);
    snprintf(session->waiting, sizeof session->waiting, "%s: %s", front->text,
             front->why ? front->why : "");
}

bool sr_queue_run(struct sr_session *session)
{
    const double start = sr_clock_seconds();
    bool any = false;
    while (sr_queue_step(session)) {
        any = true;
        if (sr_clock_seconds() - start > TURN) break;
    }
    show_waiting(session);
    return any;
}
