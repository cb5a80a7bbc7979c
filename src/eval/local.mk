noinst_HEADERS += \
	include/sartor/eval/bootstrap.h \
	include/sartor/eval/calibration.h \
	include/sartor/eval/conformal.h \
	include/sartor/eval/costs.h \
	include/sartor/eval/evaluation.h \
	include/sartor/eval/familiarity.h \
	include/sartor/eval/paired.h \
	include/sartor/eval/risk.h \
	include/sartor/eval/significance.h \
	include/sartor/eval/suspects.h
libsartor_a_SOURCES += \
	src/eval/bootstrap.c \
	src/eval/calibration.c \
	src/eval/conformal.c \
	src/eval/costs.c \
	src/eval/evaluation.c \
	src/eval/familiarity.c \
	src/eval/paired.c \
	src/eval/risk.c \
	src/eval/significance.c \
	src/eval/suspects.c
