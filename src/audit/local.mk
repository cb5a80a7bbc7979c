noinst_HEADERS += \
	include/sartor/audit/audit.h
libsartor_a_SOURCES += \
	src/audit/checks.c \
	src/audit/find.c \
	src/audit/measure.c \
	src/audit/relate.c \
	src/audit/slices.c
