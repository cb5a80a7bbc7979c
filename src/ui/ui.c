/* ui.c - the event loop: keys, jobs and signals in, frames out. */
#include "sartor/ui/ui.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bucket.h"
#include "capabilities.h"
#include "sartor/app/elsewhere.h"
#include "sartor/base/clock.h"
#include "sartor/commands/keys.h"
#include "sartor/commands/queue.h"
#include "sartor/commands/reply.h"
#include "sartor/panes/pane.h"
#include "terminal.h"

struct loop {
    struct sr_session *session;
    struct sr_grid grid, shown; /* what is drawn, and what has been sent */
    size_t sent_to;             /* the cell that is next to be sent, see sr_grid_send */
    struct bucket bucket;
    double next_pump; /* clock from which events of jobs are taken in again */
    bool stale;       /* something has changed since the last frame, or was not sent whole */
    bool pressed;     /* a key or the size of the window has */
    bool answered;    /* a command or a job has ended */
    uint64_t answers; /* session->answers, seen so far */
    double next_look; /* clock from which trainings of other processes are looked for again */
    double next_move; /* clock from which a picture that moves may change again */
    int signal;       /* that ends the program, 0 for none */
};

/* Is the next frame what a person waits for, and not only the progress of jobs? */
static bool for_person(const struct loop *loop)
{
    return loop->pressed || loop->answered;
}

static void press(struct loop *loop)
{
    loop->stale = loop->pressed = true;
}

/* A picture that moves is sent whole, and then stays for as long as its bytes take at so many a
 * second for each frame a second that may be shown. */
enum { MOVING_BYTES = 512 };

static void draw(struct loop *loop)
{
    struct sr_session *session = loop->session;
    struct sr_motion *motion = sr_screen_motion(session);
    const double now = sr_clock_seconds(),
                 refresh = (double)sr_args_integer(session->options, "refresh");
    motion->held = now < loop->next_move;
    int columns, lines;
    terminal_size(&columns, &lines);
    if (columns != loop->grid.columns || lines != loop->grid.lines)
        sr_grid_resize(&loop->grid, columns, lines);
    else
        sr_grid_clear(&loop->grid);
    /* No deeper colours than the terminal has. */
    if (session->look.depth > terminal_depth()) session->look.depth = terminal_depth();
    session->view.columns = columns;
    session->view.lines = lines;
    struct sr_cursor cursor = sr_screen_draw(session, &loop->grid);
    terminal_mouse(sr_args_switch(session->options, "mouse"));
    bool shown = cursor.typing || sr_args_switch(session->options, "cursor");
    const bool whole = for_person(loop) || motion->moved;
    size_t bytes;
    loop->stale = !sr_grid_send(&loop->shown, &loop->grid, session->look.depth,
                                whole ? SIZE_MAX : BUCKET_FRAME, &loop->sent_to, &bytes);
    terminal_paint(&loop->shown, session->look.depth, cursor.x, cursor.y, shown);
    bucket_take(&loop->bucket, whole, bytes);
    if (motion->moved) loop->next_move = now + (double)bytes / (MOVING_BYTES * refresh);
    motion->moved = false;
    loop->pressed = loop->answered = false;
}

/* The next frame sets the terminal's modes and paints all of the screen. It does not wait for a
 * token: until then the terminal is as a shell has it, and echoes keys. */
static void take_terminal(struct loop *loop)
{
    terminal_return();
    bucket_grant(&loop->bucket);
    press(loop);
}

static void suspend(struct loop *loop)
{
    terminal_leave();
    stray_pause();
    signals_suspend();
    stray_resume();
    take_terminal(loop);
}

static void take_signals(struct loop *loop)
{
    bool resize = false, stop = false, continued = false;
    for (int number; (number = signals_next());) {
        switch (number) {
        case SIGWINCH:
            resize = true;
            break;
        case SIGTSTP:
            stop = true;
            break;
        case SIGCONT:
            continued = true;
            break;
        default:
            loop->signal = number;
            return;
        }
    }
    if (stop) {
        suspend(loop);
    } else if (continued) {
        /* Stopped and continued by another process: other programs may have changed the modes. */
        terminal_leave();
        take_terminal(loop);
    } else if (resize) {
        terminal_resize();
    }
    press(loop);
}

/* A click on a tab or on a hint of the status line presses its key. While a message or the prompt
 * is in that line, only tabs can be clicked. */
static void take_click(struct loop *loop, const char *click)
{
    struct sr_session *session = loop->session;
    int x, y;
    char key[16];
    if (sscanf(click, "Click-%d-%d", &x, &y) != 2) return;
    bool hints = !session->message[0] && !session->view.question && !session->view.prompt;
    const char *name = y == 0 || hints ? mouse_key(&loop->shown, x, y, key) : NULL;
    if (name && sr_key_is_name(name))
        sr_keys_press(session, name);
    else if (y > 0 && y < loop->shown.lines - 1)
        sr_keys_press(session, click); /* the pane finds what was clicked */
}

