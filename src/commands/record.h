/* record.h - commands in the session's log, in the order in which they were begun. */
#ifndef SARTOR_COMMANDS_RECORD_H
#define SARTOR_COMMANDS_RECORD_H

#include "sartor/commands/queue.h"

/* Before the first run. */
void record_begin(struct sr_session *session, struct sr_item *item);
/* Before each run: what the command falls back on is written down once it is known. */
void record_defaults(struct sr_session *session, struct sr_item *item);
/* It has failed or has been given up: a replay leaves it out. */
void record_failure(struct sr_session *session, struct sr_item *item);

#endif
