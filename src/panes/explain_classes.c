/* explain_classes.c - see explain.h: the mean heat map of each class. */
#include "explain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/cells/draw.h"

/* Images that the mean heat is taken over here: fewer than for a figure, so that they are there in
 * a few seconds. */
enum { CLASS_SAMPLES = 300 };

struct class_scene {
    const struct explain *explain;
    struct sr_entry *entry;
    enum sr_split_name split;
    enum sr_file file;
    const struct sr_class_heats *heats;     /* when `status` is SR_OK */
    const struct sr_statistics *statistics; /* likewise */
    bool idle;
    enum sr_status status;
    struct sr_error error;
    float most; /* the highest value of all maps */
};

static bool class_scene_init(struct sr_session *session, const struct explain *explain,
                             struct class_scene *scene, struct sr_text *title, struct sr_text *text)
{
    *scene = (struct class_scene){.explain = explain};
    if (sr_pane_without_data(session, title, text)) return false;
    scene->entry = sr_pane_model(session, "", title, text);
    if (!scene->entry) return false;
    const size_t classes = (size_t)session->data->classes;
    scene->split = sr_session_shown_split(session);
    size_t most = (CLASS_SAMPLES + classes - 1) / classes;
    /* Where `explain MODEL classes` has just computed maps with another split or number, show
     * those. */
    const struct sr_explainer explainer = explain_chosen(session, explain, scene->entry);
    const struct sr_class_heats *known = sr_session_class_heats_known(session, &explainer);
    if (known) {
        scene->split = known->split;
        most = known->most;
    } else if (!sr_args_switch(session->options, "autorun")) {
        scene->idle = true;
        scene->status = SR_PENDING;
    }
    if (!scene->idle)
        scene->status = sr_session_class_heats(session, &explainer, scene->split, most,
                                               &scene->heats, &scene->error);
    if (scene->status == SR_OK)
        scene->status = sr_session_statistics(session, &scene->statistics, &scene->error);
    scene->file = sr_split_file(scene->split);
    const struct sr_images *images = &session->data->files[scene->file];
    const size_t size = classes * sr_shape_pixels(images->shape);
    for (size_t i = 0; scene->status == SR_OK && i < size; i++)
        scene->most = fmaxf(scene->most, scene->heats->maps[i]);
    return true;
}

static void class_words(const struct sr_session *session, const struct class_scene *scene,
                        struct sr_text *text)
{
    if (scene->idle)
        sr_text_add(text, "autorun is off: Enter computes the mean heat of every class");
    else if (scene->status == SR_PENDING)
        sr_text_printf(text, "Mean heat of each class: %s is being explained…", scene->entry->name);
    else if (scene->status)
        sr_text_add(text, scene->error.text);
    else {
        size_t count = 0;
        char number[32];
        for (int c = 0; c < session->data->classes; c++) count += scene->heats->counts[c];
        sr_format_count(number, sizeof number, count);
        sr_text_printf(
            text,
            "Mean heat of each class: %s of %s%s%s, %s images of the %s split; brightest: %.2f",
            scene->heats->method->title, scene->entry->name,
            scene->heats->layer[0] ? ", layer " : "", scene->heats->layer, number,
            sr_split_names[scene->split], (double)scene->most);
    }
}

static void draw_class(struct sr_session *session, struct sr_area area, int class, void *context)
{
    const struct class_scene *scene = context;
    const struct sr_images *images = &session->data->files[scene->file];
    const size_t size = sr_shape_pixels(images->shape);
    float *shown = sr_xalloc(size * sizeof *shown);
    for (size_t i = 0; i < size && scene->most > 0; i++)
        shown[i] = scene->heats->maps[(size_t) class * size + i] / scene->most;
    sr_draw_overlay(area, &session->look, SR_SCALE_INFERNO,
                    scene->statistics->classes[scene->file][class].mean, shown, images->shape);
    free(shown);
}

