check_PROGRAMS += tests/jobs/test_jobs
tests_jobs_test_jobs_SOURCES = tests/jobs/test_jobs.c
tests_jobs_test_jobs_CPPFLAGS = $(TEST_CPPFLAGS)
tests_jobs_test_jobs_LDADD = $(TEST_LIBS)
