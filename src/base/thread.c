#include "sartor/base/thread.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sartor/base/memory.h"

static void must(int code)
{
    if (code) abort();
}

void sr_once(struct sr_once *once, void (*make)(void))
{
    must(pthread_once(&once->handle, make));
}

void sr_mutex_init(struct sr_mutex *mutex)
{
    must(pthread_mutex_init(&mutex->handle, NULL));
}
void sr_mutex_fini(struct sr_mutex *mutex)
{
    must(pthread_mutex_destroy(&mutex->handle));
}
void sr_mutex_lock(struct sr_mutex *mutex)
{
    must(pthread_mutex_lock(&mutex->handle));
}
void sr_mutex_unlock(struct sr_mutex *mutex)
{
    must(pthread_mutex_unlock(&mutex->handle));
}

void sr_condition_init(struct sr_condition *condition)
{
    pthread_condattr_t attributes;
    must(pthread_condattr_init(&attributes));
    must(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC));
    must(pthread_cond_init(&condition->handle, &attributes));
    must(pthread_condattr_destroy(&attributes));
}

void sr_condition_fini(struct sr_condition *condition)
{
    must(pthread_cond_destroy(&condition->handle));
}

void sr_condition_wait(struct sr_condition *condition, struct sr_mutex *mutex)
{
    must(pthread_cond_wait(&condition->handle, &mutex->handle));
}

void sr_condition_signal(struct sr_condition *condition)
{
    must(pthread_cond_signal(&condition->handle));
}
void sr_condition_broadcast(struct sr_condition *condition)
{
    must(pthread_cond_broadcast(&condition->handle));
}

struct start {
    void (*run)(void *context);
    void *context;
    char name[16];
};

static void *begin(void *opaque)
{
    struct start start = *(struct start *)opaque;
    free(opaque);
    pthread_setname_np(pthread_self(), start.name);
    start.run(start.context);
    return NULL;
}

enum sr_status sr_thread_start(struct sr_thread *thread, const char *name,
                               void (*run)(void *context), void *context, struct sr_error *error)
{
    struct start *start = sr_xalloc(sizeof *start);
    start->run = run;
    start->context = context;
    strncpy(start->name, name, sizeof start->name - 1);
    sigset_t all, before;
    sigfillset(&all);
    /* The signal of a fault that is blocked ends the process without running its handler. */
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) sigdelset(&all, faults[i]);
    must(pthread_sigmask(SIG_SETMASK, &all, &before));
    int code = pthread_create(&thread->handle, NULL, begin, start);
    must(pthread_sigmask(SIG_SETMASK, &before, NULL));
    if (!code) return SR_OK;
    free(start);
    return sr_error_set(error, SR_ERROR_MEMORY, "cannot start the thread \"%s\": %s", name,
                        strerror(code));
}

void sr_thread_join(struct sr_thread *thread)
{
    must(pthread_join(thread->handle, NULL));
}
