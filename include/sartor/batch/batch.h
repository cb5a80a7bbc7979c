/* batch.h - scripts and single commands without a terminal. */
#ifndef SARTOR_BATCH_BATCH_H
#define SARTOR_BATCH_BATCH_H

#include "sartor/app/session.h"
#include "sartor/commands/reply.h"
#include <stdio.h>

struct sr_batch {
    enum sr_form form; /* of what commands say; 0 for text */
    bool keep_going;
    const char *name; /* of the script, for messages */
};

/* Run a script line by line; exit status 0, 1 (a command failed). */
int sr_batch_stream(struct sr_session *session, const struct sr_batch *batch, FILE *script);
/* Run one command whose words the shell has split. */
int sr_batch_words(struct sr_session *session, const struct sr_batch *batch, char *const *words,
                   size_t count);
/* No terminal and no command: an overview of the data and the models, and how to go on. */
int sr_batch_overview(struct sr_session *session);

#endif
