/* An SVM as tensors, named as scikit-learn names its attributes, and as libsvm's text. */
#include "svm.h"

#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/models/families.h"
#include "sartor/models/svm.h"
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Feature k of the row at `position`. */
static double feature(const struct svm_rows *rows, const uint8_t *bytes, size_t position, size_t k)
{
    return bytes ? bytes[k] / 255.0 : (double)rows->values[position * rows->dimensions + k];
}

static size_t vectors_of(const struct svm *svm)
{
    size_t vectors = 0;
    for (int c = 0; c < svm->present; c++) vectors += svm->counts[c];
    return vectors;
}

enum sr_status svm_save(const void *state, struct sr_tensors *set, struct sr_error *error)
{
    const struct svm *svm = state;
    size_t present = (size_t)svm->present, others = present - 1,
           pairs = (size_t)svm_pairs(svm->present);
    size_t one = 1, vectors = vectors_of(svm), dimensions = svm->rows.dimensions, at = 0;
    size_t rows_shape[2] = {vectors, dimensions}, coef_shape[2] = {others, vectors};
    bool pixels = svm->rows.kind == SR_FEATURES_PIXELS;
    void *rows =
        sr_tensors_add(set, "support_vectors", pixels ? SR_U8 : SR_F32, 2, rows_shape, error);
    int64_t *support = sr_tensors_add(set, "support", SR_I64, 1, &vectors, error);
    int64_t *counts = sr_tensors_add(set, "n_support", SR_I64, 1, &present, error);
    int32_t *labels = sr_tensors_add(set, "labels", SR_I32, 1, &present, error);
    double *coef = sr_tensors_add(set, "dual_coef", SR_F64, 2, coef_shape, error);
    double *intercept = sr_tensors_add(set, "intercept", SR_F64, 1, &pairs, error);
    double *a = sr_tensors_add(set, "sigmoid_a", SR_F64, 1, &pairs, error);
    double *b = sr_tensors_add(set, "sigmoid_b", SR_F64, 1, &pairs, error);
    double *objective = sr_tensors_add(set, "objective", SR_F64, 1, &pairs, error);
    double *gamma = sr_tensors_add(set, "gamma", SR_F64, 1, &one, error);
    if (!rows || !support || !counts || !labels || !coef || !intercept || !a || !b || !objective ||
        !gamma)
        return SR_ERROR_MEMORY;
    for (int c = 0; c < svm->present; c++) {
        counts[c] = (int64_t)svm->counts[c];
        labels[c] = svm->labels[c];
        for (size_t v = 0; v < svm->counts[c]; v++, at++) {
            const size_t i = svm->sequence[svm->firsts[c] + v];
            support[at] = svm->train_rows[i];
            if (pixels)
                svm_rows_get_pixels(&svm->rows, i, (uint8_t *)rows + at * dimensions);
            else
                memcpy((float *)rows + at * dimensions, svm->rows.values + i * dimensions,
                       dimensions * sizeof(float));
            for (size_t k = 0; k < others; k++) coef[k * vectors + at] = svm->coef[i * others + k];
        }
    }
    for (size_t p = 0; p < pairs; p++) intercept[p] = -svm->rho[p];
    memcpy(a, svm->a, pairs * sizeof *a);
    memcpy(b, svm->b, pairs * sizeof *b);
    memcpy(objective, svm->objectives, pairs * sizeof *objective);
    *gamma = svm->kernel.gamma;
    sr_tensors_set_text(set, "layout",
                        "Support vectors in order of class, n_support of each of `labels`; "
                        "dual_coef as scikit-learn's; "
                        "pairs (0,1) (0,2) ... (1,2) ...; decision = sum of dual_coef K + "
                        "intercept, positive for the "
                        "first class; its probability 1/(1 + exp(sigmoid_a decision + sigmoid_b)). "
                        "Pixels are divided "
                        "by 255 before use.");
    return SR_OK;
}

/* Classes and counts of the file, checked. */
static enum sr_status read_classes(struct svm *svm, const int32_t *labels, const int64_t *counts,
                                   size_t present, size_t vectors, struct sr_error *error)
{
    size_t left = vectors;
    if (present < 2 || present > (size_t)svm->classes)
        return sr_error_set(error, SR_ERROR_FORMAT, "The SVM has %zu classes; 2 to %d are needed.",
                            present, svm->classes);
    svm->present = (int)present;
    for (size_t c = 0; c < present; c++) {
        if (labels[c] < 0 || labels[c] >= svm->classes || (c > 0 && labels[c] <= labels[c - 1]))
            return sr_error_set(error, SR_ERROR_FORMAT,
                                "Label %zu of the SVM is %d; they ascend, from 0 to %d.", c,
                                labels[c], svm->classes - 1);
        if (counts[c] < 0 || (uint64_t)counts[c] > left)
            return sr_error_set(error, SR_ERROR_FORMAT,
                                "Class %d says it has %" PRId64
                                " support vectors; there are %zu in all.",
                                labels[c], counts[c], vectors);
        svm->labels[c] = labels[c];
        svm->counts[c] = (size_t)counts[c];
        left -= (size_t)counts[c];
    }
    if (left)
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "%zu of the %zu support vectors belong to no class.", left, vectors);
    return SR_OK;
}

