/* param.h - typed parameters: the arguments of commands, the hyperparameters of models and the
 * options of the session are all described and read by this.
 *
 * A const table of struct sr_param says what may be given. sr_args_parse reads words against it;
 * help, completion, forms and the manual are written from the same table. A value keeps its text
 * beside what the text stands for. */
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
    SR_PARAM_INTEGER,  /* within minimum..maximum when they differ */
    SR_PARAM_NUMBER,   /* likewise */
    SR_PARAM_SWITCH,   /* name alone, or name=on|off|1|0|yes|no|true|false */
    SR_PARAM_CHOICE,   /* one of the space-separated `choices` */
    SR_PARAM_RANGE,    /* "a..b", "..b", "a..", or one number */
    SR_PARAM_LIST,     /* integers or numbers separated by commas, within minimum..maximum */
    SR_PARAM_DURATION, /* "90s", "10m", "1.5h", or seconds; above 0 */
    SR_PARAM_FILE,     /* a path; `choices`, if any, are the endings completed, "/" for folders */
    SR_PARAM_LINE,     /* the rest of the line, as given; `choices` "class": may name a class */
    /* What these stand for is looked up in the session, see commands/target.h. */
    SR_PARAM_MODEL,    /* a model, loaded */
    SR_PARAM_ENTRY,    /* a model, loaded or not */
    SR_PARAM_KEPT,     /* a model, loaded or not, or a checkpoint */
    SR_PARAM_MODELS,   /* models, loaded, separated by commas */
    SR_PARAM_FAMILY,   /* a model class; `choices` are words that may stand there instead */
    SR_PARAM_CLASS,    /* a class of the data, by name or number, or any */
    SR_PARAM_SPLIT,    /* train, validation or test */
    SR_PARAM_SAMPLE,   /* a row of a file: 17, train:17, test:7; `choices`: endings of files */
    SR_PARAM_SAMPLES,  /* samples of one file, separated by commas */
    SR_PARAM_JOB,      /* a training job, by number or by the name of its model */
    SR_PARAM_SETTINGS, /* named hyperparameters, as tune saves them */
    SR_PARAM_TAG,      /* the name of a tag */
    SR_PARAM_TOPIC,    /* of help: a command, a family, or one of `choices` */
    SR_PARAM_TYPES,
};

/* How a switch may be given. Two tables of one command line, such as those of train and of a
 * family, can so have a switch of the same name each: one is a word, the other has a value. */
enum sr_switch_form {
    SR_SWITCH_ANY,
    SR_SWITCH_WORD,  /* by its name alone: background */
    SR_SWITCH_VALUE, /* by name=value alone: background=on */
};

struct sr_param {
    const char *name; /* NULL ends a table */
    enum sr_param_type type;
    /* May be given as a bare word, in the table's order. MODELS and SAMPLES take all bare words
     * that are left. */
    bool positional;
    bool required;
    bool current; /* when not given: the model of the panes, the sample under the cursor, ... */
    const char *fallback; /* the default, as it would be typed; NULL for none */
    const char *bare;     /* the value that its name stands for by itself; NULL: it takes a value */
    enum sr_switch_form form;
    const char *choices;
    double minimum, maximum;
    const char *help; /* one line, ending in a full stop */
};

struct sr_args; /* values for one table */

/* Read `count` words. A word `name=value` sets a parameter; a bare word is a switch of that name,
 * else the next positional one. A bare word that is written as a sample is passed over by an
 * optional MODEL when a sample can follow. Words with a name that the table lacks go to `rest` when
 * it is not NULL (as they are), else are an error that names the closest parameter and all that
 * there are. Missing required ones are an error. `what` names the command or family in sentences.
 * NULL on error. */
struct sr_args *sr_args_parse(const char *what, const struct sr_param *params, char *const *words,
                              size_t count, struct sr_words *rest, struct sr_error *error);
/* Read words against a second table, as of a family behind `train`. The sentence on an unknown name
 * lists the parameters of `first` as well. */
struct sr_args *sr_args_parse_more(const struct sr_args *first, const char *what,
                                   const struct sr_param *params, const struct sr_words *words,
                                   struct sr_error *error);
/* The same as sr_args_parse for a line that is still being typed: words that are wrong are left
 * out, and nothing has to be there. */
struct sr_args *sr_args_parse_begun(const char *what, const struct sr_param *params,
                                    char *const *words, size_t count, struct sr_words *rest);
/* The parameter that a further bare word would set; NULL for none. */
const struct sr_param *sr_args_next(const struct sr_args *args, const char *word);
struct sr_args *sr_args_copy(const struct sr_args *args); /* without targets */
void sr_args_free(struct sr_args *args);

/* Set one value, checked as in parsing. */
enum sr_status sr_args_set(struct sr_args *args, const char *name, const char *value,
                           struct sr_error *error);
/* Set a value that has not been given to what it is by default just now. It still counts as not
 * given. */
void sr_args_assume(struct sr_args *args, const char *name, const char *value);

/* What a value stands for outside of its text: a block that is released by free() with the
 * arguments, or when another takes its place. NULL until one has been set. */
void sr_args_set_target(struct sr_args *args, const char *name, void *target);
const void *sr_args_target(const struct sr_args *args, const char *name);

/* The values. Asking for a name that the table lacks, or with the wrong type, is a mistake in the
 * program and aborts. Text and path are NULL, numbers are 0 when neither given nor defaulted. */
const char *sr_args_text(const struct sr_args *args, const char *name);
const char *sr_args_path(const struct sr_args *args, const char *name); /* ~ expanded */
double sr_args_number(const struct sr_args *args, const char *name);    /* seconds of a DURATION */
int64_t sr_args_integer(const struct sr_args *args, const char *name);
bool sr_args_switch(const struct sr_args *args, const char *name);
/* Position of the value among the `choices`, -1 when there is no value. */
int sr_args_choice(const struct sr_args *args, const char *name);
/* Bounds of a range, -INFINITY and INFINITY where open. False when there is none. */
bool sr_args_range(const struct sr_args *args, const char *name, double *low, double *high);
/* Numbers of a list into `values` (at most `room`); how many there are. */
size_t sr_args_list(const struct sr_args *args, const char *name, double *values, size_t room);
bool sr_args_given(const struct sr_args *args, const char *name); /* by a word, not the fallback */
bool sr_args_has(const struct sr_args *args, const char *name);   /* is it in the table */

const struct sr_param *sr_args_params(const struct sr_args *args);
/* "epochs=5 lr=0.001": what was given (or, with `all`, every value that there is). */
void sr_args_print(const struct sr_args *args, bool all, struct sr_text *text);

/* The parameter of that name (its first `length` bytes), NULL when the table has none. */
const struct sr_param *sr_param_find(const struct sr_param *params, const char *name,
                                     size_t length);
/* "epochs=N", "[split=train|validation|test]": how a parameter is written. */
void sr_param_usage(const struct sr_param *param, struct sr_text *text);
/* Is `word` one of its `choices`? */
bool sr_param_has_choice(const struct sr_param *param, const char *word);
/* What lists of parameters call it: "SAMPLE" where it is given as a bare word, else its name. */
void sr_param_label(const struct sr_param *param, struct sr_text *text);
/* Two numbers with `between` between them, in a form that the parameter takes: "1 to 100". Nothing
 * for one without bounds. */
void sr_param_bounds(const struct sr_param *param, const char *between, struct sr_text *text);

#endif
