#include "parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/models/together.h"

/* What another rank sends before what it has made. */
struct part_answer {
    int32_t status;
    char text[SR_ERROR_TEXT];
};

/* Rank 0: the one message that the others get. */
static void tell_others(struct parts *parts)
{
    if (parts->told) return;
    parts->told = true;
    for (size_t i = 1; i < parts->count; i++)
        sr_ranks_send(parts->ranks, (int)i, SR_TAG_JOIN, NULL, 0, NULL);
}

static bool go_on(void *owner)
{
    struct parts *parts = owner;
    if (sr_ranks_failed(parts->ranks, NULL)) return false;
    if (parts->number) {
        struct sr_text nothing = {0};
        int from = 0;
        sr_ranks_watch(parts->ranks);
        if (!parts->told)
            parts->told = !sr_ranks_next(parts->ranks, SR_TAG_JOIN, false, &from, &nothing,
                                         &(struct sr_error){0});
        sr_text_fini(&nothing);
        return !parts->told;
    }
    sr_ranks_watch(parts->ranks);
    if (sr_monitor_proceed(parts->outer)) return true;
    tell_others(parts);
    return false;
}

static void pass_progress(void *owner, const struct sr_progress *progress)
{
    sr_monitor_progress(((struct parts *)owner)->outer, progress);
}

static void pass_epoch(void *owner, const struct sr_epoch *epoch)
{
    sr_monitor_epoch(((struct parts *)owner)->outer, epoch);
}

void parts_begin(struct parts *parts, const struct sr_fit *fit)
{
    *parts = (struct parts){.count = 1, .outer = fit->monitor};
    if (fit->monitor) parts->monitor = *fit->monitor;
    if (!sr_together_ranks(fit->together)) return;
    parts->ranks = sr_together_ranks(fit->together);
    parts->number = (size_t)sr_ranks_number(parts->ranks);
    parts->count = (size_t)sr_ranks_count(parts->ranks);
    parts->monitor = (struct sr_monitor){parts, pass_progress, pass_epoch, go_on};
}

size_t parts_own(const struct parts *parts, size_t all)
{
    return all > parts->number ? (all - parts->number + parts->count - 1) / parts->count : 0;
}

/* Not rank 0: send what there is, and hear that rank 0 has it. */
static void hand_over(struct parts *parts, enum sr_status status, const struct sr_text *made,
                      const struct sr_error *error)
{
    struct part_answer *answer = sr_xalloc(sizeof *answer);
    struct sr_text message = {0}, nothing = {0};
    struct sr_error ignored;
    int from = 0;
    answer->status = (int32_t)status;
    if (status) snprintf(answer->text, sizeof answer->text, "%s", error->text);
    sr_text_add_bytes(&message, answer, sizeof *answer);
    if (!status) sr_text_add_bytes(&message, made->bytes, made->length);
    sr_ranks_send(parts->ranks, 0, SR_TAG_ANSWER, message.bytes, message.length, &ignored);
    if (!parts->told) sr_ranks_next(parts->ranks, SR_TAG_JOIN, true, &from, &nothing, &ignored);
    free(answer);
    sr_text_fini(&message);
    sr_text_fini(&nothing);
}

/* Rank 0: one of the others' messages; a request to stop is passed on while it is waited for. */
static enum sr_status receive(struct parts *parts, size_t number, struct sr_text *message,
                              struct sr_error *error)
{
    struct sr_turns turns = {0};
    for (;;) {
        int from = (int)number;
        const enum sr_status status =
            sr_ranks_next(parts->ranks, SR_TAG_ANSWER, false, &from, message, error);
        if (status != SR_PENDING) return status;
        go_on(parts);
        sr_ranks_turn(parts->ranks, &turns);
    }
}

static enum sr_status read_answer(const struct sr_text *message, size_t number, parts_take *take,
                                  void *context, struct sr_error *error)
{
    struct part_answer answer;
    if (message->length < sizeof answer)
        return sr_error_set(error, SR_ERROR_FORMAT, "what rank %zu sent is damaged", number);
    memcpy(&answer, message->bytes, sizeof answer);
    answer.text[sizeof answer.text - 1] = '\0';
    if (answer.status == SR_ERROR_CANCELLED) return SR_OK;
    if (answer.status)
        return sr_error_set(error, (enum sr_status)answer.status, "rank %zu: %s", number,
                            answer.text);
    return take(context, message->bytes + sizeof answer, message->length - sizeof answer, error);
}

enum sr_status parts_gather(struct parts *parts, enum sr_status status, const struct sr_text *made,
                            parts_take *take, void *context, struct sr_error *error)
{
    if (parts->count == 1) return status;
    if (parts->number) {
        hand_over(parts, status, made, error);
        return SR_ERROR_CANCELLED;
    }
    struct sr_error why = {0};
    struct sr_text message = {0};
    if (status) tell_others(parts);
    for (size_t i = 1; i < parts->count; i++) {
        sr_text_clear(&message);
        if (receive(parts, i, &message, &why)) { /* it is over for all */
            *error = why;
            status = why.status;
            break;
        }
        if (!status) status = read_answer(&message, i, take, context, error);
    }
    tell_others(parts);
    sr_text_fini(&message);
    return status;
}
