/* study.h - the whole study as one script, and the report it ends in. Private to commands/.
 *
 * study_plan.c makes the script (or reads one) and knows what its lines cost, study_pace.c how long
 * they take here, study.c runs it, report.c and report_claims.c say what the report says,
 * report_text.c how it is written down. */
#ifndef SARTOR_COMMANDS_STUDY_H
#define SARTOR_COMMANDS_STUDY_H

#include "internal.h"

extern const char *const study_scale_names[SR_STUDY_SCALES];
/* Rows that the expected seconds in struct sr_study_part are of. */
enum { STUDY_QUICK_ROWS = 10000, STUDY_FULL_ROWS = 55000 };

/* Kinds of line, each with a pace of its own: another machine is not faster at all of them by the
 * same factor. */
enum study_work { STUDY_NETWORK, STUDY_FIT, STUDY_PREDICTION, STUDY_FIGURE, STUDY_WORKS };

struct study_step {
    char *line;
    double cost; /* expected seconds on two quiet processors */
    enum study_work work;
};

/* Time spent on work, beside what it was expected to cost. */
struct study_spent {
    double seconds, cost;
};
/* Of the line at hand: the share that is done, that which was done when it was first seen (it may
 * go on from an earlier run), and the seconds since then. */
struct study_here {
    double share, first_share, seconds;
};

/* What is written down of a study: its file. */
struct study_script {
    enum sr_study_scale scale;
    uint64_t seed, split_seed;
    double validation;
    char *costs; /* the cost table's text, NULL for none */
    struct study_step *steps;
    size_t count, room;
    double total_cost;
};
/* The scale's own script; scale, seed, split and costs are set. `rows` of the data to train on and
 * `images` to be tested with scale what lines are expected to cost. */
void study_plan(struct study_script *script, size_t rows, size_t images);
/* An earlier study's: refuses other data. */
enum sr_status study_read(struct study_script *script, const char *path,
                          const struct sr_session *session, struct sr_error *error);
/* As text, to be kept as study.sartor. */
void study_print(const struct study_script *script, const struct sr_session *session,
                 struct sr_text *text);
void study_script_fini(struct study_script *script);
/* Enter work that was done: `share` of a line. */
void study_spend(struct study_spent spent[STUDY_WORKS], const struct study_step *step, double share,
                 double seconds);
/* Seconds that the lines from `at` on still take here. `here` of a line that tells its progress,
 * NULL of others. */
double study_seconds_left(const struct study_script *script, size_t at,
                          const struct study_here *here,
                          const struct study_spent spent[STUDY_WORKS]);
/* What the model of a `train` or `ensemble` line is called; NULL of other lines. */
const char *study_trained_name(const struct sr_words *words);

/* What the report is made from. */
struct study_facts {
    const char *directory;
    const struct study_script *script;
    const char *text;             /* of the script */
    const struct sr_costs *costs; /* NULL for none */
    double seconds;               /* of this run of the command */
    size_t kept;                  /* trainings that were there from an earlier run */
};
/* Write report.md, report.html and tables/ from the session's models and predictions. Everything it
 * shows has been computed by the script's lines: SR_PENDING while some of it is not there yet. */
enum sr_status study_report(struct sr_session *session, const struct study_facts *facts,
                            struct sr_error *error);

/* The models that the script has trained, best first, with their test predictions. */
struct ranking {
    const struct sr_session *session;
    struct sr_entry **entries;
    const struct sr_predictions **predictions;
    size_t count;
};

/* The report in both forms at once. */
struct report {
    const char *directory;
    struct sr_text markdown, html;
    bool known; /* the data is what the reference study used: its figures stand beside these */
};
void report_heading(struct report *report, int level, const char *plain);
void report_paragraph(struct report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Rows between begin and end; cells end with NULL. The table is also kept as tables/NAME.csv and
 * .json. */
struct report_table {
    struct report *report;
    struct sr_text csv;
    struct sr_json *json;
    const char *const *head;
};
void report_table_begin(struct report_table *table, struct report *report, const char *const *head);
void report_table_row(struct report_table *table, const char *const *cells);
enum sr_status report_table_end(struct report_table *table, const char *name,
                                struct sr_error *error);
/* A figure of the folder, without its ending: linked in Markdown with its drawing and its numbers,
 * embedded in the page. One that a script of someone's own did not make is left out. */
enum sr_status report_figure(struct report *report, const char *name, const char *caption,
                             struct sr_error *error);
/* tables/NAME.json */
enum sr_status report_json(const struct report *report, const char *name,
                           const struct sr_json *json, struct sr_error *error);
/* report.md and report.html */
enum sr_status report_write(struct report *report, struct sr_error *error);
/* Each of the reference study's claims beside what was measured. */
enum sr_status report_claims(struct sr_session *session, struct report *report,
                             enum sr_study_scale scale, const struct ranking *ranking,
                             struct sr_error *error);

#endif
