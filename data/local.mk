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
