noinst_HEADERS += tests/ui/pty.h
check_PROGRAMS += \
	tests/ui/test_bars \
	tests/ui/test_explorer \
	tests/ui/test_input \
	tests/ui/test_random_keys \
	tests/ui/test_signals
tests_ui_test_bars_SOURCES = tests/ui/test_bars.c
tests_ui_test_bars_CPPFLAGS = $(TEST_CPPFLAGS)
tests_ui_test_bars_LDADD = $(TEST_LIBS)
tests_ui_test_explorer_SOURCES = tests/ui/test_explorer.c tests/ui/pty.c
tests_ui_test_explorer_CPPFLAGS = $(TEST_CPPFLAGS)
tests_ui_test_explorer_LDADD = $(TEST_LIBS) -lutil
tests_ui_test_input_SOURCES = tests/ui/test_input.c
tests_ui_test_input_CPPFLAGS = $(TEST_CPPFLAGS)
tests_ui_test_input_LDADD = $(TEST_LIBS)
tests_ui_test_random_keys_SOURCES = tests/ui/test_random_keys.c
tests_ui_test_random_keys_CPPFLAGS = $(TEST_CPPFLAGS)
tests_ui_test_random_keys_LDADD = $(TEST_LIBS)
tests_ui_test_signals_SOURCES = tests/ui/test_signals.c
tests_ui_test_signals_CPPFLAGS = $(TEST_CPPFLAGS)
tests_ui_test_signals_LDADD = $(TEST_LIBS) -lutil

## Key to paint while a network trains: a part of make bench.
EXTRA_PROGRAMS += tests/ui/latency
tests_ui_latency_SOURCES = tests/ui/latency.c tests/ui/pty.c
tests_ui_latency_CPPFLAGS = $(TEST_CPPFLAGS)
tests_ui_latency_LDADD = $(TEST_LIBS) -lutil
CLEANFILES += tests/ui/latency$(EXEEXT)
bench: bench-latency
bench-latency: tests/ui/latency$(EXEEXT) sartor$(EXEEXT)
	tests/ui/latency$(EXEEXT) ./sartor$(EXEEXT)

## The recording that README shows: tools/make-cast.
EXTRA_PROGRAMS += tests/ui/cast
tests_ui_cast_SOURCES = tests/ui/cast.c tests/ui/pty.c
tests_ui_cast_CPPFLAGS = $(TEST_CPPFLAGS) $(CAIRO_CFLAGS)
tests_ui_cast_LDADD = $(TEST_LIBS) -lwebpmux -lutil
CLEANFILES += tests/ui/cast$(EXEEXT)
EXTRA_DIST += tools/make-cast

## Random keys, bursts of bytes and new sizes for a long time, in process and on a pseudo-terminal, then kills at
## random moments; for a sanitizer build.
EXTRA_PROGRAMS += tests/ui/soak
tests_ui_soak_SOURCES = tests/ui/soak.c tests/ui/pty.c
tests_ui_soak_CPPFLAGS = $(TEST_CPPFLAGS)
tests_ui_soak_LDADD = $(TEST_LIBS) -lutil
CLEANFILES += tests/ui/soak$(EXEEXT)
soak: soak-keys
soak-keys: tests/ui/test_random_keys$(EXEEXT) tests/ui/soak$(EXEEXT) sartor$(EXEEXT)
	SRCDIR='$(srcdir)' SARTOR_KEYS=$${EVENTS:-100000} tests/ui/test_random_keys$(EXEEXT)
	tests/ui/soak$(EXEEXT) ./sartor$(EXEEXT) $(srcdir)/data/fashion-mini $${EVENTS:-100000} $${SEED:-1}
.PHONY: soak soak-keys bench-latency
