/* train_curves.c - see train.h: curves of loss and accuracy, smoothed where asked for, with those
 * of other runs behind. */
#include "train.h"

#include <math.h>
#include <stdlib.h>

#include "sartor/base/memory.h"
#include "sartor/cells/draw.h"

/* A run of fewer epochs than this is drawn by its trace, which has more points. */
enum { SHORT = 6 };
enum { OTHERS = 4 }; /* earlier runs drawn behind the one shown */

/* One pair of series, with the unfinished epoch's running mean at the end of the training curve. */
struct series {
    double *x, *train, *validation;
    size_t count, train_count;
    double *trace_x, *trace, *smooth; /* between epochs, as it was and smoothed; NULL for none */
    size_t traced;
    double low, high; /* of the curves, not of the trace */
};

void train_smooth(const double *from, double *to, size_t count, double share)
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
    if (train_under_way(run) && progress->epoch > reached && progress->total > 0 && isfinite(now)) {
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
        train_smooth(series.trace, series.smooth, series.traced, smoothing > 0 ? smoothing : 0.9);
    }
    /* The running mean of the epoch under way moves with each batch, and the scale would with it;
     * where the trace is drawn, it says the same. */
    widen(&series, series.train, series.traced ? series.count : series.train_count);
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

/* A plot under construction: its lines, the series that they point into, and its scale. */
struct curves {
    struct sr_plot_line lines[OTHERS + 4];
    size_t used;
    struct series own, others[OTHERS];
    double low, high; /* of what sets the vertical scale */
    double last;      /* epoch at the right end */
};

/* The run itself: training, validation, in the order of the legend, and the curve before smoothing.
 */
static void add_own(const struct sr_session *session, struct curves *curves, bool legend)
{
    const struct series *own = &curves->own;
    struct sr_plot_line train = {.x = own->x,
                                 .y = own->train,
                                 .count = own->train_count,
                                 .style = sr_pane_style(session, SR_ROLE_SERIES),
                                 .label = legend ? "train" : NULL};
    /* The trace has more points than the means of epochs. */
    if (own->traced) {
        train.x = own->trace_x;
        train.y = own->smooth;
        train.count = own->traced;
        curves->last = fmax(curves->last, ceil(own->trace_x[own->traced - 1]));
    }
    curves->lines[curves->used++] = train;
    bool validated = false;
    for (size_t i = 0; i < own->count; i++) validated |= isfinite(own->validation[i]);
    if (validated)
        curves->lines[curves->used++] =
            (struct sr_plot_line){.x = own->x,
                                  .y = own->validation,
                                  .count = own->count,
                                  .style = sr_pane_style(session, SR_ROLE_SERIES + 1),
                                  .label = legend ? "validation" : NULL};
    if (own->traced)
        curves->lines[curves->used++] =
            (struct sr_plot_line){.x = own->trace_x,
                                  .y = own->trace,
                                  .count = own->traced,
                                  .style = sr_pane_style(session, SR_ROLE_FAINT),
                                  .faint = true};
    for (size_t i = 0; i < own->train_count; i++) curves->last = fmax(curves->last, own->x[i]);
}

/* Validation of the latest other runs. */
static void add_others(const struct sr_session *session, struct curves *curves,
                       const struct sr_run *run, bool accuracy)
{
    for (size_t i = session->run_count, k = 0; i-- > 0 && k < OTHERS;) {
        const struct sr_run *other = session->runs[i];
        if (other == run || other->epochs < 2) continue;
        struct series *series = &curves->others[k];
        *series = make_series(other, accuracy, 0);
        curves->low = fmin(curves->low, series->low);
        curves->high = fmax(curves->high, series->high);
        curves->lines[curves->used++] =
            (struct sr_plot_line){.x = series->x,
                                  .y = series->validation,
                                  .count = series->count,
                                  .style = sr_pane_style(session, SR_ROLE_SERIES + 2 + (int)k),
                                  .label = other->name,
                                  .faint = true};
        for (size_t e = 0; e < series->count; e++) curves->last = fmax(curves->last, series->x[e]);
        k++;
    }
}

/* Round numbers around both ends, a quarter to an eighth of the range apart: while a curve grows,
 * the scale and with it the whole picture changes now and then, not with each batch. */
static void round_scale(double *low, double *high, bool logarithmic, double most)
{
    if (!(*low < *high) || (logarithmic && !(*low > 0))) {
        *low = *high = 0; /* by the lines themselves */
        return;
    }
    if (logarithmic) {
        *low = pow(10, floor(2 * log10(*low)) / 2);
        *high = pow(10, ceil(2 * log10(*high)) / 2);
        return;
    }
    const double unit = pow(10, floor(log10((*high - *low) / 4))),
                 times = (*high - *low) / 4 / unit,
                 step = unit * (times < 2   ? 1
                                : times < 5 ? 2
                                            : 5);
    *low = floor(*low / step) * step;
    *high = fmin(ceil(*high / step) * step, most);
}

void train_curves_draw(struct sr_session *session, const struct train *train, struct sr_area area,
                       const struct sr_run *run, bool accuracy, bool others)
{
    struct curves curves = {.own = make_series(run, accuracy, train->smoothing),
                            .last = run->progress.epochs};
    const struct series *own = &curves.own;
    const int read = train_read_epoch(train, run);
    curves.low = own->low;
    curves.high = own->high;
    if (run->traced > 1 && run->epochs < 2 && train_under_way(run))
        curves.last = 1; /* the first epoch alone */
    /* In a narrow plot the legend is left out while values are read; the line above the curves has
     * them. */
    add_own(session, &curves, !read || area.width >= 56);
    if (session->run_count > 1 && others != train->alone)
        add_others(session, &curves, run, accuracy);
    const bool epochs = run->epochs > 0 || run->progress.epochs > 0 || !run->progress.unit;
    /* Single batches vary widely: the scale is set by the smoothed curve. */
    const bool logarithmic = !accuracy && train->logarithmic;
    /* In the first epoch the range widens all the time: room for that from the start. */
    if (run->epochs < 1 && train_under_way(run) && curves.low < curves.high) {
        if (accuracy)
            curves.high = fmin(1, fmax(curves.high, curves.low + 0.5));
        else
            curves.low = fmin(curves.low, curves.high / 4);
    }
    round_scale(&curves.low, &curves.high, logarithmic, accuracy ? 1 : INFINITY);
    sr_draw_plot(area, &session->look,
                 &(struct sr_plot){.title = accuracy ? "Accuracy" : "Loss",
                                   .x_label = epochs ? "epoch" : run->progress.unit,
                                   .lines = curves.lines,
                                   .count = curves.used,
                                   .percent = accuracy,
                                   .logarithmic = logarithmic,
                                   .x_low = 0,
                                   .x_high = curves.last > 0 ? curves.last : 1,
                                   .y_low = curves.low,
                                   .y_high = curves.high,
                                   .cursor = read ? read : NAN});
    free_series(&curves.own);
    for (int k = 0; k < OTHERS; k++) free_series(&curves.others[k]);
}
