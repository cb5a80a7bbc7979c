/* Characters that are shapes: blocks, quadrants, shades, box-drawing lines and braille, drawn as
 * rectangles and curves on a raster of dots, so that there are no gaps between neighbours. */
#include "glyphs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Weight of the arms up, right, down, left: 1 light, 2 heavy, 3 double. Empty: dashed lines,
 * arcs and diagonals, which are drawn apart. */
/* clang-format off */
static const char box_arms[128][5] = {
    "0101", "0202", "1010", "2020", "", "", "", "", /* U+2500 ─━│┃┄┅┆┇ */
    "", "", "", "", "0110", "0210", "0120", "0220", /* U+2508 ┈┉┊┋┌┍┎┏ */
    "0011", "0012", "0021", "0022", "1100", "1200", "2100", "2200", /* U+2510 ┐┑┒┓└┕┖┗ */
    "1001", "1002", "2001", "2002", "1110", "1210", "2110", "1120", /* U+2518 ┘┙┚┛├┝┞┟ */
    "2120", "2210", "1220", "2220", "1011", "1012", "2011", "1021", /* U+2520 ┠┡┢┣┤┥┦┧ */
    "2021", "2012", "1022", "2022", "0111", "0112", "0211", "0212", /* U+2528 ┨┩┪┫┬┭┮┯ */
    "0121", "0122", "0221", "0222", "1101", "1102", "1201", "1202", /* U+2530 ┰┱┲┳┴┵┶┷ */
    "2101", "2102", "2201", "2202", "1111", "1112", "1211", "1212", /* U+2538 ┸┹┺┻┼┽┾┿ */
    "2111", "1121", "2121", "2112", "2211", "1122", "1221", "2212", /* U+2540 ╀╁╂╃╄╅╆╇ */
    "1222", "2122", "2221", "2222", "", "", "", "", /* U+2548 ╈╉╊╋╌╍╎╏ */
    "0303", "3030", "0310", "0130", "0330", "0013", "0031", "0033", /* U+2550 ═║╒╓╔╕╖╗ */
    "1300", "3100", "3300", "1003", "3001", "3003", "1310", "3130", /* U+2558 ╘╙╚╛╜╝╞╟ */
    "3330", "1013", "3031", "3033", "0313", "0131", "0333", "1303", /* U+2560 ╠╡╢╣╤╥╦╧ */
    "3101", "3303", "1313", "3131", "3333", "", "", "", /* U+2568 ╨╩╪╫╬╭╮╯ */
    "", "", "", "", "0001", "1000", "0100", "0010", /* U+2570 ╰╱╲╳╴╵╶╷ */
    "0002", "2000", "0200", "0020", "0201", "1020", "0102", "2010", /* U+2578 ╸╹╺╻╼╽╾╿ */
};
/* clang-format on */

static void box(cairo_t *cairo, double x, double y, int x0, int y0, int x1, int y1)
{
    if (x1 > x0 && y1 > y0) cairo_rectangle(cairo, x + x0, y + y0, x1 - x0, y1 - y0);
}

static int light_of(struct sr_cell_size cell)
{
    int thick = (int)lround(cell.width / 8.0);
    return thick < 1 ? 1 : thick;
}

static int heavy_of(struct sr_cell_size cell)
{
    return 2 * light_of(cell) + (cell.width >= 8 ? 1 : 0);
}

/* Where a line of this weight lies across `size` dots; of a double line the strand -1 or +1. */
static void place(int size, struct sr_cell_size cell, int weight, int strand, int *low, int *high)
{
    int light = light_of(cell), thick = weight == 2 ? heavy_of(cell) : light;
    if (weight == 3) {
        *low = (size - 3 * light) / 2 + (strand > 0 ? 2 * light : 0);
        *high = *low + light;
    } else {
        *low = (size - thick) / 2;
        *high = *low + thick;
    }
}

/* Weights of the arms that meet an arm's strand in the middle: `near` and `far` cross it on its own
 * side and on the other one (of a single line: both sides), `back` goes on. */
struct arms {
    int near, far, back;
};

/* How far one strand of an arm reaches towards or beyond the middle, so that corners are closed and
 * double lines have their gaps. */
