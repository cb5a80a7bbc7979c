/* interactive.h - what the files share that take a person's keys: bindings, prompt, config file,
 * keys, replies. */
#ifndef SARTOR_COMMANDS_INTERACTIVE_H
#define SARTOR_COMMANDS_INTERACTIVE_H

#include "sartor/commands/keys.h"
#include "sartor/commands/queue.h"

/* bindings.c */
/* What the key is bound to, in the current pane's mode, the pane, or everywhere; NULL for nothing.
 */
const struct sr_binding *binding_of(struct sr_session *session, const char *key);

/* prompt.c: while view.prompt is set, keys edit its line. */
/* Take a key; Enter enters the line from `origin`. */
void prompt_key(struct sr_session *session, const char *key, const struct sr_origin *origin);
/* Paste a text; see sr_keys_paste. */
void prompt_paste(struct sr_session *session, const char *text, const struct sr_origin *origin);
/* The lines of earlier sessions. */
void history_load(struct sr_session *session);

/* config.c */
/* Enter the lines of the config file. */
void config_enter(struct sr_session *session);

/* person.c: replies become messages, overlays, or nothing where a pane shows them. */
extern const struct sr_origin person_origin;
enum sr_status person_ended(struct sr_session *session, struct sr_item *item,
                            const struct sr_error *error);
void person_waits(struct sr_session *session, struct sr_item *item, const struct sr_error *why);

/* keys.c */
/* Press a key; what it stands for is entered from `origin` and not run yet. */
void keys_press(struct sr_session *session, const char *key, const struct sr_origin *origin);

#endif
