noinst_HEADERS += tests/figure/charts.h tests/figure/texts.h
check_PROGRAMS += \
	tests/figure/test_charts \
	tests/figure/test_drawn \
	tests/figure/test_pages \
	tests/figure/test_parts \
	tests/figure/test_room \
	tests/figure/test_screen \
	tests/figure/test_targets
tests_figure_test_charts_SOURCES = tests/figure/test_charts.c
tests_figure_test_charts_CPPFLAGS = $(TEST_CPPFLAGS) $(PNG_CFLAGS)
tests_figure_test_charts_LDADD = $(TEST_LIBS)
tests_figure_test_drawn_SOURCES = tests/figure/test_drawn.c
tests_figure_test_drawn_CPPFLAGS = $(TEST_CPPFLAGS) $(PNG_CFLAGS) $(CAIRO_CFLAGS)
tests_figure_test_drawn_LDADD = $(TEST_LIBS)
tests_figure_test_drawn_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=sr_draw_text \
	-Wl,--wrap=sr_draw_turned -Wl,--wrap=sr_draw_paragraph
tests_figure_test_pages_SOURCES = tests/figure/test_pages.c
tests_figure_test_pages_CPPFLAGS = $(TEST_CPPFLAGS) $(PNG_CFLAGS) $(CAIRO_CFLAGS) $(JANSSON_CFLAGS)
tests_figure_test_pages_LDADD = $(TEST_LIBS)
EXTRA_DIST += tests/figure/golden/pages.txt tests/figure/hover.js
tests_figure_test_parts_SOURCES = tests/figure/test_parts.c
tests_figure_test_parts_CPPFLAGS = $(TEST_CPPFLAGS) $(PNG_CFLAGS) $(CAIRO_CFLAGS) $(JANSSON_CFLAGS)
tests_figure_test_parts_LDADD = $(TEST_LIBS)
tests_figure_test_room_SOURCES = tests/figure/test_room.c
tests_figure_test_room_CPPFLAGS = $(TEST_CPPFLAGS) $(PNG_CFLAGS) $(CAIRO_CFLAGS)
tests_figure_test_room_LDADD = $(TEST_LIBS)
tests_figure_test_room_LDFLAGS = $(tests_figure_test_drawn_LDFLAGS)
tests_figure_test_screen_SOURCES = tests/figure/test_screen.c
tests_figure_test_screen_CPPFLAGS = $(TEST_CPPFLAGS) $(PNG_CFLAGS)
tests_figure_test_screen_LDADD = $(TEST_LIBS)
tests_figure_test_targets_SOURCES = tests/figure/test_targets.c
tests_figure_test_targets_CPPFLAGS = $(TEST_CPPFLAGS) $(PNG_CFLAGS) $(CAIRO_CFLAGS)
tests_figure_test_targets_LDADD = $(TEST_LIBS)
