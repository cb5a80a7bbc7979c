#include "sartor/base/clock.h"

#include <malloc.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

static double seconds_of(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

double sr_clock_seconds(void)
{
    return seconds_of(CLOCK_MONOTONIC);
}

double sr_clock_cpu_seconds(void)
{
    return seconds_of(CLOCK_PROCESS_CPUTIME_ID);
}

static _Atomic uint64_t peak_before; /* the largest peak that sr_memory_begin has set back */
static _Atomic uint64_t resident_at_begin;

static uint64_t resident_peak(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) ? 0 : (uint64_t)usage.ru_maxrss * 1024;
}

uint64_t sr_memory_peak(void)
{
    uint64_t peak = resident_peak();
    return peak > peak_before ? peak : peak_before;
}

/* Linux: "5" written to clear_refs sets the peak back to what is resident (proc(5)). */
void sr_memory_begin(void)
{
    peak_before = sr_memory_peak();
    malloc_trim(0); /* freed memory would hide what the work takes */
    FILE *file = fopen("/proc/self/clear_refs", "we");
    bool reset = file && fputs("5", file) >= 0;
    if (file && fclose(file)) reset = false;
    resident_at_begin = reset ? resident_peak() : 0;
}

uint64_t sr_memory_taken(void)
{
    uint64_t peak = resident_peak();
    return resident_at_begin && peak > resident_at_begin ? peak - resident_at_begin : 0;
}

void sr_processor_name(char *out, size_t size)
{
    char line[256], name[128] = "";
    FILE *file = fopen("/proc/cpuinfo", "re");
    while (file && !*name && fgets(line, sizeof line, file))
        sscanf(line, "model name : %127[^\n]", name);
    if (file) fclose(file);
    snprintf(out, size, "%s", *name ? name : "unknown");
}

int sr_processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set)) return 1;
    int count = CPU_COUNT(&set);
    return count > 0 ? count : 1;
}
