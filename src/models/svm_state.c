/* What a trained SVM holds, and which kernel its hyperparameters ask for. */
#include "svm.h"

#include "sartor/base/memory.h"
#include "sartor/base/text.h"
#include <stdlib.h>
#include <string.h>

double svm_gamma(const struct sr_args *params, struct sr_error *error)
{
    const char *text = sr_args_text(params, "gamma");
    double gamma;
    if (!strcmp(text, "scale")) return 0;
    if (sr_parse_double(text, &gamma) && gamma > 0 && gamma < 1e9) return gamma;
    sr_error_set(error, SR_ERROR_ARGUMENT,
                 "gamma=%.40s cannot be used; it is scale or a number above 0.", text);
    return -1;
}

static enum svm_kernel_kind read_kernel(const struct sr_args *params)
{
    const char *text = sr_args_text(params, "kernel");
    return !strcmp(text, "rbf") ? SVM_RBF : !strcmp(text, "linear") ? SVM_LINEAR : SVM_POLY;
}

void svm_read_params(const struct sr_args *params, struct svm *svm)
{
    svm->kernel = (struct svm_kernel){read_kernel(params), svm_gamma(params, NULL),
                                      sr_args_number(params, "coef0"),
                                      (int)sr_args_integer(params, "degree")};
    svm->C = sr_args_number(params, "C");
}

enum sr_status svm_allocate(struct svm *svm, enum sr_features kind, struct sr_error *error)
{
    const char *what = "the support vectors";
    size_t positions = 0, pairs = (size_t)svm_pairs(svm->present),
           others = (size_t)svm->present - 1;
    for (int c = 0; c < svm->present; c++) {
        svm->firsts[c] = positions;
        positions += svm_pad(svm->counts[c]);
    }
    enum sr_status status = svm_rows_init(&svm->rows, kind, positions, svm->image, error);
    if (status) return status;
    if ((svm->sequence = sr_array_new(positions, sizeof *svm->sequence, what, error)) &&
        (svm->train_rows = sr_array_new(positions, sizeof *svm->train_rows, what, error)) &&
        (svm->coef = sr_array_new(positions * others, sizeof *svm->coef, what, error)) &&
        (svm->coef_turned =
             sr_array_new(positions * others, sizeof *svm->coef_turned, what, error)) &&
        (svm->rho = sr_array_new(pairs, sizeof *svm->rho, what, error)) &&
        (svm->a = sr_array_new(pairs, sizeof *svm->a, what, error)) &&
        (svm->b = sr_array_new(pairs, sizeof *svm->b, what, error)) &&
        (svm->objectives = sr_array_new(pairs, sizeof *svm->objectives, what, error)))
        return SR_OK;
    return SR_ERROR_MEMORY;
}

enum sr_status svm_arrange(struct svm *svm, int class, const uint8_t *const *images,
                           struct sr_error *error)
{
    const size_t count = svm->counts[class];
    uint32_t *sequence = svm->sequence + svm->firsts[class],
             *order = sr_array_raw(count, sizeof *order, "the support vectors", error);
    if (!order) return SR_ERROR_MEMORY;
    for (size_t i = 0; i < count; i++) order[i] = (uint32_t)i;
    if (images) svm_rows_group(&svm->rows, images, count, SVM_ALIGN, order);
    for (size_t i = 0; i < count; i++) sequence[order[i]] = (uint32_t)(svm->firsts[class] + i);
    free(order);
    return SR_OK;
}

void svm_free(void *state)
{
    struct svm *svm = state;
    if (!svm) return;
    svm_rows_fini(&svm->rows);
    free(svm->sequence);
    free(svm->train_rows);
    free(svm->coef);
    free(svm->coef_turned);
    free(svm->rho);
    free(svm->a);
    free(svm->b);
    free(svm->objectives);
    free(svm);
}

void svm_finish(struct svm *svm)
{
    const size_t count = svm->rows.count, others = (size_t)svm->present - 1;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < others; k++)
            svm->coef_turned[k * count + i] = svm->coef[i * others + k];
}
