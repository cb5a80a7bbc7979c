/* parts.h - the parts of a model's graph. Private to onnx/. */
#ifndef SARTOR_ONNX_PARTS_H
#define SARTOR_ONNX_PARTS_H

#include "graph.h"
#include "sartor/eval/calibration.h"
#include "sartor/models/model.h"

/* The file's input: uint8 [N][height][width][channels]. */
struct pictures {
    const char *name;
    struct sr_shape shape;
};

/* ---- features.c: what an image is turned into ---- */

/* uint8 [N][values]: its bytes in memory's order. */
const char *part_bytes(struct graph *graph, const struct pictures *pictures);
/* float32 [N][channels][height][width], 0 to 255. */
const char *part_planes(struct graph *graph, const struct pictures *pictures);
/* float32 [N][sr_features_size()], as sr_features_fill makes them. */
const char *part_features(struct graph *graph, const struct pictures *pictures,
                          enum sr_features kind);

/* Softmax of logits, [N][classes], in double precision; float32. */
const char *part_softmax(struct graph *graph, const char *logits);
/* A tensor of a model's file as a constant of the same name. */
const char *part_tensor(struct graph *graph, const struct sr_tensors *set, const char *name);

/* ---- write_*.c: from the input to probabilities, float32 [N][classes], one for each family ----
 */

/* `set`: what the family's save hook has put into a file. NULL and a sentence on failure. */
typedef const char *part_write(struct graph *graph, const struct pictures *pictures,
                               const struct sr_model *model, const struct sr_tensors *set,
                               struct sr_error *error);
part_write part_network, part_logreg, part_svm, part_forest, part_knn;

/* ---- calibration.c ---- */

/* sr_calibration_apply of probabilities, float32 [N][classes]; `best` is int64 [N][1], the class of
 * the largest. */
const char *part_calibrated(struct graph *graph, const struct sr_calibration *calibration,
                            const char *probabilities, const char *best, int classes);

#endif
