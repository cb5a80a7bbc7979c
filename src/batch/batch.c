#include "sartor/batch/batch.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sartor/base/clock.h"
#include "sartor/base/leave.h"
#include "sartor/base/memory.h"
#include "sartor/commands/queue.h"
#include "sartor/commands/reply.h"

/* Seconds after which the progress of a study is shown. */
static const double SILENT = 0.2;

/* A script that is being run. */
struct runner {
    const struct sr_batch *batch;
    struct sr_renderer renderer;
    const struct sr_command *command; /* whose job is waited for; NULL for none */
    uint32_t wait;                    /* that job, SR_EVERY_JOB, or 0 once it has ended */
    size_t line;                      /* 0: words from the shell */
    bool bar;                         /* standard error is a terminal: a bar is on its line */
    double next_note;                 /* clock of the next sparse progress line */
    double next_object,
        next_share;       /* of a study: clock and share at which the next object is printed */
    char remark[SR_NOTE]; /* printed last */
    size_t noticed;       /* lines of the log that have been looked at for notices */
    bool bad, stopped;    /* a command or job has failed; no further line is run */
    int trouble;          /* errno of what standard output refused, 0 for nothing */
};

static void clear_bar(struct runner *runner)
{
    if (!runner->bar) return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    runner->bar = false;
}

static void complain(struct runner *runner, const char *text)
{
    clear_bar(runner);
    fflush(stdout);
    if (runner->line)
        sr_say(stderr, "sartor: %s:%zu: %s", runner->batch->name, runner->line, text);
    else
        sr_say(stderr, "sartor: %s", text);
}

static void print_notices(struct runner *runner, const struct sr_session *session)
{
    for (; runner->noticed < session->log.count; runner->noticed++)
        if (session->log.lines[runner->noticed].notice) {
            clear_bar(runner);
            sr_say(stderr, "sartor: %s", session->log.lines[runner->noticed].text);
        }
}

/* A command or a job has failed. */
static void fail(struct runner *runner)
{
    runner->bad = true;
    runner->stopped = !runner->batch->keep_going;
}

static void print_reply(struct runner *runner, const struct sr_reply *reply)
{
    struct sr_text text = {0};
    sr_render(&runner->renderer, reply, &text);
    if (text.length) {
        clear_bar(runner);
        errno = 0;
        if ((fputs(sr_text_get(&text), stdout) < 0 || fflush(stdout)) && !runner->trouble)
            runner->trouble = errno ? errno : EIO;
    }
    sr_text_fini(&text);
}

/* Columns of the terminal that standard error is. */
static int terminal_width(void)
{
    struct winsize size;
    return !ioctl(STDERR_FILENO, TIOCGWINSZ, &size) && size.ws_col > 0 ? size.ws_col : 80;
}

/* A bar on one line: where the terminal is narrow, the last parts are left out. */
static void show_bar(const char *label, double share, const char *left, const char *detail,
                     const char *speed)
{
    struct sr_text line = {0};
    int room = terminal_width() - 1; /* a full last column would wrap */
    int width = room < 100 ? 12 : 24;
    sr_text_printf(&line, "%s [", label);
    for (int i = 0; i < width; i++) sr_text_add(&line, i < (int)lrint(share * width) ? "#" : "-");
    sr_text_printf(&line, "] %3.0f %%", share * 100);
    const char *const parts[] = {left, detail, speed};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (*parts[i] && sr_utf8_width(sr_text_get(&line)) + 2 + sr_utf8_width(parts[i]) <= room)
            sr_text_printf(&line, "  %s", parts[i]);
    if (sr_utf8_width(sr_text_get(&line)) > room) { /* not even the bar */
        sr_text_clear(&line);
        sr_text_printf(&line, "%3.0f %%", share * 100);
    }
    struct sr_text shown = {0};
    sr_text_add_visible(&shown, sr_text_get(&line));
    fprintf(stderr, "\r\033[K%s", sr_text_get(&shown));
    sr_text_fini(&shown);
    sr_text_fini(&line);
}

