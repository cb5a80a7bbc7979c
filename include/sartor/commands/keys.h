/* keys.h - keys to command lines, and the prompt that they edit.
 *
 * Keys have names: "j", "G", "C-d", "Enter", "Esc", "Tab", "PgDn", "F1", "Up", "Space".
 * The front end names what was pressed and calls sr_keys_press. A key is looked up in the current
 * pane's bindings, then the global ones; the line that it is bound to is entered in the queue
 * (queue.h) as a typed one is. */
#ifndef SARTOR_COMMANDS_KEYS_H
#define SARTOR_COMMANDS_KEYS_H

#include "sartor/app/session.h"

struct sr_binding {
    const char *key, *line;
    const char *pane; /* of this name, or in this mode of one (its hook `mode`); NULL: everywhere */
    const char *help;
};
extern const struct sr_binding sr_bindings[]; /* defaults; ends with key NULL */

/* For the explorer, before the first key: the prompt's history of earlier sessions, and the config
 * file's commands, $XDG_CONFIG_HOME/sartor/config. */
void sr_keys_start(struct sr_session *session);
/* Press one key: enter what it stands for and run what can be run now, or edit the prompt while
 * that is open. Replies become messages or overlays. Esc gives up the command that others wait for,
 * if there is one. */
void sr_keys_press(struct sr_session *session, const char *key);
/* "Enter", "C-d" or a single character. */
bool sr_key_is_name(const char *key);
/* `pane` NULL: everywhere. */
/* Paste a text of one line or more. At the prompt it is inserted, and each of its lines that is
 * ended is entered; elsewhere one line opens the prompt, and nothing is entered. Never keys. */
void sr_keys_paste(struct sr_session *session, const char *text);
enum sr_status sr_keys_bind(struct sr_session *session, const char *key, const char *line,
                            const char *pane, struct sr_error *error);
/* The help page: keys of this pane, keys everywhere, commands by group. */
void sr_keys_help(struct sr_session *session, struct sr_text *text);

#endif
