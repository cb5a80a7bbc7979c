#include "sartor/base/leave.h"

#include <signal.h>
#include <stdatomic.h>

static atomic_int held;
static atomic_bool asked;

static void on_signal(int number)
{
    if (atomic_load(&held) > 0) {
        atomic_store(&asked, true);
        return;
    }
    signal(number, SIG_DFL);
    raise(number);
}

void sr_leave_watch(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGUSR1, &action, NULL);
}

void sr_leave_hold(void)
{
    atomic_fetch_add(&held, 1);
}

void sr_leave_release(void)
{
    atomic_fetch_sub(&held, 1);
}

bool sr_leave_asked(void)
{
    return atomic_load(&asked);
}
