#include "sartor/base/words.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

enum sr_status sr_words_split(const char **line, struct sr_words *words, struct sr_error *error)
{
    const char *at = *line;
    struct sr_text word = {0};
    size_t room = 0;
    bool inside = false; /* a word has begun, if only by a pair of quotes */
    char quote = 0;
    *words = (struct sr_words){0};
    for (;; at++) {
        char c = *at;
        if (quote) {
            if (!c) {
                sr_text_fini(&word);
                sr_words_fini(words);
                return sr_error_set(error, SR_ERROR_ARGUMENT, "the quote %c is not closed", quote);
            }
            if (c == quote)
                quote = 0;
            else {
                if (c == '\\' && quote == '"' && (at[1] == '"' || at[1] == '\\')) c = *++at;
                sr_text_add_bytes(&word, &c, 1);
            }
            continue;
        }
        bool comment = c == '#' && !inside;
        if (!c || blank(c) || c == ';' || comment) {
            if (inside) {
                sr_xgrow(&words->items, &room, words->count + 2, sizeof *words->items);
                words->items[words->count++] = sr_text_take(&word);
                inside = false;
            }
            if (comment) at += strlen(at);
            if (!*at || *at == ';') break;
            continue;
        }
        inside = true;
        if (c == '\'' || c == '"')
            quote = c;
        else {
            if (c == '\\' && at[1]) c = *++at;
            sr_text_add_bytes(&word, &c, 1);
        }
    }
    if (*at == ';') at++;
    sr_xgrow(&words->items, &room, words->count + 1, sizeof *words->items);
    words->items[words->count] = NULL;
    sr_text_fini(&word);
    *line = at;
    return SR_OK;
}

void sr_words_fini(struct sr_words *words)
{
    for (size_t i = 0; i < words->count; i++) free(words->items[i]);
    free(words->items);
    *words = (struct sr_words){0};
}

void sr_words_add(struct sr_words *words, const char *word)
{
    words->items = sr_xrealloc(words->items, (words->count + 2) * sizeof *words->items);
    words->items[words->count++] = sr_xstrdup(word);
    words->items[words->count] = NULL;
}

void sr_words_quote(struct sr_text *text, const char *word)
{
    if (*word && !strpbrk(word, " \t\n\r\v\f;'\"\\#")) {
        sr_text_add(text, word);
        return;
    }
    sr_text_add(text, "\"");
    for (; *word; word++) {
        if (*word == '"' || *word == '\\') sr_text_add(text, "\\");
        sr_text_add_bytes(text, word, 1);
    }
    sr_text_add(text, "\"");
}
