/* test_signals.c - the handlers of signals, called here by hand: what the one of a crash writes and
 * in which order, what happens when the pipe is full, the terminal is stuck, or a sanitizer has its
 * own handlers. A program that a signal ends is in test_explorer.c. */
#include <pty.h>
#include <stdbool.h>
#include <sys/resource.h>

#include "../../src/ui/capabilities.h"
#include "../../src/ui/terminal.h"
#include "support.h"
#include <signal.h>
#include <unistd.h>

static int raised, terminal = -1;

static int note_raise(int number)
{
    raised = number;
    return 0;
}

static unsigned no_alarm(unsigned seconds)
{
    return seconds;
}

static int own_terminal(void)
{
    return terminal;
}

static size_t some_bytes(char *out, size_t room);
static int some_descriptor(void);
#define raise                  note_raise
#define alarm                  no_alarm
#define terminal_descriptor    own_terminal
#define capabilities_restore   some_bytes
#define stray_error_descriptor some_descriptor
#include "../../src/ui/signals.c"

static int error_descriptor = -1;
static struct sr_error error;

static size_t some_bytes(char *out, size_t room)
{
    assert_true(room >= 4);
    memcpy(out, "\033[m.", 4);
    return 4;
}

static int some_descriptor(void)
{
    return error_descriptor;
}

/* Standard input is a terminal, whose other side is returned. */
static int saved_input;

static int take_terminal(void)
{
    int master, slave;
    struct winsize size = {.ws_col = 80, .ws_row = 24};
    assert_int_equal(openpty(&master, &slave, NULL, NULL, &size), 0);
    saved_input = dup(STDIN_FILENO);
    assert_true(saved_input >= 0);
    assert_int_equal(dup2(slave, STDIN_FILENO), STDIN_FILENO);
    close(slave);
    return master;
}

static void give_terminal_back(int master)
{
    if (dup2(saved_input, STDIN_FILENO) < 0) close(STDIN_FILENO);
    close(saved_input);
    close(master);
}

/* What has come, up to the end of `last`. */
static const char *read_to(int descriptor, const char *last)
{
    static char bytes[1024];
    size_t length = 0;
    do {
        const ssize_t count = read(descriptor, bytes + length, sizeof bytes - 1 - length);
        assert_true(count > 0);
        length += (size_t)count;
        bytes[length] = '\0';
    } while (!strstr(bytes, last));
    return bytes;
}

/* The screen is restored before anything is said, the modes as well, and the signal ends the
 * program after that. */
static void a_crash_names_its_signal(void **state)
{
    (void)state;
    static const struct {
        int number;
        const char *name;
    } all[] = {{SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},
               {SIGILL, "SIGILL"},   {SIGTRAP, "SIGTRAP"}, {SIGABRT, "SIGABRT"}};
    const int master = take_terminal();
    int said[2];
    assert_int_equal(pipe(said), 0);
    error_descriptor = said[1];
    assert_ok(signals_start(&error));
    signals_prepare();
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct termios modes, now;
        char wanted[200];
        assert_int_equal(tcgetattr(STDIN_FILENO, &modes), 0);
        modes.c_lflag &= ~(tcflag_t)(ECHO | ICANON);
        assert_int_equal(tcsetattr(STDIN_FILENO, TCSANOW, &modes), 0);
        on_fault(all[i].number);
        assert_int_equal(raised, all[i].number);
        assert_string_equal(read_to(master, "."), "\033[m.");
        snprintf(wanted, sizeof wanted,
                 "sartor: ended by a fault in the program (%s); trained models and checkpoints are "
                 "kept, and HOME/log may say more\n",
                 all[i].name);
        assert_string_equal(read_to(said[0], "\n"), wanted);
        assert_int_equal(tcgetattr(STDIN_FILENO, &now), 0);
        assert_true(now.c_lflag & ECHO && now.c_lflag & ICANON);
        struct sigaction action;
        assert_int_equal(sigaction(all[i].number, NULL, &action), 0);
        assert_true(action.sa_handler == SIG_DFL);
    }
    signals_stop();
    close(said[0]);
    close(said[1]);
    error_descriptor = -1;
    give_terminal_back(master);
}

