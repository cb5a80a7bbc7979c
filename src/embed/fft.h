/* fft.h - plans of transforms (see vector.h). Private to embed/. */
#ifndef SARTOR_EMBED_FFT_INTERNAL_H
#define SARTOR_EMBED_FFT_INTERNAL_H

#include "vector.h"

/* `size` is 2^a or 3 · 2^a, at most 4^FFT_STAGES. */
void fft_init(struct fft *fft, int size);
void fft_fini(struct fft *fft);

#endif
