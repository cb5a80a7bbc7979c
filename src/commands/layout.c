/* layout.c - which columns of a table people see, and how wide they are. */
#include <stdlib.h>
#include <string.h>

#include "render.h"
#include "sartor/base/memory.h"

/* Of the label and the widest cell. `known`: some cell has a value. */
static int measure(const struct sr_table *table, size_t column, bool *known)
{
    int width = table->headless ? 0 : sr_utf8_width(table->columns[column].label);
    *known = false;
    if (table->columns[column].width > width) width = table->columns[column].width;
    for (size_t r = 0; r < sr_table_rows(table); r++) {
        struct sr_text cell = {0};
        if (sr_table_cell(table, r, column)->spans) continue;
        sr_table_cell_print(table, r, column, &cell);
        const int here = sr_utf8_width(sr_text_get(&cell));
        if (here > width && !table->columns[column].fixed) width = here;
        if (here && strcmp(sr_text_get(&cell), "-") != 0) *known = true;
        sr_text_fini(&cell);
    }
    return width;
}

/* Columns of one group of the table, and those of no group. Details come in where a value is known
 * and, as long as there is room, in their order. */
static void choose(struct layout *layout, const struct sr_table *table, int group, int room)
{
    bool *taken = sr_xalloc(table->column_count * sizeof *taken);
    int *widths = sr_xalloc(table->column_count * sizeof *widths), used = 0;
    for (int details = 0; details < 2; details++)
        for (size_t c = 0; c < table->column_count; c++) {
            const struct sr_column *column = &table->columns[c];
            bool known;
            if (!column->label || (column->group && column->group != group) ||
                column->detail != details)
                continue;
            widths[c] = measure(table, c, &known);
            const int width = widths[c] + column->gap;
            if (details && (!known || (room && used + width > room))) continue;
            taken[c] = true;
            used += width;
        }
    for (size_t c = 0; c < table->column_count; c++) {
        if (!taken[c]) continue;
        layout->columns[layout->count] = c;
        layout->widths[layout->count++] = widths[c];
    }
    free(taken);
    free(widths);
}

bool layout_begin(struct layout *layout, const struct sr_table *table, int part, int room)
{
    int groups = 0;
    for (size_t c = 0; c < table->column_count; c++)
        if (table->columns[c].group > groups) groups = table->columns[c].group;
    *layout = (struct layout){0};
    if (part > 0 && part >= groups) return false;
    layout->columns = sr_xalloc((table->column_count + 1) * sizeof *layout->columns);
    layout->widths = sr_xalloc((table->column_count + 1) * sizeof *layout->widths);
    choose(layout, table, part + 1, room);
    return true;
}

void layout_end(struct layout *layout)
{
    free(layout->columns);
    free(layout->widths);
}
