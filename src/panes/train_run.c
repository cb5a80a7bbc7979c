/* train_run.c - see train.h: one run with its curves, above the list of all runs. */
#include "train.h"

#include <math.h>
#include <stdio.h>

#include "sartor/cells/draw.h"

/* Of a family without epochs, where the others have that of their last one. */
static void draw_score(struct sr_session *session, struct sr_area area, int y,
                       const struct sr_run *run)
{
    if (run->epochs || run->state != SR_JOB_DONE || area.width < 64) return;
    const double score = train_run_score(session, run);
    char share[32], time[32];
    sr_pane_percent(share, sizeof share, score);
    sr_format_seconds(time, sizeof time, run->seconds);
    if (isfinite(score))
        sr_area_printf(area, 46, y, sr_pane_style(session, SR_ROLE_TEXT), "validation %s", share);
    if (area.width >= 78) sr_area_text(area, 67, y, sr_pane_style(session, SR_ROLE_FAINT), time);
}

/* One line for each run, around the one that is shown. */
static void draw_runs(struct sr_session *session, struct train *train, struct sr_area area,
                      const struct sr_run *shown)
{
    int count = (int)session->run_count;
    for (int i = 0; i < count; i++)
        if (session->runs[i] == shown) train->runs.at = i;
    sr_scroller_follow(&train->runs, count, area.height);
    const int top = train->runs.top;
    sr_spots_add(session, area,
                 (struct sr_spots){0, 0, area.width, 1, 1,
                                   count - top < area.height ? count - top : area.height, top, 1});
    for (int y = 0; y < area.height && top + y < count; y++) {
        const struct sr_run *run = session->runs[top + y];
        bool here = run == shown;
        sr_area_printf(area, 0, y, sr_pane_style(session, here ? SR_ROLE_SELECTED : SR_ROLE_TEXT),
                       here ? "[%.16s]" : " %.16s", run->name);
        if (here) sr_area_cursor(area, 1, y);
        if (area.width < 36) continue;
        sr_area_text(area, 19, y, sr_pane_style(session, train_run_role(run)),
                     train_run_state(run));
        if (run->epochs == 0 && train_under_way(run) && run->progress.total > 0 &&
            area.width >= 48) {
            double share = (double)run->progress.done / (double)run->progress.total;
            sr_area_printf(area, 33, y, sr_pane_style(session, SR_ROLE_TEXT), "%4.0f %%",
                           100 * share);
        }
        if (run->epochs > 0 && area.width >= 48) {
            const struct sr_epoch *last = &run->history[run->epochs - 1];
            char share[32], time[32];
            sr_pane_percent(share, sizeof share, last->validation_accuracy);
            sr_format_seconds(time, sizeof time, run->seconds);
            sr_area_printf(area, 33, y, sr_pane_style(session, SR_ROLE_TEXT), "%4zu epoch%s",
                           run->epochs, run->epochs == 1 ? "" : "s");
            if (area.width >= 64)
                sr_area_printf(area, 46, y, sr_pane_style(session, SR_ROLE_TEXT), "validation %s",
                               share);
            if (area.width >= 78 && run->seconds > 0)
                sr_area_text(area, 67, y, sr_pane_style(session, SR_ROLE_FAINT), time);
        }
        draw_score(session, area, y, run);
        if (area.width >= 100 && run->params) { /* by these, runs of a family differ */
            struct sr_text given = {0};
            sr_args_print(run->params, false, &given);
            sr_area_text(area, 80, y, sr_pane_style(session, SR_ROLE_FAINT), sr_text_get(&given));
            sr_text_fini(&given);
        }
    }
}

/* For a family without epochs, and for work that is no training: its name, its description and the
 * hyperparameters. */
static void draw_without_curves(struct sr_session *session, struct sr_area area,
                                const struct sr_run *run)
{
    struct sr_text words = {0};
    int y = sr_pane_paragraph(area, 0, sr_pane_style(session, SR_ROLE_TITLE),
                              run->class ? run->class->title : run->name);
    if (run->class)
        y = sr_pane_paragraph(area, y, sr_pane_style(session, SR_ROLE_TEXT), run->class->help);
    if (run->params) sr_args_print(run->params, true, &words);
    y = sr_pane_paragraph(area, y + 1, sr_pane_style(session, SR_ROLE_FAINT), sr_text_get(&words));
    if (run->class && run->state == SR_JOB_DONE) {
        const double score = train_run_score(session, run);
        char share[32];
        sr_pane_percent(share, sizeof share, score);
        sr_text_clear(&words);
        if (isfinite(score)) sr_text_printf(&words, "Validation accuracy: %s. ", share);
        sr_text_add(&words, "It is not trained in epochs, so there are no curves. Enter shows its "
                            "confusion matrix.");
        sr_pane_paragraph(area, y + 1, sr_pane_style(session, SR_ROLE_TEXT), sr_text_get(&words));
    }
    sr_text_fini(&words);
}

