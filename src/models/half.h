/* half.h - floats of 16 bits, as other programs store weights. Private to models/.
 *
 * F16 is IEEE 754's binary16: 5 bits of exponent, 10 of fraction. BF16 is the upper half of a
 * float. Every one of them is a float exactly. */
#ifndef SARTOR_SRC_MODELS_HALF_H
#define SARTOR_SRC_MODELS_HALF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum half { HALF_NONE, HALF_F16, HALF_BF16 };

/* `count` numbers that fill the upper half of the memory of as many floats become those floats. */
void half_expand(enum half kind, void *numbers, size_t count);
/* The nearest F16, the even one of two; infinity from 65520 on. */
uint16_t half_round(float value);
/* Whether all become finite numbers. */
bool half_holds(const float *values, size_t count);

#endif
