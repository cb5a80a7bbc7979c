/* train.c - training: the families to choose from, the run that goes on, the runs before it.
 *
 * One vertical list holds the runs, oldest first, and behind them the families, so moving
 * down from the last run comes to "train another". */
#include "parts.h"
#include "sartor/base/memory.h"
#include "sartor/cells/draw.h"
#include "sartor/panes/show.h"
#include "scroller.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The families */

static int family_count(void)
{
    int count = 0;
    while (sr_model_classes[count]) count++;
    return count;
}

/* The family that messages suggest first, then the registry's order. NULL when there is no such
 * one.
 */
static const struct sr_model_class *family_at(int index)
{
    int first = 0, count = family_count();
    for (int i = 0; i < count; i++)
        if (sr_model_classes[i] == sr_model_class_suggested) first = i;
    if (index < 0 || index >= count) return NULL;
    return sr_model_classes[index == 0 ? first : index <= first ? index - 1 : index];
}

/* Its place in the list: the one asked for, else the one that goes on, else the latest. */
static int shown_index(const struct sr_session *session)
{
    int at = session->view.train_run;
    for (size_t i = 0; at < 0 && i < session->run_count; i++)
        if (session->runs[i]->state == SR_JOB_RUNNING || session->runs[i]->state == SR_JOB_PAUSED)
            at = (int)i;
    return at < 0 ? (int)session->run_count - 1 : at;
}

/* The run that is shown; NULL where families are. */
static const struct sr_run *shown_run(const struct sr_session *session)
{
    int at = shown_index(session);
    return at >= 0 && (size_t)at < session->run_count ? session->runs[at] : NULL;
}

/* The epoch that the reading line is on: 0 for none, never beyond the last. */
static int read_epoch(const struct sr_session *session, const struct sr_run *run)
{
    int epoch = session->view.train_epoch;
    return epoch < 1 || run->epochs == 0 ? 0 : epoch < (int)run->epochs ? epoch : (int)run->epochs;
}

static bool under_way(const struct sr_run *run)
{
    return run->state == SR_JOB_RUNNING || run->state == SR_JOB_PAUSED;
}

static void draw_family(struct sr_session *session, struct sr_area area,
                        const struct sr_model_class *class)
{
    struct sr_style text = sr_part_style(session, SR_ROLE_TEXT),
                    faint = sr_part_style(session, SR_ROLE_FAINT);
    int y = 0;
    sr_area_printf(area, 0, y++, sr_part_style(session, SR_ROLE_TITLE),
                   "Enter opens its form, Enter again trains: train %s", class->name);
    if (!class->params || !class->params->name) return;
    for (const struct sr_param *param = class->params; param->name && y < area.height;
         param++, y++) {
        int x = sr_area_text(area, 2, y, text, param->name);
        if (param->fallback && *param->fallback)
            x = sr_area_printf(area, x, y, text, "=%s", param->fallback);
        x = x < 23 ? 24 : x + 2;
        if (param->help && x < area.width) sr_area_text(area, x, y, faint, param->help);
    }
}

