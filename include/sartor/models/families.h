/* families.h - the model families, each defined in the file of its name under src/models/. */
#ifndef SARTOR_MODELS_FAMILIES_H
#define SARTOR_MODELS_FAMILIES_H

#include "sartor/models/model.h"

extern const struct sr_model_class sr_model_class_logreg;
extern const struct sr_model_class sr_model_class_svm;
extern const struct sr_model_class sr_model_class_forest;
extern const struct sr_model_class sr_model_class_knn;
extern const struct sr_model_class sr_model_class_mlp;
extern const struct sr_model_class sr_model_class_cnn;
extern const struct sr_model_class sr_model_class_resnet;

#endif
