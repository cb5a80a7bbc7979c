/* reply.c - filling a reply. */
#include "sartor/commands/reply.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "render.h"
#include "sartor/base/memory.h"

void sr_reply_clear(struct sr_reply *reply)
{
    for (size_t i = 0; i < reply->count; i++) {
        free(reply->parts[i].key);
        free(reply->parts[i].text);
        sr_table_fini(&reply->parts[i].table);
    }
    reply->count = 0;
    reply->only = 0;
    reply->wait = 0;
    reply->shown = reply->apart = false;
}

void sr_reply_fini(struct sr_reply *reply)
{
    sr_reply_clear(reply);
    free(reply->parts);
    reply->parts = NULL;
    reply->room = 0;
}

void sr_reply_only(struct sr_reply *reply, unsigned forms)
{
    reply->only = forms;
}

static struct sr_part *add_part(struct sr_reply *reply, enum sr_part_kind kind, unsigned forms,
                                const char *key)
{
    sr_xgrow(&reply->parts, &reply->room, reply->count + 1, sizeof *reply->parts);
    struct sr_part *part = &reply->parts[reply->count++];
    *part = (struct sr_part){.kind = kind, .forms = forms, .key = sr_xstrdup(key)};
    if (reply->only) part->forms &= reply->only;
    return part;
}

/* --- for programs -------------------------------------------------------------------------- */

void sr_reply_record(struct sr_reply *reply, const char *event)
{
    add_part(reply, SR_PART_RECORD, SR_FOR_PROGRAMS, NULL)->text = sr_xstrdup(event);
}

static struct sr_table *add_field(struct sr_reply *reply, const char *key)
{
    struct sr_table *table = &add_part(reply, SR_PART_FIELD, SR_FOR_PROGRAMS, NULL)->table;
    sr_table_column(table, key);
    return table;
}

void sr_reply_text(struct sr_reply *reply, const char *key, const char *text)
{
    sr_table_text(add_field(reply, key), text);
}

void sr_reply_integer(struct sr_reply *reply, const char *key, int64_t number)
{
    sr_table_integer(add_field(reply, key), number);
}

void sr_reply_number(struct sr_reply *reply, const char *key, double number)
{
    sr_table_number(add_field(reply, key), number);
}

void sr_reply_switch(struct sr_reply *reply, const char *key, bool on)
{
    sr_table_switch(add_field(reply, key), on);
}

void sr_reply_named(struct sr_reply *reply, const char *key, int number, const char *name)
{
    sr_table_named(add_field(reply, key), number, name);
}

void sr_reply_list(struct sr_reply *reply, const char *key, struct sr_json *list)
{
    sr_table_list(add_field(reply, key), list);
}

void sr_reply_numbers(struct sr_reply *reply, const char *key, const double *numbers, size_t count)
{
    struct sr_json *list = sr_json_array();
    for (size_t i = 0; i < count; i++) sr_json_add_number(list, numbers[i]);
    sr_reply_list(reply, key, list);
}

void sr_reply_context(struct sr_reply *reply)
{
    for (size_t i = reply->count; i-- > 0 && reply->parts[i].kind != SR_PART_RECORD;)
        if (reply->parts[i].kind == SR_PART_FIELD) reply->parts[i].context = true;
}

/* --- for both ------------------------------------------------------------------------------ */

static struct sr_table *add_table(struct sr_part *part, const struct sr_column *columns)
{
    for (; columns && (columns->key || columns->label); columns++)
        sr_table_add_column(&part->table, columns);
    return &part->table;
}

struct sr_table *sr_reply_table(struct sr_reply *reply, const char *key,
                                const struct sr_column *columns)
{
    return add_table(add_part(reply, SR_PART_TABLE, SR_FOR_ALL, key), columns);
}

struct sr_table *sr_reply_rows(struct sr_reply *reply, const char *event,
                               const struct sr_column *columns)
{
    struct sr_part *part = add_part(reply, SR_PART_ROWS, SR_FOR_ALL, NULL);
    part->text = sr_xstrdup(event);
    return add_table(part, columns);
}

/* --- for people ---------------------------------------------------------------------------- */

static void add_value(struct sr_text *text, const char *value)
{
    sr_text_add_bytes(text, (char[]){VALUE_BEGINS}, 1);
    sr_text_add_visible(text, value);
    sr_text_add_bytes(text, (char[]){VALUE_ENDS}, 1);
}

/* printf with what %s fills in marked as a value. Of the conversions, those that sentences need;
 * widths and precisions are digits. */
static void add_sentence(struct sr_text *text, const char *format, va_list *list)
{
    while (*format) {
        const size_t plain = strcspn(format, "%");
        sr_text_add_bytes(text, format, plain);
        format += plain;
        if (!*format) return;
        char directive[16];
        const size_t length = 1 + strspn(format + 1, "-+ #0123456789.lz");
        if (length + 2 > sizeof directive) abort();
        memcpy(directive, format, length + 1);
        directive[length + 1] = '\0';
        const char conversion = format[length], size = format[length - 1];
        format += length + 1;
        if (!strcmp(directive, "%s"))
            add_value(text, va_arg(*list, const char *));
        else if (conversion == '%')
            sr_text_add(text, "%");
        else if (strchr("efg", conversion))
            sr_text_printf(text, directive, va_arg(*list, double));
        else if (!strchr("diu", conversion))
            abort();
        else if (size == 'z')
            sr_text_printf(text, directive, va_arg(*list, size_t));
        else if (size == 'l' && strstr(directive, "ll"))
            sr_text_printf(text, directive, va_arg(*list, long long));
        else if (size == 'l')
            sr_text_printf(text, directive, va_arg(*list, long));
        else
            sr_text_printf(text, directive, va_arg(*list, int));
    }
}

void sr_reply_say(struct sr_reply *reply, const char *format, ...)
{
    struct sr_text text = {0};
    va_list list;
    va_start(list, format);
    add_sentence(&text, format, &list);
    va_end(list);
    add_part(reply, SR_PART_PARAGRAPH, SR_FOR_PEOPLE, NULL)->text = sr_text_take(&text);
}

void sr_reply_heading(struct sr_reply *reply, int level, const char *format, ...)
{
    struct sr_text text = {0};
    va_list list;
    va_start(list, format);
    add_sentence(&text, format, &list);
    va_end(list);
    struct sr_part *part = add_part(reply, SR_PART_HEADING, SR_FOR_PEOPLE, NULL);
    part->text = sr_text_take(&text);
    part->level = level;
}

void sr_reply_raw(struct sr_reply *reply, enum sr_form form, const char *text)
{
    add_part(reply, SR_PART_RAW, form, NULL)->text = sr_xstrdup(text);
}

void sr_reply_more(struct sr_reply *reply, const char *format, ...)
{
    struct sr_part *part = &reply->parts[reply->count - 1];
    struct sr_text text = {0};
    va_list list;
    sr_text_add(&text, part->text);
    va_start(list, format);
    add_sentence(&text, format, &list);
    va_end(list);
    free(part->text);
    part->text = sr_text_take(&text);
}

void sr_reply_gap(struct sr_reply *reply)
{
    add_part(reply, SR_PART_PARAGRAPH, SR_TEXT, NULL)->text = sr_xstrdup("");
}

void sr_reply_block(struct sr_reply *reply, const char *key, const char *text)
{
    if (key) sr_reply_text(reply, key, text);
    add_part(reply, SR_PART_BLOCK, SR_FOR_PEOPLE, NULL)->text = sr_xstrdup(text);
}
