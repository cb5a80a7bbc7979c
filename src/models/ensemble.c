#include "sartor/models/ensemble.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "classes.h"
#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include "sartor/base/words.h"
#include "sartor/models/imported.h"

struct ensemble {
    size_t count;
    struct sr_model *members[SR_ENSEMBLE_MAX];
};

static const struct sr_param params[] = {
    {"members", SR_PARAM_TEXT, .help = "Names of the models that vote, separated by commas."},
    {0},
};

static void ensemble_free(void *opaque)
{
    struct ensemble *ensemble = opaque;
    if (!ensemble) return;
    for (size_t i = 0; i < ensemble->count; i++) sr_model_unref(ensemble->members[i]);
    free(ensemble);
}

static uint64_t ensemble_size(const void *opaque)
{
    const struct ensemble *ensemble = opaque;
    uint64_t size = 0;
    for (size_t i = 0; i < ensemble->count; i++)
        size += ensemble->members[i]->class->size(ensemble->members[i]->state);
    return size;
}

static enum sr_status ensemble_fit(const struct sr_fit *fit, void **state, struct sr_error *error)
{
    (void)fit;
    *state = NULL;
    return sr_error_set(error, SR_ERROR_ARGUMENT,
                        "an ensemble is made of trained models: ensemble NAME MODEL MODEL ...");
}

/* Members report from 0 to their total, each in its turn; of the whole each is an equal part. */
struct turn {
    const struct sr_monitor *outer;
    size_t member, members;
    double began;
};

static void turn_progress(void *owner, const struct sr_progress *inner)
{
    const struct turn *turn = owner;
    if (inner->total)
        sr_monitor_count(turn->outer, inner->unit, turn->member * inner->total + inner->done,
                         turn->members * inner->total, turn->began);
}

static bool turn_proceed(void *owner)
{
    return sr_monitor_proceed(((const struct turn *)owner)->outer);
}

static enum sr_status ensemble_predict(const void *opaque, const struct sr_samples *samples,
                                       struct sr_pool *pool, const struct sr_monitor *monitor,
                                       float *probabilities, struct sr_error *error)
{
    const struct ensemble *ensemble = opaque;
    size_t length = samples->count * (size_t)ensemble->members[0]->shape.classes;
    float *one = sr_array_raw(length, sizeof *one, "a member's predictions", error);
    if (!one) return error->status;
    enum sr_status status = SR_OK;
    struct turn turn = {monitor, 0, ensemble->count, sr_clock_seconds()};
    const struct sr_monitor own = {
        .owner = &turn, .progress = turn_progress, .proceed = turn_proceed};
    /* Members one after another in their order: the sum is the same at any number of threads. */
    for (size_t m = 0; !status && m < ensemble->count; m++) {
        turn.member = m;
        status = sr_model_predict(ensemble->members[m], samples, pool, &own,
                                  m ? one : probabilities, error);
        for (size_t i = 0; !status && m && i < length; i++) probabilities[i] += one[i];
    }
    for (size_t i = 0; !status && i < length; i++) probabilities[i] /= (float)ensemble->count;
    free(one);
    return status;
}

/* --- files: a member's tensors and metadata, each name behind "member.N." ----------------- */

static enum sr_status add_member(struct sr_tensors *set, size_t number,
                                 const struct sr_model *member, struct sr_error *error)
{
    struct sr_tensors own = {0};
    struct sr_text line = {0};
    if (member->base) member = member->base;
    model_names_put(member, &own);
    enum sr_status status = member->class->save(member->state, &own, error);
    for (size_t i = 0; !status && i < own.count; i++) {
        const struct sr_tensor *tensor = &own.items[i];
        char *name = sr_xprintf("member.%zu.%s", number, tensor->name);
        void *data = sr_tensors_add(set, name, tensor->dtype, tensor->rank, tensor->shape, error);
        if (data)
            memcpy(data, tensor->data, tensor->count * sr_dtype_size(tensor->dtype));
        else
            status = error->status;
        free(name);
    }
    for (size_t i = 0; !status && i < own.pairs; i++) {
        char *key = sr_xprintf("member.%zu.%s", number, own.keys[i]);
        sr_tensors_set_text(set, key, own.values[i]);
        free(key);
    }
    sr_args_print(member->params, true, &line);
    char *class = sr_xprintf("member.%zu.class", number),
         *hyper = sr_xprintf("member.%zu.hyperparameters", number),
         *name = sr_xprintf("member.%zu.name", number);
    sr_tensors_set_text(set, class, member->class->name);
    sr_tensors_set_text(set, hyper, sr_text_get(&line));
    sr_tensors_set_text(set, name, member->name);
    free(class);
    free(hyper);
    free(name);
    sr_text_fini(&line);
    sr_tensors_fini(&own);
    return status;
}

