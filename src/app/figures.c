/* figures.c - statistics of every split and class, added up in the background. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/app/session.h"
#include "sartor/base/memory.h"
#include "task.h"

struct figures_task {
    struct task task;
    struct sr_dataset *data;
    uint32_t *rows[SR_SPLIT_COUNT]; /* own copies: the session's split may be drawn anew */
    struct sr_samples splits[SR_SPLIT_COUNT];
    struct sr_figures *figures;
};

static void free_figures(struct sr_figures *figures)
{
    if (!figures) return;
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        for (int c = 0; figures->classes[f] && c < figures->class_count; c++) {
            free(figures->classes[f][c].mean);
            free(figures->classes[f][c].deviation);
        }
        free(figures->classes[f]);
    }
    free(figures);
}

/* One class of one file; its images as bytes, for drawing. */
static void class_figures(struct sr_figures *figures, const struct sr_samples *samples, int file,
                          int class)
{
    size_t pixels = (size_t)samples->images->shape.height * (size_t)samples->images->shape.width;
    float *mean = sr_xalloc(pixels * sizeof *mean),
          *variance = sr_xalloc(pixels * sizeof *variance);
    uint8_t *grey = sr_xalloc(pixels), *spread = sr_xalloc(pixels);
    sr_stats_compute(&figures->classes[file][class].stats, samples, class);
    if (sr_stats_mean_image(samples, class, mean, variance)) {
        double most = 0;
        for (size_t i = 0; i < pixels; i++) most = fmax(most, sqrt((double)variance[i]));
        for (size_t i = 0; i < pixels; i++) {
            grey[i] = (uint8_t)lroundf(mean[i]);
            spread[i] = most > 0 ? (uint8_t)lround(255 * sqrt((double)variance[i]) / most) : 0;
        }
        figures->classes[file][class].deviation_most = most;
    }
    figures->classes[file][class].mean = grey;
    figures->classes[file][class].deviation = spread;
    free(mean);
    free(variance);
}

static enum sr_status figures_run(struct task *task, const struct sr_monitor *monitor,
                                  struct sr_error *error)
{
    struct figures_task *work = (struct figures_task *)task;
    struct sr_figures *figures = work->figures;
    for (int s = 0; s < SR_SPLIT_COUNT; s++)
        sr_stats_compute(&figures->splits[s], &work->splits[s], -1);
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        const struct sr_images *images = &work->data->files[f];
        struct sr_samples all = {images, NULL, images->count};
        figures->classes[f] = sr_xalloc((size_t)work->data->classes * sizeof *figures->classes[f]);
        for (int c = 0; c < work->data->classes; c++) {
            if (!sr_monitor_proceed(monitor))
                return sr_error_set(error, SR_ERROR_CANCELLED, "other data has been opened");
            class_figures(figures, &all, f, c);
        }
    }
    return SR_OK;
}

static void figures_finish(struct sr_session *session, struct task *task,
                           const struct sr_event *event)
{
    struct figures_task *work = (struct figures_task *)task;
    if (session->figures_job != event->job) return;
    session->figures_job = 0;
    if (event->of.ended.state != SR_JOB_DONE) return;
    session->figures = work->figures;
    work->figures = NULL;
}

static void figures_free(struct task *task)
{
    struct figures_task *work = (struct figures_task *)task;
    for (int s = 0; s < SR_SPLIT_COUNT; s++) free(work->rows[s]);
    sr_dataset_unref(work->data);
    free_figures(work->figures);
    free(work);
}

void sr_session_forget_figures(struct sr_session *session)
{
    if (session->figures_job && session->jobs) sr_jobs_stop(session->jobs, session->figures_job);
    session->figures_job = 0;
    free_figures(session->figures);
    session->figures = NULL;
}

enum sr_status sr_session_figures(struct sr_session *session, struct sr_error *error)
{
    enum sr_status status = sr_session_data(session, error);
    if (status || session->figures) return status;
    if (!session->figures_job) {
        struct figures_task *work = sr_xalloc(sizeof *work);
        work->task = (struct task){figures_run, figures_finish, figures_free};
        work->data = sr_dataset_ref(session->data);
        work->figures = sr_xalloc(sizeof *work->figures);
        work->figures->class_count = session->data->classes;
        for (int s = 0; s < SR_SPLIT_COUNT; s++) {
            struct sr_samples samples = sr_session_samples(session, (enum sr_split_name)s);
            if (samples.rows) {
                size_t bytes = samples.count * sizeof *samples.rows;
                work->rows[s] = sr_xalloc(bytes ? bytes : 1);
                memcpy(work->rows[s], samples.rows, bytes);
                samples.rows = work->rows[s];
            }
            work->splits[s] = samples;
        }
        session->figures_job = sr_task_submit(session, SR_LANE_SHORT, &work->task);
    }
    return sr_error_set(error, SR_PENDING, "the statistics of every class are being added up");
}
