/* write_svm.c - a support vector machine as products and the solution of a system of equations.
 *
 * ai.onnx.ml's SVMClassifier is not used: it computes in single precision, and stops coupling the
 * probabilities before they come to rest, so that it differs from the program from the third digit
 * on. Products of bytes by MatMulInteger are exact, and the rest is in double precision. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"
#include "sartor/base/memory.h"

struct vectors {
    const struct sr_tensor *rows; /* support_vectors */
    size_t count, length;
    bool bytes;
    double unit; /* 1/255² for bytes: what a product has to be scaled by */
};

/* Products of the images with all support vectors, whole numbers or of features: double or int32.
 */
static const char *products(struct graph *graph, const char *query, const struct vectors *vectors)
{
    const size_t shape[2] = {vectors->length, vectors->count}, size = vectors->bytes ? 1 : 4;
    uint8_t *turned = sr_xalloc(vectors->length * vectors->count * size);
    const uint8_t *rows = vectors->rows->data;
    for (size_t i = 0; i < vectors->count; i++)
        for (size_t k = 0; k < vectors->length; k++)
            memcpy(turned + (k * vectors->count + i) * size,
                   rows + (i * vectors->length + k) * size, size);
    const char *constant = graph_constant(
        graph, "support_vectors", vectors->bytes ? ELEMENT_UINT8 : ELEMENT_FLOAT, 2, shape, turned);
    free(turned);
    if (vectors->bytes) return graph_two(graph, "MatMulInteger", "products", query, constant);
    return graph_two(graph, "MatMul", "products", query,
                     graph_cast(graph, "support_vectors.double", constant, ELEMENT_DOUBLE));
}

/* |z|² of each support vector. */
static const char *squares(struct graph *graph, const struct vectors *vectors)
{
    double *sums = sr_xalloc(vectors->count * sizeof *sums);
    for (size_t i = 0; i < vectors->count; i++)
        for (size_t k = i * vectors->length; k < (i + 1) * vectors->length; k++) {
            const double value = vectors->bytes ? (double)((const uint8_t *)vectors->rows->data)[k]
                                                : (double)((const float *)vectors->rows->data)[k];
            sums[i] += value * value;
        }
    const char *constant =
        graph_constant(graph, "squares", ELEMENT_DOUBLE, 1, &vectors->count, sums);
    free(sums);
    return constant;
}

/* exp(-gamma |x - z|²). */
static const char *rbf(struct graph *graph, const char *query, const char *product, double gamma,
                       const struct vectors *vectors)
{
    const char *own = graph_node(graph, "ReduceSumSquare", "own_square", INPUTS(query),
                                 ATTRIBUTES(INTS("axes", 1, 1), INT("keepdims", 1)));
    const char *both = graph_two(graph, "Add", "both_squares", squares(graph, vectors), own),
               *distance = graph_two(graph, "Sub", "distances", both,
                                     graph_two(graph, "Add", "twice", product, product));
    distance = graph_two(graph, "Max", "not_negative", distance, graph_double(graph, "zero", 0));
    return graph_one(graph, "Exp", "kernel",
                     graph_two(graph, "Mul", "exponent", distance,
                               graph_double(graph, "minus_gamma", -gamma * vectors->unit)));
}

/* The kernel of each image and each support vector, double [N][vectors]. */
static const char *kernel(struct graph *graph, const struct pictures *pictures,
                          const struct sr_model *model, const struct sr_tensors *set,
                          const struct vectors *vectors)
{
    const char *kind = sr_args_text(model->params, "kernel");
    const double gamma = *(const double *)sr_tensors_find(set, "gamma")->data;
    const char *query = vectors->bytes ? part_bytes(graph, pictures)
                                       : part_features(graph, pictures, SR_FEATURES_HOG);
    const char *exact = graph_cast(graph, "queries", query, ELEMENT_DOUBLE);
    const char *product = products(graph, vectors->bytes ? query : exact, vectors);
    if (vectors->bytes) product = graph_cast(graph, "products.double", product, ELEMENT_DOUBLE);
    if (!strcmp(kind, "rbf")) return rbf(graph, exact, product, gamma, vectors);
    product =
        graph_two(graph, "Mul", "scaled", product, graph_double(graph, "unit", vectors->unit));
    if (!strcmp(kind, "linear")) return product;
    const char *base =
        graph_two(graph, "Add", "base",
                  graph_two(graph, "Mul", "widened", product, graph_double(graph, "gamma", gamma)),
                  graph_double(graph, "coef0", sr_args_number(model->params, "coef0")));
    const char *power = base;
    for (int64_t i = 1; i < sr_args_integer(model->params, "degree"); i++)
        power = graph_two(graph, "Mul", "power", power, base);
    return power;
}

