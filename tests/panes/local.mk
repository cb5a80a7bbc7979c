check_PROGRAMS += tests/panes/test_hooks
tests_panes_test_hooks_SOURCES = tests/panes/test_hooks.c
tests_panes_test_hooks_CPPFLAGS = $(TEST_CPPFLAGS)
tests_panes_test_hooks_LDADD = $(TEST_LIBS)
check_PROGRAMS += tests/panes/test_map
tests_panes_test_map_SOURCES = tests/panes/test_map.c
tests_panes_test_map_CPPFLAGS = $(TEST_CPPFLAGS)
tests_panes_test_map_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/panes/test_paint
tests_panes_test_paint_SOURCES = tests/panes/test_paint.c
tests_panes_test_paint_CPPFLAGS = $(TEST_CPPFLAGS)
tests_panes_test_paint_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/panes/test_parts
tests_panes_test_parts_SOURCES = tests/panes/test_parts.c
tests_panes_test_parts_CPPFLAGS = $(TEST_CPPFLAGS)
tests_panes_test_parts_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/panes/test_robust
tests_panes_test_robust_SOURCES = tests/panes/test_robust.c
tests_panes_test_robust_CPPFLAGS = $(TEST_CPPFLAGS)
tests_panes_test_robust_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/panes/test_shown
tests_panes_test_shown_SOURCES = tests/panes/test_shown.c
tests_panes_test_shown_CPPFLAGS = $(TEST_CPPFLAGS)
tests_panes_test_shown_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/panes/test_screens
tests_panes_test_screens_SOURCES = tests/panes/test_screens.c
tests_panes_test_screens_CPPFLAGS = $(TEST_CPPFLAGS)
tests_panes_test_screens_LDADD = $(TEST_LIBS)

noinst_HEADERS += \
	tests/panes/fixture.h
