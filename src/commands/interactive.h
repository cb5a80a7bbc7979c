/* interactive.h - what the files share that take a person's keys: bindings, prompt, config file,
 * keys, replies. */
#ifndef SARTOR_COMMANDS_INTERACTIVE_H
#define SARTOR_COMMANDS_INTERACTIVE_H

#include "sartor/commands/keys.h"
#include "sartor/commands/queue.h"

struct sr_keys {
    struct sr_binding *own; /* made by `bind`; strings are owned */
    size_t own_count, own_room;
    struct history {
        char **lines;
        size_t count, room;
        size_t at;   /* the line shown at the prompt; `count`: a new one */
        char *draft; /* the new one while older ones are shown */
    } history;
    struct config {
        char *path;
        char *trouble; /* what went wrong first */
    } config;
};
struct sr_keys *keys_of(struct sr_session *session);

/* bindings.c */
/* What the key is bound to, in the current pane's mode, the pane, or everywhere; NULL for nothing.
 */
const struct sr_binding *binding_of(struct sr_session *session, const char *key);
void bindings_fini(struct sr_keys *keys);

/* prompt.c: while view.prompt is set, keys edit its line. */
/* Take a key; Enter enters the line from `origin`. */
void prompt_key(struct sr_session *session, const char *key, const struct sr_origin *origin);
/* The lines of earlier sessions: from the file, into it. */
void history_load(struct sr_keys *keys);
void history_save(const struct sr_keys *keys);
void history_fini(struct sr_keys *keys);

/* config.c */
/* Enter the lines of the config file. */
void config_enter(struct sr_session *session);
void config_fini(struct sr_keys *keys);

/* person.c: replies become messages, overlays, or nothing where a pane shows them. */
extern const struct sr_origin person_origin;
enum sr_status person_ended(struct sr_session *session, struct sr_item *item,
                            const struct sr_error *error);
void person_waits(struct sr_session *session, struct sr_item *item, const struct sr_error *why);

/* keys.c */
/* Press a key; what it stands for is entered from `origin` and not run yet. */
void keys_press(struct sr_session *session, const char *key, const struct sr_origin *origin);

#endif
