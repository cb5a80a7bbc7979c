noinst_HEADERS += \
	include/sartor/figure/figure.h
libsartor_a_SOURCES +=
