/* progress.h - how far reading has come. Private to data/. */
#ifndef SARTOR_DATA_PROGRESS_H
#define SARTOR_DATA_PROGRESS_H

#include <math.h>
#include <stdio.h>

#include "sartor/base/monitor.h"

/* `done` of `total` images of a file, whose name without its folders is the note. */
static inline void progress_say(const struct sr_monitor *monitor, const char *name, uint64_t done,
                                uint64_t total)
{
    struct sr_progress progress = {.unit = "image",
                                   .done = done,
                                   .total = total,
                                   .seconds_left = -1,
                                   .loss = NAN,
                                   .accuracy = NAN,
                                   .learning_rate = NAN};
    const char *at = name;
    for (const char *c = name; *c; c++)
        if (c[0] == '/' && c[1]) at = c + 1;
    snprintf(progress.note, sizeof progress.note, "%s", at);
    sr_monitor_progress(monitor, &progress);
}

#endif
