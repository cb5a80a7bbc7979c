/* form.c - the hyperparameters of a family as a form, made from their table.
 *
 * What has been changed is kept as words; they are parsed against the table whenever the form is
 * drawn, so that values that a recipe sets are shown, and no copy of them is kept. */
#include "form.h"
#include "sartor/base/memory.h"
#include "sartor/base/words.h"
#include "shared.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct sr_param sr_form_common[] = {
    {"name", SR_PARAM_TEXT, .help = "Name of the model (default: the family's)."},
    {"limit", SR_PARAM_INTEGER, .fallback = "0", .minimum = 0, .maximum = 1e9,
     .help = "Train on so many rows, drawn evenly from the classes; 0 for all."},
    {"seed", SR_PARAM_INTEGER, .minimum = 0, .maximum = 9e15,
     .help = "Seed of initial weights, order and augmentation (default: the option seed)."},
    {0},
};
enum { ROWS_MAX = 96 };

static void fini(void *state)
{
    sr_text_fini(&((struct form_state *)state)->values);
}

struct form_state *form_state(struct sr_session *session)
{
    static const struct sr_state_kind kind = {sizeof(struct form_state), NULL, fini};
    return sr_session_state(session, &kind);
}

/* The form as it follows from its state. */
struct form {
    struct form_state *state;
    const struct sr_model_class *class;
    const struct sr_param *rows[ROWS_MAX];
    int count;
    struct sr_words words; /* what has been changed */
    struct sr_args *args; /* of the family, with the values that the recipe sets; NULL when they are
                             not valid */
    struct sr_error error; /* why these values cannot be trained, if so */
};

static void form_fini(struct form *form)
{
    sr_words_fini(&form->words);
    sr_args_free(form->args);
}

/* The value of this parameter in the words; NULL when it is not among them. */
static const char *own_value(const struct form *form, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < form->words.count; i++)
        if (!strncmp(form->words.items[i], name, length) && form->words.items[i][length] == '=')
            return form->words.items[i] + length + 1;
    return NULL;
}

static bool is_common(const char *word)
{
    size_t length = strcspn(word, "=");
    for (const struct sr_param *param = sr_form_common; param->name; param++)
        if (strlen(param->name) == length && !strncmp(param->name, word, length)) return true;
    return false;
}

/* False when no form is open. */
static bool form_init(struct sr_session *session, struct form *form)
{
    struct form_state *state = form_state(session);
    *form = (struct form){.state = state};
    if (!state->open) return false;
    form->class = sr_model_class_find(state->family, NULL);
    if (!form->class) return false;
    form->rows[form->count++] = sr_form_common; /* the name first, the others last */
    const struct sr_param *tables[] = {form->class->params, sr_form_common + 1};
    for (int t = 0; t < 2; t++)
        for (const struct sr_param *param = tables[t];
             param && param->name && form->count < ROWS_MAX; param++)
            form->rows[form->count++] = param;
    const char *at = sr_text_get(&state->values);
    sr_words_split(&at, &form->words, &form->error);
    char *own[ROWS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < form->words.count && count < ROWS_MAX; i++)
        if (!is_common(form->words.items[i])) own[count++] = form->words.items[i];
    form->args =
        sr_args_parse(form->class->name, form->class->params, own, count, NULL, &form->error);
    if (form->args && form->class->resolve) {
        struct sr_args *resolved = sr_args_copy(form->args);
        if (form->class->resolve(resolved, &form->error))
            sr_args_free(resolved);
        else {
            sr_args_free(form->args);
            form->args = resolved;
        }
    }
    if (form->args && session->data && form->class->check && !form->error.status) {
        const struct sr_images *images = &session->data->files[SR_FILE_TRAIN];
        struct sr_model_shape shape = {images->shape, session->data->classes};
        form->class->check(form->args, &shape, session->split.counts[SR_SPLIT_TRAIN], &form->error);
    }
    if (state->list.at >= form->count) state->list.at = form->count - 1;
    if (state->list.at < 0) state->list.at = 0;
    return true;
}

/* The value as it stands. */
static const char *value_of(const struct sr_session *session, const struct form *form,
                            const struct sr_param *param)
{
    const char *own = own_value(form, param->name), *value = NULL;
    if (own) return own;
    if (is_common(param->name)) {
        if (!strcmp(param->name, "name")) return form->class->name;
        if (!strcmp(param->name, "seed")) return sr_args_text(session->options, "seed");
        return param->fallback ? param->fallback : "";
    }
    if (form->args && sr_args_has(form->args, param->name))
        value = sr_args_text(form->args, param->name);
    return value ? value : param->fallback ? param->fallback : "";
}

