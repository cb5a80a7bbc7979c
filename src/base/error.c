#include "sartor/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A cut in the middle of a UTF-8 character would print as rubbish. */
static void trim_partial_character(char *text)
{
    size_t end = strlen(text), start = end;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80) start--;
    if (start == 0) return;
    unsigned char lead = (unsigned char)text[start - 1];
    size_t wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (end - (start - 1) < wanted) text[start - 1] = '\0';
}

enum sr_status sr_error_set(struct sr_error *error, enum sr_status status, const char *format, ...)
{
    if (!error) return status;
    va_list list;
    va_start(list, format);
    int length = vsnprintf(error->text, sizeof error->text, format, list);
    va_end(list);
    if (length >= (int)sizeof error->text) trim_partial_character(error->text);
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
        if (snprintf(error->text + length, room, ": %s", old) >= (int)room)
            trim_partial_character(error->text);
    }
    return error->status;
}
