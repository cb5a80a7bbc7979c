#include "plotly.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

struct sr_json *sr_plotly_json(const char *format, ...)
{
    char *text;
    struct sr_error error = {0};
    va_list list;
    va_start(list, format);
    if (vasprintf(&text, format, list) < 0) abort();
    va_end(list);
    struct sr_json *json = sr_json_parse(text, strlen(text), &error);
    if (!json) abort(); /* the JSON is written in this program */
    free(text);
    return json;
}

void sr_plotly_set_colour(struct sr_json *object, const char *key, sr_colour colour)
{
    char text[16];
    snprintf(text, sizeof text, "#%06x", (unsigned)colour & 0xFFFFFF);
    sr_json_set_text(object, key, text);
}

void sr_plotly_add_colour(struct sr_json *array, sr_colour colour)
{
    char text[16];
    snprintf(text, sizeof text, "#%06x", (unsigned)colour & 0xFFFFFF);
    sr_json_add_text(array, text);
}

/* As sr_text_add_escaped, but for quotes, which Plotly would show as entities. */
char *sr_plotly_escape(const char *text)
{
    struct sr_text out = {0};
    for (uint32_t code; (code = sr_utf8_next(&text));) {
        if (code == '&')
            sr_text_add(&out, "&amp;");
        else if (code == '<')
            sr_text_add(&out, "&lt;");
        else if (code == '>')
            sr_text_add(&out, "&gt;");
        else if (code == '\n')
            sr_text_add(&out, " ");
        else
            sr_text_add_glyph(&out, sr_printable(code));
    }
    return sr_text_take(&out);
}

void sr_plotly_set_text(struct sr_json *object, const char *key, const char *text)
{
    char *escaped = sr_plotly_escape(text ? text : "");
    sr_json_set_text(object, key, escaped);
    free(escaped);
}

void sr_plotly_set_texts(struct sr_json *object, const char *key, const char *const *texts,
                         size_t count)
{
    struct sr_json *array = sr_json_array();
    for (size_t i = 0; i < count; i++) {
        char *escaped = sr_plotly_escape(texts[i] ? texts[i] : "");
        sr_json_add_text(array, escaped);
        free(escaped);
    }
    sr_json_set(object, key, array);
}

void sr_plotly_begin(struct sr_plotly *plot, bool dark)
{
    const struct sr_theme *theme = sr_theme(dark);
    *plot = (struct sr_plotly){.traces = sr_json_array(),
                               .layout = sr_json_object(),
                               .notes = sr_json_array(),
                               .images = sr_json_array(),
                               .shapes = sr_json_array(),
                               .theme = theme};
    sr_plotly_set_colour(plot->layout, "paper_bgcolor", theme->paper);
    sr_plotly_set_colour(plot->layout, "plot_bgcolor", theme->paper);
    struct sr_json *font =
        sr_plotly_json("{\"family\": \"DejaVu Sans, Verdana, sans-serif\", \"size\": 13}");
    sr_plotly_set_colour(font, "color", theme->text);
    sr_json_set(plot->layout, "font", font);
    struct sr_json *ways = sr_json_array();
    for (int i = 0; i < SR_SERIES; i++) sr_plotly_add_colour(ways, theme->series[i]);
    sr_json_set(plot->layout, "colorway", ways);
    sr_json_set(plot->layout, "margin",
                sr_plotly_json("{\"l\": 70, \"r\": 30, \"t\": 70, \"b\": 60}"));
}

void sr_plotly_end(struct sr_plotly *plot, struct sr_text *out)
{
    struct sr_json *figure = sr_json_object();
    struct sr_text json = {0};
    sr_json_set(plot->layout, "annotations", plot->notes);
    sr_json_set(plot->layout, "images", plot->images);
    sr_json_set(plot->layout, "shapes", plot->shapes);
    sr_json_set(figure, "data", plot->traces);
    sr_json_set(figure, "layout", plot->layout);
    sr_json_print(figure, &json);
    /* "</script>" and "<!--" would break the script element; "<" occurs in strings only. */
    for (const char *at = sr_text_get(&json); *at;) {
        size_t length = strcspn(at, "<");
        sr_text_add_bytes(out, at, length);
        at += length;
        if (!*at) break;
        sr_text_add(out, "\\u003c");
        at++;
    }
    sr_text_fini(&json);
    sr_json_free(figure);
    *plot = (struct sr_plotly){.thumbnails = plot->thumbnails};
}

