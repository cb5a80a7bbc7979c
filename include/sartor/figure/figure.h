/* figure.h - charts from plain arrays, and cells as a picture.
 *
 * A chart is a struct of plain arrays, which stay the caller's, and one of the const
 * struct sr_chart below, whose functions draw it and lay its numbers out as a
 * table. sr_figure_write puts it in a file: .png (provenance in text chunks), .svg and .pdf
 * from the same drawing, .html as an interactive page, .csv and .json with the numbers behind it.
 * The file is written aside and renamed. The same call gives the same bytes. Any thread may call.
 */
#ifndef SARTOR_FIGURE_FIGURE_H
#define SARTOR_FIGURE_FIGURE_H

#include "sartor/base/error.h"
#include "sartor/base/shape.h"
#include "sartor/base/text.h"
#include "sartor/cells/grid.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Widths of a journal's column and of its page in points: 88 mm and 180 mm. */
#define SR_WIDTH_COLUMN 249.45
#define SR_WIDTH_PAGE   510.24

struct sr_figure_options {
    double width, height; /* in points (1/72 inch); 0 takes what the chart needs */
    double resolution;    /* PNG: dots an inch, 0 for 144 */
    bool dark;
    /* The script that makes an HTML page interactive: a file, "none", or NULL to search for it. */
    const char *plotly;
    /* key, value, key, value, ..., NULL; or NULL. Into PNG text chunks, the SVG's description,
     * the PDF's keywords, the JSON's "provenance", a list at the end of a page. */
    const char *const *provenance;
    /* Receives the first text of the drawing with a character that no installed font has (a box
     * with its number is drawn); stays empty where there is none. Or NULL. */
    struct sr_text *undrawn;
};

/* How one kind of chart is drawn and tabulated. */
struct sr_chart;

/* `data` is what `chart` draws: for sr_chart_curves a struct sr_curves_chart. The format follows
 * the extension of `path`; an unknown one is an error that lists the known. `options` may be NULL.
 * At a size too small for its text the chart is drawn larger and scaled down. */
enum sr_status sr_figure_write(const char *path, const struct sr_figure_options *options,
                               const struct sr_chart *chart, const void *data,
                               struct sr_error *error);
/* SR_OK when sr_figure_write can write the extension of `path`; to refuse early. */
enum sr_status sr_figure_check(const char *path, struct sr_error *error);

/* A grid of images with captions: samples, class means, variants of an augmentation; as a gallery,
 * with heats over them: many samples at a glance, or the mean heat of each class. */
struct sr_grid_chart {
    const char *title;
    int count, columns; /* images; a row of them, 0: own choice */
    struct sr_shape shape;
    const uint8_t *const *pixels; /* count pointers */
    const char *const *ids;       /* count, or NULL: which sample each is */
    const char *const *captions;  /* count, or NULL; lines of a caption end in a newline */
    const bool *wrong;            /* count, or NULL: mark the caption */
    const float *const *heats;    /* count pointers, values 0..1; a grid: NULL */
};
extern const struct sr_chart sr_chart_grid, sr_chart_gallery;

/* Counts of each value, of grey images, or of each channel of images in colour. */
struct sr_histogram_chart {
    const char *title, *note;
    const uint64_t *counts;      /* 256; with channels, of all of them */
    bool linear;                 /* else logarithmic counts */
    const uint64_t *channels[3]; /* red, green, blue: 256 each; NULL for grey images */
};
extern const struct sr_chart sr_chart_histogram;

/* Curves in panels side by side: loss and accuracy over epochs, insertion and deletion. */
struct sr_curve {
    const char *label;   /* curves with the same label and group share an entry of the legend */
    const double *x, *y; /* NaN breaks the line */
    size_t count;
    int group;   /* colour and mark: 0, 1, ... a model each; -1: a grey line, to compare
                    the others with */
    bool dashed; /* training; solid is validation */
    const double *low, *high; /* a band around the curve, or NULL */
    bool bare;                /* points are not marked */
    bool bars;                /* grey bars from zero, as wide as its points are apart, not a line */
};
struct sr_curves_panel {
    const char *y_label;
    const struct sr_curve *curves;
    size_t count;
    bool logarithmic, percent; /* percent: 0..1 shown as % */
    const char *title;         /* or NULL; names the panel in the table, too */
    bool unit;                 /* the axis goes from 0 to 1 whatever the data */
};
struct sr_curves_chart {
    const char *title, *x_label;
    const struct sr_curves_panel *panels;
    size_t count;
    bool x_percent;   /* x 0..1 shown as % */
    bool x_unit;      /* the axis goes from 0 to 1 whatever the data */
    bool compact;     /* many small panels, which share the axis names of the first */
    const char *note; /* below the panels, or NULL */
};
extern const struct sr_chart sr_chart_curves;

