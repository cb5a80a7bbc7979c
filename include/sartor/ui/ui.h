/* ui.h - the explorer: ncurses, the event loop, signals. The only thread that draws. */
#ifndef SARTOR_UI_UI_H
#define SARTOR_UI_UI_H

#include "sartor/app/session.h"

/* Run until quit. The terminal is restored on every way out: return, a signal, exit(), abort. While
 * the screen is up, what libraries write to standard output and error goes to HOME/log. Returns the
 * exit status: 0, 128 + the signal that ended it, or 1 after a sentence on standard error when the
 * terminal cannot be used. Frees nothing of the session. */
int sr_ui_run(struct sr_session *session);

#endif
