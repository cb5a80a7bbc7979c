#include "pty.h"

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include "sartor/base/text.h"

static int on_property(VTermProp property, VTermValue *value, void *user)
{
    struct pty *pty = user;
    if (property == VTERM_PROP_ALTSCREEN) {
        pty->alternations += !pty->alternate && value->boolean;
        pty->alternate = value->boolean;
    }
    if (property == VTERM_PROP_CURSORVISIBLE) pty->cursor = value->boolean;
    return 1;
}

static const VTermScreenCallbacks callbacks = {.settermprop = on_property};

static void answer(const char *bytes, size_t length, void *user)
{
    struct pty *pty = user;
    if (write(pty->master, bytes, length) < 0) return;
}

static void run_child(const char *term, char *const environment[], char *const argv[])
{
    setenv("TERM", term, 1);
    unsetenv("COLORTERM");
    unsetenv("STY");
    unsetenv("NO_COLOR");
    unsetenv("LINES");
    unsetenv("COLUMNS");
    setenv("LC_ALL", "C.UTF-8", 1);
    for (int i = 0; environment && environment[i]; i++) putenv(environment[i]);
    execvp(argv[0], argv);
    fprintf(stderr, "cannot run %s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

bool pty_start(struct pty *pty, int columns, int lines, const char *term, char *const environment[],
               char *const argv[])
{
    struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = (unsigned short)lines};
    *pty = (struct pty){.master = -1, .columns = columns, .lines = lines, .cursor = true};
    int slave;
    if (openpty(&pty->master, &slave, NULL, NULL, &size) < 0) return false;
    tcgetattr(pty->master, &pty->modes); /* before the program can change them */
    pty->child = fork();
    if (pty->child == 0) {
        close(pty->master);
        login_tty(slave);
        run_child(term, environment, argv);
    }
    close(slave);
    if (pty->child < 0) return false;
    pty->vterm = vterm_new(lines, columns);
    vterm_set_utf8(pty->vterm, 1);
    vterm_output_set_callback(pty->vterm, answer, pty);
    pty->screen = vterm_obtain_screen(pty->vterm);
    vterm_screen_set_callbacks(pty->screen, &callbacks, pty);
    vterm_screen_enable_altscreen(pty->screen, 1);
    vterm_screen_reset(pty->screen, 1);
    return true;
}

void pty_stop(struct pty *pty)
{
    if (pty->child > 0) {
        kill(pty->child, SIGKILL);
        waitpid(pty->child, NULL, 0);
    }
    if (pty->master >= 0) close(pty->master);
    if (pty->vterm) vterm_free(pty->vterm);
    free(pty->text);
    *pty = (struct pty){.master = -1};
}

void pty_send(struct pty *pty, const char *keys)
{
    size_t length = strlen(keys);
    while (length > 0) {
        ssize_t sent = write(pty->master, keys, length);
        if (sent < 0) return;
        keys += sent;
        length -= (size_t)sent;
    }
}

/* libvterm before 0.2 sees only the first of two modes in one sequence, and it tells nothing of
 * marked pastes, so both are read here. */
static void watch_modes(struct pty *pty, const char *bytes, size_t length)
{
    static const char *const wanted[] = {"\033[?1006;1000", "\033[?2004"};
    bool *const modes[] = {&pty->mouse, &pty->pastes};
    for (int mode = 0; mode < 2; mode++)
        for (size_t i = 0; i < length; i++) {
            size_t *matched = &pty->matched[mode];
            if (wanted[mode][*matched] == '\0') {
                *modes[mode] = bytes[i] == 'h';
                *matched = 0;
            }
            *matched = bytes[i] == wanted[mode][*matched] ? *matched + 1 : bytes[i] == '\033';
        }
}

bool pty_read(struct pty *pty, double seconds)
{
    struct pollfd polled = {.fd = pty->master, .events = POLLIN};
    if (pty->ended || poll(&polled, 1, (int)(seconds * 1000)) <= 0) return false;
    char bytes[16384];
    ssize_t count = read(pty->master, bytes, sizeof bytes);
    if (count <= 0) {
        pty->ended = true;
        return false;
    }
    pty->bytes += (size_t)count;
    if (pty->heard) pty->heard(pty->listener, bytes, (size_t)count);
    vterm_input_write(pty->vterm, bytes, (size_t)count);
    watch_modes(pty, bytes, (size_t)count);
    return true;
}

void pty_resize(struct pty *pty, int columns, int lines)
{
    struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = (unsigned short)lines};
    while (pty_read(pty, 0)) continue;
    pty->columns = columns;
    pty->lines = lines;
    vterm_set_size(pty->vterm, lines, columns);
    ioctl(pty->master, TIOCSWINSZ, &size);
}

