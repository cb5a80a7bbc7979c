SHELL_TESTS += tests/batch/test_batch.sh tests/batch/test_together.sh
SHELL_TESTS += tests/batch/test_log.sh
