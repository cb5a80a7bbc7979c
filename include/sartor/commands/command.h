/* command.h - the command language: one table of commands.
 *
 * A key, a line at the prompt, of a script or of the config file, and the words of the shell are
 * all commands of this table; they wait in one queue (queue.h) for their turn. A command returns
 * SR_PENDING when something it needs is being computed: the queue runs it again when something has
 * changed. So a command changes nothing before it has all it needs, or notes in its item how far
 * it has come. */
#ifndef SARTOR_COMMANDS_COMMAND_H
#define SARTOR_COMMANDS_COMMAND_H

#include "sartor/app/session.h"
#include "sartor/base/param.h"
#include "sartor/base/text.h"
#include "sartor/commands/reply.h"
#include <stdbool.h>

struct sr_item;

/* How a line uses a parameter. */
enum sr_need {
    SR_NEED_NOTHING, /* not at all */
    SR_NEED_GIVEN,   /* when it is given */
    SR_NEED_CURRENT, /* when it is not given, the current one is meant */
};

/* A table of parameters that may follow the command's own, such as a family's. */
struct sr_more {
    const char *what; /* for sentences */
    const struct sr_param *params;
};
enum { SR_MORE_TABLES = 2 };

struct sr_command {
    const char *name, *group, *help;
    const struct sr_param *params; /* NULL for none */
    /* The tables that this line adds, and how many; NULL for none. `args` may lack what is required
     * while the line is being typed. */
    size_t (*more)(struct sr_session *session, const struct sr_args *args,
                   struct sr_more more[SR_MORE_TABLES]);
    bool rest; /* words that params lacks are passed on in `rest` only, not read against `more` */
    /* How the parsed line uses the parameter of that name; NULL: as `current` of its table says. */
    enum sr_need (*need)(const struct sr_args *args, const struct sr_param *param);
    /* `args`, `rest` and `reply` are those of `item`, see queue.h. */
    enum sr_status (*run)(struct sr_session *session, struct sr_item *item,
                          const struct sr_args *args, const struct sr_words *rest,
                          struct sr_reply *reply, struct sr_error *error);
    const char *example; /* one line for help and the manual, or NULL */
    /* Report an event of a job that this command has started; may be NULL. */
    void (*event)(struct sr_session *session, const struct sr_event *event, struct sr_reply *reply);
    const char *alias; /* another name, or NULL */
    bool at_once; /* it only changes what is shown: need not wait for commands entered before it */
    bool direct;  /* it goes to a pane that a person has named, and leaves no way back */
    bool lasting; /* it takes minutes: in the explorer, one of these runs in the background */
};

extern const struct sr_command *const sr_commands[]; /* NULL-terminated, by group */
const struct sr_command *sr_command_find(const char *name, struct sr_error *error);

/* How far a study under way is; false when there is none. */
struct sr_study_progress {
    const char *doing; /* the model under way, or the line; borrowed until the study goes on */
    double share;      /* 0..1 of what it is expected to cost */
    double seconds;    /* since this run of the command began */
    double seconds_left;
};
bool sr_study_progress(const struct sr_session *session, struct sr_study_progress *progress);

/* "usage: train FAMILY [name=TEXT] ..." and a line for each parameter. */
void sr_command_usage(const struct sr_command *command, struct sr_text *text);
/* The same for any table: name, type, range, default, help. */
void sr_params_describe(const struct sr_param *params, struct sr_text *text);

/* What could stand at the end of `line` (its first `length` bytes): words, sorted, in `words`;
 * `start` is where the word that they replace begins. */
void sr_command_complete(struct sr_session *session, const char *line, size_t length, size_t *start,
                         struct sr_words *words);

#endif