static void add_line(struct pty *pty, int line, struct sr_text *text)
{
    size_t end = text->length;
    for (int x = 0; x < pty->columns; x++) {
        VTermScreenCell cell;
        if (!vterm_screen_get_cell(pty->screen, (VTermPos){.row = line, .col = x}, &cell)) continue;
        if (cell.chars[0] == (uint32_t)-1) continue; /* behind a wide character */
        sr_text_add_glyph(text, cell.chars[0] ? cell.chars[0] : ' ');
        if (cell.chars[0] && cell.chars[0] != ' ') end = text->length;
    }
    text->length = end;
    if (text->bytes) text->bytes[end] = '\0';
}

const char *pty_text(struct pty *pty)
{
    struct sr_text text = {0};
    for (int y = 0; y < pty->lines; y++) {
        add_line(pty, y, &text);
        sr_text_add(&text, "\n");
    }
    free(pty->text);
    pty->text = sr_text_take(&text);
    return pty->text;
}

const char *pty_line(struct pty *pty, int line)
{
    struct sr_text text = {0};
    sr_text_add(&text, "");
    add_line(pty, line < 0 ? pty->lines + line : line, &text);
    free(pty->text);
    pty->text = text.bytes ? sr_text_take(&text) : sr_xstrdup("");
    return pty->text;
}

static bool wait_for(struct pty *pty, int line, bool whole, const char *text, bool gone)
{
    double limit = sr_clock_seconds() + PTY_PATIENCE;
    for (;;) {
        bool there = strstr(whole ? pty_text(pty) : pty_line(pty, line), text) != NULL;
        if (there != gone) return true;
        double left = limit - sr_clock_seconds();
        if (left <= 0 || pty->ended) return false;
        pty_read(pty, left);
    }
}

bool pty_wait(struct pty *pty, const char *text)
{
    return wait_for(pty, 0, true, text, false);
}

bool pty_wait_gone(struct pty *pty, const char *text)
{
    return wait_for(pty, 0, true, text, true);
}

bool pty_wait_line(struct pty *pty, int line, const char *text)
{
    return wait_for(pty, line, false, text, false);
}

bool pty_wait_alternate(struct pty *pty)
{
    double limit = sr_clock_seconds() + PTY_PATIENCE;
    while (!pty->alternate && !pty->ended && sr_clock_seconds() < limit) pty_read(pty, 0.1);
    return pty->alternate;
}

bool pty_wait_end(struct pty *pty, int *status)
{
    double limit = sr_clock_seconds() + PTY_PATIENCE;
    while (sr_clock_seconds() < limit) {
        pty_read(pty, 0.01);
        if (waitpid(pty->child, status, WNOHANG) == pty->child) {
            pty->child = 0;
            while (pty_read(pty, 1))
                continue; /* to the end of the stream, not to a moment of quiet */
            return true;
        }
    }
    return false;
}

bool pty_restored(struct pty *pty)
{
    struct termios now;
    if (pty->alternate || !pty->cursor || pty->mouse || pty->pastes || tcgetattr(pty->master, &now))
        return false;
    return now.c_lflag == pty->modes.c_lflag && now.c_iflag == pty->modes.c_iflag &&
           now.c_oflag == pty->modes.c_oflag;
}
