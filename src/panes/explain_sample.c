/* explain_sample.c - see explain.h: the heat map of one sample, and the images nearest to it. */
#include "explain.h"
#include "scroller.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sartor/cells/draw.h"

/* Which of the layers is shown: the one chosen, else the one that the heat map was made by. */
static const char *layer_name(const struct explain *explain,
                              const struct sr_explanation *explanation)
{
    return explain->layer[0] ? explain->layer : explanation ? explanation->heat.layer : "";
}

static size_t shown_layer(const struct explain *explain, const struct sr_explanation *explanation,
                          const struct sr_layer_info *layers, size_t count)
{
    const char *name = layer_name(explain, explanation);
    for (size_t i = 0; i < count; i++)
        if (strcmp(layers[i].name, name) == 0) return i;
    return count ? count - 1 : 0;
}

/* What there is to show: a sample always, a heat map when `status` is SR_OK. */
struct scene {
    const struct explain *explain;
    enum sr_file file;
    uint32_t row;
    int truth;
    struct sr_entry *entry;
    struct verdict verdict;
    const float *probabilities;               /* those that are shown; NULL when not known yet */
    int predicted;                            /* -1 likewise */
    const struct sr_explanation *explanation; /* NULL likewise */
    bool idle;                                /* autorun=off, and Enter has not been pressed */
    enum sr_status status;
    struct sr_error error;
};

static bool scene_init(struct sr_session *session, const struct explain *explain,
                       struct scene *scene, struct sr_text *title, struct sr_text *text)
{
    *scene = (struct scene){.explain = explain, .predicted = -1};
    if (sr_pane_without_data(session, title, text)) return false;
    scene->entry = sr_pane_model(session, "", title, text);
    if (!scene->entry) return false;
    if (!sr_pane_sample(session, &scene->file, &scene->row)) {
        sr_text_add(title, "No sample is selected.");
        sr_text_add(text, "Press 1 to choose one, or type :browse split=test");
        return false;
    }
    scene->truth = sr_images_label(&session->data->files[scene->file], scene->row);
    const struct sr_explainer explainer = explain_chosen(session, explain, scene->entry);
    scene->idle = !sr_args_switch(session->options, "autorun") &&
                  !sr_session_explained(session, &explainer, scene->file, scene->row, NULL);
    scene->status = scene->idle ? SR_PENDING
                                : sr_session_explain(session, &explainer, scene->file, scene->row,
                                                     &scene->explanation, &scene->error);
    scene->verdict = sr_pane_verdict(session, scene->entry, sr_selection_split(session),
                                     scene->file, scene->row);
    scene->probabilities = scene->verdict.shown;
    if (scene->probabilities)
        scene->predicted = sr_pane_best(scene->probabilities, session->data->classes);
    return true;
}

static void verdict_words(const struct sr_session *session, const struct scene *scene,
                          struct sr_text *text)
{
    if (scene->predicted < 0) return;
    char share[32];
    sr_pane_percent(share, sizeof share, (double)scene->probabilities[scene->predicted]);
    sr_text_printf(text, "%s %s", sr_pane_class(session, scene->predicted), share);
    if (scene->truth >= 0)
        sr_text_add(text, scene->predicted == scene->truth ? "  ✓ right" : "  ✗ wrong");
}

/* "HiRes-CAM of cnn, layer conv3, for Coat, the predicted class". */
static void method_words(const struct sr_session *session, const struct scene *scene,
                         struct sr_text *text)
{
    if (scene->status != SR_OK && scene->status != SR_PENDING) {
        sr_text_printf(text,
                       scene->predicted < 0 ? "%s cannot be asked about this image"
                                            : "%s predicts, but has no heat map",
                       scene->entry->name);
        return;
    }
    if (scene->status == SR_PENDING) {
        sr_text_printf(text, "%s %s", scene->entry->name,
                       scene->idle ? "has not predicted" : "is predicting");
        return;
    }
    const struct sr_heat *heat = &scene->explanation->heat;
    sr_text_printf(text, "%s of %s", heat->method->title, scene->entry->name);
    struct sr_layer_info layers[EXPLAIN_LAYERS];
    size_t count = heat->layer[0] ? explain_layers_of(scene->entry, layers) : 0,
           at = shown_layer(scene->explain, scene->explanation, layers, count);
    if (heat->layer[0]) sr_text_printf(text, ", layer %s", heat->layer);
    if (count && strcmp(layers[at].name, heat->layer) == 0)
        sr_text_printf(text, " (%d×%d)", layers[at].shape.height, layers[at].shape.width);
    if (heat->target < 0) sr_text_add(text, ", whatever the sample");
    if (heat->target < 0 || !heat->values) return;
    sr_text_printf(text, ", for %s", sr_pane_class(session, heat->target));
    if (heat->target == scene->predicted)
        sr_text_add(text, ", the predicted class");
    else if (heat->target == scene->truth)
        sr_text_add(text, ", the true class");
}

