/* curves_page.c - curves as a Plotly figure. */
#include "plotly.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

/* Rows of panels, about twice as many across as down. */
static size_t panel_columns(size_t count, bool compact)
{
    if (!compact) return count < 2 ? 1 : 2;
    size_t columns = (size_t)ceil(sqrt(2.2 * (double)count)),
           rows = (count + columns - 1) / columns;
    return (count + rows - 1) / rows; /* rows of about the same length */
}

/* Whether a curve with the same label and group comes before this one, so that the legend has it
 * already. */
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
    struct sr_json *band =
        sr_plotly_json("{\"type\": \"scatter\", \"mode\": \"lines\", \"fill\": \"toself\", "
                       "\"hoverinfo\": \"skip\", "
                       "\"showlegend\": false, \"line\": {\"width\": 0}, \"legendgroup\": \"%d\", "
                       "\"fillcolor\": \"rgba(%u, %u, %u, 0.18)\"}",
                       curve->group, (unsigned)colour >> 16 & 255, (unsigned)colour >> 8 & 255,
                       (unsigned)colour & 255);
    sr_json_set_numbers(band, "x", x, made);
    sr_json_set_numbers(band, "y", y, made);
    sr_plotly_place(band, panel);
    sr_json_add(plot->traces, band);
    free(x);
}

static struct sr_json *bars_trace(const struct sr_plotly *plot)
{
    struct sr_json *trace = sr_plotly_json("{\"type\": \"bar\"}"), *marker = sr_json_object();
    sr_plotly_set_colour(marker, "color",
                         sr_colour_mix(plot->theme->paper, plot->theme->frame, 0.55));
    sr_json_set(trace, "marker", marker);
    return trace;
}

static struct sr_json *line_trace(const struct sr_curve *curve, sr_colour colour)
{
    const bool marked = !curve->bare && curve->group >= 0 && curve->count <= 60 &&
                        (!curve->dashed || curve->count == 1);
    struct sr_json *trace = sr_plotly_json(
        "{\"type\": \"scatter\", \"mode\": \"%s\", \"legendgroup\": \"%d\", \"connectgaps\": "
        "false}",
        marked ? "lines+markers" : "lines", curve->group);
    struct sr_json *line =
        sr_plotly_json("{\"width\": %g, \"dash\": \"%s\"}", curve->dashed ? 1.5 : 2.2,
                       curve->dashed ? "dash" : "solid");
    sr_plotly_set_colour(line, "color", colour);
    sr_json_set(trace, "line", line);
    return trace;
}

static void add_curve(struct sr_plotly *plot, const struct sr_curves_chart *chart, size_t p,
                      size_t c)
{
    const struct sr_curves_panel *panel = &chart->panels[p];
    const struct sr_curve *curve = &panel->curves[c];
    const sr_colour colour =
        curve->group < 0 ? plot->theme->faint : plot->theme->series[curve->group % SR_SERIES];
    if (curve->low && curve->high) add_band(plot, curve, p, colour);
    struct sr_json *trace = curve->bars ? bars_trace(plot) : line_trace(curve, colour);
    char *name = curve->dashed && has_solid_twin(panel, curve)
                     ? sr_xprintf("%s, training", curve->label ? curve->label : "")
                     : sr_xstrdup(curve->label ? curve->label : "");
    sr_plotly_set_text(trace, "name", name);
    free(name);
    char *hover = sr_xprintf("%%{x%s}: %%{y:%s}<extra>%%{fullData.name}</extra>",
                             chart->x_percent ? ":.2%" : "", panel->percent ? ".2%" : ".4f");
    sr_json_set_text(trace, "hovertemplate", hover);
    free(hover);
    sr_json_set_bool(trace, "showlegend", !in_legend(chart, p, c));
    sr_json_set_numbers(trace, "x", curve->x, curve->count);
    sr_json_set_numbers(trace, "y", curve->y, curve->count);
    sr_plotly_place(trace, p);
    sr_json_add(plot->traces, trace);
}

void sr_curves_plotly(struct sr_plotly *plot, const void *data)
{
    const struct sr_curves_chart *chart = data;
    size_t columns = panel_columns(chart->count, chart->compact),
           rows = chart->count ? (chart->count + columns - 1) / columns : 1;
    bool titled = false;
    for (size_t p = 0; p < chart->count; p++) {
        const struct sr_curves_panel *panel = &chart->panels[p];
        /* In many small panels only those at the left and at the bottom have axis names. */
        bool left = !chart->compact || p % columns == 0,
             bottom = !chart->compact || p + columns >= chart->count;
        struct sr_json *x =
            sr_plotly_axis(plot, 'x', p, bottom ? chart->x_label : NULL, chart->x_percent);
        struct sr_json *y =
            sr_plotly_axis(plot, 'y', p, left ? panel->y_label : NULL, panel->percent);
        if (panel->logarithmic) sr_json_set_text(y, "type", "log");
        if (chart->x_unit) sr_json_set(x, "range", sr_plotly_json("[0, 1]"));
        if (panel->unit) sr_json_set(y, "range", sr_plotly_json("[0, 1.02]"));
        for (size_t c = 0; c < panel->count; c++) add_curve(plot, chart, p, c);
        if (panel->title) {
            titled = true;
            sr_plotly_panel_title(plot, p, panel->title);
        }
    }
    if (chart->count > 1) sr_plotly_panels(plot, chart->count, columns);
    /* The legend stands above the panels' titles. */
    const double above = 120, below = 85, panels = (double)rows * (chart->compact ? 195 : 350);
    sr_json_set_number(plot->layout, "height", above + panels + below);
    sr_json_set(
        plot->layout, "legend",
        sr_plotly_json("{\"orientation\": \"h\", \"y\": %g, \"yanchor\": \"bottom\", \"x\": 0}",
                       1 + (titled ? 26 : 8) / panels));
    sr_json_set(plot->layout, "margin",
                sr_plotly_json("{\"l\": 70, \"r\": 40, \"t\": %g, \"b\": %g}", above, below));
    sr_json_set_number(plot->layout, "bargap", 0);
    sr_plotly_title(plot, chart->title, chart->note);
}
