noinst_HEADERS += tests/data/scratch.h
check_PROGRAMS += \
	tests/data/test_dataset \
	tests/data/test_features \
	tests/data/test_idx \
	tests/data/test_split
tests_data_test_dataset_SOURCES = tests/data/test_dataset.c
tests_data_test_dataset_CPPFLAGS = $(TEST_CPPFLAGS)
tests_data_test_dataset_LDADD = $(TEST_LIBS)
tests_data_test_features_SOURCES = tests/data/test_features.c
tests_data_test_features_CPPFLAGS = $(TEST_CPPFLAGS)
tests_data_test_features_LDADD = $(TEST_LIBS)
tests_data_test_idx_SOURCES = tests/data/test_idx.c
tests_data_test_idx_CPPFLAGS = $(TEST_CPPFLAGS)
tests_data_test_idx_LDADD = $(TEST_LIBS)
tests_data_test_split_SOURCES = tests/data/test_split.c
tests_data_test_split_CPPFLAGS = $(TEST_CPPFLAGS)
tests_data_test_split_LDADD = $(TEST_LIBS)
