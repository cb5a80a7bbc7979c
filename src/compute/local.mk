libsartor_a_SOURCES += src/compute/bytes.c
noinst_HEADERS += include/sartor/compute/bytes.h
libsartor_a_SOURCES += src/compute/cpu.c src/compute/matrix.c
noinst_HEADERS += include/sartor/compute/cpu.h include/sartor/compute/matrix.h
