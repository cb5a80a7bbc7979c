/* ranks_meet.c - the beginning and the end of a run of several processes. */
#include "ranks_place.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sartor/base/file.h"
#include "sartor/base/memory.h"

/* ---- the launcher ---- */

/* A number from the environment, -1 where there is none. */
static int environment(const char *name)
{
    const char *text = getenv(name);
    char *end;
    if (!text || !*text) return -1;
    long value = strtol(text, &end, 10);
    return *end || value < 0 || value > 1 << 24 ? -1 : (int)value;
}

bool sr_ranks_launched(int *number)
{
    /* Open MPI's mpirun; MPICH's and Intel's mpiexec; a step of Slurm's srun. */
    static const char *const launchers[][2] = {{"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"},
                                               {"PMI_SIZE", "PMI_RANK"},
                                               {"SLURM_STEP_NUM_TASKS", "SLURM_PROCID"}};
    for (size_t i = 0; i < sizeof launchers / sizeof *launchers; i++) {
        *number = environment(launchers[i][1]);
        if (environment(launchers[i][0]) > 1 && *number >= 0) return true;
    }
    *number = 0;
    return false;
}

/* ---- the module ---- */

static void *load_module(struct sr_error *error)
{
    static const char name[] = "sartor-mpi.so";
    const char *given = getenv("SARTOR_MPI");
    char program[4096], *paths[2] = {NULL, NULL};
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (given) {
        paths[0] = sr_xstrdup(given);
    } else {
        program[length > 0 ? length : 0] = '\0';
        char *folder = sr_path_directory(program);
        paths[0] = sr_path_join(folder, name);
        free(folder);
        paths[1] = sr_path_join(SARTOR_MODULES, name);
    }
    void *module = NULL;
    for (int i = 0; i < 2 && !module; i++)
        if (paths[i] && sr_path_exists(paths[i])) {
            module = dlopen(paths[i], RTLD_NOW | RTLD_GLOBAL);
            if (!module) sr_error_set(error, SR_ERROR_STATE, "%s", dlerror());
            break;
        }
    if (!module && !error->status)
        sr_error_set(error, SR_ERROR_STATE,
                     "a launcher has started several processes, but this sartor was built without "
                     "MPI (there is no %s); ./bootstrap --mpi builds it with MPI",
                     given ? given : name);
    for (int i = 0; i < 2; i++) free(paths[i]);
    return module;
}

static enum sr_status open_module(struct sr_ranks *ranks, struct sr_error *error)
{
    char text[256];
    if (!(ranks->module = load_module(error))) return error->status;
    ranks->transport = dlsym(ranks->module, SR_TRANSPORT_SYMBOL);
    if (!ranks->transport || ranks->transport->version != SR_TRANSPORT_VERSION)
        return sr_error_set(error, SR_ERROR_STATE,
                            "the module sartor-mpi.so is of another version of sartor");
    if (ranks->transport->open(&ranks->number, &ranks->count, text, sizeof text))
        return sr_error_set(error, SR_ERROR_STATE, "%s", text);
    return SR_OK;
}

/* ---- meeting ---- */

enum { IDENTITY = 2048 };

/* A hash of the program's file, eight bytes a step: the same numbers come of the same program. */
static uint64_t program_hash(void)
{
    uint64_t hash = 0, words[512];
    FILE *file = fopen("/proc/self/exe", "re");
    if (!file) return 0;
    for (size_t got; (got = fread(words, sizeof *words, sizeof words / sizeof *words, file)) > 0;)
        for (size_t i = 0; i < got; i++) {
            hash = (hash ^ words[i]) * 0x9E3779B97F4A7C15u;
            hash ^= hash >> 29;
        }
    fclose(file);
    return hash;
}

/* What a process says of itself, as it is sent. */
struct card {
    char identity[IDENTITY];
    char host[64];
    int64_t process;
};

/* The first line in which both differ: "command: ..." as `what`, its value as `own`. */
static bool differing_line(const char *first, const char *other, char *what, size_t room)
{
    for (;;) {
        const size_t a = strcspn(first, "\n"), b = strcspn(other, "\n");
        if (a != b || strncmp(first, other, a)) {
            snprintf(what, room, "%.*s", (int)strcspn(other[0] ? other : first, ":"),
                     other[0] ? other : first);
            return true;
        }
        if (!first[a] || !other[b]) return false;
        first += a + 1;
        other += b + 1;
    }
}

