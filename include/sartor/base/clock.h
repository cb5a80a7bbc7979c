/* clock.h - time for measuring and for waiting, and memory for reporting. */
#ifndef SARTOR_BASE_CLOCK_H
#define SARTOR_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

double sr_clock_seconds(void);     /* monotonic */
double sr_clock_cpu_seconds(void); /* of the whole process */
uint64_t sr_memory_peak(void);     /* bytes of resident memory at most so far */
/* The memory that a piece of work takes: `begin` resets the peak; `taken` gives by how many bytes
 * it has risen since above what was resident then, 0 where the system does not tell. One piece at
 * a time; any thread. */
void sr_memory_begin(void);
uint64_t sr_memory_taken(void);
/* The processor's name, "unknown" where the system does not tell. */
void sr_processor_name(char *out, size_t size);
int sr_processors(void); /* that this process may run on, at least 1 */

#endif
