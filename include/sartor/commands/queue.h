/* queue.h - commands that have been entered and have not ended yet.
 *
 * An item is one command. Its words are parsed once; when its command returns SR_PENDING it is run
 * again later with the same arguments and with the `state` that the command has left in it. */
#ifndef SARTOR_COMMANDS_QUEUE_H
#define SARTOR_COMMANDS_QUEUE_H

#include "sartor/commands/command.h"

struct sr_item {
    struct sr_words words; /* as entered */
    const struct sr_command *command;
    struct sr_args *args; /* parsed from `words` before the first run; NULL until then */
    struct sr_words rest; /* words that the command's table lacks, where it allows them */
    void *state;          /* of the command, between its runs; NULL before it sets one */
    void (*free_state)(struct sr_session *session, void *state);
    struct sr_reply reply;
};

/* Run the item's command once, its words being parsed first if they have not been. Returns what
 * run() returned. */
enum sr_status sr_item_run(struct sr_session *session, struct sr_item *item,
                           struct sr_error *error);
void sr_item_fini(struct sr_session *session, struct sr_item *item);

#endif
