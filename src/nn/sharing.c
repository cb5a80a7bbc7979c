#include "sartor/nn/sharing.h"

#include <stdlib.h>
#include <string.h>

#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include "sartor/base/thread.h"

/* One sum on its way: the node of a level goes to those who need it, theirs comes in. */
struct sum {
    enum sr_join what;
    void *values, *incoming; /* `count` each; `incoming` is the sum's own memory */
    size_t count, room;      /* room: bytes of `incoming` */
    int level;
    void **requests; /* the one that receives, then those that send; NULL where done */
    int request_count, request_room;
    bool begun, copied, done; /* copied: the whole sum goes to those without a part */
};

struct sr_sharing {
    struct sr_ranks *ranks;
    struct sr_machines hooks;
    int slices; /* of a batch, at most: see sr_network_slices */
    int members, parts, most;
    int part; /* of this rank, in the present batch */
    enum sr_wish wish, agreed;
    double waited;
    uint64_t sent; /* before the training */
    struct sum joined;
    /* The learned parameters' gradients. */
    struct sr_workspace *workspace;
    size_t *sizes, *told; /* of each parameter; elements that are complete */
    struct sum *sums;
    size_t count;
    struct sr_mutex mutex; /* of what workers change */
    size_t *order, begun;  /* the parameters that are complete, in their order */
};

static size_t size_of(enum sr_join what)
{
    return what == SR_JOIN_FLOATS    ? sizeof(float)
           : what == SR_JOIN_DOUBLES ? sizeof(double)
                                     : sizeof(struct sr_moments);
}

/* ---- parts ---- */

static int share_of(int members, int whole, int slices)
{
    int share = sr_exchange_share(whole, slices);
    while ((long long)share * members < whole) share *= 2;
    return share;
}

int sr_sharing_members(int ranks, int batch, int slices)
{
    const int share = share_of(ranks, batch, slices);
    return (batch + share - 1) / share;
}

struct sr_sharing *sr_sharing_new(struct sr_ranks *ranks, int batch, int slices)
{
    const int members = ranks ? sr_sharing_members(sr_ranks_count(ranks), batch, slices) : 1;
    if (members < 2 || sr_ranks_number(ranks) >= members) return NULL;
    struct sr_sharing *sharing = sr_xalloc(sizeof *sharing);
    sharing->ranks = ranks;
    sharing->members = members;
    sharing->slices = slices;
    sharing->most = share_of(members, batch, slices);
    sharing->sent = sr_ranks_sent(ranks);
    sr_mutex_init(&sharing->mutex);
    return sharing;
}

static void free_sum(struct sum *sum)
{
    free(sum->incoming);
    free(sum->requests);
}

void sr_sharing_free(struct sr_sharing *sharing)
{
    if (!sharing) return;
    for (size_t i = 0; i < sharing->count; i++) free_sum(&sharing->sums[i]);
    free_sum(&sharing->joined);
    free(sharing->sums);
    free(sharing->sizes);
    free(sharing->told);
    free(sharing->order);
    sr_mutex_fini(&sharing->mutex);
    free(sharing);
}

int sr_sharing_size(const struct sr_sharing *sharing)
{
    return sharing->members;
}

int sr_sharing_most(const struct sr_sharing *sharing)
{
    return sharing->most;
}

/* ---- sums ---- */

static void add_request(struct sum *sum, void *request)
{
    if (sum->request_count == sum->request_room) {
        sum->request_room = 2 * sum->request_room + 4;
        sum->requests =
            sr_xrealloc(sum->requests, (size_t)sum->request_room * sizeof *sum->requests);
    }
    sum->requests[sum->request_count++] = request;
}

static void send_to(struct sr_sharing *sharing, struct sum *sum, enum sr_tag tag, int to)
{
    add_request(sum, sr_ranks_send_begin(sharing->ranks, to, tag, sum->values,
                                         sum->count * size_of(sum->what)));
}

