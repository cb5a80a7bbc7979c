/* map_file.c - see map_file.h. */
#include "map_file.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/file.h"
#include "sartor/base/kept.h"
#include "sartor/base/memory.h"
#include "sartor/compute/cpu.h"
#include "sartor/models/representation.h"
#include "sartor/models/tensors.h"

/* Increased whenever maps are laid out in another way. */
#define MAP_VERSION "1"

/* More maps than this, about 100 of 70,000 samples, are not kept. */
static const uint64_t kept_bytes = (uint64_t)64 << 20;

/* The numbers of a map, and what they may be. */
enum { WIDTH, DIMS, EXPLAINED, TRUSTWORTHINESS, CONTINUITY, MEASURED, K, SECONDS, NUMBERS };
static const struct {
    const char *name;
    double least, most;
    bool whole;
} numbers[NUMBERS] = {[WIDTH] = {"width", 1, 1e6, true},
                      [DIMS] = {"components", 1, 1e6, true},
                      [EXPLAINED] = {"explained", 0, 1.001, false},
                      [TRUSTWORTHINESS] = {"trustworthiness", -1, 1.001, false},
                      [CONTINUITY] = {"continuity", -1, 1.001, false},
                      [MEASURED] = {"measured", 1, 1e9, true},
                      [K] = {"k", 1, 1e6, true},
                      [SECONDS] = {"seconds", 0, 1e9, false}};

char *map_file_path(const char *home, const char *digest, const struct sr_model *model,
                    enum sr_features features, double perplexity, uint64_t seed)
{
    char of[32];
    uint64_t identity;
    struct sr_error ignored;
    snprintf(of, sizeof of, "%s", sr_features_names[features]);
    if (model && sr_representation_identity(model, &identity, &ignored)) return NULL;
    if (model) snprintf(of, sizeof of, "model-%016" PRIx64, identity);
    return sr_xprintf("%s/maps/%s-%s-%g-%" PRIu64 ".safetensors", home, digest, of, perplexity,
                      seed);
}

static bool read_numbers(const struct sr_tensors *set, double values[NUMBERS])
{
    for (int n = 0; n < NUMBERS; n++) {
        const char *text = sr_tensors_text(set, numbers[n].name);
        if (!text || !sr_parse_double(text, &values[n]) || values[n] < numbers[n].least ||
            values[n] > numbers[n].most || (numbers[n].whole && values[n] != floor(values[n])))
            return false;
    }
    return true;
}

static bool has_text(const struct sr_tensors *set, const char *key, const char *wanted)
{
    const char *text = sr_tensors_text(set, key);
    return text && !strcmp(text, wanted);
}

bool map_file_load(const char *path, struct sr_map *map)
{
    struct sr_tensors set = {0};
    struct sr_error ignored;
    double values[NUMBERS];
    const size_t shape[] = {map->count, 2};
    if (!sr_path_exists(path)) return false;
    const bool read = sr_tensors_load(&set, path, &ignored) == SR_OK;
    const struct sr_tensor *points =
        read ? sr_tensors_need(&set, "points", SR_F32, 2, shape, &ignored) : NULL;
    float *copy = NULL;
    if (points && has_text(&set, "version", MAP_VERSION) &&
        has_text(&set, "isa", sr_compute_isa()) && read_numbers(&set, values) &&
        values[MEASURED] <= (double)map->count)
        copy = sr_array_raw(2 * map->count, sizeof *copy, "a map", &ignored);
    if (copy) {
        memcpy(copy, points->data, 2 * map->count * sizeof *copy);
        map->points = copy;
        map->box = sr_map_box_of(copy, map->count);
        map->width = (int)values[WIDTH];
        map->dims = (int)values[DIMS];
        map->explained = values[EXPLAINED];
        map->trustworthiness = values[TRUSTWORTHINESS];
        map->continuity = values[CONTINUITY];
        map->measured = (size_t)values[MEASURED];
        map->k = (int)values[K];
        map->seconds = values[SECONDS];
    }
    sr_tensors_fini(&set);
    if (copy) sr_kept_used(path);
    return copy != NULL;
}

void map_file_save(const char *path, const struct sr_map *map)
{
    const double values[NUMBERS] = {[WIDTH] = map->width,
                                    [DIMS] = map->dims,
                                    [EXPLAINED] = map->explained,
                                    [TRUSTWORTHINESS] = map->trustworthiness,
                                    [CONTINUITY] = map->continuity,
                                    [MEASURED] = (double)map->measured,
                                    [K] = map->k,
                                    [SECONDS] = map->seconds};
    struct sr_tensors set = {0};
    struct sr_error ignored;
    const size_t shape[] = {map->count, 2};
    if (!map->measured) return; /* so few samples are laid out at once */
    char *folder = sr_path_directory(path);
    float *points = sr_tensors_add(&set, "points", SR_F32, 2, shape, &ignored);
    if (points && sr_directory_make(folder, &ignored) == SR_OK) {
        memcpy(points, map->points, 2 * map->count * sizeof *points);
        sr_tensors_set_text(&set, "version", MAP_VERSION);
        sr_tensors_set_text(&set, "isa", sr_compute_isa());
        for (int n = 0; n < NUMBERS; n++) {
            char text[32];
            snprintf(text, sizeof text, "%.17g", values[n]);
            sr_tensors_set_text(&set, numbers[n].name, text);
        }
        if (sr_tensors_save(&set, path, &ignored) == SR_OK)
            sr_kept_bound(folder, sr_path_extension(path), kept_bytes);
    }
    free(folder);
    sr_tensors_fini(&set);
}
