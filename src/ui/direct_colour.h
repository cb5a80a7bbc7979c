/* direct_colour.h - the terminal's description with direct colours added; private to ui/. */
#ifndef SARTOR_UI_DIRECT_COLOUR_H
#define SARTOR_UI_DIRECT_COLOUR_H

/* For the variable TERMINFO: what terminfo says of the terminal that TERM names, but with red,
 * green and blue of eight bits each instead of a palette. The caller frees it. NULL where COLORTERM
 * does not say that the terminal has these, or where it has no colours, or them already. */
char *direct_colour_description(void);

#endif
