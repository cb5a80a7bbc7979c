noinst_HEADERS += \
	include/sartor/eval/costs.h \
	include/sartor/eval/evaluation.h \
	include/sartor/eval/significance.h \
	include/sartor/eval/suspects.h
libsartor_a_SOURCES += \
	src/eval/costs.c \
	src/eval/evaluation.c \
	src/eval/significance.c \
	src/eval/suspects.c