static void draw_classes(struct sr_session *session, struct sr_area area, struct class_scene *scene)
{
    struct sr_text words = {0};
    class_words(session, scene, &words);
    const struct sr_style style = sr_pane_style(
        session, scene->status && scene->status != SR_PENDING ? SR_ROLE_WARNING : SR_ROLE_FAINT);
    struct sr_area head = sr_area_part(area, 1, 0, area.width - 2, area.height);
    int y = 1;
    if (area.height < 16 && scene->status == SR_OK) /* the lines are needed for the pictures */
        sr_pane_parts(head, 0, 0, style, sr_text_get(&words) + strlen("Mean heat of each class: "));
    else
        y = sr_pane_paragraph(head, 0, style, sr_text_get(&words));
    sr_text_fini(&words);
    if (scene->status) return;
    const struct sr_images *images = &session->data->files[scene->file];
    const int scale =
        area.width >= 100 ? 8 : 0; /* on 80 columns, two rows of five need all of them */
    if (scale)
        sr_draw_scale(sr_area_part(area, area.width - scale, y, scale - 1,
                                   area.height - y < 12 ? area.height - y : 12),
                      &session->look, SR_SCALE_INFERNO, 0, 1); /* of the brightest */
    sr_pane_class_grid(session, sr_area_part(area, 0, y, area.width - scale, area.height - y),
                       images->shape, explain_target(session, scene->explain), draw_class, scene);
}

static void describe_classes(struct sr_session *session, const struct class_scene *scene,
                             struct sr_text *text)
{
    const struct sr_images *images = &session->data->files[scene->file];
    class_words(session, scene, text);
    sr_text_add(text, ".");
    for (int c = 0; c < session->data->classes && scene->status == SR_OK; c++) {
        const struct sr_heat heat = {.shape = sr_shape_map(images->shape),
                                     .values = scene->heats->maps +
                                               (size_t)c * sr_shape_pixels(images->shape)};
        sr_text_printf(text, "\n%s: ", sr_pane_class(session, c));
        explain_heat_words(&heat, text);
    }
}

void explain_classes_draw(struct sr_session *session, const struct explain *explain,
                          struct sr_area area)
{
    struct sr_text title = {0}, text = {0};
    struct class_scene scene;
    if (class_scene_init(session, explain, &scene, &title, &text))
        draw_classes(session, area, &scene);
    else
        sr_pane_say(session, area, sr_text_get(&title), sr_text_get(&text));
    sr_text_fini(&title);
    sr_text_fini(&text);
}

void explain_classes_describe(struct sr_session *session, const struct explain *explain,
                              struct sr_text *text)
{
    struct sr_text title = {0}, why = {0};
    struct class_scene scene;
    if (class_scene_init(session, explain, &scene, &title, &why))
        describe_classes(session, &scene, text);
    else
        sr_text_printf(text, "%s %s", sr_text_get(&title), sr_text_get(&why));
    sr_text_fini(&title);
    sr_text_fini(&why);
}

/* Browse the samples of the class under the cursor; where nothing has been computed yet, compute.
 */
void explain_classes_enter(struct sr_session *session, const struct explain *explain,
                           struct sr_text *line)
{
    struct sr_text title = {0}, text = {0};
    struct class_scene scene;
    if (class_scene_init(session, explain, &scene, &title, &text)) {
        const struct sr_explainer explainer = explain_chosen(session, explain, scene.entry);
        if (scene.idle) {
            sr_text_printf(line, "explain %s classes count=%d", scene.entry->name, CLASS_SAMPLES);
            if (*explainer.method) sr_text_printf(line, " method=%s", explainer.method);
            if (*explainer.layer) sr_text_printf(line, " layer=%s", explainer.layer);
        } else if (explain_target(session, explain) >= 0) {
            sr_text_printf(line, "browse split=%s", sr_split_names[scene.split]);
            sr_pane_add_class(session, line, "class", explain_target(session, explain));
        }
    }
    sr_text_fini(&title);
    sr_text_fini(&text);
}
