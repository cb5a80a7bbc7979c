noinst_HEADERS += \
	include/sartor/base/clock.h \
	include/sartor/base/error.h \
	include/sartor/base/file.h \
	include/sartor/base/json.h \
	include/sartor/base/kept.h \
	include/sartor/base/leave.h \
	include/sartor/base/memory.h \
	include/sartor/base/monitor.h \
	include/sartor/base/param.h \
	include/sartor/base/pool.h \
	include/sartor/base/ranks.h \
	include/sartor/base/rng.h \
	include/sartor/base/shape.h \
	include/sartor/base/srgb.h \
	include/sartor/base/stopped.h \
	include/sartor/base/table.h \
	include/sartor/base/text.h \
	include/sartor/base/thread.h \
	include/sartor/base/transport.h \
	include/sartor/base/tree.h \
	include/sartor/base/words.h
libsartor_a_SOURCES += \
	src/base/clock.c \
	src/base/error.c \
	src/base/escape.c \
	src/base/file.c \
	src/base/json.c \
	src/base/kept.c \
	src/base/leave.c \
	src/base/memory.c \
	src/base/monitor.c \
	src/base/output.c \
	src/base/param.c \
	src/base/param_value.c \
	src/base/param_value.h \
	src/base/pool.c \
	src/base/ranks.c \
	src/base/rng.c \
	src/base/table.c \
	src/base/text.c \
	src/base/thread.c \
	src/base/tree.c \
	src/base/update.c \
	src/base/words.c
