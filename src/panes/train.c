/* train.c - training: the families to choose from, the runs, and the form of a family over them.
 *
 * One vertical list holds the runs, oldest first, after them the families, so that moving down
 * from the last run leads to "train another", and then the checkpoints of earlier trainings. */
#include "train.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "form.h"
#include "sartor/panes/show.h"

static void init(void *state)
{
    ((struct train *)state)->run = -1;
}

struct train *train_state(struct sr_session *session)
{
    static const struct sr_state_kind kind = {sizeof(struct train), init, NULL};
    return sr_session_state(session, &kind);
}

/* Position of the run to show: the one asked for, else the one under way, else the latest. Behind
 * the last run, families are shown. */
static int shown_index(const struct sr_session *session, const struct train *train)
{
    int at = train->run;
    for (int other = 0; other < 2; other++) /* those of this process first */
        for (size_t i = 0; at < 0 && i < session->run_count; i++)
            if (train_under_way(session->runs[i]) && !session->runs[i]->elsewhere == !other)
                at = (int)i;
    return at < 0 ? (int)session->run_count - 1 : at;
}

/* The run that is shown; NULL where families are. */
static struct sr_run *shown_run(const struct sr_session *session, const struct train *train)
{
    int at = shown_index(session, train);
    return at >= 0 && (size_t)at < session->run_count ? session->runs[at] : NULL;
}

static void draw(struct sr_session *session, struct sr_area area)
{
    struct train *train = train_state(session);
    const struct sr_run *run = shown_run(session, train);
    if (form_state(session)->open)
        form_draw(session, area);
    else if (run)
        train_run_draw(session, train, area, run);
    else
        train_families_draw(session, train, area);
}

/* Without a reading line, left puts it on the last epoch and right on the first; a move beyond
 * either end removes it. */
static void move_reading_line(struct train *train, const struct sr_run *run, enum sr_move move)
{
    int last = (int)run->epochs, read = train_read_epoch(train, run);
    read = move == SR_MOVE_LEFT ? (read ? read - 1 : last) : (read ? read + 1 : 1);
    train->epoch = read > last ? 0 : read;
}

static void move(struct sr_session *session, enum sr_move move)
{
    struct train *train = train_state(session);
    const struct sr_run *run = shown_run(session, train);
    if (form_state(session)->open) {
        form_move(session, move);
        return;
    }
    if (run && (move == SR_MOVE_LEFT || move == SR_MOVE_RIGHT)) {
        move_reading_line(train, run, move);
        return;
    }
    const int runs = (int)session->run_count;
    struct sr_scroller *list = run ? &train->runs : &train->families;
    list->at = run ? shown_index(session, train) : runs + train->family;
    sr_scroller_move(list, move, runs + train_family_count() + (int)session->checkpoint_count);
    const int at = list->at;
    if (at >= runs) {
        train->run = runs;
        train->family = at - runs;
    } else {
        train->run = at;
        if (shown_run(session, train) == sr_session_active_run(session) || at == runs - 1) {
            train->run = -1; /* no run is chosen, so that the next one that starts is shown */
            if (shown_index(session, train) != at) train->run = at;
        }
    }
    if (runs == 0) train->run = -1;
}

static bool choose(struct sr_session *session, int value)
{
    struct train *train = train_state(session);
    int runs = (int)session->run_count;
    if (form_state(session)->open) return form_choose(session, value);
    bool again = value < runs ? shown_index(session, train) == value
                              : !shown_run(session, train) && train->family == value - runs;
    if (value >= runs) train->family = value - runs;
    train->run = runs == 0 ? -1 : value < runs ? value : runs;
    return again;
}

static void enter(struct sr_session *session, struct sr_text *line)
{
    const struct train *train = train_state(session);
    const struct sr_run *run = shown_run(session, train);
    if (form_state(session)->open) {
        sr_form_line(session, line);
        return;
    }
    if (run) {
        if (run->state == SR_JOB_DONE && run->class) {
            sr_text_add(line, "confusion ");
            sr_words_quote(line, run->name);
        }
        return;
    }
    const struct sr_model_class *class = train_family(train->family);
    const struct sr_checkpoint *checkpoint = train_checkpoint(session, train->family);
    if (class) sr_text_printf(line, "form %s", class->name);
    if (checkpoint) sr_checkpoint_line(checkpoint, line);
}

/* The checkpoint under the cursor. */
static const struct sr_checkpoint *checkpoint_here(struct sr_session *session)
{
    const struct train *train = train_state(session);
    return form_state(session)->open || shown_run(session, train)
               ? NULL
               : train_checkpoint(session, train->family);
}

