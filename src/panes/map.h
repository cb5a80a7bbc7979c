/* map.h - the state of the Map pane, and its parts. Private to panes/. */
#ifndef SARTOR_SRC_PANES_MAP_H
#define SARTOR_SRC_PANES_MAP_H

#include "sartor/app/map.h"
#include "shared.h"

enum map_stage { MAP_COMPONENTS, MAP_MOVES, MAP_SETTLED };

struct map {
    enum sr_map_colour colour;
    int zoom;         /* steps of 1.5; 0: all points */
    double centre[2]; /* of what is shown while zoomed */
    size_t within;    /* the neighbourhood that is marked; 0 for none */
    int class;        /* of it only samples of this class; -1 for all */
    bool boxed;       /* a rectangle is marked, from this corner to the cursor */
    float corner[2];
    enum map_stage stage; /* of the positions shown last, and the map that they are of */
    struct sr_map_request drawn;
    /* Positions of a layout that settles. */
    float *live;
    size_t live_count;
    uint64_t live_version;
    struct sr_map_box box;       /* around them */
    struct sr_map_request asked; /* the layout that was stopped and is not asked for again */
    bool stopped;
    struct sr_area area; /* where points were drawn last, without its grid */
};

/* What is shown now: borrowed until the next event. */
struct map_shown {
    const float *points; /* NULL: nothing yet */
    size_t count, train;
    struct sr_map_box box; /* around them */
    bool components;       /* of the principal components, whatever was asked for */
    bool settling; /* t-SNE is under way; these are its present positions, or the components */
    struct sr_progress progress;
    struct sr_map_request request;
    const struct sr_map *map; /* whose points they are; NULL while they settle */
    struct sr_error why;      /* there are none */
};

/* The part of the plane that is shown: a cell is `step` wide and 2 × `step` high, (0, 0) its left
 * upper corner. */
struct map_window {
    double left, top, step;
    int columns, lines;
};

/* Are these positions of a layout under way? */
static inline bool map_moves(const struct map_shown *shown)
{
    return shown->settling && !shown->components;
}

struct map *map_state(struct sr_session *session);
void map_find(struct sr_session *session, struct map_shown *shown);
struct map_window map_window(const struct map *map, const struct map_shown *shown, int columns,
                             int lines);
/* The points that are in the selection: `count` flags, freed by the caller. */
bool *map_selected(const struct sr_session *session, const struct map_shown *shown);
/* The point under the selection's cursor; SIZE_MAX for none. */
size_t map_cursor(const struct sr_session *session, const struct map_shown *shown);
/* Put the selection's cursor on the sample of a point, if it is in the selection. */
bool map_put_cursor(struct sr_session *session, const struct map_shown *shown, size_t point);
/* The nearest point of the selection in a direction, at least `least` away; SIZE_MAX for none. */
size_t map_toward(const struct map_shown *shown, const bool *selected, size_t from, int across,
                  int down, double least);
/* The points of the neighbourhood or rectangle that is marked, all flags; NULL for none. */
bool *map_near(const struct sr_session *session, const struct map *map,
               const struct map_shown *shown, size_t from);
/* The rectangle: left, bottom, right, top. */
void map_box(const struct map *map, const struct map_shown *shown, size_t from, double box[4]);
/* The largest number of points nearest to `from` of which at least four in five are of its class.
 */
size_t map_cluster(const struct sr_session *session, const struct map_shown *shown, size_t from);

/* Draw the points, and labels where the classes lie. */
void map_draw_points(struct sr_session *session, struct map *map, const struct map_shown *shown,
                     const struct sr_map_colours *colours, struct sr_area area);
/* The colour and, where there are none, the letter of a category, and of a value 0..1. */
struct sr_style map_category_style(const struct sr_session *session, int category);
struct sr_style map_value_style(const struct sr_session *session, double value);
uint32_t map_letter(int category);

#endif
