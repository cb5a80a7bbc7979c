/* elsewhere.c - see elsewhere.h. The claim of the name (claim.h), which ends with its process,
 * tells whether a training is under way. */
#include "sartor/app/elsewhere.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "claim.h"
#include "sartor/app/session.h"
#include "sartor/base/clock.h"
#include "sartor/base/json.h"
#include "sartor/base/leave.h"
#include "sartor/base/memory.h"
#include "sartor/models/store.h"
#include "task.h"

enum {
    EPOCHS_MOST = 2000,   /* in a file; of a longer training, the last ones */
    FILE_MOST = 1 << 20,  /* bytes */
    REQUEST_MOST = 1 << 8 /* bytes */
};

/* The numbers of an epoch, in the order in which they are written. */
enum { EPOCH_NUMBERS = 7 };

/* Reading anything else could wait for ever. */
static bool is_regular(const char *path)
{
    struct stat info;
    return !stat(path, &info) && S_ISREG(info.st_mode);
}

static char *file_of(const char *home, const char *name, const char *ending)
{
    return sr_xprintf("%s/running/%s.%s", home, name, ending);
}

/* Name of this machine, of characters that any terminal can show. */
static void clean_host(char *host)
{
    for (char *c = host; *c; c++) {
        const bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                           (*c >= '0' && *c <= '9') || *c == '.' || *c == '-' || *c == '_';
        if (!plain) *c = '_';
    }
}

static void own_host(char host[65])
{
    if (gethostname(host, 64)) strcpy(host, "unknown");
    host[64] = '\0';
    clean_host(host);
}

/* --- writing ------------------------------------------------------------------------------ */

static struct sr_json *epochs_of(const struct sr_run *run)
{
    struct sr_json *list = sr_json_array();
    for (size_t i = run->epochs > EPOCHS_MOST ? run->epochs - EPOCHS_MOST : 0; i < run->epochs;
         i++) {
        const struct sr_epoch *epoch = &run->history[i];
        const double numbers[EPOCH_NUMBERS] = {
            epoch->epoch,           epoch->train_loss,          epoch->train_accuracy,
            epoch->validation_loss, epoch->validation_accuracy, epoch->learning_rate,
            epoch->seconds};
        struct sr_json *row = sr_json_array();
        for (int n = 0; n < EPOCH_NUMBERS; n++) sr_json_add_number(row, numbers[n]);
        sr_json_add(list, row);
    }
    return list;
}

static void print_run(const struct sr_run *run, struct sr_text *text)
{
    const struct sr_progress *progress = &run->progress;
    struct sr_json *root = sr_json_object();
    char host[65];
    own_host(host);
    sr_json_set_text(root, "name", run->name);
    sr_json_set_text(root, "family", run->class->name);
    sr_json_set_integer(root, "process", getpid());
    sr_json_set_text(root, "host", host);
    sr_json_set_text(root, "state", run->state == SR_JOB_PAUSED ? "paused" : "running");
    sr_json_set_integer(root, "seed", (int64_t)run->seed);
    sr_json_set_integer(root, "limit", (int64_t)run->limit);
    sr_json_set_number(root, "seconds", sr_clock_seconds() - run->started);
    if (progress->done) {
        sr_json_set_text(root, "unit", progress->unit);
        sr_json_set_integer(root, "done", (int64_t)progress->done);
        sr_json_set_integer(root, "total", (int64_t)progress->total);
        sr_json_set_integer(root, "epoch", progress->epoch);
        sr_json_set_integer(root, "epochs", progress->epochs);
        sr_json_set_number(root, "rate", progress->rate);
        sr_json_set_number(root, "seconds_left",
                           progress->seconds_left >= 0 ? progress->seconds_left : NAN);
        sr_json_set_number(root, "loss", progress->loss);
        sr_json_set_number(root, "accuracy", progress->accuracy);
        sr_json_set_number(root, "learning_rate", progress->learning_rate);
    }
    sr_json_set(root, "history", epochs_of(run));
    sr_json_print(root, text);
    sr_text_add(text, "\n");
    sr_json_free(root);
}

static void write_run(const struct sr_run *run)
{
    struct sr_text text = {0};
    struct sr_error ignored;
    char *path = file_of(run->home, run->name, "json"), *folder = sr_path_directory(path);
    print_run(run, &text);
    if (!sr_directory_make(folder, &ignored))
        sr_file_write_unsynced(path, sr_text_get(&text), strlen(sr_text_get(&text)), &ignored);
    sr_text_fini(&text);
    free(folder);
    free(path);
}

