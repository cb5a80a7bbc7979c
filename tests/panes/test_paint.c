/* test_paint.c - what a picture, a line and a repaint take: sizes of the thumbnails and the mean of
 * their pixels, marks of doubt, lines that end behind whole parts, bytes sent while curves grow. */
#include "../../src/panes/browse.h"
#include "../../src/panes/confusion.h"
#include "../../src/panes/train.h"
#include "fixture.h"
#include "sartor/app/trust.h"
#include "sartor/panes/show.h"

static struct sr_error error;
static struct sr_grid grid;
static struct sr_text shown;

static const char *draw(struct sr_session *session, int columns, int lines)
{
    sr_grid_resize(&grid, columns, lines);
    settle(session, &grid);
    sr_text_clear(&shown);
    sr_grid_dump_text(&grid, &shown);
    return sr_text_get(&shown);
}

/* Pictures in the window: columns × lines, and the rows that a picture and its caption take. */
static void count_pictures(struct sr_session *session, const char *size, int columns, int lines,
                           int *across, int *all)
{
    assert_ok(sr_session_set(session, "thumbnails", size, &error));
    session->selection.at = 0;
    draw(session, columns, lines);
    struct browse *browse = browse_state(session);
    *across = browse->columns;
    *all = browse->columns * browse->grid.lines;
}

static void thumbnails_have_sizes(void **state)
{
    (void)state;
    struct sr_session *session = fixture_bare();
    session->view.pane = &sr_pane_browse;
    choose(session, SR_SPLIT_TEST, -1, -1, NULL);
    static const int sizes[][2] = {{200, 60}, {120, 40}, {80, 24}, {60, 15}, {40, 12}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int small, natural, large, all[3];
        count_pictures(session, "small", sizes[i][0], sizes[i][1], &small, &all[0]);
        count_pictures(session, "natural", sizes[i][0], sizes[i][1], &natural, &all[1]);
        count_pictures(session, "large", sizes[i][0], sizes[i][1], &large, &all[2]);
        assert_true(small > natural && natural >= large && large >= 1);
        assert_true(all[0] >= 2 * all[1] && all[1] >= all[2]);
    }
    /* By keys, to both ends. */
    assert_ok(sr_session_set(session, "thumbnails", "natural", &error));
    const struct sr_pane_action *larger = sr_pane_browse.actions, *smaller;
    while (strcmp(larger->name, "larger")) larger++;
    smaller = larger + 1;
    assert_string_equal(smaller->name, "smaller");
    assert_ok(larger->run(session, &error));
    assert_string_equal(sr_args_text(session->options, "thumbnails"), "large");
    assert_int_equal(larger->run(session, &error), SR_ERROR_STATE);
    assert_ok(smaller->run(session, &error));
    assert_ok(smaller->run(session, &error));
    assert_string_equal(sr_args_text(session->options, "thumbnails"), "small");
    assert_int_equal(smaller->run(session, &error), SR_ERROR_STATE);
    fixture_free(session);
}

/* The upper half of a cell of a small picture has the mean of the pixels under it: 4 × 4 of them,
 * where 28 × 28 are drawn by 7 × 4 cells, but for the last row of cells. */
static void small_thumbnails_average(void **state)
{
    (void)state;
    struct sr_session *session = fixture_bare();
    session->view.pane = &sr_pane_browse;
    choose(session, SR_SPLIT_TEST, -1, -1, NULL);
    assert_ok(sr_session_set(session, "thumbnails", "small", &error));
    draw(session, 80, 24);
    const struct sr_images *images = &session->data->files[SR_FILE_TEST];
    const uint32_t row = session->selection.rows[0];
    const uint8_t *pixels = sr_images_at(images, row);
    int top = 0;
    while (grid.cells[top * grid.columns].glyph != 0x258c) top++; /* the mark of the cursor */
    for (int x = 0; x < 7; x++)
        for (int y = 0; y < 4; y++) {
            const double tall = 28.0 / 4 / 2; /* pixel rows in half a cell */
            double sum = 0, weight = 0;
            for (int py = 0; py < 28; py++) {
                double share = fmin((2 * y + 1) * tall, py + 1) - fmax(2 * y * tall, py);
                for (int px = 4 * x; share > 0 && px < 4 * x + 4; px++) {
                    sum += share * pixels[28 * py + px];
                    weight += share;
                }
            }
            const struct sr_cell *cell = &grid.cells[(top + y) * grid.columns + 1 + x];
            const int drawn =
                (int)((cell->glyph == ' ' ? cell->style.back : cell->style.fore) & 255);
            assert_in_range(drawn, lround(fmax(0, sum / weight - 1)), lround(sum / weight + 1));
        }
    fixture_free(session);
}