static void range_words(const struct sr_param *param, struct sr_text *text)
{
    if (param->type == SR_PARAM_CHOICE) {
        sr_text_add(text, "one of ");
        for (const char *at = param->choices; *at; at++) {
            if (*at == ' ')
                sr_text_add(text, ", ");
            else
                sr_text_add_bytes(text, at, 1);
        }
    } else if (param->type == SR_PARAM_SWITCH) {
        sr_text_add(text, "on or off");
    } else if (param->minimum < param->maximum && param->maximum < 1e15) {
        char low[16], high[16];
        snprintf(low, sizeof low, "%g", param->minimum);
        snprintf(high, sizeof high, "%g", param->maximum);
        sr_text_printf(text, "%s to %s", low, high);
    } else if (param->minimum < param->maximum) {
        sr_text_printf(text, "%g or more", param->minimum);
    }
}

/* What the command and the pane share */

void form_open(struct sr_session *session, const struct sr_model_class *class)
{
    struct form_state *state = form_state(session);
    if (strcmp(state->family, class->name)) {
        sr_text_clear(&state->values);
        state->list = (struct sr_scroller){0};
        state->list.at = class->params && class->params->name ? 1 : 0; /* recipe, mostly */
    }
    snprintf(state->family, sizeof state->family, "%s", class->name);
    state->open = true;
}

void sr_form_close(struct sr_session *session)
{
    form_state(session)->open = false;
}

const struct sr_model_class *sr_form_family(struct sr_session *session)
{
    const struct form_state *state = form_state(session);
    return state->open ? sr_model_class_find(state->family, NULL) : NULL;
}

const struct sr_param *sr_form_param(struct sr_session *session)
{
    struct form form;
    const struct sr_param *param =
        form_init(session, &form) && form.count ? form.rows[form.state->list.at] : NULL;
    form_fini(&form);
    return param;
}

void sr_form_value(struct sr_session *session, const char *name, struct sr_text *text)
{
    struct form form;
    if (form_init(session, &form))
        for (int i = 0; i < form.count; i++)
            if (!strcmp(form.rows[i]->name, name))
                sr_text_add(text, value_of(session, &form, form.rows[i]));
    form_fini(&form);
}

enum sr_status sr_form_set(struct sr_session *session, const char *name, const char *value,
                           struct sr_error *error)
{
    struct form form;
    enum sr_status status = SR_OK;
    struct sr_text line = {0}, word = {0};
    if (!form_init(session, &form)) {
        status = sr_error_set(error, SR_ERROR_STATE, "no form is open; form cnn opens one");
        goto out;
    }
    int at = -1;
    for (int i = 0; i < form.count; i++)
        if (!strcmp(form.rows[i]->name, name)) at = i;
    if (at < 0) {
        const char *names[ROWS_MAX];
        for (int i = 0; i < form.count; i++) names[i] = form.rows[i]->name;
        sr_text_suggest(&line, name, names, (size_t)form.count, sizeof *names);
        status = sr_error_set(error, SR_ERROR_ARGUMENT, "%s has no parameter \"%s\"%s",
                              form.class->name, name, sr_text_get(&line));
        goto out;
    }
    sr_text_printf(&word, "%s=%s", name, value ? value : "");
    if (value) { /* by itself, so that an error is about this value */
        char *words[] = {word.bytes};
        const struct sr_param *table = is_common(name) ? sr_form_common : form.class->params;
        struct sr_args *args = sr_args_parse(form.class->name, table, words, 1, NULL, error);
        if (!args) status = error->status;
        sr_args_free(args);
    }
    if (status) goto out;
    size_t length = strlen(name);
    for (size_t i = 0; i < form.words.count; i++) {
        if (!strncmp(form.words.items[i], name, length) && form.words.items[i][length] == '=')
            continue;
        if (line.length) sr_text_add(&line, " ");
        sr_words_quote(&line, form.words.items[i]);
    }
    if (value) {
        if (line.length) sr_text_add(&line, " ");
        sr_words_quote(&line, sr_text_get(&word));
    }
    sr_text_clear(&form.state->values);
    sr_text_add(&form.state->values, sr_text_get(&line));
    form.state->list.at = at;
out:
    form_fini(&form);
    sr_text_fini(&line);
    sr_text_fini(&word);
    return status;
}

/* The next of 1, 2, 5, 10, 20, ... or the one before. */
static double ladder(double value, int step)
{
    if (!(value > 0)) return step > 0 ? 0.001 : 0;
    double unit = pow(10, floor(log10(value) + 1e-9)), times = value / unit;
    static const double rungs[] = {0.5, 1, 2, 5, 10};
    if (step > 0) {
        for (int i = 0; i < 5; i++)
            if (rungs[i] > times * (1 + 1e-9)) return rungs[i] * unit;
    }
    for (int i = 4; i >= 0; i--)
        if (rungs[i] < times * (1 - 1e-9)) return rungs[i] * unit;
    return value;
}

