/* mouse.c - a click on the bars becomes the key that is shown there.
 *
 * Tabs show the key that opens them, hints begin with theirs: the key is read off the screen, so
 * that this file does not depend on its layout. */
#include <stdio.h>
#include <string.h>

#include "sartor/base/text.h"
#include "terminal.h"

static uint32_t glyph_at(const struct sr_grid *grid, int x, int y)
{
    if (x < 0 || x >= grid->columns) return ' ';
    return grid->cells[(size_t)y * (size_t)grid->columns + (size_t)x].glyph;
}

static bool blank_pair(const struct sr_grid *grid, int x, int y)
{
    return glyph_at(grid, x, y) == ' ' && glyph_at(grid, x - 1, y) == ' ';
}

static bool is_digit(uint32_t glyph)
{
    return glyph >= '1' && glyph <= '9';
}

static bool is_letter(uint32_t glyph)
{
    return (glyph | 32) >= 'a' && (glyph | 32) <= 'z';
}

/* The digit of the tab that covers column x. */
static const char *tab_key(const struct sr_grid *grid, int x, char key[16])
{
    for (; x >= 0 && !blank_pair(grid, x, 0); x--) {
        if (!is_digit(glyph_at(grid, x, 0)) || is_letter(glyph_at(grid, x - 1, 0))) continue;
        snprintf(key, 16, "%c", (int)glyph_at(grid, x, 0));
        return key;
    }
    return NULL;
}

/* The first word of the hint that covers column x; of "h/l", the part under the pointer. */
static const char *hint_key(const struct sr_grid *grid, int x, char key[16])
{
    int y = grid->lines - 1, start = x;
    if (glyph_at(grid, x, y) == ' ' && (blank_pair(grid, x, y) || blank_pair(grid, x + 1, y)))
        return NULL;
    while (start > 0 && !blank_pair(grid, start - 1, y)) start--;
    if (glyph_at(grid, start, y) == ' ') start++;
    size_t length = 0;
    for (int at = start; glyph_at(grid, at, y) != ' '; at++) {
        uint32_t glyph = glyph_at(grid, at, y);
        if (glyph == '/' && length > 0) {
            if (x < at || glyph_at(grid, at + 1, y) == ' ') break;
            bool later = false; /* is the pointer still in this word? */
            for (int k = at + 1; glyph_at(grid, k, y) != ' '; k++) later |= k == x;
            if (!later) break;
            length = 0;
            continue;
        }
        if (glyph >= 0x7f || length > 12) return NULL;
        key[length++] = (char)glyph;
    }
    key[length] = '\0';
    return length ? key : NULL;
}

const char *mouse_key(const struct sr_grid *grid, int x, int y, char key[16])
{
    if (x < 0 || y < 0 || x >= grid->columns || y >= grid->lines) return NULL;
    if (y == 0 && grid->lines >= 5) return tab_key(grid, x, key);
    return y == grid->lines - 1 ? hint_key(grid, x, key) : NULL;
}
