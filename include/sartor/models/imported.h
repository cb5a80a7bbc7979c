/* imported.h - networks that were trained by another program.
 *
 * They are models like any other, but no family: they cannot be trained. What they were trained on
 * is not known. Any thread may call. */
#ifndef SARTOR_MODELS_IMPORTED_H
#define SARTOR_MODELS_IMPORTED_H

#include "sartor/models/networks.h"

extern const struct sr_model_class sr_model_class_imported;

struct sr_imported {
    const char *name, *source; /* of the model; of the file, for people */
    enum sr_views views;
};

/* Of layers, whose marks move into it, and their tensors, named as those of a model's file. NULL
 * and a message where they do not fit one another. */
struct sr_model *sr_imported_new(const struct sr_imported *made, struct sr_layers *layers,
                                 const struct sr_model_shape *shape, const struct sr_input *input,
                                 const struct sr_tensors *set, struct sr_error *error);
/* A state dict of PyTorch as a safetensors file, named and laid out as the files of a network
 * family here ("cnn"), which says how its layers are connected. Without input.mean and
 * input.deviation in it, those of `input` count. NULL and a message on failure. */
struct sr_model *sr_imported_load(const char *path, const char *family, struct sr_shape image,
                                  const struct sr_input *input, struct sr_error *error);

#endif
