noinst_HEADERS += \
	include/sartor/app/options.h \
	include/sartor/app/session.h \
	include/sartor/app/view.h
libsartor_a_SOURCES +=
