/* internal.h - helpers that the commands share. */
#ifndef SARTOR_COMMANDS_INTERNAL_H
#define SARTOR_COMMANDS_INTERNAL_H

#include "sartor/app/experiment.h"
#include "sartor/app/explanations.h"
#include "sartor/app/intervals.h"
#include "sartor/app/map.h"
#include "sartor/app/robustness.h"
#include "sartor/app/scores.h"
#include "sartor/commands/command.h"
#include "sartor/commands/queue.h"
#include "sartor/data/augment.h"
#include "sartor/figure/figure.h"
#include "target.h"

#include "list.h"

/* The run() of every command has these parameters. `args`, `rest` and `reply` are those of
 * `item`. */
#define SR_RUN(name)                                                                               \
    static enum sr_status name(struct sr_session *session, struct sr_item *item,                   \
                               const struct sr_args *args, const struct sr_words *rest,            \
                               struct sr_reply *reply, struct sr_error *error)
/* For those that need not all of them. */
#define SR_UNUSED (void)session, (void)item, (void)args, (void)rest, (void)reply, (void)error

/* The parameter that many commands share. */
#define SR_MODEL_PARAM(must)                                                                       \
    {                                                                                              \
        "model", SR_PARAM_MODEL, .positional = true, .required = must, .current = !(must),         \
                                 .help = "A trained model."                                        \
    }
/* The same where it need not be loaded. */
#define SR_ENTRY_PARAM                                                                             \
    {                                                                                              \
        "model", SR_PARAM_ENTRY, .positional = true, .required = true, .help = "A trained model."  \
    }
#define SR_SPLITS "train validation test" /* in the order of enum sr_split_name */
/* Endings of files that are read as pictures of one's own. */
#define SR_PICTURES ".png .jpg .jpeg .webp"
/* A sample that the command is about, and the split that goes with it; SR_ROW_PARAM: of the data,
 * not a picture. */
#define SR_SAMPLE_PARAM(text)                                                                      \
    {                                                                                              \
        "index", SR_PARAM_SAMPLE, .positional = true, .current = true, .choices = SR_PICTURES,     \
                                  .help = text                                                     \
    }
#define SR_ROW_PARAM(text)                                                                         \
    {                                                                                              \
        "index", SR_PARAM_SAMPLE, .positional = true, .current = true, .help = text                \
    }
/* Beside SR_ROW_PARAM: all samples of the selection in place of one. No sample is needed then, and
 * none may be given. */
#define SR_ALL_PARAM                                                                               \
    {                                                                                              \
        "all", SR_PARAM_SWITCH, .help = "All samples of the selection."                            \
    }
enum sr_need chosen_need(const struct sr_args *args, const struct sr_param *param);
enum sr_status chosen_check(const char *command, const struct sr_args *args,
                            struct sr_error *error);
size_t chosen_count(const struct sr_session *session, const struct sr_args *args);
struct sample chosen_at(const struct sr_session *session, const struct sr_args *args, size_t i);
#define SR_SAMPLE_SPLIT_PARAM                                                                      \
    {                                                                                              \
        "split", SR_PARAM_SPLIT,                                                                   \
            .choices = SR_SPLITS,                                                                  \
            .help = "The file that a bare row is of; without a row, the split of the sample."      \
    }
/* How images are changed that are shown; read_change takes it, where it is not given the present
 * one. */
#define SR_CHANGED_PARAM                                                                           \
    {                                                                                              \
        "changed", SR_PARAM_TEXT,                                                                  \
            .help = "Change the images by a kind that robustness knows, at a severity of 1 to 5: " \
                    "rotate:3. All commands and panes then use the changed images, until "         \
                    "changed=none."                                                                \
    }
enum sr_status read_change(const struct sr_session *session, const struct sr_args *args,
                           struct sr_change *change, struct sr_error *error);
/* Which changes are measured; read_changes takes them, with `split` and `count`. */
#define SR_CHANGES_PARAMS                                                                          \
    {"kinds", SR_PARAM_TEXT, .fallback = "published",                                              \
     .help = "Kinds of change, separated by commas; published: the 15 of Fashion-MNIST-C; "        \
             "all: also size, jpeg, backdrop and occlusion; -name: all but that."},                \
    {                                                                                              \
        "severities", SR_PARAM_LIST, .fallback = "1,2,3,4,5", .minimum = 1, .maximum = 5,          \
                                     .help = "Severities from 1 to 5."                             \
    }
enum sr_status read_changes(const struct sr_args *args, struct sr_robustness_request *request,
                            struct sr_error *error);
