/* browse_sample.c - see browse.h: one sample large, the predictions of each model, augmented
 * versions of it, and the most similar training images. */
#include "browse.h"
#include "sartor/app/explanations.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/cells/draw.h"
#include "sartor/data/augment.h"
#include "sartor/models/networks.h"

/* What a model says of the sample, from its predictions or from the close-up. */
static struct verdict verdict_of(const struct sr_session *session, const struct sr_entry *entry,
                                 enum sr_file file, uint32_t row, const struct sr_closeup *closeup)
{
    struct verdict verdict =
        sr_pane_verdict(session, entry, sr_selection_split(session), file, row);
    /* The close-up's tells how familiar the sample is, which predictions of a split do not. */
    for (size_t i = 0; closeup && i < closeup->verdicts; i++) {
        const struct sr_answer *answer = &closeup->verdict[i].answer;
        if (answer->raw && !strcmp(closeup->verdict[i].model, entry->name))
            verdict = (struct verdict){entry->model, sr_answer_shown(session, answer), answer->raw,
                                       answer->familiarity};
    }
    return verdict;
}

/* One line for each model: its name, the probability of its prediction as a bar, the prediction.
 * Returns the line after them.
 */
static int draw_others(struct sr_session *session, struct sr_area area, int y,
                       const struct sr_entry *entry, enum sr_file file, uint32_t row,
                       const struct sr_closeup *closeup)
{
    int truth = sr_images_label(&session->data->files[file], row), longest = 4;
    for (size_t i = 0; i < session->entry_count; i++) {
        int width = sr_utf8_width(session->entries[i]->name);
        if (width > longest) longest = width;
    }
    if (longest > 14) longest = 14;
    int bar = area.width >= 44 ? 10 : 0;
    for (size_t i = 0; i < session->entry_count && y < area.height; i++) {
        const struct sr_entry *other = session->entries[i];
        if (other == entry) continue;
        const struct verdict said = verdict_of(session, other, file, row, closeup);
        const float *verdict = said.shown;
        sr_area_text(sr_area_part(area, 0, y, longest, 1), 0, 0,
                     sr_pane_style(session, SR_ROLE_TEXT), other->name);
        if (!verdict) {
            struct sr_entry *same;
            struct sr_error ignored;
            enum sr_status status = sr_session_model(session, other->name, &same, &ignored);
            sr_area_text(area, longest + 1, y++, sr_pane_style(session, SR_ROLE_FAINT),
                         status == SR_OK        ? "…"
                         : status == SR_PENDING ? "loading…"
                                                : "cannot be loaded");
            continue;
        }
        struct sr_text words = {0};
        int best = sr_pane_best(verdict, session->data->classes);
        struct sr_style style = sr_pane_style(session, sr_pane_verdict_role(best, truth));
        if (bar)
            sr_draw_bar(area, longest + 1, y, bar, (double)verdict[best], &session->look, style);
        sr_text_printf(&words, "%s %s, %.1f %%",
                       truth < 0       ? " "
                       : best == truth ? "✓"
                                       : "✗",
                       sr_pane_class(session, best), 100 * (double)verdict[best]);
        sr_area_text(area, longest + 1 + (bar ? bar + 1 : 0), y++, style, sr_text_get(&words));
        sr_text_fini(&words);
    }
    return y;
}

/* The augmentation that the model was trained with, or a usual one where it had none. */
static struct sr_augment augmentation(const struct sr_entry *entry, bool *own)
{
    const struct sr_args *params = entry && entry->model ? entry->model->params : NULL;
    *own = params && sr_args_has(params, "augment") && sr_args_switch(params, "augment");
    if (!*own) return (struct sr_augment){.flip = true, .shift = 2, .rotation = 10, .scale = 0.1};
    return sr_networks_augment(params);
}

/* A row of pictures under a title: the sample as augmentation changes it in each epoch of a
 * training.
 */
static void draw_versions(struct sr_session *session, struct sr_area area,
                          const struct sr_entry *entry, enum sr_file file, uint32_t row)
{
    const struct sr_images *images = &session->data->files[file];
    int high = area.height - 1 < 7 ? area.height - 1 : 7, wide = 2 * high;
    if (high < 4 || area.width < wide) return;
    bool own;
    struct sr_augment augment = augmentation(entry, &own);
    size_t pixels = sr_shape_size(images->shape);
    float *changed = sr_xalloc(pixels * sizeof *changed);
    uint8_t *grey = sr_xalloc(pixels);
    sr_area_printf(area, 0, 0, sr_pane_style(session, SR_ROLE_FAINT),
                   own ? "by the augmentation of %s" : "augmented%s", own ? entry->name : "");
    for (int k = 0; (k + 1) * (wide + 1) <= area.width + 1; k++) {
        sr_augment_image(&augment, 1, k + 1, row, sr_pane_pixels(session, file, row), images->shape,
                         changed);
        for (size_t i = 0; i < pixels; i++)
            grey[i] = (uint8_t)lroundf(255 * fminf(fmaxf(changed[i], 0), 1));
        sr_draw_image(sr_area_part(area, k * (wide + 1), 1, wide, high), &session->look, grey,
                      images->shape);
    }
    free(changed);
    free(grey);
}

