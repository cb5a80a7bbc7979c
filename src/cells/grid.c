/* grid.c - cells, areas of them, and text in areas. */
#include "sartor/cells/grid.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

static const struct sr_cell blank = {.glyph = ' '};

void sr_grid_init(struct sr_grid *grid, int columns, int lines)
{
    *grid = (struct sr_grid){0};
    sr_grid_resize(grid, columns, lines);
}

void sr_grid_fini(struct sr_grid *grid)
{
    free(grid->cells);
    *grid = (struct sr_grid){0};
}

void sr_grid_resize(struct sr_grid *grid, int columns, int lines)
{
    columns = columns < 0 ? 0 : columns;
    lines = lines < 0 ? 0 : lines;
    size_t count = (size_t)columns * (size_t)lines;
    grid->cells = sr_xrealloc(grid->cells, (count ? count : 1) * sizeof *grid->cells);
    grid->columns = columns;
    grid->lines = lines;
    sr_grid_clear(grid);
}

void sr_grid_clear(struct sr_grid *grid)
{
    size_t count = (size_t)grid->columns * (size_t)grid->lines;
    for (size_t i = 0; i < count; i++) grid->cells[i] = blank;
    grid->cursor_x = grid->cursor_y = -1;
}

void sr_area_cursor(struct sr_area area, int x, int y)
{
    if (x < 0 || y < 0 || x >= area.width || y >= area.height) return;
    area.grid->cursor_x = area.x + x;
    area.grid->cursor_y = area.y + y;
}

struct sr_area sr_grid_area(struct sr_grid *grid)
{
    return (struct sr_area){.grid = grid, .width = grid->columns, .height = grid->lines};
}

struct sr_area sr_area_part(struct sr_area area, int x, int y, int width, int height)
{
    int right = width > area.width - x ? area.width : x + width;
    int bottom = height > area.height - y ? area.height : y + height;
    int left = x < 0 ? 0 : x;
    int top = y < 0 ? 0 : y;
    struct sr_area part = {.grid = area.grid, .x = area.x + left, .y = area.y + top};
    if (right > left && bottom > top) {
        part.width = right - left;
        part.height = bottom - top;
    }
    return part;
}

/* The cell at a position in an area, or NULL outside the area or its grid. */
static struct sr_cell *cell_at(struct sr_area area, int x, int y)
{
    if (x < 0 || y < 0 || x >= area.width || y >= area.height) return NULL;
    x += area.x;
    y += area.y;
    if (x < 0 || y < 0 || x >= area.grid->columns || y >= area.grid->lines) return NULL;
    return &area.grid->cells[(size_t)y * (size_t)area.grid->columns + (size_t)x];
}

/* Before a cell of a wide character is overwritten, its other half becomes blank. */
static void break_wide(struct sr_area area, const struct sr_cell *cell)
{
    size_t at = (size_t)(cell - area.grid->cells);
    size_t column = at % (size_t)area.grid->columns;
    struct sr_cell *cells = area.grid->cells;
    if (cells[at].glyph == SR_GLYPH_NONE && column > 0) cells[at - 1].glyph = ' ';
    if (column + 1 < (size_t)area.grid->columns && cells[at + 1].glyph == SR_GLYPH_NONE)
        cells[at + 1].glyph = ' ';
}

void sr_area_put(struct sr_area area, int x, int y, uint32_t glyph, struct sr_style style)
{
    struct sr_cell *cell = cell_at(area, x, y);
    if (!cell) return;
    if (glyph < ' ' || (glyph >= 0x7f && glyph < 0xa0)) glyph = 0xfffd;
    int width = glyph < 0x7f ? 1 : sr_glyph_width(glyph);
    if (width == 0) return;
    struct sr_cell *next = width == 2 ? cell_at(area, x + 1, y) : NULL;
    if (width == 2 && !next) glyph = ' ';
    break_wide(area, cell);
    *cell = (struct sr_cell){.glyph = glyph, .style = style};
    if (next) {
        break_wide(area, next);
        *cell = (struct sr_cell){.glyph = glyph, .style = style};
        *next = (struct sr_cell){.glyph = SR_GLYPH_NONE, .style = style};
    }
}

