noinst_HEADERS += \
	include/sartor/figure/figure.h \
	src/figure/axis.h \
	src/figure/canvas.h \
	src/figure/glyphs.h \
	src/figure/page.h \
	src/figure/plotly.h \
	src/figure/confusion.h \
	src/figure/surface.h
libsartor_a_SOURCES += \
	src/figure/axis.c \
	src/figure/bars.c \
	src/figure/canvas.c \
	src/figure/cells.c \
	src/figure/confusion.c \
	src/figure/confusion_cells.c \
	src/figure/confusion_plotly.c \
	src/figure/curves.c \
	src/figure/curves_page.c \
	src/figure/diagram.c \
	src/figure/figure.c \
	src/figure/glyphs.c \
	src/figure/histogram.c \
	src/figure/legend.c \
	src/figure/page.c \
	src/figure/plotly.c \
	src/figure/plotly_images.c \
	src/figure/png.c \
	src/figure/scatter.c \
	src/figure/steps.c \
	src/figure/text.c \
	src/figure/thumbnails.c \
	src/figure/tiles.c \
	src/figure/triptych.c \
	src/figure/vector.c
