/* schedule.h - the learning rate as a function of the step. Pure; any thread. */
#ifndef SARTOR_NN_SCHEDULE_H
#define SARTOR_NN_SCHEDULE_H

#include <stdint.h>

enum sr_schedule_shape {
    SR_SCHEDULE_CONSTANT,
    SR_SCHEDULE_COSINE,   /* half a cosine from the peak to nothing */
    SR_SCHEDULE_ONECYCLE, /* a straight climb from peak / 25, then half a cosine to peak / 10,000 */
    SR_SCHEDULE_COUNT
};
extern const char *const sr_schedule_names[SR_SCHEDULE_COUNT];

struct sr_schedule {
    enum sr_schedule_shape shape;
    double peak;     /* the highest rate */
    uint64_t warmup; /* steps of climbing first; for ONECYCLE 0 means three tenths of the run */
    uint64_t total;  /* steps in all */
};

/* The rate for step 0..total-1. Steps past the end get the last step's rate. */
double sr_schedule_rate(const struct sr_schedule *schedule, uint64_t step);

#endif