/* One character as it is shown, with an escape for what cannot be, and blanks for white space.
 * Returns its columns. */
static int shown_character(const char **text, char *shown)
{
    const bool blank_space = strchr("\t\n\r", **text) != NULL;
    const int width = sr_utf8_shown(text, shown);
    if (!blank_space) return width;
    strcpy(shown, " ");
    return 1;
}

/* Where text that is too long for `room` columns is cut, so that the ellipsis fits: behind a whole
 * word, a number keeping its unit; within a word only where whole ones would leave most of the room
 * empty. */
static const char *cut_at(const char *text, int room)
{
    char shown[SR_SHOWN_SIZE];
    const char *most = text, *word = NULL;
    int used = 0, word_used = 0;
    for (const char *at = text; *at;) {
        const char *next = at;
        const int width = shown_character(&next, shown);
        const bool mark = strchr(",;:.", *at) && next[0] == ' ';
        if ((*at == ' ' && at > text && !strchr(" ,;:.(", at[-1]) && at[1] != '%') || mark) {
            word = at;
            word_used = used;
        }
        if (used + width > room - 1) break;
        used += width;
        most = at = next;
    }
    return word && 3 * word_used >= room ? word : most;
}

int sr_area_text(struct sr_area area, int x, int y, struct sr_style style, const char *text)
{
    char shown[SR_SHOWN_SIZE];
    int columns = 0;
    for (const char *at = text; *at && x + columns <= area.width;)
        columns += shown_character(&at, shown);
    const bool cut = x + columns > area.width;
    const char *end = cut ? cut_at(text, area.width - x) : text + strlen(text);
    while (text < end) {
        if (shown_character(&text, shown) == 0) continue;
        for (const char *at = shown; *at;) { /* one character, or an escape */
            uint32_t glyph = sr_utf8_next(&at);
            sr_area_put(area, x, y, glyph, style);
            x += sr_glyph_width(glyph);
        }
    }
    if (!cut) return x;
    if (area.width > 0) sr_area_put(area, x < area.width ? x : area.width - 1, y, 0x2026, style);
    return area.width;
}

int sr_area_printf(struct sr_area area, int x, int y, struct sr_style style, const char *format,
                   ...)
{
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    return sr_area_text(area, x, y, style, line);
}

void sr_area_fill(struct sr_area area, uint32_t glyph, struct sr_style style)
{
    for (int y = 0; y < area.height; y++)
        for (int x = 0; x < area.width; x++) sr_area_put(area, x, y, glyph, style);
}

void sr_area_box(struct sr_area area, const struct sr_look *look, struct sr_style style,
                 const char *title)
{
    static const uint32_t lines[] = {0x2500, 0x2502, 0x250c, 0x2510, 0x2514, 0x2518};
    static const uint32_t ascii[] = {'-', '|', '+', '+', '+', '+'};
    const uint32_t *part = look->ascii ? ascii : lines;
    int right = area.width - 1, bottom = area.height - 1;
    if (right < 1 || bottom < 1) return;
    for (int x = 1; x < right; x++) {
        sr_area_put(area, x, 0, part[0], style);
        sr_area_put(area, x, bottom, part[0], style);
    }
    for (int y = 1; y < bottom; y++) {
        sr_area_put(area, 0, y, part[1], style);
        sr_area_put(area, right, y, part[1], style);
    }
    sr_area_put(area, 0, 0, part[2], style);
    sr_area_put(area, right, 0, part[3], style);
    sr_area_put(area, 0, bottom, part[4], style);
    sr_area_put(area, right, bottom, part[5], style);
    if (title && *title && area.width > 6) {
        struct sr_area edge = sr_area_part(area, 2, 0, area.width - 4, 1);
        struct sr_style bold = style;
        bold.attributes |= SR_BOLD;
        sr_area_put(edge, 0, 0, ' ', style);
        int end = sr_area_text(sr_area_part(edge, 1, 0, edge.width - 2, 1), 0, 0, bold, title);
        sr_area_put(edge, end + 1, 0, ' ', style);
    }
}
