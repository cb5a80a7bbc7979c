/* audit.h - checks of a data set: what may be wrong with its images, its labels and its splits.
 *
 * Images are measured one by one (sr_audit_measure) and beside one another (sr_audit_relate); what
 * counts as a finding is decided afterwards, by a threshold that can be moved without measuring
 * again (sr_audit_find). A place is a position among the images of the train file followed by those
 * of the test file. Measuring is for a worker; the rest any thread may call. */
#ifndef SARTOR_AUDIT_AUDIT_H
#define SARTOR_AUDIT_AUDIT_H

#include "sartor/base/error.h"
#include "sartor/base/monitor.h"
#include "sartor/base/pool.h"
#include "sartor/data/features.h"
#include "sartor/data/images.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the order in which findings are listed. */
enum sr_audit_kind {
    SR_AUDIT_EXACT,
    SR_AUDIT_NEAR,
    SR_AUDIT_LEAK,
    SR_AUDIT_CONFLICT,
    SR_AUDIT_DARK,
    SR_AUDIT_LIGHT,
    SR_AUDIT_INFORMATION,
    SR_AUDIT_BLURRED,
    SR_AUDIT_GREY,
    SR_AUDIT_SIZE,
    SR_AUDIT_OUTLIER,
    SR_AUDIT_LABEL,
    SR_AUDIT_CLASS,
    SR_AUDIT_SLICE,
    SR_AUDIT_KINDS,
};
/* Those of samples, then those of groups. */
#define SR_AUDIT_SAMPLE_NAMES                                                                      \
    "exact-duplicate near-duplicate leak label-conflict dark light low-information blurred grey "  \
    "odd-size outlier label-error"
#define SR_AUDIT_NAMES SR_AUDIT_SAMPLE_NAMES " small-class weak-slice"

/* What a kind of finding is made from. */
enum sr_audit_need {
    SR_AUDIT_OF_IMAGES,    /* each image alone: a second or two for 70,000 */
    SR_AUDIT_OF_RELATIONS, /* nearest neighbours: the slow part */
    SR_AUDIT_OF_MODEL,     /* a model's predictions */
};

struct sr_audit_check {
    const char *name;
    enum sr_audit_need need;
    /* A score beyond it is a finding; NAN where that is found from the data. */
    double threshold;
    bool above;        /* scores above the threshold are findings, else those below */
    bool pairs;        /* of two samples */
    const char *score; /* what the score is */
    const char *help;  /* what the findings are, in a sentence */
};
extern const struct sr_audit_check sr_audit_checks[SR_AUDIT_KINDS];

/* Two places that hold the same, or nearly the same, image: `later` after `first`. */
struct sr_twin {
    uint32_t later, first;
    /* 0 for the same; else over the mean distance to the nearest images of the less remote one. */
    float distance;
};

enum { SR_AUDIT_MEASURES = SR_AUDIT_GREY - SR_AUDIT_DARK + 1 };

/* What each image alone says. */
struct sr_audit_measures {
    size_t count, trained;            /* all places; those of the train file */
    bool colour;                      /* most images have colours */
    float *values[SR_AUDIT_MEASURES]; /* of each place, by kind from SR_AUDIT_DARK on */
    float *odd;            /* of each place, see SR_AUDIT_SIZE; NULL: there are no sizes */
    struct sr_twin *twins; /* of each image that stands at an earlier place: where first */
    size_t twin_count;
};

/* `files`: train and test, of one shape; `sizes`: of their pictures, NULL for none. To be freed by
 * sr_audit_measures_fini in any case. */
enum sr_status sr_audit_measure(struct sr_audit_measures *measures,
                                const struct sr_images files[SR_FILE_COUNT],
                                const struct sr_picture_size *const sizes[SR_FILE_COUNT],
                                struct sr_pool *pool, const struct sr_monitor *monitor,
                                struct sr_error *error);
void sr_audit_measures_fini(struct sr_audit_measures *measures);

/* One image: the measures' values. */
void sr_audit_measure_image(const uint8_t *pixels, struct sr_shape shape,
                            float values[SR_AUDIT_MEASURES]);