static enum sr_status ensemble_save(const void *opaque, struct sr_tensors *set,
                                    struct sr_error *error)
{
    const struct ensemble *ensemble = opaque;
    enum sr_status status = SR_OK;
    for (size_t m = 0; !status && m < ensemble->count; m++)
        status = add_member(set, m, ensemble->members[m], error);
    return status;
}

/* The part of a set whose names begin with `prefix`, without it. */
static enum sr_status extract(const struct sr_tensors *set, const char *prefix,
                              struct sr_tensors *own, struct sr_error *error)
{
    size_t length = strlen(prefix);
    for (size_t i = 0; i < set->count; i++) {
        const struct sr_tensor *tensor = &set->items[i];
        if (strncmp(tensor->name, prefix, length)) continue;
        void *data = sr_tensors_add(own, tensor->name + length, tensor->dtype, tensor->rank,
                                    tensor->shape, error);
        if (!data) return error->status;
        memcpy(data, tensor->data, tensor->count * sr_dtype_size(tensor->dtype));
    }
    for (size_t i = 0; i < set->pairs; i++)
        if (!strncmp(set->keys[i], prefix, length))
            sr_tensors_set_text(own, set->keys[i] + length, set->values[i]);
    return SR_OK;
}

/* Number the classes of a member as those of the ensemble, where it has them in another order. */
static enum sr_status order_member(const struct sr_tensors *set, struct sr_model **member,
                                   struct sr_error *error)
{
    struct sr_model whole = {.shape = (*member)->shape};
    uint8_t order[SR_CLASSES_MAX];
    enum sr_status status = model_names_read(&whole, set, error);
    enum sr_kinship kinship = status || !whole.class_names
                                  ? SR_KIN_SAME
                                  : sr_model_kinship(*member, whole.class_names, order);
    model_names_free(&whole);
    if (kinship == SR_KIN_OTHER)
        return sr_error_set(error, SR_ERROR_FORMAT, "%s has other classes than the ensemble",
                            (*member)->name);
    if (kinship == SR_KIN_REORDERED) {
        struct sr_model *base = *member;
        *member = sr_model_reorder(base, order);
        sr_model_unref(base);
    }
    return status;
}

static enum sr_status load_member(const struct sr_tensors *set, size_t number,
                                  const struct sr_model_shape *shape, struct sr_model **member,
                                  struct sr_error *error)
{
    struct sr_tensors own = {0};
    struct sr_words words = {0};
    char prefix[32];
    snprintf(prefix, sizeof prefix, "member.%zu.", number);
    enum sr_status status = extract(set, prefix, &own, error);
    const char *family = sr_tensors_text(&own, "class"),
               *line = sr_tensors_text(&own, "hyperparameters"),
               *name = sr_tensors_text(&own, "name");
    *member = NULL;
    if (!status && (!family || !line || !name))
        status = sr_error_set(error, SR_ERROR_FORMAT,
                              "member %zu of the ensemble lacks its class, name or hyperparameters",
                              number);
    /* Only a family: ensembles of ensembles could nest without end. */
    const struct sr_model_class *class = NULL;
    if (!status)
        class = !strcmp(family, sr_model_class_imported.name) ? &sr_model_class_imported
                                                              : sr_model_class_find(family, error);
    if (!status && !class) status = SR_ERROR_FORMAT;
    if (!status) status = sr_words_split(&line, &words, error);
    if (!status) {
        *member = sr_model_new(class, name);
        (*member)->shape = *shape;
        sr_args_free((*member)->params);
        (*member)->params =
            sr_args_parse(class->name, class->params, words.items, words.count, NULL, error);
        status = (*member)->params
                     ? class->load(&own, (*member)->params, shape, &(*member)->state, error)
                     : error->status;
    }
    if (!status) status = model_names_read(*member, &own, error);
    if (!status) status = order_member(set, member, error);
    sr_words_fini(&words);
    sr_tensors_fini(&own);
    if (status) {
        sr_model_unref(*member);
        *member = NULL;
    }
    return status;
}

static enum sr_status ensemble_load(const struct sr_tensors *set, const struct sr_args *args,
                                    const struct sr_model_shape *shape, void **state,
                                    struct sr_error *error)
{
    (void)args;
    struct ensemble *ensemble = sr_xalloc(sizeof *ensemble);
    enum sr_status status = SR_OK;
    char key[40];
    *state = NULL;
    for (;;) {
        snprintf(key, sizeof key, "member.%zu.class", ensemble->count);
        if (status || !sr_tensors_text(set, key)) break;
        if (ensemble->count == SR_ENSEMBLE_MAX) {
            status = sr_error_set(error, SR_ERROR_FORMAT, "the ensemble has more than %d members",
                                  SR_ENSEMBLE_MAX);
            break;
        }
        status =
            load_member(set, ensemble->count, shape, &ensemble->members[ensemble->count], error);
        if (!status) ensemble->count++;
    }
    if (!status && ensemble->count < 2)
        status = sr_error_set(error, SR_ERROR_FORMAT,
                              "the ensemble has %zu members; it takes at least 2", ensemble->count);
    if (status)
        ensemble_free(ensemble);
    else
        *state = ensemble;
    return status;
}

