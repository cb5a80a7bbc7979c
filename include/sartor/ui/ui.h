/* ui.h - the explorer: ncurses, the event loop, signals. The only thread that draws. */
#ifndef SARTOR_UI_UI_H
#define SARTOR_UI_UI_H

#include "sartor/app/session.h"

/* Run until quit. The terminal is restored on every way out. Returns the exit status. */
int sr_ui_run(struct sr_session *session);

#endif
