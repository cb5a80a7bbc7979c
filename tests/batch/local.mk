SHELL_TESTS += tests/batch/test_batch.sh
SHELL_TESTS += tests/batch/test_log.sh
