/* undo.h - what can be undone: one stack of changes for marks, tags, names, deletions and filters.
 * Private to commands/.
 *
 * An entry holds how it is taken back, and what was selected and shown before the change. A
 * command that changes something pushes an entry when it has succeeded; changes of the selection
 * are noticed by the queue, whatever command makes them. */
#ifndef SARTOR_COMMANDS_UNDO_H
#define SARTOR_COMMANDS_UNDO_H

#include "sartor/app/tagging.h"
#include "sartor/commands/queue.h"

/* For the queue: before and after each run of a command. */
void undo_before(struct sr_session *session);
void undo_after(struct sr_session *session, const struct sr_item *item);

/* `before`: the tags, the mark, the name that there were. */
void undo_push_tags(struct sr_session *session, const struct sr_tagged *before, size_t count);
void undo_push_mark(struct sr_session *session, const struct sr_decision *before, size_t count);
void undo_push_rename(struct sr_session *session, const char *before, const char *after);
/* Takes over what `removed` owns. */
void undo_push_delete(struct sr_session *session, const char *name,
                      const struct sr_removed *removed);

#endif
