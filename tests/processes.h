/* processes.h - a function that several processes call as the ranks of a run (base/ranks.h), with
 * messages by sockets in place of MPI (batch/sockets.c). */
#ifndef SARTOR_TESTS_PROCESSES_H
#define SARTOR_TESTS_PROCESSES_H

#include "support.h"

#include <sys/wait.h>
#include <unistd.h>

#include "sartor/base/ranks.h"

/* In a process of these, where a check that fails must end that process only. */
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (condition) break;                                                                      \
        fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                    \
        _exit(1);                                                                                  \
    } while (0)

static inline void be_rank(int number, int (*body)(struct sr_ranks *ranks))
{
    struct sr_error why = {0};
    char text[16];
    snprintf(text, sizeof text, "%d", number);
    setenv("PMI_RANK", text, 1);
    struct sr_ranks *ranks = sr_ranks_join("command: test\n", &why);
    if (!ranks) fprintf(stderr, "rank %d: %s\n", number, why.text);
    const int status = ranks ? body(ranks) : 1;
    sr_ranks_leave(ranks, status);
    _exit(status);
}

/* Call `body` in so many processes. Skips the test where the sockets are not built. */
static inline void run_ranks(int count, int (*body)(struct sr_ranks *ranks))
{
    enum { MOST = 8 };
    const char *build = getenv("BUILDDIR");
    char module[4096], folder[] = "/tmp/sartor-ranks-XXXXXX", path[64], text[16];
    pid_t children[MOST];
    int status = 1;
    snprintf(module, sizeof module, "%s/tests/batch/sockets.so", build ? build : ".");
    if (access(module, R_OK)) skip();
    assert_true(count <= MOST && mkdtemp(folder));
    snprintf(text, sizeof text, "%d", count);
    setenv("PMI_SIZE", text, 1);
    setenv("SARTOR_MPI", module, 1);
    setenv("SARTOR_SOCKETS", folder, 1);
    fflush(NULL);
    for (int i = 0; i < count; i++) {
        children[i] = fork();
        if (!children[i]) be_rank(i, body);
    }
    for (int i = count - 1; i >= 0; i--) waitpid(children[i], &status, 0); /* rank 0 last */
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%d", folder, i);
        unlink(path);
    }
    rmdir(folder);
    if (!WIFEXITED(status) || WEXITSTATUS(status)) fail_msg("rank 0: wait status %d", status);
}

#endif
