/* escape.c - foreign text made safe for terminals, HTML, Markdown and CSV. */
#include "sartor/base/text.h"

#include <ctype.h>
#include <string.h>

void sr_text_add_visible(struct sr_text *text, const char *foreign)
{
    char shown[SR_SHOWN_SIZE];
    while (sr_utf8_shown(&foreign, shown) >= 0) sr_text_add(text, shown);
}

void sr_text_add_lines(struct sr_text *text, const char *foreign)
{
    char shown[SR_SHOWN_SIZE];
    while (*foreign) {
        const bool kept = *foreign == '\n' || *foreign == '\t';
        const char *start = foreign;
        sr_utf8_shown(&foreign, shown);
        sr_text_add_bytes(text, kept ? start : shown, kept ? 1 : strlen(shown));
    }
}

/* Is this ASCII character markup in Markdown, before `next`? A backslash is so only before
 * punctuation, "<" only before the name of a tag. */
static bool is_markup(char character, char next)
{
    if (character == '\\') return !isalnum((unsigned char)next) && !(next & 0x80);
    if (character == '<') return next && next != ' ';
    return strchr("`*[]|#~>&", character) != NULL;
}

void sr_text_add_markdown(struct sr_text *text, const char *foreign)
{
    static const char *const entities[] = {['<'] = "&lt;", ['>'] = "&gt;", ['&'] = "&amp;"};
    char shown[SR_SHOWN_SIZE];
    while (sr_utf8_shown(&foreign, shown) >= 0) {
        if (shown[1] || !is_markup(shown[0], *foreign))
            sr_text_add(text, shown);
        else if (strchr("<>&", shown[0]))
            sr_text_add(text, entities[(unsigned char)shown[0]]);
        else
            sr_text_printf(text, "\\%s", shown);
    }
}

/* Would a spreadsheet evaluate this cell as a formula? */
static bool is_formula(const char *cell)
{
    double number;
    return *cell && strchr("=+-@", *cell) && cell[1] && !sr_parse_double(cell, &number);
}

void sr_text_add_csv(struct sr_text *text, const char *cell)
{
    char shown[SR_SHOWN_SIZE];
    const bool quote = strpbrk(cell, ",\"\r\n") != NULL;
    if (quote) sr_text_add(text, "\"");
    if (is_formula(cell)) sr_text_add(text, "'");
    while (*cell) {
        const bool line_break = *cell == '\n';
        sr_utf8_shown(&cell, shown);
        sr_text_add(text, line_break ? "\n" : shown[0] == '"' ? "\"\"" : shown);
    }
    if (quote) sr_text_add(text, "\"");
}

void sr_text_add_escaped(struct sr_text *text, const char *foreign)
{
    static const char special[] = "&<>\"'\n\t";
    static const char *const written[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;", "\n", "\t"};
    char shown[SR_SHOWN_SIZE];
    while (*foreign) {
        const char *found = strchr(special, *foreign);
        sr_utf8_shown(&foreign, shown);
        sr_text_add(text, found ? written[found - special] : shown);
    }
}

void sr_text_add_base64(struct sr_text *text, const void *bytes, size_t length)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *in = bytes;
    for (size_t i = 0; i < length; i += 3) {
        unsigned group = (unsigned)in[i] << 16 | (i + 1 < length ? (unsigned)in[i + 1] << 8 : 0) |
                         (i + 2 < length ? in[i + 2] : 0);
        char four[4] = {digits[group >> 18], digits[group >> 12 & 63],
                        i + 1 < length ? digits[group >> 6 & 63] : '=',
                        i + 2 < length ? digits[group & 63] : '='};
        sr_text_add_bytes(text, four, 4);
    }
}
