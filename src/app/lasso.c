/* lasso.c - see map.h: the samples in a part of a map, and which point is which sample. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/app/map.h"
#include "sartor/base/memory.h"

void sr_map_request_words(const struct sr_map_request *request, struct sr_lasso *lasso)
{
    snprintf(lasso->of, sizeof lasso->of, "%s",
             request->entry ? request->entry->name : sr_features_names[request->features]);
    snprintf(lasso->layout, sizeof lasso->layout, "%s", sr_map_layout_names[request->layout]);
    lasso->perplexity = request->perplexity;
    lasso->seed = request->seed;
}

enum sr_status sr_map_request_read(struct sr_session *session, const struct sr_lasso *lasso,
                                   struct sr_map_request *request, struct sr_error *error)
{
    const int features = sr_features_find(lasso->of);
    sr_map_request_init(request);
    if (!strcmp(lasso->layout, sr_map_layout_names[SR_MAP_PCA])) request->layout = SR_MAP_PCA;
    request->perplexity = lasso->perplexity;
    request->seed = lasso->seed;
    if (features >= 0)
        request->features = (enum sr_features)features;
    else
        request->entry = sr_session_entry(session, lasso->of, error);
    return features >= 0 || request->entry ? SR_OK : error->status;
}

struct far {
    double distance;
    size_t point;
};

static int by_distance(const void *a, const void *b)
{
    const struct far *x = a, *y = b;
    if (x->distance != y->distance) return x->distance < y->distance ? -1 : 1;
    return (x->point > y->point) - (x->point < y->point);
}

static enum sr_status take_near(const struct sr_map *map, const struct sr_lasso *lasso,
                                bool *inside, struct sr_error *error)
{
    const size_t from = sr_map_point(map, lasso->file, lasso->row);
    if (from == SIZE_MAX)
        return sr_error_set(error, SR_ERROR_ARGUMENT, "near=: %s:%u is not on the map",
                            sr_file_names[lasso->file], lasso->row);
    struct far *all = sr_xalloc(map->count * sizeof *all);
    for (size_t i = 0; i < map->count; i++)
        all[i] =
            (struct far){hypot((double)map->points[2 * i] - (double)map->points[2 * from],
                               (double)map->points[2 * i + 1] - (double)map->points[2 * from + 1]),
                         i};
    all[from].distance = -1;
    qsort(all, map->count, sizeof *all, by_distance);
    for (size_t i = 0; i < lasso->within && i < map->count; i++) inside[all[i].point] = true;
    free(all);
    return SR_OK;
}

enum sr_status sr_session_lasso(struct sr_session *session, const struct sr_lasso *lasso,
                                bool **inside, struct sr_error *error)
{
    struct sr_map_request request;
    const struct sr_map *map;
    *inside = NULL;
    enum sr_status status = sr_map_request_read(session, lasso, &request, error);
    if (!status) status = sr_session_map(session, &request, &map, error);
    if (status) return status;
    *inside = sr_xalloc(map->count * sizeof **inside);
    if (lasso->shape == SR_LASSO_NEAR) return take_near(map, lasso, *inside, error);
    for (size_t i = 0; i < map->count; i++) {
        const double x = (double)map->points[2 * i], y = (double)map->points[2 * i + 1];
        (*inside)[i] =
            x >= lasso->box[0] && y >= lasso->box[1] && x <= lasso->box[2] && y <= lasso->box[3];
    }
    return SR_OK;
}

/* ---- points and samples ---- */

static int by_value(const void *a, const void *b)
{
    const float *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

size_t sr_session_map_middle(const struct sr_session *session, const struct sr_map *map, int class,
                             float middle[2])
{
    float *values = sr_xalloc(map->count * sizeof *values);
    size_t count = 0;
    for (size_t part = 0; part < 2; part++) {
        count = 0;
        for (size_t i = 0; i < map->count; i++) {
            uint32_t row;
            const enum sr_file file = sr_map_sample(map, i, &row);
            if (sr_images_label(&session->data->files[file], row) == class)
                values[count++] = map->points[2 * i + part];
        }
        qsort(values, count, sizeof *values, by_value);
        middle[part] = count ? values[count / 2] : 0;
    }
    free(values);
    return count;
}

size_t sr_map_point(const struct sr_map *map, enum sr_file file, uint32_t row)
{
    const size_t point = file == SR_FILE_TEST ? map->train + row : row,
                 end = file == SR_FILE_TEST ? map->count : map->train;
    return file < SR_FILE_COUNT && point < end ? point : SIZE_MAX;
}

enum sr_file sr_map_sample(const struct sr_map *map, size_t point, uint32_t *row)
{
    const bool test = point >= map->train;
    *row = (uint32_t)(test ? point - map->train : point);
    return test ? SR_FILE_TEST : SR_FILE_TRAIN;
}
