/* backdrops.c - how many garments in pictures are named right before backdrops of several kinds:
 * by a model for images on black, by one trained with background=on, and by both as predict uses
 * them. Measures and judges nothing.
 *
 * Usage: backdrops FOLDER SHIPPED RECIPE PICTURES [PHOTOGRAPHS]: a data set; two model files; how
 * many rows of the validation split and of the test file; a file of 112 × 112 × 3 bytes a
 * photograph (see photographs.py).
 */
#include <stdio.h>

#include "../models/backdrops.h"
#include "../models/photos.h"
#include "sartor/base/file.h"
#include "sartor/data/dataset.h"
#include "sartor/data/split.h"

static struct sr_error error;

static int fail(void)
{
    fprintf(stderr, "%s\n", error.text);
    return 1;
}

/* A line for each kind of backdrop. */
static bool table(const struct sr_images *images, int count, const struct sr_model *shipped,
                  const struct sr_model *recipe, const uint8_t *photographs,
                  size_t photograph_count)
{
    for (enum scene_kind kind = SCENE_PLAIN; kind < SCENES; kind++) {
        struct backdrops made = {0};
        struct backdrop_scores scores;
        if (kind == SCENE_PHOTOGRAPH && !photograph_count) continue;
        bool fine =
            backdrops_make(images, count, kind, kind == SCENE_PHOTOGRAPH ? photographs : NULL,
                           photograph_count, &made, &error);
        fine = fine && backdrops_score(&made, images, shipped, recipe, &scores, &error);
        if (fine)
            printf("  %-12s %7.1f %7.1f %9.1f %14.1f\n", scene_names[kind], scores.shipped,
                   scores.recipe, scores.together, 100.0 * made.unclear / count);
        backdrops_fini(&made);
        if (!fine) return false;
    }
    return true;
}

/* The validation rows that the shipped models were not trained on, as images of their own. */
static bool validation_rows(const struct sr_dataset *data, struct sr_images *images)
{
    struct sr_split split;
    if (sr_split_make(&split, data, 1.0 / 12, 1, 0, &error)) return false;
    const struct sr_samples rows = sr_split_samples(data, &split, SR_SPLIT_VALIDATION);
    const size_t size = sr_shape_size(rows.images->shape);
    *images = (struct sr_images){.count = rows.count, .shape = rows.images->shape};
    images->pixels = malloc(rows.count * size);
    images->labels = malloc(rows.count);
    for (size_t i = 0; i < rows.count; i++) {
        memcpy(images->pixels + i * size, sr_samples_pixels(&rows, i), size);
        images->labels[i] = (uint8_t)sr_samples_label(&rows, i);
    }
    sr_split_fini(&split);
    return true;
}

int main(int argc, char **argv)
{
    size_t length = 0;
    if (argc < 5) {
        fprintf(stderr, "usage: backdrops FOLDER SHIPPED RECIPE PICTURES [PHOTOGRAPHS]\n");
        return 2;
    }
    struct sr_dataset *data = sr_dataset_load(argv[1], NULL, &error);
    struct sr_model *shipped = data ? sr_model_load(argv[2], &error) : NULL,
                    *recipe = shipped ? sr_model_load(argv[3], &error) : NULL;
    char *photographs = NULL;
    int status = !recipe;
    if (!status && argc > 5)
        status = !(photographs = sr_file_read(argv[5], 1 << 28, &length, &error));
    struct sr_images validation = {0};
    if (!status) status = !validation_rows(data, &validation);
    for (int part = 0; !status && part < 2; part++) {
        const struct sr_images *images = part ? &data->files[SR_FILE_TEST] : &validation;
        int count = atoi(argv[4]);
        if ((size_t)count > images->count) count = (int)images->count;
        printf("%d pictures of the %s split: %% named right\n  %-12s %7s %7s %9s %14s\n", count,
               part ? "test" : "validation", "backdrop", "shipped", "recipe", "together",
               "taken whole, %");
        status = !table(images, count, shipped, recipe, (const uint8_t *)photographs,
                        length / BACKDROP_PIXELS);
    }
    free(validation.pixels);
    free(validation.labels);
    if (!status) {
        const struct sr_images *test = &data->files[SR_FILE_TEST];
        int doubts, white;
        const int right = photos_right(shipped, test, &doubts, &white, &error);
        printf("%d garments x %d tones x %d plain backdrops: %d of %d named right by the first\n",
               GARMENTS, TONES, BACKDROPS, right, GARMENTS * TONES * BACKDROPS);
        printf("as telephones take them (slope of light, noise, turn): %d of %d\n",
               phones_right(shipped, test, &error), PHONES);
    }
    free(photographs);
    sr_model_unref(recipe);
    sr_model_unref(shipped);
    sr_dataset_unref(data);
    return status ? fail() : 0;
}
