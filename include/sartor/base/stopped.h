/* stopped.h - the error of work that its monitor has asked to end, and that has nothing to keep or
 * to name. */
#ifndef SARTOR_BASE_STOPPED_H
#define SARTOR_BASE_STOPPED_H

#include "sartor/base/error.h"

/* Fills `error`; returns SR_ERROR_CANCELLED. */
static inline enum sr_status sr_stopped(struct sr_error *error)
{
    return sr_error_set(error, SR_ERROR_CANCELLED, "stopped");
}

#endif
