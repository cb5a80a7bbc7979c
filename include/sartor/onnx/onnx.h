/* onnx.h - models as ONNX files, for programs that run models: ONNX Runtime, OpenCV, TensorRT.
 *
 * A file contains all of a prediction, as one graph of standard operators:
 *   input    "images"         uint8 [N][height][width][channels], as the data set has them; N any
 *   outputs  "label"          int64 [N], the class's number
 *            "probabilities"  float32 [N][classes], as the program shows them
 * The names of the classes are in the metadata "classes", as a JSON list. It needs operators of
 * ai.onnx 17 and ai.onnx.ml 3, in IR version 8: what ONNX Runtime 1.12 of 2022 and all later ones
 * read. Any thread may call; models are only read. */
#ifndef SARTOR_ONNX_ONNX_H
#define SARTOR_ONNX_ONNX_H

#include "sartor/models/model.h"
#include "sartor/nn/inference.h"

/* Write a model of any family, or an ensemble. `calibrated`: with what its trust corrects the
 * probabilities by, where it has that. The classes are numbered as the model was trained. */
enum sr_status sr_onnx_save(const struct sr_model *model, bool calibrated, const char *path,
                            struct sr_error *error);

/* How the images of a file of another program are to be fed to it: (pixel / scale - mean) /
 * deviation, one mean and deviation for all channels or one for each. */
struct sr_onnx_reading {
    struct sr_shape image; /* of the open data set, where the file leaves its input's shape open;
                              zeros: none is open */
    double scale;          /* 0: 255, or 1 where the file takes bytes */
    double means[SR_CHANNELS_MAX], deviations[SR_CHANNELS_MAX];
    size_t mean_count, deviation_count; /* 0: mean 0, deviation 1 */
};

/* The same as a network's input: `bytes` where the file takes bytes. SR_ERROR_ARGUMENT for a number
 * of means that is not that of the channels. */
enum sr_status sr_onnx_input(const struct sr_onnx_reading *reading, size_t channels, bool bytes,
                             struct sr_input *input, struct sr_error *error);

/* An image classifier of another program, or a network that this one has saved, as a model
 * (models/imported.h): Conv, BatchNormalization, Relu, x · Sigmoid(x), pools, Add, Gemm, MatMul and
 * what goes with them. Another operator is refused by its name and its node's. NULL and a sentence
 * on failure. */
struct sr_model *sr_onnx_load(const char *path, const struct sr_onnx_reading *reading,
                              struct sr_error *error);
/* From memory, for the fuzzer; `path` stands for the file in sentences. */
struct sr_model *sr_onnx_parse(const char *path, const void *bytes, size_t length,
                               const struct sr_onnx_reading *reading, struct sr_error *error);

#endif