/* An answer about what is unlike the training data has a mark on its picture, and the words before
 * the class. */
static void doubts_are_marked(void **state)
{
    (void)state;
    struct sr_session *session = fixture_new();
    session->view.pane = &sr_pane_browse;
    choose(session, SR_SPLIT_TEST, -1, -1, "cnn");
    draw(session, 120, 40);
    const double *shares;
    assert_ok(
        sr_session_familiarities(session, session->entries[0], SR_SPLIT_TEST, &shares, &error));
    assert_non_null(shares);
    const struct sr_predicted *predicted =
        sr_session_predicted(session, session->entries[0], SR_SPLIT_TEST);
    size_t strange = SIZE_MAX, usual = SIZE_MAX;
    for (size_t i = 0; i < predicted->predictions.count; i++) {
        assert_true(shares[i] >= 0 && shares[i] <= 1);
        if (shares[i] < 0.01 && strange == SIZE_MAX) strange = i;
        if (shares[i] > 0.5 && usual == SIZE_MAX) usual = i;
    }
    assert_true(strange != SIZE_MAX && usual != SIZE_MAX);
    static const char *const sizes[] = {"small", "natural", "large"};
    for (int size = 0; size < 3; size++)
        for (int k = 0; k < 2; k++) {
            const size_t at = k ? usual : strange;
            assert_ok(sr_session_set(session, "thumbnails", sizes[size], &error));
            session->selection.count = 1; /* this one alone */
            session->selection.at = 0;
            session->selection.rows[0] = predicted->predictions.rows[at];
            draw(session, 120, 40);
            int marks = 0;
            const struct sr_style warning = sr_look_style(&session->look, SR_ROLE_WARNING);
            for (int i = 2 * 120; i < 38 * 120; i++)
                marks += grid.cells[i].glyph == '!' && grid.cells[i].style.fore == warning.fore;
            assert_int_equal(marks, k ? 0 : 1);
            const char *words = strstr(sr_text_get(&shown), "unlike 99"),
                       *class = strstr(sr_text_get(&shown), "cnn: ");
            assert_non_null(class);
            assert_true(k ? !words : words && words < class);
        }
    fixture_free(session);
}

static const char *one_line(int columns, const char *text)
{
    sr_grid_resize(&grid, columns, 1);
    sr_pane_parts(sr_grid_area(&grid), 0, 0, (struct sr_style){0}, text);
    sr_text_clear(&shown);
    sr_grid_dump_text(&grid, &shown);
    return sr_text_get(&shown);
}

