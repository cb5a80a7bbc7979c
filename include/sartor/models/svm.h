/* svm.h - an SVM as a file of libsvm. */
#ifndef SARTOR_MODELS_SVM_H
#define SARTOR_MODELS_SVM_H

#include "sartor/models/model.h"

/* Write the model as libsvm's text, for svm-predict: C-SVC with probabilities, labels as
 * numbers, features 1.. in the order of the model (pixels divided by 255, or HOG).
 * SR_ERROR_ARGUMENT for another family. */
enum sr_status sr_svm_save_libsvm(const struct sr_model *model, const char *path,
                                  struct sr_error *error);

#endif
