noinst_HEADERS += \
	include/sartor/nn/network.h
libsartor_a_SOURCES +=