static void draw_families(struct sr_session *session, struct sr_area area)
{
    int count = family_count(), at = session->view.train_family, y = 0;
    const struct sr_model_class *class = family_at(at);
    if (area.height > 8) {
        const char *title = session->run_count     ? "Train another model"
                            : session->entry_count ? "Nothing has been trained in this session yet"
                                                   : "No model has been trained yet";
        sr_area_printf(area, 1, y, sr_part_style(session, SR_ROLE_TITLE),
                       "%s. Choose a family, then Enter.", title);
        y += 2;
    }
    int room = area.height - y, top = 0;
    if (room < count) {
        top = at - room / 2;
        if (top > count - room) top = count - room;
        if (top < 0) top = 0;
    }
    sr_part_spots(session, area,
                  (struct sr_spots){0, y, area.width, 1, 1, count - top < room ? count - top : room,
                                    (int)session->run_count + top, 1});
    for (int i = top; i < count && i - top < room; i++, y++) {
        const struct sr_model_class *family = family_at(i);
        bool here = i == at;
        struct sr_style style = sr_part_style(session, here ? SR_ROLE_SELECTED : SR_ROLE_TEXT);
        sr_area_printf(area, 0, y, style, here ? "[%s]" : " %s", family->name);
        if (area.width > 30) sr_area_printf(area, 10, y, style, "%s", family->title);
        if (area.width > 60)
            sr_area_printf(area, 36, y, sr_part_style(session, SR_ROLE_FAINT), "%s",
                           family->help ? family->help : "");
    }
    if (class && y + 2 < area.height)
        draw_family(session, sr_area_part(area, 1, y + 1, area.width - 1, area.height - y - 1),
                    class);
}

/* One run */

static const char *state_words(const struct sr_run *run)
{
    switch (run->state) {
    case SR_JOB_QUEUED:
        return "waiting";
    case SR_JOB_RUNNING:
        return "training";
    case SR_JOB_PAUSED:
        return "paused";
    case SR_JOB_DONE:
        return run->stopped ? "stopped early" : "trained";
    case SR_JOB_FAILED:
        return "failed";
    case SR_JOB_STOPPED:
        return "stopped";
    }
    return "";
}

static enum sr_role state_role(const struct sr_run *run)
{
    switch (run->state) {
    case SR_JOB_DONE:
        return SR_ROLE_GOOD;
    case SR_JOB_FAILED:
        return SR_ROLE_BAD;
    case SR_JOB_PAUSED:
    case SR_JOB_STOPPED:
        return SR_ROLE_WARNING;
    default:
        return SR_ROLE_ACCENT;
    }
}

/* "epoch 3 of 5", "tree 43 of 100", what was reached, or what to expect. */
static void run_words(const struct sr_run *run, struct sr_text *text)
{
    const struct sr_progress *progress = &run->progress;
    char count[32], time[32];
    if (run->state == SR_JOB_QUEUED) {
        sr_text_add(text, "for the run before it to end");
    } else if (under_way(run)) {
        if (progress->done == 0)
            sr_text_add(text, "preparing…");
        else if (progress->epochs > 0)
            sr_text_printf(text, "epoch %d of %d", progress->epoch, progress->epochs);
        else if (progress->total > 0)
            sr_text_printf(text, "%s %llu of %llu", progress->unit ? progress->unit : "step",
                           (unsigned long long)progress->done, (unsigned long long)progress->total);
        else
            sr_text_printf(text, "%s %llu", progress->unit ? progress->unit : "step",
                           (unsigned long long)progress->done);
    } else {
        sr_format_seconds(time, sizeof time, run->seconds);
        if (run->epochs > 0)
            sr_text_printf(text, "%zu epoch%s, ", run->epochs, run->epochs == 1 ? "" : "s");
        sr_text_add(text, time);
        if (run->parameters > 0) {
            sr_format_count(count, sizeof count, run->parameters);
            sr_text_printf(text, ", %s parameters", count);
        }
        if (run->state == SR_JOB_DONE)
            sr_text_printf(text, ", seed %llu", (unsigned long long)run->seed);
    }
}

/* Speed, time left, learning rate, and whatever the family has to say. */
static void speed_words(const struct sr_run *run, struct sr_text *text)
{
    const struct sr_progress *progress = &run->progress;
    char number[32];
    if (progress->total > 0)
        sr_text_printf(text, "%.0f %%", 100 * (double)progress->done / (double)progress->total);
    if (progress->rate > 0) {
        if (progress->rate >= 10)
            sr_format_count(number, sizeof number, (uint64_t)progress->rate);
        else
            snprintf(number, sizeof number, "%.1f", progress->rate);
        sr_text_printf(text, "  %s %s/s", number, sr_progress_units(progress));
    }
    if (progress->seconds_left >= 0) {
        sr_format_left(number, sizeof number, progress->seconds_left);
        sr_text_printf(text, "  %s left", number);
    }
    if (isfinite(progress->learning_rate))
        sr_text_printf(text, "  learning rate %.3g", progress->learning_rate);
    if (progress->note[0]) sr_text_printf(text, "  %s", progress->note);
}

