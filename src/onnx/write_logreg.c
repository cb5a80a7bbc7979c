/* write_logreg.c - logistic regression: one product and a softmax. In double precision, so that
 * only the program's own rounding is left between the two. */
#include "parts.h"

const char *part_logreg(struct graph *graph, const struct pictures *pictures,
                        const struct sr_model *model, const struct sr_tensors *set,
                        struct sr_error *error)
{
    (void)error;
    const int kind = sr_features_find(sr_args_text(model->params, "features"));
    const char *features = graph_cast(graph, "features",
                                      part_features(graph, pictures, (enum sr_features)kind),
                                      ELEMENT_DOUBLE),
               *weight = graph_cast(graph, "weight.double", part_tensor(graph, set, "weight"),
                                    ELEMENT_DOUBLE),
               *bias = graph_cast(graph, "bias.double", part_tensor(graph, set, "bias"),
                                  ELEMENT_DOUBLE);
    const char *logits = graph_node(graph, "Gemm", "logits", INPUTS(features, weight, bias),
                                    ATTRIBUTES(INT("transB", 1)));
    return part_softmax(graph, logits);
}
