/* A model as a safetensors file: its tensors, and all that is known of it in the metadata. */
#include "sartor/models/model.h"

#include "classes.h"
#include "config.h"
#include "sartor/base/file.h"
#include "sartor/base/json.h"
#include "sartor/base/memory.h"
#include "sartor/base/text.h"
#include "sartor/base/words.h"
#include "sartor/models/ensemble.h"
#include "sartor/models/imported.h"
#include "sartor/models/trust.h"
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char format_version[] = "1";

static void put(struct sr_tensors *set, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void put(struct sr_tensors *set, const char *key, const char *format, ...)
{
    va_list arguments;
    char text[64];
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    sr_tensors_set_text(set, key, text);
}

/* Seventeen digits, so that it is read back exactly; printf's own point follows the locale. */
static void put_real(struct sr_tensors *set, const char *key, double value)
{
    char text[64];
    snprintf(text, sizeof text, "%.17g", value);
    for (char *c = text; *c; c++) {
        if (*c == ',') *c = '.';
    }
    sr_tensors_set_text(set, key, text);
}

/* Members of one epoch in the history, by the names that `train --json` uses. */
static const struct {
    const char *name;
    size_t offset;
} epoch_members[] = {
    {"train_loss", offsetof(struct sr_epoch, train_loss)},
    {"train_accuracy", offsetof(struct sr_epoch, train_accuracy)},
    {"validation_loss", offsetof(struct sr_epoch, validation_loss)},
    {"validation_accuracy", offsetof(struct sr_epoch, validation_accuracy)},
    {"learning_rate", offsetof(struct sr_epoch, learning_rate)},
    {"seconds", offsetof(struct sr_epoch, seconds)},
};
enum { EPOCH_MEMBERS = sizeof epoch_members / sizeof *epoch_members, EPOCHS_MAX = 1000000 };

static void put_history(struct sr_tensors *set, const struct sr_model *model)
{
    struct sr_json *list = sr_json_array();
    for (size_t i = 0; i < model->epochs; i++) {
        const struct sr_epoch *epoch = &model->history[i];
        struct sr_json *item = sr_json_object();
        sr_json_set_integer(item, "epoch", epoch->epoch);
        for (size_t k = 0; k < EPOCH_MEMBERS; k++) {
            const double *value = (const double *)((const char *)epoch + epoch_members[k].offset);
            sr_json_set_number(item, epoch_members[k].name, *value);
        }
        sr_json_add(list, item);
    }
    struct sr_text text = {0};
    sr_json_print(list, &text);
    sr_tensors_set_text(set, "history", sr_text_get(&text));
    sr_text_fini(&text);
    sr_json_free(list);
}

/* All that a file holds; `halved`: its weights as F16. */
static enum sr_status gather(const struct sr_model *model, bool halved, struct sr_tensors *set,
                             struct sr_error *error)
{
    struct sr_text params = {0};
    sr_args_print(model->params, true, &params);
    sr_tensors_set_text(set, "sartor.format", format_version);
    sr_tensors_set_text(set, "sartor.version", PACKAGE_VERSION);
    sr_tensors_set_text(set, "class", model->class->name);
    sr_tensors_set_text(set, "hyperparameters", sr_text_get(&params));
    sr_text_fini(&params);
    put(set, "height", "%d", model->shape.image.height);
    put(set, "width", "%d", model->shape.image.width);
    put(set, "channels", "%d", model->shape.image.channels);
    put(set, "classes", "%d", model->shape.classes);
    sr_tensors_set_text(set, "digest", model->digest);
    put(set, "seed", "%" PRIu64, model->seed);
    put(set, "split_seed", "%" PRIu64, model->split_seed);
    put_real(set, "validation", model->validation);
    put(set, "limit", "%" PRIu64, model->limit);
    put(set, "train_count", "%" PRIu64, model->train_count);
    put_real(set, "fit_seconds", model->fit_seconds);
    put(set, "fit_memory", "%" PRIu64, model->fit_memory);
    sr_tensors_set_text(set, "stopped", model->stopped ? "true" : "false");
    sr_tensors_set_text(set, "diverged", model->diverged ? "true" : "false");
    put_history(set, model);
    model_names_put(model, set);
    enum sr_status status = model->class->save(model->state, set, error);
    if (!status && halved) sr_tensors_halve(set);
    if (!status && model->seen) status = sr_seen_save(model->seen, set, error);
    if (!status && model->trust) status = sr_trust_save(model->trust, set, error);
    return status;
}

enum sr_status sr_model_save(const struct sr_model *model, const char *path, struct sr_error *error)
{
    return sr_model_save_as(model, path, false, error);
}

enum sr_status sr_model_save_as(const struct sr_model *model, const char *path, bool halved,
                                struct sr_error *error)
{
    struct sr_tensors set = {0};
    enum sr_status status = gather(model->base ? model->base : model, halved, &set, error);
    if (!status) status = sr_tensors_save(&set, path, error);
    sr_tensors_fini(&set);
    return status;
}

enum sr_status sr_model_print(const struct sr_model *model, struct sr_text *bytes,
                              struct sr_error *error)
{
    struct sr_tensors set = {0};
    enum sr_status status = gather(model->base ? model->base : model, false, &set, error);
    if (!status) sr_tensors_print(&set, bytes);
    sr_tensors_fini(&set);
    return status;
}

/* A text of the metadata; NULL and a message when it is missing. */
static const char *need_text(const struct sr_tensors *set, const char *key, struct sr_error *error)
{
    const char *text = sr_tensors_text(set, key);
    if (!text) sr_error_set(error, SR_ERROR_FORMAT, "The metadata lack \"%s\".", key);
    return text;
}

static enum sr_status need_count(const struct sr_tensors *set, const char *key, uint64_t minimum,
                                 uint64_t maximum, uint64_t *value, struct sr_error *error)
{
    const char *text = need_text(set, key, error);
    if (!text) return SR_ERROR_FORMAT;
    uint64_t number = 0;
    bool right = *text != '\0';
    for (const char *c = text; right && *c; c++) {
        right = *c >= '0' && *c <= '9' && !__builtin_mul_overflow(number, 10, &number) &&
                !__builtin_add_overflow(number, (uint64_t)(*c - '0'), &number);
    }
    if (!right || number < minimum || number > maximum) {
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "The metadata give \"%s\" as \"%.40s\"; a whole number from %" PRIu64
                            " to %" PRIu64 " is needed.",
                            key, text, minimum, maximum);
    }
    *value = number;
    return SR_OK;
}

