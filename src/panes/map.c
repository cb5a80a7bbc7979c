/* map.c - the Map pane: every sample as a point; the cursor is that of the selection. */
#include "map.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/cells/draw.h"
#include "sartor/panes/show.h"

enum { MOST_ZOOM = 16, FIRST_NEAR = 100, MOST_NEAR = 1 << 20 };

/* ---- words ---- */

static void layout_words(const struct map_shown *shown, struct sr_text *text)
{
    const struct sr_map_request *request = &shown->request;
    sr_text_printf(text, "%s of %s", shown->components ? "principal components" : "t-SNE",
                   request->entry ? request->entry->name : sr_features_names[request->features]);
}

/* How far a layout under way is: "t-SNE: layout 43 %, 12 s left"; else what is there. */
static void state_words(const struct sr_session *session, const struct map_shown *shown,
                        struct sr_text *text)
{
    if (shown->settling) {
        const struct sr_progress *progress = &shown->progress;
        const double share = progress->total ? (double)progress->done / (double)progress->total : 0;
        sr_text_printf(text, "t-SNE: %s %.0f %%", progress->note[0] ? progress->note : "waits",
                       100 * share);
        if (progress->seconds_left > 0)
            sr_text_printf(text, ", %.0f s left", progress->seconds_left);
        return;
    }
    char selected[32], count[32];
    sr_format_count(selected, sizeof selected, session->selection.count);
    sr_format_count(count, sizeof count, shown->count);
    sr_text_printf(text, "%s of %s samples", selected, count);
}

/* The colours of the points; false while there are none, with the reason in `why`. */
static bool find_colours(struct sr_session *session, const struct map *map,
                         struct sr_map_colours *colours, struct sr_error *why)
{
    struct sr_entry *entry = NULL;
    struct sr_text title = {0}, text = {0};
    why->text[0] = '\0';
    if (sr_map_asks_model(map->colour)) entry = sr_pane_model(session, "", &title, &text);
    if (sr_map_asks_model(map->colour) && !entry)
        sr_error_set(why, SR_ERROR_STATE, "%s", sr_text_get(&title));
    const bool found =
        !why->text[0] && !sr_session_map_colours(session, map->colour, entry,
                                                 sr_session_shown_split(session), colours, why);
    sr_text_fini(&title);
    sr_text_fini(&text);
    return found;
}

/* ---- the side: what the colours mean, and the sample under the cursor ---- */

static int draw_legend(const struct sr_session *session, struct sr_area area,
                       const struct sr_map_colours *colours)
{
    int y = 0;
    if (colours->values) {
        static const char *const ends[] = {"0", "1"};
        for (int x = 0; x < area.width - 4 && x < 24; x++)
            sr_area_put(area, 2 + x, 0,
                        session->look.depth == SR_DEPTH_NONE || session->look.ascii
                            ? map_letter(x * 10 / 24)
                            : 0x2588,
                        map_value_style(session, x / 23.));
        sr_area_text(area, 0, 0, sr_pane_style(session, SR_ROLE_FAINT), ends[0]);
        if (area.width > 28)
            sr_area_text(area, 27, 0, sr_pane_style(session, SR_ROLE_FAINT), ends[1]);
        return 1;
    }
    for (int c = 0; c < colours->names && y < area.height; c++, y++) {
        const struct sr_style style = map_category_style(session, c);
        sr_area_put(area, 0, y, map_letter(c), style);
        sr_area_text(sr_area_part(area, 2, 0, area.width - 2, area.height), 0, y, style,
                     sr_map_category(session, colours->by, c));
    }
    return y;
}