/* Rank 0's part: compare all, and tell everybody. `*verdict` is 1 when all agree. */
static enum sr_status compare(struct sr_ranks *ranks, struct card *cards, int32_t *verdict,
                              struct sr_error *why, struct sr_error *error)
{
    enum sr_status status = SR_OK;
    *verdict = 1;
    for (int i = 1; !status && i < ranks->count; i++) {
        char what[64];
        status = sr_ranks_receive(ranks, i, SR_TAG_MEET, &cards[i], sizeof *cards, error);
        cards[i].identity[IDENTITY - 1] = cards[i].host[sizeof cards[i].host - 1] = '\0';
        if (status || !*verdict ||
            !differing_line(cards[0].identity, cards[i].identity, what, sizeof what))
            continue;
        *verdict = 0;
        sr_error_set(why, SR_ERROR_STATE,
                     "rank %d on %s does not have the same %s as rank 0 on %s; all processes must "
                     "have the same program, processor features and command",
                     i, cards[i].host, what, cards[0].host);
    }
    for (int i = 1; !status && i < ranks->count; i++) {
        status = sr_ranks_send(ranks, i, SR_TAG_MEET, verdict, sizeof *verdict, error);
        if (!status)
            status = sr_ranks_send(ranks, i, SR_TAG_MEET, cards,
                                   (size_t)ranks->count * sizeof *cards, error);
    }
    return status;
}

static enum sr_status meet(struct sr_ranks *ranks, const char *identity, struct sr_error *error)
{
    struct card *cards = sr_xalloc((size_t)ranks->count * sizeof *cards);
    struct card *own = &cards[ranks->number];
    struct sr_error why = {0};
    int32_t verdict = 0;
    snprintf(own->identity, sizeof own->identity, "program file: %016" PRIx64 "\n%s",
             program_hash(), identity);
    gethostname(own->host, sizeof own->host - 1);
    own->process = getpid();
    enum sr_status status;
    if (ranks->number == 0) {
        status = compare(ranks, cards, &verdict, &why, error);
    } else {
        const struct card sent = *own;
        status = sr_ranks_send(ranks, 0, SR_TAG_MEET, &sent, sizeof sent, error);
        if (!status)
            status = sr_ranks_receive(ranks, 0, SR_TAG_MEET, &verdict, sizeof verdict, error);
        if (!status)
            status = sr_ranks_receive(ranks, 0, SR_TAG_MEET, cards,
                                      (size_t)ranks->count * sizeof *cards, error);
    }
    for (int i = 0; !status && i < ranks->count; i++) {
        struct place *place = &ranks->places[i];
        memcpy(place->host, cards[i].host, sizeof place->host);
        place->process = (long)cards[i].process;
        place->watched =
            i != ranks->number && !strcmp(cards[i].host, own->host) && !place_ended(place->process);
    }
    free(cards);
    if (status || verdict) return status;
    return sr_error_set(error, SR_ERROR_STATE, "%s", why.text);
}

static void free_ranks(struct sr_ranks *ranks)
{
    sr_mutex_fini(&ranks->mutex);
    free(ranks->places);
    free(ranks);
}

struct sr_ranks *sr_ranks_join(const char *identity, struct sr_error *error)
{
    struct sr_ranks *ranks = sr_xalloc(sizeof *ranks);
    sr_mutex_init(&ranks->mutex);
    *error = (struct sr_error){0};
    if (open_module(ranks, error)) {
        free_ranks(ranks);
        return NULL;
    }
    ranks->places = sr_xalloc((size_t)ranks->count * sizeof *ranks->places);
    if (ranks->count < 2)
        sr_error_set(error, SR_ERROR_STATE,
                     "a launcher has started several processes, but MPI knows of one: use the "
                     "mpirun of the MPI that sartor was built with, or srun --mpi=pmix");
    else if (!meet(ranks, identity, error))
        return ranks;
    ranks->transport->close();
    free_ranks(ranks);
    return NULL;
}

/* Some seconds at most, and only for processes whose end can be seen. */
static void wait_for_end(const struct sr_ranks *ranks, int number)
{
    enum { TURNS = 600 }; /* of 10 ms */
    const struct place *place = &ranks->places[number];
    for (int i = 0; i < TURNS && place->watched && !place_ended(place->process); i++)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
}

void sr_ranks_leave(struct sr_ranks *ranks, int status)
{
    if (!ranks) return;
    place_watch(ranks); /* MPI would wait for ever for one that has ended */
    const bool failed = sr_ranks_failed(ranks, NULL), lost = sr_ranks_lost(ranks, SR_RANK_ANY);
    if (!failed && !lost) {
        ranks->transport->close();
    } else if (failed) {
        wait_for_end(ranks, 0); /* it first tells what has happened */
        ranks->transport->abort(status ? status : 1);
    } else if (ranks->number == 0) {
        for (int i = 1; i < ranks->count; i++) wait_for_end(ranks, i);
        ranks->transport->abort(status);
    }
    free_ranks(ranks);
}
