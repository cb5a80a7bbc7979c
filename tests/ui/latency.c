/* latency.c - how long a key takes to show, through a real pseudo-terminal, while two threads
 * train.
 *
 * make bench runs it as: latency SARTOR [DATA [KEYS [RECIPE]]]. Timed are a character at the
 * prompt, a step in Browse (whose picture moves), and a step in the Map of all samples, without and
 * with a neighbourhood marked. A key counts as shown when
 * the line that it changes has arrived. Prints the 50th, 90th and 99th percentile and the bytes. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pty.h"
#include "sartor/base/clock.h"
#include "sartor/base/memory.h"

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report(const char *what, double *seconds, double *bytes, int count)
{
    qsort(seconds, (size_t)count, sizeof *seconds, compare);
    qsort(bytes, (size_t)count, sizeof *bytes, compare);
    printf("%-16s %5d keys  p50 %6.2f ms  p90 %6.2f ms  p99 %6.2f ms  worst %6.2f ms  bytes p50 "
           "%.0f p99 %.0f\n",
           what, count, 1e3 * seconds[count / 2], 1e3 * seconds[count * 9 / 10],
           1e3 * seconds[count * 99 / 100], 1e3 * seconds[count - 1], bytes[count / 2],
           bytes[count * 99 / 100]);
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

static double time_key(struct pty *pty, const char *key, const char *shown, double *bytes)
{
    uint64_t before = shown ? 0 : picture(pty);
    size_t start = pty->bytes;
    double begin = sr_clock_seconds();
    pty_send(pty, key);
    for (;;) {
        if (!pty_read(pty, 2)) return NAN;
        if (shown ? !strcmp(pty_line(pty, -1), shown) : picture(pty) != before) break;
    }
    double seconds = sr_clock_seconds() - begin;
    *bytes = (double)(pty->bytes - start);
    return seconds;
}

struct timing {
    struct pty *pty;
    double *seconds, *bytes;
    int keys;
};

/* A hand's pace; not in step with frames. */
static void rest(const struct timing *timing, int i)
{
    drain(timing->pty, 0.04 + 0.005 * (i % 8));
}

/* Steps there and back, so that no end of the samples stops the cursor. */
static void time_steps(const struct timing *timing, const char *what)
{
    int count = 0;
    for (int i = 0; i < timing->keys; i++) {
        const double taken =
            time_key(timing->pty, i / 8 % 2 ? "h" : "l", NULL, &timing->bytes[count]);
        if (!isnan(taken)) timing->seconds[count++] = taken;
        rest(timing, i);
    }
    if (count) report(what, timing->seconds, timing->bytes, count);
}

static void time_letters(const struct timing *timing)
{
    int count = 0;
    for (int i = 0; i < timing->keys; i++) {
        const char *shown = i % 2 ? ":" : ":x";
        const double taken =
            time_key(timing->pty, i % 2 ? "\177" : "x", shown, &timing->bytes[count]);
        if (!isnan(taken)) timing->seconds[count++] = taken;
        rest(timing, i);
    }
    if (count) report("typed letter", timing->seconds, timing->bytes, count);
}

/* The principal components of all samples: the layout by t-SNE waits for the training. */
static bool time_map(const struct timing *timing)
{
    struct pty *pty = timing->pty;
    pty_send(pty, ":set autorun=off\r");
    pty_send(pty, ":browse split=any\r");
    if (!pty_wait_line(pty, 0, "[1 Browse]")) return false;
    pty_send(pty, "8");
    if (!pty_wait(pty, "principal components of pixels") || !pty_wait(pty, "samples")) return false;
    drain(pty, 0.5);
    time_steps(timing, "step in Map");
    pty_send(pty, "]");
    drain(pty, 0.5);
    time_steps(timing, "with neighbours");
    pty_send(pty, "\033");
    drain(pty, 0.5);
    return true;
}

static bool time_all(const struct timing *timing, const char *recipe, double begin)
{
    struct pty *pty = timing->pty;
    char line[256];
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
    time_steps(timing, "step in Browse");
    if (!time_map(timing)) return false;
    pty_send(pty, ":");
    if (!pty_wait_line(pty, -1, ":")) return false;
    time_letters(timing);
    pty_send(pty, "\003");
    drain(pty, 0.5);
    const size_t idle = pty->bytes;
    drain(pty, 4);
    printf("training alone   %6.0f bytes a second\n", (double)(pty->bytes - idle) / 4);
    return true;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: latency SARTOR [DATA [KEYS [RECIPE]]]\n");
        return 2;
    }
    char home[] = "/tmp/sartor-latency-XXXXXX", command[64];
    int keys = argc > 3 ? atoi(argv[3]) : 400;
    const char *recipe = argc > 4 ? argv[4] : "resnet epochs=1000"; /* more than it will be let */
    if (keys < 1 || !mkdtemp(home)) return 1;
    char *words[] = {argv[1],
                     "--home",
                     home,
                     "--threads",
                     "2",
                     argc > 2 ? "--data" : NULL,
                     argc > 2 ? argv[2] : NULL,
                     NULL};
    struct pty pty;
    double begin = sr_clock_seconds();
    if (!pty_start(&pty, 80, 24, "xterm-256color", NULL, words)) return 1;
    const struct timing timing = {&pty, sr_xalloc((size_t)keys * sizeof(double)),
                                  sr_xalloc((size_t)keys * sizeof(double)), keys};
    const int status = !time_all(&timing, recipe, begin);
    if (status)
        fprintf(stderr, "latency: the explorer did not answer; its screen:\n%s", pty_text(&pty));
    pty_stop(&pty);
    free(timing.seconds);
    free(timing.bytes);
    snprintf(command, sizeof command, "rm -rf %s", home);
    return system(command) ? 1 : status;
}