static enum sr_status need_real(const struct sr_tensors *set, const char *key, double minimum,
                                double maximum, double *value, struct sr_error *error)
{
    const char *text = need_text(set, key, error);
    if (!text) return SR_ERROR_FORMAT;
    if (!sr_parse_double(text, value) || *value < minimum || *value > maximum) {
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "The metadata give \"%s\" as \"%.40s\"; a number from %g to %g is "
                            "needed.",
                            key, text, minimum, maximum);
    }
    return SR_OK;
}

static enum sr_status read_shape(struct sr_model *model, const struct sr_tensors *set,
                                 struct sr_error *error)
{
    uint64_t height, width, channels = 1, classes;
    enum sr_status status = need_count(set, "height", SR_SIDE_MIN, SR_SIDE_MAX, &height, error);
    if (!status) status = need_count(set, "width", SR_SIDE_MIN, SR_SIDE_MAX, &width, error);
    if (!status && sr_tensors_text(set, "channels")) /* files of earlier versions lack it */
        status = need_count(set, "channels", 1, SR_CHANNELS_MAX, &channels, error);
    if (!status && channels == 2)
        status = sr_error_set(error, SR_ERROR_FORMAT,
                              "The metadata give images of 2 channels; 1 and %d are possible.",
                              SR_CHANNELS_MAX);
    if (!status)
        status = need_count(set, "classes", SR_CLASSES_MIN, SR_CLASSES_MAX, &classes, error);
    if (!status)
        model->shape =
            (struct sr_model_shape){{(int)height, (int)width, (int)channels}, (int)classes};
    return status;
}

static enum sr_status read_params(struct sr_model *model, const struct sr_tensors *set,
                                  struct sr_error *error)
{
    const char *line = need_text(set, "hyperparameters", error);
    if (!line) return SR_ERROR_FORMAT;
    struct sr_words words = {0};
    enum sr_status status = sr_words_split(&line, &words, error);
    if (!status) {
        model->params = sr_args_parse(model->class->name, model->class->params, words.items,
                                      words.count, NULL, error);
        if (!model->params) status = SR_ERROR_FORMAT;
    }
    sr_words_fini(&words);
    if (status) {
        sr_error_prefix(error, "The hyperparameters");
        if (error) error->status = SR_ERROR_FORMAT;
        return SR_ERROR_FORMAT;
    }
    return SR_OK;
}