/* A label that other images contradict. */
struct sr_contradicted {
    uint32_t place;
    uint8_t suggested;
    float margin; /* the label's share less the largest: -1 to 0 */
};

/* What images say of one another. */
struct sr_audit_relations {
    size_t count;
    float *remoteness;     /* mean distance to the nearest images, in medians of it */
    double remotest;       /* what SR_AUDIT_REMOTEST of them exceed */
    struct sr_twin *twins; /* near ones, of different images; the smallest distance first */
    size_t twin_count;
    struct sr_contradicted *labels; /* the lowest margin first */
    size_t label_count;
    /* So many of them are likely errors: as many as the confident joint of eval/suspects.h counts,
     * and all whose margin is below SR_AUDIT_LABEL_SURE. */
    size_t label_likely;
    double accuracy;  /* of the nearest images' vote */
    uint8_t *cluster; /* of each place: its group of alike images */
};

/* Neighbours that an image is judged by. Twins of a larger distance are not kept. By images alone a
 * distance is at least over this share of the median distance to the nearest image; by a model's
 * features twins have pixels that correlate so much. */
enum { SR_AUDIT_NEIGHBOURS = 10, SR_AUDIT_CLUSTERS = 20 };
#define SR_AUDIT_NEAR_MOST  0.6
#define SR_AUDIT_NEAR_LEAST 0.3
#define SR_AUDIT_ALIKE      0.98
#define SR_AUDIT_REMOTEST   0.03
#define SR_AUDIT_LABEL_SURE -0.6

/* What images are compared by. Borrowed. */
struct sr_audit_features {
    enum sr_features kind; /* of features that are computed; where there are no rows */
    const float *rows;     /* places × width: others, such as a model's; NULL for none */
    int width;
};

/* To be freed by sr_audit_relations_fini in any case. */
enum sr_status sr_audit_relate(struct sr_audit_relations *relations,
                               const struct sr_images files[SR_FILE_COUNT], int classes,
                               const struct sr_audit_features *features, struct sr_pool *pool,
                               const struct sr_monitor *monitor, struct sr_error *error);
void sr_audit_relations_fini(struct sr_audit_relations *relations);

/* A group of samples that a model was asked about. */
struct sr_audit_slice {
    char name[96];
    size_t count, right; /* in the group */
    size_t others, right_others;
    double p; /* that it is no worse there, by Fisher's exact test; adjusted by Holm */
};

/* What findings are made from. Borrowed. */
struct sr_audit_base {
    const struct sr_audit_measures *measures;
    const struct sr_audit_relations *relations; /* NULL where no kind asked for needs them */
    const struct sr_images *files;              /* train and test */
    const uint8_t *splits;                      /* of each place: an enum sr_split_name */
    int classes;
    /* Labels of the train file found by other means, the most suspect first; NULL: those of the
     * relations. */
    const struct sr_contradicted *labels;
    size_t label_count;
    const struct sr_audit_slice *slices;
    size_t slice_count;
};

enum { SR_NO_PLACE = UINT32_MAX };

struct sr_finding {
    enum sr_audit_kind kind;
    uint32_t place, with; /* SR_NO_PLACE where it is not about one sample, or not about a pair */
    double score;
    int class; /* label-error: the class suggested; small-class: the class; else -1 */
    const struct sr_audit_slice *slice;
};

/* The threshold that counts unless told: that of the table; for outliers also that of `remotest`,
 * where that is larger, so that no features name many more of them than others. NAN where it is
 * found from the data. */
double sr_audit_threshold(const struct sr_audit_base *base, enum sr_audit_kind kind);
/* The findings of a kind, the worst first; `*findings` is freed by the caller. NAN: the threshold
 * of sr_audit_threshold. */
size_t sr_audit_find(const struct sr_audit_base *base, enum sr_audit_kind kind, double threshold,
                     struct sr_finding **findings);

/* Fill in p, adjusted by Holm for their number, and put the lowest first. */
void sr_audit_slices_judge(struct sr_audit_slice *slices, size_t count);
/* One-sided exact test of Fisher: the chance that of `count` drawn from `all`, of which `all_right`
 * are right, at most `right` are. */
double sr_fisher_lower(size_t right, size_t count, size_t all_right, size_t all);

#endif
