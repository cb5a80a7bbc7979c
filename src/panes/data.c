/* data.c - what the images are made of: grey values, statistics beside the study's, class balance.
 */
#include "data.h"
#include "sartor/base/memory.h"
#include "sartor/cells/draw.h"
#include "sartor/panes/show.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The train file of Fashion-MNIST as the study reports it. */
static const struct {
    double count, mean, median, deviation;
} study = {60000, 72.94, 0, 90.02};

static void init(void *state)
{
    ((struct data_view *)state)->class = -1;
}

struct data_view *data_state(struct sr_session *session)
{
    static const struct sr_state_kind kind = {sizeof(struct data_view), init, NULL};
    return sr_session_state(session, &kind);
}

/* The class that is shown, where the data has it; -1: all. */
static int shown_class(struct sr_session *session)
{
    int class = data_state(session)->class;
    return class >= 0 && class < session->data->classes ? class : -1;
}

static enum sr_file shown_file(struct sr_session *session)
{
    return data_state(session)->file;
}

/* Of every split and class; NULL until they have been added up. */
static const struct sr_statistics *statistics(struct sr_session *session)
{
    struct sr_error ignored;
    const struct sr_statistics *all;
    sr_session_statistics(session, &all, &ignored);
    return all;
}

/* Those of whole files come with the loading, those of a class from a job; NULL until it is done.
 */
static const struct sr_stats *figures(struct sr_session *session, enum sr_file of)
{
    int class = shown_class(session);
    if (class < 0) return session->stats[of];
    const struct sr_statistics *all = statistics(session);
    return all ? &all->classes[of][class].stats : NULL;
}

static void number(char *out, size_t size, double value, int digits)
{
    if (isnan(value))
        snprintf(out, size, "–");
    else
        snprintf(out, size, "%.*f", digits, value);
}

/* The cells of the table, one column a file; the study's where the data is its. */
enum { ROWS = 5, ROWS_MAX = ROWS + SR_CHANNELS_MAX, COLUMNS = SR_FILE_COUNT + 1, CELL = 32 };
static const char *const row_names[ROWS_MAX] = {"images", "mean",     "median",     "deviation",
                                                "zeros",  "red mean", "green mean", "blue mean"};

/* The last three only of images in colour. */
static int rows_of(const struct sr_session *session)
{
    return session->data->files[SR_FILE_TRAIN].shape.channels == 3 ? ROWS_MAX : ROWS;
}

static void table_cells(struct sr_session *session, char cells[ROWS_MAX][COLUMNS][CELL])
{
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        const struct sr_stats *stats = figures(session, (enum sr_file)f);
        for (int r = 0; r < ROWS_MAX; r++) cells[r][f][0] = '\0';
        if (!stats) continue;
        sr_format_count(cells[0][f], CELL, stats->count);
        number(cells[1][f], CELL, stats->all.mean, 2);
        number(cells[2][f], CELL, stats->all.median,
               stats->all.median == floor(stats->all.median) ? 0 : 1);
        number(cells[3][f], CELL, stats->all.deviation, 2);
        sr_pane_percent(cells[4][f], CELL, stats->all.zeros);
        for (int c = 0; stats->channels == 3 && c < 3; c++)
            number(cells[ROWS + c][f], CELL, stats->channel[c].mean, 2);
    }
    sr_format_count(cells[0][SR_FILE_COUNT], CELL, (uint64_t)study.count);
    number(cells[1][SR_FILE_COUNT], CELL, study.mean, 2);
    number(cells[2][SR_FILE_COUNT], CELL, study.median, 0);
    number(cells[3][SR_FILE_COUNT], CELL, study.deviation, 2);
    for (int r = 4; r < ROWS_MAX; r++) cells[r][SR_FILE_COUNT][0] = '\0';
}

