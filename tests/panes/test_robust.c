/* Any size, any look, any sequence of moves: nothing is drawn outside, nothing is read that is
 * not there. Run it under the sanitizers; SARTOR_STEPS in the environment takes more steps. */
#include "../../src/panes/browse.h"
#include "../../src/panes/compare.h"
#include "../../src/panes/confusion.h"
#include "../../src/panes/data.h"
#include "../../src/panes/explain.h"
#include "../../src/panes/form.h"
#include "../../src/panes/shared.h"
#include "../../src/panes/train.h"
#include "fixture.h"
#include "sartor/base/words.h"
#include "sartor/panes/overlay.h"
#include <sys/stat.h>

static uint32_t dice;
static struct sr_text overlay_text; /* grows with each time that it is opened */

static int roll(int below)
{
    dice = dice * 1664525u + 1013904223u;
    return (int)((dice >> 8) % (uint32_t)below);
}

/* What a front end or a command could do to a session, short of running commands. */
static void disturb(struct sr_session *session)
{
    struct sr_view *view = &session->view;
    switch (roll(25)) {
    case 0:
        view->pane = sr_panes[roll(7)];
        break;
    case 1:
        browse_state(session)->enlarged = !browse_state(session)->enlarged;
        break;
    case 2:
        data_state(session)->linear = !data_state(session)->linear;
        break;
    case 3:
        train_state(session)->logarithmic = !train_state(session)->logarithmic;
        break;
    case 4:
        confusion_state(session)->units = roll(3);
        break;
    case 5:
        session->look.ascii = !session->look.ascii;
        break;
    case 6:
        session->look.depth = (enum sr_depth)roll(SR_DEPTH_DIRECT + 1);
        break;
    case 7:
        session->look.light = !session->look.light;
        break;
    case 8:
        view->split = roll(SR_SPLIT_COUNT + 1) - 1;
        break;
    case 9:
        data_state(session)->class = roll(300) - 2;
        break; /* also such as other data had */
    case 10:
        confusion_state(session)->row = roll(300) - 2;
        break;
    case 11:
        explain_state(session)->target = roll(300) - 2;
        explain_state(session)->classes = roll(3) == 0;
        break;
    case 12:
        train_state(session)->run = roll(9) - 1;
        break;
    case 13:
        if (sr_overlay_close(session)) break;
        if (overlay_text.length < 2000)
            sr_text_add(&overlay_text, "Ein Überblick über alles\n\n  日本語 words ");
        sr_overlay_open(session, "Überblick", sr_text_get(&overlay_text));
        break;
    case 14:
        view->prompt = !view->prompt;
        view->prompt_sign = ':';
        if (view->prompt_text.length < 300) sr_text_add(&view->prompt_text, "browse class=ö日 ");
        view->prompt_at = view->prompt_text.length;
        break;
    case 15:
        sr_session_message(session, roll(2), "a message of some length about çlass %d", roll(1000));
        break;
    case 16:
        session->message[0] = '\0';
        break;
    case 17:
        snprintf(view->model, sizeof view->model, "%s",
                 (const char *[]){"", "cnn", "svm", "gone"}[roll(4)]);
        break;
    case 18:
        snprintf(explain_state(session)->layer, sizeof explain_state(session)->layer, "%s",
                 (const char *[]){"", "conv1", "nix"}[roll(3)]);
        break;
    case 19:
        data_state(session)->file = roll(SR_FILE_COUNT);
        break;
    case 20:
        choose(session, (enum sr_split_name)roll(SR_SPLIT_COUNT),
               roll(session->data->classes + 1) - 1, roll(3) - 1, roll(2) ? "cnn" : "");
        break;
    case 21:
        compare_state(session)->order = roll(40) - 10;
        snprintf(compare_state(session)->vs, sizeof compare_state(session)->vs, "%s",
                 (const char *[]){"", "cnn", "svm", "gone"}[roll(4)]);
        break;
    default:
        sr_screen_move(session, (enum sr_move)roll(SR_MOVE_COUNT));
        break;
    }
}

static void check_grid(const struct sr_grid *grid, bool ascii)
{
    for (int i = 0; i < grid->columns * grid->lines; i++) {
        uint32_t glyph = grid->cells[i].glyph;
        assert_true(glyph == SR_GLYPH_NONE || glyph >= ' ');
        if (ascii) assert_true(glyph <= '~');
    }
}

