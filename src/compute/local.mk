libsartor_a_SOURCES += src/compute/bytes.c src/compute/bytes_order.c src/compute/coarse.c
noinst_HEADERS += include/sartor/compute/bytes.h include/sartor/compute/coarse.h src/compute/bytes_layout.h
libsartor_a_SOURCES += src/compute/cpu.c src/compute/matrix.c src/compute/reference.c src/compute/turn.c \
	src/compute/winograd.c src/compute/winograd_reference.c src/compute/bf16.c src/compute/winograd16.c
noinst_HEADERS += include/sartor/compute/bf16.h include/sartor/compute/cpu.h include/sartor/compute/kernels.h \
	include/sartor/compute/matrix.h include/sartor/compute/winograd.h src/compute/vector.h \
	src/compute/winograd_points.h src/compute/winograd_reference.h

## The same kernels, once for each instruction set of include/sartor/compute/cpu.h. SR_WIDTH is how
## many floats a vector of src/compute/vector.h holds.
kernel_sources = src/compute/bytes_near.c src/compute/bytes_tiles.c src/compute/conv.c src/compute/conv_weights.c src/compute/dots.c \
	src/compute/pointwise.c src/compute/product.c src/compute/update.c src/compute/winograd_products.c src/compute/winograd_tiles.c
noinst_LIBRARIES += libkernels_baseline.a
libkernels_baseline_a_SOURCES = $(kernel_sources)
libkernels_baseline_a_CPPFLAGS = $(AM_CPPFLAGS) -DSR_ISA=baseline -DSR_WIDTH=4
KERNEL_LIBS += libkernels_baseline.a
if X86_64
noinst_LIBRARIES += libkernels_avx2.a libkernels_avx512.a
libkernels_avx2_a_SOURCES = $(kernel_sources) src/compute/bf16_tiles.c
libkernels_avx2_a_CPPFLAGS = $(AM_CPPFLAGS) -DSR_ISA=avx2 -DSR_WIDTH=8
libkernels_avx2_a_CFLAGS = $(AM_CFLAGS) -mavx2 -mfma
libkernels_avx512_a_SOURCES = $(kernel_sources) src/compute/bf16_tiles.c src/compute/conv_pooled.c \
	src/compute/conv_pooled_back.c
libkernels_avx512_a_CPPFLAGS = $(AM_CPPFLAGS) -DSR_ISA=avx512 -DSR_WIDTH=16
libkernels_avx512_a_CFLAGS = $(AM_CFLAGS) -mavx512f -mavx512vl -mavx512bw -mavx512dq -mfma
KERNEL_LIBS += libkernels_avx2.a libkernels_avx512.a
## One instruction more than that set: not a set of its own, since it changes no bit.
noinst_LIBRARIES += libkernels_bf16.a
libkernels_bf16_a_SOURCES = src/compute/bf16_tiles.c
libkernels_bf16_a_CPPFLAGS = $(AM_CPPFLAGS) -DSR_ISA=avx512 -DSR_WIDTH=16 -DSR_NATIVE=1
libkernels_bf16_a_CFLAGS = $(libkernels_avx512_a_CFLAGS) -mavx512bf16
KERNEL_LIBS += libkernels_bf16.a
endif
