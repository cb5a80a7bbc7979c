check_PROGRAMS += tests/onnx/test_save
tests_onnx_test_save_SOURCES = tests/onnx/test_save.c
tests_onnx_test_save_CPPFLAGS = $(TEST_CPPFLAGS) -I$(srcdir)
tests_onnx_test_save_LDADD = $(TEST_LIBS)
SHELL_TESTS += tests/onnx/test_runtime.sh
EXTRA_DIST += tests/onnx/compare.py