/* What the answer is worth: under the heading where there is an empty line, else only a warning, in
 * the place of the method. */
static void draw_worth(struct sr_session *session, struct sr_area area, const struct scene *scene)
{
    if (scene->predicted < 0 || area.height < 2) return;
    const int y = area.height > 16 ? 2 : 1;
    struct sr_text words = {0};
    sr_familiarity_words(scene->verdict.familiarity, &words);
    int x = 1;
    if (words.length) {
        x = sr_area_printf(area, 1, y, sr_pane_style(session, SR_ROLE_WARNING), "%s   ",
                           sr_text_get(&words));
    }
    sr_text_clear(&words);
    sr_pane_set_words(session, &scene->verdict, false, &words);
    if (y == 2) sr_area_text(area, x, 2, sr_pane_style(session, SR_ROLE_TEXT), sr_text_get(&words));
    sr_text_fini(&words);
}

static void draw_heading(struct sr_session *session, struct sr_area area, const struct scene *scene)
{
    const struct sr_selection *selection = &session->selection;
    char id[32], place[32], count[32], right[80];
    sr_pane_id(id, sizeof id, scene->file, scene->row);
    sr_pane_ordinal(place, sizeof place, selection->at + 1);
    sr_format_count(count, sizeof count, selection->count);
    snprintf(right, sizeof right, "%s of %s", place, count);
    int from = area.width - sr_utf8_width(right) - 1;
    struct sr_text words = {0};
    sr_text_printf(&words, "%s  %s", id, sr_pane_label(session, scene->file, scene->row));
    bool fits = from > sr_utf8_width(sr_text_get(&words)) + 2;
    sr_area_text(area, 1, 0, sr_pane_style(session, SR_ROLE_TITLE), sr_text_get(&words));
    sr_area_cursor(area, 1, 0);
    if (fits) sr_area_text(area, from, 0, sr_pane_style(session, SR_ROLE_ACCENT), right);
    if (area.height > 1) {
        sr_text_clear(&words);
        method_words(session, scene, &words);
        sr_pane_parts(area, 1, 1, sr_pane_style(session, SR_ROLE_FAINT), sr_text_get(&words));
    }
    sr_text_fini(&words);
    draw_worth(session, area, scene);
}

/* Pictures side by side: their size, the gap between them, and room for a scale at the right. They
 * are the image, the map and the overlay; of a picture of one's own first the picture and what was
 * cut out, then the image and the overlay, and the map where there is room for five. A second row
 * is for the true class where another was predicted and there is room. */
struct layout {
    int width, height, gap, scale, rows, columns;
};

static bool has_truth(const struct scene *scene)
{
    return scene->status == SR_OK && scene->explanation->truth.values;
}

static struct layout choose_layout(const struct sr_session *session, const struct scene *scene,
                                   int width, int height)
{
    const struct sr_images *images = &session->data->files[scene->file];
    int full_width, full_height;
    sr_image_cells(&session->look, images->shape, &full_width, &full_height);
    struct layout layout = {
        .gap = width >= 100 ? 3 : 1, .scale = width >= 50 ? 8 : 0, .rows = 1, .columns = 3};
    if (scene->file == SR_FILE_PICTURES) {
        layout.columns = width >= 120 ? 5 : 4;
        if (width < 120) layout.scale = 0;
    }
    if (has_truth(scene) && (height - 1) / 2 >= full_height) {
        layout.rows = 2;
        height = (height - 1) / 2;
    }
    int room = (width - 1 - (layout.columns - 1) * layout.gap - layout.scale) / layout.columns;
    int times = room / full_width < height / full_height ? room / full_width : height / full_height;
    if (times >= 1) {
        layout.width = full_width * times;
        layout.height = full_height * times;
    } else if (room > 0 && height > 0) {
        double shrink = fmin((double)room / full_width, (double)height / full_height);
        layout.width = (int)(full_width * shrink);
        layout.height = (int)ceil(full_height * shrink - 1e-9);
    }
    return layout;
}

