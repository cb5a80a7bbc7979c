noinst_HEADERS += \
	include/sartor/commands/command.h \
	include/sartor/commands/keys.h
libsartor_a_SOURCES +=
