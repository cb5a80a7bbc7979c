/* input.h - names of keys; private to ui/. */
#ifndef SARTOR_UI_INPUT_H
#define SARTOR_UI_INPUT_H

#include <curses.h>

#define INPUT_PASTE "Paste"

/* The name of the next key in the input, NULL for none; INPUT_PASTE for a text that was pasted,
 * which the terminal has marked as such (DECSET 2004). Answers of the terminal and sequences that
 * terminfo does not know are dropped. Valid until the next call. */
const char *input_next(WINDOW *keys);
/* That text, in UTF-8, its lines apart by line feeds, without other control characters. */
const char *input_pasted(void);
/* Drop what has begun, and free what is kept. */
void input_forget(void);

#endif
