/* ablate.c - ablate: which techniques help, as an experiment judged on the validation split. */
#include "internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/data/augment.h"
#include "sartor/eval/paired.h"

enum { MOST_SEEDS = 10 };

SR_RUN(ablate_run);

const struct sr_command sr_command_ablate = {
    .name = "ablate",
    .group = "evaluate",
    .help = "Measure which techniques help: train with one switched at a time, and judge on the "
            "validation split.",
    .params =
        (const struct sr_param[]){{"family", SR_PARAM_FAMILY, .positional = true, .required = true,
                                   .help = "A family of networks; its hyperparameters may follow."},
                                  {"seeds", SR_PARAM_INTEGER, .fallback = "3", .minimum = 1,
                                   .maximum = MOST_SEEDS, .help = "Trainings of each variant."},
                                  {"limit", SR_PARAM_INTEGER, .fallback = "0", .minimum = 0,
                                   .maximum = 1e9, .help = "Training rows, 0 for all."},
                                  {0}},
    .more = more_of_family,
    .run = ablate_run,
    .lasting = true,
    .example = "ablate cnn recipe=study epochs=5 limit=10000",
};

static const char AS_IT_IS[] =
    "as it is"; /* the label of the first trials, by which an ablation is known */

/* One technique that can be switched: where it is off it is switched on, and the other way round.
 */
static const struct technique {
    const char *name, *param, *off, *on;
} techniques[] = {
    {"normalisation", "normalise", "off", "on"},
    {"augmentation", "augment", "off", "on"},
    {"mirrored images", "flip", "off", "on"},
    {"shifted images", "shift", "0", "2"},
    {"rotated images", "rotation", "0", "10"},
    {"scaled images", "scale", "0", "0.1"},
    {"random erasing", "erase", "0", "0.5"},
    {"brightness and contrast", "brightness", "0", "0.2"},
    {"noise", "noise", "0", "0.05"},
    {"turned hues", "hue", "0", "20"},
    {"more and less saturation", "saturation", "0", "0.3"},
    {"changed images", "change", "0", "0.5"},
    {"batch normalisation", "norm", "off", "on"},
    {"dropout", "dropout", "0", "0.25"},
    {"one-cycle schedule", "schedule", "constant", "onecycle"},
    {"weight decay", "weight_decay", "0", "0.01"},
    {"label smoothing", "smoothing", "0", "0.1"},
    {"moving average of the weights", "ema", "0", "0.998"},
    {"test-time augmentation", "tta", "none", "mirror"},
};
enum { TECHNIQUES = sizeof techniques / sizeof *techniques };

struct ablation {
    const struct sr_model_class *class;
    const struct sr_args *args;
    const struct sr_words *rest;
    int seeds;
    bool colour; /* the images are */
};

/* The part of augmentation that it is; NULL for none. */
static const struct sr_augment_part *part_of(const struct technique *technique)
{
    const struct sr_augment_part *part = sr_augment_parts;
    while (part->name && strcmp(technique->param, part->name)) part++;
    return part->name ? part : NULL;
}

/* Does it change nothing but images in colour? */
static bool is_coloured(const struct technique *technique)
{
    const struct sr_augment_part *part = part_of(technique);
    return part && part->colour;
}

static bool is_off(const struct technique *technique, const char *value)
{
    double a, b;
    if (sr_parse_double(value, &a) && sr_parse_double(technique->off, &b)) return a == b;
    return !strcmp(value, technique->off);
}

size_t ablate_variants(const struct sr_model_class *class, bool colour)
{
    size_t count = 1;
    for (int t = 0; t < TECHNIQUES; t++)
        for (const struct sr_param *param = class->params; param->name; param++)
            count += !strcmp(param->name, techniques[t].param) &&
                     (colour || !is_coloured(&techniques[t]));
    return count;
}

static struct sr_args *baseline(const struct ablation *ablation, struct sr_error *error)
{
    struct sr_args *params =
        sr_args_parse(ablation->class->name, ablation->class->params, ablation->rest->items,
                      ablation->rest->count, NULL, error);
    if (params && ablation->class->resolve && ablation->class->resolve(params, error)) {
        sr_args_free(params);
        return NULL;
    }
    return params;
}

static struct sr_experiment *make_ablation(void *context, struct sr_error *error)
{
    const struct ablation *ablation = context;
    struct sr_args *params = baseline(ablation, error);
    if (!params) return NULL;
    struct sr_experiment *experiment = sr_experiment_new(ablation->class);
    uint64_t limit = (uint64_t)sr_args_integer(ablation->args, "limit");
    struct sr_text given = {0};
    experiment_words(ablation->rest, &given);
    for (int seed = 1; seed <= ablation->seeds; seed++)
        sr_experiment_add(experiment, AS_IT_IS, sr_text_get(&given), (uint64_t)seed, limit);
    for (int t = 0; t < TECHNIQUES; t++) {
        const struct technique *technique = &techniques[t];
        if (!sr_args_has(params, technique->param) || (is_coloured(technique) && !ablation->colour))
            continue;
        bool alone = part_of(technique) && sr_args_has(params, "augment") &&
                     !sr_args_switch(params, "augment");
        bool off = alone || is_off(technique, sr_args_text(params, technique->param));
        struct sr_args *changed = baseline(ablation, error);
        for (int other = 0; changed && alone && other < TECHNIQUES; other++)
            if (part_of(&techniques[other]) && sr_args_has(params, techniques[other].param) &&
                sr_args_set(changed, techniques[other].param, techniques[other].off, error)) {
                sr_args_free(changed);
                changed = NULL;
            }
        if (changed && alone && sr_args_set(changed, "augment", "on", error)) {
            sr_args_free(changed);
            changed = NULL;
        }
        char label[64];
        struct sr_text line = {0};
        snprintf(label, sizeof label, "%s %s", off ? "with" : "without", technique->name);
        /* Everything is spelled out, so that the switch changes this technique and no other
         * default. */
        if (changed &&
            !sr_args_set(changed, technique->param, off ? technique->on : technique->off, error)) {
            sr_args_print(changed, true, &line);
            for (int seed = 1; seed <= ablation->seeds; seed++)
                sr_experiment_add(experiment, label, sr_text_get(&line), (uint64_t)seed, limit);
        }
        sr_text_fini(&line);
        sr_args_free(changed);
    }
    sr_text_fini(&given);
    sr_args_free(params);
    if (experiment->count > (size_t)ablation->seeds) return experiment;
    sr_experiment_free(experiment);
    sr_error_set(error, SR_ERROR_ARGUMENT,
                 "ablate: %s has no technique that could be switched on or off; networks have",
                 ablation->class->name);
    return NULL;
}

