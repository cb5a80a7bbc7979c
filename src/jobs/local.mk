noinst_HEADERS += \
	include/sartor/jobs/jobs.h
libsartor_a_SOURCES +=
