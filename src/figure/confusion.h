/* confusion.h - the numbers of a confusion matrix, for its drawing and its page. Private to
 * figure/. */
#ifndef SARTOR_FIGURE_CONFUSION_H
#define SARTOR_FIGURE_CONFUSION_H

#include "plotly.h"

/* What the row of precisions is called. */
static const char precision_head[] = "precision %";

/* Images of a true class, of a predicted class, of both. */
uint64_t confusion_row(const struct sr_confusion_chart *chart, int row);
uint64_t confusion_column(const struct sr_confusion_chart *chart, int column);
uint64_t confusion_at(const struct sr_confusion_chart *chart, int row, int column);
/* What a cell is a share of: its row, or its column. */
uint64_t confusion_whole(const struct sr_confusion_chart *chart, int row, int column);
/* "87.3", "100", "–" of nothing. */
void confusion_percent(char *out, size_t size, uint64_t part, uint64_t whole);

/* The pages of the two charts. */
void confusion_plotly(struct sr_plotly *plot, const void *data);
void confusions_plotly(struct sr_plotly *plot, const void *data);

#endif