static void take_keys(struct loop *loop)
{
    struct sr_session *session = loop->session;
    for (const char *key; !session->quit && (key = terminal_key());) {
        if (!strcmp(key, TERMINAL_PASTE))
            sr_keys_paste(session, terminal_pasted());
        else if (!strncmp(key, "Click-", 6))
            take_click(loop, key);
        else
            sr_keys_press(session, key);
        press(loop);
        if (session->suspend) suspend(loop);
        if (session->redraw) terminal_spoilt();
        session->suspend = session->redraw = false;
    }
}

static void run_loop(struct loop *loop)
{
    struct sr_session *session = loop->session;
    while (!session->quit && !loop->signal) {
        if (sr_clock_seconds() >= loop->next_look) {
            loop->next_look = sr_clock_seconds() + SR_SHARE_SECONDS;
            sr_session_share(session);
            if (sr_session_look_elsewhere(session)) loop->stale = true;
        }
        int refresh = (int)sr_args_integer(session->options, "refresh");
        bucket_fill(&loop->bucket, refresh, sr_clock_seconds());
        if (loop->stale && bucket_wait(&loop->bucket, for_person(loop)) <= 0) draw(loop);
        double now = sr_clock_seconds(), wait = INFINITY;
        if (loop->stale) wait = bucket_wait(&loop->bucket, for_person(loop));
        /* Events of jobs are taken in no more often than they can be shown. */
        bool quiet = now < loop->next_pump;
        if (quiet) wait = fmin(wait, loop->next_pump - now);
        struct pollfd polled[] = {
            {.fd = STDIN_FILENO, .events = POLLIN},
            {.fd = signals_descriptor(), .events = POLLIN},
            {.fd = quiet ? -1 : sr_jobs_descriptor(session->jobs), .events = POLLIN},
        };
        wait = fmin(wait, fmax(loop->next_look - now, 0));
        if (sr_queue_ready(session)) wait = 0;
        int count = poll(polled, 3, (int)ceil(wait * 1000));
        if (count < 0 && errno != EINTR) break;
        if (count > 0 && polled[1].revents) take_signals(loop);
        if (count > 0 && polled[0].revents & POLLIN) take_keys(loop);
        if (count > 0 && polled[0].revents & (POLLHUP | POLLERR | POLLNVAL))
            loop->signal = SIGHUP; /* the terminal is gone */
        if (count > 0 && polled[2].revents) {
            loop->next_pump = sr_clock_seconds() + 1.0 / refresh;
            if (sr_session_pump(session)) loop->stale = true;
            if (session->answers != loop->answers) loop->answered = true;
            loop->answers = session->answers;
        }
        if (sr_queue_run(session)) loop->stale = loop->answered = true;
    }
}

/* Lower the priority of the computing threads, so that keys are answered while they are busy. Only
 * in the explorer: batch has no keys. Where threads have no priority of their own, nothing changes.
 */
static void lower_other_threads(void)
{
#ifdef __linux__
    DIR *tasks = opendir("/proc/self/task");
    for (struct dirent *entry; tasks && (entry = readdir(tasks));) {
        pid_t task = (pid_t)atoi(entry->d_name);
        if (task > 0 && task != gettid())
            setpriority(PRIO_PROCESS, (id_t)task, getpriority(PRIO_PROCESS, 0) + 10);
    }
    if (tasks) closedir(tasks);
#endif
}

static void say_ended(int number)
{
    char text[128];
    snprintf(text, sizeof text, "sartor: ended by %s; trained models and checkpoints are kept\n",
             number == SIGTERM  ? "SIGTERM"
             : number == SIGHUP ? "SIGHUP"
             : number == SIGINT ? "SIGINT"
                                : "SIGQUIT");
    signals_say(text);
}

/* For an exit() within a library, which does not return through sr_ui_run. */
static void restore_at_exit(void)
{
    terminal_stop();
    stray_stop();
}

int sr_ui_run(struct sr_session *session)
{
    struct sr_error error;
    struct loop loop = {.session = session,
                        .stale = true,
                        .pressed = true,
                        .bucket = {.tokens = 1, .filled = sr_clock_seconds()}};
    enum sr_status status = capabilities_check(&error);
    if (!status) status = signals_start(&error);
    if (!status) status = terminal_start(&error);
    if (status) {
        signals_stop();
        sr_say(stderr, "sartor: %s", error.text);
        return 1;
    }
    signals_prepare();
    static bool registered;
    if (!registered) atexit(restore_at_exit);
    registered = true;
    stray_start(session->home);
    session->interactive = true;
    sr_keys_start(session);
    lower_other_threads();

    run_loop(&loop);

    terminal_stop();
    signals_stop();
    stray_stop();
    sr_grid_fini(&loop.grid);
    sr_grid_fini(&loop.shown);
    if (loop.signal) say_ended(loop.signal);
    return loop.signal ? 128 + loop.signal : 0;
}
