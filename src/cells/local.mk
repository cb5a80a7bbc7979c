noinst_HEADERS += \
	include/sartor/cells/colour.h \
	include/sartor/cells/draw.h \
	include/sartor/cells/grid.h
libsartor_a_SOURCES +=