static void reach(int size, struct sr_cell_size cell, int direction, int strand, struct arms arms,
                  int *low, int *high)
{
    const int near = arms.near, far = arms.far, back = arms.back;
    int weight = 1, which = 0;
    if (strand == 0) {
        if (back)
            weight = 1;
        else if (near && far) {
            weight = near > far ? near : far;
            which = direction;
        } else if (near || far) {
            weight = near ? near : far;
            which = -direction;
        }
    } else if (near) {
        weight = near;
        which = direction;
    } else if (!back && far) {
        weight = far;
        which = -direction;
    }
    place(size, cell, weight, which, low, high);
}

static void draw_arms(cairo_t *cairo, double x, double y, struct sr_cell_size cell,
                      const char *arms)
{
    int weights[4];
    for (int i = 0; i < 4; i++) weights[i] = arms[i] - '0';
    for (int arm = 0; arm < 4; arm++) {
        int weight = weights[arm], back = weights[(arm + 2) % 4];
        bool level = arm % 2 == 1;
        int direction = arm == 1 || arm == 2 ? 1 : -1;
        int along = level ? cell.width : cell.height, across = level ? cell.height : cell.width;
        int before = level ? weights[0] : weights[3], behind = level ? weights[2] : weights[1];
        if (!weight) continue;
        for (int strand = weight == 3 ? -1 : 0; strand <= (weight == 3 ? 1 : 0); strand += 2) {
            int low, high, from, to;
            place(across, cell, weight, strand, &low, &high);
            reach(along, cell, direction, strand,
                  (struct arms){strand > 0 ? behind : before, strand > 0 ? before : behind, back},
                  &from, &to);
            if (direction > 0)
                to = along;
            else
                from = 0;
            if (level)
                box(cairo, x, y, from, low, to, high);
            else
                box(cairo, x, y, low, from, high, to);
        }
    }
    cairo_fill(cairo);
}

/* Dashed lines: U+2504..250B in three or four pieces, U+254C..254F in two. */
static void draw_dashes(cairo_t *cairo, double x, double y, struct sr_cell_size cell,
                        uint32_t glyph)
{
    int pieces = glyph >= 0x254C ? 2 : glyph >= 0x2508 ? 4 : 3;
    int weight = glyph % 2 ? 2 : 1, low, high;
    bool level = glyph >= 0x254C ? glyph <= 0x254D : (glyph - 0x2504) % 4 < 2;
    int along = level ? cell.width : cell.height, across = level ? cell.height : cell.width;
    place(across, cell, weight, 0, &low, &high);
    for (int i = 0; i < pieces; i++) {
        int from = along * i / pieces, to = along * (i + 1) / pieces;
        to -= (to - from) / 3 > 0 ? (to - from) / 3 : 1;
        if (level)
            box(cairo, x, y, from, low, to, high);
        else
            box(cairo, x, y, low, from, high, to);
    }
    cairo_fill(cairo);
}

/* Rounded corners join the middles of two edges; diagonals two corners. */
static void draw_curve(cairo_t *cairo, double x, double y, struct sr_cell_size cell, uint32_t glyph)
{
    double width = cell.width, height = cell.height;
    int low, high;
    place(cell.width, cell, 1, 0, &low, &high);
    double middle_x = x + (low + high) / 2.0;
    place(cell.height, cell, 1, 0, &low, &high);
    double middle_y = y + (low + high) / 2.0;
    cairo_set_line_width(cairo, light_of(cell));
    if (glyph >= 0x2571) {
        if (glyph != 0x2572) {
            cairo_move_to(cairo, x + width, y);
            cairo_line_to(cairo, x, y + height);
        }
        if (glyph != 0x2571) {
            cairo_move_to(cairo, x, y);
            cairo_line_to(cairo, x + width, y + height);
        }
    } else {
        bool right = glyph == 0x256D || glyph == 0x2570, down = glyph <= 0x256E;
        double edge_x = right ? x + width : x, edge_y = down ? y + height : y;
        double radius = fmin(fabs(edge_x - middle_x), fabs(edge_y - middle_y));
        double sign_x = right ? 1 : -1, sign_y = down ? 1 : -1, pull = radius * 0.5523;
        cairo_move_to(cairo, edge_x, middle_y);
        cairo_line_to(cairo, middle_x + sign_x * radius, middle_y);
        cairo_curve_to(cairo, middle_x + sign_x * (radius - pull), middle_y, middle_x,
                       middle_y + sign_y * (radius - pull), middle_x, middle_y + sign_y * radius);
        cairo_line_to(cairo, middle_x, edge_y);
    }
    cairo_stroke(cairo);
}

