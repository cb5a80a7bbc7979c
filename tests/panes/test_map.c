/* The Map pane: whatever is filtered, zoomed or isolated, the cursor is on a sample of the
 * selection, where that sample's point is; the neighbourhood that is marked is what Enter browses.
 */
#include "../../src/panes/map.h"
#include "fixture.h"

#include "sartor/base/rng.h"
#include <math.h>

static struct sr_error error;

static void draw(struct sr_session *session, int columns, int lines, struct sr_grid *grid)
{
    sr_grid_init(grid, columns, lines);
    settle(session, grid);
}

static void look(struct sr_session *session, const char *name)
{
    const struct sr_pane_action *action = sr_pane_map.actions;
    while (strcmp(action->name, name) != 0) action++;
    assert_int_equal(action->run(session, &error), SR_OK);
}

/* The same where it may be refused: the whole map can't be moved. */
static void try_look(struct sr_session *session, const char *name)
{
    const struct sr_pane_action *action = sr_pane_map.actions;
    while (strcmp(action->name, name) != 0) action++;
    action->run(session, &error);
}

/* Where the terminal's cursor is, there is the point of the selection's sample. */
static void check(struct sr_session *session)
{
    static const int sizes[][2] = {{80, 24}, {40, 12}, {200, 60}};
    static int turn;
    struct sr_grid grid;
    struct map_shown shown;
    const int *size = sizes[turn++ % 3];
    draw(session, size[0], size[1], &grid);
    map_find(session, &shown);
    const struct map *map = map_state(session);
    const size_t at = map_cursor(session, &shown);
    const struct sr_selection *selection = &session->selection;
    if (!selection->count) {
        assert_true(at == SIZE_MAX);
    } else {
        const enum sr_file file = sr_selection_file(selection, selection->at);
        assert_true(at ==
                    selection->rows[selection->at] + (file == SR_FILE_TEST ? shown.train : 0));
        const struct map_window window = map_window(map, &shown, map->area.width, map->area.height);
        const double x = ((double)shown.points[2 * at] - window.left) / window.step,
                     y = (window.top - (double)shown.points[2 * at + 1]) / (2 * window.step);
        if (x >= 0 && y >= 0 && x < window.columns && y < window.lines) {
            assert_int_equal(grid.cursor_x, map->area.x + (int)x);
            assert_int_equal(grid.cursor_y, map->area.y + (int)y);
        }
    }
    sr_grid_fini(&grid);
}

/* A session in the Map, on the components: t-SNE is not computed. */
static struct sr_session *map_session(void)
{
    struct sr_session *session = fixture_new();
    session->view.pane = &sr_pane_map;
    assert_int_equal(sr_args_set(session->options, "autorun", "off", &error), SR_OK);
    check(session);
    return session;
}

static void random_walk(void **state)
{
    (void)state;
    static const char *const looks[] = {"next", "larger", "smaller", "wider", "narrower", "cluster",
                                        "box",  "left",   "right",   "up",    "down"};
    struct sr_session *session = map_session();
    struct sr_rng rng;
    sr_rng_init(&rng, 8, SR_STREAM_TEST, 0);
    for (int step = 0; step < 400; step++) {
        const uint64_t what = sr_rng_below(&rng, 20);
        if (what < 12) {
            sr_screen_move(session, (enum sr_move)sr_rng_below(&rng, SR_MOVE_COUNT));
        } else if (what < 15) {
            sr_pane_map.choose(session, (int)sr_rng_below(&rng, 900));
        } else if (what < 18) {
            try_look(session, looks[sr_rng_below(&rng, 11)]);
        } else {
            struct sr_filter filter;
            sr_filter_init(&filter);
            filter.split = (enum sr_split_name)sr_rng_below(&rng, SR_SPLIT_COUNT);
            filter.everywhere = sr_rng_below(&rng, 3) == 0;
            if (filter.everywhere) filter.split = SR_SPLIT_TRAIN;
            filter.class = (int)sr_rng_below(&rng, 11) - 1;
            enum sr_status status;
            while ((status = sr_session_select(session, &filter, &error)) == SR_PENDING)
                sr_session_wait(session, -1);
            assert_int_equal(status, SR_OK);
        }
        check(session);
    }
    fixture_free(session);
}

/* Right, left, up and down go where they say. */
static void directions(void **state)
{
    (void)state;
    struct sr_session *session = map_session();
    struct map_shown shown;
    static const struct {
        enum sr_move move;
        int across, down;
    } ways[] = {
        {SR_MOVE_RIGHT, 1, 0}, {SR_MOVE_UP, 0, -1}, {SR_MOVE_LEFT, -1, 0}, {SR_MOVE_DOWN, 0, 1}};
    size_t moved = 0;
    for (size_t i = 0; i < 40; i++) {
        map_find(session, &shown);
        const size_t from = map_cursor(session, &shown);
        sr_screen_move(session, ways[i % 4].move);
        const size_t to = map_cursor(session, &shown);
        if (to == from) continue;
        const double x = (double)shown.points[2 * to] - (double)shown.points[2 * from],
                     y = (double)shown.points[2 * to + 1] - (double)shown.points[2 * from + 1];
        assert_true(x * ways[i % 4].across - y * ways[i % 4].down > 0);
        moved++;
    }
    assert_true(moved >= 20);
    fixture_free(session);
}