/* Returns the lines used. */
static int draw_table(struct sr_session *session, struct sr_area area)
{
    static const char *const titles[2][COLUMNS] = {{" train ", " test ", " study "},
                                                   {"[train]", "[test]", ""}};
    char cells[ROWS_MAX][COLUMNS][CELL];
    const int rows = rows_of(session);
    table_cells(session, cells);
    bool compared = session->data->known && shown_class(session) < 0;
    enum sr_file file = shown_file(session);
    int across = area.width >= 39 ? 10 : 9;
    for (int c = 0; c < COLUMNS; c++) {
        if (c == SR_FILE_COUNT && !compared) break;
        bool here = c == (int)file;
        int edge = 9 + across * (c + 1);
        sr_pane_put_right(area, edge + 1, 0,
                          sr_pane_style(session, here ? SR_ROLE_SELECTED : SR_ROLE_FAINT),
                          titles[here][c]);
        for (int r = 0; r < rows; r++)
            sr_pane_put_right(
                area, edge, r + 1,
                sr_pane_style(session, c == SR_FILE_COUNT ? SR_ROLE_FAINT : SR_ROLE_TEXT),
                cells[r][c]);
    }
    for (int r = 0; r < rows; r++)
        sr_area_text(area, 1, r + 1, sr_pane_style(session, SR_ROLE_FAINT), row_names[r]);
    return rows + 1;
}

/* Images a class in the chosen file, as bars; the cursor's line is the class that is shown. */
static void draw_classes(struct sr_session *session, struct sr_area area)
{
    enum sr_file file = shown_file(session);
    const struct sr_stats *stats = session->stats[file];
    if (!stats || area.height < 1 || area.width < 8) return;
    const int classes = session->data->classes, at = shown_class(session) + 1, total = classes + 1;
    struct sr_scroller *list = &data_state(session)->list;
    list->at = at;
    sr_scroller_centre(list, total, area.height);
    const int top = list->top;
    uint64_t most = 1;
    int longest = 11;
    for (int c = 0; c < classes; c++) {
        if (stats->class_counts[c] > most) most = stats->class_counts[c];
        int width = sr_utf8_width(session->data->class_names[c]);
        if (width > longest) longest = width;
    }
    if (longest > area.width / 2 - 2) longest = area.width / 2 - 2;
    if (longest < 4) longest = 4;
    int bar = area.width - longest - 20 < 30 ? area.width - longest - 20 : 30;
    struct sr_short_name names[SR_CLASSES_MAX];
    sr_pane_short_names(session->data, longest, names);
    sr_spots_add(session, area,
                 (struct sr_spots){0, 0, area.width, 1, 1,
                                   total < area.height ? total : area.height, top - 1, 1});
    for (int y = 0; y < area.height && top + y < total; y++) {
        int class = top + y - 1;
        bool here = top + y == at;
        struct sr_style style = sr_pane_style(session, here ? SR_ROLE_SELECTED : SR_ROLE_TEXT);
        uint64_t count = class < 0 ? stats->count : stats->class_counts[class];
        char amount[32], share[32];
        sr_format_count(amount, sizeof amount, count);
        sr_pane_percent(share, sizeof share,
                        stats->count ? (double)count / (double)stats->count : NAN);
        sr_area_printf(area, 0, y, style, "%s%s%s", here ? "[" : " ",
                       class < 0 ? "all classes" : names[class].text, here ? "]" : "");
        if (here) sr_area_cursor(area, 1, y);
        int x = longest + 3;
        if (bar >= 4 && class >= 0) {
            /* Two shades in turn, so that bars of equal length do not run into one block. */
            struct sr_style fill = sr_pane_style(session, SR_ROLE_SERIES);
            if (class % 2 && session->look.depth >= SR_DEPTH_256)
                fill.fore =
                    sr_colour_mix(fill.fore, sr_colour_grey(session->look.light ? 255 : 0), 0.25);
            sr_draw_bar(area, x, y, bar, (double)count / (double)most, &session->look, fill);
        }
        if (bar >= 4) x += bar + 1;
        sr_pane_put_right(area, x + 7, y, sr_pane_style(session, SR_ROLE_TEXT), amount);
        if (class >= 0)
            sr_pane_put_right(area, x + 15, y, sr_pane_style(session, SR_ROLE_FAINT), share);
    }
}

