/* explain.c - the table of methods, and explaining one sample or many. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/base/text.h"

enum { BLOCK = 32 }; /* samples that sr_explain_many explains in one region of the pool */

/* ---- the table ---- */

static bool offers_gradients(const struct sr_model *model)
{
    return sr_model_class_convolves(model->class);
}

static bool offers_probabilities(const struct sr_model *model)
{
    return model->class->predict != NULL;
}

static bool offers_weights(const struct sr_model *model)
{
    return explain_has_image(model, 0);
}

static bool offers_importance(const struct sr_model *model)
{
    return explain_has_image(model, -1);
}

static bool offers_nearest(const struct sr_model *model)
{
    return sr_model_class_has_nearest(model->class);
}

/* No map: the caller shows the rows of sr_explain_nearest. */
static enum sr_status no_map(const struct sr_explain *request, struct sr_heat *heats,
                             struct sr_error *error)
{
    (void)error;
    for (size_t k = 0; k < request->count; k++)
        heats[k] = (struct sr_heat){.shape = sr_shape_map(request->model->shape.image),
                                    .target = request->targets[k]};
    return SR_OK;
}

const struct sr_method sr_methods[SR_METHOD_COUNT] = {
    [SR_METHOD_GRADCAM] = {"gradcam", "Grad-CAM",
                           "Activations weighted by the mean gradients of the class.", true, false,
                           true, true, offers_gradients, "has no convolutions; Grad-CAM works on ",
                           sr_model_class_convolves, explain_gradcam},
    [SR_METHOD_GRADCAM_PLUS] = {"gradcam++", "Grad-CAM++",
                                "Grad-CAM with each cell's gradient weighted by its share.", true,
                                false, true, true, offers_gradients,
                                "has no convolutions; Grad-CAM++ works on ",
                                sr_model_class_convolves, explain_gradcam_plus},
    [SR_METHOD_HIRESCAM] =
        {"hirescam", "HiRes-CAM",
         "Activations times gradients, cell by cell, at the finest layer and the last.", true, true,
         true, true, offers_gradients, "has no convolutions; HiRes-CAM works on ",
         sr_model_class_convolves, explain_hirescam},
    [SR_METHOD_OCCLUSION] = {"occlusion", "Occlusion",
                             "The probability lost when a patch is black.", false, false, true,
                             true, offers_probabilities, "cannot predict", NULL, explain_occlusion},
    [SR_METHOD_WEIGHTS] = {"weights", "Weights × pixels",
                           "What each pixel adds to the class's score.", false, false, true, true,
                           offers_weights, "has no weight per pixel", NULL, explain_weights},
    [SR_METHOD_IMPORTANCE] = {"importance", "Importance",
                              "How important each pixel is to the model, whatever the sample.",
                              false, false, true, false, offers_importance,
                              "has no importance per pixel", NULL, explain_importance},
    [SR_METHOD_NEAREST] = {"nearest", "Nearest images",
                           "The training images nearest by the model's own distance.", false, false,
                           false, true, offers_nearest,
                           "keeps no training images; nearest works on ",
                           sr_model_class_has_nearest, no_map},
};
const char sr_method_names[] =
    "auto gradcam gradcam++ hirescam occlusion weights importance nearest";

const struct sr_method *sr_method_default(const struct sr_model *model)
{
    struct sr_layer_info chosen[2];
    const struct sr_method *cam = &sr_methods[SR_METHOD_HIRESCAM],
                           *weights = &sr_methods[SR_METHOD_WEIGHTS],
                           *occlusion = &sr_methods[SR_METHOD_OCCLUSION];
    if (cam->offered(model) && (explain_layers(model, cam, chosen) || !occlusion->offered(model)))
        return cam;
    return weights->offered(model) ? weights : occlusion;
}

static void list_offered(const struct sr_model *model, struct sr_text *text)
{
    const char *between = "";
    for (int m = 0; m < SR_METHOD_COUNT; m++)
        if (sr_methods[m].offered(model)) {
            sr_text_printf(text, "%s%s", between, sr_methods[m].name);
            between = ", ";
        }
}

const struct sr_method *sr_method_find(const struct sr_model *model, const char *name,
                                       struct sr_error *error)
{
    if (!name || !*name || !strcmp(name, "auto")) return sr_method_default(model);
    for (int m = 0; m < SR_METHOD_COUNT; m++) {
        if (strcmp(sr_methods[m].name, name) != 0) continue;
        if (sr_methods[m].offered(model)) return &sr_methods[m];
        struct sr_text text = {0};
        sr_text_add(&text, sr_methods[m].lacks);
        if (sr_methods[m].families) sr_model_classes_list(sr_methods[m].families, &text);
        sr_text_add(&text, "; it can be explained by ");
        list_offered(model, &text);
        sr_error_set(error, SR_ERROR_STATE, "%s is of the family %s, which %s", model->name,
                     model->class->name, sr_text_get(&text));
        sr_text_fini(&text);
        return NULL;
    }
    sr_error_set(error, SR_ERROR_ARGUMENT, "no method \"%s\"; there are: %s", name,
                 sr_method_names);
    return NULL;
}