/* What it is and of what; only the latter where not both fit. */
static void caption(struct sr_session *session, struct sr_area area, enum sr_role role,
                    const char *what, const char *words)
{
    int x = 0;
    if (!*words || sr_utf8_width(what) + 1 + sr_utf8_width(words) <= area.width)
        x = sr_area_text(area, 0, 0, sr_pane_style(session, SR_ROLE_FAINT), what) + (*what != 0);
    if (*words) sr_area_text(area, x, 0, sr_pane_style(session, role), words);
}

/* A frame with words in place of a picture. */
static void placeholder(struct sr_session *session, struct sr_area area, const char *words)
{
    sr_area_box(area, &session->look, sr_pane_style(session, SR_ROLE_BORDER), NULL);
    sr_pane_paragraph(sr_area_part(area, 2, area.height / 2, area.width - 4, area.height / 2), 0,
                      sr_pane_style(session, SR_ROLE_FAINT), words);
}

/* `height` lines of a column, from line `y` on. */
static struct sr_area column_area(struct sr_area area, const struct layout *layout, int column,
                                  int y, int height)
{
    return sr_area_part(area, 1 + column * (layout->width + layout->gap), y, layout->width, height);
}

/* The two heat pictures of a row, the map by itself and over the sample, and the scale.
 */
static void draw_heat_pair(struct sr_session *session, struct sr_area area,
                           const struct scene *scene, const struct layout *layout,
                           const struct sr_heat *heat)
{
    const struct sr_images *images = &session->data->files[scene->file];
    const uint8_t *pixels = sr_pane_pixels(session, scene->file, scene->row);
    struct sr_area map = column_area(area, layout, layout->columns - 2, 1, layout->height),
                   over = column_area(area, layout, layout->columns - 1, 1, layout->height);
    const bool apart = layout->columns != 4; /* else the image stands where the map would be */
    if (!heat->values || !sr_shape_equal(heat->shape, sr_shape_map(images->shape))) {
        const char *words = scene->idle              ? "press Enter to compute"
                            : scene->status == SR_OK ? "no map by this method"
                                                     : "computing…";
        if (apart) placeholder(session, map, words);
        placeholder(session, over, words);
        return;
    }
    if (apart) sr_draw_heat(map, &session->look, SR_SCALE_INFERNO, heat->values, heat->shape);
    sr_draw_overlay(over, &session->look, SR_SCALE_INFERNO, pixels, heat->values, heat->shape);
    if (layout->scale)
        sr_draw_scale(
            sr_area_part(area,
                         2 + layout->columns * layout->width + (layout->columns - 1) * layout->gap,
                         1, layout->scale - 1, layout->height),
            &session->look, SR_SCALE_INFERNO, 0, 1);
}

/* Fitted into the area, its proportions kept, in the middle. */
static void draw_fitted(struct sr_session *session, struct sr_area area, const uint8_t *pixels,
                        struct sr_shape shape)
{
    int width, height;
    sr_image_cells(&session->look, shape, &width, &height);
    const double scale = fmin((double)area.width / width, (double)area.height / height);
    width = (int)fmax(1, lround(width * scale));
    height = (int)fmax(1, lround(height * scale));
    sr_draw_image(
        sr_area_part(area, (area.width - width) / 2, (area.height - height) / 2, width, height),
        &session->look, pixels, shape);
}

/* A picture of one's own, and what was cut out of it. */
static void draw_origin(struct sr_session *session, struct sr_area area, const struct scene *scene,
                        const struct layout *layout)
{
    const struct sr_import *import = sr_session_import(session, scene->row);
    caption(session, column_area(area, layout, 0, 0, 1), SR_ROLE_TEXT, "picture", "");
    draw_fitted(session, column_area(area, layout, 0, 1, layout->height), import->original,
                import->shown);
    caption(session, column_area(area, layout, 1, 0, 1), SR_ROLE_TEXT,
            sr_import_was_cut(import) ? "cut out" : "nothing cut off", "");
    draw_fitted(session, column_area(area, layout, 1, 1, layout->height), import->cut,
                import->shown);
}

