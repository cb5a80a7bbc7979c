/* suspects.c - measures how many labels that were changed on purpose the search for suspects finds:
 * 2 % of the labels of some rows, each changed to another class, the rows judged by
 * cross-validation. Both rules are measured on the same held-out probabilities.
 *
 * Usage: suspects DATA FAMILY ROWS [FILE]. FILE gets those probabilities, for suspects.py beside
 * it: rows and classes (int32 each), then for each row its label and 1 where that was changed
 * (bytes), then the probabilities (float). Judges nothing. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/base/pool.h"
#include "sartor/base/rng.h"
#include "sartor/data/dataset.h"
#include "sartor/data/folds.h"
#include "sartor/data/split.h"
#include "sartor/eval/suspects.h"
#include "sartor/models/model.h"

enum { FOLDS = 5, SEED = 1 };
static const double share = .02;

static struct sr_error error;

static void check(enum sr_status status)
{
    if (!status) return;
    fprintf(stderr, "suspects: %s\n", error.text);
    exit(1);
}

/* Change the labels of so many of the rows, drawn without repetition; 1 for each row of the file
 * that was changed. */
static uint8_t *change_labels(struct sr_images *images, const uint32_t *rows, size_t count,
                              size_t changes, int classes)
{
    struct sr_rng rng;
    uint8_t *changed = sr_xalloc(images->count);
    sr_rng_init(&rng, SEED, SR_STREAM_TEST, 0);
    while (changes > 0) {
        const uint32_t row = rows[sr_rng_below(&rng, count)];
        if (changed[row]) continue;
        const uint64_t step = 1 + sr_rng_below(&rng, (uint64_t)classes - 1);
        images->labels[row] = (uint8_t)((images->labels[row] + step) % (uint64_t)classes);
        changed[row] = 1;
        changes--;
    }
    return changed;
}

static void run_fold(const struct sr_model_class *class, const struct sr_folds *folds, int fold,
                     const struct sr_images *images, struct sr_pool *pool,
                     struct sr_predictions *all)
{
    const int classes = all->classes;
    uint32_t *train = sr_xalloc(folds->row_count * sizeof *train),
             *held = sr_xalloc(folds->row_count * sizeof *held);
    struct sr_args *params = sr_args_parse(class->name, class->params, NULL, 0, NULL, &error);
    struct sr_model *model = sr_model_new(class, class->name);
    const struct sr_fit fit = {.params = params,
                               .shape = {images->shape, classes},
                               .train = {images, train, sr_folds_take(folds, fold, false, train)},
                               .validation = {images, NULL, 0},
                               .seed = SEED,
                               .pool = pool};
    const struct sr_samples samples = {images, held, sr_folds_take(folds, fold, true, held)};
    float *said = sr_xalloc(samples.count * (size_t)classes * sizeof *said);
    check(sr_model_fit(model, &fit, &error));
    check(sr_model_predict(model, &samples, pool, NULL, said, &error));
    for (size_t i = 0; i < samples.count; i++)
        memcpy(all->probabilities + sr_predictions_find(all, held[i]) * (size_t)classes,
               said + i * (size_t)classes, (size_t)classes * sizeof *said);
    sr_model_unref(model);
    sr_args_free(params);
    free(said);
    free(train);
    free(held);
}

static void report(const struct sr_predictions *all, const uint8_t *changed, size_t changes)
{
    struct sr_suspect *found = sr_xalloc(all->count * sizeof *found);
    for (int rule = 0; rule < SR_SUSPECTS_RULE_COUNT; rule++) {
        const size_t count =
            sr_suspects_find(all, (enum sr_suspects_rule)rule, SR_SUSPECTS_ROWS_MIN, found);
        size_t right = 0;
        for (size_t i = 0; i < count; i++) right += changed[found[i].row];
        printf("  rule=%-7s %5zu suspects  recall %.3f  precision %.3f\n",
               sr_suspects_rule_names[rule], count, (double)right / (double)changes,
               count ? (double)right / (double)count : NAN);
    }
    free(found);
}

static void write_file(const char *path, const struct sr_predictions *all, const uint8_t *changed)
{
    FILE *file = fopen(path, "wb");
    const int32_t sizes[] = {(int32_t)all->count, all->classes};
    if (!file) {
        perror(path);
        exit(1);
    }
    fwrite(sizes, sizeof *sizes, 2, file);
    fwrite(all->truth, 1, all->count, file);
    for (size_t i = 0; i < all->count; i++) fputc(changed[all->rows[i]], file);
    fwrite(all->probabilities, sizeof(float), all->count * (size_t)all->classes, file);
    if (fclose(file)) {
        perror(path);
        exit(1);
    }
}

int main(int count, char **words)
{
    if (count < 4) {
        fprintf(stderr, "usage: suspects DATA FAMILY ROWS [FILE]\n");
        return 2;
    }
    const struct sr_model_class *class = sr_model_class_find(words[2], &error);
    if (!class) check(error.status);
    struct sr_pool *pool = sr_pool_new(2, &error);
    struct sr_dataset *data = sr_dataset_load(words[1], NULL, &error);
    if (!pool || !data) check(error.status);
    struct sr_images *images = &data->files[SR_FILE_TRAIN];
    struct sr_split split;
    struct sr_folds folds;
    struct sr_predictions all;
    check(sr_split_make(&split, data, 0, SEED, (size_t)atol(words[3]), &error));
    const size_t rows = split.counts[SR_SPLIT_TRAIN], changes = (size_t)(share * (double)rows);
    uint8_t *changed =
        change_labels(images, split.rows[SR_SPLIT_TRAIN], rows, changes, data->classes);
    check(sr_folds_make(&folds, images, split.rows[SR_SPLIT_TRAIN], rows, FOLDS, SEED, &error));
    const struct sr_samples samples = {images, folds.rows, folds.row_count};
    check(sr_predictions_init(&all, &samples, data->classes, &error));
    for (int f = 0; f < FOLDS; f++) run_fold(class, &folds, f, images, pool, &all);
    sr_predictions_finish(&all);
    size_t right = 0;
    for (size_t i = 0; i < rows; i++) right += all.predicted[i] == all.truth[i];
    printf("%s, %zu rows, %zu labels changed; held-out predictions agree with %.1f %% of labels\n",
           class->name, rows, changes, 100 * (double)right / (double)rows);
    report(&all, changed, changes);
    if (count > 4) write_file(words[4], &all, changed);
    sr_predictions_fini(&all);
    sr_folds_fini(&folds);
    sr_split_fini(&split);
    sr_dataset_unref(data);
    sr_pool_free(pool);
    free(changed);
    return 0;
}
