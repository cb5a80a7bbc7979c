#include "sartor/app/decisions.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sartor/app/session.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"

enum { FILE_LIMIT = 64 << 20 };
#define HEADING "sample,decision,class,label,suggested_by,confidence,who,time,note\n"

const char *const sr_mark_names[SR_MARK_COUNT] = {"none", "keep", "flag", "drop", "as"};

/* ---- in memory ------------------------------------------------------------------------- */

static void set(struct sr_decisions *decisions, const struct sr_decision *one)
{
    uint32_t *at = &decisions->at[one->file][one->row];
    if (!*at) {
        sr_xgrow(&decisions->items, &decisions->room, decisions->count + 1,
                 sizeof *decisions->items);
        decisions->items[decisions->count] = (struct sr_decision){0};
        *at = (uint32_t)++decisions->count;
    } else {
        decisions->counts[decisions->items[*at - 1].mark]--;
    }
    decisions->items[*at - 1] = *one;
    decisions->counts[one->mark]++;
}

static void clear(struct sr_decisions *decisions)
{
    free(decisions->items);
    for (int f = 0; f < SR_FILE_COUNT; f++) free(decisions->at[f]);
    *decisions = (struct sr_decisions){0};
}

static void start(struct sr_decisions *decisions, const struct sr_dataset *data)
{
    *decisions = (struct sr_decisions){0};
    for (int f = 0; f < SR_FILE_COUNT; f++)
        decisions->at[f] = sr_xalloc((data->files[f].count + 1) * sizeof *decisions->at[f]);
}

static const struct sr_decision *find(const struct sr_decisions *decisions, enum sr_file file,
                                      uint32_t row)
{
    if (file >= SR_FILE_COUNT || !decisions->at[file] || !decisions->at[file][row]) return NULL;
    const struct sr_decision *one = &decisions->items[decisions->at[file][row] - 1];
    return one->mark ? one : NULL;
}

const struct sr_decision *sr_session_decision(const struct sr_session *session, enum sr_file file,
                                              uint32_t row)
{
    return find(&session->decisions, file, row);
}

enum sr_mark sr_session_marked(const struct sr_session *session, enum sr_file file, uint32_t row)
{
    const struct sr_decision *one = sr_session_decision(session, file, row);
    return one ? one->mark : SR_MARK_NONE;
}

struct sr_decision sr_decision_of(enum sr_file file, uint32_t row, enum sr_mark mark)
{
    return (struct sr_decision){.file = file, .row = row, .mark = mark, .confidence = NAN};
}

/* ---- the journal ----------------------------------------------------------------------- */

static void print(const struct sr_decision *one, struct sr_text *text)
{
    sr_text_printf(text, "%s:%u,%s,", sr_file_names[one->file], one->row, sr_mark_names[one->mark]);
    if (one->mark == SR_MARK_AS) sr_text_printf(text, "%d", one->class);
    sr_text_printf(text, ",%d,%s,", one->label, one->by);
    if (isfinite(one->confidence)) sr_text_printf(text, "%.4f", (double)one->confidence);
    sr_text_printf(text, ",%s,%s,%s\n", one->who, one->time, one->note);
}

/* A field of the table, without what would end it. */
static void take_field(char *out, size_t size, const char *from, bool last)
{
    size_t n = 0;
    for (; from && *from && n + 1 < size; from++)
        if ((unsigned char)*from >= ' ' && *from != '"' && (last || *from != ',')) out[n++] = *from;
    out[n] = '\0';
}

static bool read_number(const char *text, int below, uint8_t *number)
{
    char *end;
    const long value = strtol(text, &end, 10);
    if (!*text || *end || value < 0 || value >= below) return false;
    *number = (uint8_t)value;
    return true;
}

