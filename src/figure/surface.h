/* surface.h - the three file formats that cairo draws to. Private to figure/. */
#ifndef SARTOR_SRC_FIGURE_SURFACE_H
#define SARTOR_SRC_FIGURE_SURFACE_H

#include "sartor/base/error.h"
#include "sartor/base/shape.h"
#include "sartor/base/text.h"
#include <cairo.h>
#include <stdbool.h>
#include <stdio.h>

/* An RGB24 surface as PNG, with its resolution in dots an inch and the pairs of `provenance` (or
 * NULL) as text chunks. The owner of `stream` checks it for failures. */
enum sr_status sr_png_write(FILE *stream, cairo_surface_t *surface, double resolution,
                            const char *const *provenance, const char *path,
                            struct sr_error *error);

/* Grey or coloured bytes as PNG. */
enum sr_status sr_png_write_pixels(FILE *stream, const uint8_t *pixels, struct sr_shape shape,
                                   struct sr_error *error);

/* Surfaces that collect their file in `text`; the caller draws, then finishes and destroys them. */
cairo_surface_t *sr_svg_begin(struct sr_text *text, double width, double height);
cairo_surface_t *sr_pdf_begin(struct sr_text *text, double width, double height, const char *title,
                              const char *const *provenance);
/* Make the names inside the file independent of what the process drew before, and add the
 * provenance as its description. */
void sr_svg_end(struct sr_text *text, const char *title, const char *const *provenance);

/* Is the file complete, each object that a PDF refers to defined? Cairo 1.16 does not tell
 * when it runs out of memory while it ends a file. */
bool sr_svg_whole(const struct sr_text *text);
bool sr_pdf_whole(const struct sr_text *text);

#endif
