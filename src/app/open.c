/* open.c - loading data, drawing a split, and what each changes in a session. */
#include <math.h>
#include <stdlib.h>

#include "sartor/app/session.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "task.h"

struct load_task {
    struct task task;
    char *path;
    struct sr_opening opening;
    bool sample;
    struct sr_dataset *data;
    struct sr_stats *stats[SR_FILE_COUNT];
};

static enum sr_status load_run(struct task *task, const struct sr_monitor *monitor,
                               struct sr_error *error)
{
    struct load_task *load = (struct load_task *)task;
    load->opening.path = load->path;
    load->opening.monitor = monitor;
    load->data = sr_dataset_open(&load->opening, error);
    if (!load->data) return error->status;
    load->data->sample |= load->sample;
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        struct sr_samples all = {&load->data->files[f], NULL, load->data->files[f].count};
        load->stats[f] = sr_xalloc(sizeof *load->stats[f]);
        sr_stats_compute(load->stats[f], &all, -1);
    }
    return SR_OK;
}

static void load_free(struct task *task)
{
    struct load_task *load = (struct load_task *)task;
    sr_dataset_unref(load->data);
    for (int f = 0; f < SR_FILE_COUNT; f++) free(load->stats[f]);
    free(load->path);
    free(load);
}

static void select_everything(struct sr_session *session)
{
    struct sr_filter filter;
    struct sr_error error;
    sr_filter_init(&filter);
    sr_session_select(session, &filter, &error);
}

static enum sr_status begin(struct sr_session *session, const char *path,
                            const struct sr_opening *how, struct sr_error *error);

/* There is no data, and the load that this one has stopped was not at fault: begin it again. */
static void load_interrupted(struct sr_session *session)
{
    char *wanted = session->data_interrupted;
    struct sr_error ignored;
    session->data_interrupted = NULL;
    if (wanted && !session->data) begin(session, wanted, &session->data_interrupted_how, &ignored);
    free(wanted);
}

static void load_finish(struct sr_session *session, struct task *task, const struct sr_event *event)
{
    struct load_task *load = (struct load_task *)task;
    if (session->data_job != event->job) return; /* something else is being loaded since */
    session->data_job = 0;
    session->data_error = event->of.ended.error;
    if (event->of.ended.state != SR_JOB_DONE) {
        sr_session_message(session, true, "%s", session->data_error.text);
        load_interrupted(session);
        return;
    }
    free(session->data_interrupted);
    session->data_interrupted = NULL;
    sr_session_pictures_fini(session);
    sr_dataset_unref(session->data);
    session->data = load->data;
    load->data = NULL;
    session->data_is_sample = session->data->sample;
    session->sample_said = true; /* not by what is done here, but by the first command */
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        free(session->stats[f]);
        session->stats[f] = load->stats[f];
        load->stats[f] = NULL;
    }
    session->selection.count = 0;
    sr_session_load_tags(session);
    sr_session_load_decisions(session);
    sr_session_load_suspects(session);
    if (sr_session_draw_split(session, &session->data_error) ||
        sr_session_apply_decisions(session, &session->data_error)) {
        sr_dataset_unref(session->data);
        session->data = NULL;
        sr_session_message(session, true, "%s", session->data_error.text);
        return;
    }
    select_everything(session);
    if (session->data->notes[0])
        sr_session_message(session, false, "%s%s", session->data->notes[0],
                           session->data->notes[1] ? " (stats tells more)" : "");
    session->sample_said = false;
}

void sr_opening_read(const struct sr_args *args, struct sr_opening *opening)
{
    struct sr_wishes *wishes = &opening->wishes;
    if (sr_args_given(args, "size")) wishes->size = (int)sr_args_integer(args, "size");
    if (sr_args_given(args, "fit")) wishes->fit = (enum sr_fit_mode)sr_args_choice(args, "fit");
    if (sr_args_given(args, "colour"))
        wishes->colour = (enum sr_colour)sr_args_choice(args, "colour");
    if (sr_args_given(args, "transpose"))
        wishes->transpose = (enum sr_transpose)sr_args_choice(args, "transpose");
    if (sr_args_given(args, "skip")) opening->skip = sr_args_switch(args, "skip");
    if (sr_args_given(args, "cache")) opening->fresh = !sr_args_switch(args, "cache");
    if (sr_args_given(args, "test_seed"))
        opening->seed = (uint64_t)sr_args_integer(args, "test_seed");
}

enum sr_status sr_opening_read_words(const char *line, struct sr_opening *opening,
                                     struct sr_error *error)
{
    static const struct sr_param params[] = {SR_OPENING_PARAMS, {0}};
    struct sr_words words = {0};
    if (!line || !*line) return SR_OK;
    enum sr_status status = sr_words_split(&line, &words, error);
    if (status) return status;
    struct sr_args *args = sr_args_parse("opening", params, words.items, words.count, NULL, error);
    if (args) sr_opening_read(args, opening);
    sr_words_fini(&words);
    if (!args) return error->status;
    sr_args_free(args);
    return SR_OK;
}

static enum sr_status begin(struct sr_session *session, const char *path,
                            const struct sr_opening *how, struct sr_error *error)
{
    bool sample = false;
    char *expanded = path ? sr_path_expand(path) : NULL;
    char *found = sr_dataset_find(expanded, &sample, error);
    free(expanded);
    if (!found) {
        if (!session->data) session->data_error = *error;
        return error->status;
    }
    struct load_task *load = sr_xalloc(sizeof *load);
    load->task = (struct task){.run = load_run, .finish = load_finish, .free = load_free};
    load->path = found;
    load->opening = *how;
    load->opening.pool = session->pool;
    load->sample = sample;
    if (session->data_job) {
        sr_jobs_stop(session->jobs, session->data_job);
        if (!session->data && !session->data_interrupted) {
            session->data_interrupted = sr_xstrdup(session->data_wanted);
            session->data_interrupted_how = session->data_how;
        }
    }
    free(session->data_wanted);
    session->data_wanted = sr_xstrdup(path ? path : "");
    session->data_how = *how;
    session->data_job = sr_task_submit(session, SR_LANE_SHORT, &load->task);
    session->data_error = (struct sr_error){0};
    return SR_OK;
}

enum sr_status sr_session_open_as(struct sr_session *session, const char *path,
                                  const struct sr_args *own, struct sr_error *error)
{
    struct sr_opening how = {.seed = 1};
    enum sr_status status =
        sr_opening_read_words(sr_args_text(session->options, "opening"), &how, error);
    if (status) return status;
    if (own) sr_opening_read(own, &how);
    return begin(session, path, &how, error);
}

enum sr_status sr_session_open(struct sr_session *session, const char *path, struct sr_error *error)
{
    return sr_session_open_as(session, path, NULL, error);
}

enum sr_status sr_session_resplit(struct sr_session *session, struct sr_error *error)
{
    if (!session->data) return SR_OK;
    enum sr_status status = sr_session_draw_split(session, error);
    if (!status && session->selection.count) {
        struct sr_filter filter = session->selection.filter;
        struct sr_error ignored;
        filter.model[0] = '\0';
        filter.as = filter.right = -1;
        filter.confidence_low = -INFINITY;
        filter.confidence_high = INFINITY;
        filter.order = SR_ORDER_INDEX;
        filter.beats[0] = '\0';
        sr_session_select(session, &filter, &ignored);
    }
    return status;
}
