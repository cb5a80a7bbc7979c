/* What the environment says of a launcher, a module that cannot be used, and requests to leave. */
#include "support.h"

#include "sartor/base/leave.h"
#include "sartor/base/ranks.h"
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const names[] = {
    "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", "PMI_SIZE",    "PMI_RANK",
    "SLURM_STEP_NUM_TASKS", "SLURM_PROCID",         "SLURM_NTASKS"};

static void test_launched(void **state)
{
    static const struct {
        const char *size, *size_value, *rank, *rank_value;
        int number; /* -1: not launched */
    } cases[] = {
        {"OMPI_COMM_WORLD_SIZE", "4", "OMPI_COMM_WORLD_RANK", "3", 3},
        {"PMI_SIZE", "2", "PMI_RANK", "0", 0},
        {"SLURM_STEP_NUM_TASKS", "8", "SLURM_PROCID", "7", 7},
        {"OMPI_COMM_WORLD_SIZE", "1", "OMPI_COMM_WORLD_RANK", "0", -1},
        {"PMI_SIZE", "x2", "PMI_RANK", "1", -1},
        {"PMI_SIZE", "2", "PMI_RANK", "-1", -1},
        /* The script of a job is no step: it runs once. */
        {"SLURM_NTASKS", "8", "SLURM_PROCID", "0", -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int number = -2;
        for (size_t n = 0; n < sizeof names / sizeof *names; n++) unsetenv(names[n]);
        setenv(cases[i].size, cases[i].size_value, 1);
        setenv(cases[i].rank, cases[i].rank_value, 1);
        assert_int_equal(sr_ranks_launched(&number), cases[i].number >= 0);
        assert_int_equal(number, cases[i].number >= 0 ? cases[i].number : 0);
    }
}

static void expect_refused(const char *module, const char *words)
{
    struct sr_error error = {0};
    setenv("SARTOR_MPI", module, 1);
    assert_null(sr_ranks_join("command: none\n", &error));
    assert_int_equal(error.status, SR_ERROR_STATE);
    if (!strstr(error.text, words)) fail_msg("%s", error.text);
}

static void test_module(void **state)
{
    (void)state;
    expect_refused("/nowhere/sartor-mpi.so", "built without MPI");
    expect_refused(source_file("README.md"), "README.md");
    expect_refused("/proc/self/exe", ""); /* a program is no module */
}

/* How a child ends that asks itself to leave. */
static int child_ends(bool held, int number)
{
    const pid_t child = fork();
    int status;
    if (!child) {
        sr_leave_watch();
        if (held) sr_leave_hold();
        const bool before = sr_leave_asked();
        raise(number);
        _exit(!before && sr_leave_asked() ? SR_LEAVE_STATUS : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void test_leave(void **state)
{
    static const int numbers[] = {SIGTERM, SIGUSR1};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        int status = child_ends(true, numbers[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == SR_LEAVE_STATUS);
        status = child_ends(false, numbers[i]);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == numbers[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_launched),
        cmocka_unit_test(test_module),
        cmocka_unit_test(test_leave),
    };
    return cmocka_run_group_tests_name("ranks", tests, NULL, NULL);
}
