/* calibration.c - what eval/calibration.c does to probabilities, in double precision as there. */
#include <stdlib.h>

#include "parts.h"
#include "sartor/base/memory.h"

static const double LEAST = 1e-7; /* as in eval/calibration.c */

/* The logistic function of a ln p - b ln(1 - p) + c. */
static const char *beta(struct graph *graph, const struct sr_calibration *calibration,
                        const char *confidence)
{
    const char *one = graph_double(graph, "one", 1), *least = graph_double(graph, "least", LEAST);
    const char *right = graph_one(graph, "Log", "log_right",
                                  graph_two(graph, "Max", "right", confidence, least)),
               *rest = graph_two(graph, "Sub", "one_minus", one, confidence),
               *wrong = graph_one(graph, "Log", "log_wrong",
                                  graph_two(graph, "Max", "wrong", rest, least));
    const char *sum = graph_two(graph, "Add", "beta.sum",
                                graph_two(graph, "Sub", "beta.terms",
                                          graph_two(graph, "Mul", "beta.first", right,
                                                    graph_double(graph, "beta.a", calibration->a)),
                                          graph_two(graph, "Mul", "beta.second", wrong,
                                                    graph_double(graph, "beta.b", calibration->b))),
                                graph_double(graph, "beta.c", calibration->c));
    const char *power = graph_one(graph, "Exp", "beta.exp", graph_one(graph, "Neg", "-", sum));
    return graph_two(graph, "Div", "beta", one, graph_two(graph, "Add", "beta.below", power, one));
}

/* Straight lines between the points, level before the first and behind the last. */
static const char *isotonic(struct graph *graph, const struct sr_calibration *calibration,
                            const char *confidence)
{
    const size_t count = calibration->count;
    const double *x = calibration->x, *y = calibration->y;
    const char *last = graph_double(graph, "isotonic.last", y[count - 1]);
    if (count == 1) return graph_two(graph, "Min", "isotonic", last, last);
    const char *xs = graph_constant(graph, "isotonic.x", ELEMENT_DOUBLE, 1, &count, x),
               *ys = graph_constant(graph, "isotonic.y", ELEMENT_DOUBLE, 1, &count, y);
    /* How many points lie at or below: the one before is the left end of the line. */
    const char *below = graph_cast(
        graph, "isotonic.flags", graph_two(graph, "LessOrEqual", "isotonic.below", xs, confidence),
        ELEMENT_INT64);
    const char *points =
        graph_node(graph, "ReduceSum", "isotonic.points",
                   INPUTS(below, WHOLE(graph, "isotonic.axis", 1)), ATTRIBUTES(INT("keepdims", 1)));
    const char *one = WHOLE(graph, "isotonic.one", 1),
               *most = WHOLE(graph, "isotonic.most", (int64_t)count - 1);
    const char *high = graph_two(graph, "Min", "isotonic.high",
                                 graph_two(graph, "Max", "isotonic.place", points, one), most),
               *low = graph_two(graph, "Sub", "isotonic.low", high, one);
    const char *x0 = graph_two(graph, "Gather", "isotonic.x0", xs, low),
               *x1 = graph_two(graph, "Gather", "isotonic.x1", xs, high),
               *y0 = graph_two(graph, "Gather", "isotonic.y0", ys, low),
               *y1 = graph_two(graph, "Gather", "isotonic.y1", ys, high);
    const char *line =
        graph_two(graph, "Add", "isotonic.line", y0,
                  graph_two(graph, "Div", "isotonic.rise",
                            graph_two(graph, "Mul", "isotonic.scaled",
                                      graph_two(graph, "Sub", "isotonic.dy", y1, y0),
                                      graph_two(graph, "Sub", "isotonic.along", confidence, x0)),
                            graph_two(graph, "Sub", "isotonic.dx", x1, x0)));
    const char *before = graph_two(graph, "LessOrEqual", "isotonic.is_before", confidence,
                                   graph_double(graph, "isotonic.x_first", x[0])),
               *behind = graph_two(graph, "GreaterOrEqual", "isotonic.is_behind", confidence,
                                   graph_double(graph, "isotonic.x_last", x[count - 1]));
    line = graph_node(graph, "Where", "isotonic.end", INPUTS(behind, last, line), NULL);
    return graph_node(graph, "Where", "isotonic",
                      INPUTS(before, graph_double(graph, "isotonic.first", y[0]), line), NULL);
}

