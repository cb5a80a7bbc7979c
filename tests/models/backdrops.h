/* backdrops.h - how many pictures of garments before several kinds of backdrop a model names right,
 * when each is taken as `predict` takes it. */
#ifndef SARTOR_TESTS_MODELS_BACKDROPS_H
#define SARTOR_TESTS_MODELS_BACKDROPS_H

#include <stdlib.h>
#include <string.h>

#include "../data/scenes.h"
#include "sartor/data/images.h"
#include "sartor/data/import.h"
#include "sartor/eval/evaluation.h"
#include "sartor/models/model.h"

enum { BACKDROP_PIXELS = 3 * SCENE_SIDE * SCENE_SIDE };

/* The images that models get to see of the first `count` rows, one after another. */
struct backdrops {
    int count, unclear; /* pictures of which nothing was cut out for sure */
    uint8_t *cut;       /* count × 28 × 28: what is cut out, sure or not */
    uint8_t *whole;     /* the whole picture, where there is doubt; else the same */
    uint8_t *doubtful;  /* count: 1 for unclear ones */
};

/* `photographs`: so many pictures of BACKDROP_PIXELS, used in turn; NULL but for SCENE_PHOTOGRAPH.
 */
static bool backdrops_make(const struct sr_images *images, int count, enum scene_kind kind,
                           const uint8_t *photographs, size_t photograph_count,
                           struct backdrops *made, struct sr_error *error)
{
    const size_t size = sr_shape_size(images->shape);
    uint8_t pixels[BACKDROP_PIXELS];
    *made = (struct backdrops){.count = count,
                               .cut = malloc((size_t)count * size),
                               .whole = malloc((size_t)count * size),
                               .doubtful = calloc((size_t)count, 1)};
    for (int i = 0; i < count; i++) {
        const uint8_t *photograph =
            photographs ? photographs + (size_t)i % photograph_count * BACKDROP_PIXELS : NULL;
        struct sr_import import;
        scene_picture(sr_images_at(images, (size_t)i), kind, (uint64_t)i, photograph, pixels);
        const struct sr_picture picture = {SCENE_SIDE, SCENE_SIDE, 3, pixels, NULL};
        const enum sr_status status =
            sr_import_make("scene", &picture, images->shape, &import, error);
        if (status && status != SR_ERROR_FORMAT) return false;
        /* Where nothing at all is found, predict says so, and names no class: black. */
        memset(made->cut + (size_t)i * size, 0, size);
        memset(made->whole + (size_t)i * size, 0, size);
        if (!status) {
            memcpy(made->cut + (size_t)i * size, import.pixels, size);
            memcpy(made->whole + (size_t)i * size, import.whole ? import.whole : import.pixels,
                   size);
            made->doubtful[i] = import.whole != NULL;
            made->unclear += import.whole != NULL;
        }
        sr_import_fini(&import);
    }
    return true;
}

static void backdrops_fini(struct backdrops *made)
{
    free(made->cut);
    free(made->whole);
    free(made->doubtful);
}

/* 1 for each image of which the model names the class. */
static bool backdrops_right(const struct sr_model *model, const struct sr_images *images,
                            const uint8_t *pixels, int count, uint8_t *right,
                            struct sr_error *error)
{
    const struct sr_images shown = {(size_t)count, images->shape, (uint8_t *)pixels, NULL};
    const struct sr_samples samples = {&shown, NULL, (size_t)count};
    float *probabilities = malloc((size_t)count * 10 * sizeof *probabilities);
    const bool fine = !sr_model_predict(model, &samples, NULL, NULL, probabilities, error);
    for (int i = 0; fine && i < count; i++)
        right[i] = sr_predicted_class(probabilities + (size_t)i * 10, 10) ==
                   sr_images_label(images, (size_t)i);
    free(probabilities);
    return fine;
}

/* Shares, in %, of what each way names right. */
struct backdrop_scores {
    double shipped;  /* the model for images on black, of what was cut out */
    double recipe;   /* the model that knows backdrops, of that or of the whole picture */
    double together; /* as predict does it: the second where nothing was cut out for sure */
};

static bool backdrops_score(const struct backdrops *made, const struct sr_images *images,
                            const struct sr_model *shipped, const struct sr_model *recipe,
                            struct backdrop_scores *scores, struct sr_error *error)
{
    const size_t count = (size_t)made->count;
    uint8_t *first = calloc(2 * count, 1), *second = first + count;
    const bool fine = backdrops_right(shipped, images, made->cut, made->count, first, error) &&
                      backdrops_right(recipe, images, made->whole, made->count, second, error);
    *scores = (struct backdrop_scores){0};
    for (size_t i = 0; i < count; i++) {
        scores->shipped += 100.0 * first[i] / made->count;
        scores->recipe += 100.0 * second[i] / made->count;
        scores->together += 100.0 * (made->doubtful[i] ? second : first)[i] / made->count;
    }
    free(first);
    return fine;
}

#endif
