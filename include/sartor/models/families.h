/* families.h - the list of the model families, each defined in the file of its name under
 * src/models/. From the simplest to the largest: in this order they are listed everywhere. */
#ifndef SARTOR_MODELS_FAMILIES_H
#define SARTOR_MODELS_FAMILIES_H

#include "sartor/models/model.h"

/* clang-format off */
#define SR_FAMILIES(FAMILY) \
    FAMILY(logreg)          \
    FAMILY(svm)             \
    FAMILY(forest)          \
    FAMILY(knn)             \
    FAMILY(mlp)             \
    FAMILY(cnn)             \
    FAMILY(resnet)
/* clang-format on */

#define SR_DECLARE_FAMILY(NAME) extern const struct sr_model_class sr_model_class_##NAME;
SR_FAMILIES(SR_DECLARE_FAMILY)

#endif
