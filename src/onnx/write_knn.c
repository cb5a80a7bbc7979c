/* write_knn.c - k nearest neighbours: whole-number distances to all stored rows, and a vote. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"
#include "sartor/base/memory.h"

/* Stored rows that are compared at a time, where no product can do it. */
enum { ROWS = 64 };

struct stored {
    size_t count, length;
    const uint8_t *bytes, *labels;
    double unit; /* what one unit of a feature is in bytes */
};

/* Features as the bytes that are compared, uint8 [N][length]. */
static const char *queries(struct graph *graph, const struct pictures *pictures,
                           enum sr_features kind, double unit)
{
    if (kind == SR_FEATURES_PIXELS) return part_bytes(graph, pictures);
    const char *value =
        graph_cast(graph, "features", part_features(graph, pictures, kind), ELEMENT_DOUBLE);
    value = graph_two(graph, "Mul", "in_bytes", value, graph_double(graph, "unit", unit));
    value = graph_two(graph, "Add", "plus_half", value, graph_double(graph, "half", 0.5));
    value = graph_two(graph, "Min", "at_most", value, graph_double(graph, "most", 255));
    return graph_cast(graph, "queries", graph_one(graph, "Floor", "whole", value), ELEMENT_UINT8);
}

/* Sums of differences, double [N][count]: block by block of stored rows, so that no more than
 * N × ROWS rows of differences are in memory. All are whole numbers below 2^24, which floats
 * represent exactly. */
static const char *city_block(struct graph *graph, const char *query, const struct stored *stored)
{
    const size_t blocks = (stored->count + ROWS - 1) / ROWS, row = stored->length;
    const size_t shape[3] = {blocks, ROWS, row};
    uint8_t *padded = sr_xalloc(blocks * ROWS * row);
    memcpy(padded, stored->bytes, stored->count * row);
    const char *rows = graph_constant(graph, "stored", ELEMENT_UINT8, 3, shape, padded);
    free(padded);
    const char *wide = graph_node(graph, "Unsqueeze", "queries.wide",
                                  INPUTS(graph_cast(graph, "queries.float", query, ELEMENT_FLOAT),
                                         WHOLE(graph, "row_axis", 1)),
                                  NULL);
    struct graph body = {.outer = graph};
    memcpy(body.scope, graph->scope, sizeof body.scope);
    const int64_t part[2] = {ROWS, (int64_t)row}, sums[2] = {-1, ROWS};
    const char *block = graph_name(&body, "block");
    graph_input(&body, block, ELEMENT_UINT8, 2, part);
    const char *apart = graph_two(&body, "Sub", "differences", wide,
                                  graph_cast(&body, "block.float", block, ELEMENT_FLOAT));
    const char *sum = graph_node(&body, "ReduceL1", "distances.block", INPUTS(apart),
                                 ATTRIBUTES(INTS("axes", 1, 2), INT("keepdims", 0)));
    graph_output(&body, sum, ELEMENT_FLOAT, 2, sums);
    const char *all = graph_node(
        graph, "Scan", "distances.blocks", INPUTS(rows),
        ATTRIBUTES(BODY(&body), INT("num_scan_inputs", 1), INTS("scan_output_axes", 1, 1)));
    all = graph_reshape(graph, "distances.padded", all, 2,
                        (const int64_t[]){0, (int64_t)(blocks * ROWS)});
    all = graph_slice(graph, "distances", all, 1, 0, (int64_t)stored->count, 1);
    return graph_cast(graph, "keys", all, ELEMENT_DOUBLE);
}

/* Products with all stored rows, int32 as double [N][count]. */
static const char *products(struct graph *graph, const char *query, const struct stored *stored)
{
    const size_t shape[2] = {stored->length, stored->count};
    uint8_t *turned = sr_xalloc(stored->length * stored->count);
    for (size_t i = 0; i < stored->count; i++)
        for (size_t k = 0; k < stored->length; k++)
            turned[k * stored->count + i] = stored->bytes[i * stored->length + k];
    const char *rows = graph_constant(graph, "stored", ELEMENT_UINT8, 2, shape, turned);
    free(turned);
    return graph_cast(graph, "products.double",
                      graph_two(graph, "MatMulInteger", "products", query, rows), ELEMENT_DOUBLE);
}

/* |t|² - 2 q·t, or -q·t / |t|: what orders stored rows by their distance. */
static const char *keys(struct graph *graph, const char *query, const struct stored *stored,
                        bool cosine)
{
    double *squares = sr_xalloc(stored->count * sizeof *squares);
    for (size_t i = 0; i < stored->count; i++) {
        for (size_t k = 0; k < stored->length; k++) {
            const double byte = stored->bytes[i * stored->length + k];
            squares[i] += byte * byte;
        }
        /* A row of zeros has no direction: its key is 0 by a length that is not finite. */
        if (cosine) squares[i] = squares[i] > 0 ? sqrt(squares[i]) : INFINITY;
    }
    const char *product = products(graph, query, stored),
               *rows = graph_constant(graph, cosine ? "lengths" : "squares", ELEMENT_DOUBLE, 1,
                                      &stored->count, squares);
    free(squares);
    if (cosine)
        return graph_one(graph, "Neg", "keys", graph_two(graph, "Div", "cosines", product, rows));
    return graph_two(graph, "Sub", "keys", rows,
                     graph_two(graph, "Add", "twice", product, product));
}

