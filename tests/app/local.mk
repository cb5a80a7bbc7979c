check_PROGRAMS += tests/app/test_experiment
tests_app_test_experiment_SOURCES = tests/app/test_experiment.c
tests_app_test_experiment_CPPFLAGS = $(TEST_CPPFLAGS)
tests_app_test_experiment_LDADD = $(TEST_LIBS)
check_PROGRAMS += tests/app/test_session
tests_app_test_session_SOURCES = tests/app/test_session.c
tests_app_test_session_CPPFLAGS = $(TEST_CPPFLAGS)
tests_app_test_session_LDADD = $(TEST_LIBS)
