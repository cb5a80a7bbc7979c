## `make bench` measures and judges nothing; not part of `make check`.
EXTRA_PROGRAMS += tests/bench/bench tests/bench/backdrops
CLEANFILES += tests/bench/bench$(EXEEXT) tests/bench/backdrops$(EXEEXT)
tests_bench_bench_SOURCES = tests/bench/bench.c tests/bench/kernels.c tests/bench/kernels.h
tests_bench_bench_CPPFLAGS = $(AM_CPPFLAGS)
tests_bench_bench_LDADD = $(SARTOR_LIBS)
tests_bench_backdrops_SOURCES = tests/bench/backdrops.c tests/models/backdrops.h \
  tests/models/photos.h tests/data/scenes.h tests/data/garment.h
tests_bench_backdrops_CPPFLAGS = $(AM_CPPFLAGS)
tests_bench_backdrops_LDADD = $(SARTOR_LIBS)

EXTRA_PROGRAMS += tests/bench/trust
CLEANFILES += tests/bench/trust$(EXEEXT)
tests_bench_trust_SOURCES = tests/bench/trust.c
tests_bench_trust_CPPFLAGS = $(AM_CPPFLAGS)
tests_bench_trust_LDADD = $(SARTOR_LIBS)

EXTRA_PROGRAMS += tests/bench/work
CLEANFILES += tests/bench/work$(EXEEXT)
tests_bench_work_SOURCES = tests/bench/work.c tests/bench/kernels.c tests/bench/kernels.h
tests_bench_work_CPPFLAGS = $(AM_CPPFLAGS)
tests_bench_work_LDADD = $(SARTOR_LIBS)

EXTRA_PROGRAMS += tests/bench/suspects
CLEANFILES += tests/bench/suspects$(EXEEXT)
tests_bench_suspects_SOURCES = tests/bench/suspects.c
tests_bench_suspects_CPPFLAGS = $(AM_CPPFLAGS)
tests_bench_suspects_LDADD = $(SARTOR_LIBS)

EXTRA_DIST += tests/bench/networks.py tests/bench/network_peers.py tests/bench/suspects.py tests/bench/families.py tests/bench/colour.py tests/bench/measures.py tests/bench/forms.py tests/bench/peers.py tests/bench/duals.py tests/bench/photographs.py tests/bench/unlike.py tests/bench/pictures.py tests/bench/audit.py tests/bench/ranking.py

BENCH_FOLDER = /usr/share/datasets/fashion-mnist
## JOBS="cnn svm" measures only those; PYTHON names the interpreter that has the peers, PEERS=no leaves them out
## (they take a quarter of an hour); ROUNDS=3 gives medians of three.
bench-families: sartor$(EXEEXT)
	python3 $(srcdir)/tests/bench/families.py ./sartor$(EXEEXT) $(BENCH_FOLDER) $(JOBS)
## Networks in both precisions beside the strongest peers: PYTHON names an interpreter that has some of them.
bench-networks: sartor$(EXEEXT)
	PYTHON="$(PYTHON)" python3 $(srcdir)/tests/bench/networks.py ./sartor$(EXEEXT) $(BENCH_FOLDER) $(NETWORKS)
## What is said of the shipped networks' predictions: familiarity, calibration, sets. With PYTHON naming an interpreter
## that has scikit-learn and scikit-image, also of digits and photographs. PICTURES="digits=FILE" adds other pictures, as bytes.
TRUST = pictures="$(PICTURES)"; rm -rf unlike; mkdir unlike; \
	test -z "$(PYTHON)" || pictures="$$pictures `$(PYTHON) $(srcdir)/tests/bench/unlike.py unlike`"
bench-trust: tests/bench/trust$(EXEEXT)
	$(TRUST); tests/bench/trust$(EXEEXT) $(BENCH_FOLDER) $(srcdir)/data/models/cnn.safetensors \
		$(srcdir)/data/models/resnet.safetensors $$pictures
	rm -rf unlike
## The same of the other families, trained on 10,000 rows.
bench-trust-families: sartor$(EXEEXT) tests/bench/trust$(EXEEXT)
	rm -rf trust-models; mkdir trust-models
	$(TRUST); for family in logreg svm forest knn mlp; do \
	  ./sartor$(EXEEXT) --home trust-models --data $(BENCH_FOLDER) train $$family limit=10000 >/dev/null || exit 1; \
	  tests/bench/trust$(EXEEXT) $(BENCH_FOLDER) trust-models/models/$$family.safetensors $$pictures || exit 1; \
	done
	rm -rf trust-models unlike