static void draw_histogram(struct sr_session *session, struct sr_area area)
{
    const struct sr_stats *stats = figures(session, shown_file(session));
    if (!stats) {
        sr_area_text(area, 1, 0, sr_pane_style(session, SR_ROLE_FAINT),
                     "The class is being added up…");
        return;
    }
    const bool linear = data_state(session)->linear;
    int class = shown_class(session);
    const bool colour = stats->channels == 3;
    const int series = colour ? 3 : 1;
    double x[256], y[SR_CHANNELS_MAX][256];
    for (int i = 0; i < 256; i++) {
        x[i] = i;
        for (int s = 0; s < series; s++)
            y[s][i] = (double)(colour ? stats->channel[s].histogram : stats->all.histogram)[i];
    }
    char title[160];
    snprintf(title, sizeof title, "%s, %s%s%s", colour ? "Channels" : "Grey values",
             sr_file_names[shown_file(session)], class < 0 ? "" : ", ",
             class < 0 ? "" : sr_pane_class(session, class));
    static const sr_colour tints[SR_CHANNELS_MAX] = {
        SR_RGB(0xE0, 0x50, 0x40), SR_RGB(0x40, 0xB8, 0x60), SR_RGB(0x50, 0x80, 0xF0)};
    struct sr_plot_line lines[SR_CHANNELS_MAX];
    for (int s = 0; s < series; s++) {
        lines[s] = (struct sr_plot_line){
            .x = x, .y = y[s], .count = 256, .style = sr_pane_style(session, SR_ROLE_SERIES)};
        if (!colour) continue;
        lines[s].label = sr_channel_names[s];
        if (session->look.depth >= SR_DEPTH_256) lines[s].style.fore = tints[s];
    }
    sr_draw_plot(area, &session->look,
                 &(struct sr_plot){.title = title,
                                   .y_label = linear ? "pixels" : "pixels (log)",
                                   .lines = lines,
                                   .count = (size_t)series,
                                   .logarithmic = !linear,
                                   .bars = !colour,
                                   .cursor = NAN});
}

/* The splits that models are trained and judged on. */
static void draw_splits(struct sr_session *session, struct sr_area area)
{
    struct sr_style faint = sr_pane_style(session, SR_ROLE_FAINT),
                    plain = sr_pane_style(session, SR_ROLE_TEXT);
    if (area.height < 4 || area.width < 44 || !statistics(session)) return;
    static const char *const titles[] = {"images", "mean", "deviation", "zeros"};
    sr_area_text(area, 1, 0, faint, "split");
    for (int c = 0; c < 4; c++) sr_pane_put_right(area, 20 + 10 * c, 0, faint, titles[c]);
    for (int s = 0; s < SR_SPLIT_COUNT; s++) {
        const struct sr_stats *stats = &statistics(session)->splits[s];
        char cells[4][32];
        sr_format_count(cells[0], sizeof cells[0], stats->count);
        number(cells[1], sizeof cells[1], stats->all.mean, 2);
        number(cells[2], sizeof cells[2], stats->all.deviation, 2);
        sr_pane_percent(cells[3], sizeof cells[3], stats->all.zeros);
        sr_area_text(area, 1, s + 1, plain, sr_split_names[s]);
        for (int c = 0; c < 4; c++) sr_pane_put_right(area, 20 + 10 * c, s + 1, plain, cells[c]);
    }
}

static int draw_mean(struct sr_session *session, struct sr_area area)
{
    const int class = shown_class(session);
    if (class < 0) return 0;
    return data_mean_draw(session, area, statistics(session), shown_file(session), class);
}

/* `named`: with the name of the data first, which the tabs have too where there is room. */
static void heading(const struct sr_session *session, bool named, struct sr_text *text)
{
    const struct sr_dataset *data = session->data;
    char train[32], test[32];
    sr_format_count(train, sizeof train, data->files[SR_FILE_TRAIN].count);
    sr_format_count(test, sizeof test, data->files[SR_FILE_TEST].count);
    if (named) sr_text_printf(text, "%s: ", data->name);
    sr_text_printf(text, "%s train + %s test images, %d×%d%s, %d classes", train, test,
                   data->files[SR_FILE_TRAIN].shape.width, data->files[SR_FILE_TRAIN].shape.height,
                   data->files[SR_FILE_TRAIN].shape.channels == 3 ? " in colour" : "",
                   data->classes);
}

