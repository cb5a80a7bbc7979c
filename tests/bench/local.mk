## `make bench` measures and judges nothing; not part of `make check`.
EXTRA_PROGRAMS += tests/bench/bench
CLEANFILES += tests/bench/bench$(EXEEXT)
tests_bench_bench_SOURCES = tests/bench/bench.c
tests_bench_bench_CPPFLAGS = $(AM_CPPFLAGS)
tests_bench_bench_LDADD = $(SARTOR_LIBS)

bench: tests/bench/bench$(EXEEXT)
	tests/bench/bench$(EXEEXT)
.PHONY: bench
