/* csv.h - rows of a CSV file (RFC 4180), whatever separates its fields: commas, semicolons or tabs.
 * Private to data/. */
#ifndef SARTOR_DATA_CSV_H
#define SARTOR_DATA_CSV_H

#include "sartor/base/error.h"
#include "stream.h"
#include <stdbool.h>
#include <stddef.h>

struct csv {
    char **fields; /* of the present row, NUL-terminated, valid until the next */
    size_t count;  /* 0 at the end of the file */
    size_t line;   /* where the row begins, from 1 */
    struct csv_state *state;
};

/* The stream is borrowed. */
void csv_init(struct csv *csv, struct stream *stream);
void csv_fini(struct csv *csv);
/* The next row; empty lines are passed over. */
enum sr_status csv_next(struct csv *csv, struct sr_error *error);
/* The column of that name in the present row, one of `names` apart by blanks, upper and lower case
 * equal, the first name first; -1 for none. */
int csv_column(const struct csv *csv, const char *names);

#endif
