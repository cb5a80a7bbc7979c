/* figures_risk.c - the figure of what models do that may refuse to answer. */
#include "figures.h"

#include <stdio.h>
#include <stdlib.h>

#include "sartor/base/memory.h"
#include "sartor/eval/risk.h"

enum sr_status figure_risk(struct figure *figure, struct sr_error *error)
{
    struct field field;
    enum sr_split_name split;
    enum sr_status status = figure_field(figure, &field, &split, error);
    if (status) goto out;
    const size_t n = field.count;
    struct sr_risk *risks = sr_xalloc(n * sizeof *risks);
    struct sr_curve *curves = sr_xalloc(n * sizeof *curves);
    char **labels = sr_xalloc(n * sizeof *labels);
    for (size_t m = 0; m < n; m++) {
        sr_risk_of(&risks[m], field.predictions[m]);
        labels[m] =
            sr_xprintf("%s (area under the risk %.4f)", field.entries[m]->name, risks[m].area);
        curves[m] = (struct sr_curve){.label = labels[m],
                                      .x = risks[m].answered,
                                      .y = risks[m].accuracy,
                                      .count = risks[m].count,
                                      .group = (int)m,
                                      .low = risks[m].low,
                                      .high = risks[m].high,
                                      .bare = true};
    }
    struct sr_curves_panel panel = {
        .y_label = "accuracy of these", .curves = curves, .count = n, .percent = true};
    char title[160];
    snprintf(title, sizeof title, "Answering only the surest of the %s", figure->judged);
    struct sr_curves_chart chart = {
        title, "share that is answered (%)", &panel, 1, .x_percent = true, .x_unit = true};
    status = figure_put(figure, &sr_chart_curves, &chart, error);
    for (size_t m = 0; m < n; m++) free(labels[m]);
    free(labels);
    free(curves);
    free(risks);
out:
    field_free(&field);
    return status;
}
