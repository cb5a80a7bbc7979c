noinst_HEADERS += \
	include/sartor/embed/faithfulness.h \
	include/sartor/embed/neighbours.h \
	include/sartor/embed/pca.h \
	include/sartor/embed/tsne.h \
	src/embed/affinities.h \
	src/embed/eigen.h \
	src/embed/fft.h \
	src/embed/repulsion.h \
	src/embed/vector.h
libsartor_a_SOURCES += \
	src/embed/affinities.c \
	src/embed/eigen.c \
	src/embed/faithfulness.c \
	src/embed/fft.c \
	src/embed/isa.c \
	src/embed/neighbours.c \
	src/embed/pca.c \
	src/embed/repulsion.c \
	src/embed/tsne.c
kernel_sources += src/embed/loops.c
