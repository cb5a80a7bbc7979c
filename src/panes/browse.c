/* browse.c - the samples of the selection as pictures, or one of them large. */
#include "browse.h"

#include <stdio.h>
#include <string.h>

#include "sartor/app/review.h"
#include "sartor/panes/show.h"

struct browse *browse_state(struct sr_session *session)
{
    static const struct sr_state_kind kind = {.size = sizeof(struct browse)};
    return sr_session_state(session, &kind);
}

/* How many samples the filter chooses from. */
static size_t whole_count(const struct sr_session *session)
{
    const struct sr_filter *filter = &session->selection.filter;
    const struct sr_images *files = session->data->files;
    return filter->everywhere ? files[SR_FILE_TRAIN].count + files[SR_FILE_TEST].count
                              : sr_session_samples(session, filter->split).count;
}

/* Filter words and counts: "split=test class=Shirt wrong            37 of 10,000, 12th". */
static void draw_heading(struct sr_session *session, struct sr_area area)
{
    const struct sr_selection *selection = &session->selection;
    char count[32], whole[32], place[32], right[112];
    sr_format_count(count, sizeof count, selection->count);
    sr_format_count(whole, sizeof whole, whole_count(session));
    sr_pane_ordinal(place, sizeof place, selection->at + 1);
    if (selection->count == 0)
        snprintf(right, sizeof right, "0 of %s", whole);
    else if (area.width >= 50)
        snprintf(right, sizeof right, "%s of %s, %s", count, whole, place);
    else
        snprintf(right, sizeof right, "%zu/%s", selection->at + 1, count);
    if (sr_selection_reviews(session) && selection->count && area.width >= 50)
        snprintf(right, sizeof right, "%zu of %s decided, %s", sr_selection_decided(session), count,
                 place);
    if (session->tag_count && selection->count && area.width >= 64) {
        size_t length = strlen(right);
        sr_format_count(count, sizeof count, session->tag_count);
        snprintf(right + length, sizeof right - length, ", %s tagged", count);
    }
    int from = area.width - sr_utf8_width(right) - 1;
    if (from < 0) from = 0;
    struct sr_text words = {0};
    sr_filter_print(session, &selection->filter, &words);
    sr_area_text(sr_area_part(area, 1, 0, from - 2, 1), 0, 0, sr_pane_style(session, SR_ROLE_TITLE),
                 sr_text_get(&words));
    sr_area_text(area, from, 0, sr_pane_style(session, SR_ROLE_ACCENT), right);
    sr_text_fini(&words);
}

static void draw(struct sr_session *session, struct sr_area area)
{
    struct sr_text title = {0}, text = {0};
    if (sr_pane_without_data(session, &title, &text)) {
        sr_pane_say(session, area, sr_text_get(&title), sr_text_get(&text));
    } else {
        draw_heading(session, area);
        struct sr_area rest = sr_area_part(area, 0, 1, area.width, area.height - 1);
        if (session->selection.count == 0) {
            sr_filter_print(session, &session->selection.filter, &title);
            sr_text_add(&text, "No sample fits: ");
            sr_text_add(&text, sr_text_get(&title));
            sr_text_clear(&title);
            sr_text_printf(&title,
                           "Press \\ for another filter, or type :browse split=%s for all of them.",
                           sr_split_names[session->selection.filter.split]);
            sr_pane_say(session, rest, sr_text_get(&text), sr_text_get(&title));
        } else if (rest.height > 0) {
            struct browse *browse = browse_state(session);
            if (browse->enlarged && browse->values)
                browse_values_draw(session, browse, rest);
            else if (browse->enlarged)
                browse_sample_draw(session, browse, rest);
            else
                browse_grid_draw(session, browse, rest);
        }
    }
    sr_text_fini(&title);
    sr_text_fini(&text);
}