/* "heat for Coat", shorter where that does not fit. */
static void heat_caption(struct sr_session *session, struct sr_area area,
                         const struct sr_heat *heat)
{
    const char *class = heat->values ? sr_pane_class(session, heat->target) : "…";
    char ways[2][128];
    snprintf(ways[0], sizeof ways[0], "heat for %s", class);
    snprintf(ways[1], sizeof ways[1], "for %s", class);
    const char *const texts[] = {ways[0], ways[1], "heat", NULL};
    sr_area_text(area, 0, 0, sr_pane_style(session, SR_ROLE_FAINT),
                 sr_pane_fitting(area.width, texts));
}

/* Above the overlay: "✗ Coat 61 %", shorter where that does not fit. */
static void verdict_caption(struct sr_session *session, struct sr_area area,
                            const struct scene *scene)
{
    const int predicted = scene->predicted;
    if (predicted < 0) {
        sr_area_text(area, 0, 0, sr_pane_style(session, SR_ROLE_FAINT), "predicted: …");
        return;
    }
    const char *mark = scene->truth < 0 ? "" : predicted == scene->truth ? "✓ " : "✗ ";
    struct sr_short_name names[SR_CLASSES_MAX];
    sr_pane_short_names(session->data, area.width - sr_utf8_width(mark), names);
    char ways[3][128];
    snprintf(ways[0], sizeof ways[0], "%s%s %.0f %%", mark, sr_pane_class(session, predicted),
             100 * (double)scene->probabilities[predicted]);
    snprintf(ways[1], sizeof ways[1], "%s%s", mark, sr_pane_class(session, predicted));
    snprintf(ways[2], sizeof ways[2], "%s%s", mark, names[predicted].text);
    const char *const texts[] = {ways[0], ways[1], ways[2], NULL};
    sr_area_text(area, 0, 0, sr_pane_style(session, sr_pane_verdict_role(predicted, scene->truth)),
                 sr_pane_fitting(area.width, texts));
}

static void draw_pictures(struct sr_session *session, struct sr_area area,
                          const struct scene *scene, const struct layout *layout)
{
    static const struct sr_heat nothing;
    const struct sr_images *images = &session->data->files[scene->file];
    const struct sr_heat *heat = scene->status == SR_OK ? &scene->explanation->heat : &nothing;
    const bool roomy = layout->width >= 20, own = scene->file == SR_FILE_PICTURES;
    const int image = own ? 2 : 0, map = layout->columns - 2, over = layout->columns - 1;
    if (own) draw_origin(session, area, scene, layout);
    struct sr_area head = column_area(area, layout, image, 0, 1);
    if (own)
        caption(session, head, SR_ROLE_ACCENT, roomy ? "as the model gets it" : "image", "");
    else
        caption(session, head, SR_ROLE_ACCENT, roomy ? "true:" : "",
                sr_pane_class(session, scene->truth));
    sr_draw_image(column_area(area, layout, image, 1, layout->height), &session->look,
                  sr_pane_pixels(session, scene->file, scene->row), images->shape);

    head = column_area(area, layout, map, 0, 1);
    if (map != image && heat->values && heat->target < 0)
        caption(session, head, SR_ROLE_TEXT, "for any class", "");
    else if (map != image)
        heat_caption(session, head, heat);
    verdict_caption(session, column_area(area, layout, over, 0, 1), scene);
    draw_heat_pair(session, area, scene, layout, heat);

    if (layout->rows == 2) {
        struct sr_area below =
            sr_area_part(area, 0, layout->height + 1, area.width, layout->height + 1);
        struct sr_text words = {0};
        sr_text_printf(&words, "%s %.0f %%", sr_pane_class(session, scene->truth),
                       100 * (double)scene->probabilities[scene->truth]);
        caption(session, column_area(below, layout, 1, 0, 1), SR_ROLE_ACCENT,
                roomy ? "heat for" : "for", sr_pane_class(session, scene->truth));
        caption(session, column_area(below, layout, 2, 0, 1), SR_ROLE_ACCENT,
                "true:", sr_text_get(&words));
        draw_heat_pair(session, below, scene, layout, &scene->explanation->truth);
        /* Under the sample: what the two rows show. */
        sr_pane_paragraph(
            sr_area_part(below, 1, 1, layout->width, layout->height), 0,
            sr_pane_style(session, SR_ROLE_FAINT),
            "Above, what raises the predicted class; here, what raises the true one.");
        sr_text_fini(&words);
    }
}