/* What Enter stands for must be a line that can be read. */
static void check_enter(struct sr_session *session)
{
    struct sr_text line = {0};
    struct sr_words words = {0};
    struct sr_error error = {0};
    const struct sr_pane *pane = sr_pane_current(session);
    if (pane->enter) pane->enter(session, &line);
    const char *at = sr_text_get(&line);
    assert_ok(sr_words_split(&at, &words, &error));
    assert_int_equal(*at, 0);
    sr_words_fini(&words);
    sr_text_clear(&line);
    sr_pane_current(session)->describe(session, &line);
    assert_true(line.length > 0 && line.bytes[line.length - 1] == '\n');
    sr_text_fini(&line);
}

static void wander(struct sr_session *session, int steps)
{
    struct sr_grid grid;
    sr_grid_init(&grid, 80, 24);
    for (int i = 0; i < steps; i++) {
        disturb(session);
        sr_session_pump(session);
        if (roll(4) == 0)
            sr_grid_resize(&grid, 1 + roll(roll(2) ? 40 : 150), 1 + roll(roll(2) ? 12 : 50));
        struct sr_cursor cursor = sr_screen_draw(session, &grid);
        assert_true(cursor.x < grid.columns && cursor.y < grid.lines);
        check_grid(&grid, session->look.ascii);
        if (roll(8) == 0) check_enter(session);
    }
    sr_grid_fini(&grid);
}

static int wanted_steps(void)
{
    const char *steps = getenv("SARTOR_STEPS");
    return steps ? atoi(steps) : 2000;
}

static void random_moves(void **state)
{
    (void)state;
    struct sr_session *session = fixture_new();
    dice = 1;
    add_run(session, "cnn", SR_JOB_DONE, 5, 5);
    add_run(session, "svm", SR_JOB_DONE, 0, 0);
    struct sr_run *queued = add_run(session, "mlp", SR_JOB_QUEUED, 0, 0);
    struct sr_run *going = add_run(session, "resnet", SR_JOB_RUNNING, 1, 3);
    wander(session, wanted_steps() / 2);
    queued->state = SR_JOB_STOPPED;
    going->state = SR_JOB_PAUSED;
    going->history[0].validation_loss = going->history[0].validation_accuracy = NAN;
    wander(session, wanted_steps() / 2);
    fixture_free(session);
}

/* Every pane at every size up to 60×20, and what a screen is made of at its smallest. */
static void all_sizes(void **state)
{
    (void)state;
    struct sr_session *session = fixture_new();
    struct sr_grid grid;
    sr_grid_init(&grid, 80, 24);
    add_run(session, "cnn", SR_JOB_RUNNING, 2, 5);
    session->view.split = SR_SPLIT_TEST;
    choose(session, SR_SPLIT_TEST, -1, 0, "cnn");
    for (int pane = 0; sr_panes[pane]; pane++) {
        session->view.pane = sr_panes[pane];
        settle(session, &grid);
        for (int columns = 1; columns <= 60; columns++)
            for (int lines = 1; lines <= 20; lines += 1 + lines / 8) {
                sr_grid_resize(&grid, columns, lines);
                session->look.ascii = (columns + lines) % 2;
                browse_state(session)->enlarged = columns % 3 == 0;
                sr_screen_draw(session, &grid);
                check_grid(&grid, session->look.ascii);
            }
        sr_grid_resize(&grid, 80, 24);
    }
    sr_grid_fini(&grid);
    fixture_free(session);
}

