/* transport.c - messages by MPI: the module sartor-mpi.so. It is linked with MPI and with nothing
 * of the program. */
#include "sartor/base/transport.h"

#include <limits.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

static int mpi_open(int *number, int *count, char *text, size_t room)
{
    int given;
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &given) != MPI_SUCCESS) {
        snprintf(text, room, "MPI cannot be started");
        return -1;
    }
    if (given < MPI_THREAD_SERIALIZED) {
        snprintf(text, room, "this MPI was built without threads, which sartor needs");
        return -1;
    }
    /* What fails is told to the program, which says it in a sentence. */
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_rank(MPI_COMM_WORLD, number);
    MPI_Comm_size(MPI_COMM_WORLD, count);
    return 0;
}

static void *begun(MPI_Request *request, int status)
{
    if (status == MPI_SUCCESS) return request;
    free(request);
    return NULL;
}

static void *mpi_send(int to, int tag, const void *bytes, size_t length)
{
    MPI_Request *request = length > INT_MAX ? NULL : malloc(sizeof *request);
    if (!request) return NULL;
    return begun(request,
                 MPI_Isend(bytes, (int)length, MPI_BYTE, to, tag, MPI_COMM_WORLD, request));
}

static void *mpi_receive(int from, int tag, void *bytes, size_t length)
{
    MPI_Request *request = length > INT_MAX ? NULL : malloc(sizeof *request);
    if (!request) return NULL;
    return begun(request,
                 MPI_Irecv(bytes, (int)length, MPI_BYTE, from, tag, MPI_COMM_WORLD, request));
}

static int mpi_test(void *opaque)
{
    MPI_Request *request = opaque;
    int done = 0;
    int status = MPI_Test(request, &done, MPI_STATUS_IGNORE);
    if (status == MPI_SUCCESS && !done) return 0;
    free(request);
    return status == MPI_SUCCESS ? 1 : -1;
}

static int mpi_probe(int tag, int *from, size_t *length)
{
    MPI_Status status;
    int there = 0, bytes = 0;
    const int source = *from < 0 ? MPI_ANY_SOURCE : *from;
    if (MPI_Iprobe(source, tag, MPI_COMM_WORLD, &there, &status) != MPI_SUCCESS) return -1;
    if (!there) return 0;
    MPI_Get_count(&status, MPI_BYTE, &bytes);
    *from = status.MPI_SOURCE;
    *length = (size_t)bytes;
    return 1;
}

static void mpi_close(void)
{
    MPI_Finalize();
}

static void mpi_abort(int status)
{
    MPI_Abort(MPI_COMM_WORLD, status);
}

extern const struct sr_transport sr_transport;
const struct sr_transport sr_transport = {.version = SR_TRANSPORT_VERSION,
                                          .open = mpi_open,
                                          .send = mpi_send,
                                          .receive = mpi_receive,
                                          .test = mpi_test,
                                          .probe = mpi_probe,
                                          .close = mpi_close,
                                          .abort = mpi_abort};