static const char *reduce(struct graph *graph, const char *operator, const char * name,
                          const char *value)
{
    const struct attribute keep = INT("keepdims", 1), axes = INTS("axes", 1, 1);
    if (operator[6] == 'S') /* ReduceSum takes the axes as an input since opset 13 */
        return graph_node(graph, operator, name, INPUTS(value, WHOLE(graph, "axis", 1)),
                          (const struct attribute[]){keep, {0}});
    return graph_node(graph, operator, name, INPUTS(value),
                      (const struct attribute[]){keep, axes, {0}});
}

/* The confidence at which the second class stays behind the first, at the least; 1 at the most. */
static const char *bounded(struct graph *graph, const char *wanted, const char *others,
                           const char *rest)
{
    const char *second = reduce(graph, "ReduceMax", "second", others);
    const char *least = graph_two(graph, "Mul", "least_confidence",
                                  graph_two(graph, "Div", "second_share", second,
                                            graph_two(graph, "Add", "both", rest, second)),
                                  graph_double(graph, "margin", 1 + 1e-6));
    return graph_two(graph, "Min", "bounded", graph_two(graph, "Max", "raised", wanted, least),
                     graph_double(graph, "certain", 1));
}

const char *part_calibrated(struct graph *graph, const struct sr_calibration *calibration,
                            const char *probabilities, const char *best, int classes)
{
    if (calibration->kind == SR_CALIBRATION_NONE) return probabilities;
    const size_t shape[2] = {1, (size_t)classes};
    int64_t *numbers = sr_xalloc(shape[1] * sizeof *numbers);
    for (int c = 0; c < classes; c++) numbers[c] = c;
    const char *zero = graph_double(graph, "zero", 0), *one = graph_double(graph, "one", 1),
               *all = graph_constant(graph, "numbers", ELEMENT_INT64, 2, shape, numbers);
    free(numbers);
    const char *p = graph_cast(graph, "double", probabilities, ELEMENT_DOUBLE),
               *is_best = graph_two(graph, "Equal", "is_best", best, all),
               *others = graph_node(graph, "Where", "others", INPUTS(is_best, zero, p), NULL),
               *rest = reduce(graph, "ReduceSum", "rest", others);
    const char *first = reduce(graph, "ReduceMax", "first", p);
    first =
        graph_two(graph, "Div", "confidence", first, graph_two(graph, "Add", "sum", first, rest));
    const char *wanted = calibration->kind == SR_CALIBRATION_BETA
                             ? beta(graph, calibration, first)
                             : isotonic(graph, calibration, first);
    const char *scaled = bounded(graph, wanted, others, rest);
    const char *share =
        graph_two(graph, "Div", "scale", graph_two(graph, "Sub", "left", one, scaled), rest);
    scaled = graph_node(graph, "Where", "scaled",
                        INPUTS(is_best, scaled, graph_two(graph, "Mul", "others_scaled", p, share)),
                        NULL);
    /* Where the others have nothing to scale, they are alike. */
    const char *alone = graph_two(graph, "Max", "alone", wanted,
                                  graph_double(graph, "alike", (1 + 1e-6) / classes)),
               *even = graph_two(graph, "Div", "even",
                                 graph_two(graph, "Sub", "left_alone", one, alone),
                                 graph_double(graph, "others_count", classes - 1));
    const char *level = graph_node(graph, "Where", "level", INPUTS(is_best, alone, even), NULL),
               *has_rest = graph_two(graph, "Greater", "has_rest", rest, zero);
    const char *calibrated =
        graph_node(graph, "Where", "calibrated", INPUTS(has_rest, scaled, level), NULL);
    return graph_cast(graph, "calibrated.float", calibrated, ELEMENT_FLOAT);
}
