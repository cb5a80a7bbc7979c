#include "sartor/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Put "..." at the end of a text that did not fit, in place of whole UTF-8 characters: a part of
 * one is not valid text. */
static void mark_cut(struct sr_error *error)
{
    static const char mark[] = "...";
    size_t at = sizeof error->text - sizeof mark;
    while (at > 0 && ((unsigned char)error->text[at] & 0xC0) == 0x80) at--;
    memcpy(error->text + at, mark, sizeof mark);
}

enum sr_status sr_error_set(struct sr_error *error, enum sr_status status, const char *format, ...)
{
    if (!error) return status;
    va_list list;
    va_start(list, format);
    int length = vsnprintf(error->text, sizeof error->text, format, list);
    va_end(list);
    if (length >= (int)sizeof error->text) mark_cut(error);
    error->status = status;
    return status;
}

enum sr_status sr_error_prefix(struct sr_error *error, const char *format, ...)
{
    if (!error) return SR_ERROR_STATE;
    char old[sizeof error->text];
    memcpy(old, error->text, sizeof old);
    va_list list;
    va_start(list, format);
    int length = vsnprintf(error->text, sizeof error->text, format, list);
    va_end(list);
    if (length < 0) length = 0;
    if (length < (int)sizeof error->text) {
        size_t room = sizeof error->text - (size_t)length;
        if (snprintf(error->text + length, room, ": %s", old) >= (int)room) mark_cut(error);
    }
    return error->status;
}
