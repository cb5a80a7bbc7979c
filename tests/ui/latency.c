/* latency.c - how long a key takes to show, through a real pseudo-terminal, while two threads
 * train.
 *
 * make bench-latency runs it as: latency SARTOR [DATA [KEYS [RECIPE]]]. Timed are, on terminals of
 * 80×24 and 200×60, a step in Browse, whose picture moves; in the Map of all samples steps, steps
 * with a neighbourhood marked, zooming, panning and other colours; a character at the prompt. From
 * the key until all that it changes has arrived and been read: KEYS of each kind (100), at a hand's
 * pace. Prints the 50th, 90th and 99th percentile, the worst, and the bytes. A key that changes
 * nothing in two seconds is counted apart; after ten of them the next kind begins, so that it all
 * ends. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pty.h"
#include "sartor/base/clock.h"
#include "sartor/base/memory.h"

/* Seconds in which a key has to show; in which no more bytes come when all has arrived. */
static const double patience = 2, quiet = 0.005;
enum { UNANSWERED_MOST = 10, MAP_ROOM = 8 };

struct timing {
    struct pty *pty;
    int keys; /* of each kind */
    double *seconds, *bytes;
    int count;
    double *map_seconds, *map_bytes; /* of all kinds of the Map: MAP_ROOM × keys */
    int map_count;
};

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report(const char *what, double *seconds, double *bytes, int count, int unanswered)
{
    printf("%-20s %5d keys", what, count);
    if (count) {
        qsort(seconds, (size_t)count, sizeof *seconds, compare);
        qsort(bytes, (size_t)count, sizeof *bytes, compare);
        printf(
            "  p50 %6.2f ms  p90 %6.2f ms  p99 %6.2f ms  worst %6.2f ms  bytes p50 %.0f p99 %.0f",
            1e3 * seconds[count / 2], 1e3 * seconds[count * 9 / 10],
            1e3 * seconds[count * 99 / 100], 1e3 * seconds[count - 1], bytes[count / 2],
            bytes[count * 99 / 100]);
    }
    if (unanswered) printf("  and %d that changed nothing in %.0f s", unanswered, patience);
    printf("\n");
    fflush(stdout);
}

static void drain(struct pty *pty, double seconds)
{
    double end = sr_clock_seconds() + seconds;
    for (double left = seconds; left > 0; left = end - sr_clock_seconds()) pty_read(pty, left);
}

/* The picture without the status line: what a step in Browse changes and training does not. */
static uint64_t picture(struct pty *pty)
{
    uint64_t hash = 1469598103934665603u;
    for (int y = 0; y < pty->lines - 1; y++) {
        for (int x = 0; x < pty->columns; x++) {
            VTermScreenCell cell;
            vterm_screen_get_cell(pty->screen, (VTermPos){.row = y, .col = x}, &cell);
            uint32_t parts[] = {cell.chars[0],  cell.fg.indexed.idx, cell.bg.indexed.idx,
                                cell.fg.type,   cell.bg.type,        cell.attrs.reverse,
                                cell.attrs.bold};
            for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
                hash = (hash ^ parts[i]) * 1099511628211u;
        }
    }
    return hash;
}

/* NAN where nothing has changed in time. With `shown` the last line is to be that, else anything
 * but the last line, which tells how the training goes on, has to change. */
static double time_key(struct pty *pty, const char *key, const char *shown, double *bytes)
{
    const uint64_t before = shown ? 0 : picture(pty);
    const size_t start = pty->bytes;
    const double begin = sr_clock_seconds();
    double last = begin;
    bool changed = false;
    pty_send(pty, key);
    while (last < begin + patience) {
        if (!pty_read(pty, changed ? quiet : patience)) break;
        last = sr_clock_seconds();
        changed = changed || (shown ? !strcmp(pty_line(pty, -1), shown) : picture(pty) != before);
    }
    *bytes = (double)(pty->bytes - start);
    return changed ? last - begin : NAN;
}

/* These keys over and over; `shown` are the last lines after them, NULL where the picture changes.
 */
static void time_keys(struct timing *timing, const char *what, const char *const *keys,
                      const char *const *shown)
{
    int unanswered = 0, length = 0;
    while (keys[length]) length++;
    timing->count = 0;
    for (int i = 0; i < timing->keys && unanswered < UNANSWERED_MOST; i++) {
        const double taken =
            time_key(timing->pty, keys[i % length], shown ? shown[i % length] : NULL,
                     &timing->bytes[timing->count]);
        if (isnan(taken))
            unanswered++;
        else
            timing->seconds[timing->count++] = taken;
        /* A hand's pace; not in step with frames. */
        drain(timing->pty, 0.04 + 0.005 * (i % 8));
    }
    report(what, timing->seconds, timing->bytes, timing->count, unanswered);
}

static void time_in_map(struct timing *timing, const char *what, const char *const *keys)
{
    time_keys(timing, what, keys, NULL);
    for (int i = 0; i < timing->count; i++) {
        timing->map_seconds[timing->map_count] = timing->seconds[i];
        timing->map_bytes[timing->map_count++] = timing->bytes[i];
    }
}

static void press(struct pty *pty, const char *keys, double seconds)
{
    pty_send(pty, keys);
    drain(pty, seconds);
}