EXTRA_DIST += \
	tests/panes/golden/browse-120x40.txt \
	tests/panes/golden/explain-200x60.txt \
	tests/panes/golden/confusion-200x60.txt \
	tests/panes/golden/data-200x60.txt \
	tests/panes/golden/browse-big-40x12.txt \
	tests/panes/golden/browse-big-80x24.txt \
	tests/panes/golden/browse-small-40x12.txt \
	tests/panes/golden/browse-small-80x24.txt \
	tests/panes/golden/browse-40x12.txt \
	tests/panes/golden/browse-80x24.txt \
	tests/panes/golden/browse-ansi-80x24.txt \
	tests/panes/golden/browse-ascii-40x12.txt \
	tests/panes/golden/browse-ascii-80x24.txt \
	tests/panes/golden/browse-empty-80x24.txt \
	tests/panes/golden/browse-large-120x40.txt \
	tests/panes/golden/browse-large-40x12.txt \
	tests/panes/golden/browse-large-80x24.txt \
	tests/panes/golden/browse-large-ansi-80x24.txt \
	tests/panes/golden/browse-large-ascii-40x12.txt \
	tests/panes/golden/browse-large-ascii-80x24.txt \
	tests/panes/golden/browse-large-plain-80x24.txt \
	tests/panes/golden/browse-plain-80x24.txt \
	tests/panes/golden/browse-tagged-20x5.txt \
	tests/panes/golden/browse-tagged-80x24.txt \
	tests/panes/golden/browse-tiny-20x5.txt \
	tests/panes/golden/browse-values-120x40.txt \
	tests/panes/golden/browse-values-40x12.txt \
	tests/panes/golden/browse-values-80x24.txt \
	tests/panes/golden/browse-versions-80x24.txt \
	tests/panes/golden/browse-zoomed-80x24.txt \
	tests/panes/golden/colour-browse-16-ansi-80x24.txt \
	tests/panes/golden/colour-browse-256-ansi-80x24.txt \
	tests/panes/golden/colour-browse-8-ansi-80x24.txt \
	tests/panes/golden/colour-browse-ascii-80x24.txt \
	tests/panes/golden/colour-browse-direct-ansi-80x24.txt \
	tests/panes/golden/colour-browse-plain-80x24.txt \
	tests/panes/golden/colour-data-80x24.txt \
	tests/panes/golden/colour-data-ansi-120x40.txt \
	tests/panes/golden/colour-explain-ansi-120x40.txt \
	tests/panes/golden/colour-large-ansi-120x40.txt \
	tests/panes/golden/colour-means-ansi-80x24.txt \
	tests/panes/golden/colour-values-80x24.txt \
	tests/panes/golden/colour-values-ansi-120x40.txt \
	tests/panes/golden/compare-changed-120x40.txt \
	tests/panes/golden/compare-changed-40x12.txt \
	tests/panes/golden/compare-changed-80x24.txt \
	tests/panes/golden/map-100x30.txt \
	tests/panes/golden/map-120x40.txt \
	tests/panes/golden/map-16-ansi-100x30.txt \
	tests/panes/golden/map-16-ansi-200x60.txt \
	tests/panes/golden/map-200x60.txt \
	tests/panes/golden/map-40x12.txt \
	tests/panes/golden/map-80x24.txt \
	tests/panes/golden/map-ansi-100x30.txt \
	tests/panes/golden/map-ansi-120x40.txt \
	tests/panes/golden/map-ansi-200x60.txt \
	tests/panes/golden/map-ansi-80x24.txt \
	tests/panes/golden/map-ascii-100x30.txt \
	tests/panes/golden/map-ascii-200x60.txt \
	tests/panes/golden/map-ascii-40x12.txt \
	tests/panes/golden/map-ascii-80x24.txt \
	tests/panes/golden/map-confidence-80x24.txt \
	tests/panes/golden/map-near-ansi-80x24.txt \
	tests/panes/golden/map-plain-100x30.txt \
	tests/panes/golden/map-plain-200x60.txt \
	tests/panes/golden/map-plain-80x24.txt \
	tests/panes/golden/map-sixteen-ansi-80x24.txt \
	tests/panes/golden/map-suspect-80x24.txt \
	tests/panes/golden/map-tiny-20x5.txt \
	tests/panes/golden/compare-120x40.txt \
	tests/panes/golden/compare-200x50.txt \
	tests/panes/golden/compare-40x12.txt \
	tests/panes/golden/compare-80x24.txt \
	tests/panes/golden/compare-ansi-80x24.txt \
	tests/panes/golden/compare-ascii-40x12.txt \
	tests/panes/golden/compare-ascii-80x24.txt \
	tests/panes/golden/compare-fit-80x24.txt \
	tests/panes/golden/compare-name-40x30.txt \
	tests/panes/golden/compare-no-model-80x24.txt \
	tests/panes/golden/compare-parameters-40x12.txt \
	tests/panes/golden/compare-plain-80x24.txt \
	tests/panes/golden/compare-refused-80x24.txt \
	tests/panes/golden/compare-refused-here-80x24.txt \
	tests/panes/golden/compare-tiny-20x5.txt \
	tests/panes/golden/confusion-120x40.txt \
	tests/panes/golden/confusion-40x12.txt \
	tests/panes/golden/confusion-80x24.txt \
	tests/panes/golden/confusion-all-ansi-80x24.txt \
	tests/panes/golden/confusion-ansi-80x24.txt \
	tests/panes/golden/confusion-ascii-40x12.txt \
	tests/panes/golden/confusion-ascii-80x24.txt \
	tests/panes/golden/confusion-margin-80x24.txt \
	tests/panes/golden/confusion-no-model-80x24.txt \
	tests/panes/golden/confusion-plain-80x24.txt \
	tests/panes/golden/confusion-tiny-20x5.txt \
	tests/panes/golden/confusion-vs-120x40.txt \
	tests/panes/golden/confusion-vs-40x12.txt \
	tests/panes/golden/confusion-vs-80x24.txt \
	tests/panes/golden/confusion-vs-ansi-80x24.txt \
	tests/panes/golden/data-120x40.txt \
	tests/panes/golden/data-40x12.txt \
	tests/panes/golden/data-80x24.txt \
	tests/panes/golden/data-ansi-80x24.txt \
	tests/panes/golden/data-ascii-40x12.txt \
	tests/panes/golden/data-ascii-80x24.txt \
	tests/panes/golden/data-class-120x40.txt \
	tests/panes/golden/data-class-80x24.txt \
	tests/panes/golden/data-deviation-120x40.txt \
	tests/panes/golden/data-deviation-80x24.txt \
	tests/panes/golden/data-means-40x12.txt \
	tests/panes/golden/data-means-80x24.txt \
	tests/panes/golden/data-plain-80x24.txt \
	tests/panes/golden/data-tiny-20x5.txt \
	tests/panes/golden/explain-120x40.txt \
	tests/panes/golden/explain-40x12.txt \
	tests/panes/golden/explain-80x24.txt \
	tests/panes/golden/explain-ansi-80x24.txt \
	tests/panes/golden/explain-ascii-40x12.txt \
	tests/panes/golden/explain-ascii-80x24.txt \
	tests/panes/golden/explain-classes-120x40.txt \
	tests/panes/golden/explain-classes-20x5.txt \
	tests/panes/golden/explain-classes-80x24.txt \
	tests/panes/golden/explain-classes-idle-80x24.txt \
	tests/panes/golden/explain-idle-80x24.txt \
	tests/panes/golden/explain-layer-80x24.txt \
	tests/panes/golden/explain-no-model-80x24.txt \
	tests/panes/golden/explain-occlusion-80x24.txt \
	tests/panes/golden/explain-plain-80x24.txt \
	tests/panes/golden/explain-tiny-20x5.txt \
	tests/panes/golden/form-120x40.txt \
	tests/panes/golden/form-40x12.txt \
	tests/panes/golden/form-80x24.txt \
	tests/panes/golden/form-ansi-80x24.txt \
	tests/panes/golden/form-ascii-40x12.txt \
	tests/panes/golden/form-ascii-80x24.txt \
	tests/panes/golden/form-last-80x24.txt \
	tests/panes/golden/form-plain-80x24.txt \
	tests/panes/golden/form-tiny-20x5.txt \
	tests/panes/golden/form-wrong-80x24.txt \
	tests/panes/golden/log-120x40.txt \
	tests/panes/golden/log-40x12.txt \
	tests/panes/golden/log-80x24.txt \
	tests/panes/golden/log-ansi-80x24.txt \
	tests/panes/golden/log-ascii-40x12.txt \
	tests/panes/golden/log-ascii-80x24.txt \
	tests/panes/golden/log-empty-80x24.txt \
	tests/panes/golden/log-first-80x24.txt \
	tests/panes/golden/log-plain-80x24.txt \
	tests/panes/golden/log-tiny-20x5.txt \
	tests/panes/golden/message-80x24.txt \
	tests/panes/golden/no-data-60x8.txt \
	tests/panes/golden/overlay-80x24.txt \
	tests/panes/golden/overlay-prompt-40x12.txt \
	tests/panes/golden/train-120x40.txt \
	tests/panes/golden/train-40x12.txt \
	tests/panes/golden/train-80x24.txt \
	tests/panes/golden/train-ansi-80x24.txt \
	tests/panes/golden/train-ascii-40x12.txt \
	tests/panes/golden/train-ascii-80x24.txt \
	tests/panes/golden/train-done-80x24.txt \
	tests/panes/golden/train-failed-80x24.txt \
	tests/panes/golden/train-first-40x12.txt \
	tests/panes/golden/train-first-80x24.txt \
	tests/panes/golden/train-plain-80x24.txt \
	tests/panes/golden/train-read-80x24.txt \
	tests/panes/golden/train-smooth-120x40.txt \
	tests/panes/golden/train-smooth-40x12.txt \
	tests/panes/golden/train-smooth-80x24.txt \
	tests/panes/golden/train-smooth-ansi-80x24.txt \
	tests/panes/golden/train-smooth-ascii-40x12.txt \
	tests/panes/golden/train-smooth-ascii-80x24.txt \
	tests/panes/golden/train-smooth-plain-80x24.txt \
	tests/panes/golden/train-tiny-20x5.txt \
	tests/panes/golden/train-tree-120x40.txt \
	tests/panes/golden/train-tree-80x24.txt \
	tests/panes/golden/words.txt
