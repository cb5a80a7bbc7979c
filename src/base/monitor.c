#include "sartor/base/monitor.h"

#include <stddef.h>

void sr_monitor_progress(const struct sr_monitor *monitor, const struct sr_progress *progress)
{
    if (monitor && monitor->progress) monitor->progress(monitor->owner, progress);
}

void sr_monitor_epoch(const struct sr_monitor *monitor, const struct sr_epoch *epoch)
{
    if (monitor && monitor->epoch) monitor->epoch(monitor->owner, epoch);
}

bool sr_monitor_proceed(const struct sr_monitor *monitor)
{
    return monitor && monitor->proceed ? monitor->proceed(monitor->owner) : true;
}
