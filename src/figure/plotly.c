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
    if (!json) abort(); /* fragments are this program's own */
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
static char *escape(const char *text)
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

static void set_text(struct sr_json *object, const char *key, const char *text)
{
    char *escaped = escape(text ? text : "");
    sr_json_set_text(object, key, escaped);
    free(escaped);
}

void sr_plotly_set_texts(struct sr_json *object, const char *key, const char *const *texts,
                         size_t count)
{
    struct sr_json *array = sr_json_array();
    for (size_t i = 0; i < count; i++) {
        char *escaped = escape(texts[i] ? texts[i] : "");
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
    /* "</script>" and "<!--" would end or bend the element; the sign occurs inside strings only. */
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
    *plot = (struct sr_plotly){0};
}

void sr_plotly_title(struct sr_plotly *plot, const char *title, const char *note)
{
    struct sr_json *object =
        sr_plotly_json("{\"x\": 0.01, \"xanchor\": \"left\", \"font\": {\"size\": 16}}");
    char *head = escape(title ? title : ""), *below = escape(note ? note : "");
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
    char *escaped = escape(text);
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
static void axis_key(char *out, size_t size, char axis, const char *word, size_t index)
{
    if (index)
        snprintf(out, size, "%c%s%zu", axis, word, index + 1);
    else
        snprintf(out, size, "%c%s", axis, word);
}

static struct sr_json *set_axis(struct sr_plotly *plot, char axis, size_t index, const char *name,
                                bool percent)
{
    char key[32], *title = name ? sr_xstrdup(name) : NULL;
    struct sr_json *object =
        sr_plotly_json("{\"zeroline\": false, \"ticks\": \"outside\", \"automargin\": true}");
    sr_plotly_set_colour(object, "gridcolor", plot->theme->grid);
    sr_plotly_set_colour(object, "linecolor", plot->theme->rule);
    sr_plotly_set_colour(object, "tickcolor", plot->theme->rule);
    if (percent) {
        /* The ticks say "20 %" themselves. */
        char *unit = title ? strstr(title, " (%)") : NULL;
        if (unit) *unit = '\0';
        sr_json_set_text(object, "tickformat", ".0%");
    }
    if (title) {
        struct sr_json *words = sr_json_object();
        set_text(words, "text", title);
        sr_json_set(object, "title", words);
    }
    axis_key(key, sizeof key, axis, "axis", index);
    sr_json_set(plot->layout, key, object);
    free(title);
    return object;
}

/* Ticks at whole numbers that stand for names. */
static void set_names(struct sr_json *axis, const char *const *names, size_t count)
{
    struct sr_json *values = sr_json_array();
    for (size_t i = 0; i < count; i++) sr_json_add_integer(values, (int64_t)i);
    sr_json_set_text(axis, "tickmode", "array");
    sr_json_set(axis, "tickvals", values);
    sr_plotly_set_texts(axis, "ticktext", names, count);
}

static void set_counting(struct sr_json *object, const char *key, size_t count)
{
    struct sr_json *values = sr_json_array();
    for (size_t i = 0; i < count; i++) sr_json_add_integer(values, (int64_t)i);
    sr_json_set(object, key, values);
}

/* ---- charts ---- */

void sr_plotly_histogram(struct sr_plotly *plot, const void *data)
{
    const struct sr_histogram_chart *chart = data;
    double counts[256];
    for (int i = 0; i < 256; i++) counts[i] = chart->counts[i] ? (double)chart->counts[i] : NAN;
    struct sr_json *trace = sr_plotly_json(
        "{\"type\": \"bar\", \"hovertemplate\": \"%%{x}: %%{y:,} pixels<extra></extra>\"}");
    set_counting(trace, "x", 256);
    sr_json_set_numbers(trace, "y", counts, 256);
    sr_json_add(plot->traces, trace);
    set_axis(plot, 'x', 0, "grey value (0 black, 255 white)", false);
    struct sr_json *y =
        set_axis(plot, 'y', 0, chart->linear ? "pixels" : "pixels (logarithmic)", false);
    if (!chart->linear) sr_json_set_text(y, "type", "log");
    sr_json_set_number(plot->layout, "bargap", 0);
    sr_json_set_number(plot->layout, "height", 480);
    sr_plotly_title(plot, chart->title, chart->note);
}

void sr_plotly_bars(struct sr_plotly *plot, const void *data)
{
    const struct sr_bars_chart *chart = data;
    const char *format = chart->percent ? ".2%" : ".4g";
    for (size_t s = 0; s < chart->count; s++) {
        const struct sr_bars_series *series = &chart->series[s];
        struct sr_json *trace =
            chart->dots
                ? sr_plotly_json(
                      "{\"type\": \"scatter\", \"mode\": \"markers\", \"marker\": {\"size\": 10}}")
                : sr_plotly_json("{\"type\": \"bar\", \"orientation\": \"h\"}");
        char *hover = sr_xprintf("%%{text}: %%{x:%s}<extra>%%{fullData.name}</extra>", format);
        sr_json_set_text(trace, "hovertemplate", hover);
        free(hover);
        set_text(trace, "name", series->label);
        sr_json_set_numbers(trace, "x", series->values, chart->items);
        set_counting(trace, "y", chart->items);
        sr_plotly_set_texts(trace, "text", chart->names, chart->items);
        if (!chart->dots) sr_json_set_text(trace, "textposition", "none");
        if (series->low && series->high) {
            struct sr_json *bars = sr_plotly_json("{\"type\": \"data\", \"symmetric\": false}");
            double *above = sr_xalloc(2 * (chart->items + 1) * sizeof *above),
                   *below = above + chart->items;
            for (size_t i = 0; i < chart->items; i++) {
                above[i] = series->high[i] - series->values[i];
                below[i] = series->values[i] - series->low[i];
            }
            sr_json_set_numbers(bars, "array", above, chart->items);
            sr_json_set_numbers(bars, "arrayminus", below, chart->items);
            sr_json_set(trace, "error_x", bars);
            free(above);
        }
        sr_json_add(plot->traces, trace);
    }
    set_axis(plot, 'x', 0, chart->value_label, chart->percent);
    struct sr_json *y = set_axis(plot, 'y', 0, NULL, false);
    set_names(y, chart->names, chart->items);
    sr_json_set(y, "range", sr_plotly_json("[%g, -0.5]", (double)chart->items - 0.5));
    sr_json_set_bool(plot->layout, "showlegend", chart->count > 1);
    sr_json_set_text(plot->layout, "barmode", "group");
    sr_json_set_number(plot->layout, "height",
                       170 + (double)chart->items *
                                 (chart->dots ? 40 : 14 + 14 * (double)chart->count));
    sr_plotly_title(plot, chart->title, chart->note);
}

/* Rows of panels, about twice as many across as down. */
static size_t panel_columns(size_t count, bool compact)
{
    if (!compact) return count < 2 ? 1 : 2;
    size_t columns = (size_t)ceil(sqrt(2.2 * (double)count)),
           rows = (count + columns - 1) / columns;
    return (count + rows - 1) / rows; /* rows of about the same length */
}

static void set_grid(struct sr_plotly *plot, size_t count, size_t columns)
{
    sr_json_set(plot->layout, "grid",
                sr_plotly_json("{\"rows\": %zu, \"columns\": %zu, \"pattern\": \"independent\", "
                               "\"xgap\": %g, \"ygap\": 0.35}",
                               (count + columns - 1) / columns, columns,
                               columns > 3 ? 0.32 : 0.18));
}

/* Does another curve of that label and group come before this one? Then the legend has it already.
 */
static bool in_legend(const struct sr_curves_chart *chart, size_t panel, size_t curve)
{
    const struct sr_curve *wanted = &chart->panels[panel].curves[curve];
    for (size_t p = 0; p <= panel; p++)
        for (size_t c = 0; c < chart->panels[p].count && (p < panel || c < curve); c++) {
            const struct sr_curve *other = &chart->panels[p].curves[c];
            if (other->group == wanted->group && other->dashed == wanted->dashed &&
                !strcmp(other->label ? other->label : "", wanted->label ? wanted->label : ""))
                return true;
        }
    return false;
}

static bool has_solid_twin(const struct sr_curves_panel *panel, const struct sr_curve *curve)
{
    for (size_t c = 0; c < panel->count; c++)
        if (!panel->curves[c].dashed && panel->curves[c].group == curve->group &&
            !strcmp(panel->curves[c].label ? panel->curves[c].label : "",
                    curve->label ? curve->label : ""))
            return true;
    return false;
}

static void add_band(struct sr_plotly *plot, const struct sr_curve *curve, size_t panel,
                     sr_colour colour)
{
    double *x = sr_xalloc(4 * (curve->count + 1) * sizeof *x), *y = x + 2 * curve->count;
    size_t made = 0;
    for (size_t i = 0; i < 2 * curve->count; i++) {
        bool back = i >= curve->count;
        size_t at = back ? 2 * curve->count - 1 - i : i;
        if (!isfinite(curve->low[at]) || !isfinite(curve->high[at])) continue;
        x[made] = curve->x[at];
        y[made++] = back ? curve->low[at] : curve->high[at];
    }
    char axis[32];
    struct sr_json *band =
        sr_plotly_json("{\"type\": \"scatter\", \"mode\": \"lines\", \"fill\": \"toself\", "
                       "\"hoverinfo\": \"skip\", "
                       "\"showlegend\": false, \"line\": {\"width\": 0}, \"legendgroup\": \"%d\", "
                       "\"fillcolor\": \"rgba(%u, %u, %u, 0.18)\"}",
                       curve->group, (unsigned)colour >> 16 & 255, (unsigned)colour >> 8 & 255,
                       (unsigned)colour & 255);
    sr_json_set_numbers(band, "x", x, made);
    sr_json_set_numbers(band, "y", y, made);
    axis_key(axis, sizeof axis, 'x', "", panel);
    sr_json_set_text(band, "xaxis", axis);
    axis_key(axis, sizeof axis, 'y', "", panel);
    sr_json_set_text(band, "yaxis", axis);
    sr_json_add(plot->traces, band);
    free(x);
}

static void add_curve(struct sr_plotly *plot, const struct sr_curves_chart *chart, size_t p,
                      size_t c)
{
    const struct sr_curves_panel *panel = &chart->panels[p];
    const struct sr_curve *curve = &panel->curves[c];
    sr_colour colour = plot->theme->series[(curve->group % SR_SERIES + SR_SERIES) % SR_SERIES];
    if (curve->low && curve->high) add_band(plot, curve, p, colour);
    char axis[32];
    struct sr_json *trace = sr_plotly_json(
        "{\"type\": \"scatter\", \"mode\": \"%s\", \"legendgroup\": \"%d\", \"connectgaps\": "
        "false}",
        curve->bare || curve->count > 60 || (curve->dashed && curve->count > 1) ? "lines"
                                                                                : "lines+markers",
        curve->group);
    struct sr_json *line =
        sr_plotly_json("{\"width\": %g, \"dash\": \"%s\"}", curve->dashed ? 1.5 : 2.2,
                       curve->dashed ? "dash" : "solid");
    sr_plotly_set_colour(line, "color", colour);
    sr_json_set(trace, "line", line);
    char *name = curve->dashed && has_solid_twin(panel, curve)
                     ? sr_xprintf("%s, training", curve->label ? curve->label : "")
                     : sr_xstrdup(curve->label ? curve->label : "");
    set_text(trace, "name", name);
    free(name);
    char *hover = sr_xprintf("%%{x%s}: %%{y:%s}<extra>%%{fullData.name}</extra>",
                             chart->x_percent ? ":.2%" : "", panel->percent ? ".2%" : ".4f");
    sr_json_set_text(trace, "hovertemplate", hover);
    free(hover);
    sr_json_set_bool(trace, "showlegend", !in_legend(chart, p, c));
    sr_json_set_numbers(trace, "x", curve->x, curve->count);
    sr_json_set_numbers(trace, "y", curve->y, curve->count);
    axis_key(axis, sizeof axis, 'x', "", p);
    sr_json_set_text(trace, "xaxis", axis);
    axis_key(axis, sizeof axis, 'y', "", p);
    sr_json_set_text(trace, "yaxis", axis);
    sr_json_add(plot->traces, trace);
}

void sr_plotly_curves(struct sr_plotly *plot, const void *data)
{
    const struct sr_curves_chart *chart = data;
    size_t columns = panel_columns(chart->count, chart->compact),
           rows = chart->count ? (chart->count + columns - 1) / columns : 1;
    bool titled = false;
    for (size_t p = 0; p < chart->count; p++) {
        const struct sr_curves_panel *panel = &chart->panels[p];
        /* Names of axes once for many panels: at the left, and at the bottom. */
        bool left = !chart->compact || p % columns == 0,
             bottom = !chart->compact || p + columns >= chart->count;
        struct sr_json *x =
            set_axis(plot, 'x', p, bottom ? chart->x_label : NULL, chart->x_percent);
        struct sr_json *y = set_axis(plot, 'y', p, left ? panel->y_label : NULL, panel->percent);
        if (panel->logarithmic) sr_json_set_text(y, "type", "log");
        if (chart->x_unit) sr_json_set(x, "range", sr_plotly_json("[0, 1]"));
        if (panel->unit) sr_json_set(y, "range", sr_plotly_json("[0, 1.02]"));
        for (size_t c = 0; c < panel->count; c++) add_curve(plot, chart, p, c);
        if (panel->title) {
            titled = true;
            char x_axis[48], y_axis[48];
            axis_key(x_axis, sizeof x_axis, 'x', "", p);
            axis_key(y_axis, sizeof y_axis, 'y', "", p);
            strcat(x_axis, " domain");
            strcat(y_axis, " domain");
            struct sr_json *note = sr_plotly_note(plot, x_axis, y_axis, 0, 1, panel->title, "b");
            sr_json_set_text(note, "xanchor", "left");
            sr_json_set_text(note, "yanchor", "bottom");
        }
    }
    if (chart->count > 1) set_grid(plot, chart->count, columns);
    /* The legend stands above the panels' titles. */
    const double above = 120, below = 85, panels = (double)rows * (chart->compact ? 195 : 350);
    sr_json_set_number(plot->layout, "height", above + panels + below);
    sr_json_set(
        plot->layout, "legend",
        sr_plotly_json("{\"orientation\": \"h\", \"y\": %g, \"yanchor\": \"bottom\", \"x\": 0}",
                       1 + (titled ? 26 : 8) / panels));
    sr_json_set(plot->layout, "margin",
                sr_plotly_json("{\"l\": 70, \"r\": 40, \"t\": %g, \"b\": %g}", above, below));
    sr_plotly_title(plot, chart->title, NULL);
}

/* One matrix as two heat maps, of what is right and of what is wrong, by the root of the share. */
static void add_matrix(struct sr_plotly *plot, const struct sr_confusion_chart *chart, size_t index,
                       bool last)
{
    int n = chart->classes;
    char axis[32];
    for (int wrong = 0; wrong < 2; wrong++) {
        struct sr_json *trace =
            sr_plotly_json("{\"type\": \"heatmap\", \"zmin\": 0, \"zmax\": 1, \"hoverinfo\": "
                           "\"text\", \"xgap\": 1, "
                           "\"ygap\": 1, \"hoverongaps\": false, \"showscale\": %s}",
                           last ? "true" : "false");
        struct sr_json *scale = sr_json_array(), *rows = sr_json_array(), *texts = sr_json_array();
        for (int end = 0; end < 2; end++) {
            struct sr_json *stop = sr_json_array();
            sr_json_add_integer(stop, end);
            sr_plotly_add_colour(stop, end ? (wrong ? plot->theme->wrong : plot->theme->good)
                                           : plot->theme->paper);
            sr_json_add(scale, stop);
        }
        for (int r = 0; r < n; r++) {
            struct sr_json *row = sr_json_array(), *text = sr_json_array();
            for (int c = 0; c < n; c++) {
                const uint64_t sum = sr_confusion_whole(chart, r, c);
                double share = sum ? (double)chart->matrix[r * n + c] / (double)sum : 0;
                char *true_name = escape(chart->names[r]), *other = escape(chart->names[c]);
                char *hover = sr_xprintf("true %s, predicted %s: %llu (%.2f %%)", true_name, other,
                                         (unsigned long long)chart->matrix[r * n + c], 100 * share);
                sr_json_add_number(row, (r != c) == wrong ? sqrt(share) : NAN);
                sr_json_add_text(text, hover);
                free(hover);
                free(true_name);
                free(other);
            }
            sr_json_add(rows, row);
            sr_json_add(texts, text);
        }
        sr_json_set(trace, "colorscale", scale);
        sr_json_set(trace, "z", rows);
        sr_json_set(trace, "text", texts);
        sr_json_set(
            trace, "colorbar",
            sr_plotly_json("{\"title\": {\"text\": \"%s\", \"side\": \"right\"}, \"thickness\": "
                           "12, \"x\": %g, "
                           "\"tickvals\": [0, 0.1, 0.2236, 0.3162, 0.5, 0.7071, 1], "
                           "\"ticktext\": [\"0\", \"1\", \"5\", \"10\", \"25\", \"50\", \"100\"]}",
                           wrong ? (chart->of_predicted ? "wrong, % of the predicted class"
                                                        : "wrong, % of the true class")
                                 : (chart->of_predicted ? "right, % of the predicted class"
                                                        : "right, % of the true class"),
                           wrong ? 1.12 : 1.01));
        axis_key(axis, sizeof axis, 'x', "", index);
        sr_json_set_text(trace, "xaxis", axis);
        axis_key(axis, sizeof axis, 'y', "", index);
        sr_json_set_text(trace, "yaxis", axis);
        sr_json_add(plot->traces, trace);
    }
    struct sr_json *x = set_axis(plot, 'x', index, "predicted class", false),
                   *y = set_axis(plot, 'y', index, "true class", false);
    set_names(x, chart->names, (size_t)n);
    set_names(y, chart->names, (size_t)n);
    sr_json_set(y, "range", sr_plotly_json("[%g, -0.5]", n - 0.5));
    sr_json_set(x, "range", sr_plotly_json("[-0.5, %g]", n - 0.5));
    sr_json_set_bool(x, "showgrid", false);
    sr_json_set_bool(y, "showgrid", false);
    char x_axis[48], y_axis[48];
    axis_key(x_axis, sizeof x_axis, 'x', "", index);
    axis_key(y_axis, sizeof y_axis, 'y', "", index);
    for (int r = 0; n <= 25 && r < n; r++) {
        for (int c = 0; c < n; c++) {
            const uint64_t sum = sr_confusion_whole(chart, r, c);
            char text[32];
            uint64_t count = chart->matrix[r * n + c];
            double share = sum ? (double)count / (double)sum : 0;
            if (!count) continue;
            if (chart->shares)
                sr_number(text, sizeof text, 100 * share, 1);
            else
                snprintf(text, sizeof text, "%llu", (unsigned long long)count);
            struct sr_json *note = sr_plotly_note(plot, x_axis, y_axis, c, r, text, NULL);
            sr_colour back = sr_colour_mix(
                plot->theme->paper, r == c ? plot->theme->good : plot->theme->wrong, sqrt(share));
            struct sr_json *font = sr_plotly_json("{\"size\": 11}");
            sr_plotly_set_colour(font, "color", sr_colour_contrast(back));
            sr_json_set(note, "font", font);
        }
    }
}

void sr_plotly_confusions(struct sr_plotly *plot, const void *data)
{
    const struct sr_confusions_chart *both = data;
    int most = 1;
    for (size_t i = 0; i < both->count; i++) {
        add_matrix(plot, &both->charts[i], i, i + 1 == both->count);
        most = both->charts[i].classes > most ? both->charts[i].classes : most;
        if (both->count < 2) continue;
        char x_axis[48], y_axis[48];
        axis_key(x_axis, sizeof x_axis, 'x', "", i);
        axis_key(y_axis, sizeof y_axis, 'y', "", i);
        strcat(x_axis, " domain");
        strcat(y_axis, " domain");
        struct sr_json *note =
            sr_plotly_note(plot, x_axis, y_axis, 0, 1, both->charts[i].title, "b");
        sr_json_set_text(note, "xanchor", "left");
        sr_json_set_text(note, "yanchor", "bottom");
    }
    if (both->count > 1) set_grid(plot, both->count, both->count);
    double side = fmin(both->count > 1 ? 560 : 900, 220 + 44.0 * most);
    sr_json_set_number(plot->layout, "height", side);
    sr_json_set_number(plot->layout, "width", both->count > 1 ? 1150 : 160 + side);
    if (both->count == 1) sr_plotly_title(plot, both->charts[0].title, both->charts[0].note);
}

void sr_plotly_confusion(struct sr_plotly *plot, const void *data)
{
    struct sr_confusions_chart one = {data, 1};
    sr_plotly_confusions(plot, &one);
}

/* A rectangle or a path of the diagram, in the units of the first axes. */
static void add_shape(struct sr_plotly *plot, struct sr_json *shape, sr_colour line,
                      const sr_colour *fill)
{
    struct sr_json *stroke = sr_plotly_json("{\"width\": 1.5}");
    sr_plotly_set_colour(stroke, "color", line);
    sr_json_set(shape, "line", stroke);
    if (fill) sr_plotly_set_colour(shape, "fillcolor", *fill);
    sr_json_add(plot->shapes, shape);
}

static void add_word(struct sr_plotly *plot, double x, double y, const char *text,
                     const char *markup)
{
    struct sr_json *note = sr_plotly_note(plot, "paper", "y", x, y, text, markup);
    sr_json_set_text(note, "xanchor", "left");
}

/* The diagram as in the drawing: blocks as wide as they have channels and as high as their image,
 * bows for what is added further down; beside each its name, output and parameters. */
void sr_plotly_network(struct sr_plotly *plot, const void *data)
{
    const struct sr_network_chart *chart = data;
    const double names = 0.31, shapes = 0.58, bars = 0.74;
    struct sr_json *bar =
        sr_plotly_json("{\"type\": \"bar\", \"orientation\": \"h\", \"textposition\": \"outside\", "
                       "\"cliponaxis\": false, "
                       "\"xaxis\": \"x2\", \"width\": 0.4, \"hoverinfo\": \"skip\"}");
    struct sr_json *spot = sr_plotly_json(
        "{\"type\": \"scatter\", \"mode\": \"markers\", \"marker\": {\"size\": 22, \"opacity\": 0, "
        "\"symbol\": \"square\"}, \"hovertemplate\": \"%%{text}<extra></extra>\"}");
    struct sr_json *numbers = sr_json_array(), *counts = sr_json_array(),
                   *colours = sr_json_array(), *middles = sr_json_array();
    char **words = sr_xalloc((chart->count + 1) * sizeof *words);
    uint64_t total = 0, most = 1;
    int tallest = 1;
    for (size_t i = 0; i < chart->count; i++) {
        total += chart->blocks[i].parameters;
        most = chart->blocks[i].parameters > most ? chart->blocks[i].parameters : most;
        tallest = chart->blocks[i].height > tallest ? chart->blocks[i].height : tallest;
    }
    if (chart->count > 1)
        add_shape(plot,
                  sr_plotly_json("{\"type\": \"line\", \"layer\": \"below\", \"x0\": 0, \"x1\": 0, "
                                 "\"y0\": 0, \"y1\": %zu}",
                                 chart->count - 1),
                  plot->theme->rule, NULL);
    for (size_t i = 0; i < chart->count; i++) {
        const struct sr_block *block = &chart->blocks[i];
        const sr_colour colour = sr_block_colour(plot->theme, block->kind);
        const double half = fmin(1, 0.07 + 0.09 * log2(1 + fmax(1, block->channels))),
                     y = (double)i;
        const bool plate = block->kind == SR_BLOCK_ACTIVATION || block->kind == SR_BLOCK_DROPOUT ||
                           block->kind == SR_BLOCK_NORM;
        const double high = plate || block->height <= 0
                                ? 0.1
                                : fmax(0.1, 0.4 * sqrt((double)block->height / tallest));
        char output[96], count[32];
        if (block->skip >= 0 && (size_t)block->skip < i)
            add_shape(
                plot,
                sr_plotly_json(
                    "{\"type\": \"path\", \"path\": \"M -1.05 %d C -1.4 %d -1.4 %zu -1.05 %zu\"}",
                    block->skip, block->skip, i, i),
                sr_block_colour(plot->theme, SR_BLOCK_ADD), NULL);
        add_shape(
            plot,
            sr_plotly_json("{\"type\": \"rect\", \"x0\": %g, \"x1\": %g, \"y0\": %g, \"y1\": %g}",
                           -half, half, y - high, y + high),
            colour, &colour);
        sr_block_shape(block, output, sizeof output);
        sr_format_count(count, sizeof count, block->parameters);
        add_word(plot, names, y, block->name, NULL);
        add_word(plot, shapes, y, output, NULL);
        words[i] = sr_xprintf("%s: output %s, %s parameters", block->name, output, count);
        sr_json_add_integer(numbers, (int64_t)block->parameters);
        sr_json_add_text(counts, block->parameters ? count : "");
        sr_plotly_add_colour(colours, colour);
        sr_json_add_integer(middles, 0);
    }
    struct sr_json *marker = sr_json_object();
    sr_json_set(marker, "color", colours);
    sr_json_set(bar, "marker", marker);
    sr_json_set(bar, "x", numbers);
    sr_json_set(bar, "text", counts);
    set_counting(bar, "y", chart->count);
    sr_json_set(spot, "x", middles);
    set_counting(spot, "y", chart->count);
    sr_plotly_set_texts(spot, "text", (const char *const *)words, chart->count);
    sr_json_add(plot->traces, spot);
    sr_json_add(plot->traces, bar);
    add_word(plot, names, -1, "layer", "b");
    add_word(plot, shapes, -1, "output", "b");
    add_word(plot, bars, -1, "parameters", "b");
    sr_json_set(plot->layout, "xaxis",
                sr_plotly_json("{\"visible\": false, \"domain\": [0, %g], \"range\": [-1.4, 1.1]}",
                               names - 0.02));
    sr_json_set(plot->layout, "xaxis2",
                sr_plotly_json("{\"visible\": false, \"domain\": [%g, 0.94], \"range\": [0, %g]}",
                               bars, 1.2 * (double)most));
    sr_json_set(
        plot->layout, "yaxis",
        sr_plotly_json("{\"visible\": false, \"range\": [%g, -1.5]}", (double)chart->count - 0.5));
    sr_json_set_bool(plot->layout, "showlegend", false);
    sr_json_set_text(plot->layout, "hovermode", "closest");
    sr_json_set_number(plot->layout, "width", 860);
    sr_json_set_number(plot->layout, "height", 160 + 26 * (double)chart->count);
    char count[32], note[64];
    sr_format_count(count, sizeof count, total);
    snprintf(note, sizeof note, "%s parameters", count);
    sr_plotly_title(plot, chart->title, note);
    for (size_t i = 0; i < chart->count; i++) free(words[i]);
    free(words);
}
