/* checkpoint.h - the state of a training after an epoch, as a file: weights, their average and the
 * best ones, the optimiser, the history.
 *
 * A checkpoint belongs to one training, known by a fingerprint of all that its result depends on.
 */
#ifndef SARTOR_MODELS_CHECKPOINT_H
#define SARTOR_MODELS_CHECKPOINT_H

#include "sartor/base/error.h"
#include "sartor/models/model.h"
#include "sartor/nn/trainer.h"
#include <stdbool.h>
#include <stdint.h>

/* Of the family, every hyperparameter (recipe resolved; where the learning rate is constant,
 * without the number of epochs, which can be increased), the seed, and the rows trained and
 * validated on with their pixels. */
uint64_t sr_checkpoint_fingerprint(const char *family, const struct sr_args *params,
                                   const struct sr_fit *fit);

enum sr_status sr_checkpoint_save(const char *path, uint64_t fingerprint,
                                  struct sr_trainer *trainer, struct sr_error *error);
/* Can the file be read, and is it of another training? */
bool sr_checkpoint_of_another(const char *path, uint64_t fingerprint);
/* Restore it into a new trainer made for the same training. Leaves the trainer untouched and
 * returns false when there is none, or it is damaged, or of another training; trainer->note says
 * what happened in any case. */
bool sr_checkpoint_restore(const char *path, uint64_t fingerprint, struct sr_trainer *trainer);

/* Rank 0's trainer as restored, to the members of a sharing: they go on from there, too. */
void sr_checkpoint_hand_out(struct sr_trainer *trainer, struct sr_sharing *sharing);

#endif
