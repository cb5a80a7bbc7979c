/* fft.c - see fft.h. */
#include "fft.h"

#include <math.h>
#include <stdlib.h>

#include "sartor/base/memory.h"

void fft_init(struct fft *fft, int size)
{
    int left = size;
    *fft = (struct fft){.size = size};
    if (left % 3 == 0) {
        fft->radix[fft->stages++] = 3;
        left /= 3;
    }
    for (; left > 1; left /= fft->radix[fft->stages++])
        fft->radix[fft->stages] = left % 4 == 0 ? 4 : 2;
    fft->cosines = sr_xalloc((size_t)size * sizeof *fft->cosines);
    fft->sines = sr_xalloc((size_t)size * sizeof *fft->sines);
    for (int i = 0; i < size; i++) {
        const double angle = 2 * 3.14159265358979323846 * i / size;
        fft->cosines[i] = (float)cos(angle);
        fft->sines[i] = (float)sin(angle);
    }
}

void fft_fini(struct fft *fft)
{
    free(fft->cosines);
    free(fft->sines);
    *fft = (struct fft){0};
}
