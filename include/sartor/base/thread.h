/* thread.h - threads, locks and wake-ups. No other room uses pthreads.
 *
 * Failing to make a lock or a thread at start is reported; locking itself
 * cannot fail in correct use and aborts when it does. */
#ifndef SARTOR_BASE_THREAD_H
#define SARTOR_BASE_THREAD_H

#include "sartor/base/error.h"
#include <pthread.h>
#include <stdbool.h>

struct sr_mutex {
    pthread_mutex_t handle;
};
struct sr_condition {
    pthread_cond_t handle;
};
struct sr_thread {
    pthread_t handle;
};

struct sr_once {
    pthread_once_t handle;
};
#define SR_ONCE_INIT                                                                               \
    {                                                                                              \
        PTHREAD_ONCE_INIT                                                                          \
    }
/* Call `make` if nobody has yet, and return when it has been called. */
void sr_once(struct sr_once *once, void (*make)(void));

void sr_mutex_init(struct sr_mutex *mutex);
void sr_mutex_fini(struct sr_mutex *mutex);
void sr_mutex_lock(struct sr_mutex *mutex);
void sr_mutex_unlock(struct sr_mutex *mutex);

void sr_condition_init(struct sr_condition *condition);
void sr_condition_fini(struct sr_condition *condition);
void sr_condition_wait(struct sr_condition *condition, struct sr_mutex *mutex);
void sr_condition_signal(struct sr_condition *condition);
void sr_condition_broadcast(struct sr_condition *condition);

/* Start a thread with all signals but those of faults blocked, so that they reach the
 * front end's thread. `name` (15 bytes) shows in debuggers and htop. */
enum sr_status sr_thread_start(struct sr_thread *thread, const char *name,
                               void (*run)(void *context), void *context, struct sr_error *error);
void sr_thread_join(struct sr_thread *thread);

#endif