/* Name, state and how far it is; then speed while it is under way, or why it failed. Returns the
 * lines taken. */
static int draw_state(struct sr_session *session, struct sr_area area, const struct sr_run *run)
{
    struct sr_text words = {0};
    struct sr_style plain = sr_pane_style(session, SR_ROLE_TEXT);
    int y = 0;
    train_run_words(run, &words);
    int x = sr_area_text(area, 1, y, sr_pane_style(session, SR_ROLE_TITLE), run->name);
    x = sr_area_text(area, x + 2, y, sr_pane_style(session, train_run_role(run)),
                     train_run_state(run));
    sr_area_text(area, x + (run->state == SR_JOB_QUEUED ? 1 : 2), y++, plain, sr_text_get(&words));
    if (train_under_way(run) && run->progress.done > 0) {
        sr_text_clear(&words);
        train_speed_words(run, &words);
        int bar = run->progress.total > 0 && area.width >= 50 ? area.width / 4 : 0;
        if (bar)
            sr_pane_gauge(session, area, 1, y, bar,
                          (double)run->progress.done / (double)run->progress.total,
                          sr_pane_style(session, SR_ROLE_ACCENT));
        sr_area_text(area, bar ? bar + 2 : 1, y++, plain, sr_text_get(&words));
    }
    if (run->error.text[0])
        y += sr_pane_paragraph(sr_area_part(area, 1, y, area.width - 2, area.height - y), 0,
                               sr_pane_style(session, SR_ROLE_BAD), run->error.text);
    sr_text_fini(&words);
    return y;
}

/* Loss and accuracy side by side, one above the other, or only accuracy. */
static void draw_both_curves(struct sr_session *session, const struct train *train,
                             struct sr_area area, const struct sr_run *run)
{
    if (area.width >= 60) {
        const int half = area.width / 2 - 1;
        const bool others = area.width >= 100;
        train_curves_draw(session, train, sr_area_part(area, 0, 0, half, area.height), run, false,
                          others);
        train_curves_draw(session, train, sr_area_part(area, half + 2, 0, half, area.height), run,
                          true, others);
    } else if (area.height >= 14) {
        const int half = area.height / 2;
        train_curves_draw(session, train, sr_area_part(area, 0, 0, area.width, half), run, false,
                          false);
        train_curves_draw(session, train, sr_area_part(area, 0, half, area.width, half), run, true,
                          false);
    } else {
        train_curves_draw(session, train, area, run, true, false);
    }
}

void train_run_draw(struct sr_session *session, struct train *train, struct sr_area area,
                    const struct sr_run *run)
{
    int y = draw_state(session, area, run);
    int list = (int)session->run_count, most = area.height / 5;
    if (list > most) list = most;
    int room = area.height - y - list - (list > 0);
    const bool curves =
        run->epochs > 0 || run->traced > 1 || (train_under_way(run) && run->progress.epochs > 0);
    if (run->epochs > 0 && room > 6) {
        struct sr_text words = {0};
        int read = train_read_epoch(train, run);
        train_epoch_words(&run->history[read ? (size_t)read - 1 : run->epochs - 1],
                          area.width >= 76, &words);
        sr_area_text(area, 1, y++, sr_pane_style(session, SR_ROLE_FAINT), sr_text_get(&words));
        sr_text_fini(&words);
        room--;
    }
    if (curves && room >= 4)
        draw_both_curves(session, train, sr_area_part(area, 0, y, area.width, room), run);
    else if (!curves && room >= 3 && run->state != SR_JOB_FAILED)
        draw_without_curves(session, sr_area_part(area, 1, y + 1, area.width - 2, room - 1), run);
    if (list > 0)
        draw_runs(session, train, sr_area_part(area, 0, area.height - list, area.width, list), run);
}