static enum sr_status read_history(struct sr_model *model, const struct sr_tensors *set,
                                   struct sr_error *error)
{
    const char *text = sr_tensors_text(set, "history");
    if (!text) return SR_OK;
    struct sr_json *list = sr_json_parse(text, strlen(text), error);
    if (!list) return sr_error_prefix(error, "The history");
    enum sr_status status = SR_OK;
    size_t count = sr_json_is_array(list) ? sr_json_length(list) : 0;
    if (!sr_json_is_array(list) || count > EPOCHS_MAX) {
        status = sr_error_set(error, SR_ERROR_FORMAT, "The history is not a list of epochs.");
        count = 0;
    }
    model->history = sr_xalloc((count + 1) * sizeof *model->history);
    for (size_t i = 0; i < count; i++) {
        const struct sr_json *item = sr_json_at(list, i);
        struct sr_epoch *epoch = &model->history[i];
        double number = sr_json_number(sr_json_get(item, "epoch"), 0);
        if (!(number >= 0 && number <= EPOCHS_MAX)) number = 0;
        epoch->epoch = (int)number;
        for (size_t k = 0; k < EPOCH_MEMBERS; k++) {
            double *value = (double *)((char *)epoch + epoch_members[k].offset);
            *value = sr_json_number(sr_json_get(item, epoch_members[k].name), NAN);
        }
    }
    model->epochs = count;
    sr_json_free(list);
    return status;
}

static enum sr_status read_model(struct sr_model *model, const struct sr_tensors *set,
                                 struct sr_error *error)
{
    enum sr_status status = read_params(model, set, error);
    if (!status) status = read_shape(model, set, error);
    if (!status) status = need_count(set, "seed", 0, UINT64_MAX, &model->seed, error);
    if (!status) status = need_count(set, "split_seed", 0, UINT64_MAX, &model->split_seed, error);
    if (!status) status = need_real(set, "validation", 0, 0.9, &model->validation, error);
    if (!status) status = need_count(set, "limit", 0, UINT64_MAX, &model->limit, error);
    /* Of a network from another program it is not known. */
    const uint64_t least = model->class == &sr_model_class_imported ? 0 : 1;
    if (!status)
        status = need_count(set, "train_count", least, UINT32_MAX, &model->train_count, error);
    if (!status) status = need_real(set, "fit_seconds", 0, 1e12, &model->fit_seconds, error);
    if (!status && sr_tensors_text(set, "fit_memory")) /* files of earlier versions lack it */
        status = need_count(set, "fit_memory", 0, UINT64_MAX, &model->fit_memory, error);
    if (!status) status = read_history(model, set, error);
    if (!status) status = model_names_read(model, set, error);
    if (status) return status;
    model->seen = sr_seen_load(set);
    const char *digest = sr_tensors_text(set, "digest"), *stopped = sr_tensors_text(set, "stopped"),
               *diverged = sr_tensors_text(set, "diverged");
    snprintf(model->digest, sizeof model->digest, "%.39s", digest ? digest : "");
    model->stopped = stopped && strcmp(stopped, "true") == 0;
    model->diverged = diverged && strcmp(diverged, "true") == 0;
    const struct sr_model_class *class = model->class;
    if (class->check)
        status = class->check(model->params, &model->shape, model->train_count, error);
    if (!status) status = class->load(set, model->params, &model->shape, &model->state, error);
    if (!status) status = sr_trust_load(set, &model->shape, &model->trust, error);
    return status;
}

/* Of what the file holds, which is freed. */
static struct sr_model *make_model(struct sr_tensors *set, const char *path, struct sr_error *error)
{
    struct sr_model *model = NULL;
    char name[64];
    sr_path_stem(path, name, sizeof name);
    const char *format = sr_tensors_text(set, "sartor.format"),
               *family = sr_tensors_text(set, "class");
    enum sr_status status = SR_OK;
    if (!format || !family) {
        status = sr_error_set(error, SR_ERROR_FORMAT,
                              "It is a safetensors file, but not one that sartor saved.");
    } else if (strcmp(format, format_version) != 0) {
        status = sr_error_set(error, SR_ERROR_FORMAT,
                              "It has the format version \"%.20s\"; this sartor reads version %s.",
                              format, format_version);
    } else {
        /* An ensemble can be loaded but not trained, so it is not among the families; likewise a
         * network from another program. */
        const struct sr_model_class *class =
            !strcmp(family, sr_model_class_ensemble.name)   ? &sr_model_class_ensemble
            : !strcmp(family, sr_model_class_imported.name) ? &sr_model_class_imported
                                                            : sr_model_class_find(family, error);
        if (class) model = sr_model_new(class, name);
        status = class ? read_model(model, set, error) : SR_ERROR_FORMAT;
    }
    sr_tensors_fini(set);
    if (status) {
        sr_error_prefix(error, "%s", path);
        sr_model_unref(model);
        model = NULL;
    }
    return model;
}

struct sr_model *sr_model_load(const char *path, struct sr_error *error)
{
    struct sr_tensors set;
    if (sr_tensors_load(&set, path, error)) return NULL; /* its messages name the path */
    return make_model(&set, path, error);
}

struct sr_model *sr_model_parse(const char *path, const void *bytes, size_t length,
                                struct sr_error *error)
{
    struct sr_tensors set;
    if (sr_tensors_parse(&set, path, bytes, length, error)) return NULL;
    return make_model(&set, path, error);
}
