/* text.c - see shared.h: names and numbers in few columns, wrapped paragraphs. */
#include "shared.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/base/words.h"

struct sr_style sr_pane_style(const struct sr_session *session, enum sr_role role)
{
    return sr_look_style(&session->look, role);
}

const char *sr_pane_class(const struct sr_session *session, int class)
{
    return session->data && class >= 0 && class < session->data->classes
               ? session->data->class_names[class]
               : "?";
}

int sr_pane_cut(char *out, size_t size, const char *text, int columns)
{
    char shown[SR_SHOWN_SIZE];
    int used = 0;
    size_t length = 0;
    for (const char *next = text;;) {
        const char *from = next;
        int width = sr_utf8_shown(&next, shown);
        size_t bytes = (size_t)(next - from);
        if (width < 0 || used + width > columns || length + bytes >= size) break;
        memcpy(out + length, from, bytes);
        length += bytes;
        used += width;
    }
    out[length] = '\0';
    return used;
}

/* The last `columns` columns of a text. */
static const char *tail(const char *text, int columns)
{
    char shown[SR_SHOWN_SIZE];
    int skip = sr_utf8_width(text) - columns;
    while (skip > 0 && *text) skip -= sr_utf8_shown(&text, shown);
    return text;
}

/* The first whole words of a name that fit, if these are half of the columns; else nothing. */
static void first_words(const char *name, int columns, struct sr_short_name *out)
{
    sr_pane_cut(out->text, sizeof out->text, name, columns);
    size_t length = strlen(out->text);
    if (!name[length]) return;
    while (length && !strchr(" /-_,.(", name[length])) length--;
    while (length && strchr(" /-_,.(", name[length - 1])) length--;
    out->text[length] = '\0';
    if (2 * sr_utf8_width(out->text) < columns) out->text[0] = '\0';
}

/* One way to write a name in few columns. Way -1 is its first words, way 0 its beginning, way n <
 * columns its beginning and its last n columns, and the last way the number of the class, which is
 * unique. */
static void shorten(const char *name, int class, int columns, int way, struct sr_short_name *out)
{
    if (way < 0) {
        first_words(name, columns, out);
    } else if (way >= columns) {
        snprintf(out->text, sizeof out->text, "%d", class);
    } else if (way > 0 && sr_utf8_width(name) > columns) {
        sr_pane_cut(out->text, sizeof out->text, name, columns - way);
        size_t length = strlen(out->text);
        sr_pane_cut(out->text + length, sizeof out->text - length, tail(name, way), way);
    } else {
        sr_pane_cut(out->text, sizeof out->text, name, columns);
    }
}

void sr_pane_short_names(const struct sr_dataset *data, int columns, struct sr_short_name *names)
{
    int count = data->classes;
    if (columns > 31) columns = 31;
    if (columns < 1) columns = 1;
    struct sr_short_name *tries = sr_xalloc((size_t)count * sizeof *tries);
    bool *settled = sr_xalloc((size_t)count * sizeof *settled);
    int left = count;
    for (int way = -1; way <= columns && left > 0; way++) {
        for (int i = 0; i < count; i++)
            if (!settled[i]) shorten(data->class_names[i], i, columns, way, &tries[i]);
        for (int i = 0; i < count; i++) {
            if (settled[i]) continue;
            bool clash = !tries[i].text[0] && data->class_names[i][0];
            for (int j = 0; way < columns && j < count && !clash; j++)
                clash = j != i &&
                        strcmp(settled[j] ? names[j].text : tries[j].text, tries[i].text) == 0;
            if (clash) continue;
            names[i] = tries[i];
            settled[i] = true;
            left--;
        }
    }
    free(tries);
    free(settled);
}