/* ---- decision values ---- */

/* Sums of each class's vectors towards each other class, double [N][classes × (classes - 1)]. */
static const char *sum_vectors(struct graph *graph, const char *values,
                               const struct sr_tensors *set, size_t present)
{
    const struct sr_tensor *coef = sr_tensors_find(set, "dual_coef");
    const int64_t *counts = sr_tensors_find(set, "n_support")->data;
    const size_t others = present - 1, count = coef->shape[1];
    const char **parts = sr_xalloc((present + 1) * sizeof *parts),
               **sums = sr_xalloc((present + 1) * sizeof *sums);
    for (size_t c = 0; c < present; c++) parts[c] = graph_name(graph, "kernel.class%zu", c);
    graph_node_to(graph, "Split",
                  INPUTS(values, graph_integers(graph, "n_support", present, counts)), parts,
                  ATTRIBUTES(INT("axis", 1)));
    size_t first = 0;
    for (size_t c = 0; c < present; c++) {
        const size_t shape[2] = {(size_t)counts[c], others};
        double *block = sr_xalloc((shape[0] * others + 1) * sizeof *block);
        for (size_t i = 0; i < shape[0]; i++)
            for (size_t k = 0; k < others; k++)
                block[i * others + k] = ((const double *)coef->data)[k * count + first + i];
        first += shape[0];
        sums[c] = graph_two(graph, "MatMul", "sums", parts[c],
                            graph_constant(graph, "dual_coef", ELEMENT_DOUBLE, 2, shape, block));
        free(block);
    }
    const char *all = graph_node(graph, "Concat", "all_sums", sums, ATTRIBUTES(INT("axis", 1)));
    free(parts);
    free(sums);
    return all;
}

static const char *gather(struct graph *graph, const char *name, const char *values, size_t count,
                          const int64_t *which)
{
    char indices[80];
    snprintf(indices, sizeof indices, "%s.which", name);
    return graph_node(graph, "Gather", name,
                      INPUTS(values, graph_integers(graph, indices, count, which)),
                      ATTRIBUTES(INT("axis", 1)));
}

/* Decision values of the pairs, double [N][pairs]. */
static const char *decide(struct graph *graph, const char *sums, const struct sr_tensors *set,
                          size_t present)
{
    const size_t pairs = present * (present - 1) / 2, others = present - 1;
    int64_t *ours = sr_xalloc(pairs * sizeof *ours), *theirs = sr_xalloc(pairs * sizeof *theirs);
    size_t pair = 0;
    for (size_t i = 0; i < present; i++)
        for (size_t j = i + 1; j < present; j++, pair++) {
            ours[pair] = (int64_t)(i * others + j - 1);
            theirs[pair] = (int64_t)(j * others + i);
        }
    const char *sum =
        graph_two(graph, "Add", "pair_sums", gather(graph, "first_class", sums, pairs, ours),
                  gather(graph, "second_class", sums, pairs, theirs));
    free(ours);
    free(theirs);
    return graph_two(graph, "Add", "decision", sum, part_tensor(graph, set, "intercept"));
}

