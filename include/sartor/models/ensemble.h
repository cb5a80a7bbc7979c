/* ensemble.h - several trained models that vote softly: the mean of their probabilities.
 *
 * An ensemble is a model like any other (evaluated, saved, compared), made from trained models
 * instead of being fitted. Its file contains its members. */
#ifndef SARTOR_MODELS_ENSEMBLE_H
#define SARTOR_MODELS_ENSEMBLE_H

#include "sartor/models/model.h"

enum { SR_ENSEMBLE_MAX = 16 };

extern const struct sr_model_class sr_model_class_ensemble;

/* Make one of 2 to SR_ENSEMBLE_MAX members, which it takes references to. They must be for the same
 * shape, and trained with the same validation split of the same data, so that the ensemble can be
 * evaluated on it. NULL and a message otherwise. */
struct sr_model *sr_ensemble_new(const char *name, struct sr_model *const *members, size_t count,
                                 struct sr_error *error);

/* The members of an ensemble, as long as it lives; 0 for another model. */
size_t sr_ensemble_members(const struct sr_model *model, struct sr_model *const **members);

#endif