static void receive_from(struct sr_sharing *sharing, struct sum *sum, enum sr_tag tag, int from,
                         void *into)
{
    add_request(sum, sr_ranks_receive_begin(sharing->ranks, from, tag, into,
                                            sum->count * size_of(sum->what)));
}

/* The ranks of a block of 2^level parts. */
static int block_size(const struct sr_sharing *sharing, int block, int level)
{
    const int left = sharing->parts - (block << level);
    return left < 0 ? 0 : left < 1 << level ? left : 1 << level;
}

/* Begin the exchange of this level's nodes between two neighbouring blocks. Where the right block
 * has fewer ranks, some of them send to several of the left. False where there is no neighbour. */
static bool begin_level(struct sr_sharing *sharing, struct sum *sum, enum sr_tag tag)
{
    const int level = sum->level, own = sharing->part >> level, other = own ^ 1,
              mine = block_size(sharing, own, level), theirs = block_size(sharing, other, level),
              place = sharing->part - (own << level);
    if (!theirs) return false;
    receive_from(sharing, sum, tag, (other << level) + place % theirs, sum->incoming);
    for (int i = place; i < theirs; i += mine) send_to(sharing, sum, tag, (other << level) + i);
    return true;
}

/* By vectors, which the compiler does not make of a loop of any length by itself. */
static void add_floats(float *values, const float *incoming, size_t count)
{
    typedef float lot __attribute__((vector_size(16), aligned(sizeof(float)), may_alias));
    enum { LOT = sizeof(lot) / sizeof(float) };
    size_t i = 0;
    for (; i + LOT <= count; i += LOT) *(lot *)(values + i) += *(const lot *)(incoming + i);
    for (; i < count; i++) values[i] += incoming[i];
}

/* Both halves' sum. Adding numbers does not depend on which is the left one; moments do. */
static void join_level(const struct sr_sharing *sharing, struct sum *sum)
{
    const bool right = sharing->part >> sum->level & 1; /* this rank's is the right half */
    double *doubles = sum->values;
    const double *more = sum->incoming;
    struct sr_moments *moments = sum->values, *others = sum->incoming;
    if (sum->what == SR_JOIN_FLOATS) add_floats(sum->values, sum->incoming, sum->count);
    if (sum->what == SR_JOIN_DOUBLES)
        for (size_t i = 0; i < sum->count; i++) doubles[i] += more[i];
    if (sum->what == SR_JOIN_MOMENTS)
        for (size_t i = 0; i < sum->count; i++) {
            if (right) {
                sr_moments_join(&others[i], &moments[i]);
                moments[i] = others[i];
            } else {
                sr_moments_join(&moments[i], &others[i]);
            }
        }
}

/* A smaller batch: ranks without a part get the sum from the one whose part they compute, too. */
static void begin_copies(struct sr_sharing *sharing, struct sum *sum, enum sr_tag tag)
{
    const int number = sr_ranks_number(sharing->ranks);
    sum->copied = true;
    if (number >= sharing->parts)
        receive_from(sharing, sum, tag, sharing->part, sum->values);
    else
        for (int i = number + sharing->parts; i < sharing->members; i += sharing->parts)
            send_to(sharing, sum, tag, i);
}

/* Do what can be done without waiting. True when the sum is complete. */
static bool advance(struct sr_sharing *sharing, struct sum *sum, enum sr_tag tag)
{
    while (!sum->done) {
        for (int i = 0; i < sum->request_count; i++)
            if (!sr_ranks_done(sharing->ranks, &sum->requests[i])) return false;
        sum->request_count = 0;
        if (sr_ranks_failed(sharing->ranks, NULL)) return sum->done = true;
        if (sum->begun) { /* a level has come in */
            join_level(sharing, sum);
            sum->level++;
            sum->begun = false;
        }
        if (sum->copied) return sum->done = true;
        while (sr_ranks_number(sharing->ranks) < sharing->parts && !sum->begun &&
               1 << sum->level < sharing->parts) {
            sum->begun = begin_level(sharing, sum, tag);
            if (!sum->begun) sum->level++;
        }
        if (!sum->begun) begin_copies(sharing, sum, tag);
    }
    return true;
}

