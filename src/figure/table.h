/* table.h - the numbers behind a chart, as rows under named columns. Private to figure/.
 *
 * A chart's table function names its columns, then adds cells from left to right; a row ends
 * by itself when it is full. Whether that becomes CSV, JSON or HTML is the writer's business. In
 * HTML, for reading, long tables are cut short. */
#ifndef SARTOR_SRC_FIGURE_TABLE_H
#define SARTOR_SRC_FIGURE_TABLE_H

#include "sartor/base/json.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sr_table_kind { SR_TABLE_CSV, SR_TABLE_JSON, SR_TABLE_HTML };

struct sr_table {
    enum sr_table_kind kind;
    size_t columns, filled, count; /* cells a row; cells in the present row; full rows */
    char *title;                   /* NULL: none */
    struct sr_text text;           /* CSV and HTML, and JSON after sr_table_end */
    struct sr_json *object, *names, *rows, *row;
};

void sr_table_title(struct sr_table *table,
                    const char *title); /* NULL: none; CSV has no place for it */
void sr_table_columns(struct sr_table *table,
                      const char *names); /* "epoch loss", apart by blanks */
void sr_table_column(struct sr_table *table, const char *name);
void sr_table_text(struct sr_table *table, const char *text); /* NULL: empty, null */
void sr_table_number(struct sr_table *table, double number);  /* NaN: empty, null */
void sr_table_integer(struct sr_table *table, int64_t number);
void sr_table_flag(struct sr_table *table, bool flag);

/* For figure.c: begin from {0}; end puts the whole file into `text`; fini releases all. */
void sr_table_begin(struct sr_table *table, enum sr_table_kind kind, const char *figure,
                    const char *const *provenance);
void sr_table_end(struct sr_table *table);
void sr_table_fini(struct sr_table *table);

#endif