enum {
    SHORT = 6
}; /* epochs: in a run of fewer, their means tell less than what lies between them */

/* One pair of series, with the unfinished epoch's running mean at the end of the training curve. */
struct series {
    double *x, *train, *validation;
    size_t count, train_count;
    double *trace_x, *trace, *smooth; /* between epochs, as it was and smoothed; NULL for none */
    size_t traced;
    double low, high; /* of what is drawn in full, not of the trace */
};

/* Exponential smoothing that does not lean towards its first value (Kingma and Ba's correction). */
static void smoothen(const double *from, double *to, size_t count, double share)
{
    double sum = 0, weight = 0;
    for (size_t i = 0; i < count; i++) {
        if (isfinite(from[i])) {
            sum = share * sum + (1 - share) * from[i];
            weight = share * weight + (1 - share);
        }
        to[i] = isfinite(from[i]) && weight > 0 ? sum / weight : NAN;
    }
}

static void widen(struct series *series, const double *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (isfinite(values[i])) {
            series->low = fmin(series->low, values[i]);
            series->high = fmax(series->high, values[i]);
        }
}

static struct series make_series(const struct sr_run *run, bool accuracy, double smoothing)
{
    struct series series = {.low = INFINITY, .high = -INFINITY};
    size_t room = run->epochs + 1;
    series.x = sr_xalloc(room * sizeof(double));
    series.train = sr_xalloc(room * sizeof(double));
    series.validation = sr_xalloc(room * sizeof(double));
    for (size_t i = 0; i < run->epochs; i++) {
        const struct sr_epoch *epoch = &run->history[i];
        series.x[i] = epoch->epoch;
        series.train[i] = accuracy ? epoch->train_accuracy : epoch->train_loss;
        series.validation[i] = accuracy ? epoch->validation_accuracy : epoch->validation_loss;
    }
    series.count = series.train_count = run->epochs;
    const struct sr_progress *progress = &run->progress;
    double now = accuracy ? progress->accuracy : progress->loss;
    double reached = run->epochs ? series.x[run->epochs - 1] : 0;
    if (under_way(run) && progress->epoch > reached && progress->total > 0 && isfinite(now)) {
        double at = (double)progress->done / (double)progress->total * progress->epochs;
        series.x[series.count] = fmin(fmax(at, progress->epoch - 1), progress->epoch);
        series.train[series.train_count++] = now;
    }
    if (run->traced > 1 && (smoothing > 0 || run->epochs < SHORT)) {
        series.trace_x = sr_xalloc(run->traced * sizeof(double));
        series.trace = sr_xalloc(run->traced * sizeof(double));
        series.smooth = sr_xalloc(run->traced * sizeof(double));
        for (size_t i = 0; i < run->traced; i++) {
            series.trace_x[i] = run->trace[i].at;
            series.trace[i] = accuracy ? run->trace[i].accuracy : run->trace[i].loss;
        }
        series.traced = run->traced;
        smoothen(series.trace, series.smooth, series.traced, smoothing > 0 ? smoothing : 0.9);
    }
    widen(&series, series.train, series.train_count);
    widen(&series, series.validation, series.count);
    widen(&series, series.smooth, series.traced);
    return series;
}

static void free_series(struct series *series)
{
    free(series->x);
    free(series->train);
    free(series->validation);
    free(series->trace_x);
    free(series->trace);
    free(series->smooth);
}

enum { OTHERS = 4 }; /* earlier runs drawn behind the one shown */

