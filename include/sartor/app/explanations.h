/* explanations.h - explanations of predictions: of one sample, of many, of every class; how good
 * such explanations are; and one sample seen by all models and beside its nearest neighbours.
 *
 * All are results (results.h): SR_OK with a value, borrowed until the next sr_session_pump or
 * sr_session_wait, SR_PENDING while it is computed, or why it cannot be. Only the session's thread
 * may call, except where stated. */
#ifndef SARTOR_APP_EXPLANATIONS_H
#define SARTOR_APP_EXPLANATIONS_H

#include "sartor/app/session.h"
#include "sartor/app/trust.h"
#include "sartor/explain/explain.h"
#include "sartor/explain/quality.h"

/* What is explained: the predictions of a model, by a method. */
struct sr_explainer {
    struct sr_entry *entry;
    const char *method, *layer; /* NULL or "" for the defaults */
    int target;                 /* class; below 0: the one that the model predicts */
};

/* --- nearest training images -------------------------------------------------------------- */

/* 16 to be shown, and the sample itself, which may be among them. */
enum { SR_NEAREST_MAX = 17 };
struct sr_nearest {
    size_t count;
    uint32_t rows[SR_NEAREST_MAX]; /* of the train file, nearest first */
    double distances[SR_NEAREST_MAX];
};
/* The `most` training images that are nearest to one by the model's own distance; why there are
 * none for models of a family that keeps no images, and for those trained on other data, whose row
 * numbers mean nothing here. Any thread. */
enum sr_status sr_nearest_of(const struct sr_dataset *data, const struct sr_model *model,
                             const uint8_t *pixels, size_t most, struct sr_nearest *nearest,
                             struct sr_error *error);

/* --- one sample --------------------------------------------------------------------------- */

enum { SR_EXPLANATION_NEAREST = 10 };
struct sr_explanation {
    enum sr_file file;
    uint32_t row;
    struct sr_answer answer;
    struct sr_heat heat; /* for the target; its `values` are NULL from method=nearest */
    /* For the true class, when the predicted one was explained and is another one. */
    struct sr_heat truth;
    struct sr_nearest nearest; /* none where the family keeps no images */
    struct sr_error error;     /* why there is nothing but the probabilities */
};
/* When the model can predict, but not be explained by the method, the failure is returned and
 * `*explanation` is set all the same. */
enum sr_status sr_session_explain(struct sr_session *session, const struct sr_explainer *explainer,
                                  enum sr_file file, uint32_t row,
                                  const struct sr_explanation **explanation,
                                  struct sr_error *error);
/* Has it been asked for: is it there or under way? `*explanation` may be NULL, and is set when it
 * is there. */
bool sr_session_explained(const struct sr_session *session, const struct sr_explainer *explainer,
                          enum sr_file file, uint32_t row,
                          const struct sr_explanation **explanation);
/* What the model says of one sample where any explanation of it is there, else NULL. */
const struct sr_answer *sr_session_explained_answer(const struct sr_session *session,
                                                    const struct sr_entry *entry, enum sr_file file,
                                                    uint32_t row);

/* --- many samples ------------------------------------------------------------------------- */

/* A heat map of each of several samples. */
struct sr_heats {
    const struct sr_method *method;
    char layer[SR_PLACE_SIZE]; /* "" for none */
    size_t size;               /* height × width */
    float *maps;               /* samples × size; the largest of each is 1 */
    int *targets;              /* what each was explained for */
    float *probabilities;      /* samples × classes */
    /* How familiar each sample is (models/familiarity.h); NULL where that is not known. */
    double *familiarities;
};
enum sr_status sr_session_heats(struct sr_session *session, const struct sr_explainer *explainer,
                                const struct sr_samples *samples, const struct sr_heats **heats,
                                struct sr_error *error);

/* The mean heat map of every true class of a split, each sample explained for its own class. */
struct sr_class_heats {
    enum sr_split_name split;
    size_t most; /* samples of a class, at most */
    const struct sr_method *method;
    char layer[SR_PLACE_SIZE];
    float *maps;    /* classes × height × width */
    size_t *counts; /* samples of each class that there were */
};
/* The explainer's target is not used. */
enum sr_status sr_session_class_heats(struct sr_session *session,
                                      const struct sr_explainer *explainer,
                                      enum sr_split_name split, size_t most,
                                      const struct sr_class_heats **heats, struct sr_error *error);
/* The ones asked for last of this explainer, whatever the split; NULL when there are none. */
const struct sr_class_heats *sr_session_class_heats_known(const struct sr_session *session,
                                                          const struct sr_explainer *explainer);

/* --- how good explanations are ------------------------------------------------------------- */

/* Measured on `count` images, evenly drawn from a split, in a job among the runs. The explainer's
 * target is not used. */
enum sr_status sr_session_quality(struct sr_session *session, const struct sr_explainer *explainer,
                                  enum sr_split_name split, size_t count, enum sr_quality_fill fill,
                                  const struct sr_quality **quality, struct sr_error *error);

/* --- one sample seen by all models --------------------------------------------------------- */

enum { SR_CLOSEUP_NEAREST = 16, SR_VERDICTS_MAX = 64 };
struct sr_closeup {
    enum sr_file file;
    uint32_t row;
    size_t verdicts; /* models that have been asked */
    struct {
        char model[64];
        struct sr_answer answer; /* all NULL when it could not predict */
    } verdict[SR_VERDICTS_MAX];
    char by[64];               /* the k-NN model by whose measure, "" for distance between pixels */
    struct sr_nearest nearest; /* SR_CLOSEUP_NEAREST at most, without the sample itself */
};
/* Of the models that are loaded; the loading of others is begun, and they predict once they are
 * loaded. While it is SR_PENDING, `*closeup` is what is known of this sample already, or NULL. */
enum sr_status sr_session_closeup(struct sr_session *session, enum sr_file file, uint32_t row,
                                  const struct sr_closeup **closeup, struct sr_error *error);

#endif
