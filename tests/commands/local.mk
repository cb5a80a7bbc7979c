SHELL_TESTS += tests/commands/test_hostile.sh
SHELL_TESTS += tests/commands/test_panes.sh
SHELL_TESTS += tests/commands/test_arguments.sh
SHELL_TESTS += tests/commands/test_refusals.sh
SHELL_TESTS += tests/commands/test_pictures.sh
EXTRA_DIST += tests/commands/pictures/blank.png tests/commands/pictures/boot.png tests/commands/pictures/pullover.png
SHELL_TESTS += tests/commands/test_manual.sh
SHELL_TESTS += tests/commands/test_robustness.sh
SHELL_TESTS += tests/commands/test_changed.sh
SHELL_TESTS += tests/commands/test_study.sh
SHELL_TESTS += tests/commands/test_completion.sh
SHELL_TESTS += tests/commands/test_figures.sh
SHELL_TESTS += tests/commands/test_values.sh
SHELL_TESTS += tests/commands/test_tune.sh
SHELL_TESTS += tests/commands/test_browse.sh
SHELL_TESTS += tests/commands/test_map.sh
SHELL_TESTS += tests/commands/test_audit.sh
SHELL_TESTS += tests/commands/test_decisions.sh
SHELL_TESTS += tests/commands/test_mend.sh
SHELL_TESTS += tests/commands/test_honesty.sh
SHELL_TESTS += tests/commands/test_colour.sh
SHELL_TESTS += tests/commands/test_sessions.sh
check_PROGRAMS += tests/commands/test_config
tests_commands_test_config_SOURCES = tests/commands/test_config.c
tests_commands_test_config_CPPFLAGS = $(TEST_CPPFLAGS)
tests_commands_test_config_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/commands/test_pace
tests_commands_test_pace_SOURCES = tests/commands/test_pace.c
tests_commands_test_pace_CPPFLAGS = $(TEST_CPPFLAGS)
tests_commands_test_pace_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/commands/test_queue
tests_commands_test_queue_SOURCES = tests/commands/test_queue.c
tests_commands_test_queue_CPPFLAGS = $(TEST_CPPFLAGS)
tests_commands_test_queue_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/commands/test_views
tests_commands_test_views_SOURCES = tests/commands/test_views.c
tests_commands_test_views_CPPFLAGS = $(TEST_CPPFLAGS)
tests_commands_test_views_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/commands/test_target
tests_commands_test_target_SOURCES = tests/commands/test_target.c
tests_commands_test_target_CPPFLAGS = $(TEST_CPPFLAGS)
tests_commands_test_target_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/commands/test_keys
tests_commands_test_keys_SOURCES = tests/commands/test_keys.c
tests_commands_test_keys_CPPFLAGS = $(TEST_CPPFLAGS)
tests_commands_test_keys_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/commands/test_reply
tests_commands_test_reply_SOURCES = tests/commands/test_reply.c
tests_commands_test_reply_CPPFLAGS = $(TEST_CPPFLAGS)
tests_commands_test_reply_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/commands/test_undo
tests_commands_test_undo_SOURCES = tests/commands/test_undo.c
tests_commands_test_undo_CPPFLAGS = $(TEST_CPPFLAGS)
tests_commands_test_undo_LDADD = $(TEST_LIBS)