#define SR_SPLIT_PARAM                                                                             \
    {                                                                                              \
        "split", SR_PARAM_SPLIT, .current = true, .choices = SR_SPLITS,                            \
                                 .help = "Which samples (default: validation); those the model "   \
                                         "has trained on are left out."                            \
    }

/* Ask before one's own model of that name is replaced: see sr_queue_ask. */
enum sr_status ask_to_replace(struct sr_session *session, struct sr_item *item, const char *name,
                              struct sr_error *error);

/* The accuracy of each model on changed pictures, in the same order; SR_PENDING while some are
 * measured. */
enum sr_status ask_robustness(struct sr_session *session, const struct model_target *models,
                              size_t count, const struct sr_robustness_request *request,
                              const struct sr_robustness **found, struct sr_error *error);

/* For sr_command's `more`: the hyperparameters of the family that `family` names. */
size_t more_of_family(struct sr_session *session, const struct sr_args *args,
                      struct sr_more more[SR_MORE_TABLES]);
/* Class names once, as `"classes"`. */
void reply_classes(struct sr_reply *reply, const struct sr_session *session);
/* Those that a model tells apart: the data's, or where that has none, its own. */
void reply_classes_of(struct sr_reply *reply, const struct sr_session *session,
                      const struct sr_model *model);
const char *class_name(const struct sr_session *session, int class); /* "" for -1 */
/* What a sample is; -1 where nothing says it. */
int sample_truth(const struct sr_session *session, const struct sample *sample);
/* How the images are changed, where they are. */
void reply_changed(struct sr_reply *reply, const struct sr_session *session);
/* Members that say which sample a record is of. */
void reply_sample(struct sr_reply *reply, const struct sr_session *session, enum sr_file file,
                  uint32_t row);
/* A sentence where a picture of one's own is doubtful. */
void reply_doubt(struct sr_reply *reply, const struct sr_session *session, enum sr_file file,
                 uint32_t row);
/* Of a picture of one's own: a sentence where no model was named and one that knows backdrops was
 * taken. */
void say_choice(struct sr_reply *reply, const struct sr_args *args, const struct sr_entry *entry);
/* What was done when the data was opened: as a list of a record, if there is anything, and as lines
 * for people. */
void reply_notes(struct sr_reply *reply, const struct sr_session *session);
void say_notes(struct sr_reply *reply, const struct sr_session *session);
/* Rows of the train file that a model holds nearest, where there are any. */
void reply_nearest(struct sr_reply *reply, const struct sr_session *session,
                   const struct sr_nearest *nearest);

/* What a judgement of a model stands on, as fields, and as sentences where there is anything to
 * say: how many rows are left out since it was trained on them (of the training split: how many
 * those are), whether it was trained on other data, and whether its fit ended well. */
void reply_judged(struct sr_reply *reply, const struct sr_session *session,
                  const struct sr_entry *entry, enum sr_split_name split);
/* Of a result on several samples of a split: the rows left out since the model was trained on them,
 * and how often it has looked at the test images. */
void reply_rows_used(struct sr_reply *reply, struct sr_session *session, struct sr_entry *entry,
                     enum sr_split_name split);
/* What an answer is worth, as fields of a record: `calibrated`, `set`. */
void reply_trust(struct sr_reply *reply, const struct sr_session *session,
                 const struct sr_model *model, const struct sr_answer *answer);
/* Cells for them, after `calibrated`, `familiarity` and `set`. */
void table_trust(struct sr_table *table, const struct sr_session *session,
                 const struct sr_model *model, const struct sr_answer *answer);
/* For people, to go on a line: "cnn says Coat (61.2 %)", behind "unlike 99.5 % of what it was
 * trained on; " where that is so. `probabilities` are those that are shown. */
void say_answer(struct sr_reply *reply, const struct sr_session *session,
                const struct sr_entry *entry, const float *probabilities,
                const struct sr_answer *answer);
/* To follow that: the set of classes; nothing where it is the predicted class alone. */
void say_trust(struct sr_reply *reply, const struct sr_session *session,
               const struct sr_model *model, const struct sr_answer *answer);

/* Scores as fields of a record; those that need a cost table only where there is one. */
void reply_scores(struct sr_reply *reply, const double scores[SR_SCORE_COUNT],
                  const struct sr_interval intervals[SR_SCORE_COUNT]);
/* A column for each score and the ends of its interval, and a row's cells under them. People see
 * those of cost where `costs` is set. */
void score_columns(struct sr_table *table, bool costs);
void score_cells(struct sr_table *table, const double scores[SR_SCORE_COUNT],
                 const struct sr_interval intervals[SR_SCORE_COUNT]);
