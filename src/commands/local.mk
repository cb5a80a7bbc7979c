noinst_HEADERS += src/commands/internal.h src/commands/study.h \
	include/sartor/commands/command.h \
	include/sartor/commands/keys.h \
	include/sartor/commands/queue.h \
	include/sartor/commands/reply.h
libsartor_a_SOURCES += \
	src/commands/ablate.c \
	src/commands/browse.c \
	src/commands/command.c \
	src/commands/compare.c \
	src/commands/complete.c \
	src/commands/confusion.c \
	src/commands/curves.c \
	src/commands/evaluate.c \
	src/commands/experiments.c \
	src/commands/explain.c \
	src/commands/export.c \
	src/commands/figures.c \
	src/commands/figures.h \
	src/commands/figures_data.c \
	src/commands/figures_heat.c \
	src/commands/figures_models.c \
	src/commands/figures_scores.c \
	src/commands/form.c \
	src/commands/help.c \
	src/commands/jobs.c \
	src/commands/keys.c \
	src/commands/manual.c \
	src/commands/models.c \
	src/commands/navigate.c \
	src/commands/open.c \
	src/commands/predict.c \
	src/commands/report.c \
	src/commands/report_claims.c \
	src/commands/report_text.c \
	src/commands/save_log.c \
	src/commands/say.c \
	src/commands/screen.c \
	src/commands/set.c \
	src/commands/show.c \
	src/commands/stats.c \
	src/commands/study.c \
	src/commands/study_pace.c \
	src/commands/study_plan.c \
	src/commands/suspects.c \
	src/commands/train.c \
	src/commands/tune.c \
	src/commands/views.c
