/* checkpoint.h - a training between two epochs, as a file: weights in all their versions, the
 * optimiser, history.
 *
 * A checkpoint belongs to one job, told by a fingerprint of everything that decides its outcome. */
#ifndef SARTOR_MODELS_CHECKPOINT_H
#define SARTOR_MODELS_CHECKPOINT_H

#include "sartor/base/error.h"
#include "sartor/models/model.h"
#include "sartor/nn/trainer.h"
#include <stdbool.h>
#include <stdint.h>

/* Of the family, every hyperparameter (recipe resolved), the seed, and the rows trained and
 * validated on with their pixels. */
uint64_t sr_checkpoint_fingerprint(const char *family, const struct sr_args *params,
                                   const struct sr_fit *fit);

enum sr_status sr_checkpoint_save(const char *path, uint64_t fingerprint,
                                  struct sr_trainer *trainer, struct sr_error *error);
/* Put it back into a new trainer made for the same job. Leaves the trainer untouched and returns
 * false when there is none, or it is damaged, or another job's; trainer->note says what happened
 * either way. */
bool sr_checkpoint_restore(const char *path, uint64_t fingerprint, struct sr_trainer *trainer);

#endif
