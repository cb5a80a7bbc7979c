/* capabilities.h - what terminfo says of the terminal; private to ui/. Includes nothing that has a
 * member called `lines` or `columns`, which <term.h> defines. */
#ifndef SARTOR_UI_CAPABILITIES_H
#define SARTOR_UI_CAPABILITIES_H

#include "sartor/base/error.h"
#include <stdbool.h>
#include <stddef.h>

/* Whether standard input and output are a terminal that ncurses can use. */
enum sr_status capabilities_check(struct sr_error *error);
/* Does the terminal have an alternate screen, after which the screen of the shell returns? */
bool capabilities_own_screen(void);
/* Does it mark what is pasted when it is asked to (DECSET 2004)? Terminals of xterm's kind do. */
bool capabilities_paste(void);
/* Bytes that restore the screen and the cursor, for a handler that may only write. */
size_t capabilities_restore(char *out, size_t room);

#endif