static int part(int size, int share, int whole)
{
    return (2 * size * share + whole) / (2 * whole); /* rounded */
}

static void draw_block(cairo_t *cairo, double x, double y, struct sr_cell_size cell, uint32_t glyph)
{
    /* Quarters: 1 upper left, 2 upper right, 4 lower left, 8 lower right. */
    static const unsigned char quarters[] = {4, 8, 1, 13, 9, 7, 11, 2, 6, 14};
    int w = cell.width, h = cell.height;
    if (glyph == 0x2580)
        box(cairo, x, y, 0, 0, w, part(h, 1, 2));
    else if (glyph <= 0x2588)
        box(cairo, x, y, 0, h - part(h, (int)glyph - 0x2580, 8), w, h);
    else if (glyph <= 0x258F)
        box(cairo, x, y, 0, 0, part(w, 0x2590 - (int)glyph, 8), h);
    else if (glyph == 0x2590)
        box(cairo, x, y, part(w, 1, 2), 0, w, h);
    else if (glyph <= 0x2593)
        box(cairo, x, y, 0, 0, w, h); /* a shade: its colour is already mixed */
    else if (glyph == 0x2594)
        box(cairo, x, y, 0, 0, w, part(h, 1, 8));
    else if (glyph == 0x2595)
        box(cairo, x, y, w - part(w, 1, 8), 0, w, h);
    else
        for (int i = 0; i < 4; i++)
            if (quarters[glyph - 0x2596] >> i & 1)
                box(cairo, x, y, i % 2 ? part(w, 1, 2) : 0, i / 2 ? part(h, 1, 2) : 0,
                    i % 2 ? w : part(w, 1, 2), i / 2 ? h : part(h, 1, 2));
    cairo_fill(cairo);
}

/* Dots 1 to 8 of a braille character, in the order of their bits. */
static void draw_braille(cairo_t *cairo, double x, double y, struct sr_cell_size cell,
                         uint32_t glyph)
{
    static const unsigned char rows[] = {0, 1, 2, 0, 1, 2, 3, 3},
                               columns[] = {0, 0, 0, 1, 1, 1, 0, 1};
    double radius = 0.42 * fmin(cell.width / 2.0, cell.height / 4.0);
    for (int i = 0; i < 8; i++) {
        if (!((glyph - 0x2800) >> i & 1)) continue;
        cairo_new_sub_path(cairo);
        cairo_arc(cairo, x + cell.width * (columns[i] + 0.5) / 2,
                  y + cell.height * (rows[i] + 0.5) / 4, radius, 0, 2 * M_PI);
    }
    cairo_fill(cairo);
}

double sr_glyph_shade(uint32_t glyph)
{
    return glyph >= 0x2591 && glyph <= 0x2593 ? (glyph - 0x2590) / 4.0 : 0;
}

bool sr_glyph_draw(cairo_t *cairo, double x, double y, struct sr_cell_size cell, uint32_t glyph)
{
    if (glyph >= 0x2580 && glyph <= 0x259F)
        draw_block(cairo, x, y, cell, glyph);
    else if (glyph >= 0x2800 && glyph <= 0x28FF)
        draw_braille(cairo, x, y, cell, glyph);
    else if (glyph >= 0x2500 && glyph <= 0x257F && *box_arms[glyph - 0x2500])
        draw_arms(cairo, x, y, cell, box_arms[glyph - 0x2500]);
    else if ((glyph >= 0x2504 && glyph <= 0x250B) || (glyph >= 0x254C && glyph <= 0x254F))
        draw_dashes(cairo, x, y, cell, glyph);
    else if (glyph >= 0x256D && glyph <= 0x2573)
        draw_curve(cairo, x, y, cell, glyph);
    else
        return false;
    return true;
}
