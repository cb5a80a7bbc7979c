/* terminal.c - draws a grid by ncurses. */
#include "terminal.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "capabilities.h"
#include "direct_colour.h"
#include "input.h"
#include "sartor/base/memory.h"
#include "sartor/cells/colour.h"

/* A cell as the terminal shows it: colours that it cannot show have been replaced by those that it
 * can. */
struct shown {
    uint32_t glyph;
    int fore, back;
    uint8_t attributes;
};

static SCREEN *screen;
static FILE *output; /* a descriptor of its own: stdout is a log while the screen is up */
static WINDOW *keys; /* a pad, since reading from a window would refresh it */
static struct shown *painted;
static int columns, lines;
static enum sr_depth depth;
static unsigned frame;
static int cursor_shown;
static bool with_mouse;

static enum sr_depth find_depth(void)
{
    if (!has_colors()) return SR_DEPTH_NONE;
    if (COLORS >= 0x1000000) return SR_DEPTH_DIRECT;
    return COLORS >= 256  ? SR_DEPTH_256
           : COLORS >= 16 ? SR_DEPTH_16
           : COLORS >= 8  ? SR_DEPTH_8
                          : SR_DEPTH_NONE;
}

static void forget_painted(void)
{
    size_t count = (size_t)columns * (size_t)lines;
    painted = sr_xrealloc(painted, (count ? count : 1) * sizeof *painted);
    for (size_t i = 0; i < count; i++) painted[i] = (struct shown){.glyph = UINT32_MAX};
}

/* Ask for marks around what is pasted, or no more. */
static void mark_pastes(bool on)
{
    const char *sequence = on ? "\033[?2004h" : "\033[?2004l";
    if (!capabilities_paste()) return;
    if (write(fileno(output), sequence, strlen(sequence)) < 0)
        return; /* the next paint fails, too */
}

/* With direct colours where the terminal has them. The variable is as it was afterwards, for
 * programs that are started from here. */
static SCREEN *open_screen(void)
{
    char *description = direct_colour_description();
    SCREEN *opened = NULL;
    if (description) {
        const char *value = getenv("TERMINFO");
        char *before = value ? sr_xstrdup(value) : NULL;
        setenv("TERMINFO", description, 1);
        opened = newterm(NULL, output, stdin);
        if (before)
            setenv("TERMINFO", before, 1);
        else
            unsetenv("TERMINFO");
        free(before);
        free(description);
    }
    return opened ? opened : newterm(NULL, output, stdin);
}

enum sr_status terminal_start(struct sr_error *error)
{
    int descriptor = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    output = descriptor >= 0 ? fdopen(descriptor, "w") : NULL;
    if (!output) {
        if (descriptor >= 0) close(descriptor);
        return sr_error_set(error, SR_ERROR_IO, "cannot write to the terminal: %s",
                            strerror(errno));
    }
    /* The real size of the window, not LINES and COLUMNS of the environment. */
    use_env(FALSE);
    use_tioctl(TRUE);
    if (!getenv("ESCDELAY")) set_escdelay(25);
    screen = open_screen();
    if (!screen) {
        fclose(output);
        output = NULL;
        return sr_error_set(error, SR_ERROR_STATE,
                            "ncurses cannot use this terminal; try TERM=xterm-256color");
    }
    raw();
    noecho();
    nonl();
    keys = newpad(1, 1);
    keypad(keys, TRUE);
    nodelay(keys, TRUE);
    /* Sent by terminals that ignore the keypad mode, even where terminfo has others. */
    static const struct {
        const char *sequence;
        int code;
    } cursor_keys[] = {
        {"\033[A", KEY_UP},   {"\033[B", KEY_DOWN}, {"\033[C", KEY_RIGHT},
        {"\033[D", KEY_LEFT}, {"\033[H", KEY_HOME}, {"\033[F", KEY_END},
    };
    for (size_t i = 0; i < sizeof cursor_keys / sizeof *cursor_keys; i++)
        if (key_defined(cursor_keys[i].sequence) == 0)
            define_key(cursor_keys[i].sequence, cursor_keys[i].code);
    leaveok(stdscr, FALSE);
    scrollok(stdscr, FALSE);
    bool defaults = false;
    if (has_colors()) {
        start_color();
        defaults = use_default_colors() == OK;
    }
    depth = find_depth();
    if (depth != SR_DEPTH_NONE) pairs_start(defaults);
    curs_set(0);
    cursor_shown = 0;
    getmaxyx(stdscr, lines, columns);
    forget_painted();
    mark_pastes(true);
    return SR_OK;
}

/* Without an alternate screen the picture stays; the status line is cleared for the prompt of the
 * shell. */
static void leave_screen(void)
{
    terminal_mouse(false);
    mark_pastes(false);
    if (!capabilities_own_screen()) {
        move(lines - 1, 0);
        clrtoeol();
        refresh();
    }
    endwin();
}

