/* map.h - every sample of the data as a point in the plane, near those that are like it.
 *
 * Two results (results.h): the principal components at once, and t-SNE, which takes its place among
 * the runs and can be looked at while it settles. Only the session's thread may call. */
#ifndef SARTOR_APP_MAP_H
#define SARTOR_APP_MAP_H

#include "sartor/app/session.h"

enum sr_map_layout { SR_MAP_TSNE, SR_MAP_PCA, SR_MAP_LAYOUTS };
extern const char *const sr_map_layout_names[SR_MAP_LAYOUTS]; /* "tsne", "pca" */
#define SR_MAP_LAYOUT_CHOICES "tsne pca"
/* How many neighbours count, unless told. */
#define SR_MAP_PERPLEXITY 30

/* What the map is of. */
struct sr_map_request {
    enum sr_map_layout layout;
    enum sr_features features; /* of the images, where there is no model */
    struct sr_entry *entry;    /* a model whose features are taken; NULL for none */
    double perplexity;         /* t-SNE: how many neighbours count */
    uint64_t seed;             /* t-SNE: of the start's small random part */
};
/* Pixels, t-SNE. */
void sr_map_request_init(struct sr_map_request *request);

/* The map that panes show, and that commands mean which name none: the one asked for last, at first
 * that of pixels. A model that is no longer there is no longer meant. */
const struct sr_map_request *sr_session_map_shown(struct sr_session *session);
void sr_session_map_show(struct sr_session *session, const struct sr_map_request *request);

/* The smallest rectangle around all points: x and y. */
struct sr_map_box {
    double low[2], high[2];
};
struct sr_map_box sr_map_box_of(const float *points, size_t count);

/* The rows of the train file, then those of the test file. */
struct sr_map {
    size_t count, train; /* points in all; of the train file */
    float *points;       /* count × 2 */
    struct sr_map_box box;
    int width, dims;  /* of a row of features; components that neighbours are looked for in */
    double explained; /* share of the variance that these have; of a PCA the two drawn */
    /* Share of neighbours that layout and features have in common, weighed by rank (Venna and
     * Kaski), over `measured` samples drawn at random, for `k` neighbours; NaN of too few. */
    double trustworthiness, continuity;
    size_t measured;
    int k;
    double seconds;
};

/* The map asked for: SR_OK, SR_PENDING, or why there is none. */
enum sr_status sr_session_map(struct sr_session *session, const struct sr_map_request *request,
                              const struct sr_map **map, struct sr_error *error);
/* The same if it is there; NULL else. Nothing is started. */
const struct sr_map *sr_session_map_known(const struct sr_session *session,
                                          const struct sr_map_request *request);
/* While it is made: positions as they are now, count × 2, copied into `points` if they are newer
 * than `version`, which is then set; false where there are none or none newer. */
bool sr_session_map_live(const struct sr_session *session, const struct sr_map_request *request,
                         float *points, size_t count, uint64_t *version);
/* The job that makes it, with how far it is; false when none does. */
bool sr_session_map_pending(const struct sr_session *session, const struct sr_map_request *request,
                            struct sr_progress *progress);

/* The middle of a class: the medians of x and y; how many points it has. */
size_t sr_session_map_middle(const struct sr_session *session, const struct sr_map *map, int class,
                             float middle[2]);
/* The map that a lasso is of, in words and back; SR_ERROR_STATE where its model is gone. */
void sr_map_request_words(const struct sr_map_request *request, struct sr_lasso *lasso);
enum sr_status sr_map_request_read(struct sr_session *session, const struct sr_lasso *lasso,
                                   struct sr_map_request *request, struct sr_error *error);
/* For each point of the map whether the lasso holds it, freed by the caller; SR_PENDING while the
 * map is made. */
enum sr_status sr_session_lasso(struct sr_session *session, const struct sr_lasso *lasso,
                                bool **inside, struct sr_error *error);

/* The point of a sample, or SIZE_MAX; the file and row of a point. */
size_t sr_map_point(const struct sr_map *map, enum sr_file file, uint32_t row);
enum sr_file sr_map_sample(const struct sr_map *map, size_t point, uint32_t *row);

/* ---- what points are coloured by ---- */

enum sr_map_colour {
    SR_MAP_CLASS,
    SR_MAP_PREDICTED,
    SR_MAP_RIGHT,
    SR_MAP_CONFIDENCE,
    SR_MAP_FAMILIARITY,
    SR_MAP_SUSPECT,
    SR_MAP_SPLIT,
    SR_MAP_TAG,
    SR_MAP_COLOURS
};
extern const char *const sr_map_colour_names[SR_MAP_COLOURS]; /* "class", "predicted", ... */
#define SR_MAP_COLOUR_CHOICES "class predicted right confidence familiarity suspect split tag"

enum { SR_MAP_NO_CATEGORY = 255 };
struct sr_map_colours {
    enum sr_map_colour by;
    size_t count;
    uint8_t *categories; /* count; SR_MAP_NO_CATEGORY where nothing is known of a point */
    float *values;       /* count, 0..1, where there are no categories; NaN where not known */
    int names;           /* categories in all */
};
/* Of the rows of the train file and of the test file. What a model says (`entry`, which may be NULL
 * for the others) is of the rows of one split, and asked for: SR_PENDING. Freed by
 * sr_map_colours_fini in any case. */
enum sr_status sr_session_map_colours(struct sr_session *session, enum sr_map_colour by,
                                      struct sr_entry *entry, enum sr_split_name split,
                                      struct sr_map_colours *colours, struct sr_error *error);
void sr_map_colours_fini(struct sr_map_colours *colours);
/* "Coat", "wrong", "test": what a category is. */
const char *sr_map_category(const struct sr_session *session, enum sr_map_colour by, int category);
/* Is it what a model says? */
static inline bool sr_map_asks_model(enum sr_map_colour by)
{
    return by >= SR_MAP_PREDICTED && by <= SR_MAP_FAMILIARITY;
}

#endif
