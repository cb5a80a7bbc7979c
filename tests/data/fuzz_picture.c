/* fuzz_picture.c - any bytes as a picture to import: refused with a sentence, or made into an
 * image.
 *
 * A libFuzzer target (--enable-fuzzing), and replayed with its corpus by test_fuzz_picture. Input
 * is also tried with the checksums of its chunks set right, or little would get past them. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "sartor/data/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { HEIGHT = 28, WIDTH = 20 };

static void try_import(const uint8_t *bytes, size_t length)
{
    struct sr_import import;
    struct sr_error error = {0};
    enum sr_status status = sr_import_parse("input", bytes, length,
                                            (struct sr_shape){HEIGHT, WIDTH, 1}, &import, &error);
    if (status != SR_OK && (!error.text[0] || error.status != status)) abort();
    sr_import_fini(&import);
}

static uint32_t big_endian(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void repair_sums(uint8_t *bytes, size_t length)
{
    for (size_t at = 8; length - at >= 12;) {
        uint32_t size = big_endian(bytes + at);
        if (size > length - at - 12) break;
        uint32_t sum = (uint32_t)crc32(0, bytes + at + 4, size + 4);
        for (int i = 0; i < 4; i++)
            bytes[at + 8 + size + (size_t)i] = (uint8_t)(sum >> (24 - 8 * i));
        at += 12 + size;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    try_import(bytes, length);
    if (length < 20) return 0;
    /* Sizes that only take time are left out: 250,000 pixels are enough. */
    if ((uint64_t)big_endian(bytes + 16) * (length >= 24 ? big_endian(bytes + 20) : 0) > 250000)
        return 0;
    uint8_t *copy = malloc(length);
    if (!copy) return 0;
    memcpy(copy, bytes, length);
    repair_sums(copy, length);
    try_import(copy, length);
    free(copy);
    return 0;
}
