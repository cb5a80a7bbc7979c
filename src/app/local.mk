noinst_HEADERS += src/app/explainer.h src/app/resume.h src/app/task.h \
	include/sartor/app/data.h \
	include/sartor/app/experiment.h \
	include/sartor/app/explanations.h \
	include/sartor/app/log.h \
	include/sartor/app/models.h \
	include/sartor/app/options.h \
	include/sartor/app/pictures.h \
	include/sartor/app/predictions.h \
	include/sartor/app/scores.h \
	include/sartor/app/results.h \
	include/sartor/app/runs.h \
	include/sartor/app/selection.h \
	include/sartor/app/session.h \
	include/sartor/app/state.h \
	include/sartor/app/suspects.h \
	include/sartor/app/view.h
libsartor_a_SOURCES += \
	src/app/closeup.c \
	src/app/comparison.c \
	src/app/data.c \
	src/app/experiment.c \
	src/app/explain.c \
	src/app/heats.c \
	src/app/held_out.c \
	src/app/judge.c \
	src/app/library.c \
	src/app/log.c \
	src/app/nearest.c \
	src/app/open.c \
	src/app/options.c \
	src/app/quality.c \
	src/app/pictures.c \
	src/app/predictions.c \
	src/app/results.c \
	src/app/resume.c \
	src/app/runs.c \
	src/app/scores.c \
	src/app/selection.c \
	src/app/session.c \
	src/app/state.c \
	src/app/statistics.c \
	src/app/suspects.c \
	src/app/tags.c \
	src/app/task.c \
	src/app/test_split.c \
	src/app/training.c
