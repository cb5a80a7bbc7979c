/* words.h - split lines into commands and words, by quotes, comments and `;`.
 *
 * As in a shell: white space separates, '...' and "..." quote (a backslash
 * escapes inside double quotes and outside quotes), # starts a comment at the
 * start of a word, an unquoted ; ends a command. */
#ifndef SARTOR_BASE_WORDS_H
#define SARTOR_BASE_WORDS_H

#include "sartor/base/error.h"
#include "sartor/base/text.h"
#include <stddef.h>

struct sr_words {
    size_t count;
    char **items; /* `count` words, then NULL */
};

/* Split off the first command of *line into `words` (possibly none, for an empty
 * line) and advance *line behind its `;`, or to the final NUL. An unclosed quote
 * is SR_ERROR_ARGUMENT. */
enum sr_status sr_words_split(const char **line, struct sr_words *words, struct sr_error *error);
void sr_words_fini(struct sr_words *words);
/* Append a copy of `word`. */
void sr_words_add(struct sr_words *words, const char *word);

/* Append `word` quoted, when it must be, so that splitting gives it back. */
void sr_words_quote(struct sr_text *text, const char *word);

#endif
