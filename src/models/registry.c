#include "sartor/base/text.h"
#include "sartor/models/families.h"
#include <string.h>

/* In the order logreg svm forest knn mlp cnn resnet, from the plainest to the deepest. */
const struct sr_model_class *const sr_model_classes[] = {
    &sr_model_class_logreg, &sr_model_class_svm, &sr_model_class_forest, &sr_model_class_knn,
    &sr_model_class_mlp,    &sr_model_class_cnn, &sr_model_class_resnet, NULL,
};

const struct sr_model_class *sr_model_class_find(const char *name, struct sr_error *error)
{
    struct sr_text names = {0};
    for (const struct sr_model_class *const *at = sr_model_classes; *at; at++) {
        if (strcmp((*at)->name, name) == 0) {
            sr_text_fini(&names);
            return *at;
        }
        sr_text_printf(&names, "%s%s", names.length ? ", " : "", (*at)->name);
    }
    sr_error_set(error, SR_ERROR_ARGUMENT, "There is no model family \"%.40s\"; there are %s.",
                 name, sr_text_get(&names));
    sr_text_fini(&names);
    return NULL;
}