/* Confusion matrix, rows true, columns predicted; recall, precision and accuracy in the margins. */
struct sr_confusion_chart {
    const char *title, *note;
    int classes;
    const char *const *names;
    const uint64_t *matrix; /* classes × classes */
    bool shares;            /* % instead of counts */
    bool of_predicted;      /* colours and % of each column instead of each row */
};
extern const struct sr_chart sr_chart_confusion;
/* Several side by side: of models on the same samples. */
struct sr_confusions_chart {
    const struct sr_confusion_chart *charts;
    size_t count;
};
extern const struct sr_chart sr_chart_confusions;

/* image | heat | overlay, one row for each sample; picture | cut out before these where a row has
 * them. */
struct sr_triptych {
    const uint8_t *pixels;             /* an image */
    const float *heat;                 /* a map of it, 0..1 */
    const char *left, *middle, *right; /* captions */
    bool wrong;
    /* What the image was made from, and that with all but the subject black, to stand before it, or
     * NULL. */
    const uint8_t *picture, *cut;
    struct sr_shape shown; /* of these two */
};
struct sr_triptych_chart {
    const char *title;
    struct sr_shape shape;
    const struct sr_triptych *rows;
    size_t count;
};
extern const struct sr_chart sr_chart_triptychs;

/* Bars, or dots where the axis need not begin at zero: precision, recall and F1 per class,
 * models compared with their intervals. */
struct sr_bars_series {
    const char *label;
    const double *values;     /* items; NaN: none */
    const double *low, *high; /* interval, or NULL */
};
struct sr_bars_chart {
    const char *title, *note, *value_label;
    size_t items; /* rows: classes, models */
    const char *const *names;
    const struct sr_bars_series *series;
    size_t count;
    bool percent; /* values 0..1 shown as % */
    bool dots;    /* axis fitted to the data; else bars from zero */
};
extern const struct sr_chart sr_chart_bars;

/* The steps from an image to the input of a model, with arrows between. */
struct sr_step {
    const char *name, *note; /* "normalise", "float32, 0–1"; note may be NULL */
    const float *values;     /* 0..1 */
    struct sr_shape shape;   /* a flattened image is 1 × 784, of one channel */
    double low, high;        /* what 0 and 1 stand for: 0 and 255; equal: not shown */
};
struct sr_steps_chart {
    const char *title;
    const struct sr_step *steps;
    size_t count;
};
extern const struct sr_chart sr_chart_steps;

/* The layers of a network with output shapes and parameters. */
enum sr_block_kind {
    SR_BLOCK_INPUT,
    SR_BLOCK_CONV,
    SR_BLOCK_NORM,
    SR_BLOCK_ACTIVATION,
    SR_BLOCK_POOL,
    SR_BLOCK_ADD,
    SR_BLOCK_FLATTEN,
    SR_BLOCK_DENSE,
    SR_BLOCK_DROPOUT,
};
struct sr_block {
    enum sr_block_kind kind;
    const char *name;      /* "conv 3×3, 32" */
    struct sr_shape shape; /* of its output; height 0: a vector of channels */
    uint64_t parameters;
    int skip; /* index of the block it adds to its input, or -1 */
};
struct sr_network_chart {
    const char *title, *note;
    const struct sr_block *blocks;
    size_t count;
};
extern const struct sr_chart sr_chart_network;

/* Many points in a plane, coloured by category or by value; of a map, so that axes mean nothing. */
struct sr_scatter_chart {
    const char *title, *note;
    size_t count;
    const float *points;       /* count × 2 */
    const uint8_t *categories; /* count; from name_count on: not known */
    const char *const *names;  /* name_count */
    int name_count;
    const float *values;         /* count, 0..1 or NaN, instead of categories; or NULL */
    const char *const *captions; /* count: what each is */
    /* Count: the picture of each, of this shape, for the page; NULL for none. */
    const uint8_t *const *pictures;
    struct sr_shape shape;
    /* The first `first_count` points are rows of files[0], the others of files[1]. */
    const char *files[2];
    size_t first_count;
};
extern const struct sr_chart sr_chart_scatter;

/* A terminal screen as a picture: half blocks, quadrants, lines and braille as exact shapes, the
 * rest in a monospaced font; 10 × 20 dots a cell at 144 an inch, and a margin as wide as a cell
 * around the screen. options.dark says what the default colours are, so it should be that of the
 * theme the screen was drawn with. It has no table of numbers. */
extern const struct sr_chart sr_chart_cells; /* data: const struct sr_grid * */

#endif
