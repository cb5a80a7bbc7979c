/* map_points.c - see map.h: which points are shown, where, and how the cursor moves among them. */
#include "map.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

static void fini(void *state)
{
    free(((struct map *)state)->live);
}

static void init(void *state)
{
    ((struct map *)state)->class = -1;
}

struct map *map_state(struct sr_session *session)
{
    static const struct sr_state_kind kind = {sizeof(struct map), init, fini};
    return sr_session_state(session, &kind);
}

/* Is it the same map? */
static bool same_request(const struct sr_map_request *a, const struct sr_map_request *b)
{
    return a->layout == b->layout && a->features == b->features && a->entry == b->entry &&
           a->perplexity == b->perplexity && a->seed == b->seed;
}

/* Positions of a layout under way, kept until newer ones come. */
static void take_live(struct sr_session *session, struct map *map, struct map_shown *shown)
{
    const struct sr_dataset *data = session->data;
    const size_t count = data->files[SR_FILE_TRAIN].count + data->files[SR_FILE_TEST].count;
    if (map->live_count != count || !same_request(&map->asked, &shown->request)) {
        free(map->live);
        map->live = sr_xalloc((2 * count + 1) * sizeof *map->live);
        map->live_count = count;
        map->live_version = 0;
        map->asked = shown->request;
    }
    struct sr_motion *motion = sr_screen_motion(session);
    if (!motion->held &&
        sr_session_map_live(session, &shown->request, map->live, count, &map->live_version)) {
        motion->moved = true;
        map->box = sr_map_box_of(map->live, count);
    }
    if (map->live_version) {
        shown->points = map->live;
        shown->count = count;
        shown->box = map->box;
    }
}

static void take_map(struct map_shown *shown, const struct sr_map *map)
{
    shown->map = map;
    shown->points = map->points;
    shown->count = map->count;
    shown->box = map->box;
}

static void find(struct sr_session *session, struct map *map, struct map_shown *shown)
{
    const struct sr_map *found = NULL;
    *shown = (struct map_shown){.request = *sr_session_map_shown(session)};
    if (sr_session_data(session, &shown->why)) return;
    shown->train = session->data->files[SR_FILE_TRAIN].count;
    if (map->stopped && !same_request(&map->asked, &shown->request)) map->stopped = false;
    if (shown->request.layout == SR_MAP_TSNE) {
        found = sr_session_map_known(session, &shown->request);
        /* A script waits for nothing that a pane asks for in the long lane, and what takes long is
         * not begun where a person has said so. */
        if (!found && session->interactive && !map->stopped &&
            sr_args_switch(session->options, "autorun")) {
            const enum sr_status status =
                sr_session_map(session, &shown->request, &found, &shown->why);
            shown->settling = status == SR_PENDING;
            map->stopped = status && status != SR_PENDING;
            map->asked = map->stopped ? shown->request : map->asked;
        }
        if (found) {
            take_map(shown, found);
            return;
        }
        if (shown->settling) {
            sr_session_map_pending(session, &shown->request, &shown->progress);
            take_live(session, map, shown);
            if (shown->points) return;
        }
    }
    struct sr_map_request components = shown->request;
    components.layout = SR_MAP_PCA;
    shown->components = true;
    if (sr_session_map(session, &components, &found, &shown->why) == SR_OK) take_map(shown, found);
}

/* A rectangle and what is zoomed in on are of the positions that they were chosen on. When others
 * come, the rectangle is gone, and the sample under the cursor is in the middle. */
void map_find(struct sr_session *session, struct map_shown *shown)
{
    struct map *map = map_state(session);
    find(session, map, shown);
    if (!shown->points) return;
    const enum map_stage stage = shown->components  ? MAP_COMPONENTS
                                 : map_moves(shown) ? MAP_MOVES
                                                    : MAP_SETTLED;
    if (stage == map->stage && same_request(&shown->request, &map->drawn)) return;
    const size_t at = map_cursor(session, shown);
    map->stage = stage;
    map->drawn = shown->request;
    sr_screen_motion(session)->moved = true;
    map->boxed = false;
    for (size_t part = 0; at != SIZE_MAX && part < 2; part++)
        map->centre[part] = (double)shown->points[2 * at + part];
}

struct map_window map_window(const struct map *map, const struct map_shown *shown, int columns,
                             int lines)
{
    const double *low = shown->box.low, *high = shown->box.high;
    double step = fmax((high[0] - low[0]) / fmax(columns - 1, 1),
                       (high[1] - low[1]) / fmax(2 * lines - 2, 1));
    if (!(step > 0)) step = 1;
    double centre[2] = {(low[0] + high[0]) / 2, (low[1] + high[1]) / 2};
    if (map->zoom) memcpy(centre, map->centre, sizeof centre);
    step /= pow(1.5, map->zoom);
    return (struct map_window){centre[0] - step * columns / 2, centre[1] + step * lines, step,
                               columns, lines};
}

bool *map_selected(const struct sr_session *session, const struct map_shown *shown)
{
    const struct sr_selection *selection = &session->selection;
    bool *selected = sr_xalloc(shown->count + 1);
    for (size_t i = 0; i < selection->count; i++) {
        const enum sr_file file = sr_selection_file(selection, i);
        const size_t point = selection->rows[i] + (file == SR_FILE_TEST ? shown->train : 0);
        if (file < SR_FILE_COUNT && point < shown->count) selected[point] = true;
    }
    return selected;
}

