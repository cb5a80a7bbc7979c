/* browse.h - what the files of the Browse pane share: its state, and what it shows: the selection
 * as pictures, one sample, the numbers of its pixels. Private to panes/. */
#ifndef SARTOR_SRC_PANES_BROWSE_H
#define SARTOR_SRC_PANES_BROWSE_H

#include "sartor/app/session.h"
#include "scroller.h"
#include "shared.h"

/* The pane's state. */
struct browse {
    bool enlarged;  /* one sample, large */
    bool labelling; /* keys name classes */
    bool values;    /* ... its pixels as numbers */
    bool versions;  /* ... augmented versions in place of similar images, where both do not fit */
    struct sr_scroller pixels; /* lines of those numbers */
    struct sr_scroller grid;   /* rows of pictures */
    int columns;               /* pictures in a row, as drawn last */
    size_t version;            /* of the selection that was drawn last */
    char search[64];           /* what `search` looks for; "" for nothing yet */
};
struct browse *browse_state(struct sr_session *session);

void browse_grid_draw(struct sr_session *session, struct browse *browse, struct sr_area area);
void browse_sample_draw(struct sr_session *session, const struct browse *browse,
                        struct sr_area area);
void browse_values_draw(struct sr_session *session, struct browse *browse, struct sr_area area);
/* What the other models predict for the sample, and the most similar training images, in sentences,
 * as far as that is known; `entry` is the model that has been described already (NULL: none). */
void browse_sample_describe(struct sr_session *session, const struct sr_entry *entry,
                            struct sr_text *text);

#endif