/* The nearest training images, as many as fit: small pictures over their class, or only the words.
 */
static void draw_nearest(struct sr_session *session, struct sr_area area,
                         const struct sr_nearest *nearest, const char *by, int truth)
{
    const struct sr_images *images = sr_dataset_train(session->data);
    const size_t count = nearest->count;
    if (area.height < 3) {
        struct sr_text words = {0};
        sr_text_add(&words, "nearest:");
        for (size_t i = 0; i < count; i++)
            sr_text_printf(&words, "%s %s", i ? "," : "",
                           sr_pane_class(session, sr_images_label(images, nearest->rows[i])));
        sr_area_text(area, 0, 0, sr_pane_style(session, SR_ROLE_FAINT), sr_text_get(&words));
        sr_text_fini(&words);
        return;
    }
    int full_width, full_height;
    sr_image_cells(&session->look, images->shape, &full_width, &full_height);
    const double shrink = fmin(1, (double)(area.height - 2) / full_height);
    const int width = (int)(full_width * shrink), height = (int)(full_height * shrink);
    const int step = width + 1 > 13 ? width + 1 : 13;
    sr_area_printf(area, 0, 0, sr_pane_style(session, SR_ROLE_FAINT),
                   "nearest training images, by %s", by);
    struct sr_short_name names[SR_CLASSES_MAX];
    sr_pane_short_names(session->data, step - 1, names);
    for (size_t i = 0; i < count && (int)(i + 1) * step - 1 <= area.width; i++) {
        const uint32_t row = nearest->rows[i];
        const int label = sr_images_label(images, row);
        sr_draw_image(sr_area_part(area, (int)i * step, 1, width, height), &session->look,
                      sr_pane_pixels(session, SR_FILE_TRAIN, row), images->shape);
        sr_area_text(sr_area_part(area, (int)i * step, 1 + height, step - 1, 1), 0, 0,
                     sr_pane_style(session, sr_pane_verdict_role(label, truth)),
                     label < 0 ? "" : names[label].text);
    }
}

/* What moves change: the layer, and the class that is explained. */
static void draw_choices(struct sr_session *session, struct sr_area area, const struct scene *scene)
{
    struct sr_layer_info layers[EXPLAIN_LAYERS];
    size_t count = explain_layers_of(scene->entry, layers);
    const char *shown = layer_name(scene->explain, scene->explanation);
    struct sr_style faint = sr_pane_style(session, SR_ROLE_FAINT),
                    text = sr_pane_style(session, SR_ROLE_TEXT);
    int y = 0, target = explain_target(session, scene->explain);
    sr_area_printf(area, 0, y++, text, "heat for: %s",
                   target < 0 ? "predicted class" : sr_pane_class(session, target));
    sr_area_text(area, 0, y++, faint, "j/k class  M method");
    if (count == 0 || !scene->explanation->heat.layer[0]) return;
    if (area.height > 5) y++;
    struct sr_text words = {0};
    sr_text_add(&words, "layer:");
    for (size_t i = 0; i < count; i++)
        sr_text_printf(&words, strcmp(layers[i].name, shown) ? " %s" : " [%s]", layers[i].name);
    y = sr_pane_paragraph(area, y, text, sr_text_get(&words));
    sr_area_text(area, 0, y, faint, "PgUp/PgDn layer");
    sr_text_fini(&words);
}

