/* render_text.c - a reply as plain text for people. */
#include <string.h>

#include "render.h"

static void add_blanks(struct sr_text *out, int count)
{
    if (count > 0) sr_text_printf(out, "%*s", count, "");
}

/* Blanks at the end of a line are left out. */
static void end_line(struct sr_text *out)
{
    while (out->length && out->bytes[out->length - 1] == ' ') out->length--;
    if (out->bytes) out->bytes[out->length] = '\0';
    sr_text_add(out, "\n");
}

static void add_cell(struct sr_text *out, const struct layout *layout, size_t at,
                     const struct sr_column *column, const char *text)
{
    const int missing = layout->widths[at] - sr_utf8_width(text);
    add_blanks(out, column->gap ? column->gap : at ? 1 : 0);
    if (!column->left) add_blanks(out, missing);
    sr_text_add_visible(out, text);
    if (column->left) add_blanks(out, missing);
}

static void add_row(struct sr_text *out, const struct layout *layout, const struct sr_table *table,
                    size_t row)
{
    for (size_t i = 0; i < layout->count; i++) {
        const size_t c = layout->columns[i];
        struct sr_text cell = {0};
        sr_table_cell_print(table, row, c, &cell);
        add_cell(out, layout, i, &table->columns[c], sr_text_get(&cell));
        sr_text_fini(&cell);
        if (sr_table_cell(table, row, c)->spans) break;
    }
    end_line(out);
}

static void add_table(struct sr_text *out, const struct sr_table *table)
{
    struct layout layout;
    for (int part = 0; layout_begin(&layout, table, part, table->room); part++) {
        if (part) sr_text_add(out, "\n");
        for (size_t i = 0; !table->headless && i < layout.count; i++) {
            const struct sr_column *column = &table->columns[layout.columns[i]];
            add_cell(out, &layout, i, column, column->label);
        }
        if (!table->headless) end_line(out);
        for (size_t r = 0; r < sr_table_rows(table); r++) add_row(out, &layout, table, r);
        layout_end(&layout);
    }
}

/* What was filled into a paragraph has been made visible by then. */
static void add_paragraph(struct sr_text *out, const char *paragraph)
{
    for (; *paragraph; paragraph++)
        if (*paragraph != VALUE_BEGINS && *paragraph != VALUE_ENDS)
            sr_text_add_bytes(out, paragraph, 1);
    sr_text_add(out, "\n");
}

static void add_block(struct sr_text *out, const char *block)
{
    sr_text_add_lines(out, block);
    if (*block && out->bytes[out->length - 1] != '\n') sr_text_add(out, "\n");
}

void render_text(const struct sr_reply *reply, struct sr_text *out)
{
    for (size_t i = 0; i < reply->count; i++) {
        const struct sr_part *part = &reply->parts[i];
        if (!(part->forms & SR_TEXT)) continue;
        if (part->kind == SR_PART_TABLE || part->kind == SR_PART_ROWS)
            add_table(out, &part->table);
        else if (part->kind == SR_PART_PARAGRAPH || part->kind == SR_PART_HEADING)
            add_paragraph(out, part->text);
        else if (part->kind == SR_PART_BLOCK)
            add_block(out, part->text);
    }
}
