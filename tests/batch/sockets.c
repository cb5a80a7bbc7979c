/* Messages between processes of one machine by Unix sockets, in place of MPI: a module for tests,
 * which then need no launcher, go on when a process dies, and can be watched by a thread sanitizer.
 * $SARTOR_SOCKETS is a folder for the sockets, $PMI_RANK and $PMI_SIZE are as MPICH's launcher sets
 * them. With $SARTOR_LINK="SECONDS BITS" each process is behind a link that delays a message by so
 * many seconds and carries so many bits a second. */
#include "sartor/base/transport.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 64 };

/* What goes before each message. */
struct head {
    uint64_t tag, length;
    double due; /* clock: when it has come over the link */
};

struct message {
    struct head head;
    struct message *next;
    size_t got; /* bytes of it that have come */
    char bytes[];
};

struct request {
    struct request *next;
    struct head head;
    char *bytes;
    size_t sent; /* bytes, those of the head first */
    bool sends, done;
};

static struct peer {
    int socket;
    pid_t process;
    bool ended;
    struct head head; /* of the message that is coming in */
    size_t head_got;
    struct message *coming;
    struct message *first, **last;      /* that have come in whole and are not asked for */
    struct request *sending, *awaiting; /* in their order */
} peers[MOST];
static int own, all;
static struct {
    double delay, rate; /* seconds; bits a second, 0: no link */
    double idle;        /* clock: from then on it carries nothing */
} own_link;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* ---- moving bytes ---- */