/* The training images that are most similar to the sample, with their classes. */
static void draw_neighbours(struct sr_session *session, struct sr_area area,
                            const struct sr_closeup *closeup, int truth)
{
    const struct sr_images *train = sr_dataset_train(session->data);
    int high = area.height - 2 < 7 ? area.height - 2 : 7, wide = 2 * high;
    if (high < 4 || area.width < wide) return;
    struct sr_text title = {0};
    sr_text_add(&title, "nearest in train");
    if (!closeup)
        sr_text_add(&title, ": being looked for…");
    else if (area.width >= 30)
        sr_text_printf(&title, ", by %s", closeup->by[0] ? closeup->by : "pixels");
    sr_area_text(area, 0, 0, sr_pane_style(session, SR_ROLE_FAINT), sr_text_get(&title));
    sr_text_fini(&title);
    struct sr_short_name names[SR_CLASSES_MAX];
    sr_pane_short_names(session->data, wide, names);
    for (size_t k = 0;
         closeup && k < closeup->nearest.count && ((int)k + 1) * (wide + 1) <= area.width + 1;
         k++) {
        uint32_t row = closeup->nearest.rows[k];
        int x = (int)k * (wide + 1), label = train->labels[row];
        sr_draw_image(sr_area_part(area, x, 1, wide, high), &session->look,
                      sr_pane_pixels(session, SR_FILE_TRAIN, row), train->shape);
        sr_area_text(area, x, 1 + high, sr_pane_style(session, sr_pane_verdict_role(label, truth)),
                     names[label].text);
    }
}

/* Row, class and tags; then size and grey values, unless the class has taken that line. Returns the
 * line after them. */
static int draw_identity(struct sr_session *session, struct sr_area area, enum sr_file file,
                         uint32_t row)
{
    const struct sr_images *images = &session->data->files[file];
    const uint8_t *pixels = sr_pane_pixels(session, file, row);
    size_t count = sr_shape_size(images->shape), zeros = 0;
    uint64_t sum = 0;
    int brightest = 0, y = 0;
    for (size_t i = 0; i < count; i++) {
        sum += pixels[i];
        zeros += pixels[i] == 0;
        if (pixels[i] > brightest) brightest = pixels[i];
    }
    char id[32], zero[32], facts[96];
    sr_pane_id(id, sizeof id, file, row);
    sr_pane_percent(zero, sizeof zero, (double)zeros / (double)count);
    const struct sr_style title = sr_pane_style(session, SR_ROLE_TITLE);
    const char *label = sr_pane_label(session, file, row);
    const bool apart = sr_utf8_width(id) + 2 + sr_utf8_width(label) > area.width;
    int x = sr_area_text(area, 0, y, title, id);
    sr_area_cursor(area, 0, y);
    if (!apart) x = sr_area_text(area, x + 2, y, title, label);
    struct sr_text tags = {0};
    sr_session_tag_words(session, file, row, &tags);
    if (tags.length)
        sr_area_printf(area, x + 2, y, sr_pane_style(session, SR_ROLE_WARNING), "+ %s",
                       sr_text_get(&tags));
    sr_text_fini(&tags);
    y++;
    if (apart) {
        sr_area_text(area, 0, y++, title, label);
    } else if (area.height > 2) {
        snprintf(facts, sizeof facts, "%d×%d, mean %.1f, %s zero, at most %d", images->shape.width,
                 images->shape.height, (double)sum / (double)count, zero, brightest);
        sr_pane_parts(area, 0, y++, sr_pane_style(session, SR_ROLE_FAINT), facts);
    }
    return y + (area.height > 10);
}

/* What the model in the filter, or the one that is shown, says of the sample, and what the others
 * say. Returns the line after it. */
