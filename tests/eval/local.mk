check_PROGRAMS += tests/eval/test_evaluation
tests_eval_test_evaluation_SOURCES = tests/eval/test_evaluation.c
tests_eval_test_evaluation_CPPFLAGS = $(TEST_CPPFLAGS)
tests_eval_test_evaluation_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/eval/test_significance
tests_eval_test_significance_SOURCES = tests/eval/test_significance.c
tests_eval_test_significance_CPPFLAGS = $(TEST_CPPFLAGS)
tests_eval_test_significance_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/eval/test_costs
tests_eval_test_costs_SOURCES = tests/eval/test_costs.c
tests_eval_test_costs_CPPFLAGS = $(TEST_CPPFLAGS)
tests_eval_test_costs_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/eval/test_suspects
tests_eval_test_suspects_SOURCES = tests/eval/test_suspects.c
tests_eval_test_suspects_CPPFLAGS = $(TEST_CPPFLAGS)
tests_eval_test_suspects_LDADD = $(TEST_LIBS)
