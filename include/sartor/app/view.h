/* view.h - where each pane stands: cursors, modes, scroll. Plain data of the session.
 *
 * Panes read it to draw and change it when they are moved; commands set it to bring a
 * result into view. Sample positions are not here: they are the session's selection. */
#ifndef SARTOR_APP_VIEW_H
#define SARTOR_APP_VIEW_H

#include "sartor/base/text.h"
#include "sartor/data/split.h"
#include <stdbool.h>
#include <stddef.h>

struct sr_pane; /* of panes/ */

/* A grid of places that a click chooses from, as drawn last: cell (column, line) of it stands
 * for `first` + line × stride + column. */
struct sr_spots {
    int x, y, across, down, columns, lines;
    int first, stride;
};

struct sr_view {
    const struct sr_pane *pane; /* the one that is shown; NULL: the first */
    /* Panes from which a command has led here, for the way back; the latest last. */
    const struct sr_pane *trail[8];
    int trail_count;
    bool zoomed; /* no bars: all lines are the pane's */
    struct sr_spots spots[4];
    size_t spot_count;
    char model[64]; /* the model that panes show; "" for the default */
    int split;      /* enum sr_split_name to evaluate on, -1 for the model's default */

    bool data_linear; /* Data: linear counts instead of logarithmic */
    int data_file;    /* enum sr_file */
    int data_class;   /* -1: all */
    int data_view;    /* 0 the histogram, 1 mean images, 2 images of the deviation */

    bool log_away;    /* Log: stays at `log_top` instead of following the end */
    size_t log_top;   /* first line of the log shown */
    size_t log_lines; /* how many were drawn last */

    /* Overlay: text over the pane (help, a command's output), scrolled. */
    bool overlay;
    char overlay_title[64];
    struct sr_text overlay_text;
    int overlay_top, overlay_lines; /* first line shown; how many fit, as drawn last */

    /* The `:` prompt, while open. */
    bool prompt;
    char prompt_sign; /* ':' */
    struct sr_text prompt_text;
    size_t prompt_at;           /* cursor, a byte offset */
    struct sr_text prompt_hint; /* completions, one line */
    bool question;              /* the message asks; y or n answers */
    char question_line[256];    /* command that `y` runs */
};

#endif
