/* grid.h - the grid of cells that every pane draws into.
 *
 * A cell is a character with two colours and attributes. Colours are 24-bit or
 * "default"; the back end (ncurses, ANSI dump, PNG) maps them to what it has. Drawing
 * goes through a struct sr_area, a rectangle of a grid that clips. A wide
 * character takes its cell and leaves SR_GLYPH_NONE in the next. One thread at a time. */
#ifndef SARTOR_CELLS_GRID_H
#define SARTOR_CELLS_GRID_H

#include "sartor/base/text.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t sr_colour; /* 0: the terminal's default, else 0x01RRGGBB */
#define SR_DEFAULT_COLOUR ((sr_colour)0)
#define SR_RGB(r, g, b)                                                                            \
    ((sr_colour)0x01000000u | (sr_colour)(r) << 16 | (sr_colour)(g) << 8 | (sr_colour)(b))

enum { SR_BOLD = 1, SR_DIM = 2, SR_UNDERLINE = 4, SR_REVERSE = 8 };
enum { SR_GLYPH_NONE = 0 };

struct sr_style {
    sr_colour fore, back;
    uint8_t attributes;
};

struct sr_cell {
    uint32_t glyph; /* a code point */
    struct sr_style style;
};

struct sr_grid {
    int columns, lines;
    struct sr_cell *cells; /* lines × columns */
    /* The cell that the person is at, where the terminal's cursor is put for screen readers and
     * braille lines; -1 for none. */
    int cursor_x, cursor_y;
};

struct sr_area {
    struct sr_grid *grid;
    int x, y, width, height;
};

/* How many colours the terminal has. */
enum sr_depth { SR_DEPTH_NONE, SR_DEPTH_8, SR_DEPTH_16, SR_DEPTH_256, SR_DEPTH_DIRECT };

struct sr_look {
    bool ascii; /* no glyph outside ASCII */
    bool light; /* light background */
    enum sr_depth depth;
};

/* What a piece of text is for; theme.c has the colours for each kind of terminal. */
enum sr_role {
    SR_ROLE_TEXT,
    SR_ROLE_FAINT,
    SR_ROLE_TITLE,
    SR_ROLE_ACCENT,
    SR_ROLE_GOOD,
    SR_ROLE_WARNING,
    SR_ROLE_BAD,
    SR_ROLE_BAR,         /* tab bar and status line */
    SR_ROLE_BAR_CURRENT, /* the current tab */
    SR_ROLE_SELECTED,    /* the cursor's cell or row */
    SR_ROLE_BORDER,
    SR_ROLE_KEY,    /* a key's name in hints */
    SR_ROLE_SERIES, /* + n: n-th data series, 6 of them */
    SR_ROLE_COUNT = SR_ROLE_SERIES + 6,
};
struct sr_style sr_look_style(const struct sr_look *look, enum sr_role role);

void sr_grid_init(struct sr_grid *grid, int columns, int lines);
void sr_grid_fini(struct sr_grid *grid);
void sr_grid_resize(struct sr_grid *grid, int columns, int lines); /* cleared */
void sr_grid_clear(struct sr_grid *grid);
struct sr_area sr_grid_area(struct sr_grid *grid);
/* A part of an area, clipped to it. */
struct sr_area sr_area_part(struct sr_area area, int x, int y, int width, int height);

/* Control characters become U+FFFD, a wide character that does not fit a blank. */
void sr_area_put(struct sr_area area, int x, int y, uint32_t glyph, struct sr_style style);
/* Text on one line from column x. Where it does not fit it ends with an ellipsis, behind a whole
 * word if these fill a third of the room. Returns the column after it. */
int sr_area_text(struct sr_area area, int x, int y, struct sr_style style, const char *text);
int sr_area_printf(struct sr_area area, int x, int y, struct sr_style style, const char *format,
                   ...) __attribute__((format(printf, 5, 6)));
void sr_area_fill(struct sr_area area, uint32_t glyph, struct sr_style style);
/* Put the grid's cursor here; nothing outside of the area. */
void sr_area_cursor(struct sr_area area, int x, int y);
/* A frame with a title in its upper edge; nothing where the four corners do not fit. */
void sr_area_box(struct sr_area area, const struct sr_look *look, struct sr_style style,
                 const char *title);

/* The nearest ASCII character: '-' for a dash or a rule, '~' for an ellipsis, '#' for a block,
 * a letter without its accent, '?' where there is none. */
uint32_t sr_glyph_ascii(uint32_t glyph);
/* The same for a whole grid. Called last, when a whole screen has been drawn, so that class names
 * and messages become ASCII too. */
void sr_grid_to_ascii(struct sr_grid *grid);

/* Bring `sent`, what a terminal shows, to `wanted`, at a cost of at most `most` bytes: what does
 * not fit stays as it was, to be sent next time. True when all is as wanted. `bytes`: about what a
 * terminal of this depth is sent: characters, moves over equal cells, changes of style. Cells are
 * taken from `*at` on and around, 0 at first, so that those left out are first next time. `most` is
 * to be above 60, the most that a cell takes; a grid of another size is sent whole. */
bool sr_grid_send(struct sr_grid *sent, const struct sr_grid *wanted, enum sr_depth depth,
                  size_t most, size_t *at, size_t *bytes);

/* Dumps. Text: glyphs only, lines ending in \n, trailing blanks cut. ANSI: with SGR
 * sequences at this depth. */
void sr_grid_dump_text(const struct sr_grid *grid, struct sr_text *text);
void sr_grid_dump_ansi(const struct sr_grid *grid, enum sr_depth depth, struct sr_text *text);

#endif