static void draw_curves(struct sr_session *session, struct sr_area area, const struct sr_run *run,
                        bool accuracy, bool others)
{
    others = (session->run_count > 1) && others != session->view.train_alone;
    struct sr_plot_line lines[OTHERS + 4] = {0};
    double smoothing = session->view.train_smoothing;
    struct series series[OTHERS + 1] = {0};
    size_t used = 0;
    double last = run->progress.epochs;
    if (run->traced > 1 && run->epochs < 2 && under_way(run)) last = 1; /* what there is, large */
    /* Two of colour, in the order of the legend: training, validation. */
    series[OTHERS] = make_series(run, accuracy, smoothing);
    /* A narrow legend has no room for the values read; the line above the curves has them. */
    int read = read_epoch(session, run);
    bool legend = !read || area.width >= 56;
    const struct series *own = &series[OTHERS];
    /* Between epochs there is more to see than their means: smoothed, with what it was behind. */
    if (own->traced)
        lines[used++] = (struct sr_plot_line){.x = own->trace_x,
                                              .y = own->smooth,
                                              .count = own->traced,
                                              .style = sr_part_style(session, SR_ROLE_SERIES),
                                              .label = legend ? "train" : NULL};
    else
        lines[used++] = (struct sr_plot_line){.x = own->x,
                                              .y = own->train,
                                              .count = own->train_count,
                                              .style = sr_part_style(session, SR_ROLE_SERIES),
                                              .label = legend ? "train" : NULL};
    bool validated = false;
    for (size_t i = 0; i < own->count; i++) validated |= isfinite(own->validation[i]);
    if (validated)
        lines[used++] = (struct sr_plot_line){.x = own->x,
                                              .y = own->validation,
                                              .count = own->count,
                                              .style = sr_part_style(session, SR_ROLE_SERIES + 1),
                                              .label = legend ? "validation" : NULL};
    if (own->traced)
        lines[used++] = (struct sr_plot_line){.x = own->trace_x,
                                              .y = own->trace,
                                              .count = own->traced,
                                              .style = sr_part_style(session, SR_ROLE_FAINT),
                                              .faint = true};
    double room = (own->high - own->low) * 0.05, low = own->low, high = own->high;
    if (own->traced) last = fmax(last, ceil(own->trace_x[own->traced - 1]));
    for (size_t i = 0; i < own->train_count; i++) last = fmax(last, own->x[i]);
    for (size_t i = session->run_count, k = 0; others && i-- > 0 && k < OTHERS;) {
        const struct sr_run *other = session->runs[i];
        if (other == run || other->epochs < 2) continue;
        series[k] = make_series(other, accuracy, 0);
        low = fmin(low, series[k].low);
        high = fmax(high, series[k].high);
        lines[used++] =
            (struct sr_plot_line){.x = series[k].x,
                                  .y = series[k].validation,
                                  .count = series[k].count,
                                  .style = sr_part_style(session, SR_ROLE_SERIES + 2 + (int)k),
                                  .label = other->name,
                                  .faint = true};
        for (size_t e = 0; e < series[k].count; e++) last = fmax(last, series[k].x[e]);
        k++;
    }
    sr_draw_plot(area, &session->look,
                 &(struct sr_plot){
                     .title = accuracy ? "Accuracy" : "Loss",
                     .x_label = run->epochs > 0 || run->progress.epochs > 0 || !run->progress.unit
                                    ? "epoch"
                                    : run->progress.unit,
                     .lines = lines,
                     .count = used,
                     .percent = accuracy,
                     .logarithmic = !accuracy && session->view.train_logarithmic,
                     .x_low = 0,
                     .x_high = last > 0 ? last : 1,
                     /* Single batches lie far out: they do not set the scale. */
                     .y_low = own->traced && low < high ? fmax(low - room, low / 2) : 0,
                     .y_high = own->traced && low < high ? high + room : 0,
                     .cursor = read ? read : NAN});
    for (int k = 0; k <= OTHERS; k++) free_series(&series[k]);
}