static void move(struct sr_session *session, enum sr_move move)
{
    struct browse *browse = browse_state(session);
    size_t columns = browse->columns > 0 ? (size_t)browse->columns : 1;
    size_t lines = browse->grid.lines > 0 ? (size_t)browse->grid.lines : 1;
    bool up_or_down = move == SR_MOVE_UP || move == SR_MOVE_DOWN;
    if (browse->enlarged && browse->values && up_or_down && session->data)
        sr_scroller_turn(&browse->pixels, move, session->data->files[SR_FILE_TRAIN].shape.height);
    else if (browse->enlarged)
        sr_pane_walk(session, move, 1, 10);
    else
        sr_pane_walk(session, move, columns, columns * lines);
}

static bool choose(struct sr_session *session, int value)
{
    struct sr_selection *selection = &session->selection;
    if (value < 0 || (size_t)value >= selection->count) return false;
    bool again = selection->at == (size_t)value;
    selection->at = (size_t)value;
    return again;
}

static void enter(struct sr_session *session, struct sr_text *line)
{
    enum sr_file file;
    uint32_t row;
    char id[32];
    if (!sr_pane_sample(session, &file, &row)) return;
    sr_pane_id(id, sizeof id, file, row);
    if (browse_state(session)->enlarged)
        sr_text_add(line, "pane explain");
    else
        sr_text_printf(line, "show %s", id);
}

static void describe(struct sr_session *session, struct sr_text *text)
{
    if (sr_pane_without_data(session, text, text)) return;
    const struct sr_selection *selection = &session->selection;
    struct sr_text words = {0};
    char count[32], whole[32], place[32], id[32];
    sr_format_count(count, sizeof count, selection->count);
    sr_format_count(whole, sizeof whole, whole_count(session));
    sr_filter_print(session, &selection->filter, &words);
    sr_text_printf(text, "Browse: %s of %s samples fit %s.", count, whole, sr_text_get(&words));
    enum sr_file file;
    uint32_t row;
    if (sr_pane_sample(session, &file, &row)) {
        int truth = sr_images_label(&session->data->files[file], row);
        sr_pane_ordinal(place, sizeof place, selection->at + 1);
        sr_pane_id(id, sizeof id, file, row);
        sr_text_printf(text, " The cursor is on the %s, %s, %s%s%s.", place, id,
                       truth < 0 ? "" : "of class ", sr_pane_label(session, file, row),
                       browse_state(session)->enlarged ? ", shown large" : "");
        struct sr_entry *entry =
            session->entry_count ? sr_session_entry(session, selection->filter.model, NULL) : NULL;
        const struct verdict verdict =
            sr_pane_verdict(session, entry, sr_selection_split(session), file, row);
        if (verdict.shown) {
            int best = sr_pane_best(verdict.shown, session->data->classes);
            sr_pane_percent(count, sizeof count, (double)verdict.shown[best]);
            sr_text_printf(text, " %s predicts %s with %s, which is %s.", entry->name,
                           sr_pane_class(session, best), count, best == truth ? "right" : "wrong");
            struct sr_text set = {0};
            sr_pane_set_words(session, &verdict, true, &set);
            if (set.length) sr_text_printf(text, " %s.", sr_text_get(&set));
            sr_text_fini(&set);
        }
        struct sr_text tags = {0};
        sr_session_tag_words(session, file, row, &tags);
        if (tags.length) sr_text_printf(text, " It is %s.", sr_text_get(&tags));
        sr_text_fini(&tags);
        if (browse_state(session)->enlarged) browse_sample_describe(session, entry, text);
    }
    sr_text_add(text, "\n");
    sr_text_fini(&words);
}

static const char *mode(struct sr_session *session)
{
    const struct browse *browse = browse_state(session);
    return browse->labelling ? "label" : browse->enlarged ? "large" : NULL;
}

static bool back(struct sr_session *session)
{
    struct browse *browse = browse_state(session);
    if (browse->labelling) {
        browse->labelling = false;
        return true;
    }
    if (!browse->enlarged) return false;
    if (browse->values)
        browse->values = false;
    else
        browse->enlarged = false;
    return true;
}