static void draw(struct sr_session *session, struct sr_area area)
{
    struct sr_text title = {0}, text = {0};
    if (sr_pane_without_data(session, &title, &text)) {
        sr_pane_say(session, area, sr_text_get(&title), sr_text_get(&text));
        goto out;
    }
    heading(session, area.width >= 56, &title);
    sr_pane_parts(area, 1, 0, sr_pane_style(session, SR_ROLE_TITLE), sr_text_get(&title));
    struct sr_area rest = sr_area_part(area, 0, area.height > 14 ? 2 : 1, area.width, area.height);
    if (data_state(session)->shows != DATA_HISTOGRAM) {
        data_gallery_draw(session, rest, statistics(session), data_state(session));
        goto out;
    }
    bool wide = area.width >= 76;
    if (!wide) {
        int y = draw_table(session, rest);
        if (rest.height >= 24) {
            draw_histogram(session, sr_area_part(rest, 1, y + 1, rest.width - 1, 9));
            y += 10;
        }
        draw_classes(session,
                     sr_area_part(rest, 0, y + (rest.height > 12), rest.width, rest.height));
        goto out;
    }
    int left = area.width * 11 / 20 < area.width - 42 ? area.width * 11 / 20 : area.width - 42;
    struct sr_area right = sr_area_part(rest, left + 2, 0, area.width - left - 2, rest.height);
    int y = draw_table(session, right);
    struct sr_area list = sr_area_part(right, 0, y + 1, right.width, right.height);
    draw_classes(session, list);
    struct sr_area free_space =
        sr_area_part(list, 0, session->data->classes + 3, list.width, list.height);
    bool mean = draw_mean(session, free_space) > 0;
    if (shown_class(session) < 0) {
        draw_splits(session, free_space);
        data_means_draw(session,
                        sr_area_part(free_space, 0, 5, free_space.width, free_space.height - 5),
                        statistics(session), shown_file(session));
    }

    /* Below the histogram: the mean image of a class, and what the audit has found. */
    data_audit_words(session, &text);
    const int note = !text.length ? 0 : left < 100 ? 3 : 2;
    int below = 0;
    if (rest.height >= 20 && shown_class(session) >= 0 && !mean) below = rest.height >= 36 ? 16 : 8;
    int high = rest.height - below - (rest.height >= 16 ? note : 0);
    draw_histogram(session, sr_area_part(rest, 1, 0, left - 1, high));
    if (below) draw_mean(session, sr_area_part(rest, 0, high, left, below - 1));
    if (note && rest.height >= 16)
        sr_pane_paragraph(sr_area_part(rest, 1, high + below, left - 2, note), 0,
                          sr_pane_style(session, SR_ROLE_FAINT), sr_text_get(&text));
out:
    sr_text_fini(&title);
    sr_text_fini(&text);
}

static void move(struct sr_session *session, enum sr_move move)
{
    struct data_view *view = data_state(session);
    if (!session->data) return;
    if (move == SR_MOVE_LEFT) {
        view->file = SR_FILE_TRAIN;
    } else if (move == SR_MOVE_RIGHT) {
        view->file = SR_FILE_TEST;
    } else {
        view->list.at = shown_class(session) + 1;
        sr_scroller_move(&view->list, move, session->data->classes + 1);
        view->class = view->list.at - 1;
    }
}

static bool choose(struct sr_session *session, int value)
{
    struct data_view *view = data_state(session);
    bool again = view->class == value;
    if (session->data && value >= -1 && value < session->data->classes) view->class = value;
    return again;
}

static void enter(struct sr_session *session, struct sr_text *line)
{
    if (!session->data) return;
    int class = shown_class(session);
    sr_text_printf(line, "browse split=%s", shown_file(session) == SR_FILE_TEST ? "test" : "train");
    if (class >= 0) sr_pane_add_class(session, line, "class", class);
}