static void epoch_words(const struct sr_epoch *epoch, bool full, struct sr_text *text)
{
    char share[32], time[32];
    sr_text_printf(text, "epoch %d", epoch->epoch);
    if (full) {
        sr_part_percent(share, sizeof share, epoch->train_accuracy);
        sr_text_printf(text, "  train loss %.3f, accuracy %s", epoch->train_loss, share);
    }
    if (isfinite(epoch->validation_loss)) {
        sr_part_percent(share, sizeof share, epoch->validation_accuracy);
        sr_text_printf(text, "  validation %.3f, %s", epoch->validation_loss, share);
    } else {
        sr_text_add(text, "  no validation split");
    }
    if (full) {
        sr_format_seconds(time, sizeof time, epoch->seconds);
        sr_text_printf(text, "  %s", time);
    }
}

/* One line for each run, around the one that is shown. */
static void draw_runs(struct sr_session *session, struct sr_area area, const struct sr_run *shown)
{
    int count = (int)session->run_count, at = 0, top = 0;
    for (int i = 0; i < count; i++)
        if (session->runs[i] == shown) at = i;
    if (count > area.height) {
        top = at - area.height + 1;
        if (top < 0) top = 0;
    }
    sr_part_spots(session, area,
                  (struct sr_spots){0, 0, area.width, 1, 1,
                                    count - top < area.height ? count - top : area.height, top, 1});
    for (int y = 0; y < area.height && top + y < count; y++) {
        const struct sr_run *run = session->runs[top + y];
        bool here = run == shown;
        sr_area_printf(area, 0, y, sr_part_style(session, here ? SR_ROLE_SELECTED : SR_ROLE_TEXT),
                       here ? "[%.16s]" : " %.16s", run->name);
        if (area.width < 36) continue;
        sr_area_text(area, 19, y, sr_part_style(session, state_role(run)), state_words(run));
        if (run->epochs == 0 && under_way(run) && run->progress.total > 0 && area.width >= 48) {
            double share = (double)run->progress.done / (double)run->progress.total;
            sr_area_printf(area, 33, y, sr_part_style(session, SR_ROLE_TEXT), "%4.0f %%",
                           100 * share);
        }
        if (run->epochs > 0 && area.width >= 48) {
            const struct sr_epoch *last = &run->history[run->epochs - 1];
            char share[32], time[32];
            sr_part_percent(share, sizeof share, last->validation_accuracy);
            sr_format_seconds(time, sizeof time, run->seconds);
            sr_area_printf(area, 33, y, sr_part_style(session, SR_ROLE_TEXT), "%4zu epoch%s",
                           run->epochs, run->epochs == 1 ? "" : "s");
            if (area.width >= 64)
                sr_area_printf(area, 46, y, sr_part_style(session, SR_ROLE_TEXT), "validation %s",
                               share);
            if (area.width >= 78 && run->seconds > 0)
                sr_area_text(area, 67, y, sr_part_style(session, SR_ROLE_FAINT), time);
        }
        if (area.width >= 100 && run->params) { /* what tells runs of a family apart */
            struct sr_text given = {0};
            sr_args_print(run->params, false, &given);
            sr_area_text(area, 80, y, sr_part_style(session, SR_ROLE_FAINT), sr_text_get(&given));
            sr_text_fini(&given);
        }
    }
}

