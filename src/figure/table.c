/* CSV as RFC 4180 describes it, but with plain newlines and UTF-8; JSON as one object with
 * "columns" and "rows", which pandas.DataFrame(rows, columns=columns) takes as it is; HTML for
 * reading. */
#include "table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canvas.h"
#include "sartor/base/memory.h"

/* What of a table a page shows. */
enum { SHOWN_COLUMNS = 12, SHOWN_ROWS = 1000 };

void sr_table_begin(struct sr_table *table, enum sr_table_kind kind, const char *figure,
                    const char *const *provenance)
{
    *table = (struct sr_table){.kind = kind};
    if (kind != SR_TABLE_JSON) return;
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
    if (table->kind == SR_TABLE_CSV) sr_text_add(&table->text, "\n");
    if (table->kind == SR_TABLE_HTML) {
        sr_text_add(&table->text, table->columns ? "</tr>\n</table>\n" : "");
        if (table->columns > SHOWN_COLUMNS || table->count > SHOWN_ROWS)
            sr_text_printf(&table->text,
                           "<p>The first %zu of %zu rows and %zu of %zu columns; export to .csv or "
                           ".json has all.</p>\n",
                           table->count < SHOWN_ROWS ? table->count : SHOWN_ROWS, table->count,
                           table->columns < SHOWN_COLUMNS ? table->columns : SHOWN_COLUMNS,
                           table->columns);
    }
    if (table->kind != SR_TABLE_JSON) return;
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
    free(table->title);
    *table = (struct sr_table){0};
}

void sr_table_title(struct sr_table *table, const char *title)
{
    free(table->title);
    table->title = sr_xstrdup(title);
    if (table->kind == SR_TABLE_JSON && title) sr_json_set_text(table->object, "title", title);
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

/* Each row begins by ending the line before it, so that the header needs no count of its columns.
 */
static void begin_cell(struct sr_table *table, bool head)
{
    size_t at = head ? table->columns : table->filled;
    if (table->kind == SR_TABLE_CSV && at) sr_text_add(&table->text, ",");
    if (table->kind == SR_TABLE_CSV && !at && !head) sr_text_add(&table->text, "\n");
    if (table->kind == SR_TABLE_HTML && !at)
        sr_text_add(&table->text, head ? "<table>\n<tr>" : "</tr>\n<tr>");
    if (table->kind == SR_TABLE_JSON && !head && !table->row) table->row = sr_json_array();
}

/* Text in the form of the file, where that has a place for this cell. */
static void put(struct sr_table *table, bool head, const char *text)
{
    if (table->kind == SR_TABLE_CSV) csv_text(&table->text, text);
    if (table->kind != SR_TABLE_HTML || (head ? table->columns : table->filled) >= SHOWN_COLUMNS)
        return;
    struct sr_text clean = {0};
    for (uint32_t code; (code = sr_utf8_next(&text));)
        sr_text_add_glyph(&clean, sr_printable(code));
    sr_text_add(&table->text, head ? "<th>" : "<td>");
    sr_text_add_escaped(&table->text, sr_text_get(&clean));
    sr_text_add(&table->text, head ? "</th>" : "</td>");
    sr_text_fini(&clean);
}

void sr_table_column(struct sr_table *table, const char *name)
{
    begin_cell(table, true);
    if (table->kind == SR_TABLE_JSON)
        sr_json_add_text(table->names, name);
    else
        put(table, true, name);
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

static bool hidden(const struct sr_table *table)
{
    return table->kind == SR_TABLE_HTML && table->count >= SHOWN_ROWS;
}

static void added(struct sr_table *table)
{
    if (++table->filled < table->columns) return;
    table->filled = 0;
    table->count++;
    if (table->kind == SR_TABLE_JSON) sr_json_add(table->rows, table->row);
    table->row = NULL;
}

void sr_table_text(struct sr_table *table, const char *text)
{
    if (!hidden(table)) {
        begin_cell(table, false);
        if (table->kind == SR_TABLE_JSON)
            sr_json_add_text(table->row, text);
        else
            put(table, false, text ? text : "");
    }
    added(table);
}

void sr_table_number(struct sr_table *table, double number)
{
    char text[40] = "";
    if (isfinite(number))
        snprintf(text, sizeof text, table->kind == SR_TABLE_HTML ? "%.6g" : "%.9g", number);
    if (!hidden(table)) {
        begin_cell(table, false);
        if (table->kind == SR_TABLE_JSON)
            sr_json_add_number(table->row, number);
        else
            put(table, false, text);
    }
    added(table);
}

void sr_table_integer(struct sr_table *table, int64_t number)
{
    char text[40];
    snprintf(text, sizeof text, "%lld", (long long)number);
    if (!hidden(table)) {
        begin_cell(table, false);
        if (table->kind == SR_TABLE_JSON)
            sr_json_add_integer(table->row, number);
        else
            put(table, false, text);
    }
    added(table);
}

void sr_table_flag(struct sr_table *table, bool flag)
{
    sr_table_integer(table, flag);
}
