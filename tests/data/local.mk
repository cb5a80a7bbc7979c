SHELL_TESTS += tests/data/test_odd_files.sh
noinst_HEADERS += tests/data/forms.h tests/data/garment.h tests/data/scenes.h tests/data/scratch.h
check_PROGRAMS += \
	tests/data/test_archives \
	tests/data/test_augment \
	tests/data/test_cache \
	tests/data/test_cutout \
	tests/data/test_dataset \
	tests/data/test_features \
	tests/data/test_formats \
	tests/data/test_forms \
	tests/data/test_identity \
	tests/data/test_idx \
	tests/data/test_import \
	tests/data/test_pictures \
	tests/data/test_scene \
	tests/data/test_split
tests_data_test_archives_SOURCES = tests/data/test_archives.c
tests_data_test_archives_CPPFLAGS = $(TEST_CPPFLAGS) $(PNG_CFLAGS) $(ARCHIVE_CFLAGS)
tests_data_test_archives_LDADD = $(TEST_LIBS)
tests_data_test_pictures_SOURCES = tests/data/test_pictures.c
tests_data_test_pictures_CPPFLAGS = $(TEST_CPPFLAGS) $(PNG_CFLAGS) $(ARCHIVE_CFLAGS) \
	$(JPEG_CFLAGS) $(WEBP_CFLAGS)
tests_data_test_pictures_LDADD = $(TEST_LIBS)
tests_data_test_cache_SOURCES = tests/data/test_cache.c
tests_data_test_cache_CPPFLAGS = $(TEST_CPPFLAGS) $(PNG_CFLAGS) $(ARCHIVE_CFLAGS)
tests_data_test_cache_LDADD = $(TEST_LIBS)
tests_data_test_augment_SOURCES = tests/data/test_augment.c
tests_data_test_augment_CPPFLAGS = $(TEST_CPPFLAGS)
tests_data_test_augment_LDADD = $(TEST_LIBS)
tests_data_test_scene_SOURCES = tests/data/test_scene.c
tests_data_test_scene_CPPFLAGS = $(TEST_CPPFLAGS)
tests_data_test_scene_LDADD = $(TEST_LIBS)
tests_data_test_cutout_SOURCES = tests/data/test_cutout.c
tests_data_test_cutout_CPPFLAGS = $(TEST_CPPFLAGS)
tests_data_test_cutout_LDADD = $(TEST_LIBS)
tests_data_test_dataset_SOURCES = tests/data/test_dataset.c
tests_data_test_dataset_CPPFLAGS = $(TEST_CPPFLAGS)
tests_data_test_dataset_LDADD = $(TEST_LIBS)
tests_data_test_features_SOURCES = tests/data/test_features.c
tests_data_test_features_CPPFLAGS = $(TEST_CPPFLAGS)
tests_data_test_features_LDADD = $(TEST_LIBS)
tests_data_test_formats_SOURCES = tests/data/test_formats.c
tests_data_test_formats_CPPFLAGS = $(TEST_CPPFLAGS)
tests_data_test_formats_LDADD = $(TEST_LIBS)
tests_data_test_forms_SOURCES = tests/data/test_forms.c
tests_data_test_forms_CPPFLAGS = $(TEST_CPPFLAGS) $(PNG_CFLAGS) $(ARCHIVE_CFLAGS)
tests_data_test_forms_LDADD = $(TEST_LIBS)
tests_data_test_identity_SOURCES = tests/data/test_identity.c
tests_data_test_identity_CPPFLAGS = $(TEST_CPPFLAGS)
tests_data_test_identity_LDADD = $(TEST_LIBS)
tests_data_test_idx_SOURCES = tests/data/test_idx.c
tests_data_test_idx_CPPFLAGS = $(TEST_CPPFLAGS)
tests_data_test_idx_LDADD = $(TEST_LIBS)
tests_data_test_import_SOURCES = tests/data/test_import.c
tests_data_test_import_CPPFLAGS = $(TEST_CPPFLAGS) $(PNG_CFLAGS)
tests_data_test_import_LDADD = $(TEST_LIBS)
tests_data_test_split_SOURCES = tests/data/test_split.c
tests_data_test_split_CPPFLAGS = $(TEST_CPPFLAGS)
tests_data_test_split_LDADD = $(TEST_LIBS)

EXTRA_DIST += \
	tests/data/make-corpus \
	tests/data/corpus-idx/absurd \
	tests/data/corpus-idx/floats \
	tests/data/corpus-idx/four-dimensions \
	tests/data/corpus-idx/header-cut \
	tests/data/corpus-idx/images \
	tests/data/corpus-idx/images-8x16 \
	tests/data/corpus-idx/labels \
	tests/data/corpus-idx/narrow \
	tests/data/corpus-idx/no-images \
	tests/data/corpus-idx/text \
	tests/data/corpus-idx/too-long \
	tests/data/corpus-idx/truncated \
	tests/data/corpus-picture/animated.webp \
	tests/data/corpus-picture/cmyk.jpg \
	tests/data/corpus-picture/colour-16-bits.png \
	tests/data/corpus-picture/colour-420.jpg \
	tests/data/corpus-picture/colour-444.jpg \
	tests/data/corpus-picture/colour-opacity.png \
	tests/data/corpus-picture/colour.png \
	tests/data/corpus-picture/cut.jpg \
	tests/data/corpus-picture/cut.webp \
	tests/data/corpus-picture/grey-1-bit.png \
	tests/data/corpus-picture/grey-28x20.png \
	tests/data/corpus-picture/grey-filters.png \
	tests/data/corpus-picture/grey-opacity.png \
	tests/data/corpus-picture/interlaced.png \
	tests/data/corpus-picture/long-text.png \
	tests/data/corpus-picture/no-data.png \
	tests/data/corpus-picture/opacity-lossless.webp \
	tests/data/corpus-picture/palette.png \
	tests/data/corpus-picture/restarts.jpg \
	tests/data/corpus-picture/text-gamma.png \
	tests/data/corpus-picture/turned.jpg \
	tests/data/corpus-picture/turned.webp \
	tests/data/corpus-picture/wide.png

check_PROGRAMS += tests/data/test_texture
tests_data_test_texture_SOURCES = tests/data/test_texture.c
tests_data_test_texture_CPPFLAGS = $(TEST_CPPFLAGS)
tests_data_test_texture_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/data/test_changes
tests_data_test_changes_SOURCES = tests/data/test_changes.c tests/data/changes-reference.h
tests_data_test_changes_CPPFLAGS = $(TEST_CPPFLAGS)
tests_data_test_changes_LDADD = $(TEST_LIBS)
