SHELL_TESTS += tests/batch/test_batch.sh tests/batch/test_together.sh
SHELL_TESTS += tests/batch/test_large_set.sh
SHELL_TESTS += tests/batch/test_log.sh
SHELL_TESTS += tests/batch/test_elsewhere.sh
SHELL_TESTS += tests/batch/test_full_disk.sh
SHELL_TESTS += tests/batch/test_kills.sh
SHELL_TESTS += tests/batch/test_ranks.sh tests/batch/test_mpirun.sh
SHELL_TESTS += tests/batch/test_speedrun.sh

## A library that fails one call of the program which it is loaded into.
check-local: tests/batch/fail_calls.so
tests/batch/fail_calls.so: tests/batch/fail_calls.c
	$(AM_V_CCLD)$(MKDIR_P) tests/batch && $(CC) -D_GNU_SOURCE $(CFLAGS) -shared -fPIC -o $@ $(srcdir)/tests/batch/fail_calls.c -ldl
CLEANFILES += tests/batch/fail_calls.so
EXTRA_DIST += tests/batch/fail_calls.c

## A module that carries messages between processes without MPI.
check-local: tests/batch/sockets.so
tests/batch/sockets.so: tests/batch/sockets.c include/sartor/base/transport.h
	$(AM_V_CCLD)$(MKDIR_P) tests/batch && $(CC) $(AM_CPPFLAGS) $(AM_CFLAGS) $(CFLAGS) -shared -fPIC -o $@ $(srcdir)/tests/batch/sockets.c
CLEANFILES += tests/batch/sockets.so
EXTRA_DIST += tests/batch/sockets.c

## Every call of every command.
sweep: tests/batch/fail_calls.so sartor$(EXEEXT)
	SRCDIR='$(srcdir)' BUILDDIR='$(builddir)' SWEEP=all $(SHELL) $(srcdir)/tests/batch/test_full_disk.sh
.PHONY: sweep

## Kills at many moments, of studies as well.
soak: soak-kills
soak-kills: sartor$(EXEEXT)
	SRCDIR='$(srcdir)' BUILDDIR='$(builddir)' KILLS=$${KILLS:-100} $(SHELL) $(srcdir)/tests/batch/test_kills.sh
.PHONY: soak-kills

## Every number of processes, and 30 ends of them at random moments.
soak: soak-ranks
soak-ranks: tests/batch/sockets.so sartor$(EXEEXT)
	SRCDIR='$(srcdir)' BUILDDIR='$(builddir)' RANKS=all KILLS=$${KILLS:-30} $(SHELL) $(srcdir)/tests/batch/test_ranks.sh
.PHONY: soak-ranks
