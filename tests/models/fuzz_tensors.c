/* libFuzzer target for model files: any bytes, parsed as safetensors. Run it as
 *     tests/models/fuzz_tensors SRCDIR/tests/models/corpus */
#include "sartor/models/tensors.h"
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct sr_tensors set;
    struct sr_error error;
    if (sr_tensors_parse(&set, "input", bytes, length, &error) == SR_OK) sr_tensors_fini(&set);
    return 0;
}