/* The distances of neighbours in units of the features, from their keys. */
static const char *distances(struct graph *graph, const char *near, const char *query,
                             const struct stored *stored, const char *metric)
{
    const char *unit = graph_double(graph, "unit", stored->unit);
    if (!strcmp(metric, "l1")) return graph_two(graph, "Div", "apart", near, unit);
    const char *bytes = graph_cast(graph, "queries.double", query, ELEMENT_DOUBLE),
               *square = graph_node(graph, "ReduceSumSquare", "queries.square", INPUTS(bytes),
                                    ATTRIBUTES(INTS("axes", 1, 1), INT("keepdims", 1)));
    if (!strcmp(metric, "l2"))
        return graph_two(
            graph, "Div", "apart",
            graph_one(graph, "Sqrt", "root", graph_two(graph, "Add", "whole_square", near, square)),
            unit);
    const char *one = graph_double(graph, "one", 1),
               *some = graph_two(graph, "Greater", "has_length", square,
                                 graph_double(graph, "zero", 0)),
               *length = graph_node(
                   graph, "Where", "length",
                   INPUTS(some, graph_one(graph, "Sqrt", "query_length", square), one), NULL);
    /* A query of zeros has only keys of 0: its distances are 1. */
    return graph_two(graph, "Add", "apart", one, graph_two(graph, "Div", "cosine", near, length));
}

/* The weight of each neighbour's vote: 1, or 1/distance; those at distance 0 outvote the others. */
static const char *weights(struct graph *graph, const char *apart, bool weighted)
{
    const char *one = graph_double(graph, "one", 1), *zero = graph_double(graph, "zero", 0);
    const char *here = graph_cast(
        graph, "same.double",
        graph_one(graph, "Not", "same", graph_two(graph, "Greater", "differs", apart, zero)),
        ELEMENT_DOUBLE);
    if (!weighted) /* ones, of the shape of the distances */
        return graph_two(graph, "Add", "weights", graph_two(graph, "Mul", "none", here, zero), one);
    const char *same = graph_node(graph, "ReduceMax", "any_same", INPUTS(here),
                                  ATTRIBUTES(INTS("axes", 1, 1), INT("keepdims", 1))),
               *any = graph_two(graph, "Greater", "has_same", same, zero);
    return graph_node(graph, "Where", "weights",
                      INPUTS(any, here, graph_two(graph, "Div", "nearness", one, apart)), NULL);
}

const char *part_knn(struct graph *graph, const struct pictures *pictures,
                     const struct sr_model *model, const struct sr_tensors *set,
                     struct sr_error *error)
{
    const char *features = sr_args_text(model->params, "features"),
               *metric = sr_args_text(model->params, "metric");
    const enum sr_features kind = (enum sr_features)sr_features_find(features);
    const struct sr_tensor *bytes = sr_tensors_find(set, features),
                           *labels = sr_tensors_find(set, "labels");
    const size_t classes = (size_t)model->shape.classes;
    struct stored stored = {labels->count, bytes->count / labels->count, bytes->data, labels->data,
                            kind == SR_FEATURES_PIXELS ? 255 : 255 / 0.4};
    (void)error;
    const char *query = queries(graph, pictures, kind, stored.unit);
    const char *key = !strcmp(metric, "l1")
                          ? city_block(graph, query, &stored)
                          : keys(graph, query, &stored, !strcmp(metric, "cosine"));
    const char *near = graph_name(graph, "nearest.keys"), *rows = graph_name(graph, "nearest");
    graph_node_to(graph, "TopK",
                  INPUTS(key, WHOLE(graph, "k", sr_args_integer(model->params, "k"))),
                  OUTPUTS(near, rows), ATTRIBUTES(INT("axis", 1), INT("largest", 0)));
    const char *apart = distances(graph, near, query, &stored, metric),
               *votes = weights(graph, apart,
                                !strcmp(sr_args_text(model->params, "weights"), "distance"));
    uint8_t *eye = sr_xalloc(classes * classes);
    for (size_t c = 0; c < classes; c++) eye[c * classes + c] = 1;
    const char *table = graph_constant(graph, "one_of_each", ELEMENT_UINT8, 2,
                                       (const size_t[]){classes, classes}, eye),
               *names = graph_cast(graph, "labels.whole", part_tensor(graph, set, "labels"),
                                   ELEMENT_INT64);
    free(eye);
    const char *voted =
        graph_cast(graph, "voted",
                   graph_two(graph, "Gather", "ballots", table,
                             graph_two(graph, "Gather", "nearest.labels", names, rows)),
                   ELEMENT_DOUBLE);
    const char *wide = graph_node(graph, "Unsqueeze", "weights.wide",
                                  INPUTS(votes, WHOLE(graph, "class_axis", 1)), NULL);
    const char *sums = graph_node(
        graph, "Squeeze", "sums",
        INPUTS(graph_two(graph, "MatMul", "count", wide, voted), WHOLE(graph, "squeezed_axis", 1)),
        NULL);
    const char *total =
        graph_node(graph, "ReduceSum", "all_votes", INPUTS(votes, WHOLE(graph, "vote_axis", 1)),
                   ATTRIBUTES(INT("keepdims", 1)));
    return graph_cast(graph, "shares.float", graph_two(graph, "Div", "shares", sums, total),
                      ELEMENT_FLOAT);
}
