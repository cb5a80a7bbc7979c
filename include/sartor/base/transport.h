/* transport.h - what a module that carries messages between processes offers to the program.
 *
 * The module is a shared object of its own (src/mpi/, sartor-mpi.so), which the program loads only
 * under a launcher, so that it is linked with no MPI. It exports one `sr_transport`. No function
 * waits, but for open and close, which all processes call; the caller sees to it that only one
 * thread is in the module at a time. */
#ifndef SARTOR_BASE_TRANSPORT_H
#define SARTOR_BASE_TRANSPORT_H

#include <stddef.h>

/* Raised with every change of the struct: a module of another number is refused. */
enum { SR_TRANSPORT_VERSION = 2 };

struct sr_transport {
    int version;
    /* Meet the others. 0; or -1 with a sentence in `text`. */
    int (*open)(int *number, int *count, char *text, size_t room);
    /* Begin to send or receive `length` bytes, which stay where they are until test says 1. NULL
     * when that is not possible. Messages of one tag between two processes arrive in their order.
     */
    void *(*send)(int to, int tag, const void *bytes, size_t length);
    void *(*receive)(int from, int tag, void *bytes, size_t length);
    /* 1: done; 0: not yet; -1: failed. Done and failed requests are released. */
    int (*test)(void *request);
    /* Is there a message with that tag, from rank `*from`, or from whomever where that is -1? 1
     * with its sender and length; 0; -1: failed. */
    int (*probe)(int tag, int *from, size_t *length);
    void (*close)(void);
    /* End all processes. */
    void (*abort)(int status);
};

/* The name under which a module exports it. */
#define SR_TRANSPORT_SYMBOL "sr_transport"

#endif
