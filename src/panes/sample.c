/* sample.c - see shared.h: the sample under the cursor, its probabilities by a model, and moves
 * through the selection. */
#include "shared.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/app/explanations.h"
#include "sartor/cells/draw.h"

bool sr_pane_sample(const struct sr_session *session, enum sr_file *file, uint32_t *row)
{
    const struct sr_selection *selection = &session->selection;
    if (!session->data || selection->at >= selection->count) return false;
    *file = sr_selection_file(selection, selection->at);
    *row = selection->rows[selection->at];
    return *row < session->data->files[*file].count;
}

const uint8_t *sr_pane_pixels(const struct sr_session *session, enum sr_file file, uint32_t row)
{
    const struct sr_images *images = &session->data->files[file];
    return sr_images_at(images, row);
}

const char *sr_pane_label(const struct sr_session *session, enum sr_file file, uint32_t row)
{
    const int truth = sr_images_label(&session->data->files[file], row);
    if (file != SR_FILE_PICTURES) return truth < 0 ? "" : sr_pane_class(session, truth);
    const char *path = sr_session_picture_path(session, row), *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

int sr_pane_best(const float *probabilities, int classes)
{
    int best = 0;
    for (int c = 1; c < classes; c++)
        if (probabilities[c] > probabilities[best]) best = c;
    return best;
}

static struct verdict of_answer(const struct sr_session *session, const struct sr_entry *entry,
                                const struct sr_answer *answer)
{
    return (struct verdict){entry->model, sr_answer_shown(session, answer), answer->raw,
                            answer->familiarity};
}

struct verdict sr_pane_verdict(const struct sr_session *session, const struct sr_entry *entry,
                               enum sr_split_name split, enum sr_file file, uint32_t row)
{
    if (!entry || !session->data || !entry->model ||
        entry->model->shape.classes != session->data->classes)
        return (struct verdict){0};
    const struct sr_answer *answer = sr_session_explained_answer(session, entry, file, row);
    if (answer) return of_answer(session, entry, answer);
    const struct sr_predicted *predicted = sr_session_predicted(session, entry, split);
    const struct sr_predictions *all = predicted ? &predicted->predictions : NULL;
    size_t at = all ? sr_predictions_find(all, row) : SIZE_MAX;
    if (at == SIZE_MAX) return (struct verdict){0};
    const size_t first = at * (size_t)all->classes;
    const double *shares = sr_session_familiarities_known(session, entry, split);
    return (struct verdict){entry->model, all->probabilities + first, predicted->raw + first,
                            shares ? shares[at] : NAN};
}

int sr_pane_verdict_line(const struct sr_session *session, struct sr_area area, int x, int y,
                         struct sr_style style, const char *name, const struct verdict *verdict,
                         int truth)
{
    const int best = sr_pane_best(verdict->shown, session->data->classes);
    const char *class = sr_pane_class(session, best);
    const char *mark = truth < 0 ? "" : best == truth ? " ✓" : " ✗";
    struct sr_text ways[5] = {{0}};
    char share[32];
    sr_pane_percent(share, sizeof share, (double)verdict->shown[best]);
    sr_text_printf(&ways[0], "%s: ", name);
    sr_pane_verdict_words(session, verdict, truth, &ways[0]);
    sr_text_printf(&ways[1], "%s: %s, %s%s", name, class, share, mark);
    sr_text_printf(&ways[2], "%s, %s%s", class, share, mark);
    sr_text_printf(&ways[3], "%s%s", class, mark);
    sr_text_add(&ways[4], class);
    const char *texts[6] = {0};
    for (int i = 0; i < 5; i++) texts[i] = sr_text_get(&ways[i]);
    x = sr_area_text(area, x, y, style, sr_pane_fitting(area.width - x, texts));
    for (int i = 0; i < 5; i++) sr_text_fini(&ways[i]);
    return x;
}

bool sr_pane_unfamiliar(const struct sr_session *session, struct sr_area area, int y,
                        const struct verdict *verdict)
{
    const struct sr_style style = sr_pane_style(session, SR_ROLE_WARNING);
    struct sr_text words = {0};
    sr_familiarity_words(verdict->familiarity, &words);
    const bool shown = words.length > 0;
    if (shown && sr_utf8_width(sr_text_get(&words)) <= area.width)
        sr_area_text(area, 0, y, style, sr_text_get(&words));
    else if (shown)
        sr_area_text(area, 0, y, style, area.width >= 11 ? "! unfamiliar" : "!");
    sr_text_fini(&words);
    return shown;
}

void sr_pane_verdict_words(const struct sr_session *session, const struct verdict *verdict,
                           int truth, struct sr_text *text)
{
    int best = sr_pane_best(verdict->shown, session->data->classes);
    char share[32];
    sr_pane_percent(share, sizeof share, (double)verdict->shown[best]);
    sr_text_printf(text, "%s, %s", sr_pane_class(session, best), share);
    if (truth >= 0) sr_text_add(text, best == truth ? "  ✓ right" : "  ✗ wrong");
}

enum sr_role sr_pane_verdict_role(int predicted, int truth)
{
    if (truth < 0) return SR_ROLE_TITLE;
    return predicted == truth ? SR_ROLE_GOOD : SR_ROLE_BAD;
}

void sr_pane_set_words(const struct sr_session *session, const struct verdict *verdict, bool always,
                       struct sr_text *text)
{
    bool members[SR_CLASSES_MAX];
    size_t size = sr_session_class_set(session, verdict->model, verdict->raw, members);
    if (!size || (size == 1 && !always)) return;
    sr_text_printf(text, "%s %% set: ", sr_args_text(session->options, "coverage"));
    sr_session_set_words(session, verdict->model, verdict->raw, members, text);
}

struct ranked {
    float share;
    int class;
};

static int by_share(const void *a, const void *b)
{
    const struct ranked *left = a, *right = b;
    if (left->share != right->share) return left->share > right->share ? -1 : 1;
    return left->class - right->class;
}

int sr_pane_probabilities(struct sr_session *session, struct sr_area area,
                          const float *probabilities, int truth)
{
    int classes = session->data->classes, lines = classes < area.height ? classes : area.height;
    if (lines <= 0 || area.width < 8) return 0;
    struct ranked order[SR_CLASSES_MAX];
    for (int c = 0; c < classes; c++) order[c] = (struct ranked){probabilities[c], c};
    if (lines < classes) qsort(order, (size_t)classes, sizeof *order, by_share);
    int best = sr_pane_best(probabilities, classes), longest = 1;
    for (int c = 0; c < classes; c++) {
        int width = sr_utf8_width(session->data->class_names[c]);
        if (width > longest) longest = width;
    }
    /* Where a bar of few cells would cut the names, there is none. */
    int name_width = area.width - 10 < longest + 4 ? area.width - 10 : longest;
    if (name_width > longest) name_width = longest;
    if (name_width < 3) name_width = 3;
    int bar = area.width - name_width - 12;
    if (bar < 4) bar = 0;
    if (bar > 40) bar = 40;
    struct sr_short_name names[SR_CLASSES_MAX];
    sr_pane_short_names(session->data, name_width, names);
    for (int y = 0; y < lines; y++) {
        int c = order[y].class;
        struct sr_style style = sr_pane_style(session, c == best ? sr_pane_verdict_role(best, truth)
                                                       : c == truth ? SR_ROLE_ACCENT
                                                                    : SR_ROLE_TEXT);
        sr_area_printf(area, 0, y, style, "%c%c%s", c == best ? '>' : ' ', c == truth ? '*' : ' ',
                       names[c].text);
        if (bar > 0)
            sr_draw_bar(area, name_width + 3, y, bar, order[y].share, &session->look, style);
        int x = bar > 0 ? name_width + 4 + bar : name_width + 3;
        sr_area_printf(area, x, y, style, "%5.1f %%", 100 * (double)order[y].share);
    }
    return lines;
}

enum sr_status sr_pane_order(struct sr_session *session, bool reverse, struct sr_text *said,
                             struct sr_error *error)
{
    struct sr_filter filter = session->selection.filter;
    if (reverse)
        filter.descending = !filter.descending;
    else
        filter.order = (enum sr_order)((filter.order + 1) % SR_ORDER_COUNT);
    if (filter.order == SR_ORDER_INDEX && filter.as < 0 && filter.right < 0 && !filter.beats[0])
        filter.model[0] = '\0';
    enum sr_status status = sr_session_select(session, &filter, error);
    if (status) return status;
    session->selection.at = 0;
    sr_text_printf(said, "sorted by %s%s\n", sr_order_names[filter.order],
                   filter.descending ? ", largest first" : "");
    return SR_OK;
}

void sr_pane_walk(struct sr_session *session, enum sr_move move, size_t row, size_t page)
{
    struct sr_selection *selection = &session->selection;
    if (selection->count == 0) return;
    size_t last = selection->count - 1, by = 0;
    bool back = false;
    if (row < 1) row = 1;
    if (page < row) page = row;
    switch (move) {
    case SR_MOVE_LEFT:
    case SR_MOVE_PREVIOUS:
        back = true;
        by = 1;
        break;
    case SR_MOVE_RIGHT:
    case SR_MOVE_NEXT:
        by = 1;
        break;
    case SR_MOVE_UP:
        back = true;
        by = row;
        break;
    case SR_MOVE_DOWN:
        by = row;
        break;
    case SR_MOVE_PAGE_UP:
        back = true;
        by = page;
        break;
    case SR_MOVE_PAGE_DOWN:
        by = page;
        break;
    case SR_MOVE_HALF_UP:
        back = true;
        by = page / row / 2 * row;
        break;
    case SR_MOVE_HALF_DOWN:
        by = page / row / 2 * row;
        break;
    case SR_MOVE_FIRST:
        selection->at = 0;
        return;
    case SR_MOVE_LAST:
        selection->at = last;
        return;
    case SR_MOVE_COUNT:
        return;
    }
    if (by == 0) by = row;
    size_t at = selection->at;
    /* Up from the first line and down from the last leave the cursor; pages go to the ends. */
    bool line = move == SR_MOVE_UP || move == SR_MOVE_DOWN;
    if (back)
        at = at >= by                                           ? at - by
             : line                                             ? at
             : move == SR_MOVE_LEFT || move == SR_MOVE_PREVIOUS ? 0
                                                                : at % row;
    else if (by <= last - at)
        at += by;
    else if (!line || last / row > at / row)
        at = last;
    selection->at = at;
}
