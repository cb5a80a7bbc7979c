/* param.h - typed parameters: one mechanism for the arguments of commands, the
 * hyperparameters of models and the options of the session.
 *
 * A const table of struct sr_param says what may be given; sr_args_parse reads
 * words against it; help, completion, forms and the manual are written from the
 * same table. Values keep their text beside the parsed number. */
#ifndef SARTOR_BASE_PARAM_H
#define SARTOR_BASE_PARAM_H

#include "sartor/base/error.h"
#include "sartor/base/text.h"
#include "sartor/base/words.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sr_param_type {
    SR_PARAM_TEXT,
    SR_PARAM_INTEGER, /* within minimum..maximum when they differ */
    SR_PARAM_NUMBER,  /* likewise */
    SR_PARAM_SWITCH,  /* name alone, or name=on|off|1|0|yes|no|true|false */
    SR_PARAM_CHOICE,  /* one of the space-separated `choices` */
    SR_PARAM_RANGE,   /* "a..b", "..b", "a..", or one number */
    SR_PARAM_LIST,    /* integers or numbers separated by commas, within minimum..maximum */
    SR_PARAM_FILE,    /* a path; completed as such */
    /* Checked by the command, against the session; completed from it. */
    SR_PARAM_MODEL,   /* a trained model */
    SR_PARAM_FAMILY,  /* a model class */
    SR_PARAM_CLASS,   /* a class of the data, by name or number */
    SR_PARAM_INDEX,   /* a row of a file: 17, test:17 */
    SR_PARAM_COMMAND, /* a command's name */
    SR_PARAM_LINE,    /* the rest of the line, as given */
};

struct sr_param {
    const char *name; /* NULL ends a table */
    enum sr_param_type type;
    bool positional; /* may be given as a bare word, in the table's order */
    bool required;
    const char *fallback; /* the default, as it would be typed; NULL for none */
    const char *choices;
    double minimum, maximum;
    const char *help; /* one line, ending in a full stop */
};

struct sr_args; /* values for one table */

/* Read `count` words. A word `name=value` sets a parameter; a bare word is a
 * switch of that name, else the next positional one. Words with a name that the
 * table lacks go to `rest` when it is not NULL (as they are), else are an error
 * that names the closest parameter. Missing required ones are an error. `what`
 * names the command or family in sentences. NULL on error. */
struct sr_args *sr_args_parse(const char *what, const struct sr_param *params, char *const *words,
                              size_t count, struct sr_words *rest, struct sr_error *error);
struct sr_args *sr_args_copy(const struct sr_args *args);
void sr_args_free(struct sr_args *args);

/* Set one value, checked as in parsing. */
enum sr_status sr_args_set(struct sr_args *args, const char *name, const char *value,
                           struct sr_error *error);

/* The values. Asking for a name that the table lacks, or with the wrong type, is a
 * mistake in the program and aborts. Text is NULL, numbers are 0 when neither given
 * nor defaulted. */
const char *sr_args_text(const struct sr_args *args, const char *name);
double sr_args_number(const struct sr_args *args, const char *name);
int64_t sr_args_integer(const struct sr_args *args, const char *name);
bool sr_args_switch(const struct sr_args *args, const char *name);
/* Bounds of a range, -INFINITY and INFINITY where open. False when there is none. */
bool sr_args_range(const struct sr_args *args, const char *name, double *low, double *high);
/* Numbers of a list into `values` (at most `room`); how many there are. */
size_t sr_args_list(const struct sr_args *args, const char *name, double *values, size_t room);
bool sr_args_given(const struct sr_args *args, const char *name); /* by a word, not the fallback */
bool sr_args_has(const struct sr_args *args, const char *name);   /* is it in the table */

const struct sr_param *sr_args_params(const struct sr_args *args);
/* "epochs=5 lr=0.001": what was given (or, with `all`, every value that there is). */
void sr_args_print(const struct sr_args *args, bool all, struct sr_text *text);
/* "epochs=N", "[split=train|validation|test]": how a parameter is written. */
void sr_param_usage(const struct sr_param *param, struct sr_text *text);

#endif
