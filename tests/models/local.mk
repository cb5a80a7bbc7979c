check_PROGRAMS += tests/models/test_blocks
tests_models_test_blocks_SOURCES = tests/models/test_blocks.c
tests_models_test_blocks_CPPFLAGS = $(TEST_CPPFLAGS)
tests_models_test_blocks_LDADD = $(TEST_LIBS)
noinst_HEADERS += tests/models/backdrops.h tests/models/mini.h tests/models/photos.h
check_PROGRAMS += tests/models/test_classes
tests_models_test_classes_SOURCES = tests/models/test_classes.c
tests_models_test_classes_CPPFLAGS = $(TEST_CPPFLAGS)
tests_models_test_classes_LDADD = $(TEST_LIBS)
check_PROGRAMS += tests/models/test_seen
tests_models_test_seen_SOURCES = tests/models/test_seen.c
tests_models_test_seen_CPPFLAGS = $(TEST_CPPFLAGS)
tests_models_test_seen_LDADD = $(TEST_LIBS)
check_PROGRAMS += tests/models/test_tensors
tests_models_test_tensors_SOURCES = tests/models/test_tensors.c
tests_models_test_tensors_CPPFLAGS = $(TEST_CPPFLAGS)
tests_models_test_tensors_LDADD = $(TEST_LIBS)
check_PROGRAMS += tests/models/test_model
tests_models_test_model_SOURCES = tests/models/test_model.c
tests_models_test_model_CPPFLAGS = $(TEST_CPPFLAGS)
tests_models_test_model_LDADD = $(TEST_LIBS)
check_PROGRAMS += tests/models/test_ensemble
tests_models_test_ensemble_SOURCES = tests/models/test_ensemble.c
tests_models_test_ensemble_CPPFLAGS = $(TEST_CPPFLAGS)
tests_models_test_ensemble_LDADD = $(TEST_LIBS)
check_PROGRAMS += tests/models/test_plan
tests_models_test_plan_SOURCES = tests/models/test_plan.c
tests_models_test_plan_CPPFLAGS = $(TEST_CPPFLAGS)
tests_models_test_plan_LDADD = $(TEST_LIBS)
check_PROGRAMS += tests/models/test_parts
tests_models_test_parts_SOURCES = tests/models/test_parts.c
tests_models_test_parts_CPPFLAGS = $(TEST_CPPFLAGS)
tests_models_test_parts_LDADD = $(TEST_LIBS)
check_PROGRAMS += tests/models/test_store
tests_models_test_store_SOURCES = tests/models/test_store.c
tests_models_test_store_CPPFLAGS = $(TEST_CPPFLAGS)
tests_models_test_store_LDADD = $(TEST_LIBS)
check_PROGRAMS += tests/models/test_knn
tests_models_test_knn_SOURCES = tests/models/test_knn.c
tests_models_test_knn_CPPFLAGS = $(TEST_CPPFLAGS)
tests_models_test_knn_LDADD = $(TEST_LIBS)
check_PROGRAMS += tests/models/test_logreg
tests_models_test_logreg_SOURCES = tests/models/test_logreg.c
tests_models_test_logreg_CPPFLAGS = $(TEST_CPPFLAGS)
tests_models_test_logreg_LDADD = $(TEST_LIBS)
check_PROGRAMS += tests/models/test_photos
tests_models_test_photos_SOURCES = tests/models/test_photos.c
tests_models_test_photos_CPPFLAGS = $(TEST_CPPFLAGS)
tests_models_test_photos_LDADD = $(TEST_LIBS)
check_PROGRAMS += tests/models/test_colour
tests_models_test_colour_SOURCES = tests/models/test_colour.c
tests_models_test_colour_CPPFLAGS = $(TEST_CPPFLAGS)
tests_models_test_colour_LDADD = $(TEST_LIBS)
EXTRA_DIST += \
	tests/models/corpus/empty.safetensors \
	tests/models/corpus/scalar.safetensors \
	tests/models/corpus/several.safetensors

SHELL_TESTS += tests/models/test_resume.sh tests/models/test_python.sh
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

check_PROGRAMS += tests/models/test_forest
tests_models_test_forest_SOURCES = tests/models/test_forest.c
tests_models_test_forest_CPPFLAGS = $(TEST_CPPFLAGS)
tests_models_test_forest_LDADD = $(TEST_LIBS)
check_PROGRAMS += tests/models/test_svm
tests_models_test_svm_SOURCES = tests/models/test_svm.c
tests_models_test_svm_CPPFLAGS = $(TEST_CPPFLAGS)
tests_models_test_svm_LDADD = $(TEST_LIBS)
check_PROGRAMS += tests/models/test_damaged
tests_models_test_damaged_SOURCES = tests/models/test_damaged.c
tests_models_test_damaged_CPPFLAGS = $(TEST_CPPFLAGS)
tests_models_test_damaged_LDADD = $(TEST_LIBS)
