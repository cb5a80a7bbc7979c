/* clock.h - time for measuring and for waiting, and memory for reporting. */
#ifndef SARTOR_BASE_CLOCK_H
#define SARTOR_BASE_CLOCK_H

#include <stdint.h>

double sr_clock_seconds(void);         /* monotonic */
void sr_clock_sleep(double seconds);
double sr_clock_cpu_seconds(void);     /* of the whole process */
uint64_t sr_memory_peak(void);         /* bytes of resident memory at most so far */
int sr_processors(void);               /* that this process may run on, at least 1 */

#endif
