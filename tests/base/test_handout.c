/* Pieces of work that several processes do: each is done once as far as can be seen, whoever is
 * lost, and what is given up ends. */
#include "../processes.h"

#include "sartor/base/clock.h"
#include "sartor/base/handout.h"
#include <signal.h>
#include <stdbool.h>

enum { COUNT = 40, END = COUNT, ENDLESS = 1, PATIENCE = 20 };

struct order {
    uint64_t index, ticket;
};

struct reply {
    uint64_t index, square, cancelled;
};

/* ---- a rank above 0: it squares numbers ---- */

static int dies_at; /* the piece at which rank 2 kills itself; -1: none */

/* Wait until it is given up. */
static void wait_for_end(struct sr_ranks *ranks, uint64_t ticket)
{
    struct sr_error ignored;
    for (uint64_t given_up = ticket + 1; given_up != ticket;) {
        struct sr_text message = {0};
        int from = 0;
        CHECK(!sr_ranks_next(ranks, SR_TAG_MEET, true, &from, &message, &ignored));
        CHECK(message.length == sizeof given_up);
        memcpy(&given_up, message.bytes, sizeof given_up);
        sr_text_fini(&message);
    }
}

static int help(struct sr_ranks *ranks)
{
    struct sr_error ignored;
    for (;;) {
        struct sr_text message = {0};
        struct order order;
        int from = 0;
        CHECK(!sr_ranks_next(ranks, SR_TAG_WORK, true, &from, &message, &ignored));
        CHECK(message.length == sizeof order);
        memcpy(&order, message.bytes, sizeof order);
        sr_text_fini(&message);
        if (order.index == END) return 0;
        if (dies_at >= 0 && sr_ranks_number(ranks) == 2 && order.index >= (uint64_t)dies_at)
            raise(SIGKILL);
        if (order.index == ENDLESS) wait_for_end(ranks, order.ticket);
        const struct reply reply = {order.index, order.index * order.index, order.index == ENDLESS};
        CHECK(!sr_ranks_send(ranks, 0, SR_TAG_ANSWER, &reply, sizeof reply, &ignored));
    }
}

static void dismiss(struct sr_ranks *ranks)
{
    const struct order end = {END, 0};
    for (int i = 1; i < sr_ranks_count(ranks); i++)
        if (!sr_ranks_lost(ranks, i))
            sr_ranks_send(ranks, i, SR_TAG_WORK, &end, sizeof end, &(struct sr_error){0});
}

/* ---- rank 0 ---- */

struct table {
    uint64_t squares[COUNT];
    int done[COUNT]; /* times */
    int by[8];       /* pieces, by rank */
    int only_here;   /* cannot be written; -1: none */
    int refused;     /* is written and then cannot be done there; -1: none */
    int wait_for;    /* piece 0 waits until this rank has answered; 0: no */
    bool lost;       /* ... or until it is lost */
    bool stopped;
    struct sr_ranks *ranks;
};

static enum sr_status work(void *owner, size_t index, const struct sr_monitor *monitor,
                           struct sr_error *error)
{
    struct table *table = owner;
    const double begun = sr_clock_seconds();
    do {
        if (!sr_monitor_proceed(monitor)) return sr_error_set(error, SR_ERROR_CANCELLED, "stopped");
        CHECK(sr_clock_seconds() - begun < PATIENCE);
    } while (
        !index && table->wait_for &&
        !(table->lost ? sr_ranks_lost(table->ranks, table->wait_for) : table->by[table->wait_for]));
    table->squares[index] = index * index;
    table->done[index]++;
    table->by[0]++;
    return SR_OK;
}

static bool write_order(void *owner, size_t index, int rank, uint64_t ticket, struct sr_text *text)
{
    const struct table *table = owner;
    const struct order order = {index, ticket};
    CHECK(rank > 0 && (!table->ranks || rank < sr_ranks_count(table->ranks)));
    if ((int)index == table->only_here) return false;
    sr_text_add_bytes(text, &order, sizeof order);
    return true;
}

static enum sr_status read_answer(void *owner, size_t index, int rank, const struct sr_text *text,
                                  struct sr_error *error)
{
    struct table *table = owner;
    struct reply reply;
    CHECK(text->length == sizeof reply);
    memcpy(&reply, text->bytes, sizeof reply);
    CHECK(reply.index == index);
    if (reply.cancelled) return sr_error_set(error, SR_ERROR_CANCELLED, "given up");
    if ((int)index == table->refused) return SR_PENDING;
    table->squares[index] = reply.square;
    table->done[index]++;
    table->by[rank]++;
    return SR_OK;
}

static bool needed(void *owner, size_t index)
{
    (void)owner;
    return index != ENDLESS;
}

static bool proceed(void *owner)
{
    return !((struct table *)owner)->stopped;
}