static void remove_files(const char *home, const char *name)
{
    static const char *const endings[] = {"json", "request"};
    for (int i = 0; i < 2; i++) {
        char *path = file_of(home, name, endings[i]);
        remove(path);
        free(path);
    }
    char *folder = sr_path_join(home, "running");
    rmdir(folder); /* when it is empty */
    free(folder);
}

void sr_session_withdraw(struct sr_session *session, uint32_t job)
{
    for (size_t i = 0; i < session->run_count; i++) {
        struct sr_run *run = session->runs[i];
        if ((job && run->job != job) || !(run->shared > 0)) continue;
        remove_files(run->home, run->name);
        run->shared = 0;
    }
}

/* --- requests ----------------------------------------------------------------------------- */

static const struct request {
    const char *name;
    void (*change)(struct sr_jobs *jobs, uint32_t job);
    bool holds;
} requests[] = {{"stop", sr_jobs_stop, false},
                {"pause", sr_jobs_pause, true},
                {"resume", sr_jobs_resume, false}};

/* A request is a line of its name and of the process that is meant; NULL for another process. */
static const struct request *parse_request(const char *text, int64_t process)
{
    char name[16];
    int64_t meant;
    if (sscanf(text, "%15s %" SCNd64, name, &meant) != 2 || meant != process) return NULL;
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
        if (!strcmp(requests[i].name, name)) return &requests[i];
    return NULL;
}

static void obey(struct sr_session *session, struct sr_run *run)
{
    struct sr_error ignored;
    char *path = file_of(run->home, run->name, "request");
    char *text = is_regular(path) ? sr_file_read(path, REQUEST_MOST, NULL, &ignored) : NULL;
    const struct request *request = text ? parse_request(text, getpid()) : NULL;
    if (text) remove(path);
    if (request) {
        request->change(session->jobs, run->job);
        run->held = request->holds;
        run->state = sr_jobs_state(session->jobs, run->job);
        sr_session_message(session, false, "%s: another process has asked to %s it", run->name,
                           request->name);
    }
    free(text);
    free(path);
}

/* A training that is paused cannot leave when the program is asked to: let it go on for that. */
static void let_leave(struct sr_session *session, struct sr_run *run)
{
    if (run->state != SR_JOB_PAUSED || !sr_leave_asked()) return;
    sr_jobs_resume(session->jobs, run->job);
    run->state = sr_jobs_state(session->jobs, run->job);
    run->held = false;
}

bool sr_session_share(struct sr_session *session)
{
    const double now = sr_clock_seconds();
    bool any = false;
    for (size_t i = 0; i < session->run_count; i++) {
        struct sr_run *run = session->runs[i];
        if (!run->home || !sr_run_pending(run) || run->state == SR_JOB_QUEUED) continue;
        any = true;
        let_leave(session, run);
        /* One that ends within the first second is written nowhere. */
        if (now < fmax(run->started, run->shared) + SR_SHARE_SECONDS) continue;
        run->shared = now;
        obey(session, run);
        write_run(run);
    }
    return any;
}

enum sr_status sr_session_ask_elsewhere(struct sr_session *session, const struct sr_run *run,
                                        const char *what, struct sr_error *error)
{
    sr_session_look_elsewhere(session);
    if (run->state >= SR_JOB_DONE)
        return sr_error_set(error, SR_ERROR_STATE, "%s has ended already", run->name);
    char *path = file_of(run->home, run->name, "request");
    char *line = sr_xprintf("%s %" PRId64 "\n", what, run->elsewhere->process);
    enum sr_status status = sr_file_write_unsynced(path, line, strlen(line), error);
    free(line);
    free(path);
    return status;
}

/* --- reading ------------------------------------------------------------------------------ */

static double number_of(const struct sr_json *object, const char *key, double fallback)
{
    return sr_json_number(sr_json_get(object, key), fallback);
}

/* 0 to 1, NaN for anything else. */
static double share_or_nan(double number)
{
    return number >= 0 && number <= 1 ? number : NAN;
}

