noinst_HEADERS += \
	include/sartor/cells/colour.h \
	include/sartor/cells/draw.h \
	include/sartor/cells/grid.h \
	src/cells/canvas.h
libsartor_a_SOURCES += \
	src/cells/canvas.c \
	src/cells/colour.c \
	src/cells/dump.c \
	src/cells/glyph.c \
	src/cells/grid.c \
	src/cells/image.c \
	src/cells/plot.c \
	src/cells/theme.c
