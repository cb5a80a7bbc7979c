/* compare_chart.c - see compare.h: accuracies as bars, with their intervals. */
#include "compare.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sartor/cells/draw.h"

struct chart {
    double low, high; /* accuracies at both ends of the axis */
    int left, across; /* cells before the bars, and in the longest of them */
    int count;        /* bars */
};

/* The axis begins at a twentieth below all intervals and ends at one above them. */
static struct chart lay_out(const struct compare_table *table, int width)
{
    struct chart chart = {.low = 1, .left = 8};
    for (size_t i = 0; i < table->count; i++) {
        const double *scores = table->rows[i].scores;
        if (!isfinite(scores[SR_SCORE_ACCURACY])) continue;
        chart.low = fmin(chart.low, scores[SR_SCORE_ACCURACY_LOW]);
        chart.high = fmax(chart.high, scores[SR_SCORE_ACCURACY_HIGH]);
        const int name = sr_utf8_width(table->rows[i].entry->name);
        if (name + 2 > chart.left) chart.left = name + 2;
        chart.count++;
    }
    if (chart.left > 18) chart.left = 18;
    chart.low = fmax(0, floor(chart.low * 20 - 0.2) / 20);
    chart.high = fmin(1, ceil(chart.high * 20) / 20);
    chart.across = width - chart.left - 2;
    return chart;
}

/* The column in which a value lies. */
static int column_of(const struct chart *chart, double value)
{
    const double share = (value - chart->low) / (chart->high - chart->low);
    return chart->left + (int)lround(share * (chart->across - 1));
}

static void draw_bar(struct sr_session *session, struct sr_area area, const struct chart *chart,
                     const double *scores, struct sr_style fill)
{
    const double scale = chart->high - chart->low,
                 length = fmax(0, scores[SR_SCORE_ACCURACY] - chart->low) / scale;
    for (int y = 0; y < area.height; y++)
        sr_draw_bar(area, chart->left, y, chart->across, length, &session->look, fill);
    const int from = column_of(chart, scores[SR_SCORE_ACCURACY_LOW]),
              to = column_of(chart, scores[SR_SCORE_ACCURACY_HIGH]),
              end = chart->left + (int)ceil(length * chart->across);
    for (int x = end > from ? end : from; x <= to; x++)
        sr_area_put(area, x, 0, x == to ? 0x2524 : 0x2500, sr_pane_style(session, SR_ROLE_TEXT));
}

/* Percentages below the bars. */
static void draw_axis(struct sr_session *session, struct sr_area area, const struct chart *chart)
{
    const int step = chart->high - chart->low > 0.35 ? 10 : 5;
    for (int tick = (int)lround(chart->low * 100); tick <= (int)lround(chart->high * 100);
         tick += step) {
        char label[16];
        snprintf(label, sizeof label, "%d%%", tick);
        sr_area_text(area, column_of(chart, tick / 100.0) - (int)strlen(label) / 2, 0,
                     sr_pane_style(session, SR_ROLE_FAINT), label);
    }
}

void compare_draw_chart(struct sr_session *session, struct sr_area area,
                        const struct compare_table *table)
{
    const struct chart chart = lay_out(table, area.width);
    if (chart.count == 0 || chart.across < 12 || area.height < 3) return;
    const int lines = area.height - 2, tall = lines >= 3 * chart.count ? 2 : 1,
              gap = lines >= 2 * chart.count ? 1 : 0;
    sr_area_printf(area, 1, 0, sr_pane_style(session, SR_ROLE_TITLE), "Accuracy");
    sr_area_printf(area, 11, 0, sr_pane_style(session, SR_ROLE_FAINT),
                   "bars begin at %.0f %%; the line is the 95 %% interval", 100 * chart.low);
    int y = 1, shade = 0;
    for (size_t i = 0; i < table->count && y + tall <= area.height - 1; i++) {
        const struct compare_row *row = &table->rows[i];
        if (!isfinite(row->scores[SR_SCORE_ACCURACY])) continue;
        const bool here = (int)i == table->at;
        char name[96];
        sr_pane_cut(name, sizeof name, row->entry->name, chart.left - 2);
        sr_area_text(area, 1, y, sr_pane_style(session, here ? SR_ROLE_ACCENT : SR_ROLE_TEXT),
                     name);
        struct sr_style fill = sr_pane_style(session, here ? SR_ROLE_SERIES + 1 : SR_ROLE_SERIES);
        /* Two shades in turn, so that bars do not run into one block. */
        if (shade++ % 2 && session->look.depth >= SR_DEPTH_256)
            fill.fore =
                sr_colour_mix(fill.fore, sr_colour_grey(session->look.light ? 255 : 0), 0.25);
        draw_bar(session, sr_area_part(area, 0, y, area.width, tall), &chart, row->scores, fill);
        y += tall + gap;
    }
    if (y >= area.height) y = area.height - 1;
    draw_axis(session, sr_area_part(area, 0, y, area.width, 1), &chart);
}
