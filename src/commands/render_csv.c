/* render_csv.c - a reply as CSV: a line of names, then a line for each row. Rows of the same
 * columns stand together; an empty line stands between tables. */
#include <stdlib.h>
#include <string.h>

#include "render.h"
#include "sartor/base/memory.h"

/* Tables in the order in which the first row of each has come. */
struct tables {
    struct {
        struct sr_text head, rows;
    } * items;
    size_t count, room;
};

static struct sr_text *rows_under(struct tables *tables, const char *head)
{
    for (size_t i = 0; i < tables->count; i++)
        if (!strcmp(sr_text_get(&tables->items[i].head), head)) return &tables->items[i].rows;
    sr_xgrow(&tables->items, &tables->room, tables->count + 1, sizeof *tables->items);
    memset(&tables->items[tables->count], 0, sizeof *tables->items);
    sr_text_add(&tables->items[tables->count].head, head);
    return &tables->items[tables->count++].rows;
}

static bool is_scalar(const struct sr_part *part)
{
    return part->kind == SR_PART_FIELD && (part->forms & SR_CSV) &&
           part->table.cells->type != SR_VALUE_LIST;
}

static void add_field(const struct sr_part *part, struct sr_text *head, struct sr_text *row)
{
    if (head->length) {
        sr_text_add(head, ",");
        sr_text_add(row, ",");
    }
    sr_table_csv_head(&part->table, head);
    sr_table_csv_row(&part->table, 0, row);
}

/* The record's fields as one row, unless they only say what its tables are about. */
static void add_record(struct tables *tables, const struct sr_part *parts, size_t count)
{
    struct sr_text head = {0}, row = {0};
    bool own = true;
    for (size_t i = 0; i < count; i++)
        if (parts[i].kind == SR_PART_TABLE && (parts[i].forms & SR_CSV)) own = false;
    for (size_t i = 0; i < count; i++) {
        if (!is_scalar(&parts[i])) continue;
        own = own || !parts[i].context;
        add_field(&parts[i], &head, &row);
    }
    if (own && head.length)
        sr_text_printf(rows_under(tables, sr_text_get(&head)), "%s\n", sr_text_get(&row));
    sr_text_fini(&head);
    sr_text_fini(&row);
}

/* A table's rows, behind the fields that say what it is about. */
static void add_table(struct tables *tables, const struct sr_part *parts, size_t count,
                      const struct sr_table *table)
{
    struct sr_text head = {0}, context = {0};
    for (size_t i = 0; i < count; i++)
        if (is_scalar(&parts[i]) && parts[i].context) add_field(&parts[i], &head, &context);
    const char *comma = head.length ? "," : "";
    sr_text_add(&head, comma);
    sr_table_csv_head(table, &head);
    struct sr_text *rows = rows_under(tables, sr_text_get(&head));
    for (size_t r = 0; r < sr_table_rows(table); r++) {
        sr_text_printf(rows, "%s%s", sr_text_get(&context), comma);
        sr_table_csv_row(table, r, rows);
        sr_text_add(rows, "\n");
    }
    sr_text_fini(&head);
    sr_text_fini(&context);
}

static void write_tables(struct sr_renderer *renderer, const struct tables *tables,
                         struct sr_text *out)
{
    for (size_t i = 0; i < tables->count; i++) {
        const char *head = sr_text_get(&tables->items[i].head);
        if (i || !renderer->begun || strcmp(head, sr_text_get(&renderer->head)) != 0)
            sr_text_printf(out, "%s%s\n", renderer->begun ? "\n" : "", head);
        sr_text_add(out, sr_text_get(&tables->items[i].rows));
        sr_text_clear(&renderer->head);
        sr_text_add(&renderer->head, head);
        renderer->begun = true;
    }
}

void render_csv(struct sr_renderer *renderer, const struct sr_reply *reply, struct sr_text *out)
{
    struct tables tables = {0};
    for (size_t from = 0, to; from < reply->count; from = to) {
        const struct sr_part *parts = reply->parts + from;
        to = from + 1;
        if (parts->kind == SR_PART_ROWS) {
            if (parts->forms & SR_CSV) add_table(&tables, NULL, 0, &parts->table);
            continue;
        }
        while (to < reply->count && reply->parts[to].kind != SR_PART_RECORD &&
               reply->parts[to].kind != SR_PART_ROWS)
            to++;
        add_record(&tables, parts, to - from);
        for (size_t i = 0; i < to - from; i++)
            if (parts[i].kind == SR_PART_TABLE && (parts[i].forms & SR_CSV))
                add_table(&tables, parts, to - from, &parts[i].table);
    }
    write_tables(renderer, &tables, out);
    for (size_t i = 0; i < tables.count; i++) {
        sr_text_fini(&tables.items[i].head);
        sr_text_fini(&tables.items[i].rows);
    }
    free(tables.items);
}
