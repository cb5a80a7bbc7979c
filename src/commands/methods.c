#include "methods.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

/* What runs of one method have in common, as text: all but the seed. */
static void print_method(const struct sr_model *model, struct sr_text *text)
{
    sr_text_printf(text, "%s %s %" PRIu64 " %" PRIu64 " %" PRIu64 " %.17g ", model->class->name,
                   model->digest, model->train_count, model->limit, model->split_seed,
                   model->validation);
    sr_args_print(model->params, true, text);
}

static double accuracy_of(const struct field *field, size_t run)
{
    const struct sr_predictions *predictions = field->predictions[run];
    size_t right = 0;
    for (size_t i = 0; i < predictions->count; i++)
        right += predictions->predicted[i] == predictions->truth[i];
    return (double)right / (double)predictions->count;
}

static uint64_t seed_of(const struct field *field, size_t run)
{
    return field->entries[run]->model->seed;
}

/* Put a run among those of a method, by seed; a seed that is there already is left out. */
static void add_run(const struct field *field, struct method *method, size_t run)
{
    size_t at = method->count;
    while (at > 0 && seed_of(field, method->runs[at - 1]) > seed_of(field, run)) at--;
    if (at > 0 && seed_of(field, method->runs[at - 1]) == seed_of(field, run)) return;
    memmove(method->runs + at + 1, method->runs + at, (method->count - at) * sizeof *method->runs);
    method->runs[at] = run;
    method->count++;
}

/* "cnn" of the runs cnn-s1, cnn-s2; else the name of the first run. */
static void name_method(const struct field *field, struct method *method)
{
    const struct sr_entry *first = field->entries[method->runs[0]];
    char ending[32];
    snprintf(ending, sizeof ending, "-s%" PRIu64, first->model->seed);
    const size_t length = strlen(first->name), more = strlen(ending);
    const bool ends = length > more && !strcmp(first->name + length - more, ending);
    snprintf(method->name, sizeof method->name, "%.*s", (int)(ends ? length - more : length),
             first->name);
}

static void measure(const struct field *field, struct method *method)
{
    double *accuracies = sr_xalloc(method->count * sizeof *accuracies), squares = 0;
    for (size_t i = 0; i < method->count; i++) accuracies[i] = accuracy_of(field, method->runs[i]);
    sr_paired_t(&method->accuracy, accuracies, method->count);
    for (size_t i = 0; i < method->count; i++)
        squares +=
            (accuracies[i] - method->accuracy.mean) * (accuracies[i] - method->accuracy.mean);
    method->deviation = sqrt(squares / ((double)method->count - 1));
    free(accuracies);
}

static int by_mean(const void *a, const void *b)
{
    const struct method *x = a, *y = b;
    return (x->accuracy.mean < y->accuracy.mean) - (x->accuracy.mean > y->accuracy.mean);
}

struct method *methods_find(const struct field *field, size_t *count)
{
    struct method *methods = sr_xalloc((field->count + 1) * sizeof *methods);
    char **texts = sr_xalloc((field->count + 1) * sizeof *texts);
    size_t found = 0, kept = 0;
    for (size_t run = 0; run < field->count; run++) {
        const struct sr_model *model = field->entries[run]->model;
        struct sr_text text = {0};
        size_t m = 0;
        if (*sr_model_ending(model) || !field->predictions[run]->count) continue;
        print_method(model, &text);
        while (m < found && strcmp(texts[m], sr_text_get(&text)) != 0) m++;
        if (m == found) {
            texts[found] = sr_xstrdup(sr_text_get(&text));
            methods[found++] =
                (struct method){.runs = sr_xalloc((field->count + 1) * sizeof *methods->runs)};
        }
        add_run(field, &methods[m], run);
        sr_text_fini(&text);
    }
    for (size_t m = 0; m < found; m++) {
        free(texts[m]);
        if (methods[m].count < 2) {
            free(methods[m].runs);
            continue;
        }
        name_method(field, &methods[m]);
        measure(field, &methods[m]);
        methods[kept++] = methods[m];
    }
    free(texts);
    qsort(methods, kept, sizeof *methods, by_mean);
    *count = kept;
    return methods;
}

void methods_free(struct method *methods, size_t count)
{
    for (size_t m = 0; m < count; m++) free(methods[m].runs);
    free(methods);
}

/* Differences for the seeds that both have. */
static size_t subtract(const struct field *field, const struct method *first,
                       const struct method *second, double *differences)
{
    size_t count = 0;
    for (size_t i = 0, k = 0; i < first->count && k < second->count;) {
        const uint64_t a = seed_of(field, first->runs[i]), b = seed_of(field, second->runs[k]);
        if (a == b &&
            field->predictions[first->runs[i]]->count == field->predictions[second->runs[k]]->count)
            differences[count++] =
                accuracy_of(field, first->runs[i]) - accuracy_of(field, second->runs[k]);
        i += a <= b;
        k += b <= a;
    }
    return count;
}

