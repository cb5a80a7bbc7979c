#include "sartor/base/table.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"

void sr_table_fini(struct sr_table *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        free((char *)table->columns[i].key);
        free((char *)table->columns[i].label);
        free((char *)table->columns[i].format);
    }
    for (size_t i = 0; i < table->cell_count; i++) {
        struct sr_value *cell = &table->cells[i];
        if (cell->type == SR_VALUE_TEXT) free(cell->of.text);
        if (cell->type == SR_VALUE_NAMED) free(cell->of.named.name);
        if (cell->type == SR_VALUE_LIST) sr_json_free(cell->of.list);
        free(cell->shown);
    }
    free(table->columns);
    free(table->cells);
    free(table->title);
    *table = (struct sr_table){0};
}

void sr_table_title(struct sr_table *table, const char *title)
{
    free(table->title);
    table->title = sr_xstrdup(title);
}

/* --- columns ------------------------------------------------------------------------------- */

void sr_table_add_column(struct sr_table *table, const struct sr_column *column)
{
    sr_xgrow(&table->columns, &table->column_room, table->column_count + 1, sizeof *table->columns);
    struct sr_column *own = &table->columns[table->column_count++];
    *own = *column;
    own->key = sr_xstrdup(column->key);
    own->label = sr_xstrdup(column->label);
    own->format = sr_xstrdup(column->format);
}

void sr_table_column(struct sr_table *table, const char *name)
{
    sr_table_add_column(table, &(struct sr_column){.key = name, .label = name});
}

void sr_table_columns(struct sr_table *table, const char *names)
{
    while (*names) {
        const size_t length = strcspn(names, " ");
        char *name = sr_xprintf("%.*s", (int)length, names);
        sr_table_column(table, name);
        free(name);
        names += length + strspn(names + length, " ");
    }
}

/* --- cells --------------------------------------------------------------------------------- */

static struct sr_value *add(struct sr_table *table, enum sr_value_type type)
{
    sr_xgrow(&table->cells, &table->cell_room, table->cell_count + 1, sizeof *table->cells);
    struct sr_value *cell = &table->cells[table->cell_count++];
    *cell = (struct sr_value){.type = type};
    return cell;
}

void sr_table_absent(struct sr_table *table)
{
    add(table, SR_VALUE_ABSENT);
}

void sr_table_text(struct sr_table *table, const char *text)
{
    struct sr_value *cell = add(table, text ? SR_VALUE_TEXT : SR_VALUE_NULL);
    if (text) cell->of.text = sr_xstrdup(text);
}

void sr_table_integer(struct sr_table *table, int64_t number)
{
    add(table, SR_VALUE_INTEGER)->of.integer = number;
}

void sr_table_number(struct sr_table *table, double number)
{
    add(table, SR_VALUE_NUMBER)->of.number = number;
}

void sr_table_switch(struct sr_table *table, bool on)
{
    add(table, SR_VALUE_SWITCH)->of.flag = on;
}

void sr_table_named(struct sr_table *table, int number, const char *name)
{
    struct sr_value *cell = add(table, SR_VALUE_NAMED);
    cell->of.named.number = number;
    cell->of.named.name = sr_xstrdup(name);
}

void sr_table_list(struct sr_table *table, struct sr_json *list)
{
    add(table, SR_VALUE_LIST)->of.list = list;
}

void sr_table_shown(struct sr_table *table, const char *format, ...)
{
    struct sr_value *cell = &table->cells[table->cell_count - 1];
    va_list list;
    free(cell->shown);
    va_start(list, format);
    if (vasprintf(&cell->shown, format, list) < 0) abort();
    va_end(list);
}

void sr_table_reach(struct sr_table *table, const char *words)
{
    sr_table_shown(table, "%s", words);
    table->cells[table->cell_count - 1].spans = true;
}

void sr_table_note(struct sr_table *table, const char *words)
{
    sr_table_absent(table);
    sr_table_reach(table, words);
    sr_table_end_row(table);
}

