/* table.h - values in rows under named columns, and the forms in which programs and pages take
 * them.
 *
 * Columns are named first; then cells are added from left to right, and a row ends by itself when
 * it is full. A table owns what is put into it. Start from {0}, release with sr_table_fini. */
#ifndef SARTOR_BASE_TABLE_H
#define SARTOR_BASE_TABLE_H

#include "sartor/base/json.h"
#include "sartor/base/text.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How people see a column's numbers; programs get them in full. */
enum sr_unit {
    SR_UNIT_PLAIN,   /* by `format`, "%g" unless it is given; integers in digits */
    SR_UNIT_SHARE,   /* 0 to 1 as per cent, by `format`, "%.2f %%" unless it is given */
    SR_UNIT_COUNT,   /* 60,000 */
    SR_UNIT_SECONDS, /* 4 min 05 s */
    SR_UNIT_BYTES,   /* 1.4 MB */
};

struct sr_column {
    const char *key;   /* in JSON and CSV; NULL: the column is only for people */
    const char *label; /* over the column for people; NULL: the column is only for programs */
    enum sr_unit unit;
    const char *format; /* of a double */
    bool left;          /* aligned to the left, as text is; numbers stand to the right */
    int width, gap;     /* in text: columns of a terminal at least; blanks before it, 1 when 0 */
    bool fixed;         /* a wider cell moves what is behind it in its row, and no other row */
    bool no_json, no_csv;
    /* Tables of many columns are shown as several: those of one group beside the first column, and
     * details only where there is room. */
    int group;
    bool detail;
};

enum sr_value_type {
    SR_VALUE_ABSENT, /* no such value: JSON has no member for it */
    SR_VALUE_NULL,
    SR_VALUE_TEXT,
    SR_VALUE_INTEGER,
    SR_VALUE_NUMBER,
    SR_VALUE_SWITCH,
    SR_VALUE_NAMED, /* an integer in JSON, for all others the text that names it */
    SR_VALUE_LIST,  /* only in JSON */
};
struct sr_value {
    enum sr_value_type type;
    union {
        int64_t integer;
        double number;
        char *text;
        bool flag;
        struct {
            int number;
            char *name;
        } named;
        struct sr_json *list;
    } of;
    char *shown; /* what people see instead, NULL for the value itself */
    bool spans;  /* in text it reaches over the columns behind it */
};

/* What the rows are in JSON. */
enum sr_rows {
    SR_ROWS_OBJECTS, /* members by the columns' keys */
    SR_ROWS_ARRAYS,
    SR_ROWS_VALUES, /* those of the only column that JSON has */
};

struct sr_table {
    struct sr_column *columns; /* their strings are the table's own */
    size_t column_count, column_room;
    struct sr_value *cells; /* rows × columns */
    size_t cell_count, cell_room;
    char *title; /* NULL: none */
    enum sr_rows rows;
    bool headless; /* in text: without the line of labels */
    int room;      /* in text: columns of a terminal that it may take, 0 for any number */
};

void sr_table_fini(struct sr_table *table);
void sr_table_title(struct sr_table *table, const char *title); /* NULL: none */
/* One column; the strings are copied. */
void sr_table_add_column(struct sr_table *table, const struct sr_column *column);
/* "epoch loss", apart by blanks: columns that are called so by programs and people. */
void sr_table_columns(struct sr_table *table, const char *names);
void sr_table_column(struct sr_table *table, const char *name);

void sr_table_absent(struct sr_table *table);
void sr_table_text(struct sr_table *table, const char *text); /* NULL: null */
void sr_table_integer(struct sr_table *table, int64_t number);
void sr_table_number(struct sr_table *table, double number); /* NaN: null */
void sr_table_switch(struct sr_table *table, bool on);
void sr_table_named(struct sr_table *table, int number, const char *name);
void sr_table_list(struct sr_table *table, struct sr_json *list); /* taken over */
/* What people see of the cell added last. */
void sr_table_shown(struct sr_table *table, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The same with words that stand in place of the rest of the row. */
void sr_table_reach(struct sr_table *table, const char *words);
/* Only for people, such words; the row's other cells are absent. */
void sr_table_note(struct sr_table *table, const char *words);
/* The row's remaining cells are absent. */
void sr_table_end_row(struct sr_table *table);

size_t sr_table_rows(const struct sr_table *table);
const struct sr_value *sr_table_cell(const struct sr_table *table, size_t row, size_t column);

/* A cell as people see it, not escaped yet; as CSV has it, escaped. */
void sr_table_cell_print(const struct sr_table *table, size_t row, size_t column,
                         struct sr_text *text);
void sr_table_cell_csv(const struct sr_table *table, size_t row, size_t column,
                       struct sr_text *text);
/* The keys as a line of CSV, a row as one, without the line's end; all of it. */
void sr_table_csv_head(const struct sr_table *table, struct sr_text *text);
void sr_table_csv_row(const struct sr_table *table, size_t row, struct sr_text *text);
void sr_table_csv(const struct sr_table *table, struct sr_text *text);
/* A row as members of an object; all rows as an array, by `rows`. */
void sr_table_set_row(const struct sr_table *table, size_t row, struct sr_json *object);
struct sr_json *sr_table_json(const struct sr_table *table);
/* <table>...</table> with at most so many columns and rows, 0 for all. */
void sr_table_html(const struct sr_table *table, size_t columns, size_t rows, struct sr_text *text);

#endif
