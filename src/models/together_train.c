/* together_train.c - rank 0's side of a model that another rank trains alone. */
#include <stdlib.h>
#include <string.h>

#include "order.h"
#include "sartor/base/handout.h"
#include "sartor/base/memory.h"

bool sr_together_can_train(const struct sr_fit *fit)
{
    return fit->together && order_of_train_file(fit->together, fit);
}

/* The same word as static text, which progress may point to for ever. */
static const char *unit_of(const char *unit)
{
    static const char *const known[] = {"batch", "tree", "pair", "query", "iteration", "image"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(known[i], unit)) return known[i];
    return "step";
}

/* Pass on what the rank has reported. */
static void relay(struct sr_ranks *ranks, int rank, uint64_t ticket,
                  const struct sr_monitor *monitor)
{
    struct report *report = sr_xalloc(sizeof *report);
    struct sr_text message = {0};
    struct sr_error ignored;
    for (int from = rank; !sr_ranks_next(ranks, SR_TAG_REPORT, false, &from, &message, &ignored);
         from = rank) {
        if (message.length == sizeof *report) {
            memcpy(report, message.bytes, sizeof *report);
            report->unit[sizeof report->unit - 1] = '\0';
            report->progress.note[sizeof report->progress.note - 1] = '\0';
            report->progress.unit = unit_of(report->unit);
            if (report->ticket == ticket && report->of_epoch)
                sr_monitor_epoch(monitor, &report->epoch);
            else if (report->ticket == ticket)
                sr_monitor_progress(monitor, &report->progress);
        }
        sr_text_clear(&message);
    }
    sr_text_fini(&message);
    free(report);
}

/* Take over the model that an answer holds. */
static enum sr_status take_model(struct sr_model *model, const struct sr_text *message, int rank,
                                 struct sr_error *error)
{
    struct sr_together_answer answer;
    if (sr_together_read(message, rank, &answer, error)) return error->status;
    const size_t length = message->length - (size_t)((const char *)answer.bytes - message->bytes);
    struct sr_model *trained = sr_model_parse(model->name, answer.bytes, length, error);
    if (!trained) return error->status;
    sr_model_take(model, trained);
    sr_model_unref(trained);
    return SR_OK;
}

enum sr_status sr_together_train(struct sr_model *model, const struct sr_fit *fit, int rank,
                                 struct sr_error *error)
{
    struct sr_ranks *ranks = fit->together->ranks;
    struct sr_text message = {0}, order = {0};
    struct sr_turns turns = {0};
    const uint64_t ticket = sr_handout_ticket();
    bool given_up = false;
    order_write(WORK_MODEL, model->class, fit, NULL, ticket, &order);
    enum sr_status status =
        sr_ranks_send(ranks, rank, SR_TAG_WORK, order.bytes, order.length, error);
    if (!status)
        sr_text_fini(&order); /* where the rank is lost meanwhile, the bytes have to stay */
    while (!status) {
        int from = rank;
        relay(ranks, rank, ticket, fit->monitor);
        status = sr_ranks_next(ranks, SR_TAG_ANSWER, false, &from, &message, error);
        if (status != SR_PENDING) break;
        status = SR_OK;
        if (!given_up && !sr_monitor_proceed(fit->monitor)) {
            given_up = true;
            sr_handout_give_up(ranks, rank, ticket);
        }
        sr_ranks_turn(ranks, &turns);
    }
    if (!status) relay(ranks, rank, ticket, fit->monitor);
    if (!status) status = take_model(model, &message, rank, error);
    sr_text_fini(&message);
    return status;
}
