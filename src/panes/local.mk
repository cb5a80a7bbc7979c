noinst_HEADERS += \
	include/sartor/panes/form.h \
	include/sartor/panes/overlay.h \
	include/sartor/panes/pane.h \
	include/sartor/panes/show.h
libsartor_a_SOURCES += \
	src/panes/browse.c \
	src/panes/browse.h \
	src/panes/browse_grid.c \
	src/panes/browse_sample.c \
	src/panes/browse_values.c \
	src/panes/compare.c \
	src/panes/compare.h \
	src/panes/compare_robustness.c \
	src/panes/compare_chart.c \
	src/panes/compare_draw.c \
	src/panes/compare_table.c \
	src/panes/confusion.c \
	src/panes/confusion.h \
	src/panes/confusion_matrix.c \
	src/panes/confusion_table.c \
	src/panes/data_audit.c \
	src/panes/data.c \
	src/panes/data.h \
	src/panes/data_images.c \
	src/panes/explain.c \
	src/panes/explain.h \
	src/panes/explain_choice.c \
	src/panes/explain_classes.c \
	src/panes/explain_sample.c \
	src/panes/form.c \
	src/panes/form.h \
	src/panes/log.c \
	src/panes/map.c src/panes/map.h \
	src/panes/map_draw.c \
	src/panes/map_points.c \
	src/panes/missing.c \
	src/panes/motion.c \
	src/panes/overlay.c \
	src/panes/pictures.c \
	src/panes/sample.c \
	src/panes/screen.c \
	src/panes/scroller.c \
	src/panes/scroller.h \
	src/panes/shared.h \
	src/panes/spots.c \
	src/panes/table.c \
	src/panes/text.c \
	src/panes/train.c \
	src/panes/train.h \
	src/panes/train_curves.c \
	src/panes/train_families.c \
	src/panes/train_run.c \
	src/panes/train_words.c
