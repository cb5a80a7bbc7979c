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
	src/nn/step.c \
	src/nn/trainer.c \
	src/nn/unit_conv.c \
	src/nn/unit_dense.c \
	src/nn/unit_norm.c \
	src/nn/unit_simple.c \
	src/nn/workspace.c