enum sr_status sr_explain(const struct sr_explain *request, struct sr_heat *heats,
                          struct sr_error *error)
{
    const struct sr_model *model = request->model;
    struct sr_explain full = *request;
    for (size_t k = 0; k < request->count; k++) {
        heats[k] = (struct sr_heat){0};
        if (request->targets[k] < 0 || request->targets[k] >= model->shape.classes)
            return sr_error_set(error, SR_ERROR_ARGUMENT,
                                "there is no class %d to explain; %s has 0 to %d",
                                request->targets[k], model->name, model->shape.classes - 1);
    }
    if (!full.method)
        full.method = sr_method_default(model);
    else if (!full.method->offered(model)) {
        sr_method_find(model, full.method->name, error); /* for the message */
        return SR_ERROR_STATE;
    }
    if (!full.method->layered && full.layer && *full.layer)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "%s uses no layer; leave out layer=%s, or use method=gradcam",
                            full.method->title, full.layer);
    enum sr_status status = full.method->run(&full, heats, error);
    for (size_t k = 0; k < request->count; k++) {
        if (status)
            sr_heat_fini(&heats[k]);
        else
            heats[k].method = full.method;
    }
    return status;
}

size_t sr_explain_nearest(const struct sr_model *model, const uint8_t *pixels, uint32_t *rows,
                          double *distances, size_t room)
{
    return model->class->nearest
               ? model->class->nearest(model->state, pixels, rows, distances, room)
               : 0;
}

/* ---- many samples ---- */

struct block {
    const struct sr_samples *samples;
    struct sr_explain request; /* of all of them */
    float *heats;
    size_t from;
    enum sr_status status[BLOCK];
    struct sr_error errors[BLOCK];
};

static void explain_one(void *context, size_t index, int worker)
{
    struct block *block = context;
    const size_t at = block->from + index;
    struct sr_explain request = block->request;
    struct sr_heat heat;
    (void)worker;
    request.pixels = sr_samples_pixels(block->samples, at);
    request.targets = &block->request.targets[at];
    request.count = 1;
    block->status[index] = sr_explain(&request, &heat, &block->errors[index]);
    if (block->status[index]) return;
    const size_t size = sr_shape_size(heat.shape);
    memcpy(block->heats + at * size, heat.values, size * sizeof *heat.values);
    sr_heat_fini(&heat);
}

enum sr_status sr_explain_many(const struct sr_explain *request, const struct sr_samples *samples,
                               float *heats, struct sr_error *error)
{
    const struct sr_method *method =
        request->method ? request->method : sr_method_default(request->model);
    struct sr_pool *pool = request->pool;
    if (!method->mapped)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "%s gives no heat map; use another method=", method->name);
    enum sr_status status = sr_model_check_shape(request->model, samples->images->shape, 0, error);
    if (status) return status;
    struct block *block = sr_xalloc(sizeof *block);
    *block = (struct block){.samples = samples, .request = *request, .heats = heats};
    block->request.method = method;
    /* A method that predicts uses the pool itself, and regions of the pool cannot nest. */
    if (method->layered) {
        block->request.pool = NULL;
        block->request.monitor = NULL;
    }
    for (size_t step; !status && block->from < samples->count; block->from += step) {
        const size_t left = samples->count - block->from;
        step = !method->layered ? 1 : left < BLOCK ? left : BLOCK;
        if (!sr_monitor_proceed(request->monitor)) {
            status =
                sr_error_set(error, SR_ERROR_CANCELLED, "explaining was stopped before its end");
            break;
        }
        sr_pool_run(method->layered ? pool : NULL, step, explain_one, block);
        for (size_t i = 0; !status && i < step; i++)
            if ((status = block->status[i]) && error) *error = block->errors[i];
    }
    free(block);
    return status;
}

enum sr_status sr_explain_classes(const struct sr_explain *request,
                                  const struct sr_samples *samples, size_t most, float *heats,
                                  size_t *counts, struct sr_error *error)
{
    const size_t classes = (size_t)request->model->shape.classes;
    const size_t size = sr_shape_pixels(samples->images->shape);
    struct sr_explain one_each = *request;
    uint32_t *rows = sr_array_raw(samples->count, sizeof *rows, "samples to explain", error);
    int *targets =
        rows ? sr_array_raw(samples->count, sizeof *targets, "samples to explain", error) : NULL;
    float *own = NULL;
    enum sr_status status = targets ? SR_OK : SR_ERROR_MEMORY;
    memset(heats, 0, classes * size * sizeof *heats);
    memset(counts, 0, classes * sizeof *counts);
    /* Block by block, so that memory does not grow with the number of samples. */
    enum { AT_ONCE = 256 };
    size_t chosen = 0;
    for (size_t i = 0; !status && i < samples->count; i++) {
        const size_t label = (size_t)sr_samples_label(samples, i);
        if (label >= classes || counts[label] >= most) continue;
        counts[label]++;
        rows[chosen] = sr_samples_row(samples, i);
        targets[chosen++] = (int)label;
    }
    if (!status && !(own = sr_array_raw(AT_ONCE * size, sizeof *own, "heat maps", error)))
        status = SR_ERROR_MEMORY;
    for (size_t from = 0; !status && from < chosen; from += AT_ONCE) {
        const struct sr_samples part = {samples->images, rows + from,
                                        chosen - from < AT_ONCE ? chosen - from : AT_ONCE};
        one_each.targets = targets + from;
        status = sr_explain_many(&one_each, &part, own, error);
        for (size_t i = 0; !status && i < part.count; i++) {
            const size_t class = (size_t)targets[from + i];
            for (size_t p = 0; p < size; p++)
                heats[class * size + p] += own[i * size + p] / (float)counts[class];
        }
    }
    free(rows);
    free(targets);
    free(own);
    return status;
}
