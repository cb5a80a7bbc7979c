/* seen.h - the pictures that a model was trained on, so that no judgement uses them.
 *
 * Of each picture the upper 36 bits of its identity (data/identity.h) are kept, ascending and each
 * once. A picture that is among them is always found. One that is not is taken for one of them with
 * a chance of count / 2^36: less than one in a million after training on 60,000.
 *
 * In a file the differences between neighbours are Rice-coded (Rice and Plaunt, 1971): 22 bits a
 * picture for 55,000 of them. Any thread may read; the owner alone changes. */
#ifndef SARTOR_MODELS_SEEN_H
#define SARTOR_MODELS_SEEN_H

#include "sartor/base/error.h"
#include "sartor/data/images.h"
#include "sartor/models/tensors.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sr_seen {
    size_t count;
    uint64_t *values;
};

struct sr_seen *sr_seen_new(const struct sr_samples *samples);
/* The pictures of either. */
struct sr_seen *sr_seen_join(const struct sr_seen *first, const struct sr_seen *second);
struct sr_seen *sr_seen_copy(const struct sr_seen *seen);
void sr_seen_free(struct sr_seen *seen); /* NULL-safe */

bool sr_seen_has(const struct sr_seen *seen, uint64_t identity);
/* Rows of the samples that it does not have, in their order, into `rows` with room for all of them;
 * how many. */
size_t sr_seen_others(const struct sr_seen *seen, const struct sr_samples *samples, uint32_t *rows);

/* As the tensor "seen" of bytes, with how many there are in the metadata. */
enum sr_status sr_seen_save(const struct sr_seen *seen, struct sr_tensors *set,
                            struct sr_error *error);
/* NULL when the file has none, or a damaged one. */
struct sr_seen *sr_seen_load(const struct sr_tensors *set);

#endif
