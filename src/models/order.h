/* order.h - what rank 0 sends the other ranks. Private to models/. */
#ifndef SARTOR_MODELS_ORDER_H
#define SARTOR_MODELS_ORDER_H

#include "sartor/models/together.h"
#include <stdbool.h>
#include <stdint.h>

enum work { WORK_END, WORK_FIT, WORK_SEPARATE };

/* Its beginning; the same program reads it that has written it. Behind it: the path, the
 * hyperparameters as words, rows and labels of the training, the validation and the held-out
 * samples. */
struct header {
    int32_t work;
    struct sr_wishes wishes;
    bool skip;
    uint64_t opening_seed;
    char digest[40], family[32];
    struct sr_model_shape shape;
    uint64_t seed, train_count, validation_count, held_out_count, path_length, params_length;
    uint64_t ticket; /* of WORK_SEPARATE */
};

/* What a rank says when it has the data or knows why not; and rank 0's answer to all. */
struct answer {
    int32_t status;
    char text[SR_ERROR_TEXT];
};

/* The beginning of the answer to WORK_SEPARATE; behind it, probabilities. */
struct separate_answer {
    int32_t status;
    char text[SR_ERROR_TEXT];
    uint64_t ticket, repeated, count;
    double seconds;
};

#endif
