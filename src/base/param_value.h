/* param_value.h - one value of a parameter: what its type makes of a text. Private to base/. */
#ifndef SARTOR_SRC_BASE_PARAM_VALUE_H
#define SARTOR_SRC_BASE_PARAM_VALUE_H

#include "sartor/base/param.h"

struct sr_param_value {
    char *text;    /* NULL: neither given nor defaulted */
    char *path;    /* of a FILE or SAMPLE: the text with ~ expanded */
    double number; /* INTEGER, NUMBER, SWITCH, CHOICE, DURATION; low bound of a RANGE */
    double high;   /* of a RANGE */
    bool given;
    void *target;
};

/* Read `text` into `value`, which stays as it is when the parameter does not take it. `what` begins
 * the sentence. */
enum sr_status sr_param_value_set(struct sr_param_value *value, const char *what,
                                  const struct sr_param *param, const char *text,
                                  struct sr_error *error);
void sr_param_value_fini(struct sr_param_value *value);

/* The value that the parameter's name stands for by itself; NULL for none. */
const char *sr_param_value_bare(const struct sr_param *param);
/* As a positional parameter it takes all bare words that are left. */
bool sr_param_value_many(const struct sr_param *param);

#endif
