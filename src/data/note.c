/* note.c - dataset_note of internal.h. */
#include <stdarg.h>
#include <stdio.h>

#include "internal.h"
#include "sartor/base/memory.h"

void dataset_note(struct sr_dataset *dataset, const char *format, ...)
{
    char text[512];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    for (int i = 0; i < SR_NOTES_MAX; i++)
        if (!dataset->notes[i]) {
            dataset->notes[i] = sr_xstrdup(text);
            return;
        }
}