/* Its picture and the sample in words, one line each that fits; the line after them. */
static int draw_sample(struct sr_session *session, struct sr_area area)
{
    enum sr_file file;
    uint32_t row;
    char id[64];
    if (!sr_pane_sample(session, &file, &row)) return 0;
    const struct sr_images *images = &session->data->files[file];
    int width, height;
    sr_image_cells(&session->look, images->shape, &width, &height);
    const int words = area.height >= 4 ? 2 : 1, room = area.height - words;
    if (height > room || width > area.width) {
        const double scale = fmin((double)room / height, (double)area.width / width);
        height = (int)(height * scale);
        width = (int)(width * scale);
    }
    if (height >= 4)
        sr_draw_image(sr_area_part(area, 0, 0, width, height), &session->look,
                      sr_images_at(images, row), images->shape);
    else
        height = 0;
    sr_pane_id(id, sizeof id, file, row);
    sr_area_printf(area, 0, height, sr_pane_style(session, SR_ROLE_TITLE), "%s  %s", id,
                   sr_pane_label(session, file, row));
    const char *name = session->view.model;
    for (size_t i = 0; words == 2 && i < session->entry_count; i++) {
        const struct sr_entry *entry = session->entries[i];
        if (strcmp(entry->name, name)) continue;
        const struct verdict verdict =
            sr_pane_verdict(session, entry, sr_session_shown_split(session), file, row);
        if (!verdict.shown) continue;
        const int truth = sr_images_label(images, row);
        sr_pane_verdict_line(
            session, area, 0, height + 1,
            sr_pane_style(session, sr_pane_verdict_role(
                                       sr_pane_best(verdict.shown, session->data->classes), truth)),
            entry->name, &verdict, truth);
    }
    return height + words;
}

/* The square of how far a point is from a place. */
static double apart(const struct map_shown *shown, size_t point, double x, double y)
{
    const double across = (double)shown->points[2 * point] - x,
                 up = (double)shown->points[2 * point + 1] - y;
    return across * across + up * up;
}

/* The samples of the selection that lie nearest to the cursor, as pictures side by side. */
static void draw_near(struct sr_session *session, struct sr_area area,
                      const struct map_shown *shown)
{
    enum { MOST = 12, LEAST_HEIGHT = 5 };
    const struct sr_shape shape = session->data->files[SR_FILE_TRAIN].shape;
    const size_t from = map_cursor(session, shown);
    size_t near[MOST], count = 0;
    double far[MOST];
    int width, height;
    sr_image_cells(&session->look, shape, &width, &height);
    const int across = area.width >= 36 ? 3 : 2, wide = (area.width - across + 1) / across;
    if (wide < width) {
        height = height * wide / width;
        width = wide;
    }
    const int down = height > 0 ? (area.height - 1) / (height + 1) : 0;
    const size_t room = (size_t)(across * down) < MOST ? (size_t)(across * down) : MOST;
    if (height < LEAST_HEIGHT || !room || from == SIZE_MAX) return;
    bool *selected = map_selected(session, shown);
    for (size_t i = 0; i < shown->count; i++) {
        if (!selected[i] || i == from) continue;
        const double distance =
            apart(shown, i, (double)shown->points[2 * from], (double)shown->points[2 * from + 1]);
        if (count == room && distance >= far[count - 1]) continue;
        size_t at = count < room ? count++ : count - 1;
        for (; at > 0 && far[at - 1] > distance; at--) {
            far[at] = far[at - 1];
            near[at] = near[at - 1];
        }
        far[at] = distance;
        near[at] = i;
    }
    free(selected);
    sr_area_text(area, 0, 0, sr_pane_style(session, SR_ROLE_FAINT), "nearest on the map");
    for (size_t n = 0; n < count; n++) {
        const bool test = near[n] >= shown->train;
        const enum sr_file file = test ? SR_FILE_TEST : SR_FILE_TRAIN;
        const uint32_t row = (uint32_t)(test ? near[n] - shown->train : near[n]);
        struct sr_area part = sr_area_part(area, (int)n % across * (width + 1),
                                           1 + (int)n / across * (height + 1), width, height + 1);
        sr_draw_image(sr_area_part(part, 0, 0, width, height), &session->look,
                      sr_pane_pixels(session, file, row), shape);
        sr_area_text(part, 0, height, sr_pane_style(session, SR_ROLE_TEXT),
                     sr_pane_label(session, file, row));
    }
}

