/* fuzz_costs.c - any bytes as a table of costs: refused with a sentence, or finite costs. */
#include "../fuzz.h"

#include <math.h>

#include "sartor/eval/costs.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    for (int classes = 2; classes <= 3; classes++) {
        struct sr_costs costs = {0};
        struct sr_error error = {0};
        char *text = input_text(bytes, length);
        if (sr_costs_parse(&costs, text, length, "input", classes, &error)) {
            must_say(&error);
        } else {
            must(costs.classes == classes);
            for (int i = 0; i < classes * classes; i++) must(isfinite(costs.values[i]));
        }
        sr_costs_fini(&costs);
        free(text);
    }
    return 0;
}
