noinst_HEADERS += \
	include/sartor/eval/evaluation.h \
	include/sartor/eval/significance.h
libsartor_a_SOURCES += \
	src/eval/evaluation.c \
	src/eval/significance.c
