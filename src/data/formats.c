/* formats.c - see formats.h. */
#include "internal.h"

#include <stddef.h>

const struct sr_format *const sr_formats[] = {
    &sr_format_idx,
    NULL,
};

const struct sr_format *sr_format_find(const struct sr_opening *opening)
{
    const struct sr_format *found = NULL;
    enum sr_likeness most = SR_LIKE_NOTHING;
    for (int i = 0; sr_formats[i]; i++) {
        enum sr_likeness here = sr_formats[i]->recognise(opening);
        if (here <= most) continue;
        most = here;
        found = sr_formats[i];
    }
    return found;
}
