noinst_HEADERS += \
	include/sartor/eval/evaluation.h
libsartor_a_SOURCES += \
	src/eval/evaluation.c
