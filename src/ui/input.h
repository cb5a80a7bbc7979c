/* input.h - names of keys; private to ui/. */
#ifndef SARTOR_UI_INPUT_H
#define SARTOR_UI_INPUT_H

#include <curses.h>

/* The name of the next key in the input, NULL for none. Valid until the next call. */
const char *input_next(WINDOW *keys);

#endif
