/* fuzz_cache.c - any bytes as a decoded data set of the cache: its JSON object up to a zero byte,
 * then labels; the pixels behind them are black. It is left, or a set that is all there. */
#include "../fuzz.h"

#include "../../src/data/cache.c"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct sr_dataset dataset = {0};
    const uint8_t *end = length ? memchr(bytes, 0, length) : NULL;
    const size_t text = end ? (size_t)(end - bytes) : length, labels = end ? length - text - 1 : 0,
                 all = MAGIC_BYTES + 16 + text + labels;
    const uint64_t head[2] = {text, crc32_z(0, bytes, text)};
    uint8_t *whole = sr_xalloc(3 * (size_t)ALIGNED + all);
    memcpy(whole, MAGIC, MAGIC_BYTES);
    memcpy(whole + MAGIC_BYTES, head, sizeof head);
    if (text) memcpy(whole + MAGIC_BYTES + sizeof head, bytes, text);
    if (labels) memcpy(whole + MAGIC_BYTES + sizeof head + text, end + 1, labels);
    memset(whole + all, 0, 3 * (size_t)ALIGNED);
    FILE *file = fopen(input_file(whole, aligned(all) + 2 * (size_t)ALIGNED), "rb");
    must(file != NULL);
    if (read_set(file, &dataset)) {
        const struct sr_images *train = &dataset.files[SR_FILE_TRAIN];
        must(dataset.classes > 0 && dataset.classes <= SR_CLASSES_MAX && train->count > 0);
        for (size_t i = 0; i < train->count; i++) must(train->labels[i] < dataset.classes);
        must(train->pixels[0] == train->pixels[train->count * sr_shape_size(train->shape) - 1]);
    }
    clear(&dataset);
    fclose(file);
    free(whole);
    return 0;
}