/* A bar on a terminal, a line every ten seconds elsewhere. In a study, share and time are those of
 * the whole study, and `run` may be NULL. */
static void show_progress(struct runner *runner, const struct sr_session *session,
                          const struct sr_run *run, const struct sr_progress *progress)
{
    double now = sr_clock_seconds();
    bool terminal = isatty(STDERR_FILENO);
    if (run && progress->remark && strcmp(progress->note, runner->remark) != 0) {
        snprintf(runner->remark, sizeof runner->remark, "%s", progress->note);
        clear_bar(runner);
        sr_say(stderr, "%s: %s", run->name, progress->note);
    }
    if (now < runner->next_note) return;
    bool first = runner->next_note == 0;
    runner->next_note = now + (terminal ? 0.1 : 10);
    if (first && !terminal && !session->study)
        return; /* short trainings print none; a study says at once how long it takes */
    struct sr_study_progress whole;
    bool study = sr_study_progress(session, &whole);
    if (!run && !study) return;
    double share = study             ? whole.share
                   : progress->total ? (double)progress->done / (double)progress->total
                                     : 0;
    double seconds_left = study ? whole.seconds_left : progress->seconds_left;
    char time[32], left[40] = "", detail[SR_NOTE] = "", speed[64] = "", label[96];
    if (run)
        snprintf(label, sizeof label, "%s%s", study ? "study, " : "", run->name);
    else
        snprintf(label, sizeof label, "study");
    if (seconds_left >= 0) {
        sr_format_left(time, sizeof time, seconds_left);
        snprintf(left, sizeof left, "%s left", time);
    }
    if (!run)
        snprintf(detail, sizeof detail, "%.48s", whole.doing);
    else if (progress->epochs)
        snprintf(detail, sizeof detail, "epoch %d/%d  loss %.4f  accuracy %.2f %%", progress->epoch,
                 progress->epochs, progress->loss, progress->accuracy * 100);
    else
        snprintf(detail, sizeof detail, "%s", progress->note);
    if (run && progress->rate > 0)
        snprintf(speed, sizeof speed, progress->rate < 10 ? "%.1f %s/s" : "%.0f %s/s",
                 progress->rate, sr_progress_units(progress));
    if (terminal) {
        show_bar(label, share, left, detail, speed);
        runner->bar = true;
    } else {
        sr_say(stderr, "%s: %.0f %% of %s%s%s%s%s", label, share * 100,
               study               ? "the study"
               : progress->epochs  ? "the training"
               : run && run->class ? "the fit"
                                   : "the work",
               *detail ? "  " : "", detail, *left ? "  " : "", left);
    }
    fflush(stderr);
}

/* For programs, the progress of a study: an object per cent done, at most one a second. */
static void print_study(struct runner *runner, const struct sr_session *session)
{
    struct sr_study_progress progress;
    double now = sr_clock_seconds();
    if (runner->renderer.form != SR_JSON || !sr_study_progress(session, &progress)) return;
    if (now < runner->next_object || progress.share < runner->next_share) return;
    runner->next_object = now + 1;
    runner->next_share = progress.share + 0.01;
    struct sr_reply reply = {.command = "study"};
    sr_reply_record(&reply, "progress");
    sr_reply_text(&reply, "doing", progress.doing);
    sr_reply_number(&reply, "share", progress.share);
    sr_reply_number(&reply, "seconds", progress.seconds);
    sr_reply_number(&reply, "seconds_left", progress.seconds_left);
    print_reply(runner, &reply);
    sr_reply_fini(&reply);
}

