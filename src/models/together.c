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

static void write_fit(const struct sr_model_class *class, const struct sr_fit *fit,
                      struct sr_text *message)
{
    const struct sr_together *together = fit->together;
    struct sr_text params = {0};
    sr_args_print(fit->params, true, &params);
    struct header header = {.work = WORK_FIT,
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
    sr_text_fini(&params);
}

/* ---- rank 0 ---- */

/* The others know the train file only. */
bool sr_together_can(const struct sr_model_class *class, const struct sr_fit *fit)
{
    const struct sr_together *together = fit->together;
    return class->shares && together && fit->train.images->pixels == together->images->pixels &&
           (!fit->validation.count || fit->validation.images->pixels == together->images->pixels);
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
    write_fit(class, fit, &message);
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

void sr_together_dismiss(struct sr_ranks *ranks)
{
    const struct header header = {.work = WORK_END};
    for (int i = 1; i < sr_ranks_count(ranks); i++)
        sr_ranks_send(ranks, i, SR_TAG_WORK, &header, sizeof header, NULL);
}