/* The next multiple of a step of about a sixth of the value: 300 to 350, 64 to 70, 7 to 8. */
static double coarse(double value, int step)
{
    const double most = value / 6;
    double by = 1;
    while (by * 10 <= most) by *= 10;
    by *= by * 5 <= most ? 5 : by * 2 <= most ? 2 : 1;
    return step > 0 ? (floor(value / by) + 1) * by : (ceil(value / by) - 1) * by;
}

/* The choice before or after the present one, round the end. */
static void step_choice(const struct sr_param *param, const char *now, int step,
                        struct sr_text *next)
{
    struct sr_words words = {0};
    struct sr_error ignored;
    const char *at = param->choices;
    size_t found = 0;
    sr_words_split(&at, &words, &ignored);
    for (size_t i = 0; i < words.count; i++)
        if (!strcmp(words.items[i], now))
            found = (i + (step > 0 ? 1 : words.count - 1)) % words.count;
    if (words.count) sr_text_add(next, words.items[found]);
    sr_words_fini(&words);
}

enum sr_status sr_form_step(struct sr_session *session, int step, bool fine, struct sr_error *error)
{
    const struct sr_param *param = sr_form_param(session);
    struct sr_text now = {0}, next = {0};
    enum sr_status status = SR_OK;
    int64_t integer;
    double number, to;
    if (!param) return sr_error_set(error, SR_ERROR_STATE, "no form is open; form cnn opens one");
    sr_form_value(session, param->name, &now);
    if (param->type == SR_PARAM_SWITCH) {
        sr_text_add(&next, strcmp(sr_text_get(&now), "on") ? "on" : "off");
    } else if (param->type == SR_PARAM_CHOICE) {
        step_choice(param, sr_text_get(&now), step, &next);
    } else if (param->type == SR_PARAM_INTEGER && sr_parse_integer(sr_text_get(&now), &integer)) {
        to = fine ? (double)integer + step : coarse((double)integer, step);
        if (param->minimum < param->maximum) to = fmin(fmax(to, param->minimum), param->maximum);
        sr_text_printf(&next, "%.0f", to);
    } else if (param->type == SR_PARAM_NUMBER && sr_parse_double(sr_text_get(&now), &number)) {
        to = !fine ? ladder(number, step) : number + step * fmax(fabs(number), 1e-6) / 10;
        if (param->minimum < param->maximum) to = fmin(fmax(to, param->minimum), param->maximum);
        sr_text_printf(&next, fine ? "%.3g" : "%g", to);
    }
    if (next.length) status = sr_form_set(session, param->name, sr_text_get(&next), error);
    sr_text_fini(&now);
    sr_text_fini(&next);
    return status;
}

void sr_form_line(struct sr_session *session, struct sr_text *text)
{
    const struct form_state *state = form_state(session);
    sr_text_printf(text, "train %s", state->family);
    if (state->values.length) sr_text_printf(text, " %s", sr_text_get(&state->values));
}

/* The drawing */

void form_move(struct sr_session *session, enum sr_move move)
{
    struct form form;
    struct sr_error ignored;
    if (move == SR_MOVE_LEFT || move == SR_MOVE_RIGHT) {
        sr_form_step(session, move == SR_MOVE_LEFT ? -1 : 1, false,
                     &ignored); /* no error at an end: nothing changes */
        return;
    }
    if (form_init(session, &form)) sr_scroller_move(&form.state->list, move, form.count);
    form_fini(&form);
}

bool form_choose(struct sr_session *session, int value)
{
    struct form_state *state = form_state(session);
    bool again = state->list.at == value;
    state->list.at = value;
    return again;
}

/* Help, range and default of the parameter under the cursor. */
static void help_words(const struct sr_param *param, struct sr_text *text)
{
    struct sr_text range = {0};
    sr_text_printf(text, "%s: %s", param->name, param->help ? param->help : "");
    range_words(param, &range);
    if (range.length) sr_text_printf(text, " Takes %s.", sr_text_get(&range));
    if (param->fallback)
        sr_text_printf(text, " Default: %s.", *param->fallback ? param->fallback : "none");
    sr_text_fini(&range);
}