/* ---- the pane ---- */

static void draw_head(const struct sr_session *session, struct sr_area area, const struct map *map,
                      const struct map_shown *shown, const struct sr_error *why)
{
    struct sr_text left = {0}, right = {0};
    layout_words(shown, &left);
    sr_text_printf(&left, ", by %s", sr_map_colour_names[map->colour]);
    if (why->text[0]) sr_text_printf(&left, ": %s", why->text);
    state_words(session, shown, &right);
    const int width = sr_utf8_width(sr_text_get(&right));
    const bool both = area.width >= width + 24;
    if (!both && shown->settling) { /* how far it is rather than what the colours are */
        sr_text_clear(&left);
        sr_text_printf(&left, "%s%s", shown->components ? "components; " : "", sr_text_get(&right));
    }
    sr_area_text(sr_area_part(area, 0, 0, both ? area.width - width - 2 : area.width, 1), 1, 0,
                 sr_pane_style(session, SR_ROLE_TITLE), sr_text_get(&left));
    if (both)
        sr_pane_put_right(area, area.width - 1, 0,
                          sr_pane_style(session, shown->settling ? SR_ROLE_ACCENT : SR_ROLE_FAINT),
                          sr_text_get(&right));
    sr_text_fini(&left);
    sr_text_fini(&right);
}

/* While zoomed, what is shown follows the cursor before it reaches the edge. */
static void follow(struct sr_session *session, struct map *map, const struct map_shown *shown)
{
    const size_t at = map_cursor(session, shown);
    if (!map->zoom || at == SIZE_MAX) return;
    const struct map_window window = map_window(map, shown, map->area.width, map->area.height);
    const double half[2] = {0.4 * window.step * window.columns, 0.8 * window.step * window.lines};
    for (size_t part = 0; part < 2; part++) {
        const double off = (double)shown->points[2 * at + part] - map->centre[part];
        if (off > half[part]) map->centre[part] += off - half[part];
        if (off < -half[part]) map->centre[part] += off + half[part];
    }
}

static void draw(struct sr_session *session, struct sr_area area)
{
    struct map *map = map_state(session);
    struct sr_text title = {0}, text = {0};
    struct map_shown shown;
    struct sr_map_colours colours = {0};
    struct sr_error why;
    if (!sr_pane_without_data(session, &title, &text)) {
        map_find(session, &shown);
        if (!shown.points) {
            sr_pane_say(session, area, "There is no map yet.", shown.why.text);
        } else {
            const int side = area.width >= 60 ? area.width / 4 < 40 ? area.width / 4 : 40 : 0,
                      head = area.height >= 6, foot = !side && area.height >= 10;
            const bool found = find_colours(session, map, &colours, &why);
            if (map_moves(&shown)) follow(session, map, &shown);
            if (head) draw_head(session, area, map, &shown, &why);
            map_draw_points(
                session, map, &shown, found ? &colours : NULL,
                sr_area_part(area, 0, head, area.width - side - !!side, area.height - head - foot));
            struct sr_area right =
                sr_area_part(area, area.width - side, head, side - 1, area.height - head);
            int y = side && found ? draw_legend(session, right, &colours) + 1 : 0;
            if (side) {
                y += 1 +
                     draw_sample(session, sr_area_part(right, 0, y, right.width, right.height - y));
                draw_near(session, sr_area_part(right, 0, y, right.width, right.height - y),
                          &shown);
            } else if (foot) {
                draw_sample(session, sr_area_part(area, 1, area.height - 1, area.width - 1, 1));
            }
        }
    } else {
        sr_pane_say(session, area, sr_text_get(&title), sr_text_get(&text));
    }
    sr_map_colours_fini(&colours);
    sr_text_fini(&title);
    sr_text_fini(&text);
}

