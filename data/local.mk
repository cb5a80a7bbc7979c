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

## A full study of the real data, as README shows it: sartor study to=data/study, without its models.
EXTRA_DIST += data/study

## Pictures of README, made by the program: tools/make-screenshots.
EXTRA_DIST += tools/make-screenshots \
	data/screenshots/browse.png \
	data/screenshots/compare.png \
	data/screenshots/confusion.png \
	data/screenshots/data.png \
	data/screenshots/class-heats.png \
	data/screenshots/explain.png \
	data/screenshots/sample.png \
	data/screenshots/train.png \
	data/screenshots/versus.png \
	data/screenshots/explain-classes.png \
	data/screenshots/suspects.png \
	data/screenshots/figure-confusion.png \
	data/screenshots/figure-gallery.png
