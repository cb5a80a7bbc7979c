/* suspects.c - labels that may be wrong: found by cross-validation in a job, kept under home for
 * each data set. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "errands.h"
#include "sartor/app/session.h"
#include "sartor/base/clock.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/data/folds.h"
#include "task.h"

enum { FILE_LIMIT = 64 << 20 };

/* ---- the file -------------------------------------------------------------------------- */

static char *suspects_path(const struct sr_session *session)
{
    return sr_xprintf("%s/suspects/%s.csv", session->home,
                      sr_dataset_opened(session->data)->digest);
}

/* What the search was, in a line before the table. */
static void print_search(const struct sr_suspects *suspects, struct sr_text *text)
{
    sr_text_printf(text, "# model=%s folds=%d examined=%zu rule=%s repeated=%zu accuracy=%.6f",
                   suspects->model, suspects->folds, suspects->examined,
                   sr_suspects_rule_names[suspects->rule], suspects->repeated, suspects->accuracy);
    for (int c = 0; c < SR_CLASSES_MAX; c++)
        if (suspects->small[c]) sr_text_printf(text, " small=%d:%d", c, suspects->small[c]);
    sr_text_add(text, "\n");
}

static void print_suspects(const struct sr_suspects *suspects, struct sr_text *text)
{
    print_search(suspects, text);
    sr_text_add(text,
                "index,label,suggested,margin,p_label,p_suggested,mark,model,folds,examined\n");
    for (size_t i = 0; i < suspects->count; i++) {
        const struct sr_suspect *one = &suspects->items[i];
        sr_text_printf(text, "%u,%d,%d,%.6g,%.6g,%.6g,%s,%s,%d,%zu\n", one->row, one->label,
                       one->suggested, (double)one->margin, (double)one->own, (double)one->other,
                       sr_mark_names[SR_MARK_NONE], suspects->model, suspects->folds,
                       suspects->examined);
    }
}

static void free_suspects(struct sr_suspects *suspects)
{
    free(suspects->items);
    memset(suspects, 0, sizeof *suspects);
}

void sr_session_free_suspects(struct sr_session *session)
{
    free_suspects(&session->suspects);
}

/* The line before the table; without it the suspects are those of an earlier version, found by the
 * confident joint alone. */
static void read_search(const struct sr_session *session, const char *line,
                        struct sr_suspects *suspects)
{
    char rule[8];
    int length = 0, class, rows;
    struct sr_suspects read = {0};
    if (sscanf(line, "# model=%63s folds=%d examined=%zu rule=%7[a-z] repeated=%zu accuracy=%lf%n",
               read.model, &read.folds, &read.examined, rule, &read.repeated, &read.accuracy,
               &length) != 6 ||
        !length || read.folds < 2 || read.folds > SR_FOLDS_MAX ||
        !(read.accuracy >= 0 && read.accuracy <= 1))
        return;
    while (read.rule < SR_SUSPECTS_RULE_COUNT && strcmp(rule, sr_suspects_rule_names[read.rule]))
        read.rule++;
    if (read.rule == SR_SUSPECTS_RULE_COUNT) return;
    for (line += length; sscanf(line, " small=%d:%d%n", &class, &rows, &length) == 2;
         line += length)
        if (class >= 0 && class < session->data->classes && rows > 0 && rows < SR_SUSPECTS_ROWS_MIN)
            read.small[class] = (uint8_t)rows;
    *suspects = read;
}

/* A suspect, and the search that its line tells of. */
static bool read_line(const struct sr_session *session, const char *line, struct sr_suspect *one,
                      enum sr_mark *mark, struct sr_suspects *search)
{
    const struct sr_images *images = &sr_dataset_opened(session->data)->files[SR_FILE_TRAIN];
    struct sr_suspects read = *search;
    int label, suggested;
    char word[8];
    if (sscanf(line, "%u,%d,%d,%f,%f,%f,%7[a-z],%63[^,],%d,%zu", &one->row, &label, &suggested,
               &one->margin, &one->own, &one->other, word, read.model, &read.folds,
               &read.examined) != 10 ||
        one->row >= images->count || label != sr_images_label(images, one->row) || suggested < 0 ||
        suggested >= session->data->classes || suggested == label || read.folds < 2 ||
        read.folds > SR_FOLDS_MAX)
        return false;
    one->label = (uint8_t)label;
    one->suggested = (uint8_t)suggested;
    for (int m = 0; m <= SR_MARK_FLAG; m++)
        if (!strcmp(word, sr_mark_names[m])) {
            *mark = (enum sr_mark)m;
            *search = read;
            return true;
        }
    return false;
}

