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

## Trained models, to look at before one's own; their README says how they were made.
shippeddir = $(pkgdatadir)/models
dist_shipped_DATA = data/models/README data/models/cnn.safetensors data/models/cnn-background.safetensors data/models/resnet.safetensors

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

## A full study of the real data, as README shows it: sartor study to=data/study, without its models. The tarball has its figures as
## SVG; their PNG form (1.8 MB) and the points of its curves (5 MB) stay out of it, and so do README's pictures.
EXTRA_DIST += data/study tools/make-screenshots data/screenshots/tour.txt
dist-hook: smaller-study
smaller-study:
	rm -f $(distdir)/data/study/tables/roc.* $(distdir)/data/study/tables/precision-recall.* $(distdir)/data/study/figures/*.png
	sed 's/^\(!\[.*](figures\/[a-z-]*\)\.png)$$/\1.svg)/' $(srcdir)/data/study/report.md >$(distdir)/data/study/report.new
	mv -f $(distdir)/data/study/report.new $(distdir)/data/study/report.md
.PHONY: smaller-study
