## `make bench` measures and judges nothing; not part of `make check`.
EXTRA_PROGRAMS += tests/bench/bench
CLEANFILES += tests/bench/bench$(EXEEXT)
tests_bench_bench_SOURCES = tests/bench/bench.c tests/bench/kernels.c tests/bench/kernels.h
tests_bench_bench_CPPFLAGS = $(AM_CPPFLAGS)
tests_bench_bench_LDADD = $(SARTOR_LIBS)

EXTRA_PROGRAMS += tests/bench/trust
CLEANFILES += tests/bench/trust$(EXEEXT)
tests_bench_trust_SOURCES = tests/bench/trust.c
tests_bench_trust_CPPFLAGS = $(AM_CPPFLAGS)
tests_bench_trust_LDADD = $(SARTOR_LIBS)

EXTRA_DIST += tests/bench/families.py tests/bench/peers.py tests/bench/duals.py

BENCH_FOLDER = /usr/share/datasets/fashion-mnist
## JOBS="cnn svm" measures only those; PEERS=no leaves scikit-learn and PyTorch out (they take a quarter of
## an hour).
bench-families: sartor$(EXEEXT)
	python3 $(srcdir)/tests/bench/families.py ./sartor$(EXEEXT) $(BENCH_FOLDER) $(JOBS)
## What is said of the shipped networks' predictions: familiarity, calibration, sets. PICTURES="digits=FILE" adds
## other pictures, as bytes.
bench-trust: tests/bench/trust$(EXEEXT)
	tests/bench/trust$(EXEEXT) $(BENCH_FOLDER) $(srcdir)/data/models/cnn.safetensors \
		$(srcdir)/data/models/resnet.safetensors $(PICTURES)
bench: tests/bench/bench$(EXEEXT) bench-trust
	tests/bench/bench$(EXEEXT)
	$(MAKE) $(AM_MAKEFLAGS) bench-families
## Every SVM pair's dual objective beside libsvm's, on all rows: svm-train alone takes some five minutes.
bench-duals: sartor$(EXEEXT)
	python3 $(srcdir)/tests/bench/duals.py ./sartor$(EXEEXT) $(BENCH_FOLDER)
.PHONY: bench bench-trust bench-families bench-duals
