/* model.h - what a model family is, and a trained model.
 *
 * A family is one const struct sr_model_class in one file under src/models/, listed
 * once in families.h. Its typed hyperparameters are a table that commands, forms and
 * the manual read. A trained struct sr_model is immutable and reference-counted: any
 * number of threads may predict with it at once, each with scratch memory of its own. */
#ifndef SARTOR_MODELS_MODEL_H
#define SARTOR_MODELS_MODEL_H

#include "sartor/base/error.h"
#include "sartor/base/monitor.h"
#include "sartor/base/param.h"
#include "sartor/base/pool.h"
#include "sartor/base/text.h"
#include "sartor/data/dataset.h"
#include "sartor/data/features.h"
#include "sartor/data/images.h"
#include "sartor/models/seen.h"
#include "sartor/models/tensors.h"
#include "sartor/nn/layer.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sr_model_class;
struct sr_trust; /* see trust.h */
struct sr_together;

/* The data that a model was made for: it only predicts on images of this shape. */
struct sr_model_shape {
    struct sr_shape image;
    int classes;
};

/* Everything a fit may use. Borrowed for the length of the call. */
struct sr_fit {
    const struct sr_args *params; /* parsed against the class's table */
    struct sr_model_shape shape;
    struct sr_samples train; /* at least one */
    bool mirrored; /* the second half of `train` is the first one mirrored (see `mirrors`) */
    struct sr_samples validation; /* count 0 when there is none */
    uint64_t seed;
    struct sr_pool *pool;
    const struct sr_monitor *monitor;
    const char *checkpoint; /* path to keep a checkpoint at, or NULL; the caller removes it when the
                               model is kept */
    const char *about;      /* what the training was asked for, kept in the checkpoint; or NULL */
    bool resume;            /* go on from that checkpoint when it fits */
    const struct sr_together *together; /* what shares the work, see together.h; NULL: alone */
};

/* Activations of one layer and the gradient of one class's logit with respect to them,
 * for Grad-CAM. Both sr_shape_size(shape) floats, owned by the caller who frees them. */
struct sr_layer_gradients {
    struct sr_shape shape;
    float *activations, *gradients;
};

/* One layer that can be explained. */
struct sr_layer_info {
    char name[32];
    struct sr_shape shape; /* of its output */
};

/* One layer as a diagram shows it. Layers on a residual shortcut are counted with the addition that
 * they lead to, so that layers form one line from the image to the logits. */
struct sr_layer_summary {
    enum sr_layer_role role;
    char name[64];               /* "conv1: 3×3, 32" */
    int height, width, channels; /* of its output; height 0: a vector of `channels` */
    uint64_t parameters;
    int skip; /* SR_ROLE_ADD: the layer whose output is added, -1 for the image; else -2 */
};

/* One hyperparameter that `tune` searches: a range, from which values are drawn evenly, in the
 * logarithm where low > 0; or one of the words in `choices`. */
struct sr_search {
    const char *param;
    double low, high;
    bool whole; /* rounded to a whole number */
    const char *choices;
};

/* The part that a family has in `study`. */
enum sr_study_scale { SR_STUDY_QUICK, SR_STUDY_FULL, SR_STUDY_BEST, SR_STUDY_SCALES };
struct sr_study_part {
    int order; /* families are trained in ascending order; those that take longest come first, since
                  the estimate of the time left depends on them most */
    const char *settings[SR_STUDY_SCALES]; /* hyperparameters, as behind `train FAMILY` */
    double
        seconds[SR_STUDY_SCALES]; /* to fit on two quiet processors: 10,000, 55,000, 55,000 rows */
    double power;                 /* fitting takes rows to this power */
    double predict_seconds;       /* to predict 10,000 images */
    double claim_low, claim_high; /* accuracy on Fashion-MNIST that the reference study reports,
                                     the same twice where it says "about"; 0: it reports none */
};

struct sr_model_class {
    const char *name;  /* "cnn" */
    const char *title; /* "Convolutional network" */
    const char *help;  /* one line */
    const struct sr_param *params;
    const struct sr_search *search;    /* ended by a NULL param; NULL: there is nothing to tune */
    const struct sr_study_part *study; /* NULL: it takes no part */

    /* It learns in epochs, so that a study draws its learning curves. */
    bool epochs;

    /* Its `fit` shares the work with the other ranks, which call it with the same samples. */
    bool shares;