struct method_pair *methods_compare(const struct field *field, const struct method *methods,
                                    size_t count, size_t *pairs)
{
    struct method_pair *found = sr_xalloc((count * count + 1) * sizeof *found);
    double *differences = sr_xalloc((field->count + 1) * sizeof *differences),
           *p = sr_xalloc((count * count + 1) * sizeof *p);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1; k < count; k++) {
            const size_t seeds = subtract(field, &methods[i], &methods[k], differences);
            if (seeds < 2 || !(methods[i].deviation > 0 || methods[k].deviation > 0)) continue;
            struct method_pair *pair = &found[kept];
            *pair = (struct method_pair){.first = i, .second = k};
            sr_paired_t(&pair->test, differences, seeds);
            p[kept++] = pair->test.p;
        }
    sr_holm(p, kept);
    for (size_t i = 0; i < kept; i++) found[i].p = p[i];
    free(differences);
    free(p);
    *pairs = kept;
    return found;
}

void method_pair_print(const struct method_pair *pair, const struct method *methods, size_t images,
                       struct sr_text *text)
{
    const bool ahead = pair->test.mean >= 0;
    const struct sr_paired_t *test = &pair->test;
    const char *better = methods[ahead ? pair->first : pair->second].name,
               *worse = methods[ahead ? pair->second : pair->first].name;
    char count[32], p[32];
    sr_format_count(count, sizeof count, images);
    snprintf(p, sizeof p, pair->p < 0.001 ? "p < 0.001" : "p = %.2g", pair->p);
    if (pair->p >= 0.05)
        sr_text_printf(text, "%s and %s can't be told apart on these %s images by %zu seeds, %s",
                       better, worse, count, test->count, p);
    else
        sr_text_printf(text, "%s is better than %s by %.2f points (%.2f to %.2f), %s", better,
                       worse, 100 * fabs(test->mean), 100 * (ahead ? test->low : -test->high),
                       100 * (ahead ? test->high : -test->low), p);
}

static void report_methods(const struct field *field, const struct method *methods, size_t count,
                           struct sr_reply *reply)
{
    static const struct sr_column columns[] = {{"method", "method", .left = true},
                                               {.key = "family"},
                                               {"runs", "runs", .gap = 2},
                                               {"seeds", NULL, .no_csv = true},
                                               {"accuracy", "mean", SR_UNIT_SHARE, .gap = 2},
                                               {"accuracy_low", "from", SR_UNIT_SHARE, .gap = 2},
                                               {"accuracy_high", "to", SR_UNIT_SHARE, .gap = 2},
                                               {"deviation", "deviation", SR_UNIT_SHARE, .gap = 2},
                                               {0}};
    struct sr_table *table = sr_reply_rows(reply, "method", columns);
    for (size_t m = 0; m < count; m++) {
        struct sr_json *seeds = sr_json_array();
        for (size_t i = 0; i < methods[m].count; i++)
            sr_json_add_integer(seeds, (int64_t)seed_of(field, methods[m].runs[i]));
        sr_table_text(table, methods[m].name);
        sr_table_text(table, field->entries[methods[m].runs[0]]->model->class->name);
        sr_table_integer(table, (int64_t)methods[m].count);
        sr_table_list(table, seeds);
        sr_table_number(table, methods[m].accuracy.mean);
        sr_table_number(table, methods[m].accuracy.low);
        sr_table_number(table, methods[m].accuracy.high);
        sr_table_number(table, methods[m].deviation);
    }
}

static void report_method_pairs(const struct field *field, const struct method *methods,
                                size_t count, struct sr_reply *reply)
{
    static const struct sr_column columns[] = {{.label = "", .left = true},
                                               {.key = "first"},
                                               {.key = "second"},
                                               {.key = "seeds"},
                                               {.key = "difference"},
                                               {.key = "difference_low"},
                                               {.key = "difference_high"},
                                               {.key = "t"},
                                               {.key = "p"},
                                               {.key = "p_adjusted"},
                                               {.key = "sentence"},
                                               {0}};
    size_t pair_count;
    struct method_pair *pairs = methods_compare(field, methods, count, &pair_count);
    if (pair_count)
        sr_reply_say(reply,
                     "paired t test over seeds, p adjusted by Holm for %zu pair%s of methods:",
                     pair_count, pair_count == 1 ? "" : "s");
    struct sr_table *table = pair_count ? sr_reply_rows(reply, "method_pair", columns) : NULL;
    for (size_t i = 0; i < pair_count; i++) {
        const struct method_pair *pair = &pairs[i];
        struct sr_text sentence = {0};
        method_pair_print(pair, methods, field->predictions[methods[pair->first].runs[0]]->count,
                          &sentence);
        sr_table_text(table, sr_text_get(&sentence));
        sr_table_text(table, methods[pair->first].name);
        sr_table_text(table, methods[pair->second].name);
        sr_table_integer(table, (int64_t)pair->test.count);
        sr_table_number(table, pair->test.mean);
        sr_table_number(table, pair->test.low);
        sr_table_number(table, pair->test.high);
        sr_table_number(table, pair->test.t);
        sr_table_number(table, pair->test.p);
        sr_table_number(table, pair->p);
        sr_table_text(table, sr_text_get(&sentence));
        sr_text_fini(&sentence);
    }
    free(pairs);
}

void methods_report(const struct field *field, struct sr_reply *reply)
{
    size_t count;
    struct method *methods = methods_find(field, &count);
    if (count) {
        sr_reply_say(
            reply,
            "\nMethods, by trainings that differ in their seed alone: mean accuracy and its\n"
            "95 %% interval (Student's t over the runs), deviation between runs:");
        report_methods(field, methods, count, reply);
        report_method_pairs(field, methods, count, reply);
    }
    methods_free(methods, count);
}
