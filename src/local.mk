## Every room but main.c goes into one library, which the program and the tests link.
noinst_LIBRARIES += libsartor.a
libsartor_a_SOURCES =
libsartor_a_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS) $(OPENBLAS_CFLAGS) $(ZLIB_CFLAGS) \
	$(PNG_CFLAGS) $(JPEG_CFLAGS) $(WEBP_CFLAGS) $(ARCHIVE_CFLAGS) $(CAIRO_CFLAGS) $(PANGO_CFLAGS) $(JANSSON_CFLAGS)
libsartor_a_CFLAGS = $(AM_CFLAGS) $(CONTRACT_CFLAGS)
## Kernels compiled for one instruction set each; filled by src/compute/local.mk.
KERNEL_LIBS =
SARTOR_LIBS = libsartor.a $(KERNEL_LIBS) $(NCURSES_LIBS) $(OPENBLAS_LIBS) $(ZLIB_LIBS) \
	$(PNG_LIBS) $(JPEG_LIBS) $(WEBP_LIBS) $(ARCHIVE_LIBS) $(CAIRO_LIBS) $(PANGO_LIBS) $(JANSSON_LIBS)

bin_PROGRAMS += sartor
sartor_SOURCES = src/main.c
sartor_LDADD = $(SARTOR_LIBS)

include src/base/local.mk
include src/mpi/local.mk
include src/cells/local.mk
include src/compute/local.mk
include src/embed/local.mk
include src/data/local.mk
include src/nn/local.mk
include src/models/local.mk
include src/onnx/local.mk
include src/eval/local.mk
include src/audit/local.mk
include src/figure/local.mk
include src/explain/local.mk
include src/jobs/local.mk
include src/app/local.mk
include src/panes/local.mk
include src/commands/local.mk
include src/batch/local.mk
include src/ui/local.mk
