check_PROGRAMS += tests/compute/test_bytes
tests_compute_test_bytes_SOURCES = tests/compute/test_bytes.c
tests_compute_test_bytes_CPPFLAGS = $(TEST_CPPFLAGS)
tests_compute_test_bytes_LDADD = $(TEST_LIBS)
check_PROGRAMS += tests/compute/test_kernels
tests_compute_test_kernels_SOURCES = tests/compute/test_kernels.c
tests_compute_test_kernels_CPPFLAGS = $(TEST_CPPFLAGS)
tests_compute_test_kernels_LDADD = $(TEST_LIBS)
