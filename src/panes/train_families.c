/* train_families.c - see train.h: the families to choose from, and what the one under the cursor
 * takes. */
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

void train_families_draw(struct sr_session *session, struct train *train, struct sr_area area)
{
    int count = train_family_count(), at = train->family, y = 0;
    const struct sr_model_class *class = train_family(at);
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
    for (int i = top; i < count && i - top < room; i++, y++) {
        const struct sr_model_class *family = train_family(i);
        bool here = i == at;
        struct sr_style style = sr_pane_style(session, here ? SR_ROLE_SELECTED : SR_ROLE_TEXT);
        sr_area_printf(area, 0, y, style, here ? "[%s]" : " %s", family->name);
        if (here) sr_area_cursor(area, 1, y);
        if (area.width > 30) sr_area_printf(area, 10, y, style, "%s", family->title);
        if (area.width > 60)
            sr_pane_parts(area, 36, y, sr_pane_style(session, SR_ROLE_FAINT),
                          family->help ? family->help : "");
    }
    if (class && y + 2 < area.height)
        draw_family(session, sr_area_part(area, 1, y + 1, area.width - 1, area.height - y - 1),
                    class);
}
