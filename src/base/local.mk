noinst_HEADERS += \
	include/sartor/base/clock.h \
	include/sartor/base/error.h \
	include/sartor/base/file.h \
	include/sartor/base/json.h \
	include/sartor/base/memory.h \
	include/sartor/base/monitor.h \
	include/sartor/base/param.h \
	include/sartor/base/pool.h \
	include/sartor/base/rng.h \
	include/sartor/base/text.h \
	include/sartor/base/thread.h \
	include/sartor/base/words.h
libsartor_a_SOURCES +=
