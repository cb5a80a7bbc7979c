check_PROGRAMS += tests/explain/test_heat
tests_explain_test_heat_SOURCES = tests/explain/test_heat.c
tests_explain_test_heat_CPPFLAGS = $(TEST_CPPFLAGS)
tests_explain_test_heat_LDADD = $(TEST_LIBS)
check_PROGRAMS += tests/explain/test_golden
tests_explain_test_golden_SOURCES = tests/explain/test_golden.c
tests_explain_test_golden_CPPFLAGS = $(TEST_CPPFLAGS)
tests_explain_test_golden_LDADD = $(TEST_LIBS)
EXTRA_DIST += \
	tests/explain/golden/make_cams.py \
	tests/explain/golden/cams.safetensors
check_PROGRAMS += tests/explain/test_explain
tests_explain_test_explain_SOURCES = tests/explain/test_explain.c
tests_explain_test_explain_CPPFLAGS = $(TEST_CPPFLAGS)
tests_explain_test_explain_LDADD = $(TEST_LIBS)
check_PROGRAMS += tests/explain/test_quality
tests_explain_test_quality_SOURCES = tests/explain/test_quality.c
tests_explain_test_quality_CPPFLAGS = $(TEST_CPPFLAGS)
tests_explain_test_quality_LDADD = $(TEST_LIBS)
check_PROGRAMS += tests/explain/test_colour
tests_explain_test_colour_SOURCES = tests/explain/test_colour.c
tests_explain_test_colour_CPPFLAGS = $(TEST_CPPFLAGS)
tests_explain_test_colour_LDADD = $(TEST_LIBS)
noinst_HEADERS += tests/explain/toy.h
SHELL_TESTS += tests/explain/test_commands.sh
