noinst_HEADERS += \
	include/sartor/batch/batch.h
libsartor_a_SOURCES += src/batch/batch.c
