/* reply.h - what a command has to say: records, tables and sentences, filled once and rendered as
 * text, Markdown, JSON or CSV. Text from files reaches a terminal only through it.
 *
 * Parts stay in the order in which they are added. Records and their fields are for programs: a
 * record is an object of JSON and a row of CSV. Sentences, headings and blocks are for people.
 * Tables are for both. A part is for the forms that sr_reply_only has named last. Start from {0},
 * release with sr_reply_fini. */
#ifndef SARTOR_COMMANDS_REPLY_H
#define SARTOR_COMMANDS_REPLY_H

#include "sartor/base/table.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* For struct sr_reply's `wait`: every job. */
#define SR_EVERY_JOB UINT32_MAX

enum sr_form { SR_TEXT = 1, SR_MARKDOWN = 2, SR_HTML = 4, SR_JSON = 8, SR_CSV = 16 };
enum {
    SR_FOR_PEOPLE = SR_TEXT | SR_MARKDOWN | SR_HTML,
    SR_FOR_PROGRAMS = SR_JSON | SR_CSV,
    SR_FOR_ALL = SR_FOR_PEOPLE | SR_FOR_PROGRAMS,
};

enum sr_part_kind {
    SR_PART_RECORD,    /* begins one; `text` is its event, or NULL */
    SR_PART_FIELD,     /* of the record: a table of one cell */
    SR_PART_TABLE,     /* of the record, under `key` */
    SR_PART_ROWS,      /* a table each row of which is a record; `text` is their event, or NULL */
    SR_PART_PARAGRAPH, /* sentences */
    SR_PART_BLOCK,     /* text whose lines and blanks stay as they are */
    SR_PART_HEADING,
    SR_PART_RAW, /* in the form that it is for */
};
struct sr_part {
    enum sr_part_kind kind;
    unsigned forms;
    bool context; /* of a field: CSV repeats it in the rows of the record's tables */
    int level;    /* of a heading */
    char *key, *text;
    struct sr_table table;
};

struct sr_reply {
    struct sr_part *parts;
    size_t count, room;
    unsigned only;    /* forms that parts are added for; 0 for all */
    uint32_t wait;    /* a job whose end batch waits for, 0 for none */
    bool apart;       /* the explorer shows it in an overlay, even a single line */
    bool shown;       /* a pane shows it: the explorer needs no overlay */
    char command[32]; /* name, for the "command" member of objects */
};

void sr_reply_clear(struct sr_reply *reply); /* empty, `command` kept */
void sr_reply_fini(struct sr_reply *reply);

/* Parts added from now on are for these forms (SR_TEXT | ...). */
void sr_reply_only(struct sr_reply *reply, unsigned forms);

/* Begin a record. `event` may be NULL. Fields belong to the record begun last. */
void sr_reply_record(struct sr_reply *reply, const char *event);
void sr_reply_text(struct sr_reply *reply, const char *key, const char *text); /* NULL: null */
void sr_reply_integer(struct sr_reply *reply, const char *key, int64_t number);
void sr_reply_number(struct sr_reply *reply, const char *key, double number); /* NaN: null */
void sr_reply_switch(struct sr_reply *reply, const char *key, bool on);
void sr_reply_named(struct sr_reply *reply, const char *key, int number, const char *name);
void sr_reply_list(struct sr_reply *reply, const char *key, struct sr_json *list); /* taken over */
void sr_reply_numbers(struct sr_reply *reply, const char *key, const double *numbers, size_t count);
/* The record's fields so far say what its tables are about: CSV repeats them in every row. */
void sr_reply_context(struct sr_reply *reply);

/* A table to be filled, with these columns (NULL for none yet; the array ends with {0}): a member
 * of the record, or each row a record of its own. The pointer is good until the next part. */
struct sr_table *sr_reply_table(struct sr_reply *reply, const char *key,
                                const struct sr_column *columns);
struct sr_table *sr_reply_rows(struct sr_reply *reply, const char *event,
                               const struct sr_column *columns);

/* A line or more for people, without the last line break; of what is filled in by %s no character
 * can break a line, steer a terminal, or become markup. */
void sr_reply_say(struct sr_reply *reply, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The same, behind what was said last, on its line. */
void sr_reply_more(struct sr_reply *reply, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Of this level, 1 the highest. */
void sr_reply_heading(struct sr_reply *reply, int level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Text that is Markdown or HTML already. */
void sr_reply_raw(struct sr_reply *reply, enum sr_form form, const char *text);
/* An empty line. */
void sr_reply_gap(struct sr_reply *reply);
/* Lines as they are; for programs a field of the record, where `key` is not NULL. */
void sr_reply_block(struct sr_reply *reply, const char *key, const char *text);

/* --- rendering ----------------------------------------------------------------------------- */

/* Renders replies one after another: a table whose columns are those of the table that was written
 * last goes on with it. Start from {.form = ...}, release with sr_renderer_fini. */
struct sr_renderer {
    enum sr_form form;
    bool begun;          /* something has been written */
    struct sr_text head; /* CSV, Markdown: of the table that was written last */
};
void sr_render(struct sr_renderer *renderer, const struct sr_reply *reply, struct sr_text *out);
void sr_renderer_fini(struct sr_renderer *renderer);

/* One line to a stream that people read. Control characters in it, line breaks too, become visible
 * escapes (sr_text_add_visible): no file, name or argument can steer the terminal. */
void sr_say(FILE *stream, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
