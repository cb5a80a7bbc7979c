#include "logreg_ranks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/models/together.h"

/* Nodes for each rank, at least, so that all have about as much to do. */
enum { EACH = 4 };

/* What goes before the nodes: for each of them its loss and how many are right, then the sums. */
struct logreg_answer {
    int32_t status;
    char text[SR_ERROR_TEXT];
};

void logreg_ranks_init(struct logreg_ranks *shared, const struct sr_fit *fit)
{
    *shared = (struct logreg_ranks){.count = 1, .ranks = sr_together_ranks(fit->together)};
    if (!shared->ranks) return;
    shared->number = (size_t)sr_ranks_number(shared->ranks);
    shared->count = (size_t)sr_ranks_count(shared->ranks);
}

size_t logreg_nodes_most(const struct logreg_ranks *shared)
{
    return 2 * EACH * shared->count;
}

void logreg_nodes_cut(const struct logreg_ranks *shared, size_t slices, struct logreg_nodes *nodes)
{
    const size_t wanted = shared->count > 1 ? EACH * shared->count : 1;
    nodes->slices = slices;
    nodes->width = 1;
    while (slices > nodes->width * wanted) nodes->width *= 2;
    /* Half as wide, there are at least as many as wanted. */
    if (shared->count > 1 && nodes->width > 1) nodes->width /= 2;
    nodes->count = (slices + nodes->width - 1) / nodes->width;
}

size_t logreg_nodes_first(const struct logreg_ranks *shared, const struct logreg_nodes *nodes,
                          size_t rank)
{
    return nodes->count * rank / shared->count;
}

void logreg_ranks_ask(struct logreg_ranks *shared, struct logreg_order order, const float *weights,
                      size_t length)
{
    struct sr_text message = {0};
    if (shared->count == 1) return;
    sr_text_add_bytes(&message, &order, sizeof order);
    sr_text_add_bytes(&message, weights, length * sizeof *weights);
    for (size_t i = 1; i < shared->count; i++)
        sr_ranks_send(shared->ranks, (int)i, SR_TAG_JOIN, message.bytes, message.length, NULL);
    shared->asked = order.pass != LOGREG_END;
    sr_text_fini(&message);
}

/* What a rank has answered, into its nodes. */
static enum sr_status read_answer(const struct logreg_ranks *shared, size_t rank, bool gradient,
                                  const struct sr_text *message, struct logreg_nodes *nodes,
                                  struct sr_error *error)
{
    const size_t first = logreg_nodes_first(shared, nodes, rank),
                 count = logreg_nodes_first(shared, nodes, rank + 1) - first,
                 losses = count * sizeof *nodes->losses, corrects = count * sizeof *nodes->corrects,
                 sums = gradient ? count * nodes->length * sizeof *nodes->sums : 0;
    struct logreg_answer answer = {.status = SR_ERROR_FORMAT, .text = "its answer is damaged"};
    if (message->length >= sizeof answer) memcpy(&answer, message->bytes, sizeof answer);
    answer.text[sizeof answer.text - 1] = '\0';
    if (!answer.status && message->length != sizeof answer + losses + corrects + sums)
        return sr_error_set(error, SR_ERROR_FORMAT, "what rank %zu sent is damaged", rank);
    if (answer.status)
        return sr_error_set(error, (enum sr_status)answer.status, "rank %zu: %s", rank,
                            answer.text);
    const char *at = message->bytes + sizeof answer;
    memcpy(nodes->losses + first, at, losses);
    memcpy(nodes->corrects + first, at + losses, corrects);
    if (sums) memcpy(nodes->sums + first * nodes->length, at + losses + corrects, sums);
    return SR_OK;
}

enum sr_status logreg_ranks_collect(struct logreg_ranks *shared, bool gradient,
                                    struct logreg_nodes *nodes, struct sr_error *error)
{
    struct sr_text message = {0};
    enum sr_status status = SR_OK;
    for (size_t i = 1; i < shared->count; i++) {
        int from = (int)i;
        struct sr_error why;
        sr_text_clear(&message);
        const enum sr_status got =
            sr_ranks_next(shared->ranks, SR_TAG_ANSWER, true, &from, &message, &why);
        if (got && !status) {
            *error = why;
            status = got;
        }
        if (!status && nodes) status = read_answer(shared, i, gradient, &message, nodes, error);
    }
    shared->asked = false;
    sr_text_fini(&message);
    return status;
}

void logreg_ranks_end(struct logreg_ranks *shared)
{
    if (shared->asked) logreg_ranks_collect(shared, false, NULL, &(struct sr_error){0});
    logreg_ranks_ask(shared, (struct logreg_order){LOGREG_END, false}, NULL, 0);
}

struct logreg_order logreg_ranks_next(struct logreg_ranks *shared, float *weights, size_t length)
{
    struct logreg_order order = {LOGREG_END, false};
    struct sr_text message = {0};
    int from = 0;
    if (!sr_ranks_next(shared->ranks, SR_TAG_JOIN, true, &from, &message, &(struct sr_error){0}) &&
        message.length == sizeof order + length * sizeof *weights) {
        memcpy(&order, message.bytes, sizeof order);
        if (weights) memcpy(weights, message.bytes + sizeof order, length * sizeof *weights);
    }
    sr_text_fini(&message);
    return order;
}

void logreg_ranks_answer(struct logreg_ranks *shared, bool gradient,
                         const struct logreg_nodes *nodes, enum sr_status status,
                         const struct sr_error *error)
{
    struct logreg_answer *answer = sr_xalloc(sizeof *answer);
    struct sr_text message = {0};
    answer->status = (int32_t)status;
    if (status) snprintf(answer->text, sizeof answer->text, "%s", error->text);
    sr_text_add_bytes(&message, answer, sizeof *answer);
    if (!status) {
        const size_t first = logreg_nodes_first(shared, nodes, shared->number),
                     count = logreg_nodes_first(shared, nodes, shared->number + 1) - first;
        sr_text_add_bytes(&message, nodes->losses + first, count * sizeof *nodes->losses);
        sr_text_add_bytes(&message, nodes->corrects + first, count * sizeof *nodes->corrects);
        if (gradient)
            sr_text_add_bytes(&message, nodes->sums + first * nodes->length,
                              count * nodes->length * sizeof *nodes->sums);
    }
    sr_ranks_send(shared->ranks, 0, SR_TAG_ANSWER, message.bytes, message.length, NULL);
    sr_text_fini(&message);
    free(answer);
}