/* Steps there and back, so that no end of the samples stops the cursor. */
static const char *const steps[] = {"l", "l", "l", "j", "j", "j", "h", "h", "h", "k", "k", "k", 0};
static const char *const to_and_fro[] = {"l", "l", "l", "l", "h", "h", "h", "h", 0};
static const char *const zooms[] = {"+", "+", "+", "+", "-", "-", "-", "-", 0};
static const char *const pans[] = {"\033[1;2C", "\033[1;2B", "\033[1;2D", "\033[1;2A", 0};
static const char *const colours[] = {"v", 0};

/* The principal components of all samples: the layout by t-SNE waits for the training. */
static bool time_map(struct timing *timing)
{
    struct pty *pty = timing->pty;
    char click[64];
    pty_send(pty, ":set autorun=off\r");
    pty_send(pty, ":browse split=any\r");
    if (!pty_wait_line(pty, 0, "[1 Browse]")) return false;
    pty_send(pty, "8");
    if (!pty_wait(pty, "principal components of pixels") || !pty_wait(pty, "samples")) return false;
    /* A click among the points: from there the cursor can go in every direction. On the sample
     * under the cursor it is Enter, from which 8 leads back. */
    snprintf(click, sizeof click, "\033[<0;%d;%dM\033[<0;%d;%dm", pty->columns / 3, pty->lines / 2,
             pty->columns / 3, pty->lines / 2);
    press(pty, click, 0.5);
    press(pty, "8", 0.5);
    timing->map_count = 0;
    time_in_map(timing, "step in Map", steps);
    press(pty, "]", 0.5);
    time_in_map(timing, "with neighbours", steps);
    press(pty, "\033", 0.5);
    time_in_map(timing, "zoom", zooms);
    press(pty, "++++", 0.5);
    time_in_map(timing, "step, zoomed in", steps);
    time_in_map(timing, "pan", pans);
    press(pty, "----", 0.5);
    /* What a model says is computed once. */
    for (int i = 0; i < 8; i++) press(pty, "v", 1.5);
    time_in_map(timing, "other colours", colours);
    report("all of the Map", timing->map_seconds, timing->map_bytes, timing->map_count, 0);
    return true;
}

static bool time_all(struct timing *timing, const char *recipe, double begin)
{
    static const char *const letters[] = {"x", "\177", 0}, *const typed[] = {":x", ":", 0};
    struct pty *pty = timing->pty;
    char line[256];
    printf("%d×%d\n", pty->columns, pty->lines);
    if (!pty_wait(pty, "Browse")) return false;
    printf("first paint      %6.1f ms after the start\n", 1e3 * (sr_clock_seconds() - begin));
    if (!pty_wait(pty, " of ")) return false;
    printf("data loaded      %6.1f ms\n", 1e3 * (sr_clock_seconds() - begin));
    snprintf(line, sizeof line, ":train %s name=bench\r", recipe);
    pty_send(pty, line);
    if (!pty_wait(pty, "bench") || !pty_wait_line(pty, -1, "%")) return false;
    pty_send(pty, "1");
    if (!pty_wait_line(pty, 0, "[1 Browse]")) return false;
    drain(pty, 0.5);
    time_keys(timing, "step in Browse", to_and_fro, NULL);
    if (!time_map(timing)) return false;
    pty_send(pty, ":");
    if (!pty_wait_line(pty, -1, ":")) return false;
    time_keys(timing, "typed letter", letters, typed);
    press(pty, "\003", 0.5);
    const size_t idle = pty->bytes;
    drain(pty, 4);
    printf("training alone   %6.0f bytes a second\n", (double)(pty->bytes - idle) / 4);
    return true;
}

/* One terminal of a size; 0 when all went well. */
static int time_size(struct timing *timing, int columns, int lines, char *const *words,
                     const char *recipe)
{
    struct pty pty;
    const double begin = sr_clock_seconds();
    timing->pty = &pty;
    if (!pty_start(&pty, columns, lines, "xterm-256color", NULL, words)) return 1;
    const int status = !time_all(timing, recipe, begin);
    if (status)
        fprintf(stderr, "latency: the explorer did not answer; its screen:\n%s", pty_text(&pty));
    pty_stop(&pty);
    return status;
}

int main(int argc, char **argv)
{
    static const int sizes[][2] = {{80, 24}, {200, 60}};
    if (argc < 2) {
        fprintf(stderr, "usage: latency SARTOR [DATA [KEYS [RECIPE]]]\n");
        return 2;
    }
    char home[] = "/tmp/sartor-latency-XXXXXX", command[64];
    const int keys = argc > 3 ? atoi(argv[3]) : 100;
    const char *recipe = argc > 4 ? argv[4] : "resnet epochs=1000"; /* more than it will be let */
    if (keys < 1 || keys > 100000 || !mkdtemp(home)) return 1;
    const size_t room = (size_t)keys * sizeof(double);
    char *words[] = {argv[1],
                     "--home",
                     home,
                     "--threads",
                     "2",
                     argc > 2 ? "--data" : NULL,
                     argc > 2 ? argv[2] : NULL,
                     NULL};
    struct timing timing = {.keys = keys,
                            .seconds = sr_xalloc(room),
                            .bytes = sr_xalloc(room),
                            .map_seconds = sr_xalloc(MAP_ROOM * room),
                            .map_bytes = sr_xalloc(MAP_ROOM * room)};
    int status = 0;
    for (int i = 0; !status && i < 2; i++)
        status = time_size(&timing, sizes[i][0], sizes[i][1], words, recipe);
    free(timing.seconds);
    free(timing.bytes);
    free(timing.map_seconds);
    free(timing.map_bytes);
    snprintf(command, sizeof command, "rm -rf %s", home);
    return system(command) ? 1 : status;
}