/* Why there is no heat map, with the sample and the prediction. */
static void draw_refusal(struct sr_session *session, struct sr_area area, const struct scene *scene)
{
    const struct sr_images *images = &session->data->files[scene->file];
    struct sr_text words = {0};
    int width, height;
    sr_image_cells(&session->look, images->shape, &width, &height);
    double shrink = fmin(1, fmin((double)area.width / 2 / width, (double)area.height / height));
    width = (int)(width * shrink);
    height = (int)(height * shrink);
    if (width >= 6 && height >= 3)
        sr_draw_image(sr_area_part(area, 1, 0, width, height), &session->look,
                      sr_pane_pixels(session, scene->file, scene->row), images->shape);
    else
        width = -2;
    struct sr_area side = sr_area_part(area, width + 3, 0, area.width - width - 4, area.height);
    sr_text_add(&words, scene->error.text);
    int y =
        sr_pane_paragraph(side, 0, sr_pane_style(session, SR_ROLE_WARNING), sr_text_get(&words));
    if (scene->probabilities && y + 2 < side.height) {
        sr_text_clear(&words);
        verdict_words(session, scene, &words);
        sr_area_printf(side, 0, y + 1, sr_pane_style(session, SR_ROLE_TITLE), "%s: %s",
                       scene->entry->name, sr_text_get(&words));
        sr_pane_probabilities(session, sr_area_part(side, 0, y + 2, side.width, side.height),
                              scene->probabilities, scene->truth);
    }
    sr_text_fini(&words);
}

/* At the end of the area the nearest training images: those that the explanation is made of; else,
 * where the bars leave room, those of the close-up. Returns the lines taken. */
static int draw_neighbours(struct sr_session *session, struct sr_area area,
                           const struct scene *scene)
{
    if (scene->status != SR_OK || area.height < 2) return 0;
    const struct sr_nearest *nearest = &scene->explanation->nearest;
    const char *by = "the model's distance";
    /* Half of the lines, or one line of words where pictures do not fit. */
    int height = area.height / 2 >= 6 ? (area.height - 1) / 2 : 1;
    if (!nearest->count) {
        const struct sr_closeup *closeup;
        struct sr_error ignored;
        height = area.height - session->data->classes - 1;
        if (height < 7) return 0;
        sr_session_closeup(session, scene->file, scene->row, &closeup, &ignored);
        if (!closeup) return 0;
        nearest = &closeup->nearest;
        by = closeup->by[0] ? closeup->by : "pixels";
    }
    draw_nearest(session, sr_area_part(area, 1, area.height - height, area.width - 2, height),
                 nearest, by, scene->truth);
    return height;
}

static void draw_scene(struct sr_session *session, struct sr_area area, const struct scene *scene)
{
    draw_heading(session, area, scene);
    int y = area.height > 16 ? 3 : 2;
    if (scene->status != SR_OK && scene->status != SR_PENDING) {
        draw_refusal(session, sr_area_part(area, 0, y, area.width, area.height - y), scene);
        return;
    }
    int left = area.height - y - 1; /* below the captions */
    int bars = left >= 14 ? 5 : left >= 9 ? 2 : 0;
    struct layout layout = choose_layout(session, scene, area.width, left - bars);
    if (layout.width < 6 || layout.height < 3) {
        if (scene->probabilities)
            sr_pane_verdict_line(session, area, 1, y, sr_pane_style(session, SR_ROLE_TEXT),
                                 scene->entry->name, &scene->verdict, scene->truth);
        return;
    }
    const int pictures = layout.rows * (layout.height + 1);
    draw_pictures(session, sr_area_part(area, 0, y, area.width, pictures), scene, &layout);
    y += pictures + (area.height > 16);
    struct sr_area rest = sr_area_part(area, 0, y, area.width, area.height - y);
    rest =
        sr_area_part(rest, 0, 0, rest.width, rest.height - draw_neighbours(session, rest, scene));
    bool choices = area.width >= 64 && scene->status == SR_OK && rest.height >= 2;
    int width = choices ? area.width * 3 / 5 : area.width - 2;
    if (scene->probabilities)
        sr_pane_probabilities(session, sr_area_part(rest, 1, 0, width, rest.height),
                              scene->probabilities, scene->truth);
    if (choices)
        draw_choices(session, sr_area_part(rest, width + 4, 0, area.width - width - 4, rest.height),
                     scene);
}