static void push(struct peer *peer)
{
    while (peer->sending && !peer->ended) {
        struct request *request = peer->sending;
        const size_t room = sizeof request->head;
        const bool in_head = request->sent < room;
        const char *from = in_head ? (const char *)&request->head + request->sent
                                   : request->bytes + (request->sent - room);
        const size_t left =
            in_head ? room - request->sent : request->head.length - (request->sent - room);
        const ssize_t sent = left ? send(peer->socket, from, left, MSG_NOSIGNAL | MSG_DONTWAIT) : 0;
        if (sent < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (sent < 0) peer->ended = true;
        if (sent > 0) request->sent += (size_t)sent;
        if (request->sent < room + request->head.length) continue;
        request->done = true;
        peer->sending = request->next;
    }
}

/* Bytes of the head or of the message. False when there are none now. */
static bool pull_some(struct peer *peer, void *to, size_t left, size_t *got)
{
    const ssize_t more = recv(peer->socket, to, left, MSG_DONTWAIT);
    if (more < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (more <= 0) peer->ended = true;
    if (more <= 0) return false;
    *got += (size_t)more;
    return true;
}

static void pull(struct peer *peer)
{
    while (!peer->ended) {
        if (!peer->coming) {
            if (!pull_some(peer, (char *)&peer->head + peer->head_got,
                           sizeof peer->head - peer->head_got, &peer->head_got))
                return;
            if (peer->head_got < sizeof peer->head) continue;
            if (!(peer->coming = malloc(sizeof *peer->coming + peer->head.length))) abort();
            *peer->coming = (struct message){.head = peer->head};
        }
        struct message *message = peer->coming;
        if (message->got < message->head.length &&
            !pull_some(peer, message->bytes + message->got, message->head.length - message->got,
                       &message->got))
            return;
        if (message->got < message->head.length) continue;
        *peer->last = message;
        peer->last = &message->next;
        peer->coming = NULL;
        peer->head_got = 0;
    }
}

/* The pointer to the first message of a tag that has come; one to NULL where there is none. */
static struct message **find(struct peer *peer, int tag)
{
    static struct message *none;
    struct message **at = &peer->first;
    while (*at && (*at)->head.tag != (uint64_t)tag) at = &(*at)->next;
    return *at && (*at)->head.due > 0 && (*at)->head.due > now() ? &none : at;
}

/* Give what has come in to those that wait for it, in their order. */
static void match(struct peer *peer)
{
    for (struct request **at = &peer->awaiting; *at;) {
        struct request *request = *at;
        struct message **found = find(peer, (int)request->head.tag), *message = *found;
        if (!message) {
            at = &request->next;
            continue;
        }
        if (message->head.length == request->head.length)
            memcpy(request->bytes, message->bytes, message->head.length);
        *found = message->next;
        if (peer->last == &message->next) peer->last = found;
        free(message);
        request->done = true;
        *at = request->next;
    }
}

static void move(struct peer *peer)
{
    if (peer == &peers[own]) return;
    push(peer);
    pull(peer);
    match(peer);
}

static void *begin(int other, int tag, void *bytes, size_t length, bool sends)
{
    struct request *request = calloc(1, sizeof *request);
    struct peer *peer = &peers[other];
    struct request **at = sends ? &peer->sending : &peer->awaiting;
    if (!request) return NULL;
    *request = (struct request){.head = {(uint64_t)tag, length, 0}, .bytes = bytes, .sends = sends};
    if (sends && own_link.rate > 0) {
        const double begun = now(), free = own_link.idle > begun ? own_link.idle : begun;
        own_link.idle = free + 8 * (double)length / own_link.rate;
        request->head.due = own_link.idle + own_link.delay;
    }
    while (*at) at = &(*at)->next;
    *at = request;
    move(peer);
    return request;
}

/* ---- the functions of the module ---- */

static void *sockets_send(int to, int tag, const void *bytes, size_t length)
{
    return begin(to, tag, (void *)(uintptr_t)bytes, length, true);
}

static void *sockets_receive(int from, int tag, void *bytes, size_t length)
{
    return begin(from, tag, bytes, length, false);
}

static int sockets_test(void *opaque)
{
    struct request *request = opaque;
    for (int i = 0; i < all && !request->done; i++) move(&peers[i]);
    const bool done = request->done;
    if (done) free(request);
    return done;
}

static int sockets_probe(int tag, int *from, size_t *length)
{
    for (int i = 0; i < all; i++) {
        if (i == own || (*from >= 0 && *from != i)) continue;
        move(&peers[i]);
        const struct message *message = *find(&peers[i], tag);
        if (!message) continue;
        *from = i;
        *length = message->head.length;
        return 1;
    }
    return 0;
}

static int connect_to(const char *folder, int number)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/%d", folder, number);
    const int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    for (int tries = 0; tries < 3000; tries++) {
        if (!connect(made, (struct sockaddr *)&address, sizeof address)) return made;
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    close(made);
    return -1;
}

/* Who is on the other side? */
struct hello {
    int number;
    pid_t process;
};

static int meet(const char *folder)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct hello hello;
    const int door = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s/%d", folder, own);
    if (bind(door, (struct sockaddr *)&address, sizeof address) || listen(door, MOST)) return -1;
    for (int i = 0; i < all; i++) {
        if (i == own) continue;
        const int made = i < own ? connect_to(folder, i) : accept4(door, NULL, NULL, SOCK_CLOEXEC);
        hello = (struct hello){own, getpid()};
        if (made < 0 || write(made, &hello, sizeof hello) != sizeof hello ||
            read(made, &hello, sizeof hello) != sizeof hello || hello.number < 0 ||
            hello.number >= all)
            return -1;
        peers[hello.number].socket = made;
        peers[hello.number].process = hello.process;
    }
    close(door);
    return 0;
}

static int sockets_open(int *number, int *count, char *text, size_t room)
{
    enum { SECONDS = 240 };
    const char *folder = getenv("SARTOR_SOCKETS"), *link = getenv("SARTOR_LINK");
    if (link) sscanf(link, "%lf %lf", &own_link.delay, &own_link.rate);
    alarm(SECONDS); /* so that a test ends whose processes wait for one another */
    own = *number = atoi(getenv("PMI_RANK"));
    all = *count = atoi(getenv("PMI_SIZE"));
    for (int i = 0; i < MOST; i++) peers[i].last = &peers[i].first;
    if (folder && all <= MOST && !meet(folder)) return 0;
    snprintf(text, room, "the sockets cannot be opened");
    return -1;
}

static void sockets_close(void)
{
    for (int i = 0; i < all; i++) {
        while (i != own && peers[i].sending && !peers[i].ended) {
            move(&peers[i]);
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        }
        if (i != own) close(peers[i].socket);
        for (struct message *message = peers[i].first, *next; message; message = next) {
            next = message->next;
            free(message);
        }
        free(peers[i].coming);
    }
}

static void sockets_abort(int status)
{
    for (int i = 0; i < all; i++)
        if (i != own) kill(peers[i].process, SIGKILL);
    _exit(status);
}

extern const struct sr_transport sr_transport;
const struct sr_transport sr_transport = {.version = SR_TRANSPORT_VERSION,
                                          .open = sockets_open,
                                          .send = sockets_send,
                                          .receive = sockets_receive,
                                          .test = sockets_test,
                                          .probe = sockets_probe,
                                          .close = sockets_close,
                                          .abort = sockets_abort};
