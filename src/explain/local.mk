noinst_HEADERS += \
	include/sartor/explain/heat.h
libsartor_a_SOURCES += \
	src/explain/heat.c
