## Each room's tests are in tests/ROOM/local.mk: a program that runs cmocka groups.
## They run from the build directory with SRCDIR set; tests/run prints the closing line.
TEST_LIBS = $(SARTOR_LIBS) $(CMOCKA_LIBS) $(VTERM_LIBS)
TEST_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests $(CMOCKA_CFLAGS) $(VTERM_CFLAGS)
SHELL_TESTS =
noinst_HEADERS += tests/support.h tests/faults.h tests/processes.h
EXTRA_DIST += tests/run tests/program.sh tests/coverage

include tests/base/local.mk
include tests/mpi/local.mk
include tests/cells/local.mk
include tests/compute/local.mk
include tests/embed/local.mk
include tests/data/local.mk
include tests/nn/local.mk
include tests/models/local.mk
include tests/onnx/local.mk
include tests/eval/local.mk
include tests/audit/local.mk
include tests/figure/local.mk
include tests/explain/local.mk
include tests/jobs/local.mk
include tests/app/local.mk
include tests/panes/local.mk
include tests/commands/local.mk
include tests/batch/local.mk
include tests/bench/local.mk
include tests/ui/local.mk
include tests/fuzz.mk

EXTRA_DIST += $(SHELL_TESTS)

check-local: $(check_PROGRAMS) sartor$(EXEEXT)
if HAVE_TESTS
	@SRCDIR='$(srcdir)' BUILDDIR='$(builddir)' $(SHELL) $(srcdir)/tests/run \
		$(check_PROGRAMS) $(SHELL_TESTS)
else
	@echo "make check needs cmocka and libvterm: apt-get install libcmocka-dev libvterm-dev" >&2
	@exit 1
endif

## What the tests execute of the code (tests/coverage), in a build of its own, made from a copy of the sources.
## TESTS as in make check: these are added to what has run there already; without TESTS counting starts anew.
COVERAGE_CFLAGS = -O1 -g -fprofile-update=prefer-atomic --coverage
coverage:
	@mkdir -p build-coverage && $(MAKE) -s distdir distdir=build-coverage/copy
	@test ! -d data/models || cp -Rp data/models build-coverage/copy/data/
	@cd build-coverage && cp -Rup copy/. . && rm -rf copy && \
		{ test -f Makefile || ./configure -q CC='$(CC)' CFLAGS='$(COVERAGE_CFLAGS)'; }
	@test -n '$(TESTS)' || find build-coverage -name '*.gcda' -exec rm -f {} +
	@cd build-coverage && { $(MAKE) check TESTS='$(TESTS)' || true; } && $(SHELL) tests/coverage
.PHONY: coverage

clean-local:
	rm -rf tests-logs build-coverage fuzz-[a-z]* fuzz.log
