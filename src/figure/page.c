#include "page.h"

#include <stdlib.h>
#include <string.h>

#include "plotly.h"
#include "sartor/base/file.h"

enum { MOST_SCRIPT = 64 << 20 };

char *sr_page_script(const char *wanted, struct sr_error *error)
{
    static const char *const places[] = {
        "/usr/share/python3-plotly/plotly.min.js",
        "/usr/share/python3-plotly/plotly.js",
        "/usr/lib/python3/dist-packages/plotly/package_data/plotly.min.js",
        "/usr/share/javascript/plotly/plotly.min.js",
        "/usr/share/javascript/plotly.js/plotly.min.js",
    };
    size_t length;
    if (wanted && !strcmp(wanted, "none")) return NULL;
    if (wanted) {
        char *script = sr_file_read(wanted, MOST_SCRIPT, &length, error);
        if (!script || strstr(script, "newPlot")) return script;
        free(script);
        sr_error_set(error, SR_ERROR_FORMAT,
                     "%s: is not plotly.js, whose function newPlot it lacks", wanted);
        return NULL;
    }
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct sr_error ignored;
        char *script = sr_path_exists(places[i])
                           ? sr_file_read(places[i], MOST_SCRIPT, &length, &ignored)
                           : NULL;
        if (script && strstr(script, "newPlot")) return script;
        free(script);
    }
    return NULL;
}

/* A script must not contain the end of its element or the start of a comment. Both occur in
 * JavaScript's strings only, where a backslash before the second character changes nothing. */
static void add_script(struct sr_text *out, const char *script)
{
    for (const char *at = script; *at;) {
        size_t length = strcspn(at, "<");
        sr_text_add_bytes(out, at, length);
        at += length;
        if (!*at) break;
        sr_text_add(out, !strncasecmp(at, "</script", 8) || !strncmp(at, "<!--", 4) ? "<\\" : "<");
        at++;
    }
}

/* A table of numbers, cut short where a page would grow too long. */
static void add_numbers(struct sr_text *out, const struct sr_table *table)
{
    enum { SHOWN_COLUMNS = 12, SHOWN_ROWS = 1000 };
    const size_t columns = table->column_count, rows = sr_table_rows(table);
    if (columns) sr_table_html(table, SHOWN_COLUMNS, SHOWN_ROWS, out);
    if (columns > SHOWN_COLUMNS || rows > SHOWN_ROWS)
        sr_text_printf(out,
                       "<p>The first %zu of %zu rows and %zu of %zu columns; export to .csv or "
                       ".json has all.</p>\n",
                       rows < SHOWN_ROWS ? rows : SHOWN_ROWS, rows,
                       columns < SHOWN_COLUMNS ? columns : SHOWN_COLUMNS, columns);
}

static void add_style(struct sr_text *out, const struct sr_theme *theme)
{
    const unsigned mask = 0xFFFFFF;
    sr_text_printf(
        out,
        "<style>\n"
        "body { margin: 1.5em auto; padding: 0 1em; max-width: 75em; background: #%06x; color: "
        "#%06x;\n"
        "  font: 15px/1.4 \"DejaVu Sans\", Verdana, sans-serif }\n"
        "svg { max-width: 100%%; height: auto }\n"
        "#figure { overflow-x: auto }\n"
        "#figure image { image-rendering: pixelated }\n"
        "details { margin: 1.5em 0 } summary { cursor: pointer }\n"
        "table { border-collapse: collapse; margin: 0.8em 0; font-size: 13px }\n"
        "th, td { padding: 0.15em 0.8em; border-bottom: 1px solid #%06x; text-align: right }\n"
        "th:first-child, td:first-child { text-align: left }\n"
        "dl { display: grid; grid-template-columns: max-content auto; gap: 0.1em 1em; font-size: "
        "13px; color: #%06x }\n"
        "dd { margin: 0; overflow-wrap: anywhere }\n"
        "</style>\n",
        theme->paper & mask, theme->text & mask, theme->grid & mask, theme->faint & mask);
}

void sr_page_print(struct sr_text *out, const struct sr_figure_options *options,
                   const struct sr_chart *chart, const void *data, const char *script,
                   const char *svg)
{
    struct sr_table table = {0};
    bool live = script && chart->plotly;
    if (chart->table) chart->table(&table, data);
    sr_text_add(
        out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    sr_text_add_escaped(out, table.title ? table.title : chart->name);
    sr_text_add(out, "</title>\n");
    add_style(out, sr_theme(options->dark));
    if (live) {
        sr_text_add(out, "<script>\n");
        add_script(out, script);
        sr_text_add(out, "\n</script>\n");
    }
    sr_text_add(out, "</head>\n<body>\n<div id=\"figure\" role=\"figure\" aria-label=\"");
    sr_text_add_escaped(out, table.title ? table.title : chart->name);
    sr_text_add(out, "\">");
    const char *picture = live ? NULL : strstr(svg, "<svg");
    sr_text_add(out, picture ? picture : "");
    sr_text_add(out, "</div>\n");
    if (live) {
        struct sr_plotly plot;
        sr_plotly_begin(&plot, options->dark);
        chart->plotly(&plot, data);
        sr_text_add(out, "<script type=\"application/json\" id=\"numbers\">");
        sr_plotly_end(&plot, out);
        sr_text_add(
            out, "</script>\n<script>\n"
                 "(function () {\n"
                 "    var figure = JSON.parse(document.getElementById(\"numbers\").textContent);\n"
                 "    Plotly.newPlot(\"figure\", figure.data, figure.layout, {responsive: true, "
                 "displaylogo: false});\n"
                 "})();\n"
                 "</script>\n");
        if (plot.thumbnails.uri)
            sr_thumbnails_print(&plot.thumbnails, sr_theme(options->dark), out);
        free(plot.thumbnails.uri);
    }
    if (chart->table) {
        sr_text_printf(out, "<details%s>\n<summary>Numbers</summary>\n", live ? "" : " open");
        add_numbers(out, &table);
        sr_text_add(out, "</details>\n");
    }
    if (options->provenance) {
        sr_text_add(out, "<dl>\n");
        for (size_t i = 0; options->provenance[i] && options->provenance[i + 1]; i += 2) {
            sr_text_add(out, "<dt>");
            sr_text_add_escaped(out, options->provenance[i]);
            sr_text_add(out, "</dt><dd>");
            sr_text_add_escaped(out, options->provenance[i + 1]);
            sr_text_add(out, "</dd>\n");
        }
        sr_text_add(out, "</dl>\n");
    }
    sr_text_add(out, "</body>\n</html>\n");
    sr_table_fini(&table);
}
