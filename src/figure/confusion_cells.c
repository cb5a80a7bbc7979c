#include "confusion.h"

#include <stdio.h>

uint64_t confusion_row(const struct sr_confusion_chart *chart, int row)
{
    uint64_t sum = 0;
    for (int i = 0; i < chart->classes; i++)
        sum += chart->matrix[(size_t)row * (size_t)chart->classes + (size_t)i];
    return sum;
}

uint64_t confusion_column(const struct sr_confusion_chart *chart, int column)
{
    uint64_t sum = 0;
    for (int i = 0; i < chart->classes; i++)
        sum += chart->matrix[(size_t)i * (size_t)chart->classes + (size_t)column];
    return sum;
}

uint64_t confusion_whole(const struct sr_confusion_chart *chart, int row, int column)
{
    return chart->of_predicted ? confusion_column(chart, column) : confusion_row(chart, row);
}

uint64_t confusion_at(const struct sr_confusion_chart *chart, int row, int column)
{
    return chart->matrix[(size_t)row * (size_t)chart->classes + (size_t)column];
}

void confusion_percent(char *out, size_t size, uint64_t part, uint64_t whole)
{
    if (!whole)
        snprintf(out, size, "–");
    else
        sr_number(out, size, 100.0 * (double)part / (double)whole, part == whole ? 0 : 1);
}