static int draw_facts(struct sr_session *session, struct sr_area area, enum sr_file file,
                      uint32_t row, const struct sr_closeup *closeup)
{
    const int truth = sr_images_label(&session->data->files[file], row);
    int y = draw_identity(session, area, file, row);
    struct sr_text title = {0}, text = {0};
    struct sr_entry *entry = sr_pane_model(session, session->selection.filter.model, &title, &text);
    const struct verdict verdict =
        entry ? verdict_of(session, entry, file, row, closeup) : (struct verdict){0};
    if (entry && !verdict.shown) sr_text_add(&text, "…");
    if (verdict.shown) {
        y += sr_pane_unfamiliar(session, area, y, &verdict);
        sr_pane_verdict_line(session, area, 0, y++, sr_pane_style(session, SR_ROLE_TITLE),
                             entry->name, &verdict, truth);
        sr_pane_set_words(session, &verdict, true, &text);
        if (text.length && area.height > y + session->data->classes)
            sr_area_text(area, 0, y++, sr_pane_style(session, SR_ROLE_TEXT), sr_text_get(&text));
        y += sr_pane_probabilities(session, sr_area_part(area, 0, y, area.width, area.height - y),
                                   verdict.shown, truth);
        if (area.height > y + (int)session->entry_count && area.width >= 40)
            sr_area_text(area, 0, y++, sr_pane_style(session, SR_ROLE_FAINT),
                         truth >= 0 ? "> predicted  * true" : "> predicted");
    } else {
        if (entry) sr_text_printf(&title, "%s", entry->name);
        y = sr_pane_paragraph(area, y, sr_pane_style(session, SR_ROLE_TITLE), sr_text_get(&title));
        y = sr_pane_paragraph(area, y, sr_pane_style(session, SR_ROLE_TEXT), sr_text_get(&text));
    }
    if (entry && session->entry_count > 1 && area.height > y) {
        if (area.height - y >= (int)session->entry_count) y++;
        y = draw_others(session, area, y, entry, file, row, closeup);
    }
    sr_text_fini(&title);
    sr_text_fini(&text);
    return y;
}

void browse_sample_draw(struct sr_session *session, const struct browse *browse,
                        struct sr_area area)
{
    enum sr_file file;
    uint32_t row;
    if (!sr_pane_sample(session, &file, &row)) return;
    const struct sr_images *images = &session->data->files[file];
    const struct sr_closeup *closeup;
    struct sr_error ignored;
    sr_session_closeup(session, file, row, &closeup, &ignored);
    int width, height;
    sr_image_cells(&session->look, images->shape, &width, &height);
    int room = area.width - 30 > area.width / 2 ? area.width - 30
                                                : area.width / 2; /* the rest is for words */
    int times = room / width < area.height / height ? room / width : area.height / height;
    if (times >= 1) {
        width *= times;
        height *= times;
    } else {
        double shrink = fmin((double)room / width, (double)area.height / height);
        width = (int)(width * shrink);
        height = (int)(height * shrink);
    }
    if (width < 6 || height < 3) width = -2;
    struct sr_area picture = sr_area_part(area, 1, 0, width, height);
    if (width > 0)
        sr_draw_image(picture, &session->look, sr_pane_pixels(session, file, row), images->shape);
    /* Under the picture a strip of other pictures; a second strip below the words where there is
     * room. */
    struct sr_entry *entry = session->entry_count
                                 ? sr_session_entry(session, session->selection.filter.model, NULL)
                                 : NULL;
    bool versions = browse->versions;
    int below = area.height - height,
        side = width > 0 && below >= 6 && area.width - width >= 46 ? 4 : 0;
    struct sr_area under = sr_area_part(area, 1, height, width + side, below);
    if (width > 0 && below >= 6) {
        if (versions)
            draw_versions(session, under, entry, file, row);
        else
            draw_neighbours(session, under, closeup, sr_images_label(images, row));
    }
    struct sr_area words =
        sr_area_part(area, width + side + 3, 0, area.width - width - side - 4, area.height);
    int y = draw_facts(session, words, file, row, closeup);
    if (area.height - y >= 9) {
        struct sr_area second = sr_area_part(words, 0, y + 1, words.width, area.height - y - 1);
        bool shown = width > 0 && below >= 6;
        if (versions == shown)
            draw_neighbours(session, second, closeup, sr_images_label(images, row));
        else
            draw_versions(session, second, entry, file, row);
    }
}

void browse_sample_describe(struct sr_session *session, const struct sr_entry *entry,
                            struct sr_text *text)
{
    enum sr_file file;
    uint32_t row;
    const struct sr_closeup *closeup;
    struct sr_error ignored;
    if (!sr_pane_sample(session, &file, &row) ||
        sr_session_closeup(session, file, row, &closeup, &ignored))
        return;
    for (size_t i = 0; i < closeup->verdicts; i++) {
        const float *verdict = sr_answer_shown(session, &closeup->verdict[i].answer);
        if (!verdict || (entry && !strcmp(entry->name, closeup->verdict[i].model))) continue;
        int best = sr_pane_best(verdict, session->data->classes);
        sr_text_printf(text, " %s predicts %s with %.1f %%.", closeup->verdict[i].model,
                       sr_pane_class(session, best), 100 * (double)verdict[best]);
    }
    sr_text_printf(text,
                   " Nearest in the train file by %s:", closeup->by[0] ? closeup->by : "pixels");
    for (size_t k = 0; k < closeup->nearest.count && k < 5; k++)
        sr_text_printf(text, "%s train:%u (%s)", k ? "," : "", (unsigned)closeup->nearest.rows[k],
                       sr_pane_class(session, sr_images_label(&session->data->files[SR_FILE_TRAIN],
                                                              closeup->nearest.rows[k])));
    sr_text_add(text, ".");
}