    /* It has augment=flip, and learns from a fixed set of images: with it sr_model_fit passes the
     * samples followed by the same mirrored, which then are not rows of the train file. */
    bool mirrors;

    /* Set the values of a recipe in `params`, except those that were given. May be NULL; calling it
     * again changes nothing. */
    enum sr_status (*resolve)(struct sr_args *params, struct sr_error *error);
    /* Can these hyperparameters be used on this shape and so many training rows?
     * Combinations that a table cannot express; may be NULL. */
    enum sr_status (*check)(const struct sr_args *params, const struct sr_model_shape *shape,
                            size_t train_count, struct sr_error *error);
    /* Fit and give the state. When the monitor asks to end: SR_OK with what the last finished
     * epoch (or tree, ...) gives, else SR_ERROR_CANCELLED. */
    enum sr_status (*fit)(const struct sr_fit *fit, void **state, struct sr_error *error);
    /* count × classes probabilities, rows summing to 1. Same bits at any thread count. */
    enum sr_status (*predict)(const void *state, const struct sr_samples *samples,
                              struct sr_pool *pool, const struct sr_monitor *monitor,
                              float *probabilities, struct sr_error *error);
    /* Add to / rebuild from named tensors and metadata. `load` checks everything. */
    enum sr_status (*save)(const void *state, struct sr_tensors *set, struct sr_error *error);
    enum sr_status (*load)(const struct sr_tensors *set, const struct sr_args *params,
                           const struct sr_model_shape *shape, void **state,
                           struct sr_error *error);
    void (*free)(void *state);
    /* Numbers learned: weights, support-vector coefficients, tree nodes, stored pixels. */
    uint64_t (*size)(const void *state);

    /* Optional from here: NULL where a family has no such thing. */
    size_t (*layers)(const void *state, struct sr_layer_info *layers, size_t room);
    enum sr_status (*gradients)(const void *state, const uint8_t *pixels, const char *layer,
                                int target, struct sr_layer_gradients *out, struct sr_error *error);
    /* The layers in order; how many there are, of which at most `room` are written. */
    size_t (*describe)(const void *state, struct sr_layer_summary *layers, size_t room);
    /* Importances >= 0 of each value of an image that belong to no sample (a forest's); or, for
     * `target` >= 0, a class's weights (logistic regression). */
    enum sr_status (*importance)(const void *state, int target, float *image,
                                 struct sr_error *error);
    /* Rows of the train file nearest to an image by the model's own distance, nearest first
     * (k-NN: neighbours; SVM: support vectors). How many were found, at most `room`. */
    size_t (*nearest)(const void *state, const uint8_t *pixels, uint32_t *rows, double *distances,
                      size_t room);
    bool all_nearest; /* `nearest` searches all training rows, not only those that are kept */
};

struct sr_model {
    const struct sr_model_class *class;
    void *state;
    uint64_t number;        /* of this state, in this process */
    struct sr_args *params; /* as trained, defaults included */
    struct sr_model_shape shape;
    char name[64];
    /* Of the data it was trained on: digest, name, and the names of the classes, shape.classes of
     * them. Files of earlier versions have neither name: "" and NULL. */
    char digest[40], data_name[64];
    struct sr_fitting fitting; /* how its images were made from pictures */
    char **class_names;
    struct sr_seen *seen; /* the pictures it was trained on; NULL when not known */
    uint64_t seed, split_seed;
    double validation;    /* fraction held out; 0: trained on every row */
    uint64_t limit;       /* stratified training rows kept, 0 for all */
    uint64_t train_count; /* rows trained on */
    double fit_seconds;
    uint64_t fit_memory; /* bytes of memory that fitting needed; 0 when not known */
    bool stopped;        /* ended early on request */
    bool diverged;       /* ended early, since its numbers were no longer finite */
    struct sr_epoch *history;
    size_t epochs;
    /* Of a model whose classes are numbered anew: the one that owns all of the above, and its
     * number of each class. Else NULL. */
    struct sr_model *base;
    uint8_t *order;
    struct sr_trust *trust; /* of its predictions; NULL: not known */
    int references;         /* atomic; use ref and unref */
};

struct sr_model *sr_model_new(const struct sr_model_class *class, const char *name);
struct sr_model *sr_model_ref(struct sr_model *model);
void sr_model_unref(struct sr_model *model); /* NULL-safe */

