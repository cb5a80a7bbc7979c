noinst_HEADERS += \
	include/sartor/ui/ui.h
libsartor_a_SOURCES +=