/* A family that learns in one go: what it is, and by which values. */
static void draw_without_curves(struct sr_session *session, struct sr_area area,
                                const struct sr_run *run)
{
    struct sr_text words = {0};
    int y = sr_part_paragraph(area, 0, sr_part_style(session, SR_ROLE_TITLE), run->class->title);
    y = sr_part_paragraph(area, y, sr_part_style(session, SR_ROLE_TEXT), run->class->help);
    if (run->params) sr_args_print(run->params, true, &words);
    y = sr_part_paragraph(area, y + 1, sr_part_style(session, SR_ROLE_FAINT), sr_text_get(&words));
    if (run->state == SR_JOB_DONE)
        sr_part_paragraph(
            area, y + 1, sr_part_style(session, SR_ROLE_TEXT),
            "It learns in one go, so there are no curves. Enter shows its confusion matrix.");
    sr_text_fini(&words);
}

static void draw_run(struct sr_session *session, struct sr_area area, const struct sr_run *run)
{
    struct sr_text words = {0};
    int y = 0;
    run_words(run, &words);
    int x = sr_area_text(area, 1, y, sr_part_style(session, SR_ROLE_TITLE), run->name);
    x = sr_area_text(area, x + 2, y, sr_part_style(session, state_role(run)), state_words(run));
    sr_area_text(area, x + (run->state == SR_JOB_QUEUED ? 1 : 2), y++,
                 sr_part_style(session, SR_ROLE_TEXT), sr_text_get(&words));
    if (under_way(run) && run->progress.done > 0) {
        sr_text_clear(&words);
        speed_words(run, &words);
        int bar = run->progress.total > 0 && area.width >= 50 ? area.width / 4 : 0;
        if (bar)
            sr_part_gauge(session, area, 1, y, bar,
                          (double)run->progress.done / (double)run->progress.total,
                          sr_part_style(session, SR_ROLE_ACCENT));
        sr_area_text(area, bar ? bar + 2 : 1, y++, sr_part_style(session, SR_ROLE_TEXT),
                     sr_text_get(&words));
    }
    if (run->error.text[0]) {
        const char *why = run->error.text;
        int lines = sr_part_paragraph(sr_area_part(area, 1, y, area.width - 2, area.height - y), 0,
                                      sr_part_style(session, SR_ROLE_BAD), why);
        y += lines;
    }
    int list = (int)session->run_count, most = area.height / 5;
    if (list > most) list = most;
    int room = area.height - y - list - (list > 0);
    bool curves =
        run->epochs > 0 || run->traced > 1 || (under_way(run) && run->progress.epochs > 0);
    if (run->epochs > 0 && room > 6) {
        sr_text_clear(&words);
        int read = read_epoch(session, run);
        epoch_words(&run->history[read ? (size_t)read - 1 : run->epochs - 1], area.width >= 76,
                    &words);
        sr_area_text(area, 1, y++, sr_part_style(session, SR_ROLE_FAINT), sr_text_get(&words));
        room--;
    }
    if (curves && room >= 4) {
        struct sr_area plots = sr_area_part(area, 0, y, area.width, room);
        if (area.width >= 60) {
            int half = area.width / 2 - 1;
            draw_curves(session, sr_area_part(plots, 0, 0, half, room), run, false,
                        area.width >= 100);
            draw_curves(session, sr_area_part(plots, half + 2, 0, half, room), run, true,
                        area.width >= 100);
        } else if (room >= 14) {
            draw_curves(session, sr_area_part(plots, 0, 0, area.width, room / 2), run, false,
                        false);
            draw_curves(session, sr_area_part(plots, 0, room / 2, area.width, room / 2), run, true,
                        false);
        } else {
            draw_curves(session, plots, run, true, false);
        }
    } else if (!curves && room >= 3 && run->state != SR_JOB_FAILED) {
        draw_without_curves(session, sr_area_part(area, 1, y + 1, area.width - 2, room - 1), run);
    }
    if (list > 0)
        draw_runs(session, sr_area_part(area, 0, area.height - list, area.width, list), run);
    sr_text_fini(&words);
}

/* The pane */

