#include "order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

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

void order_write(enum work work, const struct sr_model_class *class, const struct sr_fit *fit,
                 const struct sr_samples *held_out, uint64_t ticket, struct sr_text *message)
{
    const struct sr_together *together = fit->together;
    const char *checkpoint = work == WORK_MODEL && fit->checkpoint ? fit->checkpoint : "",
               *about = work == WORK_MODEL && fit->about ? fit->about : "";
    const bool of_test = held_out && held_out->count &&
                         held_out->images->pixels == together->files[SR_FILE_TEST].pixels;
    struct sr_text params = {0};
    /* Which values were given, and which a recipe is to set, can't be seen from words of all. */
    struct sr_args *resolved = sr_args_copy(fit->params);
    if (class->resolve) class->resolve(resolved, &(struct sr_error){0});
    sr_args_print(resolved, true, &params);
    sr_args_free(resolved);
    struct header header = {.work = work,
                            .ticket = ticket,
                            .held_out_count = held_out ? held_out->count : 0,
                            .held_out_file = of_test ? SR_FILE_TEST : SR_FILE_TRAIN,
                            .checkpoint_length = strlen(checkpoint),
                            .about_length = strlen(about),
                            .resume = fit->resume,
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
    sr_text_add_bytes(message, checkpoint, header.checkpoint_length);
    sr_text_add_bytes(message, about, header.about_length);
    add_samples(message, &fit->train);
    add_samples(message, &fit->validation);
    if (held_out) add_samples(message, held_out);
    sr_text_fini(&params);
}

/* ---- rank 0 ---- */

/* The others know the files only, and trainings those of the train file. */
static bool of_file(const struct sr_together *together, enum sr_file file,
                    const struct sr_samples *samples)
{
    return !samples->count || samples->images->pixels == together->files[file].pixels;
}

bool order_of_train_file(const struct sr_together *together, const struct sr_fit *fit)
{
    return of_file(together, SR_FILE_TRAIN, &fit->train) &&
           of_file(together, SR_FILE_TRAIN, &fit->validation);
}

bool sr_together_can(const struct sr_model_class *class, const struct sr_fit *fit)
{
    const struct sr_together *together = fit->together;
    return class->shares && together && order_of_train_file(together, fit) &&
           !sr_ranks_lost(together->ranks, SR_RANK_ANY);
}

/* The other ranks fit, too, and leave out the same validation pictures. */
static enum sr_status announce(const struct sr_model_class *class, const struct sr_fit *fit,
                               struct sr_error *error)
{
    struct sr_ranks *ranks = fit->together->ranks;
    const int count = sr_ranks_count(ranks);
    struct sr_text message = {0};
    struct answer *answer = sr_xalloc(sizeof *answer);
    struct sr_error why = {0};
    enum sr_status status = SR_OK;
    order_write(WORK_FIT, class, fit, NULL, 0, &message);
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

enum sr_status sr_together_begin(const struct sr_model_class *class, const struct sr_fit *fit,
                                 const struct sr_args *params, struct sr_error *error)
{
    struct sr_ranks *ranks = fit->together->ranks;
    struct sr_fit resolved = *fit;
    struct sr_turns turns = {0};
    resolved.params = params;
    /* Another thread may have given them images of which predictions are wanted. */
    while (!sr_ranks_take_others(ranks)) sr_ranks_turn(ranks, &turns);
    sr_ranks_need_all(ranks, true);
    return announce(class, &resolved, error);
}

void sr_together_end(const struct sr_together *together)
{
    struct sr_ranks *ranks = sr_together_ranks(together);
    if (!ranks) return;
    sr_ranks_need_all(ranks, false);
    for (int i = 1; i < sr_ranks_count(ranks); i++) sr_ranks_give(ranks, i);
}

bool sr_together_can_send(const struct sr_fit *fit, const struct sr_samples *held_out)
{
    const struct sr_together *together = fit->together;
    return together && order_of_train_file(together, fit) &&
           (of_file(together, SR_FILE_TRAIN, held_out) ||
            of_file(together, SR_FILE_TEST, held_out));
}

void sr_together_write(const struct sr_model_class *class, const struct sr_fit *fit,
                       const struct sr_samples *held_out, uint64_t ticket, struct sr_text *order)
{
    order_write(WORK_SEPARATE, class, fit, held_out, ticket, order);
}

enum sr_status sr_together_read(const struct sr_text *message, int rank,
                                struct sr_together_answer *answer, struct sr_error *error)
{
    struct separate_answer *head = sr_xalloc(sizeof *head);
    enum sr_status status = SR_OK;
    *answer = (struct sr_together_answer){0};
    if (message->length < sizeof *head) {
        status = sr_error_set(error, SR_ERROR_FORMAT, "what rank %d sent is damaged", rank);
    } else {
        memcpy(head, message->bytes, sizeof *head);
        head->text[sizeof head->text - 1] = '\0';
        answer->repeated = (size_t)head->repeated;
        answer->seconds = head->seconds;
        answer->bytes = message->bytes + sizeof *head;
        answer->count = (message->length - sizeof *head) / sizeof(float);
        if (head->status)
            status = sr_error_set(error, (enum sr_status)head->status, "%s", head->text);
    }
    free(head);
    return status;
}

void sr_together_dismiss(struct sr_ranks *ranks)
{
    static const struct header header = {.work = WORK_END};
    for (int i = 1; i < sr_ranks_count(ranks); i++)
        if (!sr_ranks_lost(ranks, i))
            sr_ranks_send(ranks, i, SR_TAG_WORK, &header, sizeof header, NULL);
}
