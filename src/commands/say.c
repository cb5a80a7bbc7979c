#include "sartor/commands/reply.h"

#include <stdarg.h>
#include <stdlib.h>

#include "sartor/base/text.h"

void sr_say(FILE *stream, const char *format, ...)
{
    struct sr_text line = {0};
    va_list list;
    char *said;
    va_start(list, format);
    if (vasprintf(&said, format, list) < 0) abort();
    va_end(list);
    sr_text_add_visible(&line, said);
    sr_text_add(&line, "\n");
    fputs(sr_text_get(&line), stream);
    sr_text_fini(&line);
    free(said);
}
