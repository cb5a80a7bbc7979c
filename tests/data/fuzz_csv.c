/* fuzz_csv.c - any bytes as a CSV file: rows of fields, or a sentence.
 *
 * A libFuzzer target (--enable-fuzzing), and replayed with its corpus by test_fuzz_csv. */
#include "../fuzz.h"

#include "../../src/data/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct csv csv;
    struct sr_error error = {0};
    size_t line = 0, sum = 0;
    struct stream *stream = stream_memory("input", bytes, length);
    csv_init(&csv, stream);
    for (;;) {
        enum sr_status status = csv_next(&csv, &error);
        if (status != SR_OK && !error.text[0]) abort();
        if (status != SR_OK || !csv.count) break;
        if (csv.line <= line) abort();
        line = csv.line;
        for (size_t i = 0; i < csv.count; i++) sum += strlen(csv.fields[i]);
        if (csv_column(&csv, "label class") >= (int)csv.count) abort();
    }
    /* A packed input may be longer than it is. */
    if (sum > length && (length < 2 || bytes[0] != 0x1f)) abort();
    csv_fini(&csv);
    stream_close(stream);
    return 0;
}
