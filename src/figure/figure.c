/* From a chart to a file: size, format, and the same bytes each time. */
#include "sartor/figure/figure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "canvas.h"
#include "page.h"
#include "sartor/base/file.h"
#include "surface.h"

#define DEFAULT_RESOLUTION 144.0

/* Cairo's images have at most 32,767 dots a side; the second bound limits memory. */
enum { MOST_DOTS = 32767 };
#define MOST_AREA 120e6

enum format { PNG, SVG, PDF, CSV, JSON, HTML };
static const char *const extensions[] = {".png", ".svg", ".pdf", ".csv", ".json", ".html"};
enum { FORMATS = sizeof extensions / sizeof *extensions };

static enum sr_status find_format(const char *path, enum format *format, struct sr_error *error)
{
    const char *extension = sr_path_extension(path);
    for (int i = 0; i < FORMATS; i++) {
        if (strcasecmp(extension, extensions[i])) continue;
        *format = (enum format)i;
        return SR_OK;
    }
    return sr_error_set(error, SR_ERROR_ARGUMENT,
                        "%s: a figure's name ends in .png, .svg, .pdf, .html, .csv or .json%s%s",
                        path, *extension ? ", not in " : "", extension);
}

enum sr_status sr_figure_check(const char *path, struct sr_error *error)
{
    enum format format;
    if (sr_path_is_directory(path))
        return sr_error_set(error, SR_ERROR_IO, "%s: is a directory; give a file's name", path);
    return find_format(path, &format, error);
}

static enum sr_status check_options(const struct sr_figure_options *options, struct sr_error *error)
{
    const double sizes[] = {options->width, options->height};
    for (int i = 0; i < 2; i++)
        if (!(sizes[i] >= 0 && sizes[i] <= 14400))
            return sr_error_set(error, SR_ERROR_ARGUMENT,
                                "a figure's %s of %g points is not possible: give 20 to 14400 (72 "
                                "are an inch), or 0",
                                i ? "height" : "width", sizes[i]);
    for (int i = 0; i < 2; i++)
        if (sizes[i] > 0 && sizes[i] < 20)
            return sr_error_set(error, SR_ERROR_ARGUMENT,
                                "a figure's %s of %g points is too small: give at least 20",
                                i ? "height" : "width", sizes[i]);
    if (!(options->resolution >= 0 && options->resolution <= 2400) ||
        (options->resolution > 0 && options->resolution < 20))
        return sr_error_set(
            error, SR_ERROR_ARGUMENT,
            "a resolution of %g dots an inch is not possible: give 20 to 2400, or 0 for 144",
            options->resolution);
    return SR_OK;
}

/* Names from users' files must not bring line breaks or markup into the file. Each format escapes
 * what it writes; the drawing functions clean their text. */
