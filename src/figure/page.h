/* page.h - a figure as one HTML page without other files. Private to figure/. */
#ifndef SARTOR_SRC_FIGURE_PAGE_H
#define SARTOR_SRC_FIGURE_PAGE_H

#include "sartor/base/error.h"
#include "sartor/figure/figure.h"
#include <stdbool.h>

/* The script that makes pages interactive: the file `wanted`, or, when that is NULL, the one of an
 * installed python3-plotly. NULL when there is none, which is an error only if one was `wanted`;
 * freed by the caller. */
char *sr_page_script(const char *wanted, struct sr_error *error);

/* The page: with `script` the chart as a Plotly figure, else `svg` (a whole SVG file) as it is;
 * then the numbers and the provenance. */
void sr_page_print(struct sr_text *out, const struct sr_figure_options *options,
                   const struct sr_chart *chart, const void *data, const char *script,
                   const char *svg);

#endif
