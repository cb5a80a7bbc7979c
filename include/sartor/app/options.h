/* options.h - the settings of a session: what `set NAME=VALUE` changes.
 *
 * One table for the command line, the config file, `set`, help and completion. */
#ifndef SARTOR_APP_OPTIONS_H
#define SARTOR_APP_OPTIONS_H

#include "sartor/base/param.h"

struct sr_session;

/* data opening home seed threads validation split_seed glyphs colours background refresh autorun
 * ask_replace ask_stop cursor mouse size */
extern const struct sr_param sr_options[];

/* "120x40" as columns and lines, each from 1 to 1000; false when it is anything else. */
bool sr_size_parse(const char *text, int *columns, int *lines);

/* Set one option and do what follows from it (draw a new split, use other colours). */
enum sr_status sr_session_set(struct sr_session *session, const char *name, const char *value,
                              struct sr_error *error);

#endif
