noinst_HEADERS += tests/cells/screen.h
check_PROGRAMS += \
	tests/cells/test_colour \
	tests/cells/test_draw \
	tests/cells/test_grid \
	tests/cells/test_plot
tests_cells_test_colour_SOURCES = tests/cells/test_colour.c
tests_cells_test_colour_CPPFLAGS = $(TEST_CPPFLAGS)
tests_cells_test_colour_LDADD = $(TEST_LIBS)
tests_cells_test_draw_SOURCES = tests/cells/test_draw.c
tests_cells_test_draw_CPPFLAGS = $(TEST_CPPFLAGS)
tests_cells_test_draw_LDADD = $(TEST_LIBS)
tests_cells_test_grid_SOURCES = tests/cells/test_grid.c
tests_cells_test_grid_CPPFLAGS = $(TEST_CPPFLAGS)
tests_cells_test_grid_LDADD = $(TEST_LIBS)
tests_cells_test_plot_SOURCES = tests/cells/test_plot.c
tests_cells_test_plot_CPPFLAGS = $(TEST_CPPFLAGS)
tests_cells_test_plot_LDADD = $(TEST_LIBS)
