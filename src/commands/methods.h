/* methods.h - trainings that differ in nothing but their seed are runs of one method. What holds of
 * one fitted file need not hold of the next run; claims about methods rest on all of them. Private
 * to commands/. */
#ifndef SARTOR_COMMANDS_METHODS_H
#define SARTOR_COMMANDS_METHODS_H

#include "internal.h"
#include "sartor/eval/paired.h"

struct method {
    char name[64];
    size_t *runs; /* positions in the field, by seed */
    size_t count;
    struct sr_paired_t accuracy; /* of the runs' accuracies: mean and its 95 % interval by t */
    double deviation;            /* of the runs; NaN of one */
};
struct method_pair {
    size_t first, second;    /* methods, the one with the larger mean first */
    struct sr_paired_t test; /* of the differences in accuracy, one for each seed that both have */
    double p;                /* adjusted by Holm for all these pairs */
};

/* Methods with two runs or more, the most accurate first. Runs whose training was stopped or
 * diverged are no runs of it. Freed by methods_free. */
struct method *methods_find(const struct field *field, size_t *count);
void methods_free(struct method *methods, size_t count);
/* Pairs of them that have two seeds or more in common and were judged on the same number of
 * samples; to be freed. A pair whose runs are all alike, as of families without chance, is none. */
struct method_pair *methods_compare(const struct field *field, const struct method *methods,
                                    size_t count, size_t *pairs);
/* "cnn is better than mlp by 1.02 points (0.80 to 1.24), p = 0.001", "cnn and mlp can't be told
 * apart on these 10,000 images, p = 0.3". */
void method_pair_print(const struct method_pair *pair, const struct method *methods, size_t images,
                       struct sr_text *text);
/* Both as tables of a reply, with what they mean; nothing where no method has two runs. */
void methods_report(const struct field *field, struct sr_reply *reply);

#endif