bench: tests/bench/bench$(EXEEXT) bench-trust bench-trust-families bench-suspects
	tests/bench/bench$(EXEEXT)
	$(MAKE) $(AM_MAKEFLAGS) bench-networks
	$(MAKE) $(AM_MAKEFLAGS) bench-families
	$(MAKE) $(AM_MAKEFLAGS) bench-backdrops
## Labels changed on purpose: how many the search for suspects finds, beside cleanlab's rules on the same
## probabilities where PYTHON (or else python3) has cleanlab.
bench-suspects: tests/bench/suspects$(EXEEXT)
	for family in logreg knn mlp; do \
	  tests/bench/suspects$(EXEEXT) $(BENCH_FOLDER) $$family 6000 suspects.bin && \
	  { $${PYTHON:-python3} $(srcdir)/tests/bench/suspects.py suspects.bin || true; }; done
	rm -f suspects.bin
## The audit's rules beside CleanVision, imagehash and cleanlab where PYTHON has them, and the rows that cleanlab's
## tutorial asserts.
bench-audit: sartor$(EXEEXT)
	$${PYTHON:-python3} $(srcdir)/tests/bench/audit.py ./sartor$(EXEEXT) $(BENCH_FOLDER) $(ROWS)
## How many labels that were changed on purpose are among the first of `browse queue`.
bench-queue: sartor$(EXEEXT)
	python3 $(srcdir)/tests/bench/ranking.py ./sartor$(EXEEXT) $(BENCH_FOLDER) $(ROWS)
## Every SVM pair's dual objective beside libsvm's, on all rows: svm-train alone takes some five minutes.
bench-duals: sartor$(EXEEXT)
	python3 $(srcdir)/tests/bench/duals.py ./sartor$(EXEEXT) $(BENCH_FOLDER)
## Garments before backdrops, named by the shipped models. With PYTHON naming an interpreter that has
## scikit-image, also before patches of the photographs that this ships.
GARMENTS = 2000
bench-backdrops: tests/bench/backdrops$(EXEEXT)
	rm -f photographs.bin
	-test -z "$(PYTHON)" || $(PYTHON) $(srcdir)/tests/bench/photographs.py tests/bench/unlike.py photographs.bin
	photographs=; test ! -s photographs.bin || photographs=photographs.bin; tests/bench/backdrops$(EXEEXT) \
	  $(BENCH_FOLDER) $(srcdir)/data/models/cnn.safetensors $(srcdir)/data/models/cnn-background.safetensors \
	  $(GARMENTS) $$photographs
	rm -f photographs.bin
## Two processes against two threads.
bench-ranks: sartor$(EXEEXT)
	@BUILDDIR='$(builddir)' $(SHELL) $(srcdir)/tests/bench/ranks.sh
EXTRA_DIST += tests/bench/ranks.sh
## Processes behind slow links.
bench-network: sartor$(EXEEXT) tests/batch/sockets.so
	@BUILDDIR='$(builddir)' $(SHELL) $(srcdir)/tests/bench/network.sh
EXTRA_DIST += tests/bench/network.sh
## Every form of data set, made of all 70,000 images; PYTHON as above, with NumPy and Pillow. Ten minutes; FORMS="tar
## folders" makes only these.
bench-forms: sartor$(EXEEXT)
	$${PYTHON:-python3} $(srcdir)/tests/bench/forms.py ./sartor$(EXEEXT) $(BENCH_FOLDER) $(FORMS)
## The Fashion-MNIST speed run: SEEDS runs of `train resnet`, each a new program, with the test file's accuracies.
SEEDS = 30
bench-speedrun: sartor$(EXEEXT) tests/bench/work$(EXEEXT)
	python3 $(srcdir)/tools/speedrun seeds=$(SEEDS) data=$(BENCH_FOLDER) program=./sartor$(EXEEXT)
## An epoch on images in colour, beside PyTorch where PYTHON has it.
bench-colour: sartor$(EXEEXT)
	$${PYTHON:-python3} $(srcdir)/tests/bench/colour.py ./sartor$(EXEEXT)
## What evaluate and compare say, beside scikit-learn and statsmodels, which PYTHON must have, and MAPIE.
bench-statistics: sartor$(EXEEXT)
	$${PYTHON:-python3} $(srcdir)/tests/bench/measures.py ./sartor$(EXEEXT) $(BENCH_FOLDER)
.PHONY: bench bench-audit bench-queue bench-ranks bench-network bench-suspects bench-speedrun bench-statistics bench-colour bench-forms bench-trust bench-trust-families bench-families bench-duals bench-backdrops