static void write_idx(const char *folder, const char *name, int count, int height, int width,
                      int classes)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s-images-idx3-ubyte", folder, name);
    FILE *images = fopen(path, "wb");
    snprintf(path, sizeof path, "%s/%s-labels-idx1-ubyte", folder, name);
    FILE *labels = fopen(path, "wb");
    assert_true(images && labels);
    const unsigned char sizes[] = {0,
                                   0,
                                   8,
                                   3,
                                   0,
                                   0,
                                   (unsigned char)(count >> 8),
                                   (unsigned char)count,
                                   0,
                                   0,
                                   0,
                                   (unsigned char)height,
                                   0,
                                   0,
                                   0,
                                   (unsigned char)width};
    fwrite(sizes, 1, 16, images);
    fwrite((const unsigned char[]){0, 0, 8, 1, 0, 0, (unsigned char)(count >> 8),
                                   (unsigned char)count},
           1, 8, labels);
    for (int i = 0; i < count; i++) {
        fputc(i % classes, labels);
        /* No picture stands twice, or a model could not be judged on it. */
        const int own[] = {i & 255, i >> 8, name[1]};
        for (int p = 0; p < height * width; p++)
            fputc(p < 3 ? own[p] : (p * 7 + i * 13) % 256, images);
    }
    assert_int_equal(fclose(images) | fclose(labels), 0);
}

/* Data that is nothing like Fashion-MNIST: many classes, names that hardly differ, odd sizes. */
static void other_data(void **state)
{
    (void)state;
    static const struct {
        int classes, height, width;
    } shapes[] = {{2, 8, 8}, {64, 9, 31}, {256, 128, 100}};
    dice = 7;
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        char folder[] = "/tmp/sartor-odd-XXXXXX", path[256];
        assert_non_null(mkdtemp(folder));
        int classes = shapes[s].classes;
        write_idx(folder, "train", classes * 3, shapes[s].height, shapes[s].width, classes);
        write_idx(folder, "t10k", classes, shapes[s].height, shapes[s].width, classes);
        snprintf(path, sizeof path, "%s/labels.txt", folder);
        FILE *names = fopen(path, "w");
        assert_non_null(names);
        for (int c = 0; c < classes; c++)
            fprintf(names,
                    c % 3 == 0   ? "größere Klasse %d\n"
                    : c % 3 == 1 ? "日本の類 %d\n"
                                 : "Kleidungsstück Nummer %d mit langem Namen\n",
                    c);
        assert_int_equal(fclose(names), 0);
        struct sr_session *session = fixture_open(folder);
        add_model(session, &formula_class, "cnn", 3);
        add_model(session, &plain_class, "svm", 4);
        wander(session, wanted_steps() / 8);
        fixture_free(session);
        char command[300];
        snprintf(command, sizeof command, "rm -r %s", folder);
        assert_int_equal(system(command), 0);
    }
}

static void short_names(void **state)
{
    (void)state;
    struct sr_session *session = fixture_bare();
    struct sr_short_name names[SR_CLASSES_MAX];
    for (int columns = 2; columns <= 14; columns++) {
        sr_pane_short_names(session->data, columns, names);
        for (int i = 0; i < session->data->classes; i++) {
            assert_true(sr_utf8_width(names[i].text) <= columns);
            for (int j = 0; j < i; j++) assert_string_not_equal(names[i].text, names[j].text);
        }
    }
    sr_pane_short_names(session->data, 4, names);
    assert_string_equal(names[6].text, "Shir");
    /* "Sh" alone would do for Shirt, but two that begin alike take their ends. */
    char *kept[2] = {session->data->class_names[0], session->data->class_names[1]};
    session->data->class_names[0] = "class one";
    session->data->class_names[1] = "class two";
    sr_pane_short_names(session->data, 4, names);
    assert_string_equal(names[0].text, "clae");
    assert_string_equal(names[1].text, "clao");
    session->data->class_names[1] = "class one";
    sr_pane_short_names(session->data, 4, names);
    assert_string_equal(names[0].text, "0");
    assert_string_equal(names[1].text, "1");
    memcpy(session->data->class_names, kept, sizeof kept);
    fixture_free(session);
}

