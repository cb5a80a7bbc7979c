## The module that carries messages by MPI, loaded only under a launcher. Nothing else is linked with MPI.
if HAVE_MPI
mpimoduledir = $(pkglibdir)
mpimodule_PROGRAMS = sartor-mpi.so
sartor_mpi_so_SOURCES = src/mpi/transport.c
sartor_mpi_so_CFLAGS = $(AM_CFLAGS) -fPIC $(MPI_CFLAGS)
sartor_mpi_so_LDFLAGS = $(AM_LDFLAGS) -shared
sartor_mpi_so_LDADD = $(MPI_LIBS)
endif
