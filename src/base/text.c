#include "sartor/base/text.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <wchar.h>

#include "sartor/base/memory.h"

void sr_text_fini(struct sr_text *text)
{
    free(text->bytes);
    *text = (struct sr_text){0};
}

void sr_text_clear(struct sr_text *text)
{
    text->length = 0;
    if (text->bytes) text->bytes[0] = '\0';
}

void sr_text_add_bytes(struct sr_text *text, const void *bytes, size_t length)
{
    sr_xgrow(&text->bytes, &text->room, text->length + length + 1, 1);
    if (length) memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

void sr_text_add(struct sr_text *text, const char *bytes)
{
    sr_text_add_bytes(text, bytes, strlen(bytes));
}

void sr_text_printf(struct sr_text *text, const char *format, ...)
{
    va_list list, again;
    va_start(list, format);
    va_copy(again, list);
    int length = vsnprintf(NULL, 0, format, list);
    va_end(list);
    if (length < 0) abort();
    sr_xgrow(&text->bytes, &text->room, text->length + (size_t)length + 1, 1);
    vsnprintf(text->bytes + text->length, (size_t)length + 1, format, again);
    va_end(again);
    text->length += (size_t)length;
}

void sr_text_add_glyph(struct sr_text *text, uint32_t codepoint)
{
    char bytes[4];
    sr_text_add_bytes(text, bytes, (size_t)sr_utf8_encode(codepoint, bytes));
}

const char *sr_text_get(const struct sr_text *text)
{
    return text->bytes ? text->bytes : "";
}

char *sr_text_take(struct sr_text *text)
{
    char *bytes = text->bytes ? text->bytes : sr_xstrdup("");
    *text = (struct sr_text){0};
    return bytes;
}

uint32_t sr_utf8_next(const char **cursor)
{
    const unsigned char *at = (const unsigned char *)*cursor;
    if (!*at) return 0;
    int extra = *at < 0x80                  ? 0
                : *at >= 0xF0 && *at < 0xF5 ? 3
                : *at >= 0xE0               ? 2
                : *at >= 0xC2               ? 1
                                            : -1;
    if (*at >= 0xF5) extra = -1;
    if (extra < 0) {
        ++*cursor;
        return 0xFFFD;
    }
    static const uint32_t least[4] = {0, 0x80, 0x800, 0x10000};
    uint32_t code = extra == 0 ? *at : *at & (0x3Fu >> extra);
    for (int i = 1; i <= extra; i++) {
        if ((at[i] & 0xC0) != 0x80) {
            ++*cursor;
            return 0xFFFD;
        }
        code = code << 6 | (at[i] & 0x3F);
    }
    if (code < least[extra] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
        ++*cursor;
        return 0xFFFD;
    }
    *cursor += extra + 1;
    return code;
}

int sr_utf8_encode(uint32_t code, char out[4])
{
    if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) code = 0xFFFD;
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

/* Ranges of double width in terminals (Unicode's East Asian Wide and Fullwidth, and emoji), and
 * of combining marks; a table, since wcwidth() depends on the locale that is set. */
int sr_glyph_width(uint32_t code)
{
    static const struct {
        uint32_t low, high;
    } wide[] =
        {
            {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x33FF}, {0x3400, 0x4DBF},
            {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},   {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},
            {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F},
            {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
        },
      none[] = {
          {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x064B, 0x065F}, {0x1AB0, 0x1AFF},
          {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
      };
    if (code < 0x20 || (code >= 0x7F && code < 0xA0)) return 0;
    if (code < 0x300) return 1;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (code >= none[i].low && code <= none[i].high) return 0;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (code >= wide[i].low && code <= wide[i].high) return 2;
    return 1;
}

/* Is this a control character, or one that shows nothing, or one that changes the direction of what
 * stands around it? Unicode's categories Cc, Zl and Zp and its Default_Ignorable_Code_Points, and
 * the annotation characters. */
static bool hidden(uint32_t code)
{
    static const struct {
        uint32_t low, high;
    } ranges[] = {
        {0x00, 0x1F},       {0x7F, 0x9F},       {0xAD, 0xAD},       {0x34F, 0x34F},
        {0x61C, 0x61C},     {0x115F, 0x1160},   {0x17B4, 0x17B5},   {0x180B, 0x180F},
        {0x200B, 0x200F},   {0x2028, 0x202E},   {0x2060, 0x206F},   {0x3164, 0x3164},
        {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFB},
        {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges && code >= ranges[i].low; i++)
        if (code <= ranges[i].high) return true;
    return false;
}

int sr_utf8_shown(const char **cursor, char shown[SR_SHOWN_SIZE])
{
    const char *at = *cursor;
    const uint32_t code = sr_utf8_next(cursor);
    const bool malformed = code == 0xFFFD && *cursor == at + 1;
    if (!code) return -1;
    if (malformed || (code < 0x80 && hidden(code)))
        return snprintf(shown, SR_SHOWN_SIZE, "\\x%02x", (unsigned char)*at);
    if (hidden(code))
        return snprintf(shown, SR_SHOWN_SIZE, code <= 0xFFFF ? "\\u%04x" : "\\U%08x", code);
    shown[sr_utf8_encode(code, shown)] = '\0';
    return sr_glyph_width(code);
}

int sr_utf8_width(const char *text)
{
    char shown[SR_SHOWN_SIZE];
    int width = 0;
    for (int columns; (columns = sr_utf8_shown(&text, shown)) >= 0;) width += columns;
    return width;
}

void sr_text_add_padded(struct sr_text *text, const char *bytes, int columns)
{
    int missing = columns - sr_utf8_width(bytes);
    sr_text_printf(text, "%s%*s", bytes, missing > 0 ? missing : 0, "");
}

bool sr_parse_double(const char *text, double *value)
{
    /* strtod alone would take leading blanks, hexadecimal floats, "inf" and "nan". */
    if (!*text || strspn(text, "0123456789+-.eE") != strlen(text)) return false;
    char *end;
    errno = 0;
    double number = strtod(text, &end);
    if (*end || end == text || !isfinite(number)) return false;
    *value = number;
    return true;
}

bool sr_parse_integer(const char *text, int64_t *value)
{
    if (!*text || strspn(text, "0123456789+-") != strlen(text)) return false;
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (*end || end == text || errno) return false;
    *value = number;
    return true;
}

void sr_format_bytes(char *out, size_t size, double bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    size_t unit = 0;
    while (bytes >= 999.5 && unit + 1 < sizeof units / sizeof *units) {
        bytes /= 1000;
        unit++;
    }
    snprintf(out, size, unit > 0 && bytes < 9.95 ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
}

void sr_format_seconds(char *out, size_t size, double seconds)
{
    if (!(seconds >= 0)) {
        snprintf(out, size, "?");
    } else if (seconds < 0.9995) {
        snprintf(out, size, "%.0f ms", seconds * 1e3);
    } else if (seconds < 59.95) {
        snprintf(out, size, seconds < 9.95 ? "%.1f s" : "%.0f s", seconds);
    } else if (seconds < 3599.5) {
        int whole = (int)lrint(seconds);
        snprintf(out, size, "%d min %02d s", whole / 60, whole % 60);
    } else {
        double minutes = nearbyint(seconds / 60);
        snprintf(out, size, "%.0f h %02.0f min", floor(minutes / 60), fmod(minutes, 60));
    }
}

void sr_format_left(char *out, size_t size, double seconds)
{
    if (seconds < 59.5)
        snprintf(out, size, "%.0f s", seconds > 1 ? nearbyint(seconds) : 1);
    else
        sr_format_seconds(out, size, nearbyint(seconds));
}

void sr_format_count(char *out, size_t size, uint64_t count)
{
    char digits[32], grouped[48];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)count), to = 0;
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0) grouped[to++] = ',';
        grouped[to++] = digits[i];
    }
    grouped[to] = '\0';
    snprintf(out, size, "%s", grouped);
}

/* Levenshtein distance, letters compared without case. */
static size_t edit_distance(const char *a, const char *b)
{
    enum { LONGEST = 64 };
    size_t la = strlen(a), lb = strlen(b), row[LONGEST + 1];
    if (la > LONGEST || lb > LONGEST) return LONGEST;
    for (size_t j = 0; j <= lb; j++) row[j] = j;
    for (size_t i = 1; i <= la; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            size_t replace = diagonal + (strncasecmp(&a[i - 1], &b[j - 1], 1) != 0);
            size_t change = 1 + (row[j] < row[j - 1] ? row[j] : row[j - 1]);
            diagonal = row[j];
            row[j] = replace < change ? replace : change;
        }
    }
    return row[lb];
}

static const char *word_at(const void *words, size_t index, size_t stride)
{
    const char *word;
    memcpy(&word, (const char *)words + index * stride, sizeof word);
    return word;
}

const char *sr_text_closest(const char *word, const void *words, size_t count, size_t stride)
{
    const char *best = NULL;
    size_t best_distance = strlen(word) <= 3 ? 2 : 3; /* nearer than this */
    for (size_t i = 0; i < count; i++) {
        const char *candidate = word_at(words, i, stride);
        if (!candidate) continue;
        size_t distance = edit_distance(word, candidate);
        if (distance < best_distance) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

void sr_text_suggest(struct sr_text *text, const char *word, const void *words, size_t count,
                     size_t stride)
{
    const char *closest = sr_text_closest(word, words, count, stride);
    const char *before = "; there are: ";
    if (closest) {
        sr_text_printf(text, "; did you mean %s?", closest);
        before = " There are: ";
    }
    for (size_t i = 0; i < count; i++)
        sr_text_printf(text, "%s%s", i ? ", " : before, word_at(words, i, stride));
}
