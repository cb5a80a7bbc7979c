/* fuzz_suspects.c - any bytes as a file of suspects: what is taken from it is of the data, and is
 * read again as it was when it has been written. */
#include "../fuzz.h"

#include "../../src/app/suspects.c"

enum { ROWS = 20, CLASSES = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    uint8_t labels[ROWS];
    struct sr_dataset data = {.classes = CLASSES};
    struct sr_session session = {.data = &data};
    for (int i = 0; i < ROWS; i++) labels[i] = (uint8_t)(i % CLASSES);
    for (int f = 0; f < SR_FILE_COUNT; f++)
        data.files[f] = (struct sr_images){.count = ROWS, .labels = labels};
    char *text = input_text(bytes, length);
    struct sr_suspects suspects = read_suspects(&session, text, NULL);
    free(text);
    for (size_t i = 0; i < suspects.count; i++) {
        const struct sr_suspect *one = &suspects.items[i];
        must(one->row < ROWS && one->label == labels[one->row] && one->suggested < CLASSES);
        must(one->suggested != one->label);
    }
    must(memchr(suspects.model, 0, sizeof suspects.model));
    struct sr_text written = {0};
    print_suspects(&suspects, &written);
    text = sr_text_take(&written);
    struct sr_suspects again = read_suspects(&session, text, NULL);
    must(again.count == suspects.count);
    must(again.folds == suspects.folds && again.rule == suspects.rule);
    must(!memcmp(again.small, suspects.small, sizeof again.small));
    for (size_t i = 0; i < again.count; i++) must(again.items[i].row == suspects.items[i].row);
    free(text);
    free_suspects(&again);
    free_suspects(&suspects);
    return 0;
}
