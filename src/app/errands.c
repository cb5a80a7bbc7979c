#include "errands.h"

#include <stdlib.h>
#include <string.h>

#include "sartor/base/clock.h"
#include "sartor/base/handout.h"
#include "sartor/base/memory.h"
#include "task.h"

struct result {
    struct sr_predictions predictions; /* empty before it is done, and after it is taken */
    size_t repeated;
    double seconds;
};

struct errands {
    struct errands_source source;
    struct result *results;
    struct sr_handout *handout;
};

/* ---- another process does it ---- */

static bool write_order(void *owner, size_t index, int rank, uint64_t ticket, struct sr_text *order)
{
    const struct errands *errands = owner;
    const struct errands_source *source = &errands->source;
    struct errand errand;
    struct sr_error ignored;
    (void)rank;
    if (source->make(source->owner, index, &errand, &ignored)) return false;
    const bool can = sr_together_can_send(&errand.fit, &errand.held_out);
    if (can) sr_together_write(source->class, &errand.fit, &errand.held_out, ticket, order);
    source->release(source->owner, &errand);
    return can;
}

static enum sr_status read_answer(void *owner, size_t index, int rank, const struct sr_text *answer,
                                  struct sr_error *error)
{
    struct errands *errands = owner;
    const struct errands_source *source = &errands->source;
    struct result *result = &errands->results[index];
    struct sr_together_answer head;
    struct errand errand;
    enum sr_status status = sr_together_read(answer, rank, &head, error);
    result->repeated = head.repeated;
    result->seconds = head.seconds;
    if (!status) status = source->make(source->owner, index, &errand, error);
    if (status) return status;
    const int classes = errand.fit.shape.classes;
    if (head.count != errand.held_out.count * (size_t)classes)
        status = sr_error_set(error, SR_ERROR_FORMAT, "what rank %d sent is damaged", rank);
    if (!status)
        status = sr_predictions_init(&result->predictions, &errand.held_out, classes, error);
    if (!status) {
        memcpy(result->predictions.probabilities, head.bytes, head.count * sizeof(float));
        sr_predictions_finish(&result->predictions);
    }
    source->release(source->owner, &errand);
    return status;
}

/* ---- this process does it ---- */

static enum sr_status work(void *owner, size_t index, const struct sr_monitor *monitor,
                           struct sr_error *error)
{
    struct errands *errands = owner;
    const struct errands_source *source = &errands->source;
    struct result *result = &errands->results[index];
    struct errand errand;
    const double begun = sr_clock_seconds();
    enum sr_status status = source->make(source->owner, index, &errand, error);
    if (status) return status;
    errand.fit.together = NULL; /* not to be shared: the others have errands of their own */
    errand.fit.monitor = monitor;
    if (source->begin) source->begin(source->owner, index);
    status = sr_judge_fit(source->class, &errand.fit, &errand.held_out, &result->predictions,
                          &result->repeated, error);
    result->seconds = sr_clock_seconds() - begun;
    source->release(source->owner, &errand);
    return status;
}

/* ---- all of them ---- */

static bool is_needed(void *owner, size_t index)
{
    const struct errands_source *source = &((struct errands *)owner)->source;
    return !source->needed || source->needed(source->owner, index);
}

struct errands *errands_new(const struct errands_source *source)
{
    struct errands *errands = sr_xalloc(sizeof *errands);
    errands->source = *source;
    errands->results = sr_xalloc((source->count + 1) * sizeof *errands->results);
    errands->handout = sr_handout_new(&(struct sr_pieces){.owner = errands,
                                                          .count = source->count,
                                                          .ranks = source->ranks,
                                                          .monitor = source->monitor,
                                                          .needed = is_needed,
                                                          .work = work,
                                                          .write = write_order,
                                                          .read = read_answer});
    return errands;
}

void errands_free(struct errands *errands)
{
    if (!errands) return;
    sr_handout_free(errands->handout);
    for (size_t i = 0; i < errands->source.count; i++)
        sr_predictions_fini(&errands->results[i].predictions);
    free(errands->results);
    free(errands);
}

enum sr_status errands_take(struct errands *errands, size_t index,
                            struct sr_predictions *predictions, size_t *repeated, double *seconds,
                            struct sr_error *error)
{
    struct result *result = &errands->results[index];
    *predictions = (struct sr_predictions){0};
    const enum sr_status status = sr_handout_finish(errands->handout, index, error);
    *repeated += result->repeated;
    *seconds = result->seconds;
    if (status) return status;
    *predictions = result->predictions;
    result->predictions = (struct sr_predictions){0};
    return SR_OK;
}
