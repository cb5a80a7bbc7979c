/* signals.c - signals as events of the loop, and what is done when the program crashes.
 *
 * Handlers of ordinary signals write one byte to a pipe that the event loop polls. A signal that
 * ends the program also sets an alarm: the loop may be writing to a terminal that takes nothing,
 * such as a link that is stuck. When the alarm comes, /dev/null takes the terminal's place under
 * the same descriptor, so that the write returns and the program ends as usual. The handler of a
 * crash may call few functions: it writes bytes that were prepared at the start, restores the
 * terminal's modes, prints a sentence, and raises the signal again. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "capabilities.h"
#include "terminal.h"

static const int events[] = {SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT};
/* SIGTRAP: by which GLib, below Pango, ends the program when it has no memory. */
static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP};
enum { EVENTS = sizeof events / sizeof *events, FAULTS = sizeof faults / sizeof *faults };

enum { PATIENCE = 2 }; /* seconds that an ending waits for the terminal */

static int ends[2] = {-1, -1};
static int nowhere = -1;            /* /dev/null */
static volatile sig_atomic_t stuck; /* the terminal was given up */
static struct sigaction alarm_before;
static struct sigaction events_before[EVENTS], faults_before[FAULTS];
static stack_t stack_before;
static char *fault_stack; /* the handler's, since a crash may be a stack overflow */
static char restore[512];
static size_t restore_length;
static struct termios modes_before;

static void on_event(int number)
{
    int saved = errno;
    char byte = (char)number;
    /* Where the pipe is full, the loop has been woken. */
    if (write(ends[1], &byte, 1) < 0) errno = saved;
    if (number == SIGTERM || number == SIGHUP || number == SIGINT || number == SIGQUIT)
        alarm(PATIENCE);
    errno = saved;
}

static void on_alarm(int number)
{
    const int saved = errno, descriptor = terminal_descriptor();
    (void)number;
    stuck = 1;
    if (descriptor >= 0 && nowhere >= 0) dup2(nowhere, descriptor);
    errno = saved;
}

/* Write what the terminal takes at once. Its own modes are not changed: those of a descriptor count
 * for all programs that have it from the same source. */
static void write_at_once(const char *bytes, size_t length)
{
    const char *name = ttyname(STDIN_FILENO);
    const int descriptor = name ? open(name, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC) : -1;
    if (descriptor < 0) return;
    if (write(descriptor, bytes, length) < 0) stuck = 1;
    close(descriptor);
}

void signals_say(const char *text)
{
    if (stuck) {
        write_at_once(text, strlen(text));
        return;
    }
    fputs(text, stderr);
    fflush(stderr);
}

static void say(const char *text)
{
    if (write(stray_error_descriptor(), text, strlen(text)) < 0) return;
}

/* Only functions that POSIX allows in a handler. */
static void on_fault(int number)
{
    signal(SIGALRM, SIG_DFL); /* ends the program where the terminal takes nothing */
    alarm(PATIENCE);
    if (write(STDIN_FILENO, restore, restore_length) < 0) say("\r\n");
    tcsetattr(STDIN_FILENO, TCSANOW, &modes_before);
    say("sartor: ended by a fault in the program (");
    say(number == SIGSEGV   ? "SIGSEGV"
        : number == SIGBUS  ? "SIGBUS"
        : number == SIGFPE  ? "SIGFPE"
        : number == SIGILL  ? "SIGILL"
        : number == SIGTRAP ? "SIGTRAP"
                            : "SIGABRT");
    say("); trained models and checkpoints are kept, and HOME/log may say more\n");
    signal(number, SIG_DFL);
    raise(number);
}

static bool faults_are_ours(void)
{
    /* A sanitizer has its own handler, whose report says more. */
    struct sigaction now;
    return !sigaction(SIGSEGV, NULL, &now) && now.sa_handler == SIG_DFL &&
           !(now.sa_flags & SA_SIGINFO);
}

void signals_prepare(void)
{
    restore_length = capabilities_restore(restore, sizeof restore);
}

enum sr_status signals_start(struct sr_error *error)
{
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
        return sr_error_set(error, SR_ERROR_IO, "cannot make a pipe for signals: %s",
                            strerror(errno));
    tcgetattr(STDIN_FILENO, &modes_before);
    struct sigaction action = {.sa_handler = on_event, .sa_flags = SA_RESTART};
    sigfillset(&action.sa_mask);
    for (int i = 0; i < EVENTS; i++) sigaction(events[i], &action, &events_before[i]);
    stuck = 0;
    nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    action.sa_handler = on_alarm;
    sigaction(SIGALRM, &action, &alarm_before);
    bool ours = faults_are_ours();
    fault_stack = ours ? malloc(4 * (size_t)SIGSTKSZ) : NULL;
    if (fault_stack)
        sigaltstack(&(stack_t){.ss_sp = fault_stack, .ss_size = 4 * (size_t)SIGSTKSZ},
                    &stack_before);
    action.sa_handler = on_fault;
    action.sa_flags = (int)(SA_RESETHAND | (fault_stack ? SA_ONSTACK : 0));
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < FAULTS; i++) {
        sigaction(faults[i], NULL, &faults_before[i]);
        if (ours || faults[i] == SIGABRT) sigaction(faults[i], &action, NULL);
    }
    return SR_OK;
}

void signals_stop(void)
{
    if (ends[0] < 0) return;
    alarm(0);
    sigaction(SIGALRM, &alarm_before, NULL);
    if (nowhere >= 0) close(nowhere);
    nowhere = -1;
    if (stuck) { /* ncurses could not */
        tcsetattr(STDIN_FILENO, TCSANOW, &modes_before);
        write_at_once(restore, restore_length);
    }
    for (int i = 0; i < EVENTS; i++) sigaction(events[i], &events_before[i], NULL);
    for (int i = 0; i < FAULTS; i++) sigaction(faults[i], &faults_before[i], NULL);
    if (fault_stack) sigaltstack(&stack_before, NULL);
    free(fault_stack);
    fault_stack = NULL;
    close(ends[0]);
    close(ends[1]);
    ends[0] = ends[1] = -1;
}

int signals_descriptor(void)
{
    return ends[0];
}

int signals_next(void)
{
    char byte;
    return read(ends[0], &byte, 1) == 1 ? byte : 0;
}

void signals_suspend(void)
{
    /* The SIGCONT that ends this stop is not an event: the caller sets up the terminal anyway. As
     * an event it would have the terminal left and set up once more, and in between Ctrl-Z would
     * discard the keys before it, as it does in a shell. */
    const struct sigaction standard = {.sa_handler = SIG_DFL};
    struct sigaction stop_before, continue_before;
    sigaction(SIGTSTP, &standard, &stop_before);
    sigaction(SIGCONT, &standard, &continue_before);
    kill(0, SIGTSTP);
    /* Continued: by the shell, or at once where there is no shell to do so. */
    sigaction(SIGCONT, &continue_before, NULL);
    sigaction(SIGTSTP, &stop_before, NULL);
}
