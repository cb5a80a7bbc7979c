SHELL_TESTS += tests/commands/test_manual.sh
SHELL_TESTS += tests/commands/test_study.sh
