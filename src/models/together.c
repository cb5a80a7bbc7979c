#include "order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

struct sr_ranks *sr_together_ranks(const struct sr_together *together)
{
    return together ? together->ranks : NULL;
}

bool sr_together_helps(const struct sr_together *together)
{
    return together && sr_ranks_number(together->ranks) > 0;
}

/* ---- the message ---- */

static void add_samples(struct sr_text *message, const struct sr_samples *samples)
{
    for (size_t i = 0; i < samples->count; i++) {
        const uint32_t row = sr_samples_row(samples, i);
        sr_text_add_bytes(message, &row, sizeof row);
    }
    for (size_t i = 0; i < samples->count; i++) {
        const uint8_t label = (uint8_t)sr_samples_label(samples, i);
        sr_text_add_bytes(message, &label, sizeof label);
    }
}

/* `held_out` is NULL for a fit that all share. */
static void write_fit(const struct sr_model_class *class, const struct sr_fit *fit,
                      const struct sr_samples *held_out, uint64_t ticket, struct sr_text *message)
{
    const struct sr_together *together = fit->together;
    struct sr_text params = {0};
    sr_args_print(fit->params, true, &params);
    struct header header = {.work = held_out ? WORK_SEPARATE : WORK_FIT,
                            .ticket = ticket,
                            .held_out_count = held_out ? held_out->count : 0,
                            .wishes = together->opening.wishes,
                            .skip = together->opening.skip,
                            .opening_seed = together->opening.seed,
                            .shape = fit->shape,
                            .seed = fit->seed,
                            .train_count = fit->train.count,
                            .validation_count = fit->validation.count,
                            .path_length = strlen(together->opening.path),
                            .params_length = params.length};
    snprintf(header.digest, sizeof header.digest, "%s", together->digest);
    snprintf(header.family, sizeof header.family, "%s", class->name);
    sr_text_add_bytes(message, &header, sizeof header);
    sr_text_add_bytes(message, together->opening.path, header.path_length);
    sr_text_add_bytes(message, sr_text_get(&params), params.length);
    add_samples(message, &fit->train);
    add_samples(message, &fit->validation);
    if (held_out) add_samples(message, held_out);
    sr_text_fini(&params);
}

/* ---- rank 0 ---- */

/* The others know the train file only. */
static bool of_train_file(const struct sr_together *together, const struct sr_samples *samples)
{
    return !samples->count || samples->images->pixels == together->images->pixels;
}

bool sr_together_can(const struct sr_model_class *class, const struct sr_fit *fit)
{
    const struct sr_together *together = fit->together;
    return class->shares && together && of_train_file(together, &fit->train) &&
           of_train_file(together, &fit->validation);
}

enum sr_status sr_together_announce(const struct sr_model_class *class, const struct sr_fit *fit,
                                    struct sr_error *error)
{
    struct sr_ranks *ranks = fit->together->ranks;
    const int count = sr_ranks_count(ranks);
    struct sr_text message = {0};
    struct answer *answer = sr_xalloc(sizeof *answer);
    struct sr_error why = {0};
    enum sr_status status = SR_OK;
    write_fit(class, fit, NULL, 0, &message);
    for (int i = 1; !status && i < count; i++)
        status = sr_ranks_send(ranks, i, SR_TAG_WORK, message.bytes, message.length, error);
    for (int i = 1; !status && i < count; i++) {
        status = sr_ranks_receive(ranks, i, SR_TAG_ANSWER, answer, sizeof *answer, error);
        answer->text[sizeof answer->text - 1] = '\0';
        if (!status && answer->status && !why.status)
            sr_error_set(&why, SR_ERROR_STATE, "rank %d: %s", i, answer->text);
    }
    answer->status = why.status;
    for (int i = 1; !status && i < count; i++)
        status = sr_ranks_send(ranks, i, SR_TAG_ANSWER, answer, sizeof *answer, error);
    free(answer);
    sr_text_fini(&message);
    if (status) return status;
    return why.status ? sr_error_set(error, why.status, "%s", why.text) : SR_OK;
}

bool sr_together_can_send(const struct sr_fit *fit, const struct sr_samples *held_out)
{
    const struct sr_together *together = fit->together;
    return together && of_train_file(together, &fit->train) &&
           of_train_file(together, &fit->validation) && of_train_file(together, held_out);
}

enum sr_status sr_together_send(const struct sr_model_class *class, const struct sr_fit *fit,
                                const struct sr_samples *held_out, int rank, uint64_t ticket,
                                struct sr_error *error)
{
    struct sr_text message = {0};
    write_fit(class, fit, held_out, ticket, &message);
    enum sr_status status = sr_ranks_send(fit->together->ranks, rank, SR_TAG_WORK, message.bytes,
                                          message.length, error);
    sr_text_fini(&message);
    return status;
}

enum sr_status sr_together_receive(struct sr_ranks *ranks, bool wait,
                                   struct sr_together_answer *answer, struct sr_error *error)
{
    struct separate_answer *head = sr_xalloc(sizeof *head);
    struct sr_text message = {0};
    *answer = (struct sr_together_answer){0};
    enum sr_status status =
        sr_ranks_next(ranks, SR_TAG_ANSWER, wait, &answer->rank, &message, error);
    if (!status && message.length < sizeof *head)
        status = sr_error_set(error, SR_ERROR_FORMAT, "what rank %d sent is damaged", answer->rank);
    if (!status) {
        memcpy(head, message.bytes, sizeof *head);
        head->text[sizeof head->text - 1] = '\0';
        answer->ticket = head->ticket;
        answer->repeated = (size_t)head->repeated;
        answer->seconds = head->seconds;
        answer->count = (message.length - sizeof *head) / sizeof(float);
        answer->probabilities = sr_xalloc(message.length - sizeof *head + 1);
        memcpy(answer->probabilities, message.bytes + sizeof *head, message.length - sizeof *head);
        if (head->status)
            sr_error_set(&answer->error, (enum sr_status)head->status, "%s", head->text);
    }
    free(head);
    sr_text_fini(&message);
    return status;
}

void sr_together_give_up(struct sr_ranks *ranks, int rank, uint64_t ticket)
{
    sr_ranks_send(ranks, rank, SR_TAG_MEET, &ticket, sizeof ticket, NULL);
}

void sr_together_dismiss(struct sr_ranks *ranks)
{
    const struct header header = {.work = WORK_END};
    for (int i = 1; i < sr_ranks_count(ranks); i++)
        sr_ranks_send(ranks, i, SR_TAG_WORK, &header, sizeof header, NULL);
}