/* A whole number from 0 to `most`; 0 for anything else. */
static double count_of(const struct sr_json *object, const char *key, double most)
{
    const double number = number_of(object, key, 0);
    return number >= 0 && number <= most && floor(number) == number ? number : 0;
}

/* Progress keeps a static text. */
static const char *unit_of(const struct sr_json *root)
{
    static const char *const units[] = {"batch",     "tree",  "pair", "query",
                                        "iteration", "image", "step", "row"};
    const char *text = sr_json_text(sr_json_get(root, "unit"));
    for (size_t i = 0; text && i < sizeof units / sizeof *units; i++)
        if (!strcmp(units[i], text)) return units[i];
    return "step";
}

static void read_progress(const struct sr_json *root, struct sr_progress *progress)
{
    const double most = 9e15, left = number_of(root, "seconds_left", -1);
    *progress = (struct sr_progress){
        .unit = unit_of(root),
        .done = (uint64_t)count_of(root, "done", most),
        .total = (uint64_t)count_of(root, "total", most),
        .epoch = (int)count_of(root, "epoch", 1e6),
        .epochs = (int)count_of(root, "epochs", 1e6),
        .rate = fmin(fmax(number_of(root, "rate", 0), 0), most),
        .seconds_left = left >= 0 && left <= 1e9 ? left : -1,
        .loss = number_of(root, "loss", NAN),
        .accuracy = share_or_nan(number_of(root, "accuracy", NAN)),
        .learning_rate = number_of(root, "learning_rate", NAN),
    };
    if (progress->total && progress->done > progress->total) progress->done = progress->total;
}

/* Epochs are numbered upwards. False when they are not. */
static bool read_history(const struct sr_json *list, struct sr_run *run)
{
    const size_t count = sr_json_length(list);
    if (!sr_json_is_array(list) || count > EPOCHS_MOST) return false;
    run->history = sr_xalloc((count + 1) * sizeof *run->history);
    for (size_t i = 0; i < count; i++) {
        const struct sr_json *row = sr_json_at(list, i);
        double numbers[EPOCH_NUMBERS];
        if (!sr_json_is_array(row) || sr_json_length(row) != EPOCH_NUMBERS) return false;
        for (int n = 0; n < EPOCH_NUMBERS; n++)
            numbers[n] = sr_json_number(sr_json_at(row, (size_t)n), NAN);
        if (!(numbers[0] >= 1 && numbers[0] <= 1e6)) return false;
        run->history[i] = (struct sr_epoch){(int)numbers[0],
                                            numbers[1],
                                            share_or_nan(numbers[2]),
                                            numbers[3],
                                            share_or_nan(numbers[4]),
                                            numbers[5],
                                            numbers[6]};
        if (i && run->history[i].epoch <= run->history[i - 1].epoch) return false;
    }
    run->epochs = run->room = count;
    return true;
}

/* Read a run from the bytes of a file. False when it is damaged; the caller frees history and
 * elsewhere in any case. */
static bool parse_run(const char *bytes, size_t length, const char *name, struct sr_run *run)
{
    struct sr_error ignored;
    struct sr_json *root = sr_json_parse(bytes, length, &ignored);
    *run = (struct sr_run){.elsewhere = sr_xalloc(sizeof *run->elsewhere)};
    const char *family = sr_json_text(sr_json_get(root, "family")),
               *named = sr_json_text(sr_json_get(root, "name")),
               *host = sr_json_text(sr_json_get(root, "host")),
               *state = sr_json_text(sr_json_get(root, "state"));
    run->elsewhere->process = (int64_t)count_of(root, "process", 9e15);
    bool right = family && named && host && state && !strcmp(named, name) &&
                 run->elsewhere->process && strlen(name) < sizeof run->name;
    run->class = right ? sr_model_class_find(family, &ignored) : NULL;
    right = run->class && read_history(sr_json_get(root, "history"), run);
    if (right) {
        const double seconds = number_of(root, "seconds", 0);
        snprintf(run->name, sizeof run->name, "%s", name);
        snprintf(run->elsewhere->host, sizeof run->elsewhere->host, "%s", host);
        clean_host(run->elsewhere->host);
        run->state = strcmp(state, "paused") ? SR_JOB_RUNNING : SR_JOB_PAUSED;
        run->seed = (uint64_t)count_of(root, "seed", 9e15);
        run->limit = (uint64_t)count_of(root, "limit", 9e15);
        run->seconds = seconds >= 0 && seconds <= 1e9 ? seconds : 0;
        read_progress(root, &run->progress);
    }
    sr_json_free(root);
    return right;
}

