if HAVE_MPI
check_PROGRAMS += tests/mpi/test_transport
tests_mpi_test_transport_SOURCES = tests/mpi/test_transport.c
tests_mpi_test_transport_CPPFLAGS = $(TEST_CPPFLAGS) $(MPI_CFLAGS)
tests_mpi_test_transport_LDADD = $(TEST_LIBS) $(MPI_LIBS)
endif