/* The tensors that follow the support vectors, of the right types and shapes. */
struct stored {
    const struct sr_tensor *support, *coef, *intercept, *a, *b, *objective, *gamma;
};

static bool find_tensors(const struct sr_tensors *set, const struct svm *svm, size_t vectors,
                         struct stored *stored, struct sr_error *error)
{
    const size_t one = 1, pairs = (size_t)svm_pairs(svm->present);
    const size_t coef_shape[2] = {(size_t)svm->present - 1, vectors};
    return (stored->support = sr_tensors_need(set, "support", SR_I64, 1, &vectors, error)) &&
           (stored->coef = sr_tensors_need(set, "dual_coef", SR_F64, 2, coef_shape, error)) &&
           (stored->intercept = sr_tensors_need(set, "intercept", SR_F64, 1, &pairs, error)) &&
           (stored->a = sr_tensors_need(set, "sigmoid_a", SR_F64, 1, &pairs, error)) &&
           (stored->b = sr_tensors_need(set, "sigmoid_b", SR_F64, 1, &pairs, error)) &&
           (stored->objective = sr_tensors_need(set, "objective", SR_F64, 1, &pairs, error)) &&
           (stored->gamma = sr_tensors_need(set, "gamma", SR_F64, 1, &one, error));
}

/* Find places for the support vectors of a class, which start at row `at` of the file's. */
static enum sr_status arrange_class(struct svm *svm, int class, const struct sr_tensor *rows,
                                    size_t at, struct sr_error *error)
{
    const size_t count = svm->counts[class];
    if (rows->dtype != SR_U8) return svm_arrange(svm, class, NULL, error);
    const uint8_t **images = sr_array_raw(count, sizeof *images, "the support vectors", error);
    if (!images) return SR_ERROR_MEMORY;
    for (size_t i = 0; i < count; i++)
        images[i] = (const uint8_t *)rows->data + (at + i) * rows->shape[1];
    enum sr_status status = svm_arrange(svm, class, images, error);
    free(images);
    return status;
}

/* Support vectors with their coefficients; in the file those of all classes follow one another. */
static enum sr_status read_vectors(struct svm *svm, const struct stored *stored,
                                   const struct sr_tensor *rows, struct sr_error *error)
{
    const size_t others = (size_t)svm->present - 1, dimensions = rows->shape[1];
    size_t at = 0;
    for (int c = 0; c < svm->present; c++) {
        enum sr_status status = arrange_class(svm, c, rows, at, error);
        if (status) return status;
        for (size_t v = 0; v < svm->counts[c]; v++, at++) {
            const size_t i = svm->sequence[svm->firsts[c] + v];
            int64_t row = ((const int64_t *)stored->support->data)[at];
            if (row < 0 || row > UINT32_MAX)
                return sr_error_set(error, SR_ERROR_FORMAT,
                                    "Support vector %zu says it is row %" PRId64 ".", at, row);
            svm->train_rows[i] = (uint32_t)row;
            if (rows->dtype == SR_U8)
                svm_rows_put_pixels(&svm->rows, i, (const uint8_t *)rows->data + at * dimensions);
            else
                svm_rows_put_values(&svm->rows, i, (const float *)rows->data + at * dimensions);
            for (size_t k = 0; k < others; k++)
                svm->coef[i * others + k] =
                    ((const double *)stored->coef->data)[k * rows->shape[0] + at];
        }
    }
    return SR_OK;
}