static void move(struct sr_session *session, enum sr_move move)
{
    struct map *map = map_state(session);
    struct map_shown shown;
    map_find(session, &shown);
    if (!shown.points || !session->selection.count) return;
    const int across = move == SR_MOVE_LEFT ? -1 : move == SR_MOVE_RIGHT,
              down = move == SR_MOVE_UP || move == SR_MOVE_PAGE_UP || move == SR_MOVE_HALF_UP
                         ? -1
                         : move == SR_MOVE_DOWN || move == SR_MOVE_PAGE_DOWN ||
                               move == SR_MOVE_HALF_DOWN;
    const size_t at = map_cursor(session, &shown);
    if ((!across && !down) || at == SIZE_MAX) {
        sr_pane_walk(session, move, 1, 20);
    } else {
        /* By a cell at least; pages by a quarter of what is shown, half pages by an eighth. */
        const struct map_window window =
            map_window(map, &shown, map->area.width ? map->area.width : 80,
                       map->area.height ? map->area.height : 20);
        const bool page = move == SR_MOVE_PAGE_UP || move == SR_MOVE_PAGE_DOWN,
                   half = move == SR_MOVE_HALF_UP || move == SR_MOVE_HALF_DOWN;
        const double cell = window.step * (down ? 2 : 1), least = page   ? cell * window.lines / 4
                                                                  : half ? cell * window.lines / 8
                                                                         : cell;
        bool *selected = map_selected(session, &shown);
        const size_t to = map_toward(&shown, selected, at, across, down, least);
        if (to != SIZE_MAX) map_put_cursor(session, &shown, to);
        free(selected);
    }
    follow(session, map, &shown);
}

/* A click: the nearest point of the selection. */
static bool choose(struct sr_session *session, int value)
{
    struct map *map = map_state(session);
    struct map_shown shown;
    map_find(session, &shown);
    if (!shown.points || map->area.width < 1) return false;
    const struct map_window window = map_window(map, &shown, map->area.width, map->area.height);
    const double x = window.left + window.step * (value % map->area.width + 0.5),
                 y = window.top - 2 * window.step * (value / map->area.width + 0.5);
    bool *selected = map_selected(session, &shown);
    double best = INFINITY;
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < shown.count; i++) {
        const double far = apart(&shown, i, x, y);
        if (selected[i] && far < best) {
            best = far;
            found = i;
        }
    }
    free(selected);
    const bool again = found == map_cursor(session, &shown);
    if (found != SIZE_MAX) map_put_cursor(session, &shown, found);
    return again;
}

/* Enter browses the neighbourhood or rectangle that is marked, or enlarges the sample. Where the
 * principal components stand in for t-SNE, the line says so: it selects what is marked. */
static void enter(struct sr_session *session, struct sr_text *line)
{
    const struct map *map = map_state(session);
    struct map_shown shown;
    enum sr_file file;
    uint32_t row;
    char id[64];
    if (!sr_pane_sample(session, &file, &row)) return;
    sr_pane_id(id, sizeof id, file, row);
    map_find(session, &shown);
    if (!map->boxed && !map->within) {
        sr_text_printf(line, "show %s", id);
        return;
    }
    if (map->boxed) {
        double box[4];
        const size_t at = shown.points ? map_cursor(session, &shown) : SIZE_MAX;
        if (at == SIZE_MAX) return;
        map_box(map, &shown, at, box);
        sr_text_printf(line, "browse box=%.9g,%.9g,%.9g,%.9g", box[0], box[1], box[2], box[3]);
    } else {
        sr_text_printf(line, "browse near=%s within=%zu", id, map->within);
        if (map->class >= 0) sr_text_printf(line, " class=%d", map->class);
    }
    if (shown.components && shown.request.layout != SR_MAP_PCA) sr_text_add(line, " layout=pca");
}

static bool back(struct sr_session *session)
{
    struct map *map = map_state(session);
    const bool open = map->within || map->boxed || map->zoom;
    if (map->boxed)
        map->boxed = false;
    else if (map->within)
        map->within = 0;
    else
        map->zoom = 0;
    return open;
}