static void set_up(struct sr_canvas *canvas, cairo_t *cairo, double scale,
                   const struct sr_figure_options *options)
{
    *canvas = (struct sr_canvas){.cairo = cairo,
                                 .scale = scale,
                                 .dark = options->dark,
                                 .theme = sr_theme(options->dark),
                                 .undrawn = options->undrawn};
    /* No hinting, so that text is equally wide at every resolution. */
    cairo_font_options_t *hints = cairo_font_options_create();
    cairo_font_options_set_antialias(hints, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(hints, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(hints, CAIRO_HINT_METRICS_OFF);
    cairo_set_font_options(cairo, hints);
    cairo_font_options_destroy(hints);
    if (scale > 0) cairo_scale(cairo, scale, scale);
    sr_text_begin(canvas);
}

struct page {
    double width, height; /* points of the file's page */
    double zoom;          /* at most 1: what the chart is drawn at is page / zoom */
};

static enum sr_status drawing_failed(const char *path, cairo_status_t why, struct sr_error *error)
{
    return sr_error_set(error, SR_ERROR_MEMORY, "%s: drawing failed: %s", path,
                        cairo_status_to_string(why));
}

/* The size that the chart needs, measured on a surface that draws nothing. */
static enum sr_status find_page(struct page *page, const char *path,
                                const struct sr_figure_options *options, double scale,
                                const struct sr_chart *chart, const void *data,
                                struct sr_error *error)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
    cairo_t *cairo = cairo_create(surface);
    struct sr_canvas canvas;
    struct sr_size size = {0};
    set_up(&canvas, cairo, scale, options);
    chart->size(&canvas, data, options->width, &size);
    sr_text_end(&canvas);
    const cairo_status_t trouble = cairo_status(cairo);
    cairo_destroy(cairo);
    cairo_surface_destroy(surface);
    if (trouble) return drawing_failed(path, trouble, error);
    *page = (struct page){.width = options->width > 0 ? options->width : size.width, .zoom = 1};
    page->zoom = fmin(page->zoom, page->width / size.least_width);
    page->height = options->height > 0 ? options->height : size.height * page->zoom;
    page->zoom = fmin(page->zoom, page->height / size.least_height);
    return SR_OK;
}

static void draw(cairo_t *cairo, double scale, const struct sr_figure_options *options,
                 struct page page, const struct sr_chart *chart, const void *data)
{
    struct sr_canvas canvas;
    set_up(&canvas, cairo, scale > 0 ? scale * page.zoom : 0, options);
    if (scale <= 0) cairo_scale(cairo, page.zoom, page.zoom);
    canvas.width = page.width / page.zoom;
    canvas.height = page.height / page.zoom;
    sr_set_colour(&canvas, canvas.theme->paper, 1);
    cairo_paint(cairo);
    chart->draw(&canvas, data);
    sr_text_end(&canvas);
}

static enum sr_status write_raster(struct sr_output *output, const char *path,
                                   const struct sr_figure_options *options,
                                   const struct sr_chart *chart, const void *data,
                                   struct sr_error *error)
{
    double resolution = options->resolution > 0 ? options->resolution : DEFAULT_RESOLUTION;
    double scale = resolution / 72;
    struct page page;
    enum sr_status status = find_page(&page, path, options, scale, chart, data, error);
    if (status) return status;
    double columns = fmax(1, round(page.width * scale)), rows = fmax(1, round(page.height * scale));
    if (columns > MOST_DOTS || rows > MOST_DOTS || columns * rows > MOST_AREA)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "%s: %.0f × %.0f dots are too many; ask for a smaller size or a lower "
                            "resolution than %g",
                            path, columns, rows, resolution);
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)columns, (int)rows);
    cairo_t *cairo = cairo_create(surface);
    draw(cairo, scale, options, page, chart, data);
    if (cairo_status(cairo))
        status = drawing_failed(path, cairo_status(cairo), error);
    else
        status =
            sr_png_write(output->stream, surface, resolution, options->provenance, path, error);
    cairo_destroy(cairo);
    cairo_surface_destroy(surface);
    return status;
}

/* The whole file, in `text`. */
static enum sr_status draw_vector(struct sr_text *text, enum format format, const char *path,
                                  const struct sr_figure_options *options,
                                  const struct sr_chart *chart, const void *data,
                                  struct sr_error *error)
{
    struct page page;
    enum sr_status status = find_page(&page, path, options, 0, chart, data, error);
    if (status) return status;
    cairo_surface_t *surface = format == SVG ? sr_svg_begin(text, page.width, page.height)
                                             : sr_pdf_begin(text, page.width, page.height,
                                                            chart->name, options->provenance);
    cairo_t *cairo = cairo_create(surface);
    draw(cairo, 0, options, page, chart, data);
    cairo_status_t trouble = cairo_status(cairo);
    cairo_destroy(cairo);
    cairo_surface_finish(surface);
    if (!trouble) trouble = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (!trouble && !(format == SVG ? sr_svg_whole(text) : sr_pdf_whole(text)))
        trouble = CAIRO_STATUS_NO_MEMORY;
    if (trouble) return drawing_failed(path, trouble, error);
    if (format == SVG) sr_svg_end(text, chart->name, options->provenance);
    return SR_OK;
}

