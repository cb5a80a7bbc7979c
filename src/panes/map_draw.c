/* map_draw.c - see map.h: points as dots of braille, one colour a cell; where there are no dots or
 * no colours, a letter a cell. */
#include "map.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/cells/colour.h"

/* Colours of categories on dark and on light backgrounds; and of a terminal of 16. */
enum { PALETTE = 12 };
static const sr_colour dark[PALETTE] = {
    SR_RGB(78, 155, 255), SR_RGB(255, 159, 64),  SR_RGB(77, 208, 161),  SR_RGB(255, 111, 168),
    SR_RGB(245, 230, 99), SR_RGB(180, 140, 255), SR_RGB(127, 219, 255), SR_RGB(224, 108, 90),
    SR_RGB(166, 216, 84), SR_RGB(196, 154, 108), SR_RGB(224, 224, 224), SR_RGB(106, 123, 255)};
static const sr_colour light[PALETTE] = {
    SR_RGB(31, 95, 191), SR_RGB(194, 90, 0),   SR_RGB(0, 121, 107), SR_RGB(194, 24, 91),
    SR_RGB(138, 109, 0), SR_RGB(106, 31, 181), SR_RGB(0, 134, 179), SR_RGB(163, 42, 28),
    SR_RGB(76, 122, 0),  SR_RGB(107, 68, 35),  SR_RGB(51, 51, 51),  SR_RGB(43, 54, 201)};
static const signed char sixteen_dark[PALETTE] = {12, 11, 10, 13, 3, 5, 14, 9, 2, 1, 15, 6};
static const signed char sixteen_light[PALETTE] = {4, 3, 2, 5, 8, 13, 6, 1, 10, 9, 0, 12};

struct sr_style map_category_style(const struct sr_session *session, int category)
{
    const struct sr_look *look = &session->look;
    const int at = category % PALETTE;
    if (look->depth == SR_DEPTH_NONE) return (struct sr_style){0};
    if (look->depth >= SR_DEPTH_256)
        return (struct sr_style){.fore = look->light ? light[at] : dark[at]};
    int index = look->light ? sixteen_light[at] : sixteen_dark[at];
    if (look->depth == SR_DEPTH_8) index %= 8;
    return (struct sr_style){.fore = sr_colour_of_index(index)};
}

struct sr_style map_value_style(const struct sr_session *session, double value)
{
    static const signed char steps[] = {4, 6, 2, 3, 7};
    const struct sr_look *look = &session->look;
    if (look->depth == SR_DEPTH_NONE) return (struct sr_style){0};
    /* The scale without its ends, which would vanish on a dark or a light background. */
    if (look->depth >= SR_DEPTH_256)
        return (struct sr_style){
            .fore = sr_scale_colour(SR_SCALE_VIRIDIS, (look->light ? 0 : 0.25) + 0.75 * value)};
    const int at = value >= 1 ? 4 : (int)(value * 5);
    return (struct sr_style){.fore = sr_colour_of_index(steps[at < 0 ? 0 : at])};
}

uint32_t map_letter(int category)
{
    static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    return (unsigned char)letters[category % (int)(sizeof letters - 1)];
}

/* What lies in a cell. */
struct cell {
    uint8_t dots, faint; /* of points in the selection, and of the others */
    uint8_t category;    /* the commonest among them, by majority vote */
    bool marked;         /* one is in the neighbourhood */
    uint16_t votes;
    uint32_t count, valued;
    float sum; /* of the values of `valued` of them */
};

