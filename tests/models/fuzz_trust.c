/* fuzz_trust.c - any bytes as the tensors of what is known of a model's predictions: refused with a
 * sentence, or calibration, prediction sets and familiarity that are the same when they have been
 * written and read again. */
#include "../fuzz.h"

#include "sartor/models/trust.h"

enum { CLASSES = 2 };
static const struct sr_model_shape shape = {.image = {1, 1, 1}, .classes = CLASSES};

static void write_again(const struct sr_trust *trust)
{
    struct sr_tensors set = {0};
    struct sr_trust *again = NULL;
    struct sr_error error = {0};
    must(!sr_trust_save(trust, &set, &error));
    must(!sr_trust_load(&set, &shape, &again, &error) && again);
    must(again->calibration.kind == trust->calibration.kind);
    must(again->calibration.count == trust->calibration.count);
    must(again->conformal.count == trust->conformal.count);
    must(!memcmp(again->conformal.scores, trust->conformal.scores,
                 trust->conformal.count * sizeof *trust->conformal.scores));
    must(again->familiarity.texture.size == trust->familiarity.texture.size);
    sr_trust_free(again);
    sr_tensors_fini(&set);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct sr_tensors set = {0};
    struct sr_trust *trust = NULL;
    struct sr_error error = {0};
    if (sr_tensors_parse(&set, "input", bytes, length, &error)) return 0;
    const enum sr_status status = sr_trust_load(&set, &shape, &trust, &error);
    must((status != SR_OK) <= (trust == NULL));
    if (status) must_say(&error);
    if (trust) write_again(trust);
    sr_trust_free(trust);
    sr_tensors_fini(&set);
    return 0;
}