static void on_event(void *context, struct sr_session *session, const struct sr_event *event)
{
    struct runner *runner = context;
    struct sr_run *run = sr_session_run(session, event->job);
    if (run && event->type == SR_EVENT_PROGRESS) {
        show_progress(runner, session, run, &event->of.progress);
        print_study(runner, session);
    }
    /* An experiment's run has no parameters of its own: its command reports the trials when all are
     * done. */
    bool trains = run && run->params, awaited = runner->command && event->job == runner->wait;
    const struct sr_command *command = trains    ? sr_command_find("train", NULL)
                                       : awaited ? runner->command
                                                 : NULL;
    if (command && command->event) {
        struct sr_reply reply = {0};
        snprintf(reply.command, sizeof reply.command, "%s", command->name);
        command->event(session, event, &reply);
        print_reply(runner, &reply);
        sr_reply_fini(&reply);
    }
    if (event->type != SR_EVENT_ENDED || (!run && !awaited)) return;
    struct sr_error why = run ? run->error : event->of.ended.error;
    /* What an experiment or a study runs, its command reports. */
    bool reported = !awaited && (!trains || session->study);
    if (!reported && (event->of.ended.state == SR_JOB_FAILED ||
                      (run && run->error.status && event->of.ended.state == SR_JOB_DONE))) {
        complain(runner, why.text);
        fail(runner);
    }
    if (awaited) runner->wait = 0;
}

/* Is the job that is waited for still under way? */
static bool must_wait(const struct sr_session *session, const struct runner *runner)
{
    if (runner->wait != SR_EVERY_JOB) return runner->wait != 0;
    for (size_t i = 0; i < session->run_count; i++)
        if (sr_run_pending(session->runs[i])) return true;
    return false;
}

/* Refuse to wait for a job (SR_EVERY_JOB for any) that is paused or behind a paused one: no line of
 * the script could resume it. What another process has paused, that can resume. */
static enum sr_status check_paused(const struct sr_session *session, uint32_t job,
                                   struct sr_error *error)
{
    if (job != SR_EVERY_JOB && sr_jobs_state(session->jobs, job) >= SR_JOB_DONE) return SR_OK;
    for (size_t i = 0; i < session->run_count; i++) {
        const struct sr_run *run = session->runs[i];
        if (run->held) continue;
        if (job == SR_EVERY_JOB ? sr_jobs_state(session->jobs, run->job) == SR_JOB_PAUSED
                                : sr_jobs_holds_up(session->jobs, run->job, job))
            return sr_error_set(
                error, SR_ERROR_STATE,
                "%s is paused, so waiting would never end; resume it or stop it first", run->name);
    }
    return SR_OK;
}

/* A command has ended: print its reply. Where the reply names a job to wait for, this is called
 * again until that job has ended. */
static enum sr_status ended(struct sr_session *session, struct sr_item *item,
                            const struct sr_error *error)
{
    struct runner *runner = item->origin.context;
    struct sr_error paused;
    print_notices(runner, session);
    if (!runner->command) {
        print_reply(runner, &item->reply);
        if (!item->status && item->reply.wait) {
            bool trains = sr_session_run(session, item->reply.wait);
            if (trains || item->reply.wait == SR_EVERY_JOB)
                item->status = check_paused(session, item->reply.wait, &paused);
            error = &paused;
            if (!item->status) {
                runner->command = item->command;
                runner->wait = item->reply.wait;
            }
        }
    }
    if (runner->command && must_wait(session, runner)) return SR_PENDING;
    runner->command = NULL;
    if (session->trouble.status) {
        complain(runner, session->trouble.text);
        session->trouble = (struct sr_error){0};
        fail(runner);
    }
    if (item->status) {
        complain(runner, error->text);
        sr_session_log(session, SR_LOG_ERROR, error->text);
        fail(runner);
    } else {
        clear_bar(runner);
    }
    if (sr_leave_asked()) runner->stopped = true;
    runner->next_share = 0;
    return runner->stopped ? SR_ERROR_STATE : SR_OK;
}

