/* table.c - the panes by name, number and neighbour. */
#include "sartor/panes/pane.h"

#include <string.h>

#define ADDRESS(name) &sr_pane_##name,
const struct sr_pane *const sr_panes[] = {SR_PANES(ADDRESS) NULL};

const struct sr_pane *sr_pane_current(const struct sr_session *session)
{
    return session->view.pane ? session->view.pane : sr_panes[0];
}

const struct sr_pane *sr_pane_find(const char *name, struct sr_error *error)
{
    struct sr_text names = {0};
    for (int i = 0; sr_panes[i]; i++) {
        if (strcmp(name, sr_panes[i]->name) == 0) {
            sr_text_fini(&names);
            return sr_panes[i];
        }
        sr_text_printf(&names, "%s%s", i ? ", " : "", sr_panes[i]->name);
    }
    sr_error_set(error, SR_ERROR_ARGUMENT, "There is no pane \"%s\". The panes are %s.", name,
                 sr_text_get(&names));
    sr_text_fini(&names);
    return NULL;
}

const struct sr_pane *sr_pane_beside(const struct sr_session *session, int step)
{
    int count = 0, at = 0;
    for (; sr_panes[count]; count++)
        if (sr_panes[count] == sr_pane_current(session)) at = count;
    return sr_panes[(at + step + count) % count];
}