/* The explanation as sentences; `words` is an empty buffer. */
static void describe_scene(struct sr_session *session, const struct scene *scene,
                           struct sr_text *words, struct sr_text *text)
{
    char id[32];
    sr_pane_id(id, sizeof id, scene->file, scene->row);
    sr_text_printf(text, scene->truth < 0 ? "%s is %s." : "%s is of class %s.", id,
                   sr_pane_label(session, scene->file, scene->row));
    if (scene->predicted >= 0) {
        verdict_words(session, scene, words);
        sr_text_printf(text, " %s predicts ", scene->entry->name);
        sr_pane_listed(text, sr_text_get(words));
        sr_text_add(text, ".");
        sr_text_clear(words);
        sr_familiarity_words(scene->verdict.familiarity, words);
        if (words->length) sr_text_printf(text, " It is %s.", sr_text_get(words));
        sr_text_clear(words);
        sr_pane_set_words(session, &scene->verdict, true, words);
        if (words->length) sr_text_printf(text, " %s.", sr_text_get(words));
    }
    sr_text_add(text, " ");
    if (scene->status == SR_OK) {
        method_words(session, scene, text);
        sr_text_add(text, ". ");
        const struct sr_explanation *explanation = scene->explanation;
        const struct sr_nearest *nearest = &explanation->nearest;
        if (explanation->heat.values) explain_heat_words(&explanation->heat, text);
        if (nearest->count) {
            const struct sr_images *images = sr_dataset_train(session->data);
            sr_text_add(text, " The nearest training images are");
            for (size_t i = 0; i < nearest->count; i++)
                sr_text_printf(text, "%s %s", i ? "," : "",
                               sr_pane_class(session, sr_images_label(images, nearest->rows[i])));
            sr_text_add(text, ".");
        }
    } else {
        sr_text_printf(text, "%s.",
                       scene->idle                   ? "autorun is off: Enter computes the heat map"
                       : scene->status == SR_PENDING ? "The heat map is being computed"
                                                     : scene->error.text);
    }
}

void explain_sample_describe(struct sr_session *session, const struct explain *explain,
                             struct sr_text *text)
{
    struct sr_text title = {0}, words = {0};
    struct scene scene;
    if (scene_init(session, explain, &scene, &title, &words))
        describe_scene(session, &scene, &words, text);
    else
        sr_text_printf(text, "%s %s", sr_text_get(&title), sr_text_get(&words));
    sr_text_fini(&title);
    sr_text_fini(&words);
}

void explain_sample_draw(struct sr_session *session, const struct explain *explain,
                         struct sr_area area)
{
    struct sr_text title = {0}, text = {0};
    struct scene scene;
    if (scene_init(session, explain, &scene, &title, &text))
        draw_scene(session, area, &scene);
    else
        sr_pane_say(session, area, sr_text_get(&title), sr_text_get(&text));
    sr_text_fini(&title);
    sr_text_fini(&text);
}

void explain_sample_move_layer(struct sr_session *session, struct explain *explain,
                               enum sr_move move)
{
    struct sr_entry *entry = session->entry_count ? sr_session_entry(session, "", NULL) : NULL;
    struct sr_layer_info layers[EXPLAIN_LAYERS];
    size_t count = explain_layers_of(entry, layers);
    const struct sr_explanation *explanation = NULL;
    enum sr_file file;
    uint32_t row;
    if (count == 0) return;
    const struct sr_explainer explainer = explain_chosen(session, explain, entry);
    if (sr_pane_sample(session, &file, &row))
        sr_session_explained(session, &explainer, file, row, &explanation);
    int at = sr_scroll_step((int)shown_layer(explain, explanation, layers, count), move, 1, 0,
                            (int)count - 1);
    snprintf(explain->layer, sizeof explain->layer, "%s", layers[at].name);
}

void explain_sample_enter(struct sr_session *session, const struct explain *explain,
                          struct sr_text *line)
{
    enum sr_file file;
    uint32_t row;
    char id[32];
    if (!sr_pane_sample(session, &file, &row)) return;
    sr_pane_id(id, sizeof id, file, row);
    struct sr_entry *entry = sr_session_entry(session, "", NULL);
    const struct sr_explainer explainer = explain_chosen(session, explain, entry);
    if (sr_args_switch(session->options, "autorun") ||
        sr_session_explained(session, &explainer, file, row, NULL)) {
        sr_text_printf(line, "show %s", id);
        return;
    }
    sr_text_printf(line, "explain %s %s", entry->name, id);
    if (*explainer.method) sr_text_printf(line, " method=%s", explainer.method);
    if (*explainer.layer) sr_text_printf(line, " layer=%s", explainer.layer);
    if (explainer.target >= 0) sr_text_printf(line, " target=%d", explainer.target);
}