/* The cost table that `costs=` names, for this data; NULL text gives an empty one. */
enum sr_status costs_of(const struct sr_session *session, const struct sr_args *args,
                        struct sr_costs *costs, struct sr_error *error);
#define SR_COSTS_PARAM                                                                             \
    {                                                                                              \
        "costs", SR_PARAM_FILE,                                                                    \
            .help = "What each mistake costs: CSV with one row for each true class and one "       \
                    "column for each predicted class."                                             \
    }

/* Start the experiment that `make` describes (see experiment.h) under the name COMMAND-FAMILY as
 * the job of `item`, or see how that job is doing: SR_PENDING until it has ended, then SR_OK with
 * the result in session->experiment. The data must be there. */
typedef struct sr_experiment *experiment_make(void *context, struct sr_error *error);
enum sr_status experiment_under(struct sr_session *session, struct sr_item *item,
                                const struct sr_model_class *class, experiment_make *make,
                                void *context, struct sr_error *error);
/* Hyperparameters as they were typed, for a trial. */
void experiment_words(const struct sr_words *words, struct sr_text *line);

/* How many variants an ablation trains, as it is and with each technique switched: images in colour
 * have some more. */
size_t ablate_variants(const struct sr_model_class *class, bool colour);
/* What an ablation has found: the first is as it is, each other has one technique switched. */
struct effect {
    const char *label, *settings; /* of the experiment's trials */
    int seeds;
    double accuracy;     /* on the validation split, mean over the seeds */
    double effect, half; /* mean difference to the first; half its 95 % interval, NaN of one seed */
    double p; /* paired t test over the seeds, adjusted by Holm for all techniques; NaN of
                 one seed */
};
/* How many; `*effects` is freed by the caller. 0 when the experiment is NULL or no ablation. */
size_t ablation_effects(const struct sr_experiment *experiment, struct effect **effects);

/* The generated sections of the manual, as troff. */
void manual_print(struct sr_text *text);

/* Models side by side on one split: those named, or (where none is) all that can be judged there.
 */
struct field {
    struct sr_entry **entries;
    const struct sr_predictions **predictions;
    size_t count;
};
/* SR_PENDING while one of them predicts. `field` is to be released in any case. */
enum sr_status field_gather(struct sr_session *session, struct sr_entry *const *named, size_t count,
                            enum sr_split_name split, struct field *field, struct sr_error *error);
/* Positions in the field, the most accurate model first; freed by the caller. */
size_t *field_order(struct field *field);
void field_free(struct field *field);

/* Images that the mean heat of the classes is taken over unless told. */
enum { CLASS_HEATS = 1000 };

/* A figure of the session, written to `path`; SR_PENDING while what it shows is computed. Zeros,
 * NULL and -1 (of `split`, `class` and `target`) leave the choice to the figure. */
struct figure_request {
    const char *path, *plotly;         /* file; script for an HTML page */
    int form;                          /* dataset: enum sr_save_form, -1 for the path's */
    int decisions;                     /* dataset: 1 with them, 0 without, -1 as it is shown */
    const char *command;               /* the line that asks for it, for the provenance */
    struct sr_entry *model;            /* loaded; there is one where the figure is of a model */
    bool model_given;                  /* it is not only the current one */
    const struct model_target *models; /* that one, or several: `model_count` of them */
    size_t model_count;
    struct sr_entry *vs; /* confusion: a second model */
    int split;           /* enum sr_split_name */
    int class;
    const struct sample *samples; /* `sample_count` of one file; NULL: from the cursor on */
    size_t sample_count;
    bool wrong, right;
    struct sr_map_request map;  /* map: which one */
    enum sr_map_colour colour;  /* of a map */
    const char *method, *layer; /* NULL for the defaults */
    int target;                 /* -1: predicted */
    bool shares, of_predicted, linear, dark;
    struct sr_augment augment;
    double width, height, resolution;
    int count;              /* samples in a grid */
    struct sr_reply *reply; /* where it is said that a text could not be drawn; or NULL */
    struct sr_robustness_request changes;
};
enum sr_status figure_write(struct sr_session *session, const char *figure,
                            const struct figure_request *request, struct sr_error *error);
/* Say that no font has all characters of this text, unless it is empty. */
void say_undrawn(struct sr_reply *reply, const struct sr_text *text);
/* The line as given, but for the folders of files, which mean nothing on another machine: for the
 * provenance. To be freed. */
char *figure_command(const char *verb, const struct sr_args *args);
/* The figures, what each shows and takes. */
void figures_describe(struct sr_text *text);

#endif
