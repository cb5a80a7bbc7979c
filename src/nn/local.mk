noinst_HEADERS += \
	src/nn/convolver.h \
	src/nn/layer.h \
	src/nn/window.h \
	src/nn/workspace.h \
	include/sartor/nn/layer.h \
	include/sartor/nn/exchange.h \
	include/sartor/nn/inference.h \
	include/sartor/nn/network.h \
	include/sartor/nn/optimizer.h \
	include/sartor/nn/schedule.h \
	include/sartor/nn/sharing.h \
	include/sartor/nn/trainer.h
libsartor_a_SOURCES += \
	src/nn/convolver.c \
	src/nn/exchange.c \
	src/nn/filters.c \
	src/nn/inference.c \
	src/nn/job.c \
	src/nn/layer_add.c \
	src/nn/layer_average_pool.c \
	src/nn/layer_batch_norm.c \
	src/nn/layer_conv.c \
	src/nn/layer_dense.c \
	src/nn/layer_dropout.c \
	src/nn/layer_flatten.c \
	src/nn/layer_global_pool.c \
	src/nn/layer_max_pool.c \
	src/nn/layer_relu.c \
	src/nn/layer_silu.c \
	src/nn/layer_window_conv.c \
	src/nn/layer_window_pool.c \
	src/nn/layers.c \
	src/nn/network.c \
	src/nn/optimizer.c \
	src/nn/reference.c \
	src/nn/schedule.c \
	src/nn/shape.c \
	src/nn/sharing.c \
	src/nn/step.c \
	src/nn/trainer.c \
	src/nn/workspace.c
