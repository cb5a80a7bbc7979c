#include "half.h"

#include <math.h>
#include <string.h>

static float from_f16(uint16_t half)
{
    const uint32_t sign = (uint32_t)(half & 0x8000) << 16, exponent = half >> 10 & 31,
                   fraction = half & 1023;
    if (!exponent) {
        const float value = (float)fraction * 0x1p-24f;
        return sign ? -value : value;
    }
    const uint32_t bits =
        sign | (exponent == 31 ? UINT32_C(255) : exponent + 112) << 23 | fraction << 13;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

void half_expand(enum half kind, void *numbers, size_t count)
{
    unsigned char *to = numbers;
    const unsigned char *from = to + 2 * count;
    for (size_t i = 0; i < count; i++) {
        uint16_t half;
        memcpy(&half, from + 2 * i, sizeof half);
        float value;
        if (kind == HALF_F16) {
            value = from_f16(half);
        } else {
            const uint32_t bits = (uint32_t)half << 16;
            memcpy(&value, &bits, sizeof value);
        }
        memcpy(to + 4 * i, &value, sizeof value); /* never beyond the number that was just read */
    }
}

uint16_t half_round(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    const uint32_t sign = bits >> 16 & 0x8000, size = bits & 0x7fffffff;
    if (size >= 0x477ff000) return (uint16_t)(sign | 0x7c00); /* 65520 */
    if (size < 0x38800000)                                    /* 2^-14: below, steps of 2^-24 */
        return (uint16_t)(sign | (uint32_t)lrintf(fabsf(value) * 0x1p24f));
    return (uint16_t)(sign | (size - 0x38000000 + 0xfff + (size >> 13 & 1)) >> 13);
}

bool half_holds(const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!(fabsf(values[i]) < 65520)) return false;
    return true;
}
