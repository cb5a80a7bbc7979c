#include "sartor/base/text.h"
#include "sartor/models/families.h"
#include <string.h>

#define ENTRY(NAME) &sr_model_class_##NAME,
const struct sr_model_class *const sr_model_classes[] = {SR_FAMILIES(ENTRY) NULL};
const struct sr_model_class *const sr_model_class_suggested = &sr_model_class_cnn;

const struct sr_model_class *sr_model_class_find(const char *name, struct sr_error *error)
{
    enum { COUNT = sizeof sr_model_classes / sizeof *sr_model_classes - 1 };
    const char *names[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        names[i] = sr_model_classes[i]->name;
        if (!strcmp(names[i], name)) return sr_model_classes[i];
    }
    struct sr_text known = {0};
    sr_text_suggest(&known, name, names, COUNT, sizeof *names);
    sr_error_set(error, SR_ERROR_ARGUMENT, "no model family \"%.40s\"%s", name,
                 sr_text_get(&known));
    sr_text_fini(&known);
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
