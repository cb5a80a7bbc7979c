SHELL_TESTS += tests/commands/test_manual.sh