/* Signals wait in the order in which they came; those for which there is no room are dropped, and
 * what they interrupt does not see the handler's errno. */
static void signals_wait_in_order(void **state)
{
    (void)state;
    assert_ok(signals_start(&error));
    assert_int_equal(signals_next(), 0);
    kill(getpid(), SIGWINCH);
    kill(getpid(), SIGTERM);
    assert_int_equal(signals_next(), SIGWINCH);
    assert_int_equal(signals_next(), SIGTERM);
    assert_int_equal(signals_next(), 0);
    while (write(ends[1], "\0", 1) == 1) continue;
    errno = ENOENT;
    on_event(SIGWINCH);
    assert_int_equal(errno, ENOENT);
    signals_stop();
    assert_int_equal(signals_descriptor(), -1);
    signals_stop(); /* twice is harmless */
}

static void theirs(int number)
{
    (void)number;
}

/* Handlers that somebody had set are theirs again afterwards; a sanitizer keeps its own, but for
 * SIGABRT, by which it ends the program itself. */
static void handlers_are_given_back(void **state)
{
    (void)state;
    struct sigaction own = {.sa_handler = theirs}, before[2], now;
    sigaction(SIGSEGV, &own, &before[0]);
    sigaction(SIGTERM, &own, &before[1]);
    assert_ok(signals_start(&error));
    sigaction(SIGSEGV, NULL, &now);
    assert_true(now.sa_handler == theirs);
    sigaction(SIGABRT, NULL, &now);
    assert_true(now.sa_handler == on_fault);
    sigaction(SIGTERM, NULL, &now);
    assert_true(now.sa_handler == on_event);
    signals_stop();
    sigaction(SIGTERM, NULL, &now);
    assert_true(now.sa_handler == theirs);
    sigaction(SIGABRT, NULL, &now);
    assert_true(now.sa_handler == SIG_DFL);
    own.sa_handler = SIG_DFL;
    sigaction(SIGSEGV, &own, NULL);
    assert_ok(signals_start(&error));
    sigaction(SIGSEGV, NULL, &now);
    assert_true(now.sa_handler == on_fault && now.sa_flags & SA_ONSTACK);
    signals_stop();
    sigaction(SIGSEGV, NULL, &now);
    assert_true(now.sa_handler == SIG_DFL);
    sigaction(SIGSEGV, &before[0], NULL);
    sigaction(SIGTERM, &before[1], NULL);
}

/* A terminal that takes nothing is given up: writes to it go nowhere from then on, and the last
 * sentence goes to the terminal by itself, which is written to without waiting. */
static void a_stuck_terminal_is_given_up(void **state)
{
    (void)state;
    const int master = take_terminal();
    assert_ok(signals_start(&error));
    signals_prepare();
    on_alarm(SIGALRM); /* no screen is up: nothing to give up */
    terminal = dup(STDIN_FILENO);
    assert_true(terminal >= 0);
    assert_true(isatty(terminal));
    on_alarm(SIGALRM);
    assert_false(isatty(terminal));
    assert_int_equal(write(terminal, "lost", 4), 4);
    signals_say("the end\n");
    assert_string_equal(read_to(master, "\n"), "the end\r\n");
    signals_stop(); /* restores what ncurses could not */
    assert_string_equal(read_to(master, "."), "\033[m.");
    close(terminal);
    terminal = -1;
    give_terminal_back(master);
}

/* Without a descriptor left there is no pipe, which is said. */
static void no_descriptor_is_left(void **state)
{
    (void)state;
    struct rlimit before, none;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 3;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    const enum sr_status status = signals_start(&error);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(status, SR_ERROR_IO);
    assert_string_equal(error.text, "cannot make a pipe for signals: Too many open files");
    assert_int_equal(signals_descriptor(), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crash_names_its_signal), cmocka_unit_test(signals_wait_in_order),
        cmocka_unit_test(handlers_are_given_back),  cmocka_unit_test(a_stuck_terminal_is_given_up),
        cmocka_unit_test(no_descriptor_is_left),
    };
    return cmocka_run_group_tests_name("signals", tests, NULL, NULL);
}
