#include "sartor/nn/schedule.h"

#include <math.h>

const char *const sr_schedule_names[SR_SCHEDULE_COUNT] = {"constant", "cosine", "onecycle"};

/* First and last rate of one-cycle, as fractions of the peak (Smith and Topin, 2017). */
#define CYCLE_START (1.0 / 25)
#define CYCLE_END   1e-4

/* From 1 at `t` = 0 to 0 at 1. */
static double half_cosine(double t)
{
    return 0.5 * (1 + cos(3.14159265358979323846 * t));
}

double sr_schedule_rate(const struct sr_schedule *schedule, uint64_t step)
{
    uint64_t total = schedule->total ? schedule->total : 1;
    uint64_t warmup = schedule->warmup;
    double start = 0, end = 0;

    if (step >= total) step = total - 1;
    if (schedule->shape == SR_SCHEDULE_ONECYCLE) {
        if (warmup == 0) warmup = total * 3 / 10;
        start = CYCLE_START;
        end = CYCLE_END;
    }
    if (warmup > total) warmup = total;
    if (step < warmup)
        return schedule->peak * (start + (1 - start) * (double)(step + 1) / (double)warmup);
    if (schedule->shape == SR_SCHEDULE_CONSTANT) return schedule->peak;

    double t = (double)(step - warmup) / (double)(total - warmup);
    return schedule->peak * (end + (1 - end) * half_cosine(t));
}
