/* representation.h - images as a model represents them: a row of numbers for each, by which they
 * can be compared.
 *
 * Of a neural network what its last layer gets, of the image as it is; of any other model the
 * square roots of its probabilities, between which the distance is Hellinger's. Any thread may
 * call. */
#ifndef SARTOR_MODELS_REPRESENTATION_H
#define SARTOR_MODELS_REPRESENTATION_H

#include "sartor/models/model.h"

/* Numbers of a row. */
size_t sr_representation_size(const struct sr_model *model);
/* samples × sr_representation_size() floats. Errors are those of sr_model_predict. */
enum sr_status sr_representation_fill(const struct sr_model *model,
                                      const struct sr_samples *samples, struct sr_pool *pool,
                                      const struct sr_monitor *monitor, float *rows,
                                      struct sr_error *error);
/* A number that says which model it is: a hash of all that its file says of how it predicts. Two
 * models that have it in common represent all images the same way. SR_ERROR_STATE where the
 * family has no files. */
enum sr_status sr_representation_identity(const struct sr_model *model, uint64_t *identity,
                                          struct sr_error *error);

#endif
