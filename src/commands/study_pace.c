/* study_pace.c - the time a study still takes.
 *
 * What lines cost was measured on one machine (study_plan.c). Another is slower or faster, and not
 * at all kinds of work by the same factor: what has been spent on each kind here scales what is
 * left of it. */
#include <config.h>

#include "study.h"

#include <string.h>

/* Cost seconds of a kind that what is known beforehand counts for, and the share of a line that
 * other lines count for. */
static const double DOUBT = 0.15, LINE_DOUBT = 0.02;

void study_spend(struct study_spent spent[STUDY_WORKS], const struct study_step *step, double share,
                 double seconds)
{
    if (!(share > 0) || !(seconds >= 0)) return;
    spent[step->work].seconds += seconds;
    spent[step->work].cost += share * step->cost;
}

/* Seconds that a cost second of each kind takes: of what was spent on it, with as much weight as it
 * has lasted, and before that the pace of all kinds together. */
static void take_paces(const struct study_spent spent[STUDY_WORKS], double paces[STUDY_WORKS])
{
    struct study_spent all = {DOUBT, DOUBT};
    for (int w = 0; w < STUDY_WORKS; w++) {
        all.seconds += spent[w].seconds;
        all.cost += spent[w].cost;
    }
    for (int w = 0; w < STUDY_WORKS; w++)
        paces[w] = (spent[w].seconds + DOUBT * all.seconds / all.cost) / (spent[w].cost + DOUBT);
}

double study_seconds_left(const struct study_script *script, size_t at,
                          const struct study_here *here,
                          const struct study_spent before[STUDY_WORKS])
{
    struct study_spent spent[STUDY_WORKS];
    double paces[STUDY_WORKS], left = 0;
    memcpy(spent, before, sizeof spent);
    const struct study_step *step = at < script->count ? &script->steps[at] : NULL;
    double gained = here ? here->share - here->first_share : 0;
    if (here && step) study_spend(spent, step, gained, here->seconds);
    take_paces(spent, paces);
    for (size_t i = at + (here && step); i < script->count; i++)
        left += paces[script->steps[i].work] * script->steps[i].cost;
    if (here && step)
        left += (1 - here->share) * (here->seconds + LINE_DOUBT * paces[step->work] * step->cost) /
                (gained + LINE_DOUBT);
    return left;
}
