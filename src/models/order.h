/* order.h - what rank 0 sends the other ranks. Private to models/. */
#ifndef SARTOR_MODELS_ORDER_H
#define SARTOR_MODELS_ORDER_H

#include "sartor/models/together.h"
#include <stdbool.h>
#include <stdint.h>

/* To end; to take part in a fit that all share; to fit alone, and predict the held-out samples; to
 * train a model; to say what a model says of a block of images (blocks.h). Every order begins with
 * it, as int32_t. */
enum work { WORK_END, WORK_FIT, WORK_SEPARATE, WORK_MODEL, WORK_BLOCK };

/* The beginning of an order of a fit; the same program reads it that has written it. Behind it: the
 * path, the hyperparameters as words, the checkpoint's path and what is kept in it, rows and labels
 * of the training, the validation and the held-out samples. */
struct header {
    int32_t work;
    struct sr_wishes wishes;
    bool skip;
    uint64_t opening_seed;
    char digest[40], family[32];
    struct sr_model_shape shape;
    uint64_t seed, train_count, validation_count, held_out_count, path_length, params_length,
        checkpoint_length, about_length;
    bool resume;
    int32_t held_out_file; /* SR_FILE_TRAIN or SR_FILE_TEST */
    uint64_t ticket;       /* of WORK_SEPARATE and WORK_MODEL */
};

/* The beginning of WORK_BLOCK. Behind it: the tensors of the model and its hyperparameters as
 * words, both empty where the rank has kept the model; the images. */
struct block_header {
    int32_t work, kind; /* enum blocks_kind */
    uint64_t ticket, state_length, params_length, count, width;
    char family[32];
    struct sr_model_shape shape;
};

/* What a rank says when it has the data or knows why not; and rank 0's answer to all. */
struct answer {
    int32_t status;
    char text[SR_ERROR_TEXT];
};

/* What a rank reports of WORK_MODEL while it trains. */
struct report {
    uint64_t ticket;
    bool of_epoch;
    char unit[16]; /* progress.unit, which points into another process */
    struct sr_progress progress;
    struct sr_epoch epoch;
};

/* The beginning of the answer to WORK_SEPARATE, WORK_MODEL and WORK_BLOCK; behind it, probabilities
 * or other floats, or the model as it would be saved. */
struct separate_answer {
    int32_t status;
    char text[SR_ERROR_TEXT];
    uint64_t repeated;
    double seconds;
};

/* Rank 0: append an order of a fit. `held_out` is NULL unless it is WORK_SEPARATE. */
void order_write(enum work work, const struct sr_model_class *class, const struct sr_fit *fit,
                 const struct sr_samples *held_out, uint64_t ticket, struct sr_text *message);
/* Are these rows of the train file, which the others have? */
bool order_of_train_file(const struct sr_together *together, const struct sr_fit *fit);

#endif
