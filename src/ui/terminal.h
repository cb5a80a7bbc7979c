/* terminal.h - what the files of ui/ share: the terminal through ncurses, its colour pairs, the
 * names of its keys, signals, output of libraries. Private to ui/; one thread uses all of it. */
#ifndef SARTOR_UI_TERMINAL_H
#define SARTOR_UI_TERMINAL_H

#include "sartor/base/error.h"
#include "sartor/cells/grid.h"
#include <signal.h>

/* The screen. */
enum sr_status terminal_start(struct sr_error *error);
void terminal_stop(void);           /* safe when not started, and twice */
enum sr_depth terminal_depth(void); /* the most colours that it has */
void terminal_size(int *columns, int *lines);
/* Take over a new size; the next paint repaints everything. */
void terminal_resize(void);
/* Repaint everything next time, since something else wrote to the screen. */
void terminal_spoilt(void);
/* Send what changed since the last paint. The text cursor is hidden with x < 0. */
void terminal_paint(const struct sr_grid *grid, enum sr_depth depth, int cursor_x, int cursor_y,
                    bool shown);
/* Give the terminal back for a while, and take it again. */
void terminal_leave(void);
void terminal_return(void);
void terminal_mouse(bool on);

/* The name of the next key pressed, NULL when none waits; TERMINAL_PASTE when a text was pasted.
 * Valid until the next call. */
const char *terminal_key(void);
#define TERMINAL_PASTE "Paste"
const char *terminal_pasted(void); /* the text; see input.h */
/* What the screen is written to, -1 when it is not up. */
int terminal_descriptor(void);

/* The key that the screen shows at (x, y): a tab's digit, a hint's first word. NULL for none. */
const char *mouse_key(const struct sr_grid *grid, int x, int y, char key[16]);

/* Colour pairs: a number for two palette entries (-1 the default). `frame` grows with each
 * paint: a pair that neither this nor the last frame used may be given to other colours. */
void pairs_start(bool has_defaults);
void pairs_stop(void);
int pairs_find(int fore, int back, unsigned frame);

/* Signals become numbers read from a descriptor; after a crash the terminal is restored. */
/* Before terminal_start: ncurses has handlers of its own, which end the program with status 1 and
 * without a word; it leaves a signal alone that is handled already. */
enum sr_status signals_start(struct sr_error *error);
void signals_prepare(void); /* after terminal_start: what restores this terminal */
void signals_stop(void);    /* after terminal_stop */
/* A line for the terminal that the program leaves; dropped where that takes nothing. */
void signals_say(const char *text);
int signals_descriptor(void);
int signals_next(void);     /* 0 when none waits */
void signals_suspend(void); /* stop the process group; returns when continued */

/* Standard output and error into a file while the screen is up. */
void stray_start(const char *home);
void stray_pause(void); /* where they went before, for a while */
void stray_resume(void);
void stray_stop(void);
int stray_error_descriptor(void); /* standard error as it was */

#endif