void sr_plotly_title(struct sr_plotly *plot, const char *title, const char *note)
{
    struct sr_json *object =
        sr_plotly_json("{\"x\": 0.01, \"xanchor\": \"left\", \"font\": {\"size\": 16}}");
    char *head = sr_plotly_escape(title ? title : ""), *below = sr_plotly_escape(note ? note : "");
    char *text = sr_xprintf("<b>%s</b>%s%s%s", head, *below ? "<br><sub>" : "", below,
                            *below ? "</sub>" : "");
    sr_json_set_text(object, "text", text);
    sr_json_set(plot->layout, "title", object);
    free(text);
    free(head);
    free(below);
}

struct sr_json *sr_plotly_note(struct sr_plotly *plot, const char *x_axis, const char *y_axis,
                               double x, double y, const char *text, const char *markup)
{
    struct sr_json *note = sr_plotly_json(
        "{\"showarrow\": false, \"xref\": \"%s\", \"yref\": \"%s\"}", x_axis, y_axis);
    char *escaped = sr_plotly_escape(text);
    char *whole = markup ? sr_xprintf("<%s>%s</%s>", markup, escaped, markup) : sr_xstrdup(escaped);
    sr_json_set_number(note, "x", x);
    sr_json_set_number(note, "y", y);
    sr_json_set_text(note, "text", whole);
    sr_json_add(plot->notes, note);
    free(whole);
    free(escaped);
    return note;
}

/* ---- axes ---- */

/* "xaxis", "xaxis2", ...; the first has no number. */
void sr_plotly_axis_key(char *out, size_t size, char axis, const char *word, size_t index)
{
    if (index)
        snprintf(out, size, "%c%s%zu", axis, word, index + 1);
    else
        snprintf(out, size, "%c%s", axis, word);
}

struct sr_json *sr_plotly_axis(struct sr_plotly *plot, char axis, size_t index, const char *name,
                               bool percent)
{
    char key[32], *title = name ? sr_xstrdup(name) : NULL;
    struct sr_json *object =
        sr_plotly_json("{\"zeroline\": false, \"ticks\": \"outside\", \"automargin\": true}");
    sr_plotly_set_colour(object, "gridcolor", plot->theme->grid);
    sr_plotly_set_colour(object, "linecolor", plot->theme->rule);
    sr_plotly_set_colour(object, "tickcolor", plot->theme->rule);
    if (percent) {
        /* The ticks have a % sign already. */
        char *unit = title ? strstr(title, " (%)") : NULL;
        if (unit) *unit = '\0';
        sr_json_set_text(object, "tickformat", ".0%");
    }
    if (title) {
        struct sr_json *words = sr_json_object();
        sr_plotly_set_text(words, "text", title);
        sr_json_set(object, "title", words);
    }
    sr_plotly_axis_key(key, sizeof key, axis, "axis", index);
    sr_json_set(plot->layout, key, object);
    free(title);
    return object;
}

void sr_plotly_place(struct sr_json *trace, size_t index)
{
    char axis[32];
    sr_plotly_axis_key(axis, sizeof axis, 'x', "", index);
    sr_json_set_text(trace, "xaxis", axis);
    sr_plotly_axis_key(axis, sizeof axis, 'y', "", index);
    sr_json_set_text(trace, "yaxis", axis);
}

void sr_plotly_panel_title(struct sr_plotly *plot, size_t index, const char *title)
{
    char x_axis[32], y_axis[32];
    sr_plotly_axis_key(x_axis, sizeof x_axis, 'x', "", index);
    sr_plotly_axis_key(y_axis, sizeof y_axis, 'y', "", index);
    strcat(x_axis, " domain");
    strcat(y_axis, " domain");
    struct sr_json *note = sr_plotly_note(plot, x_axis, y_axis, 0, 1, title, "b");
    sr_json_set_text(note, "xanchor", "left");
    sr_json_set_text(note, "yanchor", "bottom");
}

/* Ticks at whole numbers that stand for names. */
void sr_plotly_names(struct sr_json *axis, const char *const *names, size_t count)
{
    struct sr_json *values = sr_json_array();
    for (size_t i = 0; i < count; i++) sr_json_add_integer(values, (int64_t)i);
    sr_json_set_text(axis, "tickmode", "array");
    sr_json_set(axis, "tickvals", values);
    sr_plotly_set_texts(axis, "ticktext", names, count);
}

void sr_plotly_counting(struct sr_json *object, const char *key, size_t count)
{
    struct sr_json *values = sr_json_array();
    for (size_t i = 0; i < count; i++) sr_json_add_integer(values, (int64_t)i);
    sr_json_set(object, key, values);
}

void sr_plotly_panels(struct sr_plotly *plot, size_t count, size_t columns)
{
    sr_json_set(plot->layout, "grid",
                sr_plotly_json("{\"rows\": %zu, \"columns\": %zu, \"pattern\": \"independent\", "
                               "\"xgap\": %g, \"ygap\": 0.35}",
                               (count + columns - 1) / columns, columns,
                               columns > 3 ? 0.32 : 0.18));
}