const struct sr_model_class sr_model_class_ensemble = {
    .name = "ensemble",
    .title = "Ensemble",
    .help = "The mean of several models' probabilities.",
    .params = params,
    .fit = ensemble_fit,
    .predict = ensemble_predict,
    .save = ensemble_save,
    .load = ensemble_load,
    .free = ensemble_free,
    .size = ensemble_size,
};

/* Why two models cannot vote together; SR_OK when they can. */
static enum sr_status check_member(const struct sr_model *first, const struct sr_model *member,
                                   struct sr_error *error)
{
    uint8_t order[SR_CLASSES_MAX];
    if (member->class == &sr_model_class_ensemble)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "%s is an ensemble itself; name its members instead", member->name);
    if (memcmp(&member->shape, &first->shape, sizeof first->shape))
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "%s and %s were made for images of different shapes or classes",
                            first->name, member->name);
    if (first->class_names && sr_model_kinship(member, first->class_names, order) != SR_KIN_SAME)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "%s and %s have different classes, or the same in different orders",
                            first->name, member->name);
    /* Where it is known which pictures each was trained on, all of those are left out. */
    if ((!first->seen || !member->seen) &&
        (strcmp(member->digest, first->digest) || member->split_seed != first->split_seed ||
         fabs(member->validation - first->validation) > 1e-9))
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "%s and %s were trained with different validation splits, so "
                            "their ensemble could not be judged",
                            first->name, member->name);
    return SR_OK;
}

/* What the ensemble has seen, cost and needed, of its members. */
static void sum_up(struct sr_model *model, const struct ensemble *ensemble)
{
    bool remembered = true, known = true;
    for (size_t i = 0; i < ensemble->count; i++) {
        const struct sr_model *member = ensemble->members[i];
        model->fit_seconds += member->fit_seconds;
        /* Members are fitted one after another, so the largest counts; of some it is not known. */
        remembered = remembered && member->fit_memory;
        if (member->fit_memory > model->fit_memory) model->fit_memory = member->fit_memory;
        if (member->train_count > model->train_count) model->train_count = member->train_count;
        model->stopped = model->stopped || member->stopped;
        model->diverged = model->diverged || member->diverged;
        known = known && member->seen;
        if (!known) continue;
        struct sr_seen *all =
            model->seen ? sr_seen_join(model->seen, member->seen) : sr_seen_copy(member->seen);
        sr_seen_free(model->seen);
        model->seen = all;
    }
    if (!remembered) model->fit_memory = 0;
    if (known) {
        model->train_count = model->seen->count;
    } else {
        sr_seen_free(model->seen);
        model->seen = NULL;
    }
}

struct sr_model *sr_ensemble_new(const char *name, struct sr_model *const *members, size_t count,
                                 struct sr_error *error)
{
    if (count < 2 || count > SR_ENSEMBLE_MAX) {
        sr_error_set(error, SR_ERROR_ARGUMENT, "an ensemble takes 2 to %d models, not %zu",
                     SR_ENSEMBLE_MAX, count);
        return NULL;
    }
    const struct sr_model *first = members[0];
    struct sr_text names = {0};
    for (size_t i = 0; i < count; i++) {
        if (check_member(first, members[i], error)) {
            sr_text_fini(&names);
            return NULL;
        }
        sr_text_printf(&names, "%s%s", i ? "," : "", members[i]->name);
    }
    struct ensemble *ensemble = sr_xalloc(sizeof *ensemble);
    struct sr_model *model = sr_model_new(&sr_model_class_ensemble, name);
    for (ensemble->count = 0; ensemble->count < count; ensemble->count++)
        ensemble->members[ensemble->count] = sr_model_ref(members[ensemble->count]);
    sum_up(model, ensemble);
    model->state = ensemble;
    model->shape = first->shape;
    model->seed = first->seed;
    model->split_seed = first->split_seed;
    model->validation = first->validation;
    snprintf(model->digest, sizeof model->digest, "%s", first->digest);
    snprintf(model->data_name, sizeof model->data_name, "%s", first->data_name);
    model_names_copy(model, first);
    model->params = sr_args_parse(model->class->name, params, NULL, 0, NULL, error);
    sr_args_set(model->params, "members", sr_text_get(&names), error);
    sr_text_fini(&names);
    return model;
}

size_t sr_ensemble_members(const struct sr_model *model, struct sr_model *const **members)
{
    if (model->class != &sr_model_class_ensemble) return 0;
    const struct ensemble *ensemble = model->state;
    *members = ensemble->members;
    return ensemble->count;
}
