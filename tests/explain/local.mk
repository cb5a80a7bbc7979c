check_PROGRAMS += tests/explain/test_heat
tests_explain_test_heat_SOURCES = tests/explain/test_heat.c
tests_explain_test_heat_CPPFLAGS = $(TEST_CPPFLAGS)
tests_explain_test_heat_LDADD = $(TEST_LIBS)
