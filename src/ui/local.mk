noinst_HEADERS += \
	include/sartor/ui/ui.h \
	src/ui/bucket.h \
	src/ui/capabilities.h \
	src/ui/direct_colour.h \
	src/ui/input.h \
	src/ui/terminal.h
libsartor_a_SOURCES += \
	src/ui/bucket.c \
	src/ui/capabilities.c \
	src/ui/direct_colour.c \
	src/ui/input.c \
	src/ui/mouse.c \
	src/ui/pairs.c \
	src/ui/signals.c \
	src/ui/stray.c \
	src/ui/terminal.c \
	src/ui/ui.c
