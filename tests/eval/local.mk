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

check_PROGRAMS += tests/eval/test_calibration
tests_eval_test_calibration_SOURCES = tests/eval/test_calibration.c
tests_eval_test_calibration_CPPFLAGS = $(TEST_CPPFLAGS)
tests_eval_test_calibration_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/eval/test_conformal
tests_eval_test_conformal_SOURCES = tests/eval/test_conformal.c
tests_eval_test_conformal_CPPFLAGS = $(TEST_CPPFLAGS)
tests_eval_test_conformal_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/eval/test_familiarity
tests_eval_test_familiarity_SOURCES = tests/eval/test_familiarity.c
tests_eval_test_familiarity_CPPFLAGS = $(TEST_CPPFLAGS)
tests_eval_test_familiarity_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/eval/test_bootstrap
tests_eval_test_bootstrap_SOURCES = tests/eval/test_bootstrap.c
tests_eval_test_bootstrap_CPPFLAGS = $(TEST_CPPFLAGS)
tests_eval_test_bootstrap_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/eval/test_risk
tests_eval_test_risk_SOURCES = tests/eval/test_risk.c
tests_eval_test_risk_CPPFLAGS = $(TEST_CPPFLAGS)
tests_eval_test_risk_LDADD = $(TEST_LIBS)
