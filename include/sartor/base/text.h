/* text.h - growing strings, UTF-8, and numbers that no locale changes.
 *
 * struct sr_text is owned by whoever declares it: start from {0}, release with
 * sr_text_fini. Not thread-safe; the free functions are. */
#ifndef SARTOR_BASE_TEXT_H
#define SARTOR_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sr_text {
    char *bytes; /* NUL-terminated once anything was added, else NULL */
    size_t length;
    size_t room;
};

void sr_text_fini(struct sr_text *text);
void sr_text_clear(struct sr_text *text); /* empty, memory kept */
void sr_text_add(struct sr_text *text, const char *bytes);
void sr_text_add_bytes(struct sr_text *text, const void *bytes, size_t length);
void sr_text_printf(struct sr_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void sr_text_add_glyph(struct sr_text *text, uint32_t codepoint); /* as UTF-8 */
/* Text from elsewhere (files, class names, model files, paths): control characters, bytes that are
 * no UTF-8, and characters that show nothing or change the direction of writing become escapes such
 * as \x1b and \u202e. Doing it twice changes nothing. Nothing else may reach a terminal. */
void sr_text_add_visible(struct sr_text *text, const char *foreign);
/* The same, but line breaks and tabs stay. */
void sr_text_add_lines(struct sr_text *text, const char *foreign);
/* The same for Markdown: what would be markup or HTML there is escaped, also within tables. */
void sr_text_add_markdown(struct sr_text *text, const char *foreign);
/* The same as a cell of CSV (RFC 4180): quoted where that is needed, with an apostrophe before what
 * a spreadsheet would take for a formula. Numbers stay as they are; so do line breaks, in quotes.
 */
void sr_text_add_csv(struct sr_text *text, const char *cell);
/* The same for HTML and XML, in content and in quoted attributes; line breaks and tabs stay. */
void sr_text_add_escaped(struct sr_text *text, const char *foreign);
void sr_text_add_base64(struct sr_text *text, const void *bytes, size_t length);
const char *sr_text_get(const struct sr_text *text); /* "" when empty */
char *sr_text_take(struct sr_text *text);            /* caller frees; the text is empty after */

/* Decode one UTF-8 character at *cursor and advance past it; a malformed byte
 * gives U+FFFD and advances by one. 0 at the end of the string. */
uint32_t sr_utf8_next(const char **cursor);
/* Bytes written to `out` (1..4). */
int sr_utf8_encode(uint32_t codepoint, char out[4]);
/* One character as it may be shown: itself, or the escape that sr_text_add_visible makes of it.
 * Advances *cursor past it. Its terminal columns; -1 at the end of the string. */
enum { SR_SHOWN_SIZE = 12 };
int sr_utf8_shown(const char **cursor, char shown[SR_SHOWN_SIZE]);
/* Terminal columns of a string as shown (wide characters count two, combining none). */
int sr_utf8_width(const char *text);
/* A string and as many blanks as fill `columns` on a terminal; printf counts bytes. Nothing is cut.
 */
void sr_text_add_padded(struct sr_text *text, const char *bytes, int columns);
/* Columns of one character: 0, 1 or 2. */
int sr_glyph_width(uint32_t codepoint);

/* Whole-string number parsing in the C locale; false when anything is left
 * over, on overflow, and (for doubles) on NaN or infinity. */
bool sr_parse_double(const char *text, double *value);
bool sr_parse_integer(const char *text, int64_t *value);

/* "1.4 MB", "312 kB"; "850 ms", "12.3 s", "4 min 05 s", "1 h 02 min": for people. */
void sr_format_bytes(char *out, size_t size, double bytes);
void sr_format_seconds(char *out, size_t size, double seconds);
/* The same for an estimate of what is left: whole seconds, never none. */
void sr_format_left(char *out, size_t size, double seconds);
/* 60000 as "60,000". */
void sr_format_count(char *out, size_t size, uint64_t count);

/* Of `count` words (stride bytes apart, each a const char * first member), the one
 * closest to `word` by edit distance, for "did you mean"; NULL when none is near. */
const char *sr_text_closest(const char *word, const void *words, size_t count, size_t stride);
/* Add what ends a sentence on an unknown word: "; did you mean cnn? There are: cnn, svm", without
 * the question where none is close. Nothing when there are no words. */
void sr_text_suggest(struct sr_text *text, const char *word, const void *words, size_t count,
                     size_t stride);

#endif