static void start(struct sum *sum, enum sr_join what, void *values, size_t count)
{
    const size_t need = count * size_of(what);
    if (need > sum->room) {
        free(sum->incoming);
        sum->incoming = sr_xalloc(need);
        sum->room = need;
    }
    sum->what = what;
    sum->values = values;
    sum->count = count;
    sum->level = sum->request_count = 0;
    sum->begun = sum->copied = sum->done = false;
}

/* ---- the hooks ---- */

/* Move gradients on that are on their way. The mutex is held. */
static void advance_gradients(struct sr_sharing *sharing)
{
    for (size_t i = 0; i < sharing->begun; i++) {
        struct sum *sum = &sharing->sums[sharing->order[i]];
        if (!sum->done) advance(sharing, sum, SR_TAG_GRADIENT + (enum sr_tag)sharing->order[i]);
    }
}

static void move_on(struct sr_sharing *sharing)
{
    sr_mutex_lock(&sharing->mutex);
    advance_gradients(sharing);
    sr_mutex_unlock(&sharing->mutex);
}

static void join_now(struct sr_sharing *sharing, enum sr_join what, void *values, size_t count)
{
    const double begun = sr_clock_seconds();
    struct sr_turns turns = {0};
    start(&sharing->joined, what, values, count);
    while (!advance(sharing, &sharing->joined, SR_TAG_JOIN)) {
        move_on(sharing);
        sr_ranks_turn(sharing->ranks, &turns);
    }
    sharing->waited += sr_clock_seconds() - begun;
}

/* With doubles, the loss, goes what this rank wishes. */
static void join(void *owner, enum sr_join what, void *values, size_t count)
{
    struct sr_sharing *sharing = owner;
    enum { MOST = 8, STOP = 1, LEAVE = 1 << 20 };
    double with_wish[MOST];
    if (what != SR_JOIN_DOUBLES || count >= MOST) {
        join_now(sharing, what, values, count);
        return;
    }
    memcpy(with_wish, values, count * sizeof *with_wish);
    with_wish[count] = sharing->wish == SR_WISH_LEAVE  ? LEAVE
                       : sharing->wish == SR_WISH_STOP ? STOP
                                                       : 0;
    join_now(sharing, what, with_wish, count + 1);
    memcpy(values, with_wish, count * sizeof *with_wish);
    sharing->agreed = with_wish[count] >= LEAVE  ? SR_WISH_LEAVE
                      : with_wish[count] >= STOP ? SR_WISH_STOP
                                                 : SR_WISH_NONE;
}

static void gradient(void *owner, size_t parameter, size_t start_at, size_t count)
{
    struct sr_sharing *sharing = owner;
    (void)start_at;
    sr_mutex_lock(&sharing->mutex);
    sharing->told[parameter] += count;
    if (sharing->told[parameter] == sharing->sizes[parameter]) {
        start(&sharing->sums[parameter], SR_JOIN_FLOATS,
              sr_workspace_gradient(sharing->workspace, parameter), sharing->sizes[parameter]);
        sharing->order[sharing->begun++] = parameter;
        advance_gradients(sharing);
    }
    sr_mutex_unlock(&sharing->mutex);
}

static bool all_done(const struct sr_sharing *sharing)
{
    for (size_t i = 0; i < sharing->begun; i++)
        if (!sharing->sums[sharing->order[i]].done) return false;
    return true;
}

static void finish(void *owner)
{
    struct sr_sharing *sharing = owner;
    const double begun = sr_clock_seconds();
    struct sr_turns turns = {0};
    for (move_on(sharing); !all_done(sharing); move_on(sharing))
        sr_ranks_turn(sharing->ranks, &turns);
    sharing->waited += sr_clock_seconds() - begun;
}

bool sr_sharing_add(struct sr_sharing *sharing, double *values, size_t count)
{
    sharing->parts = sharing->members;
    sharing->part = sr_sharing_number(sharing);
    join_now(sharing, SR_JOIN_DOUBLES, values, count);
    return !sr_sharing_failed(sharing, NULL);
}