static void describe(struct sr_session *session, struct sr_text *text)
{
    struct map_shown shown;
    struct sr_text words = {0};
    enum sr_file file;
    uint32_t row;
    char id[64];
    map_find(session, &shown);
    sr_text_add(text, "Map: ");
    if (!shown.points) {
        sr_text_printf(text, "%s\n", shown.why.text);
        return;
    }
    layout_words(&shown, &words);
    sr_text_printf(text, "%s, by %s. ", sr_text_get(&words),
                   sr_map_colour_names[map_state(session)->colour]);
    sr_text_clear(&words);
    state_words(session, &shown, &words);
    sr_text_printf(text, "%s.", sr_text_get(&words));
    sr_text_fini(&words);
    const size_t at = map_cursor(session, &shown);
    if (at != SIZE_MAX && sr_pane_sample(session, &file, &row)) {
        sr_pane_id(id, sizeof id, file, row);
        sr_text_printf(text, " The cursor is on %s, %s, at %.1f, %.1f.", id,
                       sr_pane_label(session, file, row), (double)shown.points[2 * at],
                       (double)shown.points[2 * at + 1]);
    }
    const struct map *map = map_state(session);
    if (map->boxed)
        sr_text_add(text, " A rectangle up to it is marked.");
    else if (map->within && map->class >= 0)
        sr_text_printf(text, " Those of the %zu nearest to it that are of class %s are marked.",
                       map->within, sr_pane_class(session, map->class));
    else if (map->within)
        sr_text_printf(text, " The %zu nearest to it are marked.", map->within);
    sr_text_add(text, "\n");
}

/* ---- look ---- */

static enum sr_status next_colour(struct sr_session *session, struct sr_error *error)
{
    (void)error;
    struct map *map = map_state(session);
    map->colour = (enum sr_map_colour)((map->colour + 1) % SR_MAP_COLOURS);
    return SR_OK;
}

static enum sr_status other_layout(struct sr_session *session, struct sr_error *error)
{
    (void)error;
    struct sr_map_request request = *sr_session_map_shown(session);
    request.layout = (enum sr_map_layout)((request.layout + 1) % SR_MAP_LAYOUTS);
    sr_session_map_show(session, &request);
    map_state(session)->zoom = 0;
    map_state(session)->stopped = false;
    return SR_OK;
}

static void zoom_by(struct sr_session *session, int steps)
{
    struct map *map = map_state(session);
    struct map_shown shown;
    map_find(session, &shown);
    const size_t at = shown.points ? map_cursor(session, &shown) : SIZE_MAX;
    const int before = map->zoom;
    map->zoom += steps;
    map->zoom = map->zoom < 0 ? 0 : map->zoom > MOST_ZOOM ? MOST_ZOOM : map->zoom;
    if (before || at == SIZE_MAX) return;
    map->centre[0] = (double)shown.points[2 * at];
    map->centre[1] = (double)shown.points[2 * at + 1];
}

static enum sr_status larger(struct sr_session *session, struct sr_error *error)
{
    (void)error;
    zoom_by(session, 1);
    return SR_OK;
}

static enum sr_status smaller(struct sr_session *session, struct sr_error *error)
{
    (void)error;
    zoom_by(session, -1);
    return SR_OK;
}

static enum sr_status wider(struct sr_session *session, struct sr_error *error)
{
    (void)error;
    struct map *map = map_state(session);
    if (!map->within) map->class = -1;
    map->within = !map->within ? FIRST_NEAR : map->within < MOST_NEAR ? 2 * map->within : MOST_NEAR;
    return SR_OK;
}

static enum sr_status narrower(struct sr_session *session, struct sr_error *error)
{
    (void)error;
    map_state(session)->within /= 2;
    return SR_OK;
}

