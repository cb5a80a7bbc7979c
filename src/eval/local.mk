noinst_HEADERS += \
	include/sartor/eval/evaluation.h
libsartor_a_SOURCES +=