/* --- the list ----------------------------------------------------------------------------- */

static void end(struct sr_run *run)
{
    run->state = SR_JOB_DONE;
    run->progress.seconds_left = -1;
}

/* The run of this name in another process; NULL for none. */
static struct sr_run *find_run(const struct sr_session *session, const char *name)
{
    for (size_t i = session->run_count; i-- > 0;) {
        struct sr_run *run = session->runs[i];
        if (run->elsewhere && run->state < SR_JOB_DONE && !strcmp(run->name, name)) return run;
    }
    return NULL;
}

/* Take what was read into the list; `read` gives its history away. */
static void take_over(struct sr_session *session, struct sr_run *run, struct sr_run *read)
{
    if (run && (run->elsewhere->process != read->elsewhere->process ||
                strcmp(run->elsewhere->host, read->elsewhere->host))) {
        end(run);
        run = NULL;
    }
    if (!run) {
        run = sr_session_add_run(session, read->class, read->name);
        run->home = sr_xstrdup(session->home);
        run->elsewhere = sr_xalloc(sizeof *run->elsewhere);
    }
    *run->elsewhere = *read->elsewhere;
    free(run->history);
    run->history = read->history;
    run->epochs = read->epochs;
    run->room = read->room;
    read->history = NULL;
    run->state = read->state;
    run->seed = read->seed;
    run->limit = read->limit;
    run->seconds = read->seconds;
    run->started = sr_clock_seconds() - read->seconds;
    run_progress(run, &read->progress);
}

/* One file. True when anything has changed. */
static bool look(struct sr_session *session, const char *path, const char *name)
{
    struct sr_run *run = find_run(session, name), read = {0};
    if (!claim_is_taken(session->home, name)) {
        remove_files(session->home, name);
        return false;
    }
    const struct sr_file_identity file = sr_file_identify(path);
    if (run) run->elsewhere->seen = true;
    if (!is_regular(path) || (run && !memcmp(&run->elsewhere->file, &file, sizeof file)))
        return false;
    size_t length;
    struct sr_error ignored;
    char *bytes = sr_file_read(path, FILE_MOST, &length, &ignored);
    const bool right = bytes && parse_run(bytes, length, name, &read);
    if (right) {
        read.elsewhere->file = file;
        read.elsewhere->seen = true;
        take_over(session, run, &read);
    }
    free(read.history);
    free(read.elsewhere);
    free(bytes);
    return right;
}

static bool trained_here(const struct sr_session *session, const char *name)
{
    for (size_t i = 0; i < session->run_count; i++)
        if (sr_run_pending(session->runs[i]) && !strcmp(session->runs[i]->name, name)) return true;
    return false;
}

/* Those whose file is gone have ended. */
static bool end_others(struct sr_session *session)
{
    bool changed = false;
    for (size_t i = 0; i < session->run_count; i++) {
        struct sr_run *run = session->runs[i];
        if (!run->elsewhere || run->elsewhere->seen || run->state >= SR_JOB_DONE) continue;
        end(run);
        changed = true;
    }
    if (changed) sr_session_scan_models(session, &(struct sr_error){0}); /* theirs may be there */
    return changed;
}

bool sr_session_look_elsewhere(struct sr_session *session)
{
    static const char ending[] = ".json";
    char *folder = sr_path_join(session->home, "running");
    size_t count = 0;
    bool changed = false;
    for (size_t i = 0; i < session->run_count; i++)
        if (session->runs[i]->elsewhere) session->runs[i]->elsewhere->seen = false;
    char **names = sr_directory_list(folder, &count, &(struct sr_error){0});
    for (size_t i = 0; names && i < count; i++) {
        const size_t length = strlen(names[i]);
        char *path = sr_path_join(folder, names[i]);
        if (length > strlen(ending) && !strcmp(names[i] + length - strlen(ending), ending)) {
            names[i][length - strlen(ending)] = '\0';
            if (!sr_store_check_name(names[i], NULL) && !trained_here(session, names[i]))
                changed |= look(session, path, names[i]);
        }
        free(path);
        free(names[i]);
    }
    free(names);
    free(folder);
    return end_others(session) || changed;
}
