check_PROGRAMS += tests/models/test_tensors
tests_models_test_tensors_SOURCES = tests/models/test_tensors.c
tests_models_test_tensors_CPPFLAGS = $(TEST_CPPFLAGS)
tests_models_test_tensors_LDADD = $(TEST_LIBS)
EXTRA_DIST += \
	tests/models/corpus/empty.safetensors \
	tests/models/corpus/scalar.safetensors \
	tests/models/corpus/several.safetensors

if FUZZING
EXTRA_PROGRAMS += tests/models/fuzz_tensors
tests_models_fuzz_tensors_SOURCES = tests/models/fuzz_tensors.c
tests_models_fuzz_tensors_LDADD = $(SARTOR_LIBS)
tests_models_fuzz_tensors_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
endif
SHELL_TESTS += tests/models/test_resume.sh
check_PROGRAMS += tests/models/test_networks
tests_models_test_networks_SOURCES = tests/models/test_networks.c
tests_models_test_networks_CPPFLAGS = $(TEST_CPPFLAGS)
tests_models_test_networks_LDADD = $(TEST_LIBS)
EXTRA_DIST += \
	tests/models/golden/make_networks.py \
	tests/models/golden/cnn.safetensors \
	tests/models/golden/cnn-small-norm.safetensors \
	tests/models/golden/mlp.safetensors \
	tests/models/golden/resnet.safetensors \
	tests/models/golden/resnet20.safetensors