/* P(i | i or j) by Platt's sigmoids, double [N][classes][classes], 0 on the diagonal. */
static const char *pairwise(struct graph *graph, const char *decision, const struct sr_tensors *set,
                            size_t present)
{
    const double least = 1e-7;
    const size_t pairs = present * (present - 1) / 2, cells = present * present;
    const char *one = graph_double(graph, "one", 1);
    const char *power = graph_one(graph, "Exp", "sigmoid.exp",
                                  graph_two(graph, "Add", "sigmoid.sum",
                                            graph_two(graph, "Mul", "sigmoid.scaled", decision,
                                                      part_tensor(graph, set, "sigmoid_a")),
                                            part_tensor(graph, set, "sigmoid_b")));
    const char *r = graph_two(graph, "Div", "sigmoid", one,
                              graph_two(graph, "Add", "sigmoid.below", power, one));
    r = graph_two(graph, "Max", "at_least", r, graph_double(graph, "least", least));
    r = graph_two(graph, "Min", "at_most", r, graph_double(graph, "most", 1 - least));
    int64_t *places = sr_xalloc(cells * sizeof *places);
    size_t pair = 0;
    for (size_t i = 0; i < present; i++)
        for (size_t j = i; j < present; j++) {
            places[i * present + j] = (int64_t)(i == j ? 2 * pairs : pair);
            if (i == j) continue;
            places[j * present + i] = (int64_t)(pairs + pair++);
        }
    const char *zeros = graph_node(graph, "Sub", "diagonal",
                                   INPUTS(graph_slice(graph, "one_pair", r, 1, 0, 1, 1),
                                          graph_slice(graph, "that_pair", r, 1, 0, 1, 1)),
                                   NULL);
    const char *all = graph_node(graph, "Concat", "both_ways",
                                 INPUTS(r, graph_two(graph, "Sub", "other_way", one, r), zeros),
                                 ATTRIBUTES(INT("axis", 1)));
    all = gather(graph, "by_place", all, cells, places);
    free(places);
    return graph_reshape(graph, "pairwise", all, 3,
                         (const int64_t[]){0, (int64_t)present, (int64_t)present});
}

/* ---- coupling: the same equations as svm_couple (models/svm_probability.c) ---- */

static struct graph inside(struct graph *graph, const char *name)
{
    struct graph body = {.outer = graph};
    const char *scope = graph_name(graph, "%s", name);
    snprintf(body.scope, sizeof body.scope, "%.70s/", scope);
    return body;
}

/* The body of the Scan over classes: Gauss-Jordan's step with the row and column of one class, for
 * all images. Afterwards that column is 0 but for the 1 on the diagonal. */
static void write_step(struct graph *body, int64_t classes)
{
    const int64_t square[3] = {-1, classes, classes}, column[3] = {-1, classes, 1};
    const char *matrix = graph_name(body, "matrix.before"),
               *right = graph_name(body, "right.before"), *unit = graph_name(body, "unit");
    graph_input(body, matrix, ELEMENT_DOUBLE, 3, square);
    graph_input(body, right, ELEMENT_DOUBLE, 3, column);
    graph_input(body, unit, ELEMENT_DOUBLE, 1, &classes);
    const char *across = graph_reshape(body, "unit.row", unit, 2, (const int64_t[]){1, classes}),
               *down = graph_reshape(body, "unit.column", unit, 2, (const int64_t[]){classes, 1});
    const char *row = graph_two(body, "MatMul", "pivot.row", across, matrix),
               *row_right = graph_two(body, "MatMul", "pivot.right", across, right),
               *own = graph_two(body, "MatMul", "pivot.column", matrix, down),
               *pivot = graph_two(body, "MatMul", "pivot", across, own);
    const char *share =
        graph_two(body, "Div", "share", graph_two(body, "Sub", "excess", own, down), pivot);
    graph_output(body,
                 graph_two(body, "Sub", "matrix", matrix,
                           graph_two(body, "Mul", "matrix.change", share, row)),
                 ELEMENT_DOUBLE, 3, square);
    graph_output(body,
                 graph_two(body, "Sub", "right", right,
                           graph_two(body, "Mul", "right.change", share, row_right)),
                 ELEMENT_DOUBLE, 3, column);
}