size_t map_cursor(const struct sr_session *session, const struct map_shown *shown)
{
    enum sr_file file;
    uint32_t row;
    if (!sr_pane_sample(session, &file, &row) || file >= SR_FILE_COUNT) return SIZE_MAX;
    const size_t point = row + (file == SR_FILE_TEST ? shown->train : 0);
    return point < shown->count ? point : SIZE_MAX;
}

bool map_put_cursor(struct sr_session *session, const struct map_shown *shown, size_t point)
{
    struct sr_selection *selection = &session->selection;
    const bool test = point >= shown->train;
    const uint32_t row = (uint32_t)(test ? point - shown->train : point);
    for (size_t i = 0; i < selection->count; i++)
        if (selection->rows[i] == row &&
            sr_selection_file(selection, i) == (test ? SR_FILE_TEST : SR_FILE_TRAIN)) {
            selection->at = i;
            return true;
        }
    return false;
}

size_t map_toward(const struct map_shown *shown, const bool *selected, size_t from, int across,
                  int down, double least)
{
    const double x = (double)shown->points[2 * from], y = (double)shown->points[2 * from + 1];
    double best = INFINITY;
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < shown->count; i++) {
        if (!selected[i] || i == from) continue;
        const double dx = (double)shown->points[2 * i] - x,
                     dy = (double)shown->points[2 * i + 1] - y, along = dx * across - dy * down,
                     aside = fabs(dx * down + dy * across);
        if (along < least || aside > along) continue;
        const double far = along + 2 * aside;
        if (far < best) {
            best = far;
            found = i;
        }
    }
    return found;
}

/* The n-th smallest of the values (0: the smallest), which are reordered: Hoare's selection. */
static float nth(float *values, size_t count, size_t n)
{
    size_t low = 0, high = count - 1;
    while (low < high) {
        const float pivot = values[low + (high - low) / 2];
        size_t i = low, j = high;
        for (;;) {
            while (values[i] < pivot) i++;
            while (values[j] > pivot) j--;
            if (i >= j) break;
            const float swap = values[i];
            values[i++] = values[j];
            values[j--] = swap;
        }
        if (n <= j)
            high = j;
        else
            low = j + 1;
    }
    return values[n];
}

static int class_at(const struct sr_session *session, const struct map_shown *shown, size_t point)
{
    const bool test = point >= shown->train;
    return sr_images_label(&session->data->files[test ? SR_FILE_TEST : SR_FILE_TRAIN],
                           test ? point - shown->train : point);
}

static float distance(const struct map_shown *shown, size_t from, size_t to)
{
    return hypotf(shown->points[2 * to] - shown->points[2 * from],
                  shown->points[2 * to + 1] - shown->points[2 * from + 1]);
}

void map_box(const struct map *map, const struct map_shown *shown, size_t from, double box[4])
{
    for (size_t part = 0; part < 2; part++) {
        const double a = (double)map->corner[part], b = (double)shown->points[2 * from + part];
        /* Outwards to four decimals, which a command line can say exactly. */
        box[part] = floor(fmin(a, b) * 1e4) / 1e4;
        box[2 + part] = ceil(fmax(a, b) * 1e4) / 1e4;
    }
}

static bool *inside_box(const struct map *map, const struct map_shown *shown, size_t from)
{
    double box[4];
    bool *near = sr_xalloc(shown->count + 1);
    map_box(map, shown, from, box);
    for (size_t i = 0; i < shown->count; i++) {
        const double x = (double)shown->points[2 * i], y = (double)shown->points[2 * i + 1];
        near[i] = x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3];
    }
    return near;
}

struct far {
    float distance;
    bool same; /* of the class */
};

static int by_distance(const void *a, const void *b)
{
    const float x = ((const struct far *)a)->distance, y = ((const struct far *)b)->distance;
    return (x > y) - (x < y);
}

size_t map_cluster(const struct sr_session *session, const struct map_shown *shown, size_t from)
{
    struct far *all = sr_xalloc((shown->count + 1) * sizeof *all);
    const int class = class_at(session, shown, from);
    size_t within = 1, same = 0;
    for (size_t i = 0; i < shown->count; i++)
        all[i] = (struct far){distance(shown, from, i), class_at(session, shown, i) == class};
    qsort(all, shown->count, sizeof *all, by_distance);
    for (size_t i = 0; i < shown->count; i++) {
        same += all[i].same;
        if (5 * same >= 4 * (i + 1)) within = i + 1;
    }
    free(all);
    return within;
}

bool *map_near(const struct sr_session *session, const struct map *map,
               const struct map_shown *shown, size_t from)
{
    if (from == SIZE_MAX || (!map->within && !map->boxed)) return NULL;
    if (map->boxed) return inside_box(map, shown, from);
    float *far = sr_xalloc(shown->count * sizeof *far),
          *order = sr_xalloc(shown->count * sizeof *far);
    bool *near = sr_xalloc(shown->count + 1);
    for (size_t i = 0; i < shown->count; i++) order[i] = far[i] = distance(shown, from, i);
    const float edge =
        nth(order, shown->count, (map->within < shown->count ? map->within : shown->count) - 1);
    for (size_t i = 0; i < shown->count; i++)
        near[i] = far[i] <= edge && (map->class < 0 || class_at(session, shown, i) == map->class);
    free(order);
    free(far);
    return near;
}