void terminal_stop(void)
{
    if (!screen) return;
    leave_screen();
    input_forget();
    delwin(keys);
    delscreen(screen);
    fclose(output);
    pairs_stop();
    free(painted);
    screen = NULL;
    output = NULL;
    keys = NULL;
    painted = NULL;
}

enum sr_depth terminal_depth(void)
{
    return depth;
}

void terminal_size(int *columns_out, int *lines_out)
{
    *columns_out = columns;
    *lines_out = lines;
}

void terminal_resize(void)
{
    struct winsize size;
    if (!ioctl(fileno(output), TIOCGWINSZ, &size) && size.ws_col > 0 && size.ws_row > 0)
        resize_term(size.ws_row, size.ws_col);
    getmaxyx(stdscr, lines, columns);
    terminal_spoilt();
}

void terminal_spoilt(void)
{
    forget_painted();
    clearok(curscr, TRUE);
}

static int palette_entry(sr_colour colour, enum sr_depth wanted)
{
    if (wanted != SR_DEPTH_DIRECT || colour == SR_DEFAULT_COLOUR)
        return sr_colour_index(colour, wanted);
    int value = (int)(colour & 0xffffff);
    return value < 8 ? (value < 4 ? 0 : 8)
                     : value; /* 0 to 7 mean the palette in direct colour too */
}

static attr_t curses_attributes(uint8_t attributes)
{
    return (attributes & SR_BOLD ? A_BOLD : 0) | (attributes & SR_DIM ? A_DIM : 0) |
           (attributes & SR_UNDERLINE ? A_UNDERLINE : 0) |
           (attributes & SR_REVERSE ? A_REVERSE : 0);
}

static void paint_cell(int x, int y, const struct shown *cell, int pair)
{
    wchar_t text[2] = {(wchar_t)cell->glyph, 0};
    int width = sr_glyph_width(cell->glyph);
    /* Where the C library takes the character for another width, the rest of the line would be
     * shifted. */
    bool strange = cell->glyph > 0x7e && wcwidth(text[0]) != width;
    if (strange) text[0] = L'?';
    cchar_t character;
    setcchar(&character, text, curses_attributes(cell->attributes), 0, &pair);
    mvadd_wch(y, x, &character);
    if (strange && width == 2) {
        text[0] = L' ';
        setcchar(&character, text, curses_attributes(cell->attributes), 0, &pair);
        mvadd_wch(y, x + 1, &character);
    }
}

void terminal_paint(const struct sr_grid *grid, enum sr_depth wanted, int cursor_x, int cursor_y,
                    bool shown)
{
    int wide = grid->columns < columns ? grid->columns : columns;
    int tall = grid->lines < lines ? grid->lines : lines;
    if (wanted > depth) wanted = depth;
    frame++;
    struct sr_style style = {0};
    int fore = -1, back = -1, pair = 0; /* of `style` */
    for (int y = 0; y < tall; y++) {
        for (int x = 0; x < wide; x++) {
            const struct sr_cell *cell =
                &grid->cells[(size_t)y * (size_t)grid->columns + (size_t)x];
            struct shown *before = &painted[(size_t)y * (size_t)columns + (size_t)x];
            if (cell->style.fore != style.fore || cell->style.back != style.back) {
                style = cell->style;
                fore = palette_entry(style.fore, wanted);
                back = palette_entry(style.back, wanted);
                pair = pairs_find(fore, back, frame);
            }
            struct shown now = {cell->glyph, fore, back, cell->style.attributes};
            if (now.glyph == before->glyph && now.fore == before->fore &&
                now.back == before->back && now.attributes == before->attributes)
                continue;
            *before = now;
            if (now.glyph != SR_GLYPH_NONE) paint_cell(x, y, &now, pair);
        }
    }
    bool inside = cursor_x >= 0 && cursor_x < columns && cursor_y >= 0 && cursor_y < lines,
         visible = inside && shown;
    if (inside) move(cursor_y, cursor_x); /* also while it is not shown: screen readers follow it */
    if (visible != cursor_shown) curs_set(visible);
    cursor_shown = visible;
    refresh();
}

void terminal_leave(void)
{
    leave_screen();
}

void terminal_return(void)
{
    /* The next paint sets modes and alternate screen again: it is the first refresh after endwin.
     */
    cursor_shown = -1;
    mark_pastes(true);
    terminal_resize();
}

void terminal_mouse(bool on)
{
    if (on == with_mouse || !screen) return;
    with_mouse = on;
    mouseinterval(0); /* presses are reported at once, not as clicks after a delay */
    mousemask(on ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, NULL);
}

const char *terminal_pasted(void)
{
    return input_pasted();
}

int terminal_descriptor(void)
{
    return output ? fileno(output) : -1;
}

const char *terminal_key(void)
{
    return keys ? input_next(keys) : NULL;
}