static void draw(struct sr_session *session, struct sr_area area)
{
    struct sr_view *view = &session->view;
    const struct sr_run *run = shown_run(session);
    int families = family_count();
    if (view->train_family >= families) view->train_family = families - 1;
    if (view->train_family < 0) view->train_family = 0;
    if (view->form)
        sr_form_draw(session, area);
    else if (run)
        draw_run(session, area, run);
    else
        draw_families(session, area);
}

static void move(struct sr_session *session, enum sr_move move)
{
    struct sr_view *view = &session->view;
    const struct sr_run *run = shown_run(session);
    if (view->form) {
        sr_form_move(session, move);
        return;
    }
    if (run && (move == SR_MOVE_LEFT || move == SR_MOVE_RIGHT)) {
        /* From no line at all: left to the last epoch, right to the first; off either end it goes.
         */
        int last = (int)run->epochs, read = read_epoch(session, run);
        read = move == SR_MOVE_LEFT ? (read ? read - 1 : last) : (read ? read + 1 : 1);
        view->train_epoch = read > last ? 0 : read;
        return;
    }
    int runs = (int)session->run_count, families = family_count(), at;
    at = shown_index(session);
    if (runs == 0 || at >= runs) at = runs + view->train_family;
    at = sr_scroll_step(at, move, 5, 0, runs + families - 1);
    if (at >= runs) {
        view->train_run = runs;
        view->train_family = at - runs;
    } else {
        view->train_run = at;
        if (shown_run(session) == sr_session_active_run(session) || at == runs - 1) {
            view->train_run = -1; /* what is shown by itself stays so when another starts */
            if (shown_index(session) != at) view->train_run = at;
        }
    }
    if (runs == 0) view->train_run = -1;
}

static bool choose(struct sr_session *session, int value)
{
    struct sr_view *view = &session->view;
    int runs = (int)session->run_count;
    if (view->form) {
        bool again = view->form_at == value;
        view->form_at = value;
        return again;
    }
    bool again = value < runs ? shown_index(session) == value
                              : !shown_run(session) && view->train_family == value - runs;
    if (value >= runs) view->train_family = value - runs;
    view->train_run = runs == 0 ? -1 : value < runs ? value : runs;
    return again;
}

static void enter(struct sr_session *session, struct sr_text *line)
{
    const struct sr_run *run = shown_run(session);
    if (session->view.form) {
        sr_form_line(session, line);
        return;
    }
    if (run) {
        if (run->state == SR_JOB_DONE) {
            sr_text_add(line, "confusion ");
            sr_words_quote(line, run->name);
        }
        return;
    }
    const struct sr_model_class *class = family_at(session->view.train_family);
    if (class) sr_text_printf(line, "form %s", class->name);
}

static void describe(struct sr_session *session, struct sr_text *text)
{
    const struct sr_run *run = shown_run(session);
    if (session->view.form) {
        sr_form_describe(session, text);
        return;
    }
    if (!run) {
        sr_text_printf(text, "Train: %s Families are",
                       session->run_count ? "Another model can be trained."
                                          : "Nothing has been trained in this session.");
        for (int i = 0; i < family_count(); i++)
            sr_text_printf(text, "%s %s", i ? "," : "", family_at(i)->name);
        const struct sr_model_class *class = family_at(session->view.train_family);
        if (class)
            sr_text_printf(
                text,
                ". The cursor is on %s (%s). Enter opens its form; the command train %s starts it.",
                class->name, class->title, class->name);
        sr_text_add(text, "\n");
        return;
    }
    struct sr_text words = {0};
    run_words(run, &words);
    sr_text_printf(text, "Train: %s, %s, is %s: %s.", run->name, run->class->title,
                   state_words(run), sr_text_get(&words));
    sr_text_clear(&words);
    if (under_way(run) && run->progress.done > 0) {
        speed_words(run, &words);
        sr_text_add(text, " Done so far: ");
        sr_part_listed(text, sr_text_get(&words));
        sr_text_add(text, ".");
    }
    if (run->error.text[0]) sr_text_printf(text, " %s.", run->error.text);
    if (run->epochs > 0) {
        size_t best = 0;
        for (size_t i = 1; i < run->epochs; i++)
            if (run->history[i].validation_accuracy > run->history[best].validation_accuracy)
                best = i;
        sr_text_clear(&words);
        epoch_words(&run->history[run->epochs - 1], true, &words);
        sr_text_add(text, " Last finished: ");
        sr_part_listed(text, sr_text_get(&words));
        sr_text_add(text, ".");
        if (isfinite(run->history[best].validation_accuracy))
            sr_text_printf(text, " The best validation accuracy was %.1f %%, in epoch %d.",
                           100 * run->history[best].validation_accuracy, run->history[best].epoch);
    }
    sr_text_printf(text, " Runs of this session: %zu.\n", session->run_count);
    sr_text_fini(&words);
}

