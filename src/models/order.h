/* order.h - what rank 0 sends the other ranks. Private to models/. */
#ifndef SARTOR_MODELS_ORDER_H
#define SARTOR_MODELS_ORDER_H

#include "sartor/models/together.h"
#include <stdbool.h>
#include <stdint.h>

enum work { WORK_END, WORK_FIT };

/* Its beginning; the same program reads it that has written it. Behind it: the path, the
 * hyperparameters as words, rows and labels of the training and the validation samples. */
struct header {
    int32_t work;
    struct sr_wishes wishes;
    bool skip;
    uint64_t opening_seed;
    char digest[40], family[32];
    struct sr_model_shape shape;
    uint64_t seed, train_count, validation_count, path_length, params_length;
};

/* What a rank says when it has the data or knows why not; and rank 0's answer to all. */
struct answer {
    int32_t status;
    char text[SR_ERROR_TEXT];
};

#endif