/* class->resolve, class->check and class->fit, with timing; on success `model` gets state and
 * figures, as its history all epochs reported to the monitor, and the pictures that it has seen.
 * Validation pictures that stand among the training ones are left out. The caller sets split_seed,
 * validation and limit, and by sr_model_set_data what is known of the data. Refuses what no family
 * can learn from: no images, one class only, images that are all the same. */
enum sr_status sr_model_fit(struct sr_model *model, const struct sr_fit *fit,
                            struct sr_error *error);
/* Take over what sr_model_fit and sr_trust_fit have given to a model of the same family, which is
 * left without it. */
void sr_model_take(struct sr_model *model, struct sr_model *from);
/* Was it trained with background=on? */
bool sr_model_knows_backdrops(const struct sr_model *model);
/* SR_OK if the model is for such images and (unless 0) so many classes. */
enum sr_status sr_model_check_shape(const struct sr_model *model, struct sr_shape image,
                                    int classes, struct sr_error *error);
/* SR_OK if images of this shape can be compared as rows of bytes, by products of whole numbers.
 * Other features than pixels always can. */
enum sr_status sr_model_check_bytes(const char *family, enum sr_features features,
                                    struct sr_shape image, struct sr_error *error);
/* class->predict after checking that the images' shape fits; SR_ERROR_NUMERIC where a number comes
 * out that is not finite. */
enum sr_status sr_model_predict(const struct sr_model *model, const struct sr_samples *samples,
                                struct sr_pool *pool, const struct sr_monitor *monitor,
                                float *probabilities, struct sr_error *error);

/* class->gradients and class->importance for a class by the model's own number of it. */
enum sr_status sr_model_gradients(const struct sr_model *model, const uint8_t *pixels,
                                  const char *layer, int target, struct sr_layer_gradients *out,
                                  struct sr_error *error);
enum sr_status sr_model_importance(const struct sr_model *model, int target, float *image,
                                   struct sr_error *error);

/* Was the checkpoint kept since the program was asked to leave (base/leave.h)? Then the same
 * training goes on from it. */
bool sr_checkpoint_left(const char *path);

/* How the fit ended where it did not end well: "stopped early", "diverged"; else "". */
const char *sr_model_ending(const struct sr_model *model);
/* Note which data a model is trained on. */
void sr_model_set_data(struct sr_model *model, const struct sr_dataset *data);
/* How the classes of a model are related to those of data of as many classes: the same in the same
 * order, or only one of both has names and the other numbers; the same in another order; others. */
enum sr_kinship { SR_KIN_SAME, SR_KIN_REORDERED, SR_KIN_OTHER };
enum sr_kinship sr_model_kinship(const struct sr_model *model, char *const *class_names,
                                 uint8_t order[SR_CLASSES_MAX]);
/* Are all of them only their numbers? */
bool sr_class_names_numbers(char *const *class_names, int count);
/* The model with its classes numbered as those of data: order[c] is the number that the model,
 * which must not be numbered anew itself, gives the data's class c. Takes a reference. */
struct sr_model *sr_model_reorder(struct sr_model *base, const uint8_t *order);

enum sr_status sr_model_save(const struct sr_model *model, const char *path,
                             struct sr_error *error);
/* The bytes of that file, appended. */
enum sr_status sr_model_print(const struct sr_model *model, struct sr_text *bytes,
                              struct sr_error *error);
/* The same; `halved`: its weights as F16 (sr_tensors_halve). */
enum sr_status sr_model_save_as(const struct sr_model *model, const char *path, bool halved,
                                struct sr_error *error);
struct sr_model *sr_model_load(const char *path, struct sr_error *error);
/* From memory, for the fuzzer; `path` stands for the file in sentences. */
struct sr_model *sr_model_parse(const char *path, const void *bytes, size_t length,
                                struct sr_error *error);

/* The registry: the families of families.h, in its order. */
extern const struct sr_model_class *const sr_model_classes[]; /* NULL-terminated */
/* The family that a first model is suggested of. */
extern const struct sr_model_class *const sr_model_class_suggested;
const struct sr_model_class *sr_model_class_find(const char *name, struct sr_error *error);
/* "mlp, cnn and resnet": the names of the families of which `has` is true. */
void sr_model_classes_list(bool (*has)(const struct sr_model_class *class), struct sr_text *text);
/* What a family has: `layers` and `gradients`; `nearest`; `describe`. */
bool sr_model_class_convolves(const struct sr_model_class *class);
bool sr_model_class_has_nearest(const struct sr_model_class *class);
bool sr_model_class_has_layers(const struct sr_model_class *class);

#endif
