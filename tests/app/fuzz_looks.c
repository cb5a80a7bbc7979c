/* fuzz_looks.c - any bytes as the list of looks at the test images: no more looks are counted than
 * there are lines, and one that is added is counted. */
#include "../fuzz.h"

#include "../../src/app/test_split.c"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static const char digest[] = "71aae83c617fc5db58279f414f4d3dd7";
    struct sr_model model = {.class = sr_model_class_find("knn", &(struct sr_error){0}), .seed = 1};
    memcpy(model.digest, digest, sizeof digest);
    char *text = input_text(bytes, length);
    size_t lines = 1;
    for (const char *at = text; *at; at++) lines += *at == '\n';
    char *more =
        sr_xprintf("%s\n%016" PRIx64 ",a,knn,day,%s", text, identity(&model), test_digest(digest));
    const size_t before = count_lines(text, &model, test_digest(digest));
    must(before <= lines);
    must(count_lines(more, &model, test_digest(digest)) == before + 1);
    free(more);
    free(text);
    return 0;
}
