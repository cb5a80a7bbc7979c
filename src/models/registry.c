#include "sartor/base/text.h"
#include "sartor/models/families.h"
#include <string.h>

#define ENTRY(NAME) &sr_model_class_##NAME,
const struct sr_model_class *const sr_model_classes[] = {SR_FAMILIES(ENTRY) NULL};
const struct sr_model_class *const sr_model_class_suggested = &sr_model_class_cnn;

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

void sr_model_classes_list(bool (*has)(const struct sr_model_class *class), struct sr_text *text)
{
    size_t left = 0;
    for (size_t i = 0; sr_model_classes[i]; i++) left += has(sr_model_classes[i]);
    for (size_t i = 0; sr_model_classes[i]; i++)
        if (has(sr_model_classes[i])) {
            left--;
            sr_text_printf(text, "%s%s", sr_model_classes[i]->name,
                           left > 1 ? ", "
                           : left   ? " and "
                                    : "");
        }
}

bool sr_model_class_convolves(const struct sr_model_class *class)
{
    return class->layers && class->gradients;
}

bool sr_model_class_has_nearest(const struct sr_model_class *class)
{
    return class->nearest;
}

bool sr_model_class_has_layers(const struct sr_model_class *class)
{
    return class->describe;
}