static struct sr_handout *begin(struct table *table, const struct sr_monitor *monitor)
{
    return sr_handout_new(&(struct sr_pieces){.owner = table,
                                              .count = COUNT,
                                              .ranks = table->ranks,
                                              .monitor = monitor,
                                              .needed = needed,
                                              .work = work,
                                              .write = write_order,
                                              .read = read_answer});
}

static void do_all(struct table *table)
{
    struct sr_error error = {0};
    const struct sr_monitor monitor = {.owner = table, .proceed = proceed};
    struct sr_handout *handout = begin(table, &monitor);
    for (size_t i = 0; i < COUNT; i++)
        if (i != ENDLESS) CHECK(!sr_handout_finish(handout, i, &error));
    sr_handout_free(handout);
    for (size_t i = 0; i < COUNT; i++) {
        CHECK(table->done[i] == (i != ENDLESS));
        CHECK(i == ENDLESS || table->squares[i] == i * i);
    }
}

static void test_alone(void **state)
{
    struct table table = {.only_here = -1, .refused = -1};
    (void)state;
    do_all(&table);
    assert_int_equal(table.by[0], COUNT - 1);
}

static int share(struct sr_ranks *ranks)
{
    if (sr_ranks_number(ranks)) return help(ranks);
    struct table table = {.only_here = -1, .refused = -1, .wait_for = 1, .ranks = ranks};
    do_all(&table);
    CHECK(table.by[1] > 0 && table.by[0] > 0);
    CHECK(table.by[0] + table.by[1] + table.by[2] == COUNT - 1);
    /* Who cannot be sent a piece does it, and all after it. */
    struct table alone = {.only_here = 2, .refused = -1, .ranks = ranks};
    do_all(&alone);
    CHECK(alone.by[0] == COUNT - 1);
    struct table refused = {.only_here = -1, .refused = 2, .wait_for = 2, .ranks = ranks};
    do_all(&refused);
    dismiss(ranks);
    return 0;
}

static void test_shared(void **state)
{
    (void)state;
    dies_at = -1;
    run_ranks(3, share);
}

static int lose(struct sr_ranks *ranks)
{
    if (sr_ranks_number(ranks)) return help(ranks);
    struct table table = {
        .only_here = -1, .refused = -1, .wait_for = 2, .lost = true, .ranks = ranks};
    do_all(&table);
    CHECK(!table.by[2]);
    /* It gets no more. */
    CHECK(sr_ranks_take(ranks, 2) == -1);
    CHECK(sr_ranks_take(ranks, 1) == 1);
    sr_ranks_give(ranks, 1);
    dismiss(ranks);
    return 0;
}

static void test_lost(void **state)
{
    (void)state;
    dies_at = 0;
    run_ranks(3, lose);
}

/* One that would never end is given up, and its rank is free then. */
static int give_up(struct sr_ranks *ranks)
{
    if (sr_ranks_number(ranks)) return help(ranks);
    struct table table = {.only_here = -1, .refused = -1, .ranks = ranks};
    struct sr_error error = {0};
    const struct sr_monitor monitor = {.owner = &table, .proceed = proceed};
    struct sr_handout *handout = sr_handout_new(&(struct sr_pieces){.owner = &table,
                                                                    .count = ENDLESS + 1,
                                                                    .ranks = ranks,
                                                                    .monitor = &monitor,
                                                                    .work = work,
                                                                    .write = write_order,
                                                                    .read = read_answer});
    CHECK(!sr_handout_finish(handout, 0, &error));
    CHECK(sr_ranks_take(ranks, 1) == -1); /* it has the other piece */
    CHECK(!sr_ranks_take_others(ranks));
    table.stopped = true;
    CHECK(sr_handout_finish(handout, ENDLESS, &error) == SR_ERROR_CANCELLED);
    sr_handout_free(handout);
    CHECK(sr_ranks_take(ranks, 1) == 1 && sr_ranks_take(ranks, 1) == -1);
    sr_ranks_give(ranks, 1);
    CHECK(sr_ranks_take_others(ranks) && sr_ranks_take(ranks, 1) == -1);
    CHECK(sr_ranks_take(ranks, 0) == 0);
    sr_ranks_give(ranks, 0);
    sr_ranks_give(ranks, 1);
    CHECK(sr_ranks_kept(ranks, 1) == 0);
    sr_ranks_keep(ranks, 1, 7);
    CHECK(sr_ranks_kept(ranks, 1) == 7);
    dismiss(ranks);
    return 0;
}

static void test_give_up(void **state)
{
    (void)state;
    dies_at = -1;
    run_ranks(2, give_up);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_alone), cmocka_unit_test(test_shared),
                                       cmocka_unit_test(test_lost), cmocka_unit_test(test_give_up)};
    return cmocka_run_group_tests_name("handout", tests, NULL, NULL);
}
