/* glyph.c - the ASCII character shown for another one where only ASCII may be shown. */
#include "sartor/cells/grid.h"

/* Latin letters U+00C0..U+017F without their accents; '?' where no single letter is like it. */
static const char latin[] =
    "AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty"  /* U+00C0 */
    "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlL"  /* U+0100 */
    "lLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs"; /* U+0140 */

static const struct {
    uint32_t first, last;
    char ascii;
} stand_ins[] = {
    {0x00a0, 0x00a0, ' '}, {0x00ab, 0x00ab, '<'}, {0x00b0, 0x00b0, 'o'}, {0x00b1, 0x00b1, '~'},
    {0x00b2, 0x00b2, '2'}, {0x00b3, 0x00b3, '3'}, {0x00b5, 0x00b5, 'u'}, {0x00b7, 0x00b7, '.'},
    {0x00bb, 0x00bb, '>'}, {0x03bc, 0x03bc, 'u'}, {0x2010, 0x2015, '-'}, {0x2018, 0x201b, '\''},
    {0x201c, 0x201f, '"'}, {0x2022, 0x2023, '*'}, {0x2026, 0x2026, '~'}, {0x2032, 0x2032, '\''},
    {0x2190, 0x2190, '<'}, {0x2191, 0x2191, '^'}, {0x2192, 0x2192, '>'}, {0x2193, 0x2193, 'v'},
    {0x2194, 0x2194, '-'}, {0x2195, 0x2195, '|'}, {0x21d2, 0x21d2, '>'}, {0x2212, 0x2212, '-'},
    {0x2248, 0x2248, '~'}, {0x2264, 0x2264, '<'}, {0x2265, 0x2265, '>'}, {0x2500, 0x2501, '-'},
    {0x2502, 0x2503, '|'}, {0x2504, 0x2505, '-'}, {0x2506, 0x2507, '|'}, {0x2508, 0x2509, '-'},
    {0x250a, 0x250b, '|'}, {0x250c, 0x254b, '+'}, {0x254c, 0x254d, '-'}, {0x254e, 0x254f, '|'},
    {0x2550, 0x2550, '='}, {0x2551, 0x2551, '|'}, {0x2552, 0x256c, '+'}, {0x256d, 0x2570, '+'},
    {0x2574, 0x2574, '-'}, {0x2575, 0x2575, '|'}, {0x2576, 0x2576, '-'}, {0x2577, 0x2577, '|'},
    {0x2580, 0x2580, '"'}, {0x2581, 0x2583, '_'}, {0x2584, 0x2588, '#'}, {0x2589, 0x258b, '#'},
    {0x258c, 0x258e, '='}, {0x258f, 0x258f, '|'}, {0x2591, 0x2591, '.'}, {0x2592, 0x2592, '+'},
    {0x2593, 0x2593, '#'}, {0x25a0, 0x25a0, '#'}, {0x25a1, 0x25a1, 'o'}, {0x25b2, 0x25b4, '^'},
    {0x25b6, 0x25b8, '>'}, {0x25ba, 0x25ba, '>'}, {0x25bc, 0x25be, 'v'}, {0x25c0, 0x25c4, '<'},
    {0x25c6, 0x25c7, '*'}, {0x25cb, 0x25cb, 'o'}, {0x25cf, 0x25cf, '*'}, {0x2605, 0x2606, '*'},
    {0x2713, 0x2714, '+'}, {0x2717, 0x2718, 'x'}, {0x2800, 0x2800, ' '}, {0x2801, 0x28ff, '.'},
    {0x3000, 0x3000, ' '},
};

uint32_t sr_glyph_ascii(uint32_t glyph)
{
    if (glyph < 0x80) return glyph;
    if (glyph >= 0xc0 && glyph < 0x180) return (unsigned char)latin[glyph - 0xc0];
    size_t low = 0, high = sizeof stand_ins / sizeof *stand_ins;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (glyph > stand_ins[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < sizeof stand_ins / sizeof *stand_ins && glyph >= stand_ins[low].first)
        return (unsigned char)stand_ins[low].ascii;
    return '?';
}

void sr_grid_to_ascii(struct sr_grid *grid)
{
    size_t count = (size_t)grid->columns * (size_t)grid->lines;
    for (size_t i = 0; i < count; i++) {
        struct sr_cell *cell = &grid->cells[i];
        /* The second half of a wide character, whose first half now takes one column. */
        cell->glyph = cell->glyph == SR_GLYPH_NONE ? ' ' : sr_glyph_ascii(cell->glyph);
    }
}
