/* changes_light.c - changes of values, pixel by pixel. */
#include <math.h>

#include "changes.h"

/* Knuth's method: means here are at most 60. */
static int poisson(struct sr_rng *rng, double mean)
{
    double limit = exp(-mean), product = sr_rng_double(rng);
    int count = 0;
    while (product > limit) {
        product *= sr_rng_double(rng);
        count++;
    }
    return count;
}

void change_shot_noise(struct change *change)
{
    const double photons = change->numbers[0];
    for (size_t i = 0; i < change_size(change); i++)
        change->values[i] =
            (float)(poisson(change->rng, (double)change->values[i] * photons) / photons);
}

void change_impulse_noise(struct change *change)
{
    for (size_t i = 0; i < change_size(change); i++)
        if (sr_rng_double(change->rng) < change->numbers[0])
            change->values[i] = (float)sr_rng_below(change->rng, 2);
}

/* In colour: the largest channel is the value of HSV, and the others keep their share of it. */
void change_brightness(struct change *change)
{
    const size_t channels = (size_t)change->shape.channels;
    const float added = (float)change->numbers[0];
    for (size_t i = 0; i < change_size(change); i += channels) {
        float *pixel = change->values + i, value = 0;
        for (size_t c = 0; c < channels; c++) value = fmaxf(value, pixel[c]);
        float next = fminf(value + added, 1);
        for (size_t c = 0; c < channels; c++)
            pixel[c] = value > 0 ? pixel[c] * (next / value) : next;
    }
}

void change_contrast(struct change *change)
{
    const size_t channels = (size_t)change->shape.channels, size = change_size(change);
    for (size_t c = 0; c < channels; c++) {
        double sum = 0;
        for (size_t i = c; i < size; i += channels) sum += (double)change->values[i];
        double mean = sum / (double)(size / channels);
        for (size_t i = c; i < size; i += channels)
            change->values[i] =
                (float)(((double)change->values[i] - mean) * change->numbers[0] + mean);
    }
}

/* A grey image has no saturation to change: as Fashion-MNIST-C was made, its value is, and the
 * saturation that is added takes a part of blue away, which counts 0.114 of the grey value. */
static void saturate_grey(struct change *change)
{
    const double times = change->numbers[0], added = change->numbers[1];
    for (size_t i = 0; i < change_size(change); i++) {
        double value = fmin(fmax((double)change->values[i] * times + added, 0), 1);
        change->values[i] = (float)(value * (1 - 0.114 * added));
    }
}

void change_saturate(struct change *change)
{
    const size_t channels = (size_t)change->shape.channels;
    if (channels == 1) {
        saturate_grey(change);
        return;
    }
    const double times = change->numbers[0], added = change->numbers[1];
    for (size_t i = 0; i < change_size(change); i += channels) {
        float *pixel = change->values + i, most = 0, least = 1;
        for (size_t c = 0; c < channels; c++) {
            most = fmaxf(most, pixel[c]);
            least = fminf(least, pixel[c]);
        }
        if (!(most > least)) continue; /* grey: no hue to saturate */
        double own = (double)(1 - least / most), wanted = fmin(own * times + added, 1);
        for (size_t c = 0; c < channels; c++)
            pixel[c] = (float)((double)most - (double)(most - pixel[c]) * wanted / own);
    }
}

void change_inverse(struct change *change)
{
    for (size_t i = 0; i < change_size(change); i++) change->values[i] = 1 - change->values[i];
}