static void add_suspect(struct sr_suspects *suspects, const struct sr_suspect *one)
{
    const size_t at = suspects->count++;
    sr_xgrow(&suspects->items, &suspects->room, at + 1, sizeof *one);
    suspects->items[at] = *one;
}

/* Position of a row, or SIZE_MAX. */
static size_t find_row(const struct sr_suspects *suspects, uint32_t row)
{
    for (size_t i = 0; i < suspects->count; i++)
        if (suspects->items[i].row == row) return i;
    return SIZE_MAX;
}

/* Another search's particulars, all but its suspects. */
static void take_search(struct sr_suspects *suspects, const struct sr_suspects *other)
{
    struct sr_suspects taken = *other;
    taken.items = suspects->items;
    taken.count = suspects->count;
    taken.room = suspects->room;
    *suspects = taken;
}

/* Marks that an earlier version has kept beside the suspects. */
struct marks {
    struct sr_decision *items;
    size_t count, room;
};

/* Suspects from the file's text, which is cut up; `marks` may be NULL. */
static struct sr_suspects read_suspects(const struct sr_session *session, char *text,
                                        struct marks *marks)
{
    struct sr_suspects suspects = {0}, earlier = {.rule = SR_SUSPECTS_JOINT};
    if (text[0] == '#') read_search(session, strsep(&text, "\n"), &suspects);
    for (char *line; (line = strsep(&text, "\n"));) {
        struct sr_suspect one;
        enum sr_mark mark;
        if (!read_line(session, line, &one, &mark, &earlier)) continue;
        add_suspect(&suspects, &one);
        if (mark && marks && !session->decisions.at[SR_FILE_TRAIN][one.row]) {
            sr_xgrow(&marks->items, &marks->room, marks->count + 1, sizeof *marks->items);
            marks->items[marks->count++] = sr_decision_of(SR_FILE_TRAIN, one.row, mark);
        }
        /* else the heading, or a suspect of other data */
    }
    if (!suspects.folds && suspects.count) take_search(&suspects, &earlier);
    return suspects;
}

void sr_session_load_suspects(struct sr_session *session)
{
    struct sr_error error;
    sr_session_free_suspects(session);
    char *path = suspects_path(session);
    char *text =
        sr_path_exists(path) ? sr_file_read(path, FILE_LIMIT, NULL, &error) : sr_xstrdup("");
    struct marks marks = {0};
    if (text)
        session->suspects = read_suspects(session, text, &marks);
    else
        sr_session_notice(session, "no suspects: %s", error.text);
    if (marks.count && sr_session_add_decisions(session, marks.items, marks.count, &error))
        sr_session_notice(session, "earlier marks: %s", error.text);
    free(marks.items);
    free(text);
    free(path);
}

size_t sr_session_suspect(const struct sr_session *session, uint32_t row)
{
    return find_row(&session->suspects, row);
}

/* ---- the search ------------------------------------------------------------------------ */

struct suspects_task {
    struct task task;
    const struct sr_model_class *class;
    struct sr_args *params;
    struct sr_model_shape shape;
    uint64_t seed, limit;
    struct sr_dataset *data;
    struct sr_pool *pool;
    struct sr_folds folds; /* of the rows examined */
    int fold;              /* the present one */
    double share;          /* of that fold, done */
    const struct sr_monitor *outer;
    double started;
    struct sr_suspects result;
    struct sr_together together;
    struct sr_monitor monitor; /* of the trainings */
    struct errands *errands;
};

static void on_progress(void *owner, const struct sr_progress *inner)
{
    struct suspects_task *search = owner;
    /* Training and predicting each report from 0 to their total: the larger share counts. */
    if (inner->total)
        search->share = fmax(search->share, (double)inner->done / (double)inner->total);
    const int folds = search->folds.count;
    const double done = ((double)search->fold + search->share) / folds,
                 spent = sr_clock_seconds() - search->started;
    struct sr_progress outer = {.unit = "fold",
                                .done = (uint64_t)(done * folds * 1000),
                                .total = (uint64_t)folds * 1000,
                                .rate = inner->rate,
                                .seconds_left = done > 0.005 ? spent * (1 - done) / done : -1,
                                .loss = inner->loss,
                                .accuracy = inner->accuracy,
                                .learning_rate = inner->learning_rate};
    snprintf(outer.note, sizeof outer.note, "fold %d of %d", search->fold + 1, folds);
    sr_monitor_progress(search->outer, &outer);
}

static bool on_proceed(void *owner)
{
    return sr_monitor_proceed(((struct suspects_task *)owner)->outer);
}

