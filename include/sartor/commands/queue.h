/* queue.h - commands that have been entered and have not ended yet.
 *
 * Every command is an item of the session's one queue: those of a key, of the prompt, of the config
 * file, of a script, of the shell's words, those that `keys` presses and those that a study runs.
 * Items are run in the order in which they were entered. An item's words are parsed once; when its
 * command returns SR_PENDING the item stays, and it is run again, with the same arguments and the
 * `state` that the command has left in it, when something in the session has changed. Meanwhile the
 * items behind it wait, with three exceptions:
 * - where the origin says so (`aside`), a command that lasts (sr_command's `lasting`) keeps no
 * other line from being run once it has begun; a second one that lasts is refused;
 * - where the origin says so (`at_once`), a command that only changes what is shown is run at once;
 * - an item can be run on behalf of another, its parent, which waits for it.
 * When a command fails, the rest of its line is dropped; other lines are run.
 *
 * Only the front end's thread may call these functions. */
#ifndef SARTOR_COMMANDS_QUEUE_H
#define SARTOR_COMMANDS_QUEUE_H

#include "sartor/commands/command.h"

/* Which commands go into the session's log: none, those that do more than change what is shown, all
 * of them. */
enum sr_record { SR_RECORD_NONE, SR_RECORD_WORK, SR_RECORD_ALL };

/* Where a line comes from, and who is told how its commands have ended. Copied into its items. */
struct sr_origin {
    /* The command has ended: item->status and item->reply say how, and `error` why it failed. NULL
     * `error` with a failure: it has been given up. Returns SR_OK to go on with the rest of the
     * line, SR_PENDING to be asked again when something has changed, anything else to drop the
     * rest. */
    enum sr_status (*ended)(struct sr_session *session, struct sr_item *item,
                            const struct sr_error *error);
    /* The command has returned SR_PENDING, `why` says what for; item->waited is false the first
     * time. May be NULL. */
    void (*waits)(struct sr_session *session, struct sr_item *item, const struct sr_error *why);
    void *context;
    struct sr_item *parent; /* the item on whose behalf the line is run, NULL for none */
    size_t number;          /* of the line in its file, 0 for none */
    enum sr_record record;
    bool at_once; /* commands that only change what is shown are run at once */
    bool aside;   /* commands that last are run in the background */
};

struct sr_item {
    /* for its command */
    char *text;                       /* as entered */
    struct sr_words words;            /* of it; none where a quote is not closed */
    const struct sr_command *command; /* NULL when there is no such command */
    struct sr_args *args; /* parsed from `words` before the first run; NULL until then */
    struct sr_words rest; /* words that the command's table lacks, where it allows them */
    struct sr_args *more; /* the same read against the table that the command adds; NULL for none */
    void *state;          /* of the command, between its runs; NULL before it sets one */
    void (*free_state)(struct sr_session *session, void *state); /* NULL: nothing to free */
    uint32_t job; /* that the command has started, 0 for none */
    struct sr_reply reply;

    /* for the queue and the origin */
    struct sr_origin origin;
    struct sr_item *previous, *next;
    size_t children;    /* items of which this is the parent */
    unsigned line;      /* the same for the commands of one line */
    bool begun, waited; /* has been run; has returned SR_PENDING */
    bool agreed;        /* a person has answered its question with yes */
    bool done;          /* the command has ended, with: */
    enum sr_status status;
    uint64_t seen; /* session->changes when it was last run */
    char *why;     /* what it waits for; NULL before it does */
    size_t logged; /* 1 + its line in the session's log, 0 for none */
    bool recorded; /* the line names what the command falls back on */
};

/* Enter the commands of a line, or one command as words: at the end of the queue, or in front of
 * the parent. Nothing is run yet. */
void sr_queue_enter(struct sr_session *session, const struct sr_origin *origin, const char *line);
void sr_queue_enter_words(struct sr_session *session, const struct sr_origin *origin,
                          char *const *words, size_t count);
/* Enter the commands of a line directly behind `item`, which is being run, as if they stood in its
 * line. */
void sr_queue_enter_behind(struct sr_session *session, struct sr_item *item, const char *line);

/* Run one item that can be run now; false when there is none. Does nothing while a command is being
 * run. */
bool sr_queue_step(struct sr_session *session);
/* Run the items that can be run now, for a fifth of a second at most; true when any has been. */
bool sr_queue_run(struct sr_session *session);
/* Is there an item that can be run now? */
bool sr_queue_ready(const struct sr_session *session);
bool sr_queue_empty(const struct sr_session *session);

/* The item that the others wait for: begun, not ended, not in the background. NULL for none. */
struct sr_item *sr_queue_front(const struct sr_session *session);
/* End that item, the one it is run on behalf of, and the rest of that line; `why` NULL: it has been
 * given up by a person. False when there is none. */
bool sr_queue_give_up(struct sr_session *session, const struct sr_error *why);
/* For a command, before it changes anything: ask the person at the explorer whether it is to go on.
 * SR_PENDING until that is answered; a no gives the command up. SR_OK once it is a yes, and outside
 * the explorer, where nobody is asked. `option` names the switch that turns the question off, NULL
 * for none. The sentence ends in a question mark. */
enum sr_status sr_queue_ask(struct sr_session *session, struct sr_item *item, const char *option,
                            struct sr_error *error, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* The person's answer to view.question. */
void sr_queue_answer(struct sr_session *session, bool yes);

/* How many commands have not ended, apart from those in the background and from `item`. */
size_t sr_queue_waiting(const struct sr_session *session, const struct sr_item *item);

/* Run the item's command once, its words being parsed first if they have not been. Returns what
 * run() returned. */
enum sr_status sr_item_run(struct sr_session *session, struct sr_item *item,
                           struct sr_error *error);

/* Decide which model, sample and job are the current ones for the item's command, before its turn.
 */
void sr_item_assume(struct sr_session *session, struct sr_item *item);

/* Before the session is freed: what has not ended is dropped. */
void sr_queue_fini(struct sr_session *session);

#endif