/* p values of the paired t tests, adjusted by Holm for all techniques that were switched. */
static void test_effects(const struct sr_experiment *experiment, struct effect *effects,
                         size_t count, size_t seeds)
{
    double *p = sr_xalloc((count + 1) * sizeof *p), differences[MOST_SEEDS];
    for (size_t i = 0; i < count; i++) {
        const struct sr_trial *trials = &experiment->trials[i * seeds];
        struct sr_paired_t test;
        for (size_t s = 0; s < seeds; s++)
            differences[s] = trials[s].accuracy - experiment->trials[s].accuracy;
        sr_paired_t(&test, differences, seeds);
        effects[i].effect = test.mean;
        effects[i].half = (test.high - test.low) / 2;
        p[i] = test.p;
    }
    if (seeds > 1 && count > 1) sr_holm(p + 1, count - 1);
    for (size_t i = 0; i < count; i++) effects[i].p = i ? p[i] : NAN;
    free(p);
}

size_t ablation_effects(const struct sr_experiment *experiment, struct effect **effects)
{
    size_t seeds = 0, found = 0;
    *effects = NULL;
    while (experiment && seeds < experiment->count &&
           !strcmp(experiment->trials[seeds].label, AS_IT_IS))
        seeds++;
    if (!seeds || seeds > MOST_SEEDS) return 0;
    *effects = sr_xalloc(experiment->count / seeds * sizeof **effects);
    for (size_t first = 0; first + seeds <= experiment->count; first += seeds, found++) {
        const struct sr_trial *trials = &experiment->trials[first];
        struct effect *effect = &(*effects)[found];
        *effect = (struct effect){
            .label = trials->label, .settings = trials->params, .seeds = (int)seeds};
        for (size_t s = 0; s < seeds; s++) effect->accuracy += trials[s].accuracy / (double)seeds;
    }
    test_effects(experiment, *effects, found, seeds);
    return found;
}

/* A row: the first is of the training as it is, which has no effect. */
static void list_effect(struct sr_table *table, const struct effect *effect, bool first)
{
    const double change = effect->effect * 100, half = effect->half * 100;
    sr_table_text(table, effect->label);
    sr_table_integer(table, effect->seeds);
    sr_table_number(table, effect->accuracy);
    sr_table_number(table, effect->effect);
    if (first)
        sr_table_shown(table, "%s", "");
    else if (isfinite(half))
        sr_table_shown(table, "%+6.2f (%+.2f to %+.2f)", change, change - half, change + half);
    else
        sr_table_shown(table, "%+6.2f", change);
    sr_table_number(table, effect->effect - effect->half);
    sr_table_number(table, effect->effect + effect->half);
    sr_table_number(table, effect->p);
    if (first || !isfinite(effect->p)) sr_table_shown(table, "%s", "");
    sr_table_end_row(table);
}

static void report_ablation(const struct sr_experiment *experiment, struct sr_reply *reply)
{
    static const struct sr_column columns[] = {
        {"trial", "", .left = true, .width = 40},
        {.key = "seeds"},
        {"accuracy", "accuracy", SR_UNIT_SHARE, .width = 10},
        {"effect", " effect, 95 % interval", .left = true, .fixed = true},
        {.key = "effect_low"},
        {.key = "effect_high"},
        {"p_adjusted", "p, adjusted", .format = "%.3f", .gap = 2, .width = 11},
        {0}};
    struct effect *effects;
    size_t count = ablation_effects(experiment, &effects);
    char judged[64];
    snprintf(judged, sizeof judged, "(validation accuracy, %d seed%s)", effects[0].seeds,
             effects[0].seeds == 1 ? "" : "s");
    struct sr_table *table = sr_reply_rows(reply, NULL, columns);
    sr_table_add_column(table, &(struct sr_column){.label = judged, .left = true, .gap = 2});
    for (size_t i = 0; i < count; i++) list_effect(table, &effects[i], !i);
    if (effects[0].seeds > 1)
        sr_reply_say(reply,
                     "p: paired t test over the seeds, adjusted by Holm for these %zu techniques",
                     count - 1);
    free(effects);
}

SR_RUN(ablate_run)
{
    SR_UNUSED;
    struct ablation ablation = {.class = arg_family(args, "family"),
                                .args = args,
                                .rest = rest,
                                .seeds = (int)sr_args_integer(args, "seeds")};
    enum sr_status status = sr_session_data(session, error);
    if (status) return status;
    ablation.colour = session->data->files[SR_FILE_TRAIN].shape.channels == 3;
    status = experiment_under(session, item, ablation.class, make_ablation, &ablation, error);
    if (!status) report_ablation(session->experiment, reply);
    return status;
}