static void lines_end_behind_whole_parts(void **state)
{
    (void)state;
    static const char text[] = "60,000 train, 28×28; 10.5 % zero  at most 255. The end";
    static const struct {
        int columns;
        const char *line;
    } cases[] = {{60, "60,000 train, 28×28; 10.5 % zero  at most 255. The end\n"},
                 {53, "60,000 train, 28×28; 10.5 % zero  at most 255.\n"},
                 {46, "60,000 train, 28×28; 10.5 % zero  at most 255.\n"},
                 {45, "60,000 train, 28×28; 10.5 % zero\n"},
                 {31, "60,000 train, 28×28\n"},
                 {18, "60,000 train\n"},
                 {11, "60,000…\n"},
                 {5, "60,0…\n"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(one_line(cases[i].columns, text), cases[i].line);
    static const char *const ways[] = {"quite long", "short", "s", NULL};
    assert_string_equal(sr_pane_fitting(10, ways), "quite long");
    assert_string_equal(sr_pane_fitting(9, ways), "short");
    assert_string_equal(sr_pane_fitting(4, ways), "s");
    assert_string_equal(sr_pane_fitting(0, ways), "s");
}

static void class_names_are_whole_where_they_fit(void **state)
{
    (void)state;
    struct sr_session *session = fixture_new();
    session->view.pane = &sr_pane_confusion;
    session->view.split = SR_SPLIT_TEST;
    draw(session, 200, 60);
    char *header = strchr(strstr(sr_text_get(&shown), "rows = true"), '\n');
    header = strtok(header + 2, "\n");
    for (int c = 0; c < session->data->classes; c++)
        if (!strstr(header, session->data->class_names[c])) fail_msg("%s", header);
    fixture_free(session);
}

/* Repaint at each third point of the trace of a training, from its first one on, for six epochs. */
static void curves_send_little(void **state)
{
    (void)state;
    static const int sizes[][2] = {{80, 24}, {200, 60}};
    enum { POINTS = 480, STEP = 3 };
    struct sr_session *session = fixture_bare();
    session->view.pane = &sr_pane_train;
    struct sr_run *run = add_run(session, "cnn", SR_JOB_RUNNING, 6, 20);
    run->trace = sr_xalloc(SR_TRACE_MAX * sizeof *run->trace);
    for (int i = 0; i < POINTS; i++) {
        double at = 6.0 * (i + 1) / POINTS, noise = ((i * 7919) % 101 - 50) / 500.0;
        run->trace[i] = (struct sr_trace_point){at, 0.25 + 1.9 * exp(-2 * at) + noise,
                                                0.92 - 0.6 * exp(-2 * at) - noise / 3};
    }
    for (size_t i = 0; i < 2; i++) {
        struct sr_grid before;
        size_t bytes = 0, frames = 0, most = 0, large = 0;
        sr_grid_init(&before, sizes[i][0], sizes[i][1]);
        sr_grid_resize(&grid, sizes[i][0], sizes[i][1]);
        for (int points = 2; points <= POINTS; points += STEP, frames++) {
            const struct sr_trace_point *last = &run->trace[points - 1];
            run->traced = (size_t)points;
            run->epochs = (size_t)last->at;
            run->progress.epoch = (int)last->at + 1;
            run->progress.done = (uint64_t)(last->at * 430);
            run->progress.loss = last->loss;
            run->progress.accuracy = last->accuracy;
            run->progress.rate = 5210 + points % 7;
            run->progress.seconds_left = 60 - 10 * last->at;
            sr_screen_draw(session, &grid);
            size_t sent, at = 0;
            sr_grid_send(&before, &grid, SR_DEPTH_256, SIZE_MAX, &at, &sent);
            if (frames) bytes += sent;
            if (frames && sent > most) most = sent;
            large += sent > 2048;
        }
        print_message("%d×%d: %zu bytes a repaint, %zu at most, %zu of %zu above 2 kB\n",
                      sizes[i][0], sizes[i][1], bytes / frames, most, large, frames);
        assert_in_range(bytes / frames, 20, i ? 700 : 250);
        assert_in_range(large, 0, 8);
        sr_grid_fini(&before);
    }
    fixture_free(session);
}

static int teardown(void **state)
{
    (void)state;
    sr_grid_fini(&grid);
    sr_text_fini(&shown);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thumbnails_have_sizes),
        cmocka_unit_test(small_thumbnails_average),
        cmocka_unit_test(doubts_are_marked),
        cmocka_unit_test(lines_end_behind_whole_parts),
        cmocka_unit_test(class_names_are_whole_where_they_fit),
        cmocka_unit_test(curves_send_little),
    };
    return cmocka_run_group_tests_name("paint", tests, NULL, teardown);
}