bool sr_pane_wrap(const char **text, int width, char *out, size_t size)
{
    const char *at = *text;
    if (!*at) return false;
    if (width < 1) width = 1;
    char shown[SR_SHOWN_SIZE];
    const char *end = at, *blank = NULL;
    int used = 0;
    while (*end && *end != '\n') {
        const char *next = end;
        int wide = sr_utf8_shown(&next, shown);
        if (*end == ' ') blank = end;
        if (used + wide > width && end > at) break;
        used += wide;
        end = next;
    }
    const char *next = end;
    if (*end == '\n') {
        next = end + 1;
    } else if (*end) {
        if (*end != ' ' && blank && blank > at) end = blank;
        next = end;
        while (*next == ' ') next++;
    }
    size_t length = (size_t)(end - at);
    if (length >= size) length = size - 1;
    memcpy(out, at, length);
    out[length] = '\0';
    *text = next;
    return true;
}

int sr_pane_lines(const char *text, int width)
{
    char line[1024];
    int lines = 0;
    while (sr_pane_wrap(&text, width, line, sizeof line)) lines++;
    return lines;
}

int sr_pane_paragraph(struct sr_area area, int y, struct sr_style style, const char *text)
{
    char line[1024];
    while (y < area.height && sr_pane_wrap(&text, area.width, line, sizeof line))
        sr_area_text(area, 0, y++, style, line);
    return y;
}

void sr_pane_listed(struct sr_text *text, const char *words)
{
    while (*words) {
        uint32_t glyph = sr_utf8_next(&words);
        if (glyph == ' ' && *words == ' ') {
            while (*words == ' ') words++;
            if (*words) sr_text_add(text, ", ");
        } else if (glyph == 0x2713 || glyph == 0x2717) {
            if (*words == ' ') words++;
        } else {
            sr_text_add_glyph(text, glyph);
        }
    }
}

void sr_pane_percent(char *out, size_t size, double share)
{
    if (isfinite(share))
        snprintf(out, size, "%.1f %%", 100 * share);
    else
        snprintf(out, size, "–");
}

void sr_pane_ordinal(char *out, size_t size, uint64_t number)
{
    static const char *const endings[] = {"th", "st", "nd", "rd"};
    char digits[32];
    sr_format_count(digits, sizeof digits, number);
    bool teen = number / 10 % 10 == 1;
    snprintf(out, size, "%s%s", digits, endings[!teen && number % 10 <= 3 ? number % 10 : 0]);
}

void sr_pane_id(char *out, size_t size, enum sr_file file, uint32_t row)
{
    snprintf(out, size, "%s:%u", sr_file_names[file], (unsigned)row);
}

/* Where the part that begins at `text` ends; the end of the text for the last. */
static const char *part_end(const char *text)
{
    for (; *text; text++)
        if ((strchr(",;.", *text) || text[0] == ' ') && text[1] == ' ') break;
    return text;
}

int sr_pane_parts(struct sr_area area, int x, int y, struct sr_style style, const char *text)
{
    char line[1024];
    size_t length = 0;
    for (const char *end = text; *end && end < text + sizeof line;) {
        end = part_end(end == text ? end : end + 2);
        size_t bytes = (size_t)(end - text) + (*end == '.');
        if (bytes >= sizeof line) break;
        memcpy(line, text, bytes);
        line[bytes] = '\0';
        if (length && x + sr_utf8_width(line) > area.width) break;
        length = bytes;
        while (end[0] && end[1] == ' ' && end[2] == ' ') end++; /* three blanks and more */
    }
    line[length] = '\0';
    return sr_area_text(area, x, y, style, line);
}

const char *sr_pane_fitting(int columns, const char *const *ways)
{
    while (ways[1] && sr_utf8_width(*ways) > columns) ways++;
    return *ways;
}

void sr_pane_put_right(struct sr_area area, int edge, int y, struct sr_style style,
                       const char *text)
{
    sr_area_text(area, edge - sr_utf8_width(text), y, style, text);
}

void sr_pane_add_class(const struct sr_session *session, struct sr_text *line, const char *key,
                       int class)
{
    struct sr_text word = {0};
    sr_text_printf(&word, "%s=%s", key, sr_pane_class(session, class));
    sr_text_add(line, " ");
    sr_words_quote(line, sr_text_get(&word));
    sr_text_fini(&word);
}
