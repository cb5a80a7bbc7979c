/* reply.h - what commands have to say, and the one way for foreign text to a terminal. */
#ifndef SARTOR_COMMANDS_REPLY_H
#define SARTOR_COMMANDS_REPLY_H

#include <stdio.h>

/* One line to a stream that people read. Control characters in it, line breaks too, become visible
 * escapes (sr_text_add_visible): no file, name or argument can steer the terminal. */
void sr_say(FILE *stream, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
