/* view.h - what all panes share: which one is shown, and the model and split that they show.
 *
 * What only one pane knows, such as its cursor, is its own state (see state.h). Which samples are
 * shown is the selection of the session. */
#ifndef SARTOR_APP_VIEW_H
#define SARTOR_APP_VIEW_H

#include "sartor/base/text.h"
#include "sartor/data/split.h"
#include <stdbool.h>
#include <stddef.h>

struct sr_pane; /* of panes/ */

struct sr_view {
    const struct sr_pane *pane; /* the one that is shown; NULL: the first */
    /* Panes from which a command has led here, for the way back; the latest last. */
    const struct sr_pane *trail[8];
    int trail_count;
    int columns, lines; /* of the terminal, as drawn last; 0 in batch */
    bool zoomed;        /* no bars: all lines are the pane's */
    char model[64];     /* the model that panes show; "" for the default */
    int split;          /* enum sr_split_name to evaluate on, -1 for the model's default */

    /* The `:` prompt, while open. */
    bool prompt;
    char prompt_sign; /* ':' */
    struct sr_text prompt_text;
    size_t prompt_at;           /* cursor, a byte offset */
    struct sr_text prompt_hint; /* completions, one line */
    bool question;              /* a command asks; y goes on with it, another key gives it up */
    char question_text[512];
};

#endif
