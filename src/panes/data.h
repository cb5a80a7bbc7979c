/* data.h - what the files of the Data pane share: its state, and pictures of the classes. Private
 * to panes/. */
#ifndef SARTOR_SRC_PANES_DATA_H
#define SARTOR_SRC_PANES_DATA_H

#include "scroller.h"
#include "shared.h"

enum data_shows { DATA_HISTOGRAM, DATA_MEANS, DATA_DEVIATIONS, DATA_SHOWS };

/* The pane's state. */
struct data_view {
    enum sr_file file;
    int class; /* -1: all */
    enum data_shows shows;
    bool linear;             /* counts in the histogram, which are logarithmic otherwise */
    struct sr_scroller list; /* all classes, then each */
};
struct data_view *data_state(struct sr_session *session);

/* The mean image of a class, beside it that of the deviation where there is room; half size where
 * the whole does not fit. Returns lines used. */
int data_mean_draw(struct sr_session *session, struct sr_area area,
                   const struct sr_statistics *statistics, enum sr_file file, int class);
/* Small mean images of all classes of a file. */
void data_means_draw(struct sr_session *session, struct sr_area area,
                     const struct sr_statistics *statistics, enum sr_file file);
/* Mean images, or images of the deviation, of all classes of a file; `statistics` is NULL until
 * they have been added up. */
void data_gallery_draw(struct sr_session *session, struct sr_area area,
                       const struct sr_statistics *statistics, const struct data_view *view);

/* What the audit of a set of one's own has found so far; it is begun where it is not there. */
void data_audit_words(struct sr_session *session, struct sr_text *text);

#endif
