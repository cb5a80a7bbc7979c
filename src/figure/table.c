/* CSV as RFC 4180 describes it, but with plain newlines and UTF-8; JSON as one object with
 * "columns" and "rows", which pandas.DataFrame(rows, columns=columns) takes as it is. */
#include "table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void sr_table_begin(struct sr_table *table, bool json, const char *figure, const char *const *provenance)
{
    *table = (struct sr_table){.json = json};
    if (!json) return;
    table->object = sr_json_object();
    sr_json_set_text(table->object, "figure", figure);
    if (provenance) {
        struct sr_json *object = sr_json_object();
        for (size_t i = 0; provenance[i] && provenance[i + 1]; i += 2)
            sr_json_set_text(object, provenance[i], provenance[i + 1]);
        sr_json_set(table->object, "provenance", object);
    }
    table->names = sr_json_array();
    table->rows = sr_json_array();
}

void sr_table_end(struct sr_table *table)
{
    if (!table->json) {
        sr_text_add(&table->text, "\n");
        return;
    }
    sr_json_set(table->object, "columns", table->names);
    sr_json_set(table->object, "rows", table->rows);
    table->names = table->rows = NULL;
    sr_json_print(table->object, &table->text);
    sr_text_add(&table->text, "\n");
}

void sr_table_fini(struct sr_table *table)
{
    sr_json_free(table->object);
    sr_json_free(table->names);
    sr_json_free(table->rows);
    sr_json_free(table->row);
    sr_text_fini(&table->text);
    *table = (struct sr_table){0};
}

void sr_table_title(struct sr_table *table, const char *title)
{
    if (table->json && title) sr_json_set_text(table->object, "title", title);
}

static void csv_text(struct sr_text *out, const char *text)
{
    if (!strpbrk(text, "\",\r\n")) {
        sr_text_add(out, text);
        return;
    }
    sr_text_add(out, "\"");
    for (; *text; text++) {
        if (*text == '"') sr_text_add(out, "\"");
        sr_text_add_bytes(out, text, 1);
    }
    sr_text_add(out, "\"");
}

void sr_table_column(struct sr_table *table, const char *name)
{
    if (table->json)
        sr_json_add_text(table->names, name);
    else {
        if (table->columns) sr_text_add(&table->text, ",");
        csv_text(&table->text, name);
    }
    table->columns++;
}

void sr_table_columns(struct sr_table *table, const char *names)
{
    char name[64];
    while (*names) {
        size_t length = strcspn(names, " ");
        snprintf(name, sizeof name, "%.*s", (int)length, names);
        sr_table_column(table, name);
        names += length + strspn(names + length, " ");
    }
}

/* Each row begins by ending the line before it, so that the header needs no count of its columns. */
static void next(struct sr_table *table)
{
    if (table->json) {
        if (!table->row) table->row = sr_json_array();
    } else
        sr_text_add(&table->text, table->filled ? "," : "\n");
}

static void added(struct sr_table *table)
{
    if (++table->filled < table->columns) return;
    table->filled = 0;
    if (table->json) sr_json_add(table->rows, table->row);
    table->row = NULL;
}

void sr_table_text(struct sr_table *table, const char *text)
{
    next(table);
    if (table->json)
        sr_json_add_text(table->row, text);
    else if (text)
        csv_text(&table->text, text);
    added(table);
}

void sr_table_number(struct sr_table *table, double number)
{
    next(table);
    if (table->json)
        sr_json_add_number(table->row, number);
    else if (isfinite(number))
        sr_text_printf(&table->text, "%.9g", number);
    added(table);
}

void sr_table_integer(struct sr_table *table, int64_t number)
{
    next(table);
    if (table->json)
        sr_json_add_integer(table->row, number);
    else
        sr_text_printf(&table->text, "%lld", (long long)number);
    added(table);
}

void sr_table_flag(struct sr_table *table, bool flag)
{
    sr_table_integer(table, flag);
}