static void walking(void **state)
{
    (void)state;
    struct sr_session *session = fixture_bare();
    struct sr_selection *selection = &session->selection;
    selection->count = 23; /* five a line: lines of 5, 5, 5, 5 and 3 */
    static const struct {
        size_t from;
        enum sr_move move;
        size_t to;
    } cases[] = {
        {0, SR_MOVE_LEFT, 0},        {0, SR_MOVE_UP, 0},          {3, SR_MOVE_UP, 3},
        {3, SR_MOVE_DOWN, 8},        {19, SR_MOVE_DOWN, 22},      {21, SR_MOVE_DOWN, 21},
        {22, SR_MOVE_RIGHT, 22},     {22, SR_MOVE_NEXT, 22},      {7, SR_MOVE_PAGE_UP, 2},
        {7, SR_MOVE_PAGE_DOWN, 17},  {17, SR_MOVE_PAGE_DOWN, 22}, {12, SR_MOVE_HALF_UP, 7},
        {9, SR_MOVE_FIRST, 0},       {9, SR_MOVE_LAST, 22},       {9, SR_MOVE_PREVIOUS, 8},
        {6, SR_MOVE_RIGHT, 7},       {5, SR_MOVE_UP, 0},          {10, SR_MOVE_PAGE_UP, 0},
        {12, SR_MOVE_PAGE_DOWN, 22}, {17, SR_MOVE_DOWN, 22},      {1, SR_MOVE_LEFT, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        selection->at = cases[i].from;
        sr_pane_walk(session, cases[i].move, 5, 10);
        assert_int_equal(selection->at, cases[i].to);
    }
    selection->count = selection->at = 0;
    sr_pane_walk(session, SR_MOVE_LAST, 5, 10);
    assert_int_equal(selection->at, 0);
    fixture_free(session);
}

/* Enter on a cell, on the margins, and on both. */
static void confusion_lines(void **state)
{
    (void)state;
    struct sr_session *session = fixture_new();
    struct sr_grid grid;
    struct sr_text line = {0};
    sr_grid_init(&grid, 80, 24);
    session->view.pane = &sr_pane_confusion;
    session->view.split = SR_SPLIT_TEST;
    settle(session, &grid);
    static const struct {
        int row, column;
        const char *line;
    } cases[] = {
        {6, 0, "browse split=test model=cnn class=Shirt as=T-shirt/top"},
        {9, -1, "browse split=test model=cnn \"class=Ankle boot\""},
        {-1, 8, "browse split=test model=cnn as=Bag"},
        {-1, -1, "browse split=test model=cnn"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        confusion_state(session)->row = cases[i].row;
        confusion_state(session)->column = cases[i].column;
        sr_text_clear(&line);
        sr_pane_confusion.enter(session, &line);
        struct sr_words got = {0}, wanted = {0};
        struct sr_error error = {0};
        const char *one = sr_text_get(&line), *other = cases[i].line;
        assert_ok(sr_words_split(&one, &got, &error));
        assert_ok(sr_words_split(&other, &wanted, &error));
        assert_int_equal(got.count, wanted.count);
        for (size_t w = 0; w < got.count; w++) assert_string_equal(got.items[w], wanted.items[w]);
        sr_words_fini(&got);
        sr_words_fini(&wanted);
    }
    /* Right of the last column and below the last row are the margins; from there, back. */
    confusion_state(session)->row = confusion_state(session)->column = 9;
    sr_screen_move(session, SR_MOVE_RIGHT);
    sr_screen_move(session, SR_MOVE_DOWN);
    assert_int_equal(confusion_state(session)->row, -1);
    assert_int_equal(confusion_state(session)->column, -1);
    sr_screen_move(session, SR_MOVE_LEFT);
    assert_int_equal(confusion_state(session)->column, 9);
    /* `next` goes through the confusions from the largest down, `previous` back. */
    confusion_state(session)->row = confusion_state(session)->column = 0;
    sr_screen_move(session, SR_MOVE_NEXT);
    assert_int_equal(confusion_state(session)->row, 6);
    assert_int_equal(confusion_state(session)->column, 0);
    sr_screen_move(session, SR_MOVE_NEXT);
    sr_screen_move(session, SR_MOVE_NEXT);
    sr_screen_move(session, SR_MOVE_PREVIOUS);
    sr_screen_move(session, SR_MOVE_PREVIOUS);
    assert_int_equal(confusion_state(session)->row, 6);
    assert_int_equal(confusion_state(session)->column, 0);
    sr_text_fini(&line);
    sr_grid_fini(&grid);
    fixture_free(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_moves), cmocka_unit_test(all_sizes),
        cmocka_unit_test(other_data),   cmocka_unit_test(short_names),
        cmocka_unit_test(walking),      cmocka_unit_test(confusion_lines),
    };
    return cmocka_run_group_tests_name("robust", tests, NULL, NULL);
}
