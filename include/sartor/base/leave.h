/* leave.h - a request from outside that the program end soon: SIGTERM or SIGUSR1, as sent by a
 * cluster that needs the machine for something else.
 *
 * Where work is under way that can be gone on with later, the request is noted: the work finishes
 * its step, keeps a checkpoint and ends, and the program ends with SR_LEAVE_STATUS, by which a
 * queue knows that the same command is to be run again. Else the signal ends the program at once,
 * as it always does. Any thread may call. */
#ifndef SARTOR_BASE_LEAVE_H
#define SARTOR_BASE_LEAVE_H

#include <stdbool.h>

enum { SR_LEAVE_STATUS = 75 }; /* EX_TEMPFAIL of sysexits.h */

/* Begin to watch for the signals; the explorer, which has its own way to end, does not. */
void sr_leave_watch(void);
/* Work that can be gone on with begins and ends. */
void sr_leave_hold(void);
void sr_leave_release(void);
bool sr_leave_asked(void);

#endif