enum sr_status svm_load(const struct sr_tensors *set, const struct sr_args *params,
                        const struct sr_model_shape *shape, void **state, struct sr_error *error)
{
    enum sr_features kind = (enum sr_features)sr_features_find(sr_args_text(params, "features"));
    const size_t any = SIZE_MAX, rows_shape[2] = {SIZE_MAX, sr_features_size(kind, shape->image)};
    const struct sr_tensor *labels, *counts, *rows;
    struct stored stored;
    if (!(labels = sr_tensors_need(set, "labels", SR_I32, 1, &any, error)) ||
        !(counts = sr_tensors_need(set, "n_support", SR_I64, 1, &labels->count, error)) ||
        !(rows =
              sr_tensors_need(set, "support_vectors", kind == SR_FEATURES_PIXELS ? SR_U8 : SR_F32,
                              2, rows_shape, error)))
        return error ? error->status : SR_ERROR_FORMAT;
    struct svm *svm = calloc(1, sizeof *svm);
    if (!svm) return sr_error_set(error, SR_ERROR_MEMORY, "no memory for an SVM");
    svm->image = shape->image;
    svm->classes = shape->classes;
    svm_read_params(params, svm);
    enum sr_status status =
        read_classes(svm, labels->data, counts->data, labels->count, rows->shape[0], error);
    if (status) goto out;
    if (!find_tensors(set, svm, rows->shape[0], &stored, error)) {
        status = error ? error->status : SR_ERROR_FORMAT;
        goto out;
    }
    svm->kernel.gamma = *(const double *)stored.gamma->data;
    if (!(svm->kernel.gamma > 0)) {
        status = sr_error_set(error, SR_ERROR_FORMAT, "gamma is %g; it has to be above 0.",
                              svm->kernel.gamma);
        goto out;
    }
    status = svm_allocate(svm, kind, error);
    if (!status) status = read_vectors(svm, &stored, rows, error);
    if (status) goto out;
    const size_t pairs = (size_t)svm_pairs(svm->present);
    for (size_t p = 0; p < pairs; p++) svm->rho[p] = -((const double *)stored.intercept->data)[p];
    memcpy(svm->a, stored.a->data, pairs * sizeof *svm->a);
    memcpy(svm->b, stored.b->data, pairs * sizeof *svm->b);
    memcpy(svm->objectives, stored.objective->data, pairs * sizeof *svm->objectives);
    svm_finish(svm);
    *state = svm;
    svm = NULL;
out:
    svm_free(svm);
    return status;
}

static void print_numbers(FILE *out, const char *name, const double *values, size_t count)
{
    fputs(name, out);
    for (size_t i = 0; i < count; i++) fprintf(out, " %.17g", values[i]);
    fputc('\n', out);
}

static void print_svm(FILE *out, const struct svm *svm, uint8_t *bytes)
{
    static const char *const names[] = {"rbf", "linear", "polynomial"};
    size_t others = (size_t)svm->present - 1, pairs = (size_t)svm_pairs(svm->present);
    fprintf(out, "svm_type c_svc\nkernel_type %s\n", names[svm->kernel.kind]);
    if (svm->kernel.kind == SVM_POLY)
        fprintf(out, "degree %d\ncoef0 %.17g\n", svm->kernel.degree, svm->kernel.coef0);
    if (svm->kernel.kind != SVM_LINEAR) fprintf(out, "gamma %.17g\n", svm->kernel.gamma);
    fprintf(out, "nr_class %d\ntotal_sv %zu\n", svm->present, vectors_of(svm));
    print_numbers(out, "rho", svm->rho, pairs);
    fputs("label", out);
    for (int c = 0; c < svm->present; c++) fprintf(out, " %d", svm->labels[c]);
    fputc('\n', out);
    print_numbers(out, "probA", svm->a, pairs);
    print_numbers(out, "probB", svm->b, pairs);
    fputs("nr_sv", out);
    for (int c = 0; c < svm->present; c++) fprintf(out, " %zu", svm->counts[c]);
    fputs("\nSV\n", out);
    for (int c = 0; c < svm->present; c++) {
        for (size_t v = 0; v < svm->counts[c]; v++) {
            const size_t i = svm->sequence[svm->firsts[c] + v];
            if (bytes) svm_rows_get_pixels(&svm->rows, i, bytes);
            for (size_t k = 0; k < others; k++) fprintf(out, "%.17g ", svm->coef[i * others + k]);
            for (size_t k = 0; k < svm->rows.dimensions; k++) {
                double value = feature(&svm->rows, bytes, i, k);
                if (value != 0) fprintf(out, "%zu:%.9g ", k + 1, value);
            }
            fputc('\n', out);
        }
    }
}

enum sr_status sr_svm_save_libsvm(const struct sr_model *model, const char *path,
                                  struct sr_error *error)
{
    if (model->class->save != svm_save)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "%s is of the family %s; only an svm has a libsvm file.", model->name,
                            model->class->name);
    const struct svm *svm = model->state;
    struct sr_output output = {0};
    uint8_t *bytes = NULL;
    /* Numbers with a point, whatever the locale of the terminal. */
    locale_t plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0), old = (locale_t)0;
    enum sr_status status = sr_output_open(&output, path, error);
    if (status) goto out;
    if (svm->rows.kind == SR_FEATURES_PIXELS && !(bytes = calloc(svm->rows.dimensions, 1))) {
        status = sr_error_set(error, SR_ERROR_MEMORY, "no memory to write %s", path);
        goto out;
    }
    if (plain) old = uselocale(plain);
    print_svm(output.stream, svm, bytes);
    if (plain) uselocale(old);
    status = sr_output_commit(&output, error);
out:
    sr_output_abort(&output);
    if (plain) freelocale(plain);
    free(bytes);
    return status;
}
