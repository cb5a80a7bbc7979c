/* target.h - what the values of a command's arguments stand for in the session. Private to
 * commands/.
 *
 * A table in target.c has one entry for each type of parameter whose values are looked up: models,
 * families, classes, splits, samples, jobs. The entry (target_type.h) says how a word is looked up,
 * what the value is where none is given, and what completes a word. targets_resolve does so for all
 * arguments of a command before each of its runs; the command reads the results with the functions
 * arg_*. */
#ifndef SARTOR_COMMANDS_TARGET_H
#define SARTOR_COMMANDS_TARGET_H

#include "candidates.h"
#include "sartor/app/checkpoints.h"
#include "sartor/commands/command.h"

/* A model that can be named. */
struct model_target {
    struct sr_entry *entry;   /* NULL when there is none yet and `run` makes it */
    const struct sr_run *run; /* the training under way that makes one of this name; only looked for
                                 where the parameter's `choices` are "training" */
};

/* What lies under the home: a model, or else a checkpoint. */
struct kept_target {
    struct sr_entry *entry;
    const struct sr_checkpoint *checkpoint;
};

struct sample {
    enum sr_file file;
    uint32_t row;
};

/* Look up the arguments of `command`. What is not given and is needed becomes the current one: the
 * model of the panes, the sample under the cursor, the split that the model is judged on, the job
 * that runs; that is decided once, later calls keep it. SR_PENDING while data or a model is being
 * loaded. */
enum sr_status targets_resolve(struct sr_session *session, const struct sr_command *command,
                               struct sr_args *args, struct sr_error *error);
/* Decide, before a command has its turn, which model, sample and job are the current ones for it:
 * those that a person sees when entering it. */
void targets_assume(struct sr_session *session, const struct sr_command *command,
                    struct sr_args *args);

/* What has been looked up. Borrowed, valid during this run of the command. */

/* How many a list has, 1 for other types; 0 when neither given nor looked up. */
size_t arg_count(const struct sr_args *args, const char *name);
/* The first, or a numbered, model; NULL when there is none. */
struct sr_entry *arg_model(const struct sr_args *args, const char *name);
const struct model_target *arg_model_at(const struct sr_args *args, const char *name, size_t index);
const struct kept_target *arg_kept(const struct sr_args *args, const char *name);
/* NULL when the word is one of those that may stand there instead. */
const struct sr_model_class *arg_family(const struct sr_args *args, const char *name);
/* -1 for any. */
int arg_class(const struct sr_args *args, const char *name);
/* An enum sr_split_name; -1 when there is none. */
int arg_split(const struct sr_args *args, const char *name);
/* NULL when not given. A picture of one's own is a row of its file, too. */
const struct sample *arg_sample(const struct sr_args *args, const char *name);
/* The arg_count samples of a list. */
const struct sample *arg_sample_at(const struct sr_args *args, const char *name, size_t index);
struct sr_run *arg_job(const struct sr_args *args, const char *name);

/* The values that a parameter takes. Of a list, those that are not in it yet: neither in what is
 * typed nor in `taken`, the bare words before, separated by commas (NULL for none). */
void target_complete(struct sr_session *session, const struct sr_param *param, const char *taken,
                     struct candidates *candidates);

#endif