/* Run what has been entered until nothing is left. */
static void drain(struct sr_session *session, struct runner *runner)
{
    const double start = sr_clock_seconds();
    while (!sr_queue_empty(session) && !session->quit) {
        struct sr_error error;
        sr_session_pump(session); /* jobs in the background may have got on */
        /* While a study trains, the events of that run show how far it is. */
        if (session->study && !sr_session_active_run(session) &&
            sr_clock_seconds() - start > SILENT) {
            show_progress(runner, session, NULL, NULL);
            print_study(runner, session);
        }
        if (sr_queue_step(session)) continue;
        if (!runner->command && sr_session_settled(session) &&
            check_paused(session, SR_EVERY_JOB, &error))
            sr_queue_give_up(session, &error);
        else
            sr_session_wait(session, -1);
    }
}

static struct sr_origin begin(struct sr_session *session, struct runner *runner,
                              const struct sr_batch *batch)
{
    *runner = (struct runner){.batch = batch, .renderer.form = batch->form ? batch->form : SR_TEXT};
    session->listener = on_event;
    session->listener_context = runner;
    return (struct sr_origin){.ended = ended, .context = runner, .record = SR_RECORD_ALL};
}

static int finish(struct sr_session *session, struct runner *runner)
{
    sr_session_pump(session);
    runner->line = 0;
    /* Jobs still in the background are stopped with the program, and their work is lost. */
    for (size_t i = 0; i < session->run_count; i++)
        if (sr_run_pending(session->runs[i])) {
            char text[192];
            snprintf(text, sizeof text,
                     "%s was still being trained at the end of the script; wait lets it end first",
                     session->runs[i]->name);
            complain(runner, text);
            runner->bad = true;
        }
    if (runner->trouble) {
        char text[192];
        snprintf(text, sizeof text, "standard output cannot be written: %s",
                 strerror(runner->trouble));
        complain(runner, text);
        runner->bad = true;
    }
    session->listener = NULL;
    sr_renderer_fini(&runner->renderer);
    return runner->bad;
}

int sr_batch_stream(struct sr_session *session, const struct sr_batch *batch, FILE *script)
{
    struct runner runner;
    const struct sr_origin origin = begin(session, &runner, batch);
    char *line = NULL;
    size_t room = 0;
    while (!runner.stopped && !session->quit && getline(&line, &room, script) >= 0) {
        runner.line++;
        sr_queue_enter(session, &origin, line);
        drain(session, &runner);
    }
    if (ferror(script)) {
        char text[96];
        snprintf(text, sizeof text, "the script cannot be read: %s", strerror(errno));
        complain(&runner, text);
        runner.bad = true;
    }
    free(line);
    return finish(session, &runner);
}

int sr_batch_words(struct sr_session *session, const struct sr_batch *batch, char *const *words,
                   size_t count)
{
    struct runner runner;
    const struct sr_origin origin = begin(session, &runner, batch);
    sr_queue_enter_words(session, &origin, words, count);
    drain(session, &runner);
    return finish(session, &runner);
}

int sr_batch_overview(struct sr_session *session)
{
    static char *const commands[][2] = {{"stats", NULL}, {"models", NULL}};
    struct sr_batch batch = {.name = "overview"};
    struct sr_error error;
    int failed = 0;
    puts("sartor shows image data sets, trains models on them and shows where they fail.\n"
         "There is no terminal here, so this is an overview in plain text.\n");
    while (session->data_job) sr_session_wait(session, -1);
    session->sample_said = true; /* by the overview itself */
    if (sr_session_data(session, &error)) {
        sr_say(stdout, "No data: %s", error.text);
    } else {
        sr_say(stdout, "%s, from %s", session->data->name, session->data->path);
        if (session->data->sample)
            sr_say(stdout, "This is the small sample that sartor ships. %s", sr_dataset_advice());
        failed |= sr_batch_words(session, &batch, commands[0], 1);
    }
    puts("\nModels");
    failed |= sr_batch_words(session, &batch, commands[1], 1);
    puts("\nGo on with a command, such as\n"
         "    sartor train cnn epochs=5\n"
         "    sartor evaluate cnn split=test\n"
         "or with a script of such lines: sartor --batch FILE, or - for standard input; --json,\n"
         "--csv and --markdown for programs and documents. sartor help lists the commands.");
    return failed || fflush(stdout) || ferror(stdout);
}
