noinst_HEADERS += \
	include/sartor/explain/explain.h \
	include/sartor/explain/heat.h \
	include/sartor/explain/quality.h \
	src/explain/internal.h
libsartor_a_SOURCES += \
	src/explain/cam.c \
	src/explain/explain.c \
	src/explain/heat.c \
	src/explain/layers.c \
	src/explain/occlusion.c \
	src/explain/quality.c \
	src/explain/scramble.c \
	src/explain/weights.c
