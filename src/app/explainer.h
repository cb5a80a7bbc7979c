/* explainer.h - the part of a result's key that says how a model is explained. Private to app/. */
#ifndef SARTOR_APP_EXPLAINER_H
#define SARTOR_APP_EXPLAINER_H

#include "sartor/app/explanations.h"
#include "sartor/app/results.h"

#include <stdio.h>
#include <string.h>

struct how {
    char model[64]; /* the entry's name, for sentences */
    char method[16], layer[32];
    int target;
};

/* A name that is too long is cut; no layer or method has such a name. */
static inline struct how how_of(const struct sr_explainer *explainer)
{
    struct how how = {.target = explainer->target};
    snprintf(how.model, sizeof how.model, "%s", explainer->entry->name);
    snprintf(how.method, sizeof how.method, "%s", explainer->method ? explainer->method : "");
    if (!strcmp(how.method, "auto")) how.method[0] = '\0';
    snprintf(how.layer, sizeof how.layer, "%s", explainer->layer ? explainer->layer : "");
    return how;
}

static inline bool how_same(const struct how *a, const struct how *b)
{
    return a->target == b->target && !strcmp(a->method, b->method) && !strcmp(a->layer, b->layer);
}

#endif
