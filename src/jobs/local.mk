noinst_HEADERS += \
	include/sartor/jobs/jobs.h
libsartor_a_SOURCES += src/jobs/jobs.c
