noinst_HEADERS += \
	include/sartor/onnx/onnx.h \
	src/onnx/file.h \
	src/onnx/graph.h \
	src/onnx/parts.h \
	src/onnx/reading.h \
	src/onnx/wire.h
libsartor_a_SOURCES += \
	src/onnx/calibration.c \
	src/onnx/features.c \
	src/onnx/file.c \
	src/onnx/graph.c \
	src/onnx/load.c \
	src/onnx/names.c \
	src/onnx/read_dense.c \
	src/onnx/read_layers.c \
	src/onnx/read_whole.c \
	src/onnx/save.c \
	src/onnx/wire.c \
	src/onnx/write_forest.c \
	src/onnx/write_knn.c \
	src/onnx/write_logreg.c \
	src/onnx/write_network.c \
	src/onnx/write_svm.c
