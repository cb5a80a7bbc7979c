/* test_transport.c - the module that carries messages by MPI, with an MPI whose calls fail when
 * they are asked to: what each function of the module returns then, and what it hands on. */
#include <limits.h>
#include <mpi.h>
#include <stdbool.h>

#include "../../src/mpi/transport.c"
#include "support.h"

/* What the calls below answer, and what they were given. */
static struct {
    int status, threads; /* of each call; the level of threads that there is */
    bool done, there;    /* of a message under way, of one that is waiting */
    int calls, peer, tag, count, ended;
    const void *bytes;
    bool returns_errors;
} mpi;

int MPI_Init_thread(int *argc, char ***argv, int required, int *provided)
{
    (void)argc, (void)argv;
    assert_int_equal(required, MPI_THREAD_SERIALIZED);
    *provided = mpi.threads;
    return mpi.status;
}

int MPI_Comm_set_errhandler(MPI_Comm comm, MPI_Errhandler handler)
{
    (void)comm;
    mpi.returns_errors = handler == MPI_ERRORS_RETURN;
    return MPI_SUCCESS;
}

int MPI_Comm_rank(MPI_Comm comm, int *rank)
{
    (void)comm;
    *rank = 2;
    return MPI_SUCCESS;
}

int MPI_Comm_size(MPI_Comm comm, int *size)
{
    (void)comm;
    *size = 5;
    return MPI_SUCCESS;
}

static int begin(const void *bytes, int count, int peer, int tag)
{
    mpi.calls++;
    mpi.bytes = bytes;
    mpi.count = count;
    mpi.peer = peer;
    mpi.tag = tag;
    return mpi.status;
}

int MPI_Isend(const void *bytes, int count, MPI_Datatype type, int to, int tag, MPI_Comm comm,
              MPI_Request *request)
{
    (void)comm, (void)request;
    assert_true(type == MPI_BYTE);
    return begin(bytes, count, to, tag);
}

int MPI_Irecv(void *bytes, int count, MPI_Datatype type, int from, int tag, MPI_Comm comm,
              MPI_Request *request)
{
    (void)comm, (void)request;
    assert_true(type == MPI_BYTE);
    return begin(bytes, count, from, tag);
}

int MPI_Test(MPI_Request *request, int *done, MPI_Status *status)
{
    (void)request, (void)status;
    *done = mpi.done;
    return mpi.status;
}

int MPI_Iprobe(int source, int tag, MPI_Comm comm, int *there, MPI_Status *status)
{
    (void)comm;
    mpi.peer = source;
    mpi.tag = tag;
    *there = mpi.there;
    status->MPI_SOURCE = 3;
    return mpi.status;
}

int MPI_Get_count(const MPI_Status *status, MPI_Datatype type, int *count)
{
    assert_int_equal(status->MPI_SOURCE, 3);
    assert_true(type == MPI_BYTE);
    *count = 77;
    return MPI_SUCCESS;
}

int MPI_Finalize(void)
{
    mpi.ended = -1;
    return MPI_SUCCESS;
}

int MPI_Abort(MPI_Comm comm, int status)
{
    (void)comm;
    mpi.ended = status;
    return MPI_SUCCESS;
}

static void starts_or_says_why_not(void **state)
{
    (void)state;
    char text[100] = "";
    int number = -1, count = -1;
    mpi.status = MPI_ERR_OTHER, mpi.threads = MPI_THREAD_MULTIPLE;
    assert_int_equal(sr_transport.open(&number, &count, text, sizeof text), -1);
    assert_string_equal(text, "MPI cannot be started");
    mpi.status = MPI_SUCCESS, mpi.threads = MPI_THREAD_FUNNELED;
    assert_int_equal(sr_transport.open(&number, &count, text, sizeof text), -1);
    assert_string_equal(text, "this MPI was built without threads, which sartor needs");
    assert_int_equal(number, -1);
    assert_false(mpi.returns_errors);
    mpi.threads = MPI_THREAD_SERIALIZED;
    assert_int_equal(sr_transport.open(&number, &count, text, sizeof text), 0);
    assert_int_equal(number, 2);
    assert_int_equal(count, 5);
    assert_true(mpi.returns_errors); /* else MPI ends the program when a process is lost */
    assert_int_equal(sr_transport.version, SR_TRANSPORT_VERSION);
}

/* A message's number of bytes is an int in MPI: longer ones are refused, not cut. */
static void messages_begin_and_end(void **state)
{
    (void)state;
    static char bytes[8];
    for (int way = 0; way < 2; way++) {
        mpi.calls = 0, mpi.status = MPI_SUCCESS;
        const size_t too_long = (size_t)INT_MAX + 1;
        assert_null(way ? sr_transport.send(1, 9, bytes, too_long)
                        : sr_transport.receive(1, 9, bytes, too_long));
        assert_int_equal(mpi.calls, 0);
        mpi.status = MPI_ERR_OTHER;
        assert_null(way ? sr_transport.send(1, 9, bytes, 8) : sr_transport.receive(1, 9, bytes, 8));
        assert_int_equal(mpi.calls, 1);
        for (int end = 0; end < 2; end++) {
            mpi.status = MPI_SUCCESS, mpi.done = false;
            void *message =
                way ? sr_transport.send(4, 9, bytes, 8) : sr_transport.receive(4, 9, bytes, 8);
            assert_non_null(message);
            assert_ptr_equal(mpi.bytes, bytes);
            assert_int_equal(mpi.count, 8);
            assert_int_equal(mpi.peer, 4);
            assert_int_equal(mpi.tag, 9);
            assert_int_equal(sr_transport.test(message), 0);
            mpi.status = end ? MPI_ERR_OTHER : MPI_SUCCESS, mpi.done = !end;
            assert_int_equal(sr_transport.test(message), end ? -1 : 1); /* and it is freed */
        }
    }
}

static void waiting_messages_are_found(void **state)
{
    (void)state;
    int from = -1;
    size_t length = 1;
    mpi.status = MPI_SUCCESS, mpi.there = false;
    assert_int_equal(sr_transport.probe(9, &from, &length), 0);
    assert_int_equal(mpi.peer, MPI_ANY_SOURCE);
    assert_int_equal(from, -1);
    mpi.there = true;
    assert_int_equal(sr_transport.probe(9, &from, &length), 1);
    assert_int_equal(from, 3);
    assert_int_equal(length, 77);
    assert_int_equal(sr_transport.probe(8, &from, &length), 1);
    assert_int_equal(mpi.peer, 3); /* of that process alone */
    assert_int_equal(mpi.tag, 8);
    mpi.status = MPI_ERR_OTHER;
    assert_int_equal(sr_transport.probe(9, &from, &length), -1);
}

static void it_ends_well_or_not(void **state)
{
    (void)state;
    sr_transport.close();
    assert_int_equal(mpi.ended, -1);
    sr_transport.abort(7);
    assert_int_equal(mpi.ended, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_or_says_why_not), cmocka_unit_test(messages_begin_and_end),
        cmocka_unit_test(waiting_messages_are_found), cmocka_unit_test(it_ends_well_or_not)};
    return cmocka_run_group_tests_name("transport", tests, NULL, NULL);
}