int sr_sharing_number(const struct sr_sharing *sharing)
{
    return sr_ranks_number(sharing->ranks);
}

void sr_sharing_attach(struct sr_sharing *sharing, struct sr_workspace *workspace,
                       const struct sr_parameter *parameters, size_t count)
{
    sharing->workspace = workspace;
    sharing->count = count;
    sharing->sizes = sr_xalloc((count + 1) * sizeof *sharing->sizes);
    sharing->told = sr_xalloc((count + 1) * sizeof *sharing->told);
    sharing->order = sr_xalloc((count + 1) * sizeof *sharing->order);
    sharing->sums = sr_xalloc((count + 1) * sizeof *sharing->sums);
    for (size_t i = 0; i < count; i++) sharing->sizes[i] = parameters[i].count;
    sharing->hooks = (struct sr_machines){
        .owner = sharing, .join = join, .gradient = gradient, .finish = finish};
}

const struct sr_machines *sr_sharing_machines(const struct sr_sharing *sharing)
{
    return &sharing->hooks;
}

void sr_sharing_begin(struct sr_sharing *sharing, int whole, int *before, int *count)
{
    const int share = share_of(sharing->members, whole, sharing->slices);
    sharing->parts = (whole + share - 1) / share;
    sharing->part = sr_ranks_number(sharing->ranks) % sharing->parts;
    *before = sharing->part * share;
    *count = whole - *before < share ? whole - *before : share;
    sharing->hooks.before = *before;
    sharing->hooks.whole = whole;
    sharing->begun = 0;
    memset(sharing->told, 0, sharing->count * sizeof *sharing->told);
}

/* ---- beginning and end ---- */

void sr_sharing_set_wish(struct sr_sharing *sharing, enum sr_wish wish)
{
    sharing->wish = wish;
}

enum sr_wish sr_sharing_wish(const struct sr_sharing *sharing)
{
    return sharing->agreed;
}

enum sr_status sr_sharing_ready(struct sr_sharing *sharing, enum sr_status own,
                                struct sr_error *error)
{
    struct sr_error report = {0}, one, ignored;
    struct sr_ranks *ranks = sharing->ranks;
    if (own && error) report = *error;
    report.status = own;
    if (sr_ranks_number(ranks)) {
        sr_ranks_send(ranks, 0, SR_TAG_JOIN, &report, sizeof report, &ignored);
        sr_ranks_receive(ranks, 0, SR_TAG_JOIN, &report, sizeof report, &ignored);
    } else {
        for (int i = 1; i < sharing->members; i++) {
            if (sr_ranks_receive(ranks, i, SR_TAG_JOIN, &one, sizeof one, &ignored)) break;
            one.text[sizeof one.text - 1] = '\0';
            if (one.status && !report.status)
                sr_error_set(&report, one.status, "rank %d: %s", i, one.text);
        }
        for (int i = 1; i < sharing->members; i++)
            sr_ranks_send(ranks, i, SR_TAG_JOIN, &report, sizeof report, &ignored);
    }
    if (sr_ranks_failed(ranks, error)) return SR_ERROR_STATE;
    return report.status ? sr_error_set(error, report.status, "%s", report.text) : SR_OK;
}

void sr_sharing_hand_out(struct sr_sharing *sharing, void *bytes, size_t length)
{
    if (sr_ranks_number(sharing->ranks))
        sr_ranks_receive(sharing->ranks, 0, SR_TAG_JOIN, bytes, length, NULL);
    else
        for (int i = 1; i < sharing->members; i++)
            sr_ranks_send(sharing->ranks, i, SR_TAG_JOIN, bytes, length, NULL);
}

bool sr_sharing_failed(const struct sr_sharing *sharing, struct sr_error *error)
{
    return sr_ranks_failed(sharing->ranks, error);
}

double sr_sharing_waited(const struct sr_sharing *sharing)
{
    return sharing->waited;
}

uint64_t sr_sharing_sent(const struct sr_sharing *sharing)
{
    return sr_ranks_sent(sharing->ranks) - sharing->sent;
}
