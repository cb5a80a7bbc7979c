/* fuzz_labels.c - any bytes as labels.txt: refused with a sentence, or usable names, each once. */
#include "../fuzz.h"

#include "../../src/data/classes.c"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    char *names[SR_CLASSES_MAX], *text = input_text(bytes, length);
    struct sr_error error = {0};
    const int count = read_names(text, length, "input", names, &error);
    if (!count) must_say(&error);
    for (int c = 0; c < count; c++) {
        must(name_good(names[c]) && *names[c]);
        for (int other = 0; other < c; other++) must(strcmp(names[c], names[other]) != 0);
    }
    for (int c = 0; c < count; c++) free(names[c]);
    free(text);
    return 0;
}