static enum sr_status write_vector(struct sr_output *output, enum format format, const char *path,
                                   const struct sr_figure_options *options,
                                   const struct sr_chart *chart, const void *data,
                                   struct sr_error *error)
{
    struct sr_text text = {0};
    enum sr_status status = draw_vector(&text, format, path, options, chart, data, error);
    if (!status)
        fwrite(text.bytes, 1, text.length, output->stream); /* sr_output_commit reports failures */
    sr_text_fini(&text);
    return status;
}

static enum sr_status write_page(struct sr_output *output, const char *path,
                                 const struct sr_figure_options *options,
                                 const struct sr_chart *chart, const void *data,
                                 struct sr_error *error)
{
    struct sr_text svg = {0}, page = {0};
    struct sr_error why = {0};
    enum sr_status status = SR_OK;
    char *script = chart->plotly ? sr_page_script(options->plotly, &why) : NULL;
    if (!script && why.status) {
        *error = why;
        return why.status;
    }
    /* A page without a script contains the drawing. */
    if (!script) status = draw_vector(&svg, SVG, path, options, chart, data, error);
    if (!status) {
        sr_page_print(&page, options, chart, data, script, sr_text_get(&svg));
        fwrite(page.bytes, 1, page.length, output->stream);
    }
    sr_text_fini(&page);
    sr_text_fini(&svg);
    free(script);
    return status;
}

/* One object with "columns" and "rows", which pandas.DataFrame(rows, columns=columns) takes as it
 * is. */
static void print_json(struct sr_table *table, const char *figure, const char *const *provenance,
                       struct sr_text *text)
{
    struct sr_json *object = sr_json_object(), *names = sr_json_array();
    sr_json_set_text(object, "figure", figure);
    if (provenance) {
        struct sr_json *facts = sr_json_object();
        for (size_t i = 0; provenance[i] && provenance[i + 1]; i += 2)
            sr_json_set_text(facts, provenance[i], provenance[i + 1]);
        sr_json_set(object, "provenance", facts);
    }
    if (table->title) sr_json_set_text(object, "title", table->title);
    for (size_t c = 0; c < table->column_count; c++) sr_json_add_text(names, table->columns[c].key);
    sr_json_set(object, "columns", names);
    table->rows = SR_ROWS_ARRAYS;
    sr_json_set(object, "rows", sr_table_json(table));
    sr_json_print(object, text);
    sr_text_add(text, "\n");
    sr_json_free(object);
}

static enum sr_status write_table(struct sr_output *output, enum format format, const char *path,
                                  const struct sr_figure_options *options,
                                  const struct sr_chart *chart, const void *data,
                                  struct sr_error *error)
{
    if (!chart->table)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "%s: a %s has no numbers behind it; use .png, .svg, .pdf or .html",
                            path, chart->name);
    struct sr_table table = {0};
    struct sr_text text = {0};
    chart->table(&table, data);
    if (format == JSON)
        print_json(&table, chart->name, options->provenance, &text);
    else
        sr_table_csv(&table, &text);
    fwrite(text.bytes, 1, text.length, output->stream);
    sr_text_fini(&text);
    sr_table_fini(&table);
    return SR_OK;
}

enum sr_status sr_figure_write(const char *path, const struct sr_figure_options *options,
                               const struct sr_chart *chart, const void *data,
                               struct sr_error *error)
{
    static const struct sr_figure_options defaults = {0};
    enum format format;
    struct sr_output output;
    if (!options) options = &defaults;
    enum sr_status status = find_format(path, &format, error);
    if (!status) status = check_options(options, error);
    if (!status) status = sr_output_open(&output, path, error);
    if (status) return status;
    switch (format) {
    case PNG:
        status = write_raster(&output, path, options, chart, data, error);
        break;
    case SVG:
    case PDF:
        status = write_vector(&output, format, path, options, chart, data, error);
        break;
    case HTML:
        status = write_page(&output, path, options, chart, data, error);
        break;
    case CSV:
    case JSON:
        status = write_table(&output, format, path, options, chart, data, error);
        break;
    }
    if (!status) return sr_output_commit(&output, error);
    sr_output_abort(&output);
    return status;
}
