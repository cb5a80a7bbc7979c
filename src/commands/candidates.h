/* candidates.h - the words that could stand at one place of a line. Private to commands/. */
#ifndef SARTOR_COMMANDS_CANDIDATES_H
#define SARTOR_COMMANDS_CANDIDATES_H

#include "sartor/base/words.h"

/* Words that could stand at one place of a line. */
struct candidates {
    struct sr_words words;
    const char *typed;  /* only words that begin so */
    const char *before; /* put before each: "split=" */
};
/* `word` with `after` ("=" or "/") behind it, if it begins as typed. */
void candidates_add(struct candidates *candidates, const char *word, const char *after);
/* The space-separated words of `choices`, which may be NULL. */
void candidates_add_choices(struct candidates *candidates, const char *choices);
/* Files in the folder that is typed; `endings` as in struct sr_param, NULL for all. */
void candidates_add_files(struct candidates *candidates, const char *endings);

#endif
