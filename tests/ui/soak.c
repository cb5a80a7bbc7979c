/* soak.c - the program itself on a pseudo-terminal, under random keys, bursts of bytes and resizes
 * while it trains.
 *
 * make soak runs it as: soak SARTOR DATA EVENTS SEED. An event is a key, a command typed at the
 * prompt, a burst of 1 to 400 random bytes, or a new size. Every 200 events the program must echo a
 * word at its prompt; it may end only with status 0 (a random key can quit) and is then started
 * again in the same home. At the end SIGTERM must restore the terminal. Returns 1 at the first
 * fault, with the last events, the screen and, where gdb is
 * installed, what the program was doing. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pty.h"
#include "sartor/base/clock.h"
#include "sartor/base/error.h"
#include "sartor/base/rng.h"

enum { KEPT = 40, EVENT_BYTES = 401, EVENTS_A_CHECK = 200 };

struct soak {
    struct pty pty;
    struct sr_rng rng;
    char *const *argv;
    unsigned long keys, lines, bursts, resizes, starts;
    unsigned long kept; /* events so far; the last KEPT of them are in `events` */
    struct {
        int length;
        char bytes[EVENT_BYTES];
    } events[KEPT];
};

static const char *const keys[] = {
    "h",      "j",      "k",       "l",       "g",      "G",        "n",
    "p",      "1",      "2",       "3",       "4",      "5",        "6",
    "7",      "v",      "u",       "b",       "B",      "c",        "d",
    "r",      "\t",     "\033[Z",  "\r",      "\r",     "y",        "\\",
    "w",      "a",      "m",       "s",       "%",      "t",        " ",
    "x",      "e",      "?",       "\014",    "\033[A", "\033[B",   "\033[C",
    "\033[D", "\033OP", "\177",    "\027",    "\013",   "\303\251", "\346\227\245",
    "/",      "+",      "-",       "o",       "O",      ":",        "0",
    "9",      "U",      "\033[5~", "\033[6~", "\033",   "\033",     "\033",
    "q",      "Q",      "f",       "i",       "z",
};
static const char *const commands[] = {
    "browse wrong",
    "browse class=Shirt",
    "browse class=any as=any",
    "browse nothing",
    "train logreg name=a epochs=2 limit=200 ask=off",
    "train knn name=b limit=80",
    "train cnn name=c epochs=30 limit=400",
    "stop",
    "pause",
    "resume",
    "models",
    "evaluate a",
    "confusion a",
    "curves",
    "gradcam c 3",
    "explain c 5",
    "predict a 7",
    "show 99999",
    "describe",
    "help train",
    "set glyphs=ascii",
    "set glyphs=unicode",
    "set colours=none",
    "set colours=256",
    "pane data",
    "form cnn",
    "tag",
    "suspects knn folds=2 limit=60",
    "export samples to=a.png",
    "train cnn epochs=x",
    "delete a",
};
#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Started when the terminal is in raw mode: before that Ctrl-C is a signal. */
static bool start(struct soak *soak)
{
    struct termios modes = {.c_lflag = ISIG};
    soak->starts++;
    if (!pty_start(&soak->pty, 80, 24, "xterm-256color", NULL, soak->argv) ||
        !pty_wait_alternate(&soak->pty))
        return false;
    while ((modes.c_lflag & ISIG) && !soak->pty.ended) {
        pty_read(&soak->pty, 0.01);
        tcgetattr(soak->pty.master, &modes);
    }
    return !soak->pty.ended;
}

static void fail(struct soak *soak, const char *what)
{
    fprintf(stderr, "soak: %s; the last events:\n", what);
    for (unsigned long i = soak->kept > KEPT ? soak->kept - KEPT : 0; i < soak->kept; i++) {
        for (int b = 0; b < soak->events[i % KEPT].length; b++)
            fprintf(stderr, "%02x", (unsigned char)soak->events[i % KEPT].bytes[b]);
        fprintf(stderr, "\n");
    }
    fprintf(stderr, "%s", pty_text(&soak->pty));
    char where[128];
    snprintf(where, sizeof where, "gdb -p %d -batch -ex 'thread apply all bt 12' 2>&1 | grep '^#'",
             (int)soak->pty.child);
    if (soak->pty.child > 0 && system(where)) fprintf(stderr, "soak: gdb tells nothing\n");
    pty_stop(&soak->pty);
    exit(1);
}

/* Sends bytes and takes in what the program draws meanwhile. A program that has ended by itself
 * with status 0 is started again. */
static void send(struct soak *soak, const char *bytes, int length)
{
    int slot = (int)(soak->kept++ % KEPT);
    soak->events[slot].length = length;
    memcpy(soak->events[slot].bytes, bytes, (size_t)length);
    for (int sent = 0; sent < length && soak->pty.alternate;) {
        while (pty_read(&soak->pty, 0)) continue;
        ssize_t count = write(soak->pty.master, bytes + sent, (size_t)(length - sent));
        if (count <= 0) break;
        sent += (int)count;
    }
    while (pty_read(&soak->pty, 0)) continue;
    if (soak->pty.alternate && !soak->pty.ended) return;
    int status = 0;
    if (!pty_wait_end(&soak->pty, &status))
        fail(soak, "the program left the screen and does not end");
    if (!WIFEXITED(status) || WEXITSTATUS(status)) {
        fprintf(stderr, "soak: wait status %#x\n", (unsigned)status);
        fail(soak, "the program ended with a fault");
    }
    if (!pty_restored(&soak->pty)) fail(soak, "the terminal was not restored");
    pty_stop(&soak->pty);
    if (!start(soak)) fail(soak, "the program does not start again");
}