/* Probabilities of the classes that were trained on, double [N][classes]. */
static const char *couple(struct graph *graph, const char *r, size_t classes)
{
    double *unit = sr_xalloc(classes * classes * sizeof *unit);
    for (size_t c = 0; c < classes; c++) unit[c * classes + c] = 1;
    const char *units =
        graph_constant(graph, "units", ELEMENT_DOUBLE, 2, (const size_t[]){classes, classes}, unit);
    free(unit);
    const char *turned =
        graph_node(graph, "Transpose", "turned", INPUTS(r), ATTRIBUTES(INTS("perm", 3, 0, 2, 1)));
    const char *one = graph_double(graph, "one", 1), *axis = WHOLE(graph, "last_axis", -1);
    const char *sums = graph_node(graph, "ReduceSum", "sums_of_squares",
                                  INPUTS(graph_two(graph, "Mul", "squared", turned, turned), axis),
                                  ATTRIBUTES(INT("keepdims", 1)));
    /* Q + 11': the product of r and its transpose is 0 on the diagonal. */
    const char *matrix = graph_two(
        graph, "Add", "matrix",
        graph_two(graph, "Sub", "off_diagonal", one, graph_two(graph, "Mul", "both", r, turned)),
        graph_two(graph, "Mul", "on_diagonal", sums, units));
    const char *right =
        graph_two(graph, "Add", "right",
                  graph_two(graph, "Mul", "none", sums, graph_double(graph, "zero", 0)), one);
    struct graph body = inside(graph, "elimination");
    write_step(&body, (int64_t)classes);
    const char *left = graph_name(graph, "eliminated"), *solved = graph_name(graph, "solved");
    graph_node_to(graph, "Scan", INPUTS(matrix, right, units), OUTPUTS(left, solved),
                  ATTRIBUTES(BODY(&body), INT("num_scan_inputs", 1)));
    const char *p = graph_node(graph, "Squeeze", "solution",
                               INPUTS(solved, WHOLE(graph, "narrow_axis", 2)), NULL);
    p = graph_two(graph, "Max", "at_least_none", p, graph_double(graph, "zero", 0));
    const char *total =
        graph_node(graph, "ReduceSum", "total", INPUTS(p, axis), ATTRIBUTES(INT("keepdims", 1)));
    return graph_two(graph, "Div", "coupled", p, total);
}

const char *part_svm(struct graph *graph, const struct pictures *pictures,
                     const struct sr_model *model, const struct sr_tensors *set,
                     struct sr_error *error)
{
    const struct sr_tensor *rows = sr_tensors_find(set, "support_vectors"),
                           *labels = sr_tensors_find(set, "labels");
    const size_t present = labels->count, classes = (size_t)model->shape.classes;
    const struct vectors vectors = {.rows = rows,
                                    .count = rows->shape[0],
                                    .length = rows->shape[1],
                                    .bytes = rows->dtype == SR_U8,
                                    .unit = rows->dtype == SR_U8 ? 1 / (255.0 * 255.0) : 1};
    (void)error;
    const char *values = kernel(graph, pictures, model, set, &vectors),
               *sums = sum_vectors(graph, values, set, present),
               *r = pairwise(graph, decide(graph, sums, set, present), set, present),
               *p = couple(graph, r, present);
    if (present < classes) {
        /* A column of zeros for the classes that were not trained on. */
        const char *column = graph_slice(graph, "any_column", p, 1, 0, 1, 1),
                   *zeros =
                       graph_two(graph, "Mul", "zeros", column, graph_double(graph, "nothing", 0));
        int64_t *places = sr_xalloc(classes * sizeof *places);
        for (size_t c = 0; c < classes; c++) places[c] = (int64_t)present;
        for (size_t c = 0; c < present; c++)
            places[((const int32_t *)labels->data)[c]] = (int64_t)c;
        p = graph_node(graph, "Concat", "with_zeros", INPUTS(p, zeros), ATTRIBUTES(INT("axis", 1)));
        p = gather(graph, "of_all_classes", p, classes, places);
        free(places);
    }
    return graph_cast(graph, "coupled.float", p, ELEMENT_FLOAT);
}