static const uint8_t masks[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

/* Boyer and Moore's vote: the category that more than half of the points have, if one has. */
static void vote(struct cell *cell, uint8_t category)
{
    if (category == SR_MAP_NO_CATEGORY) return;
    if (!cell->votes) cell->category = category;
    if (cell->category == category)
        cell->votes += cell->votes < UINT16_MAX;
    else
        cell->votes--;
}

struct drawing {
    const struct map_shown *shown;
    const struct sr_map_colours *colours;
    const bool *selected, *near;
    struct map_window window;
    struct cell *cells;
    /* Of the points of each category that are drawn: sums of x and y, in cells, and how many. */
    double sums[SR_MAP_NO_CATEGORY][3];
};

static void add_points(struct drawing *drawing)
{
    const struct map_window *window = &drawing->window;
    const double a_cell = 1 / window->step;
    const float *points = drawing->shown->points;
    for (size_t i = 0; i < drawing->shown->count; i++) {
        const double across = ((double)points[2 * i] - window->left) * a_cell,
                     down = (window->top - (double)points[2 * i + 1]) * a_cell / 2;
        if (!(across >= 0 && down >= 0 && across < window->columns && down < window->lines))
            continue;
        const int x = (int)across, y = (int)down;
        struct cell *cell = &drawing->cells[y * window->columns + x];
        const uint8_t dot = masks[(int)((down - y) * 4)][(int)((across - x) * 2)];
        if (!drawing->selected[i]) {
            cell->faint |= dot;
            continue;
        }
        cell->dots |= dot;
        cell->count++;
        if (drawing->near && drawing->near[i]) cell->marked = true;
        if (!drawing->colours) continue;
        const uint8_t category = drawing->colours->categories[i];
        vote(cell, category);
        if (category != SR_MAP_NO_CATEGORY) {
            double *sum = drawing->sums[category];
            sum[0] += across;
            sum[1] += down;
            sum[2]++;
        }
        if (drawing->colours->values && !isnan(drawing->colours->values[i])) {
            cell->sum += drawing->colours->values[i];
            cell->valued++;
        }
    }
}

/* Few points are paler than many: a cell's brightest colour stands for `many`. */
static struct sr_style by_density(const struct sr_session *session, struct sr_style style,
                                  uint32_t count)
{
    const double many = 24, share = log1p(count) / log1p(many);
    if (session->look.depth < SR_DEPTH_256 || !style.fore || share >= 1) return style;
    const sr_colour ground = session->look.light ? SR_RGB(255, 255, 255) : SR_RGB(0, 0, 0);
    style.fore = sr_colour_mix(ground, style.fore, 0.6 + 0.4 * share);
    return style;
}

static void put_cell(const struct sr_session *session, const struct drawing *drawing,
                     struct sr_area area, int x, int y)
{
    const struct cell *cell = &drawing->cells[y * drawing->window.columns + x];
    const struct sr_look *look = &session->look;
    const bool letters = look->ascii || look->depth == SR_DEPTH_NONE;
    struct sr_style style = sr_pane_style(session, SR_ROLE_FAINT);
    uint32_t letter = '.';
    if (!cell->dots && !cell->faint) return;
    if (cell->dots) {
        if (cell->valued) {
            const double value = (double)cell->sum / cell->valued;
            style = map_value_style(session, value);
            letter = map_letter(value >= 1 ? 9 : (int)(value * 10));
        } else if (cell->votes || (drawing->colours && !drawing->colours->values &&
                                   cell->category != SR_MAP_NO_CATEGORY)) {
            style = map_category_style(session, cell->category);
            letter = map_letter(cell->category);
        } else {
            letter = ':';
        }
        style = by_density(session, style, cell->count);
        if (cell->marked) style.attributes |= SR_REVERSE;
    }
    sr_area_put(area, x, y, letters ? letter : 0x2800u + (cell->dots ? cell->dots : cell->faint),
                style);
}

/* ---- labels ---- */

/* A name in the middle of its category's points that are shown, where nothing else is written. */
static void put_labels(const struct sr_session *session, const struct drawing *drawing,
                       struct sr_area area)
{
    const struct sr_map_colours *colours = drawing->colours;
    const double(*sums)[3] = drawing->sums;
    if (!colours || colours->values || colours->names < 2 || area.width < 30 || area.height < 8)
        return;
    bool *taken = sr_xalloc((size_t)area.width * (size_t)area.height + 1);
    for (int c = 0; c < colours->names && c < SR_MAP_NO_CATEGORY; c++) {
        if (!(sums[c][2] > 0)) continue;
        const char *name = sr_map_category(session, colours->by, c);
        const int width = sr_utf8_width(name), y = (int)(sums[c][1] / sums[c][2]);
        int x = (int)(sums[c][0] / sums[c][2]) - width / 2;
        x = x + width > area.width ? area.width - width : x;
        x = x < 0 ? 0 : x;
        bool free_there = width <= area.width;
        for (int i = x - 1; free_there && i <= x + width; i++)
            if (i >= 0 && i < area.width && taken[y * area.width + i]) free_there = false;
        if (!free_there) continue;
        for (int i = x; i < x + width; i++) taken[y * area.width + i] = true;
        struct sr_style style = map_category_style(session, c);
        style.attributes |= SR_BOLD;
        sr_area_text(area, x, y, style, name);
    }
    free(taken);
}

static void put_cursor(const struct sr_session *session, const struct drawing *drawing,
                       struct sr_area area)
{
    const size_t point = map_cursor(session, drawing->shown);
    const struct map_window *window = &drawing->window;
    if (point == SIZE_MAX) return;
    const int x = (int)floor(((double)drawing->shown->points[2 * point] - window->left) /
                             window->step),
              y = (int)floor((window->top - (double)drawing->shown->points[2 * point + 1]) /
                             (2 * window->step));
    if (x < 0 || y < 0 || x >= area.width || y >= area.height) return;
    sr_area_put(area, x, y, 0x25cf, sr_pane_style(session, SR_ROLE_SELECTED));
    sr_area_cursor(area, x, y);
}

static bool known(const struct sr_map_colours *colours, size_t point)
{
    return colours->values ? !isnan(colours->values[point])
                           : colours->categories[point] != SR_MAP_NO_CATEGORY;
}

/* What a model says is of one split. Where none of its rows is in the selection, the colours of all
 * its rows are shown. */
static void widen(const struct map_shown *shown, const struct sr_map_colours *colours,
                  bool *selected)
{
    if (!colours || !sr_map_asks_model(colours->by)) return;
    for (size_t i = 0; i < shown->count; i++)
        if (selected[i] && known(colours, i)) return;
    for (size_t i = 0; i < shown->count; i++) selected[i] = known(colours, i);
}

void map_draw_points(struct sr_session *session, struct map *map, const struct map_shown *shown,
                     const struct sr_map_colours *colours, struct sr_area area)
{
    if (area.width < 1 || area.height < 1 || !shown->count) return;
    bool *selected = map_selected(session, shown),
         *near = map_near(session, map, shown, map_cursor(session, shown));
    struct drawing drawing = {shown,
                              colours && colours->count == shown->count ? colours : NULL,
                              selected,
                              near,
                              map_window(map, shown, area.width, area.height),
                              NULL,
                              {{0}}};
    widen(shown, drawing.colours, selected);
    const size_t cells = (size_t)area.width * (size_t)area.height;
    drawing.cells = sr_xalloc(cells * sizeof *drawing.cells);
    for (size_t i = 0; i < cells; i++) drawing.cells[i].category = SR_MAP_NO_CATEGORY;
    add_points(&drawing);
    for (int y = 0; y < area.height; y++)
        for (int x = 0; x < area.width; x++) put_cell(session, &drawing, area, x, y);
    put_labels(session, &drawing, area);
    put_cursor(session, &drawing, area);
    map->area = area;
    map->area.grid = NULL;
    sr_spots_add(session, area,
                 (struct sr_spots){0, 0, 1, 1, area.width, area.height, 0, area.width});
    free(drawing.cells);
    free(selected);
    free(near);
}
