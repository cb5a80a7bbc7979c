noinst_HEADERS += \
	include/sartor/models/model.h \
	include/sartor/models/store.h \
	include/sartor/models/tensors.h
libsartor_a_SOURCES +=
