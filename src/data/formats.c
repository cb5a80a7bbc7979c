/* formats.c - see formats.h. */
#include "formats.h"

#include <stdio.h>
#include <string.h>

const struct format *const formats[] = {
    &format_idx, &format_numpy,   &format_cifar, &format_table, &format_webdataset,
    &format_csv, &format_folders, &format_loose, NULL,
};

const struct format *format_find(const struct loading *loading)
{
    const struct format *found = NULL;
    enum likeness most = LIKE_NOTHING;
    for (int i = 0; formats[i] && most < LIKE_CONTENT; i++) {
        enum likeness here = formats[i]->recognise(loading);
        if (here <= most) continue;
        most = here;
        found = formats[i];
    }
    return found;
}

void format_list(char *text, size_t size)
{
    *text = '\0';
    for (int i = 0; formats[i]; i++)
        snprintf(text + strlen(text), size - strlen(text), "%s%s", i ? ", " : "", formats[i]->name);
}
