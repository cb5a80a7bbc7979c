noinst_HEADERS += \
	include/sartor/data/augment.h \
	include/sartor/data/dataset.h \
	include/sartor/data/features.h \
	include/sartor/data/folds.h \
	include/sartor/data/formats.h \
	include/sartor/data/idx.h \
	include/sartor/data/images.h \
	include/sartor/data/import.h \
	include/sartor/data/split.h \
	include/sartor/data/stats.h
libsartor_a_SOURCES += \
	src/data/augment.c \
	src/data/classes.c \
	src/data/classes.h \
	src/data/dataset.c \
	src/data/features.c \
	src/data/find.c \
	src/data/folds.c \
	src/data/format_idx.c \
	src/data/formats.c \
	src/data/idx.c \
	src/data/images.c \
	src/data/import.c \
	src/data/internal.h \
	src/data/picture.c \
	src/data/picture.h \
	src/data/split.c \
	src/data/stats.c
