/* csv.c - see csv.h. */
#include "csv.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sartor/base/memory.h"

enum { CHUNK = 256 << 10, ROW_MAX = 16 << 20, FIELDS_MAX = 1 << 20 };

struct csv_state {
    struct stream *stream;
    char *chunk; /* read, used up to `at` */
    size_t at, end;
    bool ended;
    char separator; /* '\0' until the first line is seen */
    char *text;     /* the fields of the row, one behind the other */
    size_t length, room;
    size_t *starts; /* of the fields in `text` */
    size_t starts_room, fields_room;
    size_t lines;
};

void csv_init(struct csv *csv, struct stream *stream)
{
    *csv = (struct csv){0};
    csv->state = sr_xalloc(sizeof *csv->state);
    csv->state->stream = stream;
    csv->state->chunk = sr_xalloc(CHUNK);
}

void csv_fini(struct csv *csv)
{
    if (!csv->state) return;
    free(csv->state->chunk);
    free(csv->state->text);
    free(csv->state->starts);
    free(csv->state);
    free(csv->fields);
    *csv = (struct csv){0};
}

static enum sr_status fill(struct csv_state *s, struct sr_error *error)
{
    s->at = 0;
    enum sr_status status = stream_read(s->stream, s->chunk, CHUNK, &s->end, error);
    s->ended = status != SR_OK || s->end == 0;
    return status;
}

/* Whichever stands most often in the first line. A byte-order mark before it is passed over. */
static void find_separator(struct csv_state *s)
{
    static const char separators[] = ",;\t";
    size_t counts[3] = {0};
    if (s->end >= 3 && !memcmp(s->chunk, "\xef\xbb\xbf", 3)) s->at = 3;
    for (size_t i = s->at; i < s->end && s->chunk[i] != '\n'; i++)
        for (int k = 0; k < 3; k++) counts[k] += s->chunk[i] == separators[k];
    int most = 0;
    for (int k = 1; k < 3; k++)
        if (counts[k] > counts[most]) most = k;
    s->separator = separators[most];
}

static void put(struct csv_state *s, char c)
{
    if (s->length == s->room) sr_xgrow(&s->text, &s->room, s->length + 1, 1);
    s->text[s->length++] = c;
}

static void begin_field(struct csv_state *s, size_t *count)
{
    sr_xgrow(&s->starts, &s->starts_room, *count + 1, sizeof *s->starts);
    s->starts[(*count)++] = s->length;
}

/* One row into `text`; *count fields. */
static enum sr_status read_row(struct csv_state *s, size_t *count, struct sr_error *error)
{
    bool quoted = false, was_quoted = false, any = false;
    *count = 0;
    s->length = 0;
    begin_field(s, count);
    for (;;) {
        if (s->at == s->end) {
            enum sr_status status = fill(s, error);
            if (status != SR_OK) return status;
            if (s->ended) break;
            if (!s->separator) find_separator(s);
            continue;
        }
        const char c = s->chunk[s->at++];
        if (c == '\n') s->lines++;
        any = any || (c != '\n' && c != '\r');
        if (quoted) {
            quoted = c != '"';
            was_quoted = true;
            if (quoted) put(s, c);
        } else if (c == '"' && (was_quoted || s->length == s->starts[*count - 1])) {
            /* A quote right behind a closing one stands for itself. */
            if (was_quoted) put(s, c);
            quoted = true;
        } else if (c == s->separator) {
            put(s, '\0');
            begin_field(s, count);
            was_quoted = false;
        } else if (c == '\n') {
            break;
        } else if (c != '\r') {
            put(s, c == '\0' ? ' ' : c);
        }
        if (s->length > ROW_MAX || *count > FIELDS_MAX)
            return sr_error_set(error, SR_ERROR_FORMAT,
                                "%s, line %zu: the row is longer than that of any table",
                                stream_name(s->stream), s->lines + 1);
    }
    put(s, '\0');
    if (quoted)
        return sr_error_set(error, SR_ERROR_FORMAT, "%s, line %zu: a quote is not closed",
                            stream_name(s->stream), s->lines + 1);
    if (!any) *count = 0;
    return SR_OK;
}

enum sr_status csv_next(struct csv *csv, struct sr_error *error)
{
    struct csv_state *s = csv->state;
    csv->count = 0;
    do {
        csv->line = s->lines + 1;
        enum sr_status status = read_row(s, &csv->count, error);
        if (status != SR_OK) return status;
    } while (!csv->count && !s->ended);
    sr_xgrow(&csv->fields, &s->fields_room, csv->count + 1, sizeof *csv->fields);
    for (size_t i = 0; i < csv->count; i++) {
        char *field = s->text + s->starts[i];
        field += strspn(field, " ");
        size_t length = strlen(field);
        while (length && field[length - 1] == ' ') field[--length] = '\0';
        csv->fields[i] = field;
    }
    return SR_OK;
}

int csv_column(const struct csv *csv, const char *names)
{
    for (const char *at = names; *at;) {
        const size_t length = strcspn(at, " ");
        for (size_t i = 0; i < csv->count; i++)
            if (strlen(csv->fields[i]) == length && !strncasecmp(csv->fields[i], at, length))
                return (int)i;
        at += length;
        at += strspn(at, " ");
    }
    return -1;
}
