## The sample that stands in where the whole set is not installed; made by tools/make-sample.
minidir = $(pkgdatadir)/fashion-mini
dist_mini_DATA = \
	data/fashion-mini/README \
	data/fashion-mini/labels.txt \
	data/fashion-mini/t10k-images-idx3-ubyte.gz \
	data/fashion-mini/t10k-labels-idx1-ubyte.gz \
	data/fashion-mini/train-images-idx3-ubyte.gz \
	data/fashion-mini/train-labels-idx1-ubyte.gz
EXTRA_DIST += tools/make-sample

## Trained models, to look at before one's own; their README says how they were made. They and the study are in a tarball of
## their own, which is unpacked over the first. Without it no models are installed, and tests that need them are skipped.
shippeddir = $(pkgdatadir)/models
shipped_models = data/models/README data/models/cnn.safetensors data/models/cnn-background.safetensors data/models/resnet.safetensors
if SHIPPED
shipped_DATA = $(shipped_models)
endif

## A program run from a build tree of its own looks beside itself: link what is shipped there.
all-local: link-shipped
link-shipped:
	@test "$(srcdir)" = . || for name in fashion-mini models; do \
	  if test -d "$(abs_srcdir)/data/$$name" && test ! -e "data/$$name"; then \
	    $(MKDIR_P) data && ln -s "$(abs_srcdir)/data/$$name" "data/$$name" || exit 1; \
	  fi; \
	done
clean-local: unlink-shipped
unlink-shipped:
	@test "$(srcdir)" = . || rm -f data/fashion-mini data/models
.PHONY: link-shipped unlink-shipped

## Completion for the shells, where they look for it.
bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions
dist_bashcompletion_DATA = data/completions/sartor
dist_zshcompletion_DATA = data/completions/_sartor

## What a desktop shows in its menus.
desktopdir = $(datadir)/applications
icondir = $(datadir)/icons/hicolor/scalable/apps
dist_desktop_DATA = data/desktop/sartor.desktop
dist_icon_DATA = data/desktop/sartor.svg

EXTRA_DIST += tools/make-screenshots data/screenshots/tour.txt

## make dist also makes the second tarball, sartor-data-VERSION: the models, and a full study of the real data, as README shows it
## (sartor study to=data/study), without its models and with its figures as SVG alone.
data_distdir = $(PACKAGE)-data-$(VERSION)
data_staged = $(data_distdir)/$(PACKAGE)-$(VERSION)/data
dist-hook: dist-data
dist-data:
	@test ! -e $(srcdir)/data/models/cnn.safetensors || { set -e; \
	rm -rf $(data_distdir); \
	$(MKDIR_P) $(data_staged)/models; \
	for file in $(shipped_models); do cp -p "$(srcdir)/$$file" $(data_staged)/models; done; \
	cp -Rp $(srcdir)/data/study $(data_staged)/study; \
	rm -f $(data_staged)/study/figures/*.png; \
	sed 's/^\(!\[.*](figures\/[a-z-]*\)\.png)$$/\1.svg)/' $(srcdir)/data/study/report.md >$(data_staged)/study/report.new; \
	mv -f $(data_staged)/study/report.new $(data_staged)/study/report.md; \
	chmod -R u+w,go+rX $(data_distdir); \
	(cd $(data_distdir) && tardir=$(PACKAGE)-$(VERSION) && $(am__tar)) | xz -c >$(data_distdir).tar.xz; \
	rm -rf $(data_distdir); }
.PHONY: dist-data
