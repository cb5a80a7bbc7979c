check_PROGRAMS += tests/onnx/test_save tests/onnx/test_load tests/onnx/test_operators
tests_onnx_test_save_SOURCES = tests/onnx/test_save.c
tests_onnx_test_save_CPPFLAGS = $(TEST_CPPFLAGS) -I$(srcdir)
tests_onnx_test_save_LDADD = $(TEST_LIBS)
tests_onnx_test_load_SOURCES = tests/onnx/test_load.c
tests_onnx_test_load_CPPFLAGS = $(TEST_CPPFLAGS)
tests_onnx_test_load_LDADD = $(TEST_LIBS)
tests_onnx_test_operators_SOURCES = tests/onnx/test_operators.c
tests_onnx_test_operators_CPPFLAGS = $(TEST_CPPFLAGS) -I$(srcdir)
tests_onnx_test_operators_LDADD = $(TEST_LIBS)
SHELL_TESTS += tests/onnx/test_runtime.sh
EXTRA_DIST += \
	tests/onnx/compare.py \
	tests/onnx/make_keras.py \
	tests/onnx/make_networks.py \
	tests/onnx/expected.txt \
	tests/onnx/onnx.dict \
	tests/onnx/corpus/dense.onnx \
	tests/onnx/corpus/keras.onnx \
	tests/onnx/corpus/last.onnx \
	tests/onnx/corpus/plain.onnx \
	tests/onnx/corpus/refused-groups.onnx \
	tests/onnx/corpus/refused-operator.onnx \
	tests/onnx/corpus/refused-outside.onnx \
	tests/onnx/corpus/residual.onnx
