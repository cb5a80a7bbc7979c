/* study.h - the whole study as one script, and the report it ends in. Private to commands/.
 *
 * study_plan.c makes the script (or reads one) and estimates what its lines cost, study_pace.c how
 * long they take here, study.c runs it. report.c, report_models.c, report_answers.c,
 * report_robustness.c and report_claims.c say what the report says, report_parts.c what its parts
 * have in common. */
#ifndef SARTOR_COMMANDS_STUDY_H
#define SARTOR_COMMANDS_STUDY_H

#include "internal.h"

extern const char *const study_scale_names[SR_STUDY_SCALES];
/* Test images that are changed to measure robustness. */
extern const int study_robustness_images[SR_STUDY_SCALES];
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
    int seeds; /* of each network, for study_plan */
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
/* Is it the name of a training that only repeats another with the next seed: "cnn-s2"? */
bool study_repeats(const char *name);
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
    struct field runs; /* these and the trainings that repeat them with other seeds */
};

/* The report, which is written as Markdown and as a page. */
struct report {
    const char *directory;
    struct sr_reply reply;
    bool known; /* the data is what the reference study used: its figures stand beside these */
};
/* A table with these headings, which end with NULL. It is to be filled, and kept, before anything
 * else is said. */
struct sr_table *report_table(struct report *report, const char *const *head);
/* A row of cells, which end with NULL. */
void report_row(struct sr_table *table, const char *const *cells);
/* Write the table to tables/NAME.csv and .json as well. */
enum sr_status report_keep(struct report *report, const struct sr_table *table, const char *name,
                           struct sr_error *error);
/* The same, with links to both below the table. */
enum sr_status report_link(struct report *report, const struct sr_table *table, const char *name,
                           struct sr_error *error);
/* A figure of the folder, without its ending: linked in Markdown with its drawing and its numbers,
 * embedded in the page. One that a script of someone's own did not make is left out. */
enum sr_status report_figure(struct report *report, const char *name, const char *caption,
                             struct sr_error *error);
/* report.md and report.html */
enum sr_status report_write(struct report *report, struct sr_error *error);
/* Each of the reference study's claims beside what was measured. */
enum sr_status report_claims(struct sr_session *session, struct report *report,
                             enum sr_study_scale scale, const struct ranking *ranking,
                             struct sr_error *error);

/* --- sections of the report, each in the order of its file --------------------------------- */

/* Of one of the models, on the test images. */
const struct sr_evaluation *report_evaluation(const struct ranking *ranking,
                                              const struct sr_entry *entry);
/* The figures NAME-FAMILY of all families that have something, each under BEFORE FAMILY AFTER. */
struct family_figure {
    const char *name;
    bool (*has)(const struct sr_model_class *class);
    bool titled; /* "convolutional network" in the caption instead of "cnn" */
    const char *before, *after;
};
enum sr_status report_family_figures(struct report *report, const struct family_figure *figure,
                                     struct sr_error *error);
enum sr_status report_comparison(struct report *report, const struct study_facts *facts,
                                 const struct ranking *ranking, struct sr_error *error);
enum sr_status report_pairs(struct report *report, const char *directory,
                            const struct ranking *ranking, struct sr_error *error);
enum sr_status report_methods(struct report *report, const struct ranking *ranking,
                              struct sr_error *error);
enum sr_status report_classes(const struct sr_session *session, struct report *report,
                              const struct ranking *ranking, struct sr_error *error);
enum sr_status report_robustness(struct sr_session *session, struct report *report,
                                 const struct study_facts *facts, const struct ranking *ranking,
                                 struct sr_error *error);
enum sr_status report_answers(struct sr_session *session, struct report *report,
                              const struct ranking *ranking, struct sr_error *error);

#endif
