/* dump.c - a grid as plain text, and as text with ANSI colours. */
#include "sartor/cells/colour.h"
#include "sartor/cells/grid.h"

static bool style_equal(struct sr_style a, struct sr_style b)
{
    return a.fore == b.fore && a.back == b.back && a.attributes == b.attributes;
}

/* Columns of a line up to its last visible cell. */
static int line_length(const struct sr_grid *grid, int y, bool styled)
{
    const struct sr_cell *cells = grid->cells + (size_t)y * (size_t)grid->columns;
    int length = grid->columns;
    while (length > 0) {
        const struct sr_cell *cell = &cells[length - 1];
        bool marked = cell->style.back != SR_DEFAULT_COLOUR ||
                      (cell->style.attributes & (SR_REVERSE | SR_UNDERLINE));
        if (cell->glyph != ' ' || (styled && marked)) break;
        length--;
    }
    return length;
}

void sr_grid_dump_text(const struct sr_grid *grid, struct sr_text *text)
{
    for (int y = 0; y < grid->lines; y++) {
        const struct sr_cell *cells = grid->cells + (size_t)y * (size_t)grid->columns;
        int length = line_length(grid, y, false);
        for (int x = 0; x < length; x++)
            if (cells[x].glyph != SR_GLYPH_NONE) sr_text_add_glyph(text, cells[x].glyph);
        sr_text_add(text, "\n");
    }
}

static void add_colour(struct sr_text *text, sr_colour colour, enum sr_depth depth, bool back)
{
    int index = sr_colour_index(colour, depth);
    if (index < 0) return;
    if (depth == SR_DEPTH_DIRECT)
        sr_text_printf(text, ";%d;2;%u;%u;%u", back ? 48 : 38, colour >> 16 & 255,
                       colour >> 8 & 255, colour & 255);
    else if (depth == SR_DEPTH_256)
        sr_text_printf(text, ";%d;5;%d", back ? 48 : 38, index);
    else if (index < 8)
        sr_text_printf(text, ";%d", (back ? 40 : 30) + index);
    else
        sr_text_printf(text, ";%d", (back ? 100 : 90) + index - 8);
}

static void add_style(struct sr_text *text, struct sr_style style, enum sr_depth depth)
{
    sr_text_add(text, "\033[0");
    if (style.attributes & SR_BOLD) sr_text_add(text, ";1");
    if (style.attributes & SR_DIM) sr_text_add(text, ";2");
    if (style.attributes & SR_UNDERLINE) sr_text_add(text, ";4");
    if (style.attributes & SR_REVERSE) sr_text_add(text, ";7");
    add_colour(text, style.fore, depth, false);
    add_colour(text, style.back, depth, true);
    sr_text_add(text, "m");
}

void sr_grid_dump_ansi(const struct sr_grid *grid, enum sr_depth depth, struct sr_text *text)
{
    const struct sr_style plain = {0};
    for (int y = 0; y < grid->lines; y++) {
        const struct sr_cell *cells = grid->cells + (size_t)y * (size_t)grid->columns;
        int length = line_length(grid, y, true);
        struct sr_style current = plain;
        for (int x = 0; x < length; x++) {
            if (cells[x].glyph == SR_GLYPH_NONE) continue;
            struct sr_style style = cells[x].style;
            if (depth == SR_DEPTH_NONE) style.fore = style.back = SR_DEFAULT_COLOUR;
            if (!style_equal(style, current)) add_style(text, style, depth);
            current = style;
            sr_text_add_glyph(text, cells[x].glyph);
        }
        sr_text_add(text, style_equal(current, plain) ? "\n" : "\033[0m\n");
    }
}

/* Of a sequence that sets a style: "\033[0;38;5;75m" and the like. */
static size_t style_bytes(struct sr_style style, enum sr_depth depth)
{
    const size_t colour = depth >= SR_DEPTH_DIRECT ? 17 : depth >= SR_DEPTH_256 ? 9 : 3;
    return 6 + (style.fore ? colour : 0) + (style.back ? colour : 0);
}

static bool same_cell(const struct sr_cell *a, const struct sr_cell *b)
{
    return a->glyph == b->glyph && style_equal(a->style, b->style);
}

bool sr_grid_send(struct sr_grid *sent, const struct sr_grid *wanted, enum sr_depth depth,
                  size_t most, size_t *at, size_t *bytes)
{
    enum { MOVE = 8 }; /* "\033[12;34H" */
    const bool resized = sent->columns != wanted->columns || sent->lines != wanted->lines;
    const size_t count = (size_t)wanted->columns * (size_t)wanted->lines;
    struct sr_style style = {0};
    size_t next = SIZE_MAX, first = resized || *at >= count ? 0 : *at;
    *bytes = 0;
    if (resized) sr_grid_resize(sent, wanted->columns, wanted->lines);
    for (size_t k = 0; k < count; k++) {
        const size_t i = first + k < count ? first + k : first + k - count;
        const struct sr_cell *cell = &wanted->cells[i];
        if (!resized && same_cell(cell, &sent->cells[i])) continue;
        if (cell->glyph != SR_GLYPH_NONE) {
            size_t cost = i == next ? 0 : MOVE;
            if (!style_equal(cell->style, style)) cost += style_bytes(cell->style, depth);
            cost += cell->glyph < 0x80      ? 1
                    : cell->glyph < 0x800   ? 2
                    : cell->glyph < 0x10000 ? 3
                                            : 4;
            if (*bytes + cost > most && !resized) {
                *at = i;
                return false;
            }
            *bytes += cost;
            style = cell->style;
            next = i + 1;
        }
        sent->cells[i] = *cell;
        /* The second half of a wide character goes with the first. */
        if (i + 1 < count && wanted->cells[i + 1].glyph == SR_GLYPH_NONE) {
            sent->cells[i + 1] = wanted->cells[i + 1];
            if (next == i + 1) next++;
        }
    }
    sent->cursor_x = wanted->cursor_x;
    sent->cursor_y = wanted->cursor_y;
    *at = first;
    return true;
}
