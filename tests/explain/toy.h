/* toy.h - models for these tests that need no training: one looks at a single square of the
 * picture, and is saved and loaded like a real one. */
#ifndef SARTOR_TESTS_EXPLAIN_TOY_H
#define SARTOR_TESTS_EXPLAIN_TOY_H

#include "sartor/base/memory.h"
#include "sartor/explain/explain.h"
#include "support.h"
#include <math.h>

enum { TOY_SIDE = 16 };

/* Weights a class and pixel, so that probabilities are those of a linear model. */
struct toy {
    float top[2 * 2];                       /* mixes the two scores: the upper layer */
    float weights[2 * TOY_SIDE * TOY_SIDE]; /* the lower */
};

static inline enum sr_status toy_predict(const void *state, const struct sr_samples *samples,
                                         struct sr_pool *pool, const struct sr_monitor *monitor,
                                         float *probabilities, struct sr_error *error)
{
    (void)pool;
    const struct toy *toy = state;
    for (size_t i = 0; i < samples->count; i++) {
        if (!sr_monitor_proceed(monitor)) return sr_error_set(error, SR_ERROR_CANCELLED, "stopped");
        const uint8_t *pixels = sr_samples_pixels(samples, i);
        double scores[2] = {0, 0}, mixed[2];
        for (int c = 0; c < 2; c++)
            for (int p = 0; p < TOY_SIDE * TOY_SIDE; p++)
                scores[c] += (double)toy->weights[c * TOY_SIDE * TOY_SIDE + p] * pixels[p] / 255;
        for (int c = 0; c < 2; c++)
            mixed[c] =
                (double)toy->top[2 * c] * scores[0] + (double)toy->top[2 * c + 1] * scores[1];
        const double first = 1 / (1 + exp(mixed[1] - mixed[0]));
        probabilities[2 * i] = (float)first;
        probabilities[2 * i + 1] = (float)(1 - first);
    }
    return SR_OK;
}

static inline enum sr_status toy_importance(const void *state, int target, float *image,
                                            struct sr_error *error)
{
    (void)error;
    const struct toy *toy = state;
    for (int p = 0; p < TOY_SIDE * TOY_SIDE; p++)
        image[p] =
            target < 0 ? fabsf(toy->weights[p]) : toy->weights[target * TOY_SIDE * TOY_SIDE + p];
    return SR_OK;
}

static inline size_t toy_nearest(const void *state, const uint8_t *pixels, uint32_t *rows,
                                 double *distances, size_t room)
{
    (void)state, (void)pixels;
    for (size_t i = 0; i < 3 && i < room; i++) {
        rows[i] = (uint32_t)(10 * i);
        distances[i] = (double)i;
    }
    return room < 3 ? room : 3;
}

static inline enum sr_status toy_save(const void *state, struct sr_tensors *set,
                                      struct sr_error *error)
{
    const struct toy *toy = state;
    const size_t lower[2] = {2, TOY_SIDE * TOY_SIDE}, upper[2] = {2, 2}, one = 2;
    float *weights = sr_tensors_add(set, "low.weight", SR_F32, 2, lower, error);
    float *bias = sr_tensors_add(set, "low.bias", SR_F32, 1, &one, error);
    float *top = sr_tensors_add(set, "top.weight", SR_F32, 2, upper, error);
    assert_true(weights && bias && top);
    memcpy(weights, toy->weights, sizeof toy->weights);
    memcpy(top, toy->top, sizeof toy->top);
    bias[0] = 3;
    return SR_OK;
}

static inline enum sr_status toy_load(const struct sr_tensors *set, const struct sr_args *params,
                                      const struct sr_model_shape *shape, void **state,
                                      struct sr_error *error)
{
    (void)params, (void)shape, (void)error;
    struct toy *toy = sr_xalloc(sizeof *toy);
    memcpy(toy->weights, sr_tensors_find(set, "low.weight")->data, sizeof toy->weights);
    memcpy(toy->top, sr_tensors_find(set, "top.weight")->data, sizeof toy->top);
    *state = toy;
    return SR_OK;
}

static const struct sr_param toy_params[] = {{0}};
static struct sr_model_class toy_class = {.name = "toy",
                                          .title = "Toy",
                                          .params = toy_params,
                                          .predict = toy_predict,
                                          .importance = toy_importance,
                                          .nearest = toy_nearest,
                                          .save = toy_save,
                                          .load = toy_load,
                                          .free = free};

/* Class 1 is what has light in the square of 4×4 at (8, 4); each pixel of it counts the more the
 * further right it is. Elsewhere light counts a little against it. */
static inline struct sr_model *toy_new(void)
{
    struct sr_model *model = sr_model_new(&toy_class, "toy");
    struct sr_error error;
    struct toy *toy = sr_xalloc(sizeof *toy);
    toy->top[0] = toy->top[3] = 1;
    for (int y = 0; y < TOY_SIDE; y++)
        for (int x = 0; x < TOY_SIDE; x++) {
            const bool inside = y >= 8 && y < 12 && x >= 4 && x < 8;
            toy->weights[TOY_SIDE * TOY_SIDE + y * TOY_SIDE + x] =
                inside ? 0.1f * (float)(x - 2) : -0.001f;
        }
    model->state = toy;
    model->shape = (struct sr_model_shape){{TOY_SIDE, TOY_SIDE, 1}, 2};
    model->params = sr_args_parse("toy", toy_params, NULL, 0, NULL, &error);
    return model;
}

/* Grey pictures with some texture: pixel values 90 to 249. */
static inline struct sr_images toy_images(size_t count)
{
    struct sr_images images = {
        count, {TOY_SIDE, TOY_SIDE, 1}, malloc(count * TOY_SIDE * TOY_SIDE), calloc(count, 1)};
    for (size_t i = 0; i < count; i++) {
        images.labels[i] = (uint8_t)(i % 2);
        for (size_t p = 0; p < TOY_SIDE * TOY_SIDE; p++)
            images.pixels[i * TOY_SIDE * TOY_SIDE + p] = (uint8_t)(90 + (p * 37 + i * 11) % 160);
    }
    return images;
}

#endif
