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

/* Write a model of any family, or an ensemble. `calibrated`: with what its trust corrects the
 * probabilities by, where it has that. The classes are numbered as the model was trained. */
enum sr_status sr_onnx_save(const struct sr_model *model, bool calibrated, const char *path,
                            struct sr_error *error);

#endif
