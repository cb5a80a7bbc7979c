/* train_families.c - see train.h: the families to choose from, the checkpoints that can be gone on
 * from, and what is under the cursor. */
#include "train.h"

#include <stdio.h>
#include <string.h>

int train_family_count(void)
{
    int count = 0;
    while (sr_model_classes[count]) count++;
    return count;
}

/* The family that messages suggest first, then the others in the order of the registry. NULL
 * outside the list.
 */
const struct sr_model_class *train_family(int index)
{
    int first = 0, count = train_family_count();
    for (int i = 0; i < count; i++)
        if (sr_model_classes[i] == sr_model_class_suggested) first = i;
    if (index < 0 || index >= count) return NULL;
    return sr_model_classes[index == 0 ? first : index <= first ? index - 1 : index];
}

const struct sr_checkpoint *train_checkpoint(const struct sr_session *session, int index)
{
    const int at = index - train_family_count();
    return at >= 0 && (size_t)at < session->checkpoint_count ? &session->checkpoints[at] : NULL;
}

static void draw_family(struct sr_session *session, struct sr_area area,
                        const struct sr_model_class *class)
{
    struct sr_style text = sr_pane_style(session, SR_ROLE_TEXT),
                    faint = sr_pane_style(session, SR_ROLE_FAINT);
    int y = 0;
    char title[128];
    snprintf(title, sizeof title, "Enter opens its form, Enter again trains: train %s",
             class->name);
    sr_pane_parts(area, 0, y++, sr_pane_style(session, SR_ROLE_TITLE), title);
    if (!class->params || !class->params->name) return;
    for (const struct sr_param *param = class->params; param->name && y < area.height;
         param++, y++) {
        int x = sr_area_text(area, 2, y, text, param->name);
        if (param->fallback && *param->fallback)
            x = sr_area_printf(area, x, y, text, "=%s", param->fallback);
        x = x < 23 ? 24 : x + 2;
        if (param->help && x < area.width) sr_pane_parts(area, x, y, faint, param->help);
    }
}

/* What the checkpoint under the cursor is of, and what can be done with it. */
static void draw_checkpoint(struct sr_session *session, struct sr_area area,
                            const struct sr_checkpoint *checkpoint)
{
    struct sr_text words = {0};
    int y = sr_pane_paragraph(area, 0, sr_pane_style(session, SR_ROLE_TITLE),
                              "Enter goes on with this training, D deletes its checkpoint.");
    sr_args_print(checkpoint->params, true, &words);
    sr_text_printf(&words, " seed=%llu", (unsigned long long)checkpoint->seed);
    if (checkpoint->limit)
        sr_text_printf(&words, " limit=%llu", (unsigned long long)checkpoint->limit);
    sr_pane_paragraph(area, y, sr_pane_style(session, SR_ROLE_FAINT), sr_text_get(&words));
    sr_text_fini(&words);
}

static void draw_row(struct sr_session *session, struct sr_area area, int y, int index, bool here)
{
    const struct sr_style style = sr_pane_style(session, here ? SR_ROLE_SELECTED : SR_ROLE_TEXT),
                          faint = sr_pane_style(session, SR_ROLE_FAINT);
    const struct sr_model_class *family = train_family(index);
    const struct sr_checkpoint *checkpoint = train_checkpoint(session, index);
    if (here) sr_area_cursor(area, 1, y);
    if (family) {
        sr_area_printf(area, 0, y, style, here ? "[%s]" : " %s", family->name);
        if (area.width > 30) sr_area_printf(area, 10, y, style, "%s", family->title);
        if (area.width > 60) sr_pane_parts(area, 36, y, faint, family->help ? family->help : "");
    } else if (checkpoint) {
        struct sr_text words = {0};
        sr_area_printf(area, 0, y, style, here ? "[%s]" : " %s", checkpoint->id);
        sr_text_printf(&words, "checkpoint  %s  ", checkpoint->family);
        sr_checkpoint_print(checkpoint, &words);
        sr_text_add(&words, "  ");
        sr_checkpoint_print_age(checkpoint, &words);
        const int x = (int)strlen(checkpoint->id) + 2;
        sr_pane_parts(area, x < 10 ? 10 : x, y, here ? style : faint, sr_text_get(&words));
        sr_text_fini(&words);
    }
}

void train_families_draw(struct sr_session *session, struct train *train, struct sr_area area)
{
    const int count = train_family_count() + (int)session->checkpoint_count;
    if (train->family >= count) train->family = count - 1; /* a checkpoint has gone */
    int at = train->family, y = 0;
    const struct sr_model_class *class = train_family(at);
    const struct sr_checkpoint *checkpoint = train_checkpoint(session, at);
    if (area.height > 8) {
        const char *title = session->run_count     ? "Train another model"
                            : session->entry_count ? "Nothing has been trained in this session yet"
                                                   : "No model has been trained yet";
        char whole[96];
        snprintf(whole, sizeof whole, "%s. Choose a family, then Enter.", title);
        const char *const ways[] = {whole, "Choose a family, then Enter.", NULL};
        sr_area_text(area, 1, y, sr_pane_style(session, SR_ROLE_TITLE),
                     sr_pane_fitting(area.width - 2, ways));
        y += 2;
    }
    int room = area.height - y;
    train->families.at = at;
    sr_scroller_centre(&train->families, count, room);
    const int top = train->families.top;
    sr_spots_add(session, area,
                 (struct sr_spots){0, y, area.width, 1, 1, count - top < room ? count - top : room,
                                   (int)session->run_count + top, 1});
    for (int i = top; i < count && i - top < room; i++, y++) draw_row(session, area, y, i, i == at);
    if (y + 2 >= area.height) return;
    const struct sr_area below = sr_area_part(area, 1, y + 1, area.width - 1, area.height - y - 1);
    if (class)
        draw_family(session, below, class);
    else if (checkpoint)
        draw_checkpoint(session, below, checkpoint);
}