void sr_table_end_row(struct sr_table *table)
{
    while (table->cell_count % table->column_count) sr_table_absent(table);
}

size_t sr_table_rows(const struct sr_table *table)
{
    return table->column_count ? table->cell_count / table->column_count : 0;
}

const struct sr_value *sr_table_cell(const struct sr_table *table, size_t row, size_t column)
{
    return &table->cells[row * table->column_count + column];
}

/* --- for people ---------------------------------------------------------------------------- */

static void print_number(const struct sr_column *column, double number, struct sr_text *text)
{
    char out[64];
    const char *format = column->format;
    if (!isfinite(number)) {
        sr_text_add(text, "-");
        return;
    }
    switch (column->unit) {
    case SR_UNIT_PLAIN:
        snprintf(out, sizeof out, format ? format : "%g", number);
        break;
    case SR_UNIT_SHARE:
        snprintf(out, sizeof out, format ? format : "%.2f %%", number * 100);
        break;
    case SR_UNIT_COUNT:
        sr_format_count(out, sizeof out, (uint64_t)number);
        break;
    case SR_UNIT_SECONDS:
        sr_format_seconds(out, sizeof out, number);
        break;
    case SR_UNIT_BYTES:
        sr_format_bytes(out, sizeof out, number);
        break;
    }
    sr_text_add(text, out);
}

void sr_table_cell_print(const struct sr_table *table, size_t row, size_t column,
                         struct sr_text *text)
{
    const struct sr_value *cell = sr_table_cell(table, row, column);
    if (cell->shown) {
        sr_text_add(text, cell->shown);
        return;
    }
    switch (cell->type) {
    case SR_VALUE_ABSENT:
    case SR_VALUE_NULL:
    case SR_VALUE_LIST:
        break;
    case SR_VALUE_TEXT:
        sr_text_add(text, cell->of.text);
        break;
    case SR_VALUE_INTEGER:
        if (table->columns[column].unit == SR_UNIT_PLAIN)
            sr_text_printf(text, "%lld", (long long)cell->of.integer);
        else
            print_number(&table->columns[column], (double)cell->of.integer, text);
        break;
    case SR_VALUE_NUMBER:
        print_number(&table->columns[column], cell->of.number, text);
        break;
    case SR_VALUE_SWITCH:
        sr_text_add(text, cell->of.flag ? "yes" : "no");
        break;
    case SR_VALUE_NAMED:
        sr_text_add(text, cell->of.named.name);
        break;
    }
}

void sr_table_html(const struct sr_table *table, size_t columns, size_t rows, struct sr_text *text)
{
    if (!columns || columns > table->column_count) columns = table->column_count;
    if (!rows || rows > sr_table_rows(table)) rows = sr_table_rows(table);
    sr_text_add(text, "<table>\n<tr>");
    for (size_t c = 0; c < columns; c++) {
        if (!table->columns[c].label) continue;
        sr_text_add(text, "<th>");
        sr_text_add_escaped(text, table->columns[c].label);
        sr_text_add(text, "</th>");
    }
    for (size_t r = 0; r < rows; r++) {
        sr_text_add(text, "</tr>\n<tr>");
        for (size_t c = 0; c < columns; c++) {
            struct sr_text cell = {0};
            if (!table->columns[c].label) continue;
            sr_table_cell_print(table, r, c, &cell);
            sr_text_add(text, "<td>");
            sr_text_add_escaped(text, sr_text_get(&cell));
            sr_text_add(text, "</td>");
            sr_text_fini(&cell);
        }
    }
    sr_text_add(text, "</tr>\n</table>\n");
}

/* --- for programs -------------------------------------------------------------------------- */

