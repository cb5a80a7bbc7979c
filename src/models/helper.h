/* helper.h - functions that the files of a rank above 0 share. Private to models/. */
#ifndef SARTOR_MODELS_HELPER_H
#define SARTOR_MODELS_HELPER_H

#include "sartor/models/model.h"

/* Hyperparameters from the words of an order. NULL on an error. */
struct sr_args *helper_params(const struct sr_model_class *class, const char *line,
                              struct sr_error *error);
/* Do what an order of WORK_BLOCK asks: append the floats. `*kept` is the model that is kept from
 * one order to the next. */
enum sr_status helper_block(const struct sr_text *order, struct sr_model **kept,
                            struct sr_pool *pool, const struct sr_monitor *monitor,
                            struct sr_text *bytes, struct sr_error *error);

#endif