/* Families, checkpoints, and what the cursor is on. */
static void describe_families(struct sr_session *session, struct sr_text *text)
{
    const struct train *train = train_state(session);
    sr_text_printf(text, "Train: %s Families are",
                   session->run_count ? "Another model can be trained."
                                      : "Nothing has been trained in this session.");
    for (int i = 0; i < train_family_count(); i++)
        sr_text_printf(text, "%s %s", i ? "," : "", train_family(i)->name);
    if (session->checkpoint_count)
        sr_text_printf(text, ". Checkpoints of trainings that did not end: %zu",
                       session->checkpoint_count);
    const struct sr_model_class *class = train_family(train->family);
    const struct sr_checkpoint *checkpoint = train_checkpoint(session, train->family);
    if (class)
        sr_text_printf(
            text,
            ". The cursor is on %s (%s). Enter opens its form; the command train %s starts it.",
            class->name, class->title, class->name);
    if (checkpoint) {
        sr_text_printf(text, ". The cursor is on the checkpoint %s of a training of %s, ",
                       checkpoint->id, checkpoint->family);
        sr_checkpoint_print(checkpoint, text);
        sr_text_add(text, ", written ");
        sr_checkpoint_print_age(checkpoint, text);
        sr_text_add(text, ". Enter goes on with it, D deletes it.");
    }
    sr_text_add(text, "\n");
}

static void describe(struct sr_session *session, struct sr_text *text)
{
    const struct train *train = train_state(session);
    const struct sr_run *run = shown_run(session, train);
    if (form_state(session)->open) {
        form_describe(session, text);
        return;
    }
    if (!run) {
        describe_families(session, text);
        return;
    }
    struct sr_text words = {0};
    train_run_words(run, &words);
    sr_text_printf(text, "Train: %s, ", run->name);
    if (run->class) sr_text_printf(text, "%s, ", run->class->title);
    sr_text_printf(text, "is %s: %s.", train_run_state(run), sr_text_get(&words));
    sr_text_clear(&words);
    if (train_under_way(run) && run->progress.done > 0) {
        train_speed_words(run, &words);
        sr_text_add(text, " Done so far: ");
        sr_pane_listed(text, sr_text_get(&words));
        sr_text_add(text, ".");
    }
    if (run->error.text[0]) sr_text_printf(text, " %s.", run->error.text);
    if (run->epochs > 0) {
        size_t best = 0;
        for (size_t i = 1; i < run->epochs; i++)
            if (run->history[i].validation_accuracy > run->history[best].validation_accuracy)
                best = i;
        sr_text_clear(&words);
        train_epoch_words(&run->history[run->epochs - 1], true, &words);
        sr_text_add(text, " Last finished: ");
        sr_pane_listed(text, sr_text_get(&words));
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
    return form_state(session)->open ? "form" : checkpoint_here(session) ? "checkpoint" : NULL;
}

static bool back(struct sr_session *session)
{
    bool open = form_state(session)->open;
    sr_form_close(session);
    return open;
}

static void axis(struct sr_session *session)
{
    struct train *train = train_state(session);
    train->logarithmic = !train->logarithmic;
}

static void smooth(struct sr_session *session, double share, struct sr_text *said)
{
    double *smoothing = &train_state(session)->smoothing;
    if (!isnan(share))
        *smoothing = share;
    else
        *smoothing = *smoothing <= 0 ? 0.6 : *smoothing < 0.9 ? 0.9 : *smoothing < 0.98 ? 0.98 : 0;
    if (*smoothing > 0)
        sr_text_printf(said, "smoothed, %g of the past; the raw curve is behind\n", *smoothing);
    else
        sr_text_add(said, "not smoothed\n");
}

static enum sr_status show_others(struct sr_session *session, struct sr_error *error)
{
    (void)error;
    struct train *train = train_state(session);
    train->alone = !train->alone;
    return SR_OK;
}

static const struct sr_pane_action actions[] = {{"others", show_others}, {0}};

static struct sr_run *run_shown(struct sr_session *session)
{
    return form_state(session)->open ? NULL : shown_run(session, train_state(session));
}

void sr_train_show(struct sr_session *session, int run)
{
    train_state(session)->run = run;
    sr_form_close(session);
    session->view.pane = &sr_pane_train;
}

void sr_train_show_form(struct sr_session *session, const struct sr_model_class *class)
{
    form_open(session, class);
    session->view.pane = &sr_pane_train;
}

static const char *hints(struct sr_session *session)
{
    const struct train *train = train_state(session);
    const struct sr_run *run = shown_run(session, train);
    if (form_state(session)->open)
        return "Enter train  e edit  h/l change  d default  q back  ? help";
    if (checkpoint_here(session))
        return "Enter go on with it  D delete it  j/k families, checkpoints  ? help";
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
    .actions = actions,
    .run = run_shown,
    .checkpoint = checkpoint_here,
};
