noinst_HEADERS += \
	include/sartor/models/families.h \
	include/sartor/models/model.h \
	include/sartor/models/store.h \
	include/sartor/models/tensors.h
libsartor_a_SOURCES += \
	src/models/knn.c \
	src/models/model.c \
	src/models/registry.c \
	src/models/store.c \
	src/models/tensors.c