/* False where the line is not one of this data; it is cut up. */
static bool read_line(struct sr_session *session, char *line, struct sr_decision *one)
{
    enum { FIELDS = 9 };
    char *fields[FIELDS] = {0};
    struct sr_error ignored;
    int mark = 0;
    for (int i = 0; i < FIELDS && line; i++) {
        if (i == FIELDS - 1)
            fields[i] = line;
        else
            fields[i] = strsep(&line, ",");
    }
    if (!fields[7]) return false;
    *one = sr_decision_of(SR_FILE_TRAIN, 0, SR_MARK_NONE);
    if (sr_session_index(session, fields[0], &one->file, &one->row, &ignored) ||
        one->file >= SR_FILE_COUNT)
        return false;
    while (mark < SR_MARK_COUNT && strcmp(fields[1], sr_mark_names[mark])) mark++;
    if (mark == SR_MARK_COUNT) return false;
    one->mark = (enum sr_mark)mark;
    const int classes = session->data->classes;
    if (one->mark == SR_MARK_AS && !read_number(fields[2], classes, &one->class)) return false;
    if (!read_number(fields[3], classes, &one->label) ||
        one->label !=
            sr_images_label(&sr_dataset_opened(session->data)->files[one->file], one->row))
        return false;
    take_field(one->by, sizeof one->by, fields[4], false);
    const float confidence = strtof(fields[5], NULL);
    if (*fields[5] && confidence >= 0 && confidence <= 1) one->confidence = confidence;
    take_field(one->who, sizeof one->who, fields[6], false);
    take_field(one->time, sizeof one->time, fields[7], false);
    take_field(one->note, sizeof one->note, fields[8], true);
    return true;
}

/* What fits the data; `*wrong`, where not NULL, gets the number of the first line that does not. */
static void read_journal(struct sr_session *session, char *text, struct sr_decisions *decisions,
                         size_t *wrong)
{
    size_t number = 0;
    for (char *line; (line = strsep(&text, "\n"));) {
        struct sr_decision one;
        number++;
        line[strcspn(line, "\r")] = '\0';
        if (!*line || !strncmp(line, "sample,", 7)) continue;
        if (read_line(session, line, &one))
            set(decisions, &one);
        else if (wrong && !*wrong)
            *wrong = number;
    }
}

static char *journal_path(const struct sr_session *session)
{
    return sr_xprintf("%s/decisions/%s.csv", session->home,
                      sr_dataset_opened(session->data)->digest);
}

void sr_session_free_decisions(struct sr_session *session)
{
    clear(&session->decisions);
}

void sr_session_load_decisions(struct sr_session *session)
{
    struct sr_error error;
    clear(&session->decisions);
    start(&session->decisions, session->data);
    char *path = journal_path(session);
    char *text =
        sr_path_exists(path) ? sr_file_read(path, FILE_LIMIT, NULL, &error) : sr_xstrdup("");
    if (text)
        read_journal(session, text, &session->decisions, NULL);
    else
        sr_session_notice(session, "no decisions: %s", error.text);
    free(text);
    free(path);
}

struct deciding {
    struct sr_session *session;
    struct sr_decision *decisions;
    size_t count;
    struct sr_decisions result;
};

static enum sr_status add_lines(void *context, char *now, struct sr_text *after,
                                struct sr_error *error)
{
    struct deciding *deciding = context;
    (void)error;
    sr_text_add(after, *now ? now : HEADING);
    if (*now && now[strlen(now) - 1] != '\n') sr_text_add(after, "\n");
    start(&deciding->result, deciding->session->data);
    read_journal(deciding->session, now, &deciding->result, NULL);
    for (size_t i = 0; i < deciding->count; i++) {
        print(&deciding->decisions[i], after);
        set(&deciding->result, &deciding->decisions[i]);
    }
    return SR_OK;
}

static void complete(const struct sr_session *session, struct sr_decision *one)
{
    const int label =
        sr_images_label(&sr_dataset_opened(session->data)->files[one->file], one->row);
    const char *who = getenv("USER");
    time_t now = time(NULL);
    struct tm parts;
    one->label = (uint8_t)(label < 0 ? 0 : label);
    if (!one->who[0]) take_field(one->who, sizeof one->who, who && *who ? who : "someone", false);
    if (!one->time[0] && gmtime_r(&now, &parts))
        strftime(one->time, sizeof one->time, "%Y-%m-%dT%H:%M:%SZ", &parts);
    char note[sizeof one->note];
    take_field(note, sizeof note, one->note, true);
    memcpy(one->note, note, sizeof note);
}