static const char *mode(struct sr_session *session)
{
    return session->view.form ? "form" : NULL;
}

static bool back(struct sr_session *session)
{
    bool open = session->view.form;
    session->view.form = false;
    return open;
}

static void axis(struct sr_session *session)
{
    session->view.train_logarithmic = !session->view.train_logarithmic;
}

static void smooth(struct sr_session *session, double share, struct sr_text *said)
{
    double *smoothing = &session->view.train_smoothing;
    if (!isnan(share))
        *smoothing = share;
    else
        *smoothing = *smoothing <= 0 ? 0.6 : *smoothing < 0.9 ? 0.9 : *smoothing < 0.98 ? 0.98 : 0;
    if (*smoothing > 0)
        sr_text_printf(said, "smoothed, %g of the past; the raw curve is behind\n", *smoothing);
    else
        sr_text_add(said, "not smoothed\n");
}

static enum sr_status look_others(struct sr_session *session, struct sr_error *error)
{
    (void)error;
    session->view.train_alone = !session->view.train_alone;
    return SR_OK;
}

static const struct sr_pane_look looks[] = {{"others", look_others}, {0}};

static struct sr_run *run_shown(struct sr_session *session)
{
    return !session->view.form && shown_run(session) ? session->runs[shown_index(session)] : NULL;
}

void sr_train_show(struct sr_session *session, int run)
{
    session->view.train_run = run;
    session->view.form = false;
    session->view.pane = &sr_pane_train;
}

void sr_train_show_form(struct sr_session *session, const struct sr_model_class *class)
{
    sr_form_open(session, class);
    session->view.pane = &sr_pane_train;
}

static const char *hints(struct sr_session *session)
{
    const struct sr_run *run = shown_run(session);
    if (session->view.form) return "Enter train  e edit  h/l change  d default  q back  ? help";
    if (!run) return "j/k family  Enter its form  t type a command  ? help";
    bool curves = run->epochs > 0;
    switch (run->state) {
    case SR_JOB_PAUSED:
        return "Space go on  x stop  h/l read  s smooth  j/k runs, families  y log  ? help";
    case SR_JOB_RUNNING:
        return curves ? "Space pause  x stop  h/l read  s smooth  j/k runs, families  y log  ? help"
                      : "Space pause  x stop  s smooth  j/k runs, families  y log  ? help";
    case SR_JOB_DONE:
        return curves ? "Enter confusion  h/l read  s smooth  j/k runs, families  y log  ? help"
                      : "Enter confusion  j/k runs, families  ? help";
    default:
        return "Space pause  x stop  j/k runs, families  ? help";
    }
}

const struct sr_pane sr_pane_train = {
    .name = "train",
    .title = "Train",
    .help = "Families to train, the run that goes on with its curves, and the runs before it.",
    .hints = hints,
    .draw = draw,
    .move = move,
    .enter = enter,
    .choose = choose,
    .describe = describe,
    .mode = mode,
    .back = back,
    .axis = axis,
    .smooth = smooth,
    .looks = looks,
    .run = run_shown,
};
