SHELL_TESTS += tests/batch/test_batch.sh
