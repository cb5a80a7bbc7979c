/* seats.h - the processes of a run that trainings are handed out to, each with one training at a
 * time. Private to app/. Any thread. */
#ifndef SARTOR_APP_SEATS_H
#define SARTOR_APP_SEATS_H

#include "sartor/base/monitor.h"
#include "sartor/base/ranks.h"

struct seats;

struct seats *seats_new(struct sr_ranks *ranks);
void seats_free(struct seats *seats); /* NULL-safe */

/* Wait for a rank that has nothing to do; 0 is this process. -1 when the monitor asks to end. */
int seats_take(struct seats *seats, const struct sr_monitor *monitor);
void seats_give(struct seats *seats, int rank);

#endif
