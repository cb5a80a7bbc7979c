/* photos.h - garments of a test file, photographed: named by a model as predict takes pictures. */
#ifndef SARTOR_TESTS_MODELS_PHOTOS_H
#define SARTOR_TESTS_MODELS_PHOTOS_H

#include <stdio.h>

#include "../data/garment.h"
#include "sartor/data/images.h"
#include "sartor/data/import.h"
#include "sartor/eval/evaluation.h"
#include "sartor/models/model.h"

enum { GARMENTS = 5, TONES = 4, BACKDROPS = 5, PHONES = 12 };

static const int photo_classes[GARMENTS] = {0, 1, 3, 8, 9},
                 photo_tones[TONES] = {40, 100, 160, 220},
                 photo_backdrops[BACKDROPS] = {255, 200, 128, 70, 15};

/* The first image of a class. */
static const uint8_t *photo_garment(const struct sr_images *images, int class)
{
    size_t row = 0;
    while (sr_images_label(images, row) != class) row++;
    return sr_images_at(images, row);
}

/* The class that the model names in the photo, and whether the picture is said to be doubtful; -1
 * after an error. */
static int photo_name(const struct sr_model *model, const uint8_t *image, const struct photo *photo,
                      bool *doubtful, struct sr_error *error)
{
    static uint8_t pixels[PHOTO_HEIGHT * PHOTO_WIDTH], truth[PHOTO_HEIGHT * PHOTO_WIDTH];
    float probabilities[10];
    struct sr_import import;
    garment_photo(image, photo, pixels, truth);
    const struct sr_picture picture = {PHOTO_HEIGHT, PHOTO_WIDTH, 1, pixels, NULL};
    int named = -1;
    *doubtful = true;
    if (!sr_import_make("photo", &picture, model->shape.image, &import, error)) {
        const struct sr_images images = {1, import.shape, import.pixels, NULL};
        const struct sr_samples one = {&images, NULL, 1};
        if (!sr_model_predict(model, &one, NULL, NULL, probabilities, error))
            named = sr_predicted_class(probabilities, 10);
        *doubtful = import.doubt != SR_IMPORT_SURE;
    }
    sr_import_fini(&import);
    return named;
}

/* How many of GARMENTS × TONES × BACKDROPS are named right; `doubts` of them are in doubt, `white`
 * of these white on white. */
static int photos_right(const struct sr_model *model, const struct sr_images *images, int *doubts,
                        int *white, struct sr_error *error)
{
    int right = 0;
    *doubts = *white = 0;
    for (int g = 0; g < GARMENTS; g++)
        for (int b = 0; b < BACKDROPS; b++)
            for (int t = 0; t < TONES; t++) {
                const struct photo photo = {.tone = photo_tones[t], .backdrop = photo_backdrops[b]};
                bool doubtful;
                const int named = photo_name(model, photo_garment(images, photo_classes[g]), &photo,
                                             &doubtful, error);
                right += named == photo_classes[g];
                *doubts += doubtful;
                *white += doubtful && photo.tone == 220 && photo.backdrop == 255;
                if (named != photo_classes[g])
                    printf("    class %d, tone %d on %d: %d\n", photo_classes[g], photo.tone,
                           photo.backdrop, named);
            }
    return right;
}

/* How many of PHONES pictures as telephones take them are named right: light that falls off from
 * one corner to the other, noise, garments that are turned by up to 8 degrees. */
static int phones_right(const struct sr_model *model, const struct sr_images *images,
                        struct sr_error *error)
{
    int right = 0;
    for (int i = 0; i < PHONES; i++) {
        const int class = photo_classes[i % GARMENTS];
        const struct photo photo = {.tone = 40 + 15 * (i * 7 % 12),
                                    .backdrop = i % 2 ? 235 - 4 * i : 25 + 4 * i,
                                    .noise = 2 + i % 3,
                                    .slope = i % 4 < 2 ? 0.25 : -0.25,
                                    .turn = (i % 5 - 2) * 4};
        bool doubtful;
        const int named = photo_name(model, photo_garment(images, class), &photo, &doubtful, error);
        right += named == class;
        if (named != class)
            printf("    telephone %d, class %d, tone %d on %d: %d\n", i, class, photo.tone,
                   photo.backdrop, named);
    }
    return right;
}

#endif
