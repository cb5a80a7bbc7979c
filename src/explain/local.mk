noinst_HEADERS += \
	include/sartor/explain/heat.h
libsartor_a_SOURCES +=
