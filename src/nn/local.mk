noinst_HEADERS += \
	src/nn/internal.h \
	include/sartor/nn/inference.h \
	include/sartor/nn/network.h \
	include/sartor/nn/optimizer.h \
	include/sartor/nn/schedule.h \
	include/sartor/nn/trainer.h
libsartor_a_SOURCES += \
	src/nn/inference.c \
	src/nn/network.c \
	src/nn/optimizer.c \
	src/nn/schedule.c \
	src/nn/trainer.c
