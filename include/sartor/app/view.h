/* view.h - where each pane stands: cursors, modes, scroll. Plain data of the session.
 *
 * Panes read it to draw and change it when they are moved; commands set it to bring a
 * result into view. Sample positions are not here: they are the session's selection. */
#ifndef SARTOR_APP_VIEW_H
#define SARTOR_APP_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include "sartor/base/text.h"
#include "sartor/data/split.h"
#include "sartor/data/stats.h"

enum sr_pane_name { SR_PANE_BROWSE, SR_PANE_DATA, SR_PANE_TRAIN, SR_PANE_CONFUSION, SR_PANE_EXPLAIN,
                    SR_PANE_COUNT };

struct sr_view {
    enum sr_pane_name pane;
    char model[64];              /* the model that panes show; "" for the default */
    int split;                   /* enum sr_split_name to evaluate on, -1 for the model's default */

    char search[64];             /* what `search` looks for */

    bool enlarged;               /* Browse: one sample, large */
    size_t browse_top;           /* first row of thumbnails shown */
    int browse_columns, browse_lines; /* thumbnails in a row and rows, as drawn last */

    bool data_linear;            /* Data: linear counts instead of logarithmic */
    int data_file;               /* enum sr_file */
    int data_class;              /* -1: all */
    struct {                     /* figures of the class shown, so that drawing need not add up */
        char digest[40];         /* of the data they are of, "" for none yet */
        int class, file;
        struct sr_stats stats[SR_FILE_COUNT];
        uint8_t mean[SR_SIDE_MAX * SR_SIDE_MAX]; /* mean image in `file` */
    } data_figures;

    int train_run;               /* Train: run shown, -1 the latest */
    int train_family;            /* cursor in the list of families when nothing runs */
    bool train_logarithmic;
    int train_epoch;             /* the reading line on the curves, 0 for none */

    int confusion_row, confusion_column; /* -1: the margin, a whole column or row */
    int confusion_shares;        /* 0 counts, 1 % of true, 2 % of predicted */

    char explain_layer[32];      /* "" for the default */
    int explain_target;          /* -1 the predicted class */

    /* Overlay: text over the pane (help, a command's output), scrolled. */
    bool overlay;
    char overlay_title[64];
    struct sr_text overlay_text;
    int overlay_top, overlay_lines; /* first line shown; how many fit, as drawn last */

    /* The `:` prompt, while open. */
    bool prompt;
    char prompt_sign;            /* ':' */
    struct sr_text prompt_text;
    size_t prompt_at;            /* cursor, a byte offset */
    struct sr_text prompt_hint;  /* completions, one line */
    bool question;               /* the message asks; y or n answers */
    char question_line[256];     /* command that `y` runs */
};

#endif
