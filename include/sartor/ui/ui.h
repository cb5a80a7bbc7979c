/* ui.h - the explorer: ncurses, the event loop, signals. The only thread that draws. */
#ifndef SARTOR_UI_UI_H
#define SARTOR_UI_UI_H

#include "sartor/app/session.h"

/* Whether the explorer can run here: standard input and output are a terminal of a known kind.
 * If not, a sentence that says what is missing. */
enum sr_status sr_ui_check(struct sr_error *error);

/* Run until quit. The terminal is restored on every way out: return, a signal, exit(), abort. While
 * the screen is up, what libraries write to standard output and error goes to HOME/log. Returns the
 * exit status: 0, 128 + the signal that ended it, or 1 after a sentence on standard error when the
 * terminal cannot be used. Frees nothing of the session. */
int sr_ui_run(struct sr_session *session);

#endif
