/* classes.h - the names of a model's classes in files. Private to models/. */
#ifndef SARTOR_MODELS_CLASSES_H
#define SARTOR_MODELS_CLASSES_H

#include "sartor/models/model.h"

void model_names_free(struct sr_model *model);
/* Those of a model of as many classes; there are none yet. */
void model_names_copy(struct sr_model *model, const struct sr_model *other);
/* The names of the classes and of the data as metadata. */
void model_names_put(const struct sr_model *model, struct sr_tensors *set);
/* And back; SR_OK without names where there are none: files of earlier versions lack them. The
 * shape must be known. */
enum sr_status model_names_read(struct sr_model *model, const struct sr_tensors *set,
                                struct sr_error *error);

#endif