static void send_text(struct soak *soak, const char *text)
{
    send(soak, text, (int)strlen(text));
}

static void burst(struct soak *soak)
{
    /* Half of the bursts begin like a sequence that a terminal sends. */
    static const char *const heads[] = {"\033[",     "\033]11;", "\033P",
                                        "\033[200~", "\033[<0;", "\033O"};
    char bytes[EVENT_BYTES];
    int length = 1 + (int)sr_rng_below(&soak->rng, EVENT_BYTES - 1), at = 0;
    if (sr_rng_below(&soak->rng, 2)) {
        const char *head = heads[sr_rng_below(&soak->rng, COUNT(heads))];
        for (; head[at] && at < length; at++) bytes[at] = head[at];
    }
    /* Without Ctrl-\ (SIGQUIT) and Ctrl-Z, which a terminal turns into signals. */
    for (; at < length; at++) {
        bytes[at] = (char)sr_rng_below(&soak->rng, 256);
        if (bytes[at] == '\034' || bytes[at] == '\032') bytes[at] = 'x';
    }
    send(soak, bytes, length);
    /* Whatever it opened is closed: the end of a paste and of a string. */
    send_text(soak, "\033[201~\033\\");
    soak->bursts++;
}

static void resize(struct soak *soak)
{
    static const int sizes[][2] = {{80, 24}, {120, 40}, {40, 12}, {20, 5}, {1, 1}, {200, 60}};
    size_t at = (size_t)sr_rng_below(&soak->rng, COUNT(sizes) + 4);
    if (at < COUNT(sizes))
        pty_resize(&soak->pty, sizes[at][0], sizes[at][1]);
    else
        pty_resize(&soak->pty, 1 + (int)sr_rng_below(&soak->rng, 200),
                   1 + (int)sr_rng_below(&soak->rng, 60));
    soak->resizes++;
}

static void read_for(struct soak *soak, double seconds)
{
    double end = sr_clock_seconds() + seconds;
    for (double left = seconds; left > 0; left = end - sr_clock_seconds())
        pty_read(&soak->pty, left);
}

/* A word typed at the prompt must be seen. What is open is closed first by Esc, which is told from
 * the beginning of a sequence by the quiet that follows; a try that comes too soon is repeated. */
static void check_alive(struct soak *soak)
{
    pty_resize(&soak->pty, 80, 24);
    char word[32];
    snprintf(word, sizeof word, "alive%lu", soak->kept);
    for (int attempt = 0; attempt < 6; attempt++) {
        for (int i = 0; i < 4; i++) {
            send_text(soak, "\033");
            read_for(soak, 0.05);
        }
        send_text(soak, ":\025");
        send_text(soak, word);
        for (int i = 0; i < 100; i++) {
            if (!strstr(pty_text(&soak->pty), word)) {
                pty_read(&soak->pty, 0.1);
                continue;
            }
            send_text(soak, "\025\033");
            read_for(soak, 0.05);
            return;
        }
    }
    fail(soak, "the program no longer answers");
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: soak SARTOR DATA EVENTS SEED\n");
        return 2;
    }
    char home[] = "/tmp/sartor-soak-XXXXXX", *program = realpath(argv[1], NULL),
         *data = realpath(argv[2], NULL), command[64];
    if (!program || !data || !mkdtemp(home) || chdir(home)) {
        perror("soak");
        return 2;
    }
    static struct soak soak;
    char *const arguments[] = {program, "--home", home, "--data", data, "--threads", "2", NULL};
    soak.argv = arguments;
    unsigned long events = strtoul(argv[3], NULL, 10);
    sr_rng_init(&soak.rng, strtoull(argv[4], NULL, 10), SR_STREAM_TEST, 0);
    if (!start(&soak)) fail(&soak, "the program does not start");
    for (unsigned long i = 0; i < events; i++) {
        uint64_t kind = sr_rng_below(&soak.rng, 100);
        if (kind < 10) {
            resize(&soak);
        } else if (kind < 16) {
            send_text(&soak, "\033");
            send_text(&soak, ":");
            send_text(&soak, commands[sr_rng_below(&soak.rng, COUNT(commands))]);
            send_text(&soak, "\r");
            soak.lines++;
        } else if (kind < 18) {
            burst(&soak);
        } else {
            send_text(&soak, keys[sr_rng_below(&soak.rng, COUNT(keys))]);
            soak.keys++;
        }
        if (i % EVENTS_A_CHECK == EVENTS_A_CHECK - 1) check_alive(&soak);
    }
    check_alive(&soak);
    int status = 0;
    kill(soak.pty.child, SIGTERM);
    if (!pty_wait_end(&soak.pty, &status)) fail(&soak, "SIGTERM does not end the program");
    if (!pty_restored(&soak.pty)) fail(&soak, "SIGTERM leaves the terminal changed");
    printf("soak: %lu keys, %lu commands, %lu bursts, %lu sizes, %lu starts: no fault\n", soak.keys,
           soak.lines, soak.bursts, soak.resizes, soak.starts);
    pty_stop(&soak.pty);
    snprintf(command, sizeof command, "rm -rf %s", home);
    free(program);
    free(data);
    return system(command) != 0;
}