static void describe(struct sr_session *session, struct sr_text *text)
{
    if (sr_pane_without_data(session, text, text)) return;
    char cells[ROWS_MAX][COLUMNS][CELL], class_words[200];
    int class = shown_class(session);
    snprintf(class_words, sizeof class_words, "Class %s of the ", sr_pane_class(session, class));
    sr_text_add(text, "Data: ");
    heading(session, true, text);
    sr_text_add(text, ".");
    table_cells(session, cells);
    for (int f = 0; f < SR_FILE_COUNT; f++)
        sr_text_printf(text,
                       "\n%s%s file has %s images; their %s have mean %s, median %s, "
                       "standard deviation "
                       "%s, and %s are exactly 0.",
                       class < 0 ? "The " : class_words, sr_file_names[f], cells[0][f],
                       rows_of(session) == ROWS ? "grey values" : "values", cells[1][f],
                       cells[2][f], cells[3][f], cells[4][f]);
    for (int f = 0; rows_of(session) == ROWS_MAX && f < SR_FILE_COUNT; f++)
        sr_text_printf(text, "\nIn the %s file the mean of red is %s, of green %s, of blue %s.",
                       sr_file_names[f], cells[ROWS][f], cells[ROWS + 1][f], cells[ROWS + 2][f]);
    struct sr_text audit = {0};
    data_audit_words(session, &audit);
    if (audit.length) sr_text_printf(text, "\n%s", sr_text_get(&audit));
    sr_text_fini(&audit);
    if (session->data->known && class < 0)
        sr_text_printf(
            text,
            "\nThe study reports mean %s, median %s and deviation %s for the whole train file.",
            cells[1][SR_FILE_COUNT], cells[2][SR_FILE_COUNT], cells[3][SR_FILE_COUNT]);
    for (int s = 0; class < 0 && s < SR_SPLIT_COUNT && statistics(session); s++) {
        const struct sr_stats *split = &statistics(session)->splits[s];
        sr_text_printf(text, "%s %s split %zu images, mean %.2f, deviation %.2f",
                       s ? ";" : "\nOf these, the", sr_split_names[s], split->count,
                       split->all.mean, split->all.deviation);
        if (s == SR_SPLIT_COUNT - 1) sr_text_add(text, ".");
    }
    const struct sr_stats *stats = session->stats[shown_file(session)];
    if (stats) {
        uint64_t least = UINT64_MAX, most = 0;
        for (int c = 0; c < session->data->classes; c++) {
            if (stats->class_counts[c] < least) least = stats->class_counts[c];
            if (stats->class_counts[c] > most) most = stats->class_counts[c];
        }
        sr_text_printf(text, "\nA class of the %s file has ", sr_file_names[shown_file(session)]);
        if (least == most)
            sr_text_printf(text, "%llu images, all the same.", (unsigned long long)least);
        else
            sr_text_printf(text, "from %llu to %llu images.", (unsigned long long)least,
                           (unsigned long long)most);
    }
    sr_text_add(text, "\n");
}

static void axis(struct sr_session *session)
{
    struct data_view *view = data_state(session);
    view->linear = !view->linear;
}

static enum sr_status show_next(struct sr_session *session, struct sr_error *error)
{
    (void)error;
    struct data_view *view = data_state(session);
    view->shows = (view->shows + 1) % DATA_SHOWS;
    return SR_OK;
}

static const struct sr_pane_action actions[] = {{"next", show_next}, {0}};

void sr_data_show(struct sr_session *session)
{
    session->view.pane = &sr_pane_data;
}

static const char *hints(struct sr_session *session)
{
    static const char *const hints[DATA_SHOWS] = {
        [DATA_HISTOGRAM] =
            "h/l file  j/k class  Enter browse  v mean images  y log, linear  ? help",
        [DATA_MEANS] = "h/l file  j/k class  Enter browse  v deviation  ? help",
        [DATA_DEVIATIONS] = "h/l file  j/k class  Enter browse  v histogram  ? help",
    };
    return hints[data_state(session)->shows];
}

const struct sr_pane sr_pane_data = {
    .name = "data",
    .title = "Data",
    .hints = hints,
    .draw = draw,
    .move = move,
    .enter = enter,
    .choose = choose,
    .describe = describe,
    .axis = axis,
    .actions = actions,
};