/* Divide the rows of the train file into folds; when fewer rows are to be examined, the same share
 * of each class. */
static enum sr_status deal(struct suspects_task *search, int folds, size_t examined,
                           struct sr_error *error)
{
    struct sr_split whole;
    enum sr_status status = sr_split_make(&whole, search->data, 0, search->seed, examined, error);
    if (status) return status;
    status = sr_folds_make(&search->folds, &search->data->files[SR_FILE_TRAIN],
                           whole.rows[SR_SPLIT_TRAIN], whole.counts[SR_SPLIT_TRAIN], folds,
                           search->seed, error);
    sr_split_fini(&whole);
    return status;
}

/* Train on the other folds, with at most as many rows as the model was trained on, evenly drawn;
 * let that model predict this fold. */
static enum sr_status make_fold(void *owner, size_t fold, struct errand *errand,
                                struct sr_error *error)
{
    struct suspects_task *search = owner;
    const struct sr_images *images = &search->data->files[SR_FILE_TRAIN];
    const size_t most = search->folds.row_count;
    uint32_t *train = errand->memory = sr_xalloc(2 * most * sizeof *train), *held = train + most;
    size_t count = sr_folds_take(&search->folds, (int)fold, false, train);
    (void)error;
    if (search->limit && search->limit < count) {
        for (size_t i = 0; i < search->limit; i++) train[i] = train[i * count / search->limit];
        count = search->limit;
    }
    errand->fit = (struct sr_fit){.params = search->params,
                                  .shape = search->shape,
                                  .train = {images, train, count},
                                  .validation = {images, NULL, 0},
                                  .seed = search->seed,
                                  .pool = search->pool,
                                  .monitor = &search->monitor,
                                  .together = search->together.ranks ? &search->together : NULL};
    errand->held_out =
        (struct sr_samples){images, held, sr_folds_take(&search->folds, (int)fold, true, held)};
    return SR_OK;
}

static void release_fold(void *owner, struct errand *errand)
{
    (void)owner;
    free(errand->memory);
}

static void begin_fold(void *owner, size_t fold)
{
    struct suspects_task *search = owner;
    search->share = 0;
    (void)fold;
}

static enum sr_status run_fold(struct suspects_task *search, struct sr_predictions *all,
                               struct sr_error *error)
{
    const size_t classes = (size_t)search->shape.classes;
    struct sr_predictions said;
    double seconds;
    size_t right = 0;
    enum sr_status status = errands_take(search->errands, (size_t)search->fold, &said,
                                         &search->result.repeated, &seconds, error);
    if (status) return status;
    for (size_t i = 0; i < said.count; i++) {
        memcpy(all->probabilities + sr_predictions_find(all, said.rows[i]) * classes,
               said.probabilities + i * classes, classes * sizeof *said.probabilities);
        right += said.predicted[i] == said.truth[i];
    }
    /* Each fold is reported as an epoch. */
    sr_monitor_epoch(search->outer,
                     &(struct sr_epoch){.epoch = search->fold + 1,
                                        .train_loss = NAN,
                                        .train_accuracy = NAN,
                                        .validation_loss = NAN,
                                        .validation_accuracy = (double)right / (double)said.count,
                                        .learning_rate = NAN,
                                        .seconds = seconds});
    sr_predictions_fini(&said);
    return SR_OK;
}

/* What the held-out predictions say. */
static void find_suspects(struct suspects_task *search, const struct sr_predictions *all)
{
    struct sr_suspects *result = &search->result;
    struct sr_evaluation evaluation;
    size_t rows[SR_CLASSES_MAX];
    sr_evaluate(&evaluation, all);
    result->accuracy = evaluation.accuracy;
    sr_suspects_count_rows(all, rows);
    for (int c = 0; c < all->classes; c++)
        if (rows[c] < SR_SUSPECTS_ROWS_MIN) result->small[c] = (uint8_t)rows[c];
    struct sr_suspect *found = sr_xalloc(all->count * sizeof *found);
    const size_t count = sr_suspects_find(all, result->rule, SR_SUSPECTS_ROWS_MIN, found);
    for (size_t i = 0; i < count; i++) add_suspect(result, &found[i]);
    free(found);
}