void sr_table_cell_csv(const struct sr_table *table, size_t row, size_t column,
                       struct sr_text *text)
{
    const struct sr_value *cell = sr_table_cell(table, row, column);
    switch (cell->type) {
    case SR_VALUE_ABSENT:
    case SR_VALUE_NULL:
    case SR_VALUE_LIST:
        break;
    case SR_VALUE_TEXT:
        sr_text_add_csv(text, cell->of.text);
        break;
    case SR_VALUE_INTEGER:
        sr_text_printf(text, "%lld", (long long)cell->of.integer);
        break;
    case SR_VALUE_NUMBER:
        if (isfinite(cell->of.number)) sr_text_printf(text, "%.9g", cell->of.number);
        break;
    case SR_VALUE_SWITCH:
        sr_text_add(text, cell->of.flag ? "true" : "false");
        break;
    case SR_VALUE_NAMED:
        sr_text_add_csv(text, cell->of.named.name);
        break;
    }
}

static bool in_csv(const struct sr_table *table, size_t column)
{
    return table->columns[column].key && !table->columns[column].no_csv;
}

void sr_table_csv_head(const struct sr_table *table, struct sr_text *text)
{
    const char *comma = "";
    for (size_t c = 0; c < table->column_count; c++) {
        if (!in_csv(table, c)) continue;
        sr_text_add(text, comma);
        sr_text_add_csv(text, table->columns[c].key);
        comma = ",";
    }
}

void sr_table_csv_row(const struct sr_table *table, size_t row, struct sr_text *text)
{
    const char *comma = "";
    for (size_t c = 0; c < table->column_count; c++) {
        if (!in_csv(table, c)) continue;
        sr_text_add(text, comma);
        sr_table_cell_csv(table, row, c, text);
        comma = ",";
    }
}

void sr_table_csv(const struct sr_table *table, struct sr_text *text)
{
    sr_table_csv_head(table, text);
    sr_text_add(text, "\n");
    for (size_t r = 0; r < sr_table_rows(table); r++) {
        sr_table_csv_row(table, r, text);
        sr_text_add(text, "\n");
    }
}

/* NULL when the value is absent, or only for others. */
static struct sr_json *cell_json(const struct sr_table *table, size_t row, size_t column)
{
    const struct sr_value *cell = sr_table_cell(table, row, column);
    if (!table->columns[column].key || table->columns[column].no_json) return NULL;
    switch (cell->type) {
    case SR_VALUE_ABSENT:
        return NULL;
    case SR_VALUE_NULL:
        return sr_json_null();
    case SR_VALUE_TEXT:
        return sr_json_from_text(cell->of.text);
    case SR_VALUE_INTEGER:
        return sr_json_from_integer(cell->of.integer);
    case SR_VALUE_NUMBER:
        return sr_json_from_number(cell->of.number);
    case SR_VALUE_SWITCH:
        return sr_json_from_bool(cell->of.flag);
    case SR_VALUE_NAMED:
        return sr_json_from_integer(cell->of.named.number);
    case SR_VALUE_LIST:
        return sr_json_ref(cell->of.list);
    }
    return NULL;
}

void sr_table_set_row(const struct sr_table *table, size_t row, struct sr_json *object)
{
    for (size_t c = 0; c < table->column_count; c++) {
        struct sr_json *value = cell_json(table, row, c);
        if (value) sr_json_set(object, table->columns[c].key, value);
    }
}

struct sr_json *sr_table_json(const struct sr_table *table)
{
    struct sr_json *array = sr_json_array();
    for (size_t r = 0; r < sr_table_rows(table); r++) {
        const bool objects = table->rows == SR_ROWS_OBJECTS;
        struct sr_json *row = table->rows == SR_ROWS_VALUES ? array
                              : objects                     ? sr_json_object()
                                                            : sr_json_array();
        if (objects) sr_table_set_row(table, r, row);
        for (size_t c = 0; !objects && c < table->column_count; c++) {
            struct sr_json *value = cell_json(table, r, c);
            if (value) sr_json_add(row, value);
        }
        if (row != array) sr_json_add(array, row);
    }
    return array;
}