/* As many are marked as Enter browses, and they are the same. */
static void neighbourhood(void **state)
{
    (void)state;
    struct sr_session *session = map_session();
    struct sr_text line = {0};
    struct map_shown shown;
    sr_pane_map.enter(session, &line);
    assert_string_equal(sr_text_get(&line), "show train:0");
    sr_text_clear(&line);
    look(session, "wider");
    sr_pane_map.enter(session, &line);
    assert_string_equal(sr_text_get(&line), "browse near=train:0 within=100 layout=pca");
    map_find(session, &shown);
    bool *near = map_near(session, map_state(session), &shown, map_cursor(session, &shown));
    struct sr_filter filter;
    sr_filter_init(&filter);
    struct sr_map_request request = *sr_session_map_shown(session);
    request.layout = SR_MAP_PCA; /* which is what is shown meanwhile */
    sr_map_request_words(&request, &filter.lasso);
    filter.everywhere = true;
    filter.lasso.shape = SR_LASSO_NEAR;
    filter.lasso.within = 100;
    assert_int_equal(sr_session_select(session, &filter, &error), SR_OK);
    assert_int_equal(session->selection.count, 100);
    for (size_t i = 0; i < 100; i++) {
        const enum sr_file file = sr_selection_file(&session->selection, i);
        assert_true(near[session->selection.rows[i] + (file == SR_FILE_TEST ? shown.train : 0)]);
    }
    free(near);
    assert_true(sr_pane_map.back(session));
    assert_false(sr_pane_map.back(session));
    sr_text_fini(&line);
    fixture_free(session);
}

/* What is marked is what the filter of Enter's line selects. */
static void same_as_marked(struct sr_session *session, struct sr_filter *filter)
{
    struct map_shown shown;
    map_find(session, &shown);
    bool *near = map_near(session, map_state(session), &shown, map_cursor(session, &shown));
    size_t marked = 0;
    for (size_t i = 0; i < shown.count; i++) marked += near[i];
    struct sr_map_request request = *sr_session_map_shown(session);
    request.layout = SR_MAP_PCA;
    sr_map_request_words(&request, &filter->lasso);
    filter->everywhere = true;
    assert_int_equal(sr_session_select(session, filter, &error), SR_OK);
    assert_int_equal(session->selection.count, marked);
    for (size_t i = 0; i < marked; i++) {
        const enum sr_file file = sr_selection_file(&session->selection, i);
        assert_true(near[session->selection.rows[i] + (file == SR_FILE_TEST ? shown.train : 0)]);
    }
    free(near);
}

static void rectangle(void **state)
{
    (void)state;
    struct sr_session *session = map_session();
    struct sr_text line = {0};
    struct sr_filter filter;
    look(session, "box");
    for (int i = 0; i < 6; i++) sr_screen_move(session, i % 2 ? SR_MOVE_UP : SR_MOVE_RIGHT);
    sr_pane_map.enter(session, &line);
    sr_filter_init(&filter);
    filter.lasso.shape = SR_LASSO_BOX;
    assert_int_equal(sscanf(sr_text_get(&line), "browse box=%lf,%lf,%lf,%lf", &filter.lasso.box[0],
                            &filter.lasso.box[1], &filter.lasso.box[2], &filter.lasso.box[3]),
                     4);
    same_as_marked(session, &filter);
    assert_true(session->selection.count > 1);
    assert_true(sr_pane_map.back(session));
    assert_false(sr_pane_map.back(session));
    sr_text_fini(&line);
    fixture_free(session);
}

/* Four in five of those around the cursor are of its class, and they are what is marked. */
static void class_cluster(void **state)
{
    (void)state;
    struct sr_session *session = map_session();
    struct sr_text line = {0};
    struct sr_filter filter;
    struct map_shown shown;
    map_find(session, &shown);
    const size_t alone = map_cluster(session, &shown, map_cursor(session, &shown));
    assert_true(alone >= 1);
    look(session, "cluster");
    assert_int_equal(map_state(session)->within, alone);
    sr_pane_map.enter(session, &line);
    sr_filter_init(&filter);
    filter.lasso.shape = SR_LASSO_NEAR;
    assert_int_equal(sscanf(sr_text_get(&line), "browse near=train:%u within=%zu class=%d",
                            &filter.lasso.row, &filter.lasso.within, &filter.class),
                     3);
    const size_t within = filter.lasso.within;
    same_as_marked(session, &filter);
    assert_true(5 * session->selection.count >= 4 * within);
    look(session, "wider");
    assert_int_equal(map_state(session)->within, 2 * within);
    sr_text_fini(&line);
    fixture_free(session);
}

