/* pty.h - the program on a real pseudo-terminal, its output read by libvterm.
 *
 * Nothing here sleeps: whoever waits names what should be seen, and a generous limit. */
#ifndef SARTOR_TESTS_UI_PTY_H
#define SARTOR_TESTS_UI_PTY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <termios.h>
#include <vterm.h>

enum {
    PTY_PATIENCE = 300
}; /* seconds, far more than anything takes, with sanitizers on a busy machine too */

struct pty {
    pid_t child;
    int master;
    VTerm *vterm;
    VTermScreen *screen;
    int columns, lines;
    bool alternate, cursor; /* the alternate screen is up; the cursor shows */
    int alternations;       /* how often the alternate screen has come up */
    bool mouse, pastes;     /* clicks, and marks around what is pasted, are asked for */
    size_t matched[2];      /* of the sequences that ask for these */
    size_t bytes;           /* received so far */
    void (*heard)(void *listener, const char *bytes, size_t length); /* of all that comes; NULL */
    void *listener;
    bool ended;           /* nothing more will come */
    char *text;           /* of pty_text */
    struct termios modes; /* before the program ran */
};

/* Run argv with TERM=term; words of `environment` (NULL-ended, may be NULL) are added. */
bool pty_start(struct pty *pty, int columns, int lines, const char *term, char *const environment[],
               char *const argv[]);
/* Ends the child if it still runs. */
void pty_stop(struct pty *pty);
void pty_send(struct pty *pty, const char *keys);
/* Take in what has come; waits at most `seconds` for the first byte. False for nothing. */
bool pty_read(struct pty *pty, double seconds);
void pty_resize(struct pty *pty, int columns, int lines);
/* The screen, a line each, trailing blanks cut. Valid until the next call. */
const char *pty_text(struct pty *pty);
const char *pty_line(struct pty *pty, int line);
/* Until the screen holds `text` (or, with `gone`, no longer does). */
bool pty_wait(struct pty *pty, const char *text);
bool pty_wait_gone(struct pty *pty, const char *text);
/* Until one line holds `text`; negative lines count from the bottom. */
bool pty_wait_line(struct pty *pty, int line, const char *text);
/* Until the alternate screen is up. */
bool pty_wait_alternate(struct pty *pty);
/* Until the program ends; its wait status. */
bool pty_wait_end(struct pty *pty, int *status);
/* Whether the terminal is as it was: normal screen, cursor shown, modes. */
bool pty_restored(struct pty *pty);

#endif