static enum sr_status search(struct sr_session *session, const char *text, int step,
                             struct sr_error *error)
{
    struct browse *browse = browse_state(session);
    if (text) snprintf(browse->search, sizeof browse->search, "%s", text);
    if (!browse->search[0])
        return sr_error_set(error, SR_ERROR_STATE,
                            "nothing has been searched for yet; press / to type a text");
    return sr_session_search(session, browse->search, step, error);
}

static enum sr_status show_values(struct sr_session *session, struct sr_error *error)
{
    (void)error;
    struct browse *browse = browse_state(session);
    browse->values = !browse->values;
    return SR_OK;
}

/* Keys name classes from now on, or no longer. */
static enum sr_status label(struct sr_session *session, struct sr_error *error)
{
    (void)error;
    struct browse *browse = browse_state(session);
    browse->labelling = !browse->labelling;
    return SR_OK;
}

static enum sr_status show_versions(struct sr_session *session, struct sr_error *error)
{
    (void)error;
    struct browse *browse = browse_state(session);
    browse->versions = !browse->versions;
    return SR_OK;
}

/* The next larger or smaller size of the pictures. */
static enum sr_status resize(struct sr_session *session, int step, struct sr_error *error)
{
    static const char *const sizes[] = {"small", "natural", "large"};
    const char *now = sr_args_text(session->options, "thumbnails");
    int at = 0;
    while (at < 2 && strcmp(sizes[at], now)) at++;
    if (at + step < 0 || at + step > 2)
        return sr_error_set(error, SR_ERROR_STATE, "the pictures are as %s as they get", now);
    return sr_session_set(session, "thumbnails", sizes[at + step], error);
}

static enum sr_status show_larger(struct sr_session *session, struct sr_error *error)
{
    return resize(session, 1, error);
}

static enum sr_status show_smaller(struct sr_session *session, struct sr_error *error)
{
    return resize(session, -1, error);
}

static const struct sr_pane_action actions[] = {
    {"values", show_values}, {"label", label},          {"versions", show_versions},
    {"larger", show_larger}, {"smaller", show_smaller}, {0}};

void sr_browse_show(struct sr_session *session, bool enlarged)
{
    browse_state(session)->enlarged = enlarged;
    session->view.pane = &sr_pane_browse;
}

enum sr_status sr_browse_difference(struct sr_session *session, struct sr_filter *filter,
                                    const struct sr_entry *first, const struct sr_entry *second,
                                    struct sr_error *error)
{
    snprintf(filter->model, sizeof filter->model, "%s", first->name);
    snprintf(filter->beats, sizeof filter->beats, "%s", second->name);
    enum sr_status status = sr_session_select(session, filter, error);
    if (status) return status;
    sr_browse_show(session, false);
    if (!session->interactive) return SR_OK; /* the log of a script has the command itself */
    /* For a replay, which has no cursor. Not run as `browse`: that would make it the model that
     * Confusion shows. */
    struct sr_text line = {0};
    sr_text_add(&line, "browse ");
    sr_filter_print(session, filter, &line);
    sr_session_log(session, SR_LOG_COMMAND, sr_text_get(&line));
    sr_text_fini(&line);
    return SR_OK;
}

static const char *hints(struct sr_session *session)
{
    const struct browse *browse = browse_state(session);
    if (browse->labelling)
        return "0-9 a-z class  Enter suggested  K keep  D drop  U undo  Esc end  ? help";
    if (browse->enlarged && browse->values)
        return "h/l sample  j/k scroll  v picture  q back  ? help";
    return browse->enlarged
               ? "h/l sample  Enter explain  v values  u versions  q back  ? help"
               : "Enter enlarge  w wrong  a all  +/- size  \\ filter  : command  ? help";
}

const struct sr_pane sr_pane_browse = {
    .name = "browse",
    .title = "Browse",
    .hints = hints,
    .draw = draw,
    .move = move,
    .enter = enter,
    .choose = choose,
    .describe = describe,
    .mode = mode,
    .back = back,
    .order = sr_pane_order,
    .search = search,
    .actions = actions,
};
