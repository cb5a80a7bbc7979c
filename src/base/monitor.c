#include "sartor/base/monitor.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "sartor/base/clock.h"

const char *sr_progress_units(const struct sr_progress *progress)
{
    static const char *const units[][2] = {{"batch", "batches"},        {"tree", "trees"},
                                           {"pair", "pairs"},           {"query", "queries"},
                                           {"iteration", "iterations"}, {"step", "steps"}};
    const char *unit = progress->epochs > 0 ? NULL : progress->unit;
    for (size_t i = 0; unit && i < sizeof units / sizeof *units; i++)
        if (strcmp(unit, units[i][0]) == 0) return units[i][1];
    return unit && strcmp(unit, "image") != 0 ? unit : "images";
}

void sr_monitor_progress(const struct sr_monitor *monitor, const struct sr_progress *progress)
{
    if (monitor && monitor->progress) monitor->progress(monitor->owner, progress);
}

void sr_monitor_count(const struct sr_monitor *monitor, const char *unit, size_t done, size_t total,
                      double began)
{
    const double seconds = sr_clock_seconds() - began;
    if (done > total) done = total;
    if (!done) return;
    sr_monitor_progress(
        monitor,
        &(struct sr_progress){.unit = unit,
                              .done = done,
                              .total = total,
                              .rate = seconds > 0 ? (double)done / seconds : 0,
                              .seconds_left = (double)(total - done) * seconds / (double)done,
                              .loss = NAN,
                              .accuracy = NAN,
                              .learning_rate = NAN});
}

void sr_monitor_epoch(const struct sr_monitor *monitor, const struct sr_epoch *epoch)
{
    if (monitor && monitor->epoch) monitor->epoch(monitor->owner, epoch);
}

bool sr_monitor_proceed(const struct sr_monitor *monitor)
{
    return monitor && monitor->proceed ? monitor->proceed(monitor->owner) : true;
}
