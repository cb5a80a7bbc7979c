SHELL_TESTS += tests/commands/test_manual.sh
SHELL_TESTS += tests/commands/test_study.sh
SHELL_TESTS += tests/commands/test_completion.sh
SHELL_TESTS += tests/commands/test_figures.sh
SHELL_TESTS += tests/commands/test_tune.sh