/* One parameter: its name, its value, where that comes from, what it is. */
static void draw_param(struct sr_session *session, struct sr_area area, const struct form *form,
                       const struct sr_param *param, bool here)
{
    const char *value = value_of(session, form, param);
    const bool changed = own_value(form, param->name) != NULL;
    const bool by_recipe = !changed && param->fallback && strcmp(value, param->fallback) != 0;
    const bool wide = area.width >= 60;
    const enum sr_role role = here        ? SR_ROLE_SELECTED
                              : changed   ? SR_ROLE_ACCENT
                              : by_recipe ? SR_ROLE_WARNING
                                          : SR_ROLE_TEXT;
    sr_area_text(area, 2, 0, sr_pane_style(session, here ? SR_ROLE_ACCENT : SR_ROLE_TEXT),
                 param->name);
    sr_area_printf(sr_area_part(area, 16, 0, wide ? 14 : area.width - 16, 1), 0, 0,
                   sr_pane_style(session, role), here ? "[%s]" : " %s", *value ? value : "–");
    if (here) sr_area_cursor(area, 17, 0);
    if (!wide) return;
    char mark[40] = "";
    if (changed && param->fallback && strcmp(value, param->fallback))
        snprintf(mark, sizeof mark, "was %.20s", param->fallback);
    else if ((changed && !param->fallback) || by_recipe)
        snprintf(mark, sizeof mark, changed ? "given" : "by recipe");
    const struct sr_style faint = sr_pane_style(session, SR_ROLE_FAINT);
    sr_area_text(sr_area_part(area, 31, 0, 11, 1), 0, 0, faint, mark);
    sr_pane_parts(area, 43, 0, faint, param->help ? param->help : "");
}

/* As many parameters as fit, around the cursor; with their number at the top where not all do.
 * Returns how many. */
static int draw_params(struct sr_session *session, struct sr_area area, int y, int lines,
                       const struct form *form)
{
    struct sr_scroller *list = &form->state->list;
    sr_scroller_follow(list, form->count, lines);
    int shown = 0;
    for (; shown < lines && list->top + shown < form->count; shown++)
        draw_param(session, sr_area_part(area, 0, y + shown, area.width, 1), form,
                   form->rows[list->top + shown], list->top + shown == list->at);
    sr_spots_add(session, area, (struct sr_spots){0, y, area.width, 1, 1, shown, list->top, 1});
    if (form->count > lines && area.height >= 6) {
        char range[32];
        snprintf(range, sizeof range, "%d–%d of %d", list->top + 1, list->top + shown, form->count);
        if (sr_utf8_width(form->class->name) + sr_utf8_width(form->class->title) + 28 < area.width)
            sr_pane_put_right(area, area.width - 1, 0, sr_pane_style(session, SR_ROLE_FAINT),
                              range);
    }
    return shown;
}

void form_draw(struct sr_session *session, struct sr_area area)
{
    struct form form;
    struct sr_text text = {0};
    if (!form_init(session, &form)) goto out;
    int y = 0;
    sr_text_printf(&text, "Train %s: %s", form.class->name, form.class->title);
    sr_area_text(area, 1, y++, sr_pane_style(session, SR_ROLE_TITLE), sr_text_get(&text));
    if (area.height >= 12) {
        sr_text_clear(&text);
        sr_form_line(session, &text);
        sr_area_text(area, 1, y++, sr_pane_style(session, SR_ROLE_ACCENT), sr_text_get(&text));
        y++;
    }
    int help = area.height >= 9 ? (area.width < 60 ? 3 : 2) : 0, wrong = form.error.status ? 1 : 0;
    int lines = area.height - y - help - (help > 0) - wrong;
    y += draw_params(session, area, y, lines < 1 ? 1 : lines, &form);
    if (help) {
        sr_text_clear(&text);
        help_words(form.rows[form.state->list.at], &text);
        y = sr_pane_paragraph(sr_area_part(area, 1, 0, area.width - 2, y + 1 + help), y + 1,
                              sr_pane_style(session, SR_ROLE_TEXT), sr_text_get(&text));
    }
    if (wrong && y < area.height) {
        sr_text_clear(&text);
        sr_text_printf(&text, "! %s", form.error.text);
        sr_area_text(area, 1, area.height - 1, sr_pane_style(session, SR_ROLE_BAD),
                     sr_text_get(&text));
    }
out:
    form_fini(&form);
    sr_text_fini(&text);
}

void form_describe(struct sr_session *session, struct sr_text *text)
{
    struct form form;
    if (form_init(session, &form)) {
        const struct sr_param *here = form.rows[form.state->list.at];
        sr_text_add(text, "Train: the form for ");
        sr_text_printf(text, "%s (%s). It stands for the command ", form.class->name,
                       form.class->title);
        sr_form_line(session, text);
        sr_text_printf(text, ". The cursor is on %s, now %s. ", here->name,
                       value_of(session, &form, here));
        help_words(here, text);
        if (form.error.status)
            sr_text_printf(text, " It cannot be trained so: %s", form.error.text);
        sr_text_add(text, "\n");
    }
    form_fini(&form);
}