/* The cursor and all that are of its class around it. */
static enum sr_status cluster(struct sr_session *session, struct sr_error *error)
{
    struct map *map = map_state(session);
    struct map_shown shown;
    enum sr_file file;
    uint32_t row;
    map_find(session, &shown);
    const size_t at = shown.points ? map_cursor(session, &shown) : SIZE_MAX;
    if (at == SIZE_MAX || !sr_pane_sample(session, &file, &row))
        return sr_error_set(error, SR_ERROR_STATE, "there is no sample under the cursor");
    map->boxed = false;
    map->class = sr_images_label(&session->data->files[file], row);
    map->within = map_cluster(session, &shown, at);
    return SR_OK;
}

/* A rectangle from the cursor to where it is moved; again: no rectangle. */
static enum sr_status box(struct sr_session *session, struct sr_error *error)
{
    struct map *map = map_state(session);
    struct map_shown shown;
    map_find(session, &shown);
    const size_t at = shown.points ? map_cursor(session, &shown) : SIZE_MAX;
    if (at == SIZE_MAX)
        return sr_error_set(error, SR_ERROR_STATE, "there is no sample under the cursor");
    if (map_moves(&shown))
        return sr_error_set(error, SR_ERROR_STATE,
                            "the points still move; a rectangle can be marked when t-SNE has "
                            "settled, and at once on the principal components (u)");
    map->boxed = !map->boxed;
    map->within = 0;
    memcpy(map->corner, shown.points + 2 * at, sizeof map->corner);
    return SR_OK;
}

/* Move what is shown by a quarter of it, and leave the cursor on its sample. */
static enum sr_status pan(struct sr_session *session, int across, int up, struct sr_error *error)
{
    struct map *map = map_state(session);
    struct map_shown shown;
    map_find(session, &shown);
    if (!shown.points || !map->zoom)
        return sr_error_set(error, SR_ERROR_STATE, "the whole map is shown; + zooms in");
    const struct map_window window = map_window(map, &shown, map->area.width, map->area.height);
    map->centre[0] += across * window.step * window.columns / 4;
    map->centre[1] += up * 2 * window.step * window.lines / 4;
    return SR_OK;
}

static enum sr_status pan_left(struct sr_session *session, struct sr_error *error)
{
    return pan(session, -1, 0, error);
}

static enum sr_status pan_right(struct sr_session *session, struct sr_error *error)
{
    return pan(session, 1, 0, error);
}

static enum sr_status pan_up(struct sr_session *session, struct sr_error *error)
{
    return pan(session, 0, 1, error);
}

static enum sr_status pan_down(struct sr_session *session, struct sr_error *error)
{
    return pan(session, 0, -1, error);
}

static const struct sr_pane_action actions[] = {{"next", next_colour},
                                                {"cluster", cluster},
                                                {"box", box},
                                                {"left", pan_left},
                                                {"right", pan_right},
                                                {"up", pan_up},
                                                {"down", pan_down},
                                                {"layout", other_layout},
                                                {"larger", larger},
                                                {"smaller", smaller},
                                                {"wider", wider},
                                                {"narrower", narrower},
                                                {0}};

void sr_map_show(struct sr_session *session, int colour)
{
    struct map *map = map_state(session);
    if (colour >= 0) map->colour = (enum sr_map_colour)colour;
    map->zoom = 0;
    map->stopped = false;
    session->view.pane = &sr_pane_map;
}

static const char *hints(struct sr_session *session)
{
    if (map_state(session)->boxed) return "arrows stretch  Enter browse it  Esc none  ? help";
    return map_state(session)->within
               ? "]/[ more or fewer  Enter browse them  Esc none  +/- zoom  ? help"
               : "v colours  u layout  +/- zoom  ]/[ neighbours  Enter enlarge  n/p sample  ? help";
}

const struct sr_pane sr_pane_map = {
    .name = "map",
    .title = "Map",
    .hints = hints,
    .draw = draw,
    .describe = describe,
    .move = move,
    .choose = choose,
    .enter = enter,
    .back = back,
    .order = sr_pane_order,
    .actions = actions,
};
