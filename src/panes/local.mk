noinst_HEADERS += \
	include/sartor/panes/pane.h
libsartor_a_SOURCES +=