enum sr_status sr_session_add_decisions(struct sr_session *session, struct sr_decision *decisions,
                                        size_t count, struct sr_error *error)
{
    if (!session->data) return sr_session_data(session, error);
    if (!count) return SR_OK;
    enum sr_status status = SR_OK;
    for (size_t i = 0; i < count; i++) {
        if (decisions[i].file >= SR_FILE_COUNT)
            return sr_error_set(error, SR_ERROR_ARGUMENT,
                                "only samples of the data can be marked, not pictures of one's "
                                "own");
        complete(session, &decisions[i]);
    }
    struct deciding deciding = {.session = session, .decisions = decisions, .count = count};
    char *path = journal_path(session);
    status = sr_file_update(path, FILE_LIMIT, add_lines, &deciding, error);
    free(path);
    if (status) {
        clear(&deciding.result);
        return status;
    }
    clear(&session->decisions);
    session->decisions = deciding.result;
    return SR_OK;
}

enum sr_status sr_session_save_decisions(struct sr_session *session, const char *path,
                                         struct sr_error *error)
{
    struct sr_text text = {0};
    sr_text_add(&text, HEADING);
    for (size_t i = 0; i < session->decisions.count; i++)
        if (session->decisions.items[i].mark) print(&session->decisions.items[i], &text);
    enum sr_status status = sr_file_write(path, sr_text_get(&text), text.length, error);
    sr_text_fini(&text);
    return status;
}

/* ---- two people ------------------------------------------------------------------------ */

/* What a decision comes to: a class, that nothing is wrong, that something is, or out. */
static int outcome(const struct sr_decision *one)
{
    return one->mark == SR_MARK_AS     ? one->class
           : one->mark == SR_MARK_KEEP ? one->label
           : one->mark == SR_MARK_FLAG ? SR_CLASSES_MAX
                                       : SR_CLASSES_MAX + 1;
}

static double kappa(const size_t counts[2][SR_CLASSES_MAX + 2], size_t both, size_t same)
{
    double chance = 0;
    if (!both) return NAN;
    for (int k = 0; k < SR_CLASSES_MAX + 2; k++)
        chance += (double)counts[0][k] / (double)both * (double)counts[1][k] / (double)both;
    return chance < 1 ? ((double)same / (double)both - chance) / (1 - chance) : NAN;
}

static void compare(struct sr_session *session, const struct sr_decisions *theirs,
                    struct sr_agreement *agreement)
{
    size_t counts[2][SR_CLASSES_MAX + 2] = {{0}}, room[2] = {0};
    agreement->own = session->decisions.count - session->decisions.counts[SR_MARK_NONE];
    for (size_t i = 0; i < theirs->count; i++) {
        const struct sr_decision *other = &theirs->items[i];
        if (!other->mark) continue;
        agreement->theirs++;
        const struct sr_decision *own = sr_session_decision(session, other->file, other->row);
        if (!own) {
            sr_xgrow(&agreement->others, &room[0], agreement->other_count + 1, sizeof *other);
            agreement->others[agreement->other_count++] = *other;
            continue;
        }
        counts[0][outcome(own)]++;
        counts[1][outcome(other)]++;
        agreement->both++;
        if (outcome(own) == outcome(other)) {
            agreement->same++;
            continue;
        }
        sr_xgrow(&agreement->conflicts, &room[1], agreement->conflict_count + 1, sizeof *other);
        agreement->conflicts[agreement->conflict_count++] = *other;
    }
    agreement->kappa = kappa(counts, agreement->both, agreement->same);
}

enum sr_status sr_session_compare_decisions(struct sr_session *session, const char *path,
                                            struct sr_agreement *agreement, struct sr_error *error)
{
    struct sr_decisions theirs;
    size_t wrong = 0;
    *agreement = (struct sr_agreement){0};
    enum sr_status status = sr_session_data(session, error);
    if (status) return status;
    char *text = sr_file_read(path, FILE_LIMIT, NULL, error);
    if (!text) return error->status;
    start(&theirs, session->data);
    read_journal(session, text, &theirs, &wrong);
    if (wrong)
        status = sr_error_set(error, SR_ERROR_FORMAT,
                              "%s, line %zu: no decision on a sample of this data; a line is "
                              "sample,decision,class,label,suggested_by,confidence,who,time,note",
                              path, wrong);
    else
        compare(session, &theirs, agreement);
    clear(&theirs);
    free(text);
    return status;
}

void sr_agreement_fini(struct sr_agreement *agreement)
{
    free(agreement->conflicts);
    free(agreement->others);
    *agreement = (struct sr_agreement){0};
}