static enum sr_status suspects_run(struct task *task, const struct sr_monitor *monitor,
                                   struct sr_error *error)
{
    struct suspects_task *search = (struct suspects_task *)task;
    struct sr_predictions all = {0};
    search->outer = monitor;
    search->started = sr_clock_seconds();
    const size_t count = search->folds.row_count;
    const struct sr_samples samples = {&search->data->files[SR_FILE_TRAIN], search->folds.rows,
                                       count};
    search->monitor =
        (struct sr_monitor){.owner = search, .progress = on_progress, .proceed = on_proceed};
    const struct errands_source source = {.owner = search,
                                          .class = search->class,
                                          .count = (size_t)search->folds.count,
                                          .ranks = search->together.ranks,
                                          .make = make_fold,
                                          .release = release_fold,
                                          .begin = begin_fold,
                                          .monitor = &search->monitor};
    search->errands = errands_new(&source);
    enum sr_status status = sr_predictions_init(&all, &samples, search->shape.classes, error);
    for (search->fold = 0; !status && search->fold < search->folds.count; search->fold++)
        status = run_fold(search, &all, error);
    if (status == SR_ERROR_CANCELLED)
        sr_error_set(error, status, "the search for suspects was stopped");
    if (!status) {
        sr_predictions_finish(&all);
        find_suspects(search, &all);
    }
    errands_free(search->errands);
    search->errands = NULL;
    sr_predictions_fini(&all);
    return status;
}

/* What was found takes the place of an earlier search. */
static enum sr_status replace(void *context, char *now, struct sr_text *after,
                              struct sr_error *error)
{
    (void)now, (void)error;
    print_suspects(&((struct sr_session *)context)->suspects, after);
    return SR_OK;
}

static void suspects_finish(struct sr_session *session, struct task *task,
                            const struct sr_event *event)
{
    struct suspects_task *search = (struct suspects_task *)task;
    struct sr_run *run = sr_session_run(session, event->job);
    if (run->state != SR_JOB_DONE || sr_dataset_opened(session->data) != search->data) return;
    struct sr_suspects found = search->result;
    const size_t count = found.count;
    search->result = (struct sr_suspects){0};
    sr_session_free_suspects(session);
    session->suspects = found;
    char *path = suspects_path(session);
    struct sr_error failed = {0};
    if (sr_file_update(path, FILE_LIMIT, replace, session, &failed))
        run->error = failed; /* in memory they are there all the same */
    free(path);
    sr_session_message(session, failed.status != 0, "%zu of %zu labels look wrong to %s%s%s", count,
                       found.examined, found.model,
                       failed.status ? ", but they cannot be kept: "
                                     : "; browse suspects shows them",
                       failed.status ? failed.text : "");
}

static void suspects_free(struct task *task)
{
    struct suspects_task *search = (struct suspects_task *)task;
    sr_args_free(search->params);
    sr_dataset_unref(search->data);
    sr_folds_fini(&search->folds);
    free_suspects(&search->result);
    free(search);
}

enum sr_status sr_session_find_suspects(struct sr_session *session,
                                        const struct sr_suspects_request *request, uint32_t *job,
                                        struct sr_error *error)
{
    struct sr_entry *entry = request->entry;
    enum sr_status status = sr_session_data(session, error);
    if (!status) status = sr_session_model(session, entry->name, &entry, error);
    if (!status) status = sr_session_check_model(session, entry->model, error);
    if (status) return status;
    const struct sr_model *model = entry->model;
    struct suspects_task *search = sr_xalloc(sizeof *search);
    search->task =
        (struct task){.run = suspects_run, .finish = suspects_finish, .free = suspects_free};
    search->class = model->class;
    search->params = sr_args_copy(model->params);
    search->shape = model->shape;
    search->seed = model->seed;
    search->limit = model->limit;
    search->data = sr_dataset_ref(sr_dataset_opened(session->data));
    search->pool = session->pool;
    search->together = task_together(session, search->data);
    search->result.rule = request->rule;
    snprintf(search->result.model, sizeof search->result.model, "%s", entry->name);
    /* Early stopping would use the held-out rows: folds are trained to the end. */
    if (sr_args_has(search->params, "patience"))
        status = sr_args_set(search->params, "patience", "0", error);
    if (!status) status = deal(search, request->folds, request->count, error);
    search->result.folds = search->folds.count;
    search->result.examined = search->folds.row_count;
    if (!status && search->folds.row_count < (size_t)request->folds * (size_t)search->shape.classes)
        status =
            sr_error_set(error, SR_ERROR_ARGUMENT,
                         "%zu images are too few for %d folds of %d classes; give a larger count=",
                         search->folds.row_count, request->folds, search->shape.classes);
    if (status) {
        suspects_free(&search->task);
        return status;
    }
    char name[64];
    snprintf(name, sizeof name, "suspects %.50s", entry->name);
    struct sr_run *run = sr_session_add_run(session, model->class, name);
    *job = run->job = sr_task_submit(session, SR_LANE_LONG, &search->task);
    return SR_OK;
}
