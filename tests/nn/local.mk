check_PROGRAMS += tests/nn/test_trainer_steps
tests_nn_test_trainer_steps_SOURCES = tests/nn/test_trainer_steps.c
tests_nn_test_trainer_steps_CPPFLAGS = $(TEST_CPPFLAGS)
tests_nn_test_trainer_steps_LDADD = $(TEST_LIBS)
check_PROGRAMS += tests/nn/test_network
tests_nn_test_network_SOURCES = tests/nn/test_network.c
tests_nn_test_network_CPPFLAGS = $(TEST_CPPFLAGS)
tests_nn_test_network_LDADD = $(TEST_LIBS)