/* The picture moves, the cursor stays on its sample. */
static void panning(void **state)
{
    (void)state;
    struct sr_session *session = map_session();
    const struct sr_pane_action *action = sr_pane_map.actions;
    while (strcmp(action->name, "left") != 0) action++;
    assert_int_equal(action->run(session, &error), SR_ERROR_STATE);
    look(session, "larger");
    struct map *map = map_state(session);
    const double x = map->centre[0], y = map->centre[1];
    const size_t at = session->selection.at;
    look(session, "right");
    assert_true(map->centre[0] > x);
    look(session, "up");
    assert_true(map->centre[1] > y);
    look(session, "left");
    look(session, "down");
    assert_true(fabs(map->centre[0] - x) < 1e-9 && fabs(map->centre[1] - y) < 1e-9);
    assert_int_equal(session->selection.at, at);
    fixture_free(session);
}

/* The title names what the points are, principal components until t-SNE moves them; where there is
 * little room it says how far t-SNE is. */
static void title_says_what_is_shown(struct sr_session *session, const struct sr_map *components)
{
    struct sr_grid grid;
    struct sr_text wide = {0}, narrow = {0};
    struct map_shown before, shown;
    map_find(session, &before);
    sr_grid_init(&grid, 80, 24);
    sr_screen_draw(session, &grid);
    sr_grid_dump_text(&grid, &wide);
    sr_grid_resize(&grid, 40, 12);
    sr_screen_draw(session, &grid);
    sr_grid_dump_text(&grid, &narrow);
    map_find(session, &shown);
    if (before.points != shown.points || before.settling != shown.settling) {
        sr_grid_fini(&grid); /* it has settled in between */
        sr_text_fini(&wide);
        sr_text_fini(&narrow);
        return;
    }
    const double size = components->box.high[0] - components->box.low[0];
    bool same = true;
    for (size_t i = 0; i < 2 * shown.count; i++)
        same = same && fabs((double)shown.points[i] - (double)components->points[i]) < 1e-3 * size;
    assert_int_equal(strstr(sr_text_get(&wide), "principal components of pixels, by") != NULL,
                     same);
    assert_int_equal(strstr(sr_text_get(&wide), " t-SNE of pixels, by") != NULL, !same);
    if (shown.settling) {
        assert_non_null(strstr(sr_text_get(&narrow), "t-SNE: "));
        assert_int_equal(strstr(sr_text_get(&narrow), "components") != NULL, same);
    }
    sr_grid_fini(&grid);
    sr_text_fini(&wide);
    sr_text_fini(&narrow);
}

/* A rectangle and a zoomed view are of the points that they were chosen on: when t-SNE takes the
 * place of the components, no other sample is marked or shown for them. */
static void other_points(void **state)
{
    (void)state;
    struct sr_session *session = map_session();
    struct map_shown shown;
    struct map *map = map_state(session);
    struct sr_motion *motion = sr_screen_motion(session);
    map_find(session, &shown);
    const struct sr_map *components = shown.map;
    motion->moved = false;
    look(session, "larger");
    look(session, "box");
    for (int i = 0; i < 4; i++) sr_screen_move(session, SR_MOVE_RIGHT);
    assert_true(map->boxed);
    assert_int_equal(sr_args_set(session->options, "autorun", "on", &error), SR_OK);
    for (;;) {
        map_find(session, &shown);
        if (map_moves(&shown)) {
            const struct sr_pane_action *action = sr_pane_map.actions;
            while (strcmp(action->name, "box") != 0) action++;
            assert_int_equal(action->run(session, &error), SR_ERROR_STATE);
            /* While the front end holds the picture, it stays. */
            const uint64_t version = map->live_version;
            motion->held = true;
            sr_session_wait(session, 0.15);
            map_find(session, &shown);
            assert_int_equal(map->live_version, version);
            motion->held = false;
        }
        title_says_what_is_shown(session, components);
        if (!shown.components && !shown.settling) break;
        sr_session_wait(session, 0.02);
    }
    const size_t at = map_cursor(session, &shown);
    assert_true(motion->moved);
    assert_false(map->boxed);
    assert_true(map->zoom > 0);
    assert_float_equal(map->centre[0], shown.points[2 * at], 0);
    assert_float_equal(map->centre[1], shown.points[2 * at + 1], 0);
    check(session);
    fixture_free(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_walk),   cmocka_unit_test(rectangle),
        cmocka_unit_test(class_cluster), cmocka_unit_test(panning),
        cmocka_unit_test(directions),    cmocka_unit_test(neighbourhood),
        cmocka_unit_test(other_points),
    };
    return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
