/* figure.c - what the functions of figures share: provenance, models, samples. */
#include <config.h>

#include "figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

static void add_to_list(struct sr_text *text, const char *item)
{
    sr_text_printf(text, "%s%s", text->length ? ", " : "", item);
}

static void credit(struct figure *figure, const char *name, const struct sr_model_class *class,
                   uint64_t number)
{
    char seed[32];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)number);
    add_to_list(&figure->models, name);
    add_to_list(&figure->families, class->name);
    add_to_list(&figure->seeds, seed);
}

void figure_credit(struct figure *figure, const struct sr_model *model)
{
    credit(figure, model->name, model->class, model->seed);
}

void figure_credit_run(struct figure *figure, const struct sr_run *run)
{
    credit(figure, run->name, run->class, run->seed);
}

/* ", rotate:3" where the images are changed. */
static void figure_changed(const struct figure *figure, char *text, size_t size)
{
    const struct sr_change change = figure->session->data->change;
    char how[24];
    *text = '\0';
    if (!change.severity) return;
    sr_change_print(change, how, sizeof how);
    snprintf(text, size, ", %s,", how);
}

void figure_judge(struct figure *figure, const struct sr_entry *entry, enum sr_split_name split)
{
    struct sr_text words = {0};
    char how[32];
    figure_changed(figure, how, sizeof how);
    sr_predicted_print_left_out(sr_session_predicted(figure->session, entry, split), &words);
    if (!figure->judged[0])
        snprintf(figure->judged, sizeof figure->judged, "%s split%s", sr_split_names[split], how);
    if (words.length) {
        snprintf(figure->judged, sizeof figure->judged,
                 "%s split%s without rows that a model was trained on", sr_split_names[split], how);
        sr_text_printf(&figure->selection, "%s%s: %s", figure->selection.length ? "; " : "",
                       entry->name, sr_text_get(&words));
    }
    sr_text_fini(&words);
}

void say_undrawn(struct sr_reply *reply, const struct sr_text *text)
{
    if (!text->length) return;
    sr_reply_record(reply, "undrawn");
    sr_reply_text(reply, "text", text->bytes);
    sr_reply_say(reply,
                 "no font here has all characters of \"%s\", so that boxes stand for some; "
                 "install one that has: fonts-noto-core, fonts-noto-cjk",
                 text->bytes);
}

enum sr_status figure_put(struct figure *figure, const struct sr_chart *chart, const void *data,
                          struct sr_error *error)
{
    const struct figure_request *request = figure->request;
    const struct sr_dataset *set = figure->session->data;
    const struct {
        const char *key, *value;
    } facts[] = {{"Software", PACKAGE_STRING},
                 {"Command", request->command},
                 {"Figure", figure->name},
                 {"Data", set->name},
                 {"Data digest", set->digest},
                 {"Model", sr_text_get(&figure->models)},
                 {"Family", sr_text_get(&figure->families)},
                 {"Seed", sr_text_get(&figure->seeds)},
                 {"Samples", sr_text_get(&figure->selection)}};
    enum { FACTS = sizeof facts / sizeof *facts };
    const char *provenance[2 * FACTS + 1] = {NULL};
    size_t count = 0;
    for (size_t i = 0; i < FACTS; i++) {
        if (!facts[i].value || !*facts[i].value) continue;
        provenance[count++] = facts[i].key;
        provenance[count++] = facts[i].value;
    }
    struct sr_figure_options options = {.width = request->width,
                                        .height = request->height,
                                        .resolution = request->resolution,
                                        .dark = request->dark,
                                        .plotly = request->plotly,
                                        .provenance = provenance,
                                        .undrawn = &figure->undrawn};
    return sr_figure_write(request->path, &options, chart, data, error);
}

enum sr_status figure_field(struct figure *figure, struct field *field, enum sr_split_name *split,
                            struct sr_error *error)
{
    struct sr_session *session = figure->session;
    const struct figure_request *request = figure->request;
    const size_t count = request->model_count;
    struct sr_entry **named = sr_xalloc((count + 1) * sizeof *named);
    for (size_t i = 0; i < count; i++) named[i] = request->models[i].entry;
    *field = (struct field){0};
    *split = request->split >= 0 ? (enum sr_split_name)request->split : SR_SPLIT_DEFAULT;
    enum sr_status status = field_gather(session, named, count, *split, field, error);
    free(named);
    for (size_t i = 0; !status && i < field->count; i++) {
        figure_credit(figure, field->entries[i]->model);
        figure_judge(figure, field->entries[i], *split);
    }
    return status;
}
